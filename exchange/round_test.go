package exchange_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lienthong/lienthong/exchange"
)

// torn is a store in which the record of one message cannot be read.
type torn struct {
	exchange.Journal
	message exchange.MessageID
}

var errTorn = errors.New("the record is torn")

func (s *torn) Message(ctx context.Context, id exchange.MessageID) (exchange.Message, error) {
	if id == s.message {
		return exchange.Message{}, errTorn
	}
	return s.Journal.Message(ctx, id)
}

// A dayJob is what becomes of documents to the district once their time has come: the time, and whether it has to have them.
type dayJob struct {
	name  string
	until time.Duration
	seen  bool
	round func(*rig) (int, error)
}

func dayJobs() []dayJob {
	return []dayJob{
		{"lifetimes", 31 * 24 * time.Hour, false, func(r *rig) (int, error) { return r.ExpireOverdue(r.t.Context()) }},
		{"recalls", answerIn, true, func(r *rig) (int, error) { return r.LapseRecalls(r.t.Context()) }},
		{"delays", 7 * 24 * time.Hour, false, func(r *rig) (int, error) { return r.TellDelays(r.t.Context()) }},
		{"what waits for a closed agency", time.Hour, false, func(r *rig) (int, error) {
			r.book.change(districtID, func(a *exchange.Agency) { a.ClosedAt = r.clock() })
			moved, err := r.MoveWaiting(r.t.Context())
			return moved.Stranded, err
		}},
	}
}

// ripe is a hub with so many documents to the district whose time has come.
func (j dayJob) ripe(t *testing.T, documents int) (r *rig, ids []exchange.MessageID) {
	r = newRig(t)
	r.Limits.Answer = exchange.Term{Time: answerIn}
	for n := range documents {
		ids = append(ids, r.send(r.signed(n+1, districtID)).Message.ID)
	}
	if j.seen {
		r.takeAll(districtID)
		for _, id := range ids {
			if _, err := r.Recall(t.Context(), by(department), id, exchange.Demand{Reason: "gửi nhầm"}); err != nil {
				t.Fatal(err)
			}
		}
	}
	r.wait(j.until)
	return r, ids
}

// One that cannot be done is told of, and holds up none of the others, wherever among them it comes.
func TestARoundGoesOn(t *testing.T) {
	const documents = 3
	for _, job := range dayJobs() {
		for bad := range documents {
			r, ids := job.ripe(t, documents)
			whole := r.Store
			r.Store = &torn{whole, ids[bad]}
			if n, err := job.round(r); n != documents-1 || !errors.Is(err, errTorn) {
				t.Errorf("%s, %d torn: %d done (%v), want %d and what failed", job.name, bad, n, err, documents-1)
			}
			r.Store = whole
			if n, err := job.round(r); n != 1 || err != nil {
				t.Errorf("%s, %d mended: %d done (%v), want the one that was left", job.name, bad, n, err)
			}
			r.sound()
		}
	}
}

// However many come first that cannot be done, those behind them are.
func TestARoundGoesThroughToTheEnd(t *testing.T) {
	for _, job := range dayJobs() {
		r, _ := job.ripe(t, 2)
		whole := r.Store
		r.Store = &crowded{whole, 450}
		if n, err := job.round(r); n != 2 || !errors.Is(err, errTorn) {
			t.Errorf("%s: %d done (%v), want the two behind all that failed, and what could not be read", job.name, n, err)
		}
		r.Store = whole
		if n, err := job.round(r); n != 0 || err != nil {
			t.Errorf("%s: %d done (%v) afterwards, want nothing left", job.name, n, err)
		}
		r.sound()
	}
}

// crowded is a store whose lists begin with so many that are not there.
type crowded struct {
	exchange.Journal
	ghosts int
}

func (s *crowded) Overdue(ctx context.Context, now time.Time, cursor string, limit int) ([]exchange.Delivery, string, error) {
	return ahead(s.ghosts, cursor, limit, exchange.Delivery{}, func(cursor string) ([]exchange.Delivery, string, error) {
		return s.Journal.Overdue(ctx, now, cursor, limit)
	})
}

func (s *crowded) Unanswered(ctx context.Context, now time.Time, cursor string, limit int) ([]exchange.Delivery, string, error) {
	return ahead(s.ghosts, cursor, limit, exchange.Delivery{}, func(cursor string) ([]exchange.Delivery, string, error) {
		return s.Journal.Unanswered(ctx, now, cursor, limit)
	})
}

func (s *crowded) Delayed(ctx context.Context, now time.Time, cursor string, limit int) ([]exchange.MessageID, string, error) {
	return ahead(s.ghosts, cursor, limit, "", func(cursor string) ([]exchange.MessageID, string, error) {
		return s.Journal.Delayed(ctx, now, cursor, limit)
	})
}

func (s *crowded) Waiting(ctx context.Context, agency exchange.AgencyID, cursor string, limit int) ([]exchange.Delivery, string, error) {
	return ahead(s.ghosts, cursor, limit, exchange.Delivery{}, func(cursor string) ([]exchange.Delivery, string, error) {
		return s.Journal.Waiting(ctx, agency, cursor, limit)
	})
}

// ahead is a page of ghosts, with an error as of one more, or of the rest where they have gone by.
func ahead[T any](ghosts int, cursor string, limit int, ghost T, rest func(cursor string) ([]T, string, error)) ([]T, string, error) {
	left := ghosts
	if cursor != "" {
		if _, err := fmt.Sscanf(cursor, "%d ghosts left", &left); err != nil {
			return rest(cursor)
		}
	}
	if left == 0 {
		return rest("")
	}
	n := min(left, limit)
	return slices.Repeat([]T{ghost}, n), fmt.Sprintf("%d ghosts left", left-n), errTorn
}

// faulty is a store that answers nothing about messages, and counts how often it was asked.
type faulty struct {
	exchange.Journal
	asked atomic.Int64
}

func (s *faulty) Message(context.Context, exchange.MessageID) (exchange.Message, error) {
	s.asked.Add(1)
	return exchange.Message{}, exchange.Errorf(exchange.Busy, "the disk does not answer")
}

// A round over a hub that is at fault itself does not go on and on.
func TestARoundEndsWhereTheHubIsAtFault(t *testing.T) {
	r := newRig(t)
	disk := &faulty{Journal: &crowded{r.Store, 10_000}}
	r.Store = disk
	if n, err := r.ExpireOverdue(t.Context()); n != 0 || err == nil || disk.asked.Load() > 200 {
		t.Errorf("%d done (%v), %d tried; want none, and no more than a page of them tried", n, err, disk.asked.Load())
	}
}
