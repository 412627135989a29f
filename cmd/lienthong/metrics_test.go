package main

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/lienthong/lienthong/internal/testca"
)

// The listener of admin.listen has figures for Prometheus, and none that tells what a document is about.
func TestMetrics(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.stop()
	s.start("--json", "--set", "admin.listen=127.0.0.1:0")
	var said announcement
	if err := json.Unmarshal([]byte(s.said), &said); err != nil || said.Metrics == "" {
		t.Fatalf("serve --json said %q: %v", s.said, err)
	}
	s.url = said.URL
	s.deliver(s.client(s.key(department)), s.document(0), s.client(s.key(commune)))

	text := fetched(t, said.Metrics)
	for _, want := range []string{
		`lienthong_accepted_total{class="document"} 1`, `lienthong_outcomes_total{outcome="acknowledged"} 1`,
		`lienthong_deliveries{state="delivered"} 1`, `lienthong_requests_total{route=`, "lienthong_store_commits_total ",
		"lienthong_dispatcher_tick_timestamp_seconds ",
		`lienthong_revocation_sources{kind="crl",state="nothing"} 0`, `lienthong_revocation_failures_total{kind="ocsp"} 0`,
		`lienthong_revocation_rejudged_total{state="revoked"} 0`, "lienthong_revocation_waiting 0",
		`lienthong_certificates_ending{days="30",kind="signer"} 0`, `lienthong_certificates_earliest_end_timestamp_seconds{kind="anchor"} `,
		`lienthong_raised_total{why="silent"} 0`, `lienthong_raised_total{why="stuck"} 0`,
		"lienthong_clock_synchronised ", "lienthong_clock_max_error_seconds ",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in the metrics", want)
		}
	}
	for _, private := range []string{"H44", "Công văn", "lt_live"} {
		if strings.Contains(text, private) {
			t.Errorf("%q stands in the metrics", private)
		}
	}
	s.stop()
}

// A certificate that ends soon is counted in the metrics, told when, and named in the log, at the start as each morning.
func TestACertificateThatEndsIsTold(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	end := time.Now().AddDate(0, 0, 5).UTC().Truncate(time.Second)
	ending := testca.New(t).Leaf("Sở Nội vụ mẫu", func(c *x509.Certificate) { c.NotAfter = end })
	s.must("agency", "cert", department, s.file("cu.pem", ending.CertPEM()), "--dir", s.dir)
	s.stop()
	s.start("--json", "--set", "admin.listen=127.0.0.1:0")
	var said announcement
	if err := json.Unmarshal([]byte(s.said), &said); err != nil {
		t.Fatalf("serve --json said %q: %v", s.said, err)
	}
	text := fetched(t, said.Metrics)
	for _, days := range []string{"7", "30", "60"} {
		if want := `lienthong_certificates_ending{days="` + days + `",kind="signer"} 1`; !strings.Contains(text, want+"\n") {
			t.Errorf("no %q in the metrics", want)
		}
	}
	_, told, _ := strings.Cut(text, `lienthong_certificates_earliest_end_timestamp_seconds{kind="signer"} `)
	told, _, _ = strings.Cut(told, "\n")
	if at, err := strconv.ParseFloat(told, 64); err != nil || int64(at) != end.Unix() {
		t.Errorf("the first certificate ends at %q, want %d", told, end.Unix())
	}
	s.stop()
	var lines []string
	for line := range strings.Lines(s.log.String()) {
		if strings.Contains(line, "a certificate ends") {
			lines = append(lines, line)
		}
	}
	fingerprint := fmt.Sprintf("%x", sha256.Sum256(ending.Cert.Raw))
	if len(lines) != 1 || !strings.Contains(lines[0], department) || !strings.Contains(lines[0], fingerprint) {
		t.Errorf("logged %q, want one line that names %s and %s", lines, department, fingerprint)
	}
}

func fetched(t *testing.T, url string) string {
	t.Helper()
	r, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != http.StatusOK {
		t.Fatalf("%s: status %d, %v", url, r.StatusCode, err)
	}
	return string(text)
}
