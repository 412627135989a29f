package api

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/problem"
)

// A call is one request with who makes it.
type call struct {
	echo.Context
	who exchange.Caller
	// counted is set when the refusal, if there will be one, is already counted at the door, or shall not be.
	counted bool
}

func (c *call) ctx() context.Context { return c.Request().Context() }

// The keys under which a request keeps what observe logs and tidy needs.
const (
	traceKey  = "trace"
	callerKey = "caller"
	errorKey  = "error"
	routeKey  = "route"
	readKey   = "read" // set when a body was read to its end
)

// observe gives every request its trace id and its line in the log, and turns a panic into the hub's own fault.
func (a *api) observe(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		began := time.Now()
		trace := newTrace()
		c.Set(traceKey, trace)
		c.Response().Header().Set("X-Trace-Id", trace)
		tidy(c)
		if err := a.guarded(next, c); err != nil {
			c.Error(err)
		}
		a.record(c, began)
		return nil
	}
}

func newTrace() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

func (a *api) guarded(next echo.HandlerFunc, c echo.Context) (err error) {
	defer func() {
		if p := recover(); p != nil {
			a.Log.Error("panic", "trace", c.Get(traceKey), "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			err = exchange.Internal
		}
	}()
	return next(c)
}

// serve is the way of every request that has a route: who calls, is every parameter known, then the use case.
func (a *api) serve(r route) echo.HandlerFunc {
	return func(ec echo.Context) error {
		c := &call{Context: ec}
		c.Set(routeKey, r.method+" "+r.path)
		if err := a.identify(c, r); err != nil {
			return err
		}
		err := known(c, r.query)
		switch {
		case err != nil:
		case r.lists:
			err = a.handleList(c, r)
		default:
			err = r.handle(a, c)
		}
		if err != nil && r.method == post && !c.counted {
			a.Hub.Refused(c.ctx(), c.who, err) // DESIGN 8: refusals of authenticated callers are entries of the log
		}
		return err
	}
}

func (a *api) identify(c *call, r route) (err error) {
	switch {
	case r.open:
		return nil
	case a.admin:
		c.who = exchange.Caller{Operator: "local"}
	default:
		if c.who, err = a.authenticate(c.Request(), c.RealIP()); err != nil {
			return err
		}
	}
	c.Set(callerKey, c.who)
	return nil
}

func (a *api) authenticate(r *http.Request, address string) (exchange.Caller, error) {
	key := bearer(r)
	if key == "" {
		return exchange.Caller{}, exchange.Unauthenticated
	}
	from, _ := netip.ParseAddr(address) // unknown, it is in no network that a key is bound to
	return a.Directory.Authenticate(key, from.Unmap(), a.now())
}

// bearer is the key that a request carries; empty for none.
func bearer(r *http.Request) string {
	scheme, key, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(key)
}

// now is the hub's clock, by which keys and certificates end.
func (a *api) now() time.Time {
	if a.Hub.Clock != nil {
		return a.Hub.Clock().UTC()
	}
	return time.Now().UTC()
}

// refuse is the only place that answers an error.
func (a *api) refuse(err error, c echo.Context) {
	err = kinded(err)
	c.Set(errorKey, err)
	if problem.Gone(c.Request(), err) {
		err = exchange.Busy // who closed only its sending half reads on, and no answer is a 200 to net/http
		defer func() { c.Response().Status = problem.StatusGone }()
	}
	if c.Response().Committed {
		return // bytes are out: net/http cuts the connection, as the announced length was not reached
	}
	p := problem.Of(err)
	p.TraceID, _ = c.Get(traceKey).(string)
	h := c.Response().Header()
	for _, name := range []string{"ETag", "Content-Disposition", "Content-Length", "Last-Modified"} {
		h.Del(name) // of the answer that did not come about
	}
	h.Set("Cache-Control", "no-store")
	if p.RetryAfter > 0 {
		h.Set("Retry-After", fmt.Sprint(int64(p.RetryAfter/time.Second)))
	}
	if p.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", "Bearer")
	}
	_ = blob(c, p.Status, problem.ContentType, p.JSON()) // nobody is left to be told
}

// kinded gives echo's own refusals a kind of the hub's.
func kinded(err error) error {
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

// record writes the request's line: ids, never subjects, keys or query strings.
func (a *api) record(c echo.Context, began time.Time) {
	r, w := c.Request(), c.Response()
	took := time.Since(began)
	line := []slog.Attr{
		slog.String("trace", fmt.Sprint(c.Get(traceKey))), slog.String("method", method(r)), slog.String("route", c.Path()),
		slog.Int("status", w.Status), slog.Int64("in", max(r.ContentLength, 0)), slog.Int64("out", w.Size),
		slog.Duration("took", took),
	}
	if who, ok := c.Get(callerKey).(exchange.Caller); ok {
		line = append(line, slog.String("actor", who.Actor()), slog.String("credential", who.Credential))
	}
	for i, name := range c.ParamNames() {
		line = append(line, slog.String(name, shorten(c.ParamValues()[i])))
	}
	level := slog.LevelInfo
	var kind exchange.Kind
	if err, _ := c.Get(errorKey).(error); err != nil {
		kind = exchange.KindOf(err)
		line = append(line, slog.String("code", string(kind)))
		switch {
		case problem.Gone(r, err):
			kind = problem.ClientGone
			line[len(line)-1] = slog.String("code", string(kind))
		case problem.HubsFault(err) && r.Context().Err() == nil:
			level = slog.LevelError
			line = append(line, slog.String("error", problem.Cause(err).Error()))
		}
	}
	a.Log.LogAttrs(r.Context(), level, "request", line...)
	if a.Observe != nil {
		route, _ := c.Get(routeKey).(string)
		a.Observe(Answered{Route: route, Status: w.Status, Code: kind, Took: took})
	}
	a.tell(c, kind, took)
}

// method is one that HTTP knows: a stranger's word, of any length, is nothing for the log.
func method(r *http.Request) string {
	switch r.Method {
	case get, post, put, remove, http.MethodHead, http.MethodPatch, http.MethodOptions, http.MethodConnect, http.MethodTrace:
		return r.Method
	}
	return "other"
}

func shorten(s string) string {
	const most = 80
	if len(s) > most {
		return s[:most] + "…"
	}
	return s
}
