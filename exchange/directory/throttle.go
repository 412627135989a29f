package directory

import (
	"net/netip"
	"sync"
	"time"
)

// A throttle makes guessing slow. It lies in memory: strangers must not be able to make the hub write. What it costs is
// the same for each try, however many there are.
//
// A try of a browser that is strange to the account counts for its network against the account, for all strange browsers
// against the account, and for its network against all accounts. A try that carries a mark, of a known browser, of a
// session or of a link, counts for that mark alone: no stranger makes a mark, so none locks its owner out.
type throttle struct {
	mu        sync.Mutex
	accounts  map[string]*account // of people, of whom there are at most maxPeople: each keeps its place
	strangers recent[account]     // of logins that nobody has
	networks  recent[tally]
}

// An account is what is counted against one.
type account struct {
	strange tally // of all browsers that it does not know
	near    few   // of each of their networks
	marked  few   // of each mark
}

const (
	mostNear      = 4 // an attacker with more networks is held by the account's own count
	mostMarked    = 16
	mostStrangers = 2_000
	mostNetworks  = 10_000
)

// A guesser is who tries to be somebody.
type guesser struct {
	login   string
	exists  bool
	mark    string // empty for a browser that is strange to the account
	network string
}

// A try is counted before it is judged, so that a hundred at once are a hundred.
type try struct {
	of     *throttle
	held   []held
	judged bool
}

type held struct {
	*tally
	rule
}

// begin refuses with Busy while there is a lock, Values "until" then, or too much under way at once.
func (t *throttle) begin(g guesser, now time.Time) (*try, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	x := &try{of: t, held: t.against(g)}
	for _, h := range x.held {
		if err := h.admits(h.rule, now); err != nil {
			return nil, err
		}
	}
	for _, h := range x.held {
		h.pending++
	}
	return x, nil
}

func (t *throttle) against(g guesser) []held {
	a := t.account(g)
	if g.mark != "" {
		return []held{{a.marked.of(g.mark, mostMarked), ofOne}}
	}
	return []held{{a.near.of(g.network, mostNear), ofOne}, {&a.strange, ofAccount}, {t.networks.of(g.network, mostNetworks), ofNetwork}}
}

func (t *throttle) account(g guesser) *account {
	if !g.exists {
		return t.strangers.of(g.login, mostStrangers)
	}
	a, ok := t.accounts[g.login]
	if !ok {
		if t.accounts == nil {
			t.accounts = make(map[string]*account)
		}
		a = new(account)
		t.accounts[g.login] = a
	}
	return a
}

// lift forgets what was counted against an account.
func (t *throttle) lift(login string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.accounts, login)
}

// wrong judges the try, and reports whether a lock of the account, or of the network, begins with it.
func (x *try) wrong(now time.Time) (account, network bool) {
	x.judge(func(i int, h held) {
		locks := h.fail(h.rule, now)
		account = account || locks && h.rule != ofNetwork
		network = network || locks && h.rule == ofNetwork
	})
	return account, network
}

// right judges the try. Who was right has the free tries again; the count of all strangers stays, for its owner's coming and
// going must not give guessers new ones.
func (x *try) right() {
	x.judge(func(i int, h held) {
		if i == 0 {
			h.wrong, h.until = max(0, h.wrong-h.free), time.Time{}
		}
	})
}

// void takes back a try that was not judged. After a judgement it does nothing.
func (x *try) void() { x.judge(func(int, held) {}) }

func (x *try) judge(each func(i int, h held)) {
	x.of.mu.Lock()
	defer x.of.mu.Unlock()
	if x.judged {
		return
	}
	x.judged = true
	for i, h := range x.held {
		h.pending--
		each(i, h)
	}
}

// network is whose tries are counted together: one customer has a whole /48 of IPv6.
func network(a netip.Addr) string {
	a = a.Unmap().WithZone("")
	if a.Is6() {
		if p, err := a.Prefix(48); err == nil {
			return p.String()
		}
	}
	return a.String()
}
