package demo

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lienthong/lienthong/cmd/lienthong/node"
	"github.com/lienthong/lienthong/config"
	"github.com/lienthong/lienthong/store/bolt"
)

// A spectator watches until each of what it waits for was told, and as many documents were accepted after what comes
// first; then the agencies send no more. How long that takes is the machine's affair.
type spectator struct {
	strings.Builder
	first     string
	documents int
	waits     []string
	enough    func()
}

func (s *spectator) Write(p []byte) (int, error) {
	n, err := s.Builder.Write(p)
	line := string(p)
	if strings.Contains(line, "tiếp nhận") && strings.Contains(s.String(), s.first) {
		s.documents--
	}
	s.waits = slices.DeleteFunc(s.waits, func(want string) bool { return strings.Contains(line, want) })
	if s.documents <= 0 && len(s.waits) == 0 {
		s.enough()
	}
	return n, err
}

// watch gives a run its spectator, who ends it.
func watch(t *testing.T, first string, documents int, waits ...string) (context.Context, *spectator) {
	ctx, enough := context.WithCancel(t.Context())
	t.Cleanup(enough)
	return ctx, &spectator{first: first, documents: documents, waits: waits, enough: enough}
}

// atMost is how long a watched run sends.
const atMost = 2 * time.Minute

// The pilot, shorter: with an outage and a dead endpoint, and the directory kept under a relative name.
func TestPilot(t *testing.T) {
	t.Chdir(t.TempDir())
	ctx, told := watch(t, "", 60, "đã rút", "trạng thái 15 ", "trạng thái 16 ")
	r, err := carryOut(ctx, Options{For: atMost, Seed: 3, Dir: "thi-diem", Out: told},
		times{outageFrom: 500 * time.Millisecond, outageTo: time.Second, lifetime: 6 * time.Second, rhythm: 700 * time.Millisecond, slower: 4})
	if err != nil {
		t.Fatal(err)
	}
	if !r.OK() || r.Accepted == 0 || r.ReceiptsVerified != r.Accepted+r.Recalls || r.Pending != 0 {
		t.Errorf("%+v; want every document accounted for and every receipt to hold", r)
	}
	if r.DeadLettered == 0 {
		t.Errorf("%+v: nothing was given up, though an endpoint is dead", r)
	}
	if r.OnTime == 0 || r.Late == 0 || r.OnTime+r.Late != r.Deliveries {
		t.Errorf("%+v: some documents were signed three weeks ago, most today", r)
	}
	if r.Delivered+r.DeadLettered+r.Withdrawn != r.Deliveries {
		t.Errorf("%+v: the sum does not hold", r)
	}
	if r.Withdrawn == 0 || r.Recalled <= r.Withdrawn || r.RecallsDeclined+r.RecallsOpen == 0 || r.Recalls == 0 {
		t.Errorf("%+v; want recalls before and after exposure, agreed to, and not", r)
	}
	for _, want := range []string{"tiếp nhận", "đã chuyển", "đã nhận", "đã rút", "thu hồi", "xin thu hồi", "thất bại", "hết thời hạn chuyển", "curl -s",
		"/dang-nhap", "vanthu ", "quantridv ", "vanhanh ", "kiemtra ", "otpauth://totp/"} {
		if !strings.Contains(told.String(), want) {
			t.Errorf("the spectator is not told of %q", want)
		}
	}
	sound(t, "thi-diem")
}

// sound holds what the run left to every invariant of the store.
func sound(t *testing.T, dir node.Dir) {
	t.Helper()
	c, err := config.Load(dir.Path(node.ConfigFile), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	key, err := node.LoadLogKey(c)
	if err != nil {
		t.Fatal(err)
	}
	s, err := bolt.Open(c.Data, bolt.Options{Signer: key, Origin: key.Name()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	broken, err := s.Check(t.Context(), nil)
	if err != nil || len(broken) > 0 {
		t.Errorf("%v, %v; want a sound store", broken, err)
	}
}
