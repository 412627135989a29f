package api

import (
	"net/http"
	"time"

	"github.com/lienthong/lienthong/client"
	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
)

func (a *api) lease(c *call) error {
	var in client.LeaseRequest
	if err := a.decode(c, &in); err != nil {
		return err
	}
	wait, err := span("/wait", in.Wait)
	if err != nil {
		return err
	}
	length, err := span("/lease", in.Lease)
	if err != nil {
		return err
	}
	handouts, err := a.Hub.Lease(c.ctx(), c.who, exchange.Ask{Max: in.Max, For: length, Wait: wait, Still: func() error { return a.identify(c, route{}) }})
	if c.ctx().Err() == nil && err != nil {
		return err // otherwise the wait was cut short by a hub that stops, which is no failure
	}
	out := make([]client.Handout, 0, len(handouts))
	for _, h := range handouts {
		m := h.Message
		m.Addressees = own(m.Addressees, h.Delivery.ID)
		out = append(out, client.Handout{Delivery: wireDelivery(h.Delivery), Message: wireMessage(m), Token: h.Token, Until: h.Until})
	}
	return answer(c, http.StatusOK, map[string]any{"deliveries": out})
}

// own leaves the addressee of one delivery: whom else a document went to stands in the document, not in the hub's word.
func own(to []exchange.Addressee, id exchange.DeliveryID) []exchange.Addressee {
	for _, t := range to {
		if t.Delivery == id {
			return []exchange.Addressee{t}
		}
	}
	return nil
}

// span is a number of seconds as a time. What would not fit is refused here; what is permitted is the hub's rule.
func span(path string, seconds int64) (time.Duration, error) {
	const most = int64(366 * 24 * time.Hour / time.Second)
	if seconds < 0 || seconds > most {
		return 0, &exchange.Error{Kind: exchange.BadRequest, Path: path, Detail: path[1:] + " is a number of seconds",
			VI: path[1:] + " là số giây."}
	}
	return time.Duration(seconds) * time.Second, nil
}

func (c *call) delivery() exchange.DeliveryID { return exchange.DeliveryID(c.Param("delivery")) }

func (a *api) ack(c *call) error {
	var in client.AckRequest
	if err := a.decode(c, &in); err != nil {
		return err
	}
	d, err := a.Hub.Ack(c.ctx(), c.who, c.delivery(), in.Token)
	return delivered(c, d, err)
}

func (a *api) nack(c *call) error {
	var in client.NackRequest
	if err := a.decode(c, &in); err != nil {
		return err
	}
	after, err := span("/after", in.After)
	if err != nil {
		return err
	}
	d, err := a.Hub.Nack(c.ctx(), c.who, c.delivery(), in.Token, in.Reason, after)
	return delivered(c, d, err)
}

func (a *api) extend(c *call) error {
	var in client.ExtendRequest
	if err := a.decode(c, &in); err != nil {
		return err
	}
	by, err := span("/lease", in.Lease)
	if err != nil {
		return err
	}
	d, err := a.Hub.Extend(c.ctx(), c.who, c.delivery(), in.Token, by)
	return delivered(c, d, err)
}

func delivered(c *call, d exchange.Delivery, err error) error {
	if err != nil {
		return err
	}
	return answer(c, http.StatusOK, wireDelivery(d))
}

func staff(s client.Staff) envelope.Staff {
	return envelope.Staff{Department: s.Department, Staff: s.Name, Mobile: s.Mobile, Email: s.Email}
}

func (a *api) giveStatus(c *call) error {
	var in client.StatusRequest
	if err := a.decode(c, &in); err != nil {
		return err
	}
	c.counted = true // Report counts its own refusals
	receipt, err := a.Hub.Report(c.ctx(), c.who, c.delivery(), exchange.Word{
		Code: envelope.StatusCode(in.Code), Description: in.Description,
		Staff: staff(in.Staff),
	})
	if err != nil {
		return err
	}
	return receipted(c, receipt)
}
