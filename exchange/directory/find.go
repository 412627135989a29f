package directory

import (
	"cmp"
	"iter"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/lienthong/lienthong/exchange"
)

const (
	// MaxFound is the most agencies that one search finds: who gets so many types another word.
	MaxFound = 20
	// maxWords and maxSought bound one search, in words and bytes; what is beyond is not looked for.
	maxWords  = 8
	maxSought = 200
)

// A findIndex holds every agency as it is searched, short names first: of many that fit, the one that was meant has the
// fewest other words. It is one text, in which the line of an agency begins where starts says. A line is the folded
// name, a tab, and all codes in small letters, each between blanks.
type findIndex struct {
	text   string
	starts []int32
	ids    []exchange.AgencyID
}

func newFindIndex(agencies map[exchange.AgencyID]exchange.Agency) findIndex {
	type line struct {
		name int // its length
		text string
		id   exchange.AgencyID
	}
	lines := make([]line, 0, len(agencies))
	size := 0
	for _, a := range agencies {
		text := Fold(a.Name) + "\t"
		for _, code := range a.AllCodes() {
			text += " " + strings.ToLower(string(code)) + " "
		}
		lines = append(lines, line{strings.IndexByte(text, '\t'), text + "\n", a.ID})
		size += len(text) + 1
	}
	slices.SortFunc(lines, func(a, b line) int {
		return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.text, b.text), cmp.Compare(a.id, b.id))
	})
	var x findIndex
	var all strings.Builder
	all.Grow(size)
	for _, l := range lines {
		x.starts, x.ids = append(x.starts, int32(all.Len())), append(x.ids, l.id)
		all.WriteString(l.text)
	}
	x.text = all.String()
	return x
}

// lines gives each agency whose line holds the word, with its name and its codes.
func (x findIndex) lines(word string) iter.Seq2[exchange.AgencyID, [2]string] {
	return func(yield func(exchange.AgencyID, [2]string) bool) {
		n := 0
		for from := 0; from < len(x.text); {
			hit := strings.Index(x.text[from:], word)
			if hit < 0 {
				return
			}
			at := int32(from + hit)
			rest := x.starts[n:]
			n += sort.Search(len(rest), func(i int) bool { return rest[i] > at }) - 1
			end := len(x.text)
			if n+1 < len(x.starts) {
				end = int(x.starts[n+1])
			}
			name, codes, _ := strings.Cut(x.text[x.starts[n]:end-1], "\t")
			if !yield(x.ids[n], [2]string{name, codes}) {
				return
			}
			from = end
		}
	}
}

// How well an agency fits what was sought, best first.
const (
	wholeCode = iota
	wholeName
	beginning  // of the name or of a code
	asTyped    // the words as they were typed, from the beginning of a word on
	wordStarts // every word begins a word of the name, or a code
	somewhere
	nowhere
)

// fit holds one agency against the folded words.
func fit(name, codes, sought string, words []string) int {
	for _, w := range words {
		if !strings.Contains(name, w) && !strings.Contains(codes, w) {
			return nowhere
		}
	}
	switch {
	case strings.Contains(codes, " "+sought+" "):
		return wholeCode
	case name == sought:
		return wholeName
	case strings.HasPrefix(name, sought) || strings.Contains(codes, " "+sought):
		return beginning
	case strings.Contains(name, " "+sought):
		return asTyped
	}
	for _, w := range words {
		if !begins(name, w) && !strings.Contains(codes, " "+w) {
			return somewhere
		}
	}
	return wordStarts
}

// begins reports whether a word of the text begins with w.
func begins(text, w string) bool {
	return strings.HasPrefix(text, w) || strings.Contains(text, " "+w)
}

// find looks through all agencies: a hundred thousand are some megabytes. Of equal fit the living come first, then
// short names.
func (s *snapshot) find(sought string, most int, at time.Time) []exchange.Agency {
	words := strings.Fields(sought)
	words = words[:min(len(words), maxWords)]
	if len(words) == 0 {
		return nil
	}
	longest := slices.MaxFunc(words, func(a, b string) int { return cmp.Compare(len(a), len(b)) })
	var by [nowhere][2][]exchange.AgencyID // by fit, then living or not
	for id, line := range s.names().lines(longest) {
		class := fit(line[0], line[1], sought, words)
		if class == nowhere {
			continue
		}
		gone := 0
		if !s.agencies[id].LivesAt(at) {
			gone = 1
		}
		if list := &by[class][gone]; len(*list) < most {
			*list = append(*list, id)
		}
	}
	return s.first(most, by)
}

func (s *snapshot) first(most int, by [nowhere][2][]exchange.AgencyID) (all []exchange.Agency) {
	for _, class := range by {
		for _, id := range slices.Concat(class[0], class[1]) {
			if len(all) == most {
				return all
			}
			all = append(all, s.agencies[id])
		}
	}
	return all
}

// Find looks agencies up by words of the name, without marks and in any order, or by the beginning of a code of any time:
// at most so many of them, and never more than [MaxFound], the best first. Secrets of endpoints are left out.
func (d *Directory) Find(words string, most int) []exchange.Agency {
	found := d.current.Load().find(Fold(words[:min(len(words), maxSought)]), min(most, MaxFound), d.clock())
	for i := range found {
		found[i].Endpoint.Secret = ""
	}
	return found
}
