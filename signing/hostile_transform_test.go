package signing_test

import (
	"fmt"
	"strings"
	"testing"
)

// TestHostileTransforms: transforms choose what is hashed, so there is one list
// of them that is taken. All are signed as they stand.
func TestHostileTransforms(t *testing.T) {
	for _, k := range kits(t, someShapes(t, 12)) {
		k.refused(k.transforms())
	}
}

func transform(uri, inner string) string {
	return `<ds:Transform Algorithm="` + uri + `">` + inner + "</ds:Transform>"
}

func (k *kit) transforms() (all []attack) {
	const (
		xpath, filter2 = "http://www.w3.org/TR/1999/REC-xpath-19991116", "http://www.w3.org/2002/06/xmldsig-filter2"
		notSignature   = "<ds:XPath>not(ancestor-or-self::ds:Signature)</ds:XPath>"
		xslt           = `<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"><xsl:template match="/"/></xsl:stylesheet>`
		subtract       = `<x:XPath xmlns:x="` + filter2 + `" Filter="subtract">//*</x:XPath>`
	)
	enveloped, c14n := transform(dsig1+"enveloped-signature", ""), transform(k.shape.ref, "")
	for name, list := range map[string]string{
		"none": "", "enveloped twice": enveloped + enveloped, "enveloped last": c14n + enveloped, "canonicalisation alone": c14n, "twice canonical": enveloped + c14n + c14n,
		"canonical by two ways": enveloped + transform(inclusive, "") + transform(exclusive, ""), "many": enveloped + strings.Repeat(c14n, 500), "many enveloped": strings.Repeat(enveloped, 500),
		"XSLT": transform("http://www.w3.org/TR/1999/REC-xslt-19991116", xslt), "XSLT after enveloped": enveloped + transform("http://www.w3.org/TR/1999/REC-xslt-19991116", xslt),
		"XPath": transform(xpath, notSignature), "XPath after enveloped": enveloped + transform(xpath, notSignature), "XPath that takes nothing": enveloped + transform(xpath, "<ds:XPath>false()</ds:XPath>"), "XPath before it": transform(xpath, notSignature) + enveloped + c14n,
		"XPath filter 2": transform(filter2, subtract), "filter 2 after enveloped": enveloped + transform(filter2, subtract), "base64": transform(dsig1+"base64", ""), "base64 after enveloped": enveloped + transform(dsig1+"base64", ""),
		"decryption": enveloped + transform("http://www.w3.org/2002/07/decrypt#XML", ""), "decryption of binary": transform("http://www.w3.org/2002/07/decrypt#Binary", ""), "2.0": enveloped + transform("http://www.w3.org/2010/xml-c14n2", ""),
		"of a token": enveloped + transform("http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#STR-Transform", ""), "an unknown one": enveloped + transform("urn:x", ""), "without a name": enveloped + "<ds:Transform/>", "an empty name": enveloped + transform("", ""),
		"the first without a name": "<ds:Transform/>" + c14n, "enveloped by another name": transform("http://www.w3.org/2000/09/xmldsig#enveloped-signature ", "") + c14n, "in capitals": transform(strings.ToUpper(dsig1+"enveloped-signature"), "") + c14n,
		"text in enveloped": transform(dsig1+"enveloped-signature", "x") + c14n, "an element in canonicalisation": enveloped + transform(k.shape.ref, "<x/>"), "text in canonicalisation": enveloped + transform(k.shape.ref, "x"),
		"XPath in canonicalisation": enveloped + transform(k.shape.ref, notSignature), "a list that is none": enveloped + transform(k.shape.ref, `<InclusiveNamespaces PrefixList="e"/>`), "two lists": enveloped + transform(exclusive, strings.Repeat(prefixList("e"), 2)),
		"a list with too many": enveloped + transform(exclusive, prefixList(strings.Repeat("e ", 17))), "a list and text": enveloped + transform(exclusive, "x"+prefixList("e")), "a list with content": enveloped + transform(exclusive, strings.Replace(prefixList("e"), "/>", `>x</x:InclusiveNamespaces>`, 1)),
		"a list of the inclusive form": enveloped + transform(inclusive, prefixList("e")), "another element": "<ds:Transforms/>" + enveloped, "text": "x" + enveloped + c14n, "no elements of XML-DSig": strings.ReplaceAll(enveloped+c14n, "ds:", ""),
	} {
		all = append(all, attack{"transforms: " + name, k.withTransforms(list)})
	}
	return append(all, attack{"Transforms is missing", k.edit(func(s string) string { return cutOut(s, "<ds:Transforms>", "</ds:Transforms>", "") })},
		attack{"Transforms twice", k.edit(func(s string) string {
			return strings.Replace(s, "<ds:Transforms>", "<ds:Transforms/><ds:Transforms>", 1)
		})})
}

func prefixList(prefixes string) string {
	return `<x:InclusiveNamespaces xmlns:x="` + exclusive + `" PrefixList="` + prefixes + `"/>`
}

func (k *kit) withTransforms(list string) string {
	return k.edit(func(s string) string {
		return cutOut(s, "<ds:Transforms>", "</ds:Transforms>", "<ds:Transforms>"+list+"</ds:Transforms>")
	})
}

// cutOut replaces everything from a tag to another, both included.
func cutOut(s, from, to, with string) string {
	head, rest, _ := strings.Cut(s, from)
	_, tail, _ := strings.Cut(rest, to)
	return head + with + tail
}

// TestHostileReferences: one Reference to the whole document, and nothing that
// some verifiers check and others pass over.
func TestHostileReferences(t *testing.T) {
	for _, k := range kits(t, someShapes(t, 8)) {
		k.refused(k.references())
	}
}

func (k *kit) references() (all []attack) {
	reference := func(uri, more string, sum []byte) string {
		return `<ds:Reference URI="` + uri + `"` + more + `><ds:Transforms>` + transform(exclusive, "") + `</ds:Transforms><ds:DigestMethod Algorithm="` + xmlenc + `sha256"/><ds:DigestValue>` + encode(sum) + "</ds:DigestValue></ds:Reference>"
	}
	zeros := make([]byte, 32)
	for name, second := range map[string]string{
		"the same with another digest": reference(k.forger.uri, "", zeros), "an external one": reference("http://example.vn/", "", zeros), "an attachment": reference("cid:att0", "", zeros), "an element": reference("#att0", "", zeros),
		"a manifest": reference("#m", ` Type="http://www.w3.org/2000/09/xmldsig#Manifest"`, zeros), "an Object": reference("#o", ` Type="http://www.w3.org/2000/09/xmldsig#Object"`, zeros), "KeyInfo": reference("#k", "", zeros),
		"SignedInfo itself": reference("#s", "", zeros), "without URI": strings.Replace(reference("", "", zeros), ` URI=""`, "", 1), "properties that are not there": reference("#p", ` Type="http://uri.etsi.org/01903#SignedProperties"`, zeros),
		"the whole document called properties": reference("", ` Type="http://uri.etsi.org/01903#SignedProperties"`, zeros),
	} {
		all = append(all, attack{"second: " + name, k.edit(func(s string) string { return strings.Replace(s, "</ds:Reference>", "</ds:Reference>"+second, 1) })},
			attack{"first: " + name, k.edit(func(s string) string { return strings.Replace(s, "<ds:Reference ", second+"<ds:Reference ", 1) })},
			attack{"alone: " + name, k.edit(func(s string) string { return cutOut(s, "<ds:Reference ", "</ds:Reference>", second) })},
			attack{"many: " + name, k.edit(func(s string) string {
				return strings.Replace(s, "</ds:Reference>", "</ds:Reference>"+strings.Repeat(second, 900), 1)
			})})
	}
	return append(all, attack{"twice the same", k.edit(func(s string) string {
		i, j := strings.Index(s, "<ds:Reference "), strings.Index(s, "</ds:Reference>")+len("</ds:Reference>")
		return s[:j] + s[i:j] + s[j:]
	})}, attack{"none", k.edit(func(s string) string { return cutOut(s, "<ds:Reference ", "</ds:Reference>", "") })},
		attack{"none but a manifest's", k.edit(func(s string) string {
			i, j := strings.Index(s, "<ds:Reference "), strings.Index(s, "</ds:Reference>")+len("</ds:Reference>")
			return s[:i] + "<ds:Manifest>" + s[i:j] + "</ds:Manifest>" + s[j:]
		})},
		attack{"the properties are forged", k.forgedProperties("", "2026-01-01T00:00:00Z")}, attack{"the properties are of another signature", k.forgedProperties("x", "")})
}

// forgedProperties refer to XAdES properties by a digest that is not theirs, or
// that stand outside of the signature.
func (k *kit) forgedProperties(place, when string) string {
	const xades = "http://uri.etsi.org/01903/v1.3.2#"
	properties := fmt.Sprintf(`<xades:QualifyingProperties xmlns:xades="%s" Target="#sig"><xades:SignedProperties Id="p"><xades:SignedSignatureProperties><xades:SigningTime>%s</xades:SigningTime></xades:SignedSignatureProperties></xades:SignedProperties></xades:QualifyingProperties>`, xades, when)
	f := k.forger
	if place != "" {
		f.document = strings.Replace(f.document, "<AttachmentEncoded>", properties+"<AttachmentEncoded>", 1)
	}
	f.edit = func(s string) string {
		s = strings.Replace(s, "<ds:Signature ", `<ds:Signature Id="sig" `, 1)
		s = strings.Replace(s, "</ds:Reference>", `</ds:Reference><ds:Reference URI="#p" Type="http://uri.etsi.org/01903#SignedProperties"><ds:Transforms>`+transform(exclusive, "")+
			`</ds:Transforms><ds:DigestMethod Algorithm="`+xmlenc+`sha256"/><ds:DigestValue>`+encode(make([]byte, 32))+"</ds:DigestValue></ds:Reference>", 1)
		if place == "" {
			s = strings.Replace(s, "</ds:Signature>", object(properties)+"</ds:Signature>", 1)
		}
		return s
	}
	return string(f.make(k.t))
}

// TestPrefixListIsSplitAsXML: a no-break space is part of a prefix that nothing
// has, and no space between two.
func TestPrefixListIsSplitAsXML(t *testing.T) {
	k := kits(t, []shape{{"header", "", exclusive, exclusive, "rsa-sha256"}})[0]
	f := k.forger
	f.document = strings.Replace(f.document, "<AttachmentEncoded>", `<AttachmentEncoded xmlns:zz="urn:zz">`, 1)
	for list, prefixes := range map[string][]string{"zz\u00A0yy": nil, "zz yy": {"zz"}, "zz\tyy": {"zz"}, "zz&#10;yy": {"zz"}} {
		f.prefixes = prefixes
		f.edit = listPrefixes(exclusive, list)
		k.accepted([]attack{{"PrefixList " + list, string(f.make(t))}})
	}
}
