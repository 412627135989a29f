package directory_test

import (
	"testing"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/directory"
)

// A name stands in receipts, on slips and in the log: nothing in it may make them read otherwise than they are written.
func TestANameDoesNotTurnWhatStandsAroundIt(t *testing.T) {
	c := newCrowd(t)
	draft := directory.Draft{Login: "chi", Name: "Phạm Thị Chi – Đ/c “Tư”", Agency: "H41", Roles: []exchange.PersonRole{exchange.Clerk}}
	for what, evil := range map[string]string{"override": "\u202e", "isolate": "\u2067", "mark": "\u200f", "line": "\u2028", "paragraph": "\u2029", "null": "\x00"} {
		d := draft
		d.Name += evil
		if _, _, err := c.Add(t.Context(), by, d); exchange.KindOf(err) != exchange.BadRequest {
			t.Errorf("a person's name with a %s: %v, want %s", what, err, exchange.BadRequest)
		}
		a, _ := c.w.Agency("H41")
		a.Name += evil
		if _, err := c.w.Put(t.Context(), by, a); exchange.KindOf(err) != exchange.BadRequest {
			t.Errorf("an agency's name with a %s: %v, want %s", what, err, exchange.BadRequest)
		}
	}
	if _, _, err := c.Add(t.Context(), by, draft); err != nil {
		t.Errorf("a name as people write it: %v", err)
	}
}
