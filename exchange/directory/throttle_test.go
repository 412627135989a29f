package directory

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lienthong/lienthong/exchange"
)

const office = "203.0.113.1"

func strange(login, network string) guesser {
	return guesser{login: login, exists: true, network: network}
}

// guess makes one wrong try now; false where it is refused.
func guess(x *throttle, g guesser) bool {
	t, err := x.begin(g, time.Now())
	if err == nil {
		t.wrong(time.Now())
	}
	return err == nil
}

// enter makes one right try now.
func enter(x *throttle, g guesser) error {
	t, err := x.begin(g, time.Now())
	if err == nil {
		t.right()
	}
	return err
}

// How many wrong tries come through against one account, by whoever guesses as fast as it is let: the figures of
// docs/threats.md. The owner comes and goes meanwhile, by browsers that are known and strange.
func TestGuessingIsBounded(t *testing.T) {
	n := 0
	for _, test := range []struct {
		name         string
		by           func() guesser
		first, later int // on the first day, on each later one
	}{
		{"one network", func() guesser { return strange("an", office) }, 35, 24},
		{"ever new networks", func() guesser { n++; return strange("an", fmt.Sprint("network ", n)) }, 80, 24},
		{"a browser that is known", func() guesser { return guesser{login: "an", exists: true, mark: "stolen", network: office} }, 35, 24},
		{"the browser in which its owner signs in ten times a day", func() guesser { return guesser{login: "an", exists: true, mark: "home"} }, 35 + 9*5, 24 + 10*5},
		{"a login that nobody has", func() guesser { return guesser{login: "nobody", network: office} }, 35, 24},
	} {
		synctest.Test(t, func(t *testing.T) {
			var x throttle
			var days []int
			coming := false
			for day := range 5 {
				days = append(days, 0)
				for half := range 24 * 60 * 2 { // minutes
					coming = coming || half%300 == 0
					if coming {
						coming = enter(&x, guesser{login: "an", exists: true, mark: "home"}) != nil
						enter(&x, strange("an", "hotel"))
					}
					if coming && test.by().mark != "home" {
						t.Fatalf("%s: the owner's browser is refused", test.name)
					}
					for guess(&x, test.by()) {
						days[day]++
					}
					time.Sleep(30 * time.Second)
				}
			}
			if want := []int{test.first, test.later, test.later, test.later, test.later}; !slices.Equal(days, want) {
				t.Errorf("%s: %v tries a day, want %v", test.name, days, want)
			}
		})
	}
}

// However many strangers' logins and networks are tried, what was counted against an account stays, and the memory is bounded.
func TestAFloodForgetsNoAccount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var x throttle
		came := 0
		for i := range 30_000 {
			flood, err := x.begin(guesser{login: fmt.Sprint("zz", i), network: fmt.Sprint("flood ", i)}, time.Now())
			if err != nil {
				t.Fatal(err)
			}
			flood.void()
			if i%10 == 0 && guess(&x, strange("op1", fmt.Sprint("bot ", i))) {
				came++
			}
		}
		if came != ofAccount.free || x.strangers.order.Len() > mostStrangers || x.networks.order.Len() > mostNetworks || len(x.accounts["op1"].near) > mostNear {
			t.Errorf("%d codes came through, want %d; %d logins and %d networks are remembered", came, ofAccount.free, x.strangers.order.Len(), x.networks.order.Len())
		}
	})
}

// A stranger who guesses from one network for a month keeps nobody out who comes from elsewhere, and from ever so many
// networks nobody who comes by a known browser, a session or a link.
func TestAStrangerLocksNobodyOut(t *testing.T) {
	for _, test := range []struct {
		name     string
		networks int
		owner    guesser
		kept     bool // the owner is kept out at times
	}{
		{"one network, the owner elsewhere", 1, strange("quantri", "home"), false},
		{"one network, the owner in it", 1, strange("quantri", "stranger 0"), true},
		{"one network, a known browser in it", 1, guesser{login: "quantri", exists: true, mark: "m", network: "stranger 0"}, false},
		{"two networks, the owner elsewhere", 2, strange("quantri", "home"), true},
		{"a thousand networks, a known browser", 1000, guesser{login: "quantri", exists: true, mark: "m", network: "home"}, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			var x throttle
			kept := 0
			for minute := range 30 * 24 * 60 {
				guess(&x, strange("quantri", fmt.Sprint("stranger ", minute%test.networks)))
				if minute%60 == 59 && enter(&x, test.owner) != nil {
					kept++
				}
				time.Sleep(time.Minute)
			}
			if (kept > 0) != test.kept {
				t.Errorf("%s: kept out %d of 720 times", test.name, kept)
			}
		})
	}
}

// Twenty clerks behind one address sign in within twenty minutes each morning, for a year. Their typos never lock the
// address, nor does signing in rightly; and by known browsers there may be as many as there are.
func TestTyposOfAnOffice(t *testing.T) {
	for _, test := range []struct {
		name  string
		typos int // of one clerk on one day
		every int // days
		known bool
	}{
		{"each a typo a week", 1, 7, false},
		{"each a typo every day", 1, 1, false},
		{"each four typos every day, by known browsers", 4, 1, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			var x throttle
			for day := range 365 {
				for clerk := range 20 {
					g := strange(fmt.Sprint("clerk", clerk), office)
					if test.known {
						g.mark = "m"
					}
					if day%test.every == 0 {
						for range test.typos {
							guess(&x, g)
						}
					}
					if err := enter(&x, g); err != nil {
						t.Fatalf("%s: day %d: %s is refused: %v", test.name, day, g.login, err)
					}
					time.Sleep(time.Minute)
				}
				time.Sleep(24*time.Hour - 20*time.Minute)
			}
		})
	}
}

// The address of an office is locked by thirty wrong tries that belong together, and not by right ones; who is known there
// comes in, and it is open again in half a minute.
func TestANetworkIsLocked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var x throttle
		for i := range 29 {
			if !guess(&x, guesser{login: fmt.Sprint("nobody", i), network: office}) {
				t.Fatalf("the wrong try %d is refused", i+1)
			}
		}
		for i := range 50 {
			if err := enter(&x, strange(fmt.Sprint("clerk", i), office)); err != nil {
				t.Fatalf("after 29 typos the right sign-in %d is refused: %v", i+1, err)
			}
		}
		last, err := x.begin(guesser{login: "nobody", network: office}, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		if account, network := last.wrong(time.Now()); account || !network {
			t.Errorf("the thirtieth locks the account: %t, the network: %t", account, network)
		}
		if until(enter(&x, strange("an", office))) != 30*time.Second || enter(&x, strange("an", "elsewhere")) != nil ||
			enter(&x, guesser{login: "an", exists: true, mark: "known", network: office}) != nil {
			t.Error("want strange browsers of the network locked for 30 seconds, and nobody else")
		}
		time.Sleep(30 * time.Second)
		if err := enter(&x, strange("an", office)); err != nil {
			t.Errorf("half a minute later: %v", err)
		}
		time.Sleep(8 * time.Hour)
		for i := range 29 {
			if !guess(&x, guesser{login: fmt.Sprint("nobody", i), network: office}) {
				t.Fatalf("eight hours later the wrong try %d is refused", i+1)
			}
		}
	})
}

// until is how long a refusal says that a lock lasts.
func until(err error) time.Duration {
	if e, ok := errors.AsType[*exchange.Error](err); ok && e.Kind == exchange.Busy && e.Values["until"] != "" {
		return e.RetryAfter
	}
	return 0
}

// A hundred tries at once are a hundred; what is taken back or was right counts for nothing.
func TestTriesAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var x throttle
		begun := func() (all []*try) {
			for range 100 {
				one, err := x.begin(strange("an", office), time.Now())
				if err != nil && exchange.KindOf(err) != exchange.Busy {
					t.Fatal(err)
				}
				if err == nil {
					all = append(all, one)
				}
			}
			return all
		}
		for name, end := range map[string]func(*try){"taken back": (*try).void, "right": (*try).right} {
			all := begun()
			if len(all) != 5 {
				t.Fatalf("%d of a hundred tries at once are let through, want 5", len(all))
			}
			for _, one := range all {
				end(one)
				one.void()
				one.wrong(time.Now()) // judged already
			}
			if err := enter(&x, strange("an", office)); err != nil {
				t.Errorf("after tries that were %s: %v", name, err)
			}
		}
		for _, one := range begun() {
			one.wrong(time.Now())
		}
		if until(enter(&x, strange("an", office))) != 30*time.Second {
			t.Error("five wrong ones at once do not lock")
		}
		x.lift("an")
		if err := enter(&x, strange("an", office)); err != nil {
			t.Errorf("after the lock was lifted: %v", err)
		}
	})
}

// Who finds no turn is told after five seconds.
func TestTurnsOfTheHasher(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, began := newHasher(), time.Now()
		for range hashers {
			if _, err := h.enter(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		_, err := h.enter(t.Context())
		if e, ok := errors.AsType[*exchange.Error](err); !ok || e.Kind != exchange.Busy || e.RetryAfter <= 0 || time.Since(began) != hashPatience {
			t.Errorf("after %v: %v", time.Since(began), err)
		}
	})
}

// A mark is good for one person, as long as the password is.
func TestMarks(t *testing.T) {
	an := exchange.Person{ID: "p1", Password: "$an"}
	mark := newMark(an)
	altered := "A" + mark[1:]
	if mark[0] == 'A' {
		altered = "B" + mark[1:]
	}
	for _, test := range []struct {
		name  string
		x     exchange.Person
		known string
		want  string
	}{
		{"one's own", an, mark, mark},
		{"among others", an, newMark(exchange.Person{ID: "p2", Password: "$an"}) + "." + mark, mark},
		{"another person's", exchange.Person{ID: "p2", Password: "$an"}, mark, ""},
		{"of the password before", exchange.Person{ID: "p1", Password: "$new"}, mark, ""},
		{"of nobody", exchange.Person{}, newMark(exchange.Person{}), ""},
		{"altered", an, altered, ""},
		{"cut off", an, mark[:39], ""},
		{"no text of the alphabet", an, "!" + mark[1:], ""},
		{"the ninth", an, "1.2.3.4.5.6.7.8." + mark, ""},
		{"none", an, "", ""},
	} {
		if got := markOf(test.x, Browser{Known: test.known}); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}
