package envelope_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/lienthong/lienthong/envelope"
)

func TestParseDate(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"2018/09/28", "2018/09/28"},
		{"2018/09/28 00:00:00", "2018/09/28"},
		{"2018/09/28T07:30", "2018/09/28"},
		{"2018/09/28 07:30:00 PM", "2018/09/28"},
		{"2016/02/29", "2016/02/29"},
		{"2014/02/30", ""},
		{"0000/01/01", ""},
		{"0001/01/01", "0001/01/01"},
		{"2015/02/29", ""},
		{"2018/13/01", ""},
		{"2018/9/28", ""},
		{"28/09/2018", ""},
		{"2018-09-28", ""},
		{"2018/09/28x", ""},
		{"2018/09/28 25:00:00", ""},
		{"hôm nay", ""},
		{"", ""},
	} {
		d, err := envelope.ParseDate(c.in)
		if d.String() != c.want || (err == nil) != (c.want != "") {
			t.Errorf("ParseDate(%q) = %q, %v; want %q", c.in, d, err, c.want)
		}
		if err != nil && !errors.Is(err, envelope.ErrDate) {
			t.Errorf("ParseDate(%q): %v does not wrap ErrDate", c.in, err)
		}
	}
}

func TestDateIsTheDayInVietnam(t *testing.T) {
	late := time.Date(2018, 9, 27, 18, 0, 0, 0, time.UTC)
	d := envelope.DateOf(late)
	if d.String() != "2018/09/28" || d.Year() != 2018 {
		t.Errorf("DateOf(%v) = %v", late, d)
	}
	if want := time.Date(2018, 9, 27, 17, 0, 0, 0, time.UTC); !d.Time().Equal(want) {
		t.Errorf("the day begins at %v, want %v", d.Time(), want)
	}
}

func TestDateInJSON(t *testing.T) {
	for _, want := range []string{`"2018-09-28"`, `""`} {
		var d envelope.Date
		if err := json.Unmarshal([]byte(want), &d); err != nil {
			t.Fatal(err)
		}
		if got, err := json.Marshal(d); err != nil || string(got) != want {
			t.Errorf("%s comes back as %s, %v", want, got, err)
		}
	}
	var d envelope.Date
	if err := json.Unmarshal([]byte(`"2018-02-30"`), &d); !errors.Is(err, envelope.ErrDate) {
		t.Errorf("30 February: %v, want ErrDate", err)
	}
}

func TestZeroDate(t *testing.T) {
	var d envelope.Date
	if !d.IsZero() || d.String() != "" || !d.Time().IsZero() || d.Year() != 0 {
		t.Errorf("the zero Date is %q, %v, year %d", d, d.Time(), d.Year())
	}
}
