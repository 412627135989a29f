package main

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/lienthong/lienthong/internal/testca"
)

// TestScripts runs the manual: each file of testdata/script is what a person types, and what comes of it. Besides the
// commands of testscript there are
//
//	exitN CMD…             exec for a command that ends with exit code N
//	serve DIR [FLAG…]      runs a hub on a free port of the loopback and sets LIENTHONG_DIR and LIENTHONG_URL to it
//	interrupt              what Ctrl-C does to it; it must end well
//	poweroff               what a power cut does to it
//	clock DURATION         moves its clock on, until all that has become due by then is done
//	authorization FILE KEY writes the header of an API key, for curl -H @FILE
//	cells NAME…            sets variables to the cells of the first line of the last output
//	field NAME KEY         sets a variable to the first value of that name in the last output, which is JSON
//	endpoint NAME STATUS   a push agency's software that answers STATUS from now on; sets NAME to its address
//	received NAME N        it has got at least N documents, or gets them soon
//	eventually CMD…        exec, again until it ends well; the last output counts
//	letter FILE NAME=…     writes a document and signs it
//	report FILE NAME=…     writes a status
//
// and the condition [lacks:PROGRAM], for a script to be skipped by.
// In $WORK are a test authority, ca.pem, a certificate with key of Sở Nội vụ, so.pem and so.key, whose serial number is
// 2, an elliptic pair of the same name, ec.pem and ec.key, and those of the authority's OCSP responder, ocsp.pem and ocsp.key; in $DOCS the project's documentation; in
// $TESTDATA its shared corpus.
func TestScripts(t *testing.T) {
	wholeScripts(t)
	ca := testca.New(t)
	leaf := ca.Leaf("Sở Nội vụ mẫu")
	answers := ca.Leaf("Trả lời OCSP", func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageOCSPSigning} })
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	curveDER, err := x509.MarshalPKCS8PrivateKey(curve)
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			for name, relative := range map[string]string{"TESTDATA": "../../testdata", "DOCS": "../../docs"} {
				path, err := filepath.Abs(relative)
				if err != nil {
					return err
				}
				e.Setenv(name, path)
			}
			e.Values[boothKey{}] = &booth{}
			for name, text := range map[string][]byte{
				"ca.pem": ca.AnchorsPEM(), "so.pem": leaf.CertPEM(), "so.key": leaf.KeyPEM(), "ocsp.pem": answers.CertPEM(), "ocsp.key": answers.KeyPEM(),
				"ec.pem": pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ca.Issue("Sở Nội vụ mẫu", curve.Public()).Raw}),
				"ec.key": pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: curveDER}),
			} {
				if err := os.WriteFile(filepath.Join(e.WorkDir, name), text, 0o600); err != nil {
					return err
				}
			}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exit1": exits(exitRefused), "exit2": exits(exitUsage), "exit3": exits(exitUnreachable), "exit4": exits(exitHeld),
			"serve": serveHub, "interrupt": interruptHub, "poweroff": killHub, "clock": moveClock, "authorization": authorization, "cells": cells, "field": field,
			"endpoint": endpoint, "received": received, "eventually": eventually, "letter": letter(leaf), "report": report,
		},
		Condition: lacking,
	})
}

// wholeScripts refuses the line "stop": to testscript it is the end of the script, and what follows would never run.
func wholeScripts(t *testing.T) {
	t.Helper()
	files, err := filepath.Glob("testdata/script/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		script, _, _ := strings.Cut(string(text), "\n-- ")
		if slices.Contains(strings.Split(script, "\n"), "stop") {
			t.Errorf("%s: stop ends the script there; interrupt is what stops the hub", file)
		}
	}
}

// lacking is the condition that a program is missing, and an error where LIENTHONG_TEST_REQUIRE names it.
func lacking(condition string) (bool, error) {
	program, ok := strings.CutPrefix(condition, "lacks:")
	if !ok {
		return false, fmt.Errorf("no condition %q", condition)
	}
	_, err := exec.LookPath(program)
	if err != nil && slices.Contains(strings.Fields(os.Getenv("LIENTHONG_TEST_REQUIRE")), program) {
		return false, fmt.Errorf("%s is not installed; and LIENTHONG_TEST_REQUIRE names it", program)
	}
	return err != nil, nil
}

type boothKey struct{}

// A booth is what runs beside one script.
type booth struct {
	hub       *exec.Cmd
	clock     io.Writer     // where its clock is moved
	said      *bufio.Reader // what it prints
	endpoints map[string]*software
}

// software is a push agency's.
type software struct {
	status, got atomic.Int64
}

func (s *software) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	io.Copy(io.Discard, r.Body) // an answer before the end of the document is none
	status := int(s.status.Load())
	if status/100 == 2 {
		s.got.Add(1)
	}
	w.WriteHeader(status)
}

func boothOf(ts *testscript.TestScript) *booth { return ts.Value(boothKey{}).(*booth) }

func serveHub(ts *testscript.TestScript, neg bool, args []string) {
	b := boothOf(ts)
	if neg || len(args) == 0 || b.hub != nil {
		ts.Fatalf("usage: serve DIR [FLAG…], one at a time")
	}
	cmd := exec.Command(program(ts), append([]string{"serve", "--set", "http.listen=127.0.0.1:0", "--set", "admin.listen="}, args...)...)
	cmd.Dir = ts.MkAbs(".")
	log, err := os.Create(filepath.Join(ts.MkAbs("."), "hub.log"))
	ts.Check(err)
	ts.Defer(func() { log.Close() })
	cmd.Stderr = log
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	cmd.Env = append(os.Environ(), clockVariable+"=stdin")
	b.clock, err = cmd.StdinPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	b.hub, b.said = cmd, bufio.NewReader(out)
	ts.Defer(func() { b.end(os.Kill) })
	line, err := b.said.ReadString('\n')
	url, ok := strings.CutPrefix(strings.TrimSpace(line), "listening on ")
	if !ok {
		ts.Fatalf("serve said %q (%v) and ended with %v: %s", line, err, b.end(os.Kill), ts.ReadFile("hub.log"))
	}
	ts.Setenv("LIENTHONG_URL", url)
	ts.Setenv("LIENTHONG_DIR", args[0])
}

// program is this test's binary under the name of the command.
func program(ts *testscript.TestScript) string {
	for _, dir := range filepath.SplitList(ts.Getenv("PATH")) {
		for _, name := range []string{"lienthong", "lienthong.exe"} {
			if path := filepath.Join(dir, name); isFile(path) {
				return path
			}
		}
	}
	ts.Fatalf("lienthong is not in PATH")
	return ""
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// end ends the hub by a signal and returns how it ended.
func (b *booth) end(s os.Signal) error {
	if b.hub == nil {
		return nil
	}
	cmd := b.hub
	b.hub = nil
	if runtime.GOOS == "windows" {
		s = os.Kill
	}
	if err := cmd.Process.Signal(s); err != nil {
		return err
	}
	return cmd.Wait()
}

func interruptHub(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 || boothOf(ts).hub == nil {
		ts.Fatalf("usage: interrupt, while a hub runs")
	}
	if err := boothOf(ts).end(syscall.SIGINT); err != nil {
		ts.Fatalf("after an interrupt the hub ended with %v: %s", err, ts.ReadFile("hub.log"))
	}
}

func killHub(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 || boothOf(ts).hub == nil {
		ts.Fatalf("usage: poweroff, while a hub runs")
	}
	if err := boothOf(ts).end(os.Kill); err == nil {
		ts.Fatalf("the hub had ended by itself")
	}
}

func moveClock(ts *testscript.TestScript, neg bool, args []string) {
	b := boothOf(ts)
	if neg || len(args) != 1 || b.hub == nil {
		ts.Fatalf("usage: clock DURATION, while a hub runs")
	}
	_, err := fmt.Fprintln(b.clock, args[0])
	ts.Check(err)
	if line, err := b.said.ReadString('\n'); strings.TrimSpace(line) != clockMoved {
		ts.Fatalf("the hub said %q (%v): %s", line, err, ts.ReadFile("hub.log"))
	}
}

func authorization(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: authorization FILE KEY-FILE")
	}
	header := "Authorization: Bearer " + strings.TrimSpace(ts.ReadFile(args[1])) + "\n"
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(header), 0o600))
}

func cells(ts *testscript.TestScript, neg bool, names []string) {
	line, _, _ := strings.Cut(ts.ReadFile("stdout"), "\n")
	got := strings.Split(line, "\t")
	if neg || len(got) < len(names) {
		ts.Fatalf("%q has no %d cells", line, len(names))
	}
	for i, name := range names {
		ts.Setenv(name, got[i])
	}
}

func field(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: field NAME KEY")
	}
	_, rest, found := strings.Cut(ts.ReadFile("stdout"), `"`+args[1]+`":"`)
	value, _, closed := strings.Cut(rest, `"`)
	if !found || !closed {
		ts.Fatalf("no text %q in the last output", args[1])
	}
	ts.Setenv(args[0], value)
}

func endpoint(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: endpoint NAME STATUS")
	}
	status, err := strconv.Atoi(args[1])
	ts.Check(err)
	b := boothOf(ts)
	s := b.endpoints[args[0]]
	if s == nil {
		s = &software{}
		server := httptest.NewServer(s)
		ts.Defer(server.Close)
		ts.Setenv(args[0], server.URL)
		if b.endpoints == nil {
			b.endpoints = map[string]*software{}
		}
		b.endpoints[args[0]] = s
	}
	s.status.Store(int64(status))
}

func received(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 || boothOf(ts).endpoints[args[0]] == nil {
		ts.Fatalf("usage: received NAME N, after endpoint NAME")
	}
	want, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	s := boothOf(ts).endpoints[args[0]]
	if !soon(func() bool { return s.got.Load() >= want }) {
		ts.Fatalf("%s got %d documents, want %d", args[0], s.got.Load(), want)
	}
}

func eventually(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: eventually CMD…")
	}
	var err error
	if !soon(func() bool { err = ts.Exec(args[0], args[1:]...); return err == nil }) {
		ts.Fatalf("%v still ends with %v", args, err)
	}
}

// soon waits for what other processes bring about.
func soon(done func() bool) bool {
	for until := time.Now().Add(20 * time.Second); !done(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(until) {
			return false
		}
	}
	return true
}

// exits is exec for a command that must end with the code.
func exits(want int) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		if neg || len(args) == 0 {
			ts.Fatalf("usage: exit%d CMD…", want)
		}
		if got := exitCode(ts.Exec(args[0], args[1:]...)); got != fmt.Sprint(want) {
			ts.Fatalf("%v ended with exit code %s, want %d", args, got, want)
		}
	}
}

func exitCode(err error) string {
	if err == nil {
		return "0"
	}
	return strings.TrimPrefix(err.Error(), "exit status ")
}
