package bolt

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/lienthong/lienthong/exchange"
)

// The buckets; doc.go is the table of what they hold.
const (
	bMeta        = "meta"
	bMessages    = "messages"
	bDeliveries  = "deliveries"
	bDedupe      = "dedupe"
	bIdentity    = "identity"
	bIdem        = "idem"
	bIdemTime    = "idem_time"
	bOpened      = "opened"
	bDue         = "due"
	bDeadline    = "deadline"
	bTime        = "ix_time"
	bSender      = "ix_sender"
	bDocID       = "ix_docid"
	bCode        = "ix_code"
	bReceived    = "ix_received"
	bState       = "ix_state"
	bCounts      = "counts"
	bLog         = "log"
	bSides       = "sides"
	bHashes      = "hashes"
	bCheckpoints = "checkpoints"
	bEvents      = "ix_events"
	bMessageLog  = "ix_msglog"
	bSegments    = "segs"
	bAgencies    = "agencies"
	bAgencyIndex = "ix_agency"
	bThreads     = "threads"
	bLinks       = "ix_links"
	bRecalls     = "recalls"
	bLimits      = "limits"
	bDuties      = "ix_duties"
	bNumbers     = "numbers"
	bWatch       = "watch"
	bWatchTime   = "watch_time"
	bEvidence    = "evidence"
	bCert        = "ix_cert"
	bUnproven    = "ix_unproven"
	bPeople      = "people"
	bPersonIndex = "ix_person"
	bDesk        = "ix_desk"
	bTraffic     = "ix_traffic"
	bProgress    = "progress"
	bLogIndex    = "ix_log"
)

func buckets() []string {
	return []string{
		bMeta, bMessages, bDeliveries, bDedupe, bIdentity, bIdem, bIdemTime, bOpened, bDue, bDeadline, bTime, bSender,
		bDocID, bCode, bReceived, bState, bCounts, bLog, bSides, bHashes, bCheckpoints, bEvents, bMessageLog, bSegments,
		bAgencies, bAgencyIndex, bLimits, bDuties, bNumbers, bWatch, bWatchTime, bThreads, bLinks, bRecalls, bEvidence, bCert, bUnproven, bPeople, bPersonIndex,
		bDesk, bTraffic, bProgress, bLogIndex,
	}
}

// appendOrdered buckets grow at their end only, so their pages may be filled to the brim.
func appendOrdered(bucket string) bool {
	switch bucket {
	case bMessages, bDeliveries, bProgress, bLog, bSides, bHashes, bCheckpoints, bTime, bMessageLog, bSegments, bAgencyIndex, bPersonIndex:
		return true
	}
	return false
}

const (
	idSize   = 16
	timeSize = 8
	maxTerm  = 200
)

// idKey is the key of a message or delivery; ok is false for what is no canonical UUID, which names nothing.
func idKey[T ~string](id T) (key []byte, ok bool) {
	u, err := uuid.Parse(string(id))
	if err != nil || len(id) != 36 || u.String() != string(id) {
		return nil, false
	}
	return u[:], true
}

func keyID[T ~string](key []byte) T { return T(uuid.UUID(key).String()) }

// appendTime keeps the order of times from 1970 to 2262; what lies outside is put at the ends.
func appendTime(key []byte, t time.Time) []byte {
	return binary.BigEndian.AppendUint64(key, uint64(nanos(t)))
}

func nanos(t time.Time) int64 {
	s := t.Unix()
	if s < 0 {
		return 0
	}
	if s >= math.MaxInt64/int64(time.Second) {
		return math.MaxInt64
	}
	return t.UnixNano()
}

func keyTime(key []byte) time.Time {
	return time.Unix(0, int64(binary.BigEndian.Uint64(key))).UTC()
}

// appendTerm ends a text so that no other text's keys begin with it.
func appendTerm(key []byte, text string) []byte {
	if len(text) > maxTerm || strings.Contains(text, "\x00") {
		sum := sha256.Sum256([]byte(text))
		text = "\x01" + strings.ReplaceAll(string(sum[:]), "\x00", "\x01")
	}
	return append(append(key, text...), 0)
}

func term[T ~string](text T) []byte { return appendTerm(make([]byte, 0, len(text)+64), string(text)) }

func uintKey(n int64) []byte { return binary.BigEndian.AppendUint64(nil, uint64(n)) }

func keyUint(key []byte) int64 { return int64(binary.BigEndian.Uint64(key)) }

func dedupeKey(sender exchange.AgencyID, d exchange.Digest) []byte {
	return append(term(sender), d[:]...)
}

func identityPrefix(identity string) []byte {
	if len(identity) > 2*maxTerm {
		sum := sha256.Sum256([]byte(identity))
		identity = "\x01" + string(sum[:])
	}
	return append([]byte(identity), 0)
}

func idemKey(caller exchange.AgencyID, key string) []byte { return appendTerm(term(caller), key) }

// threadPrefix begins the rows of what waits in a thread.
func threadPrefix(thread exchange.DeliveryID) []byte {
	first, _ := idKey(thread)
	return bytes.Clone(first)
}

func threadKey(t exchange.DeliveryID, entry int64, id []byte) []byte {
	return slices.Concat(threadPrefix(t), uintKey(entry), id)
}

// stateCode is one byte per state; 0 for what is none.
func stateCode(s exchange.State) byte {
	switch s {
	case exchange.Queued:
		return 'q'
	case exchange.Held:
		return 'h'
	case exchange.Delivered:
		return 'd'
	case exchange.Withdrawn:
		return 'w'
	case exchange.DeadLettered:
		return 'x'
	}
	return 0
}

func states() []exchange.State {
	return []exchange.State{exchange.Queued, exchange.Held, exchange.Delivered, exchange.Withdrawn, exchange.DeadLettered}
}

func channels() []exchange.Channel { return []exchange.Channel{exchange.Pull, exchange.Push} }

// channelCode is one byte per channel; 0 for what is none.
func channelCode(c exchange.Channel) byte {
	switch c {
	case exchange.Pull:
		return 'l'
	case exchange.Push:
		return 's'
	}
	return 0
}

// urgency orders the highest priority first.
func urgency(priority int) byte { return 255 - byte(min(max(priority, 0), 255)) }

func duePrefix(agency exchange.AgencyID, ch exchange.Channel) []byte {
	return append(term(agency), channelCode(ch))
}

func countPrefix(agency exchange.AgencyID, role exchange.Role) []byte {
	switch {
	case agency == "":
		return []byte{'t'}
	case role == exchange.Sent:
		return appendTerm([]byte{'s'}, string(agency))
	}
	return appendTerm([]byte{'r'}, string(agency))
}

// after returns the first key that does not begin with prefix, which must not be all 0xff.
func after(prefix []byte) []byte {
	end := append([]byte(nil), prefix...)
	for i := len(end) - 1; i >= 0; i-- {
		if end[i] < 0xff {
			end[i]++
			return end[:i+1]
		}
	}
	panic("bolt: a key prefix of 0xff bytes only: prefixes begin with text or a tag")
}

func channelOf(code byte) exchange.Channel {
	if code == channelCode(exchange.Pull) {
		return exchange.Pull
	}
	return exchange.Push
}
