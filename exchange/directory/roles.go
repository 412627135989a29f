package directory

import (
	"context"
	"slices"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
)

// A RoleChange is what a person may do from now on. From is what they could do when it was decided; where it is given and
// no longer so, the change is a Conflict: whoever confirmed saw something else.
type RoleChange struct{ From, To []exchange.PersonRole }

// A RolePlan is what a change of roles brings with it.
type RolePlan struct {
	Before, After []exchange.PersonRole // in the order of [PersonRoles]
	// SignsOut: the person's sessions end, for a role is lost, or a second factor is missing.
	SignsOut bool
	// Link: a second factor is needed from now on and has to be set up, by a link.
	Link bool
}

// Changes reports whether there is anything to do.
func (r RolePlan) Changes() bool { return !slices.Equal(r.Before, r.After) }

// PlanRoles says what [People.SetRoles] would do, or refuse, and does nothing.
func (p *People) PlanRoles(by exchange.Caller, login string, c RoleChange) (RolePlan, error) {
	x := p.current.Load().people[login]
	x.Login = login
	if err := p.mayAct(by, x); err != nil {
		return RolePlan{}, err
	}
	return p.planRoles(x, c)
}

func (p *People) planRoles(x exchange.Person, c RoleChange) (RolePlan, error) {
	if err := p.mayBecome(x, c); err != nil {
		return RolePlan{}, err
	}
	plan := RolePlan{Before: inOrder(x.Roles), After: inOrder(c.To)}
	x.Roles = plan.After
	plan.Link = x.NeedsSecondFactor() && len(x.SecondFactor) == 0
	plan.SignsOut = plan.Link || !includes(plan.After, plan.Before)
	return plan, nil
}

// SetRoles changes what a person may do. An administrator does it for people of the own agency, with roles of an agency;
// an operator for everybody; nobody for themselves, and nobody for the break-glass account. Who loses a role is signed
// out everywhere. Who needs a second factor from now on and has none is signed out too, and gets a link by which it is set
// up: its token is returned this once, empty in every other case. Conflict when the agency, or the hub, would be left
// without an administrator, or operator, who can sign in. Nothing is written where nothing changes.
func (p *People) SetRoles(ctx context.Context, by exchange.Caller, login string, c RoleChange) (string, error) {
	token, digest := NewToken()
	link := exchange.Invitation{Digest: digest, Until: p.Clock().UTC().Add(invitationLife)}
	var plan RolePlan
	err := p.act(ctx, by, login, func(x *exchange.Person) (d deed, err error) {
		if plan, err = p.planRoles(*x, c); err != nil {
			return deed{}, err
		}
		if !plan.Changes() {
			plan.Link = false
			return deed{}, errUnchanged
		}
		x.Roles = plan.After
		if plan.SignsOut {
			x.Sessions = nil
		}
		if plan.Link {
			x.Invitation = link
		}
		return deed{translog.PersonChanged, "roles-changed", map[string]string{"login": x.Login, "roles_before": listed(plan.Before), "roles": listed(plan.After)}}, nil
	})
	if err != nil || !plan.Link {
		return "", err
	}
	return token, nil
}

// mayBecome refuses what must not happen to the roles of a person.
func (p *People) mayBecome(x exchange.Person, c RoleChange) error {
	if x.BreakGlass {
		return &exchange.Error{Kind: exchange.Conflict, Detail: "the break-glass account stays what it is", VI: "Không đổi được vai trò của tài khoản dự phòng khẩn cấp."}
	}
	if !x.Disabled.IsZero() {
		return &exchange.Error{Kind: exchange.Conflict, Detail: "the account is disabled; enable it first", VI: "Tài khoản đang bị khóa; hãy mở lại trước khi đổi vai trò."}
	}
	var m mistakes
	p.checkRoles(&m, Draft{Agency: x.Agency, Roles: c.To})
	if len(m) > 0 {
		return m.refusal()
	}
	if c.From != nil && !slices.Equal(inOrder(c.From), inOrder(x.Roles)) {
		return &exchange.Error{Kind: exchange.Conflict, Detail: "the roles have changed meanwhile; look again", VI: "Vai trò vừa được người khác đổi; hãy xem lại."}
	}
	return p.staffed(x, c.To)
}

// staffed refuses to take the role from the last one who administers an agency, or runs the hub. Disabling the account is
// not refused to an operator: who must be kept out, must be.
func (p *People) staffed(x exchange.Person, next []exchange.PersonRole) error {
	loses := func(r exchange.PersonRole) bool { return x.Has(r) && !slices.Contains(next, r) && p.isLast(x, r) }
	switch {
	case loses(exchange.AgencyAdmin):
		return &exchange.Error{Kind: exchange.Conflict, Path: "/roles",
			Detail: "the agency would have no administrator left who can sign in; make another one first",
			VI:     "Đơn vị sẽ không còn quản trị nào đăng nhập được; hãy giao vai trò quản trị cho người khác trước."}
	case loses(exchange.Operate):
		return &exchange.Error{Kind: exchange.Conflict, Path: "/roles",
			Detail: "the hub would have no operator left who can sign in; make another one first",
			VI:     "Trục sẽ không còn người vận hành nào đăng nhập được; hãy giao vai trò vận hành cho người khác trước."}
	}
	return nil
}

// isLast reports whether nobody is left beside a person who has a role in the same place and can use it. While the person
// cannot use it either, one who will be able to is enough.
func (p *People) isLast(x exchange.Person, r exchange.PersonRole) bool {
	for _, other := range p.current.Load().people {
		if other.ID != x.ID && other.Agency == x.Agency && other.Has(r) && other.Disabled.IsZero() && (ready(other) || !ready(x)) {
			return false
		}
	}
	return true
}

// ready reports whether a person has set up what they sign in with.
func ready(x exchange.Person) bool {
	return x.Password != "" && (len(x.SecondFactor) > 0 || !x.NeedsSecondFactor())
}

// inOrder are roles in the order in which they are always written.
func inOrder(roles []exchange.PersonRole) (all []exchange.PersonRole) {
	for _, r := range PersonRoles() {
		if slices.Contains(roles, r) {
			all = append(all, r)
		}
	}
	return all
}

func includes(all, some []exchange.PersonRole) bool {
	return !slices.ContainsFunc(some, func(r exchange.PersonRole) bool { return !slices.Contains(all, r) })
}
