package console

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/lienthong/lienthong/exchange"
)

func searchRoutes() []route {
	return []route{
		{method: post, path: "/tim-kiem", handle: (*console).saveSearch, who: searchers},
		{method: post, path: "/tim-kiem/bo", handle: (*console).dropSearch, who: searchers},
	}
}

// A searchable is a list whose filter can be kept by whom the list is for.
type searchable struct {
	path string
	who  audience
	// rewritten is the list with what its filter understands of a query, so that the address leads to nothing else.
	rewritten func(path string, q url.Values) (string, error)
}

func searchables() []searchable {
	documents := func(path string, q url.Values) (string, error) { return filterOf(q).address(path, ""), nil }
	return []searchable{{"/van-ban-den", clerks, documents}, {"/van-ban-di", clerks, documents}, {trafficPath, operators, trafficAddress}}
}

// A savedItem is a filter of a list under a name: the person's own, which they can forget, or one that is given to all.
type savedItem struct {
	menuItem
	Given bool
}

// saved are the searches that the person keeps for the list, of which the one that leads here is the current one.
func (v *visit) saved(path, here string) (all []savedItem) {
	for _, s := range v.person.Searches {
		if address, _, _ := strings.Cut(s.Address, "?"); address == path {
			all = append(all, savedItem{menuItem: menuItem{Address: s.Address, Text: s.Name, Icon: "bookmark", Current: s.Address == here}})
		}
	}
	return all
}

// saveSearch keeps the filter of a list under a name.
func (c *console) saveSearch(v *visit) error {
	u, err := url.Parse(local(v.FormValue("loc")))
	if err != nil {
		return noSuchList()
	}
	i := slices.IndexFunc(searchables(), func(l searchable) bool { return l.path == u.Path })
	if i < 0 {
		return noSuchList()
	}
	list := searchables()[i]
	if !list.who.admits(v.person) {
		return exchange.Forbidden
	}
	address, err := list.rewritten(list.path, u.Query())
	if err != nil {
		return err
	}
	name, _ := reasonOf(v.FormValue("ten"))
	if err := c.People.SaveSearch(v.ctx(), v.person, v.session, exchange.SavedSearch{Name: name, Address: address}); err != nil {
		return err
	}
	return v.Redirect(http.StatusSeeOther, address)
}

func noSuchList() error {
	return &exchange.Error{Kind: exchange.BadRequest, Path: "/loc", Detail: "there is no such list", VI: "Không có danh sách này."}
}

func (c *console) dropSearch(v *visit) error {
	if err := c.People.DropSearch(v.ctx(), v.person, v.session, v.FormValue("ten")); err != nil {
		return err
	}
	return v.Redirect(http.StatusSeeOther, local(v.FormValue("ve")))
}
