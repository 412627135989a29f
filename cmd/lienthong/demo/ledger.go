package demo

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
)

// A ledger is what the agencies' own software remembers, apart from the hub: who sent what with which receipt, and what
// arrived where. The run is judged by it. It is safe for concurrent use.
type ledger struct {
	mu       sync.Mutex
	sent     []sending
	arrived  map[pair]*arrival
	statuses int
	refused  int

	recalling []sending                                    // recalls, that have receipts as well
	asked     map[exchange.DeliveryID][]exchange.MessageID // the recalls of a delivery
	answers   map[exchange.MessageID][]answer              // by the recall
	recallTo  map[exchange.DeliveryID]exchange.AgencyID    // by the delivery of a recall
}

// An answer is what an agency's clerk said to a recall.
type answer struct {
	on   exchange.DeliveryID // the recall's
	code envelope.StatusCode
}

// A sending is one document that the hub gave a receipt for.
type sending struct {
	message    exchange.MessageID
	digest     string
	receipt    string // the .receipt file
	addressees []exchange.AgencyID
	took       time.Duration
	redirected int // addressees to which closed codes were redirected

	recalls []exchange.DeliveryID // of a recall: what the hub said that it withdrew or asks for
}

// A pair is a document and one who should have it.
type pair struct {
	message   exchange.MessageID
	addressee exchange.AgencyID
}

type arrival struct {
	digest     string
	deliveries []exchange.DeliveryID // distinct; more than one is a duplicate
}

func (l *ledger) send(s sending) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sent = append(l.sent, s)
}

// arrive notes that a document came. It reports whether it is new to the addressee, by the delivery's id: what comes
// again is taken and forgotten.
func (l *ledger) arrive(p pair, d exchange.DeliveryID, digest string) (fresh bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.arrived == nil {
		l.arrived = make(map[pair]*arrival)
	}
	a, ok := l.arrived[p]
	if !ok {
		a = &arrival{digest: digest}
		l.arrived[p] = a
	}
	if a.digest != digest {
		a.digest = "mismatch"
	}
	if slices.Contains(a.deliveries, d) {
		return false
	}
	a.deliveries = append(a.deliveries, d)
	return true
}

// refuse notes that an addressee was refused because it is closed.
func (l *ledger) refuse() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.refused++
}

// recall notes that the sender took a document back, and at which deliveries.
func (l *ledger) recall(s sending) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.recalling = append(l.recalling, s)
	if l.asked == nil {
		l.asked = make(map[exchange.DeliveryID][]exchange.MessageID)
	}
	for _, d := range s.recalls {
		l.asked[d] = append(l.asked[d], s.message)
	}
}

// answer notes what was said to a recall.
func (l *ledger) answer(recall exchange.MessageID, a answer) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.answers == nil {
		l.answers = make(map[exchange.MessageID][]answer)
	}
	l.answers[recall] = append(l.answers[recall], a)
}

// handed notes for whom the hub passed a recall on.
func (l *ledger) handed(recall []exchange.Delivery) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.recallTo == nil {
		l.recallTo = make(map[exchange.DeliveryID]exchange.AgencyID)
	}
	for _, d := range recall {
		l.recallTo[d.ID] = cmp.Or(d.Original, d.Addressee)
	}
}

// answered reports whether that answer was given to the recall as it was passed on to one of these.
func (l *ledger) answered(recall exchange.MessageID, code envelope.StatusCode, to ...exchange.AgencyID) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.ContainsFunc(l.answers[recall], func(a answer) bool { return a.code == code && slices.Contains(to, l.recallTo[a.on]) })
}

func (l *ledger) recallsOf(d exchange.DeliveryID) []exchange.MessageID {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.asked[d])
}

func (l *ledger) recalls() []sending {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.recalling)
}

func (l *ledger) refusals() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.refused
}

func (l *ledger) status() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.statuses++
}

// has returns the digest under which a document arrived; "" if it did not.
func (l *ledger) has(p pair) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if a, ok := l.arrived[p]; ok {
		return a.digest
	}
	return ""
}

// duplicated counts the pairs that arrived under more than one delivery id.
func (l *ledger) duplicated() (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, a := range l.arrived {
		if len(a.deliveries) > 1 {
			n++
		}
	}
	return n
}

func (l *ledger) sendings() []sending {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.sent)
}

func (l *ledger) statusCount() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.statuses
}
