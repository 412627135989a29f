package console

import (
	"net/http"
	"slices"

	"github.com/lienthong/lienthong/exchange"
)

func nudgeRoutes() []route {
	return []route{
		{method: get, path: "/van-ban-di/:id/gui-lai", handle: (*console).againPage, who: clerks, lists: true},
		{method: post, path: "/van-ban-di/:id/gui-lai", handle: (*console).sendAgain, who: clerks, lists: true, form: "/van-ban-di/:id/gui-lai",
			keeps: []string{"ly-do", "luot"}},
		{method: post, path: "/van-ban-di/:id/nhac", handle: (*console).remind, who: clerks, lists: true},
	}
}

// A againForm is the page on which the sender sends a document again to addressees whom the hub gave up.
type againForm struct {
	ID, Code, Subject string
	To                []failedRow
	Text, Error       string
	Least, Most       int
}

type failedRow struct {
	Delivery, Agency, Name, Why string
	Chosen                      bool
}

func (c *console) againPage(v *visit) error {
	view, err := c.sentBy(v)
	if err != nil {
		return err
	}
	return c.againForm(v, view, http.StatusOK, "")
}

func (c *console) againForm(v *visit, view exchange.View, status int, wrong string) error {
	m := view.Message
	f := againForm{ID: string(m.ID), Code: m.Code, Subject: m.Subject, Text: v.written("ly-do"), Error: wrong, Least: leastReason, Most: mostReason}
	chosen := v.writtenAll("luot")
	for _, d := range view.Deliveries {
		if exchange.Resendable(d) {
			f.To = append(f.To, failedRow{Delivery: string(d.ID), Agency: string(d.Addressee), Name: c.nameOf(d.Addressee), Why: cause(v.words, d.Reason),
				Chosen: len(chosen) == 0 && wrong == "" || slices.Contains(chosen, string(d.ID))})
		}
	}
	return c.render(v, status, "again", v.words.text("again.title"), f)
}

// sendAgain sends again to each of the chosen addressees. What cannot be sent again meanwhile is passed over; if nothing can,
// the page says why.
func (c *console) sendAgain(v *visit) error {
	view, err := c.sentBy(v)
	if err != nil {
		return err
	}
	text, n := reasonOf(v.FormValue("ly-do"))
	chosen := chosenOf(view, v.writtenAll("luot"))
	switch {
	case len(chosen) == 0:
		return c.againForm(v, view, http.StatusUnprocessableEntity, v.words.text("takeback.choose"))
	case v.words.unfit("takeback.length", n) != "":
		return c.againForm(v, view, http.StatusUnprocessableEntity, v.words.unfit("takeback.length", n))
	}
	sent := 0
	for _, d := range chosen {
		switch _, e := c.Hub.Resend(v.ctx(), v.caller, d, text); {
		case e == nil:
			sent++
		case exchange.KindOf(e) != exchange.Conflict:
			return e
		default:
			err = e
		}
	}
	if sent == 0 {
		return err
	}
	return v.Redirect(http.StatusSeeOther, "/van-ban-di/"+string(view.Message.ID)+"?gui=nua")
}

// chosenOf are the document's deliveries among the ids, each once.
func chosenOf(view exchange.View, ids []string) (all []exchange.DeliveryID) {
	for _, d := range view.Deliveries {
		if slices.Contains(ids, string(d.ID)) {
			all = append(all, d.ID)
		}
	}
	return all
}
