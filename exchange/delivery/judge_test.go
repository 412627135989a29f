package delivery_test

import (
	"testing"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/delivery"
)

// What each class of verdict means for the delivery, with jitter at its middle.
func TestVerdictsBecomeOutcomes(t *testing.T) {
	now := time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC)
	last := delivery.MaxFailures(0) - 1
	for _, c := range []struct {
		name      string
		d         exchange.Delivery
		v         delivery.Verdict
		result    exchange.Result
		wait      time.Duration // until it is due again
		blameless bool
	}{
		{"delivered", exchange.Delivery{}, delivery.Verdict{Class: delivery.Delivered, Reason: "x", RetryAfter: time.Hour}, exchange.ResultDelivered, 0, false},
		{"permanent", exchange.Delivery{}, delivery.Verdict{Class: delivery.Permanent}, exchange.ResultDeadLettered, 0, false},

		{"first failure", exchange.Delivery{}, delivery.Verdict{Class: delivery.Temporary}, exchange.ResultRetry, 2500 * time.Millisecond, false},
		{"second failure", exchange.Delivery{Failures: 1}, delivery.Verdict{Class: delivery.Temporary}, exchange.ResultRetry, 15 * time.Second, false},
		{"last but one", exchange.Delivery{Failures: last - 1}, delivery.Verdict{Class: delivery.Temporary}, exchange.ResultRetry, 5 * time.Hour, false},
		{"last", exchange.Delivery{Failures: last}, delivery.Verdict{Class: delivery.Temporary}, exchange.ResultDeadLettered, 0, false},
		{"attempts without blame do not count", exchange.Delivery{Attempt: 1000}, delivery.Verdict{Class: delivery.Temporary}, exchange.ResultRetry, 2500 * time.Millisecond, false},
		{"asked to wait longer", exchange.Delivery{}, delivery.Verdict{Class: delivery.Temporary, RetryAfter: time.Minute}, exchange.ResultRetry, time.Minute, false},
		{"asked to wait shorter", exchange.Delivery{Failures: 2}, delivery.Verdict{Class: delivery.Temporary, RetryAfter: time.Second}, exchange.ResultRetry, time.Minute, false},
		{"asked to wait a week", exchange.Delivery{}, delivery.Verdict{Class: delivery.Temporary, RetryAfter: 168 * time.Hour}, exchange.ResultRetry, time.Hour, false},
		{"asked to wait less than nothing", exchange.Delivery{}, delivery.Verdict{Class: delivery.Temporary, RetryAfter: -time.Hour}, exchange.ResultRetry, 2500 * time.Millisecond, false},

		{"outage", exchange.Delivery{Attempt: 1, Failures: last}, delivery.Verdict{Class: delivery.Outage}, exchange.ResultRetry, 2500 * time.Millisecond, true},
		{"fifth outage", exchange.Delivery{Attempt: 5}, delivery.Verdict{Class: delivery.Outage}, exchange.ResultRetry, 40 * time.Second, true},
		{"outage after outage", exchange.Delivery{Attempt: 5000}, delivery.Verdict{Class: delivery.Outage}, exchange.ResultRetry, 5 * time.Minute, true},
		{"outage that names a time", exchange.Delivery{Attempt: 1}, delivery.Verdict{Class: delivery.Outage, RetryAfter: time.Minute}, exchange.ResultRetry, time.Minute, true},

		{"endpoint closed", exchange.Delivery{Failures: last}, delivery.Verdict{Class: delivery.EndpointClosed}, exchange.ResultRetry, 0, true},
		{"cut short", exchange.Delivery{Failures: last}, delivery.Verdict{Class: delivery.CutShort}, exchange.ResultRetry, 0, true},
		{"hub's fault", exchange.Delivery{Failures: last}, delivery.Verdict{Class: delivery.HubFault}, exchange.ResultRetry, 10 * time.Minute, true},
	} {
		c.v.NotSent = c.v.Class != delivery.Delivered
		o := delivery.Judge(c.d, c.v, now, func() float64 { return 0.5 })
		if o.Result != c.result || o.Blameless != c.blameless || o.NotSent != c.v.NotSent {
			t.Errorf("%s: %+v, want %s, blameless %t", c.name, o, c.result, c.blameless)
		}
		if o.Result == exchange.ResultRetry && o.RetryAt.Sub(now) != c.wait {
			t.Errorf("%s: due again after %v, want %v", c.name, o.RetryAt.Sub(now), c.wait)
		}
	}
}
