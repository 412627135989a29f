package storetest

import (
	"net/netip"
	"reflect"
	"sync/atomic"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
)

var peopleCases = []check{
	{"a person is kept with all there is", func(h *hub) {
		p := h.person("an.nguyen")
		p.Invitation = exchange.Invitation{Digest: []byte{1}, Until: h.now.Add(time.Hour)}
		p.Password, p.SecondFactor, p.Step, p.Recovery = "$argon2id$x", []byte{2, 3}, 7, [][]byte{{4}, {5}}
		p.Disabled, p.DisabledBy, p.BreakGlass = h.now, "operator:hoa", true
		p.Sessions = []exchange.Session{{ID: p.ID + ".s", Digest: []byte{6}, Created: h.now, Until: h.now.Add(time.Hour),
			Address: netip.MustParseAddr("192.0.2.7"), Agent: "Firefox"}}
		side := h.side("vì sao")
		h.writes(1, "a new person", func() { p.Version = must(h.PutPerson(h.ctx, p, h.personChanged(p), side))(h) })
		rec := must(h.Entry(h.ctx, h.size()-1))(h)
		if rec.Entry.Type != translog.PersonChanged || rec.Entry.Code != p.ID || rec.Side == nil || rec.Entry.Side != side.Hash() {
			h.Errorf("logged as %+v, want the change with its side record", rec)
		}
		h.reopen()
		if all := must(h.People(h.ctx, 0))(h); len(all) != 1 || !reflect.DeepEqual(normal(all[0]), normal(p)) {
			h.Errorf("the people are %+v, want %+v", all, p)
		}
	}},
	{"a change of a person needs the version it was made from", func(h *hub) {
		p := h.person("an.nguyen")
		v1 := must(h.PutPerson(h.ctx, p, h.personChanged(p), nil))(h)
		for what, stale := range map[string]uint64{"a second person of that login": 0, "a version to come": v1 + 1} {
			h.stalePerson(p, stale, what)
		}
		p.Version, p.Name = v1, "Nguyễn Thị An (mới)"
		v2 := must(h.PutPerson(h.ctx, p, h.personChanged(p), nil))(h)
		h.stalePerson(p, v1, "an old version")
		h.stalePerson(h.person("binh"), v2, "the version of who is not there")
		if all := must(h.People(h.ctx, 0))(h); v2 <= v1 || len(all) != 1 || all[0].Name != p.Name || all[0].Version != v2 {
			h.Errorf("the people are %+v after versions %d and %d, want the second", all, v1, v2)
		}
	}},
	{"a person without a login is refused", func(h *hub) {
		h.writes(0, "nobody", func() {
			_, err := h.PutPerson(h.ctx, exchange.Person{ID: "p"}, h.personChanged(exchange.Person{ID: "p"}), nil)
			h.refused(err, exchange.BadRequest, "a person without a login")
		})
	}},
	{"versions of people tell what is new, and are no versions of agencies", func(h *hub) {
		before := must(h.PutAgency(h.ctx, h.agency(commune), h.changed(commune), nil))(h)
		var versions []uint64
		for _, login := range []string{"an", "binh", "chi"} {
			p := h.person(login)
			versions = append(versions, must(h.PutPerson(h.ctx, p, h.personChanged(p), nil))(h))
		}
		first := h.person("an")
		first.Version = versions[0]
		versions = append(versions, must(h.PutPerson(h.ctx, first, h.personChanged(first), nil))(h))
		h.reopen()
		for since, want := range map[uint64][]string{
			0: {"binh", "chi", "an"}, versions[0]: {"binh", "chi", "an"}, versions[1]: {"chi", "an"}, versions[2]: {"an"}, versions[3]: nil,
		} {
			var got []string
			for _, p := range must(h.People(h.ctx, since))(h) {
				got = append(got, p.Login)
			}
			if !reflect.DeepEqual(got, want) {
				h.Errorf("changed since %d of %v: %v, want %v", since, versions, got, want)
			}
		}
		if all := must(h.Agencies(h.ctx, before))(h); len(all) != 0 {
			h.Errorf("%d agencies changed with the people, want none", len(all))
		}
	}},
	{"of many changes of a person at once one is made", func(h *hub) {
		var made atomic.Int64
		p := h.person("an")
		together(10, func(int) {
			if _, err := h.PutPerson(h.ctx, p, h.personChanged(p), nil); err == nil {
				made.Add(1)
			} else if exchange.KindOf(err) != exchange.Conflict {
				h.Errorf("refused with %v, want %s", err, exchange.Conflict)
			}
		})
		if made.Load() != 1 {
			h.Errorf("%d were made, want 1", made.Load())
		}
	}},
}

func (h *hub) person(login string) exchange.Person {
	return exchange.Person{Login: login, ID: "p-" + login, Name: "Nguyễn " + login, Agency: commune,
		Roles: []exchange.PersonRole{exchange.Clerk}, Created: h.now}
}

func (h *hub) personChanged(p exchange.Person) translog.Entry {
	return translog.Entry{Type: translog.PersonChanged, Actor: "operator:an", Addressee: string(commune), Code: p.ID, Time: h.now}
}

func (h *hub) stalePerson(p exchange.Person, version uint64, what string) {
	h.Helper()
	p.Version = version
	h.writes(0, what, func() {
		_, err := h.PutPerson(h.ctx, p, h.personChanged(p), nil)
		h.refused(err, exchange.Conflict, what)
	})
}
