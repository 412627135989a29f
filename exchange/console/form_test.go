package console_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/lienthong/lienthong/exchange"
)

// A form that does not come whole does nothing: networks that cannot be read are not no networks.
func TestAFormThatDoesNotComeWholeDoesNothing(t *testing.T) {
	w := newWorld(t)
	v := w.person("oper", "", exchange.Operate)
	address := "/van-hanh/don-vi/" + string(software) + "/khoa"
	before, _ := w.Directory.Agency(software)
	multipart := "--b\r\nContent-Disposition: form-data; name=\"mang\"\r\n\r\n"
	for name, c := range map[string]struct {
		kind, body string
		status     int
	}{
		"too large":              {"application/x-www-form-urlencoded", "mang=" + strings.Repeat("10.0.0.0/8+", 6<<10), http.StatusRequestEntityTooLarge},
		"not encoded":            {"application/x-www-form-urlencoded", "mang=10.0.0.%zz", http.StatusBadRequest},
		"a part too large":       {"multipart/form-data; boundary=b", multipart + strings.Repeat("10.0.0.0/8 ", 6<<10) + "\r\n--b--\r\n", http.StatusRequestEntityTooLarge},
		"a part that breaks off": {"multipart/form-data; boundary=b", multipart + "10.0.0.0/8", http.StatusBadRequest},
		"no boundary":            {"multipart/form-data", "mang=10.0.0.0/8", http.StatusBadRequest},
	} {
		if p := v.ask(post, address, c.body, "Content-Type", c.kind); p.Status != c.status {
			t.Errorf("%s: %d, want %d", name, p.Status, c.status)
		}
	}
	if after, _ := w.Directory.Agency(software); len(after.Keys) != len(before.Keys) {
		t.Errorf("%d keys were made", len(after.Keys)-len(before.Keys))
	}
	w.Sound()
}
