package bolt

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"go.etcd.io/bbolt"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
)

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
	s.options.Logger.Info("the file is brought to a newer schema", "from", version, "to", SchemaVersion)
	return s.db.Update(func(tx *bbolt.Tx) error { return upgradeTx(s, tx) })
}

func upgradeTx(s *Store, tx *bbolt.Tx) error {
	for _, name := range buckets() {
		if _, err := tx.CreateBucketIfNotExists([]byte(name)); err != nil {
			return err
		}
	}
	g := newGroup(s, tx)
	if err := g.takeUp(); err != nil {
		return err
	}
	if err := g.listAll(); err != nil {
		return err
	}
	if err := g.hideUnexposed(); err != nil {
		return err
	}
	g.put(bMeta, []byte(keySchema), []byte(strconv.Itoa(SchemaVersion)))
	return g.failed
}

// takeUp makes the rows that schema 1 has not, from the oldest message to the newest: by number and by the certificate
// of the signer. Marks of deliveries that were made before there were clocks are made when the delivery is next written.
func (g *group) takeUp() (err error) {
	g.each(bTime, nil, func(key, _ []byte) bool {
		m, _, failed := decodeMessage(g.get(bMessages, key[timeSize:]))
		if failed != nil {
			err = fmt.Errorf("message %x: %w", key[timeSize:], failed)
			return false
		}
		g.number(m)
		for _, r := range signedRows(m) {
			g.put(r.bucket, r.key, nil)
		}
		return true
	})
	return err
}

// hideUnexposed recounts what addressees received: schema 1 has in it what was not handed out yet.
func (g *group) hideUnexposed() (err error) {
	received := []byte{'r'}
	g.each(bCounts, received, func(key, value []byte) bool {
		g.counts[string(key)] = -keyUint(value)
		return true
	})
	g.each(bDeliveries, nil, func(key, record []byte) bool {
		var d exchange.Delivery
		if failed := decode(record, &d); failed != nil {
			err = fmt.Errorf("delivery %x: %w", key, failed)
			return false
		}
		if d.Found() {
			g.counts[receivedKey(d)]++
		}
		return true
	})
	g.writeCounts()
	return err
}

// listAll makes the rows of the lists that schema 1 has not: of every delivery, document and entry.
func (g *group) listAll() (err error) {
	g.each(bTime, nil, func(key, _ []byte) bool {
		err = g.listMessage(keyID[exchange.MessageID](key[timeSize:]))
		return err == nil
	})
	if err != nil {
		return err
	}
	g.each(bLog, nil, func(key, text []byte) bool {
		var e translog.Entry
		if e, err = translog.ParseEntry(text); err != nil {
			err = fmt.Errorf("entry %d: %w", keyUint(key), err)
			return false
		}
		for _, r := range entryRows(e, keyUint(key)) {
			g.putRow(r)
		}
		return true
	})
	return errors.Join(err, g.writeProgress())
}

func (g *group) listMessage(id exchange.MessageID) error {
	m, _, err := g.message(id)
	if err != nil {
		return err
	}
	ds, err := g.deliveriesOf(m)
	if err != nil {
		return err
	}
	for _, d := range ds {
		key, _ := idKey(d.ID)
		listRows(d, append(appendTime(nil, d.AcceptedAt), key...), func(bucket string, parts ...[]byte) {
			g.putRow(row{bucket, slices.Concat(parts...)})
		})
		g.progress(nil, d, m)
	}
	return nil
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
