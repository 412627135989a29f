package api_test

import (
	"testing"
	"time"

	"github.com/lienthong/lienthong/client"
	"github.com/lienthong/lienthong/internal/hubtest"
)

// What the hub by itself can do nothing more about is raised to people: a recall that nobody answered in time, and a
// document that is fetched again and again and never acknowledged. Not an hour, nor a hand-out, too early.
func TestRaisedToPeople(t *testing.T) {
	ahead := time.Duration(0)
	h := checked(t, hubtest.Config{Clock: func() time.Time { return time.Now().Add(ahead) }}, agencies()...)
	ctx := t.Context()
	sender, commune := h.Party(department), h.Party(communeA)
	raised := func(p *hubtest.Party) map[string][]string {
		t.Helper()
		all, err := p.Client.Duties(ctx, "raised", 0)
		if err != nil {
			t.Fatal(err)
		}
		why := map[string][]string{}
		for _, d := range all {
			why[d.Message.ID] = d.Deliveries[0].Raised
		}
		return why
	}

	recalled, _ := sender.Send(communeA)
	commune.Collect()
	if _, err := sender.Client.Recall(ctx, recalled.ID, client.RecallRequest{Reason: "Gửi nhầm"}); err != nil {
		t.Fatal(err)
	}
	d, err := sender.Client.Document(ctx, recalled.ID)
	if err != nil {
		t.Fatal(err)
	}
	commune.Collect()
	until := time.Until(d.Deliveries[0].Recall.Until)
	for _, test := range []struct {
		at   time.Duration
		want int
	}{{until - time.Minute, 0}, {until + time.Minute, 1}} {
		ahead = test.at
		if _, err := h.Exchange.LapseRecalls(ctx); err != nil {
			t.Fatal(err)
		}
		if got := raised(commune); len(got) != test.want || test.want == 1 && got[recalled.ID][0] != "silent" {
			t.Errorf("%v from the end of the time for an answer: raised %v, want %d", test.at-until, got, test.want)
		}
	}

	stuck, _ := sender.Send(communeA, communeB)
	for i := 1; i <= 20; i++ {
		if got := raised(commune)[stuck.ID]; got != nil {
			t.Fatalf("after %d hand-outs it is raised: %v", i-1, got)
		}
		if got := commune.Lease(1); len(got) != 1 || got[0].Message.ID != stuck.ID {
			t.Fatalf("hand-out %d is %v", i, got)
		}
		ahead += 10 * time.Minute
	}
	if got := raised(commune)[stuck.ID]; len(got) != 1 || got[0] != "stuck" {
		t.Errorf("after 20 hand-outs it is raised as %v, want stuck", got)
	}
	if d, err = sender.Client.Document(ctx, stuck.ID); err != nil || len(d.Deliveries[0].Raised) != 1 || d.Deliveries[1].Raised != nil {
		t.Errorf("its sender sees %v and %v (%v), want the one that is stuck", d.Deliveries[0].Raised, d.Deliveries[1].Raised, err)
	}
	commune.Collect()
	if got := raised(commune); len(got) != 1 || got[stuck.ID] != nil {
		t.Errorf("acknowledged, it is raised still: %v", got)
	}
	if got := raised(h.Party(communeB)); len(got) != 0 {
		t.Errorf("another agency is told of %v", got)
	}
}
