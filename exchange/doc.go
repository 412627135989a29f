// Package exchange is the domain of the hub: what a message, a delivery, a lease and a receipt are, what may follow
// what, and the use cases that put them together. The one that matters is [Hub.Submit].
//
// The way of one submission (DESIGN 3): the caller is known, the bytes are verified by package signing, read by package
// envelope, checked against the directory, and accepted by the store in one atomic durable step that answers with a
// receipt. From then on the hub is responsible: package delivery takes the document to each addressee, or the addressee
// fetches it, until every delivery is delivered, withdrawn or dead-lettered.
//
// The rules of state live here as pure functions over [Delivery] (state.go); the storage engines call them inside
// their transactions, so that both engines obey the same table.
//
// It is not: a transport (api, console), a database (store), a scheduler (delivery). It imports none of them; what it
// needs of them are the small interfaces beside their use.
package exchange
