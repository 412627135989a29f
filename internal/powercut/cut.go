package powercut

import (
	"errors"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A Fate says what becomes of what was not synced.
type Fate int

const (
	// Lost loses all of it.
	Lost Fate = iota
	// Kept keeps all of it, as kill -9 does.
	Kept
	// Reordered keeps the last write of each file and loses all the others.
	Reordered
	// Mixed keeps, loses, tears or only allocates each name, write, page and sector by chance.
	Mixed
)

// String names the fate in a test's words.
func (f Fate) String() string { return [...]string{"lost", "kept", "reordered", "mixed"}[f] }

// Points are the places of the recording at which a cut teaches something: just before and after the end of each sync,
// and just after each line was printed. A point is the number of events that have happened.
func (r *Recording) Points() []int {
	var at []int
	for i, e := range r.events {
		switch e.kind {
		case synced:
			at = append(at, i, i+1)
		case printed:
			at = append(at, i+1)
		}
	}
	return slices.Compact(at)
}

// Hasty are the points right before the end of a sync during which something was printed: there a promise shows that was
// given without waiting for it.
func (r *Recording) Hasty() []int {
	var at []int
	lines, begun := 0, map[int]int{} // lines printed when a sync began, by call
	for i, e := range r.events {
		switch e.kind {
		case printed:
			lines++
		case syncing:
			begun[e.id] = lines
		case synced:
			if lines > begun[e.id] {
				at = append(at, i)
			}
		}
	}
	return at
}

// Replay lets the recording happen up to each of the points, which must rise, and calls cut there.
func (r *Recording) Replay(points []int, cut func(*Cut) error) error {
	d := newDisk()
	var lines strings.Builder
	for n, e := range r.events {
		if len(points) > 0 && points[0] == n {
			points = points[1:]
			if err := cut(&Cut{Point: n, Printed: lines.String(), disk: d}); err != nil {
				return err
			}
		}
		if e.kind == printed {
			lines.Write(e.data)
		}
		if err := d.apply(e); err != nil {
			return err
		}
	}
	if len(points) > 0 {
		return cut(&Cut{Point: len(r.events), Printed: lines.String(), disk: d})
	}
	return nil
}

// Syncs is the number of syncs that were recorded.
func (r *Recording) Syncs() (n int) {
	for _, e := range r.events {
		if e.kind == synced {
			n++
		}
	}
	return n
}

// A Cut is a moment at which the power fails.
type Cut struct {
	Point   int
	Printed string // all that the process had printed; a line is whole
	disk    *disk
}

// Write builds in dir, which must be an empty directory, what the disk holds after the cut.
func (c *Cut) Write(dir string, f Fate, chance *rand.Rand) error {
	names := maps.Clone(c.disk.names)
	for _, e := range c.disk.entries {
		if !e.done && survives(f, chance) && reachable(names, e.event) {
			rename(names, e.event)
		}
	}
	images := map[int]image{}
	for _, path := range slices.Sorted(maps.Keys(names)) {
		ino := names[path]
		if !rooted(names, path) {
			continue
		}
		if ino == 0 {
			if err := os.MkdirAll(filepath.Join(dir, path), 0o700); err != nil {
				return err
			}
			continue
		}
		if _, ok := images[ino]; !ok {
			images[ino] = c.disk.files[ino].after(f, chance)
		}
		if err := images[ino].save(filepath.Join(dir, path)); err != nil {
			return err
		}
	}
	return nil
}

// rooted: what is durable in a directory that is not is lost with it.
func rooted(names map[string]int, path string) bool {
	for path != "." {
		path = filepath.Dir(path)
		if _, ok := names[path]; !ok {
			return false
		}
	}
	return true
}

func survives(f Fate, chance *rand.Rand) bool {
	return f == Kept || f == Mixed && chance.IntN(2) == 0
}

// reachable: an entry cannot survive the loss of its directory, nor a move the loss of what was moved.
func reachable(names map[string]int, e event) bool {
	_, old := names[e.path]
	return rooted(names, e.path) && (old || e.kind == created || e.kind == madeDir)
}

// after is the file as it may be found.
func (f *file) after(fate Fate, chance *rand.Rand) image {
	i := f.image.clone()
	for n, w := range f.pending {
		switch {
		case fate == Kept, fate == Reordered && n == len(f.pending)-1:
			i.write(w.off, w.data, w.truncate)
		case fate == Mixed:
			w.mixed(&i, chance)
		}
	}
	return i
}

// mixed gives a write one of the fates that it can have.
func (w *write) mixed(i *image, chance *rand.Rand) {
	switch chance.IntN(4) {
	case 0: // lost
	case 1:
		i.write(w.off, w.data, w.truncate)
	case 2: // allocated: the size has reached the disk, the bytes have not
		i.size = max(i.size, w.off+int64(len(w.data)))
	case 3:
		if !w.truncate {
			w.tear(i, chance)
		}
	}
}

// tear keeps some pages, and of some only the first sectors.
func (w *write) tear(i *image, chance *rand.Rand) {
	end := w.off + int64(len(w.data))
	for at := w.off; at < end; {
		next := min((at/pageSize+1)*pageSize, end)
		keep := at
		switch chance.IntN(3) {
		case 0:
			keep = next
		case 1:
			keep = max(at, (at/sectorSize+chance.Int64N(pageSize/sectorSize))*sectorSize)
		}
		i.write(at, w.data[at-w.off:min(keep, next)-w.off], false)
		at = next
	}
}

// save writes the image as a file with holes.
func (i image) save(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	err = f.Truncate(i.size)
	for number, page := range i.pages {
		off := number * pageSize
		if n := min(i.size-off, pageSize); n > 0 && err == nil {
			_, err = f.WriteAt(page[:n], off)
		}
	}
	return errors.Join(err, f.Close())
}
