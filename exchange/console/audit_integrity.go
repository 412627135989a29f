package console

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
)

// An integrityPage verifies the log, a step with each request, and holds kept checkpoints against it. How far a
// verification has come is its address.
type integrityPage struct {
	Log, Size, Root string // of the newest checkpoint
	Text            string
	From, To        string // as asked for; empty for all
	Error           string
	Run             *verification
	Pasted          string
	Compared        *comparison
}

// A verification is one that is under way or over.
type verification struct {
	Done, Total int64
	Text        string // how far it has come
	Next        string // the address of the next step; empty when it is over
	Intact      string
	Broken      string
	Near        []nearRow
	After       string // the address that goes on behind a broken entry
}

type nearRow struct {
	logRow
	Raw  string
	This bool
}

func (c *console) auditIntegrity(v *visit) error {
	page := integrityPage{From: v.QueryParam("tu"), To: v.QueryParam("den")}
	if v.QueryParam("kiem") == "" {
		return c.showIntegrity(v, http.StatusOK, page)
	}
	run, err := c.readVerification(v)
	if err == nil {
		run, err = c.Hub.VerifyLog(v.ctx(), v.caller, run)
	}
	if err != nil {
		if exchange.KindOf(err) != exchange.BadRequest {
			return err
		}
		page.Error = v.words.text("integrity.range")
		return c.showIntegrity(v, http.StatusUnprocessableEntity, page)
	}
	page.Run = c.verification(v, run)
	return c.showIntegrity(v, http.StatusOK, page)
}

// readVerification reads the state of a verification from the address. The form counts entries as people see them: from
// the first to the last, both among them. What an address says was looked at counts only where this hub has said so
// itself, to this session; otherwise all of it is looked at: nobody is told of a log that is intact by who wrote a link.
func (c *console) readVerification(v *visit) (run exchange.Verification, err error) {
	for _, f := range []struct {
		name string
		to   *int64
		plus int64
	}{{"tu", &run.From, 0}, {"den", &run.To, 1}, {"toi", &run.At, 0}} {
		text := strings.TrimSpace(v.QueryParam(f.name))
		if text == "" {
			continue
		}
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 0 || n > translog.MaxSize {
			return run, exchange.BadRequest
		}
		*f.to = n + f.plus
	}
	if !c.reached.holds(v.QueryParam("dau"), v.session.ID, run) {
		run.At = run.From
	}
	return run, nil
}

func (c *console) verificationAddress(v *visit, from, to, at int64) string {
	q := url.Values{"kiem": {"1"}, "tu": {strconv.FormatInt(from, 10)}, "den": {strconv.FormatInt(to-1, 10)}}
	if at > from {
		q.Set("toi", strconv.FormatInt(at, 10))
		q.Set("dau", c.reached.of(v.session.ID, exchange.Verification{From: from, To: to, At: at}))
	}
	return "/kiem-tra/toan-ven?" + q.Encode()
}

func (c *console) verification(v *visit, run exchange.Verification) *verification {
	number := func(n int64) string { return v.words.number(int(n)) }
	out := &verification{Done: run.At - run.From, Total: run.To - run.From}
	out.Text = v.words.text("integrity.progress", "n", number(out.Done), "total", number(out.Total))
	args := []any{"from", number(run.From), "to", number(run.To - 1), "size", number(run.Head.Size)}
	switch b := run.Break; {
	case b != nil:
		out.Broken = v.words.text("integrity.broken", "n", number(b.Index)) + " " + v.words.text("broken."+string(b.Why))
		if b.Index < 0 {
			out.Broken = v.words.text("broken." + string(b.Why))
		} else if next := max(b.Index, run.At) + 1; next < run.To {
			out.After = c.verificationAddress(v, next, run.To, next)
		}
		for _, t := range b.Near {
			out.Near = append(out.Near, nearRow{logRow: c.logRow(v, t), Raw: strings.ToValidUTF8(cutRunes(string(t.Text), 2000), "�"), This: t.Index == b.Index})
		}
	case run.Done():
		out.Intact = v.words.text("integrity.intact", args...)
	default:
		out.Next = c.verificationAddress(v, run.From, run.To, run.At)
	}
	return out
}

// showIntegrity shows the page. While a verification runs it is the page of that: each of its steps would otherwise read
// the checkpoint again, and be one reading more in the log that it verifies.
func (c *console) showIntegrity(v *visit, status int, page integrityPage) error {
	if page.Run != nil {
		return c.render(v, status, "integrity", v.words.text("integrity.title"), page)
	}
	text, head, err := c.Hub.AuditCheckpoint(v.ctx(), v.caller)
	if text == nil && err != nil {
		return err
	}
	page.Text, page.Log, page.Size, page.Root = string(text), head.Origin, v.words.number(int(head.Size)), head.Root.String()
	if err != nil {
		page.Error = v.words.text("broken.checkpoint")
	}
	return c.render(v, status, "integrity", v.words.text("integrity.title"), page)
}

// auditCheckpoint is the newest checkpoint as a file, to be kept where the hub's operators cannot reach it.
func (c *console) auditCheckpoint(v *visit) error {
	text, head, err := c.Hub.AuditCheckpoint(v.ctx(), v.caller)
	if err != nil {
		return err
	}
	v.Response().Header().Set("Content-Disposition", `attachment; filename="checkpoint-`+strconv.FormatInt(head.Size, 10)+`.txt"`)
	return v.Blob(http.StatusOK, "text/plain; charset=utf-8", text)
}

// A comparison is what a pasted checkpoint came to, check by check.
type comparison struct {
	Agrees bool
	Text   string
	Checks []checked
}

type checked struct {
	Icon, Tone, Text, Detail string
}

func (c *console) auditCompare(v *visit) error {
	text := v.FormValue("moc")
	page := integrityPage{Pasted: text}
	if strings.TrimSpace(text) == "" {
		page.Error = v.words.text("compare.nothing")
		return c.showIntegrity(v, http.StatusUnprocessableEntity, page)
	}
	got, err := c.Hub.CompareCheckpoint(v.ctx(), v.caller, []byte(text))
	if err != nil {
		return err
	}
	page.Compared = compared(v.words, got)
	return c.showIntegrity(v, http.StatusOK, page)
}

func compared(w words, got exchange.Comparison) *comparison {
	number := func(n int64) string { return w.number(int(n)) }
	out := &comparison{Agrees: got.Agrees(), Text: w.text("compare.differs")}
	if out.Agrees {
		out.Text = w.text("compare.agrees", "size", number(got.Given.Size), "now", number(got.Head.Size))
	}
	for _, k := range []struct {
		name   string
		answer exchange.Answer
		detail string
	}{
		{"form", got.Form, ""},
		{"origin", got.Origin, w.text("compare.origin.detail", "given", got.Given.Origin, "own", got.Head.Origin)},
		{"signature", got.Signature, ""},
		{"size", got.Size, w.text("compare.size.detail", "given", number(got.Given.Size), "own", number(got.Head.Size))},
		{"root", got.SameRoot, w.text("compare.root.detail", "given", got.Given.Root.String(), "own", got.Root.String())},
		{"consistent", got.Consistent, ""},
	} {
		line := checked{Icon: "circle-check", Tone: "green", Text: w.text("compare." + k.name + "." + string(k.answer))}
		switch k.answer {
		case exchange.Fails:
			line.Icon, line.Tone = "circle-x", "red"
		case exchange.Unasked:
			line.Icon, line.Tone, line.Text = "dots", "grey", w.text("compare.unasked", "what", w.text("compare."+k.name))
		}
		if k.answer != exchange.Unasked && got.Form == exchange.Holds {
			line.Detail = k.detail
		}
		out.Checks = append(out.Checks, line)
	}
	return out
}
