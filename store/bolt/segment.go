package bolt

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/lienthong/lienthong/exchange"
)

const (
	segmentMagic  = "LTSEG\x00\x00\x01"
	segmentHeader = 8 + 4
	recordMagic   = "LTB\x01"
	recordHeader  = 4 + 8 + 32 + 4
	segmentSuffix = ".seg"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// A segment is one file of bodies that is being appended to. Once a write or sync of it has failed it is abandoned:
// what the kernel holds of it can no longer be trusted, and a failed sync is not to be tried again.
type segment struct {
	id   uint32
	day  int64
	file *os.File
	end  int64 // where the next record goes
}

// full reports whether a record of so many bytes, accepted at the time, belongs into a new segment.
func (s *segment) full(n int64, now time.Time, limit int64) bool {
	return s.day != day(now) || (s.end > segmentHeader && s.end+n > limit)
}

func (s *segment) abandon() {
	if s != nil {
		_ = s.file.Close() // nothing that was promised hangs on it: what is named was synced before
	}
}

func day(t time.Time) int64 { return t.Unix() / 86400 }

func segmentPath(dir string, id uint32) string {
	return filepath.Join(dir, fmt.Sprintf("%08d%s", id, segmentSuffix))
}

// segmentIDs lists the segments in a directory.
func segmentIDs(dir string) ([]uint32, error) {
	files, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var ids []uint32
	for _, f := range files {
		stem, ok := strings.CutSuffix(f.Name(), segmentSuffix)
		if !ok {
			continue
		}
		id, err := strconv.ParseUint(stem, 10, 32)
		if err != nil || id == 0 {
			return nil, fmt.Errorf("bolt: %s is not the name of a segment", f.Name())
		}
		ids = append(ids, uint32(id))
	}
	return ids, nil
}

// createSegment makes a segment whose name is on disk. Its header becomes so with the first body that is synced.
func createSegment(dir string, id uint32, now time.Time) (*segment, error) {
	f, err := os.OpenFile(segmentPath(dir, id), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	if _, err := f.Write(headerOf(id)); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	if err := syncDir(dir); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &segment{id: id, day: day(now), file: f, end: segmentHeader}, nil
}

func headerOf(id uint32) []byte { return binary.BigEndian.AppendUint32([]byte(segmentMagic), id) }

// checkSegmentHeader says whether the file of a segment is that segment.
func checkSegmentHeader(dir string, id uint32) error {
	f, err := os.Open(segmentPath(dir, id))
	if err != nil {
		return err
	}
	header := make([]byte, segmentHeader)
	_, err = io.ReadFull(f, header)
	if err == nil && !bytes.Equal(header, headerOf(id)) {
		err = errors.New("the file is another segment, or none")
	}
	return errors.Join(err, f.Close())
}

func appendRecordHeader(b []byte, size int64, digest exchange.Digest) []byte {
	start := len(b)
	b = append(b, recordMagic...)
	b = binary.BigEndian.AppendUint64(b, uint64(size))
	b = append(b, digest[:]...)
	return binary.BigEndian.AppendUint32(b, crc32.Checksum(b[start:], castagnoli))
}

// checkRecordHeader says whether a header is whole and of that very body.
func checkRecordHeader(header []byte, size int64, digest exchange.Digest) error {
	if string(header) != string(appendRecordHeader(nil, size, digest)) {
		return errors.New("bolt: the segment holds another body in this place")
	}
	return nil
}
