package bolt

import (
	"fmt"
	"strconv"

	"go.etcd.io/bbolt"
)

// upgrade brings a file of an older schema up to this one, in one transaction: half of an upgrade is none. A file that
// load will refuse is left as it is.
func (s *Store) upgrade() error {
	from := 0
	err := s.db.View(func(tx *bbolt.Tx) error {
		v := view{tx}
		if v.bucket(bMeta) == nil || string(v.get(bMeta, []byte(keyOrigin))) != s.options.Origin {
			return nil
		}
		from, _ = strconv.Atoi(string(v.get(bMeta, []byte(keySchema)))) // load says what is wrong with it
		return nil
	})
	if err != nil || from < 1 || from >= SchemaVersion {
		return err
	}
	s.options.Logger.Info("upgrading the file", "from", from, "to", SchemaVersion)
	return s.db.Update(func(tx *bbolt.Tx) error { return upgradeTx(s, tx, from) })
}

func upgradeTx(s *Store, tx *bbolt.Tx, from int) error {
	for _, name := range buckets() {
		if _, err := tx.CreateBucketIfNotExists([]byte(name)); err != nil {
			return err
		}
	}
	g := newGroup(s, tx)
	if from < 2 {
		if err := g.takeUpNumbers(); err != nil {
			return err
		}
	} // schema 3 has nothing that what is there asks for: no message before it acts on another
	g.put(bMeta, []byte(keySchema), []byte(strconv.Itoa(SchemaVersion)))
	return g.failed
}

// takeUpNumbers makes the rows that schema 1 has not, from the oldest message to the newest. Marks of deliveries that
// were made before there were clocks are made when the delivery is next written.
func (g *group) takeUpNumbers() (err error) {
	g.each(bTime, nil, func(key, _ []byte) bool {
		m, _, failed := decodeMessage(g.get(bMessages, key[timeSize:]))
		if failed != nil {
			err = fmt.Errorf("message %x: %w", key[timeSize:], failed)
			return false
		}
		g.number(m)
		return true
	})
	return err
}
