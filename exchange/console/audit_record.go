package console

import (
	"strconv"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
)

// A recordPage is one entry of the log with the proof that it lies there.
type recordPage struct {
	Row            logRow
	Text           string // canonical form
	Side           []sideField
	SideErased     bool
	Leaf, Root     string
	Place, Of      string
	Head           string // the signed checkpoint
	Steps          []pathStep
	Proved, Broken string // what the check came to; one of them
	Before, After  string // the neighbours' addresses
}

type pathStep struct {
	N      int
	Beside string
	Left   bool
	Gives  string
}

func (c *console) auditRecord(v *visit) error {
	index, err := strconv.ParseInt(v.Param("index"), 10, 64)
	if err != nil || strconv.FormatInt(index, 10) != v.Param("index") {
		return exchange.NotFound
	}
	p, err := c.Hub.Record(v.ctx(), v.caller, index)
	if err != nil {
		return err
	}
	page := recordPage{Row: c.logRow(v, p.Trace), Text: string(p.Text), Leaf: p.Leaf.String(), Root: p.Head.Root.String(),
		Place: strconv.FormatInt(index, 10), Of: strconv.FormatInt(p.Head.Size, 10), Head: string(p.Checkpoint), Steps: pathSteps(p.Path)}
	if p.Side != nil {
		page.Side = sideFields(v.words, p.Side)
	}
	page.SideErased = p.Sound && p.Entry.Side != "" && p.Side == nil
	if p.Broken == "" {
		page.Proved = v.words.text("auditrecord.proved", "place", page.Place, "size", page.Of)
	} else {
		page.Broken = v.words.text("broken." + string(p.Broken))
	}
	if index > 0 {
		page.Before = "/kiem-tra/nhat-ky/" + strconv.FormatInt(index-1, 10)
	}
	if index+1 < p.Head.Size {
		page.After = "/kiem-tra/nhat-ky/" + strconv.FormatInt(index+1, 10)
	}
	return c.show(v, "auditrecord", page)
}

func pathSteps(path []translog.Step) (all []pathStep) {
	for i, s := range path {
		all = append(all, pathStep{N: i + 1, Beside: s.Beside.String(), Left: s.Left, Gives: s.Gives.String()})
	}
	return all
}
