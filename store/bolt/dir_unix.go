//go:build !windows

package bolt

import (
	"errors"
	"os"
	"syscall"
)

// syncDir makes the names in a directory durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// lockDir waits until no other process is opening the directory, and keeps others from it.
func lockDir(dir string) (unlock func() error, err error) { return flock(dir, syscall.LOCK_EX) }

// tryLockDir is lockDir for who has no time to wait.
func tryLockDir(dir string) (unlock func() error, free bool) {
	unlock, err := flock(dir, syscall.LOCK_EX|syscall.LOCK_NB)
	return unlock, err == nil
}

func flock(dir string, how int) (unlock func() error, err error) {
	d, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(d.Fd()), how); err != nil {
		return nil, errors.Join(os.NewSyscallError("flock", err), d.Close())
	}
	return d.Close, nil
}
