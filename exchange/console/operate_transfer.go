package console

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
)

// A transferPage is all that is known of one delivery: never what the document says.
type transferPage struct {
	Message, Delivery, Code, Kind string
	Transport                     label
	Processing, Urgency           *label
	Signature                     label
	Facts, Signed                 []field
	Timeline                      []event
	Attempts                      []transferAttempt
	Chosen                        *transferAttempt
	Entries                       []transferEntry
	Left                          string // how many entries are not shown
	Others                        trafficTable
	MayRequeue, MayOpen           bool
	Reason, Error                 string
}

// An transferAttempt is what the log has of one attempt.
type transferAttempt struct {
	Index, Address, Number, At, Result, Code, HTTP, Took, Explained, Detail string
	Tone, Icon                                                              string
	Current                                                                 bool
}

// An transferEntry is one entry of the log with its leaf's hash.
type transferEntry struct {
	Index, At, What, Actor, Hash, Text string
}

const mostOthers = 20

// transferOf finds a delivery with its message; NotFound for a pair that there is not.
func (c *console) transferOf(v *visit) (exchange.View, exchange.Delivery, error) {
	view, err := c.Hub.Document(v.ctx(), v.caller, exchange.MessageID(v.Param("id")))
	if err != nil {
		return view, exchange.Delivery{}, err
	}
	i := slices.IndexFunc(view.Deliveries, func(d exchange.Delivery) bool { return string(d.ID) == v.Param("delivery") })
	if i < 0 {
		return view, exchange.Delivery{}, exchange.NotFound
	}
	return view, view.Deliveries[i], nil
}

func (c *console) transfer(v *visit) error {
	view, d, err := c.transferOf(v)
	if err != nil {
		return err
	}
	return c.transferPage(v, http.StatusOK, view, d, "")
}

func (c *console) transferPage(v *visit, status int, view exchange.View, d exchange.Delivery, wrong string) error {
	w, m := v.words, view.Message
	page := transferPage{Message: string(m.ID), Delivery: string(d.ID), Code: m.Code, Kind: w.text("kind." + packageKind(m)), Transport: w.transport(d),
		Processing: w.answer(d), Urgency: w.urgency(m.Priority), Signature: w.signature(string(m.Signature)),
		Facts: c.transferFacts(w, m, d), Signed: signedFacts(w, view), MayRequeue: d.State == exchange.DeadLettered, MayOpen: m.Class == exchange.ClassDocument,
		Reason: v.FormValue("ly-do"), Error: wrong}
	view.Timeline = recordsOf(view.Timeline, d)
	var err error
	if page.Timeline, err = c.timeline(v, view); err != nil {
		return err
	}
	page.attempts(w, view.Timeline, d, v.QueryParam("lan"))
	page.entries(c, v, view.Timeline)
	page.Others = newTrafficTable(w, columnsOf(v, nil))
	for _, o := range view.Deliveries {
		if o.ID != d.ID && len(page.Others.Rows) < mostOthers {
			page.Others.Rows = append(page.Others.Rows, page.Others.row(c, w, m, o))
		}
	}
	return c.render(v, status, "transfer", w.text("transfer.title", "code", m.Code, "to", c.nameOf(d.Addressee)), page)
}

// recordsOf are the entries about a delivery, and those about its message as a whole.
func recordsOf(records []exchange.LogRecord, d exchange.Delivery) (own []exchange.LogRecord) {
	for _, r := range records {
		if r.Entry.Delivery == "" || r.Entry.Delivery == string(d.ID) {
			own = append(own, r)
		}
	}
	return own
}

func (c *console) transferFacts(w words, m exchange.Message, d exchange.Delivery) []field {
	var all []field
	add := func(key, value string) {
		if value != "" {
			all = append(all, field{w.text("transfer.fact." + key), value})
		}
	}
	add("from", c.nameOf(d.Sender)+" ("+string(d.Sender)+")")
	add("to", c.nameOf(d.Addressee)+" ("+string(d.Addressee)+")")
	if d.Original != "" {
		add("original", c.nameOf(d.Original)+" ("+string(d.Original)+")")
	}
	add("channel", w.text("channel."+string(d.Channel)))
	add("accepted", exactly(d.AcceptedAt))
	if !d.State.Final() {
		add("due", exactly(d.Due))
		add("deadline", clock(d.Deadline))
	}
	add("ended", exactly(d.Ended))
	add("attempts", w.text("transfer.attempts", "n", w.number(d.Attempt), "failed", w.number(d.Failures)))
	if d.Reason != "" {
		add("reason", w.explain(d.Reason)+" ["+d.Reason+"]")
	}
	if d.Behind != "" {
		add("behind", string(d.Behind))
	}
	add("document", m.DocumentID)
	add("size", bytesText(w, m.Size))
	add("delivery", string(d.ID))
	add("message", string(m.ID))
	return all
}

func signedFacts(w words, view exchange.View) []field {
	m := view.Message
	all := []field{{w.text("transfer.signature"), w.signature(string(m.Signature)).Text}, {"SHA-256", m.Digest.String()}}
	add := func(key, value string) {
		if value != "" {
			all = append(all, field{w.text("transfer.signature." + key), value})
		}
	}
	add("algorithm", m.Algorithm)
	add("certificate", m.Certificate)
	add("signed", exactly(m.SignedAt))
	if m.Revocation != nil {
		add("revocation", w.text("revocation."+string(m.Revocation.State)))
	}
	add("revoked", exactly(view.RevokedAt))
	return all
}

// attempts lists what the log says of the attempts, the newest first, and chooses one.
func (p *transferPage) attempts(w words, records []exchange.LogRecord, d exchange.Delivery, chosen string) {
	for _, r := range slices.Backward(records) {
		if r.Entry.Delivery != string(d.ID) || r.Entry.Attempt == 0 {
			continue
		}
		switch r.Entry.Type {
		case translog.Attempted, translog.Delivered, translog.DeadLettered, translog.Acknowledged, translog.PickedUp:
			p.Attempts = append(p.Attempts, attemptOf(w, r, d))
		}
	}
	if len(p.Attempts) == 0 {
		return
	}
	at := max(0, slices.IndexFunc(p.Attempts, func(a transferAttempt) bool { return a.Index == chosen }))
	p.Attempts[at].Current = true
	p.Chosen = &p.Attempts[at]
}

func attemptOf(w words, r exchange.LogRecord, d exchange.Delivery) transferAttempt {
	e := r.Entry
	index := strconv.FormatInt(r.Index, 10)
	a := transferAttempt{Index: index, Address: transferAddress(d) + "?lan=" + index + "#lan", Number: itoa(e.Attempt), At: exactly(e.Time), Code: e.Code,
		Result: w.text("attempt." + string(e.Type)), Explained: w.explain(e.Code), Icon: "check", Tone: "blue"}
	if e.Type == translog.Attempted || e.Type == translog.DeadLettered {
		a.Icon, a.Tone = "alert-triangle", "amber"
	}
	if status, ok := strings.CutPrefix(e.Code, "http-"); ok {
		a.HTTP = status
	}
	if r.Side != nil {
		a.Detail = r.Side.Fields["detail"]
		if ms, err := strconv.ParseInt(r.Side.Fields["ms"], 10, 64); err == nil {
			a.Took = w.text("attempt.ms", "n", w.number(int(ms)))
		}
	}
	return a
}

func (p *transferPage) entries(c *console, v *visit, records []exchange.LogRecord) {
	if more := len(records) - mostEvents; more > 0 {
		p.Left = v.words.text("event.more", "n", v.words.number(more))
		records = records[more:]
	}
	for _, r := range records {
		hash := translog.LeafHash(r.Entry.Marshal())
		row := transferEntry{Index: strconv.FormatInt(r.Index, 10), At: written(r.Entry.Time, "15:04:05.000 02/01/2006"), What: c.sentence(v, r.Entry), Actor: c.actor(r.Entry), Hash: hash.String()}
		if r.Side != nil {
			row.Text = r.Side.Fields["reason"]
		}
		p.Entries = append(p.Entries, row)
	}
}

const mostReasonText = 500 // characters of an operator's reason

// operatorsReason reads the reason that every act of an operator has.
func operatorsReason(v *visit) (reason, wrong string) {
	reason = strings.Join(strings.Fields(v.FormValue("ly-do")), " ")
	if n := len([]rune(reason)); n < leastReason || n > mostReasonText {
		return reason, v.words.text("operate.reason.length", "n", v.words.number(n), "least", itoa(leastReason), "most", itoa(mostReasonText))
	}
	return reason, ""
}

func (c *console) requeueOne(v *visit) error {
	view, d, err := c.transferOf(v)
	if err != nil {
		return err
	}
	reason, wrong := operatorsReason(v)
	if wrong != "" {
		return c.transferPage(v, http.StatusUnprocessableEntity, view, d, wrong)
	}
	if _, err := c.Hub.Requeue(v.ctx(), v.caller, d.ID, reason); err != nil {
		return err
	}
	return v.Redirect(http.StatusSeeOther, transferAddress(d))
}

// openContent sends the stored bytes of a document to an operator, whose reason is logged with the session.
func (c *console) openContent(v *visit) error {
	view, err := c.Hub.Document(v.ctx(), v.caller, exchange.MessageID(v.Param("id")))
	if err != nil {
		return err
	}
	if view.Message.Class != exchange.ClassDocument || len(view.Deliveries) == 0 {
		return exchange.NotFound
	}
	reason, wrong := operatorsReason(v)
	if wrong != "" {
		return c.transferPage(v, http.StatusUnprocessableEntity, view, view.Deliveries[0], wrong)
	}
	m, body, err := c.Hub.Content(v.ctx(), v.caller, view.Message.ID, reason)
	if err != nil {
		return err
	}
	defer body.Close()
	download(v, string(m.ID)+".edxml")
	http.ServeContent(patient{v.Response(), http.NewResponseController(v.Response())}, v.Request(), "", time.Time{}, body)
	return nil
}
