package hubtest_test

import (
	"bytes"
	"testing"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/internal/hubtest"
)

const (
	department exchange.AgencyID = "H44.31"
	commune    exchange.AgencyID = "H44.24.05"
)

// The way of one document: accepted, handed out, acknowledged, and the 01 back to its sender.
func TestTheWayOfOneDocument(t *testing.T) {
	h := hubtest.New(t, exchange.Agency{ID: department, Level: exchange.Department}, exchange.Agency{ID: commune})
	receipt, raw := h.Party(department).Send(commune)
	h.Holds(receipt, raw)
	if got := h.Party(commune).Collect(); !bytes.Equal(got[receipt.ID], raw) {
		t.Errorf("the commune got %d bytes of the message, want the %d that were sent", len(got[receipt.ID]), len(raw))
	}
	if got := h.Party(department).Collect(); len(got) != 1 {
		t.Errorf("the sender was told %d things, want one: that it arrived", len(got))
	}
	h.Sound()
}
