package signing_test

import (
	"sync"
	"testing"

	"github.com/lienthong/lienthong/internal/testca"
	"github.com/lienthong/lienthong/signing"
)

// TestOnePolicyForMany: one policy, one buffer and one result serve many at
// once. The race detector looks at the rest.
func TestOnePolicyForMany(t *testing.T) {
	ca := testca.New(t)
	var signed [][]byte
	for range 4 {
		signed = append(signed, ca.Leaf("Sở Mẫu").Sign([]byte(envelope("x"))))
	}
	p := signing.Policy{At: at, Anchors: ca.Anchors()}
	shared := mustVerify(t, signed[0], p)
	want := content(shared.Root())
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			for n := range 8 {
				v, err := signing.Verify(t.Context(), signed[(i+n)%len(signed)], p)
				if err != nil {
					t.Error(err)
					return
				}
				if content(v.Root()) != want || content(shared.Root()) != want {
					t.Error("the documents read differently")
				}
				if v.Digest() == shared.Digest() != ((i+n)%len(signed) == 0) {
					t.Error("the digests are mixed up")
				}
			}
		})
	}
	wg.Wait()
}
