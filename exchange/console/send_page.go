package console

import (
	"bytes"
	"net/http"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/problem"
)

// A sendForm is the page from which an agency without software sends a signed file.
type sendForm struct {
	Most   string // the largest file
	Passed *sendCheck
	Failed *sendFailure
}

// A sendCheck is what the hub found in a file that it would take.
type sendCheck struct {
	Title      string
	Fields     []field
	Checks     []checkRow
	Addressees []sendAddressee
}

type sendAddressee struct {
	Name, Code string
	Way        label
}

// A sendFailure is why the hub does not take a file.
type sendFailure struct {
	Title, Detail, Advice string
	Faults                []sendFault
}

type sendFault struct {
	Line                   int
	Text, Path, Rule, Code string
}

// sends refuses an agency whose software sends: two hands at one register of numbers would be one too many.
func sends(v *visit) error {
	if v.agency.Console {
		return nil
	}
	return &exchange.Error{Kind: exchange.Forbidden, Detail: "the agency's own software sends its documents",
		VI: "Văn bản do phần mềm của đơn vị gửi; tại đây chỉ theo dõi."}
}

func (c *console) sendPage(v *visit) error {
	if err := sends(v); err != nil {
		return err
	}
	return c.sendForm(v, http.StatusOK, sendForm{})
}

func (c *console) sendForm(v *visit, status int, f sendForm) error {
	f.Most = bytesText(v.words, c.Document)
	return c.render(v, status, "send", v.words.text("send.title"), f)
}

// checkDocument says of a file what sending it would come to. Nothing of it is kept.
func (c *console) checkDocument(v *visit) error {
	return c.withFile(v, func(s exchange.Submission) error {
		checked, err := c.Hub.Validate(v.ctx(), s)
		if err != nil {
			return err
		}
		return c.sendForm(v, http.StatusOK, sendForm{Passed: c.sendCheck(v, checked)})
	})
}

func (c *console) sendDocument(v *visit) error {
	return c.withFile(v, func(s exchange.Submission) error {
		receipt, err := c.Hub.Submit(v.ctx(), s)
		if err != nil {
			return err
		}
		came := "moi"
		if receipt.Repeat {
			came = "lai"
		}
		return v.Redirect(http.StatusSeeOther, "/van-ban-di/"+string(receipt.Message.ID)+"?gui="+came)
	})
}

// withFile hands the uploaded file on. A refusal is said on the page with the form, where another file can be chosen.
func (c *console) withFile(v *visit, act func(exchange.Submission) error) error {
	if err := sends(v); err != nil {
		unread(v)
		return err
	}
	raw, give, err := c.uploaded(v, c.Document)
	if err == nil {
		defer give()
		err = signedFile(raw)
	}
	if err == nil {
		err = act(exchange.Submission{Caller: v.caller, Raw: raw, Want: exchange.ClassDocument})
	}
	if err == nil {
		return nil
	}
	v.Set(errorKey, err)
	p := problem.Of(err)
	return c.sendForm(v, p.Status, sendForm{Failed: failed(v.words, p)})
}

// signedFile says what is wrong with the files that people choose in the place of the signed one.
func signedFile(raw []byte) error {
	if bytes.HasPrefix(raw, []byte(pdfBegins)) || bytes.HasPrefix(raw, []byte("PK\x03\x04")) {
		return &exchange.Error{Kind: exchange.BadXML, Detail: "this is the document itself; the signed edXML envelope with the document in it is sent",
			VI: "Đây là chính văn bản. Hãy chọn gói tin edXML đã ký số, trong đó có văn bản này."}
	}
	return nil
}

func failed(w words, p problem.Problem) *sendFailure {
	vi := w.Lang == "vi"
	f := &sendFailure{Title: p.TitleEN, Detail: sentence(p.DetailEN), Advice: p.AdviceEN}
	if vi {
		f.Title, f.Detail, f.Advice = p.Title, p.Detail, p.Advice
	}
	for _, e := range p.Errors {
		fault := sendFault{Line: e.Line, Text: sentence(e.EN), Path: e.Path, Rule: e.Rule, Code: e.Code}
		if vi {
			fault.Text = e.VI
		}
		f.Faults = append(f.Faults, fault)
	}
	if len(f.Faults) > 0 && f.Faults[0].Text == f.Detail {
		f.Detail = ""
	}
	if p.Code == string(exchange.BadEnvelope) {
		f.Advice = w.text("send.advice.faults")
	}
	return f
}

func (c *console) sendCheck(v *visit, got *exchange.Checked) *sendCheck {
	w, m := v.words, got.Message
	s := &sendCheck{Title: w.text("send.passed", "n", w.number(len(m.Addressees)))}
	add := func(key, value string) { s.Fields = append(s.Fields, field{w.text("field." + key), value}) }
	add("code", m.Code)
	add("date", day(m.Date))
	add("type", m.TypeName)
	add("subject", m.Subject)
	s.Checks = []checkRow{
		passed(true, w.text("send.sender"), c.nameOf(m.Sender)+" ("+string(m.Sender)+")"),
		{label: w.signature(string(m.Signature))},
		passed(true, w.text("send.found"), ""),
	}
	for _, f := range got.Warnings {
		s.Checks = append(s.Checks, passed(false, warningText(w, f), f.Rule))
	}
	for _, a := range m.Addressees {
		s.Addressees = append(s.Addressees, c.sendAddressee(v, a))
	}
	return s
}

func warningText(w words, f envelope.Fault) string {
	if w.Lang == "vi" {
		return f.VI
	}
	return f.EN
}

func (c *console) sendAddressee(v *visit, a exchange.Addressee) sendAddressee {
	row := sendAddressee{Name: c.nameOf(a.Agency), Code: string(a.Agency)}
	row.Way = c.way(v, exchange.Resolution{})
	if to, ok := c.Agencies.Agency(a.Agency); ok {
		row.Way = c.way(v, exchange.Resolution{Agency: to})
	}
	if len(a.Routes) > 0 {
		row.Code = string(a.Routes[0].Code)
		if was, ok := c.Agencies.Identify(a.Routes[0].Code); ok {
			row.Name = was.Name
		}
		to, _ := c.Agencies.Agency(a.Agency)
		row.Way = c.way(v, exchange.Resolution{Agency: to, Steps: a.Routes[0].Steps})
	}
	return row
}
