package bench

import (
	"os"
	"strconv"
	"strings"
	"time"
)

// rssAnon is the memory of this process that no file stands behind, in bytes. The database's file is mapped into the
// process and not in it: the system takes that back when it likes.
func rssAnon() int64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "RssAnon:"); ok {
			kb, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			return kb << 10
		}
	}
	return 0
}

// jiffy is the unit of /proc/stat, on every architecture of Go.
const jiffy = 10 * time.Millisecond

// machineTime is what all programs of this machine have used of its processors so far, and what a virtual machine's
// host has taken.
func machineTime() time.Duration {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0
	}
	first, _, _ := strings.Cut(string(text), "\n")
	var used time.Duration
	for i, field := range strings.Fields(first) {
		const idle, iowait, guest = 4, 5, 9 // guests are counted as users already
		if i == 0 || i == idle || i == iowait || i >= guest {
			continue
		}
		n, _ := strconv.ParseInt(field, 10, 64)
		used += time.Duration(n) * jiffy
	}
	return used
}
