package signing_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/lienthong/lienthong/signing"
)

// TestHostileSizes: floods of everything that a document can have much of, at a
// size: by who has no signature, and by who has one of another document, which
// any recipient has. Each is refused, in a bounded multiple of the time that
// SHA-256 of its bytes takes in the same run, and for at most twice the memory that
// the bytes take themselves and 100 KB; from 38 MiB on, for no more than they take.
// LIENTHONG_TEST_LONG makes them as large as a body may be, and prints what each
// takes.
func TestHostileSizes(t *testing.T) {
	for _, f := range hostileFloods(t) {
		t.Run(f.name, f.mustBeRefused)
	}
}

// hostileFloods are all of them, each with the policy that it is refused by.
func hostileFloods(tb testing.TB) (all []flood) {
	tb.Helper()
	k := kits(tb, []shape{{"header", "Id", exclusive, exclusive, "rsa-sha256"}, {"header", "", inclusive11, inclusive11, "rsa-sha256"}})
	for _, f := range k[0].floods() {
		f.policy = k[0].policy
		all = append(all, f)
	}
	for _, f := range k[1].bases() {
		f.policy = k[1].policy
		all = append(all, f)
	}
	return all
}

// sizes are those of the floods, in bytes.
func sizes() []int {
	return []int{1 << 10, 64 << 10, 1 << 20, 4 << 20, 16 << 20, 64 << 20}[:long(4, 6)]
}

func (f flood) mustBeRefused(t *testing.T) {
	for _, size := range sizes() {
		f.mustBeRefusedAt(t, size)
	}
}

func (f flood) mustBeRefusedAt(t *testing.T, size int) {
	t.Helper()
	raw := f.make(size)
	if size < 1<<20 && len(raw) > size {
		return // what it is made of is larger than that
	}
	if len(raw) > size || size >= 1<<20 && len(raw) < size*9/10 && !f.small {
		t.Fatalf("%d bytes, asked for %d", len(raw), size)
	}
	if f.why == signing.WhyLimit && size < 64<<20 {
		f.why = "" // a smaller document may be within the limits, and is refused all the same
	}
	if got := measured(t, raw, f.policy); !strings.HasPrefix(got, "bad:") || f.why != "" && got != "bad:"+f.why {
		t.Errorf("%d bytes: %s, must be refused for %q", size, got, f.why)
	}
}

// Bounds of what a verification may take, over the floor and over the document.
// The floor of 64 MiB is some 35 ms: a second is 28 times that. The most markup
// that is allowed takes its time in a small document too.
const (
	mostTime    = 25
	fixedTime   = 0.03      // seconds
	fixedMemory = 100 << 10 // bytes, and twice the document's
	largeMemory = 38 << 20  // bytes, or the document's if those are more
)

// measured verifies a document, and holds that to its bounds.
func measured(t *testing.T, raw []byte, p signing.Policy) (verdict string) {
	t.Helper()
	var err error
	verify := func() { _, err = signing.Verify(t.Context(), raw, p) }
	hash := func() { sha256.Sum256(raw) }
	floor, took, bytes := seconds(hash), 0.0, uint64(0)
	bytes = allocated(func() { took = seconds(verify) })
	for range 3 { // what else the machine does only ever adds
		if took > mostTime/2*floor {
			floor, took = max(floor, seconds(hash)), min(took, seconds(verify))
		}
	}
	for range 40 { // of a machine that is busy throughout
		if took > mostTime*floor+fixedTime {
			took = min(took, seconds(verify))
		}
	}
	if long(0, 1) == 1 {
		t.Logf("%.3f s, %.1f times the floor; %.1f MB for %.1f MB: %v", took, took/floor, float64(bytes)/(1<<20), float64(len(raw))/(1<<20), err)
	}
	if took > mostTime*floor+fixedTime && !raced {
		t.Errorf("%.3f s is %.1f times SHA-256, most is %d", took, took/floor, mostTime)
	}
	if most := uint64(min(fixedMemory+2*len(raw), max(len(raw), largeMemory))); bytes > most && !raced {
		t.Errorf("%d bytes allocated for %d, most is %d", bytes, len(raw), most)
	}
	var refusal *signing.Error
	switch {
	case err == nil:
		return "good"
	case errors.As(err, &refusal):
		return "bad:" + refusal.Why
	}
	t.Fatal(err)
	return ""
}

// A flood is a document of about a size.
type flood struct {
	name  string
	why   string // of the refusal, "" for any
	small bool   // it cannot be as large as is asked for
	make  func(size int) []byte

	policy signing.Policy
}

// filled repeats a piece between head and tail.
func filled(head, piece, tail string) func(int) []byte {
	return func(size int) []byte {
		n := max(0, size-len(head)-len(tail)) / len(piece)
		return slices.Concat([]byte(head), bytes.Repeat([]byte(piece), n), []byte(tail))
	}
}

// numbered is the same with a number in each piece.
func numbered(head, format, tail string) func(int) []byte {
	return func(size int) []byte {
		var b bytes.Buffer
		b.Grow(size)
		b.WriteString(head)
		for i := 0; b.Len() < size-len(tail)-len(format)-40; i++ {
			fmt.Fprintf(&b, format, i)
		}
		b.WriteString(tail)
		return b.Bytes()
	}
}

// limited is filled with pieces as far as the limits go, and then with text. Of
// a smaller document it is the same part.
func limited(most int, head, piece, tail string) func(int) []byte {
	return func(size int) []byte {
		n := min(1+part(most, size), max(0, size-len(head)-len(tail))/len(piece))
		whole := head + strings.Repeat(piece, n)
		return []byte(whole + strings.Repeat("x", max(0, size-len(whole)-len(tail))) + tail)
	}
}

// part is what most is for the largest body, for a document of another size.
func part(most, size int) int { return int(float64(most) * float64(size) / (64 << 20)) }

// dense are the pieces of text that are the most work for their length.
var dense = map[string]string{
	"letters": "x", "letters above ASCII": "ạ", "greater": ">", "brackets": "]", "CR": "\r", "CR LF": "\r\n", "x CR": "x\r", "LF": "\n", "&lt;": "&lt;", "&amp;": "&amp;", "&#9;": "&#9;", "&#xD;": "&#xD;", "long references": "&#x00001EA1;",
	"one in eight": "xxxxxxx>", "all kinds": ">\r&lt;ạ]", "lines": strings.Repeat("QUJD", 19) + "\r\n",
}

func (k *kit) floods() (all []flood) {
	add := func(name, why string, make func(int) []byte) {
		all = append(all, flood{name: name, why: why, make: make})
	}
	limit, syntax := signing.WhyLimit, signing.WhySyntax
	// Nothing is needed for these.
	add("nothing but white space", syntax, filled("", " ", ""))
	add("nothing but letters", "", filled("", "x", ""))
	add("nothing but <", syntax, filled("", "<", ""))
	add("NUL", "", filled("", "\x00", ""))
	add("elements in each other", limit, filled("", "<a>", ""))
	add("elements beside each other", limit, filled("<a>", "<b/>", "</a>"))
	add("elements with texts", limit, filled("<a>", "<b>x</b>", "</a>"))
	add("elements with end tags", limit, filled("<a>", "<b></b>", "</a>"))
	add("elements and texts", limit, filled("<a>", "<b/>x", "</a>"))
	add("elements as short as may be", limit, filled("<a>", "<Fax/>", "</a>"))
	add("elements in elements", limit, filled("<a>", strings.Repeat("<b>", 30)+strings.Repeat("</b>", 30), "</a>"))
	add("comments", limit, filled("<a>", "<!---->", "</a>"))
	add("comments before the root", limit, filled("", "<!---->", "<a/>"))
	add("comments after the root", limit, filled("<a/>", "<!---->", ""))
	add("one comment", "", filled("<a><!--", "x ", "--></a>"))
	add("one comment without end", syntax, filled("<a><!--", "x ", "</a>"))
	add("one comment of hyphens", syntax, filled("<a><!--", "-", "--></a>"))
	add("CDATA sections", "", filled("<a>", "<![CDATA[]]>", "</a>"))
	add("CDATA without end", syntax, filled("<a>", "<![CDATA[ ", ""))
	add("CDATA of brackets", "", filled("<a><![CDATA[", "]", "]]></a>"))
	add("instructions", signing.WhyPI, filled("<a>", "<?x?>", "</a>"))
	add("a document type", signing.WhyDTD, filled("<!DOCTYPE a [", "<!ENTITY x 'y'>", "]><a/>"))
	add("a name", limit, filled("<", "n", "/>"))
	add("a name above ASCII", limit, filled("<", "ạ", "/>"))
	add("a prefix", limit, filled("<a xmlns:", "n", "='urn:x'/>"))
	add("an attribute's name", limit, filled("<a ", "n", "='x'/>"))
	add("an attribute's value", limit, filled("<a b='", "v", "'/>"))
	add("references in a value", limit, filled("<a b='", "&lt;", "'/>"))
	add("a namespace", limit, filled("<a xmlns='urn:", "v", "'/>"))
	add("attributes", limit, numbered("<a", " a%d=''", "/>"))
	add("attributes of many elements", "", filled("<a>", "<b c='' d='' e='' f=''/>", "</a>"))
	add("attributes of one letter", "", filled("<a>", "<b c=''/>", "</a>"))
	add("the same attribute", limit, filled("<a", " b=''", "/>"))
	add("declarations", limit, numbered("<a", " xmlns:a%d='urn:x'", "/>"))
	add("namespaces", limit, numbered("<a>", "<b xmlns='urn:%d'/>", "</a>"))
	add("a long namespace again and again", "", filled("<a>", "<b xmlns='urn:"+strings.Repeat("v", 8000)+"'/>", "</a>"))
	add("a namespace of references", "", filled("<a>", "<b xmlns='urn:"+strings.Repeat("&#118;", 1300)+"'/>", "</a>"))
	add("long prefixes", "", filled("<a>", "<b xmlns:"+strings.Repeat("p", 250)+"='urn:x'/>", "</a>"))
	add("white space in a tag", "", filled("<a", " ", "/>"))
	add("white space in an end tag", "", filled("<a></a", " ", ">"))
	add("white space before =", "", filled("<a b", " ", "='c'/>"))
	add("an XML declaration", syntax, filled("<?xml version='1.0'", " ", "?><a/>"))
	add("end tags", syntax, filled("<a/>", "</a>", ""))
	add("references outside", "", filled("<a/>", "&#32;", ""))
	add("bare signatures in each other", signing.WhyBareSignature, filled("<a>"+strings.Repeat("<Signature>", 30), "x", strings.Repeat("</Signature>", 30)+"</a>"))
	add("bare signatures", signing.WhyUnsigned, filled("<a>", "<Signature>"+strings.Repeat(" ", 400)+"</Signature>", "</a>"))
	add("ids", "", filled("<a>", "<b Id='"+strings.Repeat("v", 8000)+"'/>", "</a>"))
	for name, piece := range dense {
		add("text: "+name, signing.WhyUnsigned, filled("<a>", piece, "</a>"))
	}
	return append(append(all, k.signatureFloods()...), k.replayed()...)
}

// signatureFloods have a signature with much in it.
func (k *kit) signatureFloods() (all []flood) {
	add := func(name, before, piece string) {
		i := strings.Index(k.good, before)
		if i < 0 {
			k.t.Fatalf("no %s", before)
		}
		i += len(before)
		all = append(all, flood{name: "in the signature: " + name, make: filled(k.good[:i], piece, k.good[i:])})
	}
	add("SignatureValue", "<ds:SignatureValue>", "AAAA")
	add("lines in SignatureValue", "<ds:SignatureValue>", "\n")
	add("references in SignatureValue", "<ds:SignatureValue>", "&#10;")
	add("DigestValue", "<ds:DigestValue>", "AAAA")
	add("white space in DigestValue", "<ds:DigestValue>", " ")
	add("a certificate", "<ds:X509Certificate>", "AAAA")
	add("lines in a certificate", "<ds:X509Certificate>", "\r\n")
	add("certificates", "<ds:X509Data>", "<ds:X509Certificate>AAAA</ds:X509Certificate>")
	add("certificates that are large", "<ds:X509Data>", "<ds:X509Certificate>"+strings.Repeat("AAAA", 4000)+"</ds:X509Certificate>")
	add("names", "<ds:X509Data>", "<ds:X509SubjectName>x</ds:X509SubjectName>")
	add("X509Data", "<ds:KeyInfo>", "<ds:X509Data/>")
	add("white space in SignedInfo", "<ds:SignedInfo>", " ")
	add("lines in SignedInfo", "<ds:SignedInfo>", "\r\n")
	add("CR in SignedInfo", "<ds:SignedInfo>", "\r")
	add("comments in SignedInfo", "<ds:SignedInfo>", "<!---->")
	add("references in SignedInfo", "</ds:Reference>", `<ds:Reference URI=""/>`)
	add("references in text of SignedInfo", "<ds:SignedInfo>", "&#32;")
	add("transforms", "<ds:Transforms>", `<ds:Transform Algorithm="`+exclusive+`"/>`)
	add("white space in Transforms", "<ds:Transforms>", " ")
	add("attributes of SignedInfo", "<ds:SignedInfo", " a=''")
	return all
}

// replayed are floods under a signature that holds for another document: they
// are hashed to their end before they are refused.
func (k *kit) replayed() (all []flood) {
	add := func(name, why string, make func(int) []byte) {
		all = append(all, flood{name: "replayed: " + name, why: why, make: make})
	}
	head, tail, _ := strings.Cut(k.good, "UERG")
	before, after, _ := strings.Cut(k.good, "<AttachmentEncoded>")
	tokens := signing.DefaultLimits().Tokens - 200
	for name, piece := range dense {
		add("text: "+name, signing.WhyDigest, filled(head, piece, tail))
	}
	for name, piece := range map[string]string{"letters": "x", "and": "&", "greater": ">", "less": "<", "CR": "\r", "CR LF": "\r\n", "brackets": "]"} {
		add("CDATA: "+name, signing.WhyDigest, filled(head+"<![CDATA[", piece, " ]]>"+tail))
		add("a comment: "+name, signing.WhyDigest, filled(evil(before)+"<!--", piece, " --><AttachmentEncoded>"+after))
	}
	add("CDATA sections", "", limited(tokens, head, "<![CDATA[x]]>", tail))
	rest := "<AttachmentEncoded>" + after
	for name, piece := range map[string]string{
		"elements": "<b/>", "elements with space": "<b />", "elements with texts": "<b>x</b>", "attributes": "<b c='' d='' e='' f='' g='' h=''/>",
		"declarations": "<b xmlns:c='urn:c' xmlns:d='urn:d'/>", "prefixes": "<p:b xmlns:p='urn:p' p:a=''/>", "undone defaults": "<b xmlns=''/>",
		"ids of references": "<b Id='" + strings.Repeat("&#118;", 1300) + "'/>", "comments": "<b><!----></b>",
		"long values": "<b c='" + strings.Repeat("v", 8000) + "'/>", "references in values": "<b c='" + strings.Repeat("&lt;", 2000) + "'/>", "quotation marks in values": "<b c='" + strings.Repeat(`"`, 8000) + "'/>",
		"TABs in values": "<b c='" + strings.Repeat("\t", 8000) + "'/>", "ids": "<b Id='" + strings.Repeat("v", 8000) + "'/>", "long names": "<" + strings.Repeat("n", 256) + "/>", "placeholders": "<Signature/>",
	} {
		per := 2 + strings.Count(piece, "=") + strings.Count(piece, ">x<")
		add(name, "", limited(tokens/per, before, piece, rest))
	}
	return all
}

// bases are floods of xml:base, which C14N 1.1 looks for.
func (k *kit) bases() (all []flood) {
	before, after, _ := strings.Cut(k.good, "<AttachmentEncoded>")
	for name, piece := range map[string]string{
		"short": "<b xml:base='v'/>", "long": "<b xml:base='" + strings.Repeat("v", 8000) + "'/>", "references": "<b xml:base='" + strings.Repeat("&#118;", 1300) + "'/>",
	} {
		all = append(all, flood{name: "replayed: xml:base: " + name, make: limited(signing.DefaultLimits().Tokens/3-100, before, piece, "<AttachmentEncoded>"+after)})
	}
	return all
}

// TestLegalSizes: documents that a signer has made as slow as he could are
// accepted, in a bounded multiple of the floor too.
func TestLegalSizes(t *testing.T) {
	size := long(1, 64) << 20
	some := []shape{{"header", "", exclusive, exclusive, "rsa-sha256"}, {"header", "Id", inclusive, inclusive, "rsa-sha256"}}
	for _, k := range kits(t, some[:long(1, 2)]) {
		for _, f := range k.slow() {
			t.Run(f.name+" "+last(k.shape.ref), func(t *testing.T) {
				raw := f.make(size)
				if got := measured(t, raw, k.policy); got != "good" {
					t.Errorf("%s, want good", got)
				}
			})
		}
	}
}

func (k *kit) slow() (all []flood) {
	// The longest names of declarations that differ in their last letter only, all
	// listed, so that each element asks for each.
	const declared = 28
	tokens := signing.DefaultLimits().Tokens - 400
	var decls, prefixes []string
	for i := range declared {
		p := strings.Repeat("p", 250) + fmt.Sprintf("%02d", i)
		decls = append(decls, "xmlns:"+p+`="urn:`+p+`"`)
		prefixes = append(prefixes, p)
	}
	add := func(name, head, piece, tail string, per int, text string) {
		all = append(all, flood{name: name, make: func(size int) []byte {
			n := min(part(tokens/per, size), size/2/len(piece))
			f := k.forger
			f.document = strings.Replace(f.document, "<AttachmentEncoded>", head+strings.Repeat(piece, n)+tail+"<AttachmentEncoded>", 1)
			f.document = strings.Replace(f.document, "UERG", strings.Repeat(text, max(0, size-len(f.document)-4096)/len(text)), 1)
			if isExclusive(k.shape.ref) && strings.HasPrefix(name, "listed") {
				f.prefixes = prefixes[:16]
				f.edit = listPrefixes(exclusive, strings.Join(prefixes[:16], " "))
			}
			return f.make(k.t)
		}})
	}
	scope := "<x " + strings.Join(decls, " ") + ">"
	add("listed prefixes", scope, "<b/>", "</x>", 2, ">")
	add("listed prefixes undone", scope, `<b xmlns:`+prefixes[0]+`="urn:y"/>`, "</x>", 3, ">")
	add("prefixes", scope, "<"+prefixes[0]+":b/>", "</x>", 2, ">")
	add("prefixed attributes", scope, "<b "+prefixes[0]+`:a="" `+prefixes[1]+`:a="" `+prefixes[2]+`:a="" `+prefixes[3]+`:a=""/>`, "</x>", 6, ">")
	add("declared again", scope, `<b xmlns:`+prefixes[0]+`="urn:`+prefixes[0]+`"/>`, "</x>", 3, ">")
	add("attributes backwards", "<x>", `<b h="" g="" f="" e="" d="" c="" b="" a=""/>`, "</x>", 10, ">")
	for name, piece := range dense {
		add("text "+name, "<x>", "<b/>", "</x>", 2, piece)
	}
	return all
}
