package api_test

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/lienthong/lienthong/client"
	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/internal/hubtest"
)

// A variant is a way in which the software of the field writes what we write otherwise. It must be taken.
type variant struct {
	name  string
	write func(string) string
}

const namespace = "http://www.mic.gov.vn/TBT/QCVN_102_2016"

func swap(old, with string) func(string) string {
	return func(s string) string { return strings.ReplaceAll(s, old, with) }
}

func swapRegexp(pattern, with string) func(string) string {
	re := regexp.MustCompile(pattern)
	return func(s string) string { return re.ReplaceAllString(s, with) }
}

// variants are those of documents and statuses alike.
func variants() []variant {
	unprefixed := func(s string) string {
		s = strings.NewReplacer("<edXML:", "<", "</edXML:", "</", ` xmlns:edXML="`+namespace+`"`, "").Replace(s)
		return s
	}
	return []variant{
		{"as we write it", func(s string) string { return s }},
		{"no prefixes", unprefixed},
		{"all prefixed", func(s string) string {
			s = strings.Replace(unprefixed(s), `<edXML xmlns="`+namespace+`"`, `<edXML xmlns:edXML="`+namespace+`"`, 1)
			return regexp.MustCompile(`<(/?)([A-Za-z])`).ReplaceAllString(s, "<${1}edXML:$2")
		}},
		{"root EdXML", func(s string) string {
			s = strings.Replace(s, "<edXML xmlns", "<EdXML xmlns", 1)
			return strings.TrimSuffix(strings.TrimSpace(s), "</edXML>") + "</EdXML>"
		}},
		{"line ends of Windows", func(s string) string {
			return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\n", "\r\n")
		}},
		{"no line ends", swapRegexp(`>\s+<`, "><")},
		{"schemas of .NET", swap(`<edXML xmlns`, `<edXML xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns`)},
		{"no names", swapRegexp(`<edXML:OrganName>[^<]*</edXML:OrganName>`, "")},
		{"empty elements", swap(`</edXML:From>`, `<edXML:OrganAdd></edXML:OrganAdd><edXML:Email/><edXML:Telephone/><edXML:Fax/><edXML:Website/></edXML:From>`)},
		{"white space in values", swapRegexp(`<edXML:OrganId>([^<]*)</edXML:OrganId>`, "<edXML:OrganId>\n  $1 </edXML:OrganId>")},
	}
}

// documentVariants are those that only documents have.
func documentVariants() []variant {
	return append(variants(), []variant{
		{"a trace without an agency", swapRegexp(`(?s)(<edXML:TraceHeader>)\s*<edXML:OrganId>[^<]*</edXML:OrganId>`, "$1")},
		{"content ids without cid", swap("cid:", "")},
		{"a type that the bytes are not", swap("application/pdf", "application/zip")},
		{"no detail of the type", swapRegexp(`<edXML:TypeDetail>[^<]*</edXML:TypeDetail>`, "")},
		{"actor and mustUnderstand", swap("<edXML:TraceHeaderList>", `<edXML:TraceHeaderList id="t" version="1.0" mustUnderstand="1" actor="http://schemas.xmlsoap.org/soap/actor/next">`)},
		{"links of .NET", swapRegexp(`<edXML:Reference>`, `<edXML:Reference xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="cid:a" xlink:role="XLinkRole" xlink:type="simple">`)},
	}...)
}

// All four kinds are taken in every variant, act on what they name, and arrive byte for byte.
func TestKindsInTheVariantsOfTheField(t *testing.T) {
	h := checked(t, hubtest.Config{}, agencies()...)
	sender, commune := h.Party(department), h.Party(communeA)
	for _, v := range documentVariants() {
		for kind := envelope.New; kind <= envelope.Replacement; kind++ {
			earlier := sender.Document(communeA)
			first := sender.Submit(sender.Signed(earlier))
			commune.Collect()
			e := sender.Document(communeA)
			e.Business = &envelope.Business{Kind: kind, Reason: "Mẫu"}
			e.Attachments = []envelope.Attachment{envelope.NewAttachment("vb.pdf", []byte("%PDF-1.4 mau"))}
			switch kind {
			case envelope.Recall:
				e.DocumentID, e.Code = earlier.DocumentID, earlier.Code
			case envelope.Update:
				e.DocumentID, e.Code, e.Business.DocumentID = earlier.DocumentID, earlier.Code, earlier.DocumentID
			case envelope.Replacement:
				e.Business.Replacements = []envelope.Replaced{{DocumentID: earlier.DocumentID}}
			}
			name := fmt.Sprintf("kind %d, %s", kind, v.name)
			built := string(sender.Build(e))
			text := v.write(built)
			if text == built && v.name != "as we write it" && !strings.HasPrefix(v.name, "line ends") && v.name != "no detail of the type" {
				t.Fatalf("%s: nothing is varied", name)
			}
			raw := sender.Leaf.Sign([]byte(text))
			r, err := sender.Client.Submit(t.Context(), raw, client.SubmitOptions{})
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			h.Holds(r, raw)
			if got := commune.Collect()[r.ID]; !bytes.Equal(got, raw) {
				t.Errorf("%s: what arrives is not what was sent (%d bytes of %d)", name, len(got), len(raw))
			}
			acted(t, sender, name, kind, first.ID, r.ID)
		}
	}
	h.Sound()
}

// acted holds what a kind does to the document that it names.
func acted(t *testing.T, sender *hubtest.Party, name string, kind envelope.Kind, earlier, by string) {
	t.Helper()
	d, err := sender.Client.Document(t.Context(), earlier)
	if err != nil {
		t.Fatal(err)
	}
	relation := map[envelope.Kind]string{envelope.Recall: "recall", envelope.Update: "update", envelope.Replacement: "replace"}[kind]
	if relation == "" {
		return
	}
	if len(d.By) != 1 || d.By[0].Message != by || d.By[0].Relation != relation {
		t.Errorf("%s: the earlier document is linked %v, want %s by %s", name, d.By, relation, by)
	}
	if asked := d.Deliveries[0].Recall != nil && d.Deliveries[0].Recall.State == "asked"; asked != (kind == envelope.Recall) {
		t.Errorf("%s: the recall of the earlier document is %v", name, d.Deliveries[0].Recall)
	}
}

// statusVariants are those that only statuses have.
func statusVariants() []variant {
	return append(variants(), []variant{
		{"another order", swapRegexp(`(?s)(<edXML:ResponseFor>.*</edXML:ResponseFor>)(.*)(<edXML:StatusCode>[^<]*</edXML:StatusCode>)`, "$3$2$1")},
		{"a date with its time", swapRegexp(`(<edXML:PromulgationDate>[^<]*)<`, "$1 08:30:00<")},
		{"another id, found by code and date", swapRegexp(`(<edXML:ResponseFor>(?s:.*)<edXML:DocumentId>)[^<]*<`, "${1}18661<")},
		{"no id, found by code and date", swapRegexp(`<edXML:DocumentId>[^<]*</edXML:DocumentId>`, "")},
	}...)
}

// All nine statuses are taken in every variant, find their document, and set what they say.
func TestStatusesInTheVariantsOfTheField(t *testing.T) {
	h := checked(t, hubtest.Config{}, agencies()...)
	sender, commune := h.Party(department), h.Party(communeA)
	for _, v := range statusVariants() {
		for _, code := range strings.Fields("01 02 03 04 05 06 13 15 16") {
			e := sender.Document(communeA)
			r := sender.Submit(sender.Signed(e))
			commune.Collect()
			if code == "15" || code == "16" {
				if _, err := sender.Client.Recall(t.Context(), r.ID, client.RecallRequest{Reason: "Gửi nhầm"}); err != nil {
					t.Fatal(err)
				}
				commune.Collect()
			}
			giver, about := commune, envelope.ResponseFor{OrganID: department, Code: e.Code.String(), Promulgation: e.Promulgation.Date, DocumentID: e.DocumentID}
			if code == "13" {
				giver, about.OrganID = sender, communeA
			}
			raw := v.write(string(giver.Build(envelope.NewStatus(envelope.Party{OrganID: giver.ID, Name: giver.Name}, about,
				envelope.StatusCode(code), "Lý do", envelope.Staff{Staff: "Văn thư Mẫu"}, time.Now()))))
			if _, err := giver.Client.SubmitStatus(t.Context(), []byte(raw), client.SubmitOptions{}); err != nil {
				t.Errorf("status %s, %s: %v", code, v.name, err)
				continue
			}
			d, err := sender.Client.Document(t.Context(), r.ID)
			if err != nil {
				t.Fatal(err)
			}
			if got := says(d.Deliveries[0]); got != meaning(code) {
				t.Errorf("status %s, %s: the delivery says %s, want %s", code, v.name, got, meaning(code))
			}
		}
	}
	h.Sound()
}

// meaning is how a delivery stands that was acknowledged, after a status.
func meaning(code string) string {
	recall, known := map[string]string{"13": "asked", "15": "agreed", "16": "declined"}[code]
	if known {
		return "01 " + recall
	}
	return code + " "
}

func says(d client.Delivery) string {
	recall := ""
	if d.Recall != nil {
		recall = d.Recall.State
	}
	return d.Processing + " " + recall
}

// What is no XML, names nobody or is of another time is refused as the sender's fault, with a problem that says so.
func TestWhatTheFieldWritesWrongIsRefused(t *testing.T) {
	h := checked(t, hubtest.Config{}, agencies()...)
	p := h.Party(department)
	good := string(p.Signed(p.Document(communeA)))
	for _, test := range []struct{ name, text, code string }{
		{"bytes before the declaration", "1212" + good, string(exchange.BadXML)},
		{"a tag that is not closed", strings.Replace(good, "</edXML:Subject>", "</edXML:Content>", 1), string(exchange.BadXML)},
		{"a prefix that nobody declared", strings.Replace(good, "<edXML:Subject>", `<edXML:Subject xlink:href="cid:a">`, 1), string(exchange.BadXML)},
		{"an agency called null", string(p.Leaf.Sign([]byte(strings.Replace(string(p.Build(p.Document(communeA))), string(communeA), "null", 1)))), string(exchange.BadEnvelope)},
		{"SOAP", `<?xml version="1.0"?><S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Header/><S:Body/></S:Envelope>`, string(exchange.BadEnvelope)},
	} {
		_, err := p.Client.Submit(t.Context(), []byte(test.text), client.SubmitOptions{})
		if got := code(t, err); got != test.code {
			t.Errorf("%s is answered %q (%v), want %s", test.name, got, err, test.code)
		}
	}
	h.Sound()
}

// Ids whose date does not exist, numbers that are none, and UUIDs are names like others.
func TestOddNamesOfTheField(t *testing.T) {
	h := checked(t, hubtest.Config{}, agencies()...)
	sender, commune := h.Party(department), h.Party(communeA)
	for _, id := range []string{"H44.31,2014/02/30,BINTEST123/SM", "18661", "3b241101-e2bb-4255-8caf-4136c566a962", ""} {
		e := sender.Document(communeA)
		e.DocumentID, e.Code.Number = id, "BINTEST"+e.Code.Number
		r := sender.Submit(sender.Signed(e))
		commune.Collect()
		status := envelope.NewStatus(envelope.Party{OrganID: communeA, Name: "A"}, envelope.ResponseFor{OrganID: department,
			Code: e.Code.String(), Promulgation: e.Promulgation.Date, DocumentID: id}, envelope.Accepted, "", envelope.Staff{}, time.Now())
		if id == "" { // the format wants one: software makes it up
			status.Status.ResponseFor.DocumentID = "không rõ"
		}
		if _, err := commune.Client.SubmitStatus(t.Context(), commune.Build(status), client.SubmitOptions{}); err != nil {
			t.Errorf("%q: %v", id, err)
			continue
		}
		if d, err := sender.Client.Document(t.Context(), r.ID); err != nil || d.Deliveries[0].Processing != "03" {
			t.Errorf("%q: the document stands at %+v (%v), want 03", id, d.Deliveries, err)
		}
	}
	h.Sound()
}
