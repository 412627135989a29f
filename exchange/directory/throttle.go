package directory

import (
	"net/netip"
	"sync"
	"time"

	"github.com/lienthong/lienthong/exchange"
)

// A throttle makes guessing slow: after some free tries each further one of an account or an address costs twice the
// time of the one before. It lies in memory: strangers must not be able to make the hub write.
type throttle struct {
	mu    sync.Mutex
	tries map[string]tries
}

type tries struct {
	count int
	until time.Time // no try before
	last  time.Time
}

const (
	freeTries        = 5  // of an account
	freeAddressTries = 30 // of an address: a whole commune may share one
	firstDelay       = 30 * time.Second
	longestDelay     = 15 * time.Minute
	triesForgotten   = 24 * time.Hour
	maxTries         = 20_000 // accounts and addresses remembered
)

// begin counts a try before it is judged, so that a hundred at once are a hundred. It refuses with Busy, Values "until",
// while the account or the address is locked. locked is true for the try that begins a lock of the account.
func (t *throttle) begin(login string, from netip.Addr, now time.Time) (locked bool, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.forget(now)
	account, address := "account "+login, "address "+network(from)
	for _, key := range []string{account, address} {
		if until := t.tries[key].until; now.Before(until) {
			return false, lockedUntil(until, now)
		}
	}
	locked = t.count(account, freeTries, now)
	t.count(address, freeAddressTries, now)
	return locked, nil
}

func (t *throttle) count(key string, free int, now time.Time) (locks bool) {
	if t.tries == nil {
		t.tries = make(map[string]tries)
	}
	x, known := t.tries[key]
	if !known && len(t.tries) >= maxTries {
		return false // memory is bounded; the turns of the hasher bound the guessing
	}
	x.count++
	x.last = now
	if over := x.count - free; over >= 0 {
		x.until = now.Add(min(firstDelay<<min(over, 10), longestDelay))
		locks = true
	}
	t.tries[key] = x
	return locks
}

// succeed forgets the tries of an account, and the one of its address that was none of a guesser.
func (t *throttle) succeed(login string, from netip.Addr) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.tries, "account "+login)
	key := "address " + network(from)
	if x, ok := t.tries[key]; ok {
		x.count = max(x.count-1, 0)
		t.tries[key] = x
	}
}

// forgive takes back the try that was a right password: whether its giver comes in is for the code to say.
func (t *throttle) forgive(login string, from netip.Addr) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, key := range []string{"account " + login, "address " + network(from)} {
		if x, ok := t.tries[key]; ok {
			x.count, x.until = max(x.count-1, 0), time.Time{}
			t.tries[key] = x
		}
	}
}

// forget drops what is old, when there is much.
func (t *throttle) forget(now time.Time) {
	if len(t.tries) < maxTries/2 {
		return
	}
	for key, x := range t.tries {
		if now.Sub(x.last) > triesForgotten || now.Sub(x.last) > 2*longestDelay && len(t.tries) >= maxTries {
			delete(t.tries, key)
		}
	}
}

// network is whose tries are counted together: an IPv6 user has a whole /64.
func network(a netip.Addr) string {
	a = a.Unmap().WithZone("")
	if a.Is6() {
		if p, err := a.Prefix(64); err == nil {
			return p.String()
		}
	}
	return a.String()
}

func lockedUntil(until, now time.Time) error {
	return &exchange.Error{Kind: exchange.Busy, RetryAfter: until.Sub(now), Values: map[string]string{"until": until.UTC().Format(time.RFC3339)},
		Detail: "locked after too many wrong tries", VI: "Tạm khóa vì nhập sai quá nhiều lần."}
}
