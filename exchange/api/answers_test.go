package api_test

import (
	"bytes"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Answers are the schemas of what the contract promises as JSON, each compiled when it is met first: kin-openapi compiles
// one anew for each answer, which took most of the time of the package's tests. It is safe for concurrent use.
type answers struct {
	mu       sync.Mutex
	compiler *jsonschema.Compiler
	compiled map[string]*jsonschema.Schema // by JSON pointer
}

// theAnswersURL is what the contract is called in messages.
const theAnswersURL = "urn:openapi.yaml"

func newAnswers(contract *openapi3.T) (*answers, error) {
	raw, err := contract.MarshalJSON()
	if err != nil {
		return nil, err
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.AssertFormat()
	c.RegisterFormat(&jsonschema.Format{Name: "uuid", Validate: lowerUUID})
	if err := c.AddResource(theAnswersURL, doc); err != nil {
		return nil, err
	}
	return &answers{compiler: c, compiled: make(map[string]*jsonschema.Schema)}, nil
}

func lowerUUID(v any) error {
	if s, ok := v.(string); ok && !uuids.MatchString(s) {
		return errors.New("no UUID in small letters")
	}
	return nil
}

// schema is that at the pointer.
func (a *answers) schema(pointer string) (*jsonschema.Schema, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if s, ok := a.compiled[pointer]; ok {
		return s, nil
	}
	s, err := a.compiler.Compile(theAnswersURL + "#" + pointer)
	a.compiled[pointer] = s
	return s, err
}

// holds judges status, headers and body of an answer.
func (a *answers) holds(in *openapi3filter.RequestValidationInput, w *teeWriter) error {
	asJSON := strings.HasSuffix(mediaType(w.Header()), "json")
	in.Options.ExcludeResponseBody = asJSON
	err := openapi3filter.ValidateResponse(in.Request.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: in, Status: w.status, Header: w.Header(), Options: in.Options,
		Body: readCloser(w.body.Bytes()),
	})
	if err != nil || !asJSON {
		return err
	}
	return a.holdsJSON(in.Route, w)
}

func (a *answers) holdsJSON(route *routers.Route, w *teeWriter) error {
	pointer, err := promised(route, w.status, mediaType(w.Header()))
	if err != nil || pointer == "" {
		return err
	}
	s, err := a.schema(pointer)
	if err != nil {
		return err
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(w.body.Bytes()))
	if err != nil {
		return err
	}
	return s.Validate(value)
}

// promised points to the schema of an answer; "" where the contract promises no content.
func promised(route *routers.Route, status int, media string) (pointer string, err error) {
	key, ref := strconv.Itoa(status), route.Operation.Responses.Status(status)
	if ref == nil {
		key, ref = "default", route.Operation.Responses.Default()
	}
	at := joined("", "paths", route.Path, strings.ToLower(route.Method), "responses", key)
	if ref.Ref != "" {
		at = strings.TrimPrefix(ref.Ref, "#")
	}
	if len(ref.Value.Content) == 0 {
		return "", nil
	}
	if of := ref.Value.Content[media]; of == nil || of.Schema == nil {
		return "", fmt.Errorf("an answer of type %q is not promised", media)
	}
	return joined(at, "content", media, "schema"), nil
}

func joined(pointer string, tokens ...string) string {
	for _, t := range tokens {
		pointer += "/" + strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D").Replace(t)
	}
	return pointer
}

func mediaType(h http.Header) string {
	t, _, _ := mime.ParseMediaType(h.Get("Content-Type"))
	return t
}
