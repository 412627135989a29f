package problem_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/problem"
)

// kinds are the constants of type Kind that package exchange declares: a new one without a row fails here.
func kinds(t *testing.T) []exchange.Kind {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../errors.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var all []exchange.Kind
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if ok && len(spec.Values) == 1 && fmt.Sprint(spec.Type) == "Kind" {
			text, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, exchange.Kind(text))
		}
		return true
	})
	if len(all) < 30 {
		t.Fatalf("found %d kinds in errors.go, expected more than 30: the parsing no longer fits", len(all))
	}
	return all
}

func TestEveryKindHasARow(t *testing.T) {
	for _, k := range append(kinds(t), problem.MethodNotAllowed, problem.UnsupportedMedia) {
		p := problem.Of(k)
		if p.Code != string(k) || p.Type != "/loi/"+string(k) {
			t.Errorf("%s: code %q, type %q", k, p.Code, p.Type)
		}
		if (p.Status >= 500) != slices.Contains([]exchange.Kind{exchange.Internal, exchange.Busy, exchange.ClockUnsure, exchange.RevocationMissing}, k) || p.Status < 400 {
			t.Errorf("%s: status %d", k, p.Status)
		}
		if p.Title == "" || p.TitleEN == "" || p.Advice == "" || p.AdviceEN == "" {
			t.Errorf("%s: words are missing: %+v", k, p)
		}
		if (p.Detail == "" || p.DetailEN == "") != (k == exchange.Internal) {
			t.Errorf("%s: detail %q / %q", k, p.Detail, p.DetailEN)
		}
	}
}

func TestStatuses(t *testing.T) {
	for kind, want := range map[exchange.Kind]int{
		exchange.BadRequest: 400, exchange.BadXML: 400, exchange.DTDRefused: 400, exchange.Unauthenticated: 401,
		exchange.Forbidden: 403, exchange.SenderMismatch: 403, exchange.NotFound: 404, problem.MethodNotAllowed: 405,
		exchange.SameIdentity: 409, exchange.LeaseLost: 409, exchange.Conflict: 409, exchange.BackupTarget: 409, exchange.LengthRequired: 411,
		exchange.TooLarge: 413, exchange.TooMany: 429, exchange.BadEnvelope: 422, exchange.IdempotencyKey: 422, exchange.Unsigned: 422,
		exchange.Internal: 500, exchange.Busy: 503,
	} {
		if got := problem.Of(kind).Status; got != want {
			t.Errorf("%s: status %d, want %d", kind, got, want)
		}
	}
}

func TestOwnFaultsTellNothing(t *testing.T) {
	for _, err := range []error{
		errors.New("open /srv/hub/data: permission denied"),
		&exchange.Error{Kind: exchange.Internal, Detail: "secret", VI: "secret", Path: "/secret", Values: map[string]string{"secret": "x"}},
		exchange.Kind("no-such-kind"),
	} {
		p := problem.Of(err)
		if text := string(p.JSON()); p.Status != 500 || strings.Contains(text, "secret") || strings.Contains(text, "srv") || strings.Contains(text, "no-such") {
			t.Errorf("%v: %d %s", err, p.Status, text)
		}
	}
}

func TestRefusalInItsOwnWords(t *testing.T) {
	err := fmt.Errorf("wrapped: %w", &exchange.Error{Kind: exchange.UnknownAddressee, Detail: "no H44.99", VI: "Không có H44.99.",
		Path: "/edXML/To[2]", Line: 7, Values: map[string]string{"code": "H44.99", "nearest": "H44.09", "trace_id": "forged"}})
	p := problem.Of(err)
	p.TraceID = "t-1"
	got := decode(t, p)
	for name, want := range map[string]any{
		"status": 422.0, "code": "unknown-addressee", "detail": "Không có H44.99.", "detail_en": "no H44.99",
		"about_code": "H44.99", "nearest": "H44.09", "trace_id": "t-1", "about_trace_id": "forged",
	} {
		if got[name] != want {
			t.Errorf("%s = %v, want %v", name, got[name], want)
		}
	}
	item := got["errors"].([]any)[0].(map[string]any)
	if item["path"] != "/edXML/To[2]" || item["line"] != 7.0 || item["vi"] != "Không có H44.99." || item["en"] != "no H44.99" {
		t.Errorf("errors[0] = %v", item)
	}
}

func TestEveryFaultIsAnItem(t *testing.T) {
	first, _ := envelope.Explain("missing-element")
	second, _ := envelope.Explain("bad-date")
	first.Path, first.Line = "/edXML/a", 3
	p := problem.Of(&exchange.Error{Kind: exchange.BadEnvelope, Path: "/edXML/a", Line: 3, Faults: []envelope.Fault{first, second}})
	if len(p.Errors) != 2 || p.Errors[0].Line != 3 || p.Errors[0].Rule == "" || p.Errors[1].Code != "bad-date" {
		t.Errorf("errors = %+v", p.Errors)
	}
}

func TestRetryAfter(t *testing.T) {
	if got := problem.Of(exchange.Busy).RetryAfter; got < time.Second {
		t.Errorf("busy without a time: %v, want at least a second", got)
	}
	if got := problem.Of(&exchange.Error{Kind: exchange.Busy, RetryAfter: time.Millisecond}).RetryAfter; got != time.Second {
		t.Errorf("a millisecond became %v, want a whole second", got)
	}
	if got := problem.Of(&exchange.Error{Kind: exchange.Busy, RetryAfter: 30 * time.Second}).RetryAfter; got != 30*time.Second {
		t.Errorf("30 s became %v", got)
	}
	if got := problem.Of(exchange.NotFound).RetryAfter; got != 0 {
		t.Errorf("not-found may be tried again after %v", got)
	}
}

func TestEveryCodeHasAPage(t *testing.T) {
	codes := problem.Codes()
	have := make(map[string]bool, len(codes))
	for _, c := range codes {
		if have[c] {
			t.Errorf("%s is listed twice", c)
		}
		have[c] = true
		page, ok := problem.Page(c)
		if !ok || !strings.Contains(string(page), "<code>"+c+"</code>") || strings.Contains(string(page), "{") {
			t.Errorf("%s: ok %v, page %s", c, ok, page)
		}
	}
	for _, k := range kinds(t) {
		if !have[string(k)] {
			t.Errorf("kind %s has no page", k)
		}
	}
	for _, c := range envelope.Codes() {
		if !have[c] {
			t.Errorf("fault %s has no page", c)
		}
	}
}

func TestNoPageForWhatIsNoCode(t *testing.T) {
	for _, c := range []string{"", "nope", "../etc", "<script>"} {
		if page, ok := problem.Page(c); ok || page != nil {
			t.Errorf("%q has a page: %s", c, page)
		}
	}
}

func decode(t *testing.T, p problem.Problem) map[string]any {
	t.Helper()
	var got map[string]any
	if err := json.Unmarshal(p.JSON(), &got); err != nil {
		t.Fatalf("%v in %s", err, p.JSON())
	}
	return got
}
