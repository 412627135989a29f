package console

import (
	"net/http"
	"slices"
	"strings"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/directory"
)

// A peoplePage lists who of an agency may sign in.
type peoplePage struct {
	People      []colleague
	Login, Name string
	Roles       []option
	Done, Error string
}

// A colleague is one person of the agency; of what proves who they are the page knows only that it is there.
type colleague struct {
	Login, Name, Roles, Seen, Second string
	State                            label
	Own, Disabled, KeptOut, MayReset bool
}

func (c *console) agencyPeople(v *visit) error {
	page := c.peoplePage(v)
	if done := v.QueryParam("xong"); slices.Contains([]string{"khoa", "mo", "vai-tro"}, done) {
		page.Done = v.words.text("agency.people.done." + done)
	}
	return c.show(v, "agencypeople", page)
}

func (c *console) peoplePage(v *visit) peoplePage {
	var page peoplePage
	for _, p := range c.People.Of(v.person.Agency) {
		page.People = append(page.People, c.colleague(v, p))
	}
	for _, r := range agencyRoles() {
		page.Roles = append(page.Roles, option{string(r), v.words.text("role." + string(r)), r == exchange.Clerk})
	}
	return page
}

// agencyRoles are what an administrator may give.
func agencyRoles() []exchange.PersonRole {
	return []exchange.PersonRole{exchange.Clerk, exchange.AgencyAdmin}
}

func (c *console) colleague(v *visit, p exchange.Person) colleague {
	w := v.words
	row := colleague{Login: p.Login, Name: p.Name, Own: p.ID == v.person.ID, Disabled: !p.Disabled.IsZero(), KeptOut: p.KeptOut(), Second: w.text("agency.second.none")}
	roles := make([]string, len(p.Roles))
	for i, r := range p.Roles {
		roles[i] = w.text("role." + string(r))
	}
	row.Roles = strings.Join(roles, ", ")
	if p.SecondFactor != nil {
		row.Second, row.MayReset = w.text("agency.second.set"), true
	}
	for _, s := range p.Sessions {
		if seen := clock(c.People.LastSeen(s)); c.Clock().Before(s.Until) {
			row.Seen = seen
		}
	}
	switch {
	case row.KeptOut:
		row.State = label{Icon: "lock", Tone: "red", Text: w.text("agency.person.keptout")}
	case row.Disabled:
		row.State = label{Icon: "lock", Tone: "red", Text: w.text("agency.person.disabled")}
	case p.Password == "" && c.Clock().Before(p.Invitation.Until):
		row.State = label{Icon: "mail", Tone: "blue", Text: w.text("agency.person.invited", "until", clock(p.Invitation.Until))}
	case p.Password == "":
		row.State = label{Icon: "clock-exclamation", Tone: "amber", Text: w.text("agency.person.lapsed")}
	default:
		row.State = label{Icon: "circle-check", Tone: "green", Text: w.text("agency.person.active")}
	}
	return row
}

func (c *console) peopleFailed(v *visit, err error) error {
	status, text := c.agencyTold(v, err)
	if status == 0 {
		return err
	}
	page := c.peoplePage(v)
	page.Error = text
	page.Login, page.Name = v.FormValue("ten"), v.FormValue("ho-ten")
	return c.render(v, status, "agencypeople", v.words.text("agencypeople.title"), page)
}

func (c *console) inviteColleague(v *visit) error {
	form, err := v.FormParams()
	if err != nil {
		return err
	}
	d := directory.Draft{Login: strings.TrimSpace(v.FormValue("ten")), Name: strings.TrimSpace(v.FormValue("ho-ten")), Agency: v.person.Agency}
	for _, r := range form["vai-tro"] {
		if !slices.Contains(agencyRoles(), exchange.PersonRole(r)) {
			return exchange.Forbidden
		}
		d.Roles = append(d.Roles, exchange.PersonRole(r))
	}
	p, token, err := c.People.Add(v.ctx(), v.caller, d)
	if err != nil {
		return c.peopleFailed(v, err)
	}
	return c.showLink(v, p, token)
}

// showLink shows once the link by which a person sets their password.
func (c *console) showLink(v *visit, p exchange.Person, token string) error {
	w, link := v.words, origin(v)+"/loi-moi/"+token
	return c.render(v, http.StatusOK, "agencysecret", w.text("agency.link.title"), agencySecret{Lead: w.text("agency.link.lead", "name", p.Name, "login", p.Login), Secret: link,
		Notes: []string{w.text("agency.link.once", "until", clock(p.Invitation.Until)), w.text("agency.link.how")}, Back: peoplePath})
}

func (c *console) inviteAgain(v *visit) error {
	token, err := c.People.Invite(v.ctx(), v.caller, v.Param("login"))
	if err != nil {
		return c.peopleFailed(v, err)
	}
	p, _ := c.People.Person(v.Param("login"))
	return c.showLink(v, p, token)
}

func (c *console) disableColleague(v *visit) error {
	if err := c.People.Disable(v.ctx(), v.caller, v.Param("login")); err != nil {
		return c.peopleFailed(v, err)
	}
	return v.Redirect(http.StatusSeeOther, peoplePath+"?xong=khoa")
}

func (c *console) enableColleague(v *visit) error {
	if err := c.People.Enable(v.ctx(), v.caller, v.Param("login")); err != nil {
		return c.peopleFailed(v, err)
	}
	return v.Redirect(http.StatusSeeOther, peoplePath+"?xong=mo")
}

func (c *console) secondFactorReset(v *visit) (agencyConfirmation, error) {
	p, ok := c.People.Person(v.Param("login"))
	if !ok || p.Agency != v.person.Agency {
		return agencyConfirmation{}, exchange.NotFound
	}
	w := v.words
	return agencyConfirmation{Heading: w.text("agency.reset"), Lead: w.text("agency.link.lead", "name", p.Name, "login", p.Login),
		Notes:  []string{w.text("agency.reset.effect"), w.text("agency.reset.sure")},
		Action: peoplePath + "/" + p.Login + "/hai-lop", Word: p.Login, Back: peoplePath, Button: w.text("agency.reset")}, nil
}

func (c *console) resetPage(v *visit) error {
	f, err := c.secondFactorReset(v)
	if err != nil {
		return err
	}
	return c.agencyConfirm(v, http.StatusOK, f)
}

func (c *console) resetColleague(v *visit) error {
	f, err := c.secondFactorReset(v)
	if err != nil {
		return err
	}
	if ok, err := c.agencyTyped(v, f); !ok {
		return err
	}
	token, err := c.People.ResetSecondFactor(v.ctx(), v.caller, v.Param("login"))
	if err != nil {
		return c.peopleFailed(v, err)
	}
	p, _ := c.People.Person(v.Param("login"))
	return c.showLink(v, p, token)
}
