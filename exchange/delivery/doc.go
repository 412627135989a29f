// Package delivery takes documents to the agencies that want them posted: the [Dispatcher] decides when and how many
// at a time, a [Courier] carries one, and judge.go and backoff.go say what comes of it.
//
// What it promises (DESIGN 6, P5, P6):
//
//   - It never polls: it sleeps until it is woken or the next delivery falls due.
//   - A delivery is leased only when an attempt can begin. While an endpoint is down its deliveries stay queued and
//     use up nothing; one of them is tried after growing pauses, and a returning endpoint is loaded slowly.
//   - Agencies whose last attempt failed or was slow share half of the workers, so that the others always have the
//     rest. An endpoint that goes bad can hold each worker once, for one attempt timeout; then it is known.
//   - An attempt cut short by the hub's own end is nobody's failure.
//
// It is not a queue (package store) and holds no state that a restart would miss.
package delivery
