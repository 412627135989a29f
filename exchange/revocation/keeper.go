package revocation

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"log/slog"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/signing"
)

// A Policy says what to do about the certificates under an anchor.
type Policy string

const (
	Require Policy = "require" // nothing is accepted without good and fresh evidence
	Prefer  Policy = "prefer"  // what cannot be known is accepted, flagged, and judged again
	Off     Policy = "off"     // nobody is asked
)

// An Enrolled certificate is one that an agency signs with.
type Enrolled struct {
	Agency exchange.AgencyID
	Cert   *x509.Certificate
	Pinned bool // trusted by itself
}

// Options say how a Keeper works. Dir, Anchors and Enrolled are required.
type Options struct {
	Dir     string // made if absent
	Anchors *signing.Anchors
	// Enrolled lists the certificates in force; it is called by Run, and again after each Wake.
	Enrolled func() []Enrolled

	Policy Policy            // where the anchor has none of its own; default Prefer
	Of     map[string]Policy // by the SHA-256 of an anchor, hex

	MaxAge  time.Duration // of a statement that does not say when the next is due; default 7 days
	Refresh time.Duration // the longest time between two questions; default 1 hour
	Timeout time.Duration // of one question; default 10 s

	// Allows says which addresses may be asked. Nil: all but loopback and link-local ones.
	Allows func(netip.Addr) bool
	Clock  func() time.Time // default time.Now
	Log    *slog.Logger     // default slog.Default
}

func (o Options) withDefaults() Options {
	if o.Policy == "" {
		o.Policy = Prefer
	}
	for _, d := range []struct {
		value *time.Duration
		def   time.Duration
	}{{&o.MaxAge, 7 * 24 * time.Hour}, {&o.Refresh, time.Hour}, {&o.Timeout, 10 * time.Second}} {
		if *d.value <= 0 {
			*d.value = d.def
		}
	}
	if o.Allows == nil {
		o.Allows = func(a netip.Addr) bool { return !a.IsLoopback() && !a.IsLinkLocalUnicast() }
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	return o
}

// What bounds the memory of a Keeper. Only certificates that are enrolled come to it.
const (
	maxTargets = 8192
	// maxHeld is how many bytes of statements there are; beyond it nothing larger takes the place of what is there.
	maxHeld = 128 << 20
	// listsAtOnce is how many lists are fetched at the same time: each may be large. One that is slow is given up after
	// Options.Timeout.
	listsAtOnce = 2
)

// A Keeper keeps what authorities said. Its methods may be called concurrently.
type Keeper struct {
	options Options
	wake    chan struct{}
	lists   chan struct{} // a place for each list that is being fetched
	failed  failures

	mu      sync.RWMutex
	targets map[string]*target // by the signer's fingerprint
	links   map[string]*link
	sources map[string]*source
	hosts   map[string]*host
	held    int // bytes of all statements
}

// A target is a signer's certificate with what is asked for its sake.
type target struct {
	chain  []*x509.Certificate
	policy Policy
	links  []*link // of the signer's certificate first; none where nobody is asked
	saved  bool    // nothing about the chain need be written down
}

// A link is a certificate under its issuer, with the sources that speak of it; nil where it names none.
type link struct {
	cert, issuer *x509.Certificate
	fingerprint  string
	ocsp, crl    *source
}

// Open reads what was kept. What cannot be read, or proves nothing any more, is passed over.
func Open(o Options) (*Keeper, error) {
	k := &Keeper{
		options: o.withDefaults(), wake: make(chan struct{}, 1), lists: make(chan struct{}, listsAtOnce),
		targets: map[string]*target{}, links: map[string]*link{}, sources: map[string]*source{}, hosts: map[string]*host{},
	}
	if err := k.load(); err != nil {
		return nil, err
	}
	k.enrol(k.options.Clock())
	return k, nil
}

// Wake has Run look at the enrolled certificates at once.
func (k *Keeper) Wake() {
	select {
	case k.wake <- struct{}{}:
	default: // it will look already
	}
}

// Fingerprint is the SHA-256 of a certificate's DER form, in lower-case hex.
func Fingerprint(c *x509.Certificate) string {
	sum := sha256.Sum256(c.Raw)
	return hex.EncodeToString(sum[:])
}

// Judge implements exchange.Revocations.
func (k *Keeper) Judge(chain []*x509.Certificate, at time.Time) exchange.Judgement {
	fingerprint := Fingerprint(chain[0])
	k.mu.RLock()
	t := k.targets[fingerprint]
	if t != nil && t.is(chain) {
		defer k.mu.RUnlock()
		return k.judge(t, at, false)
	}
	k.mu.RUnlock()
	k.mu.Lock()
	defer k.mu.Unlock()
	t = k.register(fingerprint, chain)
	k.Wake()
	return k.judge(t, at, false)
}

// is compares the chain that a document came with; of a pinned certificate that is the certificate alone.
func (t *target) is(chain []*x509.Certificate) bool {
	if len(chain) == 1 {
		return t.chain[0].Equal(chain[0])
	}
	return slices.EqualFunc(t.chain, chain, (*x509.Certificate).Equal)
}

// JudgeAgain implements exchange.Revocations.
func (k *Keeper) JudgeAgain(certificate string, at time.Time) (exchange.Judgement, bool) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	t := k.targets[certificate]
	if t == nil {
		return exchange.Judgement{}, false
	}
	j := k.judge(t, at, true)
	return j, j.State == exchange.RevocationGood || j.State == exchange.RevocationRevoked
}

// RevokedAt implements exchange.Revocations.
func (k *Keeper) RevokedAt(certificate string) (at time.Time, revoked bool) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	t := k.targets[certificate]
	if t == nil {
		return at, false
	}
	for _, l := range t.links {
		for _, s := range l.said() {
			if s.State == signing.Revoked && (!revoked || s.RevokedAt.Before(at)) {
				at, revoked = s.RevokedAt, true
			}
		}
	}
	return at, revoked
}

// Heard implements exchange.Revocations.
func (k *Keeper) Heard() map[string]uint64 {
	k.mu.RLock()
	defer k.mu.RUnlock()
	heard := make(map[string]uint64)
	for fingerprint, t := range k.targets {
		var n uint64
		for _, l := range t.links {
			for _, s := range []*source{l.ocsp, l.crl} {
				if s != nil {
					n += s.changes
				}
			}
		}
		if n > 0 {
			heard[fingerprint] = n
		}
	}
	return heard
}

// register makes a target of a chain, in place of another chain of the same signer. The keeper is locked.
func (k *Keeper) register(fingerprint string, chain []*x509.Certificate) *target {
	pinned := len(chain) == 1
	if pinned {
		if issuer, ok := k.options.Anchors.Issuer(chain[0]); ok {
			chain = []*x509.Certificate{chain[0], issuer}
		}
	}
	t := &target{chain: slices.Clone(chain), policy: k.policy(chain[len(chain)-1])}
	if t.policy != Off {
		for i := range len(chain) - 1 {
			t.links = append(t.links, k.linked(chain[i], chain[i+1]))
		}
	}
	if pinned && (len(t.links) == 0 || t.links[0].mute()) {
		t.policy, t.links = Off, nil // trusted by itself, and there is nobody to ask
	}
	if k.targets[fingerprint] != nil || len(k.targets) < maxTargets {
		k.targets[fingerprint] = t
	}
	return t
}

func (k *Keeper) policy(anchor *x509.Certificate) Policy {
	if p, ok := k.options.Of[Fingerprint(anchor)]; ok {
		return p
	}
	return k.options.Policy
}

func (k *Keeper) linked(cert, issuer *x509.Certificate) *link {
	fingerprint := Fingerprint(cert)
	key := fingerprint + Fingerprint(issuer)
	if l := k.links[key]; l != nil {
		return l
	}
	l := &link{cert: cert, issuer: issuer, fingerprint: fingerprint}
	if urls := usable(cert.OCSPServer); len(urls) > 0 {
		l.ocsp = k.use(source{name: ocspName(cert, issuer), kind: signing.ByOCSP, cert: cert, issuer: issuer, urls: urls})
	}
	if urls := usable(cert.CRLDistributionPoints); len(urls) > 0 {
		l.crl = k.use(source{name: crlName(issuer, urls), kind: signing.ByCRL, issuer: issuer, urls: urls})
	}
	k.links[key] = l
	return l
}

// use finds the source of that name, or makes it. One that is in use is not touched: it may be asked just now. One that
// was kept is taken with what it said, unless it was said by another issuer.
func (k *Keeper) use(s source) *source {
	old := k.sources[s.name]
	switch {
	case old == nil || old.urls == nil && !old.issuer.Equal(s.issuer):
		k.sources[s.name] = &s
		return &s
	case old.urls == nil:
		old.urls = s.urls
	}
	return old
}

// mute reports whether the certificate names nobody to ask.
func (l *link) mute() bool { return l.ocsp == nil && l.crl == nil }

// enrol makes a target of each enrolled certificate whose chain the anchors know. The others become targets with the
// first document that brings the chain.
func (k *Keeper) enrol(now time.Time) {
	enrolled := k.options.Enrolled()
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, e := range enrolled {
		fingerprint := Fingerprint(e.Cert)
		if k.targets[fingerprint] != nil {
			continue
		}
		chain, err := []*x509.Certificate{e.Cert}, error(nil)
		if !e.Pinned {
			chain, err = k.options.Anchors.Chain(e.Cert, now)
		}
		if err == nil {
			k.register(fingerprint, chain).saved = true
		}
	}
}
