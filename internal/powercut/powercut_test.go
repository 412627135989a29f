package powercut_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/lienthong/lienthong/internal/crash"
	"github.com/lienthong/lienthong/internal/powercut"
	"github.com/lienthong/lienthong/store"
)

// TestMain is also the process that is recorded.
func TestMain(m *testing.M) {
	dir := os.Getenv("LIENTHONG_TEST_POWERCUT_CHILD")
	if dir == "" {
		os.Exit(m.Run())
	}
	if err := child(dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// The stores of the recorded directory. The first lies so deep that the names above it must reach the disk as well.
var (
	hub  = filepath.Join("var", "hub")
	half = "half"
)

// child loads the engine twice over one directory, so that it also opens what it has left, and makes a backup each time.
func child(dir string) error {
	fmt.Println("store", hub)
	for round := range 2 {
		s, err := crash.Open(filepath.Join(dir, hub))
		if err != nil {
			return err
		}
		load := crash.Load{Store: s, Out: os.Stdout, Round: round, Submitters: 4, Workers: 2, Documents: 12, Watch: true}
		if err := errors.Join(load.Run(), probe(s), backup(s, dir, round), s.Close()); err != nil {
			return err
		}
	}
	fmt.Println("store", half)
	return halfMade(filepath.Join(dir, half))
}

// halfMade loads a store as a power cut may leave it while it is made: with its file, without the directory of bodies.
func halfMade(dir string) error {
	s, err := crash.Open(dir)
	if err != nil {
		return err
	}
	if err := errors.Join(s.Close(), os.Remove(filepath.Join(dir, "bodies"))); err != nil {
		return err
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return err
	}
	if s, err = crash.Open(dir); err != nil {
		return err
	}
	load := crash.Load{Store: s, Out: os.Stdout, Submitters: 1, Workers: 1, Documents: 2}
	return errors.Join(load.Run(), probe(s), s.Close())
}

// probe says when the file of the probe is there for certain.
func probe(s store.Store) error {
	fmt.Println("probing")
	err := s.Probe(context.Background())
	fmt.Println("probed")
	return err
}

func backup(s store.Store, dir string, round int) error {
	fmt.Println("backing", round)
	err := s.Backup(context.Background(), filepath.Join(dir, "backup", strconv.Itoa(round)))
	fmt.Println("backed", round)
	return err
}

// P1: after a power cut at any moment every receipt printed before it is honoured. LIENTHONG_TEST_POWERCUT_CUTS sets at how
// many moments (40), LIENTHONG_TEST_POWERCUT_SEED repeats a run.
func TestPowerCut(t *testing.T) {
	cuts, seed := setting(t, "LIENTHONG_TEST_POWERCUT_CUTS", 40), uint64(setting(t, "LIENTHONG_TEST_POWERCUT_SEED", rand.IntN(1_000_000)))
	t.Logf("LIENTHONG_TEST_POWERCUT_SEED=%d", seed)
	chance := rand.New(rand.NewPCG(seed, 0))
	recording := record(t)
	points := sample(recording, cuts, chance)
	judged, receipts := 0, 0
	err := recording.Replay(points, func(c *powercut.Cut) error {
		for _, fate := range []powercut.Fate{powercut.Lost, powercut.Reordered, powercut.Mixed} {
			receipts = judge(t, c, fate, chance)
			judged++
		}
		if t.Failed() {
			return fmt.Errorf("after %d cuts", judged)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if receipts == 0 || recording.Syncs() < 50 {
		t.Errorf("%d receipts at the last cut, %d syncs in all: the load did not load", receipts, recording.Syncs())
	}
	t.Logf("%d syncs recorded, %d disks judged, %d receipts at the last", recording.Syncs(), judged, receipts)
}

func setting(t *testing.T, name string, otherwise int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// sample takes n points: the first, where the files come into being, hasty ones, the last, and some of the rest.
func sample(r *powercut.Recording, n int, chance *rand.Rand) []int {
	points := r.Points()
	if len(points) <= n {
		return points
	}
	first, last := n/2, len(points)-1
	kept := append(slices.Clone(points[:first]), points[last])
	kept = append(kept, pick(r.Hasty(), n/4, chance)...)
	kept = append(kept, pick(points[first:last], n-first-n/4-1, chance)...)
	slices.Sort(kept)
	return slices.Compact(kept)
}

func pick(points []int, n int, chance *rand.Rand) []int {
	points = slices.Clone(points)
	chance.Shuffle(len(points), func(i, j int) { points[i], points[j] = points[j], points[i] })
	return points[:min(n, len(points))]
}

// record runs the child under strace.
func record(t *testing.T) *powercut.Recording {
	t.Helper()
	tmp, err := filepath.EvalSymlinks(t.TempDir()) // the trace speaks of real paths
	if err != nil {
		t.Fatal(err)
	}
	dir, trace := filepath.Join(tmp, "data"), filepath.Join(tmp, "trace")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(strace(t), append(powercut.TraceArgs(), "-o", trace, os.Args[0])...)
	cmd.Env = append(os.Environ(), "LIENTHONG_TEST_POWERCUT_CHILD="+dir)
	cmd.Stdout, cmd.Stderr = io.Discard, os.Stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("the recorded process: %v", err)
	}
	f, err := os.Open(trace)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	recording, err := powercut.Read(f, dir)
	if err != nil {
		t.Fatal(err)
	}
	return recording
}

// strace finds the tracer, and sees whether it is permitted to trace.
func strace(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("strace")
	if err == nil {
		err = exec.Command(path, "-o", os.DevNull, os.Args[0], "-test.run=^$").Run()
	}
	if err == nil {
		return path
	}
	why := fmt.Sprintf("the power-cut run needs strace and the right to trace a child (apt-get install strace): %v", err)
	if slices.Contains(strings.FieldsFunc(os.Getenv("LIENTHONG_TEST_REQUIRE"), func(r rune) bool { return r == ',' || r == ' ' }), "strace") {
		t.Fatal(why)
	}
	t.Skip(why)
	return ""
}

// promised is what a process had promised when the power failed.
type promised struct {
	stores map[string]*crash.Record // by directory; those of backups hold what was promised before they were begun
	probed string                   // the store whose probe has its file for certain; empty: none
}

func parse(t *testing.T, printed string) *promised {
	t.Helper()
	p := &promised{stores: map[string]*crash.Record{}}
	var now, backing *crash.Record
	var path string
	for line := range strings.Lines(printed) {
		line = strings.TrimSuffix(line, "\n")
		switch word, rest, _ := strings.Cut(line, " "); word {
		case "store":
			path, now = rest, &crash.Record{}
			p.stores[path] = now
		case "probing":
			p.probed = ""
		case "probed":
			p.probed = path
		case "backing":
			backing = now.Clone()
		case "backed":
			p.stores[filepath.Join("backup", rest)] = backing
		default:
			if err := now.Add(line); err != nil {
				t.Fatal(err)
			}
		}
	}
	return p
}

// judge opens what the cut has left and holds it to what was printed. It returns the number of receipts.
func judge(t *testing.T, c *powercut.Cut, fate powercut.Fate, chance *rand.Rand) (receipts int) {
	t.Helper()
	p := parse(t, c.Printed)
	dir := inMemory(t)
	defer os.RemoveAll(dir)
	if err := c.Write(dir, fate, chance); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(filepath.Join(dir, p.probed, "probe")); p.probed != "" && len(text) == 0 {
		t.Errorf("%v: the probe said well, but wrote nothing: %v", at(c, fate), err)
	}
	for path, record := range p.stores {
		receipts += record.Receipts()
		broken := reopened(filepath.Join(dir, path), record)
		for _, line := range broken[:min(len(broken), 5)] {
			t.Errorf("%s: %s after %d receipts: %s", at(c, fate), path, record.Receipts(), line)
		}
	}
	return receipts
}

// inMemory makes a directory that costs no syncs, where there is one to be had: what is judged need not last.
func inMemory(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "powercut")
	if err != nil {
		dir, err = os.MkdirTemp(t.TempDir(), "cut")
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func at(c *powercut.Cut, fate powercut.Fate) string {
	return fmt.Sprintf("power cut at event %d, unsynced %s", c.Point, fate)
}

// reopened turns a panic over a broken file into a finding.
func reopened(dir string, record *crash.Record) (broken []string) {
	defer func() {
		if p := recover(); p != nil {
			broken = append(broken, fmt.Sprintf("panic: %v", p))
		}
	}()
	s, err := crash.Open(dir)
	if err != nil {
		return []string{err.Error()}
	}
	defer s.Close()
	broken, err = record.Judge(context.Background(), s)
	if err != nil {
		broken = append(broken, err.Error())
	}
	return broken
}
