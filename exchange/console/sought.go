package console

import (
	"slices"

	"github.com/lienthong/lienthong/exchange"
)

// A sought is what a filter asks of documents that no index knows, made ready for many of them. It is one search's own.
type sought struct {
	filter
	role               exchange.Role
	words, kind, other []string // folded
	name               func(exchange.AgencyID) string
	sides              map[exchange.AgencyID]bool // those who were held against other
}

func (c *console) sought(f filter, role exchange.Role) sought {
	return sought{filter: f, role: role, words: folded(f.Words), kind: folded(f.Type), other: folded(f.Sender), name: c.nameOf, sides: make(map[exchange.AgencyID]bool)}
}

// found reports whether a document is what is sought.
func (s sought) found(m exchange.Message) bool {
	switch {
	case m.Class != exchange.ClassDocument,
		s.Urgency == "1" && m.Priority < 1, s.Urgency == "0" && m.Priority > 0,
		!s.passes(m), len(s.kind) > 0 && !holdsAll(s.kind, m.TypeName),
		len(s.other) > 0 && !s.otherSide(m):
		return false
	}
	return len(s.words) == 0 || holdsAll(s.words, m.Subject, m.Code, m.DocumentID, m.TypeName, string(m.Sender), s.name(m.Sender))
}

// otherSide reports whether the other side of a document is the one that is sought, by words of a name or by a code: its
// sender where it came, one of its addressees where it was sent.
func (s sought) otherSide(m exchange.Message) bool {
	if s.role == exchange.Received {
		return s.is(m.Sender)
	}
	return slices.ContainsFunc(m.Addressees, func(a exchange.Addressee) bool { return s.is(a.Agency) })
}

func (s sought) is(id exchange.AgencyID) bool {
	is, known := s.sides[id]
	if !known {
		is = holdsAll(s.other, string(id), s.name(id))
		s.sides[id] = is
	}
	return is
}
