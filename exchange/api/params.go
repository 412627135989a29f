package api

import (
	"net/url"
	"strconv"
	"time"

	"github.com/lienthong/lienthong/exchange"
)

// known refuses a query parameter that the route does not take, that is given twice or that says nothing: to pass it
// over would answer another question than the caller asked.
func known(c *call, names []string) error {
	query, err := url.ParseQuery(c.Request().URL.RawQuery)
	if err != nil {
		return &exchange.Error{Kind: exchange.BadRequest, Detail: "the query string cannot be read", VI: "Chuỗi tham số không đọc được.", Err: err}
	}
	for name, values := range query {
		if !listed(names, name) {
			return unknownParameter(name, names)
		}
		if len(values) > 1 {
			return badParameter(name, "is given more than once", "có nhiều lần")
		}
		if values[0] == "" {
			return badParameter(name, "is empty; leave it out", "để trống; hãy bỏ đi")
		}
	}
	return nil
}

func listed(names []string, name string) bool {
	for _, n := range names {
		if n == name {
			return true
		}
	}
	return false
}

func unknownParameter(name string, names []string) error {
	e := &exchange.Error{Kind: exchange.UnknownParam, Path: shorten(name), Values: map[string]string{"parameter": shorten(name)},
		Detail: "there is no parameter " + shorten(name), VI: "Không có tham số " + shorten(name) + "."}
	if near := nearest(name, names); near != "" {
		e.Values["nearest"] = near
		e.Detail += "; do you mean " + near + "?"
		e.VI += " Có phải là " + near + "?"
	}
	return e
}

// nearest is the name with the most in common with the word: the longest shared beginning and end.
func nearest(word string, names []string) (best string) {
	most := len(word) / 2
	for _, n := range names {
		if shared := common(word, n); shared > most {
			best, most = n, shared
		}
	}
	return best
}

func common(a, b string) (n int) {
	short := min(len(a), len(b))
	for n < short && a[n] == b[n] {
		n++
	}
	for end := 1; n < short && a[len(a)-end] == b[len(b)-end]; end++ {
		n++
	}
	return n
}

func badParameter(name, en, vi string) error {
	return &exchange.Error{Kind: exchange.BadRequest, Path: name, Detail: name + " " + en, VI: "Tham số " + name + " " + vi + "."}
}

// number reads a whole number between least and most; def where it is not given.
func number(c *call, name string, def, least, most int64) (int64, error) {
	text := c.QueryParam(name)
	if text == "" {
		return def, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < least || n > most {
		span := strconv.FormatInt(least, 10) + "…" + strconv.FormatInt(most, 10)
		return 0, badParameter(name, "is a whole number "+span, "là số nguyên "+span)
	}
	return n, nil
}

func instant(c *call, name string) (time.Time, error) {
	text := c.QueryParam(name)
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return t, badParameter(name, "is a time like 2018-09-28T09:10:11+07:00", "là thời điểm như 2018-09-28T09:10:11+07:00")
	}
	return t.UTC(), nil
}

func flag(c *call, name string) (bool, error) {
	switch c.QueryParam(name) {
	case "", "0":
		return false, nil
	case "1":
		return true, nil
	}
	return false, badParameter(name, "is 0 or 1", "là 0 hoặc 1")
}
