package signing_test

import (
	"strings"
	"testing"
)

// TestHostileSyntax: what is not well-formed, what other parsers repair, and
// what they do not write as they have read it.
func TestHostileSyntax(t *testing.T) {
	for _, k := range kits(t, someShapes(t, 6)) {
		k.refused(k.malformed())
		k.refused(k.inserted())
		k.refused(k.cutShort())
	}
}

// malformed are documents as a whole.
func (k *kit) malformed() (all []attack) {
	for _, raw := range []string{
		"", " ", "\n", "x", "<", "</", "<>", "</>", "<!>", "<?>", "<!---->", "<!-- x", "<?xml version='1.0'?>", "\uFEFF", "<a", "<a ", "<a b", "<a b=", "<a b='", "<a b='c", "<a b='c'", "<a b='c'/",
		"<edXML/>", "<edXML></edXML>", `<edXML xmlns="urn:e"/>`, "{}", "%PDF-1.7", "PK\x03\x04", "<html>", "--boundary\r\n\r\n" + k.good, "\x00", strings.Repeat("<", 100), strings.Repeat(">", 100), strings.Repeat("&", 100),
		k.sig, k.inner, k.good[1:], k.good[:len(k.good)-1], k.good + k.good, strings.ToUpper(k.good), k.root, k.end, k.root + k.end, k.whole(k.sig),
		`<ds:Signature xmlns:ds="` + dsig1 + `"/>`, k.whole(`<ds:Signature xmlns:ds="` + dsig1 + `"/>`), k.whole(`<ds:Signature xmlns:ds="` + dsig1 + `"><ds:SignedInfo/></ds:Signature>`),
		strings.Replace(k.good, "<ds:SignedInfo>", `<ds:SignedInfo xmlns:ds="urn:x">`, 1), strings.Replace(k.good, "<ds:SignedInfo>", `<SignedInfo>`, 1), strings.ReplaceAll(k.good, "ds:SignatureValue", "SignatureValue"),
		strings.ReplaceAll(k.good, "ds:SignedInfo", "ds:signedInfo"), strings.ReplaceAll(k.good, "<ds:KeyInfo>", "<ds:KeyInfo/><ds:KeyInfo>"),
	} {
		all = append(all, attack{"the whole is " + raw[:min(len(raw), 40)], raw})
	}
	return all
}

// inserted are pieces in the middle of a signed document.
func (k *kit) inserted() (all []attack) {
	for _, piece := range []string{
		"<!>", "<!x>", "<!-->", "<!--->", "<!-- -- -->", "<!-- --->", "<!--x", "<![CDATA[", "<![cdata[]]>", "<![CDATA []]>", "]]>", "<![IGNORE[x]]>", "<?x?>", "<?x", "<?xml version='1.0'?>", "<?XML x?>", "<??>", "<? x?>",
		"<xmlns:a/>", "<xmlns/>x</b>", "<a:b/>", "<:a/>", "<a:/>", "<a::b/>", "<a:b:c/>", "<1/>", "<-a/>", "<.a/>", "<a b/>", "<a b=c/>", "<a b='c'd='e'/>", "<a b='c' b='d'/>", "<a b='<'/>", "<a b='&'/>", "<a 'b'/>", "<a =''/>", "<a / >", "<a/ >", "< a/>", "<a/",
		"</a>", "<a></b>", "<a></A>", "<a></a b='c'>", "<a><b></a></b>", "<a>", "<a", "<a\x00/>", "<a>b</a", "<\u00D7/>", "<a>\u0000</a>",
		`<a xmlns:b=""/>`, `<a xmlns:xml="urn:x"/>`, `<a xmlns:b="http://www.w3.org/XML/1998/namespace"/>`, `<a xmlns:xmlns="urn:x"/>`, `<a xmlns:b="http://www.w3.org/2000/xmlns/"/>`, `<a xmlns="http://www.w3.org/2000/xmlns/"/>`, `<a xmlns="http://www.w3.org/XML/1998/namespace"/>`,
		`<a xmlns:b="urn:x" xmlns:b="urn:y"/>`, `<a xmlns="urn:x" xmlns="urn:x"/>`, `<a xmlns:b="urn:x" xmlns:c="urn:x" b:d="" c:d=""/>`, `<a xmlns="rel"/>`, `<a xmlns:b="#frag"/>`, `<a xmlns:="urn:x"/>`, `<a :b="c"/>`, `<a b:="c"/>`, `<a xmlns:b:c="urn:x"/>`, `<a x:b="c"/>`, `<a xmlns:b="urn:x" b:c:d=""/>`,
		"&", "&x;", "&#x;", "<a b='&x;'/>", "<a xml:b:c=''/>", `<a xmlns="urn:&#0;"/>`, "<a b='\x01'/>", "<a b=\u201Cc\u201D/>", "<a\u00A0b='c'/>", "<a\u2028/>", "<\uFEFFa/>", "\v", "<a b='c", `<a b="c'/>`,
	} {
		for name, at := range map[string]string{"in the document": "<e:To>", "in the signature": "<ds:SignedInfo>", "in KeyInfo": "<ds:X509Data>", "at the end": k.end} {
			all = append(all, attack{piece + " " + name, strings.Replace(k.good, at, piece+at, 1)})
		}
	}
	for _, attr := range []string{`xmlns="urn:e"`, `xmlns:e="urn:e"`} {
		all = append(all, attack{"twice " + attr, strings.Replace(k.good, attr, attr+" "+attr, 1)}, attack{"first another than " + attr, strings.Replace(k.good, attr, strings.Replace(attr, `urn:e`, "urn:x", 1)+" "+attr, 1)},
			attack{"not " + attr, strings.Replace(k.good, attr, "", 1)})
	}
	return append(all, attack{"an attribute of an end tag", strings.Replace(k.good, "</e:To>", `</e:To a="b">`, 1)}, attack{"an end tag's prefix", strings.Replace(k.good, "</e:To>", "</To>", 1)},
		attack{"a signed attribute again", strings.Replace(k.of(strings.Replace(k.forger.document, "<e:Subject>", `<e:Subject a="b">`, 1)), `a="b"`, `a="c" a="b"`, 1)})
}

// cutShort ends after each byte.
func (k *kit) cutShort() (all []attack) {
	for n := range len(k.good) {
		all = append(all, attack{"cut short", k.good[:n]})
	}
	return all
}

// TestLegalOddities: documents that conforming software may write, each signed as
// it stands. They are the other side of the rules above: none of those costs one
// of these.
func TestLegalOddities(t *testing.T) {
	for _, k := range kits(t, someShapes(t, 24)) {
		k.accepted(k.oddities())
	}
}

func (k *kit) oddities() (all []attack) {
	for name, pair := range map[string][2]string{
		"lines":                           {"><", ">\n<"},
		"lines of Windows":                {"><", ">\r\n<"},
		"tabs and lines":                  {"><e:", ">\n\t\t<e:"},
		"references":                      {goodSubject, "A &amp; B &lt;C&gt; &quot;&apos; &#x1EA1;&#13;&#10;"},
		"CDATA":                           {goodSubject, "<![CDATA[A & B <C>]]>]]<![CDATA[>]]>"},
		"beyond the BMP":                  {goodSubject, "\U00020B9F \U0001F58B"},
		"a byte order mark inside":        {goodSubject, "\uFEFFV/v"},
		"brackets":                        {goodSubject, "]] > ]>"},
		"a long text":                     {"UERG", strings.Repeat("QUJDREVG", 10_000)},
		"many lines":                      {"UERG", strings.Repeat("QUJDREVG\r\n", 5_000)},
		"attributes":                      {"<e:Subject>", `<e:Subject b="2" a='1"&#10;' xml:lang="vi" e:z="3">`},
		"attributes of two namespaces":    {"<e:Subject>", `<e:Subject xmlns:z="urn:a" xmlns:a="urn:z" z:b="1" a:b="2" b="3">`},
		"a line in an attribute":          {"<e:Subject>", "<e:Subject a='1\n2\t3\r\n4'>"},
		"declarations that nobody uses":   {"<e:Subject>", `<e:Subject xmlns:u="urn:u" xmlns:v="urn:v">`},
		"a prefix with two meanings":      {"<e:Subject>", `<f:x xmlns:f="urn:f"><f:x xmlns:f="urn:g"/><f:y/></f:x><e:Subject>`},
		"a default undone":                {"<Content>", `<x xmlns=""><y/></x><Content>`},
		"an empty placeholder":            {"<e:To>", "<e:Signature></e:Signature><e:To>"},
		"comments":                        {"<e:To>", "<!-- x --><e:To><!-- y -->"},
		"an element's name in letters":    {"<e:Subject>", "<e:Tên-gọi.1/><e:Subject>"},
		"the longest allowed attribute":   {"<e:Subject>", `<e:Subject a="` + strings.Repeat("v", 8<<10) + `">`},
		"as deep as is allowed":           {"<e:Subject>", strings.Repeat("<x>", 25) + strings.Repeat("</x>", 25) + "<e:Subject>"},
		"xml:space":                       {"<e:Subject>", `<e:Subject xml:space="preserve">`},
		"xml:lang on the way":             {"<e:edXMLHeader>", `<e:edXMLHeader xml:lang="vi">`},
		"300 addressees":                  {"<e:Subject>", strings.ReplaceAll(addressees(300), "@", "&#64;") + "<e:Subject>"},
		"a text that looks like markup":   {goodSubject, "&lt;ds:Signature&gt;"},
		"a comment that looks like it":    {"<e:To>", "<!--<ds:Signature>--><e:To>"},
		"an attribute that looks like it": {"<e:To>", `<e:To a="&lt;ds:Signature>">`},
	} {
		all = append(all, attack{name, k.of(strings.ReplaceAll(k.forger.document, pair[0], pair[1]))})
	}
	for name, edit := range map[string]func(string) string{
		"pretty":            func(s string) string { return strings.ReplaceAll(s, "><", ">\n  <") },
		"pretty by Windows": func(s string) string { return strings.ReplaceAll(s, "><", ">\r\n  <") },
		"no prefix": func(s string) string {
			return strings.NewReplacer("<ds:", "<", "</ds:", "</", "xmlns:ds=", "xmlns=").Replace(s)
		},
		"another prefix": func(s string) string {
			return strings.NewReplacer("<ds:", "<ký:", "</ds:", "</ký:", "xmlns:ds=", "xmlns:ký=").Replace(s)
		},
		"ids": func(s string) string {
			return strings.NewReplacer("<ds:SignedInfo>", `<ds:SignedInfo Id="si">`, "<ds:KeyInfo>", `<ds:KeyInfo Id="ki">`, "<ds:SignatureValue>", `<ds:SignatureValue Id="sv">`, "<ds:Signature ", `<ds:Signature Id="s" `).Replace(s)
		},
		"hints": func(s string) string {
			return strings.Replace(s, "</ds:X509Data>", "<ds:X509SubjectName>CN=x</ds:X509SubjectName><ds:X509SKI>AAAA</ds:X509SKI></ds:X509Data>", 1)
		},
		"the authority's certificate too": func(s string) string {
			return strings.Replace(s, "</ds:X509Data>", "<ds:X509Certificate>"+encode(k.ca.Cert.Raw)+"</ds:X509Certificate></ds:X509Data>", 1)
		},
		"a stranger's certificate too": func(s string) string {
			return strings.Replace(s, "</ds:X509Data>", "<ds:X509Certificate>"+encode(k.foreign.Cert.Raw)+"</ds:X509Certificate></ds:X509Data>", 1)
		},
		"lines in base64": func(s string) string { return strings.ReplaceAll(s, "=</ds:DigestValue>", "=\n \t</ds:DigestValue>") },
		"single quotes":   func(s string) string { return strings.ReplaceAll(s, `"`, "'") },
		"declared again": func(s string) string {
			return strings.Replace(s, "<ds:SignedInfo>", `<ds:SignedInfo xmlns:ds="`+dsig1+`">`, 1)
		},
		"full tags":      open,
		"spaces in tags": func(s string) string { return strings.ReplaceAll(s, "/>", "\n/>") },
		"a PrefixList": k.ifExclusive(func(s string) string {
			return strings.Replace(s, `<ds:CanonicalizationMethod Algorithm="`+k.shape.form+`"/>`, `<ds:CanonicalizationMethod Algorithm="`+k.shape.form+`">`+prefixList("zz")+"</ds:CanonicalizationMethod>", 1)
		}),
		"an empty list": k.ifExclusive(func(s string) string {
			return strings.Replace(s, `<ds:CanonicalizationMethod Algorithm="`+k.shape.form+`"/>`, `<ds:CanonicalizationMethod Algorithm="`+k.shape.form+`">`+prefixList("")+"</ds:CanonicalizationMethod>", 1)
		}),
	} {
		all = append(all, attack{"a signature with " + name, k.edit(edit)})
	}
	return all
}

func (k *kit) ifExclusive(edit func(string) string) func(string) string {
	if isExclusive(k.shape.form) {
		return edit
	}
	return func(s string) string { return s }
}
