package console

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/directory"
	"github.com/lienthong/lienthong/exchange/translog"
)

// A profilePage is one agency: what it is, how it is connected, by what it is known, who works there and what was changed.
type profilePage struct {
	ID, Name, Address string
	Health            label
	Ails              []label
	Facts             []field
	Keys              []profileKey
	Certificates      []profileCertificate
	People            []profilePerson
	History           []event
	HistoryNote       string
	Below             []menuItem
	Endpoint          exchange.Endpoint
	Networks          string
	Push, Open, Full  bool // posted to; living; two keys are active already
	Error, Done       string
	Secret            string // shown this once
	SecretOf          string
	Waiting           string
}

type profileKey struct {
	ID, Created, Until, Used, State, Allow string
	Active                                 bool
}

type profileCertificate struct {
	Subject, Issuer, From, Until, Fingerprint, State string
	Sharers                                          []sharer
}

// A sharer is another agency that the certificate is in force for.
type sharer struct{ ID, Address string }

type profilePerson struct {
	Login, Name, Roles, State string
}

func (c *console) profileOf(v *visit) (exchange.Agency, error) {
	a, ok := c.Agencies.Agency(exchange.AgencyID(v.Param("id")))
	if !ok {
		return a, exchange.NotFound
	}
	return a, nil
}

func (c *console) profile(v *visit) error {
	a, err := c.profileOf(v)
	if err != nil {
		return err
	}
	page, err := c.profilePage(v, a)
	if err != nil {
		return err
	}
	if n := v.QueryParam("xong"); slices.Contains([]string{"luu", "thu-hoi", "chung-thu", "diem-nhan"}, n) {
		page.Done = v.words.text("profile.done." + n)
	}
	return c.render(v, http.StatusOK, "profile", a.Name, page)
}

func (c *console) profilePage(v *visit, a exchange.Agency) (profilePage, error) {
	w, now := v.words, c.Clock()
	p, err := c.picture(v.ctx(), v.caller)
	if err != nil {
		return profilePage{}, err
	}
	q := p.byAgency()[a.ID]
	page := profilePage{ID: string(a.ID), Name: a.Name, Address: profileAddress(a.ID), Health: c.fitness(w, a, q, now), Ails: c.ails(w, a, q, now),
		Facts: c.profileFacts(v, a, q), Endpoint: a.Endpoint, Push: a.Channel == exchange.Push, Open: a.LivesAt(now)}
	for i, allow := range a.Endpoint.Allow {
		page.Networks += strings.Repeat(" ", min(i, 1)) + allow.String()
	}
	page.keys(c, w, a, now)
	page.certificates(c.Agencies, w, a, now)
	for _, x := range c.People.List() {
		if x.Agency == a.ID {
			page.People = append(page.People, profilePerson{x.Login, x.Name, w.roleNames(x), w.text("person." + personState(x))})
		}
	}
	for _, below := range c.Agencies.Children(a.ID)[:min(mostBelow, len(c.Agencies.Children(a.ID)))] {
		page.Below = append(page.Below, menuItem{Address: profileAddress(below.ID), Text: below.Name})
	}
	return page, c.history(v, a.ID, &page)
}

const mostBelow = 100

func (c *console) profileFacts(v *visit, a exchange.Agency, q exchange.Queue) []field {
	w := v.words
	var all []field
	add := func(key, value string) {
		if value != "" {
			all = append(all, field{w.text("profile.fact." + key), value})
		}
	}
	add("id", string(a.ID))
	add("codes", strings.TrimSpace(strings.Replace(codesOf(a), string(a.ID), "", 1)))
	add("level", w.text("level."+string(a.Level)))
	if a.Parent != "" {
		add("parent", c.nameOf(a.Parent)+" ("+string(a.Parent)+")")
	}
	add("channel", w.text("channel."+string(a.Channel)))
	if a.Gateway != "" {
		add("gateway", c.nameOf(a.Gateway))
	}
	add("status", w.text("profile.status."+strconv.FormatBool(a.Console)))
	if a.AcceptUnsigned {
		add("unsigned", w.text("yes"))
	}
	add("sha1", written(a.LegacySHA1Until, "02/01/2006"))
	add("closed", written(a.ClosedAt, "02/01/2006"))
	add("waiting", atLeast(w, q.Waiting, q.More))
	add("lastcall", c.lastCall(w, a))
	return all
}

func (p *profilePage) keys(c *console, w words, a exchange.Agency, now time.Time) {
	active := 0
	for _, k := range a.Keys {
		row := profileKey{ID: k.ID, Created: clock(k.Created), Until: written(k.Until, "02/01/2006"), Active: k.ActiveAt(now), State: w.text("key.active")}
		if t := c.Agencies.LastUsed(k.ID); !t.IsZero() {
			row.Used = clock(t)
		}
		switch {
		case !k.Revoked.IsZero():
			row.State = w.text("key.revoked")
		case !row.Active:
			row.State = w.text("key.ended")
		default:
			active++
		}
		for _, allow := range k.Allow {
			row.Allow += allow.String() + " "
		}
		p.Keys = append(p.Keys, row)
	}
	slices.Reverse(p.Keys)
	p.Full = active >= 2
}

func (p *profilePage) certificates(all Agencies, w words, a exchange.Agency, now time.Time) {
	for _, k := range a.Certificates {
		row := profileCertificate{Fingerprint: k.Fingerprint(), From: written(k.From, "02/01/2006"), State: w.text("key.active")}
		cert, err := x509.ParseCertificate(k.DER)
		if err != nil {
			continue
		}
		end := cert.NotAfter
		if !k.Until.IsZero() && k.Until.Before(end) {
			end = k.Until
		}
		row.Subject, row.Issuer, row.Until = cert.Subject.CommonName, cert.Issuer.CommonName, written(end, "02/01/2006")
		if !now.Before(end) {
			row.State = w.text("key.ended")
		}
		for _, other := range all.Sharers(a.ID, k.DER) {
			row.Sharers = append(row.Sharers, sharer{string(other), profileAddress(other)})
		}
		p.Certificates = append(p.Certificates, row)
	}
}

const (
	// historyBack is how many entries of the log are looked through for what was changed of an agency.
	historyBack  = 50_000
	mostHistory  = 30
	historyParts = 1000
)

// history tells what was changed of an agency lately, the newest first.
func (c *console) history(v *visit, id exchange.AgencyID, page *profilePage) error {
	size, err := logSize(v.ctx(), c.Hub)
	if err != nil {
		return err
	}
	after := max(-1, size-1-historyBack)
	if after > -1 {
		page.HistoryNote = v.words.text("profile.history.note", "n", v.words.number(historyBack))
	}
	for {
		records, err := c.Hub.EventsOf(v.ctx(), v.caller, id, after, historyParts)
		if err != nil || len(records) == 0 {
			slices.Reverse(page.History)
			page.History = page.History[:min(mostHistory, len(page.History))]
			return err
		}
		for _, r := range records {
			switch r.Entry.Type {
			case translog.AgencyChanged, translog.EndpointChanged, translog.KeyChanged:
				page.History = append(page.History, c.changed(v.words, r))
			}
		}
		after = records[len(records)-1].Index
	}
}

func (c *console) changed(w words, r exchange.LogRecord) event {
	e := event{At: exactly(r.Entry.Time), Icon: "settings", Tone: "grey"}
	e.Text = w.text("changed."+string(r.Entry.Type), "kind", w.changeKind(r.Entry.Kind), "who", c.operatorName(r.Entry))
	if r.Entry.Type == translog.KeyChanged {
		e.Icon = "key"
	}
	return e
}

func (w words) changeKind(kind string) string {
	if text := w.text("change." + kind); !strings.HasPrefix(text, missing) {
		return text
	}
	return w.logKind(kind)
}

// operatorName is who acted: a person by name, else how the log names it.
func (c *console) operatorName(e translog.Entry) string {
	if name := c.People.NameOf(e.Credential); name != "" {
		return name
	}
	return strings.TrimPrefix(e.Actor, "operator:")
}

// profileWrong is the agency's page with what was wrong with a form.
func (c *console) profileWrong(v *visit, a exchange.Agency, err error) error {
	kind := exchange.KindOf(err)
	if kind != exchange.BadRequest && kind != exchange.Conflict {
		return err
	}
	page, failed := c.profilePage(v, a)
	if failed != nil {
		return failed
	}
	page.Error = v.words.said(err)
	return c.render(v, http.StatusUnprocessableEntity, "profile", a.Name, page)
}

// issueKey makes a key for an agency and shows it this once.
func (c *console) issueKey(v *visit) error {
	a, err := c.profileOf(v)
	if err != nil {
		return err
	}
	o := directory.KeyOptions{Test: a.Sandbox}
	if o.Allow, err = networksChosen(v.FormValue("mang"), v.FormValue("moi-noi") == "1"); err == nil {
		var secret string
		if secret, _, err = c.Agencies.IssueKey(v.ctx(), v.caller, a.ID, o); err == nil {
			return c.profileSecret(v, a.ID, secret, "key")
		}
	}
	return c.profileWrong(v, a, err)
}

func (c *console) profileSecret(v *visit, id exchange.AgencyID, secret, of string) error {
	a, _ := c.Agencies.Agency(id)
	page, err := c.profilePage(v, a)
	if err != nil {
		return err
	}
	page.Secret, page.SecretOf = secret, v.words.text("profile.secret."+of)
	return c.render(v, http.StatusOK, "profile", a.Name, page)
}

// revokeAgencyKey ends a key at once; its id is typed, as the agency's software stops with it.
func (c *console) revokeAgencyKey(v *visit) error {
	a, err := c.profileOf(v)
	if err != nil {
		return err
	}
	id := v.Param("key")
	if strings.TrimSpace(v.FormValue("ma")) != id {
		err = &exchange.Error{Kind: exchange.BadRequest, Detail: "type the key's id to revoke it", VI: "Nhập đúng mã khóa để thu hồi."}
	} else {
		err = c.Agencies.RevokeKey(v.ctx(), v.caller, a.ID, id)
	}
	if err != nil {
		return c.profileWrong(v, a, err)
	}
	return v.Redirect(http.StatusSeeOther, profileAddress(a.ID)+"?xong=thu-hoi")
}

func (c *console) enrolCertificate(v *visit) error {
	a, err := c.profileOf(v)
	if err != nil {
		return err
	}
	block, _ := pem.Decode([]byte(strings.TrimSpace(v.FormValue("pem"))))
	if block == nil || block.Type != "CERTIFICATE" {
		err = &exchange.Error{Kind: exchange.BadRequest, Detail: "this is not a certificate in PEM form", VI: "Không phải chứng thư dạng PEM (-----BEGIN CERTIFICATE-----)."}
	} else {
		_, err = c.Agencies.AddCertificate(v.ctx(), v.caller, a.ID, block.Bytes, c.Clock(), time.Time{})
	}
	if err != nil {
		return c.profileWrong(v, a, err)
	}
	return v.Redirect(http.StatusSeeOther, profileAddress(a.ID)+"?xong=chung-thu")
}

// setPushEndpoint says where the hub posts. A secret that is made by it is shown this once.
func (c *console) setPushEndpoint(v *visit) error {
	a, err := c.profileOf(v)
	if err != nil {
		return err
	}
	allow, err := readNetworks(v.FormValue("mang"))
	var set exchange.Endpoint
	if err == nil {
		set, err = c.Agencies.SetEndpoint(v.ctx(), v.caller, a.ID, exchange.Endpoint{URL: strings.TrimSpace(v.FormValue("url")), Allow: allow})
	}
	if err != nil {
		return c.profileWrong(v, a, err)
	}
	if set.Secret != "" && set.Secret != a.Endpoint.Secret {
		return c.profileSecret(v, a.ID, set.Secret, "endpoint")
	}
	return v.Redirect(http.StatusSeeOther, profileAddress(a.ID)+"?xong=diem-nhan")
}

// networksChosen wants one of two said: the networks in which a key opens the hub, or that it does so from anywhere.
func networksChosen(text string, anywhere bool) ([]netip.Prefix, error) {
	list, err := readNetworks(text)
	switch {
	case err != nil:
		return nil, err
	case anywhere && len(list) > 0:
		return nil, &exchange.Error{Kind: exchange.BadRequest, Detail: "networks are named and the box says any network; choose one",
			VI: "Vừa ghi mạng vừa chọn không giới hạn mạng; hãy chỉ chọn một."}
	case !anywhere && len(list) == 0:
		return nil, &exchange.Error{Kind: exchange.BadRequest, Detail: "name the networks, or tick the box for any network",
			VI: "Hãy ghi các mạng được phép, hoặc chọn không giới hạn mạng."}
	}
	return list, nil
}

// said is a refusal in the language of the page.
func (w words) said(err error) string {
	e, ok := asRefusal(err)
	switch {
	case !ok:
		return err.Error()
	case w.Lang == "vi" && e.VI != "":
		return e.VI
	}
	return sentence(e.Detail)
}

// Registrar is what the pages change of the directory; package directory states what each promises.
type Registrar interface {
	Put(ctx context.Context, by exchange.Caller, a exchange.Agency) (exchange.Agency, error)
	IssueKey(ctx context.Context, by exchange.Caller, id exchange.AgencyID, o directory.KeyOptions) (string, exchange.Key, error)
	RevokeKey(ctx context.Context, by exchange.Caller, id exchange.AgencyID, keyID string) error
	AddCertificate(ctx context.Context, by exchange.Caller, id exchange.AgencyID, der []byte, from, until time.Time) (exchange.Certificate, error)
	SetEndpoint(ctx context.Context, by exchange.Caller, id exchange.AgencyID, e exchange.Endpoint) (exchange.Endpoint, error)
}
