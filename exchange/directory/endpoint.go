package directory

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
)

// secretPrefix marks a Standard Webhooks secret.
const secretPrefix = "whsec_"

// SetEndpoint sets where documents for the agency are posted, and opens it again if it was closed. Without a secret
// the present one stays, or a new one is made: the endpoint it returns holds it, for the operator to pass on. An empty
// URL removes the endpoint. The address is https, or http to loopback networks only.
func (d *Directory) SetEndpoint(ctx context.Context, by exchange.Caller, id exchange.AgencyID, e exchange.Endpoint) (exchange.Endpoint, error) {
	if err := operator(by); err != nil {
		return e, err
	}
	err := d.change(ctx, by, id, func(_ *snapshot, a *exchange.Agency) (act, error) {
		if err := existing(a); err != nil {
			return act{}, err
		}
		if e.URL == "" {
			e = exchange.Endpoint{}
		} else if err := complete(&e, a.Endpoint.Secret); err != nil {
			return act{}, err
		}
		a.Endpoint = e
		return act{typ: translog.EndpointChanged, kind: "endpoint-set", text: map[string]string{"url": e.URL, "allow": networks(e.Allow)}}, nil
	})
	return e, err
}

// complete checks an endpoint and gives it its secret.
func complete(e *exchange.Endpoint, present string) error {
	var m mistakes
	m.url(*e)
	m.networks(e.Allow)
	if e.Secret == "" {
		e.Secret = present
	}
	if e.Secret == "" {
		e.Secret = newSecret()
	}
	m.secret(e.Secret)
	if len(m) > 0 {
		return m.refusal()
	}
	e.Allow = slices.Clone(e.Allow)
	e.ClosedAt = exchange.Endpoint{}.ClosedAt
	return nil
}

func (m *mistakes) url(e exchange.Endpoint) {
	u, err := url.Parse(e.URL)
	switch {
	case err != nil || u.Hostname() == "" || (u.Scheme != "https" && u.Scheme != "http"):
		m.add("url", "Địa chỉ phải có dạng https://máy/đường-dẫn.", "the address has the form https://host/path")
	case u.User != nil || u.Fragment != "":
		m.add("url", "Địa chỉ không được chứa mật khẩu hay phần #.", "the address may hold neither a password nor a fragment")
	case u.Scheme == "http" && !onlyLoopback(e.Allow):
		m.add("url", "http chỉ dùng được trong máy (mạng loopback); hãy dùng https.", "http is for loopback networks only; use https")
	}
}

func (m *mistakes) networks(allow []netip.Prefix) {
	if len(allow) == 0 {
		m.add("allow", "Phải ghi ít nhất một mạng mà địa chỉ được phép trỏ tới.", "name at least one network that the address may lead to")
	}
	for _, p := range allow {
		if !p.IsValid() || p != p.Masked() || p.Addr().Is4In6() {
			m.add("allow", "“%s” không phải là mạng dạng 10.0.0.0/8.", "%s is not a network of the form 10.0.0.0/8", p)
		}
	}
}

func (m *mistakes) secret(s string) {
	raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(s, secretPrefix))
	if err != nil || !strings.HasPrefix(s, secretPrefix) || len(raw) < 24 || len(raw) > 64 {
		m.add("secret", "Khóa ký phải có dạng whsec_ và 24 đến 64 byte base64.", "the secret is whsec_ and 24 to 64 bytes in base64")
	}
}

func newSecret() string {
	raw := make([]byte, 32)
	rand.Read(raw)
	return secretPrefix + base64.StdEncoding.EncodeToString(raw)
}

func onlyLoopback(allow []netip.Prefix) bool {
	return !slices.ContainsFunc(allow, func(p netip.Prefix) bool {
		least := 8
		if p.Addr().Is6() {
			least = 128
		}
		return !p.Addr().IsLoopback() || p.Bits() < least
	})
}

func networks(allow []netip.Prefix) string {
	words := make([]string, len(allow))
	for i, p := range allow {
		words[i] = p.String()
	}
	return strings.Join(words, " ")
}

// CloseEndpoint stops posting to the agency because its endpoint said so (410): the act is the hub's own. Closed
// already, or no longer there: nothing is written.
func (d *Directory) CloseEndpoint(ctx context.Context, id exchange.AgencyID, reason string) error {
	return d.change(ctx, exchange.Caller{}, id, func(_ *snapshot, a *exchange.Agency) (act, error) {
		if a.Version == 0 || a.Endpoint.URL == "" || !a.Endpoint.ClosedAt.IsZero() {
			return act{}, errUnchanged
		}
		a.Endpoint.ClosedAt = d.clock().UTC()
		return act{typ: translog.EndpointChanged, kind: "endpoint-closed", text: map[string]string{"reason": reason}}, nil
	})
}
