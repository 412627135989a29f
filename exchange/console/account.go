package console

import (
	"net/http"
	"slices"
	"strings"

	"github.com/lienthong/lienthong/exchange"
)

// An accountPage is what a person sees of their own account.
type accountPage struct {
	Roles        string
	SecondFactor bool
	Mandatory    bool
	Recovery     int
	Sessions     []sessionRow
	Error, Done  string
}

type sessionRow struct {
	ID, Agent, Address, Began, Seen string
	Own                             bool
}

func (c *console) account(v *visit) error {
	page := c.accountPage(v)
	if done := v.QueryParam("xong"); slices.Contains([]string{"mat-khau", "phien"}, done) {
		page.Done = v.words.text("account.done." + done)
	}
	return c.show(v, "account", page)
}

func (c *console) accountPage(v *visit) accountPage {
	p, _ := c.People.Person(v.person.Login)
	page := accountPage{SecondFactor: p.SecondFactor != nil, Mandatory: p.NeedsSecondFactor(), Recovery: len(p.Recovery)}
	for i, r := range p.Roles {
		if i > 0 {
			page.Roles += ", "
		}
		page.Roles += v.words.text("role." + string(r))
	}
	now := c.Clock()
	for _, s := range slices.Backward(p.Sessions) {
		if now.Before(s.Until) && now.Sub(c.People.LastSeen(s)) < c.People.Idle {
			page.Sessions = append(page.Sessions, sessionRow{ID: s.ID, Agent: browserName(s.Agent), Address: s.Address.String(),
				Began: clock(s.Created), Seen: clock(c.People.LastSeen(s)), Own: s.ID == v.session.ID})
		}
	}
	return page
}

// browserName is what people call a browser and its system; as it names itself where that is not known.
func browserName(agent string) string {
	named := func(signs [][2]string) string {
		for _, s := range signs {
			if strings.Contains(agent, s[0]) {
				return s[1]
			}
		}
		return ""
	}
	// The order matters: later ones name themselves in earlier ones too.
	browser := named([][2]string{{"coc_coc_browser", "Cốc Cốc"}, {"Edg/", "Edge"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}})
	system := named([][2]string{{"Windows", "Windows"}, {"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Mac OS", "macOS"}, {"Linux", "Linux"}})
	if browser == "" || system == "" {
		return agent
	}
	return browser + ", " + system
}

// failed shows the account with what was wrong with a form of it.
func (c *console) failed(v *visit, err error) error {
	status, text := c.said(v, err)
	if status == 0 {
		return err
	}
	page := c.accountPage(v)
	page.Error = text
	return c.render(v, status, "account", v.words.text("account.title"), page)
}

func (c *console) changePassword(v *visit) error {
	password := v.FormValue("mat-khau")
	if password != v.FormValue("nhac-lai") {
		page := c.accountPage(v)
		page.Error = v.words.text("account.differ")
		return c.render(v, http.StatusUnprocessableEntity, "account", v.words.text("account.title"), page)
	}
	if err := c.People.ChangePassword(v.ctx(), v.person, v.session, c.browser(v), v.FormValue("hien-tai"), password); err != nil {
		return c.failed(v, err)
	}
	c.setKnown(v, c.People.Known(v.person.Login, c.browser(v)))
	return v.Redirect(http.StatusSeeOther, "/tai-khoan?xong=mat-khau")
}

func (c *console) endSession(v *visit) error {
	if err := c.People.EndSession(v.ctx(), v.person, v.session, v.Param("id")); err != nil {
		return err
	}
	return v.Redirect(http.StatusSeeOther, "/tai-khoan?xong=phien")
}

// A secondFactorForm sets up the second factor of who is signed in.
type secondFactorForm struct {
	Enrolment *enrolment
	Error     string
}

func (c *console) secondFactor(v *visit) error {
	if v.person.SecondFactor != nil {
		return v.Redirect(http.StatusSeeOther, "/tai-khoan")
	}
	return c.secondFactorForm(v, http.StatusOK, "")
}

func (c *console) secondFactorForm(v *visit, status int, wrong string) error {
	e, err := c.People.Enrol(v.person, v.session)
	if err != nil {
		return err
	}
	return c.render(v, status, "secondfactor", v.words.text("secondfactor.title"), secondFactorForm{Enrolment: shown(e), Error: wrong})
}

func (c *console) setSecondFactor(v *visit) error {
	codes, err := c.People.SetSecondFactor(v.ctx(), v.person, v.session, c.browser(v), v.FormValue("hien-tai"), v.FormValue("ma"))
	if err == nil {
		return c.show(v, "codes", codes)
	}
	status, text := c.said(v, err)
	if status == 0 || exchange.KindOf(err) == exchange.Conflict {
		return err
	}
	return c.secondFactorForm(v, status, text)
}

func (c *console) newRecoveryCodes(v *visit) error {
	codes, err := c.People.NewRecoveryCodes(v.ctx(), v.person, v.session, c.browser(v), v.FormValue("hien-tai"))
	if err != nil {
		return c.failed(v, err)
	}
	return c.show(v, "codes", codes)
}
