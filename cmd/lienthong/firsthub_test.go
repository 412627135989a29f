package main

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestFirstHub types what docs/first-hub.md says, in one shell. Every command of the page must succeed.
func TestFirstHub(t *testing.T) {
	typesPage(t, "first-hub.md", "accepted before", "status 03", "good\trsa-sha256", "good\taccepted", "sound\nsound")
}

// TestRecallPage types what docs/recall.md says.
func TestRecallPage(t *testing.T) {
	typesPage(t, "recall.md", "bad-report\nstatus", `"recall":{"state":"withdrawn"`+"\n"+`{"deliveries":[]}`+"\nnot-found",
		`"recall":{"state":"asked"`, `"code":"13"`, `"recall":{"state":"agreed"`,
		`"relation":"update"`+"\n"+`"relation":"replace"`+"\n"+`"reason":"replaced"`, `"type":"withdrawn"`, "sound")
}

// typesPage types the commands of a page of the documentation, each of which must succeed, and looks for what they print.
func typesPage(t *testing.T, name string, wants ...string) {
	needs(t, "bash", "openssl", "curl")
	page, err := os.ReadFile(filepath.Join("../../docs", name))
	if err != nil {
		t.Fatal(err)
	}
	var script strings.Builder
	script.WriteString("set -euo pipefail\ntrap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n")
	for _, block := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllSubmatch(page, -1) {
		script.Write(block[1])
	}
	bash := exec.CommandContext(t.Context(), "bash", "-c", strings.ReplaceAll(script.String(), "127.0.0.1:18080", freeAddress(t)))
	bash.Dir = t.TempDir()
	for _, name := range []string{"co-quan.csv", "cong-van.xml"} {
		copyFile(t, filepath.Join("../../docs/first-hub", name), filepath.Join(bash.Dir, name))
	}
	out, err := bash.CombinedOutput()
	if err != nil {
		log, _ := os.ReadFile(filepath.Join(bash.Dir, "hub.log"))
		t.Fatalf("%v\n%s\nhub.log: %s", err, out, log)
	}
	for _, want := range wants {
		if !strings.Contains(string(out), want) {
			t.Errorf("the page's commands did not print %q:\n%s", want, out)
		}
	}
}

// lacks skips, saying what to do, unless LIENTHONG_TEST_REQUIRE names what is missing.
func lacks(t *testing.T, what, why string) {
	t.Helper()
	if slices.Contains(strings.Fields(os.Getenv("LIENTHONG_TEST_REQUIRE")), what) {
		t.Fatalf("%s; and LIENTHONG_TEST_REQUIRE names %s", why, what)
	}
	t.Skip(why)
}

// needs skips where a program is missing.
func needs(t *testing.T, programs ...string) {
	t.Helper()
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			lacks(t, p, p+" is not installed: apt-get install "+p)
		}
	}
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	raw, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, raw, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}
