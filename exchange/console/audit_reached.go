package console

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"

	"github.com/lienthong/lienthong/exchange"
)

// A reached signs how far a verification of the log has come, for one session, so that the address can carry it. It ends
// with the program: a verification that was under way then begins anew.
type reached [32]byte

func newReached() (key reached) {
	_, _ = rand.Read(key[:]) // never fails
	return key
}

func (key reached) of(session string, run exchange.Verification) string {
	mac := hmac.New(sha256.New, key[:])
	fmt.Fprintf(mac, "%s %d %d %d", session, run.From, run.To, run.At)
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func (key reached) holds(mark, session string, run exchange.Verification) bool {
	return hmac.Equal([]byte(mark), []byte(key.of(session, run)))
}
