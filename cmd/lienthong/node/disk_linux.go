package node

import "syscall"

// diskRoom is the room on the disk with the path: what the hub may still use, and all of it.
func diskRoom(path string) (free, total uint64, err error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(path, &s); err != nil {
		return 0, 0, err
	}
	size := uint64(s.Bsize)
	return s.Bavail * size, s.Blocks * size, nil
}
