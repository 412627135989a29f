package node

import (
	"syscall"
	"time"

	"github.com/lienthong/lienthong/exchange"
)

// unsynchronised is STA_UNSYNC of <linux/timex.h>: nobody keeps the clock right.
const unsynchronised = 0x40

// kernelClock reads the state that the kernel keeps for whoever keeps its clock right (chrony, ntpd, systemd-timesyncd).
// It changes nothing and needs no right; where it is forbidden there is no source.
func kernelClock() exchange.TimeState {
	var t syscall.Timex
	if _, err := syscall.Adjtimex(&t); err != nil {
		return exchange.TimeState{}
	}
	return stateOf(t)
}

func stateOf(t syscall.Timex) exchange.TimeState {
	return exchange.TimeState{
		Source:       true,
		Synchronised: t.Status&unsynchronised == 0,
		MaxError:     time.Duration(t.Maxerror) * time.Microsecond,
	}
}
