package bolt

import (
	"fmt"
	"strconv"

	"go.etcd.io/bbolt"
)

// laterBuckets are those that files of schema 1 lack. They are empty in such a file: nothing of that time asks for a row
// in them.
func laterBuckets() []string { return []string{bPeople, bPersonIndex} }

// upgrade makes a file of an older schema one of this program's, in one transaction. Which log it holds, and by whose
// key, is looked at first: a file that is not opened is not changed.
func (s *Store) upgrade() error {
	var version int
	err := s.db.View(func(tx *bbolt.Tx) (err error) {
		v := view{tx}
		if version, err = v.schema(); err != nil || version == SchemaVersion {
			return err
		}
		if err := v.checkOrigin(s.options.Origin); err != nil {
			return err
		}
		return v.checkKey(s.options.Signer)
	})
	if err != nil || version == SchemaVersion {
		return err
	}
	return s.db.Update(func(tx *bbolt.Tx) error {
		for _, name := range laterBuckets() {
			if _, err := tx.CreateBucketIfNotExists([]byte(name)); err != nil {
				return err
			}
		}
		return tx.Bucket([]byte(bMeta)).Put([]byte(keySchema), []byte(strconv.Itoa(SchemaVersion)))
	})
}

// schema is the version of the program that wrote the file; ErrNewerSchema for one that this program does not read.
func (v view) schema() (int, error) {
	if v.bucket(bMeta) == nil {
		return 0, fmt.Errorf("the file is damaged: it has no %q; restore it from a backup", bMeta)
	}
	text := string(v.get(bMeta, []byte(keySchema)))
	version, err := strconv.Atoi(text)
	if err != nil || version < 1 {
		return 0, fmt.Errorf("schema %q is none", text)
	}
	if version > SchemaVersion {
		return 0, fmt.Errorf("schema %d: %w, which reads up to %d here", version, ErrNewerSchema, SchemaVersion)
	}
	return version, nil
}

func (v view) checkOrigin(origin string) error {
	if got := string(v.get(bMeta, []byte(keyOrigin))); got != origin {
		return fmt.Errorf("it holds the log %q, not %q", got, origin)
	}
	return nil
}
