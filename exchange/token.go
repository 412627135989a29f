package exchange

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// A lease token is "<attempt>.<MAC>": the MAC binds it to the delivery and the addressee, so that nothing has to be
// stored to know, for ever, that this hub issued it. It is no secret that opens anything: the caller is authenticated
// besides.

const tokenMAC = 16

func (h *Hub) token(d Delivery) string {
	return strconv.Itoa(d.Attempt) + "." + hex.EncodeToString(h.mac(d))
}

func (h *Hub) mac(d Delivery) []byte {
	m := hmac.New(sha256.New, h.TokenKey)
	fmt.Fprintf(m, "lease\x00%s\x00%s\x00%d", d.ID, d.Addressee, d.Attempt)
	return m.Sum(nil)[:tokenMAC]
}

// attempt reads a token issued for the delivery; LeaseLost for anything else.
func (h *Hub) attempt(d Delivery, token string) (int, error) {
	number, _, _ := strings.Cut(token, ".")
	n, err := strconv.Atoi(number)
	was := d
	was.Attempt = n
	if err != nil || !hmac.Equal([]byte(token), []byte(h.token(was))) {
		return 0, &Error{Kind: LeaseLost, Detail: "the token was not issued for this delivery",
			VI: "Mã nhận (token) không phải của lượt chuyển này."}
	}
	return n, nil
}
