package directory_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"math/big"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
	"github.com/lienthong/lienthong/internal/testca"
)

// at is so many hours after the start.
func at(hours int) time.Time { return start.Add(time.Duration(hours) * time.Hour) }

// ofKey is a certificate of its own key, which AddCertificate does not mind: chains are asked elsewhere.
func ofKey(t *testing.T, key crypto.Signer) []byte {
	t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: testca.NotBefore, NotAfter: testca.NotAfter}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func ofCurve(t *testing.T, c elliptic.Curve) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(c, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return ofKey(t, key)
}

func ofRSA(t *testing.T, bits int) []byte {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	return ofKey(t, key)
}

func ofEd25519(t *testing.T) []byte {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return ofKey(t, key)
}

func TestCertificateRules(t *testing.T) {
	usage := func(u x509.KeyUsage) []byte { return leaf(t, func(c *x509.Certificate) { c.KeyUsage = u }) }
	ends := func(until time.Time) []byte { return leaf(t, func(c *x509.Certificate) { c.NotAfter = until }) }
	tests := []struct {
		name        string
		der         []byte
		from, until time.Time
		want        string
	}{
		{"RSA of 2048 bits", leaf(t), time.Time{}, time.Time{}, ""},
		{"RSA of 1536 bits", ofRSA(t, 1536), time.Time{}, time.Time{}, "/certificate"},
		{"P-256", ofCurve(t, elliptic.P256()), time.Time{}, time.Time{}, ""},
		{"P-384", ofCurve(t, elliptic.P384()), time.Time{}, time.Time{}, ""},
		{"P-521", ofCurve(t, elliptic.P521()), time.Time{}, time.Time{}, ""},
		{"P-224", ofCurve(t, elliptic.P224()), time.Time{}, time.Time{}, "/certificate"},
		{"Ed25519", ofEd25519(t), time.Time{}, time.Time{}, "/certificate"},

		{"an authority", testca.New(t).Cert.Raw, time.Time{}, time.Time{}, "/certificate /certificate"},
		{"for signatures", usage(x509.KeyUsageDigitalSignature), time.Time{}, time.Time{}, ""},
		{"for commitment", usage(x509.KeyUsageContentCommitment), time.Time{}, time.Time{}, ""},
		{"for nothing in particular", usage(0), time.Time{}, time.Time{}, ""},
		{"for encipherment", usage(x509.KeyUsageKeyEncipherment), time.Time{}, time.Time{}, "/certificate"},

		{"nothing", nil, time.Time{}, time.Time{}, "/certificate"},
		{"no certificate", []byte("PEM"), time.Time{}, time.Time{}, "/certificate"},
		{"two in one", append(leaf(t), leaf(t)...), time.Time{}, time.Time{}, "/certificate"},

		{"expired", ends(start.Add(-time.Hour)), time.Time{}, time.Time{}, "/until"},
		{"ends as it begins", ends(start), time.Time{}, time.Time{}, "/until"},
		{"ends a moment later", ends(start.Add(time.Second)), time.Time{}, time.Time{}, ""},
		{"begins after its end", ends(at(5)), at(6), time.Time{}, "/until"},
		{"later", leaf(t), at(6), at(7), ""},
		{"in the past", leaf(t), at(-7), at(-6), ""},
		{"empty time", leaf(t), at(6), at(6), "/until"},
		{"time the wrong way round", leaf(t), at(6), at(5), "/until"},
		{"ended before now, begun now", leaf(t), time.Time{}, at(-1), "/until"},
	}
	w := planted(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.want == "" {
				fresh := planted(t)
				got, err := fresh.AddCertificate(t.Context(), by, "H41", tt.der, tt.from, tt.until)
				fresh.must(err)
				if stands := fresh.get("H41").Certificates; !reflect.DeepEqual(stands, []exchange.Certificate{got}) {
					t.Errorf("AddCertificate = %+v, but there stands %+v", got, stands)
				}
				return
			}
			w.none("a refused certificate", func() {
				_, err := w.AddCertificate(t.Context(), by, "H41", tt.der, tt.from, tt.until)
				if at := strings.Join(places(refused(t, err, exchange.BadRequest)), " "); at != tt.want {
					t.Errorf("mistakes at %q, want %q (%v)", at, tt.want, err)
				}
			})
		})
	}
}

func TestCertificateEntries(t *testing.T) {
	w := planted(t)
	der := leaf(t)
	var c exchange.Certificate
	got := w.one(func() {
		var err error
		c, err = w.AddCertificate(t.Context(), by, "H41", der, time.Time{}, at(9).In(time.FixedZone("ICT", 7*3600)))
		w.must(err)
	})
	if want := (exchange.Certificate{DER: der, From: start, Until: at(9)}); !reflect.DeepEqual(c, want) {
		t.Errorf("enrolled as %+v, want from now, in UTC", c)
	}
	want := translog.Entry{V: translog.Schema, Time: start, Type: translog.KeyChanged, Actor: "operator:hoa", Credential: "session-7",
		Addressee: "H41", Kind: "certificate-added", Cert: c.Fingerprint()}
	if !reflect.DeepEqual(got.Entry, want) || got.Side != nil {
		t.Errorf("entry = %+v, want %+v, nothing beside", got.Entry, want)
	}
	end := func(at time.Time) func() {
		return func() { w.must(w.EndCertificate(t.Context(), by, "H41", c.Fingerprint(), at)) }
	}
	got = w.one(end(at(5).In(time.FixedZone("ICT", 7*3600))))
	want.Kind = "certificate-ended"
	if !reflect.DeepEqual(got.Entry, want) || got.Side != nil {
		t.Errorf("entry = %+v, want %+v, nothing beside", got.Entry, want)
	}
	if got := w.get("H41").Certificates[0].Until; got != at(5) {
		t.Errorf("ends at %v, want %v", got, at(5))
	}
	w.none("ending what ends then", end(at(5)))
	w.none("ending later what ends earlier", end(at(6)))
	w.one(end(at(4)))
	w.now = at(3)
	w.one(end(time.Time{}))
	if got := w.get("H41").Certificates[0].Until; got != at(3) {
		t.Errorf("ends at %v, want now, %v", got, at(3))
	}
}

// TestSharers: who else has a certificate, as long as it holds here and there or will.
func TestSharers(t *testing.T) {
	w := planted(t)
	der, other := leaf(t), leaf(t, func(c *x509.Certificate) { c.SerialNumber = big.NewInt(77) })
	sharers := func(want ...exchange.AgencyID) {
		t.Helper()
		if got := w.Sharers("H41", der); !slices.Equal(got, want) {
			t.Errorf("%v at %v, want %v", got, w.now, want)
		}
	}
	add := func(id exchange.AgencyID, der []byte, from, until time.Time) {
		_, err := w.AddCertificate(t.Context(), by, id, der, from, until)
		w.must(err)
	}
	add("H41", der, time.Time{}, time.Time{})
	add("H40.1", other, time.Time{}, time.Time{})
	sharers()
	add("H40", der, at(2), at(4))
	add("H40.1", der, time.Time{}, at(3))
	sharers("H40", "H40.1")
	w.now = at(3)
	sharers("H40")
	w.now = at(4)
	sharers()
	add("H40.1.1", der, time.Time{}, time.Time{})
	sharers("H40.1.1")
	w.must(w.EndCertificate(t.Context(), by, "H41", exchange.Certificate{DER: der}.Fingerprint(), at(5)))
	sharers("H40.1.1")
	w.now = at(5) // what was this agency's is the other's now, and shared no more
	sharers()
}

// TestPinCertificate: an operator's act with an end, logged as what it is.
func TestPinCertificate(t *testing.T) {
	w := planted(t)
	der := leaf(t)
	_, err := w.PinCertificate(t.Context(), by, "H41", der, time.Time{}, time.Time{})
	refused(t, err, exchange.BadRequest)
	_, err = w.PinCertificate(t.Context(), exchange.Caller{Agency: "H41"}, "H41", der, time.Time{}, at(9))
	refused(t, err, exchange.Forbidden)
	var c exchange.Certificate
	got := w.one(func() {
		c, err = w.PinCertificate(t.Context(), by, "H41", der, time.Time{}, at(9))
		w.must(err)
	})
	if want := (exchange.Certificate{DER: der, From: start, Until: at(9), Pinned: true}); !reflect.DeepEqual(c, want) {
		t.Errorf("pinned as %+v, want %+v", c, want)
	}
	if got.Entry.Type != translog.KeyChanged || got.Entry.Kind != "certificate-pinned" || got.Entry.Cert != c.Fingerprint() {
		t.Errorf("logged as %+v", got.Entry)
	}
	_, err = w.AddCertificate(t.Context(), by, "H41", der, time.Time{}, at(9))
	refused(t, err, exchange.Conflict)
	if list := w.get("H41").Certificates; len(list) != 1 || !list[0].Pinned {
		t.Errorf("enrolled are %+v, want the pinned one", list)
	}
}

func TestEndCertificate(t *testing.T) {
	der := leaf(t)
	print := exchange.Certificate{DER: der}.Fingerprint()
	tests := []struct {
		name string
		end  time.Time
		want []time.Time // when those that stay end; enrolled for [0,4) and [6,∞)
	}{
		{"before both", at(-1), nil},
		{"as the first begins", at(0), nil},
		{"within the first", at(3), []time.Time{at(3)}},
		{"between them", at(5), []time.Time{at(4)}},
		{"within the second", at(7), []time.Time{at(4), at(7)}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := planted(t)
			for _, span := range [][2]time.Time{{at(0), at(4)}, {at(6), {}}} {
				_, err := w.AddCertificate(t.Context(), by, "H41", der, span[0], span[1])
				w.must(err)
			}
			other, err := w.AddCertificate(t.Context(), by, "H41", leaf(t, func(c *x509.Certificate) { c.NotBefore = start }), time.Time{}, at(1))
			w.must(err)
			w.must(w.EndCertificate(t.Context(), by, "H41", print, tt.end))
			var got []time.Time
			for _, c := range w.get("H41").Certificates {
				if c.Fingerprint() != other.Fingerprint() {
					got = append(got, c.Until)
				} else if !c.Until.Equal(at(1)) {
					t.Errorf("another certificate now ends at %v", c.Until)
				}
			}
			if !reflect.DeepEqual(got, tt.want) {
				t.Errorf("left are those that end %v, want %v", got, tt.want)
			}
		})
	}
	w := planted(t)
	refused(t, w.EndCertificate(t.Context(), by, "H41", print, time.Time{}), exchange.NotFound)
	refused(t, w.EndCertificate(t.Context(), by, "H49", print, time.Time{}), exchange.NotFound)
}

func TestTwoCertificatesInForce(t *testing.T) {
	a, b, c := leaf(t), ofCurve(t, elliptic.P256()), ofCurve(t, elliptic.P384())
	short := leaf(t, func(c *x509.Certificate) { c.NotAfter = at(4) })
	type span struct {
		der         []byte
		from, until time.Time
	}
	none := time.Time{}
	tests := []struct {
		name string
		have []span
		add  span
		ok   bool
	}{
		{"the second", []span{{a, at(0), none}}, span{b, at(1), none}, true},
		{"a third", []span{{a, at(0), none}, {b, at(1), none}}, span{c, at(2), none}, false},
		{"a third before both", []span{{a, at(5), none}, {b, at(6), none}}, span{c, at(0), none}, false},
		{"a third that ends as the second begins", []span{{a, at(5), none}, {b, at(6), none}}, span{c, at(0), at(6)}, true},
		{"a third that begins as the first ends", []span{{a, at(0), at(2)}, {b, at(1), none}}, span{c, at(2), none}, true},
		{"a third that begins a moment earlier", []span{{a, at(0), at(2)}, {b, at(1), none}}, span{c, at(2).Add(-1), none}, false},
		{"a third for an hour amid both", []span{{a, at(0), at(9)}, {b, at(0), at(9)}}, span{c, at(4), at(5)}, false},
		{"a third over two that never meet", []span{{a, at(0), at(2)}, {b, at(3), at(5)}}, span{c, at(0), none}, true},
		{"a third after one that has expired by itself", []span{{short, at(0), none}, {b, at(0), none}}, span{c, at(5), none}, true},
		{"a third before it has expired", []span{{short, at(0), none}, {b, at(0), none}}, span{c, at(3), none}, false},
		{"its own end is before the one set", []span{{short, at(0), at(9)}, {b, at(0), none}}, span{c, at(5), none}, true},
		{"the same again", []span{{a, at(0), none}}, span{a, at(1), none}, false},
		{"the same, around", []span{{a, at(3), at(4)}}, span{a, at(0), none}, false},
		{"the same after its end", []span{{a, at(0), at(2)}}, span{a, at(2), none}, true},
		{"the same before its beginning", []span{{a, at(2), none}}, span{a, at(0), at(2)}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := planted(t)
			for _, s := range tt.have {
				_, err := w.AddCertificate(t.Context(), by, "H41", s.der, s.from, s.until)
				w.must(err)
			}
			_, err := w.AddCertificate(t.Context(), by, "H41", tt.add.der, tt.add.from, tt.add.until)
			if tt.ok {
				w.must(err)
				return
			}
			if e := refused(t, err, exchange.Conflict); e.Path != "/from" || e.VI == "" {
				t.Errorf("refused as %+v", e)
			}
		})
	}
}

// Activation times are what the hub's rule looks at.
func TestCertificateSignsInItsTime(t *testing.T) {
	w := planted(t)
	der := leaf(t)
	cert, err := x509.ParseCertificate(der)
	w.must(err)
	_, err = w.AddCertificate(t.Context(), by, "H41", der, at(1), at(3))
	w.must(err)
	for hours, want := range map[int]bool{0: false, 1: true, 2: true, 3: false} {
		if got := w.get("H41").Signs(cert, at(hours)); got != want {
			t.Errorf("signs %d hours from the start: %v, want %v", hours, got, want)
		}
	}
	_, err = w.AddCertificate(t.Context(), by, "H49", der, at(1), at(3))
	refused(t, err, exchange.NotFound)
}

func TestAddCertificateKeepsACopy(t *testing.T) {
	w := planted(t)
	der := leaf(t)
	_, err := w.AddCertificate(t.Context(), by, "H41", der, time.Time{}, time.Time{})
	w.must(err)
	before := w.get("H41").Certificates[0].Fingerprint()
	clear(der)
	if got := w.get("H41").Certificates[0].Fingerprint(); got != before {
		t.Error("the certificate changed with the caller's bytes")
	}
}
