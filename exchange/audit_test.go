package exchange_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
	"github.com/lienthong/lienthong/internal/hubtest"
)

const (
	bureau exchange.AgencyID = "H44.31"
	ward5  exchange.AgencyID = "H44.24.05"
	ward6  exchange.AgencyID = "H44.24.06"
)

func auditor() exchange.Caller {
	return exchange.Caller{Auditor: "soat", Credential: "soat.1"}
}

// travelled is a hub at which a document came to two agencies.
func travelled(t *testing.T) (*hubtest.Hub, exchange.MessageID) {
	t.Helper()
	h := hubtest.New(t, exchange.Agency{ID: bureau, Level: exchange.Department}, exchange.Agency{ID: ward5}, exchange.Agency{ID: ward6})
	r, _ := h.Party(bureau).Send(ward5, ward6)
	h.Party(ward5).Collect()
	h.Party(ward6).Collect()
	return h, exchange.MessageID(r.ID)
}

// What an auditor may not do, and what nobody else may that an auditor may: every use case with each caller.
func TestAuditorsReadAndNothingElse(t *testing.T) {
	h, id := travelled(t)
	ctx := t.Context()
	d, err := h.Store.DeliveriesOf(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	ask := exchange.FiguresQuery{Agencies: []exchange.AgencyID{bureau, ward5}, Role: exchange.Received, Period: thisMonth()}
	callers := map[string]exchange.Caller{
		"auditor": auditor(), "operator": {Operator: "oper"}, "agency": {Agency: ward5, Credential: "k"}, "nobody": {},
	}
	for _, use := range []struct {
		name string
		do   func(exchange.Caller) error
		may  string
	}{
		{"ReadLog", func(c exchange.Caller) error {
			_, err := h.Exchange.ReadLog(ctx, c, exchange.AuditQuery{View: exchange.ViewLog})
			return err
		}, "auditor"},
		{"TallyAccess", func(c exchange.Caller) error {
			_, err := h.Exchange.TallyAccess(ctx, c, exchange.AuditQuery{})
			return err
		}, "auditor"},
		{"Record", func(c exchange.Caller) error { _, err := h.Exchange.Record(ctx, c, 0); return err }, "auditor"},
		{"Life", func(c exchange.Caller) error { _, err := h.Exchange.Life(ctx, c, id); return err }, "auditor"},
		{"FindDocuments", func(c exchange.Caller) error { _, err := h.Exchange.FindDocuments(ctx, c, string(id)); return err }, "auditor"},
		{"VerifyLog", func(c exchange.Caller) error {
			_, err := h.Exchange.VerifyLog(ctx, c, exchange.Verification{})
			return err
		}, "auditor"},
		{"CompareCheckpoint", func(c exchange.Caller) error { _, err := h.Exchange.CompareCheckpoint(ctx, c, []byte("x")); return err }, "auditor"},
		{"AuditCheckpoint", func(c exchange.Caller) error { _, _, err := h.Exchange.AuditCheckpoint(ctx, c); return err }, "auditor"},
		{"Figures", func(c exchange.Caller) error { _, err := h.Exchange.Figures(ctx, c, ask); return err }, "auditor operator"},
		{"CountedRows", func(c exchange.Caller) error {
			_, err := h.Exchange.CountedRows(ctx, c, exchange.CountedQuery{FiguresQuery: ask, Clock: exchange.ClockSend})
			return err
		}, "auditor operator"},
		{"Document", func(c exchange.Caller) error { _, err := h.Exchange.Document(ctx, c, id); return err }, "operator agency"},
		{"Letter", func(c exchange.Caller) error { _, err := h.Exchange.Letter(ctx, c, id, "vì sao"); return err }, "operator agency"},
		{"Content", func(c exchange.Caller) error {
			_, body, err := h.Exchange.Content(ctx, c, id, "vì sao")
			if err == nil {
				body.Close()
			}
			return err
		}, "operator agency"},
		{"Receipts", func(c exchange.Caller) error { _, err := h.Exchange.Receipts(ctx, c, id); return err }, "operator agency"},
		{"Search", func(c exchange.Caller) error {
			_, err := h.Exchange.Search(ctx, c, exchange.Query{Role: exchange.Received})
			return err
		}, "agency"},
		{"Search all", func(c exchange.Caller) error { _, err := h.Exchange.Search(ctx, c, exchange.Query{}); return err }, "operator"},
		{"Counts", func(c exchange.Caller) error { _, err := h.Exchange.Counts(ctx, c, exchange.Received); return err }, "operator agency"},
		{"Punctuality", func(c exchange.Caller) error {
			_, err := h.Exchange.Punctuality(ctx, c, exchange.PunctualityQuery{Role: exchange.Received, Month: thisMonth().First})
			return err
		}, "operator agency"},
		{"DeadLetters", func(c exchange.Caller) error { _, err := h.Exchange.DeadLetters(ctx, c, 10, ""); return err }, "operator"},
		{"Lease", func(c exchange.Caller) error { _, err := h.Exchange.Lease(ctx, c, exchange.Ask{Max: 1}); return err }, "agency"},
		{"Take", func(c exchange.Caller) error { _, err := h.Exchange.Take(ctx, c, 0, nil); return err }, "agency"},
		{"Report", func(c exchange.Caller) error {
			_, err := h.Exchange.Report(ctx, c, d[0].ID, exchange.Word{Code: "03"})
			return err
		}, "agency"},
		{"SetCalendar", func(c exchange.Caller) error {
			_, err := h.Exchange.SetCalendar(ctx, c, h.Exchange.Calendar())
			return err
		}, "operator"},
		{"Export", func(c exchange.Caller) error {
			return h.Exchange.Export(ctx, c, exchange.Export{Kind: "x", Period: thisMonth()})
		}, "auditor operator agency"},
	} {
		for name, c := range callers {
			err := use.do(c)
			if may := strings.Contains(" "+use.may+" ", " "+name+" "); may != (err == nil) {
				t.Errorf("%s by %s is answered %v; those who may: %s", use.name, name, err, use.may)
			}
			if k := exchange.KindOf(err); err != nil && k == exchange.Internal {
				t.Errorf("%s by %s: %v is no refusal", use.name, name, err)
			}
		}
	}
}

func thisMonth() exchange.Period {
	m := exchange.MonthOf(time.Now())
	return exchange.Period{First: m, Last: m}
}

// An auditor learns from no answer what a document is about.
func TestAuditorsSeeNoSubject(t *testing.T) {
	h, id := travelled(t)
	life, err := h.Exchange.Life(t.Context(), auditor(), id)
	if err != nil {
		t.Fatal(err)
	}
	found, err := h.Exchange.FindDocuments(t.Context(), auditor(), life.Message.Code)
	if err != nil || len(found) != 1 || found[0].ID != id {
		t.Fatalf("the code %s means %v (%v)", life.Message.Code, found, err)
	}
	rows, err := h.Exchange.CountedRows(t.Context(), auditor(), exchange.CountedQuery{Clock: exchange.ClockSend,
		FiguresQuery: exchange.FiguresQuery{Agencies: []exchange.AgencyID{bureau}, Role: exchange.Sent, Period: thisMonth()}})
	if err != nil || len(rows.Rows) != 2 {
		t.Fatalf("%d rows (%v)", len(rows.Rows), err)
	}
	m, err := h.Store.Message(t.Context(), id)
	if err != nil || m.Subject == "" {
		t.Fatalf("the document has no subject: %v", err)
	}
	if all := fmt.Sprintf("%+v", []any{life, found, rows}); strings.Contains(all, m.Subject) {
		t.Errorf("an answer to an auditor holds the subject: %s", all)
	}
	own, err := h.Exchange.CountedRows(t.Context(), exchange.Caller{Agency: bureau}, exchange.CountedQuery{Clock: exchange.ClockSend,
		FiguresQuery: exchange.FiguresQuery{Agencies: []exchange.AgencyID{bureau}, Role: exchange.Sent, Period: thisMonth()}})
	if err != nil || own.Rows[0].Message.Subject != m.Subject {
		t.Errorf("an agency is not shown its own subjects: %v", err)
	}
}

// Each look is an entry; those of a minute that are alike are two, the second with a count; rows make none.
func TestAuditorsReadingIsLogged(t *testing.T) {
	h, id := travelled(t)
	ctx := t.Context()
	for range 5 {
		if _, err := h.Exchange.ReadLog(ctx, auditor(), exchange.AuditQuery{View: exchange.ViewLog}); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Exchange.Life(ctx, auditor(), id); err != nil {
			t.Fatal(err)
		}
	}
	h.Exchange.FlushRefusals(ctx, true)
	count := map[string]int64{}
	entries := 0
	for _, r := range records(t, h) {
		if e := r.Entry; e.Type == translog.Audited {
			if e.Actor != "auditor:soat" || e.Credential != "soat.1" || e.Time.After(time.Now()) {
				t.Errorf("a reading is by %s, %s, at %s", e.Actor, e.Credential, e.Time)
			}
			count[e.Kind+" "+e.Message] += max(e.Count, 1)
			entries++
		}
	}
	// Two kinds, each at most twice for each of the minutes that the test touches.
	if count["log "] != 5 || count["document "+string(id)] != 5 || len(count) != 2 || entries > 8 {
		t.Errorf("%d entries count %v, want 5 of each", entries, count)
	}
}

func records(t *testing.T, h *hubtest.Hub) (all []exchange.LogRecord) {
	t.Helper()
	for {
		page, err := h.Store.Entries(t.Context(), int64(len(all)), 100)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			return all
		}
		all = append(all, page...)
	}
}

// What cannot be logged is not shown.
func TestNothingIsShownThatCannotBeLogged(t *testing.T) {
	h, id := travelled(t)
	down := &silent{Journal: h.Store}
	hub := &exchange.Hub{Store: down, Directory: h.Directory, LogKey: h.LogKey}
	if _, err := hub.Life(t.Context(), auditor(), id); !errors.Is(err, errSilent) {
		t.Errorf("a life is shown, or the error is %v", err)
	}
	if _, err := hub.ReadLog(t.Context(), auditor(), exchange.AuditQuery{View: exchange.ViewLog}); !errors.Is(err, errSilent) {
		t.Errorf("the log is shown, or the error is %v", err)
	}
	if err := hub.Export(t.Context(), auditor(), exchange.Export{Kind: "x", Period: thisMonth()}); !errors.Is(err, errSilent) {
		t.Errorf("data is handed out, or the error is %v", err)
	}
}

var errSilent = errors.New("the log ward5 nothing")

type silent struct{ exchange.Journal }

func (*silent) Append(context.Context, translog.Entry, *translog.Side) (int64, error) {
	return 0, errSilent
}

// A tampered is a store in which somebody has changed something behind the hub's back.
type tampered struct {
	exchange.Journal
	leaf   func(index int64, l *exchange.Leaf) // changes an entry
	gone   int64                               // the entry that is lost; -1: none
	hashes map[int64]tlog.Hash                 // in place of stored ones
	head   func([]byte) []byte
}

func (s *tampered) Leaves(ctx context.Context, from int64, limit int) ([]exchange.Leaf, error) {
	if from == s.gone {
		return nil, nil
	}
	if s.gone > from {
		limit = min(limit, int(s.gone-from))
	}
	list, err := s.Journal.Leaves(ctx, from, limit)
	for i := range list {
		if s.leaf != nil {
			s.leaf(from+int64(i), &list[i])
		}
	}
	return list, err
}

func (s *tampered) Hashes(ctx context.Context, indexes []int64) ([]tlog.Hash, error) {
	list, err := s.Journal.Hashes(ctx, indexes)
	for i, x := range indexes {
		if h, ok := s.hashes[x]; ok {
			list[i] = h
		}
	}
	return list, err
}

func (s *tampered) Checkpoint(ctx context.Context) ([]byte, int64, error) {
	text, size, err := s.Journal.Checkpoint(ctx)
	if s.head != nil {
		text = s.head(text)
	}
	return text, size, err
}

// What was tampered with is named, whatever it is.
func TestVerificationNamesWhatIsBroken(t *testing.T) {
	h, _ := travelled(t)
	const victim = 5
	forge := func(text []byte) []byte { return bytes.Replace(text, []byte(`"actor":"`), []byte(`"actor":"X`), 1) }
	forged, err := h.Store.Leaves(t.Context(), victim, 1)
	if err != nil {
		t.Fatal(err)
	}
	text := forge(forged[0].Text)
	withSide := int64(-1)
	for _, r := range records(t, h) {
		if r.Index > 0 && r.Side != nil && withSide < 0 {
			withSide = r.Index
		}
	}
	for _, c := range []struct {
		name  string
		store tampered
		at    int64
		why   exchange.Broken
	}{
		{"nothing", tampered{gone: -1}, -2, ""},
		{"a text", tampered{gone: -1, leaf: func(i int64, l *exchange.Leaf) {
			if i == victim {
				l.Text = forge(l.Text)
			}
		}}, victim, exchange.BrokenAltered},
		{"a text with its hash", tampered{gone: -1, leaf: func(i int64, l *exchange.Leaf) {
			if i == victim {
				l.Text = forge(l.Text)
			}
		}, hashes: map[int64]tlog.Hash{tlog.StoredHashIndex(0, victim): translog.LeafHash(text)}}, victim - 1, exchange.BrokenTree},
		{"the stored hash of an entry", tampered{gone: -1, hashes: map[int64]tlog.Hash{tlog.StoredHashIndex(0, victim): {1}}}, victim, exchange.BrokenHash},
		{"the stored hash of its neighbour", tampered{gone: -1, hashes: map[int64]tlog.Hash{tlog.StoredHashIndex(0, victim-1): {1}}}, victim - 1, exchange.BrokenHash},
		{"a hash of the tree", tampered{gone: -1, hashes: map[int64]tlog.Hash{tlog.StoredHashIndex(1, 3): {1}}}, 4, exchange.BrokenTree},
		{"an entry is lost", tampered{gone: victim}, victim, exchange.BrokenMissing},
		{"a byte that is no JSON", tampered{gone: -1, leaf: func(i int64, l *exchange.Leaf) {
			if i == victim {
				l.Text = append([]byte{0xff}, l.Text[1:]...)
			}
		}}, victim, exchange.BrokenAltered},
		{"a side record", tampered{gone: -1, leaf: func(i int64, l *exchange.Leaf) {
			if i == withSide {
				l.Side = bytes.Replace(l.Side, []byte(`"fields":{"`), []byte(`"fields":{"x`), 1)
			}
		}}, withSide, exchange.BrokenSide},
		{"an erased side record is whole", tampered{gone: -1, leaf: func(i int64, l *exchange.Leaf) { l.Side = nil }}, -2, ""},
		{"the checkpoint", tampered{gone: -1, head: func(text []byte) []byte {
			return bytes.Replace(text, []byte("\n"), []byte("\n1"), 1)
		}}, -1, exchange.BrokenCheckpoint},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.store.Journal = h.Store
			hub := &exchange.Hub{Store: &c.store, Directory: h.Directory, LogKey: h.LogKey}
			v, err := hub.VerifyLog(t.Context(), auditor(), exchange.Verification{})
			if err != nil || !v.Done() {
				t.Fatalf("done %t, %v", v.Done(), err)
			}
			if c.why == "" {
				if v.Break != nil || v.At != v.To {
					t.Errorf("%+v, want all of it intact", v.Break)
				}
				return
			}
			if v.Break == nil || v.Break.Index != c.at || v.Break.Why != c.why {
				t.Fatalf("%+v, want entry %d %s", v.Break, c.at, c.why)
			}
			if c.at >= 0 && (len(v.Break.Near) != 3 || v.Break.Near[1].Index != c.at) {
				t.Errorf("%d neighbours", len(v.Break.Near))
			}
			if c.at < 0 {
				return
			}
			p, err := hub.Record(t.Context(), auditor(), c.at)
			if err != nil {
				t.Fatal(err)
			}
			if c.why != exchange.BrokenHash && p.Broken != c.why { // whose text is proved
				t.Errorf("the entry itself is %q, want %q", p.Broken, c.why)
			}
		})
	}
}

// A verification that is taken up again goes on where it was, and proves the same.
func TestVerificationGoesOn(t *testing.T) {
	h, _ := travelled(t)
	_, size, err := h.Store.Checkpoint(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	v, err := h.Exchange.VerifyLog(t.Context(), auditor(), exchange.Verification{From: 2, To: size, At: size - 3})
	if err != nil || v.At != size || v.Break != nil {
		t.Errorf("%+v (%v), want it at its end", v, err)
	}
	for _, wrong := range []exchange.Verification{{From: -1}, {From: 3, To: 3}, {To: size * 9}, {To: 5, At: 6}, {From: 4, To: 9, At: 3}} {
		if _, err := h.Exchange.VerifyLog(t.Context(), auditor(), wrong); exchange.KindOf(err) != exchange.BadRequest {
			t.Errorf("%+v is answered %v", wrong, err)
		}
	}
	var seen []string
	for _, r := range records(t, h) {
		if r.Entry.Kind == string(exchange.ViewVerify) {
			seen = append(seen, r.Entry.Range+" "+r.Entry.Result)
		}
	}
	if want := fmt.Sprintf("2-%d intact", size-1); len(seen) != 1 || seen[0] != want {
		t.Errorf("the log has %v, want %s", seen, want)
	}
}

// What is shown of a document is held against the hashes of the log, entry by entry.
func TestAlteredEntriesAreNamed(t *testing.T) {
	h, _ := travelled(t)
	all := records(t, h)
	shown := all[1:]
	withSide := slices.IndexFunc(shown, func(r exchange.LogRecord) bool { return r.Side != nil })
	forged, other := slices.Clone(shown), slices.Clone(shown)
	forged[2].Entry.Actor += "X"
	side, err := translog.NewSide(rand.Reader, map[string]string{"reason": "khác"})
	if err != nil {
		t.Fatal(err)
	}
	other[withSide].Side = &side
	erased := slices.Clone(shown)
	erased[withSide].Side = nil
	for _, c := range []struct {
		name   string
		shown  []exchange.LogRecord
		hashes map[int64]tlog.Hash
		want   map[int64]exchange.Broken
	}{
		{"nothing", shown, nil, map[int64]exchange.Broken{}},
		{"none shown", nil, nil, map[int64]exchange.Broken{}},
		{"an entry", forged, nil, map[int64]exchange.Broken{shown[2].Index: exchange.BrokenAltered}},
		{"a side record", other, nil, map[int64]exchange.Broken{shown[withSide].Index: exchange.BrokenSide}},
		{"an erased side record", erased, nil, map[int64]exchange.Broken{}},
		{"a stored hash", shown, map[int64]tlog.Hash{tlog.StoredHashIndex(0, shown[1].Index): {1}}, map[int64]exchange.Broken{shown[1].Index: exchange.BrokenAltered}},
	} {
		hub := &exchange.Hub{Store: &tampered{Journal: h.Store, gone: -1, hashes: c.hashes}}
		if got, err := hub.Altered(t.Context(), c.shown); err != nil || !maps.Equal(got, c.want) {
			t.Errorf("%s: %v %v, want %v", c.name, got, err, c.want)
		}
	}
	beyond := slices.Clone(shown)
	beyond[0].Index = int64(len(all)) + 1000 // whose hash is not there
	if got, err := (&exchange.Hub{Store: h.Store}).Altered(t.Context(), beyond); err != nil || len(got) != 1 || got[beyond[0].Index] != exchange.BrokenAltered {
		t.Errorf("a lost hash: %v %v, want that entry alone", got, err)
	}
}

// A kept checkpoint, as it was and altered in each of its parts.
func TestCompareCheckpoint(t *testing.T) {
	h, _ := travelled(t)
	ctx := t.Context()
	kept, _, err := h.Store.Checkpoint(ctx)
	if err != nil {
		t.Fatal(err)
	}
	h.Party(bureau).Send(ward5)
	lines := strings.SplitN(string(kept), "\n", 4)
	foreign := foreignCheckpoint(t, lines[1])
	for _, c := range []struct {
		name, text string
		want       string // form, origin, signature, size, root, consistency
	}{
		{"as it was", string(kept), "holds holds holds holds holds holds"},
		{"from a form", strings.ReplaceAll(string(kept), "\n", "\r\n") + "\r\n ", "holds holds holds holds holds holds"},
		{"another root", lines[0] + "\n" + lines[1] + "\n" + tlog.Hash{7}.String() + "\n" + lines[3], "holds holds fails holds fails fails"},
		{"a size below", lines[0] + "\n3\n" + lines[2] + "\n" + lines[3], "holds holds fails holds fails fails"},
		{"a size beyond the log", lines[0] + "\n9999\n" + lines[2] + "\n" + lines[3], "holds holds fails fails unasked unasked"},
		{"another log", "hub.test/2\n" + lines[1] + "\n" + lines[2] + "\n" + lines[3], "holds fails fails unasked unasked unasked"},
		{"signed by another key", foreign, "holds holds fails holds fails fails"},
		{"without its signature", strings.Join(lines[:3], "\n") + "\n", "holds holds fails holds holds holds"},
		{"of no entries", lines[0] + "\n0\n" + lines[2] + "\n" + lines[3], "holds holds fails holds fails fails"},
		{"of no entries, as it was", lines[0] + "\n0\n" + tlog.Hash(sha256.Sum256(nil)).String() + "\n", "holds holds fails holds holds holds"},
		{"something else", "xin chào", "fails unasked unasked unasked unasked unasked"},
		{"nothing", "", "fails unasked unasked unasked unasked unasked"},
	} {
		got, err := h.Exchange.CompareCheckpoint(ctx, auditor(), []byte(c.text))
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		answers := fmt.Sprint(got.Form, " ", got.Origin, " ", got.Signature, " ", got.Size, " ", got.SameRoot, " ", got.Consistent)
		if answers != c.want {
			t.Errorf("%s: %s, want %s", c.name, answers, c.want)
		}
		if agrees := !strings.Contains(c.want, "fails"); got.Agrees() != agrees {
			t.Errorf("%s: agrees is %t", c.name, got.Agrees())
		}
	}
	if _, err := h.Exchange.CompareCheckpoint(ctx, auditor(), make([]byte, 17<<10)); exchange.KindOf(err) != exchange.BadRequest {
		t.Errorf("a text of 17 KB is answered %v", err)
	}
}

// A checkpoint agrees only where every check holds.
func TestComparisonAgrees(t *testing.T) {
	all := exchange.Comparison{Form: exchange.Holds, Origin: exchange.Holds, Signature: exchange.Holds, Size: exchange.Holds, SameRoot: exchange.Holds, Consistent: exchange.Holds}
	if !all.Agrees() {
		t.Error("all checks hold, and it does not agree")
	}
	for name, check := range map[string]*exchange.Answer{"form": &all.Form, "origin": &all.Origin, "signature": &all.Signature, "size": &all.Size, "root": &all.SameRoot, "consistency": &all.Consistent} {
		for _, answer := range []exchange.Answer{exchange.Fails, exchange.Unasked} {
			if *check = answer; all.Agrees() {
				t.Errorf("%s %s, and it agrees", name, answer)
			}
		}
		*check = exchange.Holds
	}
}

func foreignCheckpoint(t *testing.T, size string) string {
	t.Helper()
	skey, _, err := translog.GenerateKey(nil, hubtest.Origin)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(skey)
	if err != nil {
		t.Fatal(err)
	}
	var n int64
	if _, err := fmt.Sscan(size, &n); err != nil {
		t.Fatal(err)
	}
	text, err := translog.SignCheckpoint(translog.Checkpoint{Origin: hubtest.Origin, Size: n}, signer)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// A list of what a figure counts goes on in the middle of a document, and has each delivery once.
func TestCountedRowsArePaged(t *testing.T) {
	h, _ := travelled(t)
	h.Party(bureau).Send(ward5, ward6)
	q := exchange.CountedQuery{Clock: exchange.ClockSend, Limit: 1, FiguresQuery: exchange.FiguresQuery{Agencies: []exchange.AgencyID{ward6, bureau}, Role: exchange.Sent, Period: thisMonth()}}
	seen := map[exchange.DeliveryID]bool{}
	for range 10 {
		page, err := h.Exchange.CountedRows(t.Context(), auditor(), q)
		if err != nil || len(page.Rows) > 1 {
			t.Fatalf("%d rows, %v", len(page.Rows), err)
		}
		for _, r := range page.Rows {
			if seen[r.Delivery.ID] {
				t.Errorf("%s comes twice", r.Delivery.ID)
			}
			seen[r.Delivery.ID] = true
		}
		if q.Cursor = page.Next; q.Cursor == "" {
			break
		}
	}
	if len(seen) != 4 || q.Cursor != "" {
		t.Errorf("%d deliveries, on from %q; want four and the end", len(seen), q.Cursor)
	}
}

// uncounted has more deliveries than one looks at, of which no clock says anything, and a roll-up that says otherwise.
type uncounted struct {
	exchange.Journal
	asked int
}

func (*uncounted) Punctuality(context.Context, exchange.AgencyID, exchange.Role, exchange.Month) (exchange.Punctuality, error) {
	return exchange.Punctuality{exchange.ClockReceive: {exchange.Late: 1}}, nil
}

func (s *uncounted) Search(context.Context, exchange.Query) (exchange.Page, error) {
	if s.asked++; s.asked > 3000 {
		return exchange.Page{}, nil
	}
	return exchange.Page{Rows: []exchange.Row{{Deliveries: make([]exchange.Delivery, 3)}}, Next: "on"}, nil
}

// A page of what a figure counts looks at so many deliveries, says so, and goes on from there.
func TestCountedRowsAreBounded(t *testing.T) {
	hub := &exchange.Hub{Store: &uncounted{}}
	month := exchange.MonthOf(time.Now())
	q := exchange.CountedQuery{Clock: exchange.ClockReceive, FiguresQuery: exchange.FiguresQuery{Agencies: []exchange.AgencyID{ward5}, Role: exchange.Received, Period: exchange.Period{First: month, Last: month}}}
	for range 2 {
		page, err := hub.CountedRows(t.Context(), exchange.Caller{Agency: ward5}, q)
		if err != nil || page.Looked != 2000 || len(page.Rows) != 0 || page.Next == "" || page.Next == q.Cursor {
			t.Fatalf("%d were looked at, %d are counted, on from %q, %v; want 2000 and on", page.Looked, len(page.Rows), page.Next, err)
		}
		q.Cursor = page.Next
	}
	if _, err := hub.CountedRows(t.Context(), exchange.Caller{Agency: bureau}, q); exchange.KindOf(err) != exchange.Forbidden {
		t.Errorf("another agency's rows: %v", err)
	}
	q.Period.Last += 12
	if _, err := hub.CountedRows(t.Context(), exchange.Caller{Agency: ward5}, q); exchange.KindOf(err) != exchange.BadRequest {
		t.Errorf("thirteen months: %v", err)
	}
}

// The log is listed newest first, by page, by time and by who and what.
func TestReadLog(t *testing.T) {
	h, id := travelled(t)
	ctx := t.Context()
	for _, person := range []string{"test", "p2"} {
		locked := translog.Entry{V: translog.Schema, Type: translog.SignedIn, Actor: exchange.Stranger, Kind: "locked", Code: person, Time: time.Now().UTC()}
		if _, err := h.Store.Append(ctx, locked, nil); err != nil {
			t.Fatal(err)
		}
	}
	all := records(t, h)
	read := func(q exchange.AuditQuery) (got []int64, last exchange.AuditPage) {
		t.Helper()
		q.View = exchange.ViewLog
		for {
			page, err := h.Exchange.ReadLog(ctx, auditor(), q)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range page.Traces {
				if r.Index < int64(len(all)) {
					got = append(got, r.Index)
				}
			}
			if q.Before = page.Next; page.Next == 0 {
				return got, page
			}
		}
	}
	want := func(keep func(translog.Entry) bool) (list []int64) {
		for i := len(all) - 1; i >= 0; i-- {
			if keep(all[i].Entry) {
				list = append(list, int64(i))
			}
		}
		return list
	}
	ofTest := func(e translog.Entry) bool { // a lock of the account by a stranger is of the person too
		return e.Actor == "operator:test" || e.Actor == exchange.Stranger && e.Code == "test"
	}
	middle := all[len(all)/2].Entry.Time
	for _, c := range []struct {
		name string
		q    exchange.AuditQuery
		keep func(translog.Entry) bool
	}{
		{"all", exchange.AuditQuery{Limit: 4}, func(translog.Entry) bool { return true }},
		{"with a short look", exchange.AuditQuery{Limit: 4, Look: 3, Agency: ward5}, func(e translog.Entry) bool {
			return e.Actor == string(ward5) || slices.Contains(exchange.Concerns(e), ward5)
		}},
		{"of an agency and a kind", exchange.AuditQuery{Agency: ward5, Types: []translog.Type{translog.Accepted, translog.Acknowledged}}, func(e translog.Entry) bool {
			return e.Message == string(id) && (e.Type == translog.Accepted || e.Type == translog.Acknowledged && e.Addressee == string(ward5))
		}},
		{"of several kinds", exchange.AuditQuery{Limit: 3, Types: []translog.Type{translog.Accepted, translog.Acknowledged, translog.PickedUp}}, func(e translog.Entry) bool {
			return e.Type == translog.Accepted || e.Type == translog.Acknowledged || e.Type == translog.PickedUp
		}},
		{"of several kinds before a time", exchange.AuditQuery{To: middle, Types: []translog.Type{translog.AgencyChanged, translog.KeyChanged}}, func(e translog.Entry) bool {
			return e.Time.Before(middle) && (e.Type == translog.AgencyChanged || e.Type == translog.KeyChanged)
		}},
		{"of an actor that is looked up", exchange.AuditQuery{Who: "test", Actors: []string{"operator:test"}, Limit: 2}, ofTest},
		{"from a time", exchange.AuditQuery{From: middle}, func(e translog.Entry) bool { return !e.Time.Before(middle) }},
		{"before a time", exchange.AuditQuery{To: middle}, func(e translog.Entry) bool { return e.Time.Before(middle) }},
		{"of a kind", exchange.AuditQuery{Types: []translog.Type{translog.Acknowledged}}, func(e translog.Entry) bool { return e.Type == translog.Acknowledged }},
		{"of an operator", exchange.AuditQuery{Who: "test"}, ofTest},
	} {
		got, _ := read(c.q)
		if list := want(c.keep); len(list) == 0 || fmt.Sprint(got) != fmt.Sprint(list) {
			t.Errorf("%s: entries %v, want %v", c.name, got, list)
		}
	}
	for _, q := range []exchange.AuditQuery{{Limit: 201}, {Limit: -1}, {Before: -1}, {Look: 1 << 20}} {
		if _, err := h.Exchange.ReadLog(ctx, auditor(), q); exchange.KindOf(err) != exchange.BadRequest {
			t.Errorf("%+v is answered %v", q, err)
		}
	}
}
