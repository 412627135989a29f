package console

import (
	"encoding/base64"
	"html/template"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/directory"
)

// An invitationForm is the page behind a one-time link: a password, and the second factor with it.
type invitationForm struct {
	Token, Login, Name string
	Agency             string
	Enrolment          *enrolment // nil for who has a second factor
	Mandatory          bool       // may not do without it
	Error              string
}

// An enrolment is what is put into the authenticator.
type enrolment struct {
	Secret string
	QR     template.URL
}

func shown(e directory.Enrolment) *enrolment {
	return &enrolment{Secret: e.Secret, QR: template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(e.QR))}
}

func (c *console) invitation(v *visit) error {
	f, err := c.invitationForm(v)
	if err != nil {
		return err
	}
	return c.show(v, "invitation", f)
}

func (c *console) invitationForm(v *visit) (invitationForm, error) {
	token := v.Param("token")
	p, ok := c.People.Invited(token)
	if !ok {
		return invitationForm{}, &exchange.Error{Kind: exchange.NotFound, Detail: "this link was used, replaced or has ended; ask the hub's operator for a new one",
			VI: "Đường dẫn này đã dùng, đã được thay hoặc đã hết hạn; hãy xin người vận hành trục đường dẫn mới."}
	}
	f := invitationForm{Token: token, Login: p.Login, Name: p.Name, Mandatory: p.NeedsSecondFactor()}
	if a, ok := c.Agencies.Agency(p.Agency); ok {
		f.Agency = a.Name
	}
	if p.SecondFactor != nil {
		f.Mandatory = true
		return f, nil
	}
	e, err := c.People.EnrolInvited(token)
	if err != nil {
		return f, err
	}
	f.Enrolment = shown(e)
	return f, nil
}

func (c *console) redeem(v *visit) error {
	f, err := c.invitationForm(v)
	if err != nil {
		return err
	}
	password := v.FormValue("mat-khau")
	if password != v.FormValue("nhac-lai") {
		f.Error = v.words.text("account.differ")
		return c.render(v, 422, "invitation", v.words.text("invitation.title"), f)
	}
	in, codes, err := c.People.Redeem(v.ctx(), f.Token, password, v.FormValue("ma"), c.browser(v))
	if err != nil {
		status, text := c.said(v, err)
		if status == 0 {
			return err
		}
		f.Error = text
		return c.render(v, status, "invitation", v.words.text("invitation.title"), f)
	}
	c.letIn(v, in)
	if len(codes) == 0 {
		return v.Redirect(303, "/")
	}
	return c.show(v, "codes", codes)
}
