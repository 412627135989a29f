package signing_test

import (
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
)

// chance gives a test another course in each run. A failure prints the seed of
// its run, and LIENTHONG_TEST_SEED takes the test along the same course again.
func chance(tb testing.TB) *rand.Rand {
	tb.Helper()
	seed := rand.Uint64()
	if again := os.Getenv("LIENTHONG_TEST_SEED"); again != "" {
		var err error
		if seed, err = strconv.ParseUint(again, 10, 64); err != nil {
			tb.Fatalf("LIENTHONG_TEST_SEED: %v", err)
		}
	}
	tb.Logf("by chance: LIENTHONG_TEST_SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

// long is how many rounds a test makes: few, unless LIENTHONG_TEST_LONG is set.
func long(few, many int) int {
	if os.Getenv("LIENTHONG_TEST_LONG") == "" {
		return few
	}
	return many
}

// chanceDocument is well-formed and plays with everything that canonicalisation
// has a rule for: prefixes that change their meaning, defaults that are undone,
// attributes of several namespaces, line ends, references, CDATA, comments.
func chanceDocument(random *rand.Rand) string {
	var b strings.Builder
	chanceElement(random, &b, 0, map[string]bool{})
	return b.String()
}

func chanceElement(random *rand.Rand, b *strings.Builder, depth int, declared map[string]bool) {
	inherited := declared
	declared = make(map[string]bool)
	for p := range inherited {
		declared[p] = true
	}
	attrs := chanceDeclarations(random, declared)
	prefixes := []string{""}
	for _, p := range []string{"p:", "q:", "r:"} {
		if declared[p] {
			prefixes = append(prefixes, p)
		}
	}
	attrs += chanceAttributes(random, prefixes)
	name := pick(random, prefixes) + pick(random, []string{"a", "b", "Tên", "c-1.x"})
	b.WriteString("<" + name + attrs)
	if random.IntN(4) == 0 {
		b.WriteString(pick(random, []string{"/>", " />", "\n/>"}))
		return
	}
	b.WriteString(pick(random, []string{">", ">", ">", " >", "\r\n>"}))
	for range random.IntN(5) {
		if depth < 5 && random.IntN(2) == 0 {
			chanceElement(random, b, depth+1, declared)
		} else {
			b.WriteString(pick(random, chanceTexts))
		}
	}
	b.WriteString("</" + name + pick(random, []string{"", "", " ", "\n"}) + ">")
}

var chanceTexts = []string{
	"x", "Công văn số 816\n", "\r\n", "\r", "\t ", "]] >", "] ]", "&#13;", "&#xD;&#10;", "&amp;lt;", "&lt;", "&gt;", ">", `"'`,
	"&quot;&apos;", "&#x1EA1;&#x1F58B;", "<![CDATA[<&>\"'\r\n]]>", "<![CDATA[]]>", "<![CDATA[]]]]>", "<!--\r\n c > & < -->", "<!---->",
	strings.Repeat("dài ", 200), strings.Repeat("QUJDREVGR0hJ\r\n", 80), strings.Repeat("a&#38;b>c\n", 90),
}

var chanceValues = []string{
	"", "x", " 1  2 ", "a\r\nb\tc\nd\re", "&#9;&#10;&#13;&#32;", "&lt;>&amp;&gt;", "&quot;&apos;", "ạ&#x1F58B;", "]]>",
}

// chanceDeclarations declares some of the prefixes, also with a new meaning. No
// namespace has an ampersand: libxml2 does not escape it, against the standard.
func chanceDeclarations(random *rand.Rand, declared map[string]bool) string {
	var b strings.Builder
	for _, p := range []string{"r", "p", "q"} {
		if random.IntN(3) == 0 {
			declared[p+":"] = true
			b.WriteString(" xmlns:" + p + pick(random, []string{"='urn:1'", "=\"urn:2\"", " =\n'urn:a:b'", "='http://example.vn/x'"}))
		}
	}
	if random.IntN(3) == 0 {
		b.WriteString(pick(random, []string{" xmlns=''", " xmlns='urn:1'", " xmlns='urn:d'", "\txmlns=\"\""}))
	}
	return b.String()
}

// chanceAttributes have local names that differ, so that no two are the same by
// two prefixes.
func chanceAttributes(random *rand.Rand, prefixes []string) string {
	var b strings.Builder
	for _, local := range []string{"z", "m", "B", "á", "n"} {
		if random.IntN(3) == 0 {
			b.WriteString(pick(random, []string{" ", "\n", " \t"}) + pick(random, prefixes) + local + chanceQuoted(random))
		}
	}
	for _, name := range []string{"xml:lang", "xml:space", "xml:id", "xml:base"} {
		if random.IntN(8) == 0 {
			b.WriteString(" " + name + "='default'")
		}
	}
	return b.String()
}

func chanceQuoted(random *rand.Rand) string {
	v := pick(random, chanceValues)
	if random.IntN(2) == 0 {
		return `="` + v + `'"`
	}
	return "='" + v + `"'`
}

func pick(random *rand.Rand, from []string) string { return from[random.IntN(len(from))] }
