package signing_test

import (
	"bytes"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/lienthong/lienthong/internal/testca"
	"github.com/lienthong/lienthong/signing"
)

// TestLimits: each limit lets pass what it names and refuses one more.
func TestLimits(t *testing.T) {
	for _, c := range []struct {
		name   string
		limits signing.Limits
		make   func(n int) string
		limit  int
	}{
		{"depth", signing.Limits{Depth: 5}, nested, 5},
		{"attributes", signing.Limits{Attributes: 5}, attributes, 5},
		{"declarations count as attributes", signing.Limits{Attributes: 5}, declarations, 5},
		{"declarations in one tag", signing.Limits{Declarations: 5}, declarations, 5},
		{"declarations in scope", signing.Limits{Declarations: 5}, nestedDeclarations, 5},
		{"namespaces beside each other", signing.Limits{Declarations: 5}, siblingDeclarations, 5},
		{"empty elements, two tokens each", signing.Limits{Tokens: 12}, siblings, 5},
		{"comments", signing.Limits{Tokens: 7}, comments, 5},
		{"comments outside the root", signing.Limits{Tokens: 7}, commentsOutside, 5},
		{"attributes are tokens", signing.Limits{Tokens: 7}, attributes, 5},
		{"length of names", signing.Limits{NameBytes: 5}, func(n int) string { return "<" + strings.Repeat("n", n) + "/>" }, 5},
		{"length of prefixes", signing.Limits{NameBytes: 5}, func(n int) string {
			p := strings.Repeat("n", n)
			return "<a xmlns:" + p + "='urn:x'/>"
		}, 5},
		{"length of values", signing.Limits{ValueBytes: 5}, func(n int) string { return "<a b='" + strings.Repeat("v", n) + "'/>" }, 5},
		{"length of values with a reference at the end", signing.Limits{ValueBytes: 9}, func(n int) string { return "<a b='" + strings.Repeat("v", n-5) + "&amp;'/>" }, 9},
	} {
		if _, err := signing.Read([]byte(c.make(c.limit)), c.limits); err != nil {
			t.Errorf("%s: %d: %v", c.name, c.limit, err)
		}
		_, err := signing.Read([]byte(c.make(c.limit+1)), c.limits)
		if err == nil {
			t.Errorf("%s: %d accepted, the limit is %d", c.name, c.limit+1, c.limit)
			continue
		}
		if got := why(t, err); got != signing.WhyLimit {
			t.Errorf("%s: %s, want %s", c.name, got, signing.WhyLimit)
		}
		checkLimitIsNamed(t, c.name, err, onlyField(c.limits))
	}
}

// onlyField is the one limit that is set.
func onlyField(l signing.Limits) int {
	return l.Depth + l.Attributes + l.Declarations + l.Tokens + l.NameBytes + l.ValueBytes
}

// checkLimitIsNamed: who is refused for a limit is told how much is allowed.
func checkLimitIsNamed(t *testing.T, name string, err error, limit int) {
	t.Helper()
	var refusal *signing.Error
	if !errors.As(err, &refusal) || refusal.Limit != limit || !strings.Contains(refusal.Detail, fmt.Sprint(limit)) {
		t.Errorf("%s: %+v does not name %d", name, refusal, limit)
	}
}

// TestTokenLimitAtEveryToken: wherever in a document its tokens are too many, it
// is refused, and a start tag that is one too many is named like any other.
func TestTokenLimitAtEveryToken(t *testing.T) {
	raw := []byte(envelope("x &amp; <![CDATA[y]]><!-- z --><b c='d' xmlns:e2='urn:e'><e/></b>"))
	for n := 1; ; n++ {
		_, err := signing.Read(raw, signing.Limits{Tokens: n})
		if err == nil {
			if n < 30 {
				t.Errorf("the document has %d tokens only", n)
			}
			return
		}
		checkLimitIsNamed(t, fmt.Sprint(n, " tokens"), err, n)
	}
}

// TestLimitsHaveLimits: no policy can ask for more than the table can count.
func TestLimitsHaveLimits(t *testing.T) {
	limits := signing.Limits{Attributes: 1 << 20, NameBytes: 1 << 20, Tokens: 1 << 20}
	limits.Declarations = 1 << 20
	for _, c := range []struct {
		name, raw string
		limit     int
	}{
		{"attributes", attributes(70_000), 65_000},
		{"a name", "<" + strings.Repeat("n", 70_000) + "/>", 511},
		{"namespaces", siblingDeclarations(16_001), 16_000},
	} {
		_, err := signing.Read([]byte(c.raw), limits)
		checkLimitIsNamed(t, c.name, err, c.limit)
	}
	if _, err := signing.Read([]byte("<a b='c'/>"), signing.Limits{Depth: -1, Attributes: -1, Tokens: -1, NameBytes: -1, ValueBytes: -1}); err != nil {
		t.Errorf("limits below zero are not the default ones: %v", err)
	}
}

// TestTooLong: offsets have 32 bits. The buffer is never touched, so that it
// takes addresses and no memory.
func TestTooLong(t *testing.T) {
	_, err := signing.Read(make([]byte, 1<<30+1), signing.Limits{})
	checkLimitIsNamed(t, "1 GiB and a byte", err, 1<<30)
}

// TestExhaustion: floods are refused with little of them read and little memory
// taken. None is well-formed at its end: "limit" shows that the end was not
// reached.
func TestExhaustion(t *testing.T) {
	fill := func(start, piece string) func() []byte {
		const size = 8 << 20
		return func() []byte { return append([]byte(start), bytes.Repeat([]byte(piece), size/len(piece))...) }
	}
	numbered := func(start, format string) func() []byte {
		return func() []byte { return []byte(start + list(100_000, format)) }
	}
	for _, c := range []struct {
		name string
		raw  func() []byte
	}{
		{"elements in each other", fill("", "<a>")},
		{"elements beside each other", fill("<a>", "<b/>")},
		{"attributes", numbered("<a", " a%d='%d'")},
		{"attributes of many elements", fill("<a>", "<b c='' d='' e=''/>")},
		{"declarations", numbered("<a", " xmlns:a%d='urn:%d'")},
		{"namespaces", numbered("<a>", "<p:b%d xmlns:p='urn:%d'/>")},
		{"comments", fill("<a>", "<!---->")},
		{"comments before the root", fill("", "<!---->")},
		{"CDATA sections", fill("<a>", "<![CDATA[]]>")},
		{"a name", fill("<", "n")},
		{"a prefix", fill("<a xmlns:", "n")},
		{"an attribute's value", fill("<a b='", "v")},
		{"references in a value", fill("<a b='", "&amp;")},
	} {
		raw := c.raw()
		var err error
		allocated := testing.AllocsPerRun(1, func() { _, err = signing.Read(raw, signing.Limits{}) })
		if err == nil {
			t.Errorf("%s: accepted", c.name)
		} else if got := why(t, err); got != signing.WhyLimit {
			t.Errorf("%s: %v, want %s", c.name, err, signing.WhyLimit)
		}
		if allocated > 1000 {
			t.Errorf("%s: %.0f allocations", c.name, allocated)
		}
	}
}

// TestTableIsSmall: the table grows with the markup, not with the text, and a
// document of a million characters and few tags costs next to nothing. The most
// markup that is allowed, in the shortest names that are, costs twice its bytes.
func TestTableIsSmall(t *testing.T) {
	big := mustRead(t, envelope(strings.Repeat("x", 1<<20)))
	if got := big.TableBytes(); got > 64<<10 {
		t.Errorf("%d bytes for a large text", got)
	}
	limits := signing.DefaultLimits()
	for _, piece := range []string{"<Fax/>", "<Fax></Fax>", "<To></To>", "<Fax>x</Fax>", "<Fax>x</Fax> ", "<b>xxx</b>", "<!-- -->"} {
		raw := "<a>" + strings.Repeat(piece, (limits.Tokens-2)/(2+strings.Count(piece, ">x")+strings.Count(piece, "> "))) + "</a>"
		if got, most := mustRead(t, raw).TableBytes(), 2*len(raw)+64<<10; got > most {
			t.Errorf("%s: %d bytes for the most markup that is allowed, more than %d", piece, got, most)
		}
	}
}

// TestTableBound: markup that takes more than twice its bytes is refused from where
// it takes 32 KB more, however much else is in the limits; and text beside it makes
// room for it.
func TestTableBound(t *testing.T) {
	for _, c := range []struct{ name, piece string }{
		{"elements", "<b/>"}, {"elements with texts", "<b/>x"}, {"elements with end tags", "<b></b>"}, {"attributes", "<b c=''/>"},
	} {
		dense := strings.Repeat(c.piece, 60_000)
		raw := "<a>" + dense + "</a>"
		_, err := signing.Read([]byte(raw), signing.Limits{})
		checkLimitIsNamed(t, c.name, err, 2*len(raw)+32<<10)
		mustRead(t, "<a>"+strings.Repeat(c.piece, 1000)+"</a>")
		mustRead(t, "<a>"+dense+strings.Repeat("x", 2*len(dense))+"</a>")
	}
}

// TestDenseLegalDocuments: addressees without prefixes, white space and content, of
// which no document has more, are far from the bound of the table.
func TestDenseLegalDocuments(t *testing.T) {
	for name, to := range map[string]string{
		"empty":       "<To><OrganId>H57</OrganId><OrganName/><OrganAdd/><Email/><Telephone/><Fax/><Website/></To>",
		"closed":      "<To><OrganId>H57</OrganId><OrganName></OrganName><OrganAdd></OrganAdd><Email></Email><Telephone></Telephone><Fax></Fax><Website></Website></To>",
		"short":       "<To><OrganId>H57</OrganId><OrganName>A</OrganName><OrganAdd>A</OrganAdd><Email>a</Email><Telephone>1</Telephone><Fax>1</Fax><Website>a</Website></To>",
		"id":          "<To><OrganId>H57</OrganId></To>",
		"on lines":    "<To>\n<OrganId>H57</OrganId>\n<OrganName/>\n<OrganAdd/>\n<Email/>\n<Telephone/>\n<Fax/>\n<Website/>\n</To>\n",
		"faxes alone": "<To><Fax/></To>",
	} {
		raw := "<edXML xmlns='http://www.e-doc.vn/Schema/'><Header>" + strings.Repeat(to, 10_000) + "</Header></edXML>"
		if got, most := mustRead(t, raw).TableBytes(), len(raw)*3/2+64<<10; got > most && name != "faxes alone" {
			t.Errorf("%s: %d bytes for %d, so near to the bound", name, got, len(raw))
		}
	}
}

// TestVerifyCopiesNothing: what a verification allocates does not grow with
// the text, in however many lines that stands.
func TestVerifyCopiesNothing(t *testing.T) {
	ca := testca.New(t)
	leaf := ca.Leaf("Sở Mẫu")
	p := signing.Policy{At: at, Anchors: ca.Anchors()}
	for name, line := range map[string]string{"one line": "QUJD", "lines": "QUJDQUJD\n", "CRLF": "QUJDQUJD\r\n", "references": "QUJD&#10;"} {
		signed := leaf.Sign([]byte(envelope(strings.Repeat(line, 1<<18))))
		mustVerify(t, signed, p) // the anchors judge the certificate once
		if got := allocated(func() { mustVerify(t, signed, p) }); got > 100<<10 {
			t.Errorf("%s: %d bytes for a document of %d", name, got, len(signed))
		}
	}
	for name, signed := range map[string][]byte{
		"signed properties": withProperties(t, leaf, withAttachment(1<<20)), "elliptic": byCurve(t, ca, withAttachment(1<<20)),
	} {
		mustVerify(t, signed, p)
		if got := allocated(func() { mustVerify(t, signed, p) }); got > 100<<10 {
			t.Errorf("%s: %d bytes for a document of %d", name, got, len(signed))
		}
	}
}

// allocated is how many bytes f allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// TestManyAddressees: 10,000 addressees with addresses are within the limits.
func TestManyAddressees(t *testing.T) {
	raw := strings.Replace(envelope("x"), "<e:Subject>", addressees(10_000)+"<e:Subject>", 1)
	if _, err := signing.Read([]byte(raw), signing.Limits{}); err != nil {
		t.Error(err)
	}
}

// TestSignatureBounds: what strangers can put into a signature is bounded too.
func TestSignatureBounds(t *testing.T) {
	ca := testca.New(t)
	signed := string(ca.Leaf("Sở Mẫu").Sign([]byte(envelope("x"))))
	p := signing.Policy{At: at, Anchors: ca.Anchors()}
	const certificate, form = "<ds:X509Certificate>", `<ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>`
	list := func(prefixes string) string {
		return strings.TrimSuffix(form, "/>") + `><x:InclusiveNamespaces xmlns:x="http://www.w3.org/2001/10/xml-exc-c14n#" PrefixList="` +
			prefixes + `"/></ds:CanonicalizationMethod>`
	}
	for _, c := range []struct {
		name, old, new, want string
		limit                int
	}{
		{"certificates", certificate, strings.Repeat(certificate+"AAAA</ds:X509Certificate>", 4) + certificate, "bad:limit", 4},
		{"a certificate's length", certificate, certificate + strings.Repeat("A", 20_000), "bad:limit", 16 << 10},
		{"a certificate that is none", certificate, certificate + "AAAA</ds:X509Certificate>" + certificate, "bad:keyinfo", 0},
		{"white space in a digest", "<ds:DigestValue>", "<ds:DigestValue>" + strings.Repeat(" ", 20_000), "bad:limit", 16 << 10},
		{"prefixes in a list", form, list(strings.Repeat("p ", 17)), "bad:limit", 16},
		{"a list within its bound, but not signed", form, list("p q"), "bad:signature", 0},
	} {
		changed := strings.Replace(signed, c.old, c.new, 1)
		if changed == signed {
			t.Fatalf("%s: nothing to replace", c.name)
		}
		_, err := signing.Verify(t.Context(), []byte(changed), p)
		if got := "bad:" + why(t, err); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
		if c.limit > 0 {
			checkLimitIsNamed(t, c.name, err, c.limit)
		}
	}
}

func nested(n int) string { return strings.Repeat("<a>", n) + strings.Repeat("</a>", n) }

func siblings(n int) string { return "<a>" + strings.Repeat("<b/>", n) + "</a>" }

func comments(n int) string { return "<a>" + strings.Repeat("<!---->", n) + "</a>" }

func commentsOutside(n int) string { return strings.Repeat("<!---->", n) + "<a/>" }

func attributes(n int) string { return "<a" + list(n, " a%d='%d'") + "/>" }

func declarations(n int) string { return "<a" + list(n, " xmlns:a%d='urn:%d'") + "/>" }

func nestedDeclarations(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "<a xmlns:a%d='urn:x'>", i)
	}
	return b.String() + strings.Repeat("</a>", n)
}

func siblingDeclarations(n int) string { return "<a>" + list(n, "<b%d xmlns='urn:%d'/>") + "</a>" }

func list(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i, i)
	}
	return b.String()
}
