package console

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/lienthong/lienthong/exchange"
)

// maxSoughtWords is how many words are looked for at once; a subject that is pasted as a whole has fewer.
const maxSoughtWords = 40

// filters are the parameters by which pages are narrowed. They stand in every link of the page that they narrow, and are
// held against every row.
var filters = []string{"q", "nguon", "dv", "don-vi", "nguoi", "van-ban", "khan", "loi", "loai", "chieu", "vt", "viec", "tu", "den"}

// bounded refuses a search for more than anybody types, in words.
func bounded(v *visit) error {
	query := v.QueryParams()
	for _, name := range filters {
		text := query.Get(name)
		if utf8.RuneCountInString(text) > maxFilter || len(strings.Fields(text)) > maxSoughtWords {
			return &exchange.Error{Kind: exchange.BadRequest, Path: name,
				Detail: fmt.Sprintf("a search takes at most %d characters and %d words", maxFilter, maxSoughtWords),
				VI:     fmt.Sprintf("Nội dung tìm kiếm dài quá: nhiều nhất %d ký tự, %d từ. Hãy rút ngắn rồi tìm lại.", maxFilter, maxSoughtWords)}
		}
	}
	return nil
}
