package console

import (
	"slices"
	"strings"

	"github.com/lienthong/lienthong/exchange/directory"
)

// fold is a text as it is searched.
func fold(s string) string { return directory.Fold(s) }

// folded are the words of a query.
func folded(query string) []string { return strings.Fields(fold(query)) }

// holdsAll reports whether every folded word stands in one of the texts.
func holdsAll(words []string, texts ...string) bool {
	all := fold(strings.Join(texts, "\n"))
	return !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(all, word) })
}
