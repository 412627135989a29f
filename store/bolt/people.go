package bolt

import (
	"bytes"
	"context"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
)

// PutPerson implements store.Directory.
func (s *Store) PutPerson(ctx context.Context, p exchange.Person, e translog.Entry, side *translog.Side) (version uint64, err error) {
	err = s.do(ctx, func(g *group) (err error) {
		version, err = g.putPerson(p, e, side)
		return err
	})
	return version, err
}

func (g *group) putPerson(p exchange.Person, e translog.Entry, side *translog.Side) (uint64, error) {
	if p.Login == "" {
		return 0, exchange.Errorf(exchange.BadRequest, "a person needs a login")
	}
	current, err := g.personVersion(p.Login)
	if err != nil {
		return 0, err
	}
	if current != p.Version {
		return 0, exchange.Errorf(exchange.Conflict, "person %s is at version %d, not %d", p.ID, current, p.Version)
	}
	if _, err := g.log(e, side, g.now(e.Time)); err != nil {
		return 0, err
	}
	if p.Version > 0 {
		g.delete(bPersonIndex, uintKey(int64(p.Version)))
	}
	version := g.peopleVersion() + 1
	p.Version = uint64(version)
	g.put(bPeople, []byte(p.Login), encode(p))
	g.put(bPersonIndex, uintKey(version), []byte(p.Login))
	g.put(bMeta, []byte(keyPeople), uintKey(version))
	return p.Version, nil
}

func (v view) peopleVersion() int64 {
	if value := v.get(bMeta, []byte(keyPeople)); value != nil {
		return keyUint(value)
	}
	return 0
}

func (v view) personVersion(login string) (uint64, error) {
	record := v.get(bPeople, []byte(login))
	if record == nil {
		return 0, nil
	}
	var p exchange.Person
	err := decode(record, &p)
	return p.Version, err
}

// People implements store.Directory.
func (s *Store) People(ctx context.Context, since uint64) (list []exchange.Person, err error) {
	err = s.view(ctx, func(v view) error {
		list = nil
		c := v.bucket(bPersonIndex).Cursor()
		for k, login := c.Seek(uintKey(int64(since + 1))); k != nil; k, login = c.Next() {
			var p exchange.Person
			if err := decode(v.get(bPeople, bytes.Clone(login)), &p); err != nil {
				return err
			}
			list = append(list, p)
		}
		return nil
	})
	return list, err
}

func (c *checker) checkPeople() {
	var rows, newest int64
	c.walk(bPersonIndex, func(key, login []byte) {
		rows++
		newest = max(newest, keyUint(key))
		if version, err := c.personVersion(string(login)); err != nil || int64(version) != keyUint(key) {
			c.broken("person %q: index says version %d, record %d (%v)", login, keyUint(key), version, err)
		}
	})
	c.walk(bPeople, func(_, _ []byte) { rows-- })
	if rows != 0 {
		c.broken("ix_person: %d rows too few or too many", rows)
	}
	if v := c.peopleVersion(); v < newest {
		c.broken("the people's version %d is behind %d", v, newest)
	}
}
