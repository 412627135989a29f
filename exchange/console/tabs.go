package console

import (
	"github.com/lienthong/lienthong/exchange"
)

// A tab is a part of a list, which the store keeps as a group.
type tab struct {
	name  string // in the address
	group exchange.Group
}

// incomingTabs are those of what came; the first is what has to be done.
func incomingTabs() []tab {
	return []tab{{"cho", exchange.GroupWaiting}, {"qua-han", exchange.GroupOverdue}, {"da-tiep-nhan", exchange.GroupAccepted},
		{"dang-xu-ly", exchange.GroupProcessing}, {"hoan-thanh", exchange.GroupCompleted}, {"tu-choi", exchange.GroupRefused},
		{"hoi", exchange.GroupAsked}, {"lay-lai", exchange.GroupRecalled}, {"tat-ca", exchange.GroupDocuments}}
}

func outgoingTabs() []tab {
	return []tab{{"can-chu-y", exchange.GroupAttention}, {"chua-du", exchange.GroupOpen}, {"qua-han", exchange.GroupOverdue},
		{"da-du", exchange.GroupTaken}, {"hoan-thanh", exchange.GroupCompleted}, {"cho-lay-lai", exchange.GroupAsked},
		{"da-lay-lai", exchange.GroupRecalled}, {"tat-ca", exchange.GroupDocuments}}
}

// groupOf is the group of a tab; all documents for a tab that there is not.
func groupOf(tabs []tab, name string) exchange.Group {
	for _, t := range tabs {
		if t.name == name {
			return t.group
		}
	}
	return exchange.GroupDocuments
}

// tally counts a group of the visitor's agency, in the filter's span of days, as it is written: "hơn 10.000" for more than
// lists are counted.
func (c *console) tally(v *visit, q exchange.Query) (n int, text string, err error) {
	q.Cursor, q.Limit = "", 0
	if n, err = c.Hub.Tally(v.ctx(), v.caller, q); err != nil {
		return 0, "", err
	}
	if n > exchange.CountCap {
		return n, v.words.text("list.more-than", "n", v.words.number(exchange.CountCap)), nil
	}
	return n, v.words.number(n), nil
}

// tabs are the list's tabs with what lies under each. Under a filter by words nothing is counted: no index knows.
func (c *console) tabs(v *visit, path, words string, tabs []tab, f filter, q exchange.Query) (all []menuItem, err error) {
	for _, t := range tabs {
		item := menuItem{Address: f.tab(path, t.name), Text: v.words.text(words + ".tab." + t.name), Current: t.name == f.Tab}
		if !f.Unknown() {
			q.Group = t.group
			if _, item.Count, err = c.tally(v, q); err != nil {
				return nil, err
			}
		}
		all = append(all, item)
	}
	return all, nil
}
