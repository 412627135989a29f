package directory

import (
	"time"

	"github.com/lienthong/lienthong/exchange"
)

// A rule is how wrong tries of one kind are held. So many are free; each further one locks for twice as long as the one
// before, at most for the time in which one of them is forgotten. In the long run that is one wrong try in that time.
type rule struct {
	free   int
	forget time.Duration
}

var (
	ofOne     = rule{5, time.Hour}         // of one network, or one known browser, session or link, against one account
	ofAccount = rule{50, time.Hour}        // of all browsers that are strange to an account, wherever they are
	ofNetwork = rule{30, 15 * time.Minute} // of one network against all accounts: a whole commune may share an address
)

const firstDelay = 30 * time.Second

// A tally is the wrong tries of one kind. Its zero value has none.
type tally struct {
	wrong   int
	pending int       // not judged yet
	since   time.Time // when the next is forgotten is reckoned from here
	until   time.Time // no try before
}

// admits refuses while there is a lock, and more tries at once than may turn out wrong.
func (t *tally) admits(r rule, now time.Time) error {
	t.age(r, now)
	switch {
	case now.Before(t.until):
		return lockedUntil(t.until, now)
	case t.pending > 0 && t.wrong+t.pending >= r.free:
		return tooManySignIns(time.Second)
	}
	return nil
}

func (t *tally) age(r rule, now time.Time) {
	if n := min(int(now.Sub(t.since)/r.forget), t.wrong); n > 0 {
		t.wrong -= n
		t.since = t.since.Add(time.Duration(n) * r.forget)
	}
}

// fail counts a wrong try, and reports whether it begins a lock.
func (t *tally) fail(r rule, now time.Time) (locks bool) {
	t.age(r, now)
	if t.wrong == 0 {
		t.since = now
	}
	t.wrong++
	over := t.wrong - r.free
	if over < 0 {
		return false
	}
	t.until = now.Add(min(firstDelay<<min(over, 10), r.forget))
	return true
}

func lockedUntil(until, now time.Time) error {
	return &exchange.Error{Kind: exchange.Busy, RetryAfter: until.Sub(now), Values: map[string]string{"until": until.UTC().Format(time.RFC3339)},
		Detail: "locked after too many wrong tries", VI: "Tạm khóa vì nhập sai quá nhiều lần."}
}
