package console

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/lienthong/lienthong/exchange"
)

// A period is what a report is about, as it stands in the address: 2026-11, 2026-Q4 or 2026.
type period struct {
	exchange.Period
	Name string
}

// How far back the form offers periods; an address may name any.
const (
	monthsBack   = 18
	quartersBack = 6
	yearsBack    = 4
)

func monthPeriod(m exchange.Month) period {
	return period{exchange.Period{First: m, Last: m}, m.String()}
}

// quarterPeriod is the quarter in which the month lies.
func quarterPeriod(m exchange.Month) period {
	first := m - m%3
	return period{exchange.Period{First: first, Last: first + 2}, fmt.Sprintf("%04d-Q%d", int(first)/12, int(first)%12/3+1)}
}

func yearPeriod(m exchange.Month) period {
	first := m - m%12
	return period{exchange.Period{First: first, Last: first + 11}, fmt.Sprintf("%04d", int(first)/12)}
}

// parsePeriod reads what names a period; now's month for "".
func parsePeriod(text string, now exchange.Month) (period, error) {
	if text == "" {
		return monthPeriod(now), nil
	}
	year, quarter, _ := strings.Cut(text, "-Q")
	if m, err := exchange.ParseMonth(text); err == nil {
		return monthPeriod(m), nil
	}
	first, err := exchange.ParseMonth(year + "-01")
	if err != nil {
		return period{}, badPeriod()
	}
	if text == year {
		return yearPeriod(first), nil
	}
	n, err := strconv.Atoi(quarter)
	if err != nil || n < 1 || n > 4 || quarter != strconv.Itoa(n) {
		return period{}, badPeriod()
	}
	return quarterPeriod(first + exchange.Month(3*(n-1))), nil
}

func badPeriod() error {
	return &exchange.Error{Kind: exchange.BadRequest, Detail: "a period is 2026-11, 2026-Q4 or 2026", VI: "Kỳ viết theo dạng 2026-11, 2026-Q4 hoặc 2026."}
}

// A choiceGroup is choices under one heading of a select.
type choiceGroup struct {
	Name    string
	Choices []choice
}

func (w words) periods(now exchange.Month, chosen period) []choiceGroup {
	group := func(key string, back int, of func(int) period) choiceGroup {
		g := choiceGroup{Name: w.text(key)}
		for i := range back {
			p := of(i)
			g.Choices = append(g.Choices, choice{p.Name, w.period(p), p.Name == chosen.Name})
		}
		return g
	}
	return []choiceGroup{
		group("report.period.months", monthsBack, func(i int) period { return monthPeriod(now - exchange.Month(i)) }),
		group("report.period.quarters", quartersBack, func(i int) period { return quarterPeriod(now - exchange.Month(3*i)) }),
		group("report.period.years", yearsBack, func(i int) period { return yearPeriod(now - exchange.Month(12*i)) }),
	}
}

// period is a period in words.
func (w words) period(p period) string {
	year, rest, _ := strings.Cut(p.Name, "-")
	switch quarter, ok := strings.CutPrefix(rest, "Q"); {
	case rest == "":
		return w.text("report.period.year", "year", year)
	case ok:
		return w.text("report.period.quarter", "n", quarter, "year", year)
	}
	return w.text("report.period.month", "n", strings.TrimPrefix(rest, "0"), "year", year)
}
