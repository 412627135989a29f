//go:build !unix

package bench

import "time"

// processorTime is not told here: cpu is never what limits.
func processorTime() time.Duration { return 0 }
