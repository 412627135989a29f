package exchange_test

import (
	"context"
	"errors"
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

// One that cannot be done is told of, and holds up none of the others, wherever among them it comes.
func TestARoundGoesOn(t *testing.T) {
	const documents = 3
	for _, test := range []struct {
		name  string
		until time.Duration
		seen  bool
		round func(*rig) (int, error)
	}{
		{"lifetimes", 31 * 24 * time.Hour, false, func(r *rig) (int, error) { return r.ExpireOverdue(r.t.Context()) }},
		{"recalls", answerIn, true, func(r *rig) (int, error) { return r.LapseRecalls(r.t.Context()) }},
		{"delays", 7 * 24 * time.Hour, false, func(r *rig) (int, error) { return r.TellDelays(r.t.Context()) }},
		{"what waits for a closed agency", time.Hour, false, func(r *rig) (int, error) {
			r.book.change(districtID, func(a *exchange.Agency) { a.ClosedAt = r.clock() })
			moved, err := r.MoveWaiting(r.t.Context())
			return moved.Stranded, err
		}},
	} {
		for bad := range documents {
			r := newRig(t)
			r.Limits.Answer = exchange.Term{Time: answerIn}
			var ids []exchange.MessageID
			for n := range documents {
				ids = append(ids, r.send(r.signed(n+1, districtID)).Message.ID)
			}
			if test.seen {
				r.takeAll(districtID)
				for _, id := range ids {
					if _, err := r.Recall(t.Context(), by(department), id, exchange.Demand{Reason: "gửi nhầm"}); err != nil {
						t.Fatal(err)
					}
				}
			}
			r.wait(test.until)
			whole := r.Store
			r.Store = &torn{whole, ids[bad]}
			if n, err := test.round(r); n != documents-1 || !errors.Is(err, errTorn) {
				t.Errorf("%s, %d torn: %d done (%v), want %d and what failed", test.name, bad, n, err, documents-1)
			}
			r.Store = whole
			if n, err := test.round(r); n != 1 || err != nil {
				t.Errorf("%s, %d mended: %d done (%v), want the one that was left", test.name, bad, n, err)
			}
			r.sound()
		}
	}
}
