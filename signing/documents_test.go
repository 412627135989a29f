package signing_test

import (
	"fmt"
	"strings"
)

// documents are unsigned envelopes of different makings, by what is special in
// them.
func documents() map[string]string {
	return map[string]string{
		"plain":             envelope("Công văn"),
		"crlf":              strings.ReplaceAll(envelope("Công văn"), "\n", "\r\n"),
		"byte order mark":   "\uFEFF" + envelope("Công văn"),
		"references":        envelope("A &amp; B &lt;C&gt; &#x1EA1;&#13;&quot;"),
		"cdata":             envelope("<![CDATA[A & B <C> ]] >]]>"),
		"beyond the BMP":    envelope("\U00020B9F \U0001F58B"),
		"comments":          envelope("x") + "<!-- after the root -->\n",
		"empty tags":        strings.Replace(envelope("x"), "<e:Subject>x</e:Subject>", "<e:Subject/><e:Content />", 1),
		"attributes":        strings.Replace(envelope("x"), "<e:Subject>", "<e:Subject b=\"2\" a='\"&#10;&lt;>'\n xml:lang=\"vi\">", 1),
		"bare placeholder":  strings.Replace(envelope("x"), "</e:edXMLHeader>", "<e:Signature></e:Signature></e:edXMLHeader>", 1),
		"space in end tags": strings.ReplaceAll(envelope("x"), "</e:Subject>", "</e:Subject\n>"),
		"a foreign header":  strings.Replace(envelope("x"), "<e:edXMLHeader>", `<edXMLHeader xmlns="urn:x">y</edXMLHeader><e:edXMLHeader>`, 1),
		"300 addressees":    strings.Replace(envelope("x"), "<e:Subject>", addressees(300)+"<e:Subject>", 1),
	}
}

// envelope is a small document with the given subject, as XML.
func envelope(subject string) string {
	return `<?xml version="1.0" encoding="UTF-8"?>
<edXML xmlns="urn:test:edxml">
  <e:edXMLEnvelope xmlns:e="urn:test:edxml">
    <e:edXMLHeader>
      <e:MessageHeader>
        <e:From><e:OrganId>000.00.31.H44</e:OrganId></e:From>
        <e:To><e:OrganId>000.00.24.H44</e:OrganId></e:To>
        <e:Subject>` + subject + `</e:Subject>
      </e:MessageHeader>
    </e:edXMLHeader>
  </e:edXMLEnvelope>
</edXML>
`
}

func addressees(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "<e:To><e:OrganId>000.%02d.%02d.H44</e:OrganId><e:OrganName>Xã Mẫu số %d</e:OrganName>\n"+
			"<e:OrganAdd>Thôn %d</e:OrganAdd><e:Email>xa%d@example.vn</e:Email></e:To>\n", i/100, i%100, i, i, i)
	}
	return b.String()
}
