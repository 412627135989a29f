package console

import (
	"net/http"
	"strings"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
)

// remindAll, in the place of a delivery's id, are all that may be reminded now.
const remindAll = "tat-ca"

// remind reminds one addressee of the document, or all that may be reminded now: as many as the hub reminds at once.
func (c *console) remind(v *visit) error {
	view, err := c.sentBy(v)
	if err != nil {
		return err
	}
	var whom []exchange.DeliveryID
	if id := v.FormValue("luot"); id != remindAll {
		whom = append(whom, exchange.DeliveryID(id))
	} else {
		whom = c.remindable(view)
	}
	if len(whom) > 0 { // else somebody else has reminded them just now
		if err := c.Hub.Remind(v.ctx(), v.caller, view.Message.ID, whom[:min(len(whom), exchange.MostReminded)]); err != nil {
			return err
		}
	}
	return v.Redirect(http.StatusSeeOther, "/van-ban-di/"+string(view.Message.ID)+"?gui=nhac")
}

// remindable are the deliveries of whose document the addressee may be reminded now.
func (c *console) remindable(view exchange.View) (all []exchange.DeliveryID) {
	last := exchange.Reminded(view.Timeline)
	for _, d := range view.Deliveries {
		if may, _ := c.reminds(view.Message, d, last[d.ID]); may {
			all = append(all, d.ID)
		}
	}
	return all
}

// reminds reports whether the addressee may be reminded now, or from when on; zero: not while things are as they are.
func (c *console) reminds(m exchange.Message, d exchange.Delivery, last time.Time) (may bool, from time.Time) {
	if !exchange.AwaitsAcceptance(m, d) {
		return false, time.Time{}
	}
	from = exchange.RemindFrom(c.Hub.Calendar(), last)
	return !c.Clock().Before(from), from
}

// remindRow says of an addressee's row when it was reminded, and whether it may be now.
func (c *console) remindRow(v *visit, row *addresseeRow, m exchange.Message, d exchange.Delivery, last time.Time) {
	may, from := c.reminds(m, d, last)
	if may {
		row.Remind = string(d.ID)
	}
	switch {
	case last.IsZero():
	case !may && !from.IsZero():
		row.Reminded = v.words.text("remind.again", "at", clock(last), "from", clock(from))
	default:
		row.Reminded = v.words.text("remind.last", "at", clock(last))
	}
}

// reminder tells the addressee that the sender waits; nil where there is nothing to accept.
func (c *console) reminder(v *visit, r receipt) *band {
	last := exchange.Reminded(r.view.Timeline)[r.delivery.ID]
	if last.IsZero() || !exchange.AwaitsAcceptance(r.view.Message, r.delivery) {
		return nil
	}
	return &band{label: label{Icon: "bell", Tone: "amber", Text: v.words.text("remind.band", "at", exactly(last))},
		Detail: v.words.text("remind.band.detail", "from", c.nameOf(r.view.Message.Sender))}
}

// sentAgain is the sentence of a document that was sent again: by the hub's operator, who is not named, or by its sender.
func sentAgain(e translog.Entry) string {
	if strings.HasPrefix(e.Actor, "operator:") {
		return "event." + string(e.Type)
	}
	return "event.resent"
}
