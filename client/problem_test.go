package client_test

import (
	"errors"
	"io"
	"maps"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/lienthong/lienthong/client"
)

func refusal(status int, body string, headers ...string) *http.Response {
	h := make(http.Header)
	for i := 0; i+1 < len(headers); i += 2 {
		h.Set(headers[i], headers[i+1])
	}
	return &http.Response{StatusCode: status, Status: http.StatusText(status), Header: h, Body: io.NopCloser(strings.NewReader(body))}
}

func TestReadProblem(t *testing.T) {
	err := client.ReadProblem(refusal(422, `{"type":"/loi/unknown-addressee","title":"Không có","title_en":"None","status":422,
		"code":"unknown-addressee","detail":"chi tiết","detail_en":"details","advice":"a","advice_en":"b","trace_id":"t",
		"errors":[{"path":"/edXML/To","line":7,"code":"c","rule":"r","vi":"v","en":"e"}],"nearest":"H44.05","about_code":"H44.06","count":3}`,
		"Retry-After", "30"))
	p, ok := errors.AsType[*client.Problem](err)
	if !ok {
		t.Fatalf("%v is no problem", err)
	}
	want := client.Problem{Type: "/loi/unknown-addressee", Title: "Không có", TitleEN: "None", Status: 422, Code: "unknown-addressee",
		Detail: "chi tiết", DetailEN: "details", Advice: "a", AdviceEN: "b", TraceID: "t", RetryAfter: 30 * time.Second,
		Errors: []client.Fault{{Path: "/edXML/To", Line: 7, Code: "c", Rule: "r", VI: "v", EN: "e"}}}
	if facts := map[string]string{"nearest": "H44.05", "about_code": "H44.06"}; !maps.Equal(p.Values, facts) {
		t.Errorf("values %v, want %v: texts that are no member of every problem", p.Values, facts)
	}
	p.Values = nil
	if !reflect.DeepEqual(*p, want) {
		t.Errorf("%+v\nwant %+v", *p, want)
	}
	if got := p.Error(); got != "422 unknown-addressee: details" {
		t.Errorf("as an error: %q", got)
	}
}

// The status is that of the answer, whatever the body says; the title stands in for a detail.
func TestProblemOfFewWords(t *testing.T) {
	err := client.ReadProblem(refusal(500, `{"status":200,"code":"internal","title_en":"The hub failed"}`))
	if p, ok := errors.AsType[*client.Problem](err); !ok || p.Status != 500 || p.RetryAfter != 0 || p.Error() != "500 internal: The hub failed" {
		t.Errorf("%v", err)
	}
	for _, after := range []string{"-1", "0", "soon", "Wed, 21 Oct 2026 07:28:00 GMT"} {
		err := client.ReadProblem(refusal(503, `{"code":"busy"}`, "Retry-After", after))
		if p, ok := errors.AsType[*client.Problem](err); !ok || p.RetryAfter != 0 {
			t.Errorf("Retry-After %q: %+v, want none", after, p)
		}
	}
}

// What stands between hub and caller answers too; that is an error, and no refusal by the hub.
func TestAnswerThatIsNotTheHubs(t *testing.T) {
	for _, body := range []string{"", "<html>502 Bad Gateway</html>", "{}", `{"error":"no route"}`, `{"code":7}`, "[]", "null", strings.Repeat(" ", 2<<20) + `{"code":"a"}`} {
		err := client.ReadProblem(refusal(502, body))
		if _, ok := errors.AsType[*client.Problem](err); ok || err == nil {
			t.Errorf("%.40q: %v, want an error that is no problem", body, err)
		}
	}
}
