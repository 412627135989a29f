package exchange_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lienthong/lienthong/exchange"
)

// unfit are reasons that nobody's act may have: each stays beside the log for ever, and is read on pages and terminals.
var unfit = map[string]string{
	"too long": strings.Repeat("x", exchange.MostReason+1), "1 MB": strings.Repeat("x", 1<<20),
	"NUL": "a\x00", "an escape": "\x1b[31m", "a bell": "\ab", "turned": "a\u202eb", "no text": "\xff",
}

// A reason to give a document back is held to the rule of all reasons before anything is written, and may be left out.
func TestReasonsOfNacks(t *testing.T) {
	r := newRig(t)
	r.send(r.signed(1, districtID))
	h := r.take(districtID)[0]
	before := r.size()
	for name, reason := range unfit {
		_, err := r.Nack(t.Context(), by(districtID), h.Delivery.ID, h.Token, reason, 0)
		wantKind(t, name, err, exchange.BadRequest)
	}
	if r.size() != before {
		t.Errorf("%d entries of refused reasons", r.size()-before)
	}
	for name, reason := range map[string]string{"the longest": strings.Repeat("ệ", exchange.MostReason), "lines": "a\r\nb\tc", "none": ""} {
		if _, err := r.Nack(t.Context(), by(districtID), h.Delivery.ID, h.Token, reason, 0); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		h = r.take(districtID)[0]
	}
	r.sound()
}

// size is how many entries the log has.
func (r *rig) size() int64 {
	_, n, err := r.Store.Checkpoint(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	return n
}

// Software that gives a document back as fast as it gets it fills no disk: the first times are free, the rest between two
// doubles up to a quarter of an hour.
func TestNacksSlowDown(t *testing.T) {
	r := newRig(t)
	r.send(r.signed(1, districtID))
	before, end := r.size(), r.clock().Add(24*time.Hour)
	var rests []time.Duration
	for r.clock().Before(end) && len(rests) < 200 {
		h := r.take(districtID)[0]
		d, err := r.Nack(t.Context(), by(districtID), h.Delivery.ID, h.Token, "bận", 0)
		if err != nil {
			t.Fatal(err)
		}
		rests = append(rests, max(d.Due.Sub(r.clock()), 0))
		r.wait(rests[len(rests)-1])
	}
	if got, want := rests[:7], []time.Duration{0, 0, 0, time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second}; !slices.Equal(got, want) {
		t.Errorf("it rests %v, want %v", got, want)
	}
	if n := r.size() - before; n > 120 || slices.Max(rests) != 15*time.Minute {
		t.Errorf("%d entries in a day, the longest rest %v; want about one in a quarter of an hour", n, slices.Max(rests))
	}
}

// Who asks for a longer rest has it.
func TestNackRestsAsLongAsAsked(t *testing.T) {
	r := newRig(t)
	r.send(r.signed(1, districtID))
	for range 5 {
		h := r.take(districtID)[0]
		d, err := r.Nack(t.Context(), by(districtID), h.Delivery.ID, h.Token, "", time.Hour)
		if err != nil || !d.Due.Equal(r.clock().Add(time.Hour)) {
			t.Fatalf("due %v, %v; want in an hour", d.Due, err)
		}
		r.wait(time.Hour)
	}
}
