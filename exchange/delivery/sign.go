package delivery

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/lienthong/lienthong/exchange"
)

// head is the head of the request: the signature over the stored bytes, and what the receiver may want to know before
// it parses. It reads the body to its end, which also proves that the stored bytes are sound, and rewinds it.
func head(secrets []string, l exchange.Lease, body exchange.Body, now time.Time) (http.Header, error) {
	id, at := string(l.Delivery.ID), strconv.FormatInt(now.Unix(), 10)
	signature, err := sign(secrets, id, at, l.Message.Size, body)
	if err != nil {
		return nil, err
	}
	if _, err := body.Seek(0, io.SeekStart); err != nil {
		return nil, unreadable(err)
	}
	h := make(http.Header)
	h.Set("Content-Type", "application/xml")
	h.Set("User-Agent", "lienthong")
	h.Set("webhook-id", id)
	h.Set("webhook-timestamp", at)
	h.Set("webhook-signature", signature)
	h.Set("Lienthong-Delivery", id)
	h.Set("Lienthong-Message", string(l.Message.ID))
	h.Set("Lienthong-Attempt", strconv.Itoa(l.Delivery.Attempt))
	h.Set("Lienthong-Sender", string(l.Message.Sender))
	h.Set("Lienthong-Digest", l.Message.Digest.String())
	h.Set("Lienthong-Class", string(l.Message.Class))
	return h, nil
}

// sign is the Standard Webhooks signature (v1: HMAC-SHA256 over id.timestamp.body), streamed; one for each secret.
func sign(secrets []string, id, at string, size int64, body io.Reader) (string, error) {
	macs := make([]hash.Hash, len(secrets))
	all := make([]io.Writer, len(secrets))
	for i, secret := range secrets {
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
		if err != nil || len(key) == 0 {
			return "", unsent("bad-endpoint", errors.New("the endpoint has no usable secret"))
		}
		macs[i] = hmac.New(sha256.New, key)
		all[i] = macs[i]
	}
	each := io.MultiWriter(all...)
	io.WriteString(each, id+"."+at+".")
	n, err := io.Copy(each, body)
	if err != nil {
		return "", unreadable(err)
	}
	if n != size {
		return "", unreadable(fmt.Errorf("the stored body has %d bytes, not %d", n, size))
	}
	words := make([]string, len(macs))
	for i, mac := range macs {
		words[i] = "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	}
	return strings.Join(words, " "), nil
}

func unreadable(err error) error {
	return &failure{reason: "body", class: HubFault, notSent: true, err: err}
}
