package envelope_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/signing"
)

// asOf is when all test documents arrive, unless a test says otherwise.
var asOf = time.Date(2018, 10, 3, 8, 0, 0, 0, envelope.ICT())

func verified(t testing.TB, raw []byte) *signing.Verified {
	t.Helper()
	v, err := signing.Verify(t.Context(), raw, signing.Policy{At: asOf, Unsigned: true})
	if err != nil {
		t.Fatalf("verify: %v", err)
	}
	return v
}

func parse(t testing.TB, raw []byte) *envelope.Envelope {
	t.Helper()
	e, err := envelope.Parse(verified(t, raw))
	if err != nil {
		t.Fatalf("parse: %v", err)
	}
	return e
}

func read(t testing.TB, path ...string) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// The model files have the field's CRLF; the hub writes LF.
func TestShapesSurviveByteForByte(t *testing.T) {
	for _, name := range []string{"new", "recall", "update", "replace", "status_03"} {
		t.Run(name, func(t *testing.T) {
			raw := read(t, "testdata", "shapes", name+".edxml")
			e := parse(t, raw)
			for _, w := range e.Warnings {
				t.Errorf("warning on a model file: %+v", w)
			}
			built, err := envelope.Build(e)
			if err != nil {
				t.Fatalf("build: %v", err)
			}
			want := bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n"))
			if !bytes.Equal(built, want) {
				t.Errorf("the built file differs from the one read %s", firstDifference(built, want))
			}
		})
	}
}

func firstDifference(got, want []byte) string {
	a, b := bytes.Split(got, []byte("\n")), bytes.Split(want, []byte("\n"))
	for i := range min(len(a), len(b)) {
		if !bytes.Equal(a[i], b[i]) {
			return fmt.Sprintf("in line %d: %q, want %q", i+1, a[i], b[i])
		}
	}
	return fmt.Sprintf("in length: %d lines, want %d", len(a), len(b))
}
