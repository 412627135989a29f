package directory

import (
	"context"
	"crypto/rand"
	"slices"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
)

const (
	maxSessions = 10 // of one person; the oldest ends
	maxAgent    = 200
	secondLife  = 5 * time.Minute // between the password and the code
	secondTries = 5
	maxWaiting  = 10_000
)

// An Entrance is what a right password opens: a session, or the wait for a code.
type Entrance struct {
	Cookie string // of the session; empty while a code is awaited
	Second string // stands for the right password until the code is given; empty with a session
	Known  string // for the browser to keep, see [Browser]; empty without a session
}

// SignIn takes login and password. Unauthenticated does not say what was wrong, and takes as long for an unknown login;
// Busy with Values "until" while the account is locked for this browser, or its network is for all strange ones.
func (p *People) SignIn(ctx context.Context, login, password string, b Browser) (Entrance, error) {
	now := p.Clock().UTC()
	if !logins.MatchString(login) {
		login = "-" // counted together: nobody has such a login
	}
	if utf8.RuneCountInString(password) > maxPassword {
		password = "" // nobody's either
	}
	x := p.current.Load().people[login]
	t, err := p.throttle.begin(guessing(x, login, b), now)
	if err != nil {
		return Entrance{}, err
	}
	defer t.void()
	right, err := p.hasher.is(ctx, password, x.Password)
	if err != nil {
		return Entrance{}, err
	}
	if !right || x.Password == "" || !p.admits(x, now) {
		return Entrance{}, p.wrong(ctx, t, x, b)
	}
	if len(x.SecondFactor) > 0 {
		return Entrance{Second: p.waiting.add(waiter{login: login, password: x.Password, until: now.Add(secondLife)}, now)}, nil
	}
	if x.NeedsSecondFactor() {
		return Entrance{}, p.wrong(ctx, t, x, b) // only a link leads to a second factor
	}
	password = x.Password
	return p.enter(ctx, t, x, "sign-in", b, func(x *exchange.Person) error { return p.unchanged(*x, password, now) })
}

// guessing is who signs in at a login from a browser.
func guessing(x exchange.Person, login string, b Browser) guesser {
	return guesser{login: login, exists: x.Version != 0, mark: markOf(x, b), network: network(b.Address)}
}

// admits reports whether a person may be in the hub at all.
func (p *People) admits(x exchange.Person, now time.Time) bool {
	if x.Version == 0 || !x.Disabled.IsZero() {
		return false
	}
	if x.Agency == "" {
		return true
	}
	a, ok := p.Agencies.Agency(x.Agency)
	return ok && a.LivesAt(now)
}

// wrong answers a wrong password or code.
func (p *People) wrong(ctx context.Context, t *try, x exchange.Person, b Browser) error {
	p.failed(ctx, t, x, "", b)
	return &exchange.Error{Kind: exchange.Unauthenticated, Detail: "wrong login, password or code",
		VI: "Tên đăng nhập hoặc mật khẩu không đúng."}
}

// kindLocked is the entry of a lock. Its actor is a stranger: who gave what was wrong has proved to be nobody.
const kindLocked = "locked"

// failed counts a wrong password or code. One that begins a lock of somebody's account is an entry of the log; the lock
// of a network concerns nobody's account and is told in the operational log only.
func (p *People) failed(ctx context.Context, t *try, x exchange.Person, credential string, b Browser) {
	locks, network := t.wrong(p.Clock())
	p.Log.Warn("sign-in refused", "person", x.ID, "address", b.Address.String(), "locks", locks, "locks_network", network)
	if !locks || x.Version == 0 {
		return
	}
	_, err := p.change(context.WithoutCancel(ctx), exchange.Caller{Credential: credential}, x.Login, func(*exchange.Person) (deed, error) {
		return deed{translog.SignedIn, kindLocked, seenFrom(b)}, nil
	})
	if err != nil {
		p.Log.Error("a lock was not logged", "person", x.ID, "error", err)
	}
}

func seenFrom(b Browser) map[string]string {
	return map[string]string{"address": b.Address.String(), "agent": cut(b.Agent)}
}

// Second takes the code that an [Entrance] waits for: of the authenticator, or one of the recovery codes.
func (p *People) Second(ctx context.Context, second, code string, b Browser) (Entrance, error) {
	now := p.Clock().UTC()
	w, ok := p.waiting.take(second, now)
	if !ok {
		return Entrance{}, &exchange.Error{Kind: exchange.Conflict, Detail: "the sign-in took too long; begin anew",
			VI: "Đã quá thời gian chờ mã; hãy đăng nhập lại."}
	}
	x := p.current.Load().people[w.login]
	t, err := p.throttle.begin(guessing(x, w.login, b), now)
	if err != nil {
		return Entrance{}, err
	}
	defer t.void()
	_, recovery, right := use(x, code, now)
	if !right || !p.admits(x, now) || x.Password != w.password {
		return Entrance{}, p.wrong(ctx, t, x, b)
	}
	p.waiting.drop(second)
	kind := "sign-in"
	if recovery {
		kind = "sign-in-recovery"
	}
	return p.enter(ctx, t, x, kind, b, func(x *exchange.Person) error {
		next, _, ok := use(*x, code, now)
		if !ok {
			return overtaken()
		}
		*x = next
		return p.unchanged(*x, w.password, now)
	})
}

// unchanged refuses a sign-in that somebody's act overtook.
func (p *People) unchanged(x exchange.Person, password string, now time.Time) error {
	if x.Password != password || !p.admits(x, now) || x.NeedsSecondFactor() && len(x.SecondFactor) == 0 {
		return overtaken()
	}
	return nil
}

func overtaken() error {
	return &exchange.Error{Kind: exchange.Unauthenticated, Detail: "the account has changed meanwhile", VI: "Tài khoản vừa được thay đổi."}
}

// enter begins a session, with which the try is right.
func (p *People) enter(ctx context.Context, t *try, x exchange.Person, kind string, b Browser, prove func(*exchange.Person) error) (Entrance, error) {
	cookie, digest := NewToken()
	s := p.newSession(x, digest, b)
	if x.BreakGlass {
		kind += "-break-glass"
		p.Log.Warn("the break-glass account was used", "session", s.ID)
	}
	_, err := p.change(ctx, exchange.Caller{Credential: s.ID}, x.Login, func(x *exchange.Person) (deed, error) {
		if err := prove(x); err != nil {
			return deed{}, err
		}
		x.Sessions = append(slices.Clone(x.Sessions), s)
		x.Sessions = x.Sessions[max(0, len(x.Sessions)-maxSessions):]
		return deed{translog.SignedIn, kind, seenFrom(b)}, nil
	})
	if err != nil {
		return Entrance{}, err
	}
	t.right()
	return Entrance{Cookie: cookie, Known: p.Known(x.Login, b)}, nil
}

func (p *People) newSession(x exchange.Person, digest []byte, b Browser) exchange.Session {
	raw := make([]byte, 7)
	rand.Read(raw)
	now := p.Clock().UTC()
	return exchange.Session{ID: x.ID + "." + base62(raw, idLen), Digest: digest, Created: now, Until: now.Add(p.Longest),
		Address: b.Address, Agent: cut(b.Agent)}
}

func cut(agent string) string {
	if !utf8.ValidString(agent) || !exchange.Legible(agent) {
		return ""
	}
	if r := []rune(agent); len(r) > maxAgent {
		return string(r[:maxAgent])
	}
	return agent
}

// Session finds who is signed in with a cookie, and notes that they are there. False for a session that has ended, in
// whatever way.
func (p *People) Session(cookie string) (exchange.Person, exchange.Session, bool) {
	x, s, ok := p.Look(cookie)
	if ok {
		p.touch(s.ID, p.Clock())
	}
	return x, s, ok
}

// Look is Session without the note: for what a page asks by itself, which is no sign that anybody sits before it.
func (p *People) Look(cookie string) (exchange.Person, exchange.Session, bool) {
	now := p.Clock()
	c := p.current.Load()
	digest := tokenDigest(cookie)
	x, ok := c.people[c.sessions[string(digest)]]
	if !ok || !p.admits(x, now) {
		return exchange.Person{}, exchange.Session{}, false
	}
	i := slices.IndexFunc(x.Sessions, func(s exchange.Session) bool { return string(s.Digest) == string(digest) })
	s := x.Sessions[i]
	if !now.Before(s.Until) || now.Sub(p.LastSeen(s)) >= p.Idle {
		return exchange.Person{}, exchange.Session{}, false
	}
	return public(x), s, true
}

// Whose is the ID of the person to whom a cookie was given whose session has ended by rest or age, or goes on; "" where the
// session is gone. It lets nobody in.
func (p *People) Whose(cookie string) string {
	c := p.current.Load()
	return c.people[c.sessions[string(tokenDigest(cookie))]].ID
}

// LastSeen is when a session was last used. A hub that was started since counts from its start.
func (p *People) LastSeen(s exchange.Session) time.Time {
	if v, ok := p.seen.Load(s.ID); ok {
		return time.Unix(0, v.(*atomic.Int64).Load()).UTC()
	}
	if s.Created.After(p.opened) {
		return s.Created
	}
	return p.opened
}

func (p *People) touch(id string, at time.Time) {
	v, ok := p.seen.Load(id)
	if !ok {
		v, _ = p.seen.LoadOrStore(id, new(atomic.Int64))
	}
	v.(*atomic.Int64).Store(at.UnixNano())
}

// EndSession ends a session of the person who asks: the own one ("sign-out") or another ("session-ended").
func (p *People) EndSession(ctx context.Context, x exchange.Person, own exchange.Session, id string) error {
	kind := "session-ended"
	if id == own.ID {
		kind = "sign-out"
	}
	_, err := p.change(ctx, exchange.Caller{Credential: own.ID}, x.Login, func(x *exchange.Person) (deed, error) {
		i := slices.IndexFunc(x.Sessions, func(s exchange.Session) bool { return s.ID == id })
		if i < 0 {
			return deed{}, errUnchanged
		}
		x.Sessions = slices.Delete(slices.Clone(x.Sessions), i, i+1)
		return deed{translog.SignedIn, kind, nil}, nil
	})
	return err
}

// waiting are the right passwords that wait for a code. They lie in memory: after a restart one signs in anew.
type waiting struct {
	mu  sync.Mutex
	all map[string]waiter // by the digest of the token
}

type waiter struct {
	login, password string // password as it was stored
	until           time.Time
	tries           int
}

func (w *waiting) add(x waiter, now time.Time) (token string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for key, old := range w.all {
		if len(w.all) >= maxWaiting || !now.Before(old.until) {
			delete(w.all, key)
		}
	}
	if w.all == nil {
		w.all = make(map[string]waiter)
	}
	token, digest := NewToken()
	w.all[string(digest)] = x
	return token
}

// take counts a try; false when there is nobody, no time and no try left.
func (w *waiting) take(token string, now time.Time) (waiter, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	key := string(tokenDigest(token))
	x, ok := w.all[key]
	if !ok || !now.Before(x.until) || x.tries >= secondTries {
		delete(w.all, key)
		return waiter{}, false
	}
	x.tries++
	w.all[key] = x
	return x, true
}

func (w *waiting) drop(token string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.all, string(tokenDigest(token)))
}
