package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// TestSocketIsItsOwners: who can open the socket is an operator, so nobody but the hub's user can, whatever the umask
// also where one was left behind.
func TestSocketIsItsOwners(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("modes are those of Unix")
	}
	path := filepath.Join(t.TempDir(), "admin.sock")
	for range 2 {
		l, err := listenSocket(path)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		info, err := os.Lstat(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode()&fs.ModeSocket == 0 || info.Mode().Perm() != 0o600 {
			t.Errorf("the socket has the mode %v, want 0600", info.Mode())
		}
	}
}
