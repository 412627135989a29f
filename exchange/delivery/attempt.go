package delivery

import (
	"context"
	"errors"
	"time"

	"github.com/lienthong/lienthong/exchange"
)

const (
	// settling is the part of a lease that is left for writing down what came of the attempt.
	settling = 30 * time.Second
	// storeRest is how long a lane rests when the store could not lease.
	storeRest = 5 * time.Second
	// bodyRest is when a document is tried again that the hub itself could not read.
	bodyRest = 10 * time.Minute
)

// errShutdown is the cause by which attempts are cut short.
var errShutdown = errors.New("delivery: the hub is stopping")

func (d *Dispatcher) begin(work context.Context, l *lane) {
	as := begun{bad: l.suspect || l.parked(), express: l.express}
	l.begin()
	d.busy++
	if as.bad {
		d.bad++
	}
	if as.express {
		l.expresses++
	} else {
		d.plain++
	}
	go d.attempt(work, l, as)
}

// attempt leases one delivery of the lane, takes it there and writes down what came of it. It runs on its own
// goroutine and tells the lane by events only.
func (d *Dispatcher) attempt(work context.Context, l *lane, as begun) {
	lease, ok := d.lease(work, l, as)
	if !ok {
		return
	}
	d.events <- event{lane: l, apply: func(l *lane, _ time.Time) { l.leased(lease.Delivery.Priority) }}
	began := time.Now()
	v := d.carry(work, lease)
	took := time.Since(began)
	v = d.end(work, lease, v, took)
	d.observe(lease, began, took, v)
	d.events <- event{lane: l, ended: true, begun: as, apply: func(l *lane, now time.Time) { l.end(v, took, now, d.Random) }}
}

func (d *Dispatcher) lease(work context.Context, l *lane, as begun) (exchange.Lease, bool) {
	now := time.Now()
	leases, err := d.Queue.Lease(work, exchange.LeaseRequest{Agency: l.agency, Now: now, Until: now.Add(d.Lease), Max: 1})
	if len(leases) > 0 {
		return leases[0], true
	}
	rest := shortest
	if err != nil {
		rest = storeRest
		d.Log.Error("lease failed", "recipient", l.agency, "err", err)
	}
	d.events <- event{lane: l, ended: true, begun: as, apply: func(l *lane, now time.Time) { l.nothing(rest, now) }}
	return exchange.Lease{}, false
}

// carry hands the document to the courier, for as long as an attempt may take.
func (d *Dispatcher) carry(work context.Context, l exchange.Lease) Verdict {
	ctx, cancel := context.WithTimeout(work, d.Timeout)
	defer cancel()
	to, ok := d.Agencies.Agency(l.Delivery.Addressee)
	if !ok || !d.open(to.ID) {
		return Verdict{Class: CutShort, Reason: "not-open", NotSent: true} // closed since the lease
	}
	body, err := d.Queue.OpenBody(ctx, l.Message.ID)
	if err != nil {
		return judgeError(&failure{reason: "body", class: HubFault, notSent: true, err: err})
	}
	defer body.Close()
	v := d.Courier.Deliver(ctx, to, l, body)
	d.tellBlocked(to, v)
	if v.Class == Outage && errors.Is(context.Cause(work), errShutdown) {
		v.Class, v.Reason, v.RetryAfter = CutShort, "shutdown", 0
	}
	return v
}

// tellBlocked has operators know of an endpoint that their own networks keep the hub from: it does not come back by itself.
// Once is enough, until the endpoint is another or was reached.
func (d *Dispatcher) tellBlocked(to exchange.Agency, v Verdict) {
	if v.Reason != blockedAddress {
		if !v.NotSent {
			d.told.Delete(to.ID)
		}
		return
	}
	if before, _ := d.told.Swap(to.ID, to.Endpoint.URL); before != to.Endpoint.URL {
		d.Log.Warn("endpoint blocked: its address is outside of its own networks (agency endpoint --allow) or of delivery.allow; documents wait",
			"recipient", to.ID, "err", v.Detail)
	}
}

// end writes down what came of the attempt, and returns what the lane is to make of it. If that fails, the lease runs
// out and the delivery falls due again.
func (d *Dispatcher) end(work context.Context, l exchange.Lease, v Verdict, took time.Duration) Verdict {
	// The work may have been cut: what has happened is written down all the same.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(work), settling)
	defer cancel()
	if v.Class == EndpointClosed {
		v = d.closeEndpoint(ctx, l, v)
	}
	err := d.settle(ctx, l, v, took)
	switch {
	case errors.Is(err, exchange.LeaseLost):
		d.Log.Info("lease was over before the attempt ended", "delivery", l.Delivery.ID, "attempt", l.Delivery.Attempt)
	case err != nil:
		d.Log.Error("outcome not written", "delivery", l.Delivery.ID, "attempt", l.Delivery.Attempt, "outcome", v.Reason, "err", err)
	}
	if v.Class == HubFault {
		d.Log.Error("document unreadable", "message", l.Message.ID, "delivery", l.Delivery.ID, "err", v.Detail)
	}
	return v
}

// closeEndpoint believes the endpoint that it is gone, if that can be written down; otherwise it is an outage.
func (d *Dispatcher) closeEndpoint(ctx context.Context, l exchange.Lease, v Verdict) Verdict {
	if err := d.Agencies.CloseEndpoint(ctx, l.Delivery.Addressee, v.Reason); err != nil {
		d.Log.Error("endpoint not closed", "recipient", l.Delivery.Addressee, "err", err)
		v.Class = Outage
	}
	return v
}

func (d *Dispatcher) settle(ctx context.Context, l exchange.Lease, v Verdict, took time.Duration) error {
	if v.Class == CutShort && v.NotSent {
		return d.Queue.Release(ctx, l.Delivery.ID, l.Delivery.Attempt, time.Now(), true)
	}
	o := Judge(l.Delivery, v, time.Now(), d.Random)
	o.Took = took
	_, err := d.Hub.Settle(ctx, l, o)
	return err
}

// Judge is what a verdict means for the delivery. Only failures that may be the document's use up an attempt (P6).
func Judge(d exchange.Delivery, v Verdict, now time.Time, random func() float64) exchange.Outcome {
	o := exchange.Outcome{Result: exchange.ResultRetry, Reason: v.Reason, Detail: v.Detail, NotSent: v.NotSent}
	switch v.Class {
	case Delivered:
		return exchange.Outcome{Result: exchange.ResultDelivered}
	case Permanent:
		o.Result = exchange.ResultDeadLettered
	case Temporary:
		if d.Failures+1 >= MaxFailures(d.Priority) {
			o.Result = exchange.ResultDeadLettered
			break
		}
		o.RetryAt = now.Add(max(Backoff(d.Priority, d.Failures+1, random), asked(v)))
	case Outage:
		// The lane holds the endpoint back; the document itself is ready again soon, for when it returns.
		o.Blameless = true
		o.RetryAt = now.Add(max(jitter(outageWait(d.Attempt), random), asked(v)))
	case HubFault:
		o.Blameless, o.RetryAt = true, now.Add(bodyRest)
	default: // EndpointClosed: due as soon as it is opened again; CutShort: due at once
		o.Blameless, o.RetryAt = true, now
	}
	return o
}

// outageWait grows with the attempts: a document alone in its lane must not be tried every few seconds for a month.
func outageWait(attempt int) time.Duration {
	return min(firstPause<<min(max(attempt-1, 0), 10), lastPause)
}

func asked(v Verdict) time.Duration { return min(max(v.RetryAfter, 0), longestAsked) }
