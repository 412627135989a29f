package console

import (
	"crypto/rand"
	"encoding/hex"
	"slices"
	"sync"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/directory"
)

const (
	mostImports = 4 // that are kept, whoever sent them: a constant of memory (DESIGN P9)
	importsKept = 30 * time.Minute
)

// imports are the files that operators have sent and not yet confirmed. They lie in memory: who finds theirs gone sends
// it again.
type imports struct {
	mu  sync.Mutex
	all []*importing // the oldest first
}

// An importing is one file on its way into the directory. mu is held by whoever looks at it or writes it.
type importing struct {
	id, person string
	kind       string // of the file, as the log has it
	look       lookAt
	until      time.Time // owned by imports

	mu    sync.Mutex
	raw   []byte            // nil once it is written
	done  *directory.Report // what was written
	moved exchange.Moved
}

func (f *importing) end(r directory.Report, m exchange.Moved) { f.done, f.moved, f.raw = &r, m, nil }

// keep puts a file by and names it. Each person has one; the oldest goes where there are too many.
func (s *imports) keep(f *importing, now time.Time) string {
	raw := make([]byte, 16)
	_, _ = rand.Read(raw) // never fails
	f.id, f.until = hex.EncodeToString(raw), now.Add(importsKept)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drop(func(x *importing) bool { return x.person == f.person || now.After(x.until) })
	if len(s.all) == mostImports {
		s.all = s.all[1:]
	}
	s.all = append(s.all, f)
	return f.id
}

func (s *imports) drop(gone func(*importing) bool) { s.all = slices.DeleteFunc(s.all, gone) }

// find is the file of that name if it is that person's.
func (s *imports) find(id, person string, now time.Time) (*importing, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drop(func(x *importing) bool { return now.After(x.until) })
	for _, f := range s.all {
		if f.id == id && f.person == person {
			return f, true
		}
	}
	return nil, false
}
