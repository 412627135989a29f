package console

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/calendar"
)

// A filter is what the form above a list says; it is read from the address, where it stays.
type filter struct {
	Tab, Words, Period, Urgency, Sender string
	From, To, Type, Signature, Files    string // of the part of the form that is opened
	Cursor                              string
}

func readFilter(v *visit, tabs []tab) filter {
	f := filterOf(v.QueryParams())
	f.Cursor = v.QueryParam("trang")
	if !slices.ContainsFunc(tabs, func(t tab) bool { return t.name == f.Tab }) {
		f.Tab = tabs[0].name
	}
	return f
}

// filterOf reads a filter. Days that are named win over a period.
func filterOf(q url.Values) filter {
	f := filter{Tab: q.Get("tt"), Words: strings.TrimSpace(q.Get("q")), From: q.Get("tu"), To: q.Get("den"), Sender: strings.TrimSpace(q.Get("nguon")),
		Type: strings.TrimSpace(q.Get("loai")), Urgency: oneOf(q.Get("khan"), "1", "0"), Files: oneOf(q.Get("tep"), "1"),
		Signature: oneOf(q.Get("ky-so"), signatures()...)}
	if f.From+f.To == "" {
		f.Period = oneOf(q.Get("ky"), periods()...)
	}
	return f
}

// oneOf is the value where it is one of those, and empty where it is not.
func oneOf(value string, those ...string) string {
	if slices.Contains(those, value) {
		return value
	}
	return ""
}

// Active reports whether anything but the tab narrows the list.
func (f filter) Active() bool { return f.Period+f.From+f.To != "" || f.Unknown() }

// Unknown reports whether the list is narrowed by what no index knows.
func (f filter) Unknown() bool { return f.Words+f.Urgency+f.Sender+f.Type+f.Signature+f.Files != "" }

// Opened reports whether anything of the part that is opened narrows the list.
func (f filter) Opened() bool { return f.From+f.To+f.Type+f.Signature+f.Files != "" }

// address is the list with this filter, from a cursor on.
func (f filter) address(path, cursor string) string {
	q := url.Values{}
	for name, value := range map[string]string{"tt": f.Tab, "q": f.Words, "ky": f.Period, "tu": f.From, "den": f.To, "khan": f.Urgency, "nguon": f.Sender,
		"loai": f.Type, "ky-so": f.Signature, "tep": f.Files, "trang": cursor} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return path + "?" + q.Encode()
}

// tab is the list with this filter under another tab.
func (f filter) tab(path, tab string) string {
	f.Tab = tab
	return f.address(path, "")
}

// chips are what narrows the list, each with the list without it.
func (f filter) chips(w words, path string) (all []chip) {
	add := func(text, value string, without func(*filter)) {
		if value == "" {
			return
		}
		rest := f
		without(&rest)
		all = append(all, chip{text, rest.address(path, "")})
	}
	add(w.text("chip.words", "q", f.Words), f.Words, func(f *filter) { f.Words = "" })
	add(w.text("chip.sender", "q", f.Sender), f.Sender, func(f *filter) { f.Sender = "" })
	if f.Period != "" {
		add(w.text("filter.period."+f.Period), f.Period, func(f *filter) { f.Period = "" })
	}
	add(w.text("chip.from", "day", dayText(f.From)), f.From, func(f *filter) { f.From = "" })
	add(w.text("chip.to", "day", dayText(f.To)), f.To, func(f *filter) { f.To = "" })
	if f.Urgency != "" {
		add(w.text(map[string]string{"1": "filter.urgent", "0": "filter.routine"}[f.Urgency]), f.Urgency, func(f *filter) { f.Urgency = "" })
	}
	add(w.text("chip.type", "q", f.Type), f.Type, func(f *filter) { f.Type = "" })
	if f.Signature != "" {
		add(w.text("filter.signature."+f.Signature), f.Signature, func(f *filter) { f.Signature = "" })
	}
	add(w.text("filter.files"), f.Files, func(f *filter) { f.Files = "" })
	return all
}

// dayText is a day of the filter as people write it.
func dayText(iso string) string {
	t, err := time.Parse(time.DateOnly, iso)
	if err != nil {
		return iso
	}
	return t.Format("02/01/2006")
}

// periods are the spans of days that have a name; each goes on until now.
func periods() []string { return []string{"ngay", "tuan", "thang", "nam"} }

// periodBegins is when the day, the week from Monday, the month or the year began; the zero time for no period.
func periodBegins(period string, now time.Time) time.Time {
	today := calendar.DayOf(now)
	begin := today.Start()
	switch period {
	case "ngay":
	case "tuan":
		begin = begin.AddDate(0, 0, -(int(today.Weekday())+6)%7)
	case "thang":
		begin = begin.AddDate(0, 0, 1-begin.Day())
	case "nam":
		begin = begin.AddDate(0, 0, 1-begin.YearDay())
	default:
		return time.Time{}
	}
	return begin.UTC()
}

// signatures are what can be chosen of how a document is signed.
func signatures() []string { return []string{"hop-le", "yeu", "khong"} }

// signedHow is which of these an outcome is.
func signedHow(outcome string) string {
	switch outcome {
	case "good":
		return "hop-le"
	case "good-weak":
		return "yeu"
	}
	return "khong"
}

// passes reports whether a document is signed as the filter asks, and has files where it asks for them.
func (f filter) passes(m exchange.Message) bool {
	return (f.Signature == "" || signedHow(string(m.Signature)) == f.Signature) && (f.Files == "" || m.Attachments > 0)
}
