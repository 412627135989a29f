package directory_test

import (
	"net/netip"
	"testing"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/directory"
	"github.com/lienthong/lienthong/exchange/translog"
)

// administrator is who looks after H41, in a session.
var administrator = exchange.Caller{Administers: "H41", Credential: "padmin.session"}

// What of an agency its administrator does, and that nobody else but an operator does it.
func TestWhoAdministersAnAgency(t *testing.T) {
	w := newWorld(t)
	w.put(commune("H41"), commune("H42"))
	_, old := w.issue(directory.KeyOptions{})
	der := leaf(t)
	ctx := t.Context()
	_, err := w.SetEndpoint(ctx, by, "H41", exchange.Endpoint{URL: "https://truc.example/nhan", Allow: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}})
	w.must(err)
	acts := []struct {
		name string
		do   func(exchange.Caller) error
	}{
		{"SetConsole", func(c exchange.Caller) error { return w.SetConsole(ctx, c, "H41", true) }},
		{"MoveEndpoint", func(c exchange.Caller) error { return w.MoveEndpoint(ctx, c, "H41", "https://truc.example/moi") }},
		{"RotateSecret", func(c exchange.Caller) error { _, err := w.RotateSecret(ctx, c, "H41", time.Hour); return err }},
		{"RotateKey", func(c exchange.Caller) error { _, _, err := w.RotateKey(ctx, c, "H41", old.ID, time.Hour); return err }},
		{"RevokeKey", func(c exchange.Caller) error { return w.RevokeKey(ctx, c, "H41", old.ID) }},
		{"IssueKey", func(c exchange.Caller) error {
			_, _, err := w.IssueKey(ctx, c, "H41", directory.KeyOptions{})
			return err
		}},
		{"AddCertificate", func(c exchange.Caller) error {
			_, err := w.AddCertificate(ctx, c, "H41", der, time.Time{}, time.Time{})
			return err
		}},
		{"EndCertificate", func(c exchange.Caller) error {
			return w.EndCertificate(ctx, c, "H41", exchange.Certificate{DER: der}.Fingerprint(), at(1))
		}},
	}
	strangers := []exchange.Caller{{}, {Agency: "H41"}, {Administers: "H42"}, {Agency: "H41", Administers: "H42"}}
	for _, a := range acts {
		for _, who := range strangers {
			w.none(a.name, func() { refused(t, a.do(who), exchange.Forbidden) })
		}
		r := w.one(func() { w.must(a.do(administrator)) })
		if r.Entry.Actor != "H41" || r.Entry.Credential != "padmin.session" || r.Entry.Addressee != "H41" {
			t.Errorf("%s is logged as %s", a.name, spelled(r))
		}
	}
	for name, err := range map[string]error{
		"Put":         func() error { _, err := w.Put(ctx, administrator, w.get("H41")); return err }(),
		"SetEndpoint": func() error { _, err := w.SetEndpoint(ctx, administrator, "H41", exchange.Endpoint{}); return err }(),
		"PinCertificate": func() error {
			_, err := w.PinCertificate(ctx, administrator, "H41", leaf(t), time.Time{}, at(1))
			return err
		}(),
	} {
		if exchange.KindOf(err) != exchange.Forbidden {
			t.Errorf("%s by an administrator: %v, want forbidden", name, err)
		}
	}
}

// The old key goes on beside the new one, and ends by itself.
func TestRotateKey(t *testing.T) {
	w := newWorld(t)
	w.put(commune("H41"))
	allow := []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}
	before, old := w.issue(directory.KeyOptions{Allow: allow})
	r := w.one(func() {
		after, k, err := w.RotateKey(t.Context(), administrator, "H41", old.ID, 7*24*time.Hour)
		w.must(err)
		if len(k.Allow) != 1 || k.Allow[0] != allow[0] || !k.Until.Equal(start.Add(year)) {
			t.Errorf("the new key is %+v", k)
		}
		for _, c := range []struct {
			secret string
			at     time.Duration
			ok     bool
		}{{before, 0, true}, {after, 0, true}, {before, 7*24*time.Hour - 1, true}, {before, 7 * 24 * time.Hour, false}, {after, 7 * 24 * time.Hour, true}} {
			if _, err := w.Authenticate(c.secret, local, start.Add(c.at)); (err == nil) != c.ok {
				t.Errorf("after %s a key (the old: %v) is answered %v", c.at, c.secret == before, err)
			}
		}
	})
	if r.Entry.Kind != "key-rotated" || r.Entry.Type != translog.KeyChanged || side(r)["replaces"] != old.ID {
		t.Errorf("logged as %s, %v", spelled(r), side(r))
	}
	_, _, err := w.RotateKey(t.Context(), administrator, "H41", old.ID, time.Hour)
	refused(t, err, exchange.Conflict) // two are active
	_, _, err = w.RotateKey(t.Context(), administrator, "H41", "nobodys", time.Hour)
	refused(t, err, exchange.NotFound)
	w.must(w.RevokeKey(t.Context(), administrator, "H41", old.ID))
	_, _, err = w.RotateKey(t.Context(), administrator, "H41", old.ID, time.Hour)
	refused(t, err, exchange.Conflict) // revoked
}

// A key that ends before the overlap is over is not made to last longer by it, and no overlap is without end.
func TestRotateKeyLengthensNothing(t *testing.T) {
	w := newWorld(t)
	w.put(commune("H41"), commune("H42"))
	_, short := w.issue(directory.KeyOptions{Until: start.Add(time.Hour)})
	_, _, err := w.RotateKey(t.Context(), by, "H41", short.ID, 24*time.Hour)
	w.must(err)
	if got := w.get("H41").Keys[0].Until; !got.Equal(start.Add(time.Hour)) {
		t.Errorf("the old key ends at %s", got)
	}
	_, long, err := w.IssueKey(t.Context(), by, "H42", directory.KeyOptions{})
	w.must(err)
	_, _, err = w.RotateKey(t.Context(), by, "H42", long.ID, 10*year)
	w.must(err)
	if got := w.get("H42").Keys[0].Until; !got.Equal(start.Add(30 * 24 * time.Hour)) {
		t.Errorf("the old key ends at %s", got)
	}
}

func TestMoveEndpoint(t *testing.T) {
	w := newWorld(t)
	w.put(commune("H41"))
	ctx := t.Context()
	refused(t, w.MoveEndpoint(ctx, administrator, "H41", "https://truc.example"), exchange.Conflict) // an operator sets the first
	e, err := w.SetEndpoint(ctx, by, "H41", exchange.Endpoint{URL: "https://truc.example/nhan", Allow: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}})
	w.must(err)
	for _, address := range []string{"", "truc.example", "http://truc.example/", "https://8.8.8.8/", "https://[::1]/", "https://u:p@truc.example/", "https://[::ffff:127.0.0.1]/"} {
		w.none(address, func() { refused(t, w.MoveEndpoint(ctx, administrator, "H41", address), exchange.BadRequest) })
	}
	w.must(w.CloseEndpoint(ctx, "H41", "410"))
	r := w.one(func() { w.must(w.MoveEndpoint(ctx, administrator, "H41", "https://10.1.2.3:8443/moi")) })
	wantSide(t, r, map[string]string{"url": "https://10.1.2.3:8443/moi", "allow": "10.0.0.0/8"})
	if got := w.get("H41").Endpoint; got.Secret != e.Secret || !got.ClosedAt.IsZero() || len(got.Allow) != 1 {
		t.Errorf("the endpoint is %+v", got)
	}
	w.none("the same again", func() { w.must(w.MoveEndpoint(ctx, administrator, "H41", "https://10.1.2.3:8443/moi")) })
}

// While the overlap lasts there are two secrets; neither is in a listing or the log.
func TestRotateSecret(t *testing.T) {
	w := newWorld(t)
	w.put(commune("H41"))
	ctx := t.Context()
	_, err := w.RotateSecret(ctx, administrator, "H41", time.Hour)
	refused(t, err, exchange.Conflict)
	first, err := w.SetEndpoint(ctx, by, "H41", exchange.Endpoint{URL: "https://truc.example/nhan", Allow: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}})
	w.must(err)
	var next exchange.Endpoint
	r := w.one(func() {
		next, err = w.RotateSecret(ctx, administrator, "H41", 24*time.Hour)
		w.must(err)
	})
	wantSide(t, r, map[string]string{"former_until": start.Add(24 * time.Hour).Format(time.RFC3339)})
	if got := next.Secrets(start.Add(24*time.Hour - 1)); len(got) != 2 || got[0] == first.Secret || got[1] != first.Secret {
		t.Errorf("during the overlap there are %d secrets", len(got))
	}
	if got := next.Secrets(start.Add(24 * time.Hour)); len(got) != 1 || got[0] != next.Secret {
		t.Errorf("after it there are %d", len(got))
	}
	if all, _ := w.List(0); all[0].Endpoint.Secret != "" || all[0].Endpoint.Former != "" {
		t.Error("a listing holds a secret")
	}
	w.must(w.MoveEndpoint(ctx, administrator, "H41", "https://truc.example/moi"))
	if got := w.get("H41").Endpoint.Former; got != first.Secret {
		t.Error("another address ends the overlap")
	}
	_, err = w.SetEndpoint(ctx, by, "H41", exchange.Endpoint{URL: "https://truc.example/moi", Secret: secretOf(32), Allow: next.Allow})
	w.must(err)
	if got := w.get("H41").Endpoint; got.Former != "" || got.Secret != secretOf(32) {
		t.Error("a secret that an operator sets leaves a former one in use")
	}
}

// Whose a key is that opens nothing, is told to nobody but who holds it.
func TestDeadKey(t *testing.T) {
	w := newWorld(t)
	w.put(commune("H41"))
	secret, k := w.issue(directory.KeyOptions{Until: start.Add(time.Hour), Allow: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}})
	elsewhere := netip.MustParseAddr("192.0.2.1")
	for _, c := range []struct {
		name string
		from netip.Addr
		at   time.Time
		want string
	}{{"in force", local, start, ""}, {"ended", local, start.Add(time.Hour), "ended"}, {"from elsewhere", elsewhere, start, "network"}} {
		dead, ok := w.DeadKey(secret, c.from, c.at)
		if ok != (c.want != "") || ok && dead != (directory.DeadKey{Agency: "H41", Key: k.ID, Why: c.want}) {
			t.Errorf("%s: %+v, %v", c.name, dead, ok)
		}
	}
	w.must(w.RevokeKey(t.Context(), administrator, "H41", k.ID))
	if dead, ok := w.DeadKey(secret, local, start); !ok || dead.Why != "revoked" {
		t.Errorf("revoked: %+v, %v", dead, ok)
	}
	body := secret[:len(secret)-6]
	forged := body[:len(body)-1] + "x"
	if body[len(body)-1] == 'x' {
		forged = body[:len(body)-1] + "y"
	}
	for _, text := range []string{"", "lt_live_", sealed(forged)} {
		if dead, ok := w.DeadKey(text, local, start); ok {
			t.Errorf("%q is said to be %+v", text, dead)
		}
	}
}

// An administrator adds and changes people of the own agency, and not the own account.
func TestAnAdministratorsPeople(t *testing.T) {
	c := newCrowd(t)
	c.w.put(commune("H42"))
	ctx := t.Context()
	c.add("quan", exchange.AgencyAdmin)
	c.add("an", exchange.Clerk)
	c.add("oper", exchange.Operate)
	_, _, err := c.Add(ctx, by, directory.Draft{Login: "xa", Name: "Xa", Agency: "H42", Roles: []exchange.PersonRole{exchange.Clerk}})
	c.w.must(err)
	quan, _ := c.Person("quan")
	me := exchange.Caller{Administers: "H41", Credential: quan.ID + ".session"}
	for _, d := range []directory.Draft{
		{Login: "b", Name: "B", Agency: "H42", Roles: []exchange.PersonRole{exchange.Clerk}},
		{Login: "b", Name: "B", Roles: []exchange.PersonRole{exchange.Operate}},
	} {
		c.w.none("Add", func() {
			_, _, err := c.Add(ctx, me, d)
			refused(t, err, exchange.Forbidden)
		})
	}
	for _, d := range []directory.Draft{{Login: "b", Name: "B", Agency: "H41", Roles: []exchange.PersonRole{exchange.Operate}},
		{Login: "b", Name: "B", Agency: "H41", Roles: []exchange.PersonRole{exchange.Clerk, exchange.Audit}}} {
		c.w.none("Add", func() {
			_, _, err := c.Add(ctx, me, d)
			refused(t, err, exchange.BadRequest)
		})
	}
	_, _, err = c.Add(ctx, me, directory.Draft{Login: "moi", Name: "Mới", Agency: "H41", Roles: []exchange.PersonRole{exchange.Clerk, exchange.AgencyAdmin}})
	c.w.must(err)
	if r := c.last(); r.Entry.Actor != "H41" || r.Entry.Credential != me.Credential || r.Entry.Kind != "added" {
		t.Errorf("logged as %s", spelled(r))
	}
	acts := map[string]func(login string) error{
		"Invite":            func(login string) error { _, err := c.Invite(ctx, me, login); return err },
		"ResetSecondFactor": func(login string) error { _, err := c.ResetSecondFactor(ctx, me, login); return err },
		"Disable":           func(login string) error { return c.Disable(ctx, me, login) },
		"Enable":            func(login string) error { return c.Enable(ctx, me, login) },
	}
	for name, act := range acts {
		for login, want := range map[string]exchange.Kind{"xa": exchange.NotFound, "oper": exchange.NotFound, "nobody": exchange.NotFound, "quan": exchange.Conflict} {
			c.w.none(name+" "+login, func() { refused(t, act(login), want) })
		}
	}
	for _, name := range []string{"Invite", "ResetSecondFactor", "Disable", "Enable"} {
		c.w.one(func() { c.w.must(acts[name]("an")) })
	}
	if all := c.Of("H41"); len(all) != 3 || all[0].Login != "an" || len(c.Of("")) != 0 {
		t.Errorf("the agency's people are %+v", all)
	}
}

// One agency's administrators do not use up the places of all; an operator is not held to that.
func TestAnAgencysPlacesForPeople(t *testing.T) {
	c := newCrowd(t)
	add := func(who exchange.Caller, n int) error {
		_, _, err := c.Add(t.Context(), who, directory.Draft{Login: "x" + string(rune('a'+n/26)) + string(rune('a'+n%26)), Name: "X", Agency: "H41", Roles: []exchange.PersonRole{exchange.Clerk}})
		return err
	}
	for n := range 200 {
		c.w.must(add(administrator, n))
	}
	refused(t, add(administrator, 200), exchange.Conflict)
	c.w.must(add(by, 200))
}

// Whom an operator keeps out, none but an operator lets in again; what an administrator did, either takes back.
func TestWhoLetsInAgain(t *testing.T) {
	c := newCrowd(t)
	ctx := t.Context()
	c.add("quan", exchange.AgencyAdmin)
	quan, _ := c.Person("quan")
	admin := exchange.Caller{Administers: "H41", Credential: quan.ID + ".session"}
	for i, test := range []struct {
		name     string
		disabled []exchange.Caller // one after the other
		enables  exchange.Caller
		by       string // whose act it is that is taken back
		refused  bool
	}{
		{"an administrator's act", []exchange.Caller{admin}, admin, "H41", false},
		{"an administrator's act, by an operator", []exchange.Caller{admin}, by, "H41", false},
		{"an operator's act", []exchange.Caller{by}, admin, "operator:hoa", true},
		{"an operator's act, by an operator", []exchange.Caller{by}, by, "operator:hoa", false},
		{"the machine's act", []exchange.Caller{socket}, admin, "operator:local", true},
		{"an operator's act, and an administrator's after it", []exchange.Caller{by, admin}, admin, "operator:hoa", true},
		{"an administrator's act, and an operator's after it", []exchange.Caller{admin, by}, admin, "operator:hoa", true},
	} {
		login := "an" + string(rune('a'+i))
		c.add(login, exchange.Clerk)
		for _, who := range test.disabled {
			c.w.must(c.Disable(ctx, who, login))
		}
		c.w.none(test.name, func() { c.w.must(c.Disable(ctx, test.disabled[len(test.disabled)-1], login)) })
		if x, _ := c.Person(login); x.DisabledBy != test.by || x.Disabled.IsZero() {
			t.Errorf("%s: disabled by %q, want %q", test.name, x.DisabledBy, test.by)
		}
		if test.refused {
			c.w.none(test.name, func() {
				refused(t, c.Enable(ctx, test.enables, login), exchange.Conflict)
				_, err := c.Invite(ctx, test.enables, login)
				refused(t, err, exchange.Conflict)
				_, err = c.ResetSecondFactor(ctx, test.enables, login)
				refused(t, err, exchange.Conflict)
			})
		} else {
			c.w.must(c.Enable(ctx, test.enables, login))
		}
		if x, _ := c.Person(login); x.KeptOut() != test.refused || x.Disabled.IsZero() == test.refused || (x.DisabledBy == "") == test.refused {
			t.Errorf("%s: now disabled since %v by %q", test.name, x.Disabled, x.DisabledBy)
		}
	}
}

// Whom nobody is said to have disabled, the hub keeps out.
func TestKeptOutByNobodyKnown(t *testing.T) {
	since := start
	for _, test := range []struct {
		x    exchange.Person
		want bool
	}{
		{exchange.Person{Agency: "H41"}, false},
		{exchange.Person{Agency: "H41", Disabled: since}, true},
		{exchange.Person{Disabled: since}, true},
		{exchange.Person{Agency: "H41", Disabled: since, DisabledBy: "operator:hoa"}, true},
		{exchange.Person{Agency: "H41", Disabled: since, DisabledBy: "H41"}, false},
		{exchange.Person{Agency: "H41", Disabled: since, DisabledBy: "H42"}, true},
	} {
		if got := test.x.KeptOut(); got != test.want {
			t.Errorf("disabled by %q of %q: kept out: %t", test.x.DisabledBy, test.x.Agency, got)
		}
	}
}
