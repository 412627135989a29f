package demo

import (
	"io"
	"path/filepath"
	"testing"
	"time"

	"github.com/lienthong/lienthong/cmd/lienthong/authority"
	"github.com/lienthong/lienthong/cmd/lienthong/node"
)

// Everybody printed can sign in at once with what is printed: the code of the moment was not used up in making the account.
func TestLoginsOpenTheConsole(t *testing.T) {
	ca, err := authority.New("TEST ONLY", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	r := &run{Options: Options{Out: io.Discard}, times: usual()}
	dir := node.Dir(filepath.Join(t.TempDir(), "hub"))
	if _, err := r.create(dir, ca); err != nil {
		t.Fatal(err)
	}
	hub, err := r.open(t.Context(), dir, era{clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer hub.Close()
	places := places(chance(1, "faults"))
	for _, p := range places {
		if p.id != province && p.id != district && p.id != township {
			continue
		}
		seal, err := ca.Seals(t.Context(), []string{p.name})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := enrol(t.Context(), hub.Directory, p, seal[0], "", ""); err != nil {
			t.Fatal(err)
		}
	}
	logins, err := appoint(t.Context(), hub.People, time.Now)
	if err != nil || len(logins) != 4 {
		t.Fatalf("%d logins, %v", len(logins), err)
	}
	for _, l := range logins {
		in, err := hub.People.SignIn(t.Context(), l.Login, l.password, browser)
		if err == nil && in.Second != "" {
			in, err = hub.People.Second(t.Context(), in.Second, l.code(time.Now()), browser)
		}
		if err != nil || in.Cookie == "" {
			t.Errorf("%s: %v; want a session", l.Login, err)
		}
		if with := l.secret != ""; with != (l.Login != "vanthu") {
			t.Errorf("%s: has one-time codes: %t", l.Login, with)
		}
	}
}
