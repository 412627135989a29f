package envelope_test

import (
	"bytes"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/signing"
)

// FuzzParse: whatever the verifier lets through, Parse refuses with faults or
// takes, and what it takes can be built, read again and built again alike.
func FuzzParse(f *testing.F) {
	for _, pattern := range []string{"testdata/*/in.xml", "testdata/shapes/*.edxml"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			f.Fatalf("%s: no seeds: %v", pattern, err)
		}
		for _, file := range files {
			f.Add(read(f, file))
		}
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		v, err := signing.Verify(t.Context(), raw, signing.Policy{At: asOf, Unsigned: true})
		if err != nil {
			return
		}
		e, err := envelope.Parse(v)
		if err != nil {
			checkFaults(t, err)
			return
		}
		checkWarnings(t, e)
		for _, a := range e.Attachments {
			checkContent(t, a)
		}
		checkRebuild(t, e)
	})
}

func checkFaults(t *testing.T, err error) {
	faults := faultsOf(t, err)
	if len(faults) == 0 || len(faults) > 20 {
		t.Errorf("%d faults", len(faults))
	}
	for _, f := range faults {
		checkFault(t, f)
	}
}

func checkWarnings(t *testing.T, e *envelope.Envelope) {
	for _, w := range e.Warnings {
		checkFault(t, w)
	}
}

// checkFault: whoever sent the file learns where, which rule and what to do, in
// both languages (DESIGN P11).
func checkFault(t *testing.T, f envelope.Fault) {
	t.Helper()
	if f.Line < 1 || !strings.HasPrefix(f.Path, "/") || f.Rule == "" || f.VI == "" || f.EN == "" || f.VI == f.EN {
		t.Errorf("incomplete fault %+v", f)
	}
	if words, ok := envelope.Explain(f.Code); !ok || f.Rule != words.Rule {
		t.Errorf("fault %q is not in the table", f.Code)
	}
}

func checkContent(t *testing.T, a envelope.Attachment) {
	wire, err := io.ReadAll(a.Open())
	if err != nil || int64(len(wire)) > a.Size() {
		t.Errorf("content was accepted at the door and is %d of %d bytes, %v", len(wire), a.Size(), err)
	}
	if got, err := a.Decode(1 << 20); err == nil && len(got) > 1<<20 {
		t.Errorf("Decode gave %d bytes", len(got))
	}
	if name := a.FileName(); name == "" || len(name) > 200 || filepath.Base(name) != name {
		t.Errorf("file name %q", name)
	}
}

func checkRebuild(t *testing.T, e *envelope.Envelope) {
	if e.Status == nil && len(e.Trace) == 0 {
		return // Build adds the sender's, as of now
	}
	first, err := envelope.Build(e)
	if err != nil {
		t.Fatalf("what was parsed cannot be built: %v", err)
	}
	second, err := envelope.Build(parse(t, first))
	if err != nil || !bytes.Equal(first, second) {
		t.Errorf("the second build differs: %v %s", err, firstDifference(second, first))
	}
}
