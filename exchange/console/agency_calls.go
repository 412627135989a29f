package console

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/problem"
	"github.com/lienthong/lienthong/exchange/traffic"
)

// callRows is how many calls a page of the list has.
const callRows = 50

// A callsPage lists what the agency's software asked of the hub lately.
type callsPage struct {
	Tabs        []menuItem
	Rows        []callRow
	Next, First string
	Since, Most string
	Empty       string
}

type callRow struct {
	At, Operation, ID, Size, Took, Address, Key, Trace string
	State                                              label
}

func (c *console) agencyCalls(v *visit) error {
	tab := "tat-ca"
	if v.QueryParam("kq") == "loi" {
		tab = "loi"
	}
	all := c.Traffic.Calls(v.person.Agency)
	page := callsPage{Since: clock(c.Traffic.Since()), Most: v.words.number(traffic.MaxOfAgency)}
	for _, t := range []string{"tat-ca", "loi"} {
		page.Tabs = append(page.Tabs, menuItem{Address: callsPath + "?kq=" + t, Text: v.words.text("agency.calls.tab." + t), Current: t == tab})
	}
	if tab == "loi" {
		all = refusedOf(all)
	}
	from, _ := strconv.Atoi(v.QueryParam("trang"))
	from = min(max(from, 0), len(all))
	rows := all[from:min(from+callRows, len(all))]
	for _, call := range rows {
		page.Rows = append(page.Rows, v.words.callRow(call))
	}
	if from > 0 {
		page.First = callsAddress(tab, 0)
	}
	if from+callRows < len(all) {
		page.Next = callsAddress(tab, from+callRows)
	}
	if len(page.Rows) == 0 {
		page.Empty = v.words.text("agency.calls.empty")
	}
	return c.show(v, "agencycalls", page)
}

func callsAddress(tab string, from int) string {
	q := url.Values{"kq": {tab}}
	if from > 0 {
		q.Set("trang", strconv.Itoa(from))
	}
	return callsPath + "?" + q.Encode()
}

func refusedOf(all []traffic.Call) (some []traffic.Call) {
	for _, call := range all {
		if !call.OK() {
			some = append(some, call)
		}
	}
	return some
}

func (w words) callRow(call traffic.Call) callRow {
	row := callRow{At: exactly(call.At), Operation: w.operation(call.Route), ID: call.ID, Size: bytesText(w, max(call.In, call.Out)), Took: w.took(call.Took),
		Address: call.Address.String(), Key: call.Key, Trace: call.Trace}
	text := strconv.Itoa(call.Status)
	switch {
	case call.Refused != "":
		row.State = label{Icon: "circle-x", Tone: "red", Text: text + " " + w.text("agency.dead."+call.Refused)}
	case call.Status >= http.StatusInternalServerError:
		row.State = label{Icon: "circle-x", Tone: "red", Text: text + " " + w.kind(call.Code)}
	case !call.OK():
		row.State = label{Icon: "alert-triangle", Tone: "amber", Text: text + " " + w.kind(call.Code)}
	default:
		row.State = label{Icon: "check", Tone: "green", Text: text}
	}
	return row
}

// kind is a refusal in words.
func (w words) kind(k exchange.Kind) string {
	p := problem.Of(k)
	if w.Lang == "vi" {
		return p.Title
	}
	return p.TitleEN
}

// operation is a route in words; itself where there are none.
func (w words) operation(route string) string {
	if text, ok := w.texts["agency.route."+route]; ok {
		return text
	}
	return route
}
