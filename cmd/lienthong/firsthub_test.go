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
	out := typed(t, "first-hub.md", "first-hub/co-quan.csv", "first-hub/cong-van.xml")
	for _, want := range []string{"accepted before", "status 03", "good\trsa-sha256", "good\taccepted", "sound\nsound",
		"good\nsound\nlistening on ", "good\nhttp.listen  (default 127.0.0.1:8080)", "listening on https://", "\tH44.24.05\t12/SNV-VP"} {
		if !strings.Contains(out, want) {
			t.Errorf("the page's commands did not print %q:\n%s", want, out)
		}
	}
}

// TestRecallPage types what docs/recall.md says.
func TestRecallPage(t *testing.T) {
	out := typed(t, "recall.md", "first-hub/co-quan.csv", "first-hub/cong-van.xml")
	for _, want := range []string{
		"bad-report\nstatus", `"recall":{"state":"withdrawn"` + "\n" + `{"deliveries":[]}` + "\nnot-found",
		`"recall":{"state":"asked"`, `"code":"13"`, `"recall":{"state":"agreed"`,
		"first answer stands\n" + `"recall":{"state":"declined"`,
		"unknown-document\n" + `"processing":"03"`,
		`"addressee":"H44.24.05","channel":"pull","state":"held"` + "\n" + `"addressee":"H44.24","channel":"pull","state":"held"` + "\n" + `"kind":2`,
		`"recall":{"state":"withdrawn"` + "\nthe document stays",
		`"reason":"replaced"`, "H44.01\n" + `"relation":"replace"` + "\n" + `"relation":"update"`, "H44.24.05\n" + `"relation":"replace"`,
		`"type":"withdrawn"`, "sound",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("the page's commands did not print %q:\n%s", want, out)
		}
	}
}

// TestReform2025 types what docs/reform-2025.md says.
func TestReform2025(t *testing.T) {
	out := typed(t, "reform-2025.md", "reform-2025/co-quan.csv", "reform-2025/co-quan-moi.csv", "reform-2025/sap-nhap.csv", "first-hub/cong-van.xml")
	for _, want := range []string{
		"documents for H44.24.05 go to H44.101", "documents for H44.24.07 are refused, naming H44.101", "H44.24.09 has the code H44.109",
		"waiting deliveries: 1 redirected, 0 given up", "successor H44.101 from 2025-07-01", "writes under H44.109",
		"to H44.101 (was to H44.24.05): delivered, status 03", "H44.24.05 goes to H44.101: H44.24.05 was closed on 2025-07-01",
		"H44.24.05 goes to H44.101 by successor", "H44.101 (UBND xã Yên Lập), H44.102 (UBND xã Sơn Lương)",
		`"addressee":"H44.101","original":"H44.24.05"`, `"redirects":[{"code":"H44.24.05","steps":[{"by":"successor","agency":"H44.101"`, `"code":"unknown-addressee","detail":"`,
		"H44 goes to H44.00: H44 is reached through its gateway H44.00", "instead of H44.24.05",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("the page's commands did not print %q:\n%s", want, out)
		}
	}
}

// typed types the commands of a page of docs, beside the files it copies, and returns what they print.
func typed(t *testing.T, name string, files ...string) string {
	t.Helper()
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
	_, tlsPort, _ := net.SplitHostPort(freeAddress(t))
	places := strings.NewReplacer("127.0.0.1:18080", freeAddress(t), ":18443", ":"+tlsPort)
	bash := exec.CommandContext(t.Context(), "bash", "-c", places.Replace(script.String()))
	bash.Dir = t.TempDir()
	for _, file := range files {
		copyFile(t, filepath.Join("../../docs", file), filepath.Join(bash.Dir, filepath.Base(file)))
	}
	out, err := bash.CombinedOutput()
	if err != nil {
		log, _ := os.ReadFile(filepath.Join(bash.Dir, "hub.log"))
		t.Fatalf("%v\n%s\nhub.log: %s", err, out, log)
	}
	return string(out)
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
