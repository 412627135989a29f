package exchange_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
)

var update = flag.Bool("update", false, "write the golden table of transitions anew")

const goldenTransitions = "testdata/transitions.txt"

// TestEveryTransition lays every pair open of what stands and what comes: each way a delivery can stand for processing and
// recall, each code, and a recall. The table is read by people before it is committed.
func TestEveryTransition(t *testing.T) {
	var b strings.Builder
	fmt.Fprintf(&b, "%-46s", "what stands \\ what comes")
	for _, code := range given {
		fmt.Fprintf(&b, " %-9s", code)
	}
	fmt.Fprintf(&b, " %s\n", "recall")
	rules := exchange.Table()
	for _, s := range stands() {
		fmt.Fprintf(&b, "%-46s", s.name)
		for _, code := range given {
			fmt.Fprintf(&b, " %-9s", applies(t, rules, s.d, code))
		}
		fmt.Fprintf(&b, " %s\n", takes(t, s.d))
	}
	if *update {
		if err := os.WriteFile(goldenTransitions, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(goldenTransitions)
	if err != nil || b.String() != string(want) {
		t.Errorf("the table is (%v)\n%swant\n%s", err, b.String(), want)
	}
}

var given = []envelope.StatusCode{"01", "02", "03", "04", "05", "06", "13", "14", "15", "16"}

type standing struct {
	name string
	d    exchange.Delivery
}

// stands are all ways in which a delivery can stand.
func stands() (all []standing) {
	for _, kind := range []envelope.Kind{envelope.New, envelope.Update, envelope.Replacement} {
		for _, code := range []envelope.StatusCode{"", "01", "02", "03", "04", "05", "06", "14"} {
			d := delivery(exchange.Delivered, tried(1))
			d.Kind, d.Processing, d.Refused = kind, code, code == envelope.Refused
			all = append(all, standing{fmt.Sprintf("%s, status %s", kind, orNone(string(code))), d})
		}
	}
	for _, consent := range []envelope.StatusCode{envelope.Agreed, envelope.Declined} {
		d := delivery(exchange.Delivered, tried(1))
		d.Kind, d.Consent = envelope.Update, consent
		all = append(all, standing{fmt.Sprintf("%s, answered %s", d.Kind, consent), d})
	}
	for _, state := range []exchange.RecallState{exchange.RecallAsked, exchange.RecallAgreed, exchange.RecallDeclined, exchange.RecallLapsed} {
		for _, code := range []envelope.StatusCode{"", "02"} {
			d := delivery(exchange.Delivered, tried(1))
			d.Processing, d.Refused, d.Recall.State = code, code == envelope.Refused, state
			all = append(all, standing{fmt.Sprintf("recall %s, status %s", state, orNone(string(code))), d})
		}
	}
	all = append(all, standing{"queued, on its first push", delivery(exchange.Queued, handedOut(1, time.Minute))})
	for _, state := range []exchange.State{exchange.Queued, exchange.Held, exchange.DeadLettered, exchange.Withdrawn} {
		all = append(all, standing{fmt.Sprintf("%s, not seen", state), delivery(state)})
		if state != exchange.Withdrawn {
			all = append(all, standing{fmt.Sprintf("%s, seen", state), delivery(state, tried(1))})
		}
	}
	for _, d := range []exchange.Delivery{delivery(exchange.Held), delivery(exchange.Held, tried(1)), delivery(exchange.Delivered, tried(1)),
		delivery(exchange.DeadLettered), delivery(exchange.DeadLettered, tried(1)), delivery(exchange.Withdrawn)} {
		d.Kind = envelope.Recall
		all = append(all, standing{fmt.Sprintf("%s, %s, %s", d.Kind, d.State, exchange.Stands(d)), d})
	}
	thirteen := delivery(exchange.Delivered, tried(1))
	thirteen.Class = exchange.ClassStatus
	all = append(all, standing{"a status, such as 13", thirteen})
	replaced, _, _ := exchange.Supersede(delivery(exchange.Held), now)
	all = append(all, standing{"withdrawn by a replacement", replaced})
	recalled := delivery(exchange.Withdrawn)
	recalled.Recall.State = exchange.RecallWithdrawn
	return append(all, standing{"withdrawn by a recall", recalled})
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

// applies is the verdict, held against what the function does by it.
func applies(t *testing.T, rules exchange.Transitions, d exchange.Delivery, code envelope.StatusCode) exchange.Ruling {
	t.Helper()
	verdict := rules.Status(d, code)
	next, changed, err := exchange.ApplyReport(d, exchange.Report{Delivery: d.ID, Addressee: d.Addressee, Code: code, At: now})
	if changed != (next != d) || (err != nil) != (verdict == exchange.Unpermitted) || err != nil && changed {
		t.Errorf("%s meets %+v: %s, and yet changed %t, %v", code, d, verdict, changed, err)
	}
	if said := exchange.Open(d); err == nil && verdict != exchange.Applied && next != said && (next != d || !d.Found()) {
		t.Errorf("%s meets %+v: %s, and it became %+v, want it seen and nothing else", code, d, verdict, next)
	}
	if verdict == exchange.Applied && next.ExposedBy != exchange.ByReading {
		t.Errorf("%s meets %+v, and it became %+v, want it seen: who speaks of it has it", code, d, next)
	}
	return verdict
}

func takes(t *testing.T, d exchange.Delivery) exchange.Ruling {
	t.Helper()
	verdict := exchange.Table().Recall(d)
	next, e, _ := exchange.TakeBack(d, "m2", now, now)
	changes := verdict == exchange.Withdraws || verdict == exchange.Asks
	if (next != d) != changes || (e.Type != "") != changes || (next.State == exchange.Withdrawn && d.Exposed()) {
		t.Errorf("a recall meets %+v: %s, and yet %+v", d, verdict, next)
	}
	return verdict
}
