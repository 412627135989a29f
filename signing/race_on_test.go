//go:build race

package signing_test

// raced tells that the race detector is on: it slows down our code and not that of
// SHA-256, and allocates for itself.
const raced = true
