package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/labstack/echo/v4"

	"github.com/lienthong/lienthong/client"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/api"
	"github.com/lienthong/lienthong/exchange/problem"
	"github.com/lienthong/lienthong/internal/hubtest"
)

// A contract holds every request that reaches a hub under test, and every answer, against openapi.yaml.
type contract struct {
	doc     *openapi3.T
	router  routers.Router
	answers *answers

	mu   sync.Mutex
	seen map[string]bool // see note
}

// theContract is shared by all tests of the package: TestMain looks at what they exercised together.
var theContract = loadContract()

var uuids = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

func loadContract() *contract {
	openapi3filter.RegisterBodyDecoder("text/html", openapi3filter.PlainBodyDecoder)
	openapi3filter.RegisterBodyDecoder("application/xml", openapi3filter.FileBodyDecoder)
	openapi3.DefineStringFormatValidator("uuid", openapi3.NewRegexpFormatValidator(uuids.String()))
	doc, err := openapi3.NewLoader().LoadFromData(api.Contract())
	if err != nil {
		panic(err)
	}
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		panic(err)
	}
	answers, err := newAnswers(doc)
	if err != nil {
		panic(err)
	}
	return &contract{doc: doc, router: router, answers: answers, seen: make(map[string]bool)}
}

// checked is a hub whose every exchange is checked.
func checked(t *testing.T, c hubtest.Config, agencies ...exchange.Agency) *hubtest.Hub {
	t.Helper()
	c.Wrap = func(next http.Handler) http.Handler { return theContract.wrap(t.Errorf, next) }
	return c.New(t, agencies...)
}

func (c *contract) wrap(fail func(format string, args ...any), next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		in := &teeReader{ReadCloser: r.Body}
		r = r.WithContext(r.Context()) // a copy: the server looks at the body of its own request
		r.Body = in
		out := &teeWriter{ResponseWriter: w}
		next.ServeHTTP(out, r)
		if err := c.judge(r, in.seen.Bytes(), out); err != nil {
			fail("%s %s -> %d: %v\n%.400s", r.Method, r.URL, out.status, err, out.body.Bytes())
		}
	})
}

type teeReader struct {
	io.ReadCloser
	seen bytes.Buffer
}

func (r *teeReader) Read(p []byte) (int, error) {
	n, err := r.ReadCloser.Read(p)
	r.seen.Write(p[:n])
	return n, err
}

type teeWriter struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (w *teeWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func (w *teeWriter) Write(p []byte) (int, error) {
	w.body.Write(p)
	return w.ResponseWriter.Write(p)
}

func (w *teeWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (c *contract) judge(r *http.Request, body []byte, w *teeWriter) error {
	if w.status >= 500 && w.status != http.StatusServiceUnavailable {
		return fmt.Errorf("the hub failed")
	}
	if err := paged(w); err != nil {
		return err
	}
	route, params, err := c.router.FindRoute(r)
	if err != nil {
		return strayed(w)
	}
	in := &openapi3filter.RequestValidationInput{Request: request(r, body), PathParams: params, Route: route, Options: &openapi3filter.Options{
		ExcludeRequestBody: int64(len(body)) != r.ContentLength, IncludeResponseStatus: true, AuthenticationFunc: openapi3filter.NoopAuthenticationFunc,
	}}
	if broken := c.broken(r, in); broken != nil && w.status < 400 {
		return fmt.Errorf("the request breaks the contract and was served: %w", broken)
	}
	c.note(r, route.Operation, w.status)
	return c.answers.holds(in, w)
}

// paged holds a refusal to what its type promises: each of its codes has a page.
func paged(w *teeWriter) error {
	var p client.Problem
	if w.Header().Get("Content-Type") != problem.ContentType || json.Unmarshal(w.body.Bytes(), &p) != nil {
		return nil // the contract says what is wrong with it
	}
	for _, f := range append(p.Errors, client.Fault{Code: p.Code}) {
		if _, ok := problem.Page(f.Code); !ok {
			return fmt.Errorf("the code %q has no page", f.Code)
		}
	}
	return nil
}

// strayed judges the answer at an address that the contract does not have.
func strayed(w *teeWriter) error {
	if w.status != http.StatusNotFound && w.status != http.StatusMethodNotAllowed {
		return fmt.Errorf("the contract does not have this, and it was served")
	}
	if got := w.Header().Get("Content-Type"); got != "application/problem+json" {
		return fmt.Errorf("a refusal of type %q", got)
	}
	return nil
}

func request(r *http.Request, body []byte) *http.Request {
	again := r.Clone(r.Context())
	again.Body = readCloser(body)
	return again
}

func readCloser(b []byte) io.ReadCloser { return io.NopCloser(bytes.NewReader(b)) }

func (c *contract) broken(r *http.Request, in *openapi3filter.RequestValidationInput) error {
	for name := range r.URL.Query() {
		if in.Route.Operation.Parameters.GetByInAndName("query", name) == nil {
			return fmt.Errorf("parameter %s is not in the contract", name)
		}
	}
	return openapi3filter.ValidateRequest(r.Context(), in)
}

func TestContractIsValid(t *testing.T) {
	if err := theContract.doc.Validate(t.Context()); err != nil {
		t.Error(err)
	}
	if !strings.HasPrefix(theContract.doc.OpenAPI, "3.1") {
		t.Errorf("openapi: %s, want 3.1", theContract.doc.OpenAPI)
	}
}

// Each listener serves exactly the operations that the contract says it does, with exactly its methods.
func TestRoutesAreTheContract(t *testing.T) {
	hub := &exchange.Hub{Limits: exchange.DefaultLimits()}
	for listener, e := range map[string]*echo.Echo{
		"public": api.New(api.Options{Hub: hub}), "admin": api.NewAdmin(api.Options{Hub: hub, Log: slog.Default()}),
	} {
		var served, promised []string
		for _, r := range e.Routes() {
			served = append(served, r.Method+" "+r.Path)
		}
		for path, item := range theContract.doc.Paths.Map() {
			for method, op := range item.Operations() {
				if slices.Contains(op.Extensions["x-listeners"].([]any), any(listener)) {
					promised = append(promised, method+" "+echoPath(path))
				}
			}
		}
		slices.Sort(served)
		slices.Sort(promised)
		if !slices.Equal(served, promised) {
			t.Errorf("%s listener: serves\n%s\nthe contract has\n%s", listener, strings.Join(served, "\n"), strings.Join(promised, "\n"))
		}
	}
}

func echoPath(path string) string {
	return strings.ReplaceAll(strings.ReplaceAll(path, "{", ":"), "}", "")
}
