package exchange

import (
	"context"
	"errors"
	"time"

	"github.com/lienthong/lienthong/exchange/translog"
)

// A Viewed is what an auditor looked at, as the log has it in Kind.
type Viewed string

const (
	ViewLog        Viewed = "log"        // a page of the log
	ViewActs       Viewed = "acts"       // a page of operators' acts
	ViewAccess     Viewed = "access"     // who signed in and read
	ViewRecord     Viewed = "record"     // one entry with its proof
	ViewDocument   Viewed = "document"   // the life of one document
	ViewVerify     Viewed = "verify"     // the log was verified
	ViewCompare    Viewed = "compare"    // a checkpoint was held against the log
	ViewCheckpoint Viewed = "checkpoint" // the newest checkpoint
	ViewReport     Viewed = "report"     // a report, or the deliveries that it counts
)

// A reading is one auditor's looking at one thing. All of a minute that are alike are two entries at most: the first
// is written before anything is shown, the others are counted. Pages of one list are alike.
type reading struct {
	auditor, credential string
	what                Viewed
	message             MessageID
	part                string // translog.Entry.Range
	result              string
}

// auditors refuses everybody else.
func auditors(c Caller) error {
	if c.Auditor == "" {
		return Errorf(Forbidden, "only an auditor reads the log")
	}
	return nil
}

// seen logs that an auditor looks at something; on an error nothing may be shown. Looking at what others may see as
// well, such as a report, is logged for auditors alone.
func (h *Hub) seen(ctx context.Context, c Caller, r reading) error {
	if c.Auditor == "" {
		return nil
	}
	r.auditor, r.credential = Caller{Auditor: c.Auditor}.Actor(), c.Credential
	now := h.now()
	n, over, at := h.readings.knock(r, now)
	h.logReadings(ctx, over, at, now)
	if n > 1 {
		return nil
	}
	_, err := h.Store.Append(ctx, r.entry(now, 0), nil)
	return err
}

func (h *Hub) logReadings(ctx context.Context, over map[reading]int64, minute, now time.Time) {
	for r, n := range over {
		if n > 1 {
			_, _ = h.Store.Append(ctx, r.entry(minuteEnds(minute, now), n-1), nil)
		}
	}
}

// entry is the log's word of one reading, or of count further ones.
func (r reading) entry(at time.Time, count int64) translog.Entry {
	return translog.Entry{V: translog.Schema, Time: at, Type: translog.Audited, Actor: r.auditor, Credential: r.credential,
		Kind: string(r.what), Message: string(r.message), Range: r.part, Result: r.result, Count: count}
}

// A Life is what an auditor sees of a document: everything but its content and its subject.
type Life struct {
	Message    Message
	Deliveries []Delivery
	Records    []LogRecord // in the order of the log, with their side records
	By         []Link
	Broken     *Unreadable // one that cannot be read; there are no Records then
}

// Life returns what the log and the hub know of a message, at both ends, for an auditor; NotFound.
func (h *Hub) Life(ctx context.Context, c Caller, id MessageID) (Life, error) {
	if err := auditors(c); err != nil {
		return Life{}, err
	}
	m, err := h.Store.Message(ctx, id)
	if err != nil {
		return Life{}, hidden(err, "document", string(id))
	}
	if err := h.seen(ctx, c, reading{what: ViewDocument, message: id}); err != nil {
		return Life{}, err
	}
	l := Life{Message: m.withoutSubject()}
	if l.Deliveries, err = h.Store.DeliveriesOf(ctx, id); err != nil {
		return l, err
	}
	for i := range l.Deliveries {
		l.Deliveries[i] = l.Deliveries[i].AsOf(h.now())
	}
	if l.By, err = h.Store.Linked(ctx, id, maxLinks); err != nil {
		return l, err
	}
	l.Records, err = h.Store.EntriesOf(ctx, id)
	if broken, ok := errors.AsType[*Unreadable](err); ok {
		l.Records, l.Broken, err = nil, broken, nil
	}
	return l, err
}

// withoutSubject is the message for those who have nothing to do with what it says: auditors and operators.
func (m Message) withoutSubject() Message {
	m.Subject, m.Remarks = "", nil // a remark may cite words of the subject
	if m.Report != nil {
		r := *m.Report
		r.Description, r.Staff = "", ""
		m.Report = &r
	}
	return m
}

// mostFound bounds how many documents one number may mean; mostAnswers how many of what carries the number, such as the
// statuses about a document, are looked at for them.
const (
	mostFound   = 50
	mostAnswers = 1000
)

// FindDocuments returns the documents that an auditor means by an id of the hub's, by the DocumentId or by the code (số, ký
// hiệu), newest first and without their subjects.
func (h *Hub) FindDocuments(ctx context.Context, c Caller, text string) ([]Message, error) {
	if err := auditors(c); err != nil {
		return nil, err
	}
	if text == "" {
		return nil, nil
	}
	if m, err := h.Store.Message(ctx, MessageID(text)); err == nil {
		return []Message{m.withoutSubject()}, nil
	}
	for _, q := range []Query{{DocumentID: text}, {Code: text}} {
		if found, err := h.documentsWith(ctx, q); err != nil || len(found) > 0 {
			return found, err
		}
	}
	return nil, nil
}

func (h *Hub) documentsWith(ctx context.Context, q Query) (all []Message, err error) {
	q.Limit = 100
	for looked := 0; looked < mostAnswers; {
		page, err := h.Store.Search(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, r := range page.Rows {
			if r.Message.Class == ClassDocument && len(all) < mostFound {
				all = append(all, r.Message.withoutSubject())
			}
		}
		looked += len(page.Rows)
		if q.Cursor = page.Next; q.Cursor == "" || len(all) == mostFound {
			break
		}
	}
	return all, nil
}
