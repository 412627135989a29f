package exchange_test

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
)

// reminders are the entries of the log by which addressees of a message were reminded.
func (r *rig) reminders(id exchange.MessageID) (all []translog.Entry) {
	r.t.Helper()
	records, err := r.store.EntriesOf(r.t.Context(), id)
	if err != nil {
		r.t.Fatal(err)
	}
	for _, rec := range records {
		if rec.Entry.Type == translog.Reminded {
			all = append(all, rec.Entry)
		}
	}
	return all
}

// office moves the clock to the morning of a working day, Vietnamese time.
func (r *rig) office() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.now = time.Date(2018, 10, 2, 1, 0, 0, 0, time.UTC)
}

func TestSenderReminds(t *testing.T) {
	r := newRig(t)
	ctx := t.Context()
	r.office()
	m := r.send(r.signed(1, districtID, legacy)).Message
	r.takeAll(districtID)
	d := r.at(m.ID, districtID)
	before := len(r.events(districtID))
	if err := r.Remind(ctx, by(department), m.ID, []exchange.DeliveryID{d.ID, d.ID}); err != nil {
		t.Fatal(err)
	}
	got := r.reminders(m.ID)
	if len(got) != 1 || got[0].Actor != string(department) || got[0].Credential != by(department).Credential ||
		got[0].Delivery != string(d.ID) || got[0].Addressee != string(districtID) || got[0].Result != "" {
		t.Errorf("logged %+v, want one entry about the district by the sender's key", got)
	}
	if after := r.events(districtID); len(after) != before+1 || after[before].Entry.Type != translog.Reminded {
		t.Errorf("the district's feed has %d entries more, want the reminder", len(after)-before)
	}
	for _, wait := range []struct {
		d    time.Duration
		kind error
	}{{4*time.Hour - time.Second, exchange.Conflict}, {time.Second, nil}} {
		r.wait(wait.d)
		if err := r.Remind(ctx, by(department), m.ID, []exchange.DeliveryID{d.ID}); !errors.Is(err, wait.kind) {
			t.Errorf("after %s more: %v, want %v", wait.d, err, wait.kind)
		}
	}
	if n := len(r.reminders(m.ID)); n != 2 {
		t.Errorf("%d reminders, want 2", n)
	}
	r.sound()
}

func (r *rig) events(who exchange.AgencyID) []exchange.LogRecord {
	r.t.Helper()
	got, err := r.Events(r.t.Context(), by(who), -1, 1000)
	if err != nil {
		r.t.Fatal(err)
	}
	return got
}

// Who cannot be reminded, and by whom nobody is. A refusal of one reminds nobody.
func TestNobodyIsReminded(t *testing.T) {
	for _, test := range []struct {
		name  string
		setup func(*rig, exchange.MessageID)
		who   exchange.Caller
		want  exchange.Kind
	}{
		{"the addressee has not seen it", func(*rig, exchange.MessageID) {}, by(department), exchange.Conflict},
		{"it was handed out, and nothing was heard of it", func(r *rig, _ exchange.MessageID) { r.take(districtID) }, by(department), exchange.Conflict},
		{"it is accepted", func(r *rig, id exchange.MessageID) { r.says(id, envelope.Accepted) }, by(department), exchange.Conflict},
		{"it is refused", func(r *rig, id exchange.MessageID) { r.says(id, envelope.Refused) }, by(department), exchange.Conflict},
		{"it is asked back", func(r *rig, id exchange.MessageID) {
			r.takeAll(districtID)
			if _, err := r.Recall(r.t.Context(), by(department), id, exchange.Demand{Reason: "gửi nhầm"}); err != nil {
				r.t.Fatal(err)
			}
		}, by(department), exchange.Conflict},
		{"by its addressee", func(r *rig, _ exchange.MessageID) { r.takeAll(districtID) }, by(districtID), exchange.NotFound},
		{"by another agency", func(r *rig, _ exchange.MessageID) { r.takeAll(districtID) }, by(communeID), exchange.NotFound},
		{"by an operator", func(r *rig, _ exchange.MessageID) { r.takeAll(districtID) }, operator, exchange.NotFound},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := newRig(t)
			r.office()
			m := r.send(r.signed(1, districtID, legacy)).Message
			r.takeAll(legacy)
			test.setup(r, m.ID)
			err := r.Remind(t.Context(), test.who, m.ID, []exchange.DeliveryID{r.at(m.ID, legacy).ID, r.at(m.ID, districtID).ID})
			wantKind(t, "reminding", err, test.want)
			if got := r.reminders(m.ID); len(got) != 0 {
				t.Errorf("logged %+v", got)
			}
			r.sound()
		})
	}
}

// says has the district take the document and give a status of it.
func (r *rig) says(id exchange.MessageID, code envelope.StatusCode) {
	r.t.Helper()
	r.takeAll(districtID)
	if _, err := r.Report(r.t.Context(), by(districtID), r.at(id, districtID).ID, exchange.Word{Code: code, Description: "thiếu phụ lục"}); err != nil {
		r.t.Fatal(err)
	}
}

func TestRemindIsBoundedToTheDocument(t *testing.T) {
	r := newRig(t)
	ctx := t.Context()
	r.office()
	one, two := r.send(r.signed(1, districtID)).Message, r.send(r.signed(2, districtID)).Message
	r.takeAll(districtID)
	wantKind(t, "another document's delivery", r.Remind(ctx, by(department), one.ID, []exchange.DeliveryID{r.at(two.ID, districtID).ID}), exchange.NotFound)
	wantKind(t, "no document", r.Remind(ctx, by(department), "nothing", []exchange.DeliveryID{"x"}), exchange.NotFound)
	wantKind(t, "nobody", r.Remind(ctx, by(department), one.ID, nil), exchange.BadRequest)
	many := slices.Repeat([]exchange.DeliveryID{r.at(one.ID, districtID).ID}, exchange.MostReminded+1)
	wantKind(t, "too many", r.Remind(ctx, by(department), one.ID, many), exchange.BadRequest)
	if n := len(r.reminders(one.ID)) + len(r.reminders(two.ID)); n != 0 {
		t.Errorf("%d reminders", n)
	}
}

// A document that was opened by its address is there, whatever the transport says.
func TestWhoHasOpenedItIsReminded(t *testing.T) {
	r := newRig(t)
	r.office()
	m := r.send(r.signed(1, districtID)).Message
	r.take(districtID)
	_, body, err := r.Content(t.Context(), by(districtID), m.ID, "")
	if err != nil {
		t.Fatal(err)
	}
	body.Close()
	if err := r.Remind(t.Context(), by(department), m.ID, []exchange.DeliveryID{r.at(m.ID, districtID).ID}); err != nil {
		t.Error(err)
	}
}

func TestTwiceAtOnceIsOneReminder(t *testing.T) {
	r := newRig(t)
	r.office()
	m := r.send(r.signed(1, districtID)).Message
	r.takeAll(districtID)
	whom := []exchange.DeliveryID{r.at(m.ID, districtID).ID}
	const calls = 8
	errs := make([]error, calls)
	var all sync.WaitGroup
	for i := range calls {
		all.Go(func() { errs[i] = r.Remind(t.Context(), by(department), m.ID, whom) })
	}
	all.Wait()
	refused := 0
	for _, err := range errs {
		if errors.Is(err, exchange.Conflict) {
			refused++
		}
	}
	if n := len(r.reminders(m.ID)); n != 1 || refused != calls-1 {
		t.Errorf("%d reminders and %d refusals of %d calls, want 1 and the rest: %v", n, refused, calls, errs)
	}
	r.sound()
}
