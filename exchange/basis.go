package exchange

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/lienthong/lienthong/envelope"
)

// A Basis is what somebody looked at before saying something of it: two people of one office may look at the same time,
// and decide differently.
type Basis struct {
	Delivery DeliveryID
	Stood    string // [Delivery.Stood], then
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

// Holds refuses with Conflict where the delivery stands otherwise by now.
func (b Basis) Holds(d Delivery) error {
	if b.Stood == d.Stood() {
		return nil
	}
	return &Error{Kind: Conflict, Detail: "somebody said or asked something else of the document meanwhile; look at it again",
		VI: "Trong lúc đó đã có người cập nhật văn bản này, hoặc bên gửi đã yêu cầu lấy lại; hãy xem lại văn bản."}
}
