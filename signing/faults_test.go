package signing_test

import (
	"strings"
	"testing"

	"github.com/lienthong/lienthong/signing"
)

// TestReadRefuses: what the reader refuses, why, and on which line. The second
// line of each document is the fault's unless it says otherwise.
func TestReadRefuses(t *testing.T) {
	in := func(s string) string { return "<a>\n" + s + "\n</a>" }
	for _, c := range []struct {
		name, raw, why string
		line           int
	}{
		// Form.
		{"nothing", "", signing.WhySyntax, 1},
		{"white space only", " \n ", signing.WhySyntax, 2},
		{"a byte order mark only", "\uFEFF", signing.WhySyntax, 1},
		{"text only", "\nabc", signing.WhyOutsideRoot, 2},
		{"no end tag", "<a>\n<b>", signing.WhySyntax, 2},
		{"another end tag", in("<b></c>"), signing.WhySyntax, 2},
		{"an end tag with a longer name", in("<b></bc>"), signing.WhySyntax, 2},
		{"an end tag with an attribute", in("<b></b x=''>"), signing.WhySyntax, 2},
		{"an end tag without start", "<a/>\n</a>", signing.WhySyntax, 2},
		{"a tag that does not end", "<a>\n<b", signing.WhySyntax, 2},
		{"a name with a digit first", in("<1/>"), signing.WhySyntax, 2},
		{"white space before the name", in("< b/>"), signing.WhySyntax, 2},
		{"no name", in("<></>"), signing.WhySyntax, 2},
		{"no name but an end", in("< />"), signing.WhySyntax, 2},
		{"no name after the prefix", in("<p: xmlns:p='urn:x'></p:>"), signing.WhySyntax, 2},
		{"an end tag that does not end", "<a>\n</a", signing.WhySyntax, 2},
		{"a colon first", in("<:b/>"), signing.WhySyntax, 2},
		{"a colon last", in("<b:/>"), signing.WhySyntax, 2},
		{"two colons", in("<a:b:c xmlns:a='urn:a'/>"), signing.WhySyntax, 2},
		{"a second root", "<a/>\n<a/>", signing.WhyOutsideRoot, 2},
		{"text after the root", "<a/>\nx", signing.WhyOutsideRoot, 2},
		{"a reference after the root", "<a/>\n&#32;", signing.WhyOutsideRoot, 2},
		{"CDATA after the root", "<a/>\n<![CDATA[]]>", signing.WhyOutsideRoot, 2},
		{"CDATA that does not end", in("<![CDATA[ ]]"), signing.WhySyntax, 2},
		{"the end of CDATA in text", in("x ]]> y"), signing.WhySyntax, 2},
		{"a comment that does not end", in("<!-- "), signing.WhySyntax, 2},
		{"two hyphens in a comment", in("<!-- a -- b -->"), signing.WhySyntax, 2},
		{"three hyphens at its end", in("<!-- a --->"), signing.WhySyntax, 2},
		{"a comment that does not end after the root", "<a/>\n<!-- ", signing.WhySyntax, 2},
		{"a comment that ends like a tag after the root", "<a/>\n<!-- x>", signing.WhySyntax, 2},

		// Declarations, instructions, entities.
		{"a DTD", "<!DOCTYPE a>\n<a/>", signing.WhyDTD, 1},
		{"a DTD inside", in("<!DOCTYPE a>"), signing.WhyDTD, 2},
		{"an entity declaration", in("<!ENTITY x 'y'>"), signing.WhyDTD, 2},
		{"an instruction before the root", "<?x?>\n<a/>", signing.WhyPI, 1},
		{"an instruction inside", in("<?x?>"), signing.WhyPI, 2},
		{"an instruction after the root", "<a/>\n<?x?>", signing.WhyPI, 2},
		{"a second XML declaration", "<?xml version='1.0'?>\n<?xml version='1.0'?><a/>", signing.WhyPI, 2},
		{"white space before the XML declaration", "\n<?xml version='1.0'?><a/>", signing.WhyPI, 2},
		{"an undefined entity", in("&x;"), signing.WhySyntax, 2},
		{"an entity of HTML", in("&nbsp;"), signing.WhySyntax, 2},
		{"an ampersand", in("a & b"), signing.WhySyntax, 2},
		{"a reference without end", in("&amp"), signing.WhySyntax, 2},
		{"an empty reference", in("&;"), signing.WhySyntax, 2},
		{"a character reference without digits", in("&#;"), signing.WhySyntax, 2},
		{"a hexadecimal one without digits", in("&#x;"), signing.WhySyntax, 2},
		{"a capital X", in("&#X41;"), signing.WhySyntax, 2},
		{"letters in a decimal one", in("&#4A;"), signing.WhySyntax, 2},
		{"a reference to NUL", in("&#0;"), signing.WhySyntax, 2},
		{"a reference to a control character", in("&#11;"), signing.WhySyntax, 2},
		{"a reference to a surrogate", in("&#xD800;"), signing.WhySyntax, 2},
		{"a reference to U+FFFF", in("&#xFFFF;"), signing.WhySyntax, 2},
		{"a reference beyond Unicode", in("&#x110000;"), signing.WhySyntax, 2},
		{"a reference that is too long", in("&#" + strings.Repeat("0", 20) + "65;"), signing.WhySyntax, 2},
		{"a reference of more than 32 bits", in("&#4294967361;"), signing.WhySyntax, 2},

		// Characters and encodings.
		{"NUL", in("\x00"), signing.WhySyntax, 2},
		{"a control character", in("\x0B"), signing.WhySyntax, 2},
		{"a control character late in a long text", in(strings.Repeat("x", 77) + "\x1F"), signing.WhySyntax, 2},
		{"a control character in a comment", in("<!-- \x01 -->"), signing.WhySyntax, 2},
		{"a control character in CDATA", in("<![CDATA[0123456789\x01]]>"), signing.WhySyntax, 2},
		{"a control character in an attribute", in("<b c='\x01'/>"), signing.WhySyntax, 2},
		{"a byte that is no UTF-8", in("\xFF"), signing.WhyEncoding, 2},
		{"a byte of a character alone", in("\x80"), signing.WhyEncoding, 2},
		{"it late in a long text", in(strings.Repeat("x", 77) + "\x9F" + strings.Repeat("x", 77)), signing.WhyEncoding, 2},
		{"it in a long comment", in("<!-- 0123456789\x800123456789 -->"), signing.WhyEncoding, 2},
		{"half a character", in("\xE1\xBA"), signing.WhyEncoding, 2},
		{"an overlong form", in("\xC0\xAF"), signing.WhyEncoding, 2},
		{"a surrogate", in("\xED\xA0\x80"), signing.WhyEncoding, 2},
		{"U+FFFE", in("\uFFFE"), signing.WhyEncoding, 2},
		{"beyond Unicode", in("\xF4\x90\x80\x80"), signing.WhyEncoding, 2},
		{"no UTF-8 late in a long text", in(strings.Repeat("ạ", 77) + "\xFF"), signing.WhyEncoding, 2},
		{"no UTF-8 in a comment", in("<!-- \xFF -->"), signing.WhyEncoding, 2},
		{"no UTF-8 in a long comment", in("<!-- 0123456789\xFF0123456789 -->"), signing.WhyEncoding, 2},
		{"no UTF-8 in CDATA", in("<![CDATA[\xFF]]>"), signing.WhyEncoding, 2},
		{"no UTF-8 in an attribute", in("<b c='\xFF'/>"), signing.WhyEncoding, 2},
		{"no UTF-8 in a name", in("<b\xFF/>"), signing.WhySyntax, 2},
		{"UTF-16, big end first", "\xFE\xFF\x00<\x00a", signing.WhyEncoding, 1},
		{"UTF-16, little end first", "\xFF\xFE<\x00a\x00", signing.WhyEncoding, 1},
		{"UTF-16 without mark, big end first", "\x00<\x00a\x00/\x00>", signing.WhyEncoding, 1},
		{"UTF-16 without mark", "<\x00a\x00/\x00>\x00", signing.WhyEncoding, 1},
		{"two byte order marks", "\uFEFF\uFEFF<a/>", signing.WhyEncoding, 1},
		{"declared as Latin-1", "<?xml version='1.0' encoding='ISO-8859-1'?><a/>", signing.WhyEncoding, 1},
		{"declared as UTF-16", "<?xml version='1.0' encoding='UTF-16'?><a/>", signing.WhyEncoding, 1},
		{"XML 1.1", "<?xml version='1.1'?><a/>", signing.WhySyntax, 1},
		{"no version", "<?xml encoding='UTF-8'?><a/>", signing.WhySyntax, 1},
		{"a version in two quotation marks", `<?xml version="1.0'?><a/>`, signing.WhySyntax, 1},
		{"a long XML declaration", "<?xml version='1.0'" + strings.Repeat(" ", 256) + "?><a/>", signing.WhySyntax, 1},
		{"standalone in doubt", "<?xml version='1.0' standalone='maybe'?><a/>", signing.WhySyntax, 1},
		{"encoding after standalone", "<?xml version='1.0' standalone='no' encoding='UTF-8'?><a/>", signing.WhySyntax, 1},
		{"attributes without space", "<?xml version='1.0'encoding='UTF-8'?><a/>", signing.WhySyntax, 1},
		{"an XML declaration that does not end", "<?xml version='1.0'><a/>", signing.WhySyntax, 1},

		// Attributes and namespaces.
		{"no value", in("<b c/>"), signing.WhySyntax, 2},
		{"no equals sign", in("<b c~'d'/>"), signing.WhySyntax, 2},
		{"no name before it", in("<b ='d'/>"), signing.WhySyntax, 2},
		{"no quotation marks", in("<b c=d/>"), signing.WhySyntax, 2},
		{"a value that does not end", "<a>\n<b c='d/>", signing.WhySyntax, 2},
		{"a value that does not end on its line", "<a>\n<b c='d\n\n", signing.WhySyntax, 2},
		{"< in a value", in("<b c='<'/>"), signing.WhySyntax, 2},
		{"an ampersand in a value", in("<b c='&'/>"), signing.WhySyntax, 2},
		{"no space between attributes", in("<b c='1'd='2'/>"), signing.WhySyntax, 2},
		{"the same attribute twice", in("<b c='1' c='2'/>"), signing.WhySyntax, 2},
		{"the same by two prefixes", in("<b p:c='1' q:c='2' xmlns:p='urn:x' xmlns:q='urn:x'/>"), signing.WhySyntax, 2},
		{"xmlns twice", in("<b xmlns='urn:x' xmlns='urn:y'/>"), signing.WhySyntax, 2},
		{"a prefix declared twice", in("<b xmlns:p='urn:x' xmlns:p='urn:x'/>"), signing.WhySyntax, 2},
		{"an undeclared prefix", in("<p:b/>"), signing.WhySyntax, 2},
		{"a prefix out of scope", in("<b xmlns:p='urn:x'/><p:b/>"), signing.WhySyntax, 2},
		{"an undeclared prefix of an attribute", in("<b p:c=''/>"), signing.WhySyntax, 2},
		{"a prefix without namespace", in("<b xmlns:p=''/>"), signing.WhySyntax, 2},
		{"xmlns as a prefix", in("<xmlns:b/>"), signing.WhySyntax, 2},
		{"xmlns declared", in("<b xmlns:xmlns='urn:x'/>"), signing.WhySyntax, 2},
		{"the namespace of xmlns", in("<b xmlns='http://www.w3.org/2000/xmlns/'/>"), signing.WhySyntax, 2},
		{"xml for another namespace", in("<b xmlns:xml='urn:x'/>"), signing.WhySyntax, 2},
		{"another prefix for that of xml", in("<b xmlns:p='http://www.w3.org/XML/1998/namespace'/>"), signing.WhySyntax, 2},
		{"a relative namespace", in("<b xmlns='x/y'/>"), signing.WhySyntax, 2},
		{"a namespace with an empty scheme", in("<b xmlns=':x'/>"), signing.WhySyntax, 2},
		{"a namespace with a scheme that is none", in("<b xmlns='x/y:z'/>"), signing.WhySyntax, 2},
		{"a namespace with a scheme of digits", in("<b xmlns='1x:z'/>"), signing.WhySyntax, 2},
		{"a prefix of 257 bytes", in("<" + strings.Repeat("n", 257) + ":b/>"), signing.WhyLimit, 2},
		{"a namespace with a space", in("<b xmlns='urn:x y'/>"), signing.WhySyntax, 2},
	} {
		_, err := signing.Read([]byte(c.raw), signing.Limits{})
		if err == nil {
			t.Errorf("%s: accepted", c.name)
			continue
		}
		if got := why(t, err); got != c.why {
			t.Errorf("%s: %s, want %s", c.name, got, c.why)
		}
		if line := lineOf(err); line != c.line {
			t.Errorf("%s: line %d, want %d: %v", c.name, line, c.line, err)
		}
	}
}

// TestReadAccepts: what looks wrong and is right. The second column is the text
// of the first child.
func TestReadAccepts(t *testing.T) {
	for _, c := range []struct{ name, raw, want string }{
		{"references", "<a><b>&lt;&gt;&amp;&quot;&apos;&#65;&#x41;&#x1F58B;</b></a>", `<>&"'AA🖋`},
		{"line ends", "<a><b>1\r\n2\r3\n4&#13;</b></a>", "1\n2\n3\n4\r"},
		{"CDATA between text", "<a><b>1<![CDATA[<&]] >]]>2</b></a>", "1<&]] >2"},
		{"CDATA with line ends and what looks like a reference", "<a><b><![CDATA[&amp;\r\n2]]></b></a>", "&amp;\n2"},
		{"CDATA with line ends", "<a><b><![CDATA[1\r\n2]]></b></a>", "1\n2"},
		{"brackets", "<a><b>]] > ] ]&gt;</b></a>", "]] > ] ]>"},
		{"no text", "<a><b></b></a>", ""},
		{"an empty tag", "<a><b /></a>", ""},
		{"letters beyond ASCII in names", "<a><Tên>x</Tên></a>", "x"},
		{"> in a value", "<a><b c='>]]>'>x</b></a>", "x"},
		{"a byte order mark", "\uFEFF<?xml version=\"1.0\" encoding='utf-8' standalone='yes' ?>\n<a><b>x</b></a>", "x"},
		{"comments outside the root", "<!----><!-- > -->\n<a><b>x</b></a>\r\n<!-- y -->", "x"},
		{"xml declared as what it is", "<a xmlns:xml='http://www.w3.org/XML/1998/namespace'><b xml:lang='vi'>x</b></a>", "x"},
		{"a scheme with digits and signs", "<a><b xmlns='a+b-1.C:x'>x</b></a>", "x"},
		{"the default namespace undone", "<a xmlns='urn:x'><b xmlns=''>x</b></a>", "x"},
		{"the last character", "<a><b>\U0010FFFF</b></a>", "\U0010FFFF"},
	} {
		d, err := signing.Read([]byte(c.raw), signing.Limits{})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		for b := range d.Root().Children() {
			if got, err := b.Text(); got != c.want || err != nil {
				t.Errorf("%s: %q, %v, want %q", c.name, got, err, c.want)
			}
		}
	}
}
