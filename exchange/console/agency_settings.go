package console

import (
	"net/http"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/problem"
)

// A settingsPage shows what an agency is to the hub, and lets its administrator say who gives the statuses.
type settingsPage struct {
	Facts       []agencyFact
	Choices     []option
	Done, Error string
}

const (
	byConsole  = "bang-dieu-khien"
	bySoftware = "phan-mem"
)

func (c *console) agencySettings(v *visit) error {
	page := c.settingsPage(v)
	if v.QueryParam("xong") == "1" {
		page.Done = v.words.text("agency.settings.done")
	}
	return c.show(v, "agencysettings", page)
}

func (c *console) settingsPage(v *visit) settingsPage {
	a, w := v.agency, v.words
	page := settingsPage{Facts: []agencyFact{{w.text("agency.fact.name"), a.Name}, {w.text("agency.fact.code"), string(a.ID)},
		{w.text("agency.fact.level"), w.text("agency.level." + string(a.Level))}, {w.text("agency.fact.channel"), w.text("agency.channel." + string(a.Channel))}}}
	if a.Parent != "" {
		page.Facts = append(page.Facts, agencyFact{w.text("agency.fact.parent"), c.nameOf(a.Parent)})
	}
	for _, code := range a.AllCodes()[1:] {
		page.Facts = append(page.Facts, agencyFact{w.text("agency.fact.alias"), string(code)})
	}
	for _, id := range a.SendsFor {
		page.Facts = append(page.Facts, agencyFact{w.text("agency.fact.sendsfor"), c.nameOf(id)})
	}
	if a.Gateway != "" {
		page.Facts = append(page.Facts, agencyFact{w.text("agency.fact.gateway"), c.nameOf(a.Gateway)})
	}
	if a.Sandbox {
		page.Facts = append(page.Facts, agencyFact{w.text("agency.fact.kind"), w.text("agency.sandbox")})
	}
	page.Choices = []option{{bySoftware, w.text("agency.settings.software"), !a.Console}, {byConsole, w.text("agency.settings.console"), a.Console}}
	return page
}

func (c *console) setSettings(v *visit) error {
	choice := v.FormValue("trang-thai")
	if choice != byConsole && choice != bySoftware {
		page := c.settingsPage(v)
		page.Error = v.words.text("agency.settings.choose")
		return c.render(v, http.StatusUnprocessableEntity, "agencysettings", v.words.text("agencysettings.title"), page)
	}
	if err := c.Agencies.SetConsole(v.ctx(), v.caller, v.person.Agency, choice == byConsole); err != nil {
		return err
	}
	return v.Redirect(http.StatusSeeOther, settingsPath+"?xong=1")
}

// A sheetPage is what the vendor of an agency's software is handed: everything to connect but the key.
type sheetPage struct {
	Facts    []agencyFact
	Examples []example
	Push     bool
	Statuses []agencyFact
	Errors   []errorRow
	Printed  string
}

// An example is a command that can be typed as it stands.
type example struct{ Text, Command string }

type errorRow struct {
	Status            int
	Code, Text, Title string
}

func (c *console) agencySheet(v *visit) error {
	w, at, id := v.words, origin(v), string(v.person.Agency)
	page := sheetPage{Push: v.agency.Channel == exchange.Push, Printed: clock(c.Clock()), Facts: []agencyFact{
		{w.text("agency.fact.name"), v.agency.Name}, {w.text("agency.fact.code"), id}, {w.text("agency.sheet.hub"), c.Name}, {w.text("agency.sheet.api"), at + "/v1"},
		{w.text("agency.sheet.contract"), at + "/openapi.yaml"}, {w.text("agency.sheet.problems"), at + "/loi/"}, {w.text("agency.fact.channel"), w.text("agency.channel." + string(v.agency.Channel))}}}
	if page.Push {
		page.Facts = append(page.Facts, agencyFact{w.text("agency.sheet.endpoint"), v.agency.Endpoint.URL})
	}
	page.Examples = examples(w, at, page.Push)
	for _, s := range statusCodes() {
		page.Statuses = append(page.Statuses, agencyFact{s, w.text("processing." + s)})
	}
	for _, k := range commonRefusals() {
		page.Errors = append(page.Errors, w.errorRow(k))
	}
	return c.show(v, "agencysheet", page)
}

// examples read the key from a file: others can read what stands in a command.
func examples(w words, at string, push bool) []example {
	const key = `-H @lienthong.header `
	all := []example{
		{w.text("agency.sheet.keyfile"), `(umask 077; printf 'Authorization: Bearer %s' "$(cat lienthong.key)" > lienthong.header)`},
		{w.text("agency.sheet.limits"), "curl -sS " + key + at + "/v1/limits"},
		{w.text("agency.sheet.validate"), "curl -sS " + key + "-H 'Content-Type: application/xml' --data-binary @vanban.edxml '" + at + "/v1/documents?validate=1'"},
		{w.text("agency.sheet.submit"), "curl -sS " + key + "-H 'Content-Type: application/xml' --data-binary @vanban.edxml " + at + "/v1/documents"},
	}
	if !push {
		all = append(all,
			example{w.text("agency.sheet.lease"), "curl -sS " + key + `-H 'Content-Type: application/json' -d '{"max":10}' ` + at + "/v1/inbox/lease"},
			example{w.text("agency.sheet.content"), "curl -sS " + key + "-o vanban.edxml " + at + "/v1/inbox/DELIVERY/content"},
			example{w.text("agency.sheet.ack"), "curl -sS " + key + `-H 'Content-Type: application/json' -d '{"token":"TOKEN"}' ` + at + "/v1/inbox/DELIVERY/ack"})
	}
	return append(all, example{w.text("agency.sheet.status"), "curl -sS " + key + `-H 'Content-Type: application/json' -d '{"code":"03"}' ` + at + "/v1/inbox/DELIVERY/status"})
}

func statusCodes() []string { return []string{"01", "02", "03", "04", "05", "06", "13", "15", "16"} }

// commonRefusals are those that software meets and has to know.
func commonRefusals() []exchange.Kind {
	return []exchange.Kind{exchange.BadRequest, exchange.Unauthenticated, exchange.Forbidden, exchange.NotFound, exchange.SameIdentity, exchange.LeaseLost,
		exchange.TooLarge, exchange.BadEnvelope, exchange.BadSignature, exchange.Unsigned, exchange.ForeignCert, exchange.ExpiredCert, exchange.RevokedCert,
		exchange.SenderMismatch, exchange.UnknownAddressee, exchange.SecrecyMarking, exchange.BadReport, exchange.TooMany, exchange.Busy, exchange.Internal}
}

func (w words) errorRow(k exchange.Kind) errorRow {
	p := problem.Of(k)
	row := errorRow{Status: p.Status, Code: p.Code, Title: p.TitleEN, Text: p.AdviceEN}
	if w.Lang == "vi" {
		row.Title, row.Text = p.Title, p.Advice
	}
	return row
}
