package crash

import (
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/store/storetest"
)

// A document names a submission, so that the judge can submit the same bytes again.
type document struct{ round, submitter, n int }

// agencies alternate between the channels, as storetest gives them out: push for the short codes.
var agencies = []exchange.AgencyID{"H46", "000.12.H46", "001.12.H46", "002.12.H46"}

const sender exchange.AgencyID = "000.01.12.H46"

// acceptance makes the document, with equal bytes each time and three addressees. One in eight is large enough to take
// the engine's other way.
func (d document) acceptance(now time.Time) *exchange.Acceptance {
	to := make([]exchange.AgencyID, 3)
	for i := range to {
		to[i] = agencies[(d.n+i)%len(agencies)]
	}
	a := storetest.Document(((d.round*1000)+d.submitter)*100_000+d.n, now, sender, to...)
	a.Body = append(a.Body, d.filling()...)
	a.Message.Digest, a.Message.Size = sha256.Sum256(a.Body), int64(len(a.Body))
	return a
}

// recall makes the recall of the document that was accepted as m, from all its addressees.
func (d document) recall(m exchange.Message, now time.Time) *exchange.Acceptance {
	var to []exchange.AgencyID
	for _, a := range m.Addressees {
		to = append(to, a.Agency)
	}
	a := storetest.Document(1<<40+((d.round*1000)+d.submitter)*100_000+d.n, now, sender, to...)
	a.Identity, a.Message.Kind, a.AnswerBy = "", envelope.Recall, now.AddDate(1, 0, 0)
	for i := range a.Deliveries {
		a.Deliveries[i].Kind = envelope.Recall
	}
	l := exchange.Link{Message: m.ID, Relation: exchange.Recalls, For: to}
	for _, was := range m.Addressees {
		l.Of = append(l.Of, was.Delivery)
	}
	a.Message.About = []exchange.Link{l}
	return a
}

func (d document) filling() []byte {
	seed := [32]byte{}
	copy(seed[:], fmt.Sprint(d.round, d.submitter, d.n))
	noise := rand.NewChaCha8(seed)
	size := noise.Uint64() % 8000
	if d.n%8 == 5 {
		size += LargeBody
	}
	b := make([]byte, size)
	if _, err := noise.Read(b); err != nil {
		panic("crash: ChaCha8 does not fail, yet: " + err.Error())
	}
	return b
}
