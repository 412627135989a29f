package directory_test

import (
	"slices"
	"testing"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/directory"
	"github.com/lienthong/lienthong/exchange/translog"
)

type roles = []exchange.PersonRole

// become asks for a change of roles.
func (c *crowd) become(who exchange.Caller, login string, next ...exchange.PersonRole) (string, error) {
	return c.SetRoles(c.w.t.Context(), who, login, directory.RoleChange{To: next})
}

// acting is a person as they act in a session with the given cookie.
func (c *crowd) acting(cookie string) exchange.Caller {
	c.w.t.Helper()
	x, s, ok := c.Session(cookie)
	if !ok {
		c.w.t.Fatal("the session is gone")
	}
	return x.Caller(s, browser.Address)
}

// strong signs a person in with a code.
func (c *crowd) strong(login string, e directory.Enrolment) string {
	c.w.t.Helper()
	in, err := c.SignIn(c.w.t.Context(), login, goodPassword, browser)
	c.w.must(err)
	in, err = c.Second(c.w.t.Context(), in.Second, c.code(e), browser)
	c.w.must(err)
	return in.Cookie
}

// Who may make whom what. Each case is asked of the same people; what is refused writes nothing.
func TestWhoSetsRoles(t *testing.T) {
	c := newCrowd(t)
	c.w.put(commune("H42"))
	c.join("an", true, exchange.Clerk)
	boss, _ := c.join("dung", true, exchange.AgencyAdmin)
	c.join("giang", true, exchange.AgencyAdmin)
	chief, _ := c.join("oper", true, exchange.Operate)
	c.join("soat", true, exchange.Audit)
	_, _, err := c.Add(t.Context(), by, directory.Draft{Login: "hoa", Name: "Hoa", Agency: "H42", Roles: roles{exchange.AgencyAdmin}})
	c.w.must(err)
	local := by
	admin, operator := c.acting(c.strong("dung", boss)), c.acting(c.strong("oper", chief))
	for _, test := range []struct {
		name  string
		who   exchange.Caller
		login string
		to    roles
		want  exchange.Kind // empty: done
	}{
		{"a stranger", exchange.Caller{}, "an", roles{exchange.AgencyAdmin}, exchange.Forbidden},
		{"software, or a clerk", exchange.Caller{Agency: "H41"}, "an", roles{exchange.AgencyAdmin}, exchange.Forbidden},
		{"an auditor", exchange.Caller{Auditor: "px"}, "an", roles{exchange.AgencyAdmin}, exchange.Forbidden},
		{"an administrator the own person", admin, "an", roles{exchange.Clerk, exchange.AgencyAdmin}, ""},
		{"an administrator back again", admin, "an", roles{exchange.Clerk}, ""},
		{"an administrator another's person", admin, "hoa", roles{exchange.Clerk}, exchange.NotFound},
		{"an administrator a person of the hub", admin, "soat", roles{exchange.Audit, exchange.Operate}, exchange.NotFound},
		{"an administrator nobody", admin, "khong", roles{exchange.Clerk}, exchange.NotFound},
		{"an administrator with a role of the hub", admin, "an", roles{exchange.Operate}, exchange.BadRequest},
		{"an administrator the own account", admin, "dung", roles{exchange.AgencyAdmin, exchange.Clerk}, exchange.Conflict},
		{"an operator a person of an agency", operator, "an", roles{exchange.AgencyAdmin}, ""},
		{"an operator an auditor", operator, "soat", roles{exchange.Operate}, ""},
		{"an operator back again", operator, "soat", roles{exchange.Audit}, ""},
		{"an operator the own account", operator, "oper", roles{exchange.Operate, exchange.Audit}, exchange.Conflict},
		{"an operator with a role of the other kind", operator, "soat", roles{exchange.Clerk}, exchange.BadRequest},
		{"an operator a clerk of the hub as well", operator, "an", roles{exchange.Clerk, exchange.Audit}, exchange.BadRequest},
		{"the local operator", local, "an", roles{exchange.Clerk}, ""},
		{"no role", local, "an", nil, exchange.BadRequest},
		{"a role twice", local, "an", roles{exchange.Clerk, exchange.Clerk}, exchange.BadRequest},
		{"a role there is not", local, "an", roles{"chu-tich"}, exchange.BadRequest},
	} {
		if test.want == "" {
			if _, err := c.become(test.who, test.login, test.to...); err != nil {
				t.Errorf("%s: %v", test.name, err)
			}
			if x, _ := c.Person(test.login); !slices.Equal(x.Roles, test.to) {
				t.Errorf("%s: %s is %v", test.name, test.login, x.Roles)
			}
			continue
		}
		c.w.none(test.name, func() {
			if _, err := c.become(test.who, test.login, test.to...); exchange.KindOf(err) != test.want {
				t.Errorf("%s: %v, want %s", test.name, err, test.want)
			}
		})
	}
}

// One entry says what became of what, in the session of who did it; its text can be erased. Nothing changed is no entry.
func TestChangedRolesAreLogged(t *testing.T) {
	c := newCrowd(t)
	c.join("an", true, exchange.Clerk)
	x, _ := c.Person("an")
	r := c.w.one(func() {
		_, err := c.become(by, "an", exchange.AgencyAdmin, exchange.Clerk)
		c.w.must(err)
	})
	if e := r.Entry; e.Type != translog.PersonChanged || e.Kind != "roles-changed" || e.Code != x.ID || e.Addressee != "H41" || e.Actor != "operator:hoa" || e.Credential != by.Credential {
		t.Errorf("logged %+v", e)
	}
	wantSide(t, r, map[string]string{"login": "an", "roles_before": "clerk", "roles": "clerk, agency-admin"})
	c.w.none("the same again", func() {
		_, err := c.become(by, "an", exchange.Clerk, exchange.AgencyAdmin)
		c.w.must(err)
	})
}

// Who loses a role is signed out everywhere, who only gains is not, and sessions of others go on.
func TestRolesThatShrinkEndSessions(t *testing.T) {
	for _, test := range []struct {
		name     string
		from, to roles
		out      bool
	}{
		{"gains", roles{exchange.Clerk}, roles{exchange.Clerk, exchange.AgencyAdmin}, false},
		{"loses", roles{exchange.Clerk, exchange.AgencyAdmin}, roles{exchange.Clerk}, true},
		{"swaps", roles{exchange.Clerk}, roles{exchange.AgencyAdmin}, true},
	} {
		c := newCrowd(t)
		c.join("giang", true, exchange.AgencyAdmin)
		e, _ := c.join("an", true, test.from...)
		other, _ := c.join("binh", true, exchange.Clerk)
		mine, theirs := c.strong("an", e), c.strong("binh", other)
		token, err := c.become(by, "an", test.to...)
		if err != nil || token != "" {
			t.Fatalf("%s: a link %q for who has a second factor, %v", test.name, token, err)
		}
		if _, _, ok := c.Session(mine); ok == test.out {
			t.Errorf("%s: the session goes on: %v", test.name, ok)
		}
		if _, _, ok := c.Session(theirs); !ok {
			t.Errorf("%s: another's session has ended", test.name)
		}
	}
}

// Who needs a second factor from now on is signed out, and comes in again only by the new link and with the factor set up.
func TestARoleThatNeedsASecondFactor(t *testing.T) {
	c := newCrowd(t)
	c.join("an", false, exchange.Clerk)
	cookie := c.enter("an")
	token, err := c.become(by, "an", exchange.Clerk, exchange.AgencyAdmin)
	if err != nil || token == "" {
		t.Fatalf("no link: %v", err)
	}
	if _, _, ok := c.Session(cookie); ok {
		t.Error("a session without a second factor administers an agency")
	}
	if _, err := c.SignIn(t.Context(), "an", goodPassword, browser); exchange.KindOf(err) != exchange.Unauthenticated {
		t.Errorf("the password alone: %v", err)
	}
	if _, _, err := c.Redeem(t.Context(), token, goodPassword+"2", "", browser); err == nil {
		t.Error("the link is used without a code")
	}
	e, err := c.EnrolInvited(token)
	c.w.must(err)
	in, codes, err := c.Redeem(t.Context(), token, goodPassword+"2", c.code(e), browser)
	if err != nil || len(codes) != 10 || c.acting(in.Cookie).Administers != "H41" {
		t.Errorf("by the link: %d codes, %v", len(codes), err)
	}
}

// A link that was handed out before is not how the new role is taken up: who has it may not be who was meant.
func TestAnOlderLinkEndsWithTheRaise(t *testing.T) {
	c := newCrowd(t)
	older := c.add("an", exchange.Clerk)
	token, err := c.become(by, "an", exchange.AgencyAdmin)
	c.w.must(err)
	if _, ok := c.Invited(older); ok {
		t.Error("the older link is still good")
	}
	if _, ok := c.Invited(token); !ok {
		t.Error("the new link is not")
	}
}

// The last who administers an agency, or runs the hub, stays; one who has not set up the account does not count beside one
// who has.
func TestTheLastAdministratorStays(t *testing.T) {
	for _, role := range (roles{exchange.AgencyAdmin, exchange.Operate}) {
		c := newCrowd(t)
		lesser := exchange.Clerk
		if role == exchange.Operate {
			lesser = exchange.Audit
		}
		c.join("dung", true, role)
		c.add("giang", role)      // has not used the link
		c.join("hoa", true, role) // is disabled
		c.w.must(c.Disable(t.Context(), by, "hoa"))
		c.w.none("the last", func() {
			_, err := c.become(by, "dung", lesser)
			if e := refused(t, err, exchange.Conflict); e.Path != "/roles" || e.VI == "" {
				t.Errorf("%s: refused at %q: %s", role, e.Path, e.VI)
			}
		})
		_, err := c.become(by, "giang", lesser)
		c.w.must(err)
		c.w.must(c.Enable(t.Context(), by, "hoa"))
		_, err = c.become(by, "dung", lesser)
		c.w.must(err)
		c.w.none("the last again", func() { _, err := c.become(by, "hoa", lesser); refused(t, err, exchange.Conflict) })
	}
}

// An agency's only administrator is found in the agency: those of others do not help it.
func TestAdministratorsOfOthersDoNotCount(t *testing.T) {
	c := newCrowd(t)
	c.w.put(commune("H42"))
	c.join("dung", true, exchange.AgencyAdmin)
	_, _, err := c.Add(t.Context(), by, directory.Draft{Login: "hoa", Name: "Hoa", Agency: "H42", Roles: roles{exchange.AgencyAdmin}})
	c.w.must(err)
	_, err = c.become(by, "hoa", exchange.Clerk)
	refused(t, err, exchange.Conflict)
	_, err = c.become(by, "dung", exchange.Clerk)
	refused(t, err, exchange.Conflict)
}

// What was confirmed is what is done: who saw other roles is told to look again.
func TestRolesThatChangedMeanwhile(t *testing.T) {
	c := newCrowd(t)
	c.join("an", true, exchange.Clerk)
	change := directory.RoleChange{From: roles{exchange.Clerk, exchange.AgencyAdmin}, To: roles{exchange.AgencyAdmin}}
	c.w.none("an old form", func() {
		_, err := c.SetRoles(t.Context(), by, "an", change)
		refused(t, err, exchange.Conflict)
	})
	_, err := c.become(by, "an", exchange.AgencyAdmin, exchange.Clerk)
	c.w.must(err)
	c.join("giang", true, exchange.AgencyAdmin)
	_, err = c.SetRoles(t.Context(), by, "an", change)
	c.w.must(err)
}

// The break-glass account and a disabled one keep their roles.
func TestAccountsWhoseRolesStay(t *testing.T) {
	c := newCrowd(t)
	token, digest := directory.NewToken()
	c.w.must(c.Begin(t.Context(), exchange.Invitation{Digest: digest, Until: c.w.now.Add(1e12)}))
	e, err := c.EnrolInvited(token)
	c.w.must(err)
	_, _, err = c.Redeem(t.Context(), token, goodPassword, c.code(e), browser)
	c.w.must(err)
	c.join("oper", true, exchange.Operate)
	c.join("an", true, exchange.Clerk)
	c.w.must(c.Disable(t.Context(), by, "an"))
	for login, to := range map[string]roles{directory.FirstLogin: {exchange.Operate, exchange.Audit}, "an": {exchange.AgencyAdmin}} {
		c.w.none(login, func() { _, err := c.become(by, login, to...); refused(t, err, exchange.Conflict) })
	}
}

// What an administrator asked for before the rights were taken away is not done after it.
func TestActsOfWhoMayNoMore(t *testing.T) {
	c := newCrowd(t)
	boss, _ := c.join("dung", true, exchange.AgencyAdmin)
	c.join("giang", true, exchange.AgencyAdmin)
	c.join("an", true, exchange.Clerk)
	late := c.acting(c.strong("dung", boss))
	_, err := c.become(by, "dung", exchange.Clerk)
	c.w.must(err)
	c.w.none("late acts", func() {
		_, err := c.become(late, "an", exchange.AgencyAdmin)
		refusedAs(t, err, exchange.Unauthenticated)
		refusedAs(t, c.Disable(t.Context(), late, "giang"), exchange.Unauthenticated)
	})
}

func refusedAs(t *testing.T, err error, want exchange.Kind) {
	t.Helper()
	if exchange.KindOf(err) != want {
		t.Errorf("%v, want %s", err, want)
	}
}
