// Package directory knows the agencies: the tree, their codes and aliases, how they are connected, and by which
// credentials they are recognised. It holds all of it in memory over the store: reading costs a map lookup, and every
// act is one durable step with its entry in the log.
//
// It is not the rules of the door (package exchange) nor a transport. It keeps no secret that opens the hub: of an API
// key only the SHA-256 is stored.
package directory

import (
	"context"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
)

// Store keeps agencies; package store states what each method promises.
type Store interface {
	PutAgency(ctx context.Context, a exchange.Agency, e translog.Entry, side *translog.Side) (uint64, error)
	PutAgencies(ctx context.Context, as []exchange.Agency, e translog.Entry, side *translog.Side) error
	Agencies(ctx context.Context, since uint64) ([]exchange.Agency, error)
}

// Options may all be left out.
type Options struct {
	// Clock is time.Now where nil.
	Clock func() time.Time
	// OnChange is told the agencies of each change after it can be read: a dispatcher that waits for an endpoint is
	// woken by it. It must not block and must not act on the directory.
	OnChange func([]exchange.AgencyID)
	// Allows says to which addresses the hub posts at all, whatever an endpoint's own networks are. Nil: to all.
	Allows func(netip.Addr) bool
}

// A Directory is the agencies of one hub. It implements [exchange.Directory]. All methods may be called concurrently;
// readers see the state before or after an act, never between. The agencies it returns share memory with it: nobody
// may change what their slices hold.
type Directory struct {
	store    Store
	clock    func() time.Time
	onChange func([]exchange.AgencyID)
	allows   func(netip.Addr) bool

	current atomic.Pointer[snapshot]
	acts    sync.Mutex // one act at a time

	used sync.Map // key id -> *atomic.Int64, Unix nanoseconds; never stored (P12)
}

// Open reads all agencies of the store.
func Open(ctx context.Context, s Store, o Options) (*Directory, error) {
	d := &Directory{store: s, clock: o.Clock, onChange: o.OnChange, allows: o.Allows}
	if d.clock == nil {
		d.clock = time.Now
	}
	d.current.Store(newSnapshot(nil))
	return d, d.Refresh(ctx)
}

// Refresh reads what was changed in the store by others: another node of a cluster.
func (d *Directory) Refresh(ctx context.Context) error {
	d.acts.Lock()
	defer d.acts.Unlock()
	return d.refresh(ctx)
}

func (d *Directory) refresh(ctx context.Context) error {
	old := d.current.Load()
	changed, err := d.store.Agencies(ctx, old.version)
	if err != nil || len(changed) == 0 {
		return err
	}
	d.current.Store(newSnapshot(old.with(changed)))
	d.tell(changed)
	return nil
}

func (d *Directory) tell(changed []exchange.Agency) {
	if d.onChange == nil {
		return
	}
	ids := make([]exchange.AgencyID, len(changed))
	for i, a := range changed {
		ids[i] = a.ID
	}
	d.onChange(ids)
}

// Agency returns the agency with exactly that identifier, living or closed.
func (d *Directory) Agency(id exchange.AgencyID) (exchange.Agency, bool) {
	a, ok := d.current.Load().agencies[id]
	return a, ok
}

// Children are the agencies directly under id, in order of their identifiers; those without a parent for "".
func (d *Directory) Children(id exchange.AgencyID) []exchange.Agency {
	s := d.current.Load()
	var all []exchange.Agency
	for _, child := range s.children[id] {
		all = append(all, s.agencies[child])
	}
	return all
}

// List returns the agencies changed since a version, in order of change, and the version to ask for next; 0 for all.
// Secrets of endpoints are left out.
func (d *Directory) List(since uint64) ([]exchange.Agency, uint64) {
	s := d.current.Load()
	var all []exchange.Agency
	for _, a := range s.changedSince(since) {
		a.Endpoint.Secret, a.Endpoint.Former = "", ""
		all = append(all, a)
	}
	return all, max(s.version, since)
}
