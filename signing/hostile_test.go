package signing_test

import (
	"crypto"
	"crypto/elliptic"
	"crypto/x509"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/lienthong/lienthong/internal/testca"
	"github.com/lienthong/lienthong/signing"
)

// The tests beginning with TestHostile make documents, one class a file: each
// attack in each shape that a good signature may have. All signatures are real.
// What an attack must come to is said where it is made, not asked of the code:
// it is refused, or it is one of the changes that mean nothing, and then what is
// read is exactly what was signed.

// A shape is one way to sign.
type shape struct {
	place string // first, last, header or digital
	id    string // the root's attribute that the Reference names, "" for URI=""
	form  string // canonicalisation of both, but for refForm
	ref   string // of the Reference
	alg   string // rsa-sha256, rsa-sha384, rsa-sha512, ecdsa-sha256
}

func (s shape) String() string {
	return fmt.Sprintf("%s, by %q, %s and %s, %s", s.place, s.id, last(s.form), last(s.ref), s.alg)
}

func isExclusive(form string) bool { return strings.Contains(form, "exc-c14n") }

func last(uri string) string { return uri[strings.LastIndexByte(strings.TrimSuffix(uri, "#"), '/')+1:] }

// shapes are all of them.
func shapes() (all []shape) {
	forms := []string{exclusive, inclusive, exclusive + "WithComments", inclusive + "#WithComments", inclusive11}
	for _, place := range []string{"first", "last", "header", "digital"} {
		for _, id := range []string{"", "Id", "ID", "id", "xml:id"} {
			for _, form := range forms {
				for _, ref := range forms {
					for _, alg := range []string{"rsa-sha256", "rsa-sha384", "rsa-sha512", "ecdsa-sha256"} {
						all = append(all, shape{place, id, form, ref, alg})
					}
				}
			}
		}
	}
	return all
}

// someShapes are n of them by chance; with LIENTHONG_TEST_LONG a hundred times as
// many. Those of every place and both sorts of Reference come first.
func someShapes(tb testing.TB, n int) (some []shape) {
	tb.Helper()
	forms := []string{exclusive, inclusive, inclusive11, exclusive + "WithComments"}
	for i, id := range []string{"", "Id"} {
		for j, place := range []string{"header", "first", "last", "digital"} {
			some = append(some, shape{place, id, forms[(i+j)%4], forms[j], "rsa-sha256"})
		}
	}
	all := shapes()
	chance(tb).Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return append(some, all...)[:min(long(n, 100*n), len(some)+len(all))]
}

const (
	goodOrgan, evilOrgan     = "000.00.31.H44", "000.00.66.H44"
	goodSubject, evilSubject = "V/v tuyển dụng", "V/v thôi việc"
)

// skeleton is the document, with marks where things go. Its values stand once.
const skeleton = `<edXML xmlns="urn:e"{id}>{first}<edXMLEnvelope xmlns:e="urn:e"><e:edXMLHeader><e:MessageHeader>` +
	`<e:From><e:OrganId>` + goodOrgan + `</e:OrganId></e:From><e:To><e:OrganId>000.00.24.H44</e:OrganId></e:To>` +
	`<e:Subject>` + goodSubject + `</e:Subject></e:MessageHeader>{header}</e:edXMLHeader></edXMLEnvelope>{digital}` +
	`<AttachmentEncoded><Content>UERG</Content></AttachmentEncoded>{last}</edXML>`

// document is the skeleton of a shape, with @ where the signature goes.
func (s shape) document() string {
	at := map[string]string{s.place: "@"}
	if s.place == "digital" {
		at["digital"] = "<DigitalSignature>@</DigitalSignature>"
	}
	id := ""
	if s.id != "" {
		id = " " + s.id + `="doc"`
	}
	return strings.NewReplacer("{id}", id, "{first}", at["first"], "{header}", at["header"], "{digital}", at["digital"], "{last}", at["last"]).
		Replace(skeleton)
}

// A kit is what an attacker has: good documents in one shape, a key that nobody
// trusts, and for the attacks that look at one rule alone the signer's key too.
type kit struct {
	t      testing.TB
	shape  shape
	forger forger // signs in this shape
	policy signing.Policy

	good                  string // a signed document
	root                  string // its first tag
	inner                 string // what is between that and the last one
	before, sig, after    string // the same, around the signature
	unsigned, evil        string // inner without signature; the same with other values
	ca                    *testca.CA
	leaf, other, foreign  *testca.Leaf // the signer, another agency, a stranger
	idAttr, noIDRoot, end string
}

// kits makes one for each shape.
func kits(t testing.TB, some []shape) (all []*kit) {
	t.Helper()
	ca := testca.New(t)
	leaf, other := ca.Leaf("Sở Mẫu"), ca.Leaf("Sở Khác")
	strangers := testca.Foreign(t)
	_, _ = strangers.Leaf("x"), strangers.Leaf("y") // they have the keys of the two above
	foreign := strangers.Leaf("Sở Lạ")
	curve := ecForger(t, elliptic.P256(), crypto.SHA256)
	p := signing.Policy{At: at, Anchors: ca.Anchors(), Pinned: []*x509.Certificate{curve.cert}}
	for _, s := range some {
		k := &kit{t: t, shape: s, policy: p, ca: ca, leaf: leaf, other: other, foreign: foreign}
		k.forger = s.forger(leaf, curve)
		k.take(string(k.forger.make(t)))
		all = append(all, k)
	}
	return all
}

func (s shape) forger(leaf *testca.Leaf, curve forger) forger {
	var f forger
	switch s.alg {
	case "rsa-sha256":
		f = rsaForger(leaf.Key, leaf.Cert, crypto.SHA256)
	case "rsa-sha384":
		f = rsaForger(leaf.Key, leaf.Cert, crypto.SHA384)
	case "rsa-sha512":
		f = rsaForger(leaf.Key, leaf.Cert, crypto.SHA512)
	default:
		f = curve
	}
	f.document, f.form, f.refForm, f.method = s.document(), s.form, s.ref, more2001+s.alg
	if s.id != "" {
		f.uri = "#doc"
	}
	return f
}

// take takes a good document apart.
func (k *kit) take(good string) {
	k.good = good
	i, j := strings.IndexByte(good, '>')+1, strings.LastIndex(good, "</")
	k.root, k.inner, k.end = good[:i], good[i:j], good[j:]
	const open, end = "<ds:Signature ", "</ds:Signature>"
	a, b := strings.Index(k.inner, open), strings.Index(k.inner, end)+len(end)
	k.before, k.sig, k.after = k.inner[:a], k.inner[a:b], k.inner[b:]
	k.unsigned = k.before + k.after
	k.evil = evil(k.unsigned)
	k.noIDRoot = `<edXML xmlns="urn:e">`
	k.idAttr = strings.TrimSuffix(strings.TrimPrefix(k.root, `<edXML xmlns="urn:e"`), ">")
}

func evil(s string) string {
	return strings.NewReplacer(goodOrgan, evilOrgan, goodSubject, evilSubject).Replace(s)
}

// original is the document as it was before it was signed.
func (k *kit) original() string { return k.root + k.unsigned + k.end }

// whole puts what may be inside a root of this shape into one.
func (k *kit) whole(inner string) string { return k.root + inner + k.end }

// edit signs a document whose signature was edited first: what is refused then
// is refused for its form alone.
func (k *kit) edit(edit func(signature string) string) string {
	f := k.forger
	f.edit = edit
	return string(f.make(k.t))
}

// replace signs a document with something else in its signature.
func (k *kit) replace(old, new string) string {
	k.t.Helper()
	return k.edit(func(s string) string {
		k.t.Helper()
		if !strings.Contains(s, old) {
			k.t.Fatalf("%s is not in %s", old, s)
		}
		return strings.Replace(s, old, new, 1)
	})
}

// of signs another document.
func (k *kit) of(document string) string {
	f := k.forger
	f.document = document
	return string(f.make(k.t))
}

// An attack is a document and its name.
type attack struct{ name, raw string }

// refused holds all to a refusal.
func (k *kit) refused(all []attack) {
	k.t.Helper()
	for _, a := range all {
		if a.raw == k.good {
			k.t.Errorf("%s (%s): the attack is the good document", a.name, k.shape)
		}
		v, err := signing.Verify(k.t.Context(), []byte(a.raw), k.policy)
		var refusal *signing.Error
		switch {
		case err == nil:
			k.t.Errorf("%s (%s): %s, must be refused\n%s", a.name, k.shape, v.Outcome(), clip(a.raw))
		case !errors.As(err, &refusal):
			k.t.Errorf("%s (%s): %v is not an *Error", a.name, k.shape, err)
		}
	}
}

// same holds all to acceptance, with nothing else read from them than was signed.
func (k *kit) same(all []attack) {
	k.t.Helper()
	want := content(mustVerify(k.t, []byte(k.good), k.policy).Root())
	for _, a := range all {
		v, err := signing.Verify(k.t.Context(), []byte(a.raw), k.policy)
		if err != nil {
			k.t.Errorf("%s (%s): %v, must be accepted\n%s", a.name, k.shape, err, clip(a.raw))
		} else if got := content(v.Root()); got != want || v.Outcome() != signing.Good {
			k.t.Errorf("%s (%s): %s, reads\n%s\nwant\n%s", a.name, k.shape, v.Outcome(), got, want)
		}
	}
}

func clip(raw string) string { return raw[:min(len(raw), 4000)] }

// accepted holds all to acceptance, whatever they say.
func (k *kit) accepted(all []attack) {
	k.t.Helper()
	for _, a := range all {
		if got := verdict(k.t, []byte(a.raw), k.policy); got != "good" {
			k.t.Errorf("%s (%s): %s, must be good\n%s", a.name, k.shape, got, clip(a.raw))
		}
	}
}
