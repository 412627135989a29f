package envelope

import "strconv"

// Kind is what a document does to an earlier one (BussinessDocType).
type Kind int

// The kinds, with their numbers on the wire.
const (
	New         Kind = 0
	Recall      Kind = 1
	Update      Kind = 2
	Replacement Kind = 3
)

// String is the Vietnamese word for the kind.
func (k Kind) String() string {
	switch k {
	case New:
		return "Văn bản mới"
	case Recall:
		return "Thu hồi"
	case Update:
		return "Cập nhật"
	case Replacement:
		return "Thay thế"
	}
	return "Loại " + strconv.Itoa(int(k))
}

// StatusCode is the two digits of a status message.
type StatusCode string

// The codes of the standard. Others circulate: they are kept and shown as
// unknown, never taken for one of these.
const (
	Arrived    StatusCode = "01"
	Refused    StatusCode = "02"
	Accepted   StatusCode = "03"
	Assigned   StatusCode = "04"
	Processing StatusCode = "05"
	Completed  StatusCode = "06"
	TakeBack   StatusCode = "13"
	Agreed     StatusCode = "15"
	Declined   StatusCode = "16"
)

// Title is the Vietnamese name of the code; for an unknown one, a phrase that
// says so.
func (c StatusCode) Title() string {
	switch c {
	case Arrived:
		return "Đã đến"
	case Refused:
		return "Từ chối tiếp nhận"
	case Accepted:
		return "Đã tiếp nhận"
	case Assigned:
		return "Phân công xử lý"
	case Processing:
		return "Đang xử lý"
	case Completed:
		return "Hoàn thành"
	case TakeBack:
		return "Lấy lại"
	case Agreed:
		return "Đồng ý cập nhật/lấy lại"
	case Declined:
		return "Từ chối cập nhật/lấy lại"
	}
	return "Trạng thái không rõ (" + string(c) + ")"
}

// Known reports whether the standard defines the code.
func (c StatusCode) Known() bool {
	switch c {
	case Arrived, Refused, Accepted, Assigned, Processing, Completed, TakeBack, Agreed, Declined:
		return true
	}
	return false
}

// NeedsReason reports whether a status with this code must say why.
func (c StatusCode) NeedsReason() bool { return c == Refused || c == TakeBack }

// FromSender reports whether the sender of the document gives this status, to
// an addressee; all others go the other way.
func (c StatusCode) FromSender() bool { return c == TakeBack }
