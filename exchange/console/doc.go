// Package console is the hub's web console: pages in which clerks see and accept documents, made on the server from
// html/template, with htmx only to spare a whole page where a part will do. Everything works without JavaScript.
//
// It carries its templates, words, style sheet, script, font and icons with it: no page loads anything from elsewhere,
// and the content security policy allows nothing inline. The state of a page is its address. Vietnamese is the language
// it is written in; English is complete.
//
// It holds no rules of the exchange: what a clerk does goes through the use cases of package exchange, as a call of the
// API does, and who somebody is, package directory knows. What is not in the table of routes does not exist.
package console
