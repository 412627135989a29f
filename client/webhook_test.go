package client_test

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/lienthong/lienthong/client"
)

// TEST ONLY
const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="

// pushed are the headers of a push, signed by the reference library.
func pushed(t *testing.T, id string, at time.Time, body []byte) http.Header {
	t.Helper()
	hook, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	signature, err := hook.Sign(id, at, body)
	if err != nil {
		t.Fatal(err)
	}
	h := make(http.Header)
	h.Set("webhook-id", id)
	h.Set("webhook-timestamp", strconv.FormatInt(at.Unix(), 10))
	h.Set("webhook-signature", signature)
	return h
}

// What the reference library signs is genuine, and nothing that differs from it in anything.
func TestVerifyWebhook(t *testing.T) {
	at := time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC)
	const id, body = "0199-d", "\ufeff<edXML>  đúng từng byte\r\n</edXML>\n"
	for _, test := range []struct {
		name   string
		change func(http.Header)
		body   string
		secret string
		now    time.Time
		ok     bool
	}{
		{"as it was sent", func(http.Header) {}, body, secret, at, true},
		{"clocks five minutes apart", func(http.Header) {}, body, secret, at.Add(5 * time.Minute), true},
		{"the other way round", func(http.Header) {}, body, secret, at.Add(-5 * time.Minute), true},
		{"secret without its prefix", func(http.Header) {}, body, strings.TrimPrefix(secret, "whsec_"), at, true},
		{"one of several signatures", func(h http.Header) {
			h.Set("webhook-signature", "v1a,AAAA v1,AAAA "+h.Get("webhook-signature"))
		}, body, secret, at, true},

		{"older", func(http.Header) {}, body, secret, at.Add(5*time.Minute + time.Second), false},
		{"from the future", func(http.Header) {}, body, secret, at.Add(-5*time.Minute - time.Second), false},
		{"another body", func(http.Header) {}, body + " ", secret, at, false},
		{"no body", func(http.Header) {}, "", secret, at, false},
		{"another id", func(h http.Header) { h.Set("webhook-id", "0199-e") }, body, secret, at, false},
		{"no id", func(h http.Header) { h.Del("webhook-id") }, body, secret, at, false},
		{"another time", func(h http.Header) {
			h.Set("webhook-timestamp", strconv.FormatInt(at.Unix()+1, 10))
		}, body, secret, at, false},
		{"no time", func(h http.Header) { h.Del("webhook-timestamp") }, body, secret, at, false},
		{"time that is none", func(h http.Header) { h.Set("webhook-timestamp", "now") }, body, secret, at, false},
		{"no signature", func(h http.Header) { h.Del("webhook-signature") }, body, secret, at, false},
		{"another version", func(h http.Header) {
			h.Set("webhook-signature", "v2"+strings.TrimPrefix(h.Get("webhook-signature"), "v1"))
		}, body, secret, at, false},
		{"another secret", func(http.Header) {}, body, "whsec_AAAA", at, false},
		{"no secret", func(http.Header) {}, body, "", at, false},
		{"a prefix and no secret", func(http.Header) {}, body, "whsec_", at, false},
		{"a secret that is not base64", func(http.Header) {}, body, "whsec_%", at, false},
	} {
		h := pushed(t, id, at, []byte(body))
		test.change(h)
		err := client.VerifyWebhook(h, []byte(test.body), test.secret, test.now)
		if (err == nil) != test.ok || (err != nil && !errors.Is(err, client.ErrWebhook)) {
			t.Errorf("%s: %v, want genuine %t", test.name, err, test.ok)
		}
	}
}
