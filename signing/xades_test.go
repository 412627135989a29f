package signing_test

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"errors"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/lienthong/lienthong/internal/testca"
	"github.com/lienthong/lienthong/signing"
)

const xades = "http://uri.etsi.org/01903/v1.3.2#"

// objectWith holds signed properties, given what stands in them.
func objectWith(inside string) string {
	return `<ds:Object><xades:QualifyingProperties xmlns:xades="` + xades + `" Target="#S"><xades:SignedProperties Id="P">` +
		inside + `</xades:SignedProperties></xades:QualifyingProperties></ds:Object>`
}

// properties are those that most programs sign: time and certificate.
func properties(cert *x509.Certificate) string {
	return `<xades:SignedSignatureProperties><xades:SigningTime>2026-11-30T17:30:00+07:00</xades:SigningTime>` +
		signingCertificate("SigningCertificate", certElement(cert, issuerAndSerial(cert))) + `</xades:SignedSignatureProperties>`
}

func signingCertificate(name, certs string) string {
	return `<xades:` + name + `>` + certs + `</xades:` + name + `>`
}

func certElement(cert *x509.Certificate, issuerSerial string) string {
	digest := sha256.Sum256(cert.Raw)
	return `<xades:Cert><xades:CertDigest><ds:DigestMethod Algorithm="` + xmlenc + `sha256"/><ds:DigestValue>` + encode(digest[:]) +
		`</ds:DigestValue></xades:CertDigest>` + issuerSerial + `</xades:Cert>`
}

func issuerAndSerial(cert *x509.Certificate) string {
	return `<xades:IssuerSerial><ds:X509IssuerName>CN=x</ds:X509IssuerName><ds:X509SerialNumber>` + cert.SerialNumber.String() +
		`</ds:X509SerialNumber></xades:IssuerSerial>`
}

// issuerAndSerialV2 is IssuerSerial of RFC 5035 in DER.
func issuerAndSerialV2(t *testing.T, issuer pkix.Name, serial int64) string {
	t.Helper()
	name, err := asn1.Marshal(issuer.ToRDNSequence())
	if err != nil {
		t.Fatal(err)
	}
	der, err := asn1.Marshal(struct {
		Issuer []asn1.RawValue
		Serial *big.Int
	}{[]asn1.RawValue{{Class: asn1.ClassContextSpecific, Tag: 4, IsCompound: true, Bytes: name}}, big.NewInt(serial)}) // directoryName
	if err != nil {
		t.Fatal(err)
	}
	return `<xades:IssuerSerialV2>` + encode(der) + `</xades:IssuerSerialV2>`
}

// withProperties signs a document with signed properties.
func withProperties(tb testing.TB, leaf *testca.Leaf, raw []byte) []byte {
	tb.Helper()
	f := rsaForger(leaf.Key, leaf.Cert, crypto.SHA256)
	f.document = strings.Replace(strings.ReplaceAll(string(raw), "@", "&#64;"), "</e:edXMLHeader>", "@</e:edXMLHeader>", 1)
	f.object = objectWith(properties(leaf.Cert))
	return f.make(tb)
}

// allProperties has every property that the profile knows.
func allProperties(t *testing.T, cert *x509.Certificate) string {
	place := func(v2, street string) string {
		return `<xades:SignatureProductionPlace` + v2 + `><xades:City>Hà Nội</xades:City>` + street +
			`<xades:StateOrProvince>x</xades:StateOrProvince><xades:PostalCode>1</xades:PostalCode>` +
			`<xades:CountryName>VN</xades:CountryName></xades:SignatureProductionPlace` + v2 + `>`
	}
	role := `><xades:ClaimedRoles><xades:ClaimedRole>Chánh Văn phòng</xades:ClaimedRole></xades:ClaimedRoles></xades:SignerRole`
	return strings.Replace(properties(cert), `</xades:SignedSignatureProperties>`,
		signingCertificate("SigningCertificateV2", certElement(cert, issuerAndSerialV2(t, cert.Issuer, cert.SerialNumber.Int64())))+
			`<xades:SignaturePolicyIdentifier><xades:SignaturePolicyImplied/></xades:SignaturePolicyIdentifier>`+
			place("", "")+place("V2", "<xades:StreetAddress>1</xades:StreetAddress>")+
			`<xades:SignerRole`+role+`><xades:SignerRoleV2`+role+`V2></xades:SignedSignatureProperties>`+
			`<xades:SignedDataObjectProperties><xades:DataObjectFormat ObjectReference="#R"><xades:Description>x</xades:Description>`+
			`<xades:MimeType>text/xml</xades:MimeType><xades:Encoding>UTF-8</xades:Encoding></xades:DataObjectFormat>`+
			`</xades:SignedDataObjectProperties>`, 1)
}

// TestProperties: what signed properties may say, and where they may stand. All
// is signed as it stands, so that only its meaning can be refused.
func TestProperties(t *testing.T) {
	ca := testca.New(t)
	leaf, other := ca.Leaf("Sở Mẫu"), ca.Leaf("Sở khác")
	good := properties(leaf.Cert)
	replace := func(old, new string) func(string) string {
		return func(s string) string {
			if !strings.Contains(s, old) {
				t.Fatalf("no %s in %s", old, s)
			}
			return strings.Replace(s, old, new, 1)
		}
	}
	inside := func(s string) func(string) string { return replace(good, s) }
	certs := func(name, list string) func(string) string {
		return inside(`<xades:SignedSignatureProperties>` + signingCertificate(name, list) + `</xades:SignedSignatureProperties>`)
	}
	signedAt := func(s string) func(string) string { return replace("2026-11-30T17:30:00+07:00", s) }
	const start, end = `<xades:SignedSignatureProperties>`, `</xades:SignedSignatureProperties>`
	reference := forger{}.defaults().toProperties()
	object := objectWith(good)
	for _, c := range []struct {
		name string
		edit func(string) string
		want string
	}{
		{"time and certificate", inside(good), "good"},
		{"everything that is known", func(s string) string {
			return replace(`<ds:Reference URI=""`, `<ds:Reference Id="R" URI=""`)(inside(allProperties(t, leaf.Cert))(s))
		}, "good"},
		{"without a canonicalisation", func(s string) string {
			s = replace(`<ds:Transforms><ds:Transform Algorithm="`+exclusive+`"/></ds:Transforms>`, "")(s)
			return strings.Replace(s, "~", propertiesDigest(t, s, inclusive), 1)
		}, "good"},
		{"in C14N 1.1", func(s string) string {
			s = replace(`<ds:Transforms><ds:Transform Algorithm="`+exclusive, `<ds:Transforms><ds:Transform Algorithm="`+inclusive11)(s)
			return strings.Replace(s, "~", propertiesDigest(t, s, inclusive11), 1)
		}, "good"},
		{"before the Reference to the document", func(s string) string {
			return replace(`<ds:Reference URI=""`, reference+`<ds:Reference URI=""`)(replace(reference, "")(s))
		}, "good"},

		// References.
		{"referred to twice, the document not at all", func(s string) string {
			i, j := strings.Index(s, `<ds:Reference URI=""`), strings.Index(s, reference)
			return s[:i] + reference + s[j:]
		}, "bad:reference"},
		{"referred to twice, and the document", replace(reference, reference+reference), "bad:reference"},
		{"not referred to", replace(reference, ""), "bad:properties"},
		{"not there", replace(object, ""), "bad:reference"},
		{"in place of the document", func(s string) string {
			i, j := strings.Index(s, `<ds:Reference URI=""`), strings.Index(s, reference)
			return s[:i] + s[j:]
		}, "bad:reference"},
		{"referred to without Type", replace(` Type="http://uri.etsi.org/01903#SignedProperties"`, ""), "bad:reference"},
		{"of another Type", replace(`01903#SignedProperties`, `01903#Signed`), "bad:reference"},
		{"with a capital in the Type", replace(`01903#SignedProperties`, `01903#signedProperties`), "bad:reference"},
		{"the document as properties", replace(`URI="#P"`, `URI=""`), "bad:reference"},
		{"another id", replace(`URI="#P"`, `URI="#S"`), "bad:reference"},
		{"by XPointer", replace(`URI="#P"`, `URI="#xpointer(id('P'))"`), "bad:reference"},
		{"elsewhere", replace(`URI="#P"`, `URI="http://example.vn/#P"`), "bad:reference"},
		{"a third Reference", replace(reference, reference+`<ds:Reference URI="#K"/>`), "bad:reference"},
		{"enveloped", replace(`<ds:Transforms><ds:Transform Algorithm="`+exclusive, `<ds:Transforms><ds:Transform Algorithm="`+dsig1+`enveloped-signature`), "bad:transform"},
		{"two transforms", replace(`<ds:Transforms><ds:Transform Algorithm="`+exclusive+`"/>`,
			`<ds:Transforms>`+strings.Repeat(`<ds:Transform Algorithm="`+exclusive+`"/>`, 2)), "bad:transform"},

		// Whose they are.
		{"of another signature", replace(`Target="#S"`, `Target="#T"`), "bad:properties"},
		{"without Target", replace(` Target="#S"`, ""), "bad:properties"},
		{"a Target that is no fragment", replace(`Target="#S"`, `Target="S"`), "bad:properties"},
		{"of a signature without Id", replace(` Id="S"`, ""), "bad:properties"},
		{"without Id", replace(` Id="P"`, ""), "bad:reference"},
		{"the id on another element of the signature", replace(`<ds:KeyInfo>`, `<ds:KeyInfo Id="P">`), "bad:id"},
		{"the id of the signature on another element", replace(`<ds:KeyInfo>`, `<ds:KeyInfo Id="S">`), "bad:id"},
		{"two SignedProperties", replace(`</xades:SignedProperties>`, `</xades:SignedProperties><xades:SignedProperties Id="P">`+good+`</xades:SignedProperties>`), "bad:properties"},
		{"in two Objects", replace(object, object+object), "bad:grammar"},
		{"beside something in the Object", replace(`<ds:Object>`, `<ds:Object><x/>`), "bad:grammar"},
		{"beside a Signature in the Object", replace(`<ds:Object>`, `<ds:Object><ds:Signature/>`), "bad:grammar"},
		{"beneath something in the Object", func(s string) string {
			return replace(`<ds:Object>`, `<ds:Object><x>`)(replace(`</ds:Object>`, `</x></ds:Object>`)(s))
		}, "bad:grammar"},
		{"by a pointer", replace(object, `<ds:Object><xades:QualifyingPropertiesReference xmlns:xades="`+xades+`" URI="#P"/></ds:Object>`), "bad:grammar"},
		{"unsigned ones as well", replace(`</xades:SignedProperties>`, `</xades:SignedProperties><xades:UnsignedProperties/>`), "bad:properties"},
		{"of another version", func(s string) string { return strings.ReplaceAll(s, xades, "http://uri.etsi.org/01903/v1.1.1#") }, "bad:grammar"},

		// The certificate.
		{"no certificate", inside(start + end), "bad:properties"},
		{"no properties of the signature", inside(""), "bad:grammar SignedSignatureProperties is missing"},
		{"no properties", replace(`<xades:SignedProperties Id="P">`+good+`</xades:SignedProperties>`, ""), "bad:properties QualifyingProperties without SignedProperties"},
		{"an empty list", certs("SigningCertificate", ""), "bad:properties"},
		{"a certificate without a digest", certs("SigningCertificate", `<xades:Cert>`+issuerAndSerial(leaf.Cert)+`</xades:Cert>`), "bad:grammar CertDigest is missing"},
		{"a certificate by another name", certs("SigningCertificate", strings.ReplaceAll(certElement(leaf.Cert, ""), "xades:Cert>", "xades:Certificate>")), "bad:grammar"},
		{"another certificate", certs("SigningCertificate", certElement(other.Cert, "")), "bad:signing-certificate"},
		{"another certificate, new form", certs("SigningCertificateV2", certElement(other.Cert, "")), "bad:signing-certificate"},
		{"another certificate first", certs("SigningCertificate", certElement(ca.Cert, "")+certElement(leaf.Cert, "")), "bad:signing-certificate"},
		{"another one of the signature first", func(s string) string {
			s = certs("SigningCertificate", certElement(ca.Cert, "")+certElement(leaf.Cert, ""))(s)
			return replace(`</ds:X509Data>`, `<ds:X509Certificate>`+encode(ca.Cert.Raw)+`</ds:X509Certificate></ds:X509Data>`)(s)
		}, "bad:signing-certificate"},
		{"five certificates", certs("SigningCertificate", strings.Repeat(certElement(leaf.Cert, ""), 5)), "bad:properties"},
		{"one that the signature does not bring", certs("SigningCertificate", certElement(leaf.Cert, "")+certElement(ca.Cert, "")), "bad:signing-certificate"},
		{"one that it brings", func(s string) string {
			s = certs("SigningCertificate", certElement(leaf.Cert, "")+certElement(ca.Cert, issuerAndSerial(ca.Cert)))(s)
			return replace(`</ds:X509Data>`, `<ds:X509Certificate>`+encode(ca.Cert.Raw)+`</ds:X509Certificate></ds:X509Data>`)(s)
		}, "good"},
		{"one that it brings, with another serial number", func(s string) string {
			s = certs("SigningCertificate", certElement(leaf.Cert, "")+certElement(ca.Cert, issuerAndSerial(other.Cert)))(s)
			return replace(`</ds:X509Data>`, `<ds:X509Certificate>`+encode(ca.Cert.Raw)+`</ds:X509Certificate></ds:X509Data>`)(s)
		}, "bad:signing-certificate"},
		{"the old form right, the new one wrong", inside(start + signingCertificate("SigningCertificate", certElement(leaf.Cert, "")) +
			signingCertificate("SigningCertificateV2", certElement(other.Cert, "")) + end), "bad:signing-certificate"},
		{"another serial number", certs("SigningCertificate", certElement(leaf.Cert, issuerAndSerial(other.Cert))), "bad:signing-certificate"},
		{"a serial number that is none", replace(`<ds:X509SerialNumber>`, `<ds:X509SerialNumber>x`), "bad:grammar"},
		{"a serial number without end", replace(`<ds:X509SerialNumber>`, `<ds:X509SerialNumber>`+strings.Repeat("1", 200)), "bad:limit"},
		{"issuer and serial number in DER", certs("SigningCertificateV2",
			certElement(leaf.Cert, issuerAndSerialV2(t, leaf.Cert.Issuer, leaf.Cert.SerialNumber.Int64()))), "good"},
		{"another serial number in DER", certs("SigningCertificateV2", certElement(leaf.Cert, issuerAndSerialV2(t, leaf.Cert.Issuer, 77))), "bad:signing-certificate"},
		{"another issuer in DER", certs("SigningCertificateV2",
			certElement(leaf.Cert, issuerAndSerialV2(t, leaf.Cert.Subject, leaf.Cert.SerialNumber.Int64()))), "bad:signing-certificate"},
		{"more after the DER", certs("SigningCertificateV2", certElement(leaf.Cert, moreAfter(t, issuerAndSerialV2(t, leaf.Cert.Issuer, leaf.Cert.SerialNumber.Int64())))), "bad:grammar"},
		{"no DER", certs("SigningCertificateV2", certElement(leaf.Cert, `<xades:IssuerSerialV2>AAAA</xades:IssuerSerialV2>`)), "bad:grammar"},
		{"a digest by MD5", replace(`<xades:CertDigest><ds:DigestMethod Algorithm="`+xmlenc+`sha256`, `<xades:CertDigest><ds:DigestMethod Algorithm="`+more2001+`md5`), "bad:algorithm"},
		{"a digest by SHA-1", replace(`<xades:CertDigest><ds:DigestMethod Algorithm="`+xmlenc+`sha256`, `<xades:CertDigest><ds:DigestMethod Algorithm="`+dsig1+`sha1`), "bad:sha1"},

		// The time.
		{"now", signedAt(at.Format(time.RFC3339)), "good"},
		{"as late as clocks differ", signedAt(at.Add(signing.ClockSkew).Format(time.RFC3339)), "good"},
		{"a second later", signedAt(at.Add(signing.ClockSkew + time.Second).Format(time.RFC3339)), "bad:signing-time"},
		{"in another zone", signedAt("2026-12-01T07:04:59.5+07:00"), "good"},
		{"white space around it", signedAt(" \n2026-11-30T17:30:00Z\t"), "good"},
		{"without zone", signedAt("2026-11-30T17:30:00"), "bad:signing-time"},
		{"a day", signedAt("2026-11-30"), "bad:signing-time"},
		{"no day", signedAt("2026-02-30T17:30:00Z"), "bad:signing-time"},
		{"nothing", signedAt(""), "bad:signing-time"},
		{"in 1900, long before the certificate: a claim that nobody vouches for", signedAt("1900-01-01T00:00:00Z"), "good"},
		{"the first moment of all", signedAt("0001-01-01T00:00:00Z"), "bad:signing-time"},

		// What nobody verifies.
		{"a policy by name", inside(strings.Replace(good, end, `<xades:SignaturePolicyIdentifier><xades:SignaturePolicyId/></xades:SignaturePolicyIdentifier>`+end, 1)), "bad:properties"},
		{"a policy neither implied nor named", inside(strings.Replace(good, end, `<xades:SignaturePolicyIdentifier/>`+end, 1)), "bad:grammar SignaturePolicyImplied is missing"},
		{"a certified role", inside(strings.Replace(good, end, `<xades:SignerRole><xades:CertifiedRoles/></xades:SignerRole>`+end, 1)), "bad:properties"},
		{"a role that nobody claims", inside(strings.Replace(good, end, `<xades:SignerRole><xades:ClaimedRoles><xades:City>x</xades:City></xades:ClaimedRoles></xades:SignerRole>`+end, 1)), "bad:properties"},
		{"a role without roles", inside(strings.Replace(good, end, `<xades:SignerRole/>`+end, 1)), "bad:grammar ClaimedRoles is missing"},
		{"a time stamp", inside(good + `<xades:SignedDataObjectProperties><xades:AllDataObjectsTimeStamp/></xades:SignedDataObjectProperties>`), "bad:properties"},
		{"the format of something else", inside(good + `<xades:SignedDataObjectProperties><xades:DataObjectFormat ObjectReference="#P"/></xades:SignedDataObjectProperties>`), "bad:properties"},
		{"the format of the document, whose Reference has the id of KeyInfo", func(s string) string {
			s = replace(`<ds:Reference URI=""`, `<ds:Reference Id="R" URI=""`)(inside(allProperties(t, leaf.Cert))(s))
			return replace(`<ds:KeyInfo>`, `<ds:KeyInfo Id="R">`)(s)
		}, "bad:id"},
		{"another order", inside(strings.Replace(good, start+`<xades:SigningTime>2026-11-30T17:30:00+07:00</xades:SigningTime>`, start, 1)[:len(good)-
			len(`<xades:SigningTime>2026-11-30T17:30:00+07:00</xades:SigningTime>`)-len(end)] +
			`<xades:SigningTime>2026-11-30T17:30:00+07:00</xades:SigningTime>` + end), "bad:properties"},
		{"an element that is none of XAdES", inside(strings.Replace(good, end, `<x/>`+end, 1)), "bad:grammar"},
		{"a comment", inside(strings.Replace(good, end, `<!-- x -->`+end, 1)), "bad:grammar"},
		{"a long text", inside(strings.Replace(good, end, `<xades:SignatureProductionPlace><xades:City>`+strings.Repeat("x", 20<<10)+
			`</xades:City></xades:SignatureProductionPlace>`+end, 1)), "bad:limit"},
	} {
		f := rsaForger(leaf.Key, leaf.Cert, crypto.SHA256)
		f.object, f.edit = object, c.edit
		p := f.pinned()
		if got := verdictInWords(t, f.make(t), p); got != c.want && !strings.HasPrefix(got, c.want+" ") {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// verdictInWords is the verdict, and of a refusal what it says.
func verdictInWords(t *testing.T, raw []byte, p signing.Policy) string {
	t.Helper()
	v, err := signing.Verify(t.Context(), raw, p)
	var refusal *signing.Error
	if errors.As(err, &refusal) {
		return "bad:" + refusal.Why + " " + refusal.Detail
	} else if err != nil {
		t.Fatal(err)
	}
	return string(v.Outcome())
}

// moreAfter puts a byte behind the DER of an element in base64.
func moreAfter(t *testing.T, element string) string {
	t.Helper()
	i, j := strings.IndexByte(element, '>')+1, strings.LastIndex(element, "</")
	der, err := base64.StdEncoding.DecodeString(element[i:j])
	if err != nil {
		t.Fatal(err)
	}
	return element[:i] + encode(append(der, 0)) + element[j:]
}

// propertiesDigest is the digest of the signed properties in a form other than
// that of the document.
func propertiesDigest(t *testing.T, signature, form string) string {
	t.Helper()
	return encode(sum(crypto.SHA256, mustRead(t, strings.Replace(goodDocument, "@", signature, 1)).CanonicalBy(form, "SignedProperties", true)))
}

// TestPropertiesAreSigned: a change of a letter in the properties is found, and
// what the Id of one of them does elsewhere in the document.
func TestPropertiesAreSigned(t *testing.T) {
	leaf := testca.New(t).Leaf("Sở Mẫu")
	f := rsaForger(leaf.Key, leaf.Cert, crypto.SHA256)
	f.object = objectWith(properties(leaf.Cert))
	raw := f.make(t)
	for _, c := range []struct{ name, old, new, want string }{
		{"as signed", "", "", "good"},
		{"the time", "17:30:00", "17:30:01", "bad:digest"},
		{"the certificate", `<xades:CertDigest>`, ` <xades:CertDigest>`, "bad:digest"},
		{"white space beside the properties", `</xades:SignedProperties>`, `</xades:SignedProperties> `, "good"},
		{"their digest", `<ds:DigestValue>`, `<ds:DigestValue> `, "bad:signature"},
		{"all of them", properties(leaf.Cert), strings.Replace(properties(leaf.Cert), "2026", "2025", 1), "bad:digest"},
		{"the document", "ạ &amp; b", "c", "bad:digest"},
		{"their id on the document", "<e:Subject>", `<e:Subject x='' Id="P">`, "bad:id"},
		{"their id with space around it on the document", "<e:Subject>", `<e:Subject id=" P&#9;">`, "bad:id"},
	} {
		changed := bytes.Replace(raw, []byte(c.old), []byte(c.new), 1)
		if got := verdict(t, changed, f.pinned()); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// TestSigningTime: it is told where it is signed, and nothing is made up.
func TestSigningTime(t *testing.T) {
	leaf := testca.New(t).Leaf("Sở Mẫu")
	want := time.Date(2026, 11, 30, 10, 30, 0, 0, time.UTC)
	for _, c := range []struct {
		name, object string
		want         time.Time
	}{
		{"said", objectWith(properties(leaf.Cert)), want},
		{"not said", objectWith(strings.Replace(properties(leaf.Cert), "<xades:SigningTime>2026-11-30T17:30:00+07:00</xades:SigningTime>", "", 1)), time.Time{}},
		{"without properties", "", time.Time{}},
	} {
		f := rsaForger(leaf.Key, leaf.Cert, crypto.SHA256)
		f.object = c.object
		got, ok := mustVerify(t, f.make(t), f.pinned()).SigningTime()
		if !got.Equal(c.want) || ok == c.want.IsZero() {
			t.Errorf("%s: %v, %t, want %v", c.name, got, ok, c.want)
		}
	}
}

// TestPropertiesBySHA1 are for those agencies that may still use it.
func TestPropertiesBySHA1(t *testing.T) {
	leaf := testca.New(t).Leaf("Sở Mẫu")
	f := rsaForger(leaf.Key, leaf.Cert, crypto.SHA256)
	f.object = objectWith(properties(leaf.Cert))
	f.edit = func(s string) string {
		s = strings.Replace(s, `Algorithm="`+xmlenc+`sha256"/><ds:DigestValue>~`, `Algorithm="`+dsig1+`sha1"/><ds:DigestValue>~`, 1)
		return strings.Replace(s, "~", encode(sum(crypto.SHA1, mustRead(t, strings.Replace(goodDocument, "@", s, 1)).CanonicalBy(exclusive, "SignedProperties", true))), 1)
	}
	raw, p := f.make(t), f.pinned()
	if got := verdict(t, raw, p); got != "bad:sha1" {
		t.Errorf("%s, want bad:sha1", got)
	}
	p.LegacySHA1Until = at.Add(1)
	if got := verdict(t, raw, p); got != "good-weak" {
		t.Errorf("SHA-1 allowed: %s, want good-weak", got)
	}
}

// TestPropertiesByAMisspeltName: the canonicalisation that no standard defines is
// for the same agencies.
func TestPropertiesByAMisspeltName(t *testing.T) {
	leaf := testca.New(t).Leaf("Sở Mẫu")
	f := rsaForger(leaf.Key, leaf.Cert, crypto.SHA256)
	f.object = objectWith(properties(leaf.Cert))
	f.edit = func(s string) string {
		return strings.Replace(s, `<ds:Transforms><ds:Transform Algorithm="`+exclusive, `<ds:Transforms><ds:Transform Algorithm="http://www.w3.org/TR/xml-exc-c14n#`, 1)
	}
	raw, p := f.make(t), f.pinned()
	if got := verdict(t, raw, p); got != "bad:algorithm" {
		t.Errorf("%s, want bad:algorithm", got)
	}
	p.LegacySHA1Until = at.Add(1)
	if got := verdict(t, raw, p); got != "good-weak" {
		t.Errorf("allowed: %s, want good-weak", got)
	}
}

// TestPropertiesAreNotRead: nothing inside a signature is document.
func TestPropertiesAreNotRead(t *testing.T) {
	leaf := testca.New(t).Leaf("Sở Mẫu")
	f := rsaForger(leaf.Key, leaf.Cert, crypto.SHA256)
	f.object = objectWith(properties(leaf.Cert))
	if got := content(mustVerify(t, f.make(t), f.pinned()).Root()); strings.Contains(got, xades) || strings.Contains(got, dsig1) {
		t.Errorf("the signature is read: %s", got)
	}
}
