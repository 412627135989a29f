package bolt

import (
	"bytes"
	"context"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
)

// PutAgency implements store.Directory.
func (s *Store) PutAgency(ctx context.Context, a exchange.Agency, e translog.Entry, side *translog.Side) (version uint64, err error) {
	err = s.do(ctx, func(g *group) (err error) {
		version, err = g.putAgencies([]exchange.Agency{a}, e, side)
		return err
	})
	return version, err
}

// PutAgencies implements store.Directory.
func (s *Store) PutAgencies(ctx context.Context, as []exchange.Agency, e translog.Entry, side *translog.Side) error {
	return s.do(ctx, func(g *group) error {
		_, err := g.putAgencies(as, e, side)
		return err
	})
}

// putAgencies writes all or none and returns the version of the last.
func (g *group) putAgencies(as []exchange.Agency, e translog.Entry, side *translog.Side) (uint64, error) {
	if err := g.checkVersions(as); err != nil {
		return 0, err
	}
	if _, err := g.log(e, side, g.now(e.Time)); err != nil {
		return 0, err
	}
	var version int64
	if v := g.get(bMeta, []byte(keyDirectory)); v != nil {
		version = keyUint(v)
	}
	for _, a := range as {
		if a.Version > 0 {
			g.delete(bAgencyIndex, uintKey(int64(a.Version)))
		}
		version++
		a.Version = uint64(version)
		g.put(bAgencies, []byte(a.ID), encode(a))
		g.put(bAgencyIndex, uintKey(version), []byte(a.ID))
	}
	g.put(bMeta, []byte(keyDirectory), uintKey(version))
	return uint64(version), nil
}

// checkVersions compares each agency's version with the stored one. An agency may be named once only.
func (v view) checkVersions(as []exchange.Agency) error {
	seen := make(map[exchange.AgencyID]bool, len(as))
	for _, a := range as {
		if a.ID == "" {
			return exchange.Errorf(exchange.BadRequest, "an agency needs an identifier")
		}
		current, err := v.agencyVersion(a.ID)
		if err != nil {
			return err
		}
		if current != a.Version || seen[a.ID] {
			return exchange.Errorf(exchange.Conflict, "agency %s is at version %d, not %d", a.ID, current, a.Version)
		}
		seen[a.ID] = true
	}
	return nil
}

func (v view) agencyVersion(id exchange.AgencyID) (uint64, error) {
	record := v.get(bAgencies, []byte(id))
	if record == nil {
		return 0, nil
	}
	var a exchange.Agency
	err := decode(record, &a)
	return a.Version, err
}

// Agencies implements store.Directory.
func (s *Store) Agencies(ctx context.Context, since uint64) (list []exchange.Agency, err error) {
	err = s.view(ctx, func(v view) error {
		list = nil
		c := v.bucket(bAgencyIndex).Cursor()
		for k, id := c.Seek(uintKey(int64(since + 1))); k != nil; k, id = c.Next() {
			var a exchange.Agency
			if err := decode(v.get(bAgencies, bytes.Clone(id)), &a); err != nil {
				return err
			}
			list = append(list, a)
		}
		return nil
	})
	return list, err
}
