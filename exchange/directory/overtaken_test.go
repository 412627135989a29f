package directory_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/directory"
)

// What somebody's act has taken away opens nothing, also where a node judged by what it had read before that act: the
// step that would open is judged anew.
func TestActsThatOvertakeASignIn(t *testing.T) {
	for _, act := range []struct {
		name string
		do   func(c *crowd, login string) error
	}{
		{"disabled", func(c *crowd, login string) error { return c.Disable(c.w.t.Context(), by, login) }},
		{"reset", func(c *crowd, login string) error {
			_, err := c.ResetSecondFactor(c.w.t.Context(), by, login)
			return err
		}},
		{"another password", (*crowd).another},
	} {
		c := newCrowd(t)
		c.join("an", false, exchange.Clerk)
		e, _ := c.join("binh", true, exchange.Clerk)
		c.codes = map[string]directory.Enrolment{"binh": e}
		stale := c.People
		waits, err := stale.SignIn(t.Context(), "binh", goodPassword, browser)
		c.w.must(err)
		c.reopen()
		c.w.must(act.do(c, "an"))
		c.w.must(act.do(c, "binh"))
		c.w.now = c.w.now.Add(time.Minute)
		for name, enter := range map[string]func() (directory.Entrance, error){
			"the password": func() (directory.Entrance, error) {
				return stale.SignIn(t.Context(), "an", goodPassword, browser)
			},
			"the code": func() (directory.Entrance, error) {
				return stale.Second(t.Context(), waits.Second, c.code(e), browser)
			},
		} {
			c.w.none(act.name, func() {
				if in, err := enter(); in.Cookie != "" || exchange.KindOf(err) != exchange.Unauthenticated {
					t.Errorf("%s meanwhile: %s is answered %v", act.name, name, err)
				}
			})
		}
	}
}

// The same within one node: between the password and the code.
func TestActsBetweenPasswordAndCode(t *testing.T) {
	for name, act := range map[string]func(c *crowd) error{
		"disabled":         func(c *crowd) error { return c.Disable(c.w.t.Context(), by, "an") },
		"another password": func(c *crowd) error { return c.another("an") },
	} {
		c := newCrowd(t)
		e, _ := c.join("an", true, exchange.Operate)
		c.codes = map[string]directory.Enrolment{"an": e}
		in, err := c.SignIn(t.Context(), "an", goodPassword, browser)
		c.w.must(err)
		c.w.must(act(c))
		c.w.now = c.w.now.Add(time.Minute)
		in, err = c.Second(t.Context(), in.Second, c.code(e), browser)
		if wrong := c.wrongPassword("an"); in.Cookie != "" || err == nil || err.Error() != wrong.Error() {
			t.Errorf("%s meanwhile: the code is answered %v, want %v", name, err, wrong)
		}
	}
}

// another is a new password by a link.
func (c *crowd) another(login string) error {
	token, err := c.Invite(c.w.t.Context(), by, login)
	c.w.must(err)
	_, _, err = c.Redeem(c.w.t.Context(), token, goodPassword+"2", c.codeFor(login), browser)
	return err
}

// codeFor is the code of a person with a second factor that the test knows; empty for others.
func (c *crowd) codeFor(login string) string {
	e, ok := c.codes[login]
	if !ok {
		return ""
	}
	return c.code(e)
}

// Whoever gets a role that needs a second factor while they sign in with a password alone, does not come in.
func TestARoleThatOvertakesASignIn(t *testing.T) {
	c := newCrowd(t)
	c.join("an", false, exchange.Clerk)
	stale := c.People
	c.reopen()
	_, err := c.become(by, "an", exchange.AgencyAdmin)
	c.w.must(err)
	if in, err := stale.SignIn(t.Context(), "an", goodPassword, browser); in.Cookie != "" || exchange.KindOf(err) != exchange.Unauthenticated {
		t.Errorf("an administrator without a second factor: %v", err)
	}
}

// A link that was replaced at another node, and a session that has ended there, do nothing more.
func TestLinksAndSessionsThatEndedElsewhere(t *testing.T) {
	c := newCrowd(t)
	ctx := t.Context()
	token := c.add("moi", exchange.Clerk)
	c.join("an", false, exchange.Clerk)
	who, own, _ := c.Session(c.enter("an"))
	stale := c.People
	e, err := stale.Enrol(who, own)
	c.w.must(err)
	c.reopen()
	_, err = c.Invite(ctx, by, "moi")
	c.w.must(err)
	c.w.must(c.EndSession(ctx, who, own, own.ID))
	if in, _, err := stale.Redeem(ctx, token, goodPassword, "", browser); in.Cookie != "" || exchange.KindOf(err) != exchange.NotFound {
		t.Errorf("the link that was replaced: %v", err)
	}
	for name, err := range map[string]error{
		"a new password": stale.ChangePassword(ctx, who, own, browser, goodPassword, goodPassword+"2"),
		"a second factor": func() error {
			_, err := stale.SetSecondFactor(ctx, who, own, browser, goodPassword, c.code(e))
			return err
		}(),
		"recovery codes": func() error { _, err := stale.NewRecoveryCodes(ctx, who, own, browser, goodPassword); return err }(),
	} {
		if exchange.KindOf(err) != exchange.Unauthenticated {
			t.Errorf("%s in a session that has ended: %v", name, err)
		}
	}
	if x, _ := c.Person("an"); x.SecondFactor != nil {
		t.Error("a session that has ended set up a second factor")
	}
}

// What a right password opens takes five codes, wherever they come from, and stands for no second sign-in.
func TestARightPasswordWaitsForFiveCodes(t *testing.T) {
	c := newCrowd(t)
	ctx := t.Context()
	e, _ := c.join("an", true, exchange.Operate)
	in, err := c.SignIn(ctx, "an", goodPassword, browser)
	c.w.must(err)
	for i := range 5 {
		_, err := c.Second(ctx, in.Second, "000000", from(fmt.Sprint("198.51.100.", i+1)))
		refusedAs(t, err, exchange.Unauthenticated)
	}
	_, err = c.Second(ctx, in.Second, c.code(e), from("198.51.100.9"))
	refusedAs(t, err, exchange.Conflict)

	in, err = c.SignIn(ctx, "an", goodPassword, browser)
	c.w.must(err)
	_, err = c.Second(ctx, in.Second, c.code(e), browser)
	c.w.must(err)
	c.w.now = c.w.now.Add(time.Minute)
	_, err = c.Second(ctx, in.Second, c.code(e), browser)
	refusedAs(t, err, exchange.Conflict)
}
