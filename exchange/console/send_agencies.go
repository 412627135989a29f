package console

import (
	"cmp"
	"net/http"
	"strings"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/directory"
	"github.com/lienthong/lienthong/exchange/problem"
)

// agenciesPath is where agencies are looked up.
const agenciesPath = "/danh-ba"

// An agenciesPage is what a look-up in the directory found.
type agenciesPage struct {
	Words, Note string
	Rows        []agencyRow
}

type agencyRow struct {
	Name, Code, Others, Above string
	Way                       label
}

func (c *console) agencies(v *visit) error {
	return c.show(v, "agencies", c.lookUp(v))
}

func (c *console) lookUp(v *visit) agenciesPage {
	page := agenciesPage{Words: strings.TrimSpace(cmp.Or(v.QueryParam("nguon"), v.QueryParam("q")))}
	if page.Words == "" {
		return page
	}
	for _, a := range c.Agencies.Find(page.Words, directory.MaxFound) {
		page.Rows = append(page.Rows, c.agencyRow(v, a))
	}
	switch len(page.Rows) {
	case 0:
		page.Note = v.words.text("agencies.none")
	case directory.MaxFound:
		page.Note = v.words.text("agencies.more", "n", directory.MaxFound)
	}
	return page
}

func (c *console) agencyRow(v *visit, a exchange.Agency) agencyRow {
	code := a.CodeAt(c.Clock())
	row := agencyRow{Name: a.Name, Code: string(code)}
	var others []string
	for _, other := range a.AllCodes() {
		if other != code {
			others = append(others, string(other))
		}
	}
	if len(others) > 0 {
		row.Others = v.words.text("agencies.others", "codes", strings.Join(others, ", "))
	}
	if a.Parent != "" {
		row.Above = c.nameOf(a.Parent)
	}
	to, err := c.Agencies.Resolve(code, c.Clock())
	if err != nil {
		row.Way = unreachable(v.words, err)
		return row
	}
	row.Way = c.way(v, to)
	return row
}

// unreachable is why nothing can be sent to an agency, in the directory's own words.
func unreachable(w words, err error) label {
	p := problem.Of(err)
	l := label{Icon: "ban", Tone: "red", Text: w.text("way.none"), Hint: p.DetailEN}
	if w.Lang == "vi" {
		l.Hint = p.Detail
	}
	return l
}

// way is how a document gets to an addressee.
func (c *console) way(v *visit, to exchange.Resolution) label {
	w := v.words
	switch {
	case to.ID == "":
		return label{Icon: "ban", Tone: "red", Text: w.text("way.none")}
	case to.Sandbox != v.agency.Sandbox:
		return label{Icon: "ban", Tone: "grey", Text: w.text("way.sandbox")}
	}
	l := label{Icon: "check", Tone: "green", Text: w.text("channel." + string(to.Channel))}
	for _, s := range to.Steps {
		name := c.nameOf(s.Agency) + " (" + string(s.Agency) + ")"
		switch s.By {
		case exchange.BySuccessor:
			l = label{Icon: "arrow-right", Tone: "amber", Text: w.text("way.successor"),
				Hint: w.text("way.successor.hint", "since", written(s.Since, "02/01/2006"), "name", name)}
		case exchange.ByGateway:
			hint := w.text("way.gateway.hint", "name", name)
			if l.Hint != "" {
				hint = l.Hint + " " + hint
			}
			l = label{Icon: "arrows-exchange", Tone: "blue", Text: w.text("way.gateway"), Hint: hint}
		}
	}
	return l
}

// agencyOptions are suggestions for a field in which an agency is typed: a part of a page, for htmx. The filter of a list
// asks with a name of its own, as its form has words to look for besides.
func (c *console) agencyOptions(v *visit) error {
	page, ok := c.pages["agencies"]
	if !ok {
		return exchange.NotFound
	}
	var b strings.Builder
	if err := page.ExecuteTemplate(&b, "options", c.lookUp(v)); err != nil {
		return err
	}
	return v.HTML(http.StatusOK, b.String())
}
