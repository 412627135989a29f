package directory

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
)

// PeopleStore keeps people; package store states what each method promises.
type PeopleStore interface {
	PutPerson(ctx context.Context, p exchange.Person, e translog.Entry, side *translog.Side) (uint64, error)
	People(ctx context.Context, since uint64) ([]exchange.Person, error)
}

// PeopleOptions may all be left out but Agencies.
type PeopleOptions struct {
	// Agencies are asked whether the agency of a clerk is there and lives.
	Agencies exchange.Directory
	// Clock is time.Now where nil.
	Clock func() time.Time
	// Issuer is what authenticators show beside the code; "Lien Thong" where empty.
	Issuer string
	// Idle is how long a session may rest; 30 minutes where zero. Longest is how long it lasts at all; 10 hours.
	Idle, Longest time.Duration
	Log           *slog.Logger // default: slog.Default
}

// People are those who sign in to one hub's console: who they are, what proves it, and their sessions. Every act is one
// durable step with its entry in the log. All methods may be called concurrently. What it returns shares memory with it
// and is not to be changed.
type People struct {
	store PeopleStore
	PeopleOptions
	opened time.Time

	current atomic.Pointer[crowd]
	acts    sync.Mutex // one act at a time

	hasher   hasher
	throttle throttle
	waiting  waiting  // right passwords without a code
	drafts   drafts   // second factors being set up
	seen     sync.Map // session id -> *atomic.Int64, Unix nanoseconds; never stored (P12)
}

// A crowd is the people at one moment. It is never changed once published.
type crowd struct {
	people   map[string]exchange.Person // by login
	sessions map[string]string          // digest of the cookie to login
	invited  map[string]string          // digest of the token to login
	names    map[string]string          // by id
	version  uint64
}

// OpenPeople reads all people of the store.
func OpenPeople(ctx context.Context, s PeopleStore, o PeopleOptions) (*People, error) {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	o.Idle, o.Longest = cmp.Or(o.Idle, 30*time.Minute), cmp.Or(o.Longest, 10*time.Hour)
	o.Issuer = cmp.Or(o.Issuer, "Lien Thong")
	p := &People{store: s, PeopleOptions: o, opened: o.Clock(), hasher: newHasher()}
	p.current.Store(newCrowd(nil, 0))
	p.acts.Lock()
	defer p.acts.Unlock()
	return p, p.refresh(ctx)
}

func newCrowd(people map[string]exchange.Person, version uint64) *crowd {
	c := &crowd{people: people, sessions: make(map[string]string), invited: make(map[string]string),
		names: make(map[string]string), version: version}
	for login, p := range people {
		c.names[p.ID] = p.Name
		c.version = max(c.version, p.Version)
		if len(p.Invitation.Digest) > 0 {
			c.invited[string(p.Invitation.Digest)] = login
		}
		for _, s := range p.Sessions {
			c.sessions[string(s.Digest)] = login
		}
	}
	return c
}

func (p *People) refresh(ctx context.Context) error {
	old := p.current.Load()
	changed, err := p.store.People(ctx, old.version)
	if err != nil || len(changed) == 0 {
		return err
	}
	next := make(map[string]exchange.Person, len(old.people)+len(changed))
	maps.Copy(next, old.people)
	for _, x := range changed {
		next[x.Login] = x
	}
	p.current.Store(newCrowd(next, old.version))
	p.forget()
	return nil
}

// forget drops when sessions were seen that are no more.
func (p *People) forget() {
	known := make(map[string]bool)
	for _, x := range p.current.Load().people {
		for _, s := range x.Sessions {
			known[s.ID] = true
		}
	}
	p.seen.Range(func(id, _ any) bool {
		if !known[id.(string)] {
			p.seen.Delete(id)
		}
		return true
	})
}

// List is everybody, in order of their logins, without what is secret.
func (p *People) List() []exchange.Person {
	var all []exchange.Person
	for _, x := range p.current.Load().people {
		all = append(all, public(x))
	}
	slices.SortFunc(all, func(a, b exchange.Person) int { return strings.Compare(a.Login, b.Login) })
	return all
}

// Of are the people of one agency, in order of their logins, without what is secret.
func (p *People) Of(id exchange.AgencyID) []exchange.Person {
	var all []exchange.Person
	for _, x := range p.current.Load().people {
		if x.Agency == id && id != "" {
			all = append(all, public(x))
		}
	}
	slices.SortFunc(all, func(a, b exchange.Person) int { return strings.Compare(a.Login, b.Login) })
	return all
}

// Person is one of them, without what is secret.
func (p *People) Person(login string) (exchange.Person, bool) {
	x, ok := p.current.Load().people[login]
	return public(x), ok
}

// NameOf is the name of who acted with a credential of the log: the person of a session; "" for what is none.
func (p *People) NameOf(credential string) string {
	id, _, _ := strings.Cut(credential, ".")
	return p.current.Load().names[id]
}

// public leaves out everything that proves who a person is. That there is something stays visible.
func public(x exchange.Person) exchange.Person {
	hide := func(secret []byte) []byte {
		if len(secret) == 0 {
			return nil
		}
		return []byte{}
	}
	if x.Password != "" {
		x.Password = "set"
	}
	x.SecondFactor, x.Invitation.Digest = hide(x.SecondFactor), hide(x.Invitation.Digest)
	x.Recovery = slices.Clone(x.Recovery)
	for i := range x.Recovery {
		x.Recovery[i] = nil
	}
	x.Sessions = slices.Clone(x.Sessions)
	for i := range x.Sessions {
		x.Sessions[i].Digest = nil
	}
	return x
}

// A deed is what one change of a person leaves in the log.
type deed struct {
	typ  translog.Type
	kind string
	text map[string]string // erasable
}

// change applies one act to one person, compare-and-swap. edit gets a copy whose slices it must not write into, and is
// called again on the newer state if another node was faster.
func (p *People) change(ctx context.Context, by exchange.Caller, login string, edit func(x *exchange.Person) (deed, error)) (exchange.Person, error) {
	p.acts.Lock()
	defer p.acts.Unlock()
	for try := 1; ; try++ {
		x, err := p.tryChange(ctx, by, login, edit)
		if errors.Is(err, errUnchanged) {
			return x, nil
		}
		if !errors.Is(err, exchange.Conflict) || try == attempts || !p.refreshed(ctx) {
			return x, err
		}
	}
}

func (p *People) tryChange(ctx context.Context, by exchange.Caller, login string, edit func(*exchange.Person) (deed, error)) (exchange.Person, error) {
	x, ok := p.current.Load().people[login]
	if !ok {
		x = exchange.Person{Login: login}
	}
	what, err := edit(&x)
	if err != nil {
		return x, err
	}
	now := p.Clock().UTC()
	x.Sessions = running(x.Sessions, now)
	text, err := side(what.text)
	if err != nil {
		return x, err
	}
	entry := translog.Entry{V: translog.Schema, Time: now, Type: what.typ, Actor: actor(by, x, what), Credential: by.Credential,
		Addressee: string(x.Agency), Kind: what.kind, Code: x.ID}
	if x.Version, err = p.store.PutPerson(ctx, x, entry, text); err != nil {
		return x, err
	}
	return x, p.refresh(context.WithoutCancel(ctx)) // a session ended on disk must not go on because its owner hung up
}

// actor is who acts: the caller, or the person on the own account.
func actor(by exchange.Caller, x exchange.Person, what deed) string {
	switch {
	case what.kind == kindLocked:
		return exchange.Stranger
	case by.Actor() != "":
		return by.Actor()
	case x.Agency != "":
		return string(x.Agency)
	case x.Has(exchange.Operate):
		return exchange.Caller{Operator: x.ID}.Actor()
	}
	return exchange.Caller{Auditor: x.ID}.Actor()
}

func (p *People) refreshed(ctx context.Context) bool {
	before := p.current.Load().version
	return p.refresh(ctx) == nil && p.current.Load().version != before
}

// running are the sessions that have not ended by themselves.
func running(all []exchange.Session, now time.Time) (kept []exchange.Session) {
	for _, s := range all {
		if now.Before(s.Until) {
			kept = append(kept, s)
		}
	}
	return kept
}
