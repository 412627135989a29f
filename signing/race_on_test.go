//go:build race

package signing_test

// raced tells that the race detector is on: it watches our code and not that of
// SHA-256, so that no time compares.
const raced = true
