// Package api is the hub's HTTP API: it turns requests into the use cases of package exchange and their results into
// JSON, and nothing else. openapi.yaml is the contract; the tests hold every request and response against it.
//
// There are two listeners. The public one knows agencies by their API keys; the admin one is a Unix socket, and whoever
// can open it is the operator. What is not in the table of routes does not exist, a route that does not say otherwise
// wants a caller, and a query parameter that a route does not name is refused.
//
// Memory is bounded: no body is read before room for all of it has been taken from the budget, and it is read once,
// into one buffer of its exact size (DESIGN P9).
//
// It holds no rules of the exchange, and no words for refusals: those are package exchange's and package problem's.
package api
