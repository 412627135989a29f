package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// What was signed before is sent again if it is the same but for the value of its signature, and is never lost.
func TestKeepSigned(t *testing.T) {
	const first = "<a><SignedInfo>1</SignedInfo><SignatureValue>abc</SignatureValue></a>"
	for _, test := range []struct{ name, signed, sent string }{
		{"the same", first, first},
		{"with another value", "<a><SignedInfo>1</SignedInfo><SignatureValue>xyz=</SignatureValue></a>", first},
		{"of something else", "<a><SignedInfo>2</SignedInfo><SignatureValue>abc</SignatureValue></a>", ""},
	} {
		path := filepath.Join(t.TempDir(), "x.signed")
		if raw, err := new(app).keepSigned(path, []byte(first)); err != nil || string(raw) != first {
			t.Fatalf("%s: at first %q, %v", test.name, raw, err)
		}
		want, aside := test.sent, fmt.Sprintf("%s.%x", path, sha256.Sum256([]byte(first)))
		if want == "" {
			want = test.signed
		}
		raw, err := new(app).keepSigned(path, []byte(test.signed))
		kept, _ := os.ReadFile(path)
		if err != nil || string(raw) != want || !bytes.Equal(kept, raw) {
			t.Errorf("%s: %q is sent and %q kept (%v), want %q", test.name, raw, kept, err, want)
		}
		if old, _ := os.ReadFile(aside); (string(old) == first) != (test.sent == "") {
			t.Errorf("%s: aside stands %q", test.name, old)
		}
	}
}
