package console_test

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/console"
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

// Room for a form is taken before its first byte is read, for whoever sends it, strangers together, and given back whatever
// comes of it.
func TestFormsTakeRoom(t *testing.T) {
	var mu sync.Mutex
	taken, given := map[string]int64{}, map[string]int64{}
	full := false
	w := newWorld(t, func(o *console.Options) {
		o.Room = func(who string, n int64) (func(), error) {
			mu.Lock()
			defer mu.Unlock()
			if full {
				return nil, &exchange.Error{Kind: exchange.Busy, Detail: "full", VI: "Trục đang nhận quá nhiều dữ liệu cùng lúc."}
			}
			taken[who] += n
			return func() { mu.Lock(); given[who] += n; mu.Unlock() }, nil
		}
	})
	v, stranger := w.person("an", desk, exchange.Clerk), w.stranger()
	clear(taken)
	clear(given)
	const password, address = "/tai-khoan/mat-khau", "/dang-nhap"
	const kind, form = "application/x-www-form-urlencoded", "hien-tai=x&mat-khau=y&nhac-lai=z"
	v.ask(post, password, form, "Content-Type", kind)
	v.ask(post, password, form+"%zz", "Content-Type", kind)
	stranger.ask(post, address, "ten=x&mat-khau=y", "Content-Type", kind)
	for who, least := range map[string]int64{string(desk): int64(2*len(form) + 3), "strangers": 16} {
		if taken[who] < least || taken[who] != given[who] {
			t.Errorf("%s: room for %d bytes was taken and for %d given back, want at least %d", who, taken[who], given[who], least)
		}
	}
	full = true
	for path, visitor := range map[string]*visitor{password: v, address: stranger} {
		req, err := http.NewRequest(http.MethodPost, w.URL+path, &refusesToBeRead{})
		w.must(err)
		req.ContentLength = 100
		req.Header.Set("Content-Type", kind)
		req.Header.Set("Sec-Fetch-Site", "same-origin")
		req.Header.Set("Expect", "100-continue")
		resp, err := visitor.client.Do(req)
		w.must(err)
		resp.Body.Close()
		if resp.StatusCode != http.StatusServiceUnavailable || resp.Header.Get("Retry-After") == "" {
			t.Errorf("%s without room: %d, to come again in %q", path, resp.StatusCode, resp.Header.Get("Retry-After"))
		}
	}
}

// A form has bounds, in bytes, fields and parts: that of a stranger lower ones.
func TestFormsAreBounded(t *testing.T) {
	w := newWorld(t)
	v, stranger := w.person("oper", "", exchange.Operate), w.stranger()
	const encoded, parted = "application/x-www-form-urlencoded", "multipart/form-data; boundary=b"
	part := "--b\r\nContent-Disposition: form-data; name=x\r\n\r\n\r\n"
	for _, c := range []struct {
		name           string
		kind, body     string
		strange, known bool // it is taken of a stranger, and of who has signed in
	}{
		{"50 fields", encoded, strings.Repeat("x=&", 49) + "x=", true, true},
		{"51 fields", encoded, strings.Repeat("x=&", 50) + "x=", false, true},
		{"500 fields", encoded, strings.Repeat("x=&", 499) + "x=", false, true},
		{"501 fields", encoded, strings.Repeat("x=&", 500) + "x=", false, false},
		{"50 parts", parted, strings.Repeat(part, 50) + "--b--\r\n", true, true},
		{"51 parts", parted, strings.Repeat(part, 51) + "--b--\r\n", false, false},
		{"8 KB", encoded, "x=" + strings.Repeat("x", 8<<10-2), true, true},
		{"more", encoded, "x=" + strings.Repeat("x", 8<<10-1), false, true},
		{"64 KB", encoded, "x=" + strings.Repeat("x", 64<<10-2), false, true},
		{"more than that", encoded, "x=" + strings.Repeat("x", 64<<10-1), false, false},
	} {
		if p := stranger.ask(post, "/ngon-ngu", c.body, "Content-Type", c.kind); p.Status >= 500 || (p.Status != 413) != c.strange {
			t.Errorf("%s, of a stranger: %d, want it taken: %t", c.name, p.Status, c.strange)
		}
		if p := v.ask(post, "/truc-tiep/che-do", c.body, "Content-Type", c.kind); p.Status >= 500 || (p.Status != 413) != c.known {
			t.Errorf("%s, of a person: %d, want it taken: %t", c.name, p.Status, c.known)
		}
	}
	req, err := http.NewRequest(http.MethodPost, w.URL+"/ngon-ngu", io.MultiReader(strings.NewReader("x=1"))) // of no length
	w.must(err)
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	resp, err := stranger.client.Do(req)
	w.must(err)
	resp.Body.Close()
	if resp.StatusCode != http.StatusLengthRequired {
		t.Errorf("without a length: %d, want 411", resp.StatusCode)
	}
}
