package testca_test

import (
	"bytes"
	"crypto/x509"
	"errors"
	"testing"
	"time"

	"github.com/lienthong/lienthong/internal/testca"
	"github.com/lienthong/lienthong/signing"
)

const document = `<edXML xmlns="urn:test:edxml"><edXMLEnvelope><edXMLHeader><a>1</a></edXMLHeader></edXMLEnvelope></edXML>`

var at = time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)

func TestLeafIsTrustedByItsAuthorityOnly(t *testing.T) {
	signed := testca.New(t).Leaf("Sở Mẫu").Sign([]byte(document))
	if _, err := signing.Verify(t.Context(), signed, signing.Policy{At: at, Anchors: testca.New(t).Anchors()}); err != nil {
		t.Errorf("by its authority: %v", err)
	}
	_, err := signing.Verify(t.Context(), signed, signing.Policy{At: at, Anchors: testca.Foreign(t).Anchors()})
	var refusal *signing.Error
	if !errors.As(err, &refusal) || refusal.Why != signing.WhyUntrusted {
		t.Errorf("by another authority: %v, want %s", err, signing.WhyUntrusted)
	}
}

func TestIntermediate(t *testing.T) {
	ca := testca.New(t)
	below := ca.Intermediate("Cơ quan chứng thực cấp dưới")
	leaf := below.Leaf("Sở Mẫu")
	if leaf.Key.Equal(below.Leaf("khác").Key) {
		t.Error("two leaves in a row have one key")
	}
	signed := leaf.Sign([]byte(document), below.Cert)
	if _, err := signing.Verify(t.Context(), signed, signing.Policy{At: at, Anchors: ca.Anchors()}); err != nil {
		t.Error(err)
	}
}

func TestTheSameCallsGiveTheSameBytes(t *testing.T) {
	one, two := testca.New(t).Leaf("Sở Mẫu"), testca.New(t).Leaf("Sở Mẫu")
	if !bytes.Equal(one.Cert.Raw, two.Cert.Raw) {
		t.Error("the certificates differ")
	}
	if !bytes.Equal(one.Sign([]byte(document)), two.Sign([]byte(document))) {
		t.Error("the signed documents differ")
	}
}

func TestChangedTemplate(t *testing.T) {
	end := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	leaf := testca.New(t).Leaf("Sở Mẫu", func(c *x509.Certificate) { c.NotAfter = end })
	if !leaf.Cert.NotAfter.Equal(end) {
		t.Errorf("NotAfter = %v, want %v", leaf.Cert.NotAfter, end)
	}
}
