package main

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ocsp"

	"github.com/lienthong/lienthong/internal/testca"
)

// TestVerifyDocumentByLists: lists from files decide as the hub's keeper does with those that it fetches.
func TestVerifyDocumentByLists(t *testing.T) {
	ca := testca.New(t)
	middle := ca.Intermediate("Cơ quan trung gian")
	leaf, below := ca.Leaf("Sở Mẫu"), middle.Leaf("Xã Mẫu")
	template, err := os.ReadFile("../../docs/first-hub/cong-van.xml")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Now().UTC().Add(-72 * time.Hour).Truncate(time.Second)
	stamp := func(hours int) string { return at.Add(time.Duration(hours) * time.Hour).Format(time.RFC3339) }
	ended := ca.Leaf("Sở cũ", func(c *x509.Certificate) { c.NotAfter = at.Add(time.Hour) })
	file := files(t)
	list := func(by *testca.CA, revokes *big.Int, since, this time.Time) []byte {
		l := x509.RevocationList{ThisUpdate: this, NextUpdate: this.Add(24 * time.Hour)}
		if revokes != nil {
			l.RevokedCertificateEntries = []x509.RevocationListEntry{{SerialNumber: revokes, RevocationTime: since}}
		}
		return by.CRL(l, this)
	}
	anchor := file("ca.pem", ca.AnchorsPEM())
	signed := file("signed.xml", leaf.Sign(template))
	chained := file("chained.xml", below.Sign(template, middle.Cert))
	serial, hour := leaf.Cert.SerialNumber, time.Hour
	clean := list(ca, nil, at, at.Add(-hour))
	flipped := bytes.Clone(clean)
	flipped[len(flipped)-1] ^= 1
	inPEM := func(ders ...[]byte) (text []byte) {
		for _, der := range ders {
			text = append(text, pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: der})...)
		}
		return text
	}
	for _, c := range []struct {
		name, document string
		lists          [][]byte
		verdict, why   string
	}{
		{"no list", signed, nil, good, "; revocation not looked at"},
		{"a list without it", signed, [][]byte{clean}, good, "; not revoked by the list of " + stamp(-1)},
		{"in PEM", signed, [][]byte{inPEM(clean)}, good, "; not revoked by the list of "},
		{"revoked before", signed, [][]byte{list(ca, serial, at.Add(-2*hour), at.Add(-hour))}, "bad:certificate-revoked", "was revoked on " + stamp(-2)},
		{"revoked before, by the second of two", signed, [][]byte{clean, list(ca, serial, at.Add(-2*hour), at.Add(-hour))}, "bad:certificate-revoked", ""},
		{"revoked after", signed, [][]byte{list(ca, serial, at.Add(hour), at.Add(2*hour))}, good, "; not revoked by the list of " + stamp(2)},
		{"another is revoked", signed, [][]byte{list(ca, big.NewInt(99), at.Add(-2*hour), at.Add(-hour))}, good, ""},
		{"a list that was due before", signed, [][]byte{list(ca, nil, at, at.Add(-48*hour))}, "bad:revocation-unknown", "no statement says whether"},
		{"revoked by a list that was due before", signed, [][]byte{list(ca, serial, at.Add(-50*hour), at.Add(-48*hour))}, "bad:certificate-revoked", ""},
		{"a list of later", signed, [][]byte{list(ca, nil, at, at.Add(48*hour))}, good, ""},
		{"a list from after the certificate's end", file("ended.xml", ended.Sign(template)), [][]byte{list(ca, nil, at, at.Add(2*hour))}, "bad:revocation-unknown", ""},
		{"another authority's list", signed, [][]byte{list(testca.Foreign(t), nil, at, at.Add(-hour))}, "bad:revocation-unknown", ""},
		{"a list that was changed", signed, [][]byte{flipped}, "bad:revocation-unknown", ""},
		{"a chain, one list", chained, [][]byte{clean}, "bad:revocation-unknown", "Xã Mẫu"},
		{"a chain, both lists in one file", chained, [][]byte{inPEM(clean, list(middle, nil, at, at.Add(-2*hour)))}, good, "the list of " + stamp(-2) + " and the list of " + stamp(-1)},
		{"the authority below is revoked", chained, [][]byte{list(middle, nil, at, at.Add(-hour)), list(ca, middle.Cert.SerialNumber, at.Add(-2*hour), at.Add(-hour))},
			"bad:certificate-revoked", "Cơ quan trung gian"},
	} {
		args := []string{"verify", "document", "--anchors", anchor, "--at", stamp(0)}
		for i, l := range c.lists {
			args = append(args, "--crl", file(string(rune('a'+i))+".crl", l))
		}
		code, stdout, stderr := command(t, append(args, c.document)...)
		cells := strings.Split(strings.TrimSuffix(stdout, "\n"), "\t")
		if len(cells) != 3 || cells[1] != c.verdict || !strings.Contains(cells[2], c.why) || stderr != "" {
			t.Errorf("%s: %q %q, want %s and %q", c.name, stdout, stderr, c.verdict, c.why)
		}
		if (code == exitOK) != (c.verdict == good) {
			t.Errorf("%s: exit code %d", c.name, code)
		}
	}
	for name, text := range map[string][]byte{"nothing": nil, "no list": []byte("x"), "a certificate": ca.AnchorsPEM(), "a list cut short": clean[:len(clean)-1]} {
		if code, stdout, stderr := command(t, "verify", "document", "--anchors", anchor, "--crl", file("bad.crl", text), signed); code != exitUsage || stdout != "" || !strings.Contains(stderr, "--crl ") {
			t.Errorf("%s: exit code %d, %q, %q; want that of usage, and the option named", name, code, stdout, stderr)
		}
	}
}

// TestVerifyDocumentByAnswers: OCSP responses from files decide as lists do, alone and beside them.
func TestVerifyDocumentByAnswers(t *testing.T) {
	ca, foreign := testca.New(t), testca.Foreign(t)
	leaf, other := ca.Leaf("Sở Mẫu"), ca.Leaf("Sở khác")
	template, err := os.ReadFile("../../docs/first-hub/cong-van.xml")
	if err != nil {
		t.Fatal(err)
	}
	at, hour := time.Now().UTC().Add(-72*time.Hour).Truncate(time.Second), time.Hour
	file := files(t)
	answer := func(by *testca.CA, cert *x509.Certificate, status int, this time.Time) []byte {
		return by.OCSP(cert, ocsp.Response{Status: status, ThisUpdate: this, NextUpdate: this.Add(24 * hour), RevokedAt: this.Add(-hour)}, this)
	}
	eku := func(c *x509.Certificate) {
		c.ExtKeyUsage, c.NotAfter = []x509.ExtKeyUsage{x509.ExtKeyUsageOCSPSigning}, at.Add(24*hour)
	}
	clean := answer(ca, leaf.Cert, ocsp.Good, at.Add(-hour))
	flipped := bytes.Clone(clean)
	flipped[len(flipped)-1] ^= 1
	responder := ca.Leaf("Trả lời OCSP", eku).OCSP(ca, leaf.Cert, ocsp.Response{Status: ocsp.Good, ThisUpdate: at.Add(-hour), NextUpdate: at.Add(hour)}, at)
	revoking := ca.CRL(x509.RevocationList{ThisUpdate: at.Add(-hour), NextUpdate: at.Add(hour), RevokedCertificateEntries: []x509.RevocationListEntry{{SerialNumber: leaf.Cert.SerialNumber, RevocationTime: at.Add(-2 * hour)}}}, at)
	anchor, signed := file("ca.pem", ca.AnchorsPEM()), file("signed.xml", leaf.Sign(template))
	for _, c := range []struct {
		name         string
		answers      [][]byte
		list         []byte
		verdict, why string
	}{
		{"good", [][]byte{clean}, nil, good, "; not revoked by the OCSP response of " + at.Add(-hour).Format(time.RFC3339)},
		{"good, by a responder that has ended since", [][]byte{responder}, nil, good, "OCSP response"},
		{"revoked before", [][]byte{answer(ca, leaf.Cert, ocsp.Revoked, at.Add(-hour))}, nil, "bad:certificate-revoked", "was revoked on "},
		{"revoked after", [][]byte{answer(ca, leaf.Cert, ocsp.Revoked, at.Add(3*hour))}, nil, good, ""},
		{"unknown to the authority", [][]byte{answer(ca, leaf.Cert, ocsp.Unknown, at.Add(-hour))}, nil, "bad:revocation-unknown", "no statement says"},
		{"due before", [][]byte{answer(ca, leaf.Cert, ocsp.Good, at.Add(-48*hour))}, nil, "bad:revocation-unknown", ""},
		{"of another certificate", [][]byte{answer(ca, other.Cert, ocsp.Good, at.Add(-hour))}, nil, "bad:revocation-unknown", ""},
		{"by another authority", [][]byte{answer(foreign, leaf.Cert, ocsp.Good, at.Add(-hour))}, nil, "bad:revocation-unknown", ""},
		{"changed", [][]byte{flipped}, nil, "bad:revocation-unknown", ""},
		{"good, revoked by a list", [][]byte{clean}, revoking, "bad:certificate-revoked", ""},
		{"of another certificate, then good", [][]byte{answer(ca, other.Cert, ocsp.Good, at.Add(-hour)), clean}, nil, good, ""},
	} {
		args := []string{"verify", "document", "--anchors", anchor, "--at", at.Format(time.RFC3339)}
		for i, der := range c.answers {
			args = append(args, "--ocsp", file(string(rune('a'+i))+".ocsp", der))
		}
		if c.list != nil {
			args = append(args, "--crl", file("a.crl", c.list))
		}
		code, stdout, stderr := command(t, append(args, signed)...)
		cells := strings.Split(strings.TrimSuffix(stdout, "\n"), "\t")
		if len(cells) != 3 || cells[1] != c.verdict || !strings.Contains(cells[2], c.why) || stderr != "" || (code == exitOK) != (c.verdict == good) {
			t.Errorf("%s: %d %q %q, want %s and %q", c.name, code, stdout, stderr, c.verdict, c.why)
		}
	}
	for name, text := range map[string][]byte{"nothing": nil, "no answer": []byte("x"), "a list": revoking, "cut short": clean[:len(clean)-1], "try later": {0x30, 3, 10, 1, 3}} {
		if code, stdout, stderr := command(t, "verify", "document", "--anchors", anchor, "--ocsp", file("bad.ocsp", text), signed); code != exitUsage || stdout != "" || !strings.Contains(stderr, "--ocsp ") {
			t.Errorf("%s: exit code %d, %q, %q; want that of usage, and the option named", name, code, stdout, stderr)
		}
	}
}

// files writes each text under its name, into a directory of the test's own.
func files(t *testing.T) func(name string, text []byte) string {
	dir := t.TempDir()
	return func(name string, text []byte) string {
		t.Helper()
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, text, 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
}
