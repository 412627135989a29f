package console

import (
	"hash/maphash"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"golang.org/x/time/rate"

	"github.com/lienthong/lienthong/exchange"
)

// vouchPath is where anybody who holds a slip can have it confirmed.
const vouchPath = "/kiem-chung"

// A vouchPage says what the hub confirms of a slip: no subject, no person and no agency.
type vouchPage struct {
	Code, Wrong string
	Title       string
	Fields      []field
	States      []field
	Proof       []field
}

// vouchPage is where a code is typed.
func (c *console) vouchPage(v *visit) error {
	if code := strings.TrimSpace(v.QueryParam("ma")); code != "" {
		return v.Redirect(http.StatusSeeOther, vouchPath+"/"+url.PathEscape(code))
	}
	return c.show(v, "vouch", vouchPage{})
}

func (c *console) vouch(v *visit) error {
	if err := c.asked.ask(c.Address(v.Request()), c.Clock()); err != nil {
		return err
	}
	got, err := c.Hub.Vouch(v.ctx(), v.Param("code"))
	if exchange.KindOf(err) == exchange.NotFound {
		v.Set(errorKey, err)
		return c.render(v, http.StatusNotFound, "vouch", v.words.text("vouch.title"), vouchPage{Wrong: v.words.text("vouch.wrong")})
	}
	if err != nil {
		return err
	}
	return c.show(v, "vouch", vouched(v.words, v.Param("code"), got))
}

func vouched(w words, code string, got exchange.Voucher) vouchPage {
	kind := "slip.sent"
	if got.Kind == exchange.ReceivedSlip {
		kind = "slip.received"
	}
	page := vouchPage{Code: code, Title: w.text(kind + ".title")}
	page.Fields = []field{
		{w.text("vouch.printed"), exactly(got.Printed)},
		{w.text("sent.accepted"), exactly(got.Accepted)},
		{w.text("slip.digest"), got.Digest},
		{w.text("slip.signature"), w.signature(got.Signature).Text},
	}
	if got.Kind == exchange.SentSlip {
		page.Fields = append(page.Fields, field{w.text("vouch.addressees"), w.number(got.Addressees)})
	}
	page.States = courses(w, got.Courses)
	page.Proof = []field{
		{w.text("vouch.index"), w.number(int(got.Entry))},
		{w.text("vouch.leaf"), got.Leaf},
		{w.text("vouch.size"), w.number(int(got.Head.Size))},
		{w.text("vouch.root"), got.Head.Root.String()},
		{w.text("vouch.log"), got.Head.Origin},
	}
	return page
}

// courses counts the addressees by how far the document had come with them, in the order in which they come about.
func courses(w words, all []exchange.Course) (counted []field) {
	n := make(map[string]int)
	var order []string
	for _, how := range all {
		text := w.course(how)
		if n[text]++; n[text] == 1 {
			order = append(order, text)
		}
	}
	for _, text := range order {
		counted = append(counted, field{text, w.number(n[text])})
	}
	return counted
}

const (
	askersSlots = 1024
	askedBurst  = 20              // slips that one network may have confirmed at once
	askedEvery  = 2 * time.Second // and one more after each of these
)

// askers bounds how often strangers ask. Networks that meet in a slot share it: memory is bounded, and nobody can choose
// whose slot is theirs.
type askers struct {
	seed  maphash.Seed
	slots [askersSlots]*rate.Limiter
}

func newAskers() *askers {
	a := &askers{seed: maphash.MakeSeed()}
	for i := range a.slots {
		a.slots[i] = rate.NewLimiter(rate.Every(askedEvery), askedBurst)
	}
	return a
}

// ask counts one question; TooMany where there were too many. An IPv6 user has a whole /64.
func (a *askers) ask(from netip.Addr, now time.Time) error {
	network := netip.PrefixFrom(from, from.BitLen())
	if from.Is6() {
		network, _ = from.Prefix(64)
	}
	slot := a.slots[maphash.String(a.seed, network.String())%askersSlots]
	if slot.AllowN(now, 1) {
		return nil
	}
	return &exchange.Error{Kind: exchange.TooMany, RetryAfter: askedEvery, Detail: "too many slips were asked about from this network",
		VI: "Mạng này đã hỏi quá nhiều phiếu. Hãy thử lại sau ít giây."}
}
