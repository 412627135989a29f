package exchange

import (
	"net/netip"
	"slices"
	"time"
)

// A PersonRole is what a person may do in the console.
type PersonRole string

const (
	Clerk       PersonRole = "clerk"        // văn thư: the documents of one agency
	AgencyAdmin PersonRole = "agency-admin" // quản trị đơn vị: the connection of one agency
	Operate     PersonRole = "operator"     // vận hành: the hub
	Audit       PersonRole = "auditor"      // kiểm tra: the log
)

// OfAgency reports whether the role is held in an agency; the others are held in the hub.
func (r PersonRole) OfAgency() bool { return r == Clerk || r == AgencyAdmin }

// A Person is somebody who signs in to the console. The record holds everything that proves who it is; what of it is
// secret leaves the directory in no listing and no log.
type Person struct {
	Login string `json:"login"` // names the record; never changes
	ID    string `json:"id"`    // stands in the log in the name's place; never given again
	Name  string `json:"name"`

	Agency AgencyID     `json:"agency,omitempty"` // empty for the hub's own people
	Roles  []PersonRole `json:"roles"`
	// BreakGlass is the one account that nobody can disable: with it the hub can always be entered.
	BreakGlass bool `json:"break_glass,omitempty"`

	Created  time.Time `json:"created"`
	Disabled time.Time `json:"disabled,omitzero"` // zero: may sign in
	// DisabledBy is who did that, as the log names who acts.
	DisabledBy string `json:"disabled_by,omitempty"`

	// Invitation lets its holder set the password, once.
	Invitation Invitation `json:"invitation,omitzero"`
	Password   string     `json:"password,omitempty"` // argon2id in PHC form; empty until set
	// SecondFactor is the secret of the one-time codes (RFC 6238); empty for none.
	SecondFactor []byte `json:"second_factor,omitempty"`
	// Step is the newest time step of which a code was used: none is taken twice.
	Step int64 `json:"step,omitempty"`
	// Recovery are the SHA-256 of the recovery codes that were not used yet.
	Recovery [][]byte `json:"recovery,omitempty"`

	// Sessions are written at sign-in and gone with sign-out; when one was last used is not stored (DESIGN P12).
	Sessions []Session `json:"sessions,omitempty"`

	// Searches are those that the person keeps, in the order of their names.
	Searches []SavedSearch `json:"searches,omitempty"`

	// Version is the compare-and-swap token, as that of an [Agency]; people have a row of versions of their own.
	Version uint64 `json:"version"`
}

// An Invitation is a link that was handed to a person.
type Invitation struct {
	Digest []byte    `json:"digest,omitempty"` // SHA-256 of the token
	Until  time.Time `json:"until,omitzero"`
}

// A Session is one browser that is signed in.
type Session struct {
	// ID is the person's, a dot and a random part: it is the credential in log entries, and names the person there.
	ID      string     `json:"id"`
	Digest  []byte     `json:"digest"` // SHA-256 of the cookie's value
	Created time.Time  `json:"created"`
	Until   time.Time  `json:"until"` // however busy it is
	Address netip.Addr `json:"address,omitzero"`
	Agent   string     `json:"agent,omitempty"` // the browser, as it says itself
}

// Has reports whether the person holds the role.
func (p Person) Has(r PersonRole) bool { return slices.Contains(p.Roles, r) }

// KeptOut reports whether the hub, and not the person's own agency, disabled the account: none but an operator lets them in
// again. So it is where nobody wrote down who did it.
func (p Person) KeptOut() bool {
	return !p.Disabled.IsZero() && (p.Agency == "" || p.DisabledBy != string(p.Agency))
}

// NeedsSecondFactor reports whether the person may not sign in with a password alone: all but mere clerks.
func (p Person) NeedsSecondFactor() bool {
	return slices.ContainsFunc(p.Roles, func(r PersonRole) bool { return r != Clerk })
}

// Caller is the person acting in a session. A clerk acts for the agency, in all that concerns its documents. An
// administrator of an agency does not: such a caller Administers it, which the directory's use cases take for keys,
// certificates, endpoint and people of that one agency, and the hub's for its connection; to every use case of documents
// it is nobody. Who holds both roles may do both. An operator acts for the hub, an auditor reads its log. A role that acts for
// none of these gives the zero Caller, which may do nothing. The credential is the session in each case, so that the log names it.
func (p Person) Caller(s Session, from netip.Addr) Caller {
	c := Caller{Credential: s.ID, Address: from}
	if p.Has(Clerk) {
		c.Agency = p.Agency
	}
	if p.Has(AgencyAdmin) {
		c.Administers = p.Agency
	}
	if p.Has(Operate) {
		c.Operator = p.ID
	}
	if p.Has(Audit) {
		c.Auditor = p.ID
	}
	if c.Actor() == "" {
		return Caller{}
	}
	return c
}
