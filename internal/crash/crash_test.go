package crash_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/lienthong/lienthong/internal/crash"
)

const submitters = 16

// TestMain is also the process that is killed.
func TestMain(m *testing.M) {
	dir := os.Getenv("LIENTHONG_TEST_CRASH_CHILD")
	if dir == "" {
		os.Exit(m.Run())
	}
	if err := child(dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func child(dir string) error {
	round, err := strconv.Atoi(os.Getenv("LIENTHONG_TEST_CRASH_ROUND"))
	if err != nil {
		return err
	}
	s, err := crash.Open(dir)
	if err != nil {
		return err
	}
	return (&crash.Load{Store: s, Out: os.Stdout, Round: round, Submitters: submitters, Workers: 4}).Run()
}

// P1, P2, P6: the process dies at random moments, time and again over the same directory; then all that is left is
// delivered. LIENTHONG_TEST_CRASH_ROUNDS sets how often (3).
func TestKill(t *testing.T) {
	rounds := 3
	if text := os.Getenv("LIENTHONG_TEST_CRASH_ROUNDS"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		rounds = n
	}
	dir := t.TempDir()
	var record crash.Record
	for round := range rounds {
		kill(t, dir, round, &record)
		judge(t, dir, round, &record)
		if t.Failed() {
			t.Fatalf("after round %d of %d, %d receipts", round, rounds, record.Receipts())
		}
	}
	deliverRest(t, dir, rounds, &record)
	if record.Receipts() < rounds*submitters || (rounds >= 10 && record.Again == 0) {
		t.Errorf("%d receipts, %d attempts cut short in %d rounds: the load did not load", record.Receipts(), record.Again, rounds)
	}
	t.Logf("%d rounds, %d receipts honoured, %d attempts cut short and made again", rounds, record.Receipts(), record.Again)
}

// deliverRest brings every delivery to its end.
func deliverRest(t *testing.T, dir string, round int, record *crash.Record) {
	t.Helper()
	s, err := crash.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := (&crash.Load{Store: s, Out: record, Round: round, Workers: 32}).Run(); err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	wrong, err := record.Ended(ctx, s)
	broken, judged := record.Judge(ctx, s)
	for _, line := range append(broken, wrong...) {
		t.Errorf("at the end: %s", line)
	}
	if err := errors.Join(err, judged); err != nil {
		t.Error(err)
	}
}

// kill runs the load for a random time from its first receipt on (each fifth: from its start, while it opens what the
// one before has left) and adds what it printed to the record.
func kill(t *testing.T, dir string, round int, record *crash.Record) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "LIENTHONG_TEST_CRASH_CHILD="+dir, "LIENTHONG_TEST_CRASH_ROUND="+strconv.Itoa(round))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReaderSize(out, 1<<20)
	armed := false
	arm := func(within time.Duration) {
		armed = true
		time.AfterFunc(time.Duration(rand.Int64N(int64(within))), func() { cmd.Process.Kill() })
	}
	if round%5 == 4 {
		arm(100 * time.Millisecond)
	}
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			break // the last line may be cut short: it was not promised to anybody
		}
		if !armed && strings.HasPrefix(line, "accepted ") {
			arm(400 * time.Millisecond)
		}
		if err := record.Add(strings.TrimSuffix(line, "\n")); err != nil {
			t.Error(err)
		}
	}
	if err := cmd.Wait(); err == nil || err.Error() != "signal: killed" {
		t.Errorf("round %d: the process ended by itself: %v", round, err)
	}
}

// judge opens what the dead process left.
func judge(t *testing.T, dir string, round int, record *crash.Record) {
	t.Helper()
	ctx := context.Background()
	s, err := crash.Open(dir)
	if err != nil {
		t.Fatalf("round %d: open after the kill: %v", round, err)
	}
	defer s.Close()
	broken, err := record.Judge(ctx, s)
	if err != nil {
		t.Fatalf("round %d: %v", round, err)
	}
	for _, line := range broken {
		t.Errorf("round %d: %s", round, line)
	}
	if err := record.Undecided(ctx, s, round, submitters); err != nil {
		t.Errorf("round %d: %v", round, err)
	}
}
