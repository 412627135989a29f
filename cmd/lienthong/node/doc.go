// Package node puts one whole hub together, by hand and in one place: directory, store, use cases, dispatcher, HTTP
// listeners, calendar work; and it makes the directory in which a hub lives. The commands serve, bench and demo are
// thin because of it.
//
// It holds no rules and prints nothing.
package node
