package console

import (
	"slices"
	"strings"
)

// A menuItem is a link with whether it leads to where one is.
type menuItem struct {
	Address, Text, Icon string
	Current             bool
	Count               string // beside it; empty: not counted
}

// A section is a part of the console that somebody's menu leads to. The first of a person's is where they begin.
type section struct {
	who                audience
	address, key, icon string
}

func sections() []section {
	return slices.Concat([]section{
		{clerks, "/", "menu.desk", "home"},
		{clerks, "/van-ban-den", "menu.incoming", "inbox"},
		{clerks, "/van-ban-di", "menu.outgoing", "send"},
		{clerks, sendPath, "menu.send", "upload"},
	},
		agencySections(),
		operateSections(),
		auditSections(),
		reportSections(),
	)
}

func menu(v *visit) []menuItem {
	var all []menuItem
	here := v.Request().URL.Path
	for _, s := range sections() {
		if s.who.admits(v.person) && (s.address != sendPath || v.agency.Console) {
			all = append(all, menuItem{Address: s.address, Text: v.words.text(s.key), Icon: s.icon, Current: s.holds(here)})
		}
	}
	return all
}

// holds reports whether a page belongs to the section: by its address, or as what one comes to from there.
func (s section) holds(page string) bool {
	for from, to := range map[string]string{"/don-vi/chung-thu/": "/don-vi/khoa", resendPath: "/van-hanh/thu-chet", "/danh-ba": sendPath,
		"/kiem-tra/van-ban/": "/kiem-tra/nhat-ky"} {
		if strings.HasPrefix(page, from) {
			return s.address == to
		}
	}
	return page == s.address || s.address != "/" && (strings.HasPrefix(page, s.address+"/") || strings.HasPrefix(page, s.address+"-"))
}

// home is where a person begins: the first item of their menu, else their account.
func home(v *visit) string {
	for _, s := range sections() {
		if s.who.admits(v.person) {
			return s.address
		}
	}
	return "/tai-khoan"
}
