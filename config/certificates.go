package config

import (
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"
)

// Certificates is whose signatures are taken, beyond the trust anchors.
type Certificates struct {
	// Policies are certificate policies, as object identifiers such as 1.3.6.1.4.1.55555.1.2: a signer's certificate must
	// assert one of them itself. Empty: any will do. Pinned certificates are not asked.
	Policies []x509.OID `yaml:"policies"`
}

// Revocation is how the hub learns that certificates were revoked.
type Revocation struct {
	// Policy says what comes of a document whose signer's certificate nobody vouches for at the moment: require refuses
	// it for now (503), prefer accepts it with a flag and judges it again later, off asks nobody. A certificate that is
	// known to be revoked is refused by both of the first.
	Policy Policy `yaml:"policy"`

	// Anchors are other policies for single trust anchors, as SHA-256=POLICY: the fingerprint of the root's certificate
	// in hex, as openssl x509 -fingerprint -sha256 shows it.
	Anchors []AnchorPolicy `yaml:"anchors"`

	// MaxAge is how long a statement counts that does not say when the next is due, 1h to 366d. All others count until
	// then, however old they are.
	MaxAge Duration `yaml:"max_age"`

	// Refresh is the longest time between two questions to a service, 1m to 30d: how long a revocation may go unnoticed.
	Refresh Duration `yaml:"refresh"`

	// Timeout is how long one question may take, 1s to 1m. No submission waits for it.
	Timeout Duration `yaml:"timeout"`

	// Allow are the networks that services may lie in, as in delivery.allow: certificates name the services, and must not
	// lead the hub to its own machine.
	Allow []netip.Prefix `yaml:"allow"`
}

// Allows reports whether a service at addr may be asked.
func (r Revocation) Allows(addr netip.Addr) bool { return allows(r.Allow, addr) }

// Clock is what the hub asks of the machine's clock, because receipts say when.
type Clock struct {
	// Policy says when no receipts are given: require wants a clock that the kernel says is kept right, prefer refuses
	// only where it was kept since the hub started and is not any more, off never refuses.
	Policy Policy `yaml:"policy"`

	// MaxError is by how much the clock may be wrong by the kernel's own word, 10ms to 1h.
	MaxError Duration `yaml:"max_error"`
}

// A Policy is require, prefer or off.
type Policy string

const (
	Require Policy = "require"
	Prefer  Policy = "prefer"
	Off     Policy = "off"
)

// MarshalText implements encoding.TextMarshaler.
func (p Policy) MarshalText() ([]byte, error) { return []byte(p), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (p *Policy) UnmarshalText(text []byte) error {
	switch *p = Policy(text); *p {
	case Require, Prefer, Off:
		return nil
	}
	return errors.New("not one of require, prefer and off")
}

// An AnchorPolicy is the policy for one trust anchor.
type AnchorPolicy struct {
	Fingerprint string // SHA-256, lower-case hex
	Policy      Policy
}

// MarshalText implements encoding.TextMarshaler.
func (a AnchorPolicy) MarshalText() ([]byte, error) {
	return []byte(a.Fingerprint + "=" + string(a.Policy)), nil
}

// UnmarshalText implements encoding.TextUnmarshaler. It takes the fingerprint with colons and in capitals too.
func (a *AnchorPolicy) UnmarshalText(text []byte) error {
	fingerprint, policy, found := strings.Cut(string(text), "=")
	a.Fingerprint = strings.ToLower(strings.ReplaceAll(fingerprint, ":", ""))
	if raw, err := hex.DecodeString(a.Fingerprint); !found || err != nil || len(raw) != 32 {
		return errors.New("not a SHA-256 in hex, an equals sign and a policy, as in 5e88…=require")
	}
	return a.Policy.UnmarshalText([]byte(policy))
}

func (r Revocation) rules() []rule {
	return []rule{
		{"revocation.anchors", twice(r.Anchors)},
		{"revocation.max_age", between(r.MaxAge, Duration(time.Hour), Duration(366*day))},
		{"revocation.refresh", between(r.Refresh, Duration(time.Minute), Duration(30*day))},
		{"revocation.timeout", between(r.Timeout, Duration(time.Second), Duration(time.Minute))},
		{"revocation.allow", networks(r.Allow)},
	}
}

func twice(list []AnchorPolicy) string {
	seen := make(map[string]bool)
	for i, a := range list {
		if seen[a.Fingerprint] {
			return fmt.Sprintf("item %d: %s stands there twice", i+1, a.Fingerprint)
		}
		seen[a.Fingerprint] = true
	}
	return ""
}
