package demo

import (
	"strings"
	"testing"
	"time"
)

// The reform, shorter: what was on its way to those who end
// reaches who takes their place, or goes back; nothing is lost.
func TestReform2025(t *testing.T) {
	t.Chdir(t.TempDir())
	ctx, told := watch(t, "17 cơ quan", 40, "unknown-addressee", "đã rút")
	r, err := carryOut(ctx, Options{For: atMost, Seed: 5, Dir: "cai-cach", Out: told, Scenario: Reform2025},
		times{outageFrom: 500 * time.Millisecond, outageTo: time.Second, lifetime: 6 * time.Second, reform: 4 * time.Second, rhythm: 700 * time.Millisecond, slower: 4})
	if err != nil {
		t.Fatal(err)
	}
	if !r.OK() || r.Pending != 0 || r.ReceiptsVerified != r.Accepted+r.Recalls || r.Delivered+r.DeadLettered+r.Withdrawn != r.Deliveries {
		t.Errorf("%+v; want every document accounted for and every receipt to hold", r)
	}
	if r.Redirected == 0 || r.Refused == 0 || r.Recalled == 0 {
		t.Errorf("%+v; want documents redirected and recalled, and addressees refused", r)
	}
	for _, want := range []string{"01/07/2025", "17 cơ quan chấm dứt, sáp nhập", "từ chối"} {
		if !strings.Contains(told.String(), want) {
			t.Errorf("the spectator is not told of %q", want)
		}
	}
	sound(t, "cai-cach")
}
