package bolt

// syncDir does nothing: Windows has no way to sync a directory, and NTFS journals the names itself.
func syncDir(string) error { return nil }
