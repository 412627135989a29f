package directory

import (
	"cmp"
	"maps"
	"slices"

	"github.com/lienthong/lienthong/exchange"
)

// maxSuccessors bounds how many may take the place of one agency.
const maxSuccessors = 100

// times holds the rules of what is dated: further codes, the end of an agency, and who follows.
func (m *mistakes) times(o overlay, a exchange.Agency) {
	m.furtherCodes(a)
	m.successors(o, a)
	m.gateway(o, a)
	m.family(o, a)
}

func (m *mistakes) furtherCodes(a exchange.Agency) {
	for _, c := range a.Codes {
		if !c.Until.IsZero() && !c.From.Before(c.Until) {
			m.add("codes", "Thời gian hiệu lực của mã %s trống.", "the time in which the code %s is in force is empty", c.Code)
		}
		if c.Main && c.From.IsZero() {
			m.add("codes", "Mã mới %s phải có ngày bắt đầu.", "the new code %s needs the day from which it is in force", c.Code)
		}
	}
	if !a.CodeUntil.IsZero() && a.CodeAt(a.CodeUntil) == a.ID {
		m.add("code_until", "Mã %s hết hiệu lực ngày %s mà chưa có mã mới.", "the code %s runs out on %s and there is no new one by then", a.ID, dayEN(a.CodeUntil))
	}
}

func (m *mistakes) successors(o overlay, a exchange.Agency) {
	if len(a.Successors) > 0 && a.ClosedAt.IsZero() {
		m.add("successors", "Đơn vị đang hoạt động không có đơn vị kế thừa.", "an agency that is not closed has no successors")
	}
	if len(a.Successors) > maxSuccessors {
		m.add("successors", "Tối đa %d đơn vị kế thừa.", "at most %d successors", maxSuccessors)
		return
	}
	for i, s := range a.Successors {
		m.successor(o, a, s)
		for _, other := range a.Successors[:i] {
			if apart := ends(s, other) || ends(other, s); other.Agency == s.Agency && !apart {
				m.add("successors", "Đơn vị kế thừa %s có hai lần.", "the successor %s stands twice", s.Agency)
			} else if same := s.From.Equal(other.From) && s.Until.Equal(other.Until); !same && !apart {
				m.add("successors", "Thời gian của %s và %s chồng lên nhau mà không trùng nhau.", "the times of %s and %s overlap without being the same", other.Agency, s.Agency)
			}
		}
	}
}

func (m *mistakes) successor(o overlay, a exchange.Agency, s exchange.Successor) {
	next, known := o.agency(s.Agency)
	switch {
	case s.Agency == a.ID:
		m.add("successors", "Đơn vị không thể kế thừa chính mình.", "an agency cannot be its own successor")
	case !known:
		m.add("successors", "Không có đơn vị kế thừa %s.", "there is no agency %s to be the successor", s.Agency)
	case next.Sandbox != a.Sandbox:
		m.add("successors", "%s và %s không cùng loại (thử, thật).", "of %s and %s one is for tests and one is not", a.ID, s.Agency)
	}
	if s.From.Before(a.ClosedAt) {
		m.add("successors", "%s kế thừa trước khi %s chấm dứt hoạt động.", "%s follows before %s is closed", s.Agency, a.ID)
	}
	if !s.Until.IsZero() && !s.From.Before(s.Until) {
		m.add("successors", "Thời gian chuyển tiếp tới %s trống.", "the time in which documents are redirected to %s is empty", s.Agency)
	}
}

// ends reports whether a is over when b begins.
func ends(a, b exchange.Successor) bool { return !a.Until.IsZero() && !b.From.Before(a.Until) }

func (m *mistakes) gateway(o overlay, a exchange.Agency) {
	if a.Gateway == "" {
		return
	}
	g, known := o.agency(a.Gateway)
	switch {
	case a.Gateway == a.ID && !a.Connected():
		m.add("gateway", "Đơn vị chưa kết nối không thể là đầu mối.", "an agency without a connection is no gateway")
	case a.Gateway == a.ID:
	case !known:
		m.add("gateway", "Không có đầu mối %s.", "there is no agency %s to be the gateway", a.Gateway)
	case !g.Connected():
		m.add("gateway", "Đầu mối %s chưa kết nối với trục.", "the gateway %s has no connection of its own", a.Gateway)
	case g.Sandbox != a.Sandbox:
		m.add("gateway", "%s và %s không cùng loại (thử, thật).", "of %s and %s one is for tests and one is not", a.ID, a.Gateway)
	}
}

// family: who lives has no parent that is closed before.
func (m *mistakes) family(o overlay, a exchange.Agency) {
	if p, ok := o.agency(a.Parent); ok && outlives(a, p) {
		m.add("parent", "%s còn hoạt động sau khi cấp trên %s chấm dứt; hãy chuyển cấp trên.", "%s lives on after its parent %s is closed; give it another parent", a.ID, p.ID)
	}
	if a.ClosedAt.IsZero() {
		return
	}
	for _, id := range o.children[a.ID] {
		if c, _ := o.agency(id); c.Parent == a.ID && outlives(c, a) && !o.isPut(id) {
			m.add("closed_at", "%s trực thuộc %s và còn hoạt động sau đó; hãy chuyển cấp trên trước.", "%s is under %s and lives on afterwards; give it another parent first", id, a.ID)
		}
	}
}

func outlives(a, other exchange.Agency) bool {
	return !other.ClosedAt.IsZero() && (a.ClosedAt.IsZero() || a.ClosedAt.After(other.ClosedAt))
}

func (o overlay) isPut(id exchange.AgencyID) bool {
	_, ok := o.put[id]
	return ok
}

// chains holds what no agency shows by itself: chains of successors end, and within MaxSteps together with an alias at
// their beginning and a gateway at their end. It takes one walk over all agencies, and is left out where no agency that
// is put has successors. A mistake is that of an agency that is put: before, the rule held.
func (o overlay) chains(changed []exchange.Agency) map[exchange.AgencyID]mistakes {
	if !slices.ContainsFunc(changed, func(a exchange.Agency) bool { return len(a.Successors) > 0 }) {
		return nil
	}
	w := walk{overlay: o, length: make(map[exchange.AgencyID]int), found: make(map[exchange.AgencyID]mistakes)}
	for _, a := range changed {
		w.from(a.ID)
	}
	for _, a := range o.agencies {
		if len(a.Successors) > 0 {
			w.from(a.ID)
		}
	}
	return w.found
}

// maxChain leaves room for an alias and a gateway.
const maxChain = exchange.MaxSteps - 2

// A walk measures the longest chain of successors that begins at each agency.
type walk struct {
	overlay
	length map[exchange.AgencyID]int // -1 while it is being measured
	way    []exchange.AgencyID
	found  map[exchange.AgencyID]mistakes
}

func (w *walk) from(id exchange.AgencyID) int {
	if n, known := w.length[id]; known {
		if n < 0 {
			w.blame("Đơn vị kế thừa thành vòng tại %s.", "the successors go round in a circle at %s", id)
		}
		return max(n, 0)
	}
	a, ok := w.agency(id)
	if !ok || len(a.Successors) == 0 {
		w.length[id] = 0
		return 0
	}
	w.length[id] = -1
	w.way = append(w.way, id)
	longest := 0
	for _, s := range a.Successors {
		longest = max(longest, w.from(s.Agency)+1)
	}
	if longest == maxChain+1 {
		w.blame("Chuỗi kế thừa từ %s dài quá %d bước.", "the chain of successors from %s is longer than %d", id, maxChain)
	}
	w.way = w.way[:len(w.way)-1]
	w.length[id] = longest
	return longest
}

// blame gives a mistake to an agency on the way that is put: the one nearest to where it was found, or else the first of
// all that have successors.
func (w *walk) blame(vi, en string, args ...any) {
	at := exchange.AgencyID("")
	for _, id := range slices.Backward(w.way) {
		if w.isPut(id) {
			at = id
			break
		}
	}
	if at == "" {
		for _, id := range slices.Sorted(maps.Keys(w.put)) {
			if len(w.put[id].Successors) > 0 {
				at = cmp.Or(at, id)
			}
		}
	}
	if len(w.found[at]) > 0 {
		return
	}
	m := w.found[at]
	m.add("successors", vi, en, args...)
	w.found[at] = m
}
