package console

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
)

// A slipPage is a paper as it is printed: on A4, with a code by which anybody can have the hub confirm it.
type slipPage struct {
	Back           string
	Title, Agency  string
	Fields         []field
	Files          []slipFile
	Doubt          bool // the files cannot be listed
	Rows           []slipRow
	Closing        string
	By, At         string
	Code, Address  string
	QR             qrCode
	Index, Entries string
}

type slipFile struct{ N, Name, Size, Digest string }

type slipRow struct{ N, Name, Code, Arrived, Accepted, Who, State string }

func (c *console) sentSlip(v *visit) error {
	p, err := c.Hub.Paper(v.ctx(), v.caller, exchange.MessageID(v.Param("id")), exchange.SentSlip)
	if err != nil {
		return err
	}
	page, err := c.slip(v, p, "slip.sent")
	if err != nil {
		return err
	}
	page.Back = "/van-ban-di/" + string(p.View.Message.ID)
	for i, d := range p.View.Deliveries {
		page.Rows = append(page.Rows, c.slipRow(v, i, d, p.Courses[d.ID]))
	}
	return c.render(v, http.StatusOK, "slip", page.Title, page)
}

func (c *console) receivedSlip(v *visit) error {
	p, err := c.Hub.Paper(v.ctx(), v.caller, exchange.MessageID(v.Param("id")), exchange.ReceivedSlip)
	if err != nil {
		return err
	}
	page, err := c.slip(v, p, "slip.received")
	if err != nil {
		return err
	}
	page.Back = "/van-ban-den/" + string(p.View.Message.ID)
	d := p.View.Deliveries[0]
	row := c.slipRow(v, 0, d, p.Courses[d.ID])
	w := v.words
	page.Fields = append(page.Fields, field{w.text("slip.to"), row.Name + " (" + row.Code + ")"}, field{w.text("slip.arrived"), row.Arrived},
		field{w.text("slip.accepted"), row.Accepted}, field{w.text("col.person"), row.Who}, field{w.text("col.processing"), row.State})
	return c.render(v, http.StatusOK, "slip", page.Title, page)
}

// slip is what both papers have in common.
func (c *console) slip(v *visit, p exchange.Paper, words string) (slipPage, error) {
	w, m := v.words, p.View.Message
	page := slipPage{Title: w.text(words + ".title"), Agency: strings.ToUpper(v.agency.Name), Closing: w.text(words + ".closing"),
		By: v.person.Name, At: exactly(p.Printed), Code: p.Code, Address: origin(v) + vouchPath + "/" + p.Code,
		Index: w.number(int(p.Entry)), Entries: w.number(int(p.Seen))}
	add := func(key, value string) {
		if value != "" {
			page.Fields = append(page.Fields, field{w.text(key), value})
		}
	}
	add("col.from", c.nameOf(m.Sender)+" ("+string(m.Sender)+")")
	add("field.code", m.Code)
	add("field.date", day(m.Date))
	add("field.type", m.TypeName)
	add("field.subject", m.Subject)
	add("field.id", m.DocumentID)
	add("sent.accepted", exactly(m.AcceptedAt))
	add("slip.signature", w.signature(string(m.Signature)).Text)
	add("slip.digest", m.Digest.String())
	var err error
	if page.QR, err = newQRCode(page.Address); err != nil {
		return page, err
	}
	return page, c.slipFiles(v, m, &page)
}

// slipFiles lists what was sent, each file with its digest.
func (c *console) slipFiles(v *visit, m exchange.Message, page *slipPage) error {
	l, give, err := c.letter(v, m)
	if err != nil {
		return err
	}
	defer give()
	if page.Doubt = l.Envelope == nil; page.Doubt {
		return nil
	}
	for i, a := range l.Envelope.Attachments {
		f := slipFile{N: itoa(i + 1), Name: a.FileName(), Size: bytesText(v.words, a.Size())}
		if raw, err := a.Decode(unpacked(m)); err == nil {
			sum := sha256.Sum256(raw)
			f.Size, f.Digest = bytesText(v.words, int64(len(raw))), hex.EncodeToString(sum[:])
		}
		page.Files = append(page.Files, f)
	}
	return nil
}

func (c *console) slipRow(v *visit, i int, d exchange.Delivery, how exchange.Course) slipRow {
	row := slipRow{N: itoa(i + 1), Name: c.nameOf(d.Addressee), Code: string(d.Addressee), Arrived: clock(how.Arrived), Accepted: clock(how.Accepted),
		State: v.words.course(how)}
	if how.Side != nil {
		row.Who = how.Side.Fields["staff"]
	}
	return row
}

// course is how far a delivery had come, in a word.
func (w words) course(how exchange.Course) string {
	switch {
	case how.Withdrawn:
		return w.text("transport.withdrawn")
	case how.Code != "" && how.Code != envelope.Arrived:
		return w.processing(how.Code).Text
	case !how.Arrived.IsZero():
		return w.text("processing.01")
	case how.GivenUp:
		return w.text("transport.failed")
	}
	return w.text("slip.underway")
}
