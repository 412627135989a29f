package directory

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
)

// Invited finds for whom a link is. False for one that was used, replaced, ended or never made.
func (p *People) Invited(token string) (exchange.Person, bool) {
	x, ok := p.invited(token)
	return public(x), ok
}

func (p *People) invited(token string) (exchange.Person, bool) {
	c := p.current.Load()
	now := p.Clock()
	x, ok := c.people[c.invited[string(tokenDigest(token))]]
	return x, ok && now.Before(x.Invitation.Until) && p.admits(x, now)
}

// EnrolInvited is the second factor that the holder of a link may set up; the same one as long as the link is in use.
func (p *People) EnrolInvited(token string) (Enrolment, error) {
	x, ok := p.invited(token)
	if !ok {
		return Enrolment{}, exchange.NotFound
	}
	return enrolment(p.Issuer, x.Login, p.drafts.get(string(x.Invitation.Digest), p.Clock()))
}

// Redeem uses a link: it sets the password, proves the second factor by its code, and signs the person in. A person who
// has a second factor gives a code of that one. A clerk may leave the code empty and do without. The recovery codes are
// returned this once; none for a person who has them or needs none.
func (p *People) Redeem(ctx context.Context, token, password, code string, b Browser) (Entrance, []string, error) {
	x, ok := p.invited(token)
	if !ok {
		return Entrance{}, nil, exchange.NotFound
	}
	if err := checkPassword(x, password); err != nil {
		return Entrance{}, nil, err
	}
	t, err := p.throttle.begin(guesser{login: x.Login, exists: true, mark: "link " + string(x.Invitation.Digest)}, p.Clock())
	if err != nil {
		return Entrance{}, nil, err
	}
	defer t.void()
	hashed, err := p.hasher.hash(ctx, password)
	if err != nil {
		return Entrance{}, nil, err
	}
	draft := p.drafts.get(string(x.Invitation.Digest), p.Clock())
	var codes []string
	in, err := p.enter(ctx, t, x, "invitation-used", b, func(x *exchange.Person) error {
		if now, still := p.invited(token); !still || now.Version != x.Version {
			return exchange.NotFound
		}
		next, made, err := p.proved(*x, draft, code)
		if err != nil {
			return err
		}
		next.Password, next.Invitation, next.Sessions = hashed, exchange.Invitation{}, nil
		*x, codes = next, made
		return nil
	})
	if errors.Is(err, errWrongCode) {
		p.failed(ctx, t, x, "", b)
	}
	if err != nil {
		return Entrance{}, nil, err
	}
	p.drafts.drop(string(x.Invitation.Digest))
	return in, codes, nil
}

var errWrongCode = &exchange.Error{Kind: exchange.BadRequest, Path: "/code", Detail: "the code is not right; codes change every 30 seconds",
	VI: "Mã xác thực không đúng; mã đổi sau mỗi 30 giây."}

// proved is a person whose second factor the code has proved: the one there is, or else the draft.
func (p *People) proved(x exchange.Person, draft []byte, code string) (next exchange.Person, codes []string, err error) {
	now := p.Clock()
	if len(x.SecondFactor) > 0 {
		next, _, ok := use(x, code, now)
		if !ok {
			return x, nil, errWrongCode
		}
		return next, nil, nil
	}
	if code == "" && !x.NeedsSecondFactor() {
		return x, nil, nil
	}
	step, ok := stepOf(draft, code, now, 0)
	if !ok {
		return x, nil, errWrongCode
	}
	x.SecondFactor, x.Step = draft, step
	codes, x.Recovery = newRecovery()
	return x, codes, nil
}

// Enrol is the second factor that a person without one may set up in a session; the same one for a while.
func (p *People) Enrol(x exchange.Person, s exchange.Session) (Enrolment, error) {
	return enrolment(p.Issuer, x.Login, p.drafts.get(s.ID, p.Clock()))
}

// SetSecondFactor sets up the drafted second factor, proved by its code and the password, and returns the recovery codes.
func (p *People) SetSecondFactor(ctx context.Context, x exchange.Person, s exchange.Session, b Browser, password, code string) ([]string, error) {
	if err := p.knows(ctx, x, s, b, password); err != nil {
		return nil, err
	}
	draft := p.drafts.get(s.ID, p.Clock())
	var codes []string
	err := p.own(ctx, x, s, "second-factor-set", func(x *exchange.Person) (err error) {
		if len(x.SecondFactor) > 0 {
			return &exchange.Error{Kind: exchange.Conflict, Detail: "there is a second factor already", VI: "Tài khoản đã có xác thực hai lớp."}
		}
		if code == "" {
			code = "-"
		}
		*x, codes, err = p.proved(*x, draft, code)
		return err
	})
	if err == nil {
		p.drafts.drop(s.ID)
	}
	return codes, err
}

// NewRecoveryCodes replaces the recovery codes; the password proves who asks.
func (p *People) NewRecoveryCodes(ctx context.Context, x exchange.Person, s exchange.Session, b Browser, password string) ([]string, error) {
	if err := p.knows(ctx, x, s, b, password); err != nil {
		return nil, err
	}
	var codes []string
	err := p.own(ctx, x, s, "recovery-codes-made", func(x *exchange.Person) error {
		if len(x.SecondFactor) == 0 {
			return &exchange.Error{Kind: exchange.Conflict, Detail: "there is no second factor", VI: "Tài khoản chưa có xác thực hai lớp."}
		}
		codes, x.Recovery = newRecovery()
		return nil
	})
	return codes, err
}

// ChangePassword sets a new password, proved by the old one, and ends the person's other sessions.
func (p *People) ChangePassword(ctx context.Context, x exchange.Person, s exchange.Session, b Browser, old, password string) error {
	if err := p.knows(ctx, x, s, b, old); err != nil {
		return err
	}
	if err := checkPassword(x, password); err != nil {
		return err
	}
	hashed, err := p.hasher.hash(ctx, password)
	if err != nil {
		return err
	}
	return p.own(ctx, x, s, "password-set", func(x *exchange.Person) error {
		x.Password, x.Invitation, x.Sessions = hashed, exchange.Invitation{}, only(x.Sessions, s.ID)
		return nil
	})
}

func only(all []exchange.Session, id string) (kept []exchange.Session) {
	for _, s := range all {
		if s.ID == id {
			kept = append(kept, s)
		}
	}
	return kept
}

// own is an act of a person on their own account.
func (p *People) own(ctx context.Context, x exchange.Person, s exchange.Session, kind string, edit func(*exchange.Person) error) error {
	_, err := p.change(ctx, exchange.Caller{Credential: s.ID}, x.Login, func(x *exchange.Person) (deed, error) {
		if len(only(x.Sessions, s.ID)) == 0 {
			return deed{}, exchange.Unauthenticated // ended meanwhile
		}
		return deed{typ: translog.PersonChanged, kind: kind}, edit(x)
	})
	return err
}

// knows has the password proved, as slowly as at sign-in: whoever sits down at a forgotten browser may guess too.
func (p *People) knows(ctx context.Context, x exchange.Person, s exchange.Session, b Browser, password string) error {
	t, err := p.throttle.begin(guesser{login: x.Login, exists: true, mark: "session " + s.ID}, p.Clock())
	if err != nil {
		return err
	}
	defer t.void()
	right, err := p.hasher.is(ctx, password, p.current.Load().people[x.Login].Password)
	if err != nil {
		return err
	}
	if !right {
		p.failed(ctx, t, x, s.ID, b)
		return &exchange.Error{Kind: exchange.BadRequest, Path: "/old", Detail: "the password is not right", VI: "Mật khẩu hiện tại không đúng."}
	}
	t.right()
	return nil
}

const (
	draftLife = time.Hour
	maxDrafts = 1000
)

// drafts are second factors that are being set up, by link or session. They lie in memory: after a restart the code is
// scanned again.
type drafts struct {
	mu  sync.Mutex
	all map[string]draft
}

type draft struct {
	secret []byte
	until  time.Time
}

func (d *drafts) get(key string, now time.Time) []byte {
	d.mu.Lock()
	defer d.mu.Unlock()
	if x, ok := d.all[key]; ok && now.Before(x.until) {
		return x.secret
	}
	for old, x := range d.all {
		if len(d.all) >= maxDrafts || !now.Before(x.until) {
			delete(d.all, old)
		}
	}
	if d.all == nil {
		d.all = make(map[string]draft)
	}
	d.all[key] = draft{newSecondFactor(), now.Add(draftLife)}
	return d.all[key].secret
}

func (d *drafts) drop(key string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.all, key)
}
