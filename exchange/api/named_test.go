package api_test

import (
	"testing"

	"github.com/lienthong/lienthong/client"
	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/internal/hubtest"
)

// A namesake is one of two deliveries to a commune that the same citation names.
type namesake struct{ document, delivery string }

func (n namesake) stands(t *testing.T, h *hubtest.Hub) client.Delivery {
	t.Helper()
	v, err := h.Party(department).Client.Document(t.Context(), n.document)
	if err != nil {
		t.Fatal(err)
	}
	return v.Deliveries[0]
}

// accepted is what was sent; anew is another envelope with its DocumentId.
func accepted(h *hubtest.Hub, anew *envelope.Envelope) (n namesake, e *envelope.Envelope) {
	p := h.Party(department)
	e = p.Document(communeA)
	if anew != nil {
		e.DocumentID, e.Code, e.Business = anew.DocumentID, anew.Code, anew.Business
	}
	r := p.Submit(p.Signed(e))
	return namesake{r.ID, r.Deliveries[0].Delivery}, e
}

// Whatever has the same name: a status or a recall in the short form is of what its id names, by that one's own state.
func TestShortFormIsOfWhatItsIDNames(t *testing.T) {
	for _, test := range []struct {
		name          string
		update, taken bool   // the other is an update and not a corrected document; it was taken
		first         string // what was said of the first
		code          string // said then, of the first or of the other
		ofOther       bool
		want          string
		became        string
	}{
		{"refusing an update", true, true, "03", "02", true, "", "02"},
		{"accepting an update", true, true, "03", "03", true, "", "03"},
		{"completing a document that was updated", true, true, "03", "06", false, "", "06"},
		{"completing what came back", false, false, "02", "06", false, "bad-report", "02"},
		{"completing what came back, when the other was taken", false, true, "02", "06", false, "bad-report", "02"},
		{"accepting the corrected one", false, true, "02", "03", true, "", "03"},
		{"recalling what came back", false, false, "02", "13", false, "conflict", "02"},
		{"recalling what came back, when the other was taken", false, true, "02", "13", false, "conflict", "02"},
		{"recalling an update that nobody saw", true, false, "03", "13", true, "", "withdrawn"},
		{"recalling an update that was seen", true, true, "03", "13", true, "", "asked"},
		{"recalling the corrected one", false, false, "02", "13", true, "", "withdrawn"},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := checked(t, hubtest.Config{}, agencies()...)
			commune := h.Party(communeA)
			first, e := accepted(h, nil)
			commune.Collect()
			if _, err := commune.Client.Status(t.Context(), first.delivery, client.StatusRequest{Code: test.first, Description: "thiếu phụ lục"}); err != nil {
				t.Fatal(err)
			}
			if test.update {
				e.Business = &envelope.Business{Kind: envelope.Update, DocumentID: e.DocumentID}
			}
			other, _ := accepted(h, e)
			if test.taken {
				commune.Collect()
			}
			named, beside := first, other
			if test.ofOther {
				named, beside = other, first
			}
			was, before := beside.stands(t, h), named.stands(t, h)
			if got := shortly(t, h, named, test.code); got != test.want {
				t.Errorf("came to %q, want %q", got, test.want)
			}
			now := named.stands(t, h)
			if now.Processing != test.became && now.State != test.became && (now.Recall == nil || now.Recall.State != test.became) {
				t.Errorf("from %+v it became %+v, want %s", before, now, test.became)
			}
			if got := beside.stands(t, h); got.State != was.State || got.Processing != was.Processing || got.Refused != was.Refused || (got.Recall == nil) != (was.Recall == nil) {
				t.Errorf("what has the same name became %+v, want %+v", got, was)
			}
			h.Sound()
		})
	}
}

// shortly gives the word in the short form and returns the code of the refusal. A recall shows what it took: that one alone.
func shortly(t *testing.T, h *hubtest.Hub, of namesake, word string) string {
	t.Helper()
	if word != "13" {
		_, err := h.Party(communeA).Client.Status(t.Context(), of.delivery, client.StatusRequest{Code: word, Description: "ý kiến"})
		return code(t, err)
	}
	came, err := h.Party(department).Client.Recall(t.Context(), of.document, client.RecallRequest{Reason: "gửi nhầm"})
	if err != nil || len(came) != 1 {
		t.Fatalf("%+v %v, want one result", came, err)
	}
	if r := came[0]; r.Code == "" && (len(r.Recalled) != 1 || r.Recalled[0].ID != of.delivery) {
		t.Errorf("the answer shows %+v taken, want that one alone", r.Recalled)
	}
	return came[0].Code
}

// A status that returns to an earlier one within the same second is a word of its own; the one that stands is a repeat.
func TestStatusReturnsWithinASecond(t *testing.T) {
	h := checked(t, hubtest.Config{}, agencies()...)
	first, _ := accepted(h, nil)
	h.Party(communeA).Collect()
	h.Party(department).Collect()
	seen := map[string]bool{}
	for i, word := range []string{"05", "04", "05", "05", "04"} {
		r, err := h.Party(communeA).Client.Status(t.Context(), first.delivery, client.StatusRequest{Code: word})
		if err != nil || r.Repeat != (i == 3) || seen[r.ID] != (i == 3) {
			t.Errorf("%d: %s: repeat %t, %v", i, word, r.Repeat, err)
		}
		seen[r.ID] = true
		if got := first.stands(t, h).Processing; got != word {
			t.Errorf("%d: it stands at %s, want %s", i, got, word)
		}
	}
	if got := h.Party(department).Collect(); len(got) != 4 {
		t.Errorf("the sender got %d statuses, want 4", len(got))
	}
	h.Sound()
}
