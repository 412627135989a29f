package console_test

import (
	"testing"

	"github.com/lienthong/lienthong/exchange"
)

// The menu marks one place, also on pages that have no place of their own in it.
func TestTheMenuSaysWhereOneIs(t *testing.T) {
	w, id := exchanged(t)
	a, _ := w.Directory.Agency(desk)
	who := map[string]*visitor{
		"clerk": w.person("thu", desk, exchange.Clerk), "admin": w.person("dung", desk, exchange.AgencyAdmin),
		"operator": w.person("oper", "", exchange.Operate), "auditor": w.person("soat", "", exchange.Audit),
	}
	for _, c := range []struct{ who, page, place string }{
		{"clerk", "/", "/"}, {"clerk", "/van-ban-den", "/van-ban-den"}, {"clerk", "/van-ban-den/" + id, "/van-ban-den"},
		{"clerk", "/danh-ba?q=x", sendPath}, {"clerk", "/tai-khoan", ""},
		{"admin", "/don-vi/khoa", "/don-vi/khoa"}, {"admin", "/don-vi/chung-thu/" + a.Certificates[0].Fingerprint() + "/ket-thuc", "/don-vi/khoa"},
		{"operator", "/van-hanh/gui-lai", "/van-hanh/thu-chet"}, {"operator", "/van-hanh/don-vi-moi", "/van-hanh/don-vi"},
		{"operator", "/van-hanh/thu-chet", "/van-hanh/thu-chet"}, {"auditor", "/kiem-tra/nhat-ky/0", "/kiem-tra/nhat-ky"}, {"auditor", "/kiem-tra/van-ban/" + id, "/kiem-tra/nhat-ky"},
	} {
		marked := who[c.who].get(c.page).Find("nav.menu a[aria-current]")
		if got := marked.AttrOr("href", ""); got != c.place || marked.Length() > 1 {
			t.Errorf("%s at %s is at %q in the menu, want %q", c.who, c.page, got, c.place)
		}
	}
}
