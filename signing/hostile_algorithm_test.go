package signing_test

import (
	"crypto"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"hash"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/lienthong/lienthong/internal/testca"
)

// TestHostileAlgorithms: methods that prove nothing, keys that are not the
// signer's, certificates that say nothing about who signed.
func TestHostileAlgorithms(t *testing.T) {
	for _, k := range kits(t, someShapes(t, 6)) {
		k.refused(k.methods())
		k.refused(k.values())
		k.refused(k.keyInfos())
		k.refused(k.strangers())
	}
}

// methods are every name that is not on the list, at every place of a name. The
// signature over them is right, if it is what the key makes.
func (k *kit) methods() (all []attack) {
	for _, name := range []string{
		"", "none", "x", " " + more2001 + "rsa-sha256", more2001 + "rsa-sha256 ", strings.ToUpper(more2001) + "rsa-sha256", more2001 + "rsa-md5", more2001 + "rsa-ripemd160", more2001 + "rsa-sha224",
		dsig1 + "rsa-sha1", dsig1 + "dsa-sha1", dsig1 + "hmac-sha1", more2001 + "hmac-sha256", more2001 + "hmac-md5", more2001 + "ecdsa-sha1", more2001 + "ecdsa-sha224", more2001 + "md5",
		"http://www.w3.org/2007/05/xmldsig-more#rsa-pss", more2007 + "sha1-rsa-MGF1", more2007 + "sha3-256-rsa-MGF1", more2007 + "ecdsa-ripemd160", "http://www.w3.org/2009/xmldsig11#dsa-sha256",
		"http://www.w3.org/2021/04/xmldsig-more#eddsa-ed25519", "urn:oid:1.2.840.113549.1.1.11", "rsa-sha256", more2001 + "sha384", more2001 + "sha224", xmlenc + "sha256", xmlenc + "ripemd160", dsig1 + "sha1", exclusive, inclusive,
		"http://www.w3.org/2010/xml-c14n2", "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComment", "http://www.w3.org/TR/1999/REC-xpath-19991116", dsig1 + "enveloped-signature", dsig1 + "base64",
	} {
		for _, tag := range []string{"CanonicalizationMethod", "SignatureMethod", "DigestMethod"} {
			if rightful(tag, name) {
				continue
			}
			all = append(all, attack{tag + " " + name, k.edit(func(s string) string { return withAlgorithm(s, tag, name) })})
		}
	}
	for _, tag := range []string{"CanonicalizationMethod", "SignatureMethod", "DigestMethod"} {
		edit := func(name string, change func(s string) string) {
			all = append(all, attack{tag + " " + name, k.edit(change)})
		}
		edit("without Algorithm", func(s string) string { return tagOf(tag).ReplaceAllString(s, "<ds:"+tag+"/>") })
		edit("missing", func(s string) string { return tagOf(tag).ReplaceAllString(s, "") })
		edit("twice", func(s string) string { return tagOf(tag).ReplaceAllString(s, "$0$0") })
		edit("with a text", func(s string) string {
			return tagOf(tag).ReplaceAllString(s, `<ds:`+tag+` Algorithm="$1">x</ds:`+tag+`>`)
		})
		edit("with an element", func(s string) string {
			return tagOf(tag).ReplaceAllString(s, `<ds:`+tag+` Algorithm="$1"><ds:HMACOutputLength>1</ds:HMACOutputLength></ds:`+tag+`>`)
		})
		edit("in a namespace", func(s string) string {
			return tagOf(tag).ReplaceAllString(s, `<ds:`+tag+` x:Algorithm="$1" xmlns:x="urn:x"/>`)
		})
	}
	return all
}

// rightful tells whether a name is one that the profile knows at this place; it
// may then be another than was used, which is another attack.
func rightful(tag, name string) bool {
	switch tag {
	case "DigestMethod":
		return name == xmlenc+"sha256" || name == more2001+"sha384"
	case "CanonicalizationMethod":
		return name == exclusive || name == inclusive
	}
	return false
}

// values are signatures that the method named did not make with the key named.
func (k *kit) values() (all []attack) {
	flip := func(name string, b []byte) {
		all = append(all, attack{"the value is " + name, k.withValue(b)})
	}
	good := k.value()
	flip("empty", nil)
	flip("one byte", []byte{0})
	flip("zeros", make([]byte, len(good)))
	flip("ones", []byte(strings.Repeat("\xFF", len(good))))
	flip("short", good[1:])
	flip("shorter at the end", good[:len(good)-1])
	flip("with a zero before", append([]byte{0}, good...))
	flip("with a zero after", append(append([]byte{}, good...), 0))
	flip("twice", append(append([]byte{}, good...), good...))
	flip("one", append(make([]byte, len(good)-1), 1))
	for name, f := range map[string]forger{"an HMAC by the certificate": k.hmac(sha256.New, k.forger.cert.Raw), "an HMAC by the public key": k.hmac(sha1.New, k.forger.cert.RawSubjectPublicKeyInfo), "an HMAC by nothing": k.hmac(sha256.New, nil)} {
		for _, method := range []string{dsig1 + "hmac-sha1", more2001 + "hmac-sha256", k.forger.method} {
			f.method = method
			all = append(all, attack{name + ", called " + method, string(f.make(k.t))})
		}
	}
	if key := k.leaf.Key; k.forger.cert == k.leaf.Cert {
		plain := func(name string, sign func(sum []byte) ([]byte, error)) {
			f := k.forger
			f.sign = sign
			all = append(all, attack{name, string(f.make(k.t))})
		}
		plain("no hash named in the padding", func(sum []byte) ([]byte, error) { return rsa.SignPKCS1v15(nil, key, 0, sum) })
		plain("PSS by another name", func(sum []byte) ([]byte, error) { return rsa.SignPSS(rand.Reader, key, k.forger.sumHash, sum, nil) })
		plain("of another text", func(sum []byte) ([]byte, error) {
			return rsa.SignPKCS1v15(nil, key, k.forger.sumHash, make([]byte, len(sum)))
		})
	}
	value := "<ds:SignatureValue>"
	for name, pair := range map[string][2]string{
		"base64 for URLs":       {k.value64(), strings.NewReplacer("+", "-", "/", "_").Replace(k.value64())},
		"a letter that is none": {value, value + "*"}, "padding inside": {value, value + "="}, "no padding": {"=</ds:SignatureValue>", "</ds:SignatureValue>"},
		"a no-break space": {value, value + "\u00A0"}, "an em space": {"<ds:DigestValue>", "<ds:DigestValue>\u2003"}, "a next line": {"<ds:DigestValue>", "<ds:DigestValue>\u0085"},
		"an empty DigestValue too": {"<ds:DigestValue>", "<ds:DigestValue/><ds:DigestValue>"}, "more digest": {"<ds:DigestValue>", "<ds:DigestValue>00"},
	} {
		if strings.Contains(k.good, pair[0]) && pair[0] != pair[1] { // not every value has padding
			all = append(all, attack{name, strings.Replace(k.good, pair[0], pair[1], 1)})
		}
	}
	return append(all, attack{"a digest of nothing", k.digest(func(sum []byte) []byte { return nil })},
		attack{"a digest cut short", k.digest(func(sum []byte) []byte { return sum[:16] })}, attack{"a digest with more", k.digest(func(sum []byte) []byte { return append(sum, 0) })},
		attack{"the digest of nothing", k.digest(func([]byte) []byte { h := sha256.Sum256(nil); return h[:] })},
		attack{"the digest of another document", strings.Replace(k.of(evil(k.forger.document)), evilSubject, goodSubject, 1)})
}

func (k *kit) value64() string {
	_, rest, _ := strings.Cut(k.good, "<ds:SignatureValue>")
	value, _, _ := strings.Cut(rest, "<")
	return value
}

func (k *kit) value() []byte {
	b, err := base64.StdEncoding.DecodeString(k.value64())
	if err != nil {
		k.t.Fatal(err)
	}
	return b
}

func (k *kit) withValue(b []byte) string { return strings.Replace(k.good, k.value64(), encode(b), 1) }

// digest signs with a changed DigestValue.
func (k *kit) digest(change func(sum []byte) []byte) string {
	return k.edit(func(s string) string {
		head, rest, _ := strings.Cut(s, "<ds:DigestValue>")
		value, tail, _ := strings.Cut(rest, "<")
		sum, err := base64.StdEncoding.DecodeString(value)
		if err != nil {
			k.t.Fatal(err)
		}
		return head + "<ds:DigestValue>" + encode(change(sum)) + "<" + tail
	})
}

// hmac authenticates SignedInfo by what everybody knows. The forger hands over
// a digest, so that is what is authenticated.
func (k *kit) hmac(hash func() hash.Hash, key []byte) forger {
	f := k.forger
	f.sign = func(sum []byte) ([]byte, error) {
		h := hmac.New(hash, key)
		h.Write(sum)
		return h.Sum(nil), nil
	}
	return f
}

func tagOf(name string) *regexp.Regexp {
	return regexp.MustCompile(`<ds:` + name + ` Algorithm="([^"]*)"/>`)
}

func withAlgorithm(s, tag, name string) string {
	return tagOf(tag).ReplaceAllLiteralString(s, `<ds:`+tag+` Algorithm="`+name+`"/>`)
}

// keyInfos name the key in a way that must be believed, or not at all.
func (k *kit) keyInfos() (all []attack) {
	cert := encode(k.forger.cert.Raw)
	x509Data := "<ds:X509Data><ds:X509Certificate>" + cert + "</ds:X509Certificate></ds:X509Data>"
	keyValue := "<ds:KeyValue><ds:RSAKeyValue><ds:Modulus>" + encode(k.leaf.Key.N.Bytes()) + "</ds:Modulus><ds:Exponent>AQAB</ds:Exponent></ds:RSAKeyValue></ds:KeyValue>"
	for name, info := range map[string]string{
		"nothing": "", "an empty X509Data": "<ds:X509Data/>", "an empty certificate": "<ds:X509Data><ds:X509Certificate/></ds:X509Data>", "KeyName": "<ds:KeyName>Sở Mẫu</ds:KeyName>", "KeyValue": keyValue,
		"KeyValue beside it": keyValue + x509Data, "KeyValue after it": x509Data + keyValue, "KeyName beside it": "<ds:KeyName>x</ds:KeyName>" + x509Data,
		"RetrievalMethod":           `<ds:RetrievalMethod URI="http://example.vn/key.der" Type="http://www.w3.org/2000/09/xmldsig#rawX509Certificate"/>`,
		"RetrievalMethod beside it": x509Data + `<ds:RetrievalMethod URI="file:///etc/passwd"/>`, "PGPData": "<ds:PGPData><ds:PGPKeyID>AAAA</ds:PGPKeyID></ds:PGPData>", "MgmtData": "<ds:MgmtData>x</ds:MgmtData>",
		"a subject alone": "<ds:X509Data><ds:X509SubjectName>CN=Sở Mẫu</ds:X509SubjectName></ds:X509Data>", "an SKI alone": "<ds:X509Data><ds:X509SKI>AAAA</ds:X509SKI></ds:X509Data>",
		"a CRL": strings.Replace(x509Data, "</ds:X509Data>", "<ds:X509CRL>AAAA</ds:X509CRL></ds:X509Data>", 1), "X509Data twice": x509Data + x509Data, "a digest alone": `<ds:X509Data><x:X509Digest xmlns:x="http://www.w3.org/2009/xmldsig11#">AAAA</x:X509Digest></ds:X509Data>`,
		"a certificate that is none": "<ds:X509Data><ds:X509Certificate>AAAA</ds:X509Certificate></ds:X509Data>", "the certificate with more": "<ds:X509Data><ds:X509Certificate>" + encode(append(append([]byte{}, k.forger.cert.Raw...), 0)) + "</ds:X509Certificate></ds:X509Data>",
		"PEM": "<ds:X509Data><ds:X509Certificate>-----BEGIN CERTIFICATE-----\n" + cert + "\n-----END CERTIFICATE-----</ds:X509Certificate></ds:X509Data>", "five certificates": "<ds:X509Data>" + strings.Repeat("<ds:X509Certificate>"+cert+"</ds:X509Certificate>", 5) + "</ds:X509Data>",
		"the stranger's first": "<ds:X509Data><ds:X509Certificate>" + encode(k.foreign.Cert.Raw) + "</ds:X509Certificate><ds:X509Certificate>" + cert + "</ds:X509Certificate></ds:X509Data>",
		"the authority first":  "<ds:X509Data><ds:X509Certificate>" + encode(k.ca.Cert.Raw) + "</ds:X509Certificate><ds:X509Certificate>" + cert + "</ds:X509Certificate></ds:X509Data>",
		"a document":           object(k.evil), "another agency's": "<ds:X509Data><ds:X509Certificate>" + encode(k.other.Cert.Raw) + "</ds:X509Certificate></ds:X509Data>",
	} {
		all = append(all, attack{"KeyInfo is " + name, strings.Replace(k.good, "<ds:KeyInfo>"+x509Data, "<ds:KeyInfo>"+info, 1)})
	}
	return append(all, attack{"KeyInfo is gone", strings.Replace(k.good, "<ds:KeyInfo>"+x509Data+"</ds:KeyInfo>", "", 1)})
}

// strangers sign in the right form with the wrong key or the wrong certificate.
func (k *kit) strangers() (all []attack) {
	by := func(name string, key *rsa.PrivateKey, cert *x509.Certificate) {
		f := rsaForger(key, cert, crypto.SHA256)
		f.document, f.uri, f.form, f.refForm = k.forger.document, k.forger.uri, k.forger.form, k.forger.refForm
		all = append(all, attack{"signed by " + name, string(f.make(k.t))})
	}
	issued := func(name string, change func(*x509.Certificate)) {
		leaf := k.ca.Leaf("Sở Mẫu", change)
		by(name, leaf.Key, leaf.Cert)
	}
	by("a stranger", k.foreign.Key, k.foreign.Cert)
	by("a stranger in the signer's name", k.foreign.Key, k.leaf.Cert)
	by("another agency in the signer's name", k.other.Key, k.leaf.Cert)
	by("the signer in another agency's name", k.leaf.Key, k.other.Cert)
	by("an authority below", k.ca.Intermediate("Cấp dưới").Leaf("b").Key, k.ca.Intermediate("Cấp dưới").Cert)
	below := testca.Foreign(k.t).Intermediate("Cấp dưới").Leaf("Sở Mẫu")
	by("one below a foreign authority", below.Key, below.Cert)
	orphan := k.ca.Intermediate("Cấp dưới").Leaf("Sở Mẫu")
	by("one whose chain is missing", orphan.Key, orphan.Cert)
	issued("one that has ended", func(c *x509.Certificate) { c.NotAfter = at.Add(-time.Second) })
	issued("one that has not begun", func(c *x509.Certificate) { c.NotBefore = at.Add(time.Second) })
	issued("one for encryption", func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageKeyEncipherment })
	issued("one for nothing", func(c *x509.Certificate) { c.KeyUsage = 0 })
	issued("a server", func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth} })
	issued("a program", func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning} })
	issued("an authority", func(c *x509.Certificate) { c.IsCA = true; c.KeyUsage |= x509.KeyUsageCertSign })
	return all
}
