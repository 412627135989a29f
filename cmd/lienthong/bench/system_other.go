//go:build !linux

package bench

import "time"

// rssAnon is known on Linux alone.
func rssAnon() int64 { return 0 }

// machineTime is known on Linux alone.
func machineTime() time.Duration { return 0 }
