package storetest

import (
	"fmt"
	"slices"
	"time"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
)

// The lists that people look at, with their numbers.
var deskCases = []check{
	{"a document is under the tabs of what was said of it", tabs},
	{"what was sent is under the tabs of how far it came", sentTabs},
	{"a recall waits for an answer, not for being accepted", func(h *hub) {
		a := h.document(office, commune)
		h.accept(a)
		h.lease(commune)
		r := h.recallOf(a, commune)
		h.accept(r)
		h.tabbed(commune, exchange.Received, exchange.GroupAsked, a)
		h.tabbed(office, exchange.Sent, exchange.GroupAsked, a)
		must(h.acknowledge(a.Deliveries[0].ID, commune, 1))(h)
		h.lease(commune)
		h.tabbed(commune, exchange.Received, exchange.GroupWaiting, a)
		h.tabbed(commune, exchange.Received, exchange.GroupDocuments, r, a)
		h.accept(h.status(h.delivery(a.Deliveries[0].ID), envelope.Agreed))
		h.tabbed(commune, exchange.Received, exchange.GroupAsked)
		h.tabbed(commune, exchange.Received, exchange.GroupRecalled, a)
		h.tabbed(office, exchange.Sent, exchange.GroupRecalled, a)
		h.tabbed(office, exchange.Sent, exchange.GroupOpen, r)
	}},
	{"operators see every delivery, seen or not", everyDelivery},
	{"lists go either way, page by page", bothWays},
	{"a number stops where nobody counts on", func(h *hub) {
		a := h.document(office, commune)
		h.accept(a)
		for _, q := range []exchange.Query{{}, {Every: true, From: begins}, {Every: true}, {Agency: office, Role: exchange.Sent, Code: a.Message.Code}} {
			if n := must(h.Tally(h.ctx, q))(h); n != 1 {
				h.Errorf("%+v: %d, want 1", q, n)
			}
		}
	}},
	{"groups and sides that are none are refused", func(h *hub) {
		h.accept(h.document(office, commune))
		for _, q := range []exchange.Query{
			{Agency: office, Role: exchange.Sent, Group: exchange.GroupWaiting}, {Agency: office, Role: exchange.Received, Group: exchange.GroupOpen},
			{Agency: office, Role: exchange.Sent, Group: "nonsense"}, {Group: exchange.GroupOpen}, {Every: true, Group: exchange.GroupOpen},
			{Every: true, Role: exchange.Sent}, {Every: true, Code: "1"}, {Every: true, State: exchange.Held, Group: exchange.GroupUnderway},
			{Agency: office, Role: exchange.Received, Group: exchange.GroupWaiting, State: exchange.Held},
		} {
			_, err := h.Store.Search(h.ctx, q)
			h.refused(err, exchange.BadRequest, fmt.Sprintf("%+v", q))
			_, err = h.Tally(h.ctx, q)
			h.refused(err, exchange.BadRequest, fmt.Sprintf("counting %+v", q))
		}
	}},
	{"the log is found by who, what, whom it concerns and when", logLists},
}

// tabbed fails the case unless the list is that of the documents, newest first, and its number theirs.
func (h *hub) tabbed(agency exchange.AgencyID, role exchange.Role, group exchange.Group, want ...*exchange.Acceptance) {
	h.Helper()
	q := exchange.Query{Agency: agency, Role: role, Group: group}
	var got, ids []exchange.MessageID
	for _, row := range must(h.Store.Search(h.ctx, q))(h).Rows {
		got = append(got, row.Message.ID)
	}
	for _, a := range want {
		ids = append(ids, a.Message.ID)
	}
	slices.Sort(got) // of one instant they are in any order
	slices.Sort(ids)
	if n := must(h.Tally(h.ctx, q))(h); !slices.Equal(got, ids) || n != len(ids) {
		h.Errorf("%s of what %s %s: %v, counted as %d; want %v", group, agency, role, got, n, ids)
	}
}

func tabs(h *hub) {
	for _, test := range []struct {
		say  []envelope.StatusCode
		want exchange.Group
	}{
		{nil, exchange.GroupWaiting},
		{[]envelope.StatusCode{envelope.Arrived}, exchange.GroupWaiting},
		{[]envelope.StatusCode{"14"}, exchange.GroupWaiting},
		{[]envelope.StatusCode{envelope.Accepted}, exchange.GroupAccepted},
		{[]envelope.StatusCode{envelope.Accepted, envelope.Assigned}, exchange.GroupProcessing},
		{[]envelope.StatusCode{envelope.Processing}, exchange.GroupProcessing},
		{[]envelope.StatusCode{envelope.Completed}, exchange.GroupCompleted},
		{[]envelope.StatusCode{envelope.Accepted, envelope.Refused}, exchange.GroupRefused},
	} {
		a := h.document(office, commune)
		urgent(a, 1, h.now)
		h.accept(a)
		h.tabbed(commune, exchange.Received, exchange.GroupDocuments) // P7
		d := h.lease(commune).Delivery
		for _, code := range test.say {
			h.accept(h.status(d, code))
		}
		for _, g := range exchange.ReceivedGroups() {
			if g == test.want || g == exchange.GroupDocuments || g == exchange.GroupUrgent && test.want == exchange.GroupWaiting {
				h.tabbed(commune, exchange.Received, g, a)
			} else {
				h.tabbed(commune, exchange.Received, g)
			}
		}
		h.tabbed(office, exchange.Received, exchange.GroupDocuments) // statuses are none
		h.forget()
	}
}

// forget begins anew in an empty directory.
func (h *hub) forget() {
	h.sound()
	if err := h.Close(); err != nil {
		h.Fatalf("close: %v", err)
	}
	h.dir = h.TempDir()
	h.Store = h.open(h.T, h.dir)
}

func sentTabs(h *hub) {
	take := func(d exchange.Delivery) { must(h.settle(h.lease(d.Addressee), delivered))(h) }
	say := func(code envelope.StatusCode) func(exchange.Delivery) {
		return func(d exchange.Delivery) {
			take(d)
			h.accept(h.status(h.delivery(d.ID), code))
			h.settleAll(office)
		}
	}
	leave := func(exchange.Delivery) {}
	fail := func(d exchange.Delivery) { h.deadLetter(d.Addressee) }
	for name, test := range map[string]struct {
		commune, ward func(exchange.Delivery)
		recall        bool
		want          []exchange.Group
	}{
		"new":                    {leave, leave, false, []exchange.Group{exchange.GroupOpen}},
		"arrived":                {take, take, false, []exchange.Group{exchange.GroupOpen}},
		"one has accepted":       {say(envelope.Accepted), leave, false, []exchange.Group{exchange.GroupOpen}},
		"both have":              {say(envelope.Accepted), say(envelope.Completed), false, []exchange.Group{exchange.GroupTaken}},
		"both have completed":    {say(envelope.Completed), say(envelope.Completed), false, []exchange.Group{exchange.GroupTaken, exchange.GroupCompleted}},
		"one refused":            {say(envelope.Refused), leave, false, []exchange.Group{exchange.GroupOpen, exchange.GroupAttention}},
		"one failed":             {say(envelope.Accepted), fail, false, []exchange.Group{exchange.GroupAttention}},
		"recalled unseen":        {leave, leave, true, []exchange.Group{exchange.GroupRecalled}},
		"recalled, one had it":   {say(envelope.Completed), leave, true, []exchange.Group{exchange.GroupTaken, exchange.GroupCompleted, exchange.GroupAsked, exchange.GroupRecalled}},
		"asked, nobody answered": {take, take, true, []exchange.Group{exchange.GroupOpen, exchange.GroupAsked}},
	} {
		a := h.document(office, commune, ward)
		h.accept(a)
		test.commune(a.Deliveries[0])
		test.ward(a.Deliveries[1])
		if test.recall {
			r := h.recallOf(a, commune, ward)
			r.Message.Class, r.Message.Report = exchange.ClassStatus, &exchange.Report{Code: envelope.TakeBack} // so that it is in no list itself
			must(h.Accept(h.ctx, r))(h)
		}
		h.reopen()
		for _, g := range exchange.SentGroups() {
			if g == exchange.GroupDocuments || slices.Contains(test.want, g) {
				h.tabbed(office, exchange.Sent, g, a)
			} else if n := must(h.Tally(h.ctx, exchange.Query{Agency: office, Role: exchange.Sent, Group: g}))(h); n != 0 {
				h.Errorf("%s: %d under %s, want none", name, n, g)
			}
		}
		h.forget()
	}
}

func everyDelivery(h *hub) {
	a := h.document(office, commune, ward)
	h.accept(a)
	h.pass(time.Second)
	b := h.document(district, commune)
	h.accept(b)
	must(h.settle(h.lease(ward), delivered))(h)
	must(h.redirect(h.delivery(b.Deliveries[0].ID), district))(h) // to its own sender
	all := []exchange.DeliveryID{a.Deliveries[0].ID, a.Deliveries[1].ID, b.Deliveries[0].ID}
	for _, test := range []struct {
		q    exchange.Query
		want []exchange.DeliveryID
	}{
		{exchange.Query{}, all},
		{exchange.Query{Group: exchange.GroupUnderway}, []exchange.DeliveryID{all[0], all[2]}},
		{exchange.Query{State: exchange.Delivered}, all[1:2]},
		{exchange.Query{Agency: office}, all[:2]},
		{exchange.Query{Agency: office, Role: exchange.Received}, nil},
		{exchange.Query{Agency: commune, Role: exchange.Received}, all[:1]},
		{exchange.Query{Agency: district}, all[2:]},
		{exchange.Query{Agency: district, Role: exchange.Sent}, all[2:]},
		{exchange.Query{Agency: district, Role: exchange.Received, Group: exchange.GroupUnderway}, all[2:]},
		{exchange.Query{Agency: ward, State: exchange.Held}, nil},
		{exchange.Query{From: begins.Add(time.Second)}, all[2:]},
	} {
		test.q.Every = true
		var got []exchange.DeliveryID
		for _, row := range must(h.Store.Search(h.ctx, test.q))(h).Rows {
			got = append(got, row.Deliveries[0].ID)
			if len(row.Deliveries) != 1 || len(row.Message.Addressees) != 1 || row.Message.Addressees[0].Delivery != row.Deliveries[0].ID {
				h.Errorf("%+v: a row of %+v with %+v, want one delivery and its addressee", test.q, row.Deliveries, row.Message.Addressees)
			}
		}
		want := slices.Clone(test.want)
		slices.Sort(got)
		slices.Sort(want)
		if n := must(h.Tally(h.ctx, test.q))(h); !slices.Equal(got, want) || n != len(want) {
			h.Errorf("%+v: %v, counted as %d; want %v", test.q, got, n, want)
		}
	}
}

func bothWays(h *hub) {
	for i := range 30 {
		h.accept(h.document(office, []exchange.AgencyID{commune, ward}[i%2]))
		h.pass(time.Second)
	}
	h.leases(commune, 9)
	for _, q := range []exchange.Query{
		{Every: true}, {Every: true, Group: exchange.GroupUnderway}, {Agency: office, Role: exchange.Sent, Group: exchange.GroupOpen},
		{Agency: commune, Role: exchange.Received, Group: exchange.GroupWaiting}, {Agency: office, Role: exchange.Sent},
	} {
		newest := h.listed(q)
		q.OldestFirst = true
		oldest := h.listed(q)
		slices.Reverse(oldest)
		if len(newest) < 9 || !slices.Equal(newest, oldest) {
			h.Errorf("%+v: the oldest first are not the newest first backwards:\n%v\n%v", q, oldest, newest)
		}
		q.From, q.To = begins.Add(4*time.Second), begins.Add(9*time.Second)
		if got := h.listed(q); len(got) == 0 || len(got) > 5 || must(h.Tally(h.ctx, q))(h) != len(got) {
			h.Errorf("%+v: %d rows in five seconds, another number counted", q, len(got))
		}
	}
}

// listed reads a list to its end, seven rows at a time.
func (h *hub) listed(q exchange.Query) (ids []exchange.DeliveryID) {
	h.Helper()
	q.Limit = 7
	for range 100 {
		page := must(h.Store.Search(h.ctx, q))(h)
		for _, row := range page.Rows {
			ids = append(ids, row.Deliveries[0].ID)
		}
		if q.Cursor = page.Next; q.Cursor == "" {
			return ids
		}
	}
	h.Fatalf("%+v does not end", q)
	return nil
}

func logLists(h *hub) {
	for i := range 12 {
		h.accept(h.document([]exchange.AgencyID{office, district}[i%2], commune))
		h.pass(time.Minute)
	}
	for _, l := range h.leases(commune, 5) {
		must(h.acknowledge(l.Delivery.ID, commune, 1))(h)
		h.pass(time.Minute)
	}
	h.deadLetter(commune)
	h.reopen()
	all := h.log()
	slices.Reverse(all)
	for _, actor := range []string{"", string(office), string(commune), "hub", "nobody", "hu"} {
		for _, kind := range []translog.Type{"", translog.Accepted, translog.Acknowledged, translog.DeadLettered, "none"} {
			for _, agency := range []exchange.AgencyID{"", office, commune, "H99"} {
				for _, span := range [][2]time.Duration{{-1, -1}, {3 * time.Minute, -1}, {-1, 14 * time.Minute}, {3 * time.Minute, 14 * time.Minute}} {
					q := exchange.LogQuery{Actor: actor, Type: kind, Agency: agency, Limit: 3}
					if span[0] >= 0 {
						q.From = begins.Add(span[0])
					}
					if span[1] >= 0 {
						q.To = begins.Add(span[1])
					}
					h.logged(q, all)
				}
			}
		}
	}
}

// logged compares the pages of a query, and its number, with a search by hand; all is newest first.
func (h *hub) logged(q exchange.LogQuery, all []exchange.LogRecord) {
	h.Helper()
	var want, got []int64
	for _, r := range all {
		e := r.Entry
		if (q.Actor == "" || e.Actor == q.Actor) && (q.Type == "" || e.Type == q.Type) &&
			(q.Agency == "" || slices.Contains(exchange.Concerns(e), q.Agency)) &&
			(q.From.IsZero() || !e.Time.Before(q.From)) && (q.To.IsZero() || e.Time.Before(q.To)) {
			want = append(want, r.Index)
		}
	}
	n, err := h.TallyLog(h.ctx, q)
	if served := q.Agency == "" || q.Actor == "" && q.Type == ""; served && (err != nil || n != len(want)) || !served && exchange.KindOf(err) != exchange.BadRequest {
		h.Errorf("%+v: counted as %d (%v), want %d", q, n, err, len(want))
	}
	for pages := 0; ; pages++ {
		page := must(h.SearchLog(h.ctx, q))(h)
		for _, r := range page.Records {
			got = append(got, r.Index)
		}
		if q.Before = page.Next; q.Before == 0 || pages > 50 {
			break
		}
	}
	if !slices.Equal(got, want) {
		h.Errorf("%+v: entries %v, want %v", q, got, want)
	}
}
