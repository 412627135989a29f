package directory

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/base64"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
)

// secretPrefix marks a Standard Webhooks secret.
const secretPrefix = "whsec_"

// SetEndpoint sets where documents for the agency are posted, and opens it again if it was closed. Without a secret
// the present one stays, or a new one is made: the endpoint it returns holds it, for the operator to pass on. An empty
// URL removes the endpoint with its secret. The address is https, or http to loopback networks only; one that is a number
// is held to the networks that the hub posts to. What is as it was is not written.
func (d *Directory) SetEndpoint(ctx context.Context, by exchange.Caller, id exchange.AgencyID, e exchange.Endpoint) (exchange.Endpoint, error) {
	if err := operator(by); err != nil {
		return exchange.Endpoint{}, err
	}
	var next exchange.Endpoint
	err := d.change(ctx, by, id, func(_ *snapshot, a *exchange.Agency) (act, error) {
		if err := existing(a); err != nil {
			return act{}, err
		}
		var err error
		if next, err = d.completed(e, a.Endpoint); err != nil {
			return act{}, err
		}
		if sameEndpoint(next, a.Endpoint) {
			return act{}, errUnchanged
		}
		a.Endpoint = next
		return act{typ: translog.EndpointChanged, kind: "endpoint-set", text: map[string]string{"url": next.URL, "allow": networks(next.Allow)}}, nil
	})
	if err != nil {
		return exchange.Endpoint{}, err
	}
	return next, nil
}

// completed is the endpoint as it is kept: checked, open, with its secret. Without a URL it is none.
func (d *Directory) completed(e, present exchange.Endpoint) (exchange.Endpoint, error) {
	if e.URL == "" {
		return exchange.Endpoint{}, nil
	}
	next := exchange.Endpoint{URL: e.URL, Secret: cmp.Or(e.Secret, present.Secret), Allow: slices.Clone(e.Allow)}
	if next.Secret == "" {
		next.Secret = newSecret()
	}
	if next.Secret == present.Secret {
		next.Former, next.FormerUntil = present.Former, present.FormerUntil
	}
	var m mistakes
	m.url(next)
	m.reach(next.URL, d.allows)
	m.networks(next.Allow)
	m.secret(next.Secret)
	if len(m) > 0 {
		return exchange.Endpoint{}, m.refusal()
	}
	return next, nil
}

// MoveEndpoint has the agency's documents posted to another address within the networks that an operator named, and opens
// the endpoint again if it was closed. Secret and networks stay. Conflict for an agency that has no endpoint: an operator
// sets the first. An address that is a number is held to the networks here, a name at each attempt.
func (d *Directory) MoveEndpoint(ctx context.Context, by exchange.Caller, id exchange.AgencyID, address string) error {
	if err := administrator(by, id); err != nil {
		return err
	}
	return d.change(ctx, by, id, func(_ *snapshot, a *exchange.Agency) (act, error) {
		if err := posted(a); err != nil {
			return act{}, err
		}
		var m mistakes
		if address == "" {
			m.add("url", "Phải có địa chỉ.", "there must be an address")
			return act{}, m.refusal()
		}
		next, err := d.completed(exchange.Endpoint{URL: address, Allow: a.Endpoint.Allow}, a.Endpoint)
		if err != nil {
			return act{}, err
		}
		if u, err := url.Parse(address); err == nil && !mayLead(u.Hostname(), next.Allow) {
			m.add("url", "Địa chỉ nằm ngoài các mạng mà người vận hành cho phép: %s.", "the address is outside of the networks that the operator allows: %s", networks(next.Allow))
			return act{}, m.refusal()
		}
		if sameEndpoint(next, a.Endpoint) {
			return act{}, errUnchanged
		}
		a.Endpoint = next
		return act{typ: translog.EndpointChanged, kind: "endpoint-moved", text: map[string]string{"url": next.URL, "allow": networks(next.Allow)}}, nil
	})
}

// posted refuses an act about the endpoint of an agency that has none.
func posted(a *exchange.Agency) error {
	if err := existing(a); err != nil {
		return err
	}
	if a.Endpoint.URL == "" {
		return &exchange.Error{Kind: exchange.Conflict, Detail: "the agency has no endpoint; an operator sets the first, with its networks",
			VI: "Đơn vị chưa có địa chỉ nhận; người vận hành đặt địa chỉ đầu tiên cùng các mạng được phép."}
	}
	return nil
}

// mayLead is false for a number outside of the networks. A name is looked up when there is something to post.
func mayLead(host string, allow []netip.Prefix) bool {
	at, err := netip.ParseAddr(host)
	return err != nil || slices.ContainsFunc(allow, func(p netip.Prefix) bool { return p.Contains(at.Unmap()) })
}

// RotateSecret makes a new secret for the endpoint and returns it with the endpoint this once. Until the overlap is over
// what is posted carries the signatures of both, so that the software can change over without refusing anything.
func (d *Directory) RotateSecret(ctx context.Context, by exchange.Caller, id exchange.AgencyID, overlap time.Duration) (exchange.Endpoint, error) {
	if err := administrator(by, id); err != nil {
		return exchange.Endpoint{}, err
	}
	var next exchange.Endpoint
	err := d.change(ctx, by, id, func(_ *snapshot, a *exchange.Agency) (act, error) {
		if err := posted(a); err != nil {
			return act{}, err
		}
		next = a.Endpoint
		next.Former, next.FormerUntil = next.Secret, d.clock().UTC().Add(min(max(overlap, 0), overlapMax))
		next.Secret = newSecret()
		a.Endpoint = next
		return act{typ: translog.EndpointChanged, kind: "secret-rotated", text: map[string]string{"former_until": next.FormerUntil.Format(time.RFC3339)}}, nil
	})
	return next, err
}

func sameEndpoint(a, b exchange.Endpoint) bool {
	return a.URL == b.URL && a.Secret == b.Secret && slices.Equal(a.Allow, b.Allow) && a.ClosedAt.Equal(b.ClosedAt)
}

func (m *mistakes) url(e exchange.Endpoint) {
	u, err := url.Parse(e.URL)
	switch {
	case len(e.URL) > maxURL:
		m.add("url", "Địa chỉ dài tối đa %d ký tự.", "the address has at most %d characters", maxURL)
	case err != nil || !exchange.Legible(e.URL) || strings.Contains(e.URL, " ") || u.Hostname() == "" || !isPort(u.Port()) || (u.Scheme != "https" && u.Scheme != "http"):
		m.add("url", "Địa chỉ phải có dạng https://máy/đường-dẫn.", "the address has the form https://host/path")
	case u.User != nil || u.Fragment != "":
		m.add("url", "Địa chỉ không được chứa mật khẩu hay phần #.", "the address may hold neither a password nor a fragment")
	case u.Scheme == "http" && !onlyLoopback(e.Allow):
		m.add("url", "http chỉ dùng được trong máy (mạng loopback); hãy dùng https.", "http is for loopback networks only; use https")
	}
}

// reach refuses a number to which the hub would never post. A name is looked up when there is something to post.
func (m *mistakes) reach(address string, allows func(netip.Addr) bool) {
	u, err := url.Parse(address)
	if err != nil || allows == nil {
		return
	}
	if at, err := netip.ParseAddr(u.Hostname()); err == nil && !allows(at) {
		m.add("url", "Trục không được gửi tới %s: thêm mạng chứa địa chỉ này vào delivery.allow trong cấu hình của trục (khi có danh sách, trục chỉ gửi tới các mạng trong đó), rồi khởi động lại trục.",
			"the hub may not post to %s: list its network in delivery.allow of the hub's configuration (where there is a list, the hub posts to its networks only) and start the hub again", at)
	}
}

// isPort is true for none as well: then it is the scheme's.
func isPort(s string) bool {
	n, err := strconv.ParseUint(s, 10, 16)
	return s == "" || err == nil && n > 0
}

func (m *mistakes) networks(allow []netip.Prefix) {
	if len(allow) == 0 {
		m.add("allow", "Phải ghi ít nhất một mạng mà địa chỉ được phép trỏ tới.", "name at least one network that the address may lead to")
	}
	if len(allow) > maxNetworks {
		m.add("allow", "Tối đa %d mạng.", "at most %d networks", maxNetworks)
		return
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

// onlyLoopback: the first address of a network tells, as no network that begins in loopback reaches beyond it.
func onlyLoopback(allow []netip.Prefix) bool {
	return !slices.ContainsFunc(allow, func(p netip.Prefix) bool { return !p.Masked().Addr().IsLoopback() })
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
