package api_test

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lienthong/lienthong/client"
	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
	"github.com/lienthong/lienthong/internal/hubtest"
)

// heirC takes the place of communeB half way through a history.
const heirC exchange.AgencyID = "H44.101"

// An agency that has lost everything has it all again from the feed of events alone: which documents it sent and was
// handed, to whom, how far each is, what became of recalls, what is about what, and who took whose place. Histories are
// random; every kind and every status comes up.
func TestTheFeedAloneRebuildsTheBooks(t *testing.T) {
	did := map[string]int{}
	least, most := uint64(1), uint64(8)
	if os.Getenv("LIENTHONG_TEST_LONG") != "" {
		least, most = 40, 40
	}
	for seed := uint64(0); seed < least || seed < most && len(lacking(did)) > 0; seed++ {
		h := newHistory(t, seed, did)
		for range 130 {
			h.step()
		}
		for _, p := range h.agencies {
			h.take(p, 100, 1)
			h.compare(p)
		}
		h.Sound()
	}
	if not := lacking(did); len(not) > 0 {
		t.Errorf("no history had %v: %v", not, did)
	}
}

// lacking is what has not come up yet.
func lacking(did map[string]int) []string {
	all := strings.Fields("kind0 kind1 kind2 kind3 recall:withdrawn recall:asked recall:agreed recall:declined recall:lapsed " +
		"01 02 03 04 05 06 13 14 15 16 withdrawn delivered dead-lettered waiting redirected consent")
	return slices.DeleteFunc(all, func(what string) bool { return did[what] > 0 })
}

// A history is a hub whose agencies do whatever may be done.
type history struct {
	*hubtest.Hub
	t        *testing.T
	r        *rand.Rand
	ahead    time.Duration
	agencies []*hubtest.Party
	sent     []*envelope.Envelope
	ids      map[*envelope.Envelope]string
	seen     map[exchange.AgencyID][]client.Handout
	did      map[string]int
	steps    int
}

func newHistory(t *testing.T, seed uint64, did map[string]int) *history {
	h := &history{t: t, r: rand.New(rand.NewPCG(seed, 1)), did: did, ids: map[*envelope.Envelope]string{}, seen: map[exchange.AgencyID][]client.Handout{}}
	h.Hub = checked(t, hubtest.Config{Clock: func() time.Time { return time.Now().Add(h.ahead) }},
		append(agencies(), exchange.Agency{ID: heirC, Parent: province})...)
	for _, id := range []exchange.AgencyID{province, department, communeA, communeB, heirC} {
		h.agencies = append(h.agencies, h.Party(id))
	}
	return h
}

func (h *history) step() {
	if h.steps++; h.steps == 70 {
		h.merge()
	}
	p := h.agencies[h.r.IntN(len(h.agencies))]
	switch h.r.IntN(10) {
	case 0, 1:
		h.send(p)
	case 2:
		h.again(p)
	case 3:
		h.recall(p)
	case 4, 5:
		h.take(p, 5+h.r.IntN(20), 0.8)
	case 6, 7, 8:
		h.say(p)
	case 9:
		h.later()
	}
}

// may passes over what the hub refuses: what is asked for is not always possible.
func (h *history) may(err error) bool {
	if err == nil {
		return true
	}
	if p, refused := errors.AsType[*client.Problem](err); !refused || p.Status >= 500 {
		h.t.Fatalf("%v", err)
	}
	return false
}

func (h *history) send(p *hubtest.Party) {
	to := slices.Clone(h.agencies)
	h.r.Shuffle(len(to), func(i, j int) { to[i], to[j] = to[j], to[i] })
	var ids []exchange.AgencyID
	for _, one := range to[:1+h.r.IntN(3)] {
		ids = append(ids, one.ID)
	}
	e := p.Document(ids...)
	e.Other.Priority = h.r.IntN(5)
	h.submit(p, e)
}

func (h *history) submit(p *hubtest.Party, e *envelope.Envelope) {
	r, err := p.Client.Submit(h.t.Context(), p.Signed(e), client.SubmitOptions{})
	if h.may(err) {
		h.did[fmt.Sprintf("kind%d", e.Kind())]++
		h.sent = append(h.sent, e)
		h.ids[e] = r.ID
	}
}

// again sends a recall, an update or a replacement of one of the agency's documents, or the same id with other words.
func (h *history) again(p *hubtest.Party) {
	old := h.any(p)
	if old == nil {
		return
	}
	e := *old
	e.Subject += " (sửa)"
	kind := envelope.Kind(h.r.IntN(4))
	e.Business = &envelope.Business{Kind: kind, Reason: "Có sai sót"}
	switch kind {
	case envelope.Update:
		e.Business.DocumentID = old.DocumentID
		if extra := h.agencies[h.r.IntN(len(h.agencies))].ID; !slices.ContainsFunc(e.To, func(to envelope.Party) bool { return to.OrganID == extra }) {
			e.To = append(slices.Clone(e.To), envelope.Party{OrganID: extra, Name: "Thêm"})
		}
	case envelope.Replacement:
		fresh := p.Document()
		e.DocumentID, e.Code = fresh.DocumentID, fresh.Code
		e.Business.Replacements = []envelope.Replaced{{DocumentID: old.DocumentID}}
	}
	h.submit(p, &e)
}

// any is one of the agency's documents; nil where it has none.
func (h *history) any(p *hubtest.Party) *envelope.Envelope {
	var mine []*envelope.Envelope
	for _, e := range h.sent {
		if e.From.OrganID == p.ID && e.Kind() != envelope.Recall {
			mine = append(mine, e)
		}
	}
	if len(mine) == 0 {
		return nil
	}
	return mine[h.r.IntN(len(mine))]
}

func (h *history) recall(p *hubtest.Party) {
	e := h.any(p)
	if e == nil {
		return
	}
	_, err := p.Client.Recall(h.t.Context(), h.ids[e], client.RecallRequest{Reason: "Gửi nhầm"})
	h.may(err)
}

// take leases and reads, as software does, and acknowledges that share.
func (h *history) take(p *hubtest.Party, most int, share float64) {
	got, err := p.Client.Lease(h.t.Context(), client.Ask{Max: most})
	if !h.may(err) {
		return
	}
	for _, x := range got {
		p.Read(x.Delivery.ID)
		if x.Message.Class == string(exchange.ClassDocument) || x.Message.Report != nil && x.Message.Report.Code == "13" {
			h.seen[p.ID] = append(h.seen[p.ID], x)
		}
		if h.r.Float64() < share {
			_, err := p.Client.Ack(h.t.Context(), x.Delivery.ID, x.Token)
			h.may(err)
		}
		asks := x.Message.Kind == 1 || x.Message.Kind == 2 || x.Message.Report != nil && x.Message.Report.Code == "13"
		if asks && h.r.IntN(2) == 0 {
			h.status(p, x, []string{"15", "16"}[h.r.IntN(2)])
		}
	}
}

func (h *history) status(p *hubtest.Party, about client.Handout, code string) {
	_, err := p.Client.Status(h.t.Context(), about.Delivery.ID, client.StatusRequest{Code: code, Description: "Lý do"})
	h.may(err)
}

// say gives a status about something that the agency was handed: mostly a sensible one.
func (h *history) say(p *hubtest.Party) {
	if len(h.seen[p.ID]) == 0 {
		return
	}
	about := h.seen[p.ID][h.r.IntN(len(h.seen[p.ID]))]
	codes := strings.Fields("02 03 03 04 04 05 05 06 06 06 15 15 16")
	if h.r.IntN(6) == 0 {
		h.unknown(p, about.Message)
		return
	}
	h.status(p, about, codes[h.r.IntN(len(codes))])
}

// unknown gives a status that nobody knows, as a file.
func (h *history) unknown(p *hubtest.Party, m client.Message) {
	date, err := envelope.ParseDate(strings.ReplaceAll(m.Date, "-", "/"))
	if err != nil {
		return // a status or notice that has none
	}
	e := envelope.NewStatus(envelope.Party{OrganID: p.ID, Name: p.Name}, envelope.ResponseFor{OrganID: exchange.AgencyID(m.Sender),
		Code: m.Code, Promulgation: date, DocumentID: m.DocumentID}, "14", "đồng ý", envelope.Staff{}, time.Now().Add(h.ahead))
	_, err = p.Client.SubmitStatus(h.t.Context(), p.Build(e), client.SubmitOptions{})
	h.may(err)
}

// later moves the clock on, does what has become due, and now and then sends a dead letter again.
func (h *history) later() {
	ctx := h.t.Context()
	h.ahead += time.Duration(1+h.r.IntN(90)) * time.Hour
	for _, due := range []func() (int, error){
		func() (int, error) { return h.Exchange.LapseRecalls(ctx) }, func() (int, error) { return h.Exchange.TellDelays(ctx) },
		func() (int, error) { return h.Exchange.ExpireOverdue(ctx) }, func() (int, error) { return h.Exchange.PassLimits(ctx) },
	} {
		if _, err := due(); err != nil {
			h.t.Fatal(err)
		}
	}
	dead, err := h.Admin.DeadLetters(ctx, 50, "")
	if err != nil {
		h.t.Fatal(err)
	}
	if len(dead.Documents) > 0 && h.r.IntN(2) == 0 {
		_, err := h.Admin.Requeue(ctx, "Gửi lại", dead.Documents[0].Deliveries[0].ID)
		h.may(err)
	}
}

// merge closes communeB: what waits for it goes to heirC.
func (h *history) merge() {
	h.ahead += time.Hour // no lease runs
	report, err := h.Admin.ImportMapping(h.t.Context(), []byte("old,new,from,until,kind\n"+
		string(communeB)+","+string(heirC)+","+time.Now().Add(h.ahead).UTC().Format(time.RFC3339)+",,merge\n"), false)
	if err != nil {
		h.t.Fatal(err, report)
	}
	if _, err := h.Admin.MoveWaiting(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
	h.agencies = slices.DeleteFunc(h.agencies, func(p *hubtest.Party) bool { return p.ID == communeB })
}

// books are what an agency knows: its deliveries by id, and what its messages are about.
type books struct {
	at    map[string]position
	about map[string][]string
}

// A position is how one delivery stands.
type position struct{ message, addressee, original, state, processing, recall, consent string }

// waits is one word for queued and held: the channel is the hub's business.
func waits(state string) string {
	if state == string(exchange.Queued) || state == string(exchange.Held) {
		return "waiting"
	}
	return state
}

// replay makes the books of an agency from its feed, and those of the agencies whose place it took.
func replay(selves []exchange.AgencyID, feed []client.Event) books {
	b := books{map[string]position{}, map[string][]string{}}
	for _, e := range feed {
		if len(e.About) > 0 {
			b.about[e.Entry.Message] = linksOf(e.About)
		}
		b.enter(selves, e.Entry)
	}
	return b
}

func (b books) enter(selves []exchange.AgencyID, e translog.Entry) {
	if e.Type == translog.Accepted || e.Type == translog.StatusGiven {
		if slices.Contains(selves, exchange.AgencyID(e.Sender)) {
			for _, to := range e.Addressees {
				b.at[to.Delivery] = position{message: e.Message, addressee: to.Agency, state: "waiting"}
			}
		}
		if e.Type == translog.StatusGiven {
			b.status(e)
		}
		return
	}
	if e.Delivery == "" || e.Result == "" {
		return
	}
	p := b.at[e.Delivery]
	p.message, p.addressee, p.state = e.Message, e.Addressee, waits(e.Result)
	switch e.Type {
	case translog.Redirected:
		if p.original == "" {
			p.original = e.Original
		}
	case translog.RecallAsked:
		p.recall = "asked"
	case translog.RecallAnswered:
		p.recall = map[string]string{"15": "agreed", "16": "declined"}[e.Code]
	case translog.RecallLapsed:
		p.recall = "lapsed"
	case translog.Withdrawn:
		if e.Code == "recalled" {
			p.recall = "withdrawn"
		}
	}
	if e.Type != translog.Redirected && e.Original != "" {
		p.original = e.Original
	}
	if p.original == p.addressee {
		p.original = ""
	}
	b.at[e.Delivery] = p
}

// status is what a status says of the delivery that it is about.
func (b books) status(e translog.Entry) {
	p, known := b.at[e.Delivery]
	code := envelope.StatusCode(e.Code)
	switch {
	case !known || code.FromSender() || !code.Known():
		return
	case p.recall == "agreed": // what was cancelled is not worked on
		return
	case code == envelope.Agreed || code == envelope.Declined:
		answer := map[envelope.StatusCode]string{envelope.Agreed: "agreed", envelope.Declined: "declined"}
		if p.recall == "" {
			p.consent = e.Code
		} else {
			p.recall = answer[code]
		}
	case code != envelope.Arrived || p.processing == "":
		p.processing = e.Code
	}
	b.at[e.Delivery] = p
}

func linksOf(links []client.Link) (all []string) {
	for _, l := range links {
		all = append(all, l.Relation+" "+l.Message+" "+strings.Join(l.Addressees, ","))
	}
	slices.Sort(all)
	return all
}

// feed is what concerns the agencies, in log order; what concerns several is there once.
func (h *history) feed(p *hubtest.Party, of []exchange.AgencyID) (all []client.Event) {
	for _, id := range of {
		for after := int64(0); ; {
			page, err := p.Client.EventsOf(h.t.Context(), string(id), after, 200)
			if err != nil {
				h.t.Fatal(err)
			}
			if len(page) == 0 {
				break
			}
			all, after = append(all, page...), page[len(page)-1].Index
		}
	}
	slices.SortStableFunc(all, func(a, b client.Event) int { return cmp.Compare(a.Index, b.Index) })
	return slices.CompactFunc(all, func(a, b client.Event) bool { return a.Index == b.Index })
}

// compare holds the books of the feed against the hub's own view of each document.
func (h *history) compare(p *hubtest.Party) {
	h.t.Helper()
	selves := []exchange.AgencyID{p.ID}
	if p.ID == heirC {
		selves = append(selves, communeB)
	}
	got := replay(selves, h.feed(p, selves))
	want := books{map[string]position{}, map[string][]string{}}
	acting := map[string][]string{} // what is about a message, from the feed
	for id, links := range got.about {
		for _, l := range links {
			f := strings.Fields(l)
			acting[f[1]] = append(acting[f[1]], f[0]+" "+id)
		}
	}
	ids := map[string]bool{}
	for _, at := range got.at {
		ids[at.message] = true
	}
	for _, role := range []string{"sent", "received"} {
		for _, self := range selves {
			for id := range h.listed(p, self, role) {
				ids[id] = true
			}
		}
	}
	for id := range ids {
		d, err := p.Client.Document(h.t.Context(), id)
		if err != nil {
			h.t.Errorf("%s: the feed tells of %s, the hub does not: %v", p.ID, id, err)
			continue
		}
		for _, at := range d.Deliveries {
			want.at[at.ID] = h.seenAs(d, at)
		}
		if len(d.Message.About) > 0 {
			want.about[id] = linksOf(d.Message.About)
		}
		var by []string
		for _, l := range d.By {
			by = append(by, l.Relation+" "+l.Message)
		}
		if !same(by, acting[id]) {
			h.t.Errorf("%s: %s is acted on by %v, the feed has %v", p.ID, id, by, acting[id])
		}
	}
	for id := range maps.Keys(want.at) {
		if got.at[id] != want.at[id] {
			h.t.Errorf("%s: delivery %s by the feed\n%+v, the hub says\n%+v", p.ID, id, got.at[id], want.at[id])
		}
	}
	if len(got.at) != len(want.at) || fmt.Sprint(got.about) != fmt.Sprint(want.about) {
		h.t.Errorf("%s: %d deliveries and the links\n%v by the feed, the hub has %d and\n%v", p.ID, len(got.at), got.about, len(want.at), want.about)
	}
}

// seenAs is a delivery of a view as a position, and counts what came up.
func (h *history) seenAs(d client.Document, at client.Delivery) position {
	p := position{message: at.Message, addressee: at.Addressee, original: at.Original, state: waits(at.State), processing: at.Processing, consent: at.Consent}
	if at.Recall != nil {
		p.recall = at.Recall.State
		h.did["recall:"+p.recall]++
	}
	h.did[p.state]++
	h.did[p.processing]++
	if d.Message.Report != nil {
		h.did[d.Message.Report.Code]++
	}
	if p.original != "" {
		h.did["redirected"]++
	}
	if p.consent != "" {
		h.did["consent"]++
	}
	return p
}

func (h *history) listed(p *hubtest.Party, of exchange.AgencyID, role string) map[string]bool {
	ids := map[string]bool{}
	q := client.Query{Agency: string(of), Role: role, Limit: 200}
	for {
		page, err := p.Client.Search(h.t.Context(), q)
		if err != nil {
			h.t.Fatal(err)
		}
		for _, d := range page.Documents {
			ids[d.Message.ID] = true
		}
		if q.Cursor = page.Next; q.Cursor == "" {
			return ids
		}
	}
}

func same(a, b []string) bool {
	a, b = slices.Clone(a), slices.Clone(b)
	slices.Sort(a)
	slices.Sort(b)
	return slices.Equal(a, b)
}
