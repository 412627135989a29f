package bolt

// syncDir does nothing: Windows has no way to sync a directory, and NTFS journals the names itself.
func syncDir(string) error { return nil }

// lockDir does nothing: Windows refuses to rename over a file that another process has open.
func lockDir(string) (unlock func() error, err error) { return func() error { return nil }, nil }

// tryLockDir never gets the lock: without one the file must not be let go for a moment.
func tryLockDir(string) (unlock func() error, free bool) { return nil, false }
