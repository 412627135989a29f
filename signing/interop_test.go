package signing_test

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/lienthong/lienthong/internal/testca"
	"github.com/lienthong/lienthong/signing"
)

// An implementation of XML signatures that shares nothing with ours.
type implementation interface {
	// verify gives an error for each document whose signature does not hold or
	// whose certificate the test authority has not issued.
	verify(t *testing.T, documents [][]byte) []error
	sign(t *testing.T, jobs []job) [][]byte
}

// A job is a document to be signed by an implementation.
type job struct {
	name     string
	document string
	place    string // of places
	form     string // of SignedInfo and of the document
	prefixes string // listed in both, exclusive forms only
	method   string
	signer   signing.Signer
	time     string // of signing; with one it is to be signed as XAdES
}

func (j job) algorithm() string {
	name := j.method[strings.IndexByte(j.method, '#')+1:]
	if hash, ok := strings.CutSuffix(name, "-rsa-MGF1"); ok {
		return "rsa-pss-" + hash
	}
	return name
}

func (j job) digest() string {
	switch {
	case strings.Contains(j.method, "sha512"):
		return xmlenc + "sha512"
	case strings.Contains(j.method, "sha384"):
		return more2001 + "sha384"
	}
	return xmlenc + "sha256"
}

// put puts a signature into the document at its place.
func (j job) put(signature string) string {
	switch j.place {
	case "first":
		i := strings.Index(j.document, "<edXML")
		i += strings.IndexByte(j.document[i:], '>') + 1
		return j.document[:i] + signature + j.document[i:]
	case "last":
		i := strings.LastIndex(j.document, "</edXML>")
		return j.document[:i] + signature + j.document[i:]
	case "digital":
		return strings.Replace(j.document, "<e:DigitalSignature a='1' />", "<e:DigitalSignature a='1' >"+signature+"</e:DigitalSignature>", 1)
	}
	return strings.Replace(j.document, "</e:edXMLHeader>", signature+"</e:edXMLHeader>", 1)
}

var interopMethods = []string{
	more2001 + "rsa-sha256", more2001 + "rsa-sha384", more2001 + "rsa-sha512",
	more2007 + "sha256-rsa-MGF1", more2007 + "sha384-rsa-MGF1", more2007 + "sha512-rsa-MGF1",
	more2001 + "ecdsa-sha256", more2001 + "ecdsa-sha384", more2001 + "ecdsa-sha512",
}

// signerFor has a key for a method.
func signerFor(all map[string]signing.Signer, method string) signing.Signer {
	if s, ok := all[(job{method: method}).algorithm()]; ok {
		return s
	}
	return all["rsa-sha256"]
}

// manyAddressees is a document with 500 of them, each with a full address.
func manyAddressees() string {
	var b strings.Builder
	for i := range 500 {
		fmt.Fprintf(&b, "<e:To><e:OrganId>000.%02d.%02d.H44</e:OrganId><e:OrganizationInCharge>UBND huyện Mẫu</e:OrganizationInCharge>"+
			"<e:OrganName>Xã Mẫu số %d</e:OrganName><e:OrganAdd>Số %d &amp; Thôn Mẫu</e:OrganAdd><e:Email>xa%d@example.vn</e:Email>"+
			"<e:Telephone>0210000%d</e:Telephone><e:Fax/><e:Website>https://xa%d.example.vn</e:Website></e:To>\n", i/100, i%100, i, i, i, i, i)
	}
	return strings.Replace(placeable("x"), "<e:Subject>", b.String()+"<e:Subject>", 1)
}

// verifiesSign: what Sign makes holds for another implementation: by every
// algorithm, in both forms, at every place; of every making, and for 500
// addressees; and with a letter changed it does not. The good ones among the
// attack files with signed properties hold as well.
func verifiesSign(t *testing.T, ca *testca.CA, other implementation) {
	var names []string
	var signed [][]byte
	add := func(name string, s signing.Signer, raw string) {
		t.Helper()
		out, err := s.Sign([]byte(raw))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		names, signed = append(names, name), append(signed, out)
	}
	for algorithm, s := range signers(t, ca) {
		for _, s.Inclusive = range []bool{false, true} {
			for place, p := range places {
				s.Place = p
				add(fmt.Sprintf("%s, %s, inclusive %t", algorithm, place, s.Inclusive), s, placeable("x"))
			}
			s.Place = signing.InHeader
			for about, raw := range documents() {
				if algorithm != "rsa-sha256" {
					break // the algorithm makes no difference to what is hashed
				}
				add(fmt.Sprintf("%s, %s, inclusive %t", algorithm, about, s.Inclusive), s, raw)
			}
			if algorithm == "rsa-sha256" || algorithm == "ecdsa-sha256" {
				add(fmt.Sprintf("%s, 500 addressees, inclusive %t", algorithm, s.Inclusive), s, manyAddressees())
			}
		}
	}
	for _, name := range []string{"xades-control", "xades-control-all"} {
		names, signed = append(names, name), append(signed, testfile(t, "attacks/"+name+".xml"))
	}
	for i, err := range other.verify(t, signed) {
		if err != nil {
			t.Errorf("%s: %v", names[i], err)
		}
	}
	forged := func(raw []byte) []byte {
		return bytes.Replace(raw, []byte("000.00.31.H44"), []byte("000.00.32.H44"), 1)
	}
	for i, err := range other.verify(t, [][]byte{forged(signed[0]), forged(signed[len(signed)-3])}) {
		if err == nil {
			t.Errorf("another document is verified too, %d", i)
		}
	}
}

// verified: what another implementation signs holds here, by each of its
// algorithms, in every form, at every place; and in every form what is of every
// making, and for 500 addressees.
func verified(t *testing.T, ca *testca.CA, other implementation, methods []string) {
	all := signers(t, ca)
	var jobs []job
	for _, method := range methods {
		for _, form := range []string{exclusive, inclusive, inclusive11} {
			j := job{form: form, method: method, signer: signerFor(all, method)}
			for j.place = range places {
				j.name, j.document = j.place, placeable("Công văn")
				jobs = append(jobs, j)
			}
			if method != methods[0] {
				continue
			}
			j.place = "header"
			for j.name, j.document = range documents() {
				jobs = append(jobs, j)
			}
			j.name, j.document = "500 addressees", manyAddressees()
			jobs = append(jobs, j)
		}
	}
	p := signing.Policy{At: at, Anchors: ca.Anchors()}
	for i, raw := range other.sign(t, jobs) {
		j := jobs[i]
		name := strings.Join([]string{j.name, j.place, j.form, j.algorithm()}, ", ")
		v, err := signing.Verify(t.Context(), raw, p)
		if err != nil || v.Outcome() != signing.Good || v.Algorithm() != j.algorithm() {
			t.Errorf("%s: %v, want good by %s", name, err, j.algorithm())
		}
		forged := bytes.Replace(raw, []byte("000.00.31.H44"), []byte("000.00.32.H44"), 1)
		if got := verdict(t, forged, p); got != "bad:digest" {
			t.Errorf("%s, another sender: %s, want bad:digest", name, got)
		}
	}
}

// verifiedByChance: documents made by chance, with attributes of xml above the
// signature and lists of prefixes, have here the canonical form that they have
// for another implementation, SignedInfo included: otherwise a signature would
// not hold.
// nested says that the other one knows which of two attributes of xml is the
// nearer.
func verifiedByChance(t *testing.T, ca *testca.CA, other implementation, rounds int, nested bool) {
	leaf := ca.Leaf("Sở Mẫu")
	random := chance(t)
	jobs := make([]job, rounds)
	for i := range jobs {
		jobs[i] = chanceJob(random, nested)
		jobs[i].signer = signing.Signer{Key: leaf.Key, Cert: leaf.Cert}
	}
	p := signing.Policy{At: at, Anchors: ca.Anchors(), Values: func(_, _ string) bool { return false }}
	for i, raw := range other.sign(t, jobs) {
		if got := verdict(t, raw, p); got != "good" {
			t.Errorf("%s %q: %s, want good:\n%s", jobs[i].form, jobs[i].prefixes, got, raw)
		}
	}
}

// chanceJob is a document with its signature in edXMLHeader, three levels deep.
func chanceJob(random *rand.Rand, nested bool) job {
	form := pick(random, []string{exclusive, inclusive, inclusive11, exclusive + "WithComments", inclusive + "#WithComments", inclusive11 + "#WithComments"})
	j := job{form: form, method: more2001 + "rsa-sha256"}
	if strings.HasPrefix(form, exclusive) {
		for _, p := range []string{"#default", "p", "q", "r", "e", "zz", "xml", "p"} {
			if random.IntN(3) == 0 {
				j.prefixes += " " + p
			}
		}
		j.prefixes = strings.TrimPrefix(j.prefixes, " ")
	}
	used := make(map[string]bool)
	open := func(name, more string) string {
		for _, p := range []string{"p", "q", "r"} {
			if random.IntN(3) == 0 {
				more += " xmlns:" + p + pick(random, []string{"='urn:1'", `="urn:2"`})
			}
		}
		return "<" + name + more + chanceXML(random, used, nested) + ">"
	}
	j.document = open("edXML", ` xmlns="urn:e" xmlns:e="urn:e"`) + open("e:edXMLEnvelope", "") + open("e:edXMLHeader", "") + "</e:edXMLHeader>" +
		chanceDocument(random) + "</e:edXMLEnvelope>" + chanceDocument(random) + "</edXML>"
	return j
}

// chanceXML are attributes of xml. Several values of xml:base are joined in ways
// of which TestCanonicalOfXMLAttributes has more.
func chanceXML(random *rand.Rand, used map[string]bool, nested bool) string {
	var b strings.Builder
	for _, name := range []string{"base", "id", "lang", "space"} {
		if random.IntN(3) > 0 || used[name] && !nested {
			continue
		}
		used[name] = true
		b.WriteString(" xml:" + name + pick(random, chanceXMLValues[name]))
	}
	return b.String()
}

var chanceXMLValues = map[string][]string{
	"base": {`="http://example.vn/a/b"`, `="c/d"`, `='e/'`, `="/f"`}, "id": {`="i"`, `='&quot;'`},
	"lang": {`="vi"`, `='en-&#x41;'`, `=""`}, "space": {`="preserve"`, `="default"`},
}

func keyPEM(t *testing.T, key crypto.Signer) []byte {
	t.Helper()
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER(t, key)})
}

func keyDER(t *testing.T, key crypto.Signer) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func certPEM(cert *x509.Certificate) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw})
}
