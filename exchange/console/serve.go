package console

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/problem"
)

// policy allows nothing that the console does not bring itself, and nothing inline.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// A visit is one request with who makes it.
type visit struct {
	echo.Context
	words   words
	person  exchange.Person // Version 0 for a stranger
	session exchange.Session
	caller  exchange.Caller
	agency  exchange.Agency
	newest  int64 // entry of the caller's feed when the request came

	keptFields url.Values // of this page's form, from before the sign-in
}

func (v *visit) ctx() context.Context { return v.Request().Context() }

// by htmx: the answer replaces a part of the page, and a redirect must be said in a header of its own.
func (v *visit) partial() bool { return v.Request().Header.Get("HX-Request") == "true" }

const (
	traceKey = "trace"
	routeKey = "route"
	visitKey = "visit"
	errorKey = "error"
)

// observe gives every request its trace id, its headers and its line in the log, and turns a panic into the hub's own
// fault.
func (c *console) observe(next echo.HandlerFunc) echo.HandlerFunc {
	return func(ec echo.Context) error {
		began := time.Now()
		trace := newTrace()
		ec.Set(traceKey, trace)
		h := ec.Response().Header()
		h.Set("X-Trace-Id", trace)
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin") // a link with a token in it must not be told to others
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		ec.Request().Body = http.MaxBytesReader(ec.Response(), ec.Request().Body, c.largest(c.routes[ec.Request().Method+" "+ec.Path()]))
		err := c.guarded(next, ec)
		begun := ec.Response().Committed
		if err != nil {
			ec.Error(err)
		}
		c.record(ec, began)
		if err != nil && begun {
			panic(http.ErrAbortHandler) // what broke off must not look whole to who reads it
		}
		return nil
	}
}

func newTrace() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

func (c *console) guarded(next echo.HandlerFunc, ec echo.Context) (err error) {
	defer func() {
		if p := recover(); p != nil {
			c.Log.Error("panic", "trace", ec.Get(traceKey), "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			err = exchange.Internal
		}
	}()
	return next(ec)
}

// serve is the way of every request that has a route: who asks, may they, then the page.
func (c *console) serve(r route) echo.HandlerFunc {
	return func(ec echo.Context) error {
		ec.Set(routeKey, r.method+" "+r.path)
		v := c.visit(ec, r.live)
		if r.live && elsewhere(ec.Request()) { // it is asked by an open page alone, and may act
			c.foreign(ec.Response(), ec.Request())
			return nil
		}
		if r.who != everybody && v.person.Version == 0 {
			if r.live {
				return exchange.Unauthenticated
			}
			return c.toSignIn(v, r)
		}
		if !r.who.admits(v.person) {
			return exchange.Forbidden
		}
		if err := bounded(v); err != nil {
			return err
		}
		if err := c.mark(v); err != nil {
			return err
		}
		give, err := c.readForm(v, r)
		if err != nil {
			return err
		}
		defer give()
		c.kept(v)
		if !r.lists {
			return r.handle(c, v)
		}
		leave, err := c.Places(v.ctx(), v.caller.Actor())
		if err != nil {
			return err
		}
		defer leave()
		return r.handle(c, v)
	}
}

// mark notes where the log ends before a page is made: what comes after it, the page does not show.
func (c *console) mark(v *visit) (err error) {
	if v.person.Version != 0 && v.Request().Method == get {
		v.newest, err = c.Hub.Newest(v.ctx(), v.caller)
	}
	return err
}

// visit finds who asks, and in what language. What a page asks by itself is no sign of life of a person.
func (c *console) visit(ec echo.Context, itself bool) *visit {
	v := &visit{Context: ec, words: c.language(ec.Request())}
	session := c.People.Session
	if itself {
		session = c.People.Look
	}
	if p, s, ok := session(cookieOf(v)); ok {
		v.person, v.session, v.caller = p, s, p.Caller(s, c.Address(ec.Request()))
		v.agency, _ = c.Agencies.Agency(p.Agency)
		v.caller.Test = v.agency.Sandbox
	}
	ec.Set(visitKey, v)
	return v
}

// toSignIn sends a stranger to the sign-in page, and back to where they wanted to go. In the middle of a page htmx is
// told to leave it: a sign-in form in a table's place would help nobody.
func (c *console) toSignIn(v *visit, asked route) error {
	to := "/dang-nhap"
	r := v.Request()
	back := asked.formOf(v)
	switch {
	case back != "":
		c.keep(v, asked)
		to += "?" + url.Values{"ve": {back}, "het": {"1"}}.Encode()
	case v.partial():
		if address := under(r); address != "" {
			to += "?" + url.Values{"ve": {address}, "het": {"1"}}.Encode()
		}
	case r.Method == get && r.URL.Path != "/":
		to += "?" + url.Values{"ve": {r.URL.RequestURI()}}.Encode()
	case r.Method == post:
		to += "?het=1"
	}
	if v.partial() {
		v.Response().Header().Set("HX-Redirect", to)
		return v.NoContent(http.StatusOK)
	}
	return v.Redirect(http.StatusSeeOther, to)
}

// under is the page under which htmx asked; with what was asked where that is the same page with another filter, so that
// what was typed there is not lost.
func under(r *http.Request) string {
	u, err := url.Parse(r.Header.Get("HX-Current-URL"))
	switch {
	case err != nil || u.Path == "":
		return ""
	case r.Method == get && u.Path == r.URL.Path:
		return r.URL.RequestURI()
	}
	return u.RequestURI()
}

// local is an address of the console itself, such as a form may name to go back to; "/" for anything else.
func local(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(address, "/") || strings.HasPrefix(address, "//") || strings.Contains(address, "\\") {
		return "/"
	}
	return u.RequestURI()
}

// foreign answers a form that another site sent.
func (c *console) foreign(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(http.StatusForbidden)
	_, _ = w.Write([]byte(c.language(r).text("error.foreign") + "\n"))
}

// refuse is the only place that answers an error.
func (c *console) refuse(err error, ec echo.Context) {
	err = kinded(err)
	ec.Set(errorKey, err)
	if problem.Gone(ec.Request(), err) {
		err = exchange.Busy // who closed only its sending half reads on, and no answer is a 200 to net/http
		defer func() { ec.Response().Status = problem.StatusGone }()
	}
	if ec.Response().Committed {
		return
	}
	v, ok := ec.Get(visitKey).(*visit)
	if !ok {
		v = c.visit(ec, true)
	}
	p := problem.Of(err)
	e := failure{Title: p.TitleEN, Detail: sentence(p.DetailEN), Advice: p.AdviceEN, Trace: fmt.Sprint(ec.Get(traceKey)), Status: p.Status}
	if v.words.Lang == "vi" {
		e.Title, e.Detail, e.Advice = p.Title, p.Detail, p.Advice
	}
	e.own(v.words, exchange.Kind(p.Code), err)
	retryAfter(ec, p)
	for _, name := range []string{"ETag", "Content-Disposition", "Content-Length"} {
		ec.Response().Header().Del(name) // of the answer that did not come about
	}
	ec.Response().Header().Set("Cache-Control", "no-store")
	ec.Response().Header().Set("Content-Security-Policy", policy) // a file has another
	_ = c.render(v, p.Status, "error", e.Title, e)                // nobody is left to be told
}

func retryAfter(ec echo.Context, p problem.Problem) {
	if p.RetryAfter > 0 {
		ec.Response().Header().Set("Retry-After", fmt.Sprint(int64(p.RetryAfter/time.Second)))
	}
}

// A failure is what the page of an error says.
type failure struct {
	Title, Detail, Advice, Trace string
	Status                       int
}

// own says in words for people what the problem's say to software.
func (f *failure) own(w words, kind exchange.Kind, err error) {
	if kind != exchange.Forbidden && kind != exchange.NotFound {
		return
	}
	f.Advice = w.text("error." + string(kind) + ".advice")
	if e, ok := errors.AsType[*exchange.Error](err); !ok || e.VI == "" {
		f.Detail = w.text("error." + string(kind))
	}
}

// kinded gives echo's own refusals a kind of the hub's.
func kinded(err error) error {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return exchange.TooLarge
	}
	he, ok := errors.AsType[*echo.HTTPError](err)
	switch {
	case !ok:
		return err
	case he.Code == http.StatusNotFound:
		return exchange.NotFound
	case he.Code == http.StatusMethodNotAllowed:
		return problem.MethodNotAllowed
	case he.Code < 500:
		return &exchange.Error{Kind: exchange.BadRequest, Err: err}
	}
	return err
}

// record writes the request's line: ids, never subjects, tokens or query strings.
func (c *console) record(ec echo.Context, began time.Time) {
	r, w := ec.Request(), ec.Response()
	route, _ := ec.Get(routeKey).(string)
	line := []slog.Attr{slog.Any("trace", ec.Get(traceKey)), slog.String("route", route), slog.Int("status", w.Status),
		slog.Int64("out", w.Size), slog.Duration("took", time.Since(began))}
	if v, ok := ec.Get(visitKey).(*visit); ok && v.person.Version != 0 {
		line = append(line, slog.String("credential", v.session.ID))
	}
	if id := ec.Param("id"); len(id) == 36 {
		line = append(line, slog.String("id", id))
	}
	level := slog.LevelInfo
	var kind exchange.Kind
	if err, _ := ec.Get(errorKey).(error); err != nil {
		if kind = exchange.KindOf(err); problem.Gone(r, err) {
			kind = problem.ClientGone
		}
		line = append(line, slog.String("code", string(kind)))
		if problem.HubsFault(err) && r.Context().Err() == nil {
			level = slog.LevelError
			line = append(line, slog.String("error", problem.Cause(err).Error()))
		}
	}
	c.Log.LogAttrs(r.Context(), level, "console", line...)
	if c.Observe != nil && !strings.HasPrefix(w.Header().Get("Content-Type"), "text/event-stream") {
		c.Observe(route, w.Status, kind, time.Since(began))
	}
}
