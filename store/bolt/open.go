package bolt

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/store"
)

// SchemaVersion is what this program writes. It reads no newer one, and makes it of an older one.
const SchemaVersion = 2

const (
	dataFile  = "hub.db"
	bodiesDir = "bodies"
	probeFile = "probe"
)

var (
	errClosed = errors.New("bolt: the store is closed")

	// ErrHeld is wrapped by Open when another process (or another Store of this one) has the directory.
	ErrHeld = errors.New("another process holds the directory")
	// ErrNewerSchema is wrapped by Open when a newer program has written the directory.
	ErrNewerSchema = errors.New("written by a newer version of the program")
	// ErrOtherKey is wrapped by Open when the newest checkpoint was signed by another key than the Signer's: receipts of
	// one log must all hold by one key.
	ErrOtherKey = errors.New("the log was signed with another key; put the hub's own hub.key back")
	// ErrIncomplete is wrapped by Open when bodies are there and what names them is not. Nothing was changed.
	ErrIncomplete = errors.New("there are bodies, but not the file that names them; restore it from a backup")
)

var _ store.Store = (*Store)(nil)

// A Store is an open directory. Its methods may be called concurrently.
type Store struct {
	dir     string
	options Options
	bodies  *bodies
	due     *dueIndex
	flights flights

	queue chan *op
	done  chan struct{} // closed when the committer has ended

	closing sync.RWMutex // held for reading by each request from its first write to its answer
	closed  bool

	// access is held for reading while a transaction is open, for writing while the file is closed and opened anew.
	access sync.RWMutex
	db     *bbolt.DB
	broken error // why there is no file any more; nil while all is well

	commit  sync.Mutex   // held by the committer while a commit is under way
	durable atomic.Int64 // the newest transaction that is known to be on disk
	commits atomic.Int64 // commits since the store was opened

	// The committer's own: the head, the pages that the file has, and those written since it was opened.
	head             head
	pages, allocated int64

	probe sync.Mutex
}

// Open opens the store in a directory, which it makes where there is none. What a crash left behind is already in
// order when it returns: nothing half-done can be seen. The errors ErrHeld, ErrNewerSchema and ErrIncomplete tell
// apart what an operator must.
func Open(dir string, o Options) (*Store, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	if err := makeDirs(dir); err != nil {
		return nil, fmt.Errorf("bolt: %w", err)
	}
	s := &Store{
		dir: dir, options: o, due: newDueIndex(),
		queue: make(chan *op, o.GroupOps), done: make(chan struct{}),
	}
	if err := s.openFiles(); err != nil {
		return nil, fmt.Errorf("bolt: open %s: %w", dir, err)
	}
	go s.runCommitter()
	return s, nil
}

func makeDirs(dir string) error {
	if err := makeDir(filepath.Clean(dir)); err != nil {
		return err
	}
	return makeDir(filepath.Join(dir, bodiesDir))
}

// makeDir makes a directory, and those above it, whose name is on disk. One that is there may have been made right
// before a crash: its name is synced all the same.
func makeDir(dir string) error {
	parent := filepath.Dir(dir)
	if _, err := os.Stat(parent); errors.Is(err, os.ErrNotExist) {
		if err := makeDir(parent); err != nil {
			return err
		}
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	return syncDir(parent)
}

func (s *Store) openFiles() error {
	segments, err := segmentIDs(filepath.Join(s.dir, bodiesDir))
	if err != nil {
		return err
	}
	if err := s.openFile(segments); err != nil {
		return err
	}
	var next uint32
	if err = s.upgrade(); err == nil {
		next, err = s.load(segments)
	}
	if err != nil {
		return errors.Join(err, s.db.Close())
	}
	s.bodies = newBodies(filepath.Join(s.dir, bodiesDir), next, s.options)
	return nil
}

// openFile opens the file, which it makes where there is none, while no other process does the same.
func (s *Store) openFile(segments []uint32) error {
	unlock, err := lockDir(s.dir)
	if err != nil {
		return err
	}
	if err = s.ensureFile(segments); err == nil {
		s.db, err = openDB(filepath.Join(s.dir, dataFile))
	}
	return errors.Join(err, unlock())
}

// openDB opens the file with its lock. Other processes are waited for one second, in case one is just ending.
func openDB(path string) (*bbolt.DB, error) {
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{
		Timeout:      time.Second,
		FreelistType: bbolt.FreelistMapType,
		// The freelist is found anew at open; written with each commit it would outweigh the data.
		NoFreelistSync:  true,
		InitialMmapSize: mmapSize(),
		NoStatistics:    true,
	})
	if errors.Is(err, berrors.ErrTimeout) {
		return nil, ErrHeld
	}
	return db, err
}

// mmapSize is so large that the file practically never outgrows its mapping: growing it waits for every reader.
// Address space costs nothing, except on Windows, where the file is made as long as the mapping.
func mmapSize() int {
	if runtime.GOOS == "windows" || strconv.IntSize < 64 {
		return 1 << 30
	}
	return 1 << (strconv.IntSize * 36 / 64) // 64 GiB, in a form that 32-bit compilers take
}

// load reads what the committer must know.
func (s *Store) load(segments []uint32) (nextSegment uint32, err error) {
	err = s.db.View(func(tx *bbolt.Tx) error {
		v := view{tx}
		s.durable.Store(int64(tx.ID()))
		if err := v.checkSchema(s.options.Origin); err != nil {
			return err
		}
		if s.head, err = v.head(); err != nil {
			return err
		}
		if err := v.checkKey(s.options.Signer); err != nil {
			return err
		}
		nextSegment = v.lastSegment() + 1
		return s.due.rebuild(v)
	})
	for _, id := range segments {
		nextSegment = max(nextSegment, id+1)
	}
	return nextSegment, err
}

// Close implements store.Upkeep: what was begun is finished, what comes later is refused.
func (s *Store) Close() error {
	s.closing.Lock()
	if s.closed {
		s.closing.Unlock()
		return nil
	}
	s.closed = true
	s.closing.Unlock()

	s.bodies.close()
	close(s.queue)
	<-s.done
	s.access.Lock()
	defer s.access.Unlock()
	if s.broken != nil {
		return nil // the file is closed already
	}
	s.broken = errClosed
	return s.db.Close()
}

// Commits counts the commits since the store was opened. An idle store makes none (DESIGN P12).
func (s *Store) Commits() int64 { return s.commits.Load() }

// begin keeps Close waiting until end is called; it fails once the store is closed.
func (s *Store) begin(ctx context.Context) (end func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.closing.RLock()
	if s.closed {
		s.closing.RUnlock()
		return nil, errClosed
	}
	return s.closing.RUnlock, nil
}

// Due implements store.Deliveries. Like every other method it never goes back behind the last committed time.
func (s *Store) Due(ch exchange.Channel, now time.Time) ([]exchange.AgencyID, time.Time) {
	return s.due.at(ch, now)
}
