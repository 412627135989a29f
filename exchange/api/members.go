package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
)

// exact refuses what encoding/json passes over, in JSON that it has decoded into a struct of type t: a body that is no
// object, a member whose name differs in case, one that stands twice, null, which is not the same as leaving out, and a
// mandatory member that is missing: one whose tag has neither omitempty nor omitzero.
func exact(body []byte, t reflect.Type) error {
	w := walker{dec: json.NewDecoder(bytes.NewReader(body))}
	if b := bytes.TrimSpace(body); len(b) == 0 || b[0] != '{' {
		return fmt.Errorf("the body is not a JSON object")
	}
	return w.value(t)
}

type walker struct {
	dec  *json.Decoder
	path string
}

func (w walker) value(t reflect.Type) error {
	token, err := w.dec.Token()
	switch {
	case err != nil:
		return err
	case token == nil:
		return fmt.Errorf("%s is null; leave it out", strings.TrimPrefix(w.path, "/"))
	case token == json.Delim('{'):
		return w.object(t)
	case token == json.Delim('['):
		return w.list(t.Elem())
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
			return fmt.Errorf("%q is no member here, or stands twice", name)
		}
		seen[name] = true
		if err := (walker{w.dec, w.path + "/" + name}).value(m.is); err != nil {
			return err
		}
	}
	for name, m := range all {
		if m.mandatory && !seen[name] {
			return fmt.Errorf("%s is missing", name)
		}
	}
	_, err := w.dec.Token()
	return err
}

func (w walker) list(t reflect.Type) error {
	for w.dec.More() {
		if err := w.value(t); err != nil {
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
