package envelope_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/signing"
)

var (
	sender   = envelope.Party{OrganID: "000.00.31.H44", Name: "Sở Mẫu tỉnh Phú Thọ"}
	receiver = envelope.Party{OrganID: "H44.24.05", Name: "UBND xã Mẫu Một"}
)

// document is the smallest that Build takes; each call gives a new one.
func document() *envelope.Envelope {
	date := envelope.DateOf(asOf)
	code := envelope.Code{Number: "816", Notation: "SM-VP"}
	return &envelope.Envelope{
		From:         sender,
		To:           []envelope.Party{receiver},
		DocumentID:   envelope.NewDocumentID(sender.OrganID, date, code),
		Code:         code,
		Promulgation: envelope.Promulgation{Place: "Phú Thọ", Date: date},
		Type:         envelope.DocumentType{Name: "Công văn"},
		Subject:      "V/v gửi nhận văn bản điện tử",
		Trace:        []envelope.TraceHeader{{OrganID: sender.OrganID, At: asOf}},
		Attachments:  []envelope.Attachment{envelope.NewAttachment("816.pdf", []byte("%PDF-1.4"))},
	}
}

func build(t testing.TB, e *envelope.Envelope) []byte {
	t.Helper()
	raw, err := envelope.Build(e)
	if err != nil {
		t.Fatalf("build: %v", err)
	}
	return raw
}

func TestBuildKinds(t *testing.T) {
	earlier := document().DocumentID
	for _, c := range []struct {
		name     string
		business *envelope.Business
		want     envelope.Kind
	}{
		{"without a word", nil, envelope.New},
		{"new", &envelope.Business{Kind: envelope.New}, envelope.New},
		{"recall", &envelope.Business{Kind: envelope.Recall, Reason: "Gửi nhầm"}, envelope.Recall},
		{"update", &envelope.Business{Kind: envelope.Update, DocumentID: earlier,
			Changes: &envelope.Changes{Content: true}}, envelope.Update},
		{"replacement", &envelope.Business{Kind: envelope.Replacement,
			Replacements: []envelope.Replaced{{DocumentID: earlier, OrganIDs: []envelope.AgencyID{receiver.OrganID}}}},
			envelope.Replacement},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := document()
			e.Business = c.business
			raw := build(t, e)
			got := parse(t, raw)
			if got.Kind() != c.want || got.Status != nil || len(got.Warnings) != 0 {
				t.Errorf("kind %v, status %v, warnings %v; want %v", got.Kind(), got.Status, got.Warnings, c.want)
			}
			if again := build(t, got); !bytes.Equal(again, raw) {
				t.Errorf("building what was parsed differs %s", firstDifference(again, raw))
			}
		})
	}
}

func TestBuildStatuses(t *testing.T) {
	about := document().Cite()
	for _, code := range []envelope.StatusCode{
		envelope.Arrived, envelope.Refused, envelope.Accepted, envelope.Assigned, envelope.Processing,
		envelope.Completed, envelope.TakeBack, envelope.Agreed, envelope.Declined,
	} {
		staff := envelope.Staff{Staff: "Văn Thư Mẫu", Email: "vanthu@mau.example"}
		e := envelope.NewStatus(receiver, about, code, "Lý do mẫu", staff, asOf)
		got := parse(t, build(t, e))
		if got.Status == nil {
			t.Fatalf("%s: is not a status any more", code)
		}
		if *got.Status != *e.Status {
			t.Errorf("%s: came back as %+v, want %+v", code, *got.Status, *e.Status)
		}
		if got.From != receiver || got.Year() != 0 || got.Kind() != envelope.New || len(got.Warnings) != 0 {
			t.Errorf("%s: came back as %+v", code, got)
		}
	}
}

func TestBuildNotice(t *testing.T) {
	e := envelope.NewNotice(sender, document().Cite(), "LT.DeadLettered", "Không chuyển được", asOf)
	raw := build(t, e)
	if !bytes.Contains(raw, []byte("<edXML:StatusCode/>")) {
		t.Errorf("a notice shows that it has no code:\n%s", raw)
	}
	got := parse(t, raw)
	if got.Status == nil || got.Status.Code != "" || len(got.Errors) != 1 || got.Errors[0] != e.Errors[0] {
		t.Errorf("came back as %+v, errors %v", got.Status, got.Errors)
	}
}

func TestBuildKeepsEveryCharacter(t *testing.T) {
	e := document()
	e.Subject = "<a href=\"x\">'&amp;' ]]>\r\n\ttiếng Việt 🇻🇳"
	e.ToPlaces = []string{"Như trên;", "Lưu: VT, <VP>"}
	got := parse(t, build(t, e))
	if got.Subject != e.Subject {
		t.Errorf("subject %q, want %q", got.Subject, e.Subject)
	}
	if len(got.ToPlaces) != 2 || got.ToPlaces[1] != e.ToPlaces[1] {
		t.Errorf("places %q, want %q", got.ToPlaces, e.ToPlaces)
	}
}

// The standard has every document carry the sender's trace.
func TestBuildWritesTheSendersTrace(t *testing.T) {
	e := document()
	e.Trace = nil
	got := parse(t, build(t, e))
	if len(got.Trace) != 1 || got.Trace[0].OrganID != sender.OrganID || time.Since(got.Trace[0].At) > time.Minute {
		t.Errorf("trace %+v", got.Trace)
	}
	if e.Trace != nil {
		t.Error("Build changed its argument")
	}
}

func TestBuildRefuses(t *testing.T) {
	const header = "/edXML/edXMLEnvelope/edXMLHeader/"
	for _, c := range []struct {
		name, code, path string
		spoil            func(*envelope.Envelope)
	}{
		{"no subject", "missing-element", header + "MessageHeader/Subject",
			func(e *envelope.Envelope) { e.Subject = " " }},
		{"no addressee", "no-addressee", header + "MessageHeader/To",
			func(e *envelope.Envelope) { e.To = nil }},
		{"control character", "bad-character", header + "MessageHeader/Subject",
			func(e *envelope.Envelope) { e.Subject = "a\x01b" }},
		{"not UTF-8", "bad-character", header + "MessageHeader/From/OrganName",
			func(e *envelope.Envelope) { e.From.Name = "S\xe1" }},
		{"noncharacter", "bad-character", header + "MessageHeader/ToPlaces/Place",
			func(e *envelope.Envelope) { e.ToPlaces = []string{"\uffff"} }},
		{"kind", "bad-kind", header + "TraceHeaderList/Bussiness/BussinessDocType",
			func(e *envelope.Envelope) { e.Business = &envelope.Business{Kind: 9} }},
		{"priority", "bad-priority", header + "MessageHeader/OtherInfo/Priority",
			func(e *envelope.Envelope) { e.Other.Priority = -1 }},
		{"future", "future-date", header + "MessageHeader/PromulgationInfo/PromulgationDate",
			func(e *envelope.Envelope) { e.Promulgation.Date = envelope.DateOf(time.Now().AddDate(0, 0, 3)) }},
		{"attachments of one id", "duplicate-attachment", "/edXML/AttachmentEncoded",
			func(e *envelope.Envelope) { e.Attachments = append(e.Attachments, e.Attachments[0]) }},
		{"status without code", "missing-element", header + "MessageHeader/StatusCode",
			func(e *envelope.Envelope) {
				*e = *envelope.NewStatus(receiver, e.Cite(), "", "", envelope.Staff{}, asOf)
			}},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := document()
			c.spoil(e)
			raw, err := envelope.Build(e)
			if err == nil {
				t.Fatalf("built:\n%s", raw)
			}
			if f := faultsOf(t, err)[0]; f.Code != c.code || f.Path != c.path {
				t.Errorf("fault %s at %s, want %s at %s", f.Code, f.Path, c.code, c.path)
			}
		})
	}
}

// 300 addressees work; one of them has its full address.
func TestBuildManyAddressees(t *testing.T) {
	e := document()
	for i := range 300 {
		id := envelope.AgencyID("H44.24." + strings.Repeat("A", i%20+1) + string(rune('A'+i/20)))
		e.To = append(e.To, envelope.Party{OrganID: id, Address: "Thị trấn Mẫu"})
	}
	raw := build(t, e)
	v, err := signing.Verify(t.Context(), raw, signing.Policy{At: asOf, Unsigned: true})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := envelope.Parse(v); err != nil || len(got.To) != 301 {
		t.Errorf("parse: %v", err)
	}
}
