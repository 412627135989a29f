package storetest

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/calendar"
	"github.com/lienthong/lienthong/exchange/translog"
)

// A clockModel is what the law's clocks must show, counted from the deliveries each time anew. Marks are reckoned by the
// rule of package exchange whenever a step has changed a delivery.
type clockModel struct {
	put     bool // a calendar was put; until then the default is in force
	inForce calendar.Calendar
	marks   map[exchange.DeliveryID]exchange.Marks
	last    map[exchange.DeliveryID]exchange.Delivery // as the marks were reckoned for
	judged  map[exchange.MessageID]bool               // whose warnings were looked at
	over    map[exchange.MessageID]bool               // watched no more
}

func (c *clockModel) calendar() calendar.Calendar {
	if !c.put {
		return calendar.Default()
	}
	return c.inForce
}

func (m *model) message(id exchange.MessageID) exchange.Message {
	for _, a := range m.messages {
		if a.a.Message.ID == id {
			return a.a.Message
		}
	}
	return exchange.Message{}
}

// reckon brings marks and watches up to what the last step did.
func (m *model) reckon() {
	c := &m.clocks
	if c.marks == nil {
		c.marks, c.last = map[exchange.DeliveryID]exchange.Marks{}, map[exchange.DeliveryID]exchange.Delivery{}
		c.judged, c.over = map[exchange.MessageID]bool{}, map[exchange.MessageID]bool{}
	}
	for _, id := range m.order {
		if d := m.deliveries[id]; c.last[id] != d {
			m.mark(d)
		}
	}
	for _, a := range m.messages {
		if !slices.ContainsFunc(a.a.Deliveries, func(d exchange.Delivery) bool { return !m.deliveries[d.ID].State.Final() }) {
			c.over[a.a.Message.ID] = true
		}
	}
}

// rewrite has the marks of a delivery reckoned anew: it was written, though perhaps as it was, as when a document is read of
// which its addressee has said something before.
func (m *model) rewrite(id exchange.DeliveryID) { delete(m.clocks.last, id) }

func (m *model) mark(d exchange.Delivery) {
	c := &m.clocks
	c.last[d.ID] = d
	d.Marks = c.marks[d.ID]
	c.marks[d.ID] = exchange.Reckon(c.calendar(), m.message(d.Message), d, m.now)
}

// punctuality counts.
func (m *model) punctuality(agency exchange.AgencyID, role exchange.Role, month exchange.Month) exchange.Punctuality {
	p := exchange.Punctuality{}
	for id, marks := range m.clocks.marks {
		d := m.deliveries[id]
		whose := map[exchange.Role]exchange.AgencyID{exchange.Sent: d.Sender, exchange.Received: d.Addressee}
		if exchange.MonthOf(d.AcceptedAt) != month || agency != "" && whose[role] != agency ||
			agency != "" && role == exchange.Received && !d.Found() {
			continue
		}
		for _, k := range exchange.Clocks() {
			if v := marks.Of(k).Verdict; v != "" {
				p.Count(k, v, 1)
			}
		}
	}
	return p
}

// A limit is one running or overdue clock.
type limit struct {
	at time.Time
	id exchange.DeliveryID
}

func (m *model) limits(k exchange.Clock, take func(exchange.Delivery, exchange.Mark) bool) (all []limit) {
	for id, marks := range m.clocks.marks {
		if mark := *marks.Of(k); take(m.deliveries[id], mark) {
			all = append(all, limit{mark.Limit, id})
		}
	}
	return sorted(all)
}

func sorted(all []limit) []limit {
	slices.SortFunc(all, func(a, b limit) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.id, b.id)) })
	return all
}

// passed are the deliveries that PassLimits takes, in its order.
func (m *model) passed() (ids []exchange.DeliveryID) {
	var all []limit
	for _, k := range exchange.Clocks() {
		all = append(all, m.limits(k, func(_ exchange.Delivery, mark exchange.Mark) bool {
			return mark.Verdict == exchange.Running && !mark.Limit.After(m.now)
		})...)
	}
	for _, l := range sorted(all) {
		if !slices.Contains(ids, l.id) {
			ids = append(ids, l.id)
		}
	}
	return ids
}

// delayed are the messages that are to be told of, in order of time.
func (m *model) delayed() (ids []exchange.MessageID) {
	due := map[exchange.MessageID]time.Time{}
	for _, a := range m.messages {
		if at := a.a.DelayNotice; !at.IsZero() && !m.clocks.over[a.a.Message.ID] && !at.After(m.now) {
			due[a.a.Message.ID] = at
		}
	}
	return slices.SortedFunc(maps.Keys(due), func(a, b exchange.MessageID) int {
		return cmp.Or(due[a].Compare(due[b]), cmp.Compare(a, b))
	})
}

// repeats finds what took up the same numbers before, among the first n messages.
func (m *model) repeats(msg exchange.Message, n int) (sameID, sameCode exchange.MessageID) {
	for _, a := range m.messages[:n] {
		old := a.a.Message
		if !msg.Numbered() || !old.Numbered() || old.Sender != msg.Sender {
			continue
		}
		if old.DocumentID != "" && old.DocumentID == msg.DocumentID {
			sameID = old.ID
		}
		if old.Code != "" && old.Code == msg.Code && old.Date.Year() == msg.Date.Year() {
			sameCode = old.ID
		}
	}
	return sameID, sameCode
}

// clocked gives a document what its clocks depend on.
func (w *walk) clocked(a *exchange.Acceptance) {
	day := func(label string) envelope.Date {
		return envelope.DateOf(w.m.now.AddDate(0, 0, rapid.IntRange(-4, 4).Draw(w.T, label)))
	}
	m := &a.Message
	m.Date = day("dated")
	m.Kind = draw(w, "kind", []envelope.Kind{envelope.New, envelope.New, envelope.Replacement, envelope.Update})
	if rapid.Bool().Draw(w.T, "due") {
		m.DueDate = day("due on")
		m.DueAt = draw(w, "due at", []time.Time{{}, m.DueDate.Time().Add(10 * time.Hour).UTC()})
	}
	m.SignedAt = draw(w, "signed", []time.Time{{}, w.m.now.Add(-time.Hour), w.m.now.Add(-48 * time.Hour)})
	if wait := draw(w, "tell after", []time.Duration{0, time.Minute, time.Hour}); wait > 0 {
		a.DelayNotice = w.m.now.Add(wait)
	}
	if len(w.m.messages) == 0 || !rapid.Bool().Draw(w.T, "repeats") {
		return
	}
	old := pick(w, "number of", w.m.messages).a.Message
	if draw(w, "what", []string{"id", "code"}) == "id" {
		m.DocumentID, a.Entry.Document = old.DocumentID, old.DocumentID
	} else {
		m.Code = old.Code
	}
}

// calendar changes the calendar, or tries to by a version that is over.
func (w *walk) calendar(*rapid.T) {
	at := w.at()
	c := w.m.clocks.calendar()
	day := calendar.DayOf(w.m.now) + calendar.Day(rapid.IntRange(0, 3).Draw(w.T, "day"))
	switch draw(w, "is", []string{"off", "made up", "ordinary"}) {
	case "off":
		c = c.WithOff(calendar.Special{Day: day, Name: "nghỉ"})
	case "made up":
		c = c.WithMakeUp(calendar.Special{Day: day})
	default:
		c = c.Without(day)
	}
	c.Closes = draw(w, "closes", []calendar.Hour{17 * 60, 8 * 60})
	stale := draw(w, "stale", []bool{false, false, true})
	if stale {
		c.Version++
	}
	version, err := w.h.PutCalendar(w.h.ctx, c, translog.Entry{Type: translog.PolicyChanged, Actor: "operator:an", Kind: "calendar", Time: at}, nil)
	if stale {
		if exchange.KindOf(err) != exchange.Conflict {
			w.Fatalf("a calendar of another version is put: %d, %v", version, err)
		}
		return
	}
	if err != nil || version != c.Version+1 {
		w.Fatalf("calendar: version %d, %v; want %d", version, err, c.Version+1)
	}
	c.Version = version
	w.m.clocks.put, w.m.clocks.inForce = true, c
	w.m.size++
}

func (w *walk) passLimits(*rapid.T) {
	at := w.at()
	most := rapid.IntRange(1, 3).Draw(w.T, "most")
	n, err := w.h.PassLimits(w.h.ctx, at, most)
	ids := w.m.passed()
	if ids = ids[:min(most, len(ids))]; err != nil || n != len(ids) {
		w.Fatalf("%d passed their limits (%v), want %v", n, err, ids)
	}
	for _, id := range ids {
		w.m.mark(w.m.deliveries[id])
	}
}

func (w *walk) tellDelay(*rapid.T) {
	at := w.at()
	d := w.some()
	note := w.h.notice(d)
	note.Now = at
	err := w.h.TellDelay(w.h.ctx, d.Message, at, note)
	if !slices.Contains(w.m.delayed(), d.Message) {
		if exchange.KindOf(err) != exchange.Conflict {
			w.Fatalf("a delay that is none is told: %v", err)
		}
		return
	}
	if err != nil {
		w.Fatalf("tell delay: %v", err)
	}
	w.m.clocks.over[d.Message] = true
	if repeat, refusals := w.m.accept(note); repeat != nil || refusals != nil {
		w.Fatalf("the walk made a notice that is refused: %v", refusals)
	}
	r, err := w.h.Accepted(w.h.ctx, note.Message.Sender, note.Message.Digest)
	if err != nil {
		w.Fatalf("notice: %v", err)
	}
	w.m.messages[len(w.m.messages)-1].proof = r.Proof.Marshal()
}

// compareClocks fails the walk unless calendar, marks, roll-ups, duties, delays and warnings are those of the model.
func (w *walk) compareClocks() {
	w.m.reckon()
	if got, want := w.h.Calendar(), w.m.clocks.calendar(); got.String() != want.String() || got.Version != want.Version {
		w.Fatalf("calendar %d\n%s\nwant %d\n%s", got.Version, got, want.Version, want)
	}
	for _, id := range w.m.order {
		d, err := w.h.Delivery(w.h.ctx, id)
		if want := w.m.clocks.marks[id]; err != nil || normal(d.Marks) != normal(want) {
			w.Fatalf("marks of %s (%v)\n%+v\nwant\n%+v", id, err, d.Marks, want)
		}
	}
	w.comparePunctuality()
	for _, agency := range everybody {
		for _, k := range []exchange.Clock{exchange.ClockReceive, exchange.ClockAssign, exchange.ClockComplete} {
			w.compareDuties(agency, k)
		}
	}
	delayed, err := inPages(w.h, w.m.now, 9, w.h.Delayed)
	if want := w.m.delayed(); err != nil || !slices.Equal(delayed, want) {
		w.Fatalf("delayed are %v (%v), want %v", delayed, err, want)
	}
	w.compareWarnings()
	for _, ch := range []exchange.Channel{exchange.Pull, exchange.Push} {
		var want []exchange.AgencyID
		for _, d := range w.m.deliveries {
			if d.Channel == ch && d.Priority > 0 && exchange.Leasable(d, w.m.now) && !slices.Contains(want, d.Addressee) {
				want = append(want, d.Addressee)
			}
		}
		got, _ := w.h.Urgent(ch, w.m.now)
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			w.Fatalf("urgent on %s are %v, want %v", ch, got, want)
		}
	}
}

func (w *walk) comparePunctuality() {
	months := map[exchange.Month]bool{exchange.MonthOf(w.m.now): true}
	for _, d := range w.m.deliveries {
		months[exchange.MonthOf(d.AcceptedAt)] = true
	}
	for month := range months {
		for _, agency := range append([]exchange.AgencyID{""}, everybody...) {
			for _, role := range []exchange.Role{exchange.Sent, exchange.Received} {
				got, err := w.h.Punctuality(w.h.ctx, agency, role, month)
				want := w.m.punctuality(agency, role, month)
				if err != nil || !equal(got, want) {
					w.Fatalf("%s of %q %s: %v (%v), want %v", month, agency, role, got, err, want)
				}
			}
		}
	}
}

// equal takes what is missing for none.
func equal(a, b exchange.Punctuality) bool {
	for _, k := range exchange.Clocks() {
		for _, v := range exchange.Verdicts() {
			if a[k][v] != b[k][v] {
				return false
			}
		}
	}
	return true
}

func (w *walk) compareDuties(agency exchange.AgencyID, k exchange.Clock) {
	got, err := w.h.Duties(w.h.ctx, agency, k, 1000)
	want := w.m.limits(k, func(d exchange.Delivery, mark exchange.Mark) bool {
		return d.Addressee == agency && mark.Verdict.Open()
	})
	if err != nil || !slices.EqualFunc(got, want, func(d exchange.Delivery, l limit) bool { return d.ID == l.id }) {
		w.Fatalf("%s has the duties %v by %s (%v), want %v", agency, ids(got), k, err, want)
	}
}

// compareWarnings looks once at each message.
func (w *walk) compareWarnings() {
	for i, a := range w.m.messages {
		id := a.a.Message.ID
		if w.m.clocks.judged[id] {
			continue
		}
		w.m.clocks.judged[id] = true
		got, err := w.h.Message(w.h.ctx, id)
		if err != nil {
			w.Fatalf("message: %v", err)
		}
		sameID, sameCode := w.m.repeats(got, i)
		want := exchange.Warn(w.m.clocks.calendar(), got, sameID, sameCode)
		if !slices.EqualFunc(got.Warnings, want, func(a, b exchange.Warning) bool { return normal(a) == normal(b) }) {
			w.Fatalf("message %s is warned of %v, want %v", id, got.Warnings, want)
		}
	}
}
