package signing_test

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/lienthong/lienthong/internal/testca"
	"github.com/lienthong/lienthong/signing"
)

// TestMutations changes a good document in every way that chance finds. What is
// accepted all the same must mean the same: every change that canonicalisation
// does not undo is refused.
func TestMutations(t *testing.T) {
	rounds := long(20_000, 500_000)
	if testing.Short() {
		rounds = 2_000
	}
	ca := testca.New(t)
	good := ca.Leaf("Sở Mẫu").Sign([]byte(envelope("V/v &amp; <![CDATA[A & B]]> ạ")))
	p := signing.Policy{At: at, Anchors: ca.Anchors()}
	meaning := content(mustVerify(t, good, p).Root())
	random := rand.New(rand.NewPCG(1, 2))
	accepted := 0
	for n := range rounds {
		changed := mutate(random, good)
		if bytes.Equal(changed, good) {
			continue
		}
		v, err := signing.Verify(t.Context(), changed, p)
		if err != nil {
			why(t, err)
			continue
		}
		accepted++
		if got := content(v.Root()); got != meaning {
			t.Fatalf("round %d: accepted with another meaning:\n%s\nwant\n%s\nin\n%s", n, got, meaning, changed)
		}
	}
	// White space in tags and in base64, and quotation marks, mean nothing: some
	// mutants are rightly accepted, and not many.
	if accepted == 0 || accepted > rounds/20 {
		t.Errorf("%d of %d mutants accepted: the test does not test what it says", accepted, rounds)
	}
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
		text, err := e.Text()
		b.WriteString(text)
		if err != nil {
			b.WriteString("!" + err.Error())
		}
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
