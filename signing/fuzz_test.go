package signing_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/xml"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/lienthong/lienthong/internal/testca"
	"github.com/lienthong/lienthong/signing"
)

// FuzzRead: whatever is read has a canonical form that is its own, and
// encoding/xml, which is laxer, can read it too.
func FuzzRead(f *testing.F) {
	for _, raw := range documents() {
		f.Add([]byte(raw))
	}
	f.Add([]byte("<\u0794/>")) // a name since the fifth edition
	addFiles(f, 8<<10)
	f.Fuzz(func(t *testing.T, raw []byte) {
		d, err := signing.Read(raw, signing.Limits{})
		if err != nil {
			why(t, err)
			if lines := bytes.Count(raw, []byte("\n")) + 1; lineOf(err) < 1 || lineOf(err) > lines {
				t.Errorf("line %d of %d", lineOf(err), lines)
			}
			return
		}
		checkFixedPoint(t, "input", d)
		walk(t, d.Root())
		if err := others(raw); err != nil {
			t.Errorf("encoding/xml: %v", err)
		}
	})
}

// FuzzCanonical: in every form, the canonical form of every element of whatever
// can be read is its own canonical form.
func FuzzCanonical(f *testing.F) {
	for _, raw := range documents() {
		f.Add([]byte(raw), uint8(0), uint16(3))
	}
	random := rand.New(rand.NewPCG(7, 8)) // always the same: the cases of a corpus are called by number
	for i := range 200 {
		f.Add([]byte(chanceDocument(random)), uint8(i), uint16(random.IntN(10)))
	}
	forms := []string{exclusive, inclusive, inclusive11, exclusive + "WithComments", inclusive + "#WithComments", inclusive11 + "#WithComments"}
	lists := [][]string{nil, {""}, {"p"}, {"", "p", "q", "xml", "zz", "p"}}
	f.Fuzz(func(t *testing.T, raw []byte, how uint8, element uint16) {
		d, err := signing.Read(raw, signing.Limits{})
		if err != nil {
			return
		}
		form := forms[int(how)%len(forms)]
		var prefixes []string
		if strings.HasPrefix(form, exclusive) {
			prefixes = lists[int(how)/len(forms)%len(lists)]
		}
		once := d.CanonicalAt(form, int(element), prefixes...)
		if strings.HasPrefix(once, "signing: ") {
			return // C14N 1.1 of some values of xml:base
		}
		again, err := signing.Read([]byte(once), signing.Limits{Attributes: 1000, Declarations: 1000, ValueBytes: 1 << 20})
		if err != nil {
			t.Fatalf("%s: the canonical form cannot be read: %v\n%s", form, err, once)
		}
		if twice := again.CanonicalAt(form, 0, prefixes...); twice != once {
			t.Errorf("%s, %q:\n once %s\ntwice %s", form, prefixes, once, twice)
		}
	})
}

// FuzzVerify: whatever is accepted is accepted again, with the same answers, and
// goxmldsig accepts it, or there is a known reason why it cannot.
func FuzzVerify(f *testing.F) {
	ca := testca.New(f)
	leaf := ca.Leaf("Sở Mẫu")
	for _, raw := range documents() {
		f.Add(leaf.Sign([]byte(raw)))
	}
	addFiles(f, 8<<10)
	p := policy(f)
	p.Pinned = append(p.Pinned, leaf.Cert)
	f.Fuzz(func(t *testing.T, raw []byte) {
		before := bytes.Clone(raw)
		v, err := signing.Verify(t.Context(), raw, p)
		if !bytes.Equal(raw, before) {
			t.Fatal("Verify changed its input")
		}
		if err != nil {
			why(t, err)
			return
		}
		if v.Digest() != sha256.Sum256(raw) || v.Certificate() == nil || v.Outcome() != signing.Good {
			t.Errorf("%s by %v, digest %x", v.Outcome(), v.Certificate(), v.Digest())
		}
		walk(t, v.Root())
		again := mustVerify(t, bytes.Clone(raw), p)
		if content(again.Root()) != content(v.Root()) {
			t.Error("read twice, it means two things")
		}
		askOracle(t, raw, v)
	})
}

// askOracle wants goxmldsig to accept what was accepted, or a reason.
func askOracle(t *testing.T, raw []byte, v *signing.Verified) {
	t.Helper()
	if err := oracle(raw, v.Certificate()); err != nil && oracleExcuse(raw, v.Algorithm()) == "" {
		t.Errorf("accepted, and goxmldsig refuses it: %v\n%s", err, raw)
	}
}

// walk uses everything of every element.
func walk(t *testing.T, e signing.Element) {
	start, end := e.Span()
	if start < 0 || end <= start || e.Line() < 1 || e.Local() == "" || e.Path() == "" {
		t.Errorf("%q from %d to %d on line %d", e.Path(), start, end, e.Line())
	}
	if raw, ok := e.RawText(); ok {
		if s, err := e.Text(); err != nil || s != string(raw) {
			t.Errorf("%s: text %q, %v, raw text %q", e.Path(), s, err, raw)
		}
	}
	for c := range e.Children() {
		walk(t, c)
	}
}

// others reads the document with encoding/xml, whose names are those of the fourth edition: characters of names beyond
// ASCII are one of each kind that every edition has.
func others(raw []byte) error {
	raw = bytes.Map(func(r rune) rune {
		switch {
		case r < utf8.RuneSelf:
			return r
		case signing.IsNameStart(r):
			return 'à'
		case signing.IsNameChar(r):
			return '·'
		}
		return r
	}, bytes.TrimPrefix(raw, []byte("\uFEFF")))
	d := xml.NewDecoder(bytes.NewReader(raw))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// addFiles adds the attack and interop files up to a size.
func addFiles(f *testing.F, size int) {
	files, err := filepath.Glob("../testdata/*/*.xml")
	if err != nil || len(files) == 0 {
		f.Fatalf("no files: %v", err)
	}
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		if len(raw) <= size {
			f.Add(raw)
		}
	}
}
