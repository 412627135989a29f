package console

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/lienthong/lienthong/exchange"
)

// An enrolPage is the form of an agency: a new one, or one to be changed.
type enrolPage struct {
	New               bool
	Action            string
	ID, Name, Parent  string
	Level, Channel    string
	Gateway, Aliases  string
	Console, Unsigned bool
	Sandbox           bool
	Version           uint64
	Levels, Channels  []option
	Error             string
}

func asRefusal(err error) (*exchange.Error, bool) { return errors.AsType[*exchange.Error](err) }

func (c *console) enrolForm(v *visit) error {
	return c.showEnrol(v, http.StatusOK, exchange.Agency{Level: exchange.Commune, Channel: exchange.Pull, Parent: exchange.AgencyID(v.QueryParam("duoi"))}, "")
}

func (c *console) amendForm(v *visit) error {
	a, err := c.profileOf(v)
	if err != nil {
		return err
	}
	return c.showEnrol(v, http.StatusOK, a, "")
}

func (c *console) showEnrol(v *visit, status int, a exchange.Agency, wrong string) error {
	w := v.words
	p := enrolPage{New: a.Version == 0, Action: rosterPath + "-moi", ID: string(a.ID), Name: a.Name, Parent: string(a.Parent), Level: string(a.Level), Channel: string(a.Channel),
		Gateway: string(a.Gateway), Console: a.Console, Unsigned: a.AcceptUnsigned, Sandbox: a.Sandbox, Version: a.Version, Error: wrong}
	for _, alias := range a.Aliases {
		p.Aliases = strings.TrimSpace(p.Aliases + " " + string(alias))
	}
	title := w.text("enrol.title")
	if !p.New {
		p.Action, title = profileAddress(a.ID)+"/sua", w.text("amend.title", "name", a.Name)
	}
	for _, l := range []exchange.Level{exchange.Central, exchange.Province, exchange.Department, exchange.District, exchange.Commune} {
		p.Levels = append(p.Levels, option{string(l), w.text("level." + string(l)), l == a.Level})
	}
	for _, ch := range []exchange.Channel{exchange.Pull, exchange.Push, exchange.NoChannel} {
		p.Channels = append(p.Channels, option{string(ch), w.text("channel." + string(ch)), ch == a.Channel})
	}
	return c.render(v, status, "enrol", title, p)
}

// enrolled is an agency as the form says; what the form does not speak of stays.
func enrolled(v *visit, a exchange.Agency) exchange.Agency {
	a.Name = norm.NFC.String(strings.Join(strings.Fields(v.FormValue("ten")), " "))
	a.Parent, a.Gateway = exchange.AgencyID(strings.TrimSpace(v.FormValue("cha"))), exchange.AgencyID(strings.TrimSpace(v.FormValue("dau-moi")))
	a.Level, a.Channel = exchange.Level(v.FormValue("cap")), exchange.Channel(v.FormValue("kenh"))
	a.Console, a.AcceptUnsigned, a.Sandbox = v.FormValue("van-thu") == "1", v.FormValue("khong-ky") == "1", v.FormValue("thu") == "1"
	a.Aliases = nil
	for _, code := range strings.FieldsFunc(v.FormValue("ma-khac"), func(r rune) bool { return r == ' ' || r == ',' }) {
		if id := exchange.AgencyID(code); !slices.Contains(a.Aliases, id) {
			a.Aliases = append(a.Aliases, id)
		}
	}
	return a
}

func (c *console) enrol(v *visit) error {
	a := enrolled(v, exchange.Agency{ID: exchange.AgencyID(strings.TrimSpace(v.FormValue("ma")))})
	return c.putAgency(v, a)
}

// amend changes an agency by compare-and-swap: the form has the version that it was filled with.
func (c *console) amend(v *visit) error {
	a, err := c.profileOf(v)
	if err != nil {
		return err
	}
	next := enrolled(v, a)
	if v.FormValue("ban") != strconv.FormatUint(a.Version, 10) {
		return c.showEnrol(v, http.StatusConflict, a, v.words.text("enrol.changed"))
	}
	return c.putAgency(v, next)
}

func (c *console) putAgency(v *visit, a exchange.Agency) error {
	now, err := c.Agencies.Put(v.ctx(), v.caller, a)
	switch exchange.KindOf(err) {
	case exchange.BadRequest, exchange.Conflict, exchange.UnknownAddressee:
		return c.showEnrol(v, http.StatusUnprocessableEntity, a, v.words.said(err))
	}
	if err != nil {
		return err
	}
	return v.Redirect(http.StatusSeeOther, profileAddress(now.ID)+"?xong=luu")
}
