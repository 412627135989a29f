package client

import (
	"net/netip"
	"time"
)

// An AgencyDetail is an agency as its operator sees it. Secrets are never shown.
type AgencyDetail struct {
	Agency
	SendsFor        []string      `json:"sends_for,omitempty"`
	Channel         string        `json:"channel"` // pull, push or none
	AcceptUnsigned  bool          `json:"accept_unsigned,omitempty"`
	LegacySHA1Until time.Time     `json:"legacy_sha1_until,omitzero"`
	Console         bool          `json:"console,omitempty"` // clerks take documents and give statuses in the console
	Endpoint        *Endpoint     `json:"endpoint,omitempty"`
	Certificates    []Certificate `json:"certificates,omitempty"`
	Keys            []Key         `json:"keys,omitempty"`
}

// An AgencyRequest creates or changes an agency; its identifier stands in the path. Endpoint, certificates and keys
// stay as they are. Version is the version that is changed, 0 for a new agency: any other is refused.
type AgencyRequest struct {
	Name            string    `json:"name"`
	Parent          string    `json:"parent,omitempty"`
	Level           string    `json:"level"` // province, department, district or commune
	Aliases         []string  `json:"aliases,omitempty"`
	SendsFor        []string  `json:"sends_for,omitempty"`
	Channel         string    `json:"channel"`
	AcceptUnsigned  bool      `json:"accept_unsigned,omitempty"`
	LegacySHA1Until time.Time `json:"legacy_sha1_until,omitzero"`
	Sandbox         bool      `json:"sandbox,omitempty"`
	Console         bool      `json:"console,omitempty"` // clerks take documents and give statuses in the console
	ClosedAt        time.Time `json:"closed_at,omitzero"`
	Version         uint64    `json:"version"`

	Codes      []Code      `json:"codes,omitempty"`
	CodeUntil  time.Time   `json:"code_until,omitzero"`
	Gateway    string      `json:"gateway,omitempty"`
	Successors []Successor `json:"successors,omitempty"`
}

// An Endpoint is where the hub posts an agency's documents.
type Endpoint struct {
	URL      string         `json:"url"`
	Allow    []netip.Prefix `json:"allow"` // networks the name may resolve to
	ClosedAt time.Time      `json:"closed_at,omitzero"`
}

// An EndpointRequest sets an agency's endpoint, and opens it again if it was closed. An empty URL removes it. Without a
// Secret the present one stays, or one is made.
type EndpointRequest struct {
	URL    string         `json:"url"`
	Secret string         `json:"secret,omitempty"` // Standard Webhooks, "whsec_…"
	Allow  []netip.Prefix `json:"allow,omitempty"`  // networks the name may resolve to
}

// A Certificate is one enrolled for signing.
type Certificate struct {
	Fingerprint string    `json:"fingerprint"`       // SHA-256 of the DER form, hex
	Subject     string    `json:"subject,omitempty"` // whose it is, by its own word: RFC 2253
	From        time.Time `json:"from"`
	Until       time.Time `json:"until,omitzero"`     // zero: until the certificate itself ends
	NotAfter    time.Time `json:"not_after,omitzero"` // when that is
	Pinned      bool      `json:"pinned,omitempty"`   // trusted by itself, without a chain
	Also        []string  `json:"also,omitempty"`     // other agencies that it is in force for; not in lists of agencies
}

// A CertificateRequest enrols a certificate. A zero From is now.
type CertificateRequest struct {
	PEM   string    `json:"pem"`
	From  time.Time `json:"from,omitzero"`
	Until time.Time `json:"until,omitzero"`
	// Pinned has the certificate trusted by itself: an old one whose chain uses SHA-1. Until must be set then.
	Pinned bool `json:"pinned,omitempty"`
}

// A RevocationSource is something that an authority is asked for: the OCSP response about a certificate, or a list.
type RevocationSource struct {
	Kind       string    `json:"kind"`    // ocsp or crl
	Subject    string    `json:"subject"` // of the certificate; of a list, of its issuer
	Place      string    `json:"place"`   // where it is asked for
	Fresh      bool      `json:"fresh"`   // what it said last still counts
	State      string    `json:"state,omitempty"`
	Revoked    int       `json:"revoked,omitempty"` // certificates on a list
	ThisUpdate time.Time `json:"this_update,omitzero"`
	NextUpdate time.Time `json:"next_update,omitzero"`
	Asked      time.Time `json:"asked,omitzero"`
	Due        time.Time `json:"due,omitzero"` // when it is asked again
	Failures   int       `json:"failures"`     // since it was last heard
	Error      string    `json:"error,omitempty"`
}

// A Key is an API key without its secret.
type Key struct {
	ID      string         `json:"id"`
	Test    bool           `json:"test,omitempty"`
	Created time.Time      `json:"created"`
	Until   time.Time      `json:"until"`
	Revoked time.Time      `json:"revoked,omitzero"`
	Allow   []netip.Prefix `json:"allow,omitempty"` // empty: from anywhere
}

// A KeyRequest asks for a key. At most two of an agency are in force at once.
type KeyRequest struct {
	Test  bool           `json:"test,omitempty"`
	Until time.Time      `json:"until,omitzero"` // zero: a year from now
	Allow []netip.Prefix `json:"allow,omitempty"`
}

// An IssuedKey is a new key. The secret is shown this once.
type IssuedKey struct {
	Secret string `json:"secret"`
	Key    Key    `json:"key"`
}

// An ImportReport says what an import has changed or, if Dry, would have.
type ImportReport struct {
	Dry       bool `json:"dry"`
	Rows      int  `json:"rows"`
	Added     int  `json:"added"`
	Changed   int  `json:"changed"`
	Unchanged int  `json:"unchanged"`

	Kinds       map[string]int `json:"kinds,omitempty"`       // number of differences: added, changed, renamed, alias, closed, redirected
	Differences []Difference   `json:"differences,omitempty"` // the first thousand of them
}

// A Difference is one thing that an import changes, in words.
type Difference struct {
	Line   int    `json:"line"`
	Agency string `json:"agency"`
	Kind   string `json:"kind"`
	VI     string `json:"vi"`
	EN     string `json:"en"`
}

// Moved is what became of deliveries that waited for agencies which are closed, or not connected any more.
type Moved struct {
	Redirected int `json:"redirected"` // to the one successor, or the gateway
	Stranded   int `json:"stranded"`   // dead letters: no successor, or several; the senders are told
	Underway   int `json:"underway"`   // in an attempt; the hub comes back to them within a minute
}

// A RequeueRequest sends dead letters again.
type RequeueRequest struct {
	Deliveries []string `json:"deliveries,omitempty"` // not where the path names the one
	Reason     string   `json:"reason"`
	// To is which of several successors of a closed addressee gets it. Empty: the addressee, or its one successor.
	To string `json:"to,omitempty"`
}

// A Requeued is what became of one delivery of a requeue. Code is empty when it succeeded.
type Requeued struct {
	Delivery string `json:"delivery"`
	State    string `json:"state,omitempty"`
	Code     string `json:"code,omitempty"`
}

// A BackupRequest names a directory on the hub's machine; it must be empty or absent.
type BackupRequest struct {
	Dir string `json:"dir"`
}

// A HubStatus is the state of a running hub.
type HubStatus struct {
	Version    string           `json:"version"`
	Now        time.Time        `json:"now"`
	Started    time.Time        `json:"started"`
	Agencies   int              `json:"agencies"`
	Deliveries map[string]int64 `json:"deliveries"` // by state
	LogSize    int64            `json:"log_size"`
	LastTick   time.Time        `json:"last_tick,omitzero"` // of the dispatcher
	InFlight   int64            `json:"in_flight"`          // bytes of bodies being taken
}
