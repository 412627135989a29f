package storetest

import (
	"slices"
	"strings"
	"time"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/calendar"
	"github.com/lienthong/lienthong/exchange/translog"
)

// The law's clocks: marks, roll-ups, what is to be done, warnings. The suite's documents are of Friday 14 September
// 2018, and its clock begins at 8:02 of that day in Việt Nam.
var clockCases = []check{
	{"the marks follow a delivery from end to end", marksFollow},
	{"what is past its limit becomes overdue once, and is done late", passesLimits},
	{"a day off that is announced late is counted", announcedLate},
	{"a verdict stands whatever becomes of the calendar", func(h *hub) {
		d := h.accept(h.document(office, commune))
		h.putCalendar(h.Calendar().WithMakeUp(calendar.Special{Day: calendar.DayOf(h.now) + 1}))
		h.lease(commune)
		d = must(h.acknowledge(d.ID, commune, 1))(h)
		if d.Marks.Send.Calendar != 0 || d.Marks.Receive.Calendar != 1 {
			h.Errorf("marks %+v; want the sending by the old calendar, the receiving by the new", d.Marks)
		}
	}},
	{"the calendar is changed by its version", func(h *hub) {
		if c := h.Calendar(); c.Version != 0 || c.String() != calendar.Default().String() {
			h.Errorf("calendar %d\n%s\nwant the default", c.Version, c)
		}
		h.writes(1, "a calendar", func() { h.putCalendar(h.Calendar().WithOff(calendar.Special{Day: 20_000, Name: "Tết"})) })
		stale := calendar.Default()
		h.writes(0, "a refused calendar", func() {
			_, err := h.PutCalendar(h.ctx, stale, policyEntry(h.now), nil)
			h.refused(err, exchange.Conflict, "a calendar of an old version")
		})
		want := h.Calendar()
		h.reopen()
		if c := h.Calendar(); c.Version != 1 || c.String() != want.String() {
			h.Errorf("after a restart calendar %d\n%s\nwant 1\n%s", c.Version, c, want)
		}
	}},
	{"of changes at the same time one holds", func(h *hub) {
		var done, refused [16]bool
		together(len(done), func(i int) {
			c := calendar.Default().WithOff(calendar.Special{Day: calendar.Day(20_000 + i)})
			_, err := h.PutCalendar(h.ctx, c, policyEntry(h.now), nil)
			done[i], refused[i] = err == nil, exchange.KindOf(err) == exchange.Conflict
		})
		n := 0
		for i := range done {
			if done[i] {
				n++
			} else if !refused[i] {
				h.Errorf("change %d was neither done nor refused", i)
			}
		}
		if n != 1 || h.Calendar().Version != 1 {
			h.Errorf("%d changes were done, version %d; want 1", n, h.Calendar().Version)
		}
	}},
	{"what is sent late, or again under its number, is warned of", warned},
	{"of documents with one number at the same time all but one are warned of", func(h *hub) {
		const n = 8
		all := make([]*exchange.Acceptance, n)
		for i := range all {
			all[i] = h.document(office, commune)
			all[i].Message.DocumentID, all[i].Message.Code = "một mã", "1/UBND"
		}
		var clean [n]bool
		together(n, func(i int) {
			r, err := h.Accept(h.ctx, all[i])
			clean[i] = err == nil && len(r.Message.Warnings) == 0
		})
		if first := slices.Index(clean[:], true); first < 0 || slices.Contains(clean[first+1:], true) {
			h.Errorf("without a warning are %v, want one", clean)
		}
	}},
	{"figures and duties have their order and limits", func(h *hub) {
		for range 3 {
			h.accept(h.document(office, commune))
			h.pass(time.Minute)
			h.lease(commune)
		}
		for _, l := range must(h.Store.Search(h.ctx, exchange.Query{Agency: commune, Role: exchange.Received}))(h).Rows {
			must(h.acknowledge(l.Deliveries[0].ID, commune, 1))(h)
		}
		if got := must(h.Duties(h.ctx, commune, exchange.ClockReceive, 2))(h); len(got) != 2 {
			h.Errorf("%d duties, want the 2 asked for", len(got))
		}
		_, err := h.Duties(h.ctx, commune, exchange.ClockSend, 2)
		h.refused(err, exchange.BadRequest, "a duty to have been sent something")
		_, err = h.Duties(h.ctx, commune, "tea", 2)
		h.refused(err, exchange.BadRequest, "a clock that there is not")
		_, err = h.Punctuality(h.ctx, commune, "", exchange.MonthOf(h.now))
		h.refused(err, exchange.BadRequest, "figures without a role")
	}},
	{"a clock that was set back moves no times", func(h *hub) {
		d := h.accept(h.document(office, commune))
		h.lease(commune)
		h.pass(time.Hour)
		must(h.acknowledge(d.ID, commune, 1))(h)
		st := h.status(d, envelope.Accepted)
		st.Now, st.Message.Report.At = h.now.Add(-2*time.Hour), h.now.Add(-2*time.Hour)
		h.accept(st)
		if got := h.delivery(d.ID); !got.Times.Accepted.Equal(h.now) || !got.ProcessingAt.Equal(h.now) {
			h.Errorf("accepted at %v, %v; want the hub's time, %v", got.Times.Accepted, got.ProcessingAt, h.now)
		}
	}},
	{"statuses and notices have no clocks", func(h *hub) {
		d := h.accept(h.document(office, commune))
		h.lease(commune)
		st := h.status(d, envelope.Accepted)
		h.accept(st)
		l := h.lease(office)
		got := must(h.acknowledge(l.Delivery.ID, office, 1))(h)
		if got.Times != (exchange.Times{}) || got.Marks != (exchange.Marks{}) {
			h.Errorf("a status has %+v, %+v", got.Times, got.Marks)
		}
	}},
}

func policyEntry(at time.Time) translog.Entry {
	return translog.Entry{Type: translog.PolicyChanged, Actor: "operator:an", Kind: "calendar", Time: at}
}

func (h *hub) putCalendar(c calendar.Calendar) {
	h.Helper()
	want := c.Version + 1
	if got := must(h.PutCalendar(h.ctx, c, policyEntry(h.now), h.side(c.String())))(h); got != want || h.Calendar().Version != want {
		h.Errorf("the calendar is at version %d, in memory %d; want %d", got, h.Calendar().Version, want)
	}
}

// figures are the verdicts counted of an agency in this month, as in "send on-time 1, receive running 1".
func (h *hub) figures(agency exchange.AgencyID, role exchange.Role) string {
	h.Helper()
	p := must(h.Punctuality(h.ctx, agency, role, exchange.MonthOf(h.now)))(h)
	var parts []string
	for _, k := range exchange.Clocks() {
		for _, v := range exchange.Verdicts() {
			if n := p[k][v]; n != 0 {
				parts = append(parts, string(k)+" "+string(v)+" "+string(rune('0'+n)))
			}
		}
	}
	return strings.Join(parts, ", ")
}

func (h *hub) timed(want string) {
	h.Helper()
	for _, got := range []string{h.figures(office, exchange.Sent), h.figures(commune, exchange.Received), h.figures("", "")} {
		if got != want {
			h.Errorf("counted %q, want %q", got, want)
		}
	}
}

func marksFollow(h *hub) {
	d := h.accept(h.document(office, commune))
	if got := h.figures(office, exchange.Sent) + h.figures(commune, exchange.Received); got != "send on-time 1" {
		h.Errorf("before exposure counted %q, want the sender's alone", got)
	}
	h.lease(commune)
	h.timed("send on-time 1")
	h.pass(time.Hour)
	must(h.acknowledge(d.ID, commune, 1))(h)
	h.timed("send on-time 1, receive running 1")
	if got := must(h.Duties(h.ctx, commune, exchange.ClockReceive, 9))(h); len(got) != 1 || got[0].ID != d.ID {
		h.Errorf("duties %v, want to accept the one document", ids(got))
	}
	arrived := h.now
	h.pass(time.Hour)
	h.accept(h.status(d, envelope.Accepted))
	h.timed("send on-time 1, receive on-time 1, assign running 1")
	h.reopen()
	h.pass(24 * time.Hour)
	h.accept(h.status(d, envelope.Completed))
	h.timed("send on-time 1, receive on-time 1, assign on-time 1")
	got := h.delivery(d.ID)
	if !got.Times.Arrived.Equal(arrived) || !got.Times.Completed.Equal(h.now) || !got.Times.Assigned.Equal(h.now) || !got.Times.Stopped.IsZero() {
		h.Errorf("times %+v", got.Times)
	}
	if f := h.figures(office, exchange.Received) + h.figures(commune, exchange.Sent); f != "" {
		h.Errorf("the statuses are counted: %q", f)
	}
}

func passesLimits(h *hub) {
	d := h.accept(h.document(office, commune))
	h.lease(commune)
	must(h.acknowledge(d.ID, commune, 1))(h)
	limit := h.delivery(d.ID).Marks.Receive.Limit
	h.now = limit.Add(-time.Microsecond)
	pass := func(want int) {
		h.Helper()
		h.writes(0, "passing limits", func() {
			if n := must(h.PassLimits(h.ctx, h.now, 10))(h); n != want {
				h.Errorf("%d passed their limit, want %d", n, want)
			}
		})
	}
	pass(0)
	h.timed("send on-time 1, receive running 1")
	h.now = limit
	pass(1)
	pass(0)
	h.reopen()
	h.timed("send on-time 1, receive overdue 1")
	if got := must(h.Duties(h.ctx, commune, exchange.ClockReceive, 9))(h); len(got) != 1 {
		h.Errorf("%d duties, want what is overdue", len(got))
	}
	h.accept(h.status(d, envelope.Accepted))
	h.timed("send on-time 1, receive late 1, assign running 1")
	h.accept(h.status(d, envelope.Refused))
	h.timed("send on-time 1, receive late 1")
}

// announcedLate: a storm; the day on which the document was to be accepted is off, and its limit is on Monday.
func announcedLate(h *hub) {
	d := h.accept(h.document(office, commune))
	h.lease(commune)
	must(h.acknowledge(d.ID, commune, 1))(h)
	today := calendar.DayOf(h.now)
	h.putCalendar(h.Calendar().WithOff(calendar.Special{Day: today, Name: "Nghỉ tránh bão"}))
	h.now = today.End()
	if n := must(h.PassLimits(h.ctx, h.now, 10))(h); n != 1 {
		h.Errorf("%d passed their limit, want the one that had been reckoned before", n)
	}
	h.timed("send on-time 1, receive running 1")
	if m := h.delivery(d.ID).Marks.Receive; !m.Limit.Equal((today + 3).End()) || m.Calendar != 1 {
		h.Errorf("limit %v by calendar %d, want the end of Monday by 1", m.Limit, m.Calendar)
	}
}

func warned(h *hub) {
	first := h.document(office, commune)
	h.accept(first)
	again := h.document(office, ward)
	again.Message.DocumentID, again.Message.Code = first.Message.DocumentID, first.Message.Code
	code := h.document(office, district)
	code.Message.Code = first.Message.Code
	year := h.document(office, district)
	year.Message.Code, year.Message.Date = first.Message.Code, envelope.DateOf(h.now.AddDate(1, 0, 0))
	other := h.document(province, district)
	other.Message.DocumentID, other.Message.Code = first.Message.DocumentID, first.Message.Code
	update := h.document(office, district)
	update.Message.Kind, update.Message.DocumentID = envelope.Update, first.Message.DocumentID
	late := h.document(office, district)
	late.Message.Date = envelope.DateOf(h.now.AddDate(0, 0, -2))
	for _, tt := range []struct {
		name string
		a    *exchange.Acceptance
		want string
	}{
		{"the same document to another agency", again, "repeated-document-id " + string(first.Message.ID)},
		{"the same number under another id", code, "repeated-code " + string(again.Message.ID)},
		{"the same number in another year", year, ""},
		{"the same number of another agency", other, ""},
		{"an update, which must repeat it", update, ""},
		{"signed two days ago", late, "sent-late "},
	} {
		r := must(h.Accept(h.ctx, tt.a))(h)
		stored := must(h.Message(h.ctx, tt.a.Message.ID))(h)
		for _, ws := range [][]exchange.Warning{r.Message.Warnings, stored.Warnings} {
			var got string
			for _, x := range ws {
				got += x.Code + " " + string(x.Earlier)
			}
			if got != tt.want {
				h.Errorf("%s: warned of %q, want %q", tt.name, got, tt.want)
			}
		}
	}
	sameID, sameCode, err := h.Repeats(h.ctx, first.Message)
	if err != nil || sameID != again.Message.ID || sameCode != code.Message.ID {
		h.Errorf("repeats %s, %s (%v); want the newest of each", sameID, sameCode, err)
	}
}

// Delays: the sender is told once for a document, if it has not reached everybody.
var delayCases = []check{
	{"a delay is told once", func(h *hub) {
		a := h.slow(commune, ward)
		h.delayed()
		h.pass(time.Hour - time.Microsecond)
		h.delayed()
		h.untold(a)
		h.pass(time.Microsecond)
		h.delayed(a)
		note := h.notice(a.Deliveries[0])
		h.writes(1, "telling a delay", func() {
			if err := h.TellDelay(h.ctx, a.Message.ID, h.now, note); err != nil {
				h.Error(err)
			}
		})
		h.stored(note)
		h.delayed()
		h.untold(a)
		h.reopen()
		h.delayed()
	}},
	{"what has arrived everywhere is not delayed", func(h *hub) {
		a := h.slow(commune, district)
		for _, to := range []exchange.AgencyID{commune, district} {
			must(h.acknowledge(h.lease(to).Delivery.ID, to, 1))(h)
		}
		h.pass(time.Hour)
		h.delayed()
		h.untold(a)
	}},
	{"what has arrived at some is", func(h *hub) {
		a := h.slow(commune, district)
		must(h.acknowledge(h.lease(commune).Delivery.ID, commune, 1))(h)
		h.reopen()
		h.pass(time.Hour)
		h.delayed(a)
	}},
	{"what was given up has a notice of its own", func(h *hub) {
		a := h.slow(ward)
		h.deadLetter(ward)
		h.pass(time.Hour)
		h.delayed()
		must(h.Requeue(h.ctx, a.Deliveries[0].ID, exchange.Caller{Operator: "an"}, h.now, h.now.Add(lifetime), nil))(h)
		h.delayed()
	}},
	{"what was given up at one and sent again waits with the rest", func(h *hub) {
		a := h.slow(ward, commune)
		h.deadLetter(ward)
		must(h.Requeue(h.ctx, a.Deliveries[0].ID, exchange.Caller{Operator: "an"}, h.now, h.now.Add(lifetime), nil))(h)
		must(h.acknowledge(h.lease(commune).Delivery.ID, commune, 1))(h)
		h.pass(time.Hour)
		h.delayed(a)
	}},
	{"the longest delay comes first, and no more than asked for", func(h *hub) {
		a := h.slow(commune)
		h.pass(time.Minute)
		b := h.slow(commune)
		h.pass(2 * time.Hour)
		h.delayed(a, b)
		if got := listed(h.Delayed(h.ctx, h.now, "", 1))(h); len(got) != 1 || got[0] != a.Message.ID {
			h.Errorf("%v, want %s alone", got, a.Message.ID)
		}
	}},
	{"what nobody watches is never delayed", func(h *hub) {
		a := h.document(office, commune)
		h.accept(a)
		h.pass(lifetime)
		h.delayed()
		h.untold(a)
	}},
}

// slow accepts a document that is to be told of after an hour.
func (h *hub) slow(to ...exchange.AgencyID) *exchange.Acceptance {
	h.Helper()
	a := h.document(office, to...)
	a.DelayNotice = h.now.Add(time.Hour)
	h.accept(a)
	return a
}

func (h *hub) delayed(want ...*exchange.Acceptance) {
	h.Helper()
	got := listed(h.Delayed(h.ctx, h.now, "", 10))(h)
	if !slices.EqualFunc(got, want, func(id exchange.MessageID, a *exchange.Acceptance) bool { return id == a.Message.ID }) {
		h.Errorf("delayed are %v, want %d", got, len(want))
	}
}

// untold fails the case if the delay of the document can be told.
func (h *hub) untold(a *exchange.Acceptance) {
	h.Helper()
	note := h.notice(a.Deliveries[0])
	h.writes(0, "a refused notice", func() {
		h.refused(h.TellDelay(h.ctx, a.Message.ID, h.now, note), exchange.Conflict, "telling a delay that is none")
	})
	h.absent(note)
}
