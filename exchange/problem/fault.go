package problem

import (
	"context"
	"errors"
	"net/http"

	"github.com/lienthong/lienthong/exchange"
)

// A client that hung up before it was answered is no failure of the hub. No status of HTTP says so; nginx counts them as
// 499, and so do the hub's logs; on the wire it is 503, as some hang up only the half on which they send.
const (
	StatusGone               = 499
	ClientGone exchange.Kind = "client-gone"
)

// Gone reports whether a request came to nothing only because its client went away.
func Gone(r *http.Request, err error) bool {
	return HubsFault(err) && errors.Is(err, context.Canceled) && errors.Is(r.Context().Err(), context.Canceled)
}

// HubsFault reports whether an operator has to look at it: everything that is no refusal, and a full disk.
func HubsFault(err error) bool {
	kind := exchange.KindOf(err)
	return kind == exchange.Internal || kind == exchange.Busy && Cause(err) != err
}

// Cause is what a refusal keeps for the log, or the error itself.
func Cause(err error) error {
	if e, ok := errors.AsType[*exchange.Error](err); ok && e.Err != nil {
		return e.Err
	}
	return err
}
