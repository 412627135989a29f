package storetest

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/lienthong/lienthong/exchange"
)

// A model is what the store must be, in maps: the rules of acceptance written down a second time, and the pure
// functions of package exchange for all that happens to a delivery afterwards.
type model struct {
	now        time.Time // the hub's: never behind what was committed
	size       int64     // of the log
	messages   []*accepted
	deliveries map[exchange.DeliveryID]exchange.Delivery
	order      []exchange.DeliveryID // in which they were made
	opened     map[exchange.DeliveryID]bool
	keys       map[string]keyUse
	rules      exchange.Transitions
	clocks     clockModel
}

type accepted struct {
	a     *exchange.Acceptance
	now   exchange.Message // as it was changed since; its AcceptedAt and Entry are not kept
	proof []byte
}

type keyUse struct {
	digest exchange.Digest
	at     time.Time
}

func newModel(now time.Time, size int64, rules exchange.Transitions) *model {
	return &model{rules: rules, now: now, size: size, deliveries: map[exchange.DeliveryID]exchange.Delivery{},
		opened: map[exchange.DeliveryID]bool{}, keys: map[string]keyUse{}}
}

// accept says what comes of a submission: the message it repeats, or the kinds of refusal of which one must be given,
// or neither. Only in the last case the model changes.
func (m *model) accept(a *exchange.Acceptance) (repeat *accepted, refusals []exchange.Kind) {
	for _, old := range m.messages {
		if old.a.Message.Sender == a.Message.Sender && old.a.Message.Digest == a.Message.Digest {
			return old, nil
		}
	}
	if m.clashes(a) {
		refusals = append(refusals, exchange.SameIdentity)
	}
	use, used := m.keys[m.key(a)]
	if used && a.IdempotencyKey != "" && m.now.Sub(use.at) < exchange.IdempotencyTTL && use.digest != a.Message.Digest {
		refusals = append(refusals, exchange.IdempotencyKey)
	}
	if kind := m.based(a); kind != "" {
		refusals = append(refusals, kind)
	}
	next, kind := m.reported(a)
	if kind != "" {
		refusals = append(refusals, kind)
	}
	recall := m.judge(a)
	if recall.empty() {
		refusals = append(refusals, exchange.Conflict)
	}
	if refusals != nil {
		return nil, refusals
	}
	var was exchange.Delivery
	if next != nil {
		was, m.deliveries[next.ID] = m.deliveries[next.ID], *next
	}
	m.add(recall.addressed(a))
	if next != nil && next.Recall != was.Recall {
		m.answered(*next, *a.Message.Report)
	}
	m.place() // behind what this very step withdraws: it is let go at the hub's time, not due at the caller's
	for _, d := range recall.changed {
		m.deliveries[d.ID] = d
		m.size++
	}
	m.place()
	return nil, nil
}

// add makes the message and its deliveries.
func (m *model) add(a *exchange.Acceptance) {
	m.messages = append(m.messages, &accepted{a: a, now: a.Message})
	for _, d := range a.Deliveries {
		d.AcceptedAt = m.now
		m.deliveries[d.ID] = d
		m.order = append(m.order, d.ID)
	}
	if a.IdempotencyKey != "" {
		m.keys[m.key(a)] = keyUse{a.Message.Digest, m.now}
	}
	m.size++
}

func (m *model) key(a *exchange.Acceptance) string {
	return string(a.Message.Caller) + "\x00" + a.IdempotencyKey
}

// clashes is the rule of P2 about other bytes.
func (m *model) clashes(a *exchange.Acceptance) bool {
	if a.Identity == "" {
		return false
	}
	for _, old := range m.messages {
		if old.a.Identity != a.Identity {
			continue
		}
		for _, was := range old.a.Deliveries {
			for _, will := range a.Deliveries {
				now := m.deliveries[was.ID]
				if (was.Addressee == will.Addressee || now.Addressee == will.Addressee) && now.Live() {
					return true
				}
			}
		}
	}
	return false
}

// twin reports whether one of the agencies has a live delivery of another message with the identity of a dead letter's.
func (m *model) twin(d exchange.Delivery, at ...exchange.AgencyID) bool {
	own := m.message(d.Message).Identity()
	for _, old := range m.messages {
		if old.a.Identity == "" || old.a.Identity != own || old.a.Message.ID == d.Message {
			continue
		}
		for _, was := range old.a.Deliveries {
			now := m.deliveries[was.ID]
			if now.Live() && (slices.Contains(at, was.Addressee) || slices.Contains(at, now.Addressee)) {
				return true
			}
		}
	}
	return false
}

// based is the kind of refusal of what a word in the short form does not rest on any more.
func (m *model) based(a *exchange.Acceptance) exchange.Kind {
	if a.Basis == nil {
		return ""
	}
	d, ok := m.deliveries[a.Basis.Delivery]
	if !ok {
		return exchange.NotFound
	}
	if err := m.rules.Admits(*a.Basis, d, a.Message.Report.Code); err != nil {
		return exchange.KindOf(err)
	}
	return ""
}

// reported is the delivery as a status leaves it, or the kind of refusal.
func (m *model) reported(a *exchange.Acceptance) (*exchange.Delivery, exchange.Kind) {
	r := a.Message.Report
	if r == nil || r.Code.FromSender() {
		return nil, ""
	}
	d, ok := m.deliveries[r.Delivery]
	if !ok {
		return nil, exchange.NotFound
	}
	next, _, err := m.rules.ApplyReport(d, *r)
	if err != nil {
		return nil, exchange.KindOf(err)
	}
	return &next, ""
}

// due are the deliveries that a lease may hand out, in its order; those that are equal in it are in any.
func (m *model) due(agency exchange.AgencyID) []exchange.Delivery {
	var ds []exchange.Delivery
	for _, d := range m.deliveries {
		if d.Addressee == agency && exchange.Leasable(d, m.now) {
			ds = append(ds, d)
		}
	}
	slices.SortFunc(ds, func(a, b exchange.Delivery) int {
		return cmp.Or(cmp.Compare(b.Priority, a.Priority), a.Due.Compare(b.Due))
	})
	return ds
}

// leased says what is wrong with what a lease handed out, and makes it so.
func (m *model) leased(agency exchange.AgencyID, most int, until time.Time, got []exchange.Lease) error {
	want := m.due(agency)
	if n := min(most, len(want)); len(got) != n {
		return fmt.Errorf("%d handed out, want %d", len(got), n)
	}
	for i, l := range got {
		d := m.deliveries[l.Delivery.ID]
		if d.Addressee != agency || d.Priority != want[i].Priority || !d.Due.Equal(want[i].Due) {
			return fmt.Errorf("place %d went to %+v, want priority %d due %v", i, d, want[i].Priority, want[i].Due)
		}
		next, err := exchange.HandOut(d, m.now, until)
		if err != nil || !same(l.Delivery, next) {
			return fmt.Errorf("handed out as %+v\nwant %+v (%v)", l.Delivery, next, err)
		}
		m.deliveries[d.ID] = next
	}
	m.place()
	return nil
}

// counts counts.
func (m *model) counts(agency exchange.AgencyID, role exchange.Role) exchange.Counts {
	c := exchange.Counts{}
	for _, d := range m.deliveries {
		if agency == "" || (role == exchange.Sent && d.Sender == agency) || (role == exchange.Received && d.Addressee == agency && d.Found()) {
			c[d.State]++
		}
	}
	return c
}

// ready are the agencies of the channel with a delivery due; next is when a further delivery falls due, and other the
// same for the agencies that are not ready.
func (m *model) ready(ch exchange.Channel) (ready []exchange.AgencyID, next, other time.Time) {
	for _, d := range m.deliveries {
		if d.Channel == ch && exchange.Leasable(d, m.now) && !slices.Contains(ready, d.Addressee) {
			ready = append(ready, d.Addressee)
		}
	}
	for _, d := range m.deliveries {
		if d.Channel != ch || !d.OnQueue() || !d.Due.After(m.now) {
			continue
		}
		next = earlier(next, d.Due)
		if !slices.Contains(ready, d.Addressee) {
			other = earlier(other, d.Due)
		}
	}
	slices.Sort(ready)
	return ready, next, other
}

func earlier(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}

// overdue are the deliveries past their lifetime.
func (m *model) overdue() (ids []exchange.DeliveryID) {
	for _, d := range m.deliveries {
		if d.OnQueue() && !d.Deadline.After(m.now) {
			ids = append(ids, d.ID)
		}
	}
	slices.Sort(ids)
	return ids
}

// visible are the deliveries that the agency's list shows.
func (m *model) visible(agency exchange.AgencyID) (ids []exchange.DeliveryID) {
	for _, d := range m.deliveries {
		if d.Addressee == agency && d.Found() {
			ids = append(ids, d.ID)
		}
	}
	slices.Sort(ids)
	return ids
}
