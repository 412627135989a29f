package console

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/lienthong/lienthong/exchange"
)

// A cell is what a table of deliveries says in one place.
type cell struct {
	Class, Label, Text, Sub string
	Hint                    string // of Text, for who points at it
	Address                 string // where Text leads; may be empty
	Pill                    *label
}

// A deliveryColumn is one that the table of deliveries can have.
type deliveryColumn struct {
	name  string // in the address and in the cookie
	class string
	given bool // shown where nobody chose
	bare  bool // says by itself what it is, also where rows are cards
	cell  func(c *console, w words, m exchange.Message, d exchange.Delivery) cell
}

// columnAlways is shown whatever is chosen: it leads to the delivery.
const columnAlways = "luc"

// deliveryColumns are all, in the table's order. Those that are given fit on an office screen together.
func deliveryColumns() []deliveryColumn {
	return []deliveryColumn{
		{columnAlways, "time", true, true, (*console).cellAt},
		{"tu-den", "who", true, true, (*console).cellFromTo},
		{"so-ky-hieu", "", true, true, (*console).cellCode},
		{"loai-goi", "", true, false, (*console).cellKind},
		{"chuyen", "mark", true, false, (*console).cellTransport},
		{"xu-ly", "mark", true, false, (*console).cellProcessing},
		{"lan", "number", true, false, (*console).cellAttempt},
		{"lan-tiep", "", false, false, (*console).cellNext},
		{"kenh", "", false, false, (*console).cellChannel},
		{"kich-thuoc", "number", true, false, (*console).cellSize},
		{"tong-thoi-gian", "", true, false, (*console).cellTotal},
		{"loi", "", true, false, (*console).cellError},
	}
}

// inOrder are the columns of those names in the table's order, each once; false where there is no such column.
func inOrder(names []string) (ordered []string, ok bool) {
	known := 0
	for _, col := range deliveryColumns() {
		if n := count(names, col.name); n > 0 {
			known += n
			ordered = append(ordered, col.name)
		}
	}
	return ordered, known == len(names)
}

func count(names []string, name string) (n int) {
	for _, x := range names {
		if x == name {
			n++
		}
	}
	return n
}

// columnsOf are the columns that a page shows: those of the address, else those that the person chose in this browser, else
// those that are given.
func columnsOf(v *visit, address []string) (shown []deliveryColumn) {
	names := address
	if len(names) == 0 {
		names = chosenColumns(v)
	}
	for _, col := range deliveryColumns() {
		if col.name == columnAlways || slices.Contains(names, col.name) || len(names) == 0 && col.given {
			shown = append(shown, col)
		}
	}
	return shown
}

// columnsCookie is one for each person: several may share a browser. It is sent to no other page.
func columnsCookie(v *visit) string { return "lt_columns_" + v.person.ID }

// chosenColumns are those that the person chose before. What there is not any more is passed over.
func chosenColumns(v *visit) []string {
	cookie, err := v.Cookie(columnsCookie(v))
	if err != nil {
		return nil
	}
	names, _ := inOrder(strings.Split(cookie.Value, "."))
	return names
}

// chooseColumns remembers the columns of the address, or forgets the choice, and leads to the list. A link from elsewhere
// shows its columns and chooses none.
func (c *console) chooseColumns(v *visit, f trafficFilter) error {
	switch v.QueryParam("nho") {
	case "1":
	case "0":
		f.Columns = nil
	default:
		return unknownValue("nho")
	}
	if !elsewhere(v.Request()) {
		setColumns(v, f.Columns)
	}
	return v.Redirect(http.StatusSeeOther, f.address(trafficPath, ""))
}

func setColumns(v *visit, names []string) {
	seconds := 365 * 24 * 3600
	if len(names) == 0 {
		seconds = -1
	}
	v.SetCookie(&http.Cookie{Name: columnsCookie(v), Value: strings.Join(names, "."), Path: trafficPath, MaxAge: seconds, HttpOnly: true,
		Secure: secure(v.Request()), SameSite: http.SameSiteLaxMode})
}

// A trafficTable is deliveries with the columns that are shown.
type trafficTable struct {
	Heads []cell
	Rows  []trafficRow
	shown []deliveryColumn
}

// A trafficRow is one delivery. More is how many further ones of the same message are left out.
type trafficRow struct {
	Cells []cell
	More  string
	All   string // where all of the message's deliveries are
}

func newTrafficTable(w words, shown []deliveryColumn) trafficTable {
	t := trafficTable{shown: shown}
	for _, col := range shown {
		t.Heads = append(t.Heads, cell{Class: col.class, Text: w.text("traffic.col." + col.name)})
	}
	return t
}

func (t trafficTable) has(name string) bool {
	return slices.ContainsFunc(t.shown, func(col deliveryColumn) bool { return col.name == name })
}

// row is a delivery as the table shows it.
func (t trafficTable) row(c *console, w words, m exchange.Message, d exchange.Delivery) (row trafficRow) {
	for i, col := range t.shown {
		x := col.cell(c, w, m, d)
		x.Class = col.class
		if !col.bare {
			x.Label = t.Heads[i].Text
		}
		row.Cells = append(row.Cells, x)
	}
	return row
}

func (c *console) cellAt(_ words, _ exchange.Message, d exchange.Delivery) cell {
	return cell{Text: written(d.AcceptedAt, "15:04:05"), Sub: written(d.AcceptedAt, "02/01/2006"), Address: transferAddress(d)}
}

func (c *console) cellFromTo(_ words, _ exchange.Message, d exchange.Delivery) cell {
	return cell{Text: c.nameOf(d.Sender), Sub: "→ " + c.nameOf(d.Addressee)}
}

func (c *console) cellCode(w words, m exchange.Message, _ exchange.Delivery) cell {
	if m.Class != exchange.ClassDocument {
		return cell{Text: m.Code}
	}
	return cell{Text: m.Code, Pill: w.urgency(m.Priority)}
}

func (c *console) cellKind(w words, m exchange.Message, _ exchange.Delivery) cell {
	return cell{Text: w.text("kind." + packageKind(m))}
}

func (c *console) cellTransport(w words, _ exchange.Message, d exchange.Delivery) cell {
	l := w.transport(d)
	return cell{Pill: &l}
}

func (c *console) cellProcessing(w words, _ exchange.Message, d exchange.Delivery) cell {
	return cell{Pill: w.answer(d)}
}

func (c *console) cellAttempt(w words, _ exchange.Message, d exchange.Delivery) cell {
	return cell{Text: w.number(d.Attempt)}
}

func (c *console) cellNext(w words, _ exchange.Message, d exchange.Delivery) cell {
	now := c.Clock()
	if d.State.Final() || d.Attempt == 0 || !d.Due.After(now) {
		return cell{}
	}
	return cell{Text: w.text("traffic.next", "in", w.elapsed(d.Due.Sub(now).Round(time.Second)))}
}

func (c *console) cellChannel(w words, _ exchange.Message, d exchange.Delivery) cell {
	return cell{Text: w.text("channel." + string(d.Channel))}
}

func (c *console) cellSize(w words, m exchange.Message, _ exchange.Delivery) cell {
	return cell{Text: bytesText(w, m.Size)}
}

// cellTotal is how long a delivery took, or has taken.
func (c *console) cellTotal(w words, _ exchange.Message, d exchange.Delivery) cell {
	end := d.Ended
	if end.IsZero() {
		end = c.Clock()
	}
	return cell{Text: w.elapsed(end.Sub(d.AcceptedAt))}
}

func (c *console) cellError(w words, _ exchange.Message, d exchange.Delivery) cell {
	return cell{Text: w.fault(d.Reason), Hint: w.explain(d.Reason)}
}
