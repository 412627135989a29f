package traffic

import (
	"container/list"
	"net/netip"
	"sync"
	"time"

	"github.com/lienthong/lienthong/exchange"
)

const (
	// MaxOfAgency is how many calls, and how many attempts, are remembered of one agency.
	MaxOfAgency = 1000
	// maxAll is how many calls, and how many attempts, are remembered of all agencies together: the oldest go first.
	maxAll = 50_000
	// maxAgencies is of how many agencies anything is remembered: who has not called for longest is forgotten first.
	maxAgencies = 10_000

	halfHour = 30 * time.Minute
	// halfHours are those of one day.
	halfHours = 48
)

// A Call is one request of an agency's software that was answered.
type Call struct {
	At      time.Time
	Agency  exchange.AgencyID
	Route   string // of the API's table, such as "POST /v1/inbox/lease"
	Status  int
	Code    exchange.Kind // empty for what was not refused
	ID      string        // of the document or delivery that the path names; empty for none
	In, Out int64         // bytes of the bodies
	Took    time.Duration
	Address netip.Addr
	Key     string // id of the API key
	Trace   string
	// Refused is why the key opens nothing any more; empty for a key that is in force.
	Refused string
}

// OK reports whether the call was not refused.
func (c Call) OK() bool { return c.Status < 400 }

// An Attempt is one try to post a document to an agency's endpoint.
type Attempt struct {
	At       time.Time
	Agency   exchange.AgencyID
	Delivery exchange.DeliveryID
	Number   int
	Took     time.Duration
	Class    string // of package delivery: "delivered", "outage", …
	Reason   string // stable code; empty for what was delivered
	Detail   string // for people; what the endpoint or the network said
}

// A HalfHour is how many calls there were in one half hour.
type HalfHour struct {
	Begin      time.Time
	OK, Failed int
}

// A Book remembers. The zero value is not ready: use New. All methods may be called concurrently; they cost no more than
// a lock and, for what is read, a copy.
type Book struct {
	since time.Time

	mu       sync.Mutex
	agencies map[exchange.AgencyID]*page
	calls    *shelf[Call]
	attempts *shelf[Attempt]
}

// A page is what is remembered of one agency.
type page struct {
	calls, attempts *list.List // of elements of the shelves, oldest first
	last            map[string]time.Time
	newest          time.Time
	halves          [halfHours]HalfHour
}

// New is an empty book, begun at a time.
func New(since time.Time) *Book {
	return &Book{since: since, agencies: make(map[exchange.AgencyID]*page), calls: newShelf[Call](), attempts: newShelf[Attempt]()}
}

// Since is when the book was begun: nothing before it is known.
func (b *Book) Since() time.Time { return b.since }

// Called notes a call. One without an agency is passed over: nobody may look at it.
func (b *Book) Called(c Call) {
	if c.Agency == "" {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	p := b.page(c.Agency, c.At)
	b.calls.put(p.calls, c)
	if c.OK() {
		p.last[c.Route] = c.At
	}
	p.count(c)
}

// Attempted notes an attempt.
func (b *Book) Attempted(a Attempt) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.attempts.put(b.page(a.Agency, a.At).attempts, a)
}

// page is an agency's, made where there is none yet.
func (b *Book) page(id exchange.AgencyID, at time.Time) *page {
	p, ok := b.agencies[id]
	if !ok {
		if len(b.agencies) >= maxAgencies {
			b.forget()
		}
		p = &page{calls: list.New(), attempts: list.New(), last: make(map[string]time.Time)}
		b.agencies[id] = p
	}
	p.newest = at
	return p
}

// forget tears out the page of whom nothing was heard for longest.
func (b *Book) forget() {
	var oldest exchange.AgencyID
	for id, p := range b.agencies {
		if old, ok := b.agencies[oldest]; !ok || p.newest.Before(old.newest) {
			oldest = id
		}
	}
	b.calls.drop(b.agencies[oldest].calls)
	b.attempts.drop(b.agencies[oldest].attempts)
	delete(b.agencies, oldest)
}

// count adds a call to its half hour. A day later the same place is another half hour's.
func (p *page) count(c Call) {
	begin := c.At.Truncate(halfHour)
	h := &p.halves[int(begin.Unix()/int64(halfHour/time.Second))%halfHours]
	if !h.Begin.Equal(begin) {
		*h = HalfHour{Begin: begin}
	}
	if c.OK() {
		h.OK++
		return
	}
	h.Failed++
}

// Calls are the agency's, newest first.
func (b *Book) Calls(id exchange.AgencyID) []Call {
	b.mu.Lock()
	defer b.mu.Unlock()
	if p, ok := b.agencies[id]; ok {
		return newestFirst[Call](p.calls)
	}
	return nil
}

// Attempts are those to the agency, newest first.
func (b *Book) Attempts(id exchange.AgencyID) []Attempt {
	b.mu.Lock()
	defer b.mu.Unlock()
	if p, ok := b.agencies[id]; ok {
		return newestFirst[Attempt](p.attempts)
	}
	return nil
}

// Last is when the agency last made a call of a route that was not refused; zero for never.
func (b *Book) Last(id exchange.AgencyID, route string) time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	if p, ok := b.agencies[id]; ok {
		return p.last[route]
	}
	return time.Time{}
}

// Day are the 48 half hours up to now, the present one last. Those before the book was begun are empty.
func (b *Book) Day(id exchange.AgencyID, now time.Time) []HalfHour {
	b.mu.Lock()
	defer b.mu.Unlock()
	p, known := b.agencies[id]
	all := make([]HalfHour, halfHours)
	for i := range all {
		begin := now.Truncate(halfHour).Add(time.Duration(i-halfHours+1) * halfHour)
		all[i].Begin = begin
		if !known {
			continue
		}
		if h := p.halves[int(begin.Unix()/int64(halfHour/time.Second))%halfHours]; h.Begin.Equal(begin) {
			all[i] = h
		}
	}
	return all
}
