package exchange_test

import (
	"strings"
	"testing"
	"time"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/calendar"
	"github.com/lienthong/lienthong/exchange/translog"
)

// written is a signed document of department with what matters here.
func (r *rig) written(id, number string, date envelope.Date, priority int, to ...exchange.AgencyID) []byte {
	r.t.Helper()
	return r.sign(r.plain(id, number, date, priority, to...), r.seal)
}

func (r *rig) plain(id, number string, date envelope.Date, priority int, to ...exchange.AgencyID) []byte {
	r.t.Helper()
	e := &envelope.Envelope{
		From: envelope.Party{OrganID: department, Name: "Sở Mẫu"}, DocumentID: id, Code: envelope.Code{Number: number, Notation: "SM-VP"},
		Promulgation: envelope.Promulgation{Place: "Phú Thọ", Date: date}, Other: envelope.OtherInfo{Priority: priority},
		Type: envelope.DocumentType{Type: "2", Name: "Công văn"}, Subject: "V/v thử nghiệm " + id + number + date.String(),
		Attachments: []envelope.Attachment{envelope.NewAttachment("a.pdf", []byte("%PDF-1.4 "+id))},
		Trace:       []envelope.TraceHeader{{OrganID: department, At: r.clock()}},
	}
	for _, id := range to {
		e.To = append(e.To, envelope.Party{OrganID: id})
	}
	raw, err := envelope.Build(e)
	if err != nil {
		r.t.Fatal(err)
	}
	return raw
}

func (r *rig) today() envelope.Date { return envelope.DateOf(r.clock()) }

// noticed is the one notice that waits for department.
func (r *rig) noticed() *envelope.Envelope {
	r.t.Helper()
	var found []*envelope.Envelope
	for _, h := range r.take(department) {
		if h.Message.Class == exchange.ClassNotice {
			found = append(found, r.read(h.Message.ID))
		}
	}
	if len(found) != 1 || len(found[0].Errors) != 1 {
		r.t.Fatalf("%d notices wait, want one with one error: %+v", len(found), found)
	}
	return found[0]
}

func codes(faults []envelope.Fault) string {
	var all []string
	for _, f := range faults {
		all = append(all, f.Code)
	}
	return strings.Join(all, " ")
}

// The sender is warned with its receipt, also in a dry run and with a repeated receipt; the addressee with the document.
func TestWarningsOnBothSides(t *testing.T) {
	r := newRig(t)
	r.send(r.written("mã-1", "1", r.today(), 0, districtID))
	for _, tt := range []struct {
		name string
		raw  []byte
		want string
	}{
		{"the same id to another addressee", r.written("mã-1", "2", r.today(), 0, communeID), "repeated-document-id"},
		{"the same number under another id", r.written("mã-2", "1", r.today(), 0, districtID), "repeated-code"},
		{"sent three weeks late", r.written("mã-3", "3", envelope.DateOf(r.clock().AddDate(0, 0, -21)), 0, districtID), "sent-late"},
		{"late, and under a number that is taken", r.written("mã-4", "1", envelope.DateOf(r.clock().AddDate(0, 0, -21)), 0, districtID), "repeated-code sent-late"},
		{"a word of secrecy in the subject", r.written("mã-6 (mật)", "6", r.today(), 0, districtID), "secrecy-word"},
		{"nothing to warn of", r.written("mã-5", "5", r.today(), 0, districtID), ""},
	} {
		s := exchange.Submission{Caller: by(department), Raw: tt.raw}
		dry, err := r.Validate(t.Context(), s)
		if err != nil || codes(dry.Warnings) != tt.want {
			t.Errorf("%s: a dry run warns of %q (%v), want %q", tt.name, codes(dry.Warnings), err, tt.want)
		}
		for _, how := range []string{"first", "repeated"} {
			receipt, err := r.Submit(t.Context(), s)
			if err != nil || codes(receipt.Warnings) != tt.want {
				t.Errorf("%s, %s: warned of %q (%v), want %q", tt.name, how, codes(receipt.Warnings), err, tt.want)
			}
			for _, f := range receipt.Warnings {
				if strings.ContainsAny(f.VI+f.EN, "{}") || f.Path == "" || f.Rule == "" {
					t.Errorf("%s: %+v is not said in words", tt.name, f)
				}
			}
		}
	}
	var got []string
	for _, h := range r.take(districtID) {
		got = append(got, codes(h.Message.Words()))
	}
	if all := strings.Join(got, ", "); all != ", repeated-code, sent-late, repeated-code sent-late, , " {
		t.Errorf("the addressee is warned of %q", all)
	}
	r.sound()
}

func TestWarn(t *testing.T) {
	intime := dated(t, "2026-03-03", func(m *exchange.Message) { m.AcceptedAt = vn(t, "2026-03-04 23:59") })
	late := intime
	late.AcceptedAt = vn(t, "2026-03-05 00:00")
	for _, tt := range []struct {
		name             string
		m                exchange.Message
		sameID, sameCode exchange.MessageID
		want             string
	}{
		{"nothing", intime, "", "", ""},
		{"the id of one document, the number of another", intime, "a", "b", "repeated-document-id a, repeated-code b"},
		{"both of one: its id says it", intime, "a", "a", "repeated-document-id a"},
		{"the number alone", intime, "", "b", "repeated-code b"},
		{"at the limit it is late", late, "", "", "sent-late "},
		{"late and repeated", late, "a", "", "repeated-document-id a, sent-late "},
	} {
		var got []string
		for _, w := range exchange.Warn(tet2026(t), tt.m, tt.sameID, tt.sameCode) {
			got = append(got, w.Code+" "+string(w.Earlier))
		}
		if all := strings.Join(got, ", "); all != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, all, tt.want)
		}
	}
}

// Recalls and updates repeat the number of what they act on, as they must; the hub says nothing of it.
func TestNothingIsWarnedOfInARecallOrUpdate(t *testing.T) {
	for _, kind := range []envelope.Kind{envelope.Recall, envelope.Update} {
		m := exchange.Message{Class: exchange.ClassDocument, Kind: kind, Date: envelope.DateOf(now.AddDate(-1, 0, 0)), AcceptedAt: now}
		if got := exchange.Warn(calendar.Default(), m, "id", "id"); got != nil {
			t.Errorf("%s: warned of %v", kind, got)
		}
	}
}

// The sender is told once, of those who have not got the document; who got it is not named.
func TestDelayIsToldOnce(t *testing.T) {
	r := newRig(t)
	r.Limits.DelayNotice = [5]exchange.Term{3: {Time: 30 * time.Minute}}
	urgent := r.send(r.written("khẩn", "1", r.today(), 3, districtID, communeID)).Message
	r.send(r.written("thường", "2", r.today(), 0, communeID))
	taken := r.take(districtID)[0]
	if _, err := r.Ack(t.Context(), by(districtID), taken.Delivery.ID, taken.Token); err != nil {
		t.Fatal(err)
	}
	tell := func(want int) {
		t.Helper()
		if n, err := r.TellDelays(t.Context()); n != want || err != nil {
			t.Errorf("%d delays told, %v; want %d", n, err, want)
		}
	}
	r.wait(30*time.Minute - time.Second)
	tell(0)
	r.wait(time.Second)
	tell(1)
	tell(0)
	notice := r.noticed()
	if notice.Errors[0].Code != exchange.DelayedCode || notice.Status.ResponseFor.DocumentID != urgent.DocumentID {
		t.Fatalf("the sender gets %+v", notice)
	}
	if text := notice.Errors[0].Description; !strings.Contains(text, string(communeID)) || strings.Contains(text, string(districtID)) {
		t.Errorf("%q names the wrong ones", text)
	}
	r.wait(60 * 24 * time.Hour)
	tell(0)
	r.sound()
}

// A document with an hour to arrive by is spoken of at that hour, if its urgency would have the sender wait longer.
func TestDelayOfASetHour(t *testing.T) {
	r := newRig(t) // 15:00 in Việt Nam
	r.Limits.DelayNotice = [5]exchange.Term{4: {Time: 24 * time.Hour}}
	today := r.today()
	raw := strings.Replace(string(r.plain("hẹn giờ", "1", today, 4, communeID)),
		"<edXML:OtherInfo>", "<edXML:DueDate>"+today.String()+" 16:30</edXML:DueDate><edXML:OtherInfo>", 1)
	m := r.send(r.sign([]byte(raw), r.seal)).Message
	if want := today.Time().Add(16*time.Hour + 30*time.Minute); !m.DueAt.Equal(want) {
		t.Errorf("due at %v, want %v", m.DueAt, want)
	}
	r.wait(90*time.Minute - time.Second)
	if n, err := r.TellDelays(t.Context()); n != 0 || err != nil {
		t.Errorf("%d told before the hour (%v)", n, err)
	}
	r.wait(time.Second)
	if n, err := r.TellDelays(t.Context()); n != 1 || err != nil {
		t.Errorf("%d told at the hour (%v), want 1", n, err)
	}
}

func TestManyDelaysAreCountedNotListed(t *testing.T) {
	r := newRig(t)
	r.Limits.DelayNotice = [5]exchange.Term{{Time: time.Hour}}
	var to []exchange.AgencyID
	for i := range 30 {
		id := exchange.AgencyID("000.00." + string(rune('A'+i%26)) + string(rune('0'+i/26)) + ".H44")
		r.book.change(id, func(a *exchange.Agency) { *a = exchange.Agency{ID: id, Channel: exchange.Pull} })
		to = append(to, id)
	}
	r.send(r.written("nhiều", "1", r.today(), 0, to...))
	r.wait(time.Hour)
	if n, err := r.TellDelays(t.Context()); n != 1 || err != nil {
		t.Fatalf("%d told, %v", n, err)
	}
	if text := r.noticed().Errors[0].Description; !strings.Contains(text, "10 nơi khác") || len([]rune(text)) > 500 {
		t.Errorf("%d characters: %q; want 20 named and 10 counted", len([]rune(text)), text)
	}
}

func TestSettingTheCalendar(t *testing.T) {
	r := newRig(t)
	c := r.Calendar().WithOff(calendar.Special{Day: calendar.DayOf(now) + 30, Name: "Nghỉ"})
	if _, err := r.SetCalendar(t.Context(), by(department), c); exchange.KindOf(err) != exchange.Forbidden {
		t.Errorf("an agency sets the calendar: %v", err)
	}
	got, err := r.SetCalendar(t.Context(), operator, c)
	if err != nil || got.Version != 1 || r.Calendar().String() != c.String() {
		t.Fatalf("%+v, %v", got, err)
	}
	_, err = r.SetCalendar(t.Context(), operator, c)
	wantKind(t, "a calendar of an old version", err, exchange.Conflict)
	if same, err := r.SetCalendar(t.Context(), operator, got); err != nil || same.Version != 1 {
		t.Errorf("the calendar in force: version %d, %v; want it as it is", same.Version, err)
	}
	got.Closes = got.Opens
	_, err = r.SetCalendar(t.Context(), operator, got)
	wantKind(t, "a calendar that cannot be used", err, exchange.BadRequest)
	if got, err = r.SetCalendar(t.Context(), operator, r.Calendar().Without(calendar.DayOf(now)+30)); err != nil || got.Version != 2 || len(got.Off) != 0 {
		t.Errorf("%+v, %v; want the day as any other", got, err)
	}

	records, err := r.Events(t.Context(), operator, -1, 10)
	if err != nil || len(records) != 2 {
		t.Fatalf("%d entries, %v; want the two changes", len(records), err)
	}
	last := records[1]
	if last.Entry.Type != translog.PolicyChanged || last.Entry.Kind != "calendar" || last.Entry.Actor != "operator:an" ||
		last.Side == nil || last.Side.Fields["calendar"] != r.Calendar().String() {
		t.Errorf("logged as %s with %+v", last.Entry.Marshal(), last.Side)
	}
}

// Figures are of the caller's own agency; an operator sums any.
func TestPunctualityIsOnesOwn(t *testing.T) {
	r := newRig(t)
	r.send(r.written("a", "1", r.today(), 0, districtID, communeID))
	h := r.take(districtID)[0]
	if _, err := r.Report(t.Context(), by(districtID), h.Delivery.ID, exchange.Word{Code: envelope.Accepted}); err != nil {
		t.Fatal(err)
	}
	month := exchange.MonthOf(r.clock())
	for _, tt := range []struct {
		name    string
		who     exchange.Caller
		q       exchange.PunctualityQuery
		send    int64
		receive int64
	}{
		{"sent", by(department), exchange.PunctualityQuery{Role: exchange.Sent, Month: month}, 2, 1},
		{"received", by(districtID), exchange.PunctualityQuery{Role: exchange.Received, Month: month}, 1, 1},
		{"another agency's is not given", by(communeID), exchange.PunctualityQuery{Role: exchange.Received, Month: month, Agencies: []exchange.AgencyID{districtID}}, 0, 0},
		{"another month", by(department), exchange.PunctualityQuery{Role: exchange.Sent, Month: month - 1}, 0, 0},
		{"the whole hub", operator, exchange.PunctualityQuery{Month: month}, 2, 1},
		{"two of them, of which one was not handed it", operator, exchange.PunctualityQuery{Role: exchange.Received, Month: month, Agencies: []exchange.AgencyID{districtID, communeID}}, 1, 1},
	} {
		p, err := r.Punctuality(t.Context(), tt.who, tt.q)
		if err != nil || p[exchange.ClockSend][exchange.OnTime] != tt.send || p[exchange.ClockReceive][exchange.OnTime] != tt.receive {
			t.Errorf("%s: %v (%v), want %d sent and %d received in time", tt.name, p, err, tt.send, tt.receive)
		}
	}
	_, err := r.Punctuality(t.Context(), by(department), exchange.PunctualityQuery{Month: month})
	wantKind(t, "figures without a role", err, exchange.BadRequest)
	_, err = r.Punctuality(t.Context(), exchange.Caller{}, exchange.PunctualityQuery{Role: exchange.Sent, Month: month})
	wantKind(t, "figures of nobody", err, exchange.Forbidden)
}

// What an addressee has still to accept today, and what became overdue.
func TestDuties(t *testing.T) {
	r := newRig(t) // Friday, 15:00 in Việt Nam
	r.send(r.written("a", "1", r.today(), 0, districtID))
	duties := func(want string) {
		t.Helper()
		rows, err := r.Duties(t.Context(), by(districtID), exchange.ClockReceive, 10)
		var got []string
		for _, row := range rows {
			got = append(got, row.Message.DocumentID+" "+string(row.Deliveries[0].Marks.Receive.At(r.clock())))
		}
		if err != nil || strings.Join(got, ", ") != want {
			t.Errorf("duties %v (%v), want %q", got, err, want)
		}
	}
	duties("")
	h := r.take(districtID)[0]
	if _, err := r.Ack(t.Context(), by(districtID), h.Delivery.ID, h.Token); err != nil {
		t.Fatal(err)
	}
	duties("a running")
	r.wait(10 * time.Hour)
	duties("a overdue")
	if n, err := r.PassLimits(t.Context()); n != 1 || err != nil {
		t.Errorf("%d passed, %v", n, err)
	}
	duties("a overdue")
	if _, err := r.Report(t.Context(), by(districtID), h.Delivery.ID, exchange.Word{Code: envelope.Accepted}); err != nil {
		t.Fatal(err)
	}
	duties("")
	_, err := r.Duties(t.Context(), operator, exchange.ClockReceive, 10)
	wantKind(t, "duties of an operator", err, exchange.Forbidden)
}

// People read dates as they write them; programs have the limit itself.
func TestLatenessIsWordedForPeople(t *testing.T) {
	late := dated(t, "2026-03-03", func(m *exchange.Message) { m.AcceptedAt = vn(t, "2026-03-05 00:00") })
	for _, w := range exchange.Warn(tet2026(t), late, "", "") {
		f := w.Words(late)
		for _, text := range []string{f.VI, f.EN} {
			if !strings.Contains(text, "03/03/2026") || !strings.Contains(text, "00:00 05/03/2026") {
				t.Errorf("it says %q", text)
			}
		}
	}
}
