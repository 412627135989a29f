package signing_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/lienthong/lienthong/signing"
)

func TestQuick(t *testing.T) {
	ca, _ := os.ReadFile("../testdata/attacks/ca.pem")
	an, err := signing.ParseAnchors(ca)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	fs, _ := filepath.Glob("../testdata/*/*.xml")
	for _, f := range fs {
		b, _ := os.ReadFile(f)
		say := func(until time.Time) string {
			v, err := signing.Verify(context.Background(), b, signing.Policy{At: at, Anchors: an, LegacySHA1Until: until})
			if err == nil {
				return string(v.Outcome())
			}
			var e *signing.Error
			errors.As(err, &e)
			return "bad:" + e.Why
		}
		fmt.Printf("GOLD\t%s\t%s\t%s\n", f[len("../testdata/"):], say(time.Time{}), say(at.Add(1)))
	}
}
