package exchange

import (
	"time"

	"github.com/lienthong/lienthong/envelope"
)

// An addressed agency is one that a message goes to, with the codes of the envelope that mean it.
type addressed struct {
	agency Agency
	codes  []AgencyID
	routes []Route
}

// caller is the agency whose connection submits; it must live.
func (h *Hub) caller(c Caller) (Agency, error) {
	if c.Agency == "" {
		return Agency{}, Errorf(Forbidden, "only an agency submits")
	}
	a, ok := h.Directory.Agency(c.Agency)
	if !ok || !a.LivesAt(h.now()) {
		return Agency{}, Errorf(Forbidden, "agency %s is closed", c.Agency)
	}
	return a, nil
}

// addressees resolves the codes of the envelope. Codes of one agency make one delivery (DESIGN 7).
func (h *Hub) addressees(to []envelope.Party, test bool, now time.Time) ([]addressed, error) {
	var all []addressed
	at := make(map[AgencyID]int, len(to))
	for _, p := range to {
		a, err := h.addressee(p.OrganID, test, now)
		if err != nil {
			return nil, err
		}
		i, seen := at[a.ID]
		if !seen {
			i = len(all)
			at[a.ID] = i
			all = append(all, addressed{agency: a.Agency})
		}
		all[i].codes = append(all[i].codes, p.OrganID)
		if r := (Route{Code: p.OrganID, Steps: a.Steps}); r.Redirected() {
			all[i].routes = append(all[i].routes, r)
		}
	}
	return all, nil
}

// addressee resolves one code. Test keys reach sandbox agencies, live keys all others.
func (h *Hub) addressee(code AgencyID, test bool, now time.Time) (Resolution, error) {
	a, err := h.Directory.Resolve(code, now)
	if err != nil {
		return a, err
	}
	if a.Sandbox != test {
		return a, &Error{Kind: UnknownAddressee, Values: map[string]string{"code": string(code)},
			Detail: string(code) + " cannot be reached with this key: test keys reach sandbox agencies, and only they do",
			VI:     "Không gửi được tới " + string(code) + " bằng khóa này: khóa thử chỉ dùng cho đơn vị thử, và ngược lại."}
	}
	return a, nil
}

// deliver gives the acceptance its addressees and one delivery for each.
func (h *Hub) deliver(a *Acceptance, to []addressed) {
	m := &a.Message
	for _, t := range to {
		id := NewDeliveryID()
		m.Addressees = append(m.Addressees, Addressee{Agency: t.agency.ID, Codes: t.codes, Delivery: id, Routes: t.routes})
		a.Deliveries = append(a.Deliveries, Delivery{
			ID: id, Message: m.ID, Class: m.Class, Kind: m.Kind, Sender: m.Sender, Addressee: t.agency.ID,
			Channel: t.agency.Channel, State: Initial(t.agency.Channel), Priority: m.Priority,
			AcceptedAt: a.Now, Due: a.Now, Deadline: h.deadline(a.Now, m.Priority),
		})
	}
}
