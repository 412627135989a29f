package envelope_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/signing"
)

// models are the four kinds of documents and the nine statuses in exactly the shape that goes over the wire (with LF):
// the five model files, and the status with each other code.
func models(t *testing.T) map[string]string {
	t.Helper()
	all := make(map[string]string)
	for _, kind := range []string{"new", "recall", "update", "replace"} {
		all["kind "+kind] = strings.ReplaceAll(string(read(t, "testdata", "shapes", kind+".edxml")), "\r\n", "\n")
	}
	status := strings.ReplaceAll(string(read(t, "testdata", "shapes", "status_03.edxml")), "\r\n", "\n")
	for _, code := range []string{"01", "02", "03", "04", "05", "06", "13", "15", "16"} {
		all["status "+code] = strings.Replace(status, "StatusCode>03<", "StatusCode>"+code+"<", 1)
	}
	return all
}

func TestWhatWeBuildStandsInTheShape(t *testing.T) {
	for name, model := range models(t) {
		e := parse(t, []byte(model))
		if len(e.Warnings) > 0 {
			t.Errorf("%s: warnings on a model: %+v", name, e.Warnings)
		}
		raw, err := envelope.Build(e)
		if err != nil || string(raw) != model {
			t.Errorf("%s: %v; the built file differs %s", name, err, firstDifference(raw, []byte(model)))
			continue
		}
		if got, want := meaning(t, parse(t, raw)), meaning(t, e); got != want {
			t.Errorf("%s: what was built reads as\n%s\nwant\n%s", name, got, want)
		}
	}
}

// A status that the hub or a client makes from its parts is the model, byte for byte.
func TestNewStatusIsTheModel(t *testing.T) {
	for name, model := range models(t) {
		code, ok := strings.CutPrefix(name, "status ")
		if !ok {
			continue
		}
		from := envelope.Party{OrganID: "000.00.24.H44", InCharge: "UBND tỉnh Phú Thọ", Name: "UBND huyện Yên Lập", Address: "Thị trấn Yên Lập, huyện Yên Lập",
			Email: "vanthu@000-00-24-h44.example", Telephone: "0210 000 0000", Fax: "0210 000 0001", Website: "000-00-24-h44.example"}
		about := envelope.ResponseFor{OrganID: "000.00.31.H44", Code: "816/SM-VP", DocumentID: "000.00.31.H44,2018/09/28,816/SM-VP",
			Promulgation: envelope.DateOf(time.Date(2018, 9, 28, 12, 0, 0, 0, envelope.ICT()))}
		by := envelope.Staff{Department: "Văn phòng HĐND và UBND", Staff: "Văn Thư Mẫu Hai", Mobile: "0900000001", Email: "vanthu@yenlap.example"}
		e := envelope.NewStatus(from, about, envelope.StatusCode(code), "Tiếp nhận văn bản điện tử, vào sổ văn bản đến", by,
			time.Date(2018, 9, 28, 15, 8, 36, 0, envelope.ICT()))
		if raw := build(t, e); string(raw) != model {
			t.Errorf("%s differs %s", name, firstDifference(raw, []byte(model)))
		}
	}
}

// variants are ways in which clients of the field write the same.
var variants = []struct {
	name  string
	write func(string) string
}{
	{"everything prefixed", func(s string) string {
		s = regexp.MustCompile(`<(/?)(AttachmentEncoded|Attachment|ContentId|AttachmentName|Description|ContentType)>`).ReplaceAllString(s, "<${1}edXML:$2>")
		s = strings.Replace(s, `<edXML xmlns="`, `<edXML:edXML xmlns:edXML="`, 1)
		return strings.Replace(s, "</edXML>", "</edXML:edXML>", 1)
	}},
	{"nothing prefixed", func(s string) string {
		s = strings.ReplaceAll(s, ` xmlns:edXML="http://www.mic.gov.vn/TBT/QCVN_102_2016"`, "")
		return strings.NewReplacer("<edXML:", "<", "</edXML:", "</").Replace(s)
	}},
	{"another prefix", func(s string) string {
		return strings.NewReplacer("<edXML:", "<ns1:", "</edXML:", "</ns1:", "xmlns:edXML=", "xmlns:ns1=").Replace(s)
	}},
	{"root EdXML", func(s string) string {
		return strings.NewReplacer("<edXML ", "<EdXML ", "</edXML>", "</EdXML>").Replace(s)
	}},
	{"envelope EdXMLEnvelope", func(s string) string { return strings.ReplaceAll(s, "edXML:edXMLEnvelope", "edXML:EdXMLEnvelope") }},
	{"namespaces of XmlSerializer", func(s string) string {
		return strings.Replace(s, "<edXML ", `<edXML xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema" `, 1)
	}},
	{"attributes on TraceHeaderList", func(s string) string {
		return strings.Replace(s, "<edXML:TraceHeaderList>", `<edXML:TraceHeaderList id="t1" version="1.0" edXML:mustUnderstand="1" edXML:actor="http://schemas.xmlsoap.org/soap/actor/next">`, 1)
	}},
	{"empty elements", func(s string) string {
		s = strings.ReplaceAll(s, "</edXML:MessageHeader>", "<edXML:ResponseForTask/><edXML:ApplicationType></edXML:ApplicationType></edXML:MessageHeader>")
		return strings.ReplaceAll(s, "</edXML:TraceHeaderList>", "</edXML:TraceHeaderList><edXML:ErrorList/><edXML:DigitalSignature/>")
	}},
	{"a time in PromulgationDate", func(s string) string {
		return strings.ReplaceAll(s, "</edXML:PromulgationDate>", " 10:30:00</edXML:PromulgationDate>")
	}},
	{"CRLF and a byte order mark", func(s string) string { return "\ufeff" + strings.ReplaceAll(s, "\n", "\r\n") }},
	{"one line", func(s string) string { return regexp.MustCompile(`>\s+<`).ReplaceAllString(s, "><") }},
	{"the text null as OrganId of a TraceHeader", func(s string) string {
		return regexp.MustCompile(`(<edXML:TraceHeader>\s*<edXML:OrganId>)[^<]*`).ReplaceAllString(s, "${1}null")
	}},
	{"a TraceHeader without OrganId", func(s string) string {
		return regexp.MustCompile(`(<edXML:TraceHeader>)\s*<edXML:OrganId>[^<]*</edXML:OrganId>`).ReplaceAllString(s, "$1")
	}},
	{"ContentId without cid: in the manifest", func(s string) string {
		return strings.ReplaceAll(s, "<edXML:ContentId>cid:", "<edXML:ContentId>")
	}},
}

func TestVariantsOfTheFieldMeanTheSame(t *testing.T) {
	for name, model := range models(t) {
		want := meaning(t, parse(t, []byte(model)))
		for _, v := range variants {
			written := v.write(model)
			if written == model && strings.HasPrefix(name, "kind") {
				t.Errorf("%s, %s: the variant changes nothing", name, v.name)
			}
			if got := meaning(t, parse(t, []byte(written))); got != want {
				t.Errorf("%s, %s: reads as\n%s\nwant\n%s", name, v.name, got, want)
			}
		}
	}
}

// Values that no rule of ours allows, and that circulate: taken as they are.
func TestOddValuesOfTheField(t *testing.T) {
	model := models(t)["kind new"]
	for _, c := range []struct{ name, from, to, id, code string }{
		{"a date in DocumentId that does not exist", "H44,2018/09/28,", "H44,2014/02/30,", "000.00.31.H44,2014/02/30,816/SM-VP", "816/SM-VP"},
		{"a number that is none", ">816<", ">BINTEST123<", "000.00.31.H44,2018/09/28,816/SM-VP", "BINTEST123/SM-VP"},
		{"a very long number", ">816<", ">20251016110432<", "000.00.31.H44,2018/09/28,816/SM-VP", "20251016110432/SM-VP"},
		{"no TypeDetail", "<edXML:TypeDetail>0</edXML:TypeDetail>", "", "000.00.31.H44,2018/09/28,816/SM-VP", "816/SM-VP"},
	} {
		e := parse(t, []byte(strings.Replace(model, c.from, c.to, 1)))
		if e.DocumentID != c.id || e.Code.String() != c.code {
			t.Errorf("%s: %q, %q; want %q, %q", c.name, e.DocumentID, e.Code.String(), c.id, c.code)
		}
	}
}

// Files of the field that are no XML are refused by the reader, with the line, before anything of them is read.
func TestNotWellFormed(t *testing.T) {
	for name, model := range models(t) {
		for _, c := range []struct {
			name  string
			write func(string) string
			line  int
		}{
			{"bytes before the declaration", func(s string) string { return "1212" + s }, 1},
			{"a mismatched tag", func(s string) string { return strings.Replace(s, "</edXML:From>", "</edXML:To>", 1) }, 0},
			{"an undeclared prefix", func(s string) string {
				return strings.Replace(s, "<edXML:From>", `<edXML:From xlink:href="x">`, 1)
			}, 6},
			{"cut off", func(s string) string { return s[:len(s)/2] }, 0},
			{"empty", func(string) string { return "" }, 0},
		} {
			_, err := signing.Verify(t.Context(), []byte(c.write(model)), signing.Policy{At: asOf, Unsigned: true})
			bad, ok := errors.AsType[*signing.Error](err)
			if !ok || (bad.Why != signing.WhySyntax && bad.Why != signing.WhyOutsideRoot) || bad.Detail == "" {
				t.Errorf("%s, %s: %v, want it refused as XML", name, c.name, err)
				continue
			}
			if c.line > 0 && bad.Line != c.line {
				t.Errorf("%s, %s: refused at line %d, want %d", name, c.name, bad.Line, c.line)
			}
		}
	}
}

// meaning is what an envelope says, without how it was written: no warnings, no manifest, no trace.
func meaning(t *testing.T, e *envelope.Envelope) string {
	t.Helper()
	plain := *e
	plain.Warnings, plain.Manifest, plain.Trace = nil, nil, nil
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetIndent("", " ")
	if err := enc.Encode(plain); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
