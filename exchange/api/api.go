package api

import (
	"context"
	"log/slog"
	"net/netip"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/lienthong/lienthong/client"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/directory"
	"github.com/lienthong/lienthong/exchange/traffic"
	"github.com/lienthong/lienthong/exchange/translog"
)

// Options are what the API stands on. Hub, Directory and Store are required.
type Options struct {
	Hub       *exchange.Hub
	Directory *directory.Directory
	People    *directory.People // required by the admin listener
	Store     Store
	// Budget holds the bodies in flight; give the same one to both listeners. nil: four times the largest body.
	Budget *Budget
	// Lists bounds the answers that list things. nil: 32 for each listener, so that agencies do not hold up the operator.
	Lists *Lists
	// TrustedProxies are those whose X-Forwarded-For says where a caller is; without any it is where the connection
	// comes from.
	TrustedProxies []netip.Prefix
	// Sources lists what authorities are asked for about certificates; nil: there is nothing.
	Sources func() []client.RevocationSource
	// Dispatcher and Sign are asked by /readyz; what is nil is not checked.
	Dispatcher Dispatcher
	Sign       func() error
	Log        *slog.Logger // default: slog.Default
	Version    string
	// URL is where the public listener is, without a slash at its end: links for people begin with it.
	URL string
	// Observe is told of every request that was answered; nil tells nobody. It is called concurrently.
	Observe func(Answered)
	// Called is told of every answered request of an agency, also of one whose key opens nothing any more; nil tells
	// nobody. It is called concurrently.
	Called func(traffic.Call)
}

// An Answered request is what may be counted of one: nothing in it comes from outside.
type Answered struct {
	Route  string // of the table, such as "POST /v1/documents"; empty where none was met
	Status int
	Code   exchange.Kind // empty for what was not refused
	Took   time.Duration
}

// Store is what operators need of the store beyond the use cases; package store states what each method promises.
type Store interface {
	Probe(ctx context.Context) error
	Backup(ctx context.Context, dir string) error
	Append(ctx context.Context, e translog.Entry, side *translog.Side) (int64, error)
	Proof(ctx context.Context, index int64) (translog.Receipt, error)
}

// A Dispatcher tells when it last did its round.
type Dispatcher interface {
	LastTick() time.Time
}

// An api serves one listener.
type api struct {
	Options
	admin   bool
	started time.Time
	ready   readiness
}

// New serves the public listener: agencies, by API key, and what is open to everybody.
func New(o Options) *echo.Echo { return o.withDefaults().echo(false, shared(), public()) }

// NewAdmin serves the admin socket. Every caller is the operator: who can open the socket is decided by its mode.
func NewAdmin(o Options) *echo.Echo { return o.withDefaults().echo(true, shared(), admin()) }

func (o Options) withDefaults() Options {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Budget == nil {
		o.Budget = NewBudget(4 * o.Hub.Limits.Body)
	}
	if o.Lists == nil {
		o.Lists = NewLists(defaultLists)
	}
	return o
}

func (o Options) echo(admin bool, tables ...[]route) *echo.Echo {
	a := &api{Options: o, admin: admin, started: time.Now()}
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.IPExtractor = callersAddress(o.TrustedProxies)
	e.HTTPErrorHandler = a.refuse
	e.Use(a.observe)
	for _, table := range tables {
		for _, r := range table {
			e.Add(r.method, r.path, a.serve(r))
		}
	}
	return e
}
