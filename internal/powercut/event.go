package powercut

// An event is one thing that happened to the recorded directory, in the order in which strace saw it. A call that takes
// time is two events: between them others may happen.
type event struct {
	kind kind
	id   int    // of the call, to find the beginning at the end
	ino  int    // of the file, in the recording's own numbers; 0 for a directory
	path string // relative to the directory
	to   string // new path, for rename
	off  int64  // of a write; size, for truncate
	data []byte // of a write, or what was printed
	from source // of a copy
}

// source is the range of a file that was copied.
type source struct {
	ino    int
	off, n int64
}

type kind int

const (
	created    kind = iota // an entry for a new file
	madeDir                // an entry for a new directory
	renamed                // an entry moved within its directory
	unlinked               // an entry gone
	truncated              // a file's size set
	writing                // a write begins
	written                // it ends; off is how much of it was
	copied                 // bytes of another file were written, all at once
	syncing                // a sync begins
	synced                 // it ends well
	printed                // a write to standard output begins
	syncFailed             // it ends badly
)

// A Recording is what a process did to a directory, and what it printed meanwhile.
type Recording struct{ events []event }
