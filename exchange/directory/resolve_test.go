package directory_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/lienthong/lienthong/exchange"
)

// nearest is the code that a refusal offers.
func nearest(w *world, code exchange.AgencyID) string {
	w.t.Helper()
	_, err := w.Resolve(code, start)
	return refused(w.t, err, exchange.UnknownAddressee).Values["nearest"]
}

func TestResolve(t *testing.T) {
	w := planted(t)
	ending := w.get("H41")
	ending.Aliases, ending.ClosedAt = []exchange.AgencyID{"B1"}, at(2)
	w.put(ending)
	tests := []struct {
		name string
		code exchange.AgencyID
		at   time.Time
		want exchange.AgencyID // empty: refused
	}{
		{"an identifier", "H40.1.1", start, "H40.1.1"},
		{"an alias", "001.01.01.H40", start, "H40.1.1"},
		{"before its end", "H41", at(2).Add(-1), "H41"},
		{"at its end", "H41", at(2), ""},
		{"an alias after its end", "B1", at(3), ""},
		{"other capitals are another code", "h41", start, ""},
		{"nobody's", "Z99", start, ""},
		{"none", "", start, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := w.Resolve(tt.code, tt.at)
			if tt.want == "" {
				if e := refused(t, err, exchange.UnknownAddressee); e.Values["code"] != string(tt.code) || got.ID != "" {
					t.Errorf("Resolve = %s, %+v; want nobody, and the code in the refusal", got.ID, e)
				}
				return
			}
			if err != nil || got.ID != tt.want {
				t.Errorf("Resolve = %s, %v; want %s", got.ID, err, tt.want)
			}
		})
	}
}

func TestRefusalSaysWhy(t *testing.T) {
	w := planted(t)
	ended := w.get("H41")
	ended.Name, ended.ClosedAt = "UBND huyện Hai", time.Date(2025, 7, 1, 0, 0, 0, 0, time.UTC)
	ended.Aliases = []exchange.AgencyID{"B1"}
	w.put(ended)
	const path = "/edXML/edXMLEnvelope/edXMLHeader/MessageHeader/To/OrganId"
	tests := []struct {
		name, code string
		values     map[string]string
		vi, en     []string
	}{
		{"near", "H4O.1.1", map[string]string{"code": "H4O.1.1", "nearest": "H40.1.1"}, []string{"H4O.1.1", "H40.1.1", "UBND xã H40.1.1"},
			[]string{"H4O.1.1", "H40.1.1", "UBND xã H40.1.1"}},
		{"nothing near", "Z99.99.99", map[string]string{"code": "Z99.99.99"}, []string{"Z99.99.99"}, []string{"Z99.99.99"}},
		{"closed", "H41", map[string]string{"code": "H41", "closed": "2025-07-01"}, []string{"H41", "UBND huyện Hai", "01/07/2025"},
			[]string{"H41", "UBND huyện Hai", "2025-07-01"}},
		{"closed, by its alias", "B1", map[string]string{"code": "B1", "closed": "2025-07-01"}, []string{"B1"}, []string{"B1"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := w.Resolve(exchange.AgencyID(tt.code), start)
			e := refused(t, err, exchange.UnknownAddressee)
			if !maps.Equal(e.Values, tt.values) || e.Path != path {
				t.Errorf("values %v at %s, want %v at %s", e.Values, e.Path, tt.values, path)
			}
			for _, part := range tt.vi {
				if !strings.Contains(e.VI, part) {
					t.Errorf("%q lacks %q", e.VI, part)
				}
			}
			for _, part := range tt.en {
				if !strings.Contains(e.Detail, part) {
					t.Errorf("%q lacks %q", e.Detail, part)
				}
			}
		})
	}
}

func TestNearest(t *testing.T) {
	w := newWorld(t)
	w.put(commune("H40.24.05"), commune("H40.24.06"), commune("H40.99"), commune("AB"), commune("V.W.X.Y.Z"), commune("Z0123456789"))
	a := commune("H41")
	a.Aliases = []exchange.AgencyID{"000.07.11.H41"}
	w.put(a)
	gone := commune("Q77.88.99")
	gone.ClosedAt = start
	w.put(gone)
	tests := []struct {
		name string
		code exchange.AgencyID
		want string
	}{
		{"one letter changed", "H40.25.05", "H40.24.05"},
		{"one more", "H40.24.055", "H40.24.05"},
		{"one less", "H40.24.6", "H40.24.06"},
		{"three more", "AH40B.24.05C", "H40.24.05"},
		{"three less", "40.4.6", "H40.24.06"},
		{"two exchanged", "H04.24.05", "H40.24.05"},
		{"three slips", "X40.X4.X5", "H40.24.05"},
		{"four slips", "X40.X4.XX", ""},
		{"other separators and capitals", "h40-24_06", "H40.24.06"},
		{"separators are no slips", "V_W_X_Y_Z", "V.W.X.Y.Z"},
		{"nor are hyphens", "V-W-X-Y-Z", "V.W.X.Y.Z"},
		{"the first of equals", "H40.24.07", "H40.24.05"},
		{"an alias", "000.07.12.H41", "000.07.11.H41"},
		{"few letters must agree in half of them", "AX", "AB"},
		{"none of two", "XY", ""},
		{"one letter", "A", ""},
		{"never one that is closed", "Q77.88.98", ""},
		{"as long as a code can be", exchange.AgencyID(strings.Repeat("9", 35)), ""},
		{"longer than any code", exchange.AgencyID(strings.Repeat("H", 40_000)), ""},
		{"no letters at all", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := nearest(w, tt.code); got != tt.want {
				t.Errorf("nearest = %q, want %q", got, tt.want)
			}
		})
	}
}

// The search for a nearest code is bounded: a stranger's letters cost no more in a large directory than in a small one.
func TestNearestIsSoughtForAWhileOnly(t *testing.T) {
	const begin = "AAAAAAAAAAAAAAAAAAAAAAAAA" // 25 of 35
	for n, want := range map[int]string{1_000: begin + "ZZZZZZZZZZ", 10_000: ""} {
		var file strings.Builder
		fmt.Fprintf(&file, "id,name,level\n%sZZZZZZZZZZ,Cuối,commune\n", begin)
		for i := range n {
			fmt.Fprintf(&file, "%sAAAAA%05d,Tên,commune\n", begin, i)
		}
		d, _ := stocked(t)
		if _, err := d.Import(t.Context(), by, strings.NewReader(file.String()), false); err != nil {
			t.Fatal(err)
		}
		_, err := d.Resolve(begin+"ZZZZZZZZZY", start)
		if got := refused(t, err, exchange.UnknownAddressee).Values["nearest"]; got != want {
			t.Errorf("among %d codes the nearest is %q, want %q", n, got, want)
		}
	}
}
