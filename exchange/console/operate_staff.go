package console

import (
	"net/http"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/directory"
)

const (
	staffPath = "/van-hanh/nguoi-dung"
	staffRows = 100
)

// A staffPage is the people of the hub and of all agencies.
type staffPage struct {
	Path, Words, Role, Next, First, Total string
	Roles                                 []option
	Rows                                  []staffRow
	Done, Error, Link, LinkFor            string // a link is shown this once
	Draft                                 staffDraft
}

type staffDraft struct {
	Login, Name, Agency, Role string
}

type staffRow struct {
	Login, Name, Agency, Roles, State, SecondFactor, Seen string
	Disabled, KeptOut, BreakGlass, Self                   bool // nothing is done here to the last two
}

func personState(x exchange.Person) string {
	switch {
	case x.KeptOut():
		return "disabled"
	case !x.Disabled.IsZero():
		return "disabled-agency"
	case x.Password == "":
		return "invited"
	}
	return "active"
}

// roleNames are what a person may do, in words.
func (w words) roleNames(x exchange.Person) string {
	names := make([]string, len(x.Roles))
	for i, r := range x.Roles {
		names[i] = w.text("role." + string(r))
	}
	return strings.Join(names, ", ")
}

func (c *console) staffList(v *visit) error {
	var page staffPage
	if v.QueryParam("xong") == "vai-tro" {
		page.Done = v.words.text("roles.done")
	}
	return c.showStaff(v, http.StatusOK, page)
}

func (c *console) showStaff(v *visit, status int, page staffPage) error {
	w := v.words
	page.Path, page.Words, page.Role = staffPath, strings.TrimSpace(v.QueryParam("q")), v.QueryParam("vt")
	for _, r := range directory.PersonRoles() {
		page.Roles = append(page.Roles, option{string(r), w.text("role." + string(r)), string(r) == page.Role})
	}
	sought := folded(page.Words)
	all := slices.DeleteFunc(c.People.List(), func(x exchange.Person) bool {
		return page.Role != "" && !x.Has(exchange.PersonRole(page.Role)) || len(sought) > 0 && !holdsAll(sought, x.Name, x.Login, string(x.Agency), c.nameOf(x.Agency))
	})
	page.Total = w.number(len(all))
	after := v.QueryParam("sau")
	begin, found := slices.BinarySearchFunc(all, after, func(x exchange.Person, login string) int { return strings.Compare(x.Login, login) })
	if found {
		begin++
	}
	for _, x := range all[begin:min(begin+staffRows, len(all))] {
		page.Rows = append(page.Rows, c.staffRow(v, x))
	}
	if begin+staffRows < len(all) {
		page.Next = staffAddress(page.Words, page.Role, all[begin+staffRows-1].Login)
	}
	if after != "" {
		page.First = staffAddress(page.Words, page.Role, "")
	}
	return c.render(v, status, "staff", w.text("staff.title"), page)
}

func staffAddress(words, role, after string) string {
	f := trafficFilter{Code: words}.values()
	if role != "" {
		f.Set("vt", role)
	}
	if after != "" {
		f.Set("sau", after)
	}
	return staffPath + "?" + f.Encode()
}

func (c *console) staffRow(v *visit, x exchange.Person) staffRow {
	w := v.words
	row := staffRow{Login: x.Login, Name: x.Name, Roles: w.roleNames(x), State: w.text("person." + personState(x)), Disabled: !x.Disabled.IsZero(), KeptOut: x.KeptOut(),
		BreakGlass: x.BreakGlass, Self: x.Login == v.person.Login, SecondFactor: w.text("person.second.no")}
	if x.Agency != "" {
		row.Agency = c.nameOf(x.Agency)
	}
	if x.SecondFactor != nil {
		row.SecondFactor = w.text("person.second.yes")
	}
	for _, s := range x.Sessions {
		if at := clock(c.People.LastSeen(s)); at > row.Seen {
			row.Seen = at
		}
	}
	return row
}

// addPerson makes a person; the link by which they set their password is shown this once.
func (c *console) addPerson(v *visit) error {
	d := staffDraft{Login: strings.TrimSpace(v.FormValue("ten")), Name: norm.NFC.String(strings.Join(strings.Fields(v.FormValue("ho-ten")), " ")),
		Agency: strings.TrimSpace(v.FormValue("don-vi")), Role: v.FormValue("vai-tro")}
	x, token, err := c.People.Add(v.ctx(), v.caller, directory.Draft{Login: d.Login, Name: d.Name, Agency: exchange.AgencyID(d.Agency), Roles: []exchange.PersonRole{exchange.PersonRole(d.Role)}})
	if err != nil {
		return c.staffWrong(v, d, err)
	}
	return c.showStaffLink(v, x, token)
}

func (c *console) staffWrong(v *visit, d staffDraft, err error) error {
	status := http.StatusUnprocessableEntity
	switch exchange.KindOf(err) {
	case exchange.BadRequest:
	case exchange.Conflict:
		status = http.StatusConflict
	default:
		return err
	}
	return c.showStaff(v, status, staffPage{Error: v.words.said(err), Draft: d})
}

// showStaffLink says once by what link somebody sets up their account.
func (c *console) showStaffLink(v *visit, x exchange.Person, token string) error {
	return c.showStaff(v, http.StatusOK, staffPage{Link: origin(v) + "/loi-moi/" + token, LinkFor: v.words.text("staff.link", "name", x.Name, "login", x.Login)})
}

// changePerson is an act on one person: a new link, the second factor taken away, disabled or enabled.
func (c *console) changePerson(v *visit) error {
	login := v.Param("login")
	x, ok := c.People.Person(login)
	if !ok {
		return exchange.NotFound
	}
	var token string
	var err error
	switch v.Param("viec") {
	case "moi-lai":
		token, err = c.People.Invite(v.ctx(), v.caller, login)
	case "dat-lai":
		token, err = c.People.ResetSecondFactor(v.ctx(), v.caller, login)
	case "khoa":
		err = c.People.Disable(v.ctx(), v.caller, login)
	case "mo":
		err = c.People.Enable(v.ctx(), v.caller, login)
	default:
		return exchange.NotFound
	}
	if err != nil {
		return c.staffWrong(v, staffDraft{}, err)
	}
	if token != "" {
		return c.showStaffLink(v, x, token)
	}
	return v.Redirect(http.StatusSeeOther, staffPath+"?q="+login)
}
