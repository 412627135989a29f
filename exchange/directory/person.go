package directory

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
)

const (
	invitationLife = 7 * 24 * time.Hour
	tokenBytes     = 32
	maxPeople      = 20_000
	maxOfAgency    = 200 // that its administrators may add
)

// logins are what a login may look like: it is typed on every keyboard and read out over the telephone.
var logins = regexp.MustCompile(`^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$`)

// NewToken is a fresh secret for a link or a cookie, and the digest by which the hub knows it.
func NewToken() (token string, digest []byte) {
	raw := make([]byte, tokenBytes)
	rand.Read(raw)
	token = base64.RawURLEncoding.EncodeToString(raw)
	return token, tokenDigest(token)
}

func tokenDigest(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// A Draft is a person to be added.
type Draft struct {
	Login, Name string
	Agency      exchange.AgencyID
	Roles       []exchange.PersonRole
}

// Add makes a person and the token of the link by which they set their password: it is returned this once. Conflict for
// a login that is taken. An administrator adds people to the own agency only, and no more than there is work for.
func (p *People) Add(ctx context.Context, by exchange.Caller, d Draft) (exchange.Person, string, error) {
	if err := administrator(by, d.Agency); err != nil {
		return exchange.Person{}, "", err
	}
	if err := p.checkDraft(d); err != nil {
		return exchange.Person{}, "", err
	}
	if err := p.roomIn(by, d.Agency); err != nil {
		return exchange.Person{}, "", err
	}
	token, digest := NewToken()
	x, err := p.add(ctx, by, d, exchange.Invitation{Digest: digest, Until: p.Clock().UTC().Add(invitationLife)}, false)
	return public(x), token, err
}

// roomIn keeps one agency from using up the places of all.
func (p *People) roomIn(by exchange.Caller, id exchange.AgencyID) error {
	if by.Operator != "" || len(p.Of(id)) < maxOfAgency {
		return nil
	}
	return &exchange.Error{Kind: exchange.Conflict, Detail: fmt.Sprintf("the agency has %d people already; ask the operator", maxOfAgency),
		VI: fmt.Sprintf("Đơn vị đã có đủ %d người; hãy hỏi người vận hành.", maxOfAgency)}
}

func (p *People) add(ctx context.Context, by exchange.Caller, d Draft, invitation exchange.Invitation, breakGlass bool) (exchange.Person, error) {
	return p.change(ctx, by, d.Login, func(x *exchange.Person) (deed, error) {
		if x.Version != 0 {
			return deed{}, &exchange.Error{Kind: exchange.Conflict, Path: "/login", Detail: "the login " + d.Login + " is taken",
				VI: "Tên đăng nhập " + d.Login + " đã có người dùng."}
		}
		*x = exchange.Person{Login: d.Login, ID: newPersonID(), Name: d.Name, Agency: d.Agency, Roles: slices.Clone(d.Roles),
			Created: p.Clock().UTC(), Invitation: invitation, BreakGlass: breakGlass}
		return deed{translog.PersonChanged, "added", map[string]string{"login": d.Login, "name": d.Name, "roles": listed(d.Roles)}}, nil
	})
}

func newPersonID() string {
	raw := make([]byte, 7)
	rand.Read(raw)
	return "p" + base62(raw, idLen)
}

func (p *People) checkDraft(d Draft) error {
	var m mistakes
	if !logins.MatchString(d.Login) {
		m.add("login", "Tên đăng nhập gồm chữ thường không dấu, chữ số, “.”, “-”, “_”; tối đa 64 ký tự.",
			"a login has lower-case letters, digits, '.', '-' and '_'; at most 64")
	}
	if n := utf8.RuneCountInString(d.Name); strings.TrimSpace(d.Name) == "" || n > maxName || !exchange.Legible(d.Name) {
		m.add("name", "Họ tên phải có, tối đa %d ký tự.", "the name is mandatory, at most %d characters", maxName)
	}
	p.checkRoles(&m, d)
	if len(p.current.Load().people) >= maxPeople {
		m.add("login", "Đã có đủ %d người.", "there are %d people already", maxPeople)
	}
	if len(m) > 0 {
		return m.refusal()
	}
	return nil
}

func (p *People) checkRoles(m *mistakes, d Draft) {
	if len(d.Roles) == 0 {
		m.add("roles", "Phải có ít nhất một vai trò: %s.", "at least one role: %s", listed(PersonRoles()))
	}
	for i, r := range d.Roles {
		if !slices.Contains(PersonRoles(), r) || slices.Contains(d.Roles[:i], r) {
			m.add("roles", "Vai trò “%s” không có hoặc có hai lần; các vai trò: %s.", "role %q is none of %s, or stands twice", r, listed(PersonRoles()))
			return
		}
		if r.OfAgency() != (d.Agency != "") {
			m.add("agency", "Văn thư và quản trị đơn vị thuộc một đơn vị; vận hành và kiểm tra thì không.",
				"clerks and agency administrators belong to an agency; operators and auditors do not")
			return
		}
	}
	if d.Agency == "" {
		return
	}
	if a, ok := p.Agencies.Agency(d.Agency); !ok || !a.LivesAt(p.Clock()) {
		m.add("agency", "Không có đơn vị %s đang hoạt động.", "there is no living agency %s", d.Agency)
	}
}

// PersonRoles are all roles there are.
func PersonRoles() []exchange.PersonRole {
	return []exchange.PersonRole{exchange.Clerk, exchange.AgencyAdmin, exchange.Operate, exchange.Audit}
}

// Invite makes a new link for a person who lost the password or never used the first link. The old link ends; password
// and second factor stay until the new one is used. Made over the socket it lifts the locks of the account, and it is the
// only way to a link for the break-glass account. Conflict for an administrator where an operator disabled them.
func (p *People) Invite(ctx context.Context, by exchange.Caller, login string) (string, error) {
	token, digest := NewToken()
	return token, p.renew(ctx, by, login, func(x *exchange.Person) (deed, error) {
		x.Invitation = exchange.Invitation{Digest: digest, Until: p.Clock().UTC().Add(invitationLife)}
		return deed{typ: translog.PersonChanged, kind: "invited"}, nil
	})
}

// ResetSecondFactor takes away all that proves who a person is and ends the sessions: who lost the telephone begins anew
// with the link whose token is returned. A password alone never leads to a new second factor. Locks and the break-glass
// account are as with [People.Invite].
func (p *People) ResetSecondFactor(ctx context.Context, by exchange.Caller, login string) (string, error) {
	token, digest := NewToken()
	return token, p.renew(ctx, by, login, func(x *exchange.Person) (deed, error) {
		x.Password, x.SecondFactor, x.Recovery, x.Sessions = "", nil, nil, nil
		x.Invitation = exchange.Invitation{Digest: digest, Until: p.Clock().UTC().Add(invitationLife)}
		return deed{typ: translog.PersonChanged, kind: "second-factor-reset"}, nil
	})
}

// renew is an act that hands out a link to an account.
func (p *People) renew(ctx context.Context, by exchange.Caller, login string, edit func(*exchange.Person) (deed, error)) error {
	err := p.act(ctx, by, login, func(x *exchange.Person) (deed, error) {
		if x.BreakGlass && !overSocket(by) {
			return deed{}, &exchange.Error{Kind: exchange.Conflict, Detail: "a link for the break-glass account is made at the hub's machine: lienthong person invite " + login,
				VI: "Đường dẫn của tài khoản dự phòng khẩn cấp chỉ tạo được tại máy chủ của trục: lienthong person invite " + login + "."}
		}
		if x.KeptOut() && by.Operator == "" {
			return deed{}, keptOut()
		}
		return edit(x)
	})
	if err == nil && overSocket(by) {
		p.throttle.lift(login)
	}
	return err
}

// overSocket reports whether an operator acts at the hub's machine: there one needs no session.
func overSocket(by exchange.Caller) bool { return by.Operator != "" && by.Credential == "" }

// Disable ends a person's sessions and links, and lets them in no more. The break-glass account cannot be disabled. An
// operator makes the hub's what the agency's administrator did before.
func (p *People) Disable(ctx context.Context, by exchange.Caller, login string) error {
	return p.act(ctx, by, login, func(x *exchange.Person) (deed, error) {
		if x.BreakGlass {
			return deed{}, &exchange.Error{Kind: exchange.Conflict, Detail: "the break-glass account cannot be disabled",
				VI: "Không khóa được tài khoản dự phòng khẩn cấp."}
		}
		if x.KeptOut() || !x.Disabled.IsZero() && by.Operator == "" {
			return deed{}, errUnchanged
		}
		x.Disabled, x.DisabledBy = p.Clock().UTC(), by.Actor()
		x.Sessions, x.Invitation = nil, exchange.Invitation{}
		return deed{typ: translog.PersonChanged, kind: "disabled"}, nil
	})
}

// Enable lets a disabled person in again, with what they had. Conflict for an administrator where an operator disabled them.
func (p *People) Enable(ctx context.Context, by exchange.Caller, login string) error {
	return p.act(ctx, by, login, func(x *exchange.Person) (deed, error) {
		if x.Disabled.IsZero() {
			return deed{}, errUnchanged
		}
		if x.KeptOut() && by.Operator == "" {
			return deed{}, keptOut()
		}
		x.Disabled, x.DisabledBy = time.Time{}, ""
		return deed{typ: translog.PersonChanged, kind: "enabled"}, nil
	})
}

// keptOut is the answer to an administrator who would let in whom an operator disabled, or make a link that opens once an
// operator lets them in.
func keptOut() error {
	return &exchange.Error{Kind: exchange.Conflict, Detail: "the hub disabled this account; ask an operator to enable it",
		VI: "Tài khoản này do người vận hành trục khóa; hãy liên hệ người vận hành để mở lại."}
}

// act is a change of an existing person by an operator, or by who administers the person's agency. To an administrator
// nobody else exists; and nobody lets in or out, or takes the second factor from, the one who asks.
func (p *People) act(ctx context.Context, by exchange.Caller, login string, edit func(*exchange.Person) (deed, error)) error {
	_, err := p.change(ctx, by, login, func(x *exchange.Person) (deed, error) {
		if err := p.mayAct(by, *x); err != nil {
			return deed{}, err
		}
		return edit(x)
	})
	return err
}

func (p *People) mayAct(by exchange.Caller, x exchange.Person) error {
	switch {
	case by.Operator == "" && by.Administers == "":
		return operator(by)
	case p.lapsed(by):
		return exchange.Unauthenticated
	case x.Version == 0 || by.Operator == "" && x.Agency != by.Administers:
		return &exchange.Error{Kind: exchange.NotFound, Detail: "no person " + x.Login, VI: "Không có người dùng " + x.Login + "."}
	case strings.HasPrefix(by.Credential, x.ID+"."):
		return ownAccount(by)
	}
	return nil
}

func ownAccount(by exchange.Caller) error {
	e := &exchange.Error{Kind: exchange.Conflict, Detail: "this is your own account; another administrator or the operator does it",
		VI: "Đây là tài khoản của chính bạn; hãy nhờ quản trị khác của đơn vị hoặc người vận hành."}
	if by.Operator != "" {
		e.Detail, e.VI = "this is your own account; another operator does it", "Đây là tài khoản của chính bạn; hãy nhờ người vận hành khác."
	}
	return e
}

// lapsed reports whether who acts may no more: what was asked before the rights were taken away, and comes after it, is
// not done.
func (p *People) lapsed(by exchange.Caller) bool {
	role := exchange.AgencyAdmin
	if by.Operator != "" {
		role = exchange.Operate
	}
	id, _, _ := strings.Cut(by.Credential, ".")
	for _, x := range p.current.Load().people {
		if x.ID == id {
			return !x.Has(role) || !x.Disabled.IsZero()
		}
	}
	return false
}

// FirstLogin is the break-glass account that a new hub begins with.
const FirstLogin = "quantri"

// Begin adds the break-glass account of a new hub, with the digest of the link that was printed when the hub was made.
// Where there are people already it does nothing.
func (p *People) Begin(ctx context.Context, invitation exchange.Invitation) error {
	if len(p.current.Load().people) > 0 || len(invitation.Digest) == 0 {
		return nil
	}
	d := Draft{Login: FirstLogin, Name: "Quản trị trục", Roles: []exchange.PersonRole{exchange.Operate}}
	_, err := p.add(ctx, exchange.Caller{Operator: "init"}, d, invitation, true)
	return err
}
