package directory

import (
	"cmp"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/netip"
	"slices"
	"strings"

	"github.com/lienthong/lienthong/exchange"
)

// A Browser is where somebody signs in from.
type Browser struct {
	Address netip.Addr
	Agent   string
	// Known is what an [Entrance] gave it to keep; empty for a new one. It lets nobody in: by it wrong tries of others do not
	// lock out whoever signed in here before (OWASP: device cookies).
	Known string
}

// A mark is a random number with its HMAC under what is stored of the person's password: nobody else can make one, nothing
// is stored for it, and it ends with the password.
const (
	markNonce = 12 // bytes
	markSum   = 18
	mostMarks = 8 // people who share a browser
)

// Known is what a browser in which somebody has proved to be the person is to keep, in place of what it had.
func (p *People) Known(login string, b Browser) string {
	x := p.current.Load().people[login]
	mark := markOf(x, b)
	if mark == "" {
		mark = newMark(x)
	}
	others := slices.DeleteFunc(marks(b), func(m string) bool { return m == mark })
	return strings.Join(append([]string{mark}, others[:min(len(others), mostMarks-1)]...), ".")
}

func marks(b Browser) []string {
	all := strings.SplitN(b.Known, ".", mostMarks+1)
	return slices.DeleteFunc(all[:min(len(all), mostMarks)], func(m string) bool {
		return len(m) != base64.RawURLEncoding.EncodedLen(markNonce+markSum)
	})
}

func newMark(x exchange.Person) string {
	nonce := make([]byte, markNonce)
	rand.Read(nonce)
	return base64.RawURLEncoding.EncodeToString(append(nonce, markMAC(x, nonce)...))
}

// markOf is the person's mark that a browser carries; empty for none. It takes the same time where there is no person.
func markOf(x exchange.Person, b Browser) (found string) {
	for _, m := range marks(b) {
		raw, err := base64.RawURLEncoding.DecodeString(m)
		if err == nil && hmac.Equal(raw[markNonce:], markMAC(x, raw[:markNonce])) && x.Password != "" {
			found = m
		}
	}
	return found
}

func markMAC(x exchange.Person, nonce []byte) []byte {
	h := hmac.New(sha256.New, []byte(cmp.Or(x.Password, nobodys)))
	h.Write([]byte("known browser of " + x.ID + "\n"))
	h.Write(nonce)
	return h.Sum(nil)[:markSum]
}
