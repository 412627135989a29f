package api_test

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"testing"
	"time"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/internal/hubtest"
	"github.com/lienthong/lienthong/internal/testca"
)

// T0 of an urgent document is the time at which it was signed, to the minute, where the signature tells one on the day of
// promulgation (XAdES SigningTime); of any other it is that day.
func TestUrgentDocumentsAreTimedFromTheirSignature(t *testing.T) {
	at := func(text string) time.Time {
		when, err := time.ParseInLocation("2006-01-02 15:04", text, envelope.ICT())
		if err != nil {
			t.Fatal(err)
		}
		return when
	}
	now := at("2026-03-02 14:00") // a Monday
	h := checked(t, hubtest.Config{Clock: func() time.Time { return now }}, agencies()...)
	p := h.Party(department)
	send := time.Duration(h.Exchange.Calendar().Urgent[3].Send)
	day := at("2026-03-04 00:00") // after the working day that follows
	for _, test := range []struct {
		name, signed string
		priority     int
		limit        time.Time
		verdict      string
	}{
		{"signed ten minutes ago", "2026-03-02 13:50", 3, at("2026-03-02 13:50").Add(send), "on-time"},
		{"signed in the morning", "2026-03-02 08:00", 3, at("2026-03-02 08:00").Add(send), "late"},
		{"signed on another day than it was promulgated", "2026-03-01 20:00", 3, time.Time{}, "on-time"},
		{"routine", "2026-03-02 08:00", 0, day, "on-time"},
	} {
		e := p.Document(communeA)
		e.Other.Priority = test.priority
		r := p.Submit(signedAt(t, p.Leaf, p.Build(e), at(test.signed)))
		d, err := p.Client.Document(t.Context(), r.ID)
		if err != nil {
			t.Fatal(err)
		}
		if !d.Message.SignedAt.Equal(at(test.signed)) || d.Message.Signature != "good" {
			t.Errorf("%s: signed %s at %v, want good and %v", test.name, d.Message.Signature, d.Message.SignedAt, at(test.signed))
		}
		mark := d.Deliveries[0].Clocks[string(exchange.ClockSend)]
		if mark.Verdict != test.verdict || !test.limit.IsZero() && !mark.Limit.Equal(test.limit) {
			t.Errorf("%s: the clock says %s, late from %v; want %s, %v", test.name, mark.Verdict, mark.Limit, test.verdict, test.limit)
		}
		if test.limit.IsZero() && mark.Limit.Equal(at(test.signed).Add(send)) {
			t.Errorf("%s: the limit %v goes by the signature", test.name, mark.Limit)
		}
		if late := test.verdict == "late"; late != warns(d.Message.Warnings, exchange.WarnSentLate, "") {
			t.Errorf("%s: warnings %v", test.name, d.Message.Warnings)
		}
	}
}

const (
	dsig  = "http://www.w3.org/2000/09/xmldsig#"
	xades = "http://uri.etsi.org/01903/v1.3.2#"
	exc   = "http://www.w3.org/2001/10/xml-exc-c14n#"
)

// signedAt signs a file that package envelope wrote, with signed properties that tell a time. What it hashes is written in
// the canonical form, so that no canonicaliser is needed.
func signedAt(t *testing.T, leaf *testca.Leaf, raw []byte, at time.Time) []byte {
	t.Helper()
	_, document, ok := bytes.Cut(raw, []byte("?>"))
	document = bytes.ReplaceAll(document, []byte(` version="1.0"/>`), []byte(` version="1.0"></edXML:edXMLManifest>`))
	end := []byte("</edXML>")
	document = bytes.TrimSpace(bytes.ReplaceAll(document, []byte("\r\n"), []byte("\n"))) // as XML reads it
	if !ok || !bytes.HasSuffix(document, end) || bytes.Contains(document, []byte("/>")) || bytes.Contains(document, []byte("\r")) {
		t.Fatalf("the envelope is not in the canonical form: %s", document)
	}
	properties := `<x:SignedProperties xmlns:x="` + xades + `" Id="P"><x:SignedSignatureProperties><x:SigningTime>` + at.Format(time.RFC3339) +
		`</x:SigningTime><x:SigningCertificateV2><x:Cert><x:CertDigest><ds:DigestMethod xmlns:ds="` + dsig + `" Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></ds:DigestMethod>` +
		`<ds:DigestValue xmlns:ds="` + dsig + `">` + hashed(leaf.Cert.Raw) + `</ds:DigestValue></x:CertDigest></x:Cert></x:SigningCertificateV2></x:SignedSignatureProperties></x:SignedProperties>`
	info := `<ds:SignedInfo xmlns:ds="` + dsig + `"><ds:CanonicalizationMethod Algorithm="` + exc + `"></ds:CanonicalizationMethod>` +
		`<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"></ds:SignatureMethod>` +
		reference(`URI=""`, `<ds:Transform Algorithm="`+dsig+`enveloped-signature"></ds:Transform>`, document) +
		reference(`Type="http://uri.etsi.org/01903#SignedProperties" URI="#P"`, "", []byte(properties)) + `</ds:SignedInfo>`
	sum := sha256.Sum256([]byte(info))
	value, err := rsa.SignPKCS1v15(rand.Reader, leaf.Key, crypto.SHA256, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	signature := `<ds:Signature xmlns:ds="` + dsig + `" Id="S">` + info + `<ds:SignatureValue>` + base64.StdEncoding.EncodeToString(value) +
		`</ds:SignatureValue><ds:KeyInfo><ds:X509Data><ds:X509Certificate>` + base64.StdEncoding.EncodeToString(leaf.Cert.Raw) +
		`</ds:X509Certificate></ds:X509Data></ds:KeyInfo><ds:Object><x:QualifyingProperties xmlns:x="` + xades + `" Target="#S">` + properties +
		`</x:QualifyingProperties></ds:Object></ds:Signature>`
	return append(append(bytes.TrimSuffix(bytes.Clone(document), end), signature...), end...)
}

func reference(attributes, first string, text []byte) string {
	return `<ds:Reference ` + attributes + `><ds:Transforms>` + first + `<ds:Transform Algorithm="` + exc + `"></ds:Transform></ds:Transforms>` +
		`<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></ds:DigestMethod><ds:DigestValue>` + hashed(text) + `</ds:DigestValue></ds:Reference>`
}

func hashed(text []byte) string {
	sum := sha256.Sum256(text)
	return base64.StdEncoding.EncodeToString(sum[:])
}
