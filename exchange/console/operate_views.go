package console

import (
	"github.com/lienthong/lienthong/exchange"
)

// A trafficView is a filter of the deliveries that stands on the page for everybody, beside the searches that a person keeps.
type trafficView struct {
	name   string
	filter trafficFilter
}

// largeView is from how many MB on a document is pointed out as large.
const largeView = "20"

// trafficViews are given. Each looks through an index, or as far as one page looks: what was given up and what is underway
// are indexed, the rest of what they ask is not.
func trafficViews() []trafficView {
	return []trafficView{
		{"errors", trafficFilter{State: string(exchange.DeadLettered), Ended: "ngay"}},
		{"urgent", trafficFilter{State: stateUnderway, Urgency: "1"}},
		{"large", trafficFilter{Larger: largeView}},
	}
}

// views are those that are given, then the person's own.
func (f trafficFilter) views(v *visit) (all []savedItem) {
	here := f.bare().address(trafficPath, "")
	for _, view := range trafficViews() {
		address := view.filter.address(trafficPath, "")
		text := v.words.text("traffic.view."+view.name, "n", largeView)
		all = append(all, savedItem{menuItem: menuItem{Address: address, Text: text, Icon: "list-search", Current: address == here}, Given: true})
	}
	return append(all, v.saved(trafficPath, f.address(trafficPath, ""))...)
}

// chips are what narrows the list, each with the list without it.
func (f trafficFilter) chips(w words) (all []chip) {
	for i, p := range f.parameters() {
		if *p.value == "" {
			continue
		}
		rest := f
		*rest.parameters()[i].value = ""
		all = append(all, chip{f.chip(w, p), rest.address(trafficPath, "")})
	}
	return all
}

func (f trafficFilter) chip(w words, p parameter) string {
	switch value := *p.value; p.name {
	case "tt":
		return w.text("traffic.state." + value)
	case "dv":
		return w.text("chip.sender", "q", value)
	case "chieu":
		return w.text("traffic.side." + value)
	case "loai":
		return w.text("kind." + value)
	case "loi":
		return w.fault(value)
	case "khan":
		return w.text(map[string]string{"1": "filter.urgent", "0": "filter.routine"}[value])
	case "lon-hon":
		return w.text("traffic.larger", "n", value)
	case "ket-thuc":
		return w.text("traffic.chip.ended", "when", w.text("filter.period."+value))
	case "tu", "den":
		return w.text(map[string]string{"tu": "chip.from", "den": "chip.to"}[p.name], "day", dayText(value))
	default:
		return w.text("traffic.chip.code", "q", value)
	}
}
