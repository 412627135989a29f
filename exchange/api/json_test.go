package api_test

import (
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/api"
)

// wanted has a member of every kind that requests have.
type wanted struct {
	Name  string         `json:"name"`
	Count int            `json:"count,omitempty"`
	Size  uint64         `json:"size,omitempty"`
	Test  bool           `json:"test,omitempty"`
	Until time.Time      `json:"until,omitzero"`
	Allow []netip.Prefix `json:"allow,omitempty"`
	Codes []struct {
		Code string `json:"code"`
	} `json:"codes,omitempty"`
}

// TestJSONIsSaidInItsOwnWords: what is wrong with a body is said with its place, line and what is wanted there, in two
// languages, and in no word of the language that the hub is written in.
func TestJSONIsSaidInItsOwnWords(t *testing.T) {
	const number, list, text = "is not a whole number within bounds", "is not a list", "is not a text"
	for body, want := range map[string]struct {
		path string
		line int
		en   string
	}{
		`{"name":1}`:                         {"/name", 1, "name " + text},
		`{"name":{}}`:                        {"/name", 1, "name " + text},
		`{"name":null}`:                      {"/name", 1, "name is null; leave it out"},
		`{}`:                                 {"/name", 1, "name is missing"},
		"{\"name\":\"a\",\n\"count\":\"1\"}": {"/count", 2, "count " + number},
		`{"name":"a","count":1.5}`:           {"/count", 1, number},
		`{"name":"a","count":9e99}`:          {"/count", 1, number},
		`{"name":"a","count":9223372036854775808}`:                   {"/count", 1, number},
		`{"name":"a","size":-1}`:                                     {"/size", 1, number},
		`{"name":"a","test":"true"}`:                                 {"/test", 1, "is not true or false"},
		`{"name":"a","until":"tomorrow"}`:                            {"/until", 1, "is not a time as 2024-06-30T08:00:00+07:00"},
		`{"name":"a","until":1}`:                                     {"/until", 1, "is not a time"},
		`{"name":"a","until":{}}`:                                    {"/until", 1, "is not a time"},
		`{"name":"a","allow":"10.0.0.0/8"}`:                          {"/allow", 1, list},
		"{\"name\":\"a\",\"allow\":[\"10.0.0.0/8\",\n\"10.0.0.1\"]}": {"/allow/1", 2, "is not a network as 10.20.0.0/16"},
		`{"name":"a","codes":[{"code":"x"},{"code":[]}]}`:            {"/codes/1/code", 1, text},
		`{"name":"a","codes":[[]]}`:                                  {"/codes/0", 1, "is not a JSON object"},
		`{"name":"a","Count":1}`:                                     {"", 1, `has no member "Count"`},
		`{"name":"a","name":"b"}`:                                    {"", 1, `has no member "name", or has it twice`},
		`{"name":"a"} {}`:                                            {"", 1, "after top-level value"},
		`[]`:                                                         {"", 1, "the body is not a JSON object"},
		`"a"`:                                                        {"", 1, "the body is not a JSON object"},
		"{\"name\":\n":                                               {"", 2, "this is not JSON"},
		"{\"name\":\n'a'}":                                           {"", 2, "this is not JSON"},
	} {
		e, ok := errors.AsType[*exchange.Error](api.Misfit[wanted](body))
		if !ok || e.Kind != exchange.BadRequest || e.Path != want.path || e.Line != want.line || !strings.Contains(e.Detail, want.en) {
			t.Errorf("%s: %+v, want %+v", body, e, want)
			continue
		}
		if said := e.Detail + e.VI; e.VI == "" || strings.Contains(said, "Go ") || strings.Contains(said, "wanted") || strings.Contains(said, "unmarshal") {
			t.Errorf("%s: %s %s", body, e.Detail, e.VI)
		}
	}
	fits := `{"name":"a","count":-1,"size":18446744073709551615,"test":true,"until":"2026-01-01T00:00:00+07:00","allow":["10.0.0.0/8"],"codes":[{"code":"x"}]}`
	if err := api.Misfit[wanted](fits); err != nil {
		t.Error(err)
	}
}
