package delivery

import (
	"time"

	"github.com/lienthong/lienthong/exchange"
)

// An Attempt is one try to post a document, as it ended.
type Attempt struct {
	Agency   exchange.AgencyID
	Delivery exchange.DeliveryID
	Number   int
	Began    time.Time
	Took     time.Duration
	Verdict  Verdict
}

// A Breaker is how the dispatcher treats an agency's endpoint at the moment. It lives in memory.
type Breaker struct {
	Parked   bool      // so many outages in a row that one document at a time tries whether it is back
	Outages  int       // in a row
	Opens    time.Time // nothing is tried before; zero or past: at once
	InFlight int
}

// Breaker tells how the endpoint of an agency is treated; false while nothing was posted since the start.
func (d *Dispatcher) Breaker(id exchange.AgencyID) (Breaker, bool) {
	b, ok := d.shown.Load(id)
	if !ok {
		return Breaker{}, false
	}
	return b.(Breaker), true
}

func (l *lane) breaker() Breaker {
	return Breaker{Parked: l.parked(), Outages: l.outages, Opens: l.opens, InFlight: l.inFlight}
}

func (d *Dispatcher) observe(l exchange.Lease, began time.Time, took time.Duration, v Verdict) {
	if d.Observe != nil {
		d.Observe(Attempt{Agency: l.Delivery.Addressee, Delivery: l.Delivery.ID, Number: l.Delivery.Attempt, Began: began, Took: took, Verdict: v})
	}
}
