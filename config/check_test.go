package config_test

import (
	"errors"
	"net/netip"
	"strings"
	"testing"

	"github.com/lienthong/lienthong/config"
)

// What the files of testdata/bad do not show: the edges, and values that no file can hold.
func TestCheck(t *testing.T) {
	tests := []struct {
		name string
		set  func(c *config.Config)
		want string // "path | part of the text"; empty for none
	}{
		{"nothing", func(*config.Config) {}, ""},
		{"localhost needs no TLS", func(c *config.Config) { c.HTTP.Listen = "localhost:80" }, ""},
		{"nor does loopback in IPv6", func(c *config.Config) { c.HTTP.Listen = "[::1]:80" }, ""},
		{"a name may be anywhere", func(c *config.Config) { c.HTTP.Listen = "hub.example.vn:80" }, "http.listen | not a loopback"},
		{"a key without its certificate", func(c *config.Config) { c.HTTP.TLSKey = "k" }, "http.tls_cert | is required with http.tls_key"},
		{"two free ports are not the same", func(c *config.Config) { c.HTTP.Listen, c.Admin.Listen = "127.0.0.1:0", "127.0.0.1:0" }, ""},
		{"one proxy", func(c *config.Config) { c.HTTP.TrustedProxies = nets("127.0.0.1/32") }, ""},
		{"a network of proxies", func(c *config.Config) { c.HTTP.TrustedProxies = nets("10.1.2.0/24", "fd00::/64") }, ""},
		{"every IPv4 address as proxy", func(c *config.Config) { c.HTTP.TrustedProxies = nets("10.1.2.4/32", "0.0.0.0/0") }, "http.trusted_proxies | item 2: 0.0.0.0/0 trusts everybody"},
		{"every IPv6 address as proxy", func(c *config.Config) { c.HTTP.TrustedProxies = nets("::/0") }, "http.trusted_proxies | item 1: ::/0 trusts everybody"},
		{"a proxy with host bits", func(c *config.Config) { c.HTTP.TrustedProxies = nets("10.1.2.4/24") }, "http.trusted_proxies | write 10.1.2.0/24"},
		{"a proxy that is none", func(c *config.Config) { c.HTTP.TrustedProxies = []netip.Prefix{{}} }, "http.trusted_proxies | item 1 is not a network"},
		{"no admin listener", func(c *config.Config) { c.Admin.Listen = "" }, ""},
		{"admin on a public address", func(c *config.Config) { c.Admin.Listen = "203.0.113.7:9090" }, "admin.listen | neither"},
		{"the longest identifier", func(c *config.Config) { c.Hub.ID = strings.Repeat("H", 35) }, ""},
		{"a longer one", func(c *config.Config) { c.Hub.ID = strings.Repeat("H", 36) }, "hub.id | has 36 characters, at most 35"},
		{"an identifier of all it may hold", func(c *config.Config) { c.Hub.ID = "Z01.a-b_9" }, ""},
		{"an identifier with a plus sign", func(c *config.Config) { c.Hub.ID = "H44+1" }, "hub.id | not an agency identifier"},
		{"an identifier of other letters", func(c *config.Config) { c.Hub.ID = "Đ44" }, "hub.id | not an agency identifier"},
		{"an identifier with an empty group", func(c *config.Config) { c.Hub.ID = "H44..1" }, "hub.id | not an agency identifier"},
		{"an identifier that ends in a dot", func(c *config.Config) { c.Hub.ID = "H44." }, "hub.id | not an agency identifier"},
		{"the word for none", func(c *config.Config) { c.Hub.ID = "Null" }, "hub.id | not an agency identifier"},
		{"the longest name, in letters", func(c *config.Config) { c.Hub.Name = strings.Repeat("Ủ", 200) }, ""},
		{"a longer one, too", func(c *config.Config) { c.Hub.Name = strings.Repeat("U", 201) }, "hub.name | has 201 characters, at most 200"},
		{"a name of blanks", func(c *config.Config) { c.Hub.Name = " " }, "hub.name | is required"},
		{"the longest origin", func(c *config.Config) { c.Hub.Origin = strings.Repeat("a", 150) }, ""},
		{"a longer one", func(c *config.Config) { c.Hub.Origin = strings.Repeat("a", 151) }, "hub.origin | has 151 bytes, at most 150"},
		{"an origin that is no text", func(c *config.Config) { c.Hub.Origin = "a\xff" }, "hub.origin | printable"},
		{"a body as large as half the budget", func(c *config.Config) { c.Limits.Memory = 2 * c.Limits.Body }, ""},
		{"a body larger than that", func(c *config.Config) { c.Limits.Memory = 2*c.Limits.Body - 1 }, "limits.memory | is not in"},
		{"the most addressees", func(c *config.Config) { c.Limits.Addressees = 10_000 }, ""},
		{"one more", func(c *config.Config) { c.Limits.Addressees = 10_001 }, "limits.addressees | is not in"},
		{"a lease that ends with the attempt", func(c *config.Config) { c.Delivery.Lease = c.Delivery.AttemptTimeout }, "delivery.lease | is not in 31s"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := load(t, minimal, nil, nil)
			tt.set(&c)
			err := c.Check()
			if tt.want == "" {
				if err != nil {
					t.Errorf("Check = %v, want nil", err)
				}
				return
			}
			path, text, _ := strings.Cut(tt.want, " | ")
			var ms config.Mistakes
			if !errors.As(err, &ms) || len(ms) != 1 || ms[0].Path != path || !strings.Contains(ms[0].Text, text) {
				t.Errorf("Check = %v, want one mistake, %s: … %s …", err, path, text)
			}
		})
	}
}

func nets(texts ...string) (all []netip.Prefix) {
	for _, text := range texts {
		all = append(all, netip.MustParsePrefix(text))
	}
	return all
}
