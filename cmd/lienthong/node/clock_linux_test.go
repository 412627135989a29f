package node

import (
	"syscall"
	"testing"
	"time"

	"github.com/lienthong/lienthong/exchange"
)

// What adjtimex(2) says, in the hub's words: STA_UNSYNC, and microseconds.
func TestKernelsWordOnTheClock(t *testing.T) {
	for _, test := range []struct {
		said syscall.Timex
		kept bool
		off  time.Duration
	}{
		{syscall.Timex{}, true, 0},
		{syscall.Timex{Status: 0x2001, Maxerror: 250_000}, true, 250 * time.Millisecond}, // STA_NANO, STA_PLL
		{syscall.Timex{Status: 0x40, Maxerror: 16_000_000}, false, 16 * time.Second},
		{syscall.Timex{Status: 0x2041, Maxerror: 1}, false, time.Microsecond},
	} {
		if got, want := stateOf(test.said), (exchange.TimeState{Source: true, Synchronised: test.kept, MaxError: test.off}); got != want {
			t.Errorf("status %#x, %d µs: %+v, want %+v", test.said.Status, test.said.Maxerror, got, want)
		}
	}
	var x syscall.Timex
	if _, err := syscall.Adjtimex(&x); (err == nil) != kernelClock().Source {
		t.Errorf("adjtimex: %v, and yet there is a source: %t", err, kernelClock().Source)
	}
}
