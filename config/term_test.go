package config_test

import (
	"testing"
	"time"

	"github.com/lienthong/lienthong/config"
)

func TestTerm(t *testing.T) {
	for _, tt := range []struct {
		text string
		want config.Term
		ok   bool
	}{
		{"10wd", config.Term{WorkingDays: 10}, true},
		{"1wd", config.Term{WorkingDays: 1}, true},
		{"10d", config.Term{Time: config.Duration(240 * time.Hour)}, true},
		{"30m", config.Term{Time: config.Duration(30 * time.Minute)}, true},
		{"0s", config.Term{}, true},
		{"0wd", config.Term{}, false},
		{"wd", config.Term{}, false},
		{"-1wd", config.Term{}, false},
		{"1wd12h", config.Term{}, false},
		{"1.5wd", config.Term{}, false},
		{"70000wd", config.Term{}, false},
		{"ten", config.Term{}, false},
	} {
		got, err := config.ParseTerm(tt.text)
		if got != tt.want || (err == nil) != tt.ok {
			t.Errorf("%q is %v, %v; want %v, %t", tt.text, got, err, tt.want, tt.ok)
		}
		if tt.ok && got.String() != tt.text {
			t.Errorf("%q is written as %q", tt.text, got)
		}
	}
}
