package storetest

import (
	"net/netip"
	"reflect"
	"sync/atomic"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
)

var directoryCases = []check{
	{"an agency is kept with all it has", func(h *hub) {
		a := h.agency(commune)
		a.Aliases = []exchange.AgencyID{"H46.12.001"}
		a.Endpoint = exchange.Endpoint{URL: "https://example.invalid/in", Secret: "whsec_x", Allow: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}}
		a.Certificates = []exchange.Certificate{{DER: []byte{1, 2, 3}, From: h.now}}
		a.Keys = []exchange.Key{{ID: "key_1", Digest: []byte{4, 5}, Created: h.now, Until: h.now.Add(time.Hour)}}
		side := h.side("vì sao")
		h.writes(1, "a new agency", func() { a.Version = must(h.PutAgency(h.ctx, a, h.changed(a.ID), side))(h) })
		rec := must(h.Entry(h.ctx, h.size()-1))(h)
		if rec.Entry.Type != translog.AgencyChanged || rec.Entry.Addressee != string(commune) || rec.Side == nil || rec.Entry.Side != side.Hash() {
			h.Errorf("logged as %+v, want the change with its side record", rec)
		}
		h.reopen()
		if all := must(h.Agencies(h.ctx, 0))(h); len(all) != 1 || !reflect.DeepEqual(normal(all[0]), normal(a)) {
			h.Errorf("the directory holds %+v, want %+v", all, a)
		}
	}},
	{"a change needs the version it was made from", func(h *hub) {
		a := h.agency(commune)
		v1 := must(h.PutAgency(h.ctx, a, h.changed(a.ID), nil))(h)
		for what, stale := range map[string]uint64{"a second creation": 0, "a version to come": v1 + 1} {
			h.conflict(a, stale, what)
		}
		a.Version, a.Name = v1, "Xã Mỹ Lung (mới)"
		v2 := must(h.PutAgency(h.ctx, a, h.changed(a.ID), nil))(h)
		if v2 <= v1 {
			h.Errorf("version went from %d to %d", v1, v2)
		}
		h.conflict(a, v1, "an old version")
		h.conflict(h.agency(ward), v2, "the version of what is not there")
		if all := must(h.Agencies(h.ctx, 0))(h); len(all) != 1 || all[0].Name != a.Name || all[0].Version != v2 {
			h.Errorf("the directory holds %+v, want the second version", all)
		}
	}},
	{"versions rise over the whole directory and tell what is new", func(h *hub) {
		var versions []uint64
		for _, id := range []exchange.AgencyID{province, district, commune} {
			versions = append(versions, must(h.PutAgency(h.ctx, h.agency(id), h.changed(id), nil))(h))
		}
		first := h.agency(province)
		first.Version = versions[0]
		versions = append(versions, must(h.PutAgency(h.ctx, first, h.changed(province), nil))(h))
		h.reopen()
		for since, want := range map[uint64][]exchange.AgencyID{
			0: {district, commune, province}, versions[0]: {district, commune, province},
			versions[1]: {commune, province}, versions[2]: {province}, versions[3]: nil,
		} {
			var got []exchange.AgencyID
			for _, a := range must(h.Agencies(h.ctx, since))(h) {
				got = append(got, a.ID)
			}
			if !reflect.DeepEqual(got, want) {
				h.Errorf("changed since %d of %v: %v, want %v", since, versions, got, want)
			}
		}
	}},
	{"of many changes at once one is made", func(h *hub) {
		var made atomic.Int64
		together(10, func(int) {
			if _, err := h.PutAgency(h.ctx, h.agency(commune), h.changed(commune), nil); err == nil {
				made.Add(1)
			} else if exchange.KindOf(err) != exchange.Conflict {
				h.Errorf("refused with %v, want %s", err, exchange.Conflict)
			}
		})
		if made.Load() != 1 {
			h.Errorf("%d were made, want 1", made.Load())
		}
	}},
	{"an import is made whole or not at all", imported},
}

func imported(h *hub) {
	many := []exchange.Agency{h.agency(province), h.agency(district), h.agency(commune)}
	h.writes(1, "an import", func() {
		if err := h.PutAgencies(h.ctx, many, h.changed(province), nil); err != nil {
			h.Fatal(err)
		}
	})
	h.writes(0, "a refused import", func() {
		err := h.PutAgencies(h.ctx, []exchange.Agency{h.agency(ward), h.agency(district)}, h.changed(province), nil)
		h.refused(err, exchange.Conflict, "an import over what is there")
	})
	h.reopen()
	all := must(h.Agencies(h.ctx, 0))(h)
	if len(all) != 3 {
		h.Errorf("%d agencies, want the 3 of the first import", len(all))
	}
	versions := map[uint64]bool{}
	for i, a := range all {
		if a.Version == 0 || versions[a.Version] {
			h.Errorf("agency %s has version %d, want one of its own", a.ID, a.Version)
		}
		versions[a.Version] = true
		all[i].Name += " (mới)"
	}
	if err := h.PutAgencies(h.ctx, all, h.changed(province), nil); err != nil {
		h.Errorf("an import of changes: %v", err)
	}
}

func (h *hub) agency(id exchange.AgencyID) exchange.Agency {
	return exchange.Agency{ID: id, Name: "Cơ quan " + string(id), Level: exchange.Commune, Channel: channel(id)}
}

func (h *hub) changed(id exchange.AgencyID) translog.Entry {
	return translog.Entry{Type: translog.AgencyChanged, Actor: "operator:an", Addressee: string(id), Time: h.now}
}

func (h *hub) conflict(a exchange.Agency, version uint64, what string) {
	h.Helper()
	a.Version = version
	h.writes(0, what, func() {
		_, err := h.PutAgency(h.ctx, a, h.changed(a.ID), nil)
		h.refused(err, exchange.Conflict, what)
	})
}
