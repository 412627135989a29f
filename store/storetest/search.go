package storetest

import (
	"fmt"
	"slices"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/store"
)

var searchCases = []check{
	{"five hundred rows page by page, newest first, while more arrive", searchPages},
	{"each query is answered rightly or refused", searchFilters},
	{"a cursor that is none is refused", func(h *hub) {
		h.accept(h.document(office, commune))
		for _, cursor := range []string{"x", "AAAA", "'; drop table", "9999999999"} {
			_, err := h.Store.Search(h.ctx, exchange.Query{Agency: office, Role: exchange.Sent, Cursor: cursor})
			h.refused(err, exchange.BadRequest, "the cursor "+cursor)
		}
	}},
	{"a page has as many rows as asked for, fifty unless told", func(h *hub) {
		together(60, func(int) {
			if _, err := h.Accept(h.ctx, h.document(office, commune)); err != nil {
				h.Error(err)
			}
		})
		for limit, want := range map[int]int{0: 50, 1: 1, 59: 59, 60: 60, 200: 60} {
			page := must(h.Store.Search(h.ctx, exchange.Query{Agency: office, Role: exchange.Sent, Limit: limit}))(h)
			if len(page.Rows) != want || (page.Next == "") != (want == 60) {
				h.Errorf("limit %d: %d rows, next %q; want %d", limit, len(page.Rows), page.Next, want)
			}
		}
	}},
	{"documents of a sender are found by id and by code and year", found},
	{"a page does not grow with what is in it", heavyPages},
}

// heavyPages: P9. Three documents of many addressees each do not fit into one page, and none is left out.
func heavyPages(h *hub) {
	to := make([]exchange.AgencyID, store.PageWeight/2+1)
	for i := range to {
		to[i] = exchange.AgencyID(fmt.Sprintf("A%d.H41", i))
	}
	for range 3 {
		h.accept(h.document(office, to...))
		h.pass(time.Second)
	}
	page := must(h.Store.Search(h.ctx, exchange.Query{Agency: office, Role: exchange.Sent, Limit: 200}))(h)
	if len(page.Rows) != 2 || page.Next == "" {
		h.Errorf("%d rows, next %q; want 2 and a cursor", len(page.Rows), page.Next)
	}
	rest := must(h.Store.Search(h.ctx, exchange.Query{Agency: office, Role: exchange.Sent, Limit: 200, Cursor: page.Next}))(h)
	if len(rest.Rows) != 1 || rest.Next != "" {
		h.Errorf("then %d rows, next %q; want the third and no cursor", len(rest.Rows), rest.Next)
	}
	for name, list := range map[string]func(after int64) ([]exchange.LogRecord, error){
		"events":  func(after int64) ([]exchange.LogRecord, error) { return h.Events(h.ctx, office, after, 200) },
		"entries": func(after int64) ([]exchange.LogRecord, error) { return h.Entries(h.ctx, after+1, 200) },
	} {
		first := must(list(-1))(h)
		second := must(list(first[len(first)-1].Index))(h)
		if len(first) != 2 || len(second) != 1 {
			h.Errorf("%s: pages of %d and %d, want 2 and 1", name, len(first), len(second))
		}
	}
}

func searchPages(h *hub) {
	const rows = 500
	ids := make([]exchange.MessageID, rows)
	for i := 0; i < rows; i += 25 { // twenty-five at a time share an instant
		together(25, func(k int) {
			a := h.document(office, commune)
			if _, err := h.Accept(h.ctx, a); err != nil {
				h.Error(err)
			}
			ids[i+k] = a.Message.ID
		})
		h.pass(time.Second)
	}
	for len(h.leases(commune, 100)) > 0 {
	}
	for _, q := range []exchange.Query{
		{Agency: office, Role: exchange.Sent, Limit: 37},
		{Agency: commune, Role: exchange.Received, Limit: 200},
		{Limit: 41},
		{Agency: commune, Role: exchange.Received, State: exchange.Held, Limit: 101},
	} {
		got := h.pages(q, func() { h.accept(h.document(office, commune)) })
		if len(got) < rows {
			h.Errorf("%+v: %d rows, want at least the %d that were there at first", q, len(got), rows)
		}
		for _, id := range ids {
			if !slices.Contains(got, id) {
				h.Errorf("%+v misses %s", q, id)
			}
		}
		if again := h.pages(q, func() {}); !slices.Equal(again[len(again)-rows:], got[len(got)-rows:]) {
			h.Errorf("%+v: another order the second time", q)
		}
	}
}

// pages reads a list to its end, checks that it goes back in time without repeating, and does something in between.
func (h *hub) pages(q exchange.Query, between func()) []exchange.MessageID {
	h.Helper()
	var ids []exchange.MessageID
	seen := map[exchange.MessageID]bool{}
	last := h.now.Add(time.Hour)
	for range 1000 {
		page := must(h.Store.Search(h.ctx, q))(h)
		for _, row := range page.Rows {
			if row.Message.AcceptedAt.After(last) {
				h.Errorf("%+v: %v comes after %v", q, row.Message.AcceptedAt, last)
			}
			if seen[row.Message.ID] {
				h.Errorf("%+v lists %s twice", q, row.Message.ID)
			}
			last = row.Message.AcceptedAt
			seen[row.Message.ID] = true
			ids = append(ids, row.Message.ID)
		}
		if page.Next == "" {
			return ids
		}
		q.Cursor = page.Next
		between()
	}
	h.Fatalf("%+v does not end", q)
	return nil
}

// searchFilters asks every combination over a small store and compares with a search by hand.
func searchFilters(h *hub) {
	var all []*exchange.Acceptance
	for i := range 24 {
		from := []exchange.AgencyID{office, district}[i%2]
		a := h.document(from, [][]exchange.AgencyID{{commune}, {ward, commune}, {province}}[i%3]...)
		if i%4 == 3 {
			a.Message.Code, a.Message.DocumentID, a.Entry.Document = all[0].Message.Code, all[0].Message.DocumentID, all[0].Message.DocumentID
		}
		h.accept(a)
		all = append(all, a)
		h.pass(time.Minute)
	}
	h.leases(commune, 5)
	h.deadLetter(ward)
	l := h.lease(province)
	must(h.settle(l, delivered))(h)
	for _, q := range queries(all[0]) {
		h.filtered(q, all)
	}
}

// queries are all combinations; those without an index may be refused.
func queries(a *exchange.Acceptance) []exchange.Query {
	var qs []exchange.Query
	for _, who := range []exchange.Query{{}, {Agency: office, Role: exchange.Sent}, {Agency: commune, Role: exchange.Received}, {Agency: ward, Role: exchange.Received}} {
		for _, state := range []exchange.State{"", exchange.Held, exchange.Queued, exchange.Delivered, exchange.DeadLettered, "nonsense"} {
			for _, name := range [][2]string{{"", ""}, {a.Message.DocumentID, ""}, {"", a.Message.Code}, {a.Message.DocumentID, a.Message.Code}, {"none", ""}, {"", "none"}} {
				for _, span := range [][2]time.Duration{{-1, -1}, {3 * time.Minute, -1}, {-1, 9 * time.Minute}, {3 * time.Minute, 9 * time.Minute}} {
					q := who
					q.State, q.DocumentID, q.Code, q.Limit = state, name[0], name[1], 200
					if span[0] >= 0 {
						q.From = begins.Add(span[0])
					}
					if span[1] >= 0 {
						q.To = begins.Add(span[1])
					}
					qs = append(qs, q)
				}
			}
		}
	}
	return qs
}

// indexed are the queries that every engine has to answer: one field beside who asks, in a span of time.
func indexed(q exchange.Query) bool {
	given := 0
	for _, v := range []string{string(q.State), q.DocumentID, q.Code} {
		if v != "" {
			given++
		}
	}
	return given == 0 || given == 1 && q.State != "nonsense" && (q.State == "" || q.Role != exchange.Sent)
}

func (h *hub) filtered(q exchange.Query, all []*exchange.Acceptance) {
	h.Helper()
	page, err := h.Store.Search(h.ctx, q)
	if exchange.KindOf(err) == exchange.BadRequest && err != nil && !indexed(q) {
		return
	}
	if err != nil {
		h.Errorf("%+v: %v", q, err)
		return
	}
	got := map[string]bool{}
	for _, row := range page.Rows {
		if q.Role == exchange.Received && (len(row.Deliveries) != 1 || row.Deliveries[0].Addressee != q.Agency) {
			h.Errorf("%+v: row with deliveries %+v, want the agency's own", q, row.Deliveries)
		}
		for _, d := range row.Deliveries {
			if q.State == "" || d.State == q.State {
				got[string(row.Message.ID+" ")+string(d.ID)] = true
			}
		}
	}
	want := map[string]bool{}
	for _, a := range all {
		for _, d := range must(h.DeliveriesOf(h.ctx, a.Message.ID))(h) {
			if matches(q, a.Message, d) {
				want[string(a.Message.ID+" ")+string(d.ID)] = true
			}
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		h.Errorf("%+v: %d deliveries, want %d\ngot  %v\nwant %v", q, len(got), len(want), got, want)
	}
}

func matches(q exchange.Query, m exchange.Message, d exchange.Delivery) bool {
	switch {
	case q.Role == exchange.Sent && m.Sender != q.Agency,
		q.Role == exchange.Received && (d.Addressee != q.Agency || !d.Exposed()),
		q.State != "" && d.State != q.State,
		q.DocumentID != "" && m.DocumentID != q.DocumentID,
		q.Code != "" && m.Code != q.Code,
		!q.From.IsZero() && d.AcceptedAt.Before(q.From),
		!q.To.IsZero() && !d.AcceptedAt.Before(q.To):
		return false
	}
	return true
}

func found(h *hub) {
	a := h.document(office, commune)
	h.accept(a)
	h.pass(time.Minute)
	b := h.rewritten(a, district)
	h.accept(b)
	other := h.document(district, commune)
	other.Message.Code, other.Message.DocumentID = a.Message.Code, a.Message.DocumentID
	h.accept(other)
	for _, test := range []struct {
		id, code    string
		year, limit int
		want        []exchange.MessageID
	}{
		{a.Message.DocumentID, "", 0, 10, []exchange.MessageID{b.Message.ID, a.Message.ID}},
		{a.Message.DocumentID, "", 0, 1, []exchange.MessageID{b.Message.ID}},
		{"", a.Message.Code, 2018, 10, []exchange.MessageID{b.Message.ID, a.Message.ID}},
		{"", a.Message.Code, 2019, 10, nil},
		{"none", "", 0, 10, nil},
		{"", "none", 2018, 10, nil},
	} {
		var got []exchange.MessageID
		for _, m := range must(h.Find(h.ctx, office, test.id, test.code, test.year, test.limit))(h) {
			got = append(got, m.ID)
		}
		if !slices.Equal(got, test.want) {
			h.Errorf("id %q, code %q of %d: %v, want %v", test.id, test.code, test.year, got, test.want)
		}
	}
}
