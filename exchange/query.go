package exchange

import (
	"slices"
	"time"

	"github.com/lienthong/lienthong/exchange/translog"
)

// A Query selects messages or deliveries, newest first. Lists never scan: each combination of fields that the store
// does not index is refused with BadRequest. Of State, Group, DocumentID and Code one may be given; a span of time goes
// with each of them.
type Query struct {
	Agency AgencyID // whose; empty for all (operators only)
	Role   Role     // Sent lists by sender, Received by addressee; empty with an empty Agency
	State  State    // deliveries in that state (Received, or operators)
	// Group narrows what an agency sent or received to the documents of one group. With Every it may be GroupUnderway.
	Group Group
	// Every lists deliveries whether their addressee has seen them or not, of documents, statuses and notices: those of the
	// whole hub, or those that an Agency sent, received or (without a Role) either. The hub answers it to operators only
	// (P7). A row has one delivery, and its message of the addressees only that one. It goes with State and with Group.
	Every bool

	DocumentID string // exact
	Code       string // exact số/ký hiệu

	From, To    time.Time // accepted in [From, To); zero is open
	OldestFirst bool      // the other way round; a cursor goes on in the order in which it was given
	Limit       int       // 1..200; 0 means 50
	Cursor      string    // opaque, from the page before
}

// CountCap is how far lists are counted: what is more than that many is shown as such.
const CountCap = 10_000

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

// A LogQuery selects entries of the log, newest first. Any of its fields may be given together. What no index serves,
// Agency with Actor or Type, is looked for among the agency's entries a thousand at a time: such a page may have few
// records, or none, and a Next.
type LogQuery struct {
	Actor    string        // exact: an agency's code, "hub" or "operator:<id>"
	Type     translog.Type // exact
	Agency   AgencyID      // those that concern it ([Concerns])
	From, To time.Time     // logged in [From, To); zero is open
	Before   int64         // only entries with a lower index; 0: from the newest on
	Limit    int           // 1..200; 0 means 50
}

// A LogPage is a part of such a list. Next is the Before of the following page, 0 at the end.
type LogPage struct {
	Records []LogRecord
	Next    int64
}

// A LogRecord is an entry in its place.
type LogRecord struct {
	Index int64
	Entry translog.Entry
	// Side is as much of it as is shown ([translog.Side.Shown]); nil when there is none, when it was erased, or when the
	// reader may not see it.
	Side *translog.Side
	// About is what the entry's message acts on, as far as the reader may see; in Events alone.
	About []Link
}

// A Leaf is an entry as it lies in the store: its text and that of its side record, checked by nobody.
type Leaf struct {
	Text, Side []byte // Side is nil where there is none, or none any more
}

// Concerns lists the agencies that may read the entry. An acceptance does not concern its addressees: before exposure
// they find a document by no path (P7). Afterwards they have all that happens to it.
func Concerns(e translog.Entry) []AgencyID {
	var ids []AgencyID
	add := func(id string) {
		if id != "" && !slices.Contains(ids, AgencyID(id)) {
			ids = append(ids, AgencyID(id))
		}
	}
	add(e.Sender)
	if e.Seen {
		add(e.Addressee)
	}
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
