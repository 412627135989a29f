package client

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// ErrWebhook is wrapped by every refusal of VerifyWebhook.
var ErrWebhook = errors.New("client: not a genuine push of the hub")

// webhookSkew is how far the clocks of hub and receiver may be apart.
const webhookSkew = 5 * time.Minute

// VerifyWebhook checks that a request pushed to an agency's endpoint comes from the hub and is of about now: the
// Standard Webhooks signature over the delivery's id, the time and the body exactly as received. secret is the
// endpoint's, "whsec_…". The delivery's id is in the header webhook-id: whoever has seen it before has the document
// already, and answers 2xx again. The error wraps ErrWebhook.
func VerifyWebhook(header http.Header, body []byte, secret string, now time.Time) error {
	id, stamp := header.Get("webhook-id"), header.Get("webhook-timestamp")
	sec, err := strconv.ParseInt(stamp, 10, 64)
	if id == "" || err != nil {
		return fmt.Errorf("%w: its id or timestamp is missing", ErrWebhook)
	}
	if d := now.Sub(time.Unix(sec, 0)); d > webhookSkew || d < -webhookSkew {
		return fmt.Errorf("%w: it is %s old", ErrWebhook, d.Round(time.Second))
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil || len(key) == 0 {
		return fmt.Errorf("%w: the secret is not one", ErrWebhook)
	}
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%s.", id, stamp)
	mac.Write(body)
	want := []byte("v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	for _, got := range strings.Fields(header.Get("webhook-signature")) {
		if hmac.Equal([]byte(got), want) {
			return nil
		}
	}
	return fmt.Errorf("%w: no signature holds", ErrWebhook)
}
