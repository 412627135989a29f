package main

import (
	"bufio"
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/lienthong/lienthong/client"
	"github.com/lienthong/lienthong/internal/testca"
)

// A site is a hub in a process of its own, with the agencies of docs/first-hub: H44.01 signs and sends, H44.24.05
// receives.
type site struct {
	t        *testing.T
	dir, url string
	leaf     *testca.Leaf
	template []byte // of a document, unsigned
	cmd      *exec.Cmd
	said     string // the line that serve printed
	log      bytes.Buffer
}

const (
	department = "H44.01"
	commune    = "H44.24.05"
)

// newSite makes a hub, starts it and enrols the agencies.
func newSite(t *testing.T) *site {
	t.Helper()
	ca := testca.New(t)
	s := &site{t: t, dir: filepath.Join(t.TempDir(), "hub"), leaf: ca.Leaf("Sở Nội vụ mẫu")}
	var err error
	if s.template, err = os.ReadFile("../../docs/first-hub/cong-van.xml"); err != nil {
		t.Fatal(err)
	}
	s.must("init", s.dir, "--id", "000.00.15.H44", "--name", "Trục thử", "--anchors", s.file("ca.pem", ca.AnchorsPEM()))
	s.start()
	s.must("agency", "import", "../../docs/first-hub/co-quan.csv", "--dir", s.dir)
	s.must("agency", "cert", department, s.file("so.pem", s.leaf.CertPEM()), "--dir", s.dir)
	return s
}

func (s *site) file(name string, text []byte) string {
	s.t.Helper()
	path := filepath.Join(filepath.Dir(s.dir), name)
	if err := os.WriteFile(path, text, 0o600); err != nil {
		s.t.Fatal(err)
	}
	return path
}

// must runs a command in this process and returns what it printed.
func (s *site) must(args ...string) string {
	s.t.Helper()
	code, stdout, stderr := command(s.t, args...)
	if code != exitOK {
		s.t.Fatalf("lienthong %s: exit code %d: %s", strings.Join(args, " "), code, stderr)
	}
	return stdout
}

// start runs serve as a process: this test's binary under the name of the command.
func (s *site) start(more ...string) {
	s.t.Helper()
	self, err := os.Executable()
	if err != nil {
		s.t.Fatal(err)
	}
	s.cmd = exec.Command(self)
	s.cmd.Env = hubEnviron()
	s.cmd.Args = append([]string{"lienthong", "serve", s.dir, "--set", "http.listen=127.0.0.1:0", "--set", "admin.listen=",
		"--set", "delivery.allow=127.0.0.0/8"}, more...)
	s.log.Reset()
	s.cmd.Stderr = &s.log
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { s.end(os.Kill) })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		s.t.Fatalf("serve said %q (%v): %v, %s", line, err, s.end(os.Kill), &s.log)
	}
	s.said = strings.TrimSpace(line)
	s.url = strings.TrimPrefix(s.said, "listening on ")
}

// end sends the signal, unless the hub has been ended before, and returns how it ended.
func (s *site) end(sig os.Signal) error {
	if s.cmd == nil {
		return nil
	}
	cmd := s.cmd
	s.cmd = nil
	return errors.Join(cmd.Process.Signal(sig), cmd.Wait())
}

// stop is Ctrl-C. The hub must end well.
func (s *site) stop() {
	s.t.Helper()
	if err := s.end(syscall.SIGINT); err != nil {
		s.t.Fatalf("after an interrupt the hub ended with %v: %s", err, &s.log)
	}
}

// sound is check, which must find nothing.
func (s *site) sound() {
	s.t.Helper()
	if out := s.must("check", s.dir); out != "sound\n" {
		s.t.Errorf("check: %s", out)
	}
}

// key issues an API key.
func (s *site) key(agency string) string {
	s.t.Helper()
	return strings.TrimSpace(s.must("key", "issue", agency, "--dir", s.dir))
}

// client speaks with a key to the hub as it runs now.
func (s *site) client(key string) *client.Client { return &client.Client{URL: s.url, Key: key} }

// document is the n-th signed document of the department to the commune.
func (s *site) document(n int) []byte {
	s.t.Helper()
	const was = "<edXML:CodeNumber>12<"
	if !bytes.Contains(s.template, []byte(was)) {
		s.t.Fatal("the example document has another number than 12")
	}
	numbered := bytes.Replace(s.template, []byte(was), []byte("<edXML:CodeNumber>"+strconv.Itoa(n+1)+"<"), 1)
	return s.leaf.Sign(numbered)
}

// deliver sends a document, signing it if it is not, and has it taken by who pulls.
func (s *site) deliver(sender *client.Client, raw []byte, receiver *client.Client) {
	s.t.Helper()
	if !strings.Contains(string(raw), "SignatureValue") {
		raw = s.leaf.Sign(raw)
	}
	if _, err := sender.Submit(s.t.Context(), raw, client.SubmitOptions{}); err != nil {
		s.t.Fatal(err)
	}
	if receiver == nil {
		return
	}
	got, err := receiver.Lease(s.t.Context(), client.Ask{Wait: 5 * time.Second})
	if err != nil || len(got) != 1 {
		s.t.Fatalf("%d deliveries (%v), want one", len(got), err)
	}
	if _, err := receiver.Ack(s.t.Context(), got[0].Delivery.ID, got[0].Token); err != nil {
		s.t.Fatal(err)
	}
}

// hubEnviron is this process's environment without what would be settings of the hub: who runs the tests may have some.
func hubEnviron() []string {
	return slices.DeleteFunc(os.Environ(), func(pair string) bool { return strings.HasPrefix(pair, "LIENTHONG_") })
}
