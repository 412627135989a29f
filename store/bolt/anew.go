package bolt

import (
	"errors"
	"fmt"
	"path/filepath"
	"time"
)

const (
	// quiet is how long nothing must have been asked for before the file is opened anew.
	quiet = time.Second
	// manyPages is how many pages must have been written since the file was opened, and a quarter of all it has.
	manyPages = 1 << 14
)

// next returns the request that a group begins with; false when there will be none.
//
// In the first quiet moment after many pages were written the file is opened anew. bbolt remembers of every page that it
// takes from its freelist which transaction took it, some 40 bytes a page, until the file is closed: memory would grow
// with what is stored (P9). Opening reads the whole tree, about 0.2 s for each GB; nothing is written.
func (s *Store) next() (*op, bool) {
	if s.allocated >= max(manyPages, s.pages/4) {
		t := time.NewTimer(quiet)
		defer t.Stop()
		select {
		case o, ok := <-s.queue:
			return o, ok
		case <-t.C:
			s.openAnew()
		}
	}
	o, ok := <-s.queue
	return o, ok
}

// openAnew closes the file and opens it, unless somebody is reading or another process is about to open the directory:
// then the next quiet moment will do.
func (s *Store) openAnew() {
	if !s.access.TryLock() {
		return
	}
	defer s.access.Unlock()
	if s.broken != nil {
		return
	}
	unlock, free := tryLockDir(s.dir)
	if !free {
		return
	}
	s.allocated = 0
	err := s.db.Close()
	s.db = nil
	if err == nil {
		err = s.options.step(StepReopen, func() (err error) {
			s.db, err = openDB(filepath.Join(s.dir, dataFile))
			return err
		})
	}
	if err := errors.Join(err, unlock()); err != nil {
		s.options.Logger.Error("the store is out of service until it is started again", "error", err)
		s.broken = notWritten(fmt.Errorf("out of service: the file could not be opened anew: %w", err))
	}
}
