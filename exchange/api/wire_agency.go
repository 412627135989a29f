package api

import (
	"github.com/lienthong/lienthong/client"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/directory"
)

func wireRoutes(routes []exchange.Route) []client.Redirect {
	var out []client.Redirect
	for _, r := range routes {
		w := client.Redirect{Code: string(r.Code), Steps: make([]client.Step, len(r.Steps))}
		w.VI, w.EN = r.Text()
		for i, s := range r.Steps {
			w.Steps[i] = client.Step{By: string(s.By), Agency: string(s.Agency), Since: s.Since}
		}
		out = append(out, w)
	}
	return out
}

func wireCodes(codes []exchange.Code) []client.Code {
	var out []client.Code
	for _, c := range codes {
		out = append(out, client.Code{Code: string(c.Code), From: c.From, Until: c.Until, Main: c.Main})
	}
	return out
}

func codesOf(in []client.Code) []exchange.Code {
	var out []exchange.Code
	for _, c := range in {
		out = append(out, exchange.Code{Code: exchange.AgencyID(c.Code), From: c.From.UTC(), Until: c.Until.UTC(), Main: c.Main})
	}
	return out
}

func wireSuccessors(all []exchange.Successor) []client.Successor {
	var out []client.Successor
	for _, s := range all {
		out = append(out, client.Successor{Agency: string(s.Agency), From: s.From, Until: s.Until})
	}
	return out
}

func successorsOf(in []client.Successor) []exchange.Successor {
	var out []exchange.Successor
	for _, s := range in {
		out = append(out, exchange.Successor{Agency: exchange.AgencyID(s.Agency), From: s.From.UTC(), Until: s.Until.UTC()})
	}
	return out
}

func wireReport(r directory.Report) client.ImportReport {
	out := client.ImportReport{Dry: r.Dry, Rows: r.Rows, Added: r.Added, Changed: r.Changed, Unchanged: r.Unchanged}
	if len(r.Kinds) > 0 {
		out.Kinds = make(map[string]int, len(r.Kinds))
	}
	for kind, n := range r.Kinds {
		out.Kinds[string(kind)] = n
	}
	for _, d := range r.Differences {
		out.Differences = append(out.Differences, client.Difference{Line: d.Line, Agency: string(d.Agency), Kind: string(d.Kind), VI: d.VI, EN: d.EN})
	}
	return out
}
