package api

import (
	"net/http"

	"github.com/lienthong/lienthong/client"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/directory"
)

func (a *api) listPeople(c *call) error {
	all := a.People.List()
	out := make([]client.Person, 0, len(all))
	for _, p := range all {
		out = append(out, wirePerson(p))
	}
	return answer(c, http.StatusOK, map[string]any{"people": out})
}

func (a *api) addPerson(c *call) error {
	var in client.PersonRequest
	if err := a.decode(c, &in); err != nil {
		return err
	}
	d := directory.Draft{Login: in.Login, Name: in.Name, Agency: exchange.AgencyID(in.Agency), Roles: roles(in.Roles)}
	_, token, err := a.People.Add(c.ctx(), c.who, d)
	return a.invited(c, in.Login, token, err)
}

func (a *api) invitePerson(c *call) error {
	var in client.InvitationRequest
	if err := a.decode(c, &in); err != nil {
		return err
	}
	invite := a.People.Invite
	if in.Reset {
		invite = a.People.ResetSecondFactor
	}
	token, err := invite(c.ctx(), c.who, c.Param("login"))
	return a.invited(c, c.Param("login"), token, err)
}

// invited answers with the token of a link. The hub keeps its digest only: it is shown this once.
func (a *api) invited(c *call, login, token string, err error) error {
	if err != nil {
		return err
	}
	p, _ := a.People.Person(login)
	return answer(c, http.StatusCreated, client.Invited{Person: wirePerson(p), URL: a.URL, Path: "/loi-moi/" + token, Until: p.Invitation.Until})
}

func (a *api) setRoles(c *call) error {
	var in client.RolesRequest
	if err := a.decode(c, &in); err != nil {
		return err
	}
	change := directory.RoleChange{To: roles(in.Roles)}
	if in.From != nil {
		change.From = roles(in.From)
	}
	login := c.Param("login")
	token, err := a.People.SetRoles(c.ctx(), c.who, login, change)
	if err != nil {
		return err
	}
	p, _ := a.People.Person(login)
	out := client.RolesSet{Person: wirePerson(p)}
	if token != "" {
		out.URL, out.Path, out.Until = a.URL, "/loi-moi/"+token, p.Invitation.Until
	}
	return answer(c, http.StatusOK, out)
}

func roles(words []string) []exchange.PersonRole {
	all := make([]exchange.PersonRole, len(words))
	for i, r := range words {
		all[i] = exchange.PersonRole(r)
	}
	return all
}

func (a *api) disablePerson(c *call) error {
	var in client.DisableRequest
	if err := a.decode(c, &in); err != nil {
		return err
	}
	login := c.Param("login")
	act := a.People.Enable
	if in.Disabled {
		act = a.People.Disable
	}
	if err := act(c.ctx(), c.who, login); err != nil {
		return err
	}
	p, _ := a.People.Person(login)
	return answer(c, http.StatusOK, wirePerson(p))
}

func wirePerson(p exchange.Person) client.Person {
	out := client.Person{Login: p.Login, ID: p.ID, Name: p.Name, Agency: string(p.Agency), Roles: make([]string, 0, len(p.Roles)),
		BreakGlass: p.BreakGlass, Created: p.Created, Disabled: p.Disabled, DisabledBy: p.DisabledBy, Password: p.Password != "",
		SecondFactor: p.SecondFactor != nil, Sessions: len(p.Sessions), InvitedUntil: p.Invitation.Until}
	for _, r := range p.Roles {
		out.Roles = append(out.Roles, string(r))
	}
	return out
}
