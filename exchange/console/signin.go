package console

import (
	"errors"
	"net/http"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/directory"
	"github.com/lienthong/lienthong/exchange/problem"
)

// A signInForm is what the page of sign-in shows: login and password, or the code.
type signInForm struct {
	Login  string
	Back   string // where to go afterwards
	Second string // stands for the right password; empty on the first step
	Ended  bool   // a session has ended: that is why one is here
	Kept   bool   // and what was written then will be there again
	Error  string
}

func (c *console) signInPage(v *visit) error {
	if v.person.Version != 0 {
		return v.Redirect(http.StatusSeeOther, local(v.QueryParam("ve")))
	}
	return c.show(v, "signin", signInForm{Back: local(v.QueryParam("ve")), Ended: v.QueryParam("het") != "", Kept: c.keeps(v)})
}

func (c *console) signIn(v *visit) error {
	f := signInForm{Login: v.FormValue("ten"), Back: local(v.FormValue("ve"))}
	in, err := c.People.SignIn(v.ctx(), f.Login, v.FormValue("mat-khau"), c.browser(v))
	return c.entered(v, f, in, err)
}

func (c *console) signInCode(v *visit) error {
	f := signInForm{Back: local(v.FormValue("ve")), Second: v.FormValue("buoc")}
	in, err := c.People.Second(v.ctx(), f.Second, v.FormValue("ma"), c.browser(v))
	if exchange.KindOf(err) == exchange.Conflict {
		f.Second = "" // begin anew
	}
	return c.entered(v, f, in, err)
}

func (c *console) entered(v *visit, f signInForm, in directory.Entrance, err error) error {
	switch {
	case err != nil:
		status, text := c.said(v, err)
		if status == 0 {
			return err
		}
		f.Error = text
		if f.Second != "" && exchange.KindOf(err) == exchange.Unauthenticated {
			f.Error = v.words.text("signin.wrong-code")
		}
		return c.render(v, status, "signin", v.words.text("signin.title"), f)
	case in.Second != "":
		f.Second = in.Second
		return c.show(v, "signin", f)
	}
	c.letIn(v, in)
	return v.Redirect(http.StatusSeeOther, f.Back)
}

// said is how a form tells of a refusal in its own page; status 0 for what is no refusal of a form.
func (c *console) said(v *visit, err error) (status int, text string) {
	e, ok := errors.AsType[*exchange.Error](err)
	if !ok {
		return 0, ""
	}
	switch e.Kind {
	case exchange.Unauthenticated, exchange.BadRequest, exchange.Conflict, exchange.Busy, exchange.BadReport:
	default:
		return 0, ""
	}
	p := problem.Of(err)
	retryAfter(v, p)
	if until, terr := time.Parse(time.RFC3339, e.Values["until"]); terr == nil {
		return p.Status, v.words.text("signin.locked", "until", written(until.Add(time.Minute-time.Second), "15:04"))
	}
	status = http.StatusUnprocessableEntity
	if e.Kind == exchange.Busy || e.Kind == exchange.Conflict {
		status = p.Status
	}
	return status, v.words.problem(err)
}

func (c *console) signOut(v *visit) error {
	if err := c.People.EndSession(v.ctx(), v.person, v.session, v.session.ID); err != nil {
		return err
	}
	c.setSession(v, "")
	return v.Redirect(http.StatusSeeOther, "/dang-nhap")
}
