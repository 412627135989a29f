package console

import (
	"maps"
	"slices"
	"time"

	"github.com/lienthong/lienthong/exchange"
)

// Registry is what the operators' pages need of the directory besides; package directory states what each promises.
type Registry interface {
	List(since uint64) ([]exchange.Agency, uint64)
	Children(id exchange.AgencyID) []exchange.Agency
	Registrar
	Importer
}

// A hubHealth is what the machine and the directory say of themselves.
type hubHealth struct {
	unready    []string
	clockWrong bool // no receipts are given
	unkept     bool // nobody keeps the clock right
	diskKnown  bool
	disk       int   // percent that is used
	free       int64 // bytes
	silent     []exchange.AgencyID
	callers    int // agencies whose software is to call
	closed     int // endpoints that said they are gone
	keys       int // agencies whose last key ends soon, or has ended
	ending     int // certificates that end soon
	ended      int // that have ended
	firstEnd   time.Time
	stale      int // sources of revocation whose word counts no more
}

func (c *console) health(now time.Time) (h hubHealth) {
	c.machineHealth(&h, now)
	all, _ := c.Agencies.List(0)
	for _, a := range all {
		if !a.LivesAt(now) {
			continue
		}
		if mustCall(a, now) {
			h.callers++
		}
		if c.keepsQuiet(a, now) {
			h.silent = append(h.silent, a.ID)
		}
		if !a.Endpoint.ClosedAt.IsZero() {
			h.closed++
		}
		if end, ok := keyEnd(a, now); ok && end.Sub(now) < endsSoon {
			h.keys++
		}
	}
	return h
}

func (c *console) machineHealth(h *hubHealth, now time.Time) {
	m := c.Machine
	if m.Ready != nil {
		checks := m.Ready().Checks
		for _, name := range slices.Sorted(maps.Keys(checks)) {
			if !checks[name] && name != "clock" {
				h.unready = append(h.unready, name)
			}
		}
	}
	if m.Time != nil {
		state, ok := m.Time()
		h.clockWrong, h.unkept = !ok, ok && state.Source && !state.Synchronised
	}
	if m.Disk != nil {
		if free, total, err := m.Disk(); err == nil && total > 0 {
			h.diskKnown, h.disk = true, int((total-free)*100/total)
			h.free = int64(free)
		}
	}
	if m.Endings != nil {
		h.count(m.Endings(), now)
	}
	if m.Sources != nil {
		for _, s := range m.Sources() {
			if !s.Fresh {
				h.stale++
			}
		}
	}
}

func (h *hubHealth) count(all []Ending, now time.Time) {
	for _, e := range all {
		left := e.At.Sub(now)
		switch {
		case left <= 0:
			h.ended++
		case left < endsSoon:
			h.ending++
		}
		if h.firstEnd.IsZero() || e.At.Before(h.firstEnd) {
			h.firstEnd = e.At
		}
	}
}

// mustCall reports whether an agency's software is to call the hub: it fetches, with a key in force.
func mustCall(a exchange.Agency, now time.Time) bool {
	return a.LivesAt(now) && !a.Sandbox && !a.Console && a.Channel == exchange.Pull &&
		slices.ContainsFunc(a.Keys, func(k exchange.Key) bool { return k.ActiveAt(now) })
}

// keepsQuiet reports whether an agency's software is to call and has not for too long. When it last did is not stored: a hub
// that was started lately knows of nobody yet.
func (c *console) keepsQuiet(a exchange.Agency, now time.Time) bool {
	last := c.lastUsed(a)
	if last.Before(c.began) {
		last = c.began
	}
	return mustCall(a, now) && now.Sub(last) > silentAfter
}

// keyEnd is when the last of an agency's keys ends; false for one that never had any, or is no more.
func keyEnd(a exchange.Agency, now time.Time) (end time.Time, ok bool) {
	if !a.LivesAt(now) {
		return end, false
	}
	for _, k := range a.Keys {
		if k.Revoked.IsZero() && k.Until.After(end) {
			end, ok = k.Until, true
		}
	}
	return end, ok
}
