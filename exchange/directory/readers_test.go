package directory_test

import (
	"context"
	"crypto/x509"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/directory"
)

// Readers see the state before or after an act, never between. Run with -race.
func TestReadersDuringActs(t *testing.T) {
	w := planted(t)
	secret, k := w.issue(directory.KeyOptions{})
	stop := make(chan struct{})
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					w.look(secret)
				}
			}
		})
	}
	var writers sync.WaitGroup
	for n := range 3 {
		writers.Go(func() { w.flip(n, 20) })
	}
	writers.Wait()
	close(stop)
	readers.Wait()
	w.must(w.RevokeKey(t.Context(), by, "H41", k.ID))
	w.same("in memory and stored", w.Directory, w.over(w.store))
}

// look reads everything and holds it to what flip keeps true.
func (w *world) look(secret string) {
	all, version := w.List(0)
	for i, a := range all {
		if a.Version > version || (i > 0 && a.Version <= all[i-1].Version) {
			w.t.Errorf("List shows version %d of %s out of order", a.Version, a.ID)
		}
		if len(a.Aliases) == 1 && a.Name != "UBND xã "+string(a.Aliases[0]) && a.ID != "H40.1.1" {
			w.t.Errorf("%s is %q with alias %v: half of an act", a.ID, a.Name, a.Aliases)
		}
	}
	if _, err := w.Authenticate(secret, local, start); err != nil {
		w.t.Errorf("a good key is refused during acts: %v", err)
	}
	if a, err := w.Resolve("001.01.01.H40", start); err != nil || a.ID != "H40.1.1" {
		w.t.Errorf("Resolve = %s, %v", a.ID, err)
	}
	_, _ = w.Resolve("H4O", start)
	w.Children("")
	w.LastUsed(secret[8:18])
}

// flip changes an agency of its own to and fro, name and alias together, by Put and by Import.
func (w *world) flip(n, times int) {
	id := exchange.AgencyID(fmt.Sprintf("F%d", n))
	for i := range times {
		alias := fmt.Sprintf("A%d.%d", n, i%2)
		a, _ := w.Agency(id)
		a.ID, a.Name, a.Level, a.Channel, a.Aliases = id, "UBND xã "+alias, exchange.Commune, exchange.Pull, []exchange.AgencyID{exchange.AgencyID(alias)}
		var err error
		if i%3 == 0 {
			_, err = w.Import(context.Background(), by, strings.NewReader(fmt.Sprintf("id,name,level,aliases\n%s,%s,commune,%s\n", id, a.Name, alias)), false)
		} else {
			_, err = w.Put(context.Background(), by, a)
		}
		if err != nil {
			w.t.Errorf("%s: %v", id, err)
		}
	}
}

// What a caller hands in stays the caller's, even where a store would keep it as it is.
func TestWhatIsGivenIsCopied(t *testing.T) {
	d, _ := stocked(t)
	ctx := t.Context()
	der, allow, bound := leaf(t), anywhere(), anywhere()
	_, err := d.AddCertificate(ctx, by, "H41", der, time.Time{}, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.SetEndpoint(ctx, by, "H41", exchange.Endpoint{URL: "https://a.example.vn", Allow: allow}); err != nil {
		t.Fatal(err)
	}
	secret, _, err := d.IssueKey(ctx, by, "H41", directory.KeyOptions{Allow: bound})
	if err != nil {
		t.Fatal(err)
	}
	was, _ := d.Agency("H41")
	print := was.Certificates[0].Fingerprint()
	clear(der)
	clear(allow)
	clear(bound)
	now, _ := d.Agency("H41")
	if now.Certificates[0].Fingerprint() != print || !slices.Equal(now.Endpoint.Allow, anywhere()) {
		t.Errorf("stands as %+v after the caller used its memory again", now)
	}
	if _, err := d.Authenticate(secret, local, time.Now()); err != nil {
		t.Errorf("the key's networks went with the caller's memory: %v", err)
	}
}

// What was read stays as it was, whatever is done afterwards.
func TestWhatWasReadStays(t *testing.T) {
	d, _ := stocked(t)
	ctx := t.Context()
	do := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	var certificates []exchange.Certificate
	for i := range 2 {
		der := leaf(t, func(c *x509.Certificate) { c.NotBefore = start.Add(time.Duration(i) * time.Hour) })
		c, err := d.AddCertificate(ctx, by, "H41", der, start, time.Time{})
		do(err)
		certificates = append(certificates, c)
	}
	for range 18 {
		_, k, err := d.IssueKey(ctx, by, "H41", directory.KeyOptions{})
		do(err)
		do(d.RevokeKey(ctx, by, "H41", k.ID))
	}
	_, first, err := d.IssueKey(ctx, by, "H41", directory.KeyOptions{})
	do(err)
	_, _, err = d.IssueKey(ctx, by, "H41", directory.KeyOptions{})
	do(err)
	acts := []func() error{
		func() error { return d.RevokeKey(ctx, by, "H41", first.ID) },
		func() error { _, _, err := d.IssueKey(ctx, by, "H41", directory.KeyOptions{}); return err }, // forgets the oldest
		func() error {
			return d.EndCertificate(ctx, by, "H41", certificates[0].Fingerprint(), start.Add(-time.Hour))
		},
		func() error {
			return d.EndCertificate(ctx, by, "H41", certificates[1].Fingerprint(), start.Add(time.Hour))
		},
	}
	for i, act := range acts {
		read, _ := d.Agency("H41")
		copied := read
		copied.Keys, copied.Certificates = slices.Clone(read.Keys), slices.Clone(read.Certificates)
		do(act())
		if !reflect.DeepEqual(read, copied) {
			t.Errorf("act %d: what was read became\n%+v\nwas\n%+v", i, read, copied)
		}
	}
}
