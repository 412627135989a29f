// Package bench measures a whole hub on this machine, for operators who size one: real signatures, the API over the
// loopback, push and pull.
//
// The hub runs in this process, and the agencies' software in another one (Clients), so that memory and processor time
// of the two are told apart. Documents are signed before the measured time begins, into a file: neither the signing nor
// the documents that wait to be sent are in any figure. The agencies do what theirs would have to: receivers check and
// take every document, and senders fetch the statuses that the hub writes to them.
package bench
