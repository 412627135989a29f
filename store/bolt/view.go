package bolt

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"go.etcd.io/bbolt"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/lienthong/lienthong/exchange"
)

const (
	keySchema    = "schema"
	keyOrigin    = "origin"
	keyHead      = "head"
	keyDirectory = "directory"
	keyCalendar  = "calendar"
	keyPeople    = "people"
)

// errUnsettled says that a snapshot shows a commit of which it is not known whether it is on disk.
var errUnsettled = errors.New("bolt: commit under way")

// view reads: in a snapshot of its own, or inside the committer's transaction.
type view struct{ tx *bbolt.Tx }

// view runs read on a snapshot of what is known to be on disk. bbolt shows a commit to readers between writing and
// syncing its meta page; who lands there waits for the commit, so that no answer rests on what a power cut can undo.
func (s *Store) view(ctx context.Context, read func(view) error) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		err := s.viewOnce(read)
		if err != errUnsettled {
			return err
		}
		s.awaitCommit()
	}
}

// awaitCommit returns when the commit that is under way, if any, has ended.
func (s *Store) awaitCommit() {
	s.commit.Lock()
	defer s.commit.Unlock()
}

func (s *Store) viewOnce(read func(view) error) error {
	s.access.RLock()
	defer s.access.RUnlock()
	if s.broken != nil {
		return s.broken
	}
	return s.db.View(func(tx *bbolt.Tx) error {
		if int64(tx.ID()) > s.durable.Load() {
			return errUnsettled
		}
		return read(view{tx})
	})
}

func (v view) bucket(name string) *bbolt.Bucket { return v.tx.Bucket([]byte(name)) }

func (v view) get(bucket string, key []byte) []byte { return v.bucket(bucket).Get(key) }

// checkKey looks at who signed the newest checkpoint.
func (v view) checkKey(signer note.Signer) error {
	_, text := v.bucket(bCheckpoints).Cursor().Last()
	_, err := note.Open(text, note.VerifierList())
	unverified, ok := errors.AsType[*note.UnverifiedNoteError](err)
	if !ok {
		return fmt.Errorf("the newest checkpoint cannot be read: %v", err)
	}
	for _, s := range unverified.Note.UnverifiedSigs {
		if s.Name == signer.Name() && s.Hash == signer.KeyHash() {
			return nil
		}
	}
	return ErrOtherKey
}

func (v view) checkSchema(origin string) error {
	for _, name := range buckets() {
		if v.bucket(name) == nil {
			return fmt.Errorf("the file is damaged: it has no %q; restore it from a backup", name)
		}
	}
	return v.checkOrigin(origin)
}

func (v view) head() (h head, err error) {
	return h, decode(v.get(bMeta, []byte(keyHead)), &h)
}

func (v view) lastSegment() uint32 {
	key, _ := v.bucket(bSegments).Cursor().Last()
	if key == nil {
		return 0
	}
	return keySegment(key)
}

// message returns a stored message and where its body lies; NotFound.
func (v view) message(id exchange.MessageID) (exchange.Message, bodyRef, error) {
	key, ok := idKey(id)
	if !ok {
		return exchange.Message{}, bodyRef{}, exchange.Errorf(exchange.NotFound, "message %.40q", id)
	}
	record := v.get(bMessages, key)
	if record == nil {
		return exchange.Message{}, bodyRef{}, exchange.Errorf(exchange.NotFound, "message %s", id)
	}
	return decodeMessage(record)
}

// delivery returns a stored delivery; NotFound.
func (v view) delivery(id exchange.DeliveryID) (d exchange.Delivery, err error) {
	key, ok := idKey(id)
	if !ok {
		return d, exchange.Errorf(exchange.NotFound, "delivery %.40q", id)
	}
	record := v.get(bDeliveries, key)
	if record == nil {
		return d, exchange.Errorf(exchange.NotFound, "delivery %s", id)
	}
	return d, decode(record, &d)
}

// deliveriesOf returns a message's deliveries in the order of its addressees.
func (v view) deliveriesOf(m exchange.Message) ([]exchange.Delivery, error) {
	list := make([]exchange.Delivery, 0, len(m.Addressees))
	for _, a := range m.Addressees {
		d, err := v.delivery(a.Delivery)
		if err != nil {
			return nil, fmt.Errorf("bolt: message %s: %v", m.ID, err)
		}
		list = append(list, d)
	}
	return list, nil
}

// ReadHashes makes the view a tlog.HashReader.
func (v view) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	list := make([]tlog.Hash, len(indexes))
	b := v.bucket(bHashes)
	for i, x := range indexes {
		if copy(list[i][:], b.Get(uintKey(x))) != tlog.HashSize {
			return nil, fmt.Errorf("bolt: stored hash %d is missing", x)
		}
	}
	return list, nil
}

// each calls f for every key with the prefix, in order, until it returns false.
func (v view) each(bucket string, prefix []byte, f func(key, value []byte) bool) {
	c := v.bucket(bucket).Cursor()
	for k, val := c.Seek(prefix); k != nil && bytes.HasPrefix(k, prefix); k, val = c.Next() {
		if !f(k, val) {
			return
		}
	}
}
