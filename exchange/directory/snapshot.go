package directory

import (
	"cmp"
	"maps"
	"slices"
	"sync"

	"github.com/lienthong/lienthong/exchange"
)

// A snapshot is the directory at one moment. It is never changed once published.
type snapshot struct {
	agencies map[exchange.AgencyID]exchange.Agency
	codes    map[exchange.AgencyID]exchange.AgencyID // identifiers and aliases to their agency
	keys     map[string]ownedKey                     // by key id
	children map[exchange.AgencyID][]exchange.AgencyID
	before   map[exchange.AgencyID][]exchange.AgencyID // successors to those whose place they took
	order    []exchange.Agency                         // by version
	version  uint64

	// near is made at the first refusal: most snapshots never need it.
	near func() nearIndex
	// names is made at the first search.
	names func() findIndex
}

type ownedKey struct {
	exchange.Key
	owner exchange.AgencyID
}

func newSnapshot(agencies map[exchange.AgencyID]exchange.Agency) *snapshot {
	s := &snapshot{
		agencies: agencies,
		codes:    make(map[exchange.AgencyID]exchange.AgencyID, len(agencies)),
		keys:     make(map[string]ownedKey),
		children: make(map[exchange.AgencyID][]exchange.AgencyID),
		before:   make(map[exchange.AgencyID][]exchange.AgencyID),
	}
	for _, a := range agencies {
		s.add(a)
	}
	slices.SortFunc(s.order, func(a, b exchange.Agency) int {
		return cmp.Or(cmp.Compare(a.Version, b.Version), cmp.Compare(a.ID, b.ID))
	})
	for _, lists := range []map[exchange.AgencyID][]exchange.AgencyID{s.children, s.before} {
		for _, ids := range lists {
			slices.Sort(ids)
		}
	}
	s.near = sync.OnceValue(func() nearIndex { return newNearIndex(s.codes) })
	s.names = sync.OnceValue(func() findIndex { return newFindIndex(s.agencies) })
	return s
}

func (s *snapshot) add(a exchange.Agency) {
	s.order = append(s.order, a)
	s.version = max(s.version, a.Version)
	s.children[a.Parent] = append(s.children[a.Parent], a.ID)
	for _, code := range a.AllCodes() {
		s.codes[code] = a.ID
	}
	for _, next := range a.Successors {
		s.before[next.Agency] = append(s.before[next.Agency], a.ID)
	}
	for _, k := range a.Keys {
		s.keys[k.ID] = ownedKey{Key: k, owner: a.ID}
	}
}

// with is the agencies of the snapshot with some changed.
func (s *snapshot) with(changed []exchange.Agency) map[exchange.AgencyID]exchange.Agency {
	next := make(map[exchange.AgencyID]exchange.Agency, len(s.agencies)+len(changed))
	maps.Copy(next, s.agencies)
	for _, a := range changed {
		next[a.ID] = a
	}
	return next
}

func (s *snapshot) changedSince(version uint64) []exchange.Agency {
	i, _ := slices.BinarySearchFunc(s.order, version, func(a exchange.Agency, v uint64) int {
		if a.Version <= v {
			return -1
		}
		return 1
	})
	return s.order[i:]
}
