package storetest

import (
	"flag"
	"testing"

	"pgregory.net/rapid"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
)

// Mutations changes the tables that the model of [Random] goes by, one place at a time, and fails for each change that
// the walks do not notice: what they would not see in the model they would not see in an engine.
func Mutations(t *testing.T, open Opener) {
	for name, value := range map[string]string{"rapid.shrinktime": "0s", "rapid.nofailfile": "true", "rapid.checks": "400", "rapid.steps": "40"} {
		was := flag.Lookup(name).Value.String()
		if err := flag.Set(name, value); err != nil {
			t.Fatal(err)
		}
		defer flag.Set(name, was)
	}
	t.Run("at once", func(t *testing.T) {
		for _, m := range mutations {
			t.Run(m.name, func(t *testing.T) {
				t.Parallel()
				rules := exchange.Table()
				m.change(rules)
				w := &witness{TB: t}
				rapid.Check(w, walkBy(t, open, rules, (*walk).narrow))
				if !w.failed {
					t.Errorf("nobody notices that %s", m.name)
				}
			})
		}
	})
}

var mutations = []struct {
	name   string
	change func(exchange.Transitions)
}{
	{"a refused document is accepted after all", func(r exchange.Transitions) { r.Statuses[envelope.Refused] = r.Statuses[envelope.Assigned] }},
	{"01 replaces what stands", func(r exchange.Transitions) {
		for _, row := range r.Statuses {
			row[envelope.Arrived] = exchange.Applied
		}
	}},
	{"what was accepted cannot be refused", func(r exchange.Transitions) {
		for _, row := range r.Statuses {
			row[envelope.Refused] = exchange.Unpermitted
		}
	}},
	{"a first status is not taken", func(r exchange.Transitions) { r.Statuses[""][envelope.Assigned] = exchange.Recorded }},
	{"an unknown code stands", func(r exchange.Transitions) { r.Statuses[""]["14"] = exchange.Applied }},
	{"an agreement changes nothing", func(r exchange.Transitions) { r.Answers[exchange.RecallAsked][envelope.Agreed] = exchange.Recorded }},
	{"who was not asked may answer", func(r exchange.Transitions) { r.Answers[""][envelope.Declined] = exchange.Applied }},
	{"an agreement can be taken back", func(r exchange.Transitions) { r.Answers[exchange.RecallAgreed][envelope.Declined] = exchange.Applied }},
	{"an answer that comes late is refused", func(r exchange.Transitions) { r.Answers[exchange.RecallLapsed][envelope.Agreed] = exchange.Unpermitted }},
	{"an update is not agreed to", func(r exchange.Transitions) { r.Consents[""][envelope.Agreed] = exchange.Unpermitted }},
	{"what was seen is withdrawn", func(r exchange.Transitions) { r.Recalls[""][exchange.Seen] = exchange.Withdraws }},
	{"what was not seen is asked for", func(r exchange.Transitions) { r.Recalls[""][exchange.Unseen] = exchange.Asks }},
	{"a recall is asked for twice", func(r exchange.Transitions) { r.Recalls[exchange.RecallAsked][exchange.Seen] = exchange.Asks }},
	{"what was declined is not asked for again", func(r exchange.Transitions) { r.Recalls[exchange.RecallDeclined][exchange.Seen] = exchange.Unpermitted }},
	{"what was cancelled is asked for again", func(r exchange.Transitions) { r.Recalls[exchange.RecallAgreed][exchange.Seen] = exchange.Asks }},
	{"what came back by itself is asked for", func(r exchange.Transitions) { r.Recalls[""][exchange.Returned] = exchange.Asks }},
	{"what was withdrawn is withdrawn again", func(r exchange.Transitions) {
		r.Recalls[exchange.RecallWithdrawn][exchange.Unseen] = exchange.Withdraws
	}},
	{"a refusal to cancel can be taken back", func(r exchange.Transitions) { r.Answers[exchange.RecallDeclined][envelope.Agreed] = exchange.Applied }},
	{"an answer to an update can be taken back", func(r exchange.Transitions) { r.Consents[envelope.Agreed][envelope.Declined] = exchange.Applied }},
	{"silence is final", func(r exchange.Transitions) { r.Recalls[exchange.RecallLapsed][exchange.Seen] = exchange.Unpermitted }},
}

// A witness is a test that may fail: it keeps the failure to itself.
type witness struct {
	rapid.TB
	failed bool
}

func (w *witness) Fail()                 { w.failed = true }
func (w *witness) FailNow()              { w.failed = true }
func (w *witness) Error(...any)          { w.failed = true }
func (w *witness) Errorf(string, ...any) { w.failed = true }
func (w *witness) Fatal(...any)          { w.failed = true }
func (w *witness) Fatalf(string, ...any) { w.failed = true }
func (w *witness) Failed() bool          { return w.failed }
func (w *witness) Log(...any)            {}
func (w *witness) Logf(string, ...any)   {}
func (w *witness) Skip(...any)           {}
func (w *witness) Skipf(string, ...any)  {}
func (w *witness) SkipNow()              {}
