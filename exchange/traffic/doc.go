// Package traffic remembers what went between the hub and each agency's software lately: the calls it made, and the
// attempts to post documents to it. An administrator looks there for why a connection does not work.
//
// All of it lies in memory, within bounds, and is gone when the hub is started again; every page that shows it has to say
// so. It is no record of what was exchanged (that is the log), decides nothing, and never holds a body, a subject or a
// key: only ids, codes, sizes and times.
package traffic
