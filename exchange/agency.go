package exchange

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"net/netip"
	"time"

	"github.com/lienthong/lienthong/envelope"
)

// AgencyID is an agency's identifier in either grammar (QCVN 102:2016, Decision 20/2020).
type AgencyID = envelope.AgencyID

// A Channel is how documents reach an agency.
type Channel string

const (
	Pull Channel = "pull" // the agency leases, fetches and acknowledges
	Push Channel = "push" // the hub posts the document to the agency's endpoint
)

// A Level is the place of an agency in the administrative tree.
type Level string

const (
	Province   Level = "province"
	Department Level = "department"
	District   Level = "district"
	Commune    Level = "commune"
)

// An Agency is one body of the directory with everything the hub knows of its connection.
type Agency struct {
	ID     AgencyID `json:"id"`
	Name   string   `json:"name"`
	Parent AgencyID `json:"parent,omitempty"`
	Level  Level    `json:"level"`

	// Aliases are further codes that mean this agency (old and new grammar side by side).
	Aliases []AgencyID `json:"aliases,omitempty"`
	// SendsFor are the agencies whose documents this agency's connection may submit besides its own.
	SendsFor []AgencyID `json:"sends_for,omitempty"`

	Channel  Channel  `json:"channel"`
	Endpoint Endpoint `json:"endpoint,omitzero"`

	Certificates []Certificate `json:"certificates,omitempty"`
	Keys         []Key         `json:"keys,omitempty"`

	// AcceptUnsigned admits documents without a signature (legacy connections); they are flagged wherever shown.
	AcceptUnsigned bool `json:"accept_unsigned,omitempty"`
	// LegacySHA1Until admits SHA-1 signatures up to that time as good-weak. Zero refuses them.
	LegacySHA1Until time.Time `json:"legacy_sha1_until,omitzero"`

	// Console says that clerks take documents and give statuses in the console. Otherwise the agency's software does, and
	// the console only shows what it did (DESIGN 7).
	Console bool `json:"console,omitempty"`

	// Sandbox agencies can be reached with test keys, and only they.
	Sandbox bool `json:"sandbox,omitempty"`
	// ClosedAt is when the agency ceased to exist; zero while it lives.
	ClosedAt time.Time `json:"closed_at,omitzero"`

	// Version is the compare-and-swap token: the store raises it on every change. Zero means "does not exist yet".
	Version uint64 `json:"version"`
}

// An Endpoint is where the hub posts documents for a push agency.
type Endpoint struct {
	URL string `json:"url,omitempty"`
	// Secret is the Standard Webhooks secret ("whsec_…"). It never appears in a log or a listing.
	Secret string `json:"secret,omitempty"`
	// Allow are the networks the endpoint's name may resolve to. Empty allows none.
	Allow []netip.Prefix `json:"allow,omitempty"`
	// ClosedAt is set when the endpoint answered 410; nothing is posted until an operator opens it again.
	ClosedAt time.Time `json:"closed_at,omitzero"`
}

// A Certificate binds a signing certificate to an agency for a time. Two may overlap for rollover.
type Certificate struct {
	DER   []byte    `json:"der"`
	From  time.Time `json:"from"`
	Until time.Time `json:"until,omitzero"` // zero: until the certificate itself ends
}

// Fingerprint is the lower-case hex SHA-256 of the certificate's DER form.
func (c Certificate) Fingerprint() string {
	sum := sha256.Sum256(c.DER)
	return hex.EncodeToString(sum[:])
}

func (c Certificate) holds(cert *x509.Certificate, at time.Time) bool {
	return string(c.DER) == string(cert.Raw) && !at.Before(c.From) && (c.Until.IsZero() || at.Before(c.Until))
}

// Signs reports whether cert is enrolled for the agency at the given time.
func (a Agency) Signs(cert *x509.Certificate, at time.Time) bool {
	for _, c := range a.Certificates {
		if c.holds(cert, at) {
			return true
		}
	}
	return false
}

// LivesAt reports whether the agency exists at the given time.
func (a Agency) LivesAt(at time.Time) bool { return a.ClosedAt.IsZero() || at.Before(a.ClosedAt) }

// MaySendFor reports whether the agency's connection may submit documents whose From is id.
func (a Agency) MaySendFor(id AgencyID) bool {
	if a.Is(id) {
		return true
	}
	for _, other := range a.SendsFor {
		if other == id {
			return true
		}
	}
	return false
}

// Is reports whether code means this agency: its identifier or one of its aliases.
func (a Agency) Is(code AgencyID) bool {
	if a.ID == code {
		return true
	}
	for _, alias := range a.Aliases {
		if alias == code {
			return true
		}
	}
	return false
}

// A Key is an API key of an agency. The hub keeps only a digest: the key itself is shown once.
type Key struct {
	ID      string         `json:"id"`
	Digest  []byte         `json:"digest"` // SHA-256 of the whole key text
	Test    bool           `json:"test,omitempty"`
	Created time.Time      `json:"created"`
	Until   time.Time      `json:"until"`
	Revoked time.Time      `json:"revoked,omitzero"`
	Allow   []netip.Prefix `json:"allow,omitempty"` // empty: from anywhere
}

// ActiveAt reports whether the key may be used at the given time.
func (k Key) ActiveAt(at time.Time) bool {
	return k.Revoked.IsZero() && at.Before(k.Until)
}

// A Caller is whom the adapter has authenticated. The zero value may do nothing.
type Caller struct {
	Agency     AgencyID // empty for an operator
	Operator   string   // name of the operator, empty for an agency
	Credential string   // id of the key used, for the log
	Address    netip.Addr
	Test       bool // authenticated with a test key
}

// Actor names the caller in log entries.
func (c Caller) Actor() string {
	if c.Operator != "" {
		return "operator:" + c.Operator
	}
	return string(c.Agency)
}
