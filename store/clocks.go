package store

import (
	"context"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/calendar"
	"github.com/lienthong/lienthong/exchange/translog"
)

// Clocks are the law's clocks. Engines keep the marks of every delivery up with exchange.Reckon, by the calendar in
// force and the hub's time, in the same step in which they write the delivery; roll-ups and indexes follow the marks.
type Clocks interface {
	// Calendar is the working calendar in force: calendar.Default with version 0 until one was put. It reads memory only.
	Calendar() calendar.Calendar
	// PutCalendar writes by compare-and-swap: c.Version must be that of the calendar in force, else Conflict. It returns
	// the new version. The entry is logged in the same step. What is open is reckoned by the new calendar when it is next
	// written or passes the limit that it had; what is decided stays.
	PutCalendar(ctx context.Context, c calendar.Calendar, e translog.Entry, side *translog.Side) (uint64, error)

	// Repeats finds the newest documents of m's sender that took up the same DocumentId, and the same code and year
	// (exchange.Message.Numbered); empty for none. Accept asks the same within its step, so that of two documents that
	// come at once one is warned of: it sets Message.Warnings by exchange.Warn.
	Repeats(ctx context.Context, m exchange.Message) (sameID, sameCode exchange.MessageID, err error)

	// Punctuality returns the kept roll-up of marks of the deliveries whose documents were accepted in the month: of the
	// agency in the role, or of the whole hub when the agency is empty. Marks without a verdict are not counted, and
	// a delivery is in its addressee's figures once it is found there (exchange.Delivery.Found, DESIGN P7).
	Punctuality(ctx context.Context, agency exchange.AgencyID, role exchange.Role, month exchange.Month) (exchange.Punctuality, error)
	// Duties lists the deliveries to the agency whose clock is open (running or overdue), by limit, at most limit.
	// ClockSend is nobody's duty, and before it arrives a document is not the addressee's: of those it lists none.
	Duties(ctx context.Context, agency exchange.AgencyID, k exchange.Clock, limit int) ([]exchange.Delivery, error)
	// PassLimits reckons deliveries with a running clock whose limit is at or before now, at most limit of them, so that
	// they become overdue, or run on where the calendar has changed. It returns how many; with none it writes nothing. What
	// cannot be read is passed over, and the error tells.
	// It logs nothing: the entry of what was to be done, and when, tells the same.
	PassLimits(ctx context.Context, now time.Time, limit int) (int, error)

	// Delayed lists messages whose Acceptance.DelayNotice is at or before now and of which a delivery has never ended, in
	// order of that time, in pages as Deliveries.Overdue.
	Delayed(ctx context.Context, now time.Time, cursor string, limit int) (ids []exchange.MessageID, next string, err error)
	// TellDelay accepts the notice of a delayed message, after which it is not delayed any more: once for a message.
	// Conflict for one that is not, and nothing is written.
	TellDelay(ctx context.Context, id exchange.MessageID, now time.Time, notice *exchange.Acceptance) error
}
