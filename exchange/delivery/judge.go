package delivery

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"
)

// A Class is what an attempt says about the document and the endpoint.
type Class string

const (
	// Delivered: the endpoint has taken the document.
	Delivered Class = "delivered"
	// Permanent: the endpoint works and will never take this document.
	Permanent Class = "permanent"
	// Temporary: the endpoint answers, but did not take this document now; it uses up an attempt.
	Temporary Class = "temporary"
	// Outage: the endpoint is not there or says that it is overloaded; the document has nothing to do with it.
	Outage Class = "outage"
	// EndpointClosed: the endpoint said that it is gone for good; only an operator opens it again.
	EndpointClosed Class = "endpoint-closed"
	// CutShort: the hub itself broke the attempt off; nobody's failure.
	CutShort Class = "cut-short"
	// HubFault: the hub could not read what it was to send; the endpoint was not bothered.
	HubFault Class = "hub-fault"
)

// A Verdict is what came of one attempt.
type Verdict struct {
	Class  Class
	Reason string // stable code: "http-503", "dial", "tls", "dns", "timeout", "redirect", "blocked-address", …
	Detail string // for people; it is kept beside the log, not in it
	// NotSent is true only when it is proven that no byte of the document has left.
	NotSent bool
	// RetryAfter is what the endpoint asked for, zero if it did not.
	RetryAfter time.Duration
}

// answers is the table of HTTP answers; what it does not name is judged by its hundred.
var answers = map[int]Class{
	http.StatusBadRequest:            Permanent,
	http.StatusRequestEntityTooLarge: Permanent,
	http.StatusUnsupportedMediaType:  Permanent,
	http.StatusUnprocessableEntity:   Permanent,

	http.StatusGone: EndpointClosed,

	http.StatusRequestTimeout:      Outage,
	http.StatusTooEarly:            Outage,
	http.StatusTooManyRequests:     Outage,
	http.StatusBadGateway:          Outage,
	http.StatusServiceUnavailable:  Outage,
	http.StatusGatewayTimeout:      Outage,
	http.StatusInsufficientStorage: Outage,
}

// judgeStatus: 2xx delivers. A redirect is not followed: it would lead past the allow-list. Other refusals (401, 403,
// 404, …) are mostly mistakes in the endpoint's set-up: worth some more attempts, not endless ones.
func judgeStatus(code int) Verdict {
	v := Verdict{Class: Temporary, Reason: "http-" + strconv.Itoa(code), Detail: strconv.Itoa(code) + " " + http.StatusText(code)}
	if c, ok := answers[code]; ok {
		v.Class = c
	}
	switch code / 100 {
	case 2:
		v.Class, v.Reason = Delivered, ""
	case 3:
		v.Reason = "redirect"
	}
	return v
}

// A failure is an error with the stage at which the attempt ended, from which it follows whether anything was sent.
type failure struct {
	reason  string
	class   Class
	notSent bool
	err     error
}

func (f *failure) Error() string { return f.reason + ": " + f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// unsent is a failure before the connection stood: no byte of the document can have left.
func unsent(reason string, err error) error {
	return &failure{reason: reason, class: Outage, notSent: true, err: err}
}

// judgeError judges an attempt that got no answer.
func judgeError(err error) Verdict {
	v := Verdict{Class: Outage, Reason: "connection", Detail: shortened(err.Error())}
	if isTimeout(err) {
		v.Reason = "timeout"
	}
	if f, ok := errors.AsType[*failure](err); ok {
		v.Class, v.Reason, v.NotSent = f.class, f.reason, f.notSent
	}
	return v
}

func isTimeout(err error) bool {
	t, ok := errors.AsType[interface {
		error
		Timeout() bool
	}](err)
	return errors.Is(err, context.DeadlineExceeded) || (ok && t.Timeout())
}

// shortened keeps what a remote machine said readable and small.
func shortened(s string) string {
	const most = 300
	if len(s) > most {
		return s[:most] + "…"
	}
	return s
}
