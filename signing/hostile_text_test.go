package signing_test

import (
	"strings"
	"testing"
)

// TestHostileText: canonicalisation forgets comments and how a character was
// written, and readers do not all. Signed values that somebody could read in two
// ways are refused; those that all read alike are what was signed.
func TestHostileText(t *testing.T) {
	for _, k := range kits(t, someShapes(t, 24)) {
		k.refused(k.brokenValues())
		k.refused(k.changedValues())
		k.same(k.writtenOtherwise())
	}
}

// brokenValues have something in the middle of a value.
func (k *kit) brokenValues() (all []attack) {
	base64 := func(name string) string {
		i := strings.Index(k.good, "<ds:"+name+">") + len("<ds:"+name+">")
		return k.good[i : i+8]
	}
	for _, value := range []struct{ name, text string }{
		{"OrganId", goodOrgan}, {"Subject", goodSubject}, {"Content", "UERG"},
		{"DigestValue", base64("DigestValue")}, {"SignatureValue", base64("SignatureValue")}, {"X509Certificate", base64("X509Certificate")},
	} {
		half := len(value.text) / 2
		for half > 0 && value.text[half] >= 0x80 {
			half--
		}
		for name, piece := range map[string]string{
			"a comment": "<!-- -->", "an empty comment": "<!---->", "an instruction": "<?x y?>", "an element": "<b/>", "an element around": "<b></b>",
			"a comment that looks like its end": "<!--</e:OrganId>-->", "a document type": "<!DOCTYPE x>", "an entity": "&x;", "NUL": "\x00",
			"a zero width space": "\u200B", "a line": "\v", "a reference to NUL": "&#0;", "the end of CDATA": "]]>",
		} {
			put := func(where, at string) {
				all = append(all, attack{name + " " + where + " of " + value.name, strings.Replace(k.good, value.text, at, 1)})
			}
			put("in the middle", value.text[:half]+piece+value.text[half:])
			put("at the start", piece+value.text)
			if value.name == "OrganId" || value.name == "Subject" || value.name == "Content" {
				put("at the end", value.text+piece)
			}
			if strings.HasPrefix(name, "a comment") {
				put("twice in the middle", value.text[:half]+piece+piece+value.text[half:])
				put("with CDATA", "<![CDATA["+value.text[:half]+"]]>"+piece+value.text[half:])
			}
		}
	}
	for _, whole := range []string{goodOrgan, goodSubject} {
		all = append(all, attack{"another value before a comment", strings.Replace(k.good, whole, "x<!--"+whole+"-->", 1)},
			attack{"another value in a comment", strings.Replace(k.good, whole, "<!--x-->"+whole, 1)})
	}
	digest := base64("DigestValue")
	return append(all, attack{"a forged digest before a comment", strings.Replace(k.good, digest, "AAAA<!-- -->"+digest, 1)},
		attack{"a forged digest in a comment", strings.Replace(k.good, digest, "<!--AAAA-->"+digest, 1)})
}

// changedValues are not what was signed, however little it shows.
func (k *kit) changedValues() (all []attack) {
	for name, pair := range map[string][2]string{
		"a letter":              {"tuyển", "tuyên"},
		"decomposed":            {"ể", "e\u0309\u0302"},
		"a homoglyph":           {"tuy", "tuу"},
		"white space after":     {goodOrgan, goodOrgan + " "},
		"a line break after":    {goodOrgan, goodOrgan + "\n"},
		"a CR by reference":     {goodOrgan, goodOrgan + "&#13;"},
		"a soft hyphen":         {"V/v", "V/\u00ADv"},
		"right to left":         {"V/v", "\u202EV/v"},
		"capitals":              {"V/v", "v/V"},
		"two values":            {"<e:OrganId>" + goodOrgan, "<e:OrganId>" + evilOrgan + "</e:OrganId><e:OrganId>" + goodOrgan},
		"another element":       {"<e:Subject>" + goodSubject + "</e:Subject>", "<e:subject>" + goodSubject + "</e:subject>"},
		"another namespace":     {`xmlns:e="urn:e"`, `xmlns:e="urn:x"`},
		"another default":       {`<edXML xmlns="urn:e"`, `<edXML xmlns="urn:x"`},
		"an attribute":          {"<e:Subject>", "<e:Subject a='b'>"},
		"xml:lang":              {"<e:Subject>", "<e:Subject xml:lang='vi'>"},
		"a used declaration":    {"<e:Subject>" + goodSubject + "</e:Subject>", `<f:Subject xmlns:f="urn:e">` + goodSubject + `</f:Subject>`},
		"the other way round":   {"<e:From><e:OrganId>" + goodOrgan + "</e:OrganId></e:From><e:To><e:OrganId>000.00.24.H44", "<e:From><e:OrganId>000.00.24.H44</e:OrganId></e:From><e:To><e:OrganId>" + goodOrgan},
		"an element less":       {"<Content>UERG</Content>", ""},
		"an attachment's value": {"UERG", "UERH"},
		"base64 otherwise":      {"UERG", "UE RG"},
	} {
		all = append(all, attack{name, strings.Replace(k.good, pair[0], pair[1], 1)})
	}
	return all
}

// writtenOtherwise is the same document in other letters.
func (k *kit) writtenOtherwise() (all []attack) {
	for name, pair := range map[string][2]string{
		"a reference for a letter":     {"V/v tuy", "V&#47;v tuy"},
		"a hexadecimal one":            {"tuyển", "tuy&#x1EC3;n"},
		"CDATA for text":               {goodSubject, "<![CDATA[" + goodSubject + "]]>"},
		"CDATA for a part":             {"tuyển", "<![CDATA[tuy]]>ển"},
		"empty CDATA":                  {"tuyển", "<![CDATA[]]>tuyển"},
		"a comment between elements":   {"<e:To>", "<!-- x --><e:To>"},
		"a comment after the root":     {k.end, k.end + "<!-- x -->\n"},
		"a comment before the root":    {"<edXML ", "<!-- x --><edXML "},
		"white space before the root":  {"<edXML ", "\n\t<edXML "},
		"the XML declaration":          {"<edXML ", `<?xml version="1.0" encoding="utf-8" standalone="yes"?><edXML `},
		"a byte order mark":            {"<edXML ", "\uFEFF<edXML "},
		"white space in tags":          {"<e:Subject>" + goodSubject + "</e:Subject>", "<e:Subject\n>" + goodSubject + "</e:Subject \t>"},
		"single quotation marks":       {`xmlns="urn:e"`, `xmlns='urn:e'`},
		"a reference in a declaration": {`xmlns="urn:e"`, `xmlns="urn&#58;e"`},
		"the same declaration again":   {"<AttachmentEncoded>", `<AttachmentEncoded xmlns="urn:e">`},
		"an id by reference":           {`"doc"`, `"d&#111;c"`},
		"base64 in lines":              {"<ds:SignatureValue>", "<ds:SignatureValue>\n \t"},
		"a certificate in lines":       {"<ds:X509Certificate>", "<ds:X509Certificate>\r\n"},
		"a reference in a certificate": {"<ds:X509Certificate>", "<ds:X509Certificate>&#10;"},
		"the certificate's end":        {"</ds:X509Certificate>", " </ds:X509Certificate>"},
		"white space in the signature": {"<ds:KeyInfo>", "\n<ds:KeyInfo>\n"},
	} {
		if raw := strings.Replace(k.good, pair[0], pair[1], 1); raw != k.good {
			all = append(all, attack{name, raw})
		}
	}
	return all
}
