package console

import (
	"time"

	"github.com/lienthong/lienthong/client"
	"github.com/lienthong/lienthong/exchange"
)

// A Machine tells the operators' pages of the program and of what it runs on. What is nil or empty is left out of them.
// The functions may be called concurrently; none of them takes long.
type Machine struct {
	Started time.Time
	// Disk is the room on the disk with the data, in bytes.
	Disk func() (free, total uint64, err error)
	// Stored are the sizes of what lies in the data directory.
	Stored func() ([]Stored, error)
	// Time is the state of the clock, and whether receipts are given by it.
	Time func() (exchange.TimeState, bool)
	// Ready says what of readiness was proved last; it may have a durable write made, at most one a minute.
	Ready func() client.Readiness
	// Endings are the certificates that the hub rests on.
	Endings func() []Ending
	// Sources are those that the hub asks about revocation; Unproven the documents that wait for their word.
	Sources  func() []client.RevocationSource
	Unproven func() (int64, error)
	// Settings are the configuration in effect, without secrets.
	Settings []Setting
}

// An Ending is a certificate that will end: of an agency's signer, or of a trust anchor, which has no agency.
type Ending struct {
	Agency      exchange.AgencyID
	Name        string
	Fingerprint string
	At          time.Time
}

// Stored is the size of one part of what is kept.
type Stored struct {
	Name  string // the file or directory
	Bytes int64
}

// A Setting is one value of the configuration, with where it comes from.
type Setting struct {
	Path, Value, Source string
}
