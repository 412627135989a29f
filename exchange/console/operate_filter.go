package console

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lienthong/lienthong/exchange"
)

// A trafficFilter is what the form above the deliveries says; it stays in the address.
type trafficFilter struct {
	State, Agency, Side, Kind, Reason, From, To, Code string
	Urgency, Larger, Ended                            string   // of the part of the form that is opened; no index knows them
	Columns                                           []string // that the address wants shown; none: see columnsOf
	Cursor                                            string
}

// A parameter is one value of the filter under its name in the address.
type parameter struct {
	name  string
	value *string
}

// parameters are all that narrow the list, in the order in which the page names them.
func (f *trafficFilter) parameters() []parameter {
	return []parameter{{"q", &f.Code}, {"tt", &f.State}, {"dv", &f.Agency}, {"chieu", &f.Side}, {"loai", &f.Kind}, {"loi", &f.Reason}, {"khan", &f.Urgency},
		{"lon-hon", &f.Larger}, {"ket-thuc", &f.Ended}, {"tu", &f.From}, {"den", &f.To}}
}

func readTraffic(v *visit) trafficFilter {
	f := trafficFilterOf(v.QueryParams())
	f.Cursor = v.QueryParam("trang")
	return f
}

func trafficFilterOf(q url.Values) (f trafficFilter) {
	for _, p := range f.parameters() {
		*p.value = strings.TrimSpace(q.Get(p.name))
	}
	f.Columns = slices.DeleteFunc(slices.Clone(q["cot"]), func(name string) bool { return name == "" })
	return f
}

// values are the filter as the address has it, without columns and cursor.
func (f trafficFilter) values() url.Values {
	q := url.Values{}
	for _, p := range f.parameters() {
		if *p.value != "" {
			q.Set(p.name, *p.value)
		}
	}
	return q
}

func (f trafficFilter) address(path, cursor string) string {
	q := f.values()
	if len(f.Columns) > 0 {
		q["cot"] = f.Columns
	}
	if cursor != "" {
		q.Set("trang", cursor)
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// bare is the filter without the columns that the address wants shown.
func (f trafficFilter) bare() trafficFilter {
	f.Columns = nil
	return f
}

// Active reports whether anything narrows the list.
func (f trafficFilter) Active() bool { return len(f.values()) > 0 }

// Opened reports whether anything of the part that is opened narrows the list.
func (f trafficFilter) Opened() bool { return f.Urgency+f.Larger+f.Ended != "" }

// Unplanned reports whether anything narrows the list that sending again does not know.
func (f trafficFilter) Unplanned() bool { return f.Code+f.Kind != "" || f.Opened() }

// check refuses what is no value of the list, and leaves the columns in the table's order, each once. Days and the cursor are
// refused where they are read.
func (f *trafficFilter) check() error {
	states := make([]string, len(trafficStates()))
	for i, s := range trafficStates() {
		states[i] = string(s)
	}
	for _, one := range []struct {
		name, value string
		of          []string
	}{{"tt", f.State, states}, {"chieu", f.Side, trafficSides()}, {"loai", f.Kind, packageKinds()}, {"khan", f.Urgency, []string{"1", "0"}}, {"ket-thuc", f.Ended, periods()}} {
		if one.value != "" && !slices.Contains(one.of, one.value) {
			return unknownValue(one.name)
		}
	}
	if n, err := strconv.Atoi(f.Larger); f.Larger != "" && (err != nil || n < 1 || n > mostMB) {
		return unknownValue("lon-hon")
	}
	var ok bool
	if f.Columns, ok = inOrder(f.Columns); !ok {
		return unknownValue("cot")
	}
	return nil
}

// mostMB is more than any document has.
const mostMB = 9999

func unknownValue(name string) error {
	return &exchange.Error{Kind: exchange.BadRequest, Path: name, Detail: "the list has no such value of " + name, VI: "Bộ lọc không có giá trị này của “" + name + "”."}
}

// trafficAddress is the list with what it understands of a query.
func trafficAddress(path string, q url.Values) (string, error) {
	f := trafficFilterOf(q)
	if err := f.check(); err != nil {
		return "", err
	}
	return f.address(path, ""), nil
}

// deadLetters is the filter as the use cases of dead letters know it.
func (f trafficFilter) deadLetters() (q exchange.DeadLetterQuery, err error) {
	q.Reason = f.Reason
	switch f.Side {
	case "gui":
		q.Sender = exchange.AgencyID(f.Agency)
	default:
		q.Addressee = exchange.AgencyID(f.Agency)
	}
	if q.From, err = dayOf(f.From, 0); err != nil {
		return q, err
	}
	q.To, err = dayOf(f.To, 1)
	return q, err
}

// query is what of the filter the store has an index for.
func (f trafficFilter) query() (exchange.Query, error) {
	q := exchange.Query{Limit: trafficLook, Cursor: f.Cursor, Code: f.Code}
	if f.Code == "" {
		q.Every, q.Agency, q.State = true, exchange.AgencyID(f.Agency), exchange.State(f.State)
		q.Role = map[string]exchange.Role{"gui": exchange.Sent, "nhan": exchange.Received}[f.Side]
		if f.State == stateUnderway {
			q.State, q.Group = "", exchange.GroupUnderway
		}
		if f.Agency == "" {
			q.Role = ""
		}
	}
	var err error
	if q.From, err = dayOf(f.From, 0); err != nil {
		return q, err
	}
	q.To, err = dayOf(f.To, 1)
	return q, err
}

// A soughtTraffic is what a filter asks of deliveries, made ready for many of them.
type soughtTraffic struct {
	trafficFilter
	larger int64     // bytes
	since  time.Time // when a delivery ended at the earliest
}

func (f trafficFilter) sought(now time.Time) soughtTraffic {
	mb, _ := strconv.ParseInt(f.Larger, 10, 64) // that it is a number was checked; 0 for none
	return soughtTraffic{trafficFilter: f, larger: mb << 20, since: periodBegins(f.Ended, now)}
}

// found reports whether a delivery is one of those that the filter asks for.
func (s soughtTraffic) found(m exchange.Message, d exchange.Delivery) bool {
	return s.stands(d) && s.travels(m) && s.concerns(d)
}

// stands reports whether a delivery is where the filter wants it, and ended when and as it says.
func (s soughtTraffic) stands(d exchange.Delivery) bool {
	switch {
	case s.State == stateUnderway && d.State.Final(), s.State != "" && s.State != stateUnderway && d.State != exchange.State(s.State):
		return false
	case !s.since.IsZero() && d.Ended.Before(s.since): // what has not ended has no time of that
		return false
	}
	return s.Reason == "" || d.Reason == s.Reason
}

// travels reports whether what travels is of the kind, the urgency and the size. Documents are urgent or not; what is said of them
// is neither, though it has their priority.
func (s soughtTraffic) travels(m exchange.Message) bool {
	switch {
	case s.Kind != "" && packageKind(m) != s.Kind, s.larger > 0 && m.Size <= s.larger:
		return false
	case s.Urgency == "":
		return true
	}
	return m.Class == exchange.ClassDocument && (m.Priority > 0) == (s.Urgency == "1")
}

func (s soughtTraffic) concerns(d exchange.Delivery) bool {
	id := exchange.AgencyID(s.Agency)
	switch {
	case id == "":
		return true
	case s.Side == "gui":
		return d.Sender == id
	case s.Side == "nhan":
		return d.Addressee == id
	}
	return d.Sender == id || d.Addressee == id
}

// stateUnderway asks for what has not ended, whatever its state.
const stateUnderway = "underway"

func trafficStates() []exchange.State {
	return []exchange.State{stateUnderway, exchange.Queued, exchange.Held, exchange.Delivered, exchange.DeadLettered, exchange.Withdrawn}
}

func trafficSides() []string { return []string{"gui", "nhan"} }
