package directory_test

import (
	"bytes"
	"context"
	"slices"
	"testing"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/directory"
	"github.com/lienthong/lienthong/exchange/translog"
)

// A shelf is a store in memory: a fuzzer has no time for a disk.
type shelf struct {
	all    []exchange.Agency // in order of version
	writes int
}

func (s *shelf) PutAgency(_ context.Context, a exchange.Agency, _ translog.Entry, _ *translog.Side) (uint64, error) {
	s.put(a)
	return uint64(len(s.all)), nil
}

func (s *shelf) PutAgencies(_ context.Context, as []exchange.Agency, e translog.Entry, _ *translog.Side) error {
	if int(e.Count) != len(as) {
		return exchange.Internal
	}
	s.put(as...)
	return nil
}

func (s *shelf) put(as ...exchange.Agency) {
	for _, a := range as {
		a.Version = uint64(len(s.all) + 1)
		s.all = append(s.all, a)
	}
	s.writes++
}

func (s *shelf) Agencies(_ context.Context, since uint64) ([]exchange.Agency, error) {
	return slices.Clone(s.all[since:]), nil
}

// stocked is a directory over a shelf, with H41 under H40, which has the alias B1.
func stocked(t testing.TB) (*directory.Directory, *shelf) {
	t.Helper()
	s := &shelf{}
	d, err := directory.Open(t.Context(), s, directory.Options{})
	if err != nil {
		t.Fatal(err)
	}
	top, under := commune("H40"), commune("H41")
	top.Aliases, under.Parent = []exchange.AgencyID{"B1"}, "H40"
	for _, a := range []exchange.Agency{top, under} {
		if _, err := d.Put(t.Context(), by, a); err != nil {
			t.Fatal(err)
		}
	}
	return d, s
}

// Whatever the file, an import is refused with a line for each mistake, or what it says stands and a repeat is nothing.
func FuzzImport(f *testing.F) {
	f.Add([]byte(small))
	f.Add([]byte("\ufeffid;name;level;aliases\r\nX;\"a;b\";commune;C|D\r\n"))
	f.Add([]byte("id,name,level,parent\nX,a,commune,Y\nY,b,commune,X\n"))
	f.Add([]byte("id,name,level,parent,aliases\nH40,a,commune,,\nB1,b,commune,H41,H40\n"))
	f.Add([]byte("id,name,level\nX,\"a\nb\",commune\n\"\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		d, s := stocked(t)
		read := func() (directory.Report, error) { return d.Import(t.Context(), by, bytes.NewReader(file), false) }
		report, err := read()
		after, _ := d.List(0)
		if err != nil {
			e := refused(t, err, exchange.BadRequest)
			if len(report.Mistakes) == 0 || len(e.Faults) == 0 || e.Line == 0 || s.writes != 2 {
				t.Fatalf("refused as %+v, %+v, after %d writes", e, report, s.writes)
			}
			return
		}
		if len(after) != 2+report.Added || report.Rows != report.Added+report.Changed+report.Unchanged {
			t.Fatalf("report = %+v; two agencies before, %d after", report, len(after))
		}
		wrote := s.writes
		if again, err := read(); err != nil || again.Unchanged != report.Rows || s.writes != wrote {
			t.Fatalf("again: %+v, %v, %d writes", again, err, s.writes-wrote)
		}
	})
}
