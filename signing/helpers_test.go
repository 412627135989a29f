package signing_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lienthong/lienthong/signing"
)

// at is a time at which every certificate of the test files is valid.
var at = time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)

// testfile reads a file of the module's testdata.
func testfile(tb testing.TB, name string) []byte {
	tb.Helper()
	b, err := os.ReadFile(filepath.Join("..", "testdata", filepath.FromSlash(name)))
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// policy trusts the authority of the attack and interop files. They have an
// element X in places, a name that edXML does not know: nobody reads it. What is
// inside a signature is read by the grammar alone.
func policy(tb testing.TB) signing.Policy {
	tb.Helper()
	anchors, err := signing.ParseAnchors(testfile(tb, "attacks/ca.pem"))
	if err != nil {
		tb.Fatal(err)
	}
	return signing.Policy{
		At:      at,
		Anchors: anchors,
		Values:  func(space, local string) bool { return local != "X" && space != dsig1 && space != xades },
	}
}

// table reads a file of tab-separated rows, without the first one.
func table(tb testing.TB, name string) (rows [][]string) {
	tb.Helper()
	lines := strings.Split(strings.TrimSpace(string(testfile(tb, name))), "\n")
	for _, line := range lines[1:] {
		rows = append(rows, strings.Split(line, "\t"))
	}
	return rows
}

// verdict is what verify prints for a document: the outcome, or "bad:" and why.
func verdict(tb testing.TB, raw []byte, p signing.Policy) string {
	tb.Helper()
	v, err := signing.Verify(tb.Context(), raw, p)
	if err != nil {
		return "bad:" + why(tb, err)
	}
	return string(v.Outcome())
}

// why is the reason of a refusal. Any other error fails the test.
func why(tb testing.TB, err error) string {
	tb.Helper()
	var refusal *signing.Error
	if !errors.As(err, &refusal) {
		tb.Fatalf("%v is not an *Error", err)
	}
	return refusal.Why
}

// lineOf is the line that a refusal names.
func lineOf(err error) int {
	var refusal *signing.Error
	if errors.As(err, &refusal) {
		return refusal.Line
	}
	return 0
}

func mustVerify(tb testing.TB, raw []byte, p signing.Policy) *signing.Verified {
	tb.Helper()
	v, err := signing.Verify(tb.Context(), raw, p)
	if err != nil {
		tb.Fatal(err)
	}
	return v
}
