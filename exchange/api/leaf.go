package api

import (
	"encoding"
	"encoding/json"
	"net/netip"
	"reflect"
	"time"
)

// isText is whether values of type t are written as texts.
func isText(t reflect.Type) bool {
	return reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}

// fits is whether one text, number or truth value can be a value of type t.
func fits(token json.Token, t reflect.Type) bool {
	if _, ok := token.(json.Delim); ok {
		return false
	}
	raw, err := json.Marshal(token)
	return err == nil && json.Unmarshal(raw, reflect.New(t).Interface()) == nil
}

// expected says what is written where a value of type t is wanted.
func expected(t reflect.Type) (vi, en string) {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return "thời điểm như 2024-06-30T08:00:00+07:00", "a time as 2024-06-30T08:00:00+07:00"
	case t == reflect.TypeFor[netip.Prefix]():
		return "mạng như 10.20.0.0/16", "a network as 10.20.0.0/16"
	case isText(t) || t.Kind() == reflect.String:
		return "chuỗi", "a text"
	case t.Kind() == reflect.Bool:
		return "true hoặc false", "true or false"
	case t.Kind() == reflect.Slice:
		return "danh sách", "a list"
	case t.Kind() == reflect.Struct:
		return "đối tượng JSON", "a JSON object"
	}
	return "số nguyên trong giới hạn", "a whole number within bounds"
}
