package bolt

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/lienthong/lienthong/exchange"
)

const recordVersion = 1

var errRecord = errors.New("bolt: damaged record")

// head is the state of the log and of the hub's time after a group.
type head struct {
	Group int64     `json:"group"` // number of the group; tells after a failed commit whether it happened
	Size  int64     `json:"size"`  // entries
	Root  tlog.Hash `json:"root"`
	Time  time.Time `json:"time"`  // latest ever committed
	Opens int64     `json:"opens"` // recoveries after failed commits
}

// segmentRow is what is known of a segment: bytes beyond End are named by nobody.
type segmentRow struct {
	End    int64 `json:"end"`
	Live   int64 `json:"live"` // bytes of records that messages name
	Bodies int64 `json:"bodies"`
}

// bodyRef is where a record lies.
type bodyRef struct {
	segment uint32
	offset  int64
}

func encode(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic("bolt: plain structs of text, numbers and times, yet: " + err.Error())
	}
	return append([]byte{recordVersion}, text...)
}

func decode(record []byte, v any) error {
	if len(record) < 2 || record[0] != recordVersion {
		return fmt.Errorf("%w: not of version %d", errRecord, recordVersion)
	}
	if err := json.Unmarshal(record[1:], v); err != nil {
		return fmt.Errorf("%w: %v", errRecord, err)
	}
	return nil
}

const messagePrefix = 1 + 4 + 8

func encodeMessage(m exchange.Message, ref bodyRef) []byte {
	text, err := json.Marshal(m)
	if err != nil {
		panic("bolt: plain structs of text, numbers and times, yet: " + err.Error())
	}
	record := make([]byte, 0, messagePrefix+len(text))
	record = append(record, recordVersion)
	record = binary.BigEndian.AppendUint32(record, ref.segment)
	record = binary.BigEndian.AppendUint64(record, uint64(ref.offset))
	return append(record, text...)
}

func decodeMessage(record []byte) (m exchange.Message, ref bodyRef, err error) {
	if len(record) <= messagePrefix || record[0] != recordVersion {
		return m, ref, fmt.Errorf("%w: message is not of version %d", errRecord, recordVersion)
	}
	ref.segment = binary.BigEndian.Uint32(record[1:])
	ref.offset = int64(binary.BigEndian.Uint64(record[5:]))
	if err := json.Unmarshal(record[messagePrefix:], &m); err != nil {
		return m, ref, fmt.Errorf("%w: message: %v", errRecord, err)
	}
	return m, ref, nil
}

// utc is the form in which times are stored and returned: no zone, no monotonic reading.
func utc(t time.Time) time.Time { return t.Round(0).UTC() }
