package demo

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/lienthong/lienthong/envelope"
)

// An author writes the documents of one agency. The n-th document of an agency depends on seed, agency and n alone,
// whatever the timing of the run.
type author struct {
	seed   uint64
	from   place
	places []place
	today  envelope.Date
}

// chance is the random stream of one thing that one agency does.
func chance(seed uint64, parts ...string) *rand.Rand {
	h := fnv.New64a()
	for _, p := range parts {
		h.Write([]byte(p))
		h.Write([]byte{0})
	}
	return rand.New(rand.NewPCG(seed, h.Sum64()))
}

// document is the n-th document, from 1, with its PDF.
func (a author) document(n int) *envelope.Envelope {
	r := chance(a.seed, "document", string(a.from.id), strconv.Itoa(n))
	kind := kinds[r.IntN(len(kinds))]
	code := envelope.Code{Number: strconv.Itoa(n), Notation: notation(kind.mark, a.from.short)}
	date := a.signed(n)
	subject := kind.about + " (văn bản mẫu " + code.String() + ")"
	to := a.addressees(r)
	e := &envelope.Envelope{
		From: a.from.party(), To: to,
		DocumentID: envelope.NewDocumentID(a.from.id, date, code), Code: code,
		Promulgation: envelope.Promulgation{Place: a.from.city, Date: date},
		Type:         envelope.DocumentType{Type: "2", Detail: "0", Name: kind.name},
		Subject:      subject, Content: subject,
		Signer:   envelope.SignerInfo{Position: a.from.head, FullName: person(r)},
		Other:    envelope.OtherInfo{Priority: priority(r), Sphere: "Hành chính", PromulgationAmount: len(to), PageAmount: 1 + r.IntN(9)},
		Steering: "0", ToPlaces: []string{"Như trên", "Lưu: VT"},
		Business: &envelope.Business{Kind: envelope.New, Reason: "Văn bản điện tử mới", Staff: envelope.Staff{Department: "Văn phòng", Staff: person(r)}},
	}
	e.Attachments = attachments(r, code, subject)
	return e
}

// signed is when the n-th document was signed: today, but one in twenty has lain on a desk for three weeks.
func (a author) signed(n int) envelope.Date {
	if chance(a.seed, "signed", string(a.from.id), strconv.Itoa(n)).IntN(20) == 0 {
		return envelope.DateOf(a.today.Time().AddDate(0, 0, -21))
	}
	return a.today
}

func notation(mark, short string) string {
	if mark == "" {
		return short + "-VP"
	}
	return mark + "-" + short
}

func attachments(r *rand.Rand, code envelope.Code, subject string) []envelope.Attachment {
	name := fmt.Sprintf("vb-%s.pdf", code.Number)
	all := []envelope.Attachment{envelope.NewAttachment(name, paper(r, code.String(), subject, 4<<10+r.IntN(60<<10)))}
	if r.IntN(4) == 0 { // an appendix of a type that the format carries zipped
		all = append(all, envelope.NewAttachment("phu-luc.csv", []byte("stt,noi dung\n1,"+subject+"\n")))
	}
	return all
}

func (p place) party() envelope.Party {
	return envelope.Party{OrganID: p.id, InCharge: p.inCharge, Name: p.name, Address: p.city + ", Phú Thọ", Email: "vanthu@mau.example"}
}

// addressees follow the lines of the administration: down to the communes, up to the district, across the departments.
// One in twelve goes to everybody below.
func (a author) addressees(r *rand.Rand) []envelope.Party {
	var near []place
	for _, p := range a.places {
		if p.id != a.from.id && (p.parent == a.from.id || p.id == a.from.parent || p.parent == a.from.parent || p.id == district) {
			near = append(near, p)
		}
	}
	n := 1 + r.IntN(4)
	if r.IntN(12) == 0 {
		n = len(near)
	}
	r.Shuffle(len(near), func(i, j int) { near[i], near[j] = near[j], near[i] })
	var to []envelope.Party
	for _, p := range near[:min(n, len(near))] {
		to = append(to, p.party())
	}
	return to
}

func person(r *rand.Rand) string {
	return surnames[r.IntN(len(surnames))] + " " + middles[r.IntN(len(middles))] + " " + givens[r.IntN(len(givens))]
}

// priority: most documents are routine, one in forty is express.
func priority(r *rand.Rand) int {
	switch n := r.IntN(40); {
	case n == 0:
		return 3
	case n < 4:
		return 2
	case n < 10:
		return 1
	}
	return 0
}

// pace is the pause before the n-th document: about a second on average, as the agencies of a busy province.
func (a author) pace(n int) time.Duration {
	r := chance(a.seed, "pace", string(a.from.id), strconv.Itoa(n))
	return 300*time.Millisecond + time.Duration(r.Int64N(int64(1400*time.Millisecond)))
}
