package directory

import (
	"slices"
	"time"

	"github.com/lienthong/lienthong/exchange"
)

// Resolve finds the agency that takes documents for a code at the time: the one that the code means, its one successor
// if it was closed, its gateway if it has no connection. It takes at most [exchange.MaxSteps] steps, each in force at
// the time. The refusal is UnknownAddressee with Values "code" and, as far as they apply, "nearest" (a code of a living
// agency), "closed" (the day), "current" (the code to use) and "successors" (the codes to choose from).
func (d *Directory) Resolve(code exchange.AgencyID, at time.Time) (exchange.Resolution, error) {
	return d.current.Load().resolve(code, at)
}

func (s *snapshot) resolve(code exchange.AgencyID, at time.Time) (exchange.Resolution, error) {
	r := exchange.Resolution{}
	a, ok := s.agencies[s.codes[code]]
	switch {
	case !ok:
		return r, s.unknown(code, at)
	case !a.Means(code, at):
		return r, stale(code, a, at)
	case code != a.ID:
		r.Steps = append(r.Steps, exchange.Step{By: exchange.ByAlias, Agency: a.ID})
	}
	for len(r.Steps) <= exchange.MaxSteps {
		if a.LivesAt(at) && a.Connected() {
			r.Agency = a
			return r, nil
		}
		step, err := s.step(code, a, at)
		if err != nil {
			return exchange.Resolution{}, err
		}
		r.Steps = append(r.Steps, step)
		a = s.agencies[step.Agency]
	}
	return exchange.Resolution{}, endless(code)
}

// step leads on from an agency that is closed or not connected.
func (s *snapshot) step(code exchange.AgencyID, a exchange.Agency, at time.Time) (exchange.Step, error) {
	if a.LivesAt(at) {
		if g, ok := s.gateway(a); ok {
			return exchange.Step{By: exchange.ByGateway, Agency: g}, nil
		}
		return exchange.Step{}, unconnected(code, a)
	}
	next := a.SuccessorsAt(at)
	if len(next) != 1 {
		return exchange.Step{}, s.closed(code, a, next)
	}
	return exchange.Step{By: exchange.BySuccessor, Agency: next[0].Agency, Since: a.ClosedAt}, nil
}

// gateway is who receives for an agency without a connection: its own gateway, or the nearest above.
func (s *snapshot) gateway(a exchange.Agency) (exchange.AgencyID, bool) {
	above := a
	for range maxDepth + 1 {
		if above.Gateway != "" && above.Gateway != a.ID {
			return above.Gateway, true
		}
		next, ok := s.agencies[above.Parent]
		if !ok {
			return "", false
		}
		above = next
	}
	return "", false
}

// Identify finds the agency whose identifier the code is, was or will be, living or closed.
func (d *Directory) Identify(code exchange.AgencyID) (exchange.Agency, bool) {
	s := d.current.Load()
	a, ok := s.agencies[s.codes[code]]
	return a, ok
}

// Holder finds the living agency that holds at the time what is or was an agency's: itself, or at the end of a chain of
// single successors the one that lives. False where the chain ends with nobody, or with several: then nobody inherits
// by guess.
func (d *Directory) Holder(id exchange.AgencyID, at time.Time) (exchange.Agency, bool) {
	return d.current.Load().holder(id, at)
}

func (s *snapshot) holder(id exchange.AgencyID, at time.Time) (exchange.Agency, bool) {
	for range exchange.MaxSteps + 1 {
		a, ok := s.agencies[id]
		if !ok || a.LivesAt(at) {
			return a, ok
		}
		heirs := a.HeirsAt(at)
		if len(heirs) != 1 {
			return exchange.Agency{}, false
		}
		id = heirs[0]
	}
	return exchange.Agency{}, false
}

// Reach finds where what belongs to an agency goes at the time: to its [Directory.Holder], or to that one's gateway if
// it has no connection of its own. False where there is neither.
func (d *Directory) Reach(id exchange.AgencyID, at time.Time) (exchange.Agency, bool) {
	s := d.current.Load()
	a, ok := s.holder(id, at)
	for n := 0; ok && n < exchange.MaxSteps; n++ {
		if a.Connected() {
			return a, true
		}
		via, found := s.gateway(a)
		if !found {
			break
		}
		a, ok = s.holder(via, at)
	}
	return exchange.Agency{}, false
}

// Inherited are the closed agencies whose holder is id at the time, in order of their identifiers.
func (d *Directory) Inherited(id exchange.AgencyID, at time.Time) []exchange.AgencyID {
	s := d.current.Load()
	seen := map[exchange.AgencyID]bool{id: true}
	var all []exchange.AgencyID
	for queue := []exchange.AgencyID{id}; len(queue) > 0; queue = queue[1:] {
		for _, was := range s.before[queue[0]] {
			if h, ok := s.holder(was, at); ok && h.ID == id && !seen[was] {
				seen[was] = true
				all, queue = append(all, was), append(queue, was)
			}
		}
	}
	slices.Sort(all)
	return all
}
