package bolt_test

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
	"github.com/lienthong/lienthong/store"
	"github.com/lienthong/lienthong/store/bolt"
)

var errDisk = errors.New("TEST: the disk says no")

// faults fail each of their steps once; the value says whether the step happens nevertheless.
type faults struct {
	mu    sync.Mutex
	armed map[bolt.Step]bool
}

func (f *faults) hook(st bolt.Step) (apply bool, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	apply, armed := f.armed[st]
	if !armed {
		return false, nil
	}
	delete(f.armed, st)
	return apply, errDisk
}

func (f *faults) left() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.armed)
}

// TestFaults fails every step of the committer in both ways (DESIGN P1): whatever was answered with a receipt is there,
// whatever was answered with an error is there wholly or not at all, and is accepted exactly once when repeated.
func TestFaults(t *testing.T) {
	for _, step := range bolt.Steps() {
		for _, apply := range []bool{false, true} {
			how := "fails"
			if apply {
				how = "fails but happened"
			}
			t.Run(fmt.Sprintf("%s %s", step, how), func(t *testing.T) {
				armed := map[bolt.Step]bool{step: apply}
				if step == bolt.StepReopen || step == bolt.StepMark {
					armed[bolt.StepCommit] = apply // they are reached only after a failed commit
				}
				runFaults(t, &faults{armed: armed})
			})
		}
	}
}

// TestStepsAreAll: the fault table runs over Steps, so a step that is not in it would never fail.
func TestStepsAreAll(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "options.go", nil, 0)
	must(t, err)
	declared := 0
	ast.Inspect(file, func(n ast.Node) bool {
		v, ok := n.(*ast.ValueSpec)
		if !ok || len(v.Values) != 1 || !strings.HasPrefix(v.Names[0].Name, "Step") {
			return true
		}
		declared++
		text, err := strconv.Unquote(v.Values[0].(*ast.BasicLit).Value)
		if err != nil || !slices.Contains(bolt.Steps(), bolt.Step(text)) {
			t.Errorf("%s is not in Steps", v.Names[0].Name)
		}
		return true
	})
	if declared == 0 || declared != len(bolt.Steps()) {
		t.Errorf("%d steps are declared, %d listed", declared, len(bolt.Steps()))
	}
}

func runFaults(t *testing.T, f *faults) {
	c := &faultCase{T: t, dir: t.TempDir(), faults: f}
	c.begin()
	c.submitAll()
	if f.left() != 0 {
		t.Fatalf("steps not reached: %v", f.armed)
	}
	c.settle()
	c.repeatAll()
	sound(t, c.store)
	c.reopen()
	c.repeatAll()
	c.honoured()
	sound(t, c.store)
}

type faultCase struct {
	*testing.T
	dir    string
	faults *faults
	store  *bolt.Store

	leased      exchange.Delivery
	notice      *exchange.Acceptance
	submissions []*exchange.Acceptance
	mu          sync.Mutex
	receipts    map[exchange.MessageID]string // by message, as given
}

// begin leaves a store with one leased document, opened anew with the faults armed.
func (c *faultCase) begin() {
	c.Helper()
	before := open(c, c.dir, options(c))
	r := accept(c, before, acceptance("before", addressee(2)))
	c.receipts = map[exchange.MessageID]string{r.Message.ID: string(r.Proof.Marshal())}
	leases, err := before.Lease(c.Context(), exchange.LeaseRequest{Agency: addressee(2), Now: start, Until: start.Add(time.Hour), Max: 1})
	if err != nil || len(leases) != 1 {
		c.Fatalf("lease: %v, %d", err, len(leases))
	}
	c.leased = leases[0].Delivery
	c.notice = acceptance("delivered", "A53.01.H41")
	if err := before.Close(); err != nil {
		c.Fatal(err)
	}
	for i := range 8 {
		c.submissions = append(c.submissions, acceptance(fmt.Sprintf("document %d", i), addressee(2), addressee(3)))
	}
	large := acceptance(strings.Repeat("large ", 1000), addressee(2))
	c.submissions = append(c.submissions, large)
	o := options(c)
	o.LargeBody, o.Faults, o.Logger = 1000, c.faults.hook, slog.New(slog.DiscardHandler)
	c.store = open(c, c.dir, o)
}

func (c *faultCase) submitAll() {
	var wg sync.WaitGroup
	for _, a := range c.submissions {
		wg.Go(func() { c.submit(a) })
	}
	wg.Wait()
}

// submit keeps the receipt, if there is one, and compares it with one given before.
func (c *faultCase) submit(a *exchange.Acceptance) error {
	r, err := c.store.Accept(context.Background(), a)
	if err != nil {
		if kind := exchange.KindOf(err); kind != exchange.Busy {
			c.Errorf("a disk at fault is %s, want %s: %v", kind, exchange.Busy, err)
		}
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	proof := string(r.Proof.Marshal())
	if old, ok := c.receipts[r.Message.ID]; ok && old != proof {
		c.Errorf("message %s has a second receipt", r.Message.ID)
	}
	c.receipts[r.Message.ID] = proof
	return nil
}

// settle ends the leased delivery with its notice: both or neither.
func (c *faultCase) settle() {
	c.Helper()
	_, err := c.store.Settle(c.Context(), exchange.Settlement{
		Delivery: c.leased.ID, Attempt: 1, Now: start.Add(time.Minute), Notice: c.notice,
		Outcome: exchange.Outcome{Result: exchange.ResultDelivered},
	})
	if err != nil {
		c.reopen() // out of service: a restart is what an operator does
		return
	}
	if _, err := c.store.Message(c.Context(), c.notice.Message.ID); err != nil {
		c.Errorf("settled without its notice: %v", err)
	}
}

func (c *faultCase) repeatAll() {
	c.Helper()
	for _, a := range c.submissions {
		if err := c.submit(a); err != nil {
			c.Errorf("repeated: %v", err)
		}
	}
	if want := 1 + len(c.submissions); len(c.receipts) != want {
		c.Errorf("%d messages, want %d: one for each submission", len(c.receipts), want)
	}
}

func (c *faultCase) reopen() {
	c.Helper()
	if err := c.store.Close(); err != nil {
		c.Fatal(err)
	}
	c.store = open(c, c.dir, options(c))
}

// honoured: every receipt ever given is in the log, verifies, and has its deliveries and its body.
func (c *faultCase) honoured() {
	c.Helper()
	for id, want := range c.receipts {
		m, err := c.store.Message(c.Context(), id)
		if err != nil {
			c.Fatal(err)
		}
		proof, err := c.store.Proof(c.Context(), m.Entry)
		if err != nil || string(proof.Marshal()) != want {
			c.Errorf("message %s: %v, or another receipt than the one given", id, err)
		}
		if _, _, err := proof.Verify(verifiers(c), origin); err != nil {
			c.Errorf("message %s: %v", id, err)
		}
	}
}

// TestFailedCommitAnswers: what the waiters are told after a failed commit is what is on disk.
func TestFailedCommitAnswers(t *testing.T) {
	for _, c := range []struct {
		name    string
		armed   map[bolt.Step]bool
		receipt bool
		unknown bool
	}{
		{"not committed", map[bolt.Step]bool{bolt.StepCommit: false}, false, false},
		{"committed, then an error", map[bolt.Step]bool{bolt.StepCommit: true}, true, false},
		{"committed, and the file cannot be opened", map[bolt.Step]bool{bolt.StepCommit: true, bolt.StepReopen: false}, false, true},
		{"not committed, and the file proves unwritable", map[bolt.Step]bool{bolt.StepCommit: false, bolt.StepMark: false}, false, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := options(t)
			o.Faults, o.Logger = (&faults{armed: c.armed}).hook, slog.New(slog.DiscardHandler)
			s := open(t, t.TempDir(), o)
			r, err := s.Accept(t.Context(), acceptance("x", addressee(2)))
			if (r != nil) != c.receipt || errors.Is(err, store.ErrOutcomeUnknown) != c.unknown {
				t.Errorf("receipt %v, error %v; want receipt %t, unknown %t", r != nil, err, c.receipt, c.unknown)
			}
			if _, err := s.Append(t.Context(), entry(), nil); (err == nil) == c.unknown {
				t.Errorf("afterwards: %v; want out of service %t", err, c.unknown)
			}
		})
	}
}

func entry() translog.Entry {
	return translog.Entry{Type: translog.SignedIn, Actor: "operator:an", Time: start}
}
