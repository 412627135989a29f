package console

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
)

// A receivedPage is one document that came.
type receivedPage struct {
	ID, Code, Subject, From, FromCode string
	Urgency                           *label
	Transport, Processing             label
	Checks                            []checkRow
	Sound                             bool // every check of origin and integrity passed
	Fields                            []field
	Files                             []file
	Timeline                          []event
	Bands                             []band
	Question                          *question // what the sender asks; nil for nothing
	MayAnswer                         bool      // accept and refuse are offered
	Steps                             []option  // what can be reported after acceptance
	Finished                          bool      // and there is nothing left to report
	Software                          bool
	kept                              url.Values
	Slip                              bool   // there is one: the document was accepted
	Stood                             string // how it stood when the page was made
}

// Kept is what was written in a field before the session ended.
func (p receivedPage) Kept(name string) string { return p.kept.Get(name) }

// A checkRow is one thing to be checked before a document is accepted (Decree 30/2020, article 21).
type checkRow struct {
	label
	Detail string
}

type field struct{ Name, Value string }

type file struct {
	Address, Name, Type, Size, Digest string
	PDF                               bool // may be looked at
}

// A band stands above the document and says what cannot be missed.
type band struct {
	label
	Detail, Address, Link string
}

// A receipt is a document of the visitor's agency with the delivery to it.
type receipt struct {
	view     exchange.View
	delivery exchange.Delivery
}

// own finds a document that was delivered to the visitor's agency; NotFound for any other.
func (c *console) own(v *visit) (receipt, error) {
	return c.ownBy(v, exchange.MessageID(v.Param("id")))
}

func (c *console) ownBy(v *visit, id exchange.MessageID) (receipt, error) {
	view, err := c.Hub.Document(v.ctx(), v.caller, id)
	if err != nil {
		return receipt{}, err
	}
	i := slices.IndexFunc(view.Deliveries, func(d exchange.Delivery) bool { return d.Addressee == v.caller.Agency && d.Exposed() })
	if i < 0 || view.Message.Class != exchange.ClassDocument {
		return receipt{}, exchange.NotFound
	}
	return receipt{view, view.Deliveries[i]}, nil
}

func (c *console) received(v *visit) error {
	r, err := c.own(v)
	if err != nil {
		return err
	}
	page, err := c.receivedPage(v, r)
	if err != nil {
		return err
	}
	return c.render(v, http.StatusOK, "received", page.Code+" "+page.Subject, page)
}

func (c *console) receivedPage(v *visit, r receipt) (receivedPage, error) {
	m, d := r.view.Message, r.delivery
	page := receivedPage{
		ID: string(m.ID), Code: m.Code, Subject: m.Subject, From: c.nameOf(m.Sender), FromCode: string(m.Sender),
		Urgency: v.words.urgency(m.Priority), Transport: v.words.transport(d), Processing: v.words.state(d),
		Software: !v.agency.Console, kept: v.keptFields, Stood: d.Stood(), MayAnswer: v.agency.Console && acceptable(d, m),
		Slip: !exchange.Courses(r.view.Timeline, math.MaxInt64)[d.ID].Accepted.IsZero(),
	}
	if v.agency.Console {
		page.Steps, page.Finished = v.words.steps(d, v.keptFields.Get("ma")), d.Processing == envelope.Completed
	}
	if err := c.open(v, m, &page); err != nil {
		return page, err
	}
	if err := c.duplicates(v, m, &page); err != nil {
		return page, err
	}
	if err := c.bands(v, r, &page); err != nil {
		return page, err
	}
	var err error
	page.Timeline, err = c.timeline(v, r.view)
	return page, err
}

// bands say what was answered, what is asked, and what other documents have to do with this one.
func (c *console) bands(v *visit, r receipt, page *receivedPage) (err error) {
	answered, err := c.answered(v, r)
	if err != nil {
		return err
	}
	for _, b := range []*band{c.consented(v, r), answered, c.reminder(v, r)} {
		if b != nil {
			page.Bands = append(page.Bands, *b)
		}
	}
	related, err := c.related(v, r.view, "/van-ban-den/")
	page.Bands = append(page.Bands, related...)
	if err != nil {
		return err
	}
	page.Question, err = c.question(v, r)
	return err
}

// open reads the document, and says of each check what came of it.
func (c *console) open(v *visit, m exchange.Message, page *receivedPage) error {
	l, give, err := c.letter(v, m)
	if err != nil {
		return err
	}
	defer give()
	w := v.words
	page.Sound = l.Doubt == nil && m.Signature == "good"
	page.Checks = []checkRow{
		passed(true, w.text("check.addressee"), string(v.caller.Agency)),
		passed(true, w.text("check.integrity"), w.text("check.integrity.detail", "digest", m.Digest.String()[:16])),
	}
	signature := checkRow{label: w.signature(string(m.Signature))}
	if l.Signer != nil {
		signature.Detail = w.text("check.signer", "name", l.Signer.Subject.CommonName, "issuer", l.Signer.Issuer.CommonName,
			"until", clock(l.Signer.NotAfter))
	}
	page.Checks = append(page.Checks, signature)
	if l.Doubt != nil {
		page.Checks = append(page.Checks, passed(false, w.text("check.doubt"), w.text("check.doubt.detail")))
		return nil
	}
	page.Fields = fields(w, l.Envelope)
	for i, a := range l.Envelope.Attachments {
		page.Files = append(page.Files, c.file(v, m, i, a))
	}
	return nil
}

func passed(ok bool, text, detail string) checkRow {
	if ok {
		return checkRow{label{Icon: "circle-check", Tone: "green", Text: text}, detail}
	}
	return checkRow{label{Icon: "alert-triangle", Tone: "amber", Text: text}, detail}
}

func (c *console) file(v *visit, m exchange.Message, i int, a envelope.Attachment) file {
	f := file{Address: "/van-ban-den/" + string(m.ID) + "/tep/" + itoa(i+1), Name: a.FileName(), Type: fileKind(a.FileName(), a.ContentType), Size: bytesText(v.words, a.Size())}
	if raw, err := a.Decode(unpacked(m)); err == nil {
		sum := sha256.Sum256(raw)
		f.Size, f.Digest, f.PDF = bytesText(v.words, int64(len(raw))), hex.EncodeToString(sum[:]), bytes.HasPrefix(raw, []byte(pdfBegins))
	}
	return f
}

func bytesText(w words, n int64) string {
	switch {
	case n < 1<<10:
		return w.print.Sprintf("%d B", n)
	case n < 1<<20:
		return w.tenths(float64(n)/(1<<10)) + " KB"
	case n < 1<<30:
		return w.tenths(float64(n)/(1<<20)) + " MB"
	}
	return w.tenths(float64(n)/(1<<30)) + " GB"
}

// tenths is a number to one decimal, and without one where it is whole.
func (w words) tenths(n float64) string {
	if whole := math.Round(n); math.Abs(n-whole) < .05 {
		return w.print.Sprintf("%d", int64(whole))
	}
	return w.print.Sprintf("%.1f", n)
}

// fields are what the Decree wants shown, in its order; what a document does not say is left out.
func fields(w words, e *envelope.Envelope) []field {
	var all []field
	add := func(key, value string) {
		if strings.TrimSpace(value) != "" {
			all = append(all, field{w.text("field." + key), value})
		}
	}
	add("id", e.DocumentID)
	add("code", e.Code.String())
	add("date", day(e.Promulgation.Date))
	add("place", e.Promulgation.Place)
	add("type", e.Type.Name)
	add("subject", e.Subject)
	add("content", e.Content)
	add("signer", e.Signer.FullName)
	add("position", e.Signer.Position)
	add("due", day(e.DueDate))
	add("places", strings.Join(e.ToPlaces, "; "))
	return all
}

// twins are the other documents that take up the same number, notation and year of the same sender (Decree 30/2020,
// appendix VI, III.1h). Recalls and updates repeat the number of an older document, as they must.
func (c *console) twins(v *visit, m exchange.Message) (all []exchange.Row, err error) {
	if m.Code == "" || !m.Numbered() {
		return nil, nil
	}
	found, err := c.Hub.Search(v.ctx(), v.caller, exchange.Query{Role: exchange.Received, Code: m.Code, Limit: 20})
	for _, r := range found.Rows {
		o := r.Message
		if o.ID != m.ID && o.Sender == m.Sender && o.Numbered() && o.Date.Year() == m.Date.Year() {
			all = append(all, r)
		}
	}
	return all, err
}

func (c *console) duplicates(v *visit, m exchange.Message, page *receivedPage) error {
	twins, err := c.twins(v, m)
	if err != nil || m.Code == "" {
		return err
	}
	for _, r := range twins {
		o := r.Message
		page.Bands = append(page.Bands, band{label: label{Icon: "alert-triangle", Tone: "amber", Text: v.words.text("band.duplicate")},
			Detail:  v.words.text("band.duplicate.detail", "code", o.Code, "date", day(o.Date), "at", clock(came(r.Deliveries[0])), "state", v.words.state(r.Deliveries[0]).Text),
			Address: "/van-ban-den/" + string(o.ID), Link: v.words.text("band.duplicate.link")})
	}
	key := "check.duplicate." + map[bool]string{true: "yes", false: "no"}[len(twins) > 0]
	page.Checks = append(page.Checks, passed(len(twins) == 0, v.words.text(key), ""))
	return nil
}

// answered says what the agency answered, and whether that has reached the sender: the half that others forget.
func (c *console) answered(v *visit, r receipt) (*band, error) {
	code := r.delivery.Processing
	if code != envelope.Refused && code != envelope.Accepted {
		return nil, nil
	}
	status, ok := lastStatus(r.view, r.delivery)
	if !ok {
		return nil, nil
	}
	b := band{label: v.words.processing(code)}
	b.Text = v.words.text("band.answered."+string(code), "at", exactly(status.Entry.Time))
	if status.Side != nil {
		b.Detail = status.Side.Fields["description"]
	}
	told, err := c.Hub.Document(v.ctx(), v.caller, exchange.MessageID(status.Entry.Message))
	if err != nil {
		return nil, err
	}
	b.Link = v.words.text("band.told.no")
	if len(told.Deliveries) > 0 && told.Deliveries[0].State == exchange.Delivered {
		b.Link = v.words.text("band.told.yes", "at", exactly(told.Deliveries[0].Ended))
	}
	return &b, nil
}

func (c *console) accept(v *visit) error {
	r, err := c.answerable(v)
	if err != nil {
		return err
	}
	text, err := c.registered(v)
	if err != nil {
		return err
	}
	return c.report(v, r, envelope.Accepted, text)
}

// answerable is own of a document about which the console gives a status: nowhere does it speak in the place of an
// agency's software.
func (c *console) answerable(v *visit) (receipt, error) {
	r, err := c.own(v)
	if err != nil {
		return r, err
	}
	if err := c.speaks(v); err != nil {
		return r, err
	}
	switch m, d := r.view.Message, r.delivery; {
	case !waits(d):
		return r, &exchange.Error{Kind: exchange.Conflict, Detail: "the document was answered already", VI: "Văn bản này đã được trả lời trước đó."}
	case !acceptable(d, m):
		return r, &exchange.Error{Kind: exchange.Conflict, Detail: "the sender asks something about this: agree or decline",
			VI: "Đây là bản cập nhật, hoặc văn bản đang được yêu cầu lấy lại: hãy trả lời đồng ý hoặc từ chối."}
	}
	return r, nil
}

// acceptable reports whether the delivery of m is accepted or refused: neither is an update, nor what is asked back.
func acceptable(d exchange.Delivery, m exchange.Message) bool {
	return waits(d) && !updates(m) && asked(d, m) == ""
}

func (c *console) report(v *visit, r receipt, code envelope.StatusCode, text string) error {
	if _, err := c.Hub.Report(v.ctx(), v.caller, r.delivery.ID, exchange.Word{Code: code, Description: text, Staff: c.staff(v), Stood: stood(v, r.delivery)}); err != nil {
		return err
	}
	return v.Redirect(http.StatusSeeOther, "/van-ban-den/"+string(r.view.Message.ID))
}

const (
	leastReason = 10  // characters of the explanation
	mostReason  = 500 // with the reason's own words
)

func reasons() []string {
	return []string{"nham", "xac-thuc", "toan-ven", "thieu", "the-thuc", "trung", "khac"}
}

// A refusalForm is the page on which a document is refused.
type refusalForm struct {
	ID, Code, Subject, From string
	Stood                   string
	Reasons                 []option
	Said                    map[string]string // of each reason what the sender reads, whatever the page's language
	Text, Error             string
	Least, Most             int
}

type option struct {
	Value, Text string
	Chosen      bool
}

func (c *console) refusalPage(v *visit) error {
	r, err := c.answerable(v)
	if err != nil {
		return err
	}
	return c.refusalForm(v, r, http.StatusOK, "")
}

func (c *console) refusalForm(v *visit, r receipt, status int, wrong string) error {
	m := r.view.Message
	f := refusalForm{ID: string(m.ID), Code: m.Code, Subject: m.Subject, From: c.nameOf(m.Sender), Stood: stood(v, r.delivery), Text: v.written("giai-thich"), Error: wrong,
		Least: leastReason, Most: mostReason, Said: make(map[string]string)}
	for _, value := range reasons() {
		f.Said[value] = c.saidReason(value)
		f.Reasons = append(f.Reasons, option{value, v.words.text("reason." + value), value == v.written("ly-do")})
	}
	return c.render(v, status, "refusal", v.words.text("refusal.title"), f)
}

func (c *console) refuseDocument(v *visit) error {
	r, err := c.answerable(v)
	if err != nil {
		return err
	}
	reason := v.FormValue("ly-do")
	text, n := reasonOf(v.FormValue("giai-thich"))
	switch {
	case !slices.Contains(reasons(), reason):
		return c.refusalForm(v, r, http.StatusUnprocessableEntity, v.words.text("refusal.choose"))
	case v.words.unfit("refusal.length", n) != "":
		return c.refusalForm(v, r, http.StatusUnprocessableEntity, v.words.unfit("refusal.length", n))
	}
	// What the sender reads is Vietnamese, whatever language the clerk's page is in.
	return c.report(v, r, envelope.Refused, c.saidReason(reason)+text)
}

// saidReason is how a reason begins what the sender reads: in the language of official documents.
func (c *console) saidReason(reason string) string {
	return c.words["vi"].text("reason."+reason) + ": "
}
