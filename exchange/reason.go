package exchange

import "strings"

// ReasonText says in Vietnamese, as part of a sentence, what the code of a failed attempt or of a dead letter means.
// A code without words is given back: it is better read than left out.
func ReasonText(code string) string {
	if status, ok := strings.CutPrefix(code, "http-"); ok {
		return "phần mềm nơi nhận trả lời HTTP " + status
	}
	if text, ok := reasonTexts[code]; ok {
		return text
	}
	return code
}

var reasonTexts = map[string]string{
	"recalled":        "nơi gửi thu hồi trước khi chuyển tới",
	"replaced":        "văn bản thay thế đến trước khi chuyển tới",
	SeveralSuccessors: "nơi nhận đã chấm dứt hoạt động, có nhiều đơn vị kế thừa",
	NoSuccessor:       "nơi nhận đã chấm dứt hoạt động, không có đơn vị kế thừa",
	"lifetime":        "hết thời hạn chuyển",
	"nack":            "nơi nhận trả lại, đề nghị chuyển lại sau",
	"dns":             "không tìm được địa chỉ máy nơi nhận",
	"blocked-address": "địa chỉ nơi nhận không thuộc dải được phép",
	"dial":            "không kết nối được tới nơi nhận",
	"tls":             "kết nối an toàn (TLS) với nơi nhận không thành",
	"connection":      "kết nối với nơi nhận bị ngắt",
	"timeout":         "nơi nhận không trả lời kịp",
	"early-answer":    "nơi nhận trả lời khi chưa nhận hết văn bản",
	"redirect":        "địa chỉ nơi nhận chuyển hướng sang nơi khác",
	"bad-endpoint":    "cấu hình địa chỉ nơi nhận không dùng được",
	"not-open":        "địa chỉ nơi nhận đã đóng",
	"body":            "trục không đọc được văn bản đã lưu",
}
