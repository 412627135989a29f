package revocation

import (
	"context"
	"errors"
	"net/url"
	"sync"
	"time"

	"github.com/lienthong/lienthong/signing"
)

// A host is a service that several sources may lie on. One that does not answer is left alone for a while, with all
// that lies on it, and no host waits for another.
type host struct {
	busy     bool
	failures int
	until    time.Time
}

const (
	// mostHosts is how many services are asked at the same time.
	mostHosts = 16
	// lookAgain is how long Run sleeps at most.
	lookAgain = time.Hour
)

// Run asks what is due until ctx ends, and returns when nothing is under way any more. It is called once.
func (k *Keeper) Run(ctx context.Context) error {
	var work sync.WaitGroup
	defer work.Wait()
	for ctx.Err() == nil {
		now := k.options.Clock()
		k.enrol(now)
		k.saveChains()
		next := k.start(ctx, &work, now)
		wait := time.NewTimer(min(max(next.Sub(now), time.Second), lookAgain))
		select {
		case <-ctx.Done():
		case <-k.wake:
		case <-wait.C:
		}
		wait.Stop()
	}
	return nil
}

// start begins a worker for each host that has something due, and returns when the next is.
func (k *Keeper) start(ctx context.Context, work *sync.WaitGroup, now time.Time) (next time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	next = now.Add(lookAgain)
	busy := 0
	for _, h := range k.hosts {
		if h.busy {
			busy++
		}
	}
	for name, list := range k.due(now, &next) {
		if busy >= mostHosts {
			break // a worker that ends wakes Run
		}
		busy++
		h := k.hosts[name]
		h.busy = true
		work.Go(func() {
			k.askAll(ctx, h, list)
			k.Wake()
		})
	}
	return next
}

// due lists what is to be asked now by host, and brings next forward to when something else is.
func (k *Keeper) due(now time.Time, next *time.Time) map[string][]*source {
	list := make(map[string][]*source)
	for _, s := range k.wanted(now) {
		name := hostOf(s.place())
		h := k.hosts[name]
		if h == nil {
			h = &host{}
			k.hosts[name] = h
		}
		at := s.due
		if h.until.After(at) {
			at = h.until
		}
		switch {
		case h.busy:
		case at.After(now):
			if at.Before(*next) {
				*next = at
			}
		default:
			list[name] = append(list[name], s)
		}
	}
	return list
}

// wanted are the sources that somebody needs: of a certificate that has not ended its OCSP response, and the list where
// that is not to be had.
func (k *Keeper) wanted(now time.Time) (list []*source) {
	seen := make(map[*source]bool)
	want := func(s *source) {
		if s != nil && !seen[s] {
			seen[s] = true
			list = append(list, s)
		}
	}
	for _, t := range k.targets {
		for _, l := range t.links {
			if now.After(l.cert.NotAfter) {
				continue
			}
			want(l.ocsp)
			if l.ocsp == nil || l.ocsp.failures > 0 {
				want(l.crl)
			}
		}
	}
	return list
}

func hostOf(place string) string {
	u, err := url.Parse(place)
	if err != nil {
		return place // it was parsed before
	}
	return u.Host
}

// askAll asks one after the other, until one shows that the host does not answer: then the others were not heard either.
func (k *Keeper) askAll(ctx context.Context, h *host, list []*source) {
	for i, s := range list {
		if err := k.ask(ctx, s); errors.Is(err, errUnreachable) {
			k.down(h, list[i+1:], err)
			return
		}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	h.busy, h.failures = false, 0
}

func (k *Keeper) down(h *host, others []*source, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.options.Clock()
	h.busy = false
	h.failures++
	h.until = now.Add(backoff(h.failures))
	for _, s := range others {
		s.unheard(now, err)
	}
}

// ask asks a source once. What it says is in memory before it is on disk: there it is a convenience.
func (k *Keeper) ask(ctx context.Context, s *source) error {
	k.mu.RLock()
	place := s.place()
	k.mu.RUnlock()
	der, err := k.fetchInTurn(ctx, s, place)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var r reading
	if err == nil {
		r, err = s.read(der, k.options.Clock())
	}
	changed, err := k.took(s, r, err)
	if err != nil {
		k.failed.add(s.kind)
		k.options.Log.Warn("no word on revocation", "source", s.name, "kind", s.kind, "place", place, "err", err)
	}
	if changed {
		k.save(s)
	}
	return err
}

// fetchInTurn is fetch; lists wait for a place.
func (k *Keeper) fetchInTurn(ctx context.Context, s *source, place string) ([]byte, error) {
	if s.kind != signing.ByCRL {
		return k.fetch(ctx, s, place)
	}
	select {
	case k.lists <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-k.lists }()
	return k.fetch(ctx, s, place)
}

func (k *Keeper) took(s *source, r reading, err error) (changed bool, _ error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.options.Clock()
	s.asked = now
	if err == nil {
		before := len(s.raw())
		if k.held-before+r.size() > maxHeld {
			s.unheard(now, errFull)
			return false, errFull
		}
		changed, err = s.take(r, now, k.options.MaxAge)
		k.held += len(s.raw()) - before
	}
	if err != nil {
		s.unheard(now, err)
		return changed, err
	}
	s.heard(now, k.options.MaxAge, k.options.Refresh)
	return changed, nil
}

// failures counts by kind.
type failures struct {
	mu sync.Mutex
	of map[signing.EvidenceKind]float64
}

func (f *failures) add(kind signing.EvidenceKind) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.of == nil {
		f.of = make(map[signing.EvidenceKind]float64)
	}
	f.of[kind]++
}

func (f *failures) count(kind signing.EvidenceKind) float64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.of[kind]
}
