package bolt

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"

	"github.com/lienthong/lienthong/exchange"
)

var errBody = errors.New("bolt: stored body does not have its digest")

// OpenBody implements store.Messages. The reader holds a file open and no transaction.
func (s *Store) OpenBody(ctx context.Context, id exchange.MessageID) (exchange.Body, error) {
	var m exchange.Message
	var ref bodyRef
	err := s.view(ctx, func(v view) (err error) {
		m, ref, err = v.message(id)
		return err
	})
	if err != nil {
		return nil, err
	}
	return openBody(s.bodies.dir, m, ref)
}

func openBody(dir string, m exchange.Message, ref bodyRef) (*bodyReader, error) {
	f, err := os.Open(segmentPath(dir, ref.segment))
	if err != nil {
		return nil, fmt.Errorf("bolt: body of message %s: %w", m.ID, err)
	}
	header := make([]byte, recordHeader)
	_, err = f.ReadAt(header, ref.offset)
	if err == nil {
		err = checkRecordHeader(header, m.Size, m.Digest)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("bolt: body of message %s: %w", m.ID, err), f.Close())
	}
	r := io.NewSectionReader(f, ref.offset+recordHeader, m.Size)
	return &bodyReader{section: r, file: f, digest: m.Digest, sum: sha256.New()}, nil
}

// A bodyReader hashes what is read in order from the start. Who seeks gets the bytes unchecked until reading begins
// again at the start.
type bodyReader struct {
	section *io.SectionReader
	file    *os.File
	digest  exchange.Digest
	sum     hash.Hash
	hashed  int64 // bytes of the start that are in sum
	at      int64
}

// Read implements io.Reader. The read that reaches the end of an unbroken run from the start fails with an error
// unless the body is what was accepted.
func (r *bodyReader) Read(p []byte) (int, error) {
	n, err := r.section.Read(p)
	r.note(p[:n])
	if r.hashed == r.section.Size() && r.at == r.hashed && !r.whole() {
		return 0, errBody
	}
	if errors.Is(err, io.EOF) && r.at < r.section.Size() {
		return n, io.ErrUnexpectedEOF // the file is shorter than its rows say
	}
	return n, err
}

func (r *bodyReader) note(p []byte) {
	if r.at == r.hashed {
		r.sum.Write(p)
		r.hashed += int64(len(p))
	}
	r.at += int64(len(p))
}

func (r *bodyReader) whole() bool { return bytes.Equal(r.sum.Sum(nil), r.digest[:]) }

// Seek implements io.Seeker.
func (r *bodyReader) Seek(offset int64, whence int) (int64, error) {
	at, err := r.section.Seek(offset, whence)
	if err != nil {
		return at, err
	}
	r.at = at
	if at == 0 {
		r.sum.Reset()
		r.hashed = 0
	}
	return at, nil
}

// Close implements io.Closer.
func (r *bodyReader) Close() error { return r.file.Close() }

// verify reads the body from start to end.
func (r *bodyReader) verify() error {
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return err
	}
	_, err := io.Copy(io.Discard, r)
	return err
}
