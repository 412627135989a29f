package console

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/directory"
)

// A rolesPage asks what a person may do from now on, and then whether that is meant: nothing is done by the first step.
type rolesPage struct {
	Path, Back, Name, Login string
	Roles                   []option
	Confirm                 bool
	Before, After           string
	From, To                []string // the same as values
	Effects                 []string
	Error                   string
}

// A rolesPlace is where an administrator, or an operator, changes roles.
type rolesPlace struct {
	list    string // the page with the people
	roles   func(exchange.Person) []exchange.PersonRole
	admits  func(*visit, exchange.Person) bool
	linked  func(*console, *visit, exchange.Person, string) error
	changed func(login string) string
}

func agencyRolesPlace() rolesPlace {
	return rolesPlace{list: peoplePath,
		roles:   func(exchange.Person) []exchange.PersonRole { return agencyRoles() },
		admits:  func(v *visit, x exchange.Person) bool { return x.Agency == v.person.Agency },
		linked:  (*console).showLink,
		changed: func(string) string { return peoplePath + "?xong=vai-tro" }}
}

func staffRolesPlace() rolesPlace {
	return rolesPlace{list: staffPath,
		roles: func(x exchange.Person) []exchange.PersonRole {
			return slices.DeleteFunc(directory.PersonRoles(), func(r exchange.PersonRole) bool { return r.OfAgency() != (x.Agency != "") })
		},
		admits: func(*visit, exchange.Person) bool { return true },
		linked: (*console).showStaffLink,
		changed: func(login string) string {
			return staffPath + "?" + url.Values{"q": {login}, "xong": {"vai-tro"}}.Encode()
		}}
}

func (c *console) colleagueRoles(v *visit) error    { return c.chooseRoles(v, agencyRolesPlace()) }
func (c *console) setColleagueRoles(v *visit) error { return c.setRoles(v, agencyRolesPlace()) }
func (c *console) staffRoles(v *visit) error        { return c.chooseRoles(v, staffRolesPlace()) }
func (c *console) setStaffRoles(v *visit) error     { return c.setRoles(v, staffRolesPlace()) }

// chooseRoles shows the roles to choose from, or, once they are chosen, what the change brings with it.
func (c *console) chooseRoles(v *visit, at rolesPlace) error {
	x, page, err := c.rolesPage(v, at)
	if err != nil {
		return err
	}
	if v.QueryParam("chon") != "" {
		return c.confirmRoles(v, http.StatusOK, page, directory.RoleChange{From: x.Roles, To: rolesOf(v.QueryParams()["vai-tro"])})
	}
	return c.render(v, http.StatusOK, "roles", v.words.text("roles.title"), page)
}

func (c *console) rolesPage(v *visit, at rolesPlace) (exchange.Person, rolesPage, error) {
	x, ok := c.People.Person(v.Param("login"))
	if !ok || !at.admits(v, x) {
		return x, rolesPage{}, exchange.NotFound
	}
	page := rolesPage{Path: at.list + "/" + x.Login + "/vai-tro", Back: at.list, Name: x.Name, Login: x.Login}
	for _, r := range at.roles(x) {
		page.Roles = append(page.Roles, option{string(r), v.words.text("role." + string(r)), x.Has(r)})
	}
	return x, page, nil
}

func rolesOf(values []string) []exchange.PersonRole {
	all := make([]exchange.PersonRole, len(values))
	for i, r := range values {
		all[i] = exchange.PersonRole(r)
	}
	return all
}

// confirmRoles asks for the login to be typed. A change that is refused or is none is said where it is chosen.
func (c *console) confirmRoles(v *visit, status int, page rolesPage, change directory.RoleChange) error {
	w := v.words
	plan, err := c.People.PlanRoles(v.caller, page.Login, change)
	if err != nil {
		return c.rolesFailed(v, page, err)
	}
	if !plan.Changes() {
		page.Error = w.text("roles.same")
		return c.render(v, http.StatusUnprocessableEntity, "roles", w.text("roles.title"), page)
	}
	page.Confirm = true
	page.Before, page.From = w.rolesIn(plan.Before)
	page.After, page.To = w.rolesIn(plan.After)
	for _, effect := range []struct {
		key   string
		holds bool
	}{{"roles.effect.out", plan.SignsOut}, {"roles.effect.stays", !plan.SignsOut}, {"roles.effect.link", plan.Link}, {"roles.effect.logged", true}} {
		if effect.holds {
			page.Effects = append(page.Effects, w.text(effect.key))
		}
	}
	return c.render(v, status, "roles", w.text("roles.title"), page)
}

// rolesIn are roles in words and as values.
func (w words) rolesIn(roles []exchange.PersonRole) (text string, values []string) {
	names := make([]string, len(roles))
	for i, r := range roles {
		names[i], values = w.text("role."+string(r)), append(values, string(r))
	}
	return strings.Join(names, ", "), values
}

func (c *console) rolesFailed(v *visit, page rolesPage, err error) error {
	status, text := c.said(v, err)
	if status == 0 {
		return err
	}
	page.Error = text
	return c.render(v, status, "roles", v.words.text("roles.title"), page)
}

func (c *console) setRoles(v *visit, at rolesPlace) error {
	x, page, err := c.rolesPage(v, at)
	if err != nil {
		return err
	}
	form, err := v.FormParams()
	if err != nil {
		return err
	}
	change := directory.RoleChange{From: rolesOf(form["tu"]), To: rolesOf(form["vai-tro"])}
	if v.FormValue("xac-nhan") != x.Login {
		page.Error = v.words.text("agency.confirm.differs", "word", x.Login)
		return c.confirmRoles(v, http.StatusUnprocessableEntity, page, change)
	}
	token, err := c.People.SetRoles(v.ctx(), v.caller, x.Login, change)
	switch {
	case err != nil:
		return c.rolesFailed(v, page, err)
	case token != "":
		x, _ = c.People.Person(x.Login)
		return at.linked(c, v, x, token)
	}
	return v.Redirect(http.StatusSeeOther, at.changed(x.Login))
}
