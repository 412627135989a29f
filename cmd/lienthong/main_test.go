package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/lienthong/lienthong/cmd/lienthong/node"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"lienthong": func() { os.Exit(start(movable(os.Getenv(clockVariable)))) }})
}

// clockVariable, where it is "stdin", gives a hub of the tests a clock that can be moved. The program knows nothing of it.
const clockVariable = "LIENTHONG_TEST_CLOCK"

// movable makes the hub's clock one that is moved on by each duration that comes on standard input. When everything that
// has become due has been done, the hub prints clockMoved.
func movable(by string) func(*node.Options) {
	if by != "stdin" {
		return nil
	}
	return func(o *node.Options) {
		var ahead atomic.Int64
		o.Clock = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
		o.Upkeep = func(now func()) {
			go func() {
				for in := bufio.NewScanner(os.Stdin); in.Scan(); {
					d, err := time.ParseDuration(in.Text())
					if err != nil {
						fmt.Println(err)
						continue
					}
					ahead.Add(int64(d))
					now()
					fmt.Println(clockMoved)
				}
			}()
		}
	}
}

const clockMoved = "the clock was moved"

// command runs one command line in this process.
func command(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	a := &app{stdin: strings.NewReader(""), stdout: &out, stderr: &errs}
	code = a.exit(a.run(t.Context(), args))
	return code, out.String(), errs.String()
}
