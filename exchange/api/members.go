package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
)

// exact says where JSON is not what the struct type t stands for, among it what encoding/json passes over: a member whose
// name differs in case, one that stands twice, null, which is not the same as leaving out, and a mandatory member that is
// missing: one whose tag has neither omitempty nor omitzero. The error is a *[misfit], or a *json.SyntaxError.
func exact(body []byte, t reflect.Type) error {
	if !json.Valid(body) { // which makes no copy
		return json.Unmarshal(body, new(json.RawMessage))
	}
	w := walker{dec: json.NewDecoder(bytes.NewReader(body))}
	w.dec.UseNumber()
	return w.value(t)
}

// A misfit is one place of a body that is not what it has to be.
type misfit struct {
	path   string // JSON pointer; empty: the body itself
	at     int64  // where it ends in the body
	vi, en string // the rest of a sentence that begins with the name of the place
}

func (m *misfit) Error() string { return m.name("the body") + " " + m.en }

func (m *misfit) name(body string) string {
	if m.path == "" {
		return body
	}
	return strings.TrimPrefix(m.path, "/")
}

type walker struct {
	dec  *json.Decoder
	path string
}

func (w walker) misfit(vi, en string) *misfit {
	return &misfit{path: w.path, at: w.dec.InputOffset(), vi: vi, en: en}
}

func (w walker) in(name string) walker { return walker{w.dec, w.path + "/" + name} }

func (w walker) value(t reflect.Type) error {
	token, err := w.dec.Token()
	switch {
	case err != nil:
		return err
	case token == nil:
		return w.misfit("là null; hãy bỏ đi", "is null; leave it out")
	case token == json.Delim('{') && t.Kind() == reflect.Struct && !isText(t):
		return w.object(t)
	case token == json.Delim('[') && t.Kind() == reflect.Slice:
		return w.list(t.Elem())
	case !fits(token, t):
		vi, en := expected(t)
		return w.misfit("không phải là "+vi, "is not "+en)
	}
	return nil
}

func (w walker) object(t reflect.Type) error {
	all, seen := members(t), make(map[string]bool)
	for w.dec.More() {
		token, err := w.dec.Token()
		if err != nil {
			return err
		}
		name, _ := token.(string)
		m, ok := all[name]
		if !ok || seen[name] {
			return w.misfit(fmt.Sprintf("không có thành phần %.60q, hoặc có hai lần", name), fmt.Sprintf("has no member %.60q, or has it twice", name))
		}
		seen[name] = true
		if err := w.in(name).value(m.is); err != nil {
			return err
		}
	}
	for name, m := range all {
		if m.mandatory && !seen[name] {
			return w.in(name).misfit("bị thiếu", "is missing")
		}
	}
	_, err := w.dec.Token()
	return err
}

func (w walker) list(t reflect.Type) error {
	for i := 0; w.dec.More(); i++ {
		if err := w.in(fmt.Sprint(i)).value(t); err != nil {
			return err
		}
	}
	_, err := w.dec.Token()
	return err
}

// A member is one field of a struct as JSON has it.
type member struct {
	is        reflect.Type
	mandatory bool
}

func members(t reflect.Type) map[string]member {
	all := make(map[string]member)
	for i := range t.NumField() {
		name, options, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		all[name] = member{t.Field(i).Type, options == ""}
	}
	return all
}
