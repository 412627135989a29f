package exchange_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
)

// logbook is a journal of which only the log is used.
type logbook struct {
	exchange.Journal
	mu      sync.Mutex
	entries []translog.Entry
}

func (l *logbook) Append(_ context.Context, e translog.Entry, _ *translog.Side) (int64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := e.Check(); err != nil {
		return 0, err
	}
	l.entries = append(l.entries, e)
	return int64(len(l.entries) - 1), nil
}

func TestRefusedIsLoggedOncePerMinuteThenCounted(t *testing.T) {
	book := &logbook{}
	now := time.Date(2018, 9, 28, 8, 0, 30, 0, time.UTC)
	hub := &exchange.Hub{Store: book, Clock: func() time.Time { return now }}
	clerk := exchange.Caller{Agency: "000.00.24.H44", Credential: "k1"}
	refuse := func(c exchange.Caller, k exchange.Kind, times int) {
		for range times {
			hub.Refused(t.Context(), c, exchange.Errorf(k, "no"))
		}
	}

	refuse(clerk, exchange.BadXML, 5)
	refuse(clerk, exchange.Unsigned, 1)
	refuse(exchange.Caller{Agency: "000.01.24.H44"}, exchange.BadXML, 1)
	refuse(exchange.Caller{}, exchange.BadXML, 3) // a stranger is not logged: anybody could fill the log
	refuse(clerk, exchange.Busy, 3)               // waiting is no refusal
	refuse(clerk, exchange.TooMany, 3)
	hub.Refused(t.Context(), clerk, errors.New("the hub's own fault"))
	if n := len(book.entries); n != 3 {
		t.Fatalf("%d entries within the minute, want one for each caller and code: 3", n)
	}

	now = now.Add(time.Minute)
	hub.FlushRefusals(t.Context(), false)
	hub.FlushRefusals(t.Context(), false)
	if n := len(book.entries); n != 4 {
		t.Fatalf("%d entries after the minute, want 4: the first three and one count", n)
	}
	last := book.entries[3]
	if last.Count != 4 || last.Code != string(exchange.BadXML) || last.Actor != string(clerk.Agency) || last.Credential != "k1" {
		t.Errorf("the count is %+v, want 4 further refusals bad-xml of %s", last, clerk.Agency)
	}

	refuse(clerk, exchange.BadXML, 2)
	if n := len(book.entries); n != 5 {
		t.Errorf("%d entries, want the first of the new minute to be one: 5", n)
	}
	hub.FlushRefusals(t.Context(), true)
	if n := len(book.entries); n != 6 || book.entries[5].Count != 1 {
		t.Fatalf("a stopping hub left its counts unwritten: %d entries", n)
	}
	if end := now.Truncate(time.Minute); !book.entries[3].Time.Equal(end) || !book.entries[5].Time.Equal(now) {
		t.Errorf("the counts are of %s and %s, want the minute's end, %s, and the stop, %s", book.entries[3].Time, book.entries[5].Time, end, now)
	}
}

func TestRefusedBoundsItsMemory(t *testing.T) {
	book := &logbook{}
	hub := &exchange.Hub{Store: book, Clock: func() time.Time { return time.Unix(0, 0) }}
	for i := range 12_000 {
		id := exchange.AgencyID("H44." + string(rune('A'+i%26)) + string(rune('A'+i/26%26)) + string(rune('A'+i/676)))
		hub.Refused(t.Context(), exchange.Caller{Agency: id}, exchange.Errorf(exchange.BadXML, "no"))
	}
	if n := len(book.entries); n != 10_000 {
		t.Errorf("%d entries in one minute, want the bound of 10000", n)
	}
}
