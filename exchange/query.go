package exchange

import (
	"slices"
	"time"

	"github.com/lienthong/lienthong/exchange/translog"
)

// A Query selects messages or deliveries, newest first. Lists never scan: each combination of fields that the store
// does not index is refused with BadRequest.
type Query struct {
	Agency AgencyID // whose; empty for all (operators only)
	Role   Role     // Sent lists by sender, Received by addressee; empty with an empty Agency
	State  State    // deliveries in that state (Received, or operators)

	DocumentID string // exact
	Code       string // exact số/ký hiệu

	From, To time.Time // accepted in [From, To); zero is open
	Limit    int       // 1..200; 0 means 50
	Cursor   string    // opaque, from the page before
}

// A Role is the side on which an agency stands.
type Role string

const (
	Sent     Role = "sent"
	Received Role = "received"
)

// A Row is one hit: a message with its deliveries (Sent), or with the one delivery of the agency (Received).
type Row struct {
	Message    Message
	Deliveries []Delivery
}

// A Page is a part of a list. Next is empty at the end.
type Page struct {
	Rows []Row
	Next string
}

// Counts are roll-ups of deliveries by state. They are kept, never counted.
type Counts map[State]int64

// A LogRecord is an entry in its place.
type LogRecord struct {
	Index int64
	Entry translog.Entry
	Side  *translog.Side // nil when there is none, when it was erased, or when the reader may not see it
}

// Concerns lists the agencies that may read the entry. An acceptance does not concern its addressees: before exposure
// they find a document by no path (P7).
func Concerns(e translog.Entry) []AgencyID {
	var ids []AgencyID
	add := func(id string) {
		if id != "" && !slices.Contains(ids, AgencyID(id)) {
			ids = append(ids, AgencyID(id))
		}
	}
	add(e.Sender)
	switch e.Type {
	case translog.Delivered, translog.Acknowledged, translog.PickedUp, translog.StatusGiven, translog.Rejudged:
		add(e.Addressee)
	case translog.KeyChanged, translog.AgencyChanged, translog.EndpointChanged, translog.EndpointTried:
		add(e.Addressee)
		for _, heir := range e.Successors {
			add(heir)
		}
	}
	return ids
}
