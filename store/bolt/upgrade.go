package bolt

import (
	"fmt"
	"strconv"

	"go.etcd.io/bbolt"
)

// upgrade makes a file of an older schema one of this program's, in one transaction. A file of this schema is not
// written to, and neither is one that load will refuse: of a newer schema, of another log, or damaged.
func (s *Store) upgrade() error {
	from := 0
	err := s.db.View(func(tx *bbolt.Tx) (err error) {
		from, err = view{tx}.olderSchema(s.options)
		return err
	})
	if err != nil || from == 0 {
		return err
	}
	if err := s.db.Update(addRevocation); err != nil {
		return fmt.Errorf("schema 1 to 2: %w", err)
	}
	s.options.Logger.Info("the store was brought to a new schema", "from", from, "to", SchemaVersion)
	return nil
}

// olderSchema is the schema of a file that is to be brought to this program's; 0 if it is not.
func (v view) olderSchema(o Options) (int, error) {
	meta := v.bucket(bMeta)
	if meta == nil || string(meta.Get([]byte(keyOrigin))) != o.Origin || v.bucket(bCheckpoints) == nil {
		return 0, nil
	}
	version, err := strconv.Atoi(string(meta.Get([]byte(keySchema))))
	if err != nil || version != 1 {
		return 0, nil
	}
	return version, v.checkKey(o.Signer)
}

// addRevocation is the step from schema 1 to 2: messages are found by the certificate of their signer.
func addRevocation(tx *bbolt.Tx) error {
	for _, name := range []string{bEvidence, bCert, bUnproven} {
		if _, err := tx.CreateBucketIfNotExists([]byte(name)); err != nil {
			return err
		}
	}
	err := tx.Bucket([]byte(bMessages)).ForEach(func(_, record []byte) error {
		m, _, err := decodeMessage(record)
		if err != nil {
			return err
		}
		return putRows(tx, signedRows(m))
	})
	if err != nil {
		return err
	}
	return tx.Bucket([]byte(bMeta)).Put([]byte(keySchema), []byte(strconv.Itoa(2)))
}

func putRows(tx *bbolt.Tx, rows []row) error {
	for _, r := range rows {
		if err := tx.Bucket([]byte(r.bucket)).Put(r.key, nil); err != nil {
			return err
		}
	}
	return nil
}
