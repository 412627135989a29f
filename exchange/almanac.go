package exchange

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/lienthong/lienthong/exchange/calendar"
	"github.com/lienthong/lienthong/exchange/translog"
)

// Clockwork is what the hub needs of the store for the law's clocks; package store states what each method promises.
type Clockwork interface {
	Calendar() calendar.Calendar
	PutCalendar(ctx context.Context, c calendar.Calendar, e translog.Entry, side *translog.Side) (uint64, error)
	Repeats(ctx context.Context, m Message) (sameID, sameCode MessageID, err error)
	Punctuality(ctx context.Context, agency AgencyID, role Role, month Month) (Punctuality, error)
	Duties(ctx context.Context, agency AgencyID, k Clock, limit int) ([]Delivery, error)
	PassLimits(ctx context.Context, now time.Time, limit int) (int, error)
	Delayed(ctx context.Context, now time.Time, cursor string, limit int) (ids []MessageID, next string, err error)
	TellDelay(ctx context.Context, id MessageID, now time.Time, notice *Acceptance) error
}

// Calendar is the working calendar in force. Everybody may know it.
func (h *Hub) Calendar() calendar.Calendar { return h.Store.Calendar() }

// SetCalendar replaces the working calendar if c.Version is that of the one in force, else Conflict; it returns what is
// in force then. It holds from then on: what a clock has decided stays decided. The log has the digest of the calendar's
// text, the side record the text itself. One that says what the one in force says changes nothing, and is no entry.
func (h *Hub) SetCalendar(ctx context.Context, who Caller, c calendar.Calendar) (calendar.Calendar, error) {
	if who.Operator == "" {
		return c, Errorf(Forbidden, "only an operator changes the calendar")
	}
	c = c.Ordered()
	if err := c.Check(); err != nil {
		return c, &Error{Kind: BadRequest, Detail: err.Error(), VI: "Lịch làm việc không hợp lệ: " + err.Error() + ".", Err: err}
	}
	text := c.String()
	if now := h.Calendar(); c.Version == now.Version && text == now.String() {
		return now, nil
	}
	side, err := translog.NewSide(rand.Reader, map[string]string{"calendar": text})
	if err != nil {
		return c, err
	}
	digest := sha256.Sum256([]byte(text))
	c.Version, err = h.Store.PutCalendar(ctx, c, translog.Entry{
		V: translog.Schema, Time: h.now(), Type: translog.PolicyChanged, Actor: who.Actor(), Credential: who.Credential,
		Kind: "calendar", Digest: hex.EncodeToString(digest[:]), Size: int64(len(text)),
	}, &side)
	return c, err
}
