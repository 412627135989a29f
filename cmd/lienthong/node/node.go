package node

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/lienthong/lienthong/config"
	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/api"
	"github.com/lienthong/lienthong/exchange/delivery"
	"github.com/lienthong/lienthong/exchange/directory"
	"github.com/lienthong/lienthong/exchange/revocation"
	"github.com/lienthong/lienthong/exchange/traffic"
	"github.com/lienthong/lienthong/signing"
	"github.com/lienthong/lienthong/store/bolt"
)

// Options are what a hub is made of. Config, LogKey, Public, TokenKey and Anchors are required; Load reads them all.
type Options struct {
	Config   config.Config // one that Check accepts
	LogKey   note.Signer
	Public   note.Verifier // of LogKey
	TokenKey []byte
	Anchors  *signing.Anchors

	Log     *slog.Logger     // default: slog.Default
	Version string           // of the program, for the API
	Clock   func() time.Time // default: time.Now
	// Kernel tells the state of the machine's clock; nil: the kernel does, where it can.
	Kernel func() exchange.TimeState

	// Upkeep is given what does all the calendar's work at once: who moves the clock need not wait for the minute. Nil:
	// nobody is.
	Upkeep func(now func())

	// Timed is told how long each step of a write took, as bolt.Options says; nil: nobody is.
	Timed func(bolt.Step, time.Duration)

	// SampleData has every page of the console say that nothing in it is real.
	SampleData bool
}

// Load reads the keys and anchors that a configuration names.
func Load(c config.Config) (o Options, err error) {
	o.Config = c
	if o.LogKey, err = LoadLogKey(c); err != nil {
		return o, err
	}
	if o.Public, err = loadPublicKey(c); err != nil {
		return o, err
	}
	if o.TokenKey, err = LoadTokenKey(c); err != nil {
		return o, err
	}
	o.Anchors, err = LoadAnchors(c)
	return o, err
}

// consoleLists is how many pages with lists are made at the same time; one agency has half of them.
const consoleLists = 32

// A Node is one whole hub over its open store. The fields are for reading.
type Node struct {
	Hub        *exchange.Hub
	Directory  *directory.Directory
	People     *directory.People
	Store      *bolt.Store
	Dispatcher *delivery.Dispatcher
	Revocation *revocation.Keeper

	config   config.HTTP
	clock    func() time.Time
	onUpkeep func(now func())
	log      *slog.Logger
	metrics  *metrics
	traffic  *traffic.Book
	api      api.Options
	lists    *api.Lists // the console's own: clerks do not hold up the agencies' software
	console  http.Handler
	stopping chan struct{}
}

// Open opens the store and puts the hub together. It does not listen yet and delivers nothing: Serve does. The errors
// bolt.ErrHeld, bolt.ErrNewerSchema and bolt.ErrIncomplete pass through.
func Open(ctx context.Context, o Options) (*Node, error) {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	n := &Node{config: o.Config.HTTP, clock: o.Clock, onUpkeep: o.Upkeep, log: o.Log, metrics: newMetrics(), traffic: traffic.New(o.Clock()), stopping: make(chan struct{}),
		lists: api.NewLists(consoleLists), Dispatcher: &delivery.Dispatcher{}}
	bell, feed := &exchange.Bell{}, &exchange.Bell{}
	var err error
	if n.Store, err = bolt.Open(o.Config.Data, o.store(bell, feed, n.Dispatcher)); err != nil {
		return nil, err
	}
	if n.Directory, err = directory.Open(ctx, n.Store, directory.Options{Clock: o.Clock, OnChange: n.changed, Allows: o.Config.Delivery.Allows}); err != nil {
		return nil, errors.Join(err, n.Store.Close())
	}
	if n.Revocation, err = o.keeper(n); err != nil {
		return nil, errors.Join(err, n.Store.Close())
	}
	n.Hub = o.hub(n, bell, feed)
	o.dispatch(n)
	if n.People, err = o.openPeople(ctx, n); err != nil {
		return nil, errors.Join(err, n.Store.Close())
	}
	n.api = o.serve(n)
	if n.console, err = o.pages(n); err != nil {
		return nil, errors.Join(err, n.Store.Close())
	}
	n.metrics.watch(n)
	return n, nil
}

// changed is told of agencies: they may have a new endpoint, or a new certificate. While the node opens nobody waits.
func (n *Node) changed(ids []exchange.AgencyID) {
	n.Dispatcher.Wake(ids)
	if n.Revocation != nil {
		n.Revocation.Wake()
	}
}

// store says how the store is opened. Its commits wake those who wait for deliveries and for news.
func (o Options) store(bell, feed *exchange.Bell, d *delivery.Dispatcher) bolt.Options {
	s := bolt.Options{Signer: o.LogKey, Origin: o.LogKey.Name(), Logger: o.Log, Timed: o.Timed}
	s.OnLog = feed.Logged
	s.OnDue = func(ids []exchange.AgencyID) {
		bell.Ring(ids)
		d.Wake(ids)
	}
	return s
}

func (o Options) hub(n *Node, bell, feed *exchange.Bell) *exchange.Hub {
	c := o.Config
	limits := exchange.DefaultLimits()
	limits.Body = int64(c.Limits.Body)
	limits.Answer = term(c.Delivery.Answer)
	limits.LeaseTime = time.Duration(c.Delivery.Lease)
	limits.Lifetime, limits.DelayNotice = terms(c.Delivery.Lifetime), terms(c.Delivery.DelayNotice)
	return &exchange.Hub{
		Store: counted{n.Store, n.metrics, n.log}, Directory: n.Directory, Anchors: o.Anchors, TokenKey: o.TokenKey, LogKey: o.Public,
		Own:      envelope.Party{OrganID: exchange.AgencyID(c.Hub.ID), Name: c.Hub.Name},
		Rules:    envelope.Rules{SecretNotations: c.Limits.SecretNotations, MaxAddressees: c.Limits.Addressees},
		Policies: c.Certificates.Policies, Revocations: n.Revocation, Time: o.timeCheck(),
		Limits: limits, Clock: o.Clock, Bell: bell, Feed: feed, Stopping: n.stopping,
	}
}

func terms(of [5]config.Term) (out [5]exchange.Term) {
	for priority, t := range of {
		out[priority] = term(t)
	}
	return out
}

func term(t config.Term) exchange.Term {
	return exchange.Term{WorkingDays: t.WorkingDays, Time: time.Duration(t.Time)}
}

func (o Options) dispatch(n *Node) {
	d, c := n.Dispatcher, o.Config.Delivery
	d.Queue, d.Hub, d.Agencies = counted{n.Store, n.metrics, n.log}, n.Hub, n.Directory
	push := &delivery.Push{Allows: c.Allows}
	d.Courier, n.Hub.Prober = push, push
	d.Observe = n.attempted
	d.Workers, d.Timeout, d.Lease = c.Workers, time.Duration(c.AttemptTimeout), time.Duration(c.Lease)
	d.Log = o.Log
}

func (o Options) serve(n *Node) api.Options {
	return api.Options{
		Hub: n.Hub, Directory: n.Directory, People: n.People, Store: n.Store, Budget: api.NewBudget(int64(o.Config.Limits.Memory)),
		TrustedProxies: o.Config.HTTP.TrustedProxies,
		Sources:        n.sources,
		Dispatcher:     n.Dispatcher, Sign: func() error { return trySigning(o.LogKey) },
		Log: o.Log, Version: o.Version, Observe: n.metrics.observe, Called: n.traffic.Called,
	}
}

// trySigning proves that the log's key still signs. What it signs is no checkpoint and is thrown away.
func trySigning(key note.Signer) error {
	_, err := note.Sign(&note.Note{Text: "readiness, not a checkpoint\n"}, key)
	return err
}

// Close closes the store of a hub that was never served. After Serve it does nothing.
func (n *Node) Close() error { return n.Store.Close() }
