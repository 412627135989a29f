// Package bolt is the embedded engine of the store: one bbolt file for everything that is looked up, and segment files
// for the bodies. It keeps the contract of package store on one machine, with one owner of the directory.
//
// It is not a place for rules: what may follow what is decided by the pure functions of package exchange, called inside
// the transactions here. It reads no clock and starts no work of its own.
//
// # How a write becomes durable
//
// Bodies first: those of at most Options.LargeBody bytes are taken together by one writer (whatever waits, one append,
// one sync); a larger one is appended and synced on its caller's own goroutine. Only then does the request queue for
// the committer, which takes whatever waits, runs each request inside one bbolt transaction, appends the group's log
// entries, signs the checkpoint from the hashes as they read back through the transaction, and commits. Nobody is
// answered before. A request that is refused has written nothing, so it does not disturb its group; a group in which
// nothing was written is rolled back, because a bbolt commit syncs even when nothing changed.
//
// A snapshot whose commit is not yet known to be on disk is never answered from: bbolt shows a meta page to readers
// as soon as it is written, before it is synced (Store.view).
//
// # Files
//
//	DIR/hub.db              the bbolt file
//	DIR/bodies/NNNNNNNN.seg body segments; a new one is begun at every open, on a new day and when one is full
//	DIR/probe               what Probe writes
//
// A segment is a header ("LTSEG\x00\x00\x01", number) and records: magic, length, SHA-256 of the body, CRC-32C of
// those three; then the body. Bytes that no message names are dead: the tail torn by a crash, the body of a refused
// submission. They are never overwritten and never read; dead = file size - header - live bytes of the row in "segs".
//
// # Schema 2
//
// Records are a version byte (1) and JSON. Times in keys are nanoseconds since 1970, 8 bytes, big endian; ids are the
// 16 bytes of the UUID; agencies and texts end in 0x00 (a text longer than 200 bytes is replaced by its SHA-256).
// "Newest first" is the end of a key range read backwards.
//
//	bucket      key                                          value
//	meta        "schema", "origin", "head", "directory",     version; origin; head (JSON); last agency version;
//	            "calendar"                                   the working calendar (JSON), where one was put
//	            "people"                                     last version of a person
//	messages    message                                      1, segment (4), offset (8), JSON
//	deliveries  delivery                                     1, JSON
//	dedupe      sender 0 digest (32)                         message
//	identity    identity 0 message                           -
//	idem        caller 0 key 0                               digest (32), time
//	idem_time   time, key of idem                            -
//	opened      delivery                                     -
//	due         addressee 0 channel, 255-priority, due, id   -
//	deadline    deadline, delivery                           -
//	ix_time     time, message                                -
//	ix_sender   sender 0 time, message                       -
//	ix_docid    document id 0 time, message                  sender
//	ix_code     code 0 time, message                         sender
//	ix_received addressee 0 't' time, delivery               -
//	            addressee 0 's' state, time, delivery        -
//	            addressee 0 'd' document id 0 time, delivery -
//	            addressee 0 'c' code 0 time, delivery        -
//	            addressee 0 'm' message, delivery            - (redirected; also before exposure)
//	ix_state    state, time, delivery                        -
//	ix_desk     addressee 0 'i' group, time, delivery        - (exchange.Delivery.Groups: tabs of what was received)
//	            sender 0 'o' group, time, message            - (exchange.Progress.Groups: tabs of what was sent)
//	ix_traffic  sender 0 'f' state, time, delivery           - (every delivery, for operators)
//	            addressee 0 't' state, time, delivery        - (also before exposure)
//	progress    message                                      1, JSON: exchange.Progress of a document
//	counts      't' state | 's' sender 0 state | 'r' …       deliveries, 8 bytes
//	            'T' month clock verdict | 'S' sender 0 …     deliveries with that mark; month is 2 bytes
//	            'u'                                          messages in ix_unproven
//	            'd' or 'f' or 'l' prefix                     rows of ix_desk, ix_traffic or ix_log with that prefix
//	            'f' agency 0 'b' state                       deliveries from the agency to itself
//	limits      limit, delivery, clock                       - (running clocks)
//	ix_duties   addressee 0 clock, limit, delivery           - (open clocks that the addressee has to end)
//	numbers     sender 0 'd' document id 0                   newest message that took it up
//	            sender 0 'c' code 0 year (2)                 the same
//	watch       message                                      deliveries that have not ended (4), time of the delay notice
//	watch_time  time, message                                -
//	log         index (8)                                    entry, canonical
//	ix_log      't' type 0 index                             -
//	            'a' actor 0 type 0 index                     -
//	sides       index (8)                                    side record
//	hashes      stored index (8)                             hash (32)
//	checkpoints size (8)                                     signed note
//	ix_events   agency 0 index                               -
//	ix_msglog   message, index                               - (what acts on or speaks of a document: under that as well)
//	segs        segment (4)                                  1, JSON: named end, live bytes, bodies
//	agencies    agency                                       1, JSON
//	ix_agency   version (8)                                  agency
//	people      login                                        1, JSON
//	ix_person   version (8)                                  login
//	evidence    digest (32)                                  CRL or OCSP response, DER
//	ix_cert     certificate (32) time, message               - (of messages that somebody signed)
//	ix_unproven certificate (32) time, message               - (of those whose Revocation is pending)
//	threads     delivery, index, delivery                    - (what comes after the first and has not ended)
//	ix_links    earlier message, index, later message        relation
//	recalls     time by which an answer is due, delivery     - (of recalls that wait for one)
//
// The index in threads and ix_links is that of the acceptance in the log.
//
// Schema 1 lacks limits, ix_duties, numbers, watch, watch_time, evidence, ix_cert, ix_unproven, threads, ix_links,
// recalls, people, ix_person, ix_desk, ix_traffic, progress and ix_log. Opening a file of schema 1 adds them in one transaction; it cannot be undone.
//
// # Invariants
//
//   - Every row of due, deadline, ix_state, ix_received, ix_traffic, threads and recalls follows from its delivery by
//     rowsOf, and there are no others. A delivery has rows in ix_received only while its addressee finds it (DESIGN P7), but for the one by which the
//     store itself finds who it was redirected to.
//   - A delivery that has not ended is due, or it waits behind the last before it in its threads that has not ended either
//     (DESIGN P6); one that is handed out waits for nothing. What was withdrawn was seen by nobody (P7).
//   - counts equal a recount of the deliveries, of their states and of their marks; limits and ix_duties follow from the
//     marks by rowsOf.
//   - progress is a recount of a document's deliveries; the rows of ix_desk follow from it by sentRows and from the
//     deliveries by rowsOf, those of ix_log from the entries by entryRows, and the roll-ups of all three are their numbers.
//   - numbers has, for everything that a document takes up, the newest document that did.
//   - A message is in watch, with the number of its deliveries that have not ended, from its acceptance until that
//     number is 0 for the first time or its sender was told of the delay.
//   - dedupe, ix_time and ix_sender have exactly one row for each message, ix_links one for each link; a message's body lies
//     whole in its segment before the segment's named end.
//   - Every row of ix_cert and ix_unproven follows from its message by signedRows, and there are no others; the evidence of
//     every statement of a message is there, and every evidence hashes to its key.
//   - A delivery has a row in opened exactly if an entry says that it was picked up.
//   - head.Size entries are in log, without a gap, with their hashes; every group has a checkpoint at its size, signed
//     over the root of those hashes; sides hash to what their entries say.
//   - head.Time is the latest time ever committed and never goes back.
//
// Documents of schema 1 are not watched, and their deliveries get marks when they are next written; for threads, ix_links
// and recalls they ask for no row.
//
// Check walks all of them.
package bolt
