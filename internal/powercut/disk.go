package powercut

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
)

const (
	sectorSize = 512
	pageSize   = 4096
)

// A disk is what is durable, and what is on its way.
type disk struct {
	files   map[int]*file
	names   map[string]int // durable entries; 0 is a directory
	entries []entry        // made and not yet durable, in order
	writes  map[int]*write // under way, by call
	syncs   map[int]saving // under way, by call
}

// An entry is a change of a directory that its next sync makes durable.
type entry struct {
	event
	done bool
}

// A file is known by pages, so that holes cost nothing.
type file struct {
	image
	pending []*write
}

// An image is the content of a file.
type image struct {
	pages map[int64]*[pageSize]byte // never changed once shared: see write
	size  int64
}

// A write is on its way to the disk; truncate sets the size to off.
type write struct {
	off      int64
	data     []byte
	truncate bool
	done     bool // the call has returned
}

// saving is what a sync will have made durable when it returns.
type saving struct {
	ino    int
	dir    string
	writes []*write
	upTo   int // entries, for a directory
}

func newDisk() *disk {
	return &disk{files: map[int]*file{}, names: map[string]int{".": 0}, writes: map[int]*write{}, syncs: map[int]saving{}}
}

// apply lets an event happen.
func (d *disk) apply(e event) error {
	switch e.kind {
	case created, madeDir, renamed, unlinked:
		if e.kind == created {
			d.files[e.ino] = &file{image: image{pages: map[int64]*[pageSize]byte{}}}
		}
		d.entries = append(d.entries, entry{event: e})
	case truncated:
		f := d.files[e.ino]
		f.pending = append(f.pending, &write{off: e.off, truncate: true, done: true})
	case writing:
		w := &write{off: e.off, data: e.data}
		d.writes[e.id] = w
		d.files[e.ino].pending = append(d.files[e.ino].pending, w)
	case written:
		w := d.writes[e.id]
		delete(d.writes, e.id)
		w.data, w.done = w.data[:e.off], true
	case copied:
		f := d.files[e.ino]
		f.pending = append(f.pending, &write{off: e.off, data: d.files[e.from.ino].current().read(e.from.off, e.from.n), done: true})
	case syncing:
		d.syncs[e.id] = d.saving(e)
	case synced:
		d.save(d.syncs[e.id])
		delete(d.syncs, e.id)
	case syncFailed:
		return fmt.Errorf("powercut: a sync of the recorded process failed")
	}
	return nil
}

// current is the file as a running process sees it.
func (f *file) current() image {
	i := f.image.clone()
	for _, w := range f.pending {
		i.write(w.off, w.data, w.truncate)
	}
	return i
}

// saving is what is there when a sync begins.
func (d *disk) saving(e event) saving {
	if e.ino == 0 {
		return saving{dir: e.path, upTo: len(d.entries)}
	}
	s := saving{ino: e.ino}
	for _, w := range d.files[e.ino].pending {
		if w.done {
			s.writes = append(s.writes, w)
		}
	}
	return s
}

func (d *disk) save(s saving) {
	if s.ino == 0 {
		for i := range d.entries[:s.upTo] {
			if e := &d.entries[i]; !e.done && filepath.Dir(e.path) == s.dir {
				e.done = true
				rename(d.names, e.event)
			}
		}
		return
	}
	f := d.files[s.ino]
	for _, w := range s.writes {
		f.image.write(w.off, w.data, w.truncate)
	}
	f.pending = slices.DeleteFunc(f.pending, func(w *write) bool { return slices.Contains(s.writes, w) })
}

// rename carries out a change of a directory.
func rename(names map[string]int, e event) {
	switch e.kind {
	case created, madeDir:
		names[e.path] = e.ino
	case renamed:
		names[e.to] = names[e.path]
		delete(names, e.path)
	case unlinked:
		delete(names, e.path)
	}
}

// write puts bytes at their place, on fresh pages: the old ones may be part of another image.
func (i *image) write(off int64, data []byte, truncate bool) {
	if truncate {
		i.truncate(off)
		return
	}
	for len(data) > 0 {
		number, at := off/pageSize, off%pageSize
		n := min(int64(len(data)), pageSize-at)
		page := new([pageSize]byte)
		if old := i.pages[number]; old != nil {
			*page = *old
		}
		copy(page[at:], data[:n])
		i.pages[number] = page
		off, data = off+n, data[n:]
		i.size = max(i.size, off)
	}
}

func (i image) read(off, n int64) []byte {
	data := make([]byte, n)
	for at := off; at < off+n; {
		next := min((at/pageSize+1)*pageSize, off+n)
		if page := i.pages[at/pageSize]; page != nil {
			copy(data[at-off:next-off], page[at%pageSize:])
		}
		at = next
	}
	return data
}

func (i *image) truncate(size int64) {
	for number, old := range i.pages {
		start := number * pageSize
		if start >= size {
			delete(i.pages, number)
		} else if start+pageSize > size {
			page := *old
			clear(page[size-start:])
			i.pages[number] = &page
		}
	}
	i.size = size
}

func (i image) clone() image { return image{maps.Clone(i.pages), i.size} }
