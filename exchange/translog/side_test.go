package translog_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"

	"github.com/lienthong/lienthong/exchange/translog"
)

// salt stands in for a source of random bytes.
func salt(b byte) io.Reader { return bytes.NewReader(bytes.Repeat([]byte{b}, translog.SaltSize)) }

func newSide(t *testing.T, b byte, fields map[string]string) translog.Side {
	t.Helper()
	s, err := translog.NewSide(salt(b), fields)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// The hash is a promise to auditors who keep records: it must never change.
func TestSideHash(t *testing.T) {
	s := newSide(t, 7, map[string]string{"staff": "Nguyễn Văn A", "reason": "<sai nơi nhận>"})
	sum := sha256.Sum256([]byte(strings.Repeat("\x07", 32) + `{"reason":"<sai nơi nhận>","staff":"Nguyễn Văn A"}`))
	if got, want := s.Hash(), hex.EncodeToString(sum[:]); got != want {
		t.Errorf("hash %s, want %s", got, want)
	}
	e := accepted()
	e.Side = s.Hash()
	if err := e.Check(); err != nil {
		t.Errorf("the hash does not fit an entry: %v", err)
	}
}

func TestSideHashDependsOnSaltAndFields(t *testing.T) {
	s := newSide(t, 1, map[string]string{"staff": "A"})
	for name, other := range map[string]translog.Side{
		"salt":  newSide(t, 2, map[string]string{"staff": "A"}),
		"value": newSide(t, 1, map[string]string{"staff": "B"}),
		"key":   newSide(t, 1, map[string]string{"name": "A"}),
		"more":  newSide(t, 1, map[string]string{"staff": "A", "name": ""}),
		"none":  newSide(t, 1, nil),
	} {
		if other.Hash() == s.Hash() {
			t.Errorf("another %s, the same hash", name)
		}
	}
}

func TestSideIsStored(t *testing.T) {
	for _, fields := range []map[string]string{{"reason": "sai nơi nhận", "staff": "A"}, {}, nil} {
		s := newSide(t, 9, fields)
		back, err := translog.ParseSide(s.Marshal())
		if err != nil || !reflect.DeepEqual(back, s) || back.Hash() != s.Hash() {
			t.Errorf("%v came back as %v (%v)", s, back, err)
		}
	}
}

// What an older hub took too much of is shown by its beginning, and does not stay in memory as a whole; anything else is
// shown, and proved, as it is.
func TestSideIsShown(t *testing.T) {
	long := strings.Repeat("ệ", translog.MostShown+1)
	s := newSide(t, 3, map[string]string{"reason": long, "staff": long[:3*translog.MostShown]})
	got := s.Shown().Fields
	if want := long[:3*translog.MostShown] + "…"; got["reason"] != want || got["staff"] != s.Fields["staff"] {
		t.Errorf("shown are %d and %d bytes, want %d and all %d", len(got["reason"]), len(got["staff"]), len(want), len(s.Fields["staff"]))
	}
	if s.Shown().Hash() != s.Hash() || s.Shown().Shown().Hash() != s.Hash() {
		t.Error("what is shown is held to be another record")
	}
	if s.Fields["reason"] != long {
		t.Error("the record itself was cut")
	}
	for _, fields := range []map[string]string{nil, {}, {"reason": "sai nơi nhận"}} {
		if s := newSide(t, 3, fields); s.Shown().Hash() != s.Hash() {
			t.Errorf("%v is shown as %v", fields, s.Shown().Fields)
		}
	}
}

func TestSideKeepsItsOwnFields(t *testing.T) {
	fields := map[string]string{"staff": "A"}
	s := newSide(t, 1, fields)
	before := s.Hash()
	fields["staff"] = "B"
	if s.Hash() != before {
		t.Error("a later change of the caller's map changed the record")
	}
}

func TestSideRefuses(t *testing.T) {
	if _, err := translog.NewSide(strings.NewReader("short"), nil); err == nil {
		t.Error("a salt was made from too few random bytes")
	}
	if _, err := translog.NewSide(salt(1), map[string]string{"staff": "\xff"}); !errors.Is(err, translog.ErrSide) {
		t.Errorf("a value that is not UTF-8: error %v, want ErrSide", err)
	}
	if _, err := translog.NewSide(salt(1), map[string]string{"\xff": ""}); !errors.Is(err, translog.ErrSide) {
		t.Errorf("a key that is not UTF-8: error %v, want ErrSide", err)
	}
	good := string(newSide(t, 1, map[string]string{"a": "b"}).Marshal())
	for _, test := range []struct{ name, old, new string }{
		{"white space", `,`, `, `},
		{"short salt", `AQEB`, ``},
		{"another key", `"fields"`, `"field"`},
		{"no JSON", `{`, ``},
	} {
		text := strings.Replace(good, test.old, test.new, 1)
		if _, err := translog.ParseSide([]byte(text)); !errors.Is(err, translog.ErrSide) {
			t.Errorf("%s: error %v, want ErrSide", test.name, err)
		}
	}
}

// A hash without salt would give away what was erased to anyone who guesses it.
func TestSideWithoutSaltHasNoHash(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a hash was made without a salt")
		}
	}()
	translog.Side{Fields: map[string]string{"staff": "A"}}.Hash()
}
