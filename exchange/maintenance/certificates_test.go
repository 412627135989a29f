package maintenance_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/maintenance"
)

// TestCertificatesAreSpokenOfOncePerStep: one run a day over the last weeks of a certificate.
func TestCertificatesAreSpokenOfOncePerStep(t *testing.T) {
	const day = 24 * time.Hour
	end := time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name  string
		begin int // days before the end at which the hub starts
		want  []int
	}{
		{"from far on", 40, []int{29, 13, 6, 0, -1}},
		{"begun between two steps", 20, []int{19, 13, 6, 0, -1}},
		{"begun on the last day", 1, []int{0, -1}},
		{"begun after the end", -1, nil},
	} {
		var log strings.Builder
		now := end.Add(-time.Duration(c.begin)*day + 5*time.Hour)
		job := maintenance.Expiry(func() []maintenance.Ending {
			return []maintenance.Ending{{Agency: "H44.31", Fingerprint: "f", At: end}, {Fingerprint: "far", At: end.AddDate(9, 0, 0)}}
		}, func() time.Time { return now }, slog.New(slog.NewTextHandler(&log, nil)))
		var got []int
		for ; now.Before(end.Add(10 * day)); now = now.Add(day) {
			log.Reset()
			if err := job.Run(t.Context()); err != nil {
				t.Fatal(err)
			}
			if strings.Contains(log.String(), "far") {
				t.Errorf("%s: spoken of years before", c.name)
			}
			if strings.Contains(log.String(), "H44.31") {
				got = append(got, int((end.Sub(now)+10*day)/day)-10)
			}
		}
		if !equal(got, c.want) {
			t.Errorf("%s: spoken of with %v days left, want %v", c.name, got, c.want)
		}
	}
}

func equal(a, b []int) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

type rechecks struct {
	changed []exchange.Message
	err     error
}

func (r rechecks) Recheck(context.Context) ([]exchange.Message, error) { return r.changed, r.err }

// TestRecheckTellsOfRevocations, also those found before an error.
func TestRecheckTellsOfRevocations(t *testing.T) {
	message := func(id exchange.MessageID, state exchange.RevocationState) exchange.Message {
		return exchange.Message{ID: id, Subject: "V/v riêng", Revocation: &exchange.Revocation{State: state}}
	}
	failure := errors.New("disk full")
	r := rechecks{[]exchange.Message{message("m1", exchange.RevocationGood), message("m2", exchange.RevocationRevoked)}, failure}
	var log strings.Builder
	var told []exchange.MessageID
	job := maintenance.Recheck(r, slog.New(slog.NewTextHandler(&log, nil)), func(m exchange.Message) { told = append(told, m.ID) })
	if err := job.Run(t.Context()); !errors.Is(err, failure) {
		t.Errorf("%v, want the failure", err)
	}
	if len(told) != 2 || strings.Contains(log.String(), "m1") || !strings.Contains(log.String(), "m2") || strings.Contains(log.String(), "riêng") {
		t.Errorf("told of %v, logged %q; want both told, the revoked one logged, by its id", told, log.String())
	}
}
