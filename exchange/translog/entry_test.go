package translog_test

import (
	"bytes"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lienthong/lienthong/exchange/translog"
	"golang.org/x/mod/sumdb/tlog"
)

var sha = strings.Repeat("0f", 32)

// accepted is an entry as the hub writes it for an accepted document.
func accepted() translog.Entry {
	return translog.Entry{
		V: translog.Schema, Type: translog.Accepted,
		Time:  time.Date(2018, 9, 14, 1, 2, 3, 450_000_000, time.UTC),
		Actor: "000.07.12.H46", Credential: "key_01", Message: "msg_01",
		Document: "000.07.12.H46,2018/09/14,123/UBND-VX", Sender: "000.07.12.H46",
		Addressees: []translog.Addressee{
			{Delivery: "dlv_01", Agency: "000.08.12.H46"},
			{Delivery: "dlv_02", Agency: "000.09.12.H46", Codes: []string{"000.09.12.H46", "000.99.12.H46"}},
		},
		Kind: "0", Size: 20480, Digest: sha, Signature: "good", Cert: sha, Side: sha,
	}
}

// The canonical form is a promise to everybody who keeps a receipt: this text
// must never change.
func TestCanonicalForm(t *testing.T) {
	for _, test := range []struct {
		name  string
		entry translog.Entry
		want  string
	}{
		{"accepted", accepted(), `{"v":1,"time":"2018-09-14T01:02:03.45Z","type":"accepted","actor":"000.07.12.H46","credential":"key_01",` +
			`"message":"msg_01","document":"000.07.12.H46,2018/09/14,123/UBND-VX","sender":"000.07.12.H46",` +
			`"addressees":[{"delivery":"dlv_01","agency":"000.08.12.H46"},{"delivery":"dlv_02","agency":"000.09.12.H46","codes":["000.09.12.H46","000.99.12.H46"]}],` +
			`"kind":"0","size":20480,"digest":"` + sha + `","signature":"good","cert":"` + sha + `","side":"` + sha + `"}`},
		{"attempted, time with an offset", translog.Entry{
			Time: time.Date(2018, 9, 14, 8, 2, 3, 0, time.FixedZone("", 7*3600)), Type: translog.Attempted, Actor: "hub",
			Delivery: "dlv_01", Addressee: "000.08.12.H46", Code: "503", Result: "temporary", Attempt: 2,
		}, `{"v":1,"time":"2018-09-14T01:02:03Z","type":"attempted","actor":"hub","delivery":"dlv_01","addressee":"000.08.12.H46","code":"503","result":"temporary","attempt":2}`},
		{"restored", translog.Entry{
			Time: time.Date(2018, 9, 14, 1, 2, 3, 0, time.UTC), Type: translog.Restored, Actor: "operator:u1", Count: 3,
			Head: &translog.Checkpoint{Origin: "hub.example/1", Size: 7, Root: tlog.Hash{1}},
		}, `{"v":1,"time":"2018-09-14T01:02:03Z","type":"restored","actor":"operator:u1","count":3,"head":{"origin":"hub.example/1","size":7,"root":"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}}`},
		{"letters are written as they are", translog.Entry{
			Time: time.Date(2018, 9, 14, 1, 2, 3, 0, time.UTC), Type: translog.Delivered, Document: "12/QĐ-UBND <&>",
		}, `{"v":1,"time":"2018-09-14T01:02:03Z","type":"delivered","document":"12/QĐ-UBND <&>"}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := test.entry.Marshal()
			if string(got) != test.want {
				t.Fatalf("got  %s\nwant %s", got, test.want)
			}
			back, err := translog.ParseEntry(got)
			if err != nil {
				t.Fatal(err)
			}
			want := test.entry
			want.V, want.Time = translog.Schema, want.Time.UTC()
			if !reflect.DeepEqual(back, want) {
				t.Errorf("came back as %+v, want %+v", back, want)
			}
		})
	}
}

// An entry has one spelling only: others would be other leaves.
func TestParseEntryRefuses(t *testing.T) {
	const good = `{"v":1,"time":"2018-09-14T01:02:03Z","type":"delivered","actor":"hub","attempt":2}`
	if _, err := translog.ParseEntry([]byte(good)); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ name, old, new string }{
		{"white space", `,"type"`, `, "type"`},
		{"a line end", `}`, "}\n"},
		{"trailing text", `}`, `}{}`},
		{"another order", `"v":1,"time":"2018-09-14T01:02:03Z"`, `"time":"2018-09-14T01:02:03Z","v":1`},
		{"a key twice", `"attempt":2`, `"attempt":1,"attempt":2`},
		{"an unknown key", `"attempt":2`, `"attempt":2,"subject":"x"`},
		{"a key in capitals", `"actor"`, `"Actor"`},
		{"an empty value", `"attempt":2`, `"message":"","attempt":2`},
		{"an empty list", `"actor":"hub"`, `"actor":"hub","addressees":[]`},
		{"a null", `"actor":"hub"`, `"actor":"hub","head":null`},
		{"a needless escape", `"hub"`, `"\u0068ub"`},
		{"a fraction", `"attempt":2`, `"attempt":2.0`},
		{"an exponent", `"attempt":2`, `"attempt":2e0`},
		{"a number as text", `"attempt":2`, `"attempt":"2"`},
		{"a negative number", `"attempt":2`, `"attempt":-2`},
		{"a time with an offset", `01:02:03Z`, `08:02:03+07:00`},
		{"a time with idle zeros", `03Z`, `03.10Z`},
		{"a time that is not", `09-14T`, `09-31T`},
		{"no time", `2018-09-14T01:02:03Z`, `0001-01-01T00:00:00Z`},
		{"no type", `"delivered"`, `""`},
		{"another schema", `"v":1`, `"v":2`},
		{"no schema", `"v":1,`, ``},
		{"an array", good, `[]`},
		{"null", good, `null`},
		{"nothing", good, ``},
		{"what is not UTF-8", `"hub"`, "\"h\xffb\""},
		{"prose in a code", `"hub"`, `"Ủy ban nhân dân"`},
		{"two words in a code", `"hub"`, `"the hub"`},
	} {
		text := strings.Replace(good, test.old, test.new, 1)
		if text == good {
			t.Fatalf("%s: the case changes nothing", test.name)
		}
		if e, err := translog.ParseEntry([]byte(text)); !errors.Is(err, translog.ErrEntry) {
			t.Errorf("%s: %s read as %+v (error %v)", test.name, text, e, err)
		}
	}
}

// Entries are for ever and public to auditors: no prose gets in.
func TestCheckKeepsProseOut(t *testing.T) {
	const prose = "Nguyễn Văn A, phòng Văn thư"
	if err := accepted().Check(); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*translog.Entry){
		"type":                func(e *translog.Entry) { e.Type = prose },
		"no type":             func(e *translog.Entry) { e.Type = "" },
		"actor":               func(e *translog.Entry) { e.Actor = prose },
		"credential":          func(e *translog.Entry) { e.Credential = prose },
		"message":             func(e *translog.Entry) { e.Message = prose },
		"delivery":            func(e *translog.Entry) { e.Delivery = prose },
		"document, two lines": func(e *translog.Entry) { e.Document = "a\nb" },
		"document, control":   func(e *translog.Entry) { e.Document = "a\u009bb" },
		"document, no UTF-8":  func(e *translog.Entry) { e.Document = "a\xff" },
		"document, too long":  func(e *translog.Entry) { e.Document = strings.Repeat("a", 801) },
		"sender":              func(e *translog.Entry) { e.Sender = prose },
		"addressee":           func(e *translog.Entry) { e.Addressee = prose },
		"kind":                func(e *translog.Entry) { e.Kind = prose },
		"code":                func(e *translog.Entry) { e.Code = prose },
		"code too long":       func(e *translog.Entry) { e.Code = strings.Repeat("a", 129) },
		"result":              func(e *translog.Entry) { e.Result = prose },
		"signature":           func(e *translog.Entry) { e.Signature = prose },
		"digest":              func(e *translog.Entry) { e.Digest = sha[:62] },
		"digest in capitals":  func(e *translog.Entry) { e.Digest = strings.ToUpper(sha) },
		"cert":                func(e *translog.Entry) { e.Cert = "x" + sha[1:] },
		"side":                func(e *translog.Entry) { e.Side = prose },
		"attempt":             func(e *translog.Entry) { e.Attempt = -1 },
		"count":               func(e *translog.Entry) { e.Count = -1 },
		"size":                func(e *translog.Entry) { e.Size = -1 },
		"no time":             func(e *translog.Entry) { e.Time = time.Time{} },
		"year 10000":          func(e *translog.Entry) { e.Time = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) },
		"year 10000 in UTC":   func(e *translog.Entry) { e.Time = time.Date(9999, 12, 31, 23, 0, 0, 0, time.FixedZone("", -7200)) },
		"addressee's agency":  func(e *translog.Entry) { e.Addressees[1].Agency = prose },
		"without agency":      func(e *translog.Entry) { e.Addressees[1].Agency = "" },
		"without delivery":    func(e *translog.Entry) { e.Addressees[0].Delivery = "" },
		"addressee's code":    func(e *translog.Entry) { e.Addressees[1].Codes[1] = prose },
		"addressee's no code": func(e *translog.Entry) { e.Addressees[1].Codes[1] = "" },
		"head without origin": func(e *translog.Entry) { e.Head = new(translog.Checkpoint) },
		"too many bytes": func(e *translog.Entry) {
			for len(e.Marshal()) <= translog.MaxEntry {
				e.Addressees = append(e.Addressees, e.Addressees...)
			}
		},
	} {
		e := accepted()
		spoil(&e)
		if err := e.Check(); !errors.Is(err, translog.ErrEntry) {
			t.Errorf("%s: error %v, want ErrEntry", name, err)
		}
		if _, err := translog.ParseEntry(e.Marshal()); !errors.Is(err, translog.ErrEntry) {
			t.Errorf("%s: the entry could be read back (error %v)", name, err)
		}
	}
}

// Whatever id a sender may give a document, its acceptance can be logged.
func TestDocumentIDsOfTheField(t *testing.T) {
	for _, id := range []string{
		"000.07.12.H46,2018/09/14,123/UBND-VX", "số 12/QĐ-UBND", "a\u00a0b", "a\u200bb", "a\ue000b", "a\u202eb",
		strings.Repeat("Ủ", 800), strings.Repeat("\U00020000", 800),
	} {
		e := accepted()
		e.Document = id
		if err := e.Check(); err != nil {
			t.Errorf("%.40q: %v", id, err)
		}
		if back, err := translog.ParseEntry(e.Marshal()); err != nil || back.Document != id {
			t.Errorf("%.40q: read back as %.40q, %v", id, back.Document, err)
		}
	}
}

// The configuration lets nobody send to more addressees than an entry can list.
func TestTenThousandAddresseesFit(t *testing.T) {
	const n = 10_000
	agency := strings.Repeat("H", 35)
	e := accepted()
	e.Document = strings.Repeat("Ủ", 800)
	e.Addressees = slices.Repeat([]translog.Addressee{{Delivery: strings.Repeat("d", 36), Agency: agency, Codes: []string{agency},
		By: []string{"successor+gateway"}}}, n)
	if err := e.Check(); err != nil {
		t.Error(err)
	}
}

// What ParseEntry takes is a fixed point of Marshal and passes Check; what it
// does not take, it refuses without a panic.
func FuzzEntry(f *testing.F) {
	f.Add(accepted().Marshal())
	f.Add([]byte(`{"v":1,"time":"2018-09-14T01:02:03Z","type":"delivered","attempt":2}`))
	f.Add([]byte(`{"v":1,"time":"2018-09-14T01:02:03Z","type":"x","head":{"origin":"a/1","size":0,"root":"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		e, err := translog.ParseEntry(text)
		if err != nil {
			if !errors.Is(err, translog.ErrEntry) {
				t.Fatalf("error %v is not an ErrEntry", err)
			}
			return
		}
		if got := e.Marshal(); !bytes.Equal(got, text) {
			t.Fatalf("read %q, wrote %q", text, got)
		}
		if err := e.Check(); err != nil {
			t.Fatal(err)
		}
	})
}

// Whatever text gets into an entry that passes Check, it comes back unchanged.
func FuzzEntryFromFields(f *testing.F) {
	f.Add("000.07.12.H46", "123/QĐ-UBND", int64(1536887523), int64(5), int64(20480))
	f.Add("a\u2028b", "\u2028<>&\\\"", int64(0), int64(0), int64(0))
	f.Fuzz(func(t *testing.T, code, document string, sec, nsec, size int64) {
		e := translog.Entry{
			V: translog.Schema, Time: time.Unix(sec, nsec).UTC(), Type: translog.Type(code), Actor: code,
			Document: document, Size: size,
		}
		if e.Check() != nil {
			return
		}
		back, err := translog.ParseEntry(e.Marshal())
		if err != nil || !reflect.DeepEqual(back, e) {
			t.Fatalf("%+v came back as %+v (%v)", e, back, err)
		}
	})
}
