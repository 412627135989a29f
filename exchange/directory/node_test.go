package directory_test

import (
	"strings"
	"testing"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/directory"
)

// A second directory over the same store is another node of a cluster.
func TestAnotherNode(t *testing.T) {
	t.Run("acts on what the other did", func(t *testing.T) {
		w := planted(t)
		other := w.over(w.store)
		acts := w.acts(t.Context(), other, by)
		for _, name := range []string{"SetEndpoint", "AddCertificate", "IssueKey"} {
			_, err := w.Put(t.Context(), by, commune(exchange.AgencyID("N-"+name)))
			w.must(err)
			w.must(acts[name]())
			stale := w.get("H41")
			if name == "AddCertificate" {
				w.must(w.RevokeKey(t.Context(), by, "H41", stale.Keys[0].ID))
			} else {
				_, _, err = w.IssueKey(t.Context(), by, "H41", directory.KeyOptions{})
				w.must(err)
			}
			if now := w.get("H41"); now.Version <= stale.Version+1 {
				t.Errorf("after %s elsewhere: version %d -> %d", name, stale.Version, now.Version)
			}
		}
		_, _, err := w.IssueKey(t.Context(), by, "H41", directory.KeyOptions{})
		refused(t, err, exchange.Conflict) // the other node's counts
		w.must(other.Refresh(t.Context()))
		w.same("both nodes", w.Directory, other)
		if a := w.get("H41"); a.Endpoint.URL == "" || len(a.Certificates) != 1 || len(a.Keys) != 3 {
			t.Errorf("an act of one node was lost: %+v", a)
		}
	})
	t.Run("Put of a newer version than it knew", func(t *testing.T) {
		w := planted(t)
		other := w.over(w.store)
		a := w.get("H41")
		a.Name = "Một"
		a = w.put(a)
		a.Name = "Hai"
		got, err := other.Put(t.Context(), by, a)
		if err != nil || got.Name != "Hai" {
			t.Errorf("Put = %+v, %v", got, err)
		}
	})
	t.Run("Put of an older version than there is", func(t *testing.T) {
		w := planted(t)
		other := w.over(w.store)
		a := w.get("H41")
		a.Name = "Một"
		w.put(a)
		a.Name = "Hai"
		_, err := other.Put(t.Context(), by, a)
		refused(t, err, exchange.Conflict)
		w.must(w.Refresh(t.Context()))
		if got := w.get("H41").Name; got != "Một" {
			t.Errorf("name = %s, want Một: the later Put did not know of it", got)
		}
	})
	t.Run("Import over what the other changed", func(t *testing.T) {
		w := planted(t)
		other := w.over(w.store)
		w.must(w.acts(t.Context(), w.Directory, by)["SetEndpoint"]())
		r, err := other.Import(t.Context(), by, strings.NewReader("id,name,level\nH41,Tên nhập,commune\n"), false)
		if err != nil || r.Changed != 1 {
			t.Fatalf("Import = %+v, %v", r, err)
		}
		if a, _ := other.Agency("H41"); a.Name != "Tên nhập" || a.Endpoint.URL == "" {
			t.Errorf("stands as %+v, want the new name and the other's endpoint", a)
		}
	})
	t.Run("the secret of an endpoint is the one that the other set", func(t *testing.T) {
		w := planted(t)
		e := exchange.Endpoint{URL: "https://a.example.vn", Allow: anywhere()}
		_, err := w.SetEndpoint(t.Context(), by, "H41", e)
		w.must(err)
		other := w.over(w.store)
		e.Secret = secretOf(32)
		_, err = w.SetEndpoint(t.Context(), by, "H41", e)
		w.must(err)
		e.URL, e.Secret = "https://b.example.vn", ""
		if got, err := other.SetEndpoint(t.Context(), by, "H41", e); err != nil || got.Secret != secretOf(32) {
			t.Errorf("secret = %q, %v; want the present one, %q", got.Secret, err, secretOf(32))
		}
	})
}
