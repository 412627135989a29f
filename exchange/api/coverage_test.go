package api_test

import (
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// unprovoked are answers of the contract that the suite does not get, each with the reason. An answer that is got after
// all has no place here.
var unprovoked = map[string]string{
	"endCertificate 503": "only while the store recovers from a commit that failed, which package bolt tests",
	"endCertificate 429": "it has no body, which is what needs room; its answers are those of its siblings",
	"revokeKey 503":      "as for endCertificate",
	"moveWaiting 503":    "as for endCertificate",
	"moveWaiting 429":    "as for endCertificate",
	"revokeKey 429":      "as for endCertificate",
}

// TestMain looks, after a whole run, at what the tests have exercised together.
func TestMain(m *testing.M) {
	flag.Parse()
	code := m.Run()
	if code == 0 && wholeRun() {
		for _, gap := range theContract.gaps(unprovoked) {
			fmt.Fprintf(os.Stderr, "FAIL: openapi.yaml: %s\n", gap)
			code = 1
		}
	}
	os.Exit(code)
}

func wholeRun() bool {
	for _, name := range []string{"test.run", "test.skip", "test.list", "test.fuzz"} {
		if flag.Lookup(name).Value.String() != "" {
			return false
		}
	}
	return true
}

// note remembers that an operation gave an answer, and on which listener it succeeded.
func (c *contract) note(r *http.Request, op *openapi3.Operation, status int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen[op.OperationID+" "+word(op, status)] = true
	if status < 400 {
		c.seen[op.OperationID+" on the "+listener(r)+" listener"] = true
	}
}

// word is the contract's for a status: the number where it has it, otherwise the hundred.
func word(op *openapi3.Operation, status int) string {
	if exact := strconv.Itoa(status); op.Responses.Value(exact) != nil {
		return exact
	}
	return strconv.Itoa(status/100) + "XX"
}

func listener(r *http.Request) string {
	if a, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr); ok && a.Network() == "unix" {
		return "admin"
	}
	return "public"
}

// gaps are the answers of the contract that no test got, and exceptions that are none.
func (c *contract) gaps(exceptions map[string]string) (lines []string) {
	for _, want := range c.promises() {
		_, excepted := exceptions[want]
		switch {
		case !c.seen[want] && !excepted:
			lines = append(lines, "no test gets "+want)
		case c.seen[want] && excepted:
			lines = append(lines, want+" is listed as unprovoked, and a test gets it")
		}
	}
	for name := range exceptions {
		if !slices.Contains(c.promises(), name) {
			lines = append(lines, name+" is listed as unprovoked, and not in the contract")
		}
	}
	slices.Sort(lines)
	return lines
}

// promises are all answers, and all listeners on which an operation is to succeed.
func (c *contract) promises() (all []string) {
	for _, item := range c.doc.Paths.Map() {
		for _, op := range item.Operations() {
			for status := range op.Responses.Map() {
				all = append(all, op.OperationID+" "+status)
			}
			for _, name := range op.Extensions["x-listeners"].([]any) {
				all = append(all, fmt.Sprintf("%s on the %s listener", op.OperationID, name))
			}
		}
	}
	return all
}

func TestGapsAreFound(t *testing.T) {
	c := loadContract()
	for _, p := range c.promises() {
		c.seen[p] = true
	}
	if got := c.gaps(nil); len(got) != 0 {
		t.Errorf("everything was seen, and yet: %v", got)
	}
	delete(c.seen, "getHealth 200")
	for _, test := range []struct {
		name       string
		exceptions map[string]string
		want       []string
	}{
		{"never got", nil, []string{"no test gets getHealth 200"}},
		{"listed", map[string]string{"getHealth 200": "why"}, nil},
		{"listed for nothing", map[string]string{"getHealth 200": "why", "lease 200": "why"},
			[]string{"lease 200 is listed as unprovoked, and a test gets it"}},
		{"not there", map[string]string{"getHealth 200": "why", "getHealth 599": "why"},
			[]string{"getHealth 599 is listed as unprovoked, and not in the contract"}},
	} {
		if got := c.gaps(test.exceptions); !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}
