//go:build !linux

package bench

// rssAnon is known on Linux alone.
func rssAnon() int64 { return 0 }
