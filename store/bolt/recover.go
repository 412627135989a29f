package bolt

import (
	"go.etcd.io/bbolt"
)

// mark commits a count of recoveries and reads from that transaction what the committer and the index in memory have to
// know.
func (s *Store) mark() error {
	tx, err := s.db.Begin(true)
	if err != nil {
		return err
	}
	h, err := markTx(tx)
	id := int64(tx.ID())
	if err == nil {
		err = tx.Commit()
	}
	if err != nil {
		_ = tx.Rollback() // ErrTxClosed after a failed commit
		return err
	}
	s.head = h
	s.durable.Store(id)
	s.commits.Add(1)
	return s.db.View(func(tx *bbolt.Tx) error {
		if err := s.loadCalendar(view{tx}); err != nil {
			return err
		}
		return s.due.rebuild(view{tx})
	})
}

func markTx(tx *bbolt.Tx) (head, error) {
	h, err := view{tx}.head()
	if err != nil {
		return h, err
	}
	h.Opens++
	return h, tx.Bucket([]byte(bMeta)).Put([]byte(keyHead), encode(h))
}
