package directory_test

import (
	"context"
	"encoding/base32"
	"errors"
	"log/slog"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/directory"
	"github.com/lienthong/lienthong/exchange/translog"
)

const goodPassword = "mười hai ký tự trở lên"

var browser = directory.Browser{Address: netip.MustParseAddr("10.1.2.3"), Agent: "Firefox (TEST ONLY)"}

// A crowd is people over the store of a world in which H41 lives.
type crowd struct {
	*directory.People
	w     *world
	codes map[string]directory.Enrolment // of people whose codes a test needs later, by login
}

func newCrowd(t testing.TB) *crowd {
	t.Helper()
	w := newWorld(t)
	w.put(commune("H41"))
	c := &crowd{w: w}
	c.reopen()
	return c
}

// reopen is what a restart of the hub does.
func (c *crowd) reopen() {
	c.w.t.Helper()
	var err error
	c.People, err = directory.OpenPeople(c.w.t.Context(), c.w.store, directory.PeopleOptions{Agencies: c.w.Directory,
		Clock: func() time.Time { return c.w.now }, Log: slog.New(slog.DiscardHandler)})
	c.w.must(err)
}

func (c *crowd) add(login string, roles ...exchange.PersonRole) (token string) {
	c.w.t.Helper()
	d := directory.Draft{Login: login, Name: "Nguyễn Thị " + login, Roles: roles}
	if roles[0].OfAgency() {
		d.Agency = "H41"
	}
	_, token, err := c.Add(c.w.t.Context(), by, d)
	c.w.must(err)
	return token
}

// code is what the authenticator shows for a secret.
func (c *crowd) code(e directory.Enrolment) string {
	c.w.t.Helper()
	code, err := totp.GenerateCode(strings.ReplaceAll(e.Secret, " ", ""), c.w.now)
	c.w.must(err)
	return code
}

// join adds a person who has used the link; with a second factor, its enrolment and recovery codes come back.
func (c *crowd) join(login string, second bool, roles ...exchange.PersonRole) (directory.Enrolment, []string) {
	c.w.t.Helper()
	token := c.add(login, roles...)
	e, err := c.EnrolInvited(token)
	c.w.must(err)
	code := ""
	if second {
		code = c.code(e)
	}
	_, codes, err := c.Redeem(c.w.t.Context(), token, goodPassword, code, browser)
	c.w.must(err)
	c.w.now = c.w.now.Add(time.Minute) // the code is used up
	return e, codes
}

func (c *crowd) enter(login string) string {
	c.w.t.Helper()
	in, err := c.SignIn(c.w.t.Context(), login, goodPassword, browser)
	c.w.must(err)
	return in.Cookie
}

// last is the newest entry of the log.
func (c *crowd) last() exchange.LogRecord {
	all := c.w.log()
	return all[len(all)-1]
}

func TestAPersonIsAddedAndSetsThePassword(t *testing.T) {
	c := newCrowd(t)
	token := c.add("an", exchange.Clerk)
	added := c.last()
	x, ok := c.Invited(token)
	if !ok || x.Login != "an" || added.Entry.Type != translog.PersonChanged || added.Entry.Kind != "added" || added.Entry.Code != x.ID {
		t.Fatalf("invited %+v (%t), logged %+v", x, ok, added.Entry)
	}
	wantSide(t, added, map[string]string{"login": "an", "name": "Nguyễn Thị an", "roles": "clerk"})
	in, codes, err := c.Redeem(t.Context(), token, goodPassword, "", browser)
	if err != nil || in.Cookie == "" || codes != nil {
		t.Fatalf("redeemed: %+v, %d recovery codes, %v; want a session and none", in, len(codes), err)
	}
	if e := c.last().Entry; e.Type != translog.SignedIn || e.Kind != "invitation-used" || e.Actor != "H41" || !strings.HasPrefix(e.Credential, x.ID+".") {
		t.Errorf("logged %+v, want the sign-in of a session of %s for H41", e, x.ID)
	}
	who, s, ok := c.Session(in.Cookie)
	if !ok || who.Login != "an" || s.Agent != browser.Agent || c.NameOf(s.ID) != who.Name {
		t.Errorf("the session is %+v of %+v", s, who)
	}
	for name, again := range map[string]string{"used": token, "never made": "x", "empty": ""} {
		if _, ok := c.Invited(again); ok {
			t.Errorf("a link that was %s is good", name)
		}
	}
}

// What proves who somebody is leaves the directory by no way but to its owner, and is in no log.
func TestSecretsStayInside(t *testing.T) {
	c := newCrowd(t)
	e, codes := c.join("an", true, exchange.Clerk)
	x, _ := c.Person("an")
	for _, shown := range append(c.List(), x) {
		if shown.Password != "set" || len(shown.SecondFactor) != 0 || shown.SecondFactor == nil || len(shown.Recovery) != 10 || shown.Recovery[0] != nil || shown.Sessions[0].Digest != nil {
			t.Errorf("shown: %+v", shown)
		}
	}
	for _, r := range c.w.log() {
		text := spelled(r) + " " + strings.Join(reflectValues(side(r)), " ")
		for _, secret := range append(codes, goodPassword, strings.ReplaceAll(e.Secret, " ", "")) {
			if strings.Contains(text, secret) {
				t.Errorf("the log holds %q: %s", secret, text)
			}
		}
	}
	stored, err := c.w.store.People(t.Context(), 0)
	c.w.must(err)
	if !strings.HasPrefix(stored[0].Password, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("the password is stored as %q", stored[0].Password)
	}
}

func reflectValues(m map[string]string) (all []string) {
	for _, v := range m {
		all = append(all, v)
	}
	return all
}

func TestWhoMaySignIn(t *testing.T) {
	c := newCrowd(t)
	ctx := t.Context()
	c.join("an", false, exchange.Clerk)
	c.join("binh", true, exchange.Clerk)
	c.join("gone", false, exchange.Clerk)
	c.w.must(c.Disable(ctx, by, "gone"))
	c.join("gone2", true, exchange.Clerk)
	c.w.must(c.Disable(ctx, by, "gone2"))
	c.add("new", exchange.Clerk)
	for _, test := range []struct {
		name, login, password string
		kind                  exchange.Kind // empty: comes in
		second                bool
	}{
		{"right", "an", goodPassword, "", false},
		{"right, and a code is asked for", "binh", goodPassword, "", true},
		{"wrong password", "an", goodPassword + "?", exchange.Unauthenticated, false},
		{"no password", "an", "", exchange.Unauthenticated, false},
		{"nobody", "chi", goodPassword, exchange.Unauthenticated, false},
		{"no login at all", "", goodPassword, exchange.Unauthenticated, false},
		{"what is no login", "An Nguyễn", goodPassword, exchange.Unauthenticated, false},
		{"disabled", "gone", goodPassword, exchange.Unauthenticated, false},
		{"disabled, with a second factor: no code is asked for", "gone2", goodPassword, exchange.Unauthenticated, false},
		{"the link was not used yet", "new", "", exchange.Unauthenticated, false},
		{"composed letters are the same letters", "an", decomposed(goodPassword), "", false},
	} {
		in, err := c.SignIn(ctx, test.login, test.password, browser)
		if (err == nil) != (test.kind == "") || err != nil && exchange.KindOf(err) != test.kind || (in.Second != "") != test.second || (in.Cookie != "") != (test.kind == "" && !test.second) {
			t.Errorf("%s: %+v, %v; want %q", test.name, in, err, test.kind)
		}
	}
}

// decomposed spells ư and the marks as some keyboards do.
func decomposed(s string) string {
	return strings.NewReplacer("ườ", "ươ\u0300", "ự", "ư\u0323", "ở", "ơ\u0309", "ý", "y\u0301", "ê", "e\u0302").Replace(s)
}

func TestSecondFactor(t *testing.T) {
	c := newCrowd(t)
	ctx := t.Context()
	e, codes := c.join("an", true, exchange.Operate)
	second := func(code string) (directory.Entrance, error) {
		t.Helper()
		in, err := c.SignIn(ctx, "an", goodPassword, browser)
		c.w.must(err)
		return c.Second(ctx, in.Second, code, browser)
	}
	right := c.code(e)
	if in, err := second(right); err != nil || in.Cookie == "" {
		t.Fatalf("the right code: %v", err)
	}
	for name, code := range map[string]string{"used a moment ago": right, "wrong": "000000", "empty": "", "a word": "secret"} {
		if _, err := second(code); exchange.KindOf(err) != exchange.Unauthenticated {
			t.Errorf("a code that is %s: %v, want unauthenticated", name, err)
		}
	}
	c.w.now = c.w.now.Add(time.Hour)
	if _, err := second(strings.ToUpper(codes[3])); err != nil {
		t.Errorf("a recovery code: %v", err)
	}
	if k := c.last().Entry.Kind; k != "sign-in-recovery" {
		t.Errorf("logged as %q, want the use of a recovery code", k)
	}
	if _, err := second(codes[3]); err == nil {
		t.Error("a recovery code was taken twice")
	}
	if _, err := c.Second(ctx, "nothing", right, browser); exchange.KindOf(err) != exchange.Conflict {
		t.Errorf("a code without a password: %v", err)
	}
	in, err := c.SignIn(ctx, "an", goodPassword, browser)
	c.w.must(err)
	c.w.now = c.w.now.Add(6 * time.Minute)
	if _, err := c.Second(ctx, in.Second, c.code(e), browser); exchange.KindOf(err) != exchange.Conflict {
		t.Errorf("a code after six minutes: %v, want a new beginning", err)
	}
}

// Operators, auditors and administrators of agencies do not come in with a password alone, by any way.
func TestSecondFactorIsMandatory(t *testing.T) {
	for _, role := range []exchange.PersonRole{exchange.Operate, exchange.Audit, exchange.AgencyAdmin} {
		c := newCrowd(t)
		token := c.add("an", role)
		if _, _, err := c.Redeem(t.Context(), token, goodPassword, "", browser); exchange.KindOf(err) != exchange.BadRequest {
			t.Errorf("%s: a link used without a code: %v", role, err)
		}
		if _, ok := c.Invited(token); !ok {
			t.Errorf("%s: the refused try used up the link", role)
		}
		c = newCrowd(t)
		c.join("an", true, role)
		token, err := c.ResetSecondFactor(t.Context(), by, "an")
		c.w.must(err)
		if _, err := c.SignIn(t.Context(), "an", goodPassword, browser); exchange.KindOf(err) != exchange.Unauthenticated {
			t.Errorf("%s: after the reset the old password opens: %v", role, err)
		}
		e, err := c.EnrolInvited(token)
		c.w.must(err)
		if _, codes, err := c.Redeem(t.Context(), token, goodPassword, c.code(e), browser); err != nil || len(codes) != 10 {
			t.Errorf("%s: the new link: %d codes, %v", role, len(codes), err)
		}
	}
}

// Whoever gets a further role does not come in by the password of before: a password alone never leads to a second factor.
func TestAPasswordOfBefore(t *testing.T) {
	c := newCrowd(t)
	c.join("an", false, exchange.Clerk)
	all, err := c.w.store.People(t.Context(), 0)
	c.w.must(err)
	x := all[0]
	x.Roles = append(x.Roles, exchange.AgencyAdmin)
	_, err = c.w.store.PutPerson(t.Context(), x, translog.Entry{Type: translog.PersonChanged, Actor: "operator:hoa", Code: x.ID, Time: c.w.now}, nil)
	c.w.must(err)
	c.reopen()
	if in, err := c.SignIn(t.Context(), "an", goodPassword, browser); exchange.KindOf(err) != exchange.Unauthenticated {
		t.Errorf("signed in: %+v, %v", in, err)
	} else if wrong := c.wrongPassword("an"); err.Error() != wrong.Error() {
		t.Errorf("the right password is told by %q from a wrong one, which is answered %q", err, wrong)
	}
}

// wrongPassword is how a wrong password is answered.
func (c *crowd) wrongPassword(login string) error {
	_, err := c.SignIn(c.w.t.Context(), login, goodPassword+"?", browser)
	return err
}

// A new link for a lost password leaves the second factor as it is, and asks for it.
func TestLostPassword(t *testing.T) {
	c := newCrowd(t)
	e, _ := c.join("an", true, exchange.Audit)
	cookie := ""
	if in, err := c.SignIn(t.Context(), "an", goodPassword, browser); err != nil {
		t.Fatal(err)
	} else if in, err = c.Second(t.Context(), in.Second, c.code(e), browser); err != nil {
		t.Fatal(err)
	} else {
		cookie = in.Cookie
	}
	c.w.now = c.w.now.Add(time.Minute)
	token, err := c.Invite(t.Context(), by, "an")
	c.w.must(err)
	other, err := c.EnrolInvited(token)
	c.w.must(err)
	if _, _, err := c.Redeem(t.Context(), token, goodPassword+"2", c.code(other), browser); err == nil {
		t.Error("the link set another second factor")
	}
	if _, codes, err := c.Redeem(t.Context(), token, goodPassword+"2", c.code(e), browser); err != nil || codes != nil {
		t.Errorf("the link with the right code: %d codes, %v", len(codes), err)
	}
	if _, _, ok := c.Session(cookie); ok {
		t.Error("a session with the lost password goes on")
	}
}

func TestPasswordsThatAreRefused(t *testing.T) {
	c := newCrowd(t)
	token := c.add("an.nguyen.thi", exchange.Clerk)
	for name, password := range map[string]string{
		"short": "mười một ký", "empty": "", "long": strings.Repeat("ab", 101), "one letter": strings.Repeat("a", 20), "no text": "\xff\xfe" + goodPassword,
		"the login": "an.nguyen.thi1", "the name": "Nguyễn Thị an.nguyen.thi",
	} {
		_, _, err := c.Redeem(t.Context(), token, password, "", browser)
		if e, ok := errors.AsType[*exchange.Error](err); !ok || e.Kind != exchange.BadRequest || e.Path != "/password" || e.VI == "" {
			t.Errorf("%s: %v", name, err)
		}
		c.w.now = c.w.now.Add(time.Hour)
	}
}

// After five wrong tries each costs more time than the one before; the right password does not help meanwhile. Other
// accounts go on, and the lock is an entry of the log.
func TestLockout(t *testing.T) {
	c := newCrowd(t)
	ctx := t.Context()
	c.join("an", false, exchange.Clerk)
	c.join("binh", false, exchange.Clerk)
	var delays []time.Duration
	for range 9 {
		var err error
		for tries := 0; exchange.KindOf(err) != exchange.Busy && tries < 20; tries++ {
			_, err = c.SignIn(ctx, "an", "sai mật khẩu rồi", browser)
		}
		if err == nil || exchange.KindOf(err) != exchange.Busy {
			t.Fatalf("twenty wrong tries are answered %v, want a lock", err)
		}
		e, _ := errors.AsType[*exchange.Error](err)
		until, perr := time.Parse(time.RFC3339, e.Values["until"])
		if perr != nil || !until.After(c.w.now) {
			t.Fatalf("locked until %q", e.Values["until"])
		}
		delays = append(delays, e.RetryAfter.Round(time.Second))
		c.w.now = until
	}
	want := []time.Duration{30, 60, 120, 240, 480, 960, 1920, 1920, 3600} // one is forgotten after an hour
	for i := range want {
		if delays[i] != want[i]*time.Second {
			t.Fatalf("delays %v, want seconds %v", delays, want)
		}
	}
	if e := c.last().Entry; e.Type != translog.SignedIn || e.Kind != "locked" {
		t.Errorf("logged %+v, want the lock", e)
	}
	if _, err := c.SignIn(ctx, "binh", goodPassword, browser); err != nil {
		t.Errorf("another account of the same address: %v", err)
	}
	c.enter("an")
	c.enter("an")
}

// Guessing at what does not exist is locked the same way, and from one address as a whole; nothing of it is written.
func TestStrangersWriteNothing(t *testing.T) {
	c := newCrowd(t)
	c.w.none("guessing", func() {
		tries := 0
		var err error
		for exchange.KindOf(err) != exchange.Busy && tries < 200 {
			tries++
			_, err = c.SignIn(t.Context(), "nobody", goodPassword, browser)
		}
		if tries != 6 {
			t.Errorf("the account that does not exist was locked after %d tries, want 6", tries)
		}
		err, tries = nil, 0
		for exchange.KindOf(err) != exchange.Busy && tries < 200 {
			tries++
			_, err = c.SignIn(t.Context(), "nobody"+strings.Repeat("x", tries), goodPassword, browser)
		}
		if tries > 31 {
			t.Errorf("the address was locked after %d tries more", tries)
		}
	})
	elsewhere := directory.Browser{Address: netip.MustParseAddr("10.9.9.9")}
	if _, err := c.SignIn(t.Context(), "other", goodPassword, elsewhere); exchange.KindOf(err) != exchange.Unauthenticated {
		t.Errorf("from another address: %v", err)
	}
}

func TestSessionsEnd(t *testing.T) {
	c := newCrowd(t)
	ctx := t.Context()
	c.join("an", false, exchange.Clerk)
	in := func() string { return c.enter("an") }
	alive := func(what, cookie string, want bool) {
		t.Helper()
		if _, _, ok := c.Session(cookie); ok != want {
			t.Errorf("%s: the session is alive: %t, want %t", what, ok, want)
		}
	}
	idle := in()
	c.w.now = c.w.now.Add(29 * time.Minute)
	alive("after 29 minutes", idle, true)
	c.w.now = c.w.now.Add(29 * time.Minute)
	alive("after 29 minutes more", idle, true)
	c.w.now = c.w.now.Add(30 * time.Minute)
	alive("after 30 minutes of rest", idle, false)

	busy := in()
	for range 41 {
		c.w.now = c.w.now.Add(15 * time.Minute)
		c.Session(busy)
	}
	alive("after ten busy hours", busy, false)

	one, two := in(), in()
	who, s1, _ := c.Session(one)
	_, s2, _ := c.Session(two)
	c.w.must(c.EndSession(ctx, who, s1, s2.ID))
	if k := c.last().Entry.Kind; k != "session-ended" {
		t.Errorf("logged as %q", k)
	}
	alive("ended by the other", two, false)
	alive("the other", one, true)
	c.reopen()
	alive("after a restart", one, true)
	c.w.must(c.EndSession(ctx, who, s1, s1.ID))
	if k := c.last().Entry.Kind; k != "sign-out" {
		t.Errorf("logged as %q", k)
	}
	alive("signed out", one, false)

	one, two = in(), in()
	who, s1, _ = c.Session(one)
	c.w.must(c.ChangePassword(ctx, who, s1, browser, goodPassword, goodPassword+"!"))
	alive("with the new password", one, true)
	alive("elsewhere", two, false)
	c.w.must(c.Disable(ctx, by, "an"))
	alive("disabled", one, false)
	for _, cookie := range []string{"", "x", strings.Repeat("A", 43)} {
		alive("never made", cookie, false)
	}
}

// The eleventh session ends the first: a record does not grow.
func TestSessionsAreBounded(t *testing.T) {
	c := newCrowd(t)
	c.join("an", false, exchange.Clerk)
	first := c.enter("an")
	for range 10 {
		c.enter("an")
	}
	x, _ := c.Person("an")
	if _, _, ok := c.Session(first); ok || len(x.Sessions) != 10 {
		t.Errorf("%d sessions, the first alive: %t", len(x.Sessions), ok)
	}
}

// Nobody of a closed agency goes on.
func TestSessionsOfAClosedAgency(t *testing.T) {
	c := newCrowd(t)
	c.join("an", false, exchange.Clerk)
	cookie := c.enter("an")
	a := c.w.get("H41")
	a.ClosedAt = c.w.now
	c.w.put(a)
	if _, _, ok := c.Session(cookie); ok {
		t.Error("the session goes on")
	}
	if _, err := c.SignIn(t.Context(), "an", goodPassword, browser); exchange.KindOf(err) != exchange.Unauthenticated {
		t.Errorf("signed in: %v", err)
	}
}

func TestOwnAccount(t *testing.T) {
	c := newCrowd(t)
	ctx := t.Context()
	c.join("an", false, exchange.Clerk)
	who, s, _ := c.Session(c.enter("an"))
	if err := c.ChangePassword(ctx, who, s, browser, "sai mật khẩu rồi", goodPassword+"!"); exchange.KindOf(err) != exchange.BadRequest {
		t.Errorf("a new password without the old: %v", err)
	}
	e, err := c.Enrol(who, s)
	c.w.must(err)
	if again, err := c.Enrol(who, s); err != nil || again.Secret != e.Secret {
		t.Errorf("the second look shows another secret (%v): what was scanned is void", err)
	}
	for name, give := range map[string][2]string{"no code": {goodPassword, ""}, "a wrong code": {goodPassword, "123"}, "a wrong password": {"sai", c.code(e)}} {
		if _, err := c.SetSecondFactor(ctx, who, s, browser, give[0], give[1]); exchange.KindOf(err) != exchange.BadRequest {
			t.Errorf("second factor with %s: %v", name, err)
		}
	}
	codes, err := c.SetSecondFactor(ctx, who, s, browser, goodPassword, c.code(e))
	if err != nil || len(codes) != 10 || c.last().Entry.Kind != "second-factor-set" {
		t.Fatalf("%d codes, %v, logged %q", len(codes), err, c.last().Entry.Kind)
	}
	newer, err := c.NewRecoveryCodes(ctx, who, s, browser, goodPassword)
	if err != nil || len(newer) != 10 || newer[0] == codes[0] {
		t.Fatalf("%d codes, %v", len(newer), err)
	}
	in, err := c.SignIn(ctx, "an", goodPassword, browser)
	c.w.must(err)
	if _, err := c.Second(ctx, in.Second, codes[0], browser); err == nil {
		t.Error("an old recovery code is good")
	}
	if _, err := c.Second(ctx, in.Second, newer[0], browser); err != nil {
		t.Errorf("a new recovery code: %v", err)
	}
}

func TestDraftsThatAreRefused(t *testing.T) {
	c := newCrowd(t)
	c.add("an", exchange.Clerk)
	for _, test := range []struct {
		name  string
		d     directory.Draft
		place string
	}{
		{"login with capitals", directory.Draft{Login: "An", Name: "x", Agency: "H41", Roles: []exchange.PersonRole{exchange.Clerk}}, "/login"},
		{"login with marks", directory.Draft{Login: "ân", Name: "x", Agency: "H41", Roles: []exchange.PersonRole{exchange.Clerk}}, "/login"},
		{"no name", directory.Draft{Login: "b", Name: " ", Agency: "H41", Roles: []exchange.PersonRole{exchange.Clerk}}, "/name"},
		{"no role", directory.Draft{Login: "b", Name: "x", Agency: "H41"}, "/roles"},
		{"no such role", directory.Draft{Login: "b", Name: "x", Agency: "H41", Roles: []exchange.PersonRole{"king"}}, "/roles"},
		{"a role twice", directory.Draft{Login: "b", Name: "x", Agency: "H41", Roles: []exchange.PersonRole{exchange.Clerk, exchange.Clerk}}, "/roles"},
		{"a clerk of nobody", directory.Draft{Login: "b", Name: "x", Roles: []exchange.PersonRole{exchange.Clerk}}, "/agency"},
		{"an operator of an agency", directory.Draft{Login: "b", Name: "x", Agency: "H41", Roles: []exchange.PersonRole{exchange.Operate}}, "/agency"},
		{"both at once", directory.Draft{Login: "b", Name: "x", Agency: "H41", Roles: []exchange.PersonRole{exchange.Clerk, exchange.Audit}}, "/agency"},
		{"no such agency", directory.Draft{Login: "b", Name: "x", Agency: "H49", Roles: []exchange.PersonRole{exchange.Clerk}}, "/agency"},
	} {
		_, _, err := c.Add(t.Context(), by, test.d)
		if e := refused(t, err, exchange.BadRequest); e.Path != test.place || e.VI == "" {
			t.Errorf("%s: refused at %s, want %s", test.name, e.Path, test.place)
		}
	}
	_, _, err := c.Add(t.Context(), by, directory.Draft{Login: "an", Name: "x", Agency: "H41", Roles: []exchange.PersonRole{exchange.Clerk}})
	refused(t, err, exchange.Conflict)
}

func TestOnlyOperatorsChangePeople(t *testing.T) {
	c := newCrowd(t)
	c.add("an", exchange.Clerk)
	for _, who := range []exchange.Caller{{}, {Agency: "H41"}} {
		for name, act := range map[string]func() error{
			"Add": func() error {
				_, _, err := c.Add(t.Context(), who, directory.Draft{Login: "b", Name: "x", Roles: []exchange.PersonRole{exchange.Audit}})
				return err
			},
			"Invite":            func() error { _, err := c.Invite(t.Context(), who, "an"); return err },
			"ResetSecondFactor": func() error { _, err := c.ResetSecondFactor(t.Context(), who, "an"); return err },
			"Disable":           func() error { return c.Disable(t.Context(), who, "an") },
			"Enable":            func() error { return c.Enable(t.Context(), who, "an") },
		} {
			c.w.none(name, func() { refused(t, act(), exchange.Forbidden) })
		}
	}
	for name, err := range map[string]error{"Disable": c.Disable(t.Context(), by, "b"), "Enable": c.Enable(t.Context(), by, "b")} {
		if exchange.KindOf(err) != exchange.NotFound {
			t.Errorf("%s of nobody: %v", name, err)
		}
	}
	c.w.must(c.Disable(t.Context(), by, "an"))
	c.w.none("a second disabling", func() { c.w.must(c.Disable(t.Context(), by, "an")) })
	c.w.must(c.Enable(t.Context(), by, "an"))
}

// A new hub begins with one account, by the link that was printed when it was made; that account stays.
func TestTheFirstAccount(t *testing.T) {
	c := newCrowd(t)
	token, digest := directory.NewToken()
	invitation := exchange.Invitation{Digest: digest, Until: c.w.now.Add(time.Hour)}
	c.w.must(c.Begin(t.Context(), invitation))
	c.w.none("a second beginning", func() { c.w.must(c.Begin(t.Context(), invitation)) })
	e, err := c.EnrolInvited(token)
	c.w.must(err)
	in, codes, err := c.Redeem(t.Context(), token, goodPassword, c.code(e), browser)
	if err != nil || len(codes) != 10 {
		t.Fatalf("%d codes, %v", len(codes), err)
	}
	who, s, _ := c.Session(in.Cookie)
	if k := c.last().Entry; k.Kind != "invitation-used-break-glass" || k.Actor != "operator:"+who.ID {
		t.Errorf("logged %+v", k)
	}
	if got := who.Caller(s, browser.Address); got.Operator != who.ID || got.Credential != s.ID || got.Agency != "" {
		t.Errorf("acts as %+v", got)
	}
	if err := c.Disable(t.Context(), by, directory.FirstLogin); exchange.KindOf(err) != exchange.Conflict {
		t.Errorf("disabled: %v", err)
	}
	c.reopen()
	if _, ok := c.Invited(token); ok {
		t.Error("after a restart the link is good again")
	}
	c.w.none("a beginning after a restart", func() { c.w.must(c.Begin(t.Context(), invitation)) })
}

func TestALinkEnds(t *testing.T) {
	c := newCrowd(t)
	token := c.add("an", exchange.Clerk)
	c.w.now = c.w.now.Add(7 * 24 * time.Hour)
	if _, ok := c.Invited(token); ok {
		t.Error("the link is good after a week")
	}
	newer, err := c.Invite(t.Context(), by, "an")
	c.w.must(err)
	if _, _, err := c.Redeem(t.Context(), token, goodPassword, "", browser); exchange.KindOf(err) != exchange.NotFound {
		t.Errorf("the old link: %v", err)
	}
	c.w.must(c.Disable(t.Context(), by, "an"))
	if _, ok := c.Invited(newer); ok {
		t.Error("the link of a disabled person is good")
	}
}

// P12: looking at sessions writes nothing.
func TestLookingWritesNothing(t *testing.T) {
	c := newCrowd(t)
	c.join("an", false, exchange.Clerk)
	cookie := c.enter("an")
	c.w.none("a hundred requests", func() {
		for range 100 {
			c.Session(cookie)
		}
	})
}

// failing is a store of people that does not write.
type failing struct {
	directory.PeopleStore
	err error
}

func (f failing) PutPerson(ctx context.Context, p exchange.Person, e translog.Entry, s *translog.Side) (uint64, error) {
	return 0, f.err
}

func TestNobodyComesInWithoutTheLog(t *testing.T) {
	c := newCrowd(t)
	c.join("an", false, exchange.Clerk)
	broken := errors.New("disk full")
	p, err := directory.OpenPeople(t.Context(), failing{c.w.store, broken}, directory.PeopleOptions{Agencies: c.w.Directory,
		Clock: func() time.Time { return c.w.now }, Log: slog.New(slog.DiscardHandler)})
	c.w.must(err)
	if in, err := p.SignIn(t.Context(), "an", goodPassword, browser); !errors.Is(err, broken) || in.Cookie != "" {
		t.Errorf("signed in: %+v, %v", in, err)
	}
}

// Two nodes take one recovery code once.
func TestARecoveryCodeAtTwoNodes(t *testing.T) {
	c := newCrowd(t)
	_, codes := c.join("an", true, exchange.Clerk)
	first := c.People
	c.reopen()
	second := c.People
	for i, p := range []*directory.People{first, second} {
		in, err := p.SignIn(t.Context(), "an", goodPassword, browser)
		c.w.must(err)
		if _, err := p.Second(t.Context(), in.Second, codes[0], browser); (err == nil) != (i == 0) {
			t.Errorf("node %d: %v", i+1, err)
		}
	}
}

func TestEnrolmentIsWhatAuthenticatorsRead(t *testing.T) {
	c := newCrowd(t)
	e, err := c.EnrolInvited(c.add("an", exchange.Clerk))
	c.w.must(err)
	secret, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.ReplaceAll(e.Secret, " ", ""))
	if err != nil || len(secret) != 20 || !strings.HasPrefix(string(e.QR), "\x89PNG") {
		t.Errorf("a secret of %d bytes, %v; a QR of %d bytes", len(secret), err, len(e.QR))
	}
}

func TestPublicPeopleAreCopies(t *testing.T) {
	c := newCrowd(t)
	c.join("an", false, exchange.Clerk)
	before := c.List()
	c.enter("an")
	if reflect.DeepEqual(before, c.List()) || len(before[0].Sessions) != 1 {
		t.Errorf("a list of before has %d sessions, want 1", len(before[0].Sessions))
	}
}
