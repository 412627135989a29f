package translog_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/lienthong/lienthong/exchange/translog"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// key is a fresh key pair of a log.
func key(t *testing.T, origin string) (note.Signer, note.Verifier) {
	t.Helper()
	skey, vkey, err := translog.GenerateKey(rand.Reader, origin)
	if err != nil {
		t.Fatal(err)
	}
	s, err := note.NewSigner(skey)
	if err != nil {
		t.Fatal(err)
	}
	v, err := note.NewVerifier(vkey)
	if err != nil {
		t.Fatal(err)
	}
	return s, v
}

func signed(t *testing.T, c translog.Checkpoint, s note.Signer) []byte {
	t.Helper()
	text, err := translog.SignCheckpoint(c, s)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

const origin = "hub.phutho.example/1"

// The public half of a key verifies what the key signs, and is the one that was made with it.
func TestPublicKey(t *testing.T) {
	skey, vkey, err := translog.GenerateKey(rand.Reader, "hub.example/1")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := translog.PublicKey(skey); err != nil || got != vkey {
		t.Errorf("the public key is %q (%v), want %q", got, err, vkey)
	}
	for _, wrong := range []string{"", vkey, skey + "x", skey[:len(skey)-4]} {
		if got, err := translog.PublicKey(wrong); err == nil {
			t.Errorf("%d bytes that are no key give %q", len(wrong), got)
		}
	}
}

func TestCheckpointText(t *testing.T) {
	c := translog.Checkpoint{Origin: "example.com/behind-the-sofa", Size: 20852163}
	c.Root, _ = tlog.ParseHash("CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=")
	// The example of the C2SP specification.
	const want = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
	if got := string(c.Marshal()); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if back, err := translog.ParseCheckpoint([]byte(want)); err != nil || back != c {
		t.Errorf("came back as %+v (%v)", back, err)
	}
}

func TestParseCheckpointRefuses(t *testing.T) {
	const good = "hub.example/1\n42\nAQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
	if _, err := translog.ParseCheckpoint([]byte(good)); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ name, old, new string }{
		{"no origin", "hub.example/1", ""},
		{"origin of two words", "hub.example/1", "hub example"},
		{"origin with a plus", "hub.example/1", "hub+example"},
		{"origin that is not UTF-8", "hub", "\xff"},
		{"origin with a control character", "hub", "h\x01b"},
		{"long origin", "hub", strings.Repeat("h", 200)},
		{"leading zero", "42", "042"},
		{"sign", "42", "+42"},
		{"negative", "42", "-42"},
		{"fraction", "42", "4.2"},
		{"beyond the limit", "42", "281474976710657"},
		{"beyond int64", "42", "9223372036854775808"},
		{"short root", "AQAA", ""},
		{"root with idle bits", "AA=", "AB="},
		{"extension line", "=\n", "=\nmore\n"},
		{"no line end", "=\n", "="},
		{"CRLF", "\n42", "\r\n42"},
	} {
		text := strings.Replace(good, test.old, test.new, 1)
		if _, err := translog.ParseCheckpoint([]byte(text)); !errors.Is(err, translog.ErrCheckpoint) {
			t.Errorf("%s: error %v, want ErrCheckpoint", test.name, err)
		}
	}
}

func TestOpenCheckpoint(t *testing.T) {
	c := translog.Checkpoint{Origin: origin, Size: 3, Root: leaf(1)}
	s, v := key(t, origin)
	text := signed(t, c, s)
	otherS, otherV := key(t, origin)
	witnessS, witnessV := key(t, "witness.example")
	cosigned, err := note.Sign(&note.Note{Text: string(c.Marshal())}, s, witnessS)
	if err != nil {
		t.Fatal(err)
	}
	witnessOnly, err := note.Sign(&note.Note{Text: string(c.Marshal())}, witnessS)
	if err != nil {
		t.Fatal(err)
	}
	notACheckpoint, err := note.Sign(&note.Note{Text: origin + "\nhello\n"}, s)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name string
		text []byte
		keys []note.Verifier
		want error
	}{
		{"good", text, []note.Verifier{v}, nil},
		{"cosigned, witness known", cosigned, []note.Verifier{v, witnessV}, nil},
		{"cosigned, witness unknown", cosigned, []note.Verifier{v}, nil},
		{"another key of the same name", text, []note.Verifier{otherV}, translog.ErrUnknownKey},
		{"signed with another key", signed(t, c, otherS), []note.Verifier{v}, translog.ErrUnknownKey},
		{"no keys", text, nil, translog.ErrUnknownKey},
		{"a witness does not speak for the log", witnessOnly, []note.Verifier{v, witnessV}, translog.ErrOrigin},
		{"size changed", bytes.Replace(text, []byte("\n3\n"), []byte("\n4\n"), 1), []note.Verifier{v}, translog.ErrSignature},
		{"origin changed", bytes.Replace(text, []byte("phutho"), []byte("hanoi"), 1), []note.Verifier{v}, translog.ErrSignature},
		{"signed, but no checkpoint", notACheckpoint, []note.Verifier{v}, translog.ErrCheckpoint},
		{"signature cut off", text[:bytes.Index(text, []byte("\n\n"))+1], []note.Verifier{v}, translog.ErrCheckpoint},
		{"empty", nil, []note.Verifier{v}, translog.ErrCheckpoint},
		{"too long", fmt.Appendf(nil, "%s— witness.example %s\n", text, strings.Repeat("AAAA", translog.MaxCheckpoint/4)), []note.Verifier{v}, translog.ErrCheckpoint},
	} {
		got, err := translog.OpenCheckpoint(test.text, note.VerifierList(test.keys...))
		if !errors.Is(err, test.want) {
			t.Errorf("%s: error %v, want %v", test.name, err, test.want)
		}
		if test.want == nil && got != c {
			t.Errorf("%s: got %+v, want %+v", test.name, got, c)
		}
	}
}

// A key signs the log it is named after and no other: a restored hub, which
// begins a new origin, cannot sign on under the old one by mistake.
func TestSignCheckpointRefuses(t *testing.T) {
	s, _ := key(t, origin)
	if _, err := translog.SignCheckpoint(translog.Checkpoint{Origin: "hub.phutho.example/2"}, s); !errors.Is(err, translog.ErrOrigin) {
		t.Errorf("another origin: error %v, want ErrOrigin", err)
	}
	if _, err := translog.SignCheckpoint(translog.Checkpoint{Origin: origin, Size: -1}, s); !errors.Is(err, translog.ErrCheckpoint) {
		t.Errorf("negative size: error %v, want ErrCheckpoint", err)
	}
}

func TestGenerateKeyRefusesBadOrigins(t *testing.T) {
	for _, origin := range []string{"", "two words", "a+b", "a\nb", strings.Repeat("a", 201)} {
		if _, _, err := translog.GenerateKey(rand.Reader, origin); !errors.Is(err, translog.ErrCheckpoint) {
			t.Errorf("origin %.20q: error %v, want ErrCheckpoint", origin, err)
		}
	}
}
