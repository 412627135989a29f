package console

import (
	"strings"

	"github.com/lienthong/lienthong/exchange/directory"
)

// fold is a text as it is searched.
func fold(s string) string { return directory.Fold(s) }

// matches reports whether every word of the query stands in one of the texts.
func matches(query string, texts ...string) bool {
	all := fold(strings.Join(texts, "\n"))
	for _, word := range strings.Fields(fold(query)) {
		if !strings.Contains(all, word) {
			return false
		}
	}
	return true
}
