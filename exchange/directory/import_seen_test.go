package directory_test

import (
	"strings"
	"testing"

	"github.com/lienthong/lienthong/exchange"
)

// What was looked at is what is written: the same file, into the directory as it was then.
func TestImportSeen(t *testing.T) {
	const mark = "\ufeff"
	changes := map[string]func(w *world) (file string){
		"nothing":             func(*world) string { return small },
		"the file":            func(*world) string { return strings.Replace(small, "xã Một", "xã Hai", 1) },
		"the file, by a mark": func(*world) string { return mark + small },
		"an agency of it":     func(w *world) string { w.put(commune("H40")); return small },
		"an agency besides":   func(w *world) string { w.put(commune("H99")); return small },
		"another node's agency": func(w *world) string {
			_, err := w.over(w.store).Put(t.Context(), by, commune("H40"))
			w.must(err)
			return small
		},
	}
	for name, change := range changes {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			seen, err := w.Import(t.Context(), by, strings.NewReader(small), true)
			w.must(err)
			r, err := w.ImportSeen(t.Context(), by, strings.NewReader(change(w)), seen.Basis)
			_, written := w.Agency("H40.1.1")
			if same := name == "nothing"; same && (err != nil || r.Added != 3 || r.Dry || !written) {
				t.Errorf("the import as seen: %+v, %v", r, err)
			} else if !same && (exchange.KindOf(err) != exchange.Conflict || written) {
				t.Errorf("with %s changed: %v, written %v", name, err, written)
			}
		})
	}
}

// A mapping is held to its look too, and whoever may not import has nothing to look at.
func TestMappingSeen(t *testing.T) {
	w := unreformed(t)
	seen, err := w.mapped(mappingFile, true)
	w.must(err)
	agencies := seen.Basis
	agencies.Kind = "import"
	if _, err := w.ImportSeen(t.Context(), by, strings.NewReader(mappingFile), agencies); err == nil {
		t.Error("a mapping was taken for a table of agencies")
	}
	_, err = w.ImportSeen(t.Context(), exchange.Caller{}, strings.NewReader(mappingFile), seen.Basis)
	refused(t, err, exchange.Forbidden)
	record := w.one(func() {
		_, err := w.ImportSeen(t.Context(), by, strings.NewReader(mappingFile), seen.Basis)
		w.must(err)
	})
	if record.Entry.Kind != "mapping" || record.Entry.Digest != seen.Basis.Digest {
		t.Errorf("logged as %s, want the digest that was seen, %s", spelled(record), seen.Basis.Digest)
	}
	w.none("the same again", func() {
		if _, err := w.ImportSeen(t.Context(), by, strings.NewReader(mappingFile), seen.Basis); exchange.KindOf(err) != exchange.Conflict {
			t.Errorf("the same look served twice: %v", err)
		}
	})
}

// Each difference names its agency as it would be.
func TestDifferencesHaveNames(t *testing.T) {
	w := unreformed(t)
	r, err := w.mapped(mappingFile, true)
	w.must(err)
	for _, d := range r.Differences {
		want := string(d.Agency)
		if a, ok := w.Agency(d.Agency); ok {
			want = a.Name
		}
		if d.Agency == "H40.24.09" {
			want = "UBND xã Chín"
		}
		if d.Name != want {
			t.Errorf("%s is called %q, want %q", d.Agency, d.Name, want)
		}
	}
	if _, err := w.mapped("old,new,from,until,kind\nH40.24,,2025-07-01,,close\n", false); err != nil {
		t.Fatal(err)
	}
	r, err = w.mapped("old,new,from,until,kind\nH40.24,,2025-08-01,,close\n", true)
	refused(t, err, exchange.BadRequest)
	if m := r.Mistakes[0]; !strings.Contains(m.VI, "01/07/2025") || !strings.Contains(m.EN, "2025-07-01") {
		t.Errorf("the day of a closing reads %q, %q", m.VI, m.EN)
	}
}
