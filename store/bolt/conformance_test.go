package bolt_test

import (
	"testing"

	"github.com/lienthong/lienthong/store"
	"github.com/lienthong/lienthong/store/bolt"
	"github.com/lienthong/lienthong/store/storetest"
)

func TestConformance(t *testing.T) { storetest.Run(t, openForSuite) }

func TestRandomWalks(t *testing.T) { storetest.Random(t, openForSuite) }

func TestMutatedTables(t *testing.T) { storetest.Mutations(t, openForSuite) }

func openForSuite(t testing.TB, dir string) store.Store {
	t.Helper()
	s, err := bolt.Open(dir, bolt.Options{Signer: storetest.Signer(), Origin: storetest.Origin})
	if err != nil {
		t.Fatal(err)
	}
	return s
}
