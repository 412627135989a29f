package directory

import (
	"strings"
	"time"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
)

// dayVI and dayEN write a time as people of the office read it.
func dayVI(t time.Time) string { return t.In(envelope.ICT()).Format("02/01/2006") }
func dayEN(t time.Time) string { return t.In(envelope.ICT()).Format(time.DateOnly) }

// gone is the frame of a refusal of a known code that leads nowhere.
func gone(code exchange.AgencyID, values map[string]string, vi, en string) error {
	values["code"] = string(code)
	return &exchange.Error{Kind: exchange.UnknownAddressee, Path: pathTo, Values: values, Detail: en, VI: vi}
}

// stale refuses a code outside of its time, naming the one to use.
func stale(code exchange.AgencyID, a exchange.Agency, at time.Time) error {
	now := string(a.CodeAt(at))
	values := map[string]string{"current": now}
	until, from := a.CodeUntil, time.Time{}
	for _, c := range a.Codes {
		if c.Code == code {
			until, from = c.Until, c.From
		}
	}
	if at.Before(from) {
		return gone(code, values, "Mã "+string(code)+" của "+a.Name+" chỉ có hiệu lực từ ngày "+dayVI(from)+"; hiện dùng mã "+now+".",
			"the code "+string(code)+" of "+a.Name+" is in force from "+dayEN(from)+" on; until then it is "+now)
	}
	return gone(code, values, "Mã "+string(code)+" của "+a.Name+" hết hiệu lực ngày "+dayVI(until)+"; hãy dùng mã "+now+".",
		"the code "+string(code)+" of "+a.Name+" ran out on "+dayEN(until)+"; use "+now)
}

// closed refuses a code whose agency was closed and from which the table leads to nobody, or to several.
func (s *snapshot) closed(code exchange.AgencyID, a exchange.Agency, now []exchange.Successor) error {
	values := map[string]string{"closed": dayEN(a.ClosedAt)}
	vi := string(code) + " (" + a.Name + ") đã chấm dứt hoạt động ngày " + dayVI(a.ClosedAt)
	en := string(code) + " (" + a.Name + ") was closed on " + dayEN(a.ClosedAt)
	switch {
	case len(a.Successors) == 0:
		return gone(code, values, vi+", không có đơn vị kế thừa.", en+" and has no successor")
	case len(now) > 1:
		values["successors"] = listOf(now)
		return gone(code, values, vi+"; nhiều đơn vị kế thừa, hãy ghi rõ nơi nhận: "+s.named(now)+".",
			en+"; it has several successors, name the one you mean: "+s.named(now))
	}
	values["successors"] = listOf(a.Successors)
	return gone(code, values, vi+"; văn bản không còn được chuyển tiếp, hãy gửi tới đơn vị kế thừa: "+s.named(a.Successors)+".",
		en+"; documents are not redirected now, send them to the successor: "+s.named(a.Successors))
}

func unconnected(code exchange.AgencyID, a exchange.Agency) error {
	return gone(code, map[string]string{}, string(code)+" ("+a.Name+") chưa kết nối với trục và chưa có đầu mối tiếp nhận.",
		string(code)+" ("+a.Name+") has no connection to this hub, and no gateway")
}

// endless cannot come of what the directory lets be written; it ends what another writer may have left.
func endless(code exchange.AgencyID) error {
	return gone(code, map[string]string{}, "Mã "+string(code)+" dẫn qua quá nhiều đơn vị kế thừa.", string(code)+" leads over too many successors")
}

func listOf(list []exchange.Successor) string {
	ids := make([]string, len(list))
	for i, x := range list {
		ids[i] = string(x.Agency)
	}
	return strings.Join(ids, " ")
}

func (s *snapshot) named(list []exchange.Successor) string {
	names := make([]string, len(list))
	for i, x := range list {
		names[i] = string(x.Agency) + " (" + s.agencies[x.Agency].Name + ")"
	}
	return strings.Join(names, ", ")
}
