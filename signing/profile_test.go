package signing_test

import (
	"crypto"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/asn1"
	"math/big"
	"strings"
	"testing"

	"github.com/lienthong/lienthong/internal/testca"
	"github.com/lienthong/lienthong/signing"
)

// TestAlgorithms: every method of the profile, and what stands next to it.
func TestAlgorithms(t *testing.T) {
	leaf := testca.New(t).Leaf("Sở Mẫu")
	pkcs1 := func(h crypto.Hash) forger { return rsaForger(leaf.Key, leaf.Cert, h) }
	pss := func(h crypto.Hash, salt int) forger {
		return forger{cert: leaf.Cert, sumHash: h, sign: func(sum []byte) ([]byte, error) {
			return rsa.SignPSS(rand.Reader, leaf.Key, h, sum, &rsa.PSSOptions{SaltLength: salt})
		}}
	}
	short, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	p256 := ecForger(t, elliptic.P256(), crypto.SHA256)
	for _, c := range []struct {
		name, method string
		forger       forger
		want         string
	}{
		{"RSA SHA-256", more2001 + "rsa-sha256", pkcs1(crypto.SHA256), "good rsa-sha256"},
		{"RSA SHA-384", more2001 + "rsa-sha384", pkcs1(crypto.SHA384), "good rsa-sha384"},
		{"RSA SHA-512", more2001 + "rsa-sha512", pkcs1(crypto.SHA512), "good rsa-sha512"},
		{"RSA SHA-1", dsig1 + "rsa-sha1", pkcs1(crypto.SHA1), "bad:sha1"},
		{"PSS SHA-256", more2007 + "sha256-rsa-MGF1", pss(crypto.SHA256, 32), "good rsa-pss-sha256"},
		{"PSS SHA-384", more2007 + "sha384-rsa-MGF1", pss(crypto.SHA384, 48), "good rsa-pss-sha384"},
		{"PSS SHA-512", more2007 + "sha512-rsa-MGF1", pss(crypto.SHA512, 64), "good rsa-pss-sha512"},
		{"PSS with a salt of another length", more2007 + "sha256-rsa-MGF1", pss(crypto.SHA256, 20), "bad:signature"},
		{"PSS called PKCS #1", more2001 + "rsa-sha256", pss(crypto.SHA256, 32), "bad:signature"},
		{"PKCS #1 called PSS", more2007 + "sha256-rsa-MGF1", pkcs1(crypto.SHA256), "bad:signature"},
		{"another hash than named", more2001 + "rsa-sha384", pkcs1(crypto.SHA256), "bad:signature"},
		{"P-256", more2001 + "ecdsa-sha256", p256, "good ecdsa-sha256"},
		{"P-384", more2001 + "ecdsa-sha384", ecForger(t, elliptic.P384(), crypto.SHA384), "good ecdsa-sha384"},
		{"P-521", more2001 + "ecdsa-sha512", ecForger(t, elliptic.P521(), crypto.SHA512), "good ecdsa-sha512"},
		{"P-224", more2001 + "ecdsa-sha256", ecForger(t, elliptic.P224(), crypto.SHA256), "bad:key-size"},
		{"ECDSA in ASN.1", more2001 + "ecdsa-sha256", inASN1(p256), "bad:signature"},
		{"ECDSA with zeros before both halves", more2001 + "ecdsa-sha256", padded(p256), "bad:signature"},
		{"ECDSA with a zero between the halves", more2001 + "ecdsa-sha256", longer(p256), "bad:signature"},
		{"an RSA key for ECDSA", more2001 + "ecdsa-sha256", pkcs1(crypto.SHA256), "bad:algorithm"},
		{"an elliptic key for RSA", more2001 + "rsa-sha256", p256, "bad:algorithm"},
		{"HMAC", dsig1 + "hmac-sha1", pkcs1(crypto.SHA256), "bad:algorithm"},
		{"DSA", dsig1 + "dsa-sha1", pkcs1(crypto.SHA256), "bad:algorithm"},
		{"the same in capitals", strings.ToUpper(more2001 + "rsa-sha256"), pkcs1(crypto.SHA256), "bad:algorithm"},
		{"a key of 1024 bits", more2001 + "rsa-sha256", keyForger(t, short), "bad:key-size"},
		{"a key of 10240 bits", more2001 + "rsa-sha256", sizeOnly(t, &hugeKey(t).PublicKey), "bad:key-size"},
	} {
		c.forger.method = c.method
		raw := c.forger.make(t)
		got := verdict(t, raw, c.forger.pinned())
		if got == "good" {
			got += " " + mustVerify(t, raw, c.forger.pinned()).Algorithm()
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func inASN1(f forger) forger {
	sign := f.sign
	f.sign = func(sum []byte) ([]byte, error) {
		value, err := sign(sum)
		if err != nil {
			return nil, err
		}
		half := len(value) / 2
		return asn1.Marshal([]*big.Int{new(big.Int).SetBytes(value[:half]), new(big.Int).SetBytes(value[half:])})
	}
	return f
}

func padded(f forger) forger {
	sign := f.sign
	f.sign = func(sum []byte) ([]byte, error) {
		value, err := sign(sum)
		half := len(value) / 2
		return join([]byte{0}, value[:half], []byte{0}, value[half:]), err
	}
	return f
}

func longer(f forger) forger {
	sign := f.sign
	f.sign = func(sum []byte) ([]byte, error) {
		value, err := sign(sum)
		return join(value[:len(value)/2], []byte{0}, value[len(value)/2:]), err
	}
	return f
}

// keyForger signs with a key, and a certificate that is to be pinned.
func keyForger(t *testing.T, key *rsa.PrivateKey) forger {
	t.Helper()
	return rsaForger(key, issue(t, "Sở Mẫu", &key.PublicKey, nil, key), crypto.SHA256)
}

// sizeOnly has a certificate for a key that it does not use: the key's size is
// refused before the signature is looked at, and using it takes a second.
func sizeOnly(t *testing.T, key *rsa.PublicKey) forger {
	t.Helper()
	leaf := testca.New(t).Leaf("Sở Mẫu")
	f := rsaForger(leaf.Key, leaf.Cert, crypto.SHA256)
	f.cert = issue(t, "Sở Mẫu", key, nil, leaf.Key)
	return f
}

// TestForms: canonicalisations and digests, signed as they say.
func TestForms(t *testing.T) {
	leaf := testca.New(t).Leaf("Sở Mẫu")
	const misspelt = "http://www.w3.org/TR/xml-exc-c14n#"
	const inheriting = `<edXML xmlns="urn:e" xml:id="i"><edXMLEnvelope><edXMLHeader>@</edXMLHeader></edXMLEnvelope></edXML>`
	for _, c := range []struct {
		name   string
		change func(*forger)
		want   string
		legacy string // with SHA-1 allowed
	}{
		{"exclusive", func(*forger) {}, "good", "good"},
		{"inclusive", func(f *forger) { f.form, f.refForm = inclusive, inclusive }, "good", "good"},
		{"one of each", func(f *forger) { f.form = inclusive }, "good", "good"},
		{"with comments", func(f *forger) { f.form, f.refForm = exclusive+"WithComments", inclusive+"#WithComments" }, "good", "good"},
		{"with comments, and one in SignedInfo", func(f *forger) {
			f.form = exclusive + "WithComments"
			f.edit = func(s string) string { return strings.Replace(s, "<ds:Reference", "<!-- x --><ds:Reference", 1) }
		}, "good", "good"},
		{"1.1", func(f *forger) { f.form = inclusive11 }, "good", "good"},
		{"1.1 with xml:lang and xml:space above", func(f *forger) {
			f.form = inclusive11
			f.document = `<edXML xmlns="urn:e" xml:lang="vi" xml:space="preserve"><edXMLEnvelope><edXMLHeader>@</edXMLHeader></edXMLEnvelope></edXML>`
		}, "good", "good"},
		{"1.1 with xml:id above", func(f *forger) { f.document, f.form = inheriting, inclusive11 }, "good", "good"},
		{"1.1 with xml:base above", func(f *forger) {
			f.form = inclusive11
			f.document = `<edXML xmlns="urn:e" xml:base="http://example.vn/a/b"><edXMLEnvelope xml:base="c/d"><edXMLHeader>@</edXMLHeader></edXMLEnvelope></edXML>`
		}, "good", "good"},
		{"1.1 with values of xml:base that are joined in different ways", func(f *forger) {
			f.form = inclusive11
			f.document = `<edXML xmlns="urn:e" xml:base="a/b"><edXMLEnvelope xml:base="../../c"><edXMLHeader>@</edXMLHeader></edXMLEnvelope></edXML>`
		}, "bad:algorithm", "bad:algorithm"},
		{"SignedInfo in 1.1 beneath an empty xml:base", func(f *forger) {
			f.form = inclusive11
			f.document = strings.Replace(goodDocument, "<edXML ", `<edXML xml:base="" `, 1)
		}, "good", "good"},
		{"the document in 1.1 with an empty xml:base", func(f *forger) {
			f.refForm = inclusive11
			f.document = strings.Replace(goodDocument, "<e:Subject>", `<e:Subject xml:base="">`, 1)
		}, "bad:algorithm", "bad:algorithm"},
		{"the document in 1.1 with another one", func(f *forger) {
			f.refForm = inclusive11
			f.document = strings.Replace(goodDocument, "<e:Subject>", `<e:Subject xml:base="x y">`, 1)
		}, "good", "good"},
		{"with the default listed", func(f *forger) {
			f.document = strings.Replace(goodDocument, `<edXML xmlns="urn:e"`, `<e:edXML xmlns="urn:d"`, 1)
			f.document = strings.Replace(f.document, "</edXML>", "</e:edXML>", 1)
			f.prefixes = []string{""}
			f.edit = listPrefixes(exclusive, "#default")
		}, "good", "good"},
		{"prefixes listed twice, of nothing, and xml", func(f *forger) {
			f.prefixes = []string{"e"}
			f.edit = listPrefixes(exclusive, " e&#9;zz  xml e xmlns ")
		}, "good", "good"},
		{"the default listed twice", func(f *forger) {
			f.prefixes = []string{""}
			f.edit = listPrefixes(exclusive, "#default #default")
		}, "good", "good"},
		{"an empty list", func(f *forger) { f.edit = listPrefixes(exclusive, "") }, "good", "good"},
		{"17 prefixes", func(f *forger) { f.edit = listPrefixes(exclusive, strings.Repeat("e ", 17)) }, "bad:limit", "bad:limit"},
		{"a list of an inclusive form", func(f *forger) {
			f.refForm = inclusive
			f.edit = listPrefixes(inclusive, "e")
		}, "bad:grammar", "bad:grammar"},
		{"2.0", func(f *forger) { f.form = "http://www.w3.org/2010/xml-c14n2" }, "bad:algorithm", "bad:algorithm"},
		{"the samples' misspelt name", func(f *forger) { f.form = misspelt }, "bad:algorithm", "good-weak"},
		{"the same as transform", func(f *forger) { f.refForm = misspelt }, "bad:algorithm", "good-weak"},
		{"SHA-384", func(f *forger) { f.digest, f.hash = more2001+"sha384", crypto.SHA384 }, "good", "good"},
		{"SHA-512", func(f *forger) { f.digest, f.hash = xmlenc+"sha512", crypto.SHA512 }, "good", "good"},
		{"SHA-1", func(f *forger) { f.digest, f.hash = dsig1+"sha1", crypto.SHA1 }, "bad:sha1", "good-weak"},
		{"MD5", func(f *forger) { f.digest = more2001 + "md5" }, "bad:algorithm", "bad:algorithm"},
		{"a digest of another length", func(f *forger) { f.digest = xmlenc + "sha512" }, "bad:digest", "bad:digest"},
	} {
		f := rsaForger(leaf.Key, leaf.Cert, crypto.SHA256)
		c.change(&f)
		raw := f.make(t)
		p := f.pinned()
		if got := verdict(t, raw, p); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
		p.LegacySHA1Until = at
		if got := verdict(t, raw, p); got != c.want {
			t.Errorf("%s, SHA-1 allowed until now: %s, want %s", c.name, got, c.want)
		}
		p.LegacySHA1Until = at.Add(1)
		if got := verdict(t, raw, p); got != c.legacy {
			t.Errorf("%s, SHA-1 allowed: %s, want %s", c.name, got, c.legacy)
		}
	}
}

// listPrefixes gives the second transform a PrefixList.
func listPrefixes(form, prefixes string) func(string) string {
	return func(s string) string {
		old := `<ds:Transform Algorithm="` + form + `"/>`
		return strings.Replace(s, old, strings.TrimSuffix(old, "/>")+`><x:InclusiveNamespaces xmlns:x="`+exclusive+
			`" PrefixList="`+prefixes+`"/></ds:Transform>`, 1)
	}
}

// TestBareSignatures: what looks like a signature and is none of XML-DSig.
func TestBareSignatures(t *testing.T) {
	for _, c := range []struct{ name, inner, want string }{
		{"an empty one", "<Signature/>", "unsigned"},
		{"white space", "<Signature> \n <!-- x --></Signature>", "unsigned"},
		{"an empty structure", "<Signature><SignedInfo><Reference/></SignedInfo></Signature>", "unsigned"},
		{"two empty ones", "<Signature/><Signature/>", "unsigned"},
		{"text", "<Signature>x</Signature>", "bad:bare-signature"},
		{"CDATA", "<Signature><![CDATA[ ]]></Signature>", "bad:bare-signature"},
		{"deeper text", "<Signature><a><b>x</b></a></Signature>", "bad:bare-signature"},
		{"an attribute", "<Signature Id='x'/>", "bad:bare-signature"},
		{"a deeper attribute", "<Signature><Reference URI=''/></Signature>", "bad:bare-signature"},
		{"an attribute after it", "<Signature/><b c='d'/>", "unsigned"},
		{"another namespace", "<Signature xmlns='urn:x'>x</Signature>", "bad:bare-signature"},
		{"part of XML-DSig", "<KeyInfo xmlns='" + dsig1 + "'/>", "bad:placement"},
		{"an empty one of XML-DSig", "<Signature xmlns='" + dsig1 + "'/>", "bad:grammar"},
	} {
		raw := strings.Replace(goodDocument, "@", c.inner, 1)
		if got := verdict(t, []byte(raw), signing.Policy{At: at, Unsigned: true}); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// TestPlaces: where a signature may stand, and what it may refer to.
func TestPlaces(t *testing.T) {
	leaf := testca.New(t).Leaf("Sở Mẫu")
	for _, c := range []struct{ name, document, uri, want string }{
		{"in the header", goodDocument, "", "good"},
		{"before all", `<a xmlns="urn:e">@<b/></a>`, "", "good"},
		{"after all", `<a xmlns="urn:e"><b/>@</a>`, "", "good"},
		{"alone", `<a xmlns="urn:e">@</a>`, "", "good"},
		{"between", `<a xmlns="urn:e"><b/>@<b/></a>`, "", "bad:placement"},
		{"deeper", `<a xmlns="urn:e"><b>@</b></a>`, "", "bad:placement"},
		{"in a foreign header", `<a xmlns="urn:e"><b><edXMLHeader xmlns="urn:x">@</edXMLHeader></b></a>`, "", "bad:placement"},
		{"in DigitalSignature", `<a xmlns="urn:e"><b><DigitalSignature>@</DigitalSignature></b></a>`, "", "good"},
		{"there with a neighbour", `<a xmlns="urn:e"><b><DigitalSignature>@<c/></DigitalSignature></b></a>`, "", "bad:placement"},
		{"there after a neighbour", `<a xmlns="urn:e"><b><DigitalSignature><c/>@</DigitalSignature></b></a>`, "", "bad:placement"},
		{"the root by Id", `<a xmlns="urn:e" Id="i">@</a>`, "#i", "good"},
		{"by id", `<a xmlns="urn:e" id="i">@</a>`, "#i", "good"},
		{"by ID", `<a xmlns="urn:e" ID="i">@</a>`, "#i", "good"},
		{"by xml:id", `<a xmlns="urn:e" xml:id="i">@</a>`, "#i", "good"},
		{"by another name", `<a xmlns="urn:e" Name="i">@</a>`, "#i", "bad:id"},
		{"by a foreign Id", `<a xmlns="urn:e" xmlns:x="urn:x" x:Id="i">@</a>`, "#i", "bad:id"},
		{"by xml:Id", `<a xmlns="urn:e" xml:Id="i">@</a>`, "#i", "bad:id"},
		{"another element", `<a xmlns="urn:e">@<b Id="i"/></a>`, "#i", "bad:id"},
		{"two elements", `<a xmlns="urn:e" Id="i">@<b Id="i"/></a>`, "#i", "bad:id"},
		{"two, the other with a foreign id", `<a xmlns="urn:e" Id="i">@<b xmlns:x="urn:x" x:iD="i"/></a>`, "#i", "bad:id"},
		{"an id that is not the root's", `<a xmlns="urn:e" Id="j">@</a>`, "#i", "bad:id"},
		{"no id at all", `<a xmlns="urn:e">@</a>`, "#i", "bad:id"},
		{"other ids elsewhere", `<a xmlns="urn:e" Id="i">@<b Id="j"/></a>`, "#i", "good"},
		{"no name", `<a xmlns="urn:e" Id="">@</a>`, "#", "bad:reference"},
		{"XPointer", `<a xmlns="urn:e" Id="i">@</a>`, "#xpointer(/)", "bad:reference"},
		{"XPointer with the id", `<a xmlns="urn:e" Id="i">@</a>`, "#xpointer(id('i'))", "bad:reference"},
		{"another document", `<a xmlns="urn:e" Id="i">@</a>`, "http://example.vn/", "bad:reference"},
		{"itself by a name", `<a xmlns="urn:e" Id="i">@</a>`, "a.xml#i", "bad:reference"},
	} {
		f := rsaForger(leaf.Key, leaf.Cert, crypto.SHA256)
		f.document, f.uri = c.document, c.uri
		if got := verdict(t, f.make(t), f.pinned()); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}
