package exchange_test

import (
	"os"
	"testing"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/signing"
)

// TestLegacySignaturesUntilTheAgencysDay: what is signed by SHA-1 is taken of who has a day for that, until that day, and is
// visibly weaker; the day of another agency helps nobody.
func TestLegacySignaturesUntilTheAgencysDay(t *testing.T) {
	const sender, to1, to2 exchange.AgencyID = "000.00.00.G01", "000.00.00.H00", "000.00.01.H00"
	raw := interopFile(t, "interop/xmlsec.inc-rsasha1.header.xml")
	anchors, err := signing.ParseAnchors(interopFile(t, "attacks/ca.pem"))
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	v, err := signing.Verify(t.Context(), raw, signing.Policy{At: now, Anchors: anchors, LegacySHA1Until: now.Add(1)})
	if err != nil {
		t.Fatal(err)
	}
	enrolled := []exchange.Certificate{{DER: v.Certificate().Raw, From: now.Add(-time.Hour)}}
	for _, test := range []struct {
		name          string
		until, others time.Time
		taken         bool
	}{
		{"no day", time.Time{}, time.Time{}, false},
		{"until a moment later", now.Add(1), time.Time{}, true},
		{"until now", now, time.Time{}, false},
		{"another agency's day", time.Time{}, now.Add(time.Hour), false},
	} {
		r := newRig(t)
		r.now, r.Anchors = now, anchors
		r.book.all = map[exchange.AgencyID]exchange.Agency{
			sender: {ID: sender, Name: "Cục Mẫu", Channel: exchange.Pull, Certificates: enrolled, LegacySHA1Until: test.until},
			to1:    {ID: to1, Name: "UBND tỉnh Mẫu", Channel: exchange.Pull, LegacySHA1Until: test.others},
			to2:    {ID: to2, Name: "UBND tỉnh khác", Channel: exchange.Pull, LegacySHA1Until: test.others},
		}
		receipt, err := r.Submit(t.Context(), exchange.Submission{Caller: by(sender), Raw: raw})
		if !test.taken {
			wantKind(t, test.name, err, exchange.BadSignature)
			continue
		}
		if err != nil || receipt.Message.Signature != signing.GoodWeak {
			t.Errorf("%s: %+v, %v; want it taken as %s", test.name, receipt, err, signing.GoodWeak)
		}
	}
}

func interopFile(t *testing.T, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile("../testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
