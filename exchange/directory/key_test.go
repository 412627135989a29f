package directory_test

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"hash/crc32"
	"math/big"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/directory"
	"github.com/lienthong/lienthong/exchange/translog"
)

const year = 365 * 24 * time.Hour

// local is where callers of tests sit.
var local = netip.MustParseAddr("10.1.2.3")

// issue makes a key for H41 that must be granted.
func (w *world) issue(o directory.KeyOptions) (string, exchange.Key) {
	w.t.Helper()
	secret, k, err := w.IssueKey(w.t.Context(), by, "H41", o)
	w.must(err)
	return secret, k
}

// sealed gives a forged key text the checksum that it would have.
func sealed(body string) string {
	sum := new(big.Int).SetBytes(binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE([]byte(body)))).Text(62)
	return body + strings.Repeat("0", 6-len(sum)) + sum
}

func TestKeyText(t *testing.T) {
	form := regexp.MustCompile(`^lt_(live|test)_[0-9A-Za-z]{59}$`)
	seen := make(map[string]bool)
	w := planted(t)
	for i := range 100 {
		secret, k := w.issue(directory.KeyOptions{Test: i%2 == 1})
		w.must(w.RevokeKey(t.Context(), by, "H41", k.ID))
		if !form.MatchString(secret) || strings.HasPrefix(secret, "lt_test_") != (i%2 == 1) {
			t.Errorf("key = %q, want lt_live_ or lt_test_ and 59 letters and digits", secret)
		}
		if body := secret[:len(secret)-6]; sealed(body) != secret {
			t.Errorf("key %q does not end in the CRC-32 of the rest, %q", secret, sealed(body))
		}
		if sum := sha256.Sum256([]byte(secret)); string(k.Digest) != string(sum[:]) || k.ID != secret[8:18] {
			t.Errorf("key %q is kept as %+v", secret, k)
		}
		if seen[k.ID] || seen[secret[18:30]] {
			t.Fatal("keys repeat")
		}
		seen[k.ID], seen[secret[18:30]] = true, true
	}
}

func TestIssueKey(t *testing.T) {
	tests := []struct {
		name string
		o    directory.KeyOptions
		want exchange.Key // Until and Allow
		at   string       // places of mistakes
	}{
		{"a year, from anywhere", directory.KeyOptions{}, exchange.Key{Until: start.Add(year)}, ""},
		{"for a time and a network", directory.KeyOptions{Until: at(1).In(time.FixedZone("ICT", 7*3600)), Allow: anywhere()},
			exchange.Key{Until: at(1), Allow: anywhere()}, ""},
		{"for tests", directory.KeyOptions{Test: true}, exchange.Key{Test: true, Until: start.Add(year)}, ""},
		{"three years", directory.KeyOptions{Until: start.Add(3 * year)}, exchange.Key{Until: start.Add(3 * year)}, ""},
		{"longer", directory.KeyOptions{Until: start.Add(3*year + 1)}, exchange.Key{}, "/until"},
		{"no time at all", directory.KeyOptions{Until: start}, exchange.Key{}, "/until"},
		{"ended before", directory.KeyOptions{Until: at(-1)}, exchange.Key{}, "/until"},
		{"a network that is none", directory.KeyOptions{Allow: []netip.Prefix{{}}}, exchange.Key{}, "/allow"},
		{"a network with host bits", directory.KeyOptions{Allow: []netip.Prefix{netip.PrefixFrom(local, 8)}}, exchange.Key{}, "/allow"},
		{"both", directory.KeyOptions{Until: start, Allow: []netip.Prefix{{}}}, exchange.Key{}, "/until /allow"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := planted(t)
			if tt.at != "" {
				w.none("a refused key", func() {
					secret, k, err := w.IssueKey(t.Context(), by, "H41", tt.o)
					if at := strings.Join(places(refused(t, err, exchange.BadRequest)), " "); at != tt.at {
						t.Errorf("mistakes at %q, want %q", at, tt.at)
					}
					if secret != "" || k.ID != "" {
						t.Errorf("a refusal gives the key %q %+v", secret, k)
					}
				})
				return
			}
			_, k := w.issue(tt.o)
			want := tt.want
			want.ID, want.Digest, want.Created = k.ID, k.Digest, start
			if stands := w.get("H41").Keys; !reflect.DeepEqual(k, want) || !reflect.DeepEqual(stands, []exchange.Key{want}) {
				t.Errorf("issued %+v\nstands %+v\nwant %+v", k, stands, want)
			}
		})
	}
}

func TestKeyEntries(t *testing.T) {
	w := planted(t)
	var k exchange.Key
	var secret string
	got := w.one(func() { secret, k = w.issue(directory.KeyOptions{Allow: anywhere()}) })
	want := translog.Entry{V: translog.Schema, Time: start, Type: translog.KeyChanged, Actor: "operator:hoa", Credential: "session-7",
		Addressee: "H41", Kind: "key-issued", Code: k.ID, Side: got.Entry.Side}
	if !reflect.DeepEqual(got.Entry, want) {
		t.Errorf("entry = %+v, want %+v", got.Entry, want)
	}
	wantSide(t, got, map[string]string{"allow": "10.0.0.0/8 2001:db8::/32", "until": "2027-03-02T08:00:00Z"})

	revoke := func() { w.must(w.RevokeKey(t.Context(), by, "H41", k.ID)) }
	w.now = at(1)
	got = w.one(revoke)
	want.Kind, want.Side, want.Time = "key-revoked", "", at(1)
	if !reflect.DeepEqual(got.Entry, want) || got.Side != nil {
		t.Errorf("entry = %+v, want %+v, nothing beside", got.Entry, want)
	}
	w.now = at(2)
	w.none("revoking it twice", revoke)
	if got := w.get("H41").Keys[0].Revoked; got != at(1) {
		t.Errorf("revoked at %v, want %v", got, at(1))
	}
	if _, err := w.Authenticate(secret, local, at(2)); err == nil {
		t.Error("a revoked key opens the hub")
	}
	refused(t, w.RevokeKey(t.Context(), by, "H41", "0000000000"), exchange.NotFound)
	refused(t, w.RevokeKey(t.Context(), by, "H40", k.ID), exchange.NotFound)
	refused(t, w.RevokeKey(t.Context(), by, "H49", k.ID), exchange.NotFound)
}

func TestTwoKeysOfAKind(t *testing.T) {
	w := planted(t)
	ctx := t.Context()
	full := func(o directory.KeyOptions) {
		t.Helper()
		w.none("a third key", func() {
			secret, k, err := w.IssueKey(ctx, by, "H41", o)
			if e := refused(t, err, exchange.Conflict); e.VI == "" || secret != "" || k.ID != "" {
				t.Errorf("refused as %+v, with %q %+v", e, secret, k)
			}
		})
	}
	_, first := w.issue(directory.KeyOptions{})
	w.issue(directory.KeyOptions{Until: at(5)})
	full(directory.KeyOptions{})
	w.issue(directory.KeyOptions{Test: true}) // of the other kind
	w.issue(directory.KeyOptions{Test: true})
	full(directory.KeyOptions{Test: true})
	w.must(w.RevokeKey(ctx, by, "H41", first.ID))
	w.issue(directory.KeyOptions{})
	full(directory.KeyOptions{})
	w.now = at(5)
	w.issue(directory.KeyOptions{})
	full(directory.KeyOptions{})
	_, _, err := w.IssueKey(ctx, by, "H49", directory.KeyOptions{})
	refused(t, err, exchange.NotFound)
}

// Keys of the past are forgotten, oldest first, before those of the present.
func TestTwentyKeysAreKept(t *testing.T) {
	w := planted(t)
	stays, kept := w.issue(directory.KeyOptions{})
	var made []string
	for range 25 {
		_, k := w.issue(directory.KeyOptions{})
		w.must(w.RevokeKey(t.Context(), by, "H41", k.ID))
		made = append(made, k.ID)
	}
	var got []string
	for _, k := range w.get("H41").Keys {
		got = append(got, k.ID)
	}
	if want := append([]string{kept.ID}, made[6:]...); !reflect.DeepEqual(got, want) {
		t.Errorf("%d keys are kept, want the one in use and the latest nineteen:\n%v\n%v", len(got), got, want)
	}
	if _, err := w.Authenticate(stays, local, start); err != nil {
		t.Errorf("the key in use was forgotten: %v", err)
	}
}

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
			want := exchange.Caller{Agency: "H41", Credential: tt.want, Address: from, Test: tt.want == trialKey.ID}
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
	w.must(w.RevokeKey(t.Context(), by, "H41", k.ID))
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
