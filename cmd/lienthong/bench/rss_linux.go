package bench

import (
	"os"
	"strconv"
	"strings"
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
