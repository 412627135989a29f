package config

import (
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Check returns all that is wrong with the values as [Mistakes], or nil. It looks at no file.
func (c Config) Check() error { return c.mistakes().orNil() }

func (c Config) mistakes() (ms Mistakes) {
	for _, r := range c.rules() {
		if r.broken != "" {
			ms = append(ms, Mistake{Path: r.path, Source: c.sources[r.path], Text: r.broken})
		}
	}
	return ms
}

// A rule is a setting and how it breaks what its documentation says; empty if it does not.
type rule struct{ path, broken string }

func (c Config) rules() []rule {
	d := c.Delivery
	rules := []rule{
		{"data", required(c.Data)},
		{"anchors", required(c.Anchors)},
		{"hub.id", identifier(c.Hub.ID)},
		{"hub.name", name(c.Hub.Name)},
		{"hub.origin", word(c.Hub.Origin, 150)},
		{"http.listen", c.HTTP.listen()},
		{"http.tls_cert", together(c.HTTP.TLSCert, c.HTTP.TLSKey, "http.tls_key")},
		{"http.tls_key", together(c.HTTP.TLSKey, c.HTTP.TLSCert, "http.tls_cert")},
		{"http.trusted_proxies", proxies(c.HTTP.TrustedProxies)},
		{"admin.listen", c.Admin.listen(c.HTTP.Listen)},
		{"limits.body", between(c.Limits.Body, 64<<10, 1<<30)},
		{"limits.memory", between(c.Limits.Memory, 2*c.Limits.Body, 1<<40)},
		{"limits.addressees", between(c.Limits.Addressees, 1, 10_000)},
		{"limits.secret_notations", notBlank(c.Limits.SecretNotations)},
		{"delivery.workers", between(d.Workers, 1, 1024)},
		{"delivery.attempt_timeout", between(d.AttemptTimeout, Duration(time.Second), Duration(9*time.Minute))},
		{"delivery.lease", between(d.Lease, d.AttemptTimeout+Duration(time.Second), Duration(10*time.Minute))},
		{"delivery.answer", d.Answer.within(time.Hour)},
		{"delivery.allow", networks(d.Allow)},
	}
	rules = append(rules, c.Revocation.rules()...)
	rules = append(rules, rule{"clock.max_error", between(c.Clock.MaxError, Duration(10*time.Millisecond), Duration(time.Hour))})
	for priority, lifetime := range d.Lifetime {
		if why := lifetime.within(time.Hour); why != "" {
			rules = append(rules, rule{"delivery.lifetime", fmt.Sprintf("of priority %d %s", priority, why)})
		}
	}
	for priority, notice := range d.DelayNotice {
		if why := notice.within(time.Minute); why != "" && notice != (Term{}) {
			rules = append(rules, rule{"delivery.delay_notice", fmt.Sprintf("of priority %d %s", priority, why)})
		}
	}
	return rules
}

func required(s string) string {
	if strings.TrimSpace(s) == "" {
		return "is required"
	}
	return ""
}

// identifier has the form that an envelope asks of an agency's (envelope.ParseAgencyID): what the hub writes in its own
// name is read like anybody's.
func identifier(s string) string {
	const alnum = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	switch {
	case s == "":
		return "is required"
	case len(s) > 35:
		return fmt.Sprintf("has %d characters, at most 35", len(s))
	case strings.Trim(s, alnum+".-_") != "" || strings.Trim(s, ".-_") != s || strings.Contains(s, "..") || strings.EqualFold(s, "null"):
		return fmt.Sprintf("= %q is not an agency identifier, as in 000.00.00.H44 or H44.24", s)
	}
	return ""
}

// name: what an envelope carries as the name of an agency.
func name(s string) string {
	if n := utf8.RuneCountInString(s); n > 200 {
		return fmt.Sprintf("has %d characters, at most 200", n)
	}
	return required(s)
}

// word: what stands in a checkpoint as one word.
func word(s string, most int) string {
	bad := func(r rune) bool { return r == '+' || r == ' ' || !unicode.IsPrint(r) }
	switch {
	case s == "":
		return "is required"
	case len(s) > most:
		return fmt.Sprintf("has %d bytes, at most %d", len(s), most)
	case strings.ContainsFunc(s, bad) || !isUTF8(s):
		return fmt.Sprintf("= %q is not one printable word without \"+\"", s)
	}
	return ""
}

func isUTF8(s string) bool { return strings.ToValidUTF8(s, "") == s }

func together(this, other, name string) string {
	if this == "" && other != "" {
		return "is required with " + name
	}
	return ""
}

type number interface {
	~int | ~int64
}

func between[N number](n, least, most N) string {
	if n < least || n > most {
		return fmt.Sprintf("= %v is not in %v to %v", n, least, most)
	}
	return ""
}

func notBlank(list []string) string {
	for i, s := range list {
		if strings.TrimSpace(s) == "" {
			return fmt.Sprintf("item %d is empty", i+1)
		}
	}
	return ""
}

func (h HTTP) listen() string {
	host, why := endpoint(h.Listen)
	if why != "" {
		return why
	}
	if h.TLSCert == "" && h.TLSKey == "" && !isLoopback(host) {
		return fmt.Sprintf("= %q is not a loopback address: set http.tls_cert and http.tls_key", h.Listen)
	}
	return ""
}

func (a Admin) listen(public string) string {
	if a.Listen == "" {
		return ""
	}
	host, why := endpoint(a.Listen)
	if why != "" {
		return why
	}
	addr, _ := netip.ParseAddr(host)
	if !isLoopback(host) && !addr.IsPrivate() {
		return fmt.Sprintf("= %q is neither a loopback nor a private address", a.Listen)
	}
	if a.Listen == public && !strings.HasSuffix(public, ":0") {
		return "is the same as http.listen"
	}
	return ""
}

// endpoint splits host:port; the host may be empty, the port is a number.
func endpoint(s string) (host, why string) {
	host, port, err := net.SplitHostPort(s)
	if err != nil {
		return "", fmt.Sprintf("= %q is not host:port, as in 127.0.0.1:8080", s)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return "", fmt.Sprintf("= %q has no port from 0 to 65535", s)
	}
	return host, ""
}

func isLoopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.Unmap().IsLoopback()
}
