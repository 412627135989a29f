package demo

import (
	"fmt"
	"strings"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
	"github.com/lienthong/lienthong/signing"
)

// A narrator tells the hub's log in Vietnamese, one line for each entry that says something to a spectator.
type narrator struct {
	names map[string]string // of agencies, by code
	codes map[string]string // số/ký hiệu of the documents told of, by message id
}

func newNarrator(places []place) *narrator {
	n := &narrator{names: map[string]string{}, codes: map[string]string{}}
	for _, p := range places {
		n.names[string(p.id)] = p.name
	}
	return n
}

// line is the entry in words; "" for one that is not told.
func (n *narrator) line(r exchange.LogRecord) string {
	verb, text := n.words(r.Entry)
	if verb == "" {
		return ""
	}
	at := r.Entry.Time.In(envelope.ICT()).Format("15:04:05.000")
	return fmt.Sprintf("%s  #%-5d %-10s %s", at, r.Index, verb, text)
}

func (n *narrator) words(e translog.Entry) (verb, text string) {
	from, to, code := n.name(e.Sender), n.name(e.Addressee), n.codes[e.Message]
	switch e.Type {
	case translog.Accepted:
		return n.accepted(e)
	case translog.Delivered:
		return "đã chuyển", fmt.Sprintf("%s → %s%s", code, to, again(e.Attempt))
	case translog.Acknowledged:
		return "đã nhận", fmt.Sprintf("%s → %s%s", code, to, again(e.Attempt))
	case translog.Attempted:
		return "chờ thử lại", fmt.Sprintf("%s → %s, lần %d: %s", code, to, e.Attempt, exchange.ReasonText(e.Code))
	case translog.DeadLettered:
		return "thất bại", fmt.Sprintf("%s → %s: %s; đã báo %s", code, to, exchange.ReasonText(e.Code), from)
	case translog.Requeued:
		return "gửi lại", fmt.Sprintf("%s → %s", code, to)
	case translog.Withdrawn:
		return "đã rút", fmt.Sprintf("%s → %s: %s", code, to, exchange.ReasonText(e.Code))
	case translog.RecallAsked:
		return "xin thu hồi", fmt.Sprintf("%s → %s, đã xem văn bản", code, to)
	case translog.RecallAnswered:
		return "trả lời", fmt.Sprintf("%s → %s: %s cũng có giá trị cho bản này", code, to, e.Code)
	case translog.Redirected:
		return "chuyển tiếp", fmt.Sprintf("%s: %s → %s", code, n.name(e.Original), to)
	case translog.AgencyChanged:
		if e.Kind == "mapping" {
			return "sắp xếp", fmt.Sprintf("%d cơ quan chấm dứt, sáp nhập, chia tách hoặc đổi mã", e.Count)
		}
	case translog.StatusGiven:
		n.codes[e.Message] = "trạng thái " + e.Code
		if e.Code == string(envelope.TakeBack) {
			return "thu hồi", fmt.Sprintf("của %s, bằng trạng thái 13", from)
		}
		return "trạng thái", fmt.Sprintf("%s %s: %s → %s", e.Code, envelope.StatusCode(e.Code).Title(), from, to)
	case translog.RefusedAtDoor:
		return "từ chối", fmt.Sprintf("%s: %s", from, e.Code)
	}
	return "", ""
}

func (n *narrator) accepted(e translog.Entry) (verb, text string) {
	if e.Kind != string(exchange.ClassDocument) {
		n.codes[e.Message] = "thông báo"
		return "", ""
	}
	n.codes[e.Message] = e.Document[strings.LastIndexByte(e.Document, ',')+1:]
	if e.Relation == string(exchange.Recalls) {
		return "thu hồi", fmt.Sprintf("%s của %s, %d nơi đã xem", n.codes[e.Message], n.name(e.Sender), len(e.Addressees))
	}
	return "tiếp nhận", fmt.Sprintf("%s của %s, %d nơi nhận, %d KB, %s", n.codes[e.Message], n.name(e.Sender),
		len(e.Addressees), (e.Size+1023)/1024, seal(e.Signature))
}

// seal is what became of the signature, in words.
func seal(outcome string) string {
	if outcome == string(signing.Good) {
		return "chữ ký hợp lệ"
	}
	return "chữ ký: " + outcome
}

func (n *narrator) name(code string) string {
	if name, ok := n.names[code]; ok {
		return name
	}
	return code
}

func again(attempt int) string {
	if attempt > 1 {
		return fmt.Sprintf(" (lần %d)", attempt)
	}
	return ""
}
