package console

import (
	"context"
	"html/template"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/calendar"
	"github.com/lienthong/lienthong/exchange/directory"
	"github.com/lienthong/lienthong/exchange/traffic"
)

// Hub is what the pages need of the use cases; package exchange states what each promises.
type Hub interface {
	Document(ctx context.Context, c exchange.Caller, id exchange.MessageID) (exchange.View, error)
	Letter(ctx context.Context, c exchange.Caller, id exchange.MessageID, reason string) (exchange.Letter, error)
	Content(ctx context.Context, c exchange.Caller, id exchange.MessageID, reason string) (exchange.Message, exchange.Body, error)
	Search(ctx context.Context, c exchange.Caller, q exchange.Query) (exchange.Page, error)
	Altered(ctx context.Context, records []exchange.LogRecord) (map[int64]exchange.Broken, error)
	Report(ctx context.Context, c exchange.Caller, id exchange.DeliveryID, w exchange.Word) (*exchange.Receipt, error)
	Take(ctx context.Context, c exchange.Caller, wait time.Duration, still func() error) (int, error)
	News(ctx context.Context, c exchange.Caller, after int64, limit int, wait time.Duration) ([]exchange.News, error)
	Newest(ctx context.Context, c exchange.Caller) (int64, error)
	Recall(ctx context.Context, c exchange.Caller, id exchange.MessageID, d exchange.Demand) ([]exchange.Demanded, error)
	Resend(ctx context.Context, c exchange.Caller, id exchange.DeliveryID, reason string) (exchange.Delivery, error)
	Remind(ctx context.Context, c exchange.Caller, id exchange.MessageID, whom []exchange.DeliveryID) error
	Calendar() calendar.Calendar
	Tally(ctx context.Context, c exchange.Caller, q exchange.Query) (int, error)
	Validate(ctx context.Context, s exchange.Submission) (*exchange.Checked, error)
	Submit(ctx context.Context, s exchange.Submission) (*exchange.Receipt, error)
	Paper(ctx context.Context, c exchange.Caller, id exchange.MessageID, kind exchange.SlipKind) (exchange.Paper, error)
	Vouch(ctx context.Context, code string) (exchange.Voucher, error)

	Connection(ctx context.Context, c exchange.Caller, id exchange.AgencyID) (exchange.Connection, error)
	Try(ctx context.Context, c exchange.Caller, id exchange.AgencyID) (exchange.Probe, error)
	Operations
	auditHub
	reportHub
}

// Agencies is what the pages need of the directory.
type Agencies interface {
	Agency(id exchange.AgencyID) (exchange.Agency, bool)
	Identify(code exchange.AgencyID) (exchange.Agency, bool)
	Find(words string, most int) []exchange.Agency
	Resolve(code exchange.AgencyID, at time.Time) (exchange.Resolution, error)
	LastUsed(keyID string) time.Time
	Sharers(id exchange.AgencyID, der []byte) []exchange.AgencyID
	Connections
	Registry
	agencyTree
}

// Options are what the console stands on. Hub, Agencies and People are required.
type Options struct {
	Hub      Hub
	Agencies Agencies
	People   *directory.People
	// Room reserves memory for a body that is read whole, Places a turn for an answer that lists things; both are given
	// back by what they return, once. nil: there is always room.
	Room   func(who string, bytes int64) (give func(), err error)
	Places func(ctx context.Context, who string) (leave func(), err error)
	// Streams is how many open pages are kept up to date at the same time. 0: 500.
	Streams int
	// Document is the largest envelope that is taken, in bytes. 0: that of the hub's default limits.
	Document int64
	// Download is how many bytes documents have together that are downloaded as one file; one document is never too large.
	// 0: 256 MB.
	Download int64
	// Address is where a request comes from. nil: where its connection does.
	Address func(*http.Request) netip.Addr
	Clock   func() time.Time // default: time.Now
	Log     *slog.Logger     // default: slog.Default
	// Machine is what operators are told of the program and its machine.
	Machine Machine
	Version string
	Name    string            // of the hub, for the head of each page
	ID      exchange.AgencyID // under which the hub sends notices
	Ribbon  bool              // sample data: said on every page
	// Stopping is closed when the hub is about to stop: streams then end, and what was begun for an operator ends between
	// two steps. nil: never.
	Stopping <-chan struct{}
	// Traffic is what is remembered of the agencies' software since the hub's start. nil: nothing.
	Traffic *traffic.Book
	// Breaker tells how the hub treats an agency's endpoint; false while it posted nothing. nil: nobody knows.
	Breaker func(exchange.AgencyID) (Breaker, bool)
	// Observe is told of every request that was answered, but of streams; nil tells nobody. It is called concurrently.
	Observe func(route string, status int, code exchange.Kind, took time.Duration)
}

// A console serves all pages.
type console struct {
	Options
	pages  map[string]*template.Template
	words  map[string]words
	assets assets

	streams  streams
	routes   map[string]route // by method and path
	asked    *askers          // of slips
	reached  reached          // by verifications of the log
	began    time.Time
	errands  errands
	imports  imports
	pulse    pulse
	pictures pictures
}

// New serves the console. It is mounted at the root: its addresses do not collide with the API's.
func New(o Options) (http.Handler, error) {
	c := &console{Options: o.withDefaults(), routes: make(map[string]route), asked: newAskers(), reached: newReached()}
	c.began = c.Clock()
	var err error
	if c.assets, err = loadAssets(); err != nil {
		return nil, err
	}
	if c.words, err = loadWords(); err != nil {
		return nil, err
	}
	if c.pages, err = loadPages(c.assets); err != nil {
		return nil, err
	}
	protection := http.NewCrossOriginProtection()
	protection.SetDenyHandler(http.HandlerFunc(c.foreign))
	return protection.Handler(c.echo()), nil
}

func (o Options) withDefaults() Options {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Address == nil {
		o.Address = func(r *http.Request) netip.Addr {
			at, _ := netip.ParseAddrPort(r.RemoteAddr)
			return at.Addr().Unmap()
		}
	}
	if o.Document == 0 {
		o.Document = exchange.DefaultLimits().Body
	}
	if o.Download == 0 {
		o.Download = mostDownloaded
	}
	if o.Streams == 0 {
		o.Streams = liveStreams
	}
	if o.Room == nil {
		o.Room = func(string, int64) (func(), error) { return func() {}, nil }
	}
	if o.Traffic == nil {
		o.Traffic = traffic.New(o.Clock())
	}
	if o.Breaker == nil {
		o.Breaker = func(exchange.AgencyID) (Breaker, bool) { return Breaker{}, false }
	}
	if o.Places == nil {
		o.Places = func(context.Context, string) (func(), error) { return func() {}, nil }
	}
	return o
}

func (c *console) echo() *echo.Echo {
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.IPExtractor = echo.ExtractIPDirect() // addresses are what Options.Address says
	e.HTTPErrorHandler = c.refuse
	e.Use(c.observe)
	for _, r := range routes() {
		c.routes[r.method+" "+r.path] = r
		e.Add(r.method, r.path, c.serve(r))
	}
	return e
}
