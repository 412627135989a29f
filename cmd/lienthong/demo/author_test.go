package demo

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/lienthong/lienthong/envelope"
)

func TestPlacesAreThePilot(t *testing.T) {
	all := places(chance(7, "faults"))
	levels := map[string]int{}
	failing, dead := 0, 0
	seen := map[envelope.AgencyID]bool{}
	for _, p := range all {
		levels[string(p.level)]++
		if seen[p.id] {
			t.Errorf("%s is there twice", p.id)
		}
		seen[p.id] = true
		if p.parent != "" && !seen[p.parent] {
			t.Errorf("%s comes before its parent %s", p.id, p.parent)
		}
		if p.fails {
			failing++
		}
		if p.dead {
			dead++
		}
	}
	if levels["commune"] != 17 || levels["district"] != 1 || levels["province"] != 1 {
		t.Errorf("levels %v, want the province, one district, its township and sixteen communes", levels)
	}
	if failing != 1 || dead != 1 {
		t.Errorf("%d fail for a while and %d are dead, want one each", failing, dead)
	}
}

// Whatever the seed, the authors write what the hub takes, in all 29 kinds, and the same seed writes the same documents:
// only the attachments' ids are fresh, as the format wants it.
func TestAuthorWritesGoodDocumentsAndRepeatsThem(t *testing.T) {
	all := places(chance(1, "faults"))
	types := map[string]bool{}
	for i := range 300 {
		a := author{seed: 1, from: all[i%len(all)], places: all, today: envelope.DateOf(time.Date(2018, 9, 28, 9, 0, 0, 0, envelope.ICT()))}
		doc := a.document(i + 1)
		types[doc.Type.Name] = true
		if _, err := envelope.Build(doc); err != nil {
			t.Fatalf("document %d of %s: %v", i+1, a.from.id, err)
		}
		if first, again := said(t, doc), said(t, a.document(i+1)); first != again {
			t.Fatalf("document %d of %s differs when written again:\n%s\n%s", i+1, a.from.id, first, again)
		}
	}
	if len(types) != len(kinds) {
		t.Errorf("%d kinds of documents, want all %d", len(types), len(kinds))
	}
}

func said(t *testing.T, e *envelope.Envelope) string {
	t.Helper()
	for i, a := range e.Attachments {
		content, err := a.Decode(1 << 20)
		if err != nil {
			t.Fatal(err)
		}
		e.Attachments[i] = envelope.Attachment{Name: a.Name, Description: fmt.Sprintf("%x", sha256.Sum256(content))}
	}
	text, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
