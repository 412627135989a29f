package storetest

import (
	"encoding/json"
	"time"

	"github.com/lienthong/lienthong/exchange"
)

// normal is a value as it reads after a trip through an engine: times in UTC, empty lists gone.
func normal[T any](v T) T {
	var out T
	text, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(text, &out)
	}
	if err != nil {
		panic("storetest: the domain's types are JSON, yet: " + err.Error())
	}
	return out
}

// same compares deliveries, times by the instant. Marks are left out: they follow from the rest by the calendar, which
// the engine has, and are compared by themselves (clocks.go, clockmodel.go).
func same(a, b exchange.Delivery) bool {
	for _, d := range []*exchange.Delivery{&a, &b} {
		d.Marks = exchange.Marks{}
		for _, at := range []*time.Time{
			&d.AcceptedAt, &d.Due, &d.Deadline, &d.WaitsSince, &d.Ended, &d.ProcessingAt, &d.Recall.At, &d.Recall.Until, &d.Recall.Ended,
			&d.Times.Arrived, &d.Times.Accepted, &d.Times.Assigned, &d.Times.Completed, &d.Times.Stopped,
		} {
			if !at.IsZero() {
				*at = time.Unix(0, at.UnixNano()).UTC()
			}
		}
	}
	return a == b
}

// sameAll compares lists of deliveries.
func sameAll(a, b []exchange.Delivery) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !same(a[i], b[i]) {
			return false
		}
	}
	return true
}
