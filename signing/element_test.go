package signing_test

import (
	"strings"
	"testing"

	"github.com/lienthong/lienthong/internal/testca"
	"github.com/lienthong/lienthong/signing"
)

// find is the first element with a local name, in document order.
func find(e signing.Element, local string) signing.Element {
	if e.Local() == local {
		return e
	}
	for c := range e.Children() {
		if found := find(c, local); !found.IsZero() {
			return found
		}
	}
	return signing.Element{}
}

func TestElement(t *testing.T) {
	const raw = `<a xmlns="urn:d" xmlns:p="urn:p">
  <p:b p:x="1" x="2">one</p:b>
  <b>two</b>
  <c><d/></c>
</a>`
	root := mustRead(t, raw).Root()
	var paths, prefixes []string
	for c := range root.Children() {
		paths = append(paths, c.Path())
		prefixes = append(prefixes, c.Prefix()+"="+c.Space())
	}
	if got, want := strings.Join(paths, " "), "/a/b[1] /a/b[2] /a/c"; got != want {
		t.Errorf("paths %s, want %s", got, want)
	}
	if got, want := strings.Join(prefixes, " "), "p=urn:p =urn:d =urn:d"; got != want {
		t.Errorf("prefixes %s, want %s", got, want)
	}
	b := find(root, "b")
	for _, c := range []struct {
		space, local, want string
		ok                 bool
	}{
		{"urn:p", "x", "1", true},
		{"", "x", "2", true},
		{"urn:d", "x", "", false}, // the default namespace is not an attribute's
		{"", "y", "", false},
		{"http://www.w3.org/2000/xmlns/", "p", "", false},
	} {
		if got, ok := b.Attr(c.space, c.local); got != c.want || ok != c.ok {
			t.Errorf("attribute {%s}%s: %q, %t", c.space, c.local, got, ok)
		}
	}
	if start, end := b.Span(); raw[start:end] != `<p:b p:x="1" x="2">one</p:b>` || b.Line() != 2 {
		t.Errorf("span %q on line %d", raw[start:end], b.Line())
	}
	if d := find(root, "d"); d.Path() != "/a/c/d" || d.Line() != 4 {
		t.Errorf("%s on line %d", d.Path(), d.Line())
	}
}

// TestTextOfALeaf: a value is one run, or nothing is read at all.
func TestTextOfALeaf(t *testing.T) {
	for _, c := range []struct {
		raw, want   string
		plain, fine bool
	}{
		{"<a>x</a>", "x", true, true},
		{"<a/>", "", true, true},
		{"<a>1 > 0</a>", "1 > 0", true, true},
		{"<a>&lt;</a>", "<", false, true},
		{"<a>x\r\ny</a>", "x\ny", false, true},
		{"<a><![CDATA[x]]></a>", "x", false, true},
		{"<a>x<!-- -->y</a>", "", false, false},
		{"<a><!-- --></a>", "", false, false},
		{"<a>x<b/></a>", "", false, false},
	} {
		root := mustRead(t, c.raw).Root()
		got, err := root.Text()
		if got != c.want || (err == nil) != c.fine {
			t.Errorf("%s: %q, %v", c.raw, got, err)
		}
		if err != nil && why(t, err) != signing.WhyMixedText {
			t.Errorf("%s: %v, want %s", c.raw, err, signing.WhyMixedText)
		}
		if raw, ok := root.RawText(); ok != c.plain || ok && string(raw) != c.want {
			t.Errorf("%s: raw %q, %t", c.raw, raw, ok)
		}
	}
}

// TestTheSignatureIsNotReadAsDocument: no path leads to it.
func TestTheSignatureIsNotReadAsDocument(t *testing.T) {
	ca := testca.New(t)
	v := mustVerify(t, ca.Leaf("Sở Mẫu").Sign([]byte(envelope("x"))), signing.Policy{At: at, Anchors: ca.Anchors()})
	if found := find(v.Root(), "Signature"); !found.IsZero() {
		t.Errorf("%s can be read", found.Path())
	}
	if found := find(v.Root(), "Subject"); found.IsZero() {
		t.Error("the document cannot be read")
	}
}

// TestAbsentElement answers everything with nothing.
func TestAbsentElement(t *testing.T) {
	var e signing.Element
	text, err := e.Text()
	raw, rawOK := e.RawText()
	value, ok := e.Attr("", "x")
	start, end := e.Span()
	if !e.IsZero() || e.Space()+e.Local()+e.Prefix()+e.Path()+text+value != "" || err != nil || raw != nil || rawOK || ok ||
		e.Line() != 0 || start != 0 || end != 0 {
		t.Error("the zero Element says something")
	}
	for range e.Children() {
		t.Error("the zero Element has children")
	}
}

// TestErrorSaysWhereAndWhy in one line.
func TestErrorSaysWhereAndWhy(t *testing.T) {
	_, err := signing.Read([]byte("<a>\n<b>&x;</b></a>"), signing.Limits{})
	want := "signing: line 2: bad:syntax: a reference that is neither a predefined entity nor a character (/a/b)"
	if err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}
