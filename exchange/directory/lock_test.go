package directory_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/directory"
	"github.com/lienthong/lienthong/exchange/translog"
)

// socket is who acts at the hub's machine.
var socket = exchange.Caller{Operator: "local"}

func from(address string) directory.Browser {
	return directory.Browser{Address: netip.MustParseAddr(address), Agent: "TEST ONLY"}
}

// fiveWrong locks an account for a browser.
func (c *crowd) fiveWrong(login string, b directory.Browser) {
	c.w.t.Helper()
	for i := range 5 {
		if _, err := c.SignIn(c.w.t.Context(), login, "sai mật khẩu rồi", b); exchange.KindOf(err) != exchange.Unauthenticated {
			c.w.t.Fatalf("the wrong try %d: %v", i+1, err)
		}
	}
}

// A lock holds for who guesses: the network, the browser, the session or the link.
func TestALockHoldsForTheGuesser(t *testing.T) {
	c := newCrowd(t)
	ctx := t.Context()
	c.join("an", false, exchange.Clerk)
	guesser := from("198.51.100.7")
	signs := func(b directory.Browser) (directory.Entrance, error) { return c.SignIn(ctx, "an", goodPassword, b) }
	in, err := signs(guesser)
	c.w.must(err)
	known := guesser
	known.Known = in.Known
	c.fiveWrong("an", guesser)
	locked := func(what string, b directory.Browser, want bool) {
		t.Helper()
		if _, err := signs(b); (exchange.KindOf(err) == exchange.Busy) != want || !want && err != nil {
			t.Errorf("%s: %v, want a lock: %t", what, err, want)
		}
	}
	locked("who guessed, with the right password", guesser, true)
	locked("the owner elsewhere", from("10.0.0.7"), false)
	locked("a known browser in the same network", known, false)
	forged := guesser
	forged.Known = strings.Repeat("A", 40)
	locked("a mark that was made up", forged, true)

	c.w.now = c.w.now.Add(24 * time.Hour)
	c.fiveWrong("an", known)
	locked("a known browser that guessed", known, true)
	locked("the owner elsewhere", from("10.0.0.7"), false)
	locked("another browser in the same network", guesser, false)
	c.fiveWrong("an", from("2001:db8:7:1::1"))
	locked("another network of the same /48", from("2001:db8:7:ffff::1"), true)
	locked("another /48", from("2001:db8:8:1::1"), false)
}

// Who comes in has the free tries again.
func TestTyposAreForgiven(t *testing.T) {
	c := newCrowd(t)
	c.join("an", false, exchange.Clerk)
	for range 3 {
		for range 4 {
			refusedAs(t, c.wrongPassword("an"), exchange.Unauthenticated)
		}
		c.enter("an")
	}
}

// A link from the hub's machine opens for its holder whatever is locked, and for everybody what was.
func TestALinkLiftsTheLock(t *testing.T) {
	for _, test := range []struct {
		name  string
		by    exchange.Caller
		lifts bool
	}{
		{"lienthong person invite", socket, true},
		{"an operator in the console", by, false},
	} {
		c := newCrowd(t)
		c.join("an", false, exchange.Clerk)
		guesser := from("198.51.100.7")
		c.fiveWrong("an", guesser)
		token, err := c.Invite(t.Context(), test.by, "an")
		c.w.must(err)
		if _, err := c.SignIn(t.Context(), "an", goodPassword, guesser); (err == nil) != test.lifts {
			t.Errorf("%s: the locked network is answered %v", test.name, err)
		}
		c.fiveWrong("an", from("198.51.100.8"))
		in, _, err := c.Redeem(t.Context(), token, goodPassword, "", from("198.51.100.8"))
		if err != nil || in.Known == "" {
			t.Errorf("%s: the link is refused while there is a lock: %v", test.name, err)
		}
	}
}

// One-time codes are counted wherever they are tried, by who has the password: fifty from ever new networks, and no more
// however many strangers' logins come between.
func TestCodesAreCounted(t *testing.T) {
	c := newCrowd(t)
	ctx := t.Context()
	c.join("an", true, exchange.Operate)
	codes := 0
	for i := range 60 {
		b := from(fmt.Sprintf("198.51.100.%d", i))
		in, err := c.SignIn(ctx, "an", goodPassword, b)
		if err != nil {
			break
		}
		if _, err = c.Second(ctx, in.Second, "000000", b); exchange.KindOf(err) == exchange.Unauthenticated {
			codes++
		}
	}
	if codes != 50 {
		t.Errorf("%d wrong codes from as many networks came through, want 50", codes)
	}
	c.w.now = c.w.now.Add(3 * 24 * time.Hour)
	b := from("10.0.0.7")
	in, err := c.SignIn(ctx, "an", goodPassword, b)
	c.w.must(err)
	for range 5 {
		_, err := c.Second(ctx, in.Second, "000000", b)
		refusedAs(t, err, exchange.Unauthenticated)
	}
	if _, err := c.SignIn(ctx, "an", goodPassword, b); exchange.KindOf(err) != exchange.Busy {
		t.Errorf("after five wrong codes the right password is answered %v", err)
	}
}

// Each lock of an account is one entry, wherever it begins. It names the address, and no known person as who acted.
func TestEachLockIsAnEntry(t *testing.T) {
	c := newCrowd(t)
	ctx := t.Context()
	e, _ := c.join("an", true, exchange.Operate)
	in, err := c.SignIn(ctx, "an", goodPassword, browser)
	c.w.must(err)
	in, err = c.Second(ctx, in.Second, c.code(e), browser)
	c.w.must(err)
	x, s, _ := c.Session(in.Cookie)
	token, err := c.Invite(ctx, by, "an")
	c.w.must(err)
	for i, test := range []struct {
		name       string
		wrong      func(b directory.Browser) error
		want       exchange.Kind
		credential string
	}{
		{"password", func(b directory.Browser) error {
			_, err := c.SignIn(ctx, "an", "sai mật khẩu rồi", b)
			return err
		}, exchange.Unauthenticated, ""},
		{"code", func(b directory.Browser) error {
			in, err := c.SignIn(ctx, "an", goodPassword, b)
			c.w.must(err)
			_, err = c.Second(ctx, in.Second, "000000", b)
			return err
		}, exchange.Unauthenticated, ""},
		{"account page", func(b directory.Browser) error {
			return c.ChangePassword(ctx, x, s, b, "sai mật khẩu rồi", goodPassword+"!")
		}, exchange.BadRequest, s.ID},
		{"link", func(b directory.Browser) error {
			_, _, err := c.Redeem(ctx, token, goodPassword, "000000", b)
			return err
		}, exchange.BadRequest, ""},
	} {
		address := fmt.Sprint("198.51.100.", i)
		for range 4 {
			c.w.none(test.name, func() { refusedAs(t, test.wrong(from(address)), test.want) })
		}
		c.w.one(func() { refusedAs(t, test.wrong(from(address)), test.want) })
		r := c.last()
		if r.Entry.Type != translog.SignedIn || r.Entry.Kind != "locked" || r.Entry.Actor != exchange.Stranger || r.Entry.Code != x.ID || r.Entry.Credential != test.credential {
			t.Errorf("%s: logged %+v", test.name, r.Entry)
		}
		wantSide(t, r, map[string]string{"address": address, "agent": "TEST ONLY"})
	}
	for name, err := range map[string]error{
		"account page": c.ChangePassword(ctx, x, s, browser, goodPassword, goodPassword+"!"),
		"link":         func() error { _, _, err := c.Redeem(ctx, token, goodPassword, c.code(e), browser); return err }(),
	} {
		if exchange.KindOf(err) != exchange.Busy {
			t.Errorf("%s: after five wrong ones the right one is answered %v", name, err)
		}
	}
}

// Nobody hands a link to the own account, or takes its second factor, in the console; for the break-glass account it is
// done at the hub's machine only.
func TestAccountsOfWhichNobodyTakesHold(t *testing.T) {
	c := newCrowd(t)
	ctx := t.Context()
	_, digest := directory.NewToken()
	c.w.must(c.Begin(ctx, exchange.Invitation{Digest: digest, Until: c.w.now.Add(time.Hour)}))
	c.join("op1", true, exchange.Operate)
	c.join("op2", true, exchange.Operate)
	c.join("quan", true, exchange.AgencyAdmin)
	as := func(login string) exchange.Caller {
		x, _ := c.Person(login)
		return x.Caller(exchange.Session{ID: x.ID + ".session"}, netip.Addr{})
	}
	acts := map[string]func(by exchange.Caller, login string) error{
		"Invite": func(by exchange.Caller, login string) error { _, err := c.Invite(ctx, by, login); return err },
		"ResetSecondFactor": func(by exchange.Caller, login string) error {
			_, err := c.ResetSecondFactor(ctx, by, login)
			return err
		},
	}
	for _, test := range []struct {
		name, login string
		by          exchange.Caller
		refused     bool
	}{
		{"an operator's own", "op1", as("op1"), true},
		{"an administrator's own", "quan", as("quan"), true},
		{"the break-glass account, by an operator", directory.FirstLogin, as("op1"), true},
		{"the break-glass account, by itself", directory.FirstLogin, as(directory.FirstLogin), true},
		{"another operator's", "op2", as("op1"), false},
		{"the break-glass account, at the machine", directory.FirstLogin, socket, false},
		{"an operator's, at the machine", "op1", socket, false},
	} {
		for name, act := range acts {
			if test.refused {
				c.w.none(test.name, func() { refused(t, act(test.by, test.login), exchange.Conflict) })
				continue
			}
			if err := act(test.by, test.login); err != nil {
				t.Errorf("%s: %s: %v", test.name, name, err)
			}
		}
	}
	refused(t, c.Disable(ctx, as("op2"), "op2"), exchange.Conflict)
	refused(t, c.Enable(ctx, as("op2"), "op2"), exchange.Conflict)
}
