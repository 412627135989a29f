package signing_test

import (
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/lienthong/lienthong/internal/testca"
	"github.com/lienthong/lienthong/signing"
)

func year(y int) time.Time { return time.Date(y, 1, 1, 0, 0, 0, 0, time.UTC) }

// TestTrust: whose certificate is taken, and when.
func TestTrust(t *testing.T) {
	from2020to2030 := func(c *x509.Certificate) { c.NotBefore, c.NotAfter = year(2020), year(2030) }
	usage := func(u x509.KeyUsage) func(*x509.Certificate) {
		return func(c *x509.Certificate) { c.KeyUsage = u }
	}
	extended := func(known []x509.ExtKeyUsage, unknown ...asn1.ObjectIdentifier) func(*x509.Certificate) {
		return func(c *x509.Certificate) { c.ExtKeyUsage, c.UnknownExtKeyUsage = known, unknown }
	}
	documentSigning := asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 36}
	for _, c := range []struct {
		name   string
		change func(*x509.Certificate)
		at     time.Time
		want   string
	}{
		{"as issued", func(*x509.Certificate) {}, at, "good"},
		{"in its first second", from2020to2030, year(2020), "good"},
		{"in its last second", from2020to2030, year(2030), "good"},
		{"before it", from2020to2030, year(2020).Add(-time.Second), "bad:not-yet-valid"},
		{"after it", from2020to2030, year(2030).Add(time.Second), "bad:expired"},
		{"for content commitment only", usage(x509.KeyUsageContentCommitment), at, "good"},
		{"for digital signatures only", usage(x509.KeyUsageDigitalSignature), at, "good"},
		{"for encryption only", usage(x509.KeyUsageKeyEncipherment), at, "bad:key-usage"},
		{"for nothing said", usage(0), at, "bad:key-usage"},
		{"an authority's", func(c *x509.Certificate) { c.IsCA = true; c.KeyUsage |= x509.KeyUsageCertSign }, at, "bad:key-usage"},
		{"a server's", extended([]x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}), at, "bad:key-usage"},
		{"a code signer's", extended([]x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning}), at, "bad:key-usage"},
		{"a time stamper's", extended([]x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping}), at, "bad:key-usage"},
		{"for any use", extended([]x509.ExtKeyUsage{x509.ExtKeyUsageAny}), at, "good"},
		{"for clients", extended([]x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}), at, "good"},
		{"for signing documents, by Microsoft", extended(nil, asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 10, 3, 12}), at, "good"},
		{"for signing documents, by Adobe", extended(nil, asn1.ObjectIdentifier{1, 2, 840, 113583, 1, 1, 5}), at, "good"},
		{"for mail", extended([]x509.ExtKeyUsage{x509.ExtKeyUsageEmailProtection}), at, "good"},
		{"for signing documents", extended(nil, documentSigning), at, "good"},
		{"for something unknown", extended(nil, asn1.ObjectIdentifier{1, 2, 3}), at, "bad:key-usage"},
	} {
		ca := testca.New(t)
		signed := ca.Leaf("Sở Mẫu", c.change).Sign([]byte(envelope("x")))
		p := signing.Policy{At: c.at, Anchors: ca.Anchors()}
		if got := verdict(t, signed, p); got != c.want {
			t.Errorf("a certificate %s: %s, want %s", c.name, got, c.want)
		}
		if got := verdict(t, signed, p); got != c.want {
			t.Errorf("a certificate %s, asked again: %s, want %s", c.name, got, c.want)
		}
	}
}

// TestVerdictsAreRememberedForTheirTimeOnly: the anchors remember a chain, and
// refuse the same certificate all the same where the chain is not valid.
func TestVerdictsAreRememberedForTheirTimeOnly(t *testing.T) {
	ca := testca.New(t)
	leaf := ca.Leaf("Sở Mẫu", func(c *x509.Certificate) { c.NotBefore, c.NotAfter = year(2020), year(2030) })
	signed := leaf.Sign([]byte(envelope("x")))
	anchors := ca.Anchors()
	for _, c := range []struct {
		at   time.Time
		want string
	}{
		{year(2025), "good"},
		{year(2031), "bad:expired"},
		{year(2019), "bad:not-yet-valid"},
		{year(2025), "good"},
	} {
		if got := verdict(t, signed, signing.Policy{At: c.at, Anchors: anchors}); got != c.want {
			t.Errorf("in %d: %s, want %s", c.at.Year(), got, c.want)
		}
	}
}

func TestChains(t *testing.T) {
	ca := testca.New(t)
	below := ca.Intermediate("Cơ quan cấp dưới")
	leaf := below.Leaf("Sở Mẫu")
	alone := leaf.Sign([]byte(envelope("x")))
	withChain := leaf.Sign([]byte(envelope("x")), below.Cert)
	both := signing.NewAnchors([]*x509.Certificate{ca.Cert}, []*x509.Certificate{below.Cert})
	bySHA1 := func(c *x509.Certificate) { c.SignatureAlgorithm = x509.SHA1WithRSA }
	old := ca.Intermediate("Cơ quan xưa", bySHA1)
	oldLeaf, ofOld := ca.Leaf("Sở xưa", bySHA1), old.Leaf("Sở Mẫu")
	oldAlone, oldChain := oldLeaf.Sign([]byte(envelope("x"))), ofOld.Sign([]byte(envelope("x")), old.Cert)
	for _, c := range []struct {
		name   string
		raw    []byte
		policy signing.Policy
		want   string
	}{
		{"the document brings the intermediate", withChain, signing.Policy{Anchors: ca.Anchors()}, "good"},
		{"nobody has it", alone, signing.Policy{Anchors: ca.Anchors()}, "bad:untrusted"},
		{"the policy has it", alone, signing.Policy{Anchors: both}, "good"},
		{"another authority", withChain, signing.Policy{Anchors: testca.Foreign(t).Anchors()}, "bad:untrusted"},
		{"no anchors", withChain, signing.Policy{}, "bad:untrusted"},
		{"the zero anchors", withChain, signing.Policy{Anchors: new(signing.Anchors)}, "bad:untrusted"},
		{"pinned, without anchors", alone, signing.Policy{Pinned: []*x509.Certificate{ca.Cert, leaf.Cert}}, "good"},
		{"its authority pinned", alone, signing.Policy{Pinned: []*x509.Certificate{ca.Cert}}, "bad:untrusted"},
		{"certified by SHA-1", oldAlone, signing.Policy{Anchors: ca.Anchors()}, "bad:untrusted"},
		{"certified by SHA-1, pinned", oldAlone, signing.Policy{Anchors: ca.Anchors(), Pinned: []*x509.Certificate{oldLeaf.Cert}}, "good"},
		{"certified by SHA-1 further up", oldChain, signing.Policy{Anchors: ca.Anchors()}, "bad:untrusted"},
		{"certified by SHA-1 further up, pinned", oldChain, signing.Policy{Anchors: ca.Anchors(), Pinned: []*x509.Certificate{ofOld.Cert}}, "good"},
	} {
		c.policy.At = at
		if got := verdict(t, c.raw, c.policy); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// TestIntermediatesOfADocumentStayItsOwn: what one document brings is neither
// kept nor of use to another.
func TestIntermediatesOfADocumentStayItsOwn(t *testing.T) {
	ca := testca.New(t)
	below := ca.Intermediate("Cơ quan cấp dưới")
	withChain := below.Leaf("Sở Mẫu").Sign([]byte(envelope("x")), below.Cert)
	alone := below.Leaf("Sở khác").Sign([]byte(envelope("x")))
	p := signing.Policy{At: at, Anchors: ca.Anchors()}
	if got := verdict(t, withChain, p); got != "good" {
		t.Errorf("with its chain: %s, want good", got)
	}
	if got := verdict(t, alone, p); got != "bad:untrusted" {
		t.Errorf("another document, without: %s, want bad:untrusted", got)
	}
}

// TestTheWholeChainIsJudgedByTime: a certificate is worth no more than those
// above it, as of the policy's time and not of the clock's.
func TestTheWholeChainIsJudgedByTime(t *testing.T) {
	ca := testca.New(t)
	below := ca.Intermediate("Cơ quan cấp dưới", func(c *x509.Certificate) { c.NotBefore, c.NotAfter = year(2016), year(2020) })
	signed := below.Leaf("Sở Mẫu").Sign([]byte(envelope("x")), below.Cert)
	anchors := ca.Anchors()
	for _, c := range []struct {
		at   time.Time
		want string
	}{
		{year(2018), "good"}, // and now it is remembered
		{year(2021), "bad:expired"},
		{year(2015).AddDate(0, 6, 0), "bad:expired"},
		{year(2018), "good"},
	} {
		if got := verdict(t, signed, signing.Policy{At: c.at, Anchors: anchors}); got != c.want {
			t.Errorf("as of %v: %s, want %s", c.at, got, c.want)
		}
	}
}

// TestHugeKeysAreNoPartOfAChain: a stranger may send intermediates, whose keys
// are used before anything is known of them.
func TestHugeKeysAreNoPartOfAChain(t *testing.T) {
	ca := testca.New(t)
	root, signer := ca.Leaf("gốc"), ca.Leaf("Sở Mẫu")
	for _, c := range []struct {
		name string
		key  *rsa.PrivateKey
		want string
	}{
		{"2048 bits", ca.Leaf("trung gian").Key, "good"},
		{"10240 bits", hugeKey(t), "bad:untrusted"},
	} {
		top := issue(t, "gốc", &root.Key.PublicKey, nil, root.Key)
		middle := issue(t, "trung gian", &c.key.PublicKey, top, root.Key)
		leaf := issue(t, "Sở Mẫu", &signer.Key.PublicKey, middle, c.key)
		signed, err := signing.Sign([]byte(envelope("x")), signer.Key, leaf, middle)
		if err != nil {
			t.Fatal(err)
		}
		p := signing.Policy{At: at, Anchors: signing.NewAnchors([]*x509.Certificate{top}, nil)}
		if got := verdict(t, signed, p); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// hugeKey makes a key of 10,240 bits from the primes of five.
func hugeKey(t *testing.T) *rsa.PrivateKey {
	t.Helper()
	ca := testca.New(t)
	key := &rsa.PrivateKey{PublicKey: rsa.PublicKey{N: big.NewInt(1), E: 65537}}
	phi := big.NewInt(1)
	for range 5 {
		for _, p := range ca.Leaf("x").Key.Primes {
			key.Primes = append(key.Primes, p)
			key.N.Mul(key.N, p)
			phi.Mul(phi, new(big.Int).Sub(p, big.NewInt(1)))
		}
	}
	key.D = new(big.Int).ModInverse(big.NewInt(int64(key.E)), phi)
	return key
}

// issue makes a certificate; one with a parent and the name of the signer is a
// leaf's, all others are authorities'.
func issue(t *testing.T, name string, key *rsa.PublicKey, parent *x509.Certificate, by *rsa.PrivateKey) *x509.Certificate {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: year(2020), NotAfter: year(2030),
		BasicConstraintsValid: true, IsCA: name != "Sở Mẫu", KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	if parent == nil {
		parent = template
	}
	der, err := x509.CreateCertificate(nil, template, parent, key, by)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

// TestPinnedIsJudgedByTimeAndUse: pinning replaces the chain and nothing else.
func TestPinnedIsJudgedByTimeAndUse(t *testing.T) {
	ca := testca.Foreign(t)
	for name, c := range map[string]struct {
		change func(*x509.Certificate)
		want   string
	}{
		"expired":        {func(c *x509.Certificate) { c.NotAfter = year(2020) }, "bad:expired"},
		"for encryption": {func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageKeyEncipherment }, "bad:key-usage"},
	} {
		leaf := ca.Leaf("Sở Mẫu", c.change)
		p := signing.Policy{At: at, Pinned: []*x509.Certificate{leaf.Cert}}
		if got := verdict(t, leaf.Sign([]byte(envelope("x"))), p); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// TestChainOfTheSigner: what revocation is asked about, from the signer to the anchor.
func TestChainOfTheSigner(t *testing.T) {
	ca := testca.New(t)
	below := ca.Intermediate("Cơ quan cấp dưới")
	leaf := below.Leaf("Sở Mẫu")
	signed := leaf.Sign([]byte(envelope("x")), below.Cert)
	anchors := ca.Anchors()
	for _, c := range []struct {
		name   string
		policy signing.Policy
		want   []*x509.Certificate
	}{
		{"by an intermediate", signing.Policy{Anchors: anchors}, []*x509.Certificate{leaf.Cert, below.Cert, ca.Cert}},
		{"the same, remembered", signing.Policy{Anchors: anchors}, []*x509.Certificate{leaf.Cert, below.Cert, ca.Cert}},
		{"pinned", signing.Policy{Pinned: []*x509.Certificate{leaf.Cert}}, []*x509.Certificate{leaf.Cert}},
	} {
		c.policy.At = at
		if got := mustVerify(t, signed, c.policy).Chain(); !slices.EqualFunc(got, c.want, (*x509.Certificate).Equal) {
			t.Errorf("%s: %d certificates, want %d", c.name, len(got), len(c.want))
		}
	}
	both := signing.NewAnchors([]*x509.Certificate{ca.Cert}, []*x509.Certificate{below.Cert})
	if got, err := both.Chain(leaf.Cert, at); err != nil || len(got) != 3 {
		t.Errorf("a certificate by itself: %d, %v, want 3 certificates", len(got), err)
	}
	if _, err := ca.Anchors().Chain(leaf.Cert, at); err == nil {
		t.Error("a certificate by itself, without what is in between: want a refusal")
	}
	if got, ok := both.Issuer(leaf.Cert); !ok || !got.Equal(below.Cert) {
		t.Errorf("issued by %v, want by %v", got, below.Cert.Subject)
	}
	if got, ok := ca.Anchors().Issuer(leaf.Cert); ok {
		t.Errorf("issued by %v, want by nobody known", got.Subject)
	}
}

// TestCertificatePolicies: the signer's own certificate must assert one of those
// that are accepted, each time anew.
func TestCertificatePolicies(t *testing.T) {
	state, other, anything := oid(t, 1, 3, 6, 1, 4, 1, 99999, 1), oid(t, 1, 3, 6, 1, 4, 1, 99999, 2), oid(t, 2, 5, 29, 32, 0)
	issued := func(ids ...x509.OID) func(*x509.Certificate) {
		return func(c *x509.Certificate) { c.Policies = ids }
	}
	for _, c := range []struct {
		name   string
		change func(*x509.Certificate)
		accept []x509.OID
		want   string
	}{
		{"any is accepted", issued(), nil, "good"},
		{"the one accepted", issued(state), []x509.OID{state}, "good"},
		{"one of two accepted", issued(other, state), []x509.OID{anything, state}, "good"},
		{"another", issued(other), []x509.OID{state}, "bad:certificate-policy"},
		{"none", issued(), []x509.OID{state}, "bad:certificate-policy"},
		{"any, which says nothing", issued(anything), []x509.OID{state}, "bad:certificate-policy"},
	} {
		ca := testca.New(t)
		leaf := ca.Leaf("Sở Mẫu", c.change)
		signed := leaf.Sign([]byte(envelope("x")))
		p := signing.Policy{At: at, Anchors: ca.Anchors()}
		if got := verdict(t, signed, p); got != "good" { // remembered without asking for a policy
			t.Errorf("%s: %s where any is accepted", c.name, got)
		}
		p.CertificatePolicies = c.accept
		if got := verdict(t, signed, p); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
		p.Pinned = []*x509.Certificate{leaf.Cert}
		if got := verdict(t, signed, p); got != "good" {
			t.Errorf("%s, pinned: %s, want good", c.name, got)
		}
	}
}

func oid(t *testing.T, id ...uint64) x509.OID {
	t.Helper()
	o, err := x509.OIDFromInts(id)
	if err != nil {
		t.Fatal(err)
	}
	return o
}
