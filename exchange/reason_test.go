package exchange_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/lienthong/lienthong/exchange"
)

// TestReasonsHaveWords: every code that the sources of a failed attempt write can be read by a clerk.
func TestReasonsHaveWords(t *testing.T) {
	code := regexp.MustCompile(`(?:unsent\(|[rR]eason:? ?=? ?)"([a-z-]+)"`)
	files, err := filepath.Glob("delivery/*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	found := 0
	for _, file := range append(files, "state.go", "inbox.go") {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if matched, _ := filepath.Match("*_test.go", filepath.Base(file)); matched {
			continue
		}
		for _, m := range code.FindAllStringSubmatch(string(source), -1) {
			found++
			if c := m[1]; c != "http-" && exchange.ReasonText(c) == c {
				t.Errorf("%s: %s has no words", file, c)
			}
		}
	}
	if found < 10 {
		t.Errorf("only %d codes found: the pattern no longer fits the sources", found)
	}
	if got := exchange.ReasonText("http-503"); got != "phần mềm nơi nhận trả lời HTTP 503" {
		t.Errorf("http-503: %q", got)
	}
	if got := exchange.ReasonText("never-heard-of"); got != "never-heard-of" {
		t.Errorf("an unknown code: %q", got)
	}
}
