package bolt

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"

	"go.etcd.io/bbolt"

	"github.com/lienthong/lienthong/exchange/translog"
)

// newFile is where a file is made before it gets its name: whatever lies there was never used.
const newFile = dataFile + ".new"

// ensureFile makes the file with its schema where there is none. The name appears when all of it is on disk: a power
// cut in between leaves nothing that would be taken for a store. The directory is locked.
func (s *Store) ensureFile(segments []uint32) error {
	missing, err := isMissing(filepath.Join(s.dir, dataFile))
	if err != nil || !missing {
		return err
	}
	if len(segments) > 0 {
		return ErrIncomplete // an empty store over bodies that a lost file named would hide the loss
	}
	return s.createFile()
}

// isMissing is true for an empty file as well: no program makes one, a lost disk does.
func isMissing(path string) (bool, error) {
	info, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		return true, nil
	}
	return err == nil && info.Size() == 0, err
}

func (s *Store) createFile() error {
	path := filepath.Join(s.dir, newFile)
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	db, err := openDB(path)
	if err != nil {
		return err
	}
	if err := errors.Join(db.Update(s.createSchema), db.Close()); err != nil {
		return err
	}
	if err := os.Rename(path, filepath.Join(s.dir, dataFile)); err != nil {
		return err
	}
	return syncDir(s.dir)
}

// createSchema makes the buckets and the log's empty head.
func (s *Store) createSchema(tx *bbolt.Tx) error {
	for _, name := range buckets() {
		if _, err := tx.CreateBucket([]byte(name)); err != nil {
			return err
		}
	}
	root, err := translog.Root(0, view{tx})
	if err != nil {
		return err
	}
	checkpoint, err := translog.SignCheckpoint(translog.Checkpoint{Origin: s.options.Origin, Root: root}, s.options.Signer)
	if err != nil {
		return err
	}
	meta := tx.Bucket([]byte(bMeta))
	return errors.Join(
		tx.Bucket([]byte(bCheckpoints)).Put(uintKey(0), checkpoint),
		meta.Put([]byte(keyHead), encode(head{Root: root})),
		meta.Put([]byte(keyOrigin), []byte(s.options.Origin)),
		meta.Put([]byte(keySchema), []byte(strconv.Itoa(SchemaVersion))),
	)
}
