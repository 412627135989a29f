package exchange

import (
	"slices"
	"time"

	"github.com/lienthong/lienthong/envelope"
)

// sender resolves From and holds it against the caller's rights. A document is sent in the name of an agency that lives,
// under a code in force: by its own connection, or by one that sends for it. What was signed for an agency that is
// closed is not sent any more: its successor signs for itself. A status only says what became of a document that lies
// here; it comes from whoever holds that document now, under whatever code its software still writes.
func (h *Hub) sender(caller Agency, e *envelope.Envelope, now time.Time) (Agency, error) {
	from := e.From.OrganID
	a, known := h.Directory.Identify(from)
	switch {
	case !known:
	case e.Status != nil && h.speaksFor(caller, a, now):
		return livingOr(a, caller, now), nil
	case !a.LivesAt(now) && h.holds(caller.ID, a.ID):
		return a, closedSender(from, a, caller)
	case caller.MaySendFor(a.ID) && a.LivesAt(now):
		return a, inForce(from, a, now)
	}
	return Agency{}, &Error{Kind: SenderMismatch, Path: pathFrom,
		Detail: "From is " + string(from) + ", but the connection is that of " + string(caller.ID),
		VI:     "Nơi gửi (From) là " + string(from) + ", nhưng kết nối thuộc về " + string(caller.ID) + ".",
		Values: map[string]string{"from": string(from), "caller": string(caller.ID)}}
}

const pathFrom = "/edXML/edXMLEnvelope/edXMLHeader/MessageHeader/From/OrganId"

// speaksFor reports whether the caller may give statuses in the name of an agency: its own, those it sends for, those
// whose documents it holds, and those whose gateway it is.
func (h *Hub) speaksFor(caller, a Agency, now time.Time) bool {
	if caller.MaySendFor(a.ID) || h.holds(caller.ID, a.ID) {
		return true
	}
	via, ok := h.Directory.Reach(a.ID, now)
	return ok && via.ID == caller.ID
}

// livingOr is in whose name a status stands: its giver's, or the caller's if the giver exists no longer.
func livingOr(a, caller Agency, now time.Time) Agency {
	if a.LivesAt(now) {
		return a
	}
	return caller
}

// inForce refuses a code of the sender outside of its time, naming the one to use.
func inForce(code AgencyID, a Agency, now time.Time) error {
	if a.Means(code, now) {
		return nil
	}
	use := string(a.CodeAt(now))
	return &Error{Kind: SenderMismatch, Path: pathFrom, Values: map[string]string{"from": string(code), "current": use},
		Detail: "the code " + string(code) + " is not in force now; the sender is " + use,
		VI:     "Mã nơi gửi " + string(code) + " hiện không có hiệu lực; hãy ghi mã " + use + "."}
}

func closedSender(code AgencyID, a, heir Agency) error {
	day := a.ClosedAt.In(envelope.ICT())
	return &Error{Kind: SenderMismatch, Path: pathFrom, Values: map[string]string{"from": string(code), "current": string(heir.ID)},
		Detail: "From is " + string(code) + ", which was closed on " + day.Format(time.DateOnly) + "; send in the name of " + string(heir.ID) + ", with its signature",
		VI: "Nơi gửi " + string(code) + " đã chấm dứt hoạt động ngày " + day.Format("02/01/2006") + "; hãy gửi với danh nghĩa " +
			string(heir.ID) + ", ký bằng chứng thư số của đơn vị này."}
}

// holds reports whether the caller's agency is id, or holds what was id's. Such a right rests on the directory alone
// and ends where a chain of successors has more than one end (P10).
func (h *Hub) holds(caller, id AgencyID) bool {
	if caller == "" || caller == id {
		return caller != ""
	}
	a, ok := h.Directory.Agency(id)
	if !ok || a.LivesAt(h.now()) {
		return false // most are: no chain to follow
	}
	holder, ok := h.Directory.Holder(id, h.now())
	return ok && holder.ID == caller
}

// sendersOf are the agencies whose earlier submissions the caller may ask about: its own, those it sends for, and those
// whose place it took.
func (h *Hub) sendersOf(caller Agency) []AgencyID {
	return slices.Concat([]AgencyID{caller.ID}, caller.SendsFor, h.Directory.Inherited(caller.ID, h.now()))
}

// reach is where something about id goes that the hub writes by itself. An agency that cannot be reached finds it when
// it can.
func (h *Hub) reach(id AgencyID, now time.Time) addressed {
	to, ok := h.Directory.Reach(id, now)
	if !ok {
		if to, ok = h.Directory.Agency(id); !ok {
			to = Agency{ID: id}
		}
		if !to.Connected() || to.Channel == "" {
			to.Channel = Pull
		}
	}
	return addressed{agency: to, codes: []AgencyID{id}}
}
