package directory_test

import (
	"strings"
	"testing"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/directory"
)

func TestLevel1(t *testing.T) {
	w := newWorld(t)
	mine := commune("H44")
	mine.Name, mine.Level = "UBND tỉnh Phú Thọ, của tôi", exchange.Province
	w.put(mine)
	agencies, mapping := directory.Level1(func(id exchange.AgencyID) bool { _, known := w.Agency(id); return known })
	r, err := w.read(string(agencies))
	w.must(err)
	m, err := w.mapped(string(mapping), false)
	w.must(err)
	if r.Added < 150 || m.Kinds[directory.Closed] != 29+29+12 || m.Kinds[directory.Redirected] != 58 {
		t.Errorf("%d added, %v; want the whole table, 29 provinces, 29 councils and 12 ministries closed", r.Added, m.Kinds)
	}
	if got := w.get("H44"); got.Name != mine.Name || got.Channel != exchange.Pull {
		t.Errorf("what was there has become %+v", got)
	}
	if got, err := w.Resolve("H62", reform); err != nil || got.ID != "H44" {
		t.Errorf("Vĩnh Phúc leads to %s: %v; want Phú Thọ", got.ID, err)
	}
	if _, err := w.Resolve("G14", reform); !strings.Contains(refused(t, err, exchange.UnknownAddressee).Detail, "has no successor") {
		t.Errorf("G14 is refused as %v", err)
	}
	if got := w.get("G22"); got.Level != exchange.Central || got.Name != "Văn phòng Chính phủ" {
		t.Errorf("G22 is %+v", got)
	}
	w.none("again", func() {
		agencies, mapping := directory.Level1(func(id exchange.AgencyID) bool { _, known := w.Agency(id); return known })
		_, err := w.read(string(agencies))
		w.must(err)
		_, err = w.mapped(string(mapping), false)
		w.must(err)
	})
}
