package api

import (
	"math"
	"net/http"
	"strconv"

	"github.com/lienthong/lienthong/client"
	"github.com/lienthong/lienthong/exchange"
)

func (a *api) status(c *call) error {
	n, err := a.Hub.Counts(c.ctx(), c.who, "")
	if err != nil {
		return err
	}
	_, size, err := a.Hub.Store.Checkpoint(c.ctx())
	if err != nil {
		return err
	}
	agencies, _ := a.Directory.List(0)
	out := client.HubStatus{Version: a.Version, Now: a.now(), Started: a.started.UTC(), Agencies: len(agencies),
		Deliveries: wireCounts(n), LogSize: size, InFlight: a.Budget.Used()}
	if a.Dispatcher != nil {
		out.LastTick = a.Dispatcher.LastTick().UTC()
	}
	return answer(c, http.StatusOK, out)
}

func (a *api) revocation(c *call) error {
	var sources []client.RevocationSource
	if a.Sources != nil {
		sources = a.Sources()
	}
	return answer(c, http.StatusOK, map[string]any{"sources": list(sources)})
}

func (a *api) deadLetters(c *call) error {
	limit, err := number(c, "limit", 0, 1, maxPage)
	if err != nil {
		return err
	}
	page, err := a.Hub.DeadLetters(c.ctx(), c.who, int(limit), c.QueryParam("cursor"))
	if err != nil {
		return err
	}
	return answer(c, http.StatusOK, wirePage(page))
}

func (a *api) requeue(c *call) error {
	var in client.RequeueRequest
	if err := a.decode(c, &in); err != nil {
		return err
	}
	if len(in.Deliveries) > 0 {
		return &exchange.Error{Kind: exchange.BadRequest, Path: "/deliveries", Detail: "the path names the delivery already",
			VI: "Lượt chuyển đã có trong địa chỉ."}
	}
	d, err := a.sendAgain(c, c.delivery(), in)
	return delivered(c, d, err)
}

// sendAgain requeues one dead letter, to the successor that the operator names if there is one.
func (a *api) sendAgain(c *call, id exchange.DeliveryID, in client.RequeueRequest) (exchange.Delivery, error) {
	if in.To != "" {
		return a.Hub.SendOn(c.ctx(), c.who, id, exchange.AgencyID(in.To), in.Reason)
	}
	return a.Hub.Requeue(c.ctx(), c.who, id, in.Reason)
}

// moveWaiting takes what waits for closed agencies to who takes their place.
func (a *api) moveWaiting(c *call) error {
	m, err := a.Hub.MoveWaiting(c.ctx())
	if err != nil {
		return err
	}
	return answer(c, http.StatusOK, client.Moved{Redirected: m.Redirected, Stranded: m.Stranded, Underway: m.Underway})
}

// maxRequeue bounds one list.
const maxRequeue = 1000

// requeueList sends several dead letters again. Each is an act of its own: what is refused is named, the rest is sent.
func (a *api) requeueList(c *call) error {
	var in client.RequeueRequest
	if err := a.decode(c, &in); err != nil {
		return err
	}
	if len(in.Deliveries) == 0 || len(in.Deliveries) > maxRequeue {
		return &exchange.Error{Kind: exchange.BadRequest, Path: "/deliveries", Detail: "deliveries names 1 to 1000 deliveries",
			VI: "deliveries ghi từ 1 đến 1000 lượt chuyển."}
	}
	out := make([]client.Requeued, 0, len(in.Deliveries))
	for _, id := range in.Deliveries {
		d, err := a.sendAgain(c, exchange.DeliveryID(id), in)
		switch exchange.KindOf(err) {
		case exchange.NotFound, exchange.Conflict:
			out = append(out, client.Requeued{Delivery: id, Code: string(exchange.KindOf(err))})
			continue
		}
		if err != nil {
			return err
		}
		out = append(out, client.Requeued{Delivery: id, State: string(d.State)})
	}
	return answer(c, http.StatusOK, map[string]any{"requeued": out})
}

func (a *api) entries(c *call) error {
	from, err := number(c, "from", 0, 0, math.MaxInt64-1)
	if err != nil {
		return err
	}
	limit, err := number(c, "limit", defaultEvents, 1, maxEvents)
	if err != nil {
		return err
	}
	records, err := a.Hub.Events(c.ctx(), c.who, from-1, int(limit))
	if err != nil {
		return err
	}
	return answer(c, http.StatusOK, map[string]any{"entries": wireEvents(records, c.who)})
}

func (a *api) entryReceipt(c *call) error {
	index, err := strconv.ParseInt(c.Param("index"), 10, 64)
	if err != nil || index < 0 {
		return exchange.NotFound
	}
	proof, err := a.Store.Proof(c.ctx(), index)
	if err != nil {
		return err
	}
	return blob(c, http.StatusOK, "text/plain; charset=utf-8", proof.Marshal())
}
