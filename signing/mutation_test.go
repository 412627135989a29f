package signing_test

import (
	"bytes"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/lienthong/lienthong/internal/testca"
	"github.com/lienthong/lienthong/signing"
)

// TestMutations changes good documents in every way that chance finds, and none
// of 20,000 changed ones is accepted. Beside them are those that canonicalisation makes the
// same again (white space in tags and in base64, quotation marks, empty tags,
// references for characters, namespaces that the exclusive form does not write), which no verifier could refuse: what was
// signed is there byte for byte, every reader reads the same in them, and goxmldsig accepts them too.
func TestMutations(t *testing.T) {
	rounds := long(20_000, 500_000)
	if testing.Short() {
		rounds = 2_000
	}
	ca := testca.New(t)
	good := mutable(t, ca)
	p := signing.Policy{At: at, Anchors: ca.Anchors()}
	var before []*signing.Verified
	for _, raw := range good {
		before = append(before, mustVerify(t, raw, p))
	}
	random := chance(t)
	wellFormed, accepted, n := 0, 0, 0
	for ; n-accepted < rounds; n++ { // those that canonicalisation makes good again do not count
		i := random.IntN(len(good))
		changed := mutate(random, good[i])
		if bytes.Equal(changed, good[i]) {
			n--
			continue
		}
		if _, err := signing.Read(changed, signing.Limits{}); err == nil {
			wellFormed++
		}
		v, err := signing.Verify(t.Context(), changed, p)
		if err != nil {
			why(t, err)
			continue
		}
		accepted++
		if v.SignedContent() != before[i].SignedContent() {
			t.Fatalf("round %d: something else than what was signed is accepted:\n%s", n, changed)
		}
		if got, want := content(v.Root()), content(before[i].Root()); got != want {
			t.Fatalf("round %d: accepted with another meaning:\n%s\nwant\n%s\nin\n%s", n, got, want, changed)
		}
		askOracle(t, changed, v)
	}
	t.Logf("of %d mutants %d are well-formed, %d are accepted: they mean what was signed", n, wellFormed, accepted)
	if accepted == 0 || accepted > rounds/20 || wellFormed < rounds/5 {
		t.Errorf("of %d mutants %d are well-formed and %d accepted: the test does not test what it says", n, wellFormed, accepted)
	}
}

// mutable are good documents of several makings: both forms, all places, RSA and
// ECDSA, with signed properties and without.
func mutable(t *testing.T, ca *testca.CA) (good [][]byte) {
	t.Helper()
	raw := placeable("V/v &amp; <![CDATA[A & B]]> ạ")
	good = append(good, ca.Leaf("Sở Mẫu").Sign([]byte(envelope("V/v &amp; <![CDATA[A & B]]> ạ"))))
	all := signers(t, ca)
	for _, algorithm := range slices.Sorted(maps.Keys(all)) {
		s := all[algorithm]
		s.Inclusive = algorithm != "rsa-sha256"
		s.Place = map[string]signing.Place{"ecdsa-sha256": signing.InDigitalSignature, "ecdsa-sha384": signing.FirstInRoot}[algorithm]
		signed, err := s.Sign([]byte(raw))
		if err != nil {
			t.Fatal(err)
		}
		good = append(good, signed)
	}
	return append(good, testfile(t, "attacks/xades-control.xml"))
}

// mutate makes one to three small changes.
func mutate(random *rand.Rand, good []byte) []byte {
	b := bytes.Clone(good)
	for range 1 + random.IntN(3) {
		b = mutateOnce(random, b)
	}
	return b
}

// pieces are what attackers would put in.
var pieces = []string{
	" ", "\n", "\r", "<", ">", "&", "]]>", "<!---->", "<?x?>", "<x/>", "</x>", "<x>", `"`, "'", "=", ":", "#",
	"&#65;", "&amp;", "<![CDATA[", "<![CDATA[]]>", "<!DOCTYPE a>", "\x00", "\xFF", "ạ", ` Id="a"`, ` xmlns=""`,
	` xmlns:e="urn:x"`, ` xml:lang="vi"`, "<e:X/>", "<ds:Object/>", "1", "A",
}

func mutateOnce(random *rand.Rand, b []byte) []byte {
	if len(b) < 2 {
		return b
	}
	i := random.IntN(len(b))
	j := min(len(b), i+1+random.IntN(24))
	switch random.IntN(7) {
	case 0:
		b = bytes.Clone(b)
		b[i] ^= 1 << random.IntN(8)
		return b
	case 1: // delete
		return join(b[:i], b[j:])
	case 2: // repeat
		return join(b[:j], b[i:])
	case 3: // insert
		return join(b[:i], []byte(pieces[random.IntN(len(pieces))]), b[i:])
	case 4: // replace
		return join(b[:i], []byte(pieces[random.IntN(len(pieces))]), b[j:])
	case 5: // insert where a tag ends, so that it is well-formed more often
		if k := bytes.IndexByte(b[i:], '>'); k >= 0 {
			i += k + 1
		}
		return join(b[:i], []byte(pieces[random.IntN(len(pieces))]), b[i:])
	}
	// Move a piece.
	k := random.IntN(len(b))
	return join(b[:k], b[i:j], b[k:])
}

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

// content is everything that a reader of the document can get to know from it,
// but for where it stands.
func content(e signing.Element) string {
	var b strings.Builder
	b.WriteString("{" + e.Space() + "}" + e.Local())
	for _, name := range []string{"Id", "id", "a", "b", "lang"} {
		if v, ok := e.Attr("", name); ok {
			b.WriteString(" " + name + "=" + v)
		}
	}
	if v, ok := e.Attr("http://www.w3.org/XML/1998/namespace", "lang"); ok {
		b.WriteString(" xml:lang=" + v)
	}
	children := 0
	b.WriteString("(")
	for c := range e.Children() {
		b.WriteString(content(c))
		children++
	}
	if children == 0 {
		text, _ := e.Text() // none, where nothing but a comment or the signature is inside
		b.WriteString(text)
	}
	b.WriteString(")")
	return b.String()
}

// TestEveryBitCounts flips every bit of the signed part's text and of the
// values in the signature.
func TestEveryBitCounts(t *testing.T) {
	ca := testca.New(t)
	good := ca.Leaf("Sở Mẫu").Sign([]byte(envelope("x")))
	p := signing.Policy{At: at, Anchors: ca.Anchors()}
	for _, part := range []string{"<e:OrganId>000.00.31.H44<", "<e:Subject>x<", "<ds:DigestValue>", "<ds:SignatureValue>", "<ds:X509Certificate>"} {
		start := bytes.Index(good, []byte(part))
		if start < 0 {
			t.Fatalf("no %s", part)
		}
		start += strings.IndexByte(part, '>') + 1
		length := min(bytes.IndexByte(good[start:], '<'), 32)
		for i := start; i < start+length; i++ {
			for bit := range 8 {
				changed := bytes.Clone(good)
				changed[i] ^= 1 << bit
				if got := verdict(t, changed, p); !strings.HasPrefix(got, "bad:") {
					t.Errorf("bit %d of byte %d in %s: %s", bit, i-start, part, got)
				}
			}
		}
	}
}
