package envelope_test

import (
	"strings"
	"testing"
	"time"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/signing"
)

// The day of DueDate counts; a time of day behind it, which the form has no place for, is kept as well.
func TestDueDate(t *testing.T) {
	raw, err := envelope.Build(&envelope.Envelope{
		From: envelope.Party{OrganID: "000.00.31.H44"}, To: []envelope.Party{{OrganID: "000.00.24.H44"}},
		Code: envelope.Code{Number: "1", Notation: "SM-VP"}, Subject: "V/v thử nghiệm", Type: envelope.DocumentType{Name: "Công văn"},
		Promulgation: envelope.Promulgation{Date: envelope.DateOf(time.Date(2018, 9, 28, 0, 0, 0, 0, time.UTC))},
		DueDate:      envelope.DateOf(time.Date(2018, 10, 15, 0, 0, 0, 0, time.UTC)),
		Attachments:  []envelope.Attachment{envelope.NewAttachment("a.pdf", []byte("%PDF-1.4"))},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ text, day, at string }{
		{"2018/10/15", "2018/10/15", ""},
		{"2018/10/15 14:30", "2018/10/15", "2018-10-15T14:30:00+07:00"},
		{"2018/10/15 14:30:59", "2018/10/15", "2018-10-15T14:30:59+07:00"},
		{"2018/10/15T14:30:00+09:00", "2018/10/15", "2018-10-15T12:30:00+07:00"},
		{"2018/10/15 02:30:00 PM", "2018/10/15", "2018-10-15T14:30:00+07:00"},
		{"2018/10/15 25:00", "", ""},
		{"giờ Ngọ", "", ""},
		{"", "", ""},
	} {
		file := strings.Replace(string(raw), ">2018/10/15<", ">"+tt.text+"<", 1)
		v, err := signing.Verify(t.Context(), []byte(file), signing.Policy{Unsigned: true, At: time.Date(2018, 9, 28, 0, 0, 0, 0, time.UTC)})
		if err != nil {
			t.Fatal(err)
		}
		e, err := envelope.Parse(v)
		if err != nil {
			t.Fatal(err)
		}
		at := ""
		if !e.DueAt.IsZero() {
			at = e.DueAt.Format(time.RFC3339)
		}
		if e.DueDate.String() != tt.day || at != tt.at || e.Warnings.Has("odd-date") != (tt.day == "" && tt.text != "") {
			t.Errorf("%q: due on %q at %q, %v; want %q, %q", tt.text, e.DueDate, at, e.Warnings, tt.day, tt.at)
		}
	}
}

// The warnings that need more than the file to be seen are worded like the others.
func TestWarned(t *testing.T) {
	for _, code := range []string{"repeated-document-id", "repeated-code", "sent-late"} {
		f := envelope.Warned(code, "/a/b", "value", "816/SM-VP", "limit", "2018-10-02 00:00")
		if f.Code != code || f.Path != "/a/b" || f.Rule == "" || strings.ContainsAny(f.VI+f.EN, "{}") ||
			!strings.Contains(f.VI, "816/SM-VP") || !strings.Contains(f.EN, "816/SM-VP") {
			t.Errorf("%+v", f)
		}
	}
}
