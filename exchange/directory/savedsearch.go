package directory

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/lienthong/lienthong/exchange"
)

const (
	maxSearches      = 20
	maxSearchName    = 60  // characters
	maxSearchAddress = 500 // bytes
)

// SaveSearch keeps a search for the person who asks, in the place of one of the same name.
func (p *People) SaveSearch(ctx context.Context, x exchange.Person, s exchange.Session, search exchange.SavedSearch) error {
	if err := checkSearch(search); err != nil {
		return err
	}
	return p.own(ctx, x, s, "search-saved", func(x *exchange.Person) error {
		kept := without(x.Searches, search.Name)
		if len(kept) >= maxSearches {
			return &exchange.Error{Kind: exchange.Conflict, Path: "/name", Detail: "20 searches are saved already; remove one first",
				VI: "Đã lưu đủ 20 tìm kiếm; hãy bỏ bớt một tìm kiếm trước."}
		}
		x.Searches = append(kept, search)
		slices.SortFunc(x.Searches, func(a, b exchange.SavedSearch) int { return strings.Compare(a.Name, b.Name) })
		return nil
	})
}

// DropSearch forgets the search of that name; one that there is not is no error.
func (p *People) DropSearch(ctx context.Context, x exchange.Person, s exchange.Session, name string) error {
	return p.own(ctx, x, s, "search-dropped", func(x *exchange.Person) error {
		kept := without(x.Searches, name)
		if len(kept) == len(x.Searches) {
			return errUnchanged
		}
		x.Searches = kept
		return nil
	})
}

func checkSearch(s exchange.SavedSearch) error {
	n := utf8.RuneCountInString(s.Name)
	switch {
	case strings.TrimSpace(s.Name) == "" || n > maxSearchName || !exchange.Legible(s.Name):
		return &exchange.Error{Kind: exchange.BadRequest, Path: "/name", Detail: "the name of a search has 1 to 60 characters",
			VI: "Tên tìm kiếm dài từ 1 đến 60 ký tự."}
	case len(s.Address) > maxSearchAddress || !strings.HasPrefix(s.Address, "/") || !exchange.Legible(s.Address):
		return &exchange.Error{Kind: exchange.BadRequest, Path: "/address", Detail: "a search is an address of the console of at most 500 bytes",
			VI: "Bộ lọc dài quá mức cho phép."}
	}
	return nil
}

// without is a list of its own that lacks the search of that name.
func without(all []exchange.SavedSearch, name string) []exchange.SavedSearch {
	return slices.DeleteFunc(slices.Clone(all), func(s exchange.SavedSearch) bool { return s.Name == name })
}
