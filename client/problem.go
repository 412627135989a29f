package client

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// A Problem is a refusal by the hub (RFC 9457). Methods return it as a *Problem in their error; any other error means
// that the hub was not reached or did not answer properly.
type Problem struct {
	Type    string `json:"type"`  // path of the page that explains the code
	Title   string `json:"title"` // in Vietnamese
	TitleEN string `json:"title_en"`
	Status  int    `json:"status"`
	Code    string `json:"code"` // stable: programs go by it

	Detail   string `json:"detail,omitempty"`
	DetailEN string `json:"detail_en,omitempty"`
	Advice   string `json:"advice,omitempty"` // what to do
	AdviceEN string `json:"advice_en,omitempty"`

	Errors  []Fault `json:"errors,omitempty"`
	TraceID string  `json:"trace_id,omitempty"` // name it when asking the operator

	// RetryAfter is when trying again makes sense; zero when it does not.
	RetryAfter time.Duration `json:"-"`
	// Values are the facts of this refusal: digests, limits, the nearest code.
	Values map[string]string `json:"-"`
}

// A Fault is one place of what was sent that is not right.
type Fault struct {
	Path string `json:"path,omitempty"` // XPath, or JSON pointer
	Line int    `json:"line,omitempty"`
	Code string `json:"code"`
	Rule string `json:"rule,omitempty"`
	VI   string `json:"vi,omitempty"`
	EN   string `json:"en,omitempty"`
}

// Error implements error, in English.
func (p *Problem) Error() string {
	text := p.DetailEN
	if text == "" {
		text = p.TitleEN
	}
	return fmt.Sprintf("%d %s: %s", p.Status, p.Code, text)
}

// maxProblem bounds what is read of a refusal.
const maxProblem = 1 << 20

// ReadProblem reads the refusal in an answer; what is not one is an error that says so. It leaves the body open.
func ReadProblem(r *http.Response) error {
	text, err := io.ReadAll(io.LimitReader(r.Body, maxProblem))
	if err != nil {
		return fmt.Errorf("client: %s: %w", r.Status, err)
	}
	p := &Problem{}
	if err := json.Unmarshal(text, p); err != nil || p.Code == "" {
		return fmt.Errorf("client: the answer is %s, and not one of the hub", r.Status)
	}
	p.Status = r.StatusCode
	p.Values = values(text)
	if n, err := strconv.Atoi(r.Header.Get("Retry-After")); err == nil && n > 0 {
		p.RetryAfter = time.Duration(n) * time.Second
	}
	return p
}

// values are the members of the problem that its type does not name.
func values(text []byte) map[string]string {
	var all map[string]any
	if json.Unmarshal(text, &all) != nil {
		return nil
	}
	found := make(map[string]string)
	for name, v := range all {
		if s, ok := v.(string); ok && !named(name) {
			found[name] = s
		}
	}
	return found
}

func named(member string) bool {
	switch member {
	case "type", "title", "title_en", "status", "code", "detail", "detail_en", "advice", "advice_en", "errors", "trace_id":
		return true
	}
	return false
}
