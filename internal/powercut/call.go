package powercut

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
)

// TraceArgs are the arguments with which strace must be called, before "-o FILE COMMAND": strings whole and in hex, and
// every call by which a file can change.
func TraceArgs() []string {
	const calls = "openat,open,creat,close,dup,dup2,dup3,fcntl,write,writev,pwrite64,pwritev,pwritev2,lseek,ftruncate,truncate," +
		"fallocate,fsync,fdatasync,sync,syncfs,sync_file_range,rename,renameat,renameat2,link,linkat,symlink,symlinkat,unlink,unlinkat," +
		"mkdir,mkdirat,rmdir,mmap,mremap,copy_file_range,sendfile,splice,io_uring_setup,ioctl"
	return []string{"-f", "-xx", "-s", "67108864", "-e", "signal=none", "-e", "trace=" + calls}
}

// A call is one system call of the trace, or one end of it.
type call struct {
	id     int // equal at both ends
	name   string
	args   []string
	begins bool
	ends   bool
	ret    int64
}

var (
	wholeLine   = regexp.MustCompile(`^(\d+) +(\w+)\(`)
	resumedLine = regexp.MustCompile(`^(\d+) +<\.\.\. (\w+) resumed>`)
	result      = regexp.MustCompile(`\) += (-?\d+|0x[0-9a-f]+|\?)`)
)

// calls reads a trace and hands each call, or each end of it, to do.
func calls(trace io.Reader, do func(call) error) error {
	lines := bufio.NewReaderSize(trace, 1<<20)
	open := map[string]*call{} // by process: begun and not ended
	for number := 1; ; number++ {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return nil // a last line cut short belongs to a process that was ended
		}
		if err != nil {
			return err
		}
		c, ok, err := parse(bytes.TrimSuffix(line, []byte("\n")), number, open)
		if err == nil && ok {
			err = do(c)
		}
		if err != nil {
			return fmt.Errorf("powercut: line %d of the trace: %w", number, err)
		}
	}
}

func parse(line []byte, number int, open map[string]*call) (call, bool, error) {
	if m := resumedLine.FindSubmatch(line); m != nil {
		c := open[string(m[1])]
		if c == nil || c.name != string(m[2]) {
			return call{}, false, fmt.Errorf("%s is resumed and was not begun", m[2])
		}
		delete(open, string(m[1]))
		end := *c
		rest, err := end.finish(line[len(m[0]):])
		end.begins, end.args = false, append(end.args, arguments(rest)...)
		return end, true, err
	}
	m := wholeLine.FindSubmatch(line)
	if m == nil {
		return call{}, false, nil // a signal, or the end of a process
	}
	c := call{id: number, name: string(m[2]), begins: true}
	rest := line[len(m[0]):]
	if before, ok := bytes.CutSuffix(rest, []byte("<unfinished ...>")); ok {
		c.args = arguments(before)
		open[string(m[1])] = &c
		return c, true, nil
	}
	rest, err := c.finish(rest)
	c.args = arguments(rest)
	return c, true, err
}

// finish takes the result off the end of a line and returns the arguments before it.
func (c *call) finish(line []byte) ([]byte, error) {
	at := result.FindAllSubmatchIndex(line, -1)
	if at == nil {
		return nil, fmt.Errorf("%s has no result", c.name)
	}
	last := at[len(at)-1]
	text := string(line[last[2]:last[3]])
	c.ends = true
	if text == "?" { // the process was ended within the call
		c.ret = -1
		return line[:last[0]], nil
	}
	n, err := strconv.ParseInt(text, 0, 64)
	if err != nil { // an address beyond int64: of mmap, nobody asks
		n = 0
	}
	c.ret = n
	return line[:last[0]], nil
}

// arguments splits at commas; strings are in hex and hold none.
func arguments(text []byte) []string {
	s := strings.TrimRight(strings.TrimLeft(string(text), ", "), ", ")
	if s == "" {
		return nil
	}
	return strings.Split(s, ", ")
}

// bytesOf decodes a string argument.
func bytesOf(arg string) ([]byte, error) {
	text, ok := strings.CutPrefix(arg, `"`)
	text, closed := strings.CutSuffix(text, `"`)
	if !ok || !closed || len(text)%4 != 0 {
		return nil, fmt.Errorf("%.40q is not a whole string in hex", arg)
	}
	out := make([]byte, 0, len(text)/4)
	for i := 0; i < len(text); i += 4 {
		n, err := strconv.ParseUint(text[i+2:i+4], 16, 8)
		if err != nil || text[i:i+2] != `\x` {
			return nil, fmt.Errorf("%.40q is not a string in hex", text[i:])
		}
		out = append(out, byte(n))
	}
	return out, nil
}
