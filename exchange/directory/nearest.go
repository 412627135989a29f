package directory

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
)

// A nearIndex holds every code by the length of its normalised form, so that a search looks only where a code within
// maxDistance can be.
type nearIndex [envelope.MaxAgencyID + 1][]nearCode

type nearCode struct {
	normal string
	code   exchange.AgencyID
}

const (
	// maxDistance is how many slips of the pen still count as near.
	maxDistance = 3
	// maxCells bounds one search: some ten milliseconds, whatever the size of the directory.
	maxCells = 4 << 20
)

func newNearIndex(codes map[exchange.AgencyID]exchange.AgencyID) nearIndex {
	var x nearIndex
	for _, code := range slices.Sorted(maps.Keys(codes)) {
		n := normalised(code)
		if len(n) < len(x) {
			x[len(n)] = append(x[len(n)], nearCode{n, code})
		}
	}
	return x
}

// normalised evens out what people confuse first: case and separators.
func normalised(code exchange.AgencyID) string {
	return strings.NewReplacer("-", ".", "_", ".").Replace(strings.ToUpper(string(code)))
}

// nearest is the usable code with the fewest changed letters, the first of equals in order of length difference and
// spelling; "" if none is near. A code of few letters must agree in half of them.
func (x *nearIndex) nearest(code exchange.AgencyID, usable func(exchange.AgencyID) bool) exchange.AgencyID {
	word := normalised(code)
	best, fewest := exchange.AgencyID(""), min(maxDistance, len(word)/2)+1
	budget := maxCells
	for diff := 0; diff < fewest; diff++ {
		for _, n := range lengths(len(word), diff) {
			if n < 0 || n >= len(x) {
				continue
			}
			for _, c := range x[n] {
				if d := distance(word, c.normal, fewest-1, &budget); d < fewest && usable(c.code) {
					best, fewest = c.code, d
				}
				if fewest <= diff || budget <= 0 {
					return best
				}
			}
		}
	}
	return best
}

func lengths(n, diff int) []int {
	if diff == 0 {
		return []int{n}
	}
	return []int{n - diff, n + diff}
}

// distance is Levenshtein's over bytes (codes are ASCII), or limit+1 as soon as it is known to be above the limit. It
// takes the cells it computes from the budget.
func distance(a, b string, limit int, budget *int) int {
	var rows [2][envelope.MaxAgencyID + 2]int
	prev, row := &rows[0], &rows[1]
	if len(a) > envelope.MaxAgencyID || len(b) > envelope.MaxAgencyID {
		return limit + 1
	}
	for j := range len(b) + 1 {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		least := i
		for j := 1; j <= len(b); j++ {
			change := prev[j-1]
			if a[i-1] != b[j-1] {
				change++
			}
			row[j] = min(change, prev[j]+1, row[j-1]+1)
			least = min(least, row[j])
		}
		*budget -= len(b)
		if least > limit {
			return limit + 1
		}
		prev, row = row, prev
	}
	return prev[len(b)]
}

// pathTo is where an envelope names its addressees.
const pathTo = "/edXML/edXMLEnvelope/edXMLHeader/MessageHeader/To/OrganId"

func (s *snapshot) unknown(code exchange.AgencyID, at time.Time) error {
	e := &exchange.Error{Kind: exchange.UnknownAddressee, Path: pathTo, Values: map[string]string{"code": string(code)},
		Detail: string(code) + " is not in the directory", VI: "Không có đơn vị " + string(code) + " trong danh bạ."}
	living := func(near exchange.AgencyID) bool {
		a := s.agencies[s.codes[near]]
		return a.LivesAt(at) && a.Means(near, at)
	}
	x := s.near()
	if near := x.nearest(code, living); near != "" {
		name := s.agencies[s.codes[near]].Name
		e.Values["nearest"] = string(near)
		e.Detail += "; the nearest code is " + string(near) + " (" + name + ")"
		e.VI += " Mã gần nhất là " + string(near) + " (" + name + ")."
	}
	return e
}
