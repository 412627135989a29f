package signing_test

import (
	"strings"
	"testing"
)

// TestHostileProlog: what stands around the root is not hashed when the
// Reference names an id, and a document type changes what is inside. Nothing but
// white space and comments is let pass; both mean nothing.
func TestHostileProlog(t *testing.T) {
	for _, k := range kits(t, someShapes(t, 16)) {
		k.refused(k.prologs())
		k.refused(k.epilogs())
		k.refused(k.entities())
	}
}

// prologs stand before the root.
func (k *kit) prologs() (all []attack) {
	const decl = `<?xml version="1.0" encoding="UTF-8"?>`
	for _, more := range []string{
		"<!DOCTYPE edXML>", "<!DOCTYPE edXML []>", `<!DOCTYPE edXML SYSTEM "http://example.vn/x.dtd">`, `<!DOCTYPE edXML PUBLIC "-//X" "x.dtd">`,
		`<!DOCTYPE edXML [<!ELEMENT edXML ANY>]>`, `<!DOCTYPE edXML [<!ATTLIST edXML Id ID "doc">]>`, `<!DOCTYPE edXML [<!ATTLIST e:Subject a CDATA "b">]>`,
		`<!DOCTYPE edXML [<!NOTATION n SYSTEM "x">]>`, `<!DOCTYPE edXML [<!ENTITY amp "x">]>`, `<!DOCTYPE edXML [<?x y?>]>`, "<!doctype edXML>", "<!DOCTYPE",
		`<!DOCTYPE edXML [<!ENTITY % p SYSTEM "http://example.vn/"> %p;]>`, "<!ENTITY x 'y'>", "<!ELEMENT edXML ANY>", "<!>", "<![CDATA[]]>", "<![INCLUDE[]]>",
		`<?xml-stylesheet href="x.xsl" type="text/xsl"?>`, "<?x?>", "<?x y?>", "<?XML version='1.0'?>", "<?xml?>", "<?xml version='1.0'?>" + decl,
		"x", "&#32;", "&amp;", "<a/>", "<a></a>", "\x00", "\v", "\u00A0", "\u2028", "\u200B", "<!-- -- -->", "<!-->", "<!--->", "<!-- ",
		`<?xml version="1.1"?>`, `<?xml version="2.0"?>`, `<?xml version=""?>`, `<?xml version="1.0" encoding="UTF-16"?>`, `<?xml version="1.0" encoding=""?>`,
		`<?xml encoding="UTF-8"?>`, `<?xml encoding="UTF-8" version="1.0"?>`, `<?xml version="1.0" standalone="maybe"?>`, `<?xml version="1.0" standalone="yes" encoding="UTF-8"?>`,
		`<?xml version="1.0" foo="bar"?>`, `<?xml version="1.0"encoding="UTF-8"?>`, `<?xml version=1.0?>`, `<?xml version="1.0'?>`, `<?xml version="1.0" encoding="UTF-8" ?`,
		" " + decl, "\n" + decl, "<!-- x -->" + decl, "\uFEFF\uFEFF", decl + "\uFEFF", "\uFEFF" + decl + decl,
		`<?xml version="1.0" encoding="UTF-8" ` + strings.Repeat(" ", 300) + "?>",
	} {
		all = append(all, attack{"before the root: " + more, more + k.good})
		if !strings.HasPrefix(more, "<?xml ") && !strings.HasPrefix(more, "\uFEFF") && !strings.Contains(more, decl) {
			all = append(all, attack{"after the declaration: " + more, decl + "\n" + more + "\n" + k.good},
				attack{"after a comment: " + more, "<!-- x -->" + more + k.good})
		}
	}
	return all
}

// epilogs stand after it, or never end.
func (k *kit) epilogs() (all []attack) {
	for _, more := range []string{
		"x", "&#32;", "<?x?>", "<?xml-stylesheet href='x'?>", "<!DOCTYPE edXML>", "<a/>", "</edXML>", "</a>", "<![CDATA[]]>", "<!-- ", "<!-- -- -->", "<", "<!", "<?",
		"\x00", "\x1A", "\v", "\uFEFF", "\u00A0", "\xFF", "]]>", k.good, "\n" + k.good, k.original(), "<?xml version='1.0'?>", "<!--->",
	} {
		all = append(all, attack{"after the root: " + more, k.good + more}, attack{"after the root and a line: " + more, k.good + "\n" + more})
	}
	return all
}

// entities are declared, and used in the signed part, or not declared at all.
func (k *kit) entities() (all []attack) {
	for name, dtd := range map[string]string{
		"internal": `<!ENTITY x "` + goodSubject + `">`, "external": `<!ENTITY x SYSTEM "file:///etc/passwd">`, "by http": `<!ENTITY x SYSTEM "http://example.vn/">`,
		"by parameter": `<!ENTITY % p "<!ENTITY x 'y'>"> %p;`, "nested": `<!ENTITY a "aa"><!ENTITY b "&a;&a;"><!ENTITY x "&b;&b;&b;">`, "itself": `<!ENTITY x "&x;">`,
		"unparsed": `<!NOTATION n SYSTEM "n"><!ENTITY x SYSTEM "x" NDATA n>`, "a predefined one": `<!ENTITY lt "&#38;#60;">`,
	} {
		doc := "<!DOCTYPE edXML [" + dtd + "]>"
		all = append(all, attack{"declared, " + name, doc + k.good}, attack{"used, " + name, doc + strings.Replace(k.good, goodSubject, "&x;", 1)},
			attack{"used in an attribute, " + name, doc + strings.Replace(k.good, `"urn:e"`, `"&x;"`, 1)})
	}
	for _, ref := range []string{"&x;", "&nbsp;", "&AMP;", "&;", "&", "&amp", "& amp;", "&#;", "&#x;", "&#X41;", "&#65", "&#-65;", "&#+65;", "&# 65;", "&#0;", "&#8;", "&#xB;", "&#xFFFE;", "&#xFFFF;",
		"&#xD800;", "&#xDFFF;", "&#x110000;", "&#4294967361;", "&#x100000041;", "&#x00000000000000041;", "%x;", "&#x;41;", "&#x4g;"} {
		if ref == "%x;" {
			all = append(all, attack{"a parameter entity", strings.Replace(k.good, goodSubject, ref, 1)})
			continue
		}
		all = append(all, attack{ref + " in text", strings.Replace(k.good, "V/v", "V/v"+ref, 1)},
			attack{ref + " in an attribute", strings.Replace(k.good, "<e:Subject>", `<e:Subject a="`+ref+`">`, 1)},
			attack{ref + " in base64", strings.Replace(k.good, "<ds:SignatureValue>", "<ds:SignatureValue>"+ref, 1)})
	}
	return all
}
