package directory_test

import (
	"crypto/sha256"
	"encoding/binary"
	"hash/crc32"
	"math/big"
	"net/netip"
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
// holder is whom issue makes keys for: test keys are a sandbox agency's.
func holder(o directory.KeyOptions) exchange.AgencyID {
	if o.Test {
		return "H41.99"
	}
	return "H41"
}

// sandbox is the agency of the test keys.
func (w *world) sandbox() exchange.Agency {
	a, ok := w.Agency("H41.99")
	if !ok {
		a = commune("H41.99")
		a.Sandbox = true
		a = w.put(a)
	}
	return a
}

func (w *world) issue(o directory.KeyOptions) (string, exchange.Key) {
	w.t.Helper()
	if o.Test {
		w.sandbox()
	}
	secret, k, err := w.IssueKey(w.t.Context(), by, holder(o), o)
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
		o := directory.KeyOptions{Test: i%2 == 1}
		secret, k := w.issue(o)
		w.must(w.RevokeKey(t.Context(), by, holder(o), k.ID))
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
			if stands := w.get(holder(tt.o)).Keys; !reflect.DeepEqual(k, want) || !reflect.DeepEqual(stands, []exchange.Key{want}) {
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

func TestTwoKeys(t *testing.T) {
	w := planted(t)
	ctx := t.Context()
	full := func(o directory.KeyOptions) {
		t.Helper()
		w.none("a third key", func() {
			secret, k, err := w.IssueKey(ctx, by, holder(o), o)
			if e := refused(t, err, exchange.Conflict); e.VI == "" || secret != "" || k.ID != "" {
				t.Errorf("refused as %+v, with %q %+v", e, secret, k)
			}
		})
	}
	_, first := w.issue(directory.KeyOptions{})
	w.issue(directory.KeyOptions{Until: at(5)})
	full(directory.KeyOptions{})
	w.issue(directory.KeyOptions{Test: true}) // of the other agency
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

// P10: tests and use do not meet: a key is of its agency's kind, and stays so.
func TestKeysAreOfTheAgencysKind(t *testing.T) {
	w := planted(t)
	w.sandbox()
	for id, test := range map[exchange.AgencyID]bool{"H41": true, "H41.99": false} {
		w.none("a key of the other kind", func() {
			_, _, err := w.IssueKey(t.Context(), by, id, directory.KeyOptions{Test: test})
			if e := refused(t, err, exchange.Conflict); e.VI == "" {
				t.Errorf("refused as %+v, want words in Vietnamese", e)
			}
		})
	}
	secret, k := w.issue(directory.KeyOptions{Test: true})
	a := w.sandbox()
	a.Sandbox = false
	w.none("a sandbox put to use with test keys about", func() {
		_, err := w.Put(t.Context(), by, a)
		refused(t, err, exchange.Conflict)
	})
	w.must(w.RevokeKey(t.Context(), by, a.ID, k.ID))
	a = w.sandbox()
	a.Sandbox = false
	w.put(a)
	if _, err := w.Authenticate(secret, local, start); err == nil {
		t.Error("a revoked test key opens the hub")
	}
}
