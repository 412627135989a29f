package config

import (
	"crypto/x509"
	"encoding"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"reflect"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A field is one setting of Config.
type field struct {
	path  string
	index []int // as in reflect.Value.FieldByIndex
}

// fields lists the settings in the order of the manual.
func fields() []field { return fieldsOf(reflect.TypeFor[Config](), "", nil) }

func fieldsOf(t reflect.Type, prefix string, index []int) (fs []field) {
	for sf := range t.Fields() {
		key, ok := sf.Tag.Lookup("yaml")
		if !ok {
			continue
		}
		at := append(append([]int(nil), index...), sf.Index...)
		if isSection(sf.Type) {
			fs = append(fs, fieldsOf(sf.Type, prefix+key+".", at)...)
			continue
		}
		fs = append(fs, field{prefix + key, at})
	}
	return fs
}

func isSection(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && !reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}

// variable is the setting's name in the environment.
func (f field) variable() string {
	return prefix + strings.ToUpper(strings.ReplaceAll(f.path, ".", "_"))
}

func (f field) in(c *Config) reflect.Value { return reflect.ValueOf(c).Elem().FieldByIndex(f.index) }

// set parses a value as the layers give it: a text, or a list of texts. A list may also be one text with commas. The
// error is the rest of a sentence that begins with the path. A refused value leaves dst in no particular state.
func set(dst reflect.Value, v any) error {
	switch v := v.(type) {
	case string:
		if isList(dst) {
			return setList(dst, splitList(v))
		}
		return setText(dst, v)
	case []string:
		if isList(dst) {
			return setList(dst, v)
		}
		return fmt.Errorf("takes one value, not a list")
	case map[string]any:
		return fmt.Errorf("is a value, not a section")
	}
	return fmt.Errorf("has no value")
}

func isList(v reflect.Value) bool { return v.Kind() == reflect.Slice || v.Kind() == reflect.Array }

func splitList(s string) []string {
	if strings.TrimSpace(s) == "" {
		return nil
	}
	parts := strings.Split(s, ",")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return parts
}

func setList(dst reflect.Value, texts []string) error {
	if dst.Kind() == reflect.Slice {
		dst.Set(reflect.MakeSlice(dst.Type(), len(texts), len(texts)))
	}
	if len(texts) != dst.Len() {
		return fmt.Errorf("takes a list of %d values, not %d", dst.Len(), len(texts))
	}
	for i, text := range texts {
		if err := setText(dst.Index(i), text); err != nil {
			return fmt.Errorf("item %d %w", i+1, err)
		}
	}
	return nil
}

func setText(dst reflect.Value, text string) error {
	if u, ok := dst.Addr().Interface().(encoding.TextUnmarshaler); ok {
		if err := u.UnmarshalText([]byte(text)); err != nil {
			return fmt.Errorf("= %.60q: %w", text, explained(u, err))
		}
		return nil
	}
	if dst.Kind() == reflect.String {
		return setString(dst, text)
	}
	n, err := strconv.ParseInt(text, 10, dst.Type().Bits())
	if err != nil {
		return fmt.Errorf("= %.60q: not a whole number", text)
	}
	dst.SetInt(n)
	return nil
}

// explained says what is expected where a type of the standard library speaks to programmers.
func explained(u encoding.TextUnmarshaler, err error) error {
	switch u.(type) {
	case *netip.Prefix:
		return errors.New("not a network, as in 10.0.0.0/8 or, for one address, 10.1.2.3/32")
	case *x509.OID:
		return errors.New("not an object identifier, as in 1.3.6.1.4.1.55555.1.2")
	case *slog.Level:
		return errors.New("not one of debug, info, warn and error")
	}
	return err
}

// setString refuses control characters: names go into headers and notices, and no path needs them.
func setString(dst reflect.Value, text string) error {
	if !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
		return fmt.Errorf("= %.60q: holds a control character or is not UTF-8", text)
	}
	dst.SetString(text)
	return nil
}

// texts is what set reads, and whether it is a list.
func texts(v reflect.Value) (items []string, list bool) {
	if !isList(v) {
		return []string{text(v)}, false
	}
	for i := range v.Len() {
		items = append(items, text(v.Index(i)))
	}
	return items, true
}

func text(v reflect.Value) string {
	if m, ok := v.Interface().(encoding.TextMarshaler); ok {
		if b, err := m.MarshalText(); err == nil {
			return string(b)
		}
	}
	return fmt.Sprint(v.Interface())
}
