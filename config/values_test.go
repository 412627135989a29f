package config_test

import (
	"math"
	"net/netip"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/lienthong/lienthong/config"
)

func TestSizes(t *testing.T) {
	tests := []struct {
		text string
		want config.Size // -1: refused
	}{
		{"0B", 0},
		{"512B", 512},
		{"64KiB", 64 << 10},
		{"64MiB", 64 << 20},
		{"8589934591GiB", 8589934591 << 30},
		{"8589934592GiB", -1}, // 2^63
		{"64", -1},
		{"64MB", -1}, // 1000 or 1024? nobody has to guess
		{"64 MiB", -1},
		{"-1B", -1},
		{"+1B", -1},
		{"1.5GiB", -1},
		{"MiB", -1},
		{"", -1},
	}
	for _, tt := range tests {
		got, err := config.ParseSize(tt.text)
		if refused := tt.want < 0; refused != (err != nil) || !refused && got != tt.want {
			t.Errorf("ParseSize(%q) = %d, %v, want %d", tt.text, got, err, tt.want)
		}
	}
}

func TestDurations(t *testing.T) {
	const refused = time.Duration(-1)
	tests := []struct {
		text string
		want time.Duration
	}{
		{"0s", 0},
		{"30s", 30 * time.Second},
		{"1h30m", 90 * time.Minute},
		{"14d", 14 * 24 * time.Hour},
		{"1d12h", 36 * time.Hour},
		{"106751d", 106751 * 24 * time.Hour},
		{"106752d", refused}, // over 2^63 ns
		{"106751d24h", refused},
		{"30", refused},
		{"-30s", refused},
		{"+1d", refused},
		{"1d-1h", refused},
		{"d", refused},
		{"1.5d", refused},
		{"1w", refused},
		{"", refused},
	}
	for _, tt := range tests {
		got, err := config.ParseDuration(tt.text)
		if (tt.want == refused) != (err != nil) || err == nil && time.Duration(got) != tt.want {
			t.Errorf("ParseDuration(%q) = %v, %v, want %v", tt.text, got, err, tt.want)
		}
	}
}

func TestStringsAreShort(t *testing.T) {
	tests := []struct{ got, want string }{
		{config.Size(0).String(), "0B"},
		{config.Size(1536).String(), "1536B"},
		{config.Size(64 << 20).String(), "64MiB"},
		{config.Duration(0).String(), "0s"},
		{config.Duration(10 * time.Minute).String(), "10m"},
		{config.Duration(10 * time.Hour).String(), "10h"},
		{config.Duration(time.Hour + time.Second).String(), "1h0m1s"},
		{config.Duration(36 * time.Hour).String(), "1d12h"},
		{config.Duration(30 * 24 * time.Hour).String(), "30d"},
		{config.Duration(1500 * time.Millisecond).String(), "1.5s"},
	}
	for _, tt := range tests {
		if tt.got != tt.want {
			t.Errorf("got %s, want %s", tt.got, tt.want)
		}
	}
}

func TestValuesComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(0, math.MaxInt64).Draw(t, "n")
		if got, err := config.ParseSize(config.Size(n).String()); err != nil || int64(got) != n {
			t.Fatalf("%s is read as %d, %v", config.Size(n), got, err)
		}
		if got, err := config.ParseDuration(config.Duration(n).String()); err != nil || int64(got) != n {
			t.Fatalf("%s is read as %d, %v", config.Duration(n), got, err)
		}
	})
}

func TestAllows(t *testing.T) {
	tests := []struct {
		name  string
		allow []string
		addr  string
		want  bool
	}{
		{"the internet", nil, "203.0.113.7", true},
		{"a private network", nil, "10.1.2.3", true},
		{"loopback", nil, "127.0.0.1", false},
		{"all of loopback", nil, "127.9.9.9", false},
		{"loopback, IPv6", nil, "::1", false},
		{"loopback, IPv4 in IPv6", nil, "::ffff:127.0.0.1", false},
		{"the metadata service", nil, "169.254.169.254", false},
		{"link-local, IPv6, with a zone", nil, "fe80::1%eth0", false},
		{"unspecified", nil, "0.0.0.0", false},
		{"multicast", nil, "224.0.0.1", false},
		{"multicast, IPv6", nil, "ff02::1", false},

		{"listed", []string{"10.0.0.0/8"}, "10.1.2.3", true},
		{"listed, IPv4 in IPv6", []string{"10.0.0.0/8"}, "::ffff:10.1.2.3", true},
		{"not listed", []string{"10.0.0.0/8"}, "203.0.113.7", false},
		{"one of several", []string{"192.168.0.0/16", "10.0.0.0/8"}, "10.1.2.3", true},
		{"loopback listed by itself", []string{"127.0.0.1/32"}, "127.0.0.1", true},
		{"another loopback address", []string{"127.0.0.1/32"}, "127.0.0.2", false},
		{"all of loopback listed", []string{"127.0.0.0/8"}, "127.0.0.2", true},
		{"loopback within a wide network", []string{"0.0.0.0/0"}, "127.0.0.1", false},
		{"loopback within a network that begins there", []string{"127.0.0.0/7"}, "127.0.0.1", false},
		{"the rest of a wide network", []string{"0.0.0.0/0"}, "203.0.113.7", true},
		{"link-local listed", []string{"169.254.0.0/16"}, "169.254.0.1", true},
		{"link-local listed, with a zone", []string{"fe80::/64"}, "fe80::1%eth0", true},
		{"link-local listed, IPv6", []string{"fe80::/64"}, "fe80::1", true},
		{"multicast cannot be listed", []string{"224.0.0.0/4"}, "224.0.0.1", false},
		{"unspecified cannot be listed", []string{"0.0.0.0/32"}, "0.0.0.0", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var d config.Delivery
			for _, p := range tt.allow {
				d.Allow = append(d.Allow, netip.MustParsePrefix(p))
			}
			if got := d.Allows(netip.MustParseAddr(tt.addr)); got != tt.want {
				t.Errorf("Allows(%s) = %v, want %v", tt.addr, got, tt.want)
			}
		})
	}
	if (config.Delivery{}).Allows(netip.Addr{}) {
		t.Error("Allows(the zero address) = true")
	}
}
