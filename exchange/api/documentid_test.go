package api_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/lienthong/lienthong/client"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/internal/hubtest"
)

// DESIGN P11: whatever a sender calls a document, it is taken and logged, or refused with the place; never a failure.
func TestOddDocumentIDs(t *testing.T) {
	h := hubtest.New(t, exchange.Agency{ID: "H40"}, exchange.Agency{ID: "H41"})
	p := h.Party("H40")
	tests := []struct {
		name, id string
		status   int // 0: taken
	}{
		{"a blank that does not break", "H40,1\u00a0CV", 0},
		{"a blank without width", "H40,1\u200bCV", 0},
		{"another direction", "H40,1\u202eCV", 0},
		{"a letter of nobody's", "H40,1\ue000CV", 0},
		{"as long as can be, of three bytes each", strings.Repeat("Ủ", 800), 0},
		{"longer", strings.Repeat("U", 801), 422},
		{"a line break", "H40,1\nCV", 422},
		{"a tab", "H40,1\tCV", 422},
		{"a terminal's command", "H40,1\u009b2JCV", 422},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := p.Document("H41")
			e.DocumentID = "@@@"
			raw := p.Leaf.Sign([]byte(strings.Replace(string(p.Build(e)), "@@@", tt.id, 1)))
			r, err := p.Client.Submit(t.Context(), raw, client.SubmitOptions{})
			if tt.status == 0 {
				if err != nil {
					t.Fatal(err)
				}
				if got := h.Holds(r, raw).Document; got != tt.id {
					t.Errorf("the entry names %q, want %q", got, tt.id)
				}
				return
			}
			problem, ok := errors.AsType[*client.Problem](err)
			if !ok || problem.Status != tt.status || len(problem.Errors) == 0 || !strings.HasSuffix(problem.Errors[0].Path, "/DocumentId") {
				t.Errorf("Submit = %v, want %d with the place", err, tt.status)
			}
		})
	}
	h.Sound()
}
