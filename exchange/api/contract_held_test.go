package api_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/lienthong/lienthong/client"
)

// What breaks the contract is found, whoever breaks it: otherwise the other tests would prove nothing.
func TestBreachesAreFound(t *testing.T) {
	const (
		problem = `{"type":"/loi/a","title":"t","title_en":"t","status":404,"code":"not-found","advice":"a","advice_en":"a","trace_id":"t"`
		message = `{"class":"document","kind":0,"sender":"A","priority":0,"digest":"` + noDigest + `","size":1,"signature":"good","addressees":[]`
	)
	c := loadContract()
	for _, test := range []struct {
		name, request string // method, target and body
		status        int
		answer        string // content type and body
		want          string // in the error; empty: none
	}{
		{"nothing", "GET /healthz", 200, `application/json {"status":"ok"}`, ""},
		{"member of an answer that is not in the contract", "GET /healthz", 200, `application/json {"status":"ok","mood":"good"}`, "mood"},
		{"member missing", "GET /healthz", 200, `application/json {}`, "status"},
		{"another constant", "GET /healthz", 200, `application/json {"status":"well"}`, "status"},
		{"another type", "GET /v1/agencies", 200, `application/json {"version":"1","agencies":[]}`, "version"},
		{"another status", "GET /healthz", 202, `application/json {"status":"ok"}`, "status is not supported"},
		{"another content type", "GET /healthz", 200, `text/plain ok`, "text/plain"},
		{"no JSON", "GET /healthz", 200, `application/json {`, "EOF"},
		{"the hub failed", "GET /healthz", 500, `application/problem+json ` + problem + `}`, "failed"},
		{"an enumeration", "GET /v1/counts?role=sent", 200, `application/json {"role":"seen","counts":{}}`, "role"},
		{"name of a member", "GET /v1/counts", 200, `application/json {"counts":{"lost":1}}`, "lost"},
		{"value of a member", "GET /v1/counts", 200, `application/json {"counts":{"held":-1}}`, "held"},
		{"no time", "GET /readyz", 200, `application/json {"ready":true,"checks":{},"at":"yesterday"}`, "at"},
		{"no UUID", "POST /v1/documents?validate=1 <a/>", 200, `application/json {"message":` + message + `,"id":"7"},"warnings":[]}`, "id"},
		{"a UUID in capitals", "POST /v1/documents?validate=1 <a/>", 200, `application/json {"message":` + message + `,"id":"0197A000-0000-7000-8000-000000000000"},"warnings":[]}`, "id"},
		{"pattern", "POST /v1/documents?validate=1 <a/>", 200, `application/json {"message":` + message + `,"certificate":"7"},"warnings":[]}`, "certificate"},
		{"a verdict", "POST /v1/documents?validate=1 <a/>", 200, `application/json {"message":` + message + `},"warnings":[]}`, ""},
		{"a required header is missing", "GET /v1/documents/1/content", 200, `application/xml <a/>`, "Content-Disposition"},
		{"busy without Retry-After", "POST /v1/documents", 503, `application/problem+json ` + problem + `}`, "Retry-After"},
		{"a problem", "GET /v1/limits", 404, `application/problem+json ` + problem + `,"limit":"1","errors":[{"code":"bad-date","vi":"a","en":"a"}]}`, ""},
		{"a problem with a number", "GET /v1/limits", 404, `application/problem+json ` + problem + `,"limit":1}`, "limit"},
		{"a problem of no language", "GET /v1/limits", 404, `application/problem+json {"type":"/loi/a","status":404,"code":"not-found"}`, "title"},
		{"a code without a page", "GET /v1/limits", 404, strings.Replace(`application/problem+json `+problem+`}`, "not-found", "not-here", 1), "no page"},
		{"a fault without a page", "GET /v1/limits", 404, `application/problem+json ` + problem + `,"errors":[{"code":"a","vi":"a","en":"a"}]}`, "no page"},
		{"a refusal in plain text", "GET /v1/limits", 404, `text/plain no`, "text/plain"},

		{"address that is not in the contract", "GET /v2/limits", 200, `application/json {}`, "does not have this"},
		{"refused there", "GET /v2/limits", 404, `application/problem+json ` + problem + `}`, ""},
		{"refused there in HTML", "GET /v2/limits", 404, `text/html no`, "text/html"},
		{"method that is not in the contract", "PATCH /v1/limits", 200, `application/json {}`, "does not have this"},

		{"unknown parameter served", "GET /healthz?a=1", 200, `application/json {"status":"ok"}`, "was served"},
		{"wrong parameter served", "GET /v1/agencies?since=now", 200, `application/json {"version":1,"agencies":[]}`, "was served"},
		{"unknown member served", `POST /v1/inbox/lease {"most":1}`, 200, `application/json {"deliveries":[]}`, "was served"},
		{"wrong member served", `POST /v1/inbox/lease {"max":"1"}`, 200, `application/json {"deliveries":[]}`, "was served"},
		{"missing member served", `POST /v1/admin/backup {}`, 200, `application/json {"dir":"/a"}`, "was served"},
		{"unknown member refused", `POST /v1/inbox/lease {"most":1}`, 400, `application/problem+json ` + problem + `}`, ""},
		{"a lease", `POST /v1/inbox/lease {"max":1}`, 200, `application/json {"deliveries":[]}`, ""},
	} {
		err := c.judged(test.request, test.status, test.answer)
		if (err == nil) != (test.want == "") || (err != nil && !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%s: %v, want an error with %q", test.name, err, test.want)
		}
	}
}

const noDigest = "0000000000000000000000000000000000000000000000000000000000000000"

// judged holds a made-up exchange against the contract.
func (c *contract) judged(request string, status int, answer string) error {
	method, rest, _ := strings.Cut(request, " ")
	target, body, _ := strings.Cut(rest, " ")
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.Header.Set("Content-Type", client.MediaType)
	if strings.HasPrefix(body, "{") {
		r.Header.Set("Content-Type", "application/json")
	}
	w := &teeWriter{ResponseWriter: httptest.NewRecorder(), status: status}
	contentType, text, _ := strings.Cut(answer, " ")
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("X-Trace-Id", strings.Repeat("0", 32))
	w.Header().Set("ETag", `"`+noDigest+`"`)
	w.body.WriteString(text)
	return c.judge(r, []byte(body), w)
}
