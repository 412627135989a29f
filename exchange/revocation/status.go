package revocation

import (
	"cmp"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/lienthong/lienthong/signing"
)

// A Status is how it stands with one source.
type Status struct {
	Kind       signing.EvidenceKind
	Subject    string // the certificate of an OCSP response, the issuer of a list
	Place      string // where it is asked next
	ThisUpdate time.Time
	NextUpdate time.Time
	Fresh      bool
	State      signing.RevocationState // of an OCSP response
	Revoked    int                     // how many certificates a list revokes
	Asked      time.Time
	Due        time.Time
	Failures   int    // since it was last heard
	Error      string // of the last failure
}

// Status lists the sources that are asked, those without a fresh statement first.
func (k *Keeper) Status() []Status {
	now := k.options.Clock()
	k.mu.RLock()
	defer k.mu.RUnlock()
	var list []Status
	for _, s := range k.wanted(now) {
		list = append(list, s.status(now, k.options.MaxAge))
	}
	slices.SortFunc(list, func(a, b Status) int {
		if a.Fresh != b.Fresh {
			if b.Fresh {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Subject, b.Subject), cmp.Compare(a.Place, b.Place))
	})
	return list
}

func (s *source) status(now time.Time, maxAge time.Duration) Status {
	this, next := s.dates()
	st := Status{Kind: s.kind, Place: s.place(), ThisUpdate: this, NextUpdate: next, Fresh: s.fresh(now, maxAge),
		Asked: s.asked, Due: s.due, Failures: s.failures, Error: s.err}
	if s.kind == signing.ByOCSP {
		st.Subject, st.State = s.cert.Subject.String(), s.evidence.State
		return st
	}
	st.Subject = s.issuer.Subject.String()
	if s.list != nil {
		st.Revoked = s.list.Len()
	}
	return st
}

// The figures, by kind of source only: what certificates say is no label.
var (
	descSources = prometheus.NewDesc("lienthong_revocation_sources", "Sources of revocation evidence that are asked, by kind and by whether what they said last is fresh, stale or nothing.", []string{"kind", "state"}, nil)
	descAge     = prometheus.NewDesc("lienthong_revocation_oldest_seconds", "Age of the oldest statement in use, since its thisUpdate.", []string{"kind"}, nil)
	descFailed  = prometheus.NewDesc("lienthong_revocation_failures_total", "Questions that brought no word on revocation.", []string{"kind"}, nil)
)

// Describe implements prometheus.Collector.
func (k *Keeper) Describe(ch chan<- *prometheus.Desc) {
	ch <- descSources
	ch <- descAge
	ch <- descFailed
}

// Collect implements prometheus.Collector.
func (k *Keeper) Collect(ch chan<- prometheus.Metric) {
	now := k.options.Clock()
	counts, oldest := map[signing.EvidenceKind]map[string]int{}, map[signing.EvidenceKind]time.Duration{}
	for _, s := range k.Status() {
		if counts[s.Kind] == nil {
			counts[s.Kind] = map[string]int{}
		}
		counts[s.Kind][s.word()]++
		if !s.ThisUpdate.IsZero() {
			oldest[s.Kind] = max(oldest[s.Kind], now.Sub(s.ThisUpdate))
		}
	}
	for _, kind := range []signing.EvidenceKind{signing.ByOCSP, signing.ByCRL} {
		for _, state := range []string{"fresh", "stale", "nothing"} {
			ch <- prometheus.MustNewConstMetric(descSources, prometheus.GaugeValue, float64(counts[kind][state]), string(kind), state)
		}
		ch <- prometheus.MustNewConstMetric(descAge, prometheus.GaugeValue, oldest[kind].Seconds(), string(kind))
		ch <- prometheus.MustNewConstMetric(descFailed, prometheus.CounterValue, k.failed.count(kind), string(kind))
	}
}

func (s Status) word() string {
	switch {
	case s.Fresh:
		return "fresh"
	case s.ThisUpdate.IsZero():
		return "nothing"
	}
	return "stale"
}
