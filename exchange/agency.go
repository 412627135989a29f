package exchange

import (
	"cmp"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"net/netip"
	"slices"
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
	// NoChannel is that of an agency without a connection of its own: what is for it goes to its gateway.
	NoChannel Channel = "none"
)

// A Level is the place of an agency in the administrative tree.
type Level string

const (
	Central    Level = "central" // bodies of the first level other than provinces: ministries and the like
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
	// Codes are further codes with a time of validity: of agencies that were renamed, or whose old code runs out.
	Codes []Code `json:"codes,omitempty"`
	// CodeUntil is when ID ceases to be an address, because the agency was renamed; zero while it is one. The agency
	// stays known by it for ever: records, log entries and statuses name it so.
	CodeUntil time.Time `json:"code_until,omitzero"`
	// Gateway receives for the agency if it has no connection of its own, and for those below it that have neither
	// connection nor gateway (Decision 28/2018, article 7.3).
	Gateway AgencyID `json:"gateway,omitempty"`
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
	// Successors are who took the place of the agency when it was closed; none while it lives.
	Successors []Successor `json:"successors,omitempty"`

	// Version is the compare-and-swap token: the store raises it on every change. Zero means "does not exist yet".
	Version uint64 `json:"version"`
}

// An Endpoint is where the hub posts documents for a push agency.
type Endpoint struct {
	URL string `json:"url,omitempty"`
	// Secret is the Standard Webhooks secret ("whsec_…"). It never appears in a log or a listing.
	Secret string `json:"secret,omitempty"`
	// Former is the secret before, with which posts are signed as well until FormerUntil. It is as secret.
	Former      string    `json:"former,omitempty"`
	FormerUntil time.Time `json:"former_until,omitzero"`
	// Allow are the networks the endpoint's name may resolve to. Empty allows none.
	Allow []netip.Prefix `json:"allow,omitempty"`
	// ClosedAt is set when the endpoint answered 410; nothing is posted until an operator opens it again.
	ClosedAt time.Time `json:"closed_at,omitzero"`
}

// Secrets are those with which a post is signed at the time: the newest first.
func (e Endpoint) Secrets(at time.Time) []string {
	if e.Former != "" && at.Before(e.FormerUntil) {
		return []string{e.Secret, e.Former}
	}
	return []string{e.Secret}
}

// A Certificate binds a signing certificate to an agency for a time. Two may overlap for rollover.
type Certificate struct {
	DER   []byte    `json:"der"`
	From  time.Time `json:"from"`
	Until time.Time `json:"until,omitzero"` // zero: until the certificate itself ends
	// Pinned certificates are trusted by themselves, without a chain: old ones whose authorities signed with SHA-1.
	Pinned bool `json:"pinned,omitempty"`
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

// pinned lists the pinned certificates of an agency that are in force at the given time.
func (a Agency) pinned(at time.Time) (list []*x509.Certificate) {
	for _, c := range a.Certificates {
		if !c.Pinned {
			continue
		}
		if cert, err := x509.ParseCertificate(c.DER); err == nil && c.holds(cert, at) {
			list = append(list, cert)
		}
	}
	return list
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

// Is reports whether code means, meant or will mean this agency: its identifier, an alias or a further code at any time.
func (a Agency) Is(code AgencyID) bool {
	return a.ID == code || slices.Contains(a.Aliases, code) ||
		slices.ContainsFunc(a.Codes, func(c Code) bool { return c.Code == code })
}

// AllCodes are the identifier, the aliases and the further codes of any time.
func (a Agency) AllCodes() []AgencyID {
	all := append([]AgencyID{a.ID}, a.Aliases...)
	for _, c := range a.Codes {
		all = append(all, c.Code)
	}
	return all
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
	Agency   AgencyID // empty for an operator
	Operator string   // name of the operator, empty for an agency
	Auditor  string   // name of the auditor: reads the log and what is reckoned from it, and changes nothing
	// Administers is the agency whose connection and people the caller looks after. By itself it opens no document: the
	// use cases of documents ask for Agency.
	Administers AgencyID
	Credential  string // id of the key used, for the log
	Address     netip.Addr
	Test        bool // authenticated with a test key
}

// Stranger is the actor of what nobody known did: a lock after wrong tries.
const Stranger = "stranger"

// Actor names the caller in log entries.
func (c Caller) Actor() string {
	if c.Operator != "" {
		return "operator:" + c.Operator
	}
	if c.Auditor != "" {
		return "auditor:" + c.Auditor
	}
	return string(cmp.Or(c.Agency, c.Administers))
}
