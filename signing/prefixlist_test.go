package signing_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lienthong/lienthong/internal/testca"
)

// TestCanonicalWithPrefixLists compares the exclusive form with a PrefixList, which
// xmllint has no option for, byte by byte with that of the JDK: of 2,000 documents
// made by chance, each with a list made by chance. That of libxml2 is compared by its
// digest, in TestXmlsec.
func TestCanonicalWithPrefixLists(t *testing.T) {
	x := startJDK(t, testca.New(t))
	random := chance(t)
	dir, differs := t.TempDir(), 0
	in, out := filepath.Join(dir, "in.xml"), filepath.Join(dir, "out.xml")
	rounds := long(2_000, 50_000)
	for range rounds {
		raw := chanceDocument(random)
		d := mustRead(t, raw)
		if err := os.WriteFile(in, []byte(raw), 0o600); err != nil {
			t.Fatal(err)
		}
		prefixes := chancePrefixes(random)
		form := pick(random, []string{exclusive, exclusive + "WithComments"})
		if err := x.ask(t, "canonical", in, out, form, strings.Join(prefixes, " ")); err != nil {
			t.Fatalf("%v:\n%s", err, raw)
		}
		want, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		got := d.CanonicalBy(form, "", false, ours(prefixes)...)
		if got != string(want) {
			t.Errorf("%s of %q:\n got %q\nwant %q\n  of %q", form, prefixes, got, want, raw)
		}
		if got != d.CanonicalBy(form, "", false) {
			differs++
		}
	}
	if differs < rounds/4 {
		t.Errorf("a list made a difference %d times only", differs)
	}
}

// chancePrefixes are one to seven, some of which stand for nothing.
func chancePrefixes(random *rand.Rand) []string {
	all := []string{"#default", "p", "q", "r", "zz", "xml", "p"}
	random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all[:1+random.IntN(len(all))]
}

// ours is a PrefixList as it is kept here.
func ours(prefixes []string) []string {
	list := make([]string, len(prefixes))
	for i, p := range prefixes {
		if list[i] = p; p == "#default" {
			list[i] = ""
		}
	}
	return list
}
