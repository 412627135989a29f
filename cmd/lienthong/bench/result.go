package bench

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"text/tabwriter"
)

// A Result is what was measured. Times and rates are those of the measured time alone.
type Result struct {
	AcceptedPerS  float64 `json:"accepted_per_s"`  // documents with a receipt
	DeliveredPerS float64 `json:"delivered_per_s"` // deliveries of documents that their receivers took
	AcceptP50     float64 `json:"accept_p50_ms"`   // from the first byte sent to the receipt
	AcceptP99     float64 `json:"accept_p99_ms"`
	RSSAnonMB     float64 `json:"rss_anon_mb"` // of the hub, at the end, after a collection; 0 where the system does not tell
	Fsyncs        int64   `json:"fsyncs"`
	LimitedBy     Limit   `json:"limited_by"`

	Accepted      int     `json:"accepted"`
	Delivered     int     `json:"delivered"`
	Waiting       int     `json:"waiting"` // deliveries that were not taken yet
	Seconds       float64 `json:"seconds"`
	RanOut        bool    `json:"ran_out,omitempty"` // of signed documents: the measured time ended before its end
	RSSAnonPeakMB float64 `json:"rss_anon_peak_mb"`  // the most that was seen, ten times a second
	Submitters    int     `json:"submitters"`
	Cores         int     `json:"cores"` // of this machine
	HubCores      float64 `json:"hub_cores"`
	ClientCores   float64 `json:"client_cores"`
	MachineCores  float64 `json:"machine_cores"` // used by all programs together; 0 where the system does not tell
	BodiesBusy    float64 `json:"bodies_busy"`   // share of the time in which small bodies were being written and synced
	LargeBusy     float64 `json:"large_busy"`    // the same of large ones, as the mean of the lanes
	CommitBusy    float64 `json:"commit_busy"`   // share of the time in which the database was committing
}

// A Limit is what kept the hub from taking more.
type Limit string

// The limits, in the order in which they are asked about.
const (
	CPU        Limit = "cpu"        // the machine's processors were in use: by the hub, the clients, and whatever else runs
	Disk       Limit = "disk"       // a writer of the store was nearly always writing or syncing
	Submitters Limit = "submitters" // neither: each submitter waits for its receipt, and more of them would send more
)

// From which share of the time on something counts as used up.
const (
	cpuFull  = 0.85
	diskFull = 0.70
)

// cpuForeign is the share of the processors from which on other programs spoil the figures.
const cpuForeign = 0.10

// others is what other programs used of the processors, as far as that is known.
func (r Result) others() float64 { return max(r.MachineCores-r.HubCores-r.ClientCores, 0) }

func (r Result) limit() Limit {
	switch {
	case max(r.HubCores+r.ClientCores, r.MachineCores) >= cpuFull*float64(r.Cores):
		return CPU
	case max(r.BodiesBusy, r.LargeBusy, r.CommitBusy) >= diskFull:
		return Disk
	}
	return Submitters
}

// WriteJSON writes the result on one line.
func (r Result) WriteJSON(w io.Writer) error { return json.NewEncoder(w).Encode(r) }

// WriteTable writes the result for people.
func (r Result) WriteTable(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	row := func(name, format string, args ...any) { fmt.Fprintf(t, name+"\t"+format+"\n", args...) }
	row("accepted", "%.0f/s (%d in %.1f s)", r.AcceptedPerS, r.Accepted, r.Seconds)
	row("delivered", "%.0f/s (%d; %d wait)", r.DeliveredPerS, r.Delivered, r.Waiting)
	row("time to receipt", "median %.1f ms, 99 %% below %.1f ms", r.AcceptP50, r.AcceptP99)
	row("memory of the hub (RssAnon)", "%.0f MB, at most %.0f MB", r.RSSAnonMB, r.RSSAnonPeakMB)
	row("syncs", "%d (%.1f documents each)", r.Fsyncs, float64(r.Accepted)/float64(max(r.Fsyncs, 1)))
	row("processors", "hub %.2f, clients %.2f, others %.2f of %d", r.HubCores, r.ClientCores, r.others(), r.Cores)
	row("disk busy", "bodies %.0f %%, large bodies %.0f %%, commits %.0f %%", 100*r.BodiesBusy, 100*r.LargeBusy, 100*r.CommitBusy)
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintln(w, r.sentence())
	return err
}

// sentence says what limits, and what would help.
func (r Result) sentence() string {
	s := map[Limit]string{
		CPU:        "Limited by the processors: the hub's own work and that of the agencies' software, which runs on this machine too here.",
		Disk:       "Limited by the disk: a writer of the store was nearly always busy. Faster syncs would help; more processors would not.",
		Submitters: "Limited by the submitters: neither processors nor disk were used up. More of them at the same time would get more accepted.",
	}[r.LimitedBy]
	if r.RanOut {
		s += " The signed documents ran out early."
	}
	if r.others() > cpuForeign*float64(r.Cores) {
		s += " Other programs used processors meanwhile: measure again on a quiet machine."
	}
	if r.Waiting > r.Delivered {
		s += " Deliveries fell behind: over a longer time no more is accepted than can be delivered."
	}
	return s
}

// rounded keeps three decimals: more was not measured.
func rounded(f float64) float64 { return math.Round(f*1000) / 1000 }
