// Package crash is test support: a load on the embedded engine that writes down every promise as it is given, and a
// judge who holds the engine to them after its process has died. Its own test kills the process; package powercut takes
// the power from the disk.
//
// It is not a benchmark, and knows nothing of the engine but the store's contract and how to open it.
package crash
