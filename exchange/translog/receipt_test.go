package translog_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"flag"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/lienthong/lienthong/exchange/translog"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

var update = flag.Bool("update", false, "write the golden receipt anew")

// receipt is the receipt of an entry at index in a log of size entries.
func receipt(t *testing.T, s note.Signer, entry []byte, index, size int64) translog.Receipt {
	t.Helper()
	b := newBatch(t, 0, new(hashes))
	appendAll(t, b, 0, index)
	if _, err := b.Append(translog.LeafHash(entry)); err != nil {
		t.Fatal(err)
	}
	appendAll(t, b, index+1, size)
	proof, err := b.Prove(index)
	if err != nil {
		t.Fatal(err)
	}
	c := translog.Checkpoint{Origin: s.Name(), Size: size, Root: b.Root()}
	return translog.Receipt{Entry: entry, Index: index, Proof: proof, Checkpoint: signed(t, c, s)}
}

func TestReceiptOfEveryIndexAndSize(t *testing.T) {
	s, v := key(t, origin)
	want := accepted()
	for size := int64(1); size <= 20; size++ {
		for i := range size {
			r := receipt(t, s, want.Marshal(), i, size)
			file, err := translog.ParseReceipt(r.Marshal())
			if err != nil || !reflect.DeepEqual(file, r) {
				t.Fatalf("receipt %d of %d came back as %+v (%v)", i, size, file, err)
			}
			e, c, err := file.Verify(note.VerifierList(v), origin)
			if err != nil || !reflect.DeepEqual(e, want) || c.Size != size {
				t.Fatalf("receipt %d of %d: %+v, %+v, %v", i, size, e, c, err)
			}
		}
	}
}

// Whatever of a receipt is changed, it no longer verifies, and the error says
// which part does not hold.
func TestVerifyRefuses(t *testing.T) {
	s, v := key(t, origin)
	_, stranger := key(t, origin)
	restoredS, restoredV := key(t, "hub.phutho.example/2")
	other := accepted()
	other.Size++
	notAnEntry := []byte(`{"v":1,"note":"signed all the same"}`)
	resigned := func(size int64) func(*translog.Receipt) {
		return func(r *translog.Receipt) {
			r.Checkpoint = signed(t, translog.Checkpoint{Origin: origin, Size: size, Root: leaf(0)}, s)
		}
	}
	for _, test := range []struct {
		name  string
		spoil func(*translog.Receipt)
		keys  []note.Verifier
		want  error
	}{
		{"untouched", func(*translog.Receipt) {}, []note.Verifier{v}, nil},
		{"entry changed", func(r *translog.Receipt) { r.Entry = other.Marshal() }, []note.Verifier{v}, translog.ErrProof},
		{"entry spelled differently", func(r *translog.Receipt) { r.Entry = append(r.Entry, ' ') }, []note.Verifier{v}, translog.ErrProof},
		{"no entry", func(r *translog.Receipt) { r.Entry = nil }, []note.Verifier{v}, translog.ErrProof},
		{"what is logged is no entry", func(r *translog.Receipt) { *r = receipt(t, s, notAnEntry, 5, 11) }, []note.Verifier{v}, translog.ErrEntry},
		{"index changed", func(r *translog.Receipt) { r.Index = 4 }, []note.Verifier{v}, translog.ErrProof},
		{"index beyond the log", func(r *translog.Receipt) { r.Index = 11 }, []note.Verifier{v}, translog.ErrIndex},
		{"index negative", func(r *translog.Receipt) { r.Index = -1 }, []note.Verifier{v}, translog.ErrIndex},
		{"proof changed", func(r *translog.Receipt) { r.Proof[1][3] ^= 1 }, []note.Verifier{v}, translog.ErrProof},
		{"proof too short", func(r *translog.Receipt) { r.Proof = r.Proof[1:] }, []note.Verifier{v}, translog.ErrProof},
		{"proof too long", func(r *translog.Receipt) { r.Proof = append(r.Proof, tlog.Hash{}) }, []note.Verifier{v}, translog.ErrProof},
		{"checkpoint of another size", func(r *translog.Receipt) {
			r.Checkpoint = bytes.Replace(r.Checkpoint, []byte("\n11\n"), []byte("\n12\n"), 1)
		}, []note.Verifier{v}, translog.ErrSignature},
		{"checkpoint unsigned", func(r *translog.Receipt) { r.Checkpoint = r.Checkpoint[:40] }, []note.Verifier{v}, translog.ErrCheckpoint},
		{"checkpoint of another root", resigned(11), []note.Verifier{v}, translog.ErrProof},
		{"checkpoint of an earlier size", resigned(5), []note.Verifier{v}, translog.ErrIndex},
		{"checkpoint of the empty log", resigned(0), []note.Verifier{v}, translog.ErrIndex},
		{"another key", func(*translog.Receipt) {}, []note.Verifier{stranger}, translog.ErrUnknownKey},
		{"no key", func(*translog.Receipt) {}, nil, translog.ErrUnknownKey},
		{"another log of the same hub", func(r *translog.Receipt) { *r = receipt(t, restoredS, r.Entry, 5, 11) }, []note.Verifier{v, restoredV}, translog.ErrOrigin},
	} {
		r := receipt(t, s, accepted().Marshal(), 5, 11)
		test.spoil(&r)
		e, c, err := r.Verify(note.VerifierList(test.keys...), origin)
		if !errors.Is(err, test.want) {
			t.Errorf("%s: error %v, want %v", test.name, err, test.want)
		}
		if test.want != nil && (!reflect.DeepEqual(e, translog.Entry{}) || c != translog.Checkpoint{}) {
			t.Errorf("%s: refused, yet it returned %+v and %+v", test.name, e, c)
		}
	}
}

// No byte of a receipt file can be changed.
func TestEveryByteOfAReceiptCounts(t *testing.T) {
	s, v := key(t, origin)
	text := receipt(t, s, accepted().Marshal(), 2, 5).Marshal()
	for i := range text {
		changed := bytes.Clone(text)
		changed[i] ^= 1
		r, err := translog.ParseReceipt(changed)
		if err != nil {
			continue
		}
		if _, _, err := r.Verify(note.VerifierList(v), origin); err == nil {
			t.Errorf("byte %d changed from %q to %q and the receipt still verifies", i, text[i], changed[i])
		}
	}
}

// A signature of 68 bytes leaves two bits of its last letter unused: whatever
// they are, they are not part of what was signed, and must be zero.
func TestSignatureHasOneSpelling(t *testing.T) {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	s, v := key(t, origin)
	text := receipt(t, s, accepted().Marshal(), 2, 5).Marshal()
	last := len(text) - len("=\n") - 1
	at := strings.IndexByte(letters, text[last])
	if at < 0 || at%4 != 0 {
		t.Fatalf("the last letter of the signature is %q", text[last])
	}
	for i := range 4 {
		changed := bytes.Clone(text)
		changed[last] = letters[at+i]
		r, err := translog.ParseReceipt(changed)
		if err == nil {
			_, _, err = r.Verify(note.VerifierList(v), origin)
		}
		if i == 0 && err != nil {
			t.Errorf("as it was written: %v", err)
		}
		if i > 0 && !errors.Is(err, translog.ErrCheckpoint) {
			t.Errorf("%q for %q: error %v, want ErrCheckpoint", changed[last], text[last], err)
		}
	}
}

func TestParseReceiptRefuses(t *testing.T) {
	s, _ := key(t, origin)
	good := string(receipt(t, s, []byte("entry"), 2, 5).Marshal())
	if _, err := translog.ParseReceipt([]byte(good)); err != nil {
		t.Fatal(err)
	}
	hash := leaf(1).String() + "\n"
	for _, test := range []struct{ name, old, new string }{
		{"empty", good, ""},
		{"another format", "@v1", "@v2"},
		{"no entry", "extra ZW50cnk=\n", ""},
		{"entry not base64", "ZW50cnk=", "ZW50cnk"},
		{"entry with idle bits", "ZW50cnk=", "ZW50cnl="},
		{"no index", "index 2\n", ""},
		{"index with zeros", "index 2", "index 02"},
		{"index with a sign", "index 2", "index +2"},
		{"index not a number", "index 2", "index two"},
		{"index beyond int64", "index 2", "index 9223372036854775808"},
		{"a line not a hash", "index 2\n", "index 2\nhash\n"},
		{"too many hashes", "index 2\n", "index 2\n" + strings.Repeat(hash, 60)},
		{"no checkpoint", "\n\n", "\n"},
		{"CRLF", "\n", "\r\n"},
		{"a carriage return in the entry", "ZW50", "ZW\r50"},
		{"too long", "ZW50cnk=", base64.StdEncoding.EncodeToString(make([]byte, translog.MaxReceipt))},
	} {
		text := strings.Replace(good, test.old, test.new, 1)
		if text == good {
			t.Fatalf("%s: the case changes nothing", test.name)
		}
		if r, err := translog.ParseReceipt([]byte(text)); !errors.Is(err, translog.ErrReceipt) {
			t.Errorf("%s: read as %.200v (error %v)", test.name, r, err)
		}
	}
}

// The largest entry fits into a receipt with every part at its limit.
func TestLargestReceiptFits(t *testing.T) {
	r := translog.Receipt{
		Entry: make([]byte, translog.MaxEntry), Index: translog.MaxSize - 1,
		Proof: make(tlog.RecordProof, 48), Checkpoint: make([]byte, translog.MaxCheckpoint),
	}
	if _, err := translog.ParseReceipt(r.Marshal()); err != nil {
		t.Error(err)
	}
}

// A receipt written by the first release verifies for ever. testdata holds it,
// the log's public key, and the secret one, which is for tests only.
func TestGoldenReceipt(t *testing.T) {
	s, err := note.NewSigner(golden(t, "testdata/test-only.skey"))
	if err != nil {
		t.Fatal(err)
	}
	want := receipt(t, s, accepted().Marshal(), 11, 21).Marshal()
	if *update {
		if err := os.WriteFile("testdata/v1.receipt", want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile("testdata/v1.receipt")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(text, want) {
		t.Errorf("this version writes another receipt:\n%s\nwant\n%s", want, text)
	}
	v, err := note.NewVerifier(golden(t, "testdata/hub.vkey"))
	if err != nil {
		t.Fatal(err)
	}
	r, err := translog.ParseReceipt(text)
	if err != nil {
		t.Fatal(err)
	}
	e, _, err := r.Verify(note.VerifierList(v), v.Name())
	if err != nil || !reflect.DeepEqual(e, accepted()) {
		t.Errorf("entry %+v, error %v", e, err)
	}
}

func golden(t testing.TB, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(text))
}

func FuzzParseReceipt(f *testing.F) {
	v, err := note.NewVerifier(golden(f, "testdata/hub.vkey"))
	if err != nil {
		f.Fatal(err)
	}
	text, err := os.ReadFile("testdata/v1.receipt")
	if err != nil {
		f.Fatal(err)
	}
	genuine := text[:bytes.Index(text, []byte("\n— "))]
	f.Add(text)
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := translog.ParseReceipt(text)
		if err != nil {
			if !errors.Is(err, translog.ErrReceipt) {
				t.Fatalf("error %v is not an ErrReceipt", err)
			}
			return
		}
		if !bytes.Equal(r.Marshal(), text) {
			t.Fatalf("read %q, wrote %q", text, r.Marshal())
		}
		// Anyone may add signatures to a checkpoint; all before them is fixed.
		if _, _, err := r.Verify(note.VerifierList(v), v.Name()); err == nil && !bytes.HasPrefix(text, genuine) {
			t.Fatalf("a receipt nobody made verifies: %q", text)
		}
	})
}
