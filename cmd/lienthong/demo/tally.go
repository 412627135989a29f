package demo

import (
	"cmp"
	"context"
	"slices"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/lienthong/lienthong/exchange"
)

// deliveries is what the tally asks of the hub: where each delivery of a document stands.
type deliveries interface {
	DeliveriesOf(ctx context.Context, id exchange.MessageID) ([]exchange.Delivery, error)
}

// tally holds the ledger against the hub. A document is lost to an addressee that neither has it nor is named by the
// hub as waiting, withdrawn or given up; and also if it arrived as other bytes than its receipt says.
func tally(ctx context.Context, l *ledger, hub deliveries, key note.Verifier) (Result, error) {
	sent := l.sendings()
	r := Result{Accepted: len(sent), Statuses: l.statusCount(), Duplicated: l.duplicated(), Refused: l.refusals()}
	recalls := l.recalls()
	r.Recalls = len(recalls)
	r.ReceiptsVerified, r.ReceiptsBad = verified(slices.Concat(sent, recalls), key)
	for _, s := range recalls {
		to, err := hub.DeliveriesOf(ctx, s.message)
		if err != nil {
			return r, err
		}
		l.handed(to)
	}
	took := make([]time.Duration, len(sent))
	for i, s := range sent {
		took[i] = s.took
		r.Redirected += s.redirected
		at, err := hub.DeliveriesOf(ctx, s.message)
		if err != nil {
			return r, err
		}
		r.account(s, at, l)
	}
	r.AcceptP50, r.AcceptP99 = quantile(took, 0.50), quantile(took, 0.99)
	return r, nil
}

func (r *Result) account(s sending, at []exchange.Delivery, l *ledger) {
	states := make(map[exchange.AgencyID]exchange.State, len(at))
	for _, d := range at {
		r.Deliveries++
		states[cmp.Or(d.Original, d.Addressee)] = d.State
		if d.Original != "" {
			r.Redirected++
		}
		if d.Attempt > 1 {
			r.Retried++
		}
		r.count(d.State)
		r.recalled(s, d, cmp.Or(d.Original, d.Addressee), l)
		if late(d, time.Now()) {
			r.Late++
		} else {
			r.OnTime++
		}
	}
	for _, to := range s.addressees {
		has := l.has(pair{s.message, to})
		if has == s.digest {
			continue
		}
		if state, known := states[to]; has != "" || !known || state == exchange.Delivered {
			r.Lost++
		}
	}
}

// late reports whether one of the law's clocks says so.
func late(d exchange.Delivery, now time.Time) bool {
	d = d.AsOf(now)
	for _, k := range exchange.Clocks() {
		if v := d.Marks.Of(k).Verdict; v == exchange.Late || v == exchange.Overdue {
			return true
		}
	}
	return false
}

func (r *Result) count(s exchange.State) {
	switch s {
	case exchange.Delivered:
		r.Delivered++
	case exchange.Withdrawn:
		r.Withdrawn++
	case exchange.DeadLettered:
		r.DeadLettered++
	default:
		r.Pending++
	}
}
