package console

import (
	"errors"
	"net/http"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/problem"
)

// A bulkPage says what became of each of the documents that were to be accepted together.
type bulkPage struct {
	Accepted int
	Done     string
	Left     []bulkRow // those that were not accepted, and why
	Back     string
}

type bulkRow struct {
	Address, Code, Subject, From, Why string
}

// acceptMany accepts those of the chosen documents about which there is nothing to look at. Each of them is read, verified
// and held against what came before, as when a clerk opens it (Decree 30/2020, article 21.2a); the others are left to be
// opened one by one.
func (c *console) acceptMany(v *visit) error {
	if err := c.speaks(v); err != nil {
		return err
	}
	all, err := c.chosen(v)
	if err != nil {
		return err
	}
	page := bulkPage{Back: local(v.FormValue("ve"))}
	for _, r := range all {
		why, err := c.acceptOne(v, r)
		if err != nil {
			if why = c.refusal(v, err); why == "" {
				return err
			}
		}
		if why == "" {
			page.Accepted++
			continue
		}
		m := r.view.Message
		page.Left = append(page.Left, bulkRow{Address: "/van-ban-den/" + string(m.ID), Code: m.Code, Subject: m.Subject, From: c.nameOf(m.Sender), Why: why})
	}
	if page.Accepted > 0 {
		page.Done = v.words.text("bulk.done", "n", v.words.number(page.Accepted))
	}
	return c.render(v, http.StatusOK, "bulk", v.words.text("bulk.title"), page)
}

// chosen are the documents that were chosen in a list: as many as it shows at most, and no other than the agency's own.
// Nothing is done about one of them before all are found.
func (c *console) chosen(v *visit) ([]receipt, error) {
	ids := v.writtenAll("van-ban")
	if len(ids) == 0 || len(ids) > pageRows {
		return nil, &exchange.Error{Kind: exchange.BadRequest, Detail: "choose between 1 and 50 documents", VI: "Hãy chọn từ 1 đến 50 văn bản."}
	}
	all := make([]receipt, 0, len(ids))
	for _, id := range ids {
		r, err := c.ownBy(v, exchange.MessageID(id))
		if err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, nil
}

// acceptOne accepts a document, or says why somebody has to look at it first.
func (c *console) acceptOne(v *visit, r receipt) (why string, err error) {
	m, d := r.view.Message, r.delivery
	switch {
	case !waits(d):
		return v.words.text("bulk.answered", "state", v.words.state(d).Text), nil
	case asked(d, m) != "" || updates(m):
		return v.words.text("bulk.asked"), nil
	case m.Signature != "good":
		return v.words.signature(string(m.Signature)).Text, nil
	case !r.view.RevokedAt.IsZero():
		return v.words.text("bulk.revoked"), nil
	}
	twins, err := c.twins(v, m)
	if err != nil {
		return "", err
	}
	if len(twins) > 0 {
		return v.words.text("check.duplicate.yes"), nil
	}
	if sound, err := c.sound(v, m); err != nil || !sound {
		return v.words.text("check.doubt"), err
	}
	_, err = c.Hub.Report(v.ctx(), v.caller, d.ID, exchange.Word{Code: envelope.Accepted, Staff: c.staff(v), Stood: d.Stood()})
	if exchange.KindOf(err) == exchange.Conflict {
		return c.faster(v, m.ID, err)
	}
	return "", err
}

// faster says who was, in the moment between reading the document and accepting it.
func (c *console) faster(v *visit, id exchange.MessageID, why error) (string, error) {
	r, err := c.ownBy(v, id)
	if err != nil {
		return "", err
	}
	b, ok := c.overtaker(v, r)
	if !ok {
		return "", why
	}
	return b.Text, nil
}

// sound reads the document and verifies it anew.
func (c *console) sound(v *visit, m exchange.Message) (bool, error) {
	l, give, err := c.letter(v, m)
	if err != nil {
		return false, err
	}
	defer give()
	return l.Doubt == nil, nil
}

// refusal is what the hub refused with, in words; empty for what is its own fault.
func (c *console) refusal(v *visit, err error) string {
	if _, ok := errors.AsType[*exchange.Error](err); !ok {
		return ""
	}
	p := problem.Of(err)
	if v.words.Lang == "vi" {
		return p.Detail
	}
	return p.DetailEN
}
