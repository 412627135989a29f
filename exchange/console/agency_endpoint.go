package console

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/traffic"
)

const (
	// secretOverlap is how long posts are signed with the former secret too.
	secretOverlap = 24 * time.Hour
	// attemptRows is how many attempts the page shows.
	attemptRows = 50
	maxAddress  = 2000 // characters of a form; the directory has the rule
)

// An endpointPage shows where the hub posts documents, and what came of it lately.
type endpointPage struct {
	Push        bool
	URL         string
	Allow       string
	Closed      string
	FormerUntil string // the former secret is used until then; empty for not at all
	State       label
	Verdict     string
	Waiting     string // how much waits to be posted, and when the hub tries next
	Attempts    []attemptRow
	More        bool
	Since       string
	Done, Error string
}

type attemptRow struct {
	At, Delivery, Took string
	Number             int
	State              label
	Detail             string
}

func (c *console) agencyEndpoint(v *visit) error {
	page := c.endpointPage(v)
	n, err := c.Hub.Connection(v.ctx(), v.caller, v.person.Agency)
	if err != nil {
		return err
	}
	page.Waiting = c.waitingPosts(v, n)
	if v.QueryParam("xong") == "dia-chi" {
		page.Done = v.words.text("agency.endpoint.done")
	}
	return c.show(v, "agencyendpoint", page)
}

// waitingPosts says what waits and when the hub tries next: not before the breaker opens.
func (c *console) waitingPosts(v *visit, n exchange.Connection) string {
	waiting := v.words.number(int(n.Counts[exchange.Queued]))
	b, _ := c.Breaker(v.person.Agency)
	if next := later(n.Next, b.Opens); next.After(c.Clock()) {
		return v.words.text("agency.endpoint.next", "n", waiting, "at", exactly(next))
	}
	return v.words.text("agency.endpoint.waiting", "n", waiting)
}

func (c *console) endpointPage(v *visit) endpointPage {
	now := c.now(v)
	e := v.agency.Endpoint
	page := endpointPage{Push: v.agency.Channel == exchange.Push, URL: e.URL, Closed: clock(e.ClosedAt), Since: clock(c.Traffic.Since())}
	networks := make([]string, len(e.Allow))
	for i, n := range e.Allow {
		networks[i] = n.String()
	}
	page.Allow = strings.Join(networks, ", ")
	if e.Former != "" && now.Before(e.FormerUntil) {
		page.FormerUntil = clock(e.FormerUntil)
	}
	if !page.Push {
		return page
	}
	page.State, page.Verdict = c.pushStanding(v, func(icon, tone, key string, args ...any) (label, string) {
		return label{Icon: icon, Tone: tone, Text: v.words.text("agency.standing." + key)}, v.words.text("agency.breaker."+key, args...)
	})
	attempts := c.Traffic.Attempts(v.person.Agency)
	page.More = len(attempts) > attemptRows
	for _, a := range attempts[:min(attemptRows, len(attempts))] {
		page.Attempts = append(page.Attempts, v.words.attemptRow(a))
	}
	return page
}

func (w words) attemptRow(a traffic.Attempt) attemptRow {
	row := attemptRow{At: exactly(a.At), Delivery: string(a.Delivery), Number: a.Number, Took: w.took(a.Took)}
	switch a.Class {
	case "delivered":
		row.State = label{Icon: "check", Tone: "green", Text: w.text("agency.attempt.delivered", "answer", a.Detail)}
		return row
	case "permanent":
		row.State = label{Icon: "circle-x", Tone: "red", Text: w.text("agency.attempt.permanent")}
	case "cut-short", "hub-fault":
		row.State = label{Icon: "info-circle", Tone: "grey", Text: w.text("agency.attempt.hub")}
	default:
		row.State = label{Icon: "refresh", Tone: "amber", Text: w.text("agency.attempt.again")}
	}
	row.Detail = cause(w, a.Reason)
	if a.Detail != "" && !strings.HasPrefix(a.Reason, "http-") {
		row.Detail += " (" + a.Detail + ")"
	}
	return row
}

// took is a duration for a table.
func (w words) took(d time.Duration) string {
	if d < time.Millisecond {
		return "<\u00a01\u00a0ms"
	}
	return w.text("attempt.ms", "n", w.number(int(d.Round(time.Millisecond).Milliseconds())))
}

func (c *console) endpointFailed(v *visit, err error) error {
	status, text := c.agencyTold(v, err)
	if status == 0 {
		return err
	}
	page := c.endpointPage(v)
	page.Error = text
	if address := v.FormValue("dia-chi"); address != "" && len(address) <= maxAddress {
		page.URL = address
	}
	return c.render(v, status, "agencyendpoint", v.words.text("agencyendpoint.title"), page)
}

func (c *console) moveEndpoint(v *visit) error {
	address := strings.TrimSpace(v.FormValue("dia-chi"))
	if err := c.Agencies.MoveEndpoint(v.ctx(), v.caller, v.person.Agency, address); err != nil {
		return c.endpointFailed(v, err)
	}
	return v.Redirect(http.StatusSeeOther, endpointPath+"?xong=dia-chi")
}

func (c *console) rotateSecret(v *visit) error {
	e, err := c.Agencies.RotateSecret(v.ctx(), v.caller, v.person.Agency, secretOverlap)
	if err != nil {
		return c.endpointFailed(v, err)
	}
	w := v.words
	return c.render(v, http.StatusOK, "agencysecret", w.text("agency.secret.hook.title"), agencySecret{Lead: w.text("agency.secret.hook", "url", e.URL), Secret: e.Secret,
		File: "lienthong-webhook.key", Data: dataFile(e.Secret), Back: endpointPath,
		Notes: []string{w.text("agency.secret.once"), w.text("agency.secret.zalo"), w.text("agency.secret.both", "until", clock(e.FormerUntil))}})
}

// A trialPage is the test of a connection, step by step.
type trialPage struct {
	Push    bool
	MayTry  bool
	Steps   []trialStep
	Verdict label
	Said    string
	Plain   string // the same as text, for the vendor of the software
	At      string
	Since   string
	Error   string
}

// A trialStep is one step with what was found and what to do.
type trialStep struct {
	State                      label
	Name, Detail, Advice, Took string
}

func (c *console) trialPage(v *visit) error {
	page := c.trial(v)
	if !page.Push {
		c.watched(v, &page)
	}
	return c.show(v, "agencytrial", page)
}

func (c *console) trial(v *visit) trialPage {
	return trialPage{Push: v.agency.Channel == exchange.Push, MayTry: v.agency.Channel == exchange.Push && v.agency.Endpoint.URL != "", Since: clock(c.Traffic.Since())}
}

func (c *console) try(v *visit) error {
	page := c.trial(v)
	p, err := c.Hub.Try(v.ctx(), v.caller, v.person.Agency)
	if err != nil {
		status, text := c.agencyTold(v, err)
		if status == 0 {
			return err
		}
		page.Error = text
		return c.render(v, status, "agencytrial", v.words.text("agencytrial.title"), page)
	}
	w := v.words
	for _, s := range p.Steps {
		step := trialStep{Name: w.text("agency.step." + s.Name), Detail: w.seen(s), Took: w.took(s.Took), State: w.stepState(s.State)}
		if s.Name == "clock" {
			step.Took = ""
		}
		if s.Code != "" {
			step.Advice = w.advice(s.Code)
		}
		page.Steps = append(page.Steps, step)
	}
	page.At = exactly(p.At)
	page.conclude(w, p.OK(), p.Address, string(v.person.Agency))
	return c.show(v, "agencytrial", page)
}

// seen is what a step saw, with times as people read them.
func (w words) seen(s exchange.ProbeStep) string {
	switch s.Name {
	case "certificate":
		return isoTime.ReplaceAllStringFunc(s.Detail, readableTime)
	case "clock":
		if off, err := time.ParseDuration(s.Detail); err == nil {
			return w.elapsed(off.Abs())
		}
	}
	return s.Detail
}

func (w words) stepState(s exchange.ProbeState) label {
	switch s {
	case exchange.ProbeOK:
		return label{Icon: "check", Tone: "green", Text: w.text("agency.state.ok")}
	case exchange.ProbeWarn:
		return label{Icon: "alert-triangle", Tone: "amber", Text: w.text("agency.state.warn")}
	}
	return label{Icon: "x", Tone: "red", Text: w.text("agency.state.failed")}
}

// advice is what to do about the code of a step that failed.
func (w words) advice(code string) string {
	key := code
	if status, ok := strings.CutPrefix(code, "http-"); ok {
		switch status {
		case "400", "415", "422":
			key = "http-unknown"
		case "401", "403":
			key = "http-denied"
		case "404", "405", "410":
			key = "http-path"
		default:
			key = "http-other"
		}
	}
	if key == "redirect" || !slices.Contains(advised(), key) {
		return w.text("agency.advice.other", "code", code)
	}
	return w.text("agency.advice." + key)
}

// advised are the codes for which there is advice of their own.
func advised() []string {
	return []string{"bad-endpoint", "dns", "blocked-address", "dial", "tls", "certificate-expired", "certificate-name", "certificate-authority", "certificate-ends",
		"connection", "timeout", "not-open", "no-date", "clock", "http-unknown", "http-denied", "http-path", "http-other"}
}

// conclude says what it comes to, and writes it down for somebody who sees no console.
func (p *trialPage) conclude(w words, ok bool, subject, agency string) {
	p.Verdict = w.stepState(exchange.ProbeOK)
	p.Said = w.text("agency.trial.well")
	if !ok {
		p.Verdict = w.stepState(exchange.ProbeFailed)
		p.Said = w.text("agency.trial.badly")
	}
	lines := []string{w.text("agencytrial.title") + " – " + agency, subject, p.At, ""}
	for i, s := range p.Steps {
		line := itoa(i+1) + ". [" + s.State.Text + "] " + s.Name
		if s.Detail != "" {
			line += ": " + s.Detail
		}
		if s.Took != "" {
			line += " (" + s.Took + ")"
		}
		lines = append(lines, line)
		if s.Advice != "" {
			lines = append(lines, "   "+s.Advice)
		}
	}
	p.Plain = strings.Join(append(lines, "", p.Said), "\n")
}

// watched is the test of software that calls the hub: nobody can call it, so it is what was seen of it.
func (c *console) watched(v *visit, page *trialPage) {
	o, w := c.observed(v), v.words
	failed, at := refusedLast(c.Traffic.Calls(v.person.Agency))
	steps := []struct {
		name, detail, advice string
		done                 bool
	}{
		{"key", w.number(len(v.agency.Keys)), "nokey", o.key},
		{"called", orUnseen(w, later(o.called, at)), "uncalled", !later(o.called, at).IsZero()},
		{"authenticated", orUnseen(w, o.called), "unauthenticated", !o.called.IsZero() && o.dead == nil},
		{"leased", orUnseen(w, o.lease), "unleased", !o.lease.IsZero()},
		{"acked", orUnseen(w, o.ack), "unacked", !o.ack.IsZero()},
	}
	well := true
	for _, s := range steps {
		step := trialStep{Name: w.text("agency.step." + s.name), Detail: s.detail, State: w.stepState(exchange.ProbeOK)}
		if !s.done {
			step.State, step.Advice, well = w.stepState(exchange.ProbeFailed), w.text("agency.advice."+s.advice), false
		}
		if s.name == "authenticated" && o.dead != nil {
			step.Advice = w.text("agency.advice.dead", "key", o.dead.Key, "why", w.text("agency.dead."+o.dead.Refused), "from", o.dead.Address)
		}
		page.Steps = append(page.Steps, step)
	}
	if failed != "" {
		page.Steps[2].Detail += " · " + failed
	}
	page.At = exactly(c.Clock())
	page.conclude(w, well, origin(v), string(v.person.Agency))
}

// refusedLast is the newest refusal of a key, as a code, and when the newest call of any kind was.
func refusedLast(calls []traffic.Call) (code string, newest time.Time) {
	if len(calls) == 0 {
		return "", newest
	}
	if calls[0].Code == exchange.Unauthenticated {
		code = "HTTP 401"
	}
	return code, calls[0].At
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}
