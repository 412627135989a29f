package directory_test

import (
	"crypto/rand"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/directory"
)

func TestAuthenticate(t *testing.T) {
	w := planted(t)
	bound := nets("10.1.2.0/24", "2001:db8::/32")
	open, openKey := w.issue(directory.KeyOptions{Until: at(5)})
	tight, tightKey := w.issue(directory.KeyOptions{Allow: bound})
	trial, trialKey := w.issue(directory.KeyOptions{Test: true})
	ending := w.get("H41")
	ending.ClosedAt = at(9)
	w.put(ending)

	swap := func(s string, i int, c byte) string { return s[:i] + string(c) + s[i+1:] }
	other := func(s string, i int) string {
		if s[i] == 'a' {
			return swap(s, i, 'b')
		}
		return swap(s, i, 'a')
	}
	body := open[:len(open)-6]
	tests := []struct {
		name, secret, from string
		at                 time.Time
		want               string // id of the key; empty: refused
	}{
		{"from anywhere", open, "203.0.113.9", start, openKey.ID},
		{"from nowhere known", open, "", start, openKey.ID},
		{"before its end", open, "10.1.2.3", at(5).Add(-1), openKey.ID},
		{"at its end", open, "10.1.2.3", at(5), ""},
		{"a test key", trial, "10.1.2.3", start, trialKey.ID},

		{"from its network", tight, "10.1.2.255", start, tightKey.ID},
		{"from its other network", tight, "2001:db8::7", start, tightKey.ID},
		{"IPv4 in IPv6", tight, "::ffff:10.1.2.3", start, tightKey.ID},
		{"with a zone", tight, "2001:db8::7%eth0", start, tightKey.ID},
		{"from elsewhere", tight, "10.1.3.1", start, ""},
		{"from nowhere known, but bound", tight, "", start, ""},

		{"as the agency ends", tight, "10.1.2.3", at(9).Add(-1), tightKey.ID},
		{"when the agency has ended", tight, "10.1.2.3", at(9), ""},

		{"nothing", "", "10.1.2.3", start, ""},
		{"something else", "secret", "10.1.2.3", start, ""},
		{"a letter of the secret changed", other(open, 40), "10.1.2.3", start, ""},
		{"the same, with its checksum", sealed(other(body, 40)), "10.1.2.3", start, ""},
		{"a letter of the id changed, with its checksum", sealed(other(body, 10)), "10.1.2.3", start, ""},
		{"a live key as test key, with its checksum", sealed("lt_test_" + body[8:]), "10.1.2.3", start, ""},
		{"the last letter changed", other(open, len(open)-1), "10.1.2.3", start, ""},
		{"cut", open[:len(open)-1], "10.1.2.3", start, ""},
		{"longer", open + "a", "10.1.2.3", start, ""},
		{"with a line break", open + "\n", "10.1.2.3", start, ""},
		{"of another kind, with its checksum", sealed("lt_root_" + body[8:]), "10.1.2.3", start, ""},
		{"only zeros, with its checksum", sealed("lt_live_" + strings.Repeat("0", 53)), "10.1.2.3", start, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			from, _ := netip.ParseAddr(tt.from)
			got, err := w.Authenticate(tt.secret, from, tt.at)
			if tt.want == "" {
				// Which of the reasons it was is nobody's business.
				if !reflect.DeepEqual(err, error(&exchange.Error{Kind: exchange.Unauthenticated})) || got != (exchange.Caller{}) {
					t.Errorf("Authenticate = %+v, %#v; want nobody, and no reason", got, err)
				}
				return
			}
			trial := directory.KeyOptions{Test: tt.want == trialKey.ID}
			want := exchange.Caller{Agency: holder(trial), Credential: tt.want, Address: from, Test: trial.Test}
			if err != nil || got != want {
				t.Errorf("Authenticate = %+v, %v; want %+v", got, err, want)
			}
		})
	}
}

// DESIGN P12: the last use is told from memory and never written.
func TestLastUsed(t *testing.T) {
	w := planted(t)
	secret, k := w.issue(directory.KeyOptions{})
	if got := w.LastUsed(k.ID); !got.IsZero() {
		t.Errorf("LastUsed of an unused key = %v", got)
	}
	w.none("using a key", func() {
		for _, hours := range []int{1, 3} {
			if _, err := w.Authenticate(secret, local, at(hours).In(time.FixedZone("ICT", 7*3600))); err != nil {
				t.Fatal(err)
			}
		}
		_, _ = w.Authenticate(secret+"x", local, at(4))
		_, _ = w.Authenticate(secret, local, at(0).Add(2*year))
	})
	if got := w.LastUsed(k.ID); got != at(3) {
		t.Errorf("LastUsed = %v, want %v, the last time it was accepted", got, at(3))
	}
}

// Whoever has the files of the hub has no key to it.
func TestSecretsAreStoredNowhere(t *testing.T) {
	w := planted(t)
	secret, _ := w.issue(directory.KeyOptions{})
	trial, k := w.issue(directory.KeyOptions{Test: true})
	w.must(w.RevokeKey(t.Context(), by, w.sandbox().ID, k.ID))
	endpoint, err := w.SetEndpoint(t.Context(), by, "H41", exchange.Endpoint{URL: "https://a.example.vn", Allow: anywhere()})
	w.must(err)
	for _, r := range w.log() {
		text := spelled(r)
		if r.Side != nil {
			text += string(r.Side.Marshal())
		}
		for _, s := range []string{secret[18:30], trial[18:30], endpoint.Secret} {
			if strings.Contains(text, s) {
				t.Errorf("the log holds a secret: %s", text)
			}
		}
	}
	w.must(w.store.Close())
	files, known := w.files(), 0
	for name, content := range files {
		for _, s := range []string{secret[18:30], trial[18:30]} {
			if strings.Contains(content, s) {
				t.Errorf("%s holds the secret of a key", name)
			}
		}
		known += strings.Count(content, k.ID)
	}
	if known == 0 {
		t.Error("the files do not even hold the key's id: the search is blind")
	}
}

// files are the contents of the store's directory by name.
func (w *world) files() map[string]string {
	w.t.Helper()
	found := make(map[string]string)
	w.must(filepath.WalkDir(w.dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(path)
		found[path] = string(content)
		return err
	}))
	return found
}

// No text but a key itself opens the hub, and none is too odd to be refused.
func FuzzAuthenticate(f *testing.F) {
	w := planted(f)
	secret, k, err := w.IssueKey(f.Context(), by, "H41", directory.KeyOptions{})
	w.must(err)
	f.Add(secret, false)
	f.Add(secret[:len(secret)-6], true)
	f.Add("lt_live_"+k.ID, true)
	f.Add("lt_test_"+rand.Text()+rand.Text()+rand.Text()[:1], true)
	f.Fuzz(func(t *testing.T, text string, seal bool) {
		if seal {
			text = sealed(text)
		}
		who, err := w.Authenticate(text, local, start)
		if (err == nil) != (text == secret) || (err == nil) != (who.Agency == "H41") {
			t.Errorf("Authenticate(%q) = %+v, %v", text, who, err)
		}
	})
}
