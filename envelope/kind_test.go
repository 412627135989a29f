package envelope_test

import (
	"strings"
	"testing"

	"github.com/lienthong/lienthong/envelope"
)

func TestStatusCodes(t *testing.T) {
	for _, c := range []struct {
		code       envelope.StatusCode
		title      string
		reason     bool
		fromSender bool
	}{
		{"01", "Đã đến", false, false},
		{"02", "Từ chối tiếp nhận", true, false},
		{"03", "Đã tiếp nhận", false, false},
		{"04", "Phân công xử lý", false, false},
		{"05", "Đang xử lý", false, false},
		{"06", "Hoàn thành", false, false},
		{"13", "Lấy lại", true, true},
		{"15", "Đồng ý cập nhật/lấy lại", false, false},
		{"16", "Từ chối cập nhật/lấy lại", false, false},
	} {
		if !c.code.Known() || c.code.Title() != c.title ||
			c.code.NeedsReason() != c.reason || c.code.FromSender() != c.fromSender {
			t.Errorf("%s: known %v, title %q, needs a reason %v, from sender %v",
				c.code, c.code.Known(), c.code.Title(), c.code.NeedsReason(), c.code.FromSender())
		}
	}
}

func TestUnknownStatusCode(t *testing.T) {
	for _, code := range []envelope.StatusCode{"14", "00", ""} {
		if code.Known() || !strings.Contains(code.Title(), string(code)) || !strings.Contains(code.Title(), "không rõ") {
			t.Errorf("%q: known %v, title %q", code, code.Known(), code.Title())
		}
	}
}

func TestKinds(t *testing.T) {
	for number, want := range []string{"Văn bản mới", "Thu hồi", "Cập nhật", "Thay thế", "Loại 4"} {
		if got := envelope.Kind(number).String(); got != want {
			t.Errorf("kind %d: %q, want %q", number, got, want)
		}
	}
}

func TestCode(t *testing.T) {
	for in, want := range map[string]envelope.Code{
		"816/SM-VP":       {Number: "816", Notation: "SM-VP"},
		"7816/VPCP-TTĐT":  {Number: "7816", Notation: "VPCP-TTĐT"},
		"12/2018/TT-BTTT": {Number: "12", Notation: "2018/TT-BTTT"},
		" 5 / CV ":        {Number: "5", Notation: "CV"},
		"18661":           {Number: "18661"},
		"":                {},
	} {
		got := envelope.ParseCode(in)
		if got != want {
			t.Errorf("ParseCode(%q) = %+v, want %+v", in, got, want)
		}
		if again := envelope.ParseCode(got.String()); again != got {
			t.Errorf("%+v comes back as %+v", got, again)
		}
	}
}

func TestNewDocumentID(t *testing.T) {
	date, err := envelope.ParseDate("2018/09/28")
	if err != nil {
		t.Fatal(err)
	}
	got := envelope.NewDocumentID("000.00.31.H44", date, envelope.Code{Number: "816", Notation: "SM-VP"})
	if want := "000.00.31.H44,2018/09/28,816/SM-VP"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
