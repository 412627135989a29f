package exchange_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
)

// now is "now" of every table: it is also each delivery's deadline, so that all that can expire may.
var now = time.Date(2018, 9, 14, 8, 0, 0, 0, time.UTC)

const sender, addressee exchange.AgencyID = "000.01.12.H46", "000.02.12.H46"

// delivery makes one that is due now; changes make it another.
func delivery(s exchange.State, changes ...func(*exchange.Delivery)) exchange.Delivery {
	d := exchange.Delivery{
		ID: "d1", Message: "m1", Class: exchange.ClassDocument, Sender: sender, Addressee: addressee,
		Channel: exchange.Push, State: s, AcceptedAt: now.Add(-time.Hour), Due: now, Deadline: now,
	}
	if s == exchange.Held {
		d.Channel = exchange.Pull
	}
	for _, change := range changes {
		change(&d)
	}
	return d
}

// handedOut is after n attempts, exposed by the first; leased until the given time.
func handedOut(n int, until time.Duration) func(*exchange.Delivery) {
	return func(d *exchange.Delivery) {
		d.Attempt, d.ExposedBy, d.Leased, d.Due = n, 1, true, now.Add(until)
	}
}

// tried is after n attempts, exposed by the first, with no lease.
func tried(n int) func(*exchange.Delivery) {
	return func(d *exchange.Delivery) { d.Attempt, d.ExposedBy, d.Failures = n, 1, n }
}

func dueIn(wait time.Duration) func(*exchange.Delivery) {
	return func(d *exchange.Delivery) { d.Due = now.Add(wait) }
}

// steps are the functions of state.go, as of now, by an agency and a worker that hold the token of attempt 2.
var steps = []struct {
	name string
	do   func(exchange.Delivery) (exchange.Delivery, error)
}{
	{"HandOut", func(d exchange.Delivery) (exchange.Delivery, error) {
		return exchange.HandOut(d, now, now.Add(time.Minute))
	}},
	{"Delivered", settle(exchange.ResultDelivered)},
	{"Retry", settle(exchange.ResultRetry)},
	{"GiveUp", settle(exchange.ResultDeadLettered)},
	{"Acknowledge", func(d exchange.Delivery) (exchange.Delivery, error) {
		next, _, _, err := exchange.Acknowledge(d, exchange.Acknowledgement{Delivery: d.ID, Addressee: addressee, Attempt: 2, Now: now})
		return next, err
	}},
	{"Extend", func(d exchange.Delivery) (exchange.Delivery, error) {
		return exchange.Extend(d, 2, now, now.Add(time.Hour))
	}},
	{"Expire", func(d exchange.Delivery) (exchange.Delivery, error) {
		next, _, err := exchange.Expire(d, now)
		return next, err
	}},
	{"Requeue", func(d exchange.Delivery) (exchange.Delivery, error) {
		next, _, err := exchange.Requeue(d, exchange.Caller{Operator: "an"}, now, now.Add(time.Hour))
		return next, err
	}},
}

func settle(r exchange.Result) func(exchange.Delivery) (exchange.Delivery, error) {
	return func(d exchange.Delivery) (exchange.Delivery, error) {
		next, _, err := exchange.Settle(d, exchange.Settlement{
			Delivery: d.ID, Attempt: 2, Now: now,
			Outcome: exchange.Outcome{Result: r, Reason: "http-503", RetryAt: now.Add(time.Hour)},
		})
		return next, err
	}
}

// show writes what the tables below compare: state, attempt, failures, then the lease; or the refusal's kind.
func show(d exchange.Delivery, err error) string {
	if err != nil {
		return string(exchange.KindOf(err))
	}
	text := fmt.Sprintf("%s #%d/%d", d.State, d.Attempt, d.Failures)
	if d.Leased {
		text += " leased"
	}
	return text
}

// Every pair of a situation and a function: what comes of it, or the kind of the refusal.
func TestEveryStep(t *testing.T) {
	const (
		lost = string(exchange.LeaseLost)
		none = string(exchange.NotFound)
		conf = string(exchange.Conflict)
	)
	for _, test := range []struct {
		name string
		from exchange.Delivery
		want [8]string // in the order of steps
	}{
		{"queued", delivery(exchange.Queued),
			[8]string{"queued #1/0 leased", lost, lost, lost, none, lost, "dead-lettered #0/0", conf}},
		{"queued, waiting", delivery(exchange.Queued, tried(2), dueIn(time.Second)),
			[8]string{lost, lost, lost, lost, "delivered #2/2", lost, "dead-lettered #2/2", conf}},
		{"queued, leased", delivery(exchange.Queued, handedOut(2, time.Second)),
			[8]string{lost, "delivered #2/0", "queued #2/1", "dead-lettered #2/1", "delivered #2/0", "queued #2/0 leased", conf, conf}},
		{"queued, lease over", delivery(exchange.Queued, handedOut(2, 0)),
			[8]string{"queued #3/0 leased", "delivered #2/0", "queued #2/1", "dead-lettered #2/1", "delivered #2/0", lost, "dead-lettered #2/0", conf}},
		{"queued, leased to the next", delivery(exchange.Queued, handedOut(3, time.Second)),
			[8]string{lost, lost, lost, lost, "delivered #3/0", lost, conf, conf}},
		{"queued, leased for the first time", delivery(exchange.Queued, handedOut(1, time.Second)),
			[8]string{lost, lost, lost, lost, none, lost, conf, conf}},

		{"held", delivery(exchange.Held),
			[8]string{"held #1/0 leased", lost, lost, lost, none, lost, "dead-lettered #0/0", conf}},
		{"held, leased", delivery(exchange.Held, handedOut(2, time.Second)),
			[8]string{lost, "delivered #2/0", "held #2/1", "dead-lettered #2/1", "delivered #2/0", "held #2/0 leased", conf, conf}},
		{"held, lease over", delivery(exchange.Held, handedOut(2, -time.Second)),
			[8]string{"held #3/0 leased", "delivered #2/0", "held #2/1", "dead-lettered #2/1", "delivered #2/0", lost, "dead-lettered #2/0", conf}},
		{"held, leased to the next", delivery(exchange.Held, handedOut(3, time.Second)),
			[8]string{lost, lost, lost, lost, "delivered #3/0", lost, conf, conf}},

		{"delivered", delivery(exchange.Delivered, tried(2)),
			[8]string{lost, lost, lost, lost, "delivered #2/2", lost, conf, conf}},
		{"withdrawn", delivery(exchange.Withdrawn),
			[8]string{lost, lost, lost, lost, none, lost, conf, conf}},
		{"withdrawn, though once handed out", delivery(exchange.Withdrawn, tried(2)),
			[8]string{lost, lost, lost, lost, none, lost, conf, conf}},
		{"dead-lettered, never handed out", delivery(exchange.DeadLettered),
			[8]string{lost, lost, lost, lost, none, lost, conf, "queued #0/0"}},
		{"dead-lettered", delivery(exchange.DeadLettered, tried(2)),
			[8]string{lost, lost, lost, lost, "delivered #2/2", lost, conf, "queued #2/0"}},
	} {
		for i, step := range steps {
			next, err := step.do(test.from)
			if got := show(next, err); got != test.want[i] {
				t.Errorf("%s: %s gives %q, want %q", test.name, step.name, got, test.want[i])
			}
			if err != nil && next != test.from {
				t.Errorf("%s: %s refuses with %v and yet changes %+v to %+v", test.name, step.name, err, test.from, next)
			}
		}
	}
}

// What the state is when a delivery ends, and when it lives again.
func TestEnding(t *testing.T) {
	leased := delivery(exchange.Queued, handedOut(2, time.Second))
	dead, err := settle(exchange.ResultDeadLettered)(leased)
	if err != nil || !dead.Ended.Equal(now) || dead.Reason != "http-503" {
		t.Errorf("dead letter ended %v with reason %q (%v), want %v, http-503", dead.Ended, dead.Reason, err, now)
	}
	expired, _, err := exchange.Expire(delivery(exchange.Held), now)
	if err != nil || !expired.Ended.Equal(now) || expired.Reason != "lifetime" {
		t.Errorf("overdue delivery ended %v with reason %q (%v), want %v, lifetime", expired.Ended, expired.Reason, err, now)
	}
	deadline := now.Add(time.Hour)
	again, e, err := exchange.Requeue(dead, exchange.Caller{Operator: "an", Credential: "an.session"}, now, deadline)
	if err != nil || !again.Ended.IsZero() || again.Reason != "" || !again.Due.Equal(now) || !again.Deadline.Equal(deadline) {
		t.Errorf("requeued as %+v (%v), want it alive, due now, until %v", again, err, deadline)
	}
	if again.ExposedBy != dead.ExposedBy {
		t.Errorf("the requeue turned ExposedBy %d into %d: what was seen stays seen", dead.ExposedBy, again.ExposedBy)
	}
	if e.Type != translog.Requeued || e.Actor != "operator:an" || e.Credential != "an.session" {
		t.Errorf("requeue logged as %s by %s with %q, want %s by the operator in the session", e.Type, e.Actor, e.Credential, translog.Requeued)
	}
	next, err := exchange.HandOut(again, now, now.Add(time.Minute))
	if err != nil || next.Attempt != 3 {
		t.Errorf("hand-out after the requeue is attempt %d (%v), want 3: attempts never go down", next.Attempt, err)
	}
}

func TestRequeueReturnsToTheChannelsOwnState(t *testing.T) {
	for channel, want := range map[exchange.Channel]exchange.State{exchange.Push: exchange.Queued, exchange.Pull: exchange.Held} {
		d := delivery(exchange.DeadLettered)
		d.Channel = channel
		next, _, err := exchange.Requeue(d, exchange.Caller{Operator: "an"}, now, now.Add(time.Hour))
		if err != nil || next.State != want || exchange.Initial(channel) != want {
			t.Errorf("%s: requeued as %s (%v), begins as %s, want %s", channel, next.State, err, exchange.Initial(channel), want)
		}
	}
}

func TestLifetime(t *testing.T) {
	for _, test := range []struct {
		name string
		from exchange.Delivery
		at   time.Duration
		want string
	}{
		{"before the deadline", delivery(exchange.Held), -1, string(exchange.Conflict)},
		{"at the deadline", delivery(exchange.Held), 0, "dead-lettered #0/0"},
		{"a running lease keeps it alive", delivery(exchange.Held, handedOut(1, time.Second)), time.Second - 1, string(exchange.Conflict)},
		{"until the lease is over", delivery(exchange.Held, handedOut(1, time.Second)), time.Second, "dead-lettered #1/0"},
		{"a backoff does not", delivery(exchange.Queued, tried(1), dueIn(time.Hour)), 0, "dead-lettered #1/1"},
	} {
		next, _, err := exchange.Expire(test.from, now.Add(test.at))
		if got := show(next, err); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

func TestLeasable(t *testing.T) {
	for _, test := range []struct {
		name string
		d    exchange.Delivery
		want bool
	}{
		{"queued and due", delivery(exchange.Queued), true},
		{"held and due", delivery(exchange.Held), true},
		{"due in a moment", delivery(exchange.Queued, dueIn(1)), false},
		{"lease running", delivery(exchange.Queued, handedOut(1, 1)), false},
		{"lease just over", delivery(exchange.Queued, handedOut(1, 0)), true},
		{"delivered", delivery(exchange.Delivered), false},
		{"withdrawn", delivery(exchange.Withdrawn), false},
		{"dead-lettered", delivery(exchange.DeadLettered), false},
	} {
		if got := exchange.Leasable(test.d, now); got != test.want {
			t.Errorf("%s: leasable is %t, want %t", test.name, got, test.want)
		}
	}
}

func TestLeaseEndsAfterNow(t *testing.T) {
	if _, err := exchange.HandOut(delivery(exchange.Held), now, now); !errors.Is(err, exchange.LeaseLost) {
		t.Errorf("a lease of no length gives %v, want %v", err, exchange.LeaseLost)
	}
	leased := delivery(exchange.Held, handedOut(1, time.Second))
	if _, err := exchange.Extend(leased, 1, now, now); !errors.Is(err, exchange.LeaseLost) {
		t.Errorf("an extension to now gives %v, want %v", err, exchange.LeaseLost)
	}
	longer, err := exchange.Extend(leased, 1, now, now.Add(time.Minute))
	if err != nil || !longer.Due.Equal(now.Add(time.Minute)) {
		t.Errorf("extended to %v (%v), want a minute from now", longer.Due, err)
	}
}

// P7: only an outcome that proves that no byte left takes an exposure back, and only the exposure of its own attempt.
func TestExposure(t *testing.T) {
	retry := func(d exchange.Delivery, notSent bool) exchange.Delivery {
		t.Helper()
		next, _, err := exchange.Settle(d, exchange.Settlement{Attempt: d.Attempt, Now: now,
			Outcome: exchange.Outcome{Result: exchange.ResultRetry, RetryAt: now, NotSent: notSent}})
		if err != nil {
			t.Fatal(err)
		}
		return next
	}
	lease := func(d exchange.Delivery) exchange.Delivery {
		t.Helper()
		next, err := exchange.HandOut(d, d.Due, d.Due.Add(time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		return next
	}
	said := func(d exchange.Delivery) exchange.Delivery {
		t.Helper()
		next, _, err := exchange.ApplyReport(d, exchange.Report{Delivery: d.ID, Addressee: d.Addressee, Code: envelope.Accepted, At: now})
		if err != nil {
			t.Fatal(err)
		}
		return next
	}
	fresh := delivery(exchange.Queued)
	for _, test := range []struct {
		name string
		d    exchange.Delivery
		want int
	}{
		{"before any hand-out", fresh, 0},
		{"handed out", lease(fresh), 1},
		{"handed out, something may have left", retry(lease(fresh), false), 1},
		{"handed out, nothing left", retry(lease(fresh), true), 0},
		{"nothing left, then handed out again", lease(retry(lease(fresh), true)), 2},
		{"nothing left at either attempt", retry(lease(retry(lease(fresh), true)), true), 0},
		{"the second proves nothing of the first", retry(lease(retry(lease(fresh), false)), true), 1},
		{"nor of a first whose lease ran out", retry(lease(lease(fresh)), true), 1},
		{"read before any hand-out", exchange.Open(fresh), exchange.ByReading},
		{"read, and nothing left at the attempt after", retry(lease(exchange.Open(fresh)), true), exchange.ByReading},
		{"read while handed out, and nothing left", retry(exchange.Open(lease(fresh)), true), exchange.ByReading},
		{"accepted (03), and nothing left at the attempt", retry(said(lease(fresh)), true), exchange.ByReading},
		{"read twice", exchange.Open(exchange.Open(fresh)), exchange.ByReading},
	} {
		if test.d.ExposedBy != test.want || test.d.Exposed() != (test.want != 0) {
			t.Errorf("%s: exposed by attempt %d (%t), want %d", test.name, test.d.ExposedBy, test.d.Exposed(), test.want)
		}
	}
}

// P6: an outage of the endpoint does not use up an attempt, nor does a success.
func TestFailures(t *testing.T) {
	for _, test := range []struct {
		name    string
		outcome exchange.Outcome
		want    int
	}{
		{"a failure counts", exchange.Outcome{Result: exchange.ResultRetry}, 1},
		{"an outage does not", exchange.Outcome{Result: exchange.ResultRetry, Blameless: true}, 0},
		{"giving up counts", exchange.Outcome{Result: exchange.ResultDeadLettered}, 1},
		{"success does not", exchange.Outcome{Result: exchange.ResultDelivered}, 0},
	} {
		d := delivery(exchange.Queued, handedOut(1, time.Second))
		next, _, err := exchange.Settle(d, exchange.Settlement{Attempt: 1, Outcome: test.outcome, Now: now})
		if err != nil || next.Failures != test.want || next.Attempt != 1 {
			t.Errorf("%s: failures %d at attempt %d (%v), want %d at 1", test.name, next.Failures, next.Attempt, err, test.want)
		}
	}
}

func TestSettleLogs(t *testing.T) {
	for result, want := range map[exchange.Result]translog.Entry{
		exchange.ResultDelivered:    {Type: translog.Delivered, Result: "delivered"},
		exchange.ResultRetry:        {Type: translog.Attempted, Result: "queued"},
		exchange.ResultDeadLettered: {Type: translog.DeadLettered, Result: "dead-lettered"},
	} {
		want.V, want.Time, want.Actor, want.Attempt, want.Code = translog.Schema, now, "hub", 2, "http-503"
		want.Message, want.Delivery, want.Sender, want.Addressee = "m1", "d1", string(sender), string(addressee)
		want.Seen = true // an attempt that may have reached it
		_, got, err := exchange.Settle(delivery(exchange.Queued, handedOut(2, time.Second)), exchange.Settlement{
			Attempt: 2, Now: now, Outcome: exchange.Outcome{Result: result, Reason: "http-503", Detail: "never in the log"}})
		if err != nil || string(got.Marshal()) != string(want.Marshal()) {
			t.Errorf("%s logged as\n%s (%v), want\n%s", result, got.Marshal(), err, want.Marshal())
		}
	}
	_, _, err := exchange.Settle(delivery(exchange.Queued, handedOut(2, time.Second)), exchange.Settlement{Attempt: 2, Now: now})
	if exchange.KindOf(err) != exchange.Internal {
		t.Errorf("an outcome without a result gives %v, want %v", err, exchange.Internal)
	}
}

// DESIGN 6: any token ever issued to this agency for this delivery acknowledges it.
func TestAcknowledge(t *testing.T) {
	dead := delivery(exchange.DeadLettered, tried(3))
	for _, test := range []struct {
		name    string
		d       exchange.Delivery
		by      exchange.AgencyID
		attempt int
		changed bool
		refused bool
	}{
		{"the current token", delivery(exchange.Held, handedOut(3, time.Second)), addressee, 3, true, false},
		{"a superseded token", delivery(exchange.Held, handedOut(3, time.Second)), addressee, 1, true, false},
		{"after the lease", delivery(exchange.Held, handedOut(3, -time.Hour)), addressee, 3, true, false},
		{"after dead-lettering", dead, addressee, 2, true, false},
		{"a repeat", delivery(exchange.Delivered, tried(3)), addressee, 3, false, false},
		{"a repeat with another token", delivery(exchange.Delivered, tried(3)), addressee, 1, false, false},
		{"a token never issued", dead, addressee, 4, false, true},
		{"no token", dead, addressee, 0, false, true},
		{"a negative token", dead, addressee, -1, false, true},
		{"another agency", dead, sender, 3, false, true},
		{"withdrawn", delivery(exchange.Withdrawn, tried(3)), addressee, 3, false, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			next, e, changed, err := exchange.Acknowledge(test.d, exchange.Acknowledgement{
				Delivery: test.d.ID, Addressee: test.by, Attempt: test.attempt, Credential: "key_1", Now: now})
			if errors.Is(err, exchange.NotFound) != test.refused || changed != test.changed {
				t.Fatalf("changed %t, error %v; want changed %t, refused as not found %t", changed, err, test.changed, test.refused)
			}
			if !changed {
				if next != test.d {
					t.Errorf("became %+v, want it untouched", next)
				}
				return
			}
			if next.State != exchange.Delivered || next.Leased || !next.Ended.Equal(now) || next.Reason != "" {
				t.Errorf("became %+v, want delivered, now, without a lease or a reason", next)
			}
			if e.Type != translog.Acknowledged || e.Actor != string(addressee) || e.Credential != "key_1" || e.Attempt != test.attempt {
				t.Errorf("logged as %+v, want acknowledged by the addressee with the token it used", e)
			}
		})
	}
}

// P2: the same identity with other bytes is refused while this says true.
func TestLive(t *testing.T) {
	refused := func(d *exchange.Delivery) { d.Refused = true }
	for _, test := range []struct {
		name string
		d    exchange.Delivery
		want bool
	}{
		{"queued", delivery(exchange.Queued), true},
		{"held", delivery(exchange.Held), true},
		{"handed out", delivery(exchange.Held, handedOut(1, time.Second)), true},
		{"delivered", delivery(exchange.Delivered), true},
		{"withdrawn", delivery(exchange.Withdrawn), false},
		{"dead-lettered", delivery(exchange.DeadLettered), false},
		{"delivered and refused", delivery(exchange.Delivered, refused), false},
		{"handed out and refused", delivery(exchange.Held, handedOut(1, time.Second), refused), false},
	} {
		if got := test.d.Live(); got != test.want {
			t.Errorf("%s: live is %t, want %t", test.name, got, test.want)
		}
	}
}

func TestFinal(t *testing.T) {
	for s, want := range map[exchange.State]bool{
		exchange.Queued: false, exchange.Held: false,
		exchange.Delivered: true, exchange.Withdrawn: true, exchange.DeadLettered: true,
	} {
		if got := s.Final(); got != want {
			t.Errorf("%s: final is %t, want %t", s, got, want)
		}
	}
}

func TestApplyReport(t *testing.T) {
	said := func(codes ...envelope.StatusCode) exchange.Delivery {
		d := delivery(exchange.Delivered, tried(1))
		for _, c := range codes {
			next, _, err := exchange.ApplyReport(d, exchange.Report{Addressee: addressee, Code: c, At: now})
			if err != nil {
				t.Fatal(err)
			}
			d = next
		}
		return d
	}
	for _, test := range []struct {
		name    string
		d       exchange.Delivery
		by      exchange.AgencyID
		code    envelope.StatusCode
		want    exchange.Kind // empty: applied, or nothing to do
		changed bool
	}{
		{"the first", said(), addressee, envelope.Arrived, "", true},
		{"a step on", said(envelope.Arrived), addressee, envelope.Accepted, "", true},
		{"out of order", said(envelope.Completed), addressee, envelope.Accepted, "", true},
		{"arrived, said late", said(envelope.Accepted), addressee, envelope.Arrived, "", false},
		{"arrived, said after a refusal", said(envelope.Refused), addressee, envelope.Arrived, "", false},
		{"a repeat", said(envelope.Accepted), addressee, envelope.Accepted, "", false},
		{"refusal", said(envelope.Arrived), addressee, envelope.Refused, "", true},
		{"refusal repeated", said(envelope.Refused), addressee, envelope.Refused, "", false},
		{"after a refusal", said(envelope.Refused), addressee, envelope.Accepted, exchange.Conflict, false},
		{"another agency's", said(), sender, envelope.Accepted, exchange.NotFound, false},
	} {
		at := now.Add(time.Hour)
		next, changed, err := exchange.ApplyReport(test.d, exchange.Report{Delivery: test.d.ID, Addressee: test.by, Code: test.code, At: at})
		if changed != test.changed || (test.want == "") != (err == nil) || (err != nil && exchange.KindOf(err) != test.want) {
			t.Errorf("%s: changed %t, error %v; want %t, %q", test.name, changed, err, test.changed, test.want)
		}
		if !changed && next != test.d {
			t.Errorf("%s: became %+v, want it untouched", test.name, next)
		}
		if changed && (next.Processing != test.code || !next.ProcessingAt.Equal(at) || next.Refused != (test.code == envelope.Refused)) {
			t.Errorf("%s: became %+v, want %s at %v", test.name, next, test.code, at)
		}
		if next.State != test.d.State {
			t.Errorf("%s: the status moved the transport state to %s", test.name, next.State)
		}
	}
}

// P7: what an agency can see of the log gives nothing away before exposure.
func TestConcerns(t *testing.T) {
	for typ, both := range map[translog.Type]bool{
		translog.Accepted: false, translog.Attempted: false, translog.DeadLettered: false, translog.Requeued: false,
		translog.RefusedAtDoor: false, translog.Withdrawn: false, translog.RecallAsked: false, translog.Reminded: false,
		translog.Delivered: true, translog.Acknowledged: true, translog.PickedUp: true, translog.StatusGiven: true,
	} {
		got := exchange.Concerns(translog.Entry{Type: typ, Sender: string(sender), Addressee: string(addressee),
			Addressees: []translog.Addressee{{Agency: string(addressee)}}})
		want := []exchange.AgencyID{sender}
		if both {
			want = append(want, addressee)
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s concerns %v, want %v", typ, got, want)
		}
	}
	seen := translog.Entry{Type: translog.RecallLapsed, Sender: string(sender), Addressee: string(addressee), Seen: true}
	if got := exchange.Concerns(seen); len(got) != 2 {
		t.Errorf("what happens to a delivery that was seen concerns %v, want its addressee too", got)
	}
	if got := exchange.Concerns(translog.Entry{Type: translog.Delivered, Sender: string(sender), Addressee: string(sender)}); len(got) != 1 {
		t.Errorf("sent to itself concerns %v, want it once", got)
	}
	if got := exchange.Concerns(translog.Entry{Type: translog.AgencyChanged, Addressee: string(addressee)}); len(got) != 1 || got[0] != addressee {
		t.Errorf("a change of an agency concerns %v, want the agency", got)
	}
}
