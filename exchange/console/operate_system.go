package console

import (
	"slices"
	"strings"

	"github.com/lienthong/lienthong/client"
	"github.com/lienthong/lienthong/exchange"
)

// A systemPage is the program and what it runs on, as far as the hub knows.
type systemPage struct {
	Facts        []field
	Checks       []label
	Stored       []field
	Certificates []endingRow
	Sources      []sourceRow
	Settings     []Setting
	Sessions     []staffSession
	Backup       label
}

type endingRow struct {
	Name, Address, Fingerprint, At string
	Left                           label
}

type sourceRow struct {
	Kind, Subject, Place, Asked, Until, Error string
	State                                     label
}

type staffSession struct {
	Name, Agent, Address, Began, Seen string
}

// mostEndings is how many certificates the page has: those that end first.
const mostEndings = 50

func (c *console) system(v *visit) error {
	if err := c.pulse.follow(v.ctx(), c.Hub, v.caller, c.Clock()); err != nil {
		return err
	}
	w, now, m := v.words, c.Clock(), c.Machine
	size, err := logSize(v.ctx(), c.Hub)
	if err != nil {
		return err
	}
	d := c.pulse.day(now)
	page := systemPage{Settings: v.words.settings(m.Settings)}
	add := func(key, value string) {
		if value != "" {
			page.Facts = append(page.Facts, field{w.text("system.fact." + key), value})
		}
	}
	add("version", c.Version)
	add("name", c.Name)
	if !m.Started.IsZero() {
		add("started", w.text("system.since", "at", exactly(m.Started), "for", w.elapsed(now.Sub(m.Started))))
	}
	add("log", w.text("system.log", "n", w.number(int(size))))
	add("metrics", w.metricsAt(m.Settings))
	add("people", w.number(len(c.People.List())))
	if m.Unproven != nil {
		if n, err := m.Unproven(); err == nil {
			add("unproven", w.number(int(n)))
		}
	}
	page.machine(w, m)
	page.Backup = label{Icon: "device-floppy", Tone: tileTone(now.Sub(d.Backup) > backupAge, "amber", "green"), Text: backupText(w, d, now)}
	if m.Endings != nil {
		page.endings(c, w, m.Endings())
	}
	if m.Sources != nil {
		page.sources(w, m.Sources())
	}
	page.sessions(c)
	return c.show(v, "system", page)
}

func (p *systemPage) machine(w words, m Machine) {
	check := func(ok bool, name string) {
		l := label{Icon: "circle-check", Tone: "green", Text: name}
		if !ok {
			l.Icon, l.Tone = "circle-x", "red"
		}
		p.Checks = append(p.Checks, l)
	}
	if m.Ready != nil {
		r := m.Ready()
		for _, name := range []string{"write", "sign", "dispatch"} {
			if ok, known := r.Checks[name]; known {
				check(ok, capital(w.text("ready."+name)))
			}
		}
	}
	if m.Time != nil {
		state, ok := m.Time()
		check(ok, capital(w.text("ready.clock")))
		text := w.text("system.clock.unknown")
		switch {
		case state.Source && state.Synchronised:
			text = w.text("system.clock.kept", "error", w.took(state.MaxError))
		case state.Source:
			text = w.text("system.clock.unkept")
		}
		p.Facts = append(p.Facts, field{w.text("system.fact.clock"), text})
	}
	if m.Disk != nil {
		if free, total, err := m.Disk(); err == nil {
			p.Facts = append(p.Facts, field{w.text("system.fact.disk"), w.text("system.disk", "free", bytesText(w, int64(free)), "total", bytesText(w, int64(total)))})
		}
	}
	if m.Stored == nil {
		return
	}
	stored, err := m.Stored()
	if err != nil {
		return
	}
	for _, s := range stored {
		p.Stored = append(p.Stored, field{s.Name, bytesText(w, s.Bytes)})
	}
}

func (p *systemPage) endings(c *console, w words, all []Ending) {
	now := c.Clock()
	slices.SortFunc(all, func(a, b Ending) int { return a.At.Compare(b.At) })
	for _, e := range all[:min(mostEndings, len(all))] {
		row := endingRow{Name: w.text("system.anchor"), Fingerprint: e.Fingerprint, At: written(e.At, "02/01/2006"), Left: label{Icon: "certificate", Tone: "green", Text: w.elapsed(e.At.Sub(now))}}
		if e.Agency != "" {
			row.Name, row.Address = c.nameOf(e.Agency), profileAddress(e.Agency)
		}
		switch left := e.At.Sub(now); {
		case left <= 0:
			row.Left = label{Icon: "circle-x", Tone: "red", Text: w.text("key.ended")}
		case left < endsSoon:
			row.Left.Tone, row.Left.Icon = "amber", "clock-exclamation"
		}
		p.Certificates = append(p.Certificates, row)
	}
}

func (p *systemPage) sources(w words, all []client.RevocationSource) {
	for _, s := range all {
		row := sourceRow{Kind: strings.ToUpper(s.Kind), Subject: s.Subject, Place: s.Place, Asked: clock(s.Asked), Until: clock(s.NextUpdate), Error: s.Error,
			State: label{Icon: "circle-check", Tone: "green", Text: w.text("system.source.fresh")}}
		if !s.Fresh {
			row.State = label{Icon: "alert-triangle", Tone: "amber", Text: w.text("system.source.stale", "n", w.number(s.Failures))}
		}
		p.Sources = append(p.Sources, row)
	}
}

// sessions are those of the hub's own people.
func (p *systemPage) sessions(c *console) {
	for _, x := range c.People.List() {
		if x.Agency != "" || !x.Has(exchange.Operate) && !x.Has(exchange.Audit) {
			continue
		}
		for _, s := range x.Sessions {
			seen := c.People.LastSeen(s)
			if now := c.Clock(); !now.Before(s.Until) || now.Sub(seen) >= c.People.Idle {
				continue
			}
			address := ""
			if s.Address.IsValid() {
				address = s.Address.String()
			}
			p.Sessions = append(p.Sessions, staffSession{x.Name, s.Agent, address, clock(s.Created), clock(seen)})
		}
	}
}

// settings are the configuration with where each value comes from in words; files and variables go by their names.
func (w words) settings(all []Setting) (shown []Setting) {
	for _, s := range all {
		s.Source = w.known("system.from."+s.Source, s.Source)
		shown = append(shown, s)
	}
	return shown
}
