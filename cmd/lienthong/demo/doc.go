// Package demo runs the pilot district in one process: the People's Committee and departments of Phú Thọ, Yên Lập
// district with its township and sixteen communes (as in 2018), each with simulated document-management software, over
// a real hub. Documents are signed, verified, queued, pushed and pulled as in real use; one agency's software fails for
// a while and one endpoint is dead.
//
// The account at the end is drawn from what the agencies' software itself remembers, held against the receipts.
//
// It is not a load test (see the command bench), and nothing of it is used by a real hub.
package demo
