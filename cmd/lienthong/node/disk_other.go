//go:build !linux

package node

import "errors"

// diskRoom is not known here.
func diskRoom(string) (free, total uint64, err error) {
	return 0, 0, errors.New("node: the room on the disk is not known on this system")
}
