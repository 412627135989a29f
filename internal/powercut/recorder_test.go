package powercut_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lienthong/lienthong/internal/powercut"
)

// hexed is a string as strace writes it.
func hexed(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		fmt.Fprintf(&b, `\x%02x`, c)
	}
	return `"` + b.String() + `"`
}

// A descriptor that is being closed by one thread is given to another for a new file: what is written there is that file's.
func TestDescriptorIsReusedWhileItIsClosed(t *testing.T) {
	open := func(name string) string {
		return fmt.Sprintf("openat(AT_FDCWD, %s, O_RDWR|O_CREAT, 0600) = 9", hexed("/data/"+name))
	}
	trace := strings.Join([]string{
		"1 " + open("old"),
		"1 close(9 <unfinished ...>",
		"2 " + open("new"),
		"1 <... close resumed>) = 0",
		"2 write(9, " + hexed("body") + ", 4) = 4",
		"2 fdatasync(9) = 0",
		"2 close(9) = 0",
		"2 openat(AT_FDCWD, " + hexed("/data") + ", O_RDONLY) = 9",
		"2 fsync(9) = 0",
	}, "\n") + "\n"
	r, err := powercut.Read(strings.NewReader(trace), "/data")
	if err != nil {
		t.Fatal(err)
	}
	points := r.Points()
	err = r.Replay(points[len(points)-1:], func(c *powercut.Cut) error {
		dir := t.TempDir()
		if err := c.Write(dir, powercut.Lost, nil); err != nil {
			return err
		}
		text, err := os.ReadFile(filepath.Join(dir, "new"))
		if string(text) != "body" {
			t.Errorf("the new file holds %q after its sync", text)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
