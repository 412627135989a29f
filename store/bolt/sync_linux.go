package bolt

import (
	"os"
	"syscall"
)

// syncData makes the file's bytes and length durable; its times may wait.
func syncData(f *os.File) error {
	for {
		err := syscall.Fdatasync(int(f.Fd()))
		if err != syscall.EINTR {
			return os.NewSyscallError("fdatasync", err)
		}
	}
}
