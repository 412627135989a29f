// Package client is the Go SDK of the hub: [Client] for an agency's document-management software, [Admin] for whoever
// operates the hub, [VerifyWebhook] for the receiver of pushed documents. It also holds the wire types of the API, which
// the server uses too, so that both sides speak of the same JSON.
//
// It is thin on purpose: one method per operation of exchange/api/openapi.yaml, no retries, no state. Whoever gets no
// answer sends the same bytes again: the hub gives the original receipt, for ever. A receipt can be checked without the
// hub: see [Receipt.Proof].
//
// It is not the hub: it imports neither its store nor its web server.
package client
