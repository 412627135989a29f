package bench

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestWhatLimits(t *testing.T) {
	for _, tt := range []struct {
		name string
		r    Result
		want Limit
	}{
		{"nothing is used up", Result{Cores: 2, HubCores: 1, ClientCores: .3, MachineCores: 1.4, CommitBusy: .5}, Submitters},
		{"hub and clients use the processors", Result{Cores: 2, HubCores: 1.2, ClientCores: .6}, CPU},
		{"others use them", Result{Cores: 2, HubCores: .4, ClientCores: .1, MachineCores: 1.9}, CPU},
		{"the database is always committing", Result{Cores: 8, HubCores: 1, CommitBusy: .75}, Disk},
		{"bodies are always being written", Result{Cores: 8, HubCores: 1, BodiesBusy: .9}, Disk},
		{"large bodies are", Result{Cores: 8, HubCores: 1, LargeBusy: .9}, Disk},
		{"both: a busy processor makes syncs look long", Result{Cores: 2, HubCores: 1.9, CommitBusy: .9}, CPU},
	} {
		if got := tt.r.limit(); got != tt.want {
			t.Errorf("%s: limited by %s, want %s", tt.name, got, tt.want)
		}
	}
}

// The names that scripts read.
func TestResultAsJSON(t *testing.T) {
	var out strings.Builder
	if err := (Result{AcceptedPerS: 1, LimitedBy: Disk}).WriteJSON(&out); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(out.String(), "\n"); n != 1 || !strings.HasSuffix(out.String(), "\n") {
		t.Errorf("%q is not one line", out.String())
	}
	var got map[string]any
	if err := json.Unmarshal([]byte(out.String()), &got); err != nil {
		t.Fatal(err)
	}
	keys := slices.Collect(maps.Keys(got))
	for _, want := range strings.Fields("accepted_per_s delivered_per_s accept_p50_ms accept_p99_ms rss_anon_mb fsyncs limited_by") {
		if !slices.Contains(keys, want) {
			t.Errorf("no %s in %s", want, out.String())
		}
	}
}

// The sentence says what the figures alone do not.
func TestSentence(t *testing.T) {
	for _, tt := range []struct {
		name string
		r    Result
		want string
	}{
		{"limit", Result{LimitedBy: Disk}, "Limited by the disk"},
		{"no documents left", Result{LimitedBy: CPU, RanOut: true}, "ran out early"},
		{"a busy machine", Result{LimitedBy: CPU, Cores: 2, HubCores: 1, MachineCores: 1.5}, "quiet machine"},
		{"a growing queue", Result{LimitedBy: Submitters, Delivered: 10, Waiting: 100}, "fell behind"},
	} {
		if got := tt.r.sentence(); !strings.Contains(got, tt.want) {
			t.Errorf("%s: %q does not say %q", tt.name, got, tt.want)
		}
	}
}

func TestQuantile(t *testing.T) {
	hundred := make([]time.Duration, 100)
	for i := range hundred {
		hundred[99-i] = time.Duration(i + 1)
	}
	for _, tt := range []struct {
		q    float64
		of   []time.Duration
		want time.Duration
	}{{.5, nil, 0}, {.5, hundred[:1], 100}, {.5, hundred, 51}, {.99, hundred, 100}, {0, hundred, 1}, {1, hundred, 100}} {
		if got := quantile(tt.of, tt.q); got != tt.want {
			t.Errorf("quantile %v of %d = %d, want %d", tt.q, len(tt.of), got, tt.want)
		}
	}
}
