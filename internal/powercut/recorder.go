package powercut

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Read reads the trace of one process (with its threads) that strace wrote with [TraceArgs], and keeps what happened
// under dir, an absolute path that was an empty directory when the process began.
func Read(trace io.Reader, dir string) (*Recording, error) {
	r := &recorder{dir: dir, fds: map[int64]*handle{}, names: map[string]*node{}, begun: map[int]*begun{}}
	if err := calls(trace, r.call); err != nil {
		return nil, err
	}
	return &Recording{r.events}, nil
}

// A recorder knows what each descriptor stands for at the moment.
type recorder struct {
	dir    string
	events []event
	fds    map[int64]*handle
	names  map[string]*node // by path relative to dir
	begun  map[int]*begun   // writes and syncs that have not ended, by call
	last   int              // number given to a file
}

// A node is a file; it outlives its names.
type node struct {
	ino  int
	size int64
}

// A handle is an open descriptor on a file, or on a directory when node is nil.
type handle struct {
	path   string
	node   *node
	off    int64
	append bool
}

// begun is a write or sync on its way.
type begun struct {
	handle *handle
	moves  bool // the descriptor's offset
	off    int64
}

func (r *recorder) emit(e event) { r.events = append(r.events, e) }

func (r *recorder) call(c call) error {
	if c.begins {
		if err := r.begin(c); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
	}
	if c.ends {
		if err := r.end(c); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
	}
	return nil
}

// begin takes note of what may reach the disk from the moment a call begins.
func (r *recorder) begin(c call) error {
	h := r.handle(c, 0)
	switch c.name {
	case "close": // the number is free before the call has ended: another thread may have it for another file by then
		fd, err := number(c, 0)
		delete(r.fds, fd)
		return err
	case "write":
		return r.beginWrite(c, h)
	case "pwrite64":
		if h == nil {
			return nil
		}
		off, err := number(c, 3)
		if err != nil {
			return err
		}
		return r.writing(c, h, off, false)
	case "fsync", "fdatasync":
		if h != nil {
			r.begun[c.id] = &begun{handle: h}
			r.emit(event{kind: syncing, id: c.id, ino: h.ino(), path: h.path})
		}
	}
	return nil
}

func (r *recorder) beginWrite(c call, h *handle) error {
	if len(c.args) > 1 && c.args[0] == "1" && h == nil {
		text, err := bytesOf(c.args[1])
		r.emit(event{kind: printed, id: c.id, data: text})
		return err
	}
	if h == nil {
		return nil
	}
	off := h.off
	if h.append {
		off = h.node.size
	}
	return r.writing(c, h, off, true)
}

func (r *recorder) writing(c call, h *handle, off int64, moves bool) error {
	data, err := bytesOf(c.args[1])
	if err != nil {
		return err
	}
	r.begun[c.id] = &begun{handle: h, moves: moves, off: off}
	r.emit(event{kind: writing, id: c.id, ino: h.ino(), off: off, data: data})
	return nil
}

// end takes note of what is known when a call has ended.
func (r *recorder) end(c call) error {
	if b := r.begun[c.id]; b != nil {
		delete(r.begun, c.id)
		return r.endBegun(c, b)
	}
	if c.ret < 0 {
		return nil
	}
	switch c.name {
	case "openat":
		return r.opened(c)
	case "close":
		return nil
	case "mkdirat":
		return r.entry(c, 1, madeDir)
	case "unlinkat":
		return r.entry(c, 1, unlinked)
	case "unlink", "rmdir":
		return r.entry(c, 0, unlinked)
	case "renameat", "renameat2":
		return r.renamed(c, 1, 3)
	case "rename":
		return r.renamed(c, 0, 1)
	case "lseek":
		if h := r.handle(c, 0); h != nil {
			h.off = c.ret
		}
		return nil
	case "ftruncate":
		return r.resized(c)
	case "copy_file_range":
		return r.copied(c)
	}
	return r.unknown(c)
}

func (r *recorder) endBegun(c call, b *begun) error {
	if strings.HasSuffix(c.name, "sync") {
		k := synced
		if c.ret < 0 {
			k = syncFailed
		}
		r.emit(event{kind: k, id: c.id})
		return nil
	}
	n := max(c.ret, 0)
	b.handle.node.size = max(b.handle.node.size, b.off+n)
	if b.moves {
		b.handle.off = b.off + n
	}
	r.emit(event{kind: written, id: c.id, off: n})
	return nil
}

func (r *recorder) opened(c call) error {
	path, ok, err := r.path(c, 1)
	if err != nil || !ok {
		delete(r.fds, c.ret) // the number may have stood for something of ours before
		return err
	}
	flags := strings.Split(c.args[2], "|")
	h := &handle{path: path, append: slices.Contains(flags, "O_APPEND")}
	r.fds[c.ret] = h
	if slices.Contains(flags, "O_SYNC") || slices.Contains(flags, "O_DSYNC") || slices.Contains(flags, "O_DIRECT") {
		return fmt.Errorf("%s is opened with %s: not understood", path, c.args[2])
	}
	h.node = r.names[path]
	if h.node == nil && slices.Contains(flags, "O_CREAT") {
		r.last++
		h.node = &node{ino: r.last}
		r.names[path] = h.node
		r.emit(event{kind: created, path: path, ino: h.node.ino})
	}
	if h.node != nil && slices.Contains(flags, "O_TRUNC") {
		h.node.size = 0
		r.emit(event{kind: truncated, ino: h.node.ino})
	}
	return nil
}

func (r *recorder) entry(c call, arg int, k kind) error {
	path, ok, err := r.path(c, arg)
	if err != nil || !ok {
		return err
	}
	if k == unlinked {
		delete(r.names, path)
	}
	r.emit(event{kind: k, path: path})
	return nil
}

func (r *recorder) renamed(c call, from, to int) error {
	old, ok, err := r.path(c, from)
	if err != nil || !ok {
		return err
	}
	path, ok, err := r.path(c, to)
	if err != nil || !ok || filepath.Dir(old) != filepath.Dir(path) || r.names[old] == nil {
		return fmt.Errorf("%s to %s: only files are moved, within a directory (%w)", old, path, err)
	}
	r.names[path] = r.names[old]
	delete(r.names, old)
	r.emit(event{kind: renamed, path: old, to: path})
	return nil
}

func (r *recorder) resized(c call) error {
	h := r.handle(c, 0)
	if h == nil {
		return nil
	}
	size, err := number(c, 1)
	h.node.size = size
	r.emit(event{kind: truncated, ino: h.node.ino, off: size})
	return err
}

// copied takes a copy as done at the end of its call: before its sync, nothing of it is promised anyway.
func (r *recorder) copied(c call) error {
	from, to := r.handle(c, 0), r.handle(c, 2)
	if to == nil {
		return nil
	}
	if from == nil || c.args[1] != "NULL" || c.args[3] != "NULL" || to.append {
		return fmt.Errorf("%v: not understood", c.args)
	}
	r.emit(event{kind: copied, ino: to.node.ino, off: to.off, from: source{from.node.ino, from.off, c.ret}})
	from.off, to.off = from.off+c.ret, to.off+c.ret
	to.node.size = max(to.node.size, to.off)
	return nil
}

// unknown refuses what would change a recorded file by a way that is not modelled.
func (r *recorder) unknown(c call) error {
	fd := 0 // the argument that names what is changed
	switch c.name {
	case "mmap":
		if all := strings.Join(c.args, " "); !strings.Contains(all, "MAP_SHARED") || !strings.Contains(all, "PROT_WRITE") {
			return nil
		}
		fd = 4
	case "fcntl":
		if !strings.HasPrefix(c.args[1], "F_DUPFD") {
			return nil
		}
	case "splice":
		fd = 2
	case "ioctl", "mremap", "sync_file_range":
		return nil // they change no byte and promise nothing
	case "open", "creat", "truncate", "link", "linkat", "symlink", "symlinkat", "mkdir", "sync", "syncfs", "io_uring_setup":
		return fmt.Errorf("%v: not understood", c.args)
	}
	if r.handle(c, fd) == nil {
		return nil
	}
	return fmt.Errorf("%v: not understood", c.args)
}

// path is a path argument relative to the directory; false if it lies outside. The argument before it is the directory
// it is relative to, but for the old calls.
func (r *recorder) path(c call, arg int) (string, bool, error) {
	if len(c.args) <= arg {
		return "", false, fmt.Errorf("%v has no path", c.args)
	}
	raw, err := bytesOf(c.args[arg])
	if err != nil {
		return "", false, err
	}
	path := string(raw)
	if !filepath.IsAbs(path) {
		base := r.handle(c, arg-1)
		if base == nil {
			return "", false, nil // outside: the process is not in the directory
		}
		return filepath.Join(base.path, path), true, nil
	}
	rel, err := filepath.Rel(r.dir, path)
	if err != nil || rel == ".." || strings.HasPrefix(rel, "../") {
		return "", false, err
	}
	return rel, true, nil
}

// handle is what the argument's descriptor stands for; nil if it is nothing of ours.
func (r *recorder) handle(c call, arg int) *handle {
	fd, err := number(c, arg)
	if err != nil {
		return nil
	}
	return r.fds[fd]
}

func number(c call, arg int) (int64, error) {
	if arg < 0 || len(c.args) <= arg {
		return 0, fmt.Errorf("%v lacks argument %d", c.args, arg)
	}
	return strconv.ParseInt(c.args[arg], 0, 64)
}

func (h *handle) ino() int {
	if h.node == nil {
		return 0
	}
	return h.node.ino
}
