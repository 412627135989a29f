package demo

import (
	"slices"
	"sync"
	"time"

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
}

// A sending is one document that the hub gave a receipt for.
type sending struct {
	message    exchange.MessageID
	digest     string
	receipt    string // the .receipt file
	addressees []exchange.AgencyID
	took       time.Duration
	redirected int // addressees to which closed codes were redirected
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
