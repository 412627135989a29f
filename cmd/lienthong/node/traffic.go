package node

import (
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/console"
	"github.com/lienthong/lienthong/exchange/delivery"
	"github.com/lienthong/lienthong/exchange/traffic"
)

// attempted notes what came of a try to post a document, for the agency's administrator.
func (n *Node) attempted(a delivery.Attempt) {
	n.traffic.Attempted(traffic.Attempt{At: a.Began.UTC(), Agency: a.Agency, Delivery: a.Delivery, Number: a.Number, Took: a.Took,
		Class: string(a.Verdict.Class), Reason: a.Verdict.Reason, Detail: a.Verdict.Detail})
}

// breaker tells the console how an agency's endpoint is treated.
func (n *Node) breaker(id exchange.AgencyID) (console.Breaker, bool) {
	b, ok := n.Dispatcher.Breaker(id)
	return console.Breaker{Parked: b.Parked, Outages: b.Outages, Opens: b.Opens}, ok
}
