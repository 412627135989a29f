package node

import (
	"crypto/x509"
	"path/filepath"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/lienthong/lienthong/client"
	"github.com/lienthong/lienthong/config"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/maintenance"
	"github.com/lienthong/lienthong/exchange/revocation"
)

// revocationDir is where in the data directory the statements of authorities are kept.
const revocationDir = "revocation"

func (o Options) keeper(n *Node) (*revocation.Keeper, error) {
	c := o.Config.Revocation
	of := make(map[string]revocation.Policy)
	for _, a := range c.Anchors {
		of[a.Fingerprint] = revocation.Policy(a.Policy)
	}
	return revocation.Open(revocation.Options{
		Dir: filepath.Join(o.Config.Data, revocationDir), Anchors: o.Anchors, Enrolled: n.enrolled,
		Policy: revocation.Policy(c.Policy), Of: of,
		MaxAge: time.Duration(c.MaxAge), Refresh: time.Duration(c.Refresh), Timeout: time.Duration(c.Timeout),
		Allows: c.Allows, Clock: o.Clock, Log: o.Log,
	})
}

// enrolled lists the certificates that agencies sign with, now and later.
func (n *Node) enrolled() (list []revocation.Enrolled) {
	now := n.clock()
	agencies, _ := n.Directory.List(0)
	for _, a := range agencies {
		for _, c := range a.Certificates {
			cert, err := x509.ParseCertificate(c.DER)
			if err == nil && a.LivesAt(now) && (c.Until.IsZero() || now.Before(c.Until)) && now.Before(cert.NotAfter) {
				list = append(list, revocation.Enrolled{Agency: a.ID, Cert: cert, Pinned: c.Pinned})
			}
		}
	}
	return list
}

// endings are the ends of all certificates that the hub rests on.
func (n *Node) endings() (list []maintenance.Ending) {
	for _, e := range n.enrolled() {
		list = append(list, maintenance.Ending{Agency: e.Agency, Fingerprint: revocation.Fingerprint(e.Cert), At: e.Cert.NotAfter})
	}
	for _, c := range n.Hub.Anchors.Certificates() {
		list = append(list, maintenance.Ending{Fingerprint: revocation.Fingerprint(c), At: c.NotAfter})
	}
	return list
}

// sources are the keeper's, as the operator is shown them.
func (n *Node) sources() []client.RevocationSource {
	var list []client.RevocationSource
	for _, s := range n.Revocation.Status() {
		list = append(list, client.RevocationSource{
			Kind: string(s.Kind), Subject: s.Subject, Place: s.Place, Fresh: s.Fresh, State: string(s.State), Revoked: s.Revoked,
			ThisUpdate: s.ThisUpdate, NextUpdate: s.NextUpdate, Asked: s.Asked, Due: s.Due, Failures: s.Failures, Error: s.Error,
		})
	}
	return list
}

func (o Options) timeCheck() *exchange.TimeCheck {
	c := o.Config.Clock
	if c.Policy == config.Off {
		return &exchange.TimeCheck{}
	}
	read := o.Kernel
	if read == nil {
		read = kernelClock
	}
	return &exchange.TimeCheck{Read: read, MaxError: time.Duration(c.MaxError), Require: c.Policy == config.Require}
}

// warnOfClock says once, at the start, that nobody keeps the clock right.
func (n *Node) warnOfClock() {
	if n.Hub.Time.Read == nil {
		return
	}
	if s, _ := n.Hub.Time.State(); !s.Source || !s.Synchronised {
		n.log.Warn("nobody keeps this machine's clock right; receipts say when a document was taken", "source", s.Source)
	}
}

// certificates collects how soon the certificates end, by windows: ids are no labels.
type certificates struct {
	endings func() []maintenance.Ending
	clock   func() time.Time
}

var (
	descEnding = prometheus.NewDesc("lienthong_certificates_ending", "Certificates in force that end within so many days, of agencies' signers and of trust anchors.", []string{"kind", "days"}, nil)
	descEnds   = prometheus.NewDesc("lienthong_certificates_earliest_end_timestamp_seconds", "When the first of the certificates in force ends.", []string{"kind"}, nil)
)

// Describe implements prometheus.Collector.
func (certificates) Describe(ch chan<- *prometheus.Desc) {
	ch <- descEnding
	ch <- descEnds
}

// Collect implements prometheus.Collector.
func (c certificates) Collect(ch chan<- prometheus.Metric) {
	now := c.clock()
	list := c.endings()
	for kind, anchors := range map[string]bool{"signer": false, "anchor": true} {
		var first time.Time
		within := map[string]float64{"7": 0, "30": 0, "60": 0}
		for _, e := range list {
			if (e.Agency == "") != anchors {
				continue
			}
			if first.IsZero() || e.At.Before(first) {
				first = e.At
			}
			for days, window := range map[string]time.Duration{"7": 7, "30": 30, "60": 60} {
				if e.At.Sub(now) <= window*24*time.Hour {
					within[days]++
				}
			}
		}
		for days, n := range within {
			ch <- prometheus.MustNewConstMetric(descEnding, prometheus.GaugeValue, n, kind, days)
		}
		if !first.IsZero() {
			ch <- prometheus.MustNewConstMetric(descEnds, prometheus.GaugeValue, float64(first.Unix()), kind)
		}
	}
}
