package console

import (
	"slices"
	"strings"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
)

// speaks refuses an agency whose own software gives the statuses: nowhere does the console speak in its place.
func (c *console) speaks(v *visit) error {
	if v.agency.Console {
		return nil
	}
	return &exchange.Error{Kind: exchange.Forbidden, Detail: "the agency's own software gives the statuses",
		VI: "Trạng thái do phần mềm của đơn vị báo; tại đây chỉ theo dõi."}
}

// furtherCodes are what a clerk reports of a document after it was accepted.
func furtherCodes() []envelope.StatusCode {
	return []envelope.StatusCode{envelope.Assigned, envelope.Processing, envelope.Completed}
}

// further are the steps on from where the document is, the natural next one first: none before acceptance, and none when it
// is done, was refused or cancelled. The tables permit steps back as well, which are an agency's software's.
func further(d exchange.Delivery) (codes []envelope.StatusCode) {
	if d.Processing != envelope.Accepted && !slices.Contains(furtherCodes(), d.Processing) {
		return nil
	}
	permitted := exchange.Table()
	for _, code := range furtherCodes() {
		if code > d.Processing && permitted.Status(d, code) == exchange.Applied {
			codes = append(codes, code)
		}
	}
	return codes
}

// steps are the choices of the form for a further status.
func (w words) steps(d exchange.Delivery, chosen string) (all []option) {
	for _, code := range further(d) {
		all = append(all, option{Value: string(code), Text: w.text("processing." + string(code)), Chosen: string(code) == chosen || chosen == "" && len(all) == 0})
	}
	return all
}

func (c *console) giveStatus(v *visit) error {
	r, err := c.own(v)
	if err != nil {
		return err
	}
	if err := c.speaks(v); err != nil {
		return err
	}
	code := envelope.StatusCode(v.FormValue("ma"))
	if !slices.Contains(furtherCodes(), code) {
		return &exchange.Error{Kind: exchange.BadRequest, Path: "/ma", Detail: "the status is 04, 05 or 06", VI: "Trạng thái là 04, 05 hoặc 06."}
	}
	if !slices.Contains(further(r.delivery), code) && r.delivery.Processing != code {
		return &exchange.Error{Kind: exchange.Conflict, Detail: "the document was not accepted, is past this step, was refused or was taken back",
			VI: "Văn bản chưa được tiếp nhận, đã qua bước này, đã bị từ chối hoặc đã được lấy lại."}
	}
	text, err := note(v, "ghi-chu")
	if err != nil {
		return err
	}
	return c.report(v, r, code, text)
}

// note is a remark that may be left out.
func note(v *visit, name string) (string, error) {
	text, n := reasonOf(v.FormValue(name))
	switch {
	case n < 0:
		return "", exchange.Illegible("/" + name)
	case n > mostReason:
		return "", &exchange.Error{Kind: exchange.BadRequest, Path: "/" + name, Detail: "a remark is a text of at most 500 characters",
			VI: "Ghi chú dài tối đa 500 ký tự."}
	}
	return text, nil
}

// mostNumber is the longest number of an incoming register, in characters.
const mostNumber = 30

// registered is the text of an acceptance: the number in the register of what came (Decree 30/2020, appendix IV), where
// the clerk gives one, and the remark. The hub keeps no register; the sender reads it.
func (c *console) registered(v *visit) (string, error) {
	text, err := note(v, "ghi-chu")
	if err != nil {
		return "", err
	}
	number, n := reasonOf(v.FormValue("so-den"))
	switch {
	case n < 0:
		return "", exchange.Illegible("/so-den")
	case n > mostNumber:
		return "", &exchange.Error{Kind: exchange.BadRequest, Path: "/so-den", Detail: "the number has at most 30 characters",
			VI: "Số đến dài tối đa 30 ký tự."}
	case n == 0:
		return text, nil
	}
	return strings.TrimSpace(c.words["vi"].text("accept.number", "n", number) + " " + text), nil
}
