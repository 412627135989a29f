package console_test

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/console"
)

// A failing hub finds no slip, after whoever asks may have left.
type failing struct {
	console.Hub
	fails func(context.Context) error
}

func (h failing) Vouch(ctx context.Context, _ string) (exchange.Voucher, error) {
	return exchange.Voucher{}, h.fails(ctx)
}

// A browser that was closed is counted apart from what the hub itself could not do, and raises no alarm, as in the API.
func TestABrowserThatWasClosed(t *testing.T) {
	w := newWorld(t)
	broken := errors.New("the disk is broken")
	for _, test := range []struct {
		name   string
		gone   bool
		err    error
		status int
		code   exchange.Kind
		alarm  bool
		wire   int // what one that still reads is answered; zero is as counted
	}{
		{"closed", true, nil, 499, "client-gone", false, 503},
		{"the hub failed", false, broken, 500, exchange.Internal, true, 0},
		{"the disk is full", false, &exchange.Error{Kind: exchange.Busy, Err: broken}, 503, exchange.Busy, true, 0},
		{"the hub is busy", false, exchange.Busy, 503, exchange.Busy, false, 0},
		{"the hub failed and the browser was closed", true, broken, 500, exchange.Internal, false, 0},
	} {
		ctx, leave := context.WithCancel(t.Context())
		var log bytes.Buffer
		var status int
		var code exchange.Kind
		hub := failing{Hub: w.Exchange, fails: func(ctx context.Context) error {
			if test.gone {
				leave()
			}
			if test.err != nil {
				return test.err
			}
			return fmt.Errorf("store: %w", ctx.Err())
		}}
		pages, err := console.New(console.Options{Hub: hub, Agencies: w.Directory, People: w.People, Log: slog.New(slog.NewJSONHandler(&log, nil)),
			Observe: func(_ string, s int, k exchange.Kind, _ time.Duration) { status, code = s, k }})
		w.must(err)
		answer := httptest.NewRecorder()
		pages.ServeHTTP(answer, httptest.NewRequestWithContext(ctx, http.MethodGet, "/kiem-chung/abc", nil))
		leave()
		if status != test.status || code != test.code {
			t.Errorf("%s: counted as %d %s, want %d %s", test.name, status, code, test.status, test.code)
		}
		if alarm := strings.Contains(log.String(), `"level":"ERROR"`); alarm != test.alarm || !strings.Contains(log.String(), fmt.Sprintf(`"status":%d`, test.status)) {
			t.Errorf("%s: logged %s", test.name, log.String())
		}
		if want := cmp.Or(test.wire, test.status); answer.Code != want {
			t.Errorf("%s: answered %d, want %d", test.name, answer.Code, want)
		}
	}
}
