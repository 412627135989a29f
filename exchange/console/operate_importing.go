package console

import (
	"bytes"
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/directory"
)

const mostChanges = 200 // that a page shows

// An importPage is what the import of a file would do, or has done.
type importPage struct {
	Path, Kind, Digest string
	Version            uint64 // of the directory that this was reckoned from
	Writes, Done       bool
	Tiles              []field
	Rows               []importRow
	More               string
	Mistakes           importMistakes
	Changed, Waiting   string
}

type importRow struct {
	Line, Name, Code, Text string
	What                   label
}

func (c *console) importPreview(v *visit) error {
	f, err := c.importOf(v)
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return c.showImport(v, http.StatusOK, f, "")
}

func (c *console) importOf(v *visit) (*importing, error) {
	f, ok := c.imports.find(v.Param("id"), v.person.ID, c.Clock())
	if !ok {
		return nil, &exchange.Error{Kind: exchange.NotFound, Detail: "this file is not kept any more; send it again",
			VI: "Tệp này không còn được giữ. Hãy tải lên lại để xem trước."}
	}
	return f, nil
}

// showImport looks at the file anew: what it shows is always reckoned from the directory as it is.
func (c *console) showImport(v *visit, status int, f *importing, changed string) error {
	w := v.words
	page := importPage{Path: importsPath + f.id, Kind: w.text("import.kind." + f.kind), Done: f.done != nil, Changed: changed, Waiting: f.waiting(w)}
	var report directory.Report
	if page.Done {
		report = *f.done
	} else {
		var err error
		if report, err = f.look(v.ctx(), v.caller, bytes.NewReader(f.raw), true); err != nil && len(report.Mistakes) == 0 {
			return err
		}
		page.Mistakes = mistakesOf(w, report)
	}
	page.Digest, page.Version = report.Basis.Digest, report.Basis.Version
	page.Writes = !page.Done && len(report.Mistakes) == 0 && report.Added+report.Changed > 0
	page.fill(w, report)
	return c.render(v, status, "importing", w.text("import.preview"), page)
}

func (p *importPage) fill(w words, r directory.Report) {
	for _, x := range []struct {
		key string
		n   int
	}{{"rows", r.Rows}, {"added", r.Added}, {"changed", r.Changed}, {"closed", r.Kinds[directory.Closed]}, {"unchanged", r.Unchanged}} {
		p.Tiles = append(p.Tiles, field{w.text("import.count." + x.key), w.number(x.n)})
	}
	for _, d := range r.Differences[:min(mostChanges, len(r.Differences))] {
		row := importRow{Line: strconv.Itoa(d.Line), Name: d.Name, Code: string(d.Agency), Text: d.EN, What: differenceLabel(w, d.Kind)}
		if w.Lang == "vi" {
			row.Text = d.VI
		}
		row.Text = sentence(row.Text)
		p.Rows = append(p.Rows, row)
	}
	total := 0
	for _, n := range r.Kinds {
		total += n
	}
	if total > len(p.Rows) {
		p.More = w.text("import.more", "n", w.number(total), "shown", w.number(len(p.Rows)))
	}
}

func differenceLabel(w words, kind directory.DifferenceKind) label {
	l := label{Icon: "refresh", Tone: "blue", Text: w.text("import.difference." + string(kind))}
	switch kind {
	case directory.Added:
		l.Icon, l.Tone = "plus", "green"
	case directory.Closed:
		l.Icon, l.Tone = "ban", "red"
	case directory.Redirected:
		l.Icon, l.Tone = "arrow-right", "amber"
	}
	return l
}

// confirmImport writes what was looked at, once. If the directory was changed meanwhile, nothing is written, and what the
// file would do now is shown instead.
func (c *console) confirmImport(v *visit) error {
	f, err := c.importOf(v)
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.done == nil {
		version, _ := strconv.ParseUint(v.FormValue("ban"), 10, 64)
		seen := directory.Basis{Kind: f.kind, Digest: v.FormValue("bam"), Version: version}
		report, err := c.Agencies.ImportSeen(v.ctx(), v.caller, bytes.NewReader(f.raw), seen)
		if exchange.KindOf(err) == exchange.Conflict {
			v.Set(errorKey, err)
			return c.showImport(v, http.StatusConflict, f, v.words.text("import.changedmeanwhile", "why", v.words.problem(err)))
		}
		if err != nil {
			return err
		}
		f.end(report, c.moveWaiting(context.WithoutCancel(v.ctx())))
	}
	return v.Redirect(http.StatusSeeOther, importsPath+f.id)
}

// moveWaiting takes what waits for closed agencies along at once. What is left the hub takes by itself within a minute.
func (c *console) moveWaiting(ctx context.Context) exchange.Moved {
	moved, err := c.Hub.MoveWaiting(ctx)
	if err != nil {
		c.Log.Error("what waits for closed agencies was not moved", "error", err)
	}
	return moved
}

func (f *importing) waiting(w words) string {
	if f.moved == (exchange.Moved{}) {
		return ""
	}
	return strings.TrimSpace(w.text("import.moved", "redirected", w.number(f.moved.Redirected), "stranded", w.number(f.moved.Stranded), "underway", w.number(f.moved.Underway)))
}
