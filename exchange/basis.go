package exchange

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/lienthong/lienthong/envelope"
)

// A Basis is what a word in the short form names by its id, and how it stood when somebody looked at it: two people of one
// office may look at the same time, and decide differently.
type Basis struct {
	Delivery DeliveryID
	Stood    string // [Delivery.Stood], then; empty: however it stands now
}

// Stood is how the delivery stands between its two ends, as a text that is compared and never read: what the addressee
// said of it, and what the sender asks. What the hub does by itself changes nothing of it: that the document arrived, and
// that the time for an answer is over.
func (d Delivery) Stood() string {
	var said, asked string
	if d.Processing != "" && d.Processing != envelope.Arrived {
		said = string(d.Processing) + " " + d.ProcessingAt.UTC().Format(time.RFC3339Nano)
	}
	if d.Recall.State != "" {
		asked = string(d.Recall.Message)
		if !d.Recall.Unanswered() {
			asked += " " + string(d.Recall.State)
		}
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s\x00%s", said, d.Consent, asked))
	return hex.EncodeToString(sum[:8])
}

// Admits refuses with Conflict what cannot be said of the delivery as it stands by now, also by two at once: what rests on
// how it stood before, what stands already, and the recall (13) of what is not to be taken back itself, whatever there is to
// take back beside it. Of all else the tables decide.
func (b Basis) Admits(d Delivery, code envelope.StatusCode) error {
	return table.Admits(b, d, code)
}

// Admits is Basis.Admits by these tables.
func (t Transitions) Admits(b Basis, d Delivery, code envelope.StatusCode) error {
	if err := b.Holds(d); err != nil {
		return err
	}
	switch {
	case code.FromSender():
		return recallable(d, t.Recall(d))
	case t.Status(d, code) == Repeated:
		return &Error{Kind: Conflict, Detail: "this was said of the document already", VI: "Trạng thái này đã được báo trước đó."}
	}
	return nil
}

// recallable says why there is nothing to recall of a delivery of which the tables rule so.
func recallable(d Delivery, v Ruling) error {
	switch {
	case v == Withdraws, v == Asks:
		return nil
	case v == Unpermitted && d.Refused:
		return &Error{Kind: Conflict, Detail: "the addressee refused the document (02): it came back by itself",
			VI: "Nơi nhận đã từ chối, trả lại văn bản này (02); không còn gì để lấy lại."}
	case v == Unpermitted:
		return &Error{Kind: Conflict, Detail: "the addressee has agreed to the recall of the document already",
			VI: "Nơi nhận đã đồng ý cho lấy lại văn bản này."}
	}
	return &Error{Kind: Conflict, Detail: "the document was recalled or replaced there already", VI: "Văn bản này đã được yêu cầu lấy lại hoặc đã được thay thế trước đó."}
}

// Holds refuses with Conflict where the delivery stands otherwise by now.
func (b Basis) Holds(d Delivery) error {
	if b.Stood == "" || b.Stood == d.Stood() {
		return nil
	}
	return &Error{Kind: Conflict, Detail: "somebody said or asked something else of the document meanwhile; look at it again",
		VI: "Trong lúc đó đã có người cập nhật văn bản này, hoặc bên gửi đã yêu cầu lấy lại; hãy xem lại văn bản."}
}
