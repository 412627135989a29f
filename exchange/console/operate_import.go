package console

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strconv"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/directory"
	"github.com/lienthong/lienthong/exchange/problem"
)

const (
	importPath   = "/van-hanh/don-vi-nhap"
	importsPath  = importPath + "/tep/"
	mostImport   = 4 << 20 // bytes of a file that is kept until it is confirmed; larger ones go by the command line
	mostMistakes = 100     // that a page shows
)

// Importer is what the operators' pages bring files into the directory with; package directory states what each promises.
type Importer interface {
	Import(ctx context.Context, by exchange.Caller, r io.Reader, dry bool) (directory.Report, error)
	ImportMapping(ctx context.Context, by exchange.Caller, r io.Reader, dry bool) (directory.Report, error)
	ImportSeen(ctx context.Context, by exchange.Caller, r io.Reader, seen directory.Basis) (directory.Report, error)
}

// A lookAt says what an import of a file would do.
type lookAt func(ctx context.Context, by exchange.Caller, r io.Reader, dry bool) (directory.Report, error)

// An importForm is the page from which a file of agencies is sent to be looked at.
type importForm struct {
	Path, Limits, Error string
	Mistakes            importMistakes
}

// importMistakes are what is wrong with a file, by its lines.
type importMistakes struct {
	Rows []importMistake
	Note string // how many there are, where not all are shown
}

type importMistake struct{ Line, Text string }

func (c *console) importForm(v *visit) error {
	return c.showImportForm(v, http.StatusOK, importForm{})
}

func (c *console) showImportForm(v *visit, status int, page importForm) error {
	page.Path = importPath
	page.Limits = v.words.text("import.most", "most", bytesText(v.words, mostImport), "rows", v.words.number(directory.MaxRows))
	return c.render(v, status, "import", v.words.text("import.title"), page)
}

func (c *console) importTable(v *visit) error   { return c.uploadImport(v, c.Agencies.Import) }
func (c *console) importMapping(v *visit) error { return c.uploadImport(v, c.Agencies.ImportMapping) }

// importLevel1 looks at the first level as the program knows it: who of it is missing, and once all are there, who of it
// was closed.
func (c *console) importLevel1(v *visit) error {
	agencies, mapping := directory.Level1(func(id exchange.AgencyID) bool {
		_, ok := c.Agencies.Agency(id)
		return ok
	})
	if bytes.Count(agencies, []byte("\n")) > 1 {
		return c.lookAtImport(v, agencies, c.Agencies.Import)
	}
	return c.lookAtImport(v, mapping, c.Agencies.ImportMapping)
}

// uploadImport reads the file. A refusal is said on the page with the form, where another file can be chosen.
func (c *console) uploadImport(v *visit, look lookAt) error {
	raw, give, err := c.uploaded(v, mostImport)
	if err == nil {
		defer give()
		return c.lookAtImport(v, raw, look)
	}
	v.Set(errorKey, err)
	return c.showImportForm(v, problem.Of(err).Status, importForm{Error: v.words.problem(err)})
}

// problem says in words why something was refused.
func (w words) problem(err error) string {
	p := problem.Of(err)
	if w.Lang == "vi" {
		return p.Detail
	}
	return sentence(p.DetailEN)
}

// lookAtImport keeps a file that could be imported, and shows what that would do.
func (c *console) lookAtImport(v *visit, raw []byte, look lookAt) error {
	report, err := look(v.ctx(), v.caller, bytes.NewReader(raw), true)
	if len(report.Mistakes) > 0 {
		v.Set(errorKey, err)
		return c.showImportForm(v, problem.Of(err).Status, importForm{Mistakes: mistakesOf(v.words, report)})
	}
	if err != nil {
		return err
	}
	f := &importing{person: v.person.ID, raw: raw, kind: report.Basis.Kind, look: look}
	return v.Redirect(http.StatusSeeOther, importsPath+c.imports.keep(f, c.Clock()))
}

func mistakesOf(w words, r directory.Report) (all importMistakes) {
	for _, m := range r.Mistakes[:min(mostMistakes, len(r.Mistakes))] {
		row := importMistake{strconv.Itoa(m.Line), m.EN}
		if w.Lang == "vi" {
			row.Text = m.VI
		}
		row.Text = sentence(row.Text)
		all.Rows = append(all.Rows, row)
	}
	if n := len(r.Mistakes); n > mostMistakes {
		all.Note = w.text("import.moremistakes", "n", w.number(n), "shown", w.number(mostMistakes))
	}
	return all
}
