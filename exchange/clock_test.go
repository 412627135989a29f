package exchange_test

import (
	"testing"
	"time"

	"github.com/lienthong/lienthong/exchange"
)

// TestTimeCheck: what the kernel says, one reading after the other, and whether receipts are given.
func TestTimeCheck(t *testing.T) {
	kept := func(off time.Duration) exchange.TimeState {
		return exchange.TimeState{Source: true, Synchronised: true, MaxError: off}
	}
	lost := func(off time.Duration) exchange.TimeState {
		return exchange.TimeState{Source: true, MaxError: off}
	}
	none := exchange.TimeState{}
	for _, c := range []struct {
		name     string
		limit    time.Duration
		require  bool
		readings []exchange.TimeState
		want     []bool
	}{
		{"kept right", time.Second, false, []exchange.TimeState{kept(0), kept(time.Second)}, []bool{true, true}},
		{"kept, and off by more than the limit", time.Second, false, []exchange.TimeState{kept(time.Second + 1)}, []bool{false}},
		{"no limit", 0, false, []exchange.TimeState{kept(time.Hour), lost(time.Hour)}, []bool{true, true}},
		{"never kept", time.Second, false, []exchange.TimeState{lost(16 * time.Second), lost(time.Hour)}, []bool{true, true}},
		{"never kept, and required", time.Second, true, []exchange.TimeState{lost(0)}, []bool{false}},
		{"no source", time.Second, false, []exchange.TimeState{none}, []bool{true}},
		{"no source, and required", time.Second, true, []exchange.TimeState{none}, []bool{false}},
		{"the source was lost, and comes back", time.Second, false,
			[]exchange.TimeState{kept(0), lost(time.Second), lost(2 * time.Second), kept(2 * time.Second), kept(0)}, []bool{true, true, false, false, true}},
		{"required, lost within the limit", time.Second, true, []exchange.TimeState{kept(0), lost(time.Second)}, []bool{true, true}},
	} {
		i := 0
		check := &exchange.TimeCheck{MaxError: c.limit, Require: c.require, Read: func() exchange.TimeState { return c.readings[i] }}
		for i = range c.readings {
			if state, ok := check.State(); ok != c.want[i] || state != c.readings[i] {
				t.Errorf("%s: reading %d gives %v, want %v", c.name, i, ok, c.want[i])
			}
		}
	}
	for name, check := range map[string]*exchange.TimeCheck{"none": nil, "zero": {}} {
		if _, ok := check.State(); !ok {
			t.Errorf("a check that is %s refuses", name)
		}
	}
}

// TestAWrongClockRefusesEverythingNew, says nothing in the log, and lets a check without receipt through.
func TestAWrongClockRefusesEverythingNew(t *testing.T) {
	r := newRig(t)
	off := time.Duration(0)
	r.Time = &exchange.TimeCheck{MaxError: time.Second, Read: func() exchange.TimeState {
		return exchange.TimeState{Source: true, Synchronised: true, MaxError: off}
	}}
	raw := r.signed(1, districtID)
	first := r.send(raw)
	off = time.Hour
	_, size, err := r.store.Checkpoint(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s := exchange.Submission{Caller: by(department), Raw: r.signed(2, districtID)}
	_, err = r.Submit(t.Context(), s)
	wantKind(t, "a new document by a wrong clock", err, exchange.ClockUnsure)
	if _, err := r.Validate(t.Context(), s); err != nil {
		t.Errorf("a check without receipt: %v", err)
	}
	if again, err := r.Submit(t.Context(), exchange.Submission{Caller: by(department), Raw: raw}); err != nil || again.Message.ID != first.Message.ID {
		t.Errorf("the same bytes: %v, want the original receipt", err)
	}
	if _, now, err := r.store.Checkpoint(t.Context()); err != nil || now != size {
		t.Errorf("the log grew from %d to %d (%v): a wrong time stands in it", size, now, err)
	}
	off = 0
	r.send(s.Raw)
	r.sound()
}
