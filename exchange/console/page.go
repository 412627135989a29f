package console

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
)

//go:embed templates
var templateFiles embed.FS

// loadPages reads the templates: one for each page, over the frame and the parts that pages share. Folders are for
// readers; a page's name is the file's.
func loadPages(a assets) (map[string]*template.Template, error) {
	frame := template.New("frame").Option("missingkey=error").Funcs(template.FuncMap{"asset": a.address, "rows": rowsIn, "sent": rowsOut, "row": withRow,
		"periods": periods, "signatures": signatures})
	frame, err := frame.ParseFS(templateFiles, "templates/shared/*.html")
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(templateFiles, "templates/*/*.html")
	if err != nil {
		return nil, err
	}
	names = slices.DeleteFunc(names, func(name string) bool { return strings.HasPrefix(name, "templates/shared/") })
	pages := make(map[string]*template.Template, len(names))
	for _, name := range names {
		page, err := frame.Clone()
		if err == nil {
			page, err = page.ParseFS(templateFiles, name)
		}
		if err != nil {
			return nil, err
		}
		pages[strings.TrimSuffix(path.Base(name), ".html")] = page
	}
	return pages, nil
}

// rowsIn and rowsOut are the rows of a page that shows a table of documents.
func rowsIn(body any) []incomingRow {
	if p, ok := body.(deskPage); ok {
		return p.In
	}
	return body.(incomingPage).Rows
}

func rowsOut(body any) []outgoingRow {
	if p, ok := body.(deskPage); ok {
		return p.Out
	}
	return body.(outgoingPage).Rows
}

// A frame is what every page is set in. Body is the page's own.
type frame struct {
	words   words
	Title   string
	Here    string // the address of this page, to come back to
	Section string // the menu's item
	Menu    []menuItem
	Person  exchange.Person
	Agency  exchange.Agency
	Name    string
	Version string
	Ribbon  bool
	Now     string
	Live    *liveFrame // nil: the page stays as it is
	Body    any
}

// A rowFrame is one row of a table in its page: rows are made with their page, and one by one where they have changed.
type rowFrame struct {
	frame
	Row any
}

func withRow(f frame, row any) rowFrame { return rowFrame{f, row} }

// T is a text in the page's language; see words.text.
func (f frame) T(key string, args ...any) string { return f.words.text(key, args...) }

// Lang is the language of the page, Other the one it could be in.
func (f frame) Lang() string { return f.words.Lang }

// Other is the language to switch to.
func (f frame) Other() string {
	if f.words.Lang == "vi" {
		return "en"
	}
	return "vi"
}

// Sought is what was looked for in the directory of agencies, if this page is about that.
func (f frame) Sought() string {
	page, _ := f.Body.(agenciesPage)
	return page.Words
}

// SignedIn reports whether somebody is.
func (f frame) SignedIn() bool { return f.Person.Version != 0 }

// Clerk reports whether the page is a clerk's.
func (f frame) Clerk() bool { return f.Person.Has(exchange.Clerk) }

// render writes a page. Nothing goes out before all of it is made: a page that cannot be made is an error page.
func (c *console) render(v *visit, status int, name, title string, body any) error {
	f := frame{words: v.words, Title: title, Here: v.Request().URL.RequestURI(), Person: v.person, Agency: v.agency, Name: c.Name,
		Version: c.Version, Ribbon: c.Ribbon, Now: clock(c.Clock()), Body: body}
	if v.Request().Method == post {
		f.Here = "/"
	}
	f.Menu = menu(v)
	if status == http.StatusOK {
		f.Live = c.live(v, name)
	}
	var b bytes.Buffer
	page, ok := c.pages[name]
	if !ok {
		return fmt.Errorf("console: no template %q", name)
	}
	if err := page.ExecuteTemplate(&b, "frame", f); err != nil {
		return fmt.Errorf("console: page %s: %w", name, err)
	}
	return v.HTMLBlob(status, b.Bytes())
}

// show is render of what went well.
func (c *console) show(v *visit, name string, body any) error {
	return c.render(v, http.StatusOK, name, v.words.text(name+".title"), body)
}

// clock is a time as people read it; "" for none.
func clock(t time.Time) string { return written(t, "02/01/2006 15:04") }

// exactly is clock with seconds, for what is a proof.
func exactly(t time.Time) string { return written(t, "15:04:05 02/01/2006") }

func written(t time.Time, layout string) string {
	if t.IsZero() {
		return ""
	}
	return t.In(envelope.ICT()).Format(layout)
}

func day(d envelope.Date) string { return written(d.Time(), "02/01/2006") }
