package console

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/lienthong/lienthong/exchange"
)

// searchable are the lists whose filters can be saved.
func searchable() []string { return []string{"/van-ban-den", "/van-ban-di"} }

// saved are the searches that the person keeps for the list.
func (v *visit) saved(path string) (all []menuItem) {
	for _, s := range v.person.Searches {
		if address, _, _ := strings.Cut(s.Address, "?"); address == path {
			all = append(all, menuItem{Address: s.Address, Text: s.Name, Current: v.Request().URL.RequestURI() == s.Address})
		}
	}
	return all
}

// saveSearch keeps the filter of a list under a name. What is kept is written anew from what the filter understands of the
// address, so that it leads to nothing else.
func (c *console) saveSearch(v *visit) error {
	u, err := url.Parse(local(v.FormValue("loc")))
	if err != nil || !slices.Contains(searchable(), u.Path) {
		return &exchange.Error{Kind: exchange.BadRequest, Path: "/loc", Detail: "there is no such list", VI: "Không có danh sách này."}
	}
	name, _ := reasonOf(v.FormValue("ten"))
	address := filterOf(u.Query()).address(u.Path, "")
	if err := c.People.SaveSearch(v.ctx(), v.person, v.session, exchange.SavedSearch{Name: name, Address: address}); err != nil {
		return err
	}
	return v.Redirect(http.StatusSeeOther, address)
}

func (c *console) dropSearch(v *visit) error {
	if err := c.People.DropSearch(v.ctx(), v.person, v.session, v.FormValue("ten")); err != nil {
		return err
	}
	return v.Redirect(http.StatusSeeOther, local(v.FormValue("ve")))
}
