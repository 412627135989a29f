// Package translog is the hub's transparency log as a pure data structure:
// what an entry says and how it is written, how entries become the leaves of a
// Merkle tree (RFC 6962), how the head of the tree is signed, and how a receipt
// proves, to someone who holds nothing but the hub's public key, that an entry
// is in the log.
//
// It stores nothing, reads no files, keeps no state and knows no clock. A store
// keeps entries and tree hashes and hands them in through tlog.HashReader. It
// does not decide what is logged: that is the hub's business.
//
// The formats are public ones, so that others can check them with their own
// tools: signed notes with Ed25519, checkpoints as C2SP tlog-checkpoint,
// receipts as C2SP tlog-proof@v1 with the entry as the proof's extra data.
package translog
