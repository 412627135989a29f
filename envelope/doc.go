// Package envelope says what is sent to whom: it reads and writes the edXML
// file (QCVN 102:2016) that carries an official document or a status message,
// its attachments and the identifiers of the agencies named in it.
//
// Parse takes nothing but a *signing.Verified, so that no envelope exists in
// the program whose bytes have not been through the verifier, and reads from
// the verifier's own token table, so that what was checked and what is read
// cannot differ (DESIGN P4). It is tolerant where the field is untidy and the
// meaning is not in doubt, refuses everything else, and says of each refusal
// where it is, which rule it breaks and what to do, in Vietnamese and English
// (DESIGN P11).
//
// The package knows nothing of agencies that exist, of delivery or of storage,
// and does no input or output.
package envelope
