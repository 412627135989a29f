package envelope_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/signing"
)

// minimal is the smallest document without a warning, with replacements.
func minimal(t testing.TB, oldnew ...string) []byte {
	t.Helper()
	text := string(read(t, "testdata", "06-minimal", "in.xml"))
	for i := 0; i < len(oldnew); i += 2 {
		if !strings.Contains(text, oldnew[i]) {
			t.Fatalf("the minimal document has no %q", oldnew[i])
		}
	}
	return []byte(strings.NewReplacer(oldnew...).Replace(text))
}

// addressees is a document for n of them.
func addressees(t testing.TB, n int) []byte {
	t.Helper()
	var b strings.Builder
	for i := range n - 1 {
		fmt.Fprintf(&b, "<edXML:To><edXML:OrganId>H44.%d</edXML:OrganId></edXML:To>", i)
	}
	return minimal(t, "<edXML:DocumentId>", b.String()+"<edXML:DocumentId>")
}

func TestAddressees(t *testing.T) {
	generous := signing.Policy{At: asOf, Unsigned: true, Limits: signing.Limits{Tokens: 2_000_000}}
	for _, c := range []struct {
		n     int
		rules envelope.Rules
		taken bool
	}{
		{300, envelope.Rules{}, true},
		{10_000, envelope.DefaultRules(), true},
		{10_001, envelope.DefaultRules(), false},
		{100_000, envelope.DefaultRules(), false},
		{3, envelope.Rules{MaxAddressees: 3}, true},
		{4, envelope.Rules{MaxAddressees: 3}, false},
		{10_001, envelope.Rules{MaxAddressees: 20_000}, true},
	} {
		v, err := signing.Verify(t.Context(), addressees(t, c.n), generous)
		if err != nil {
			t.Fatal(err)
		}
		e, err := c.rules.Parse(v)
		switch {
		case c.taken && (err != nil || len(e.To) != c.n):
			t.Errorf("%d addressees, limit %d: %v", c.n, c.rules.MaxAddressees, err)
		case !c.taken && (err == nil || !strings.Contains(faultsOf(t, err)[0].EN, fmt.Sprint(c.n))):
			t.Errorf("%d addressees, limit %d: %v; want a refusal with the number", c.n, c.rules.MaxAddressees, err)
		case !c.taken && !faultsOf(t, err).Has("too-many-addressees"):
			t.Errorf("%d addressees: %v", c.n, err)
		}
	}
}

func TestTooManyAttachments(t *testing.T) {
	e := document()
	for i := range 4 {
		e.Attachments = append(e.Attachments, envelope.NewAttachment(fmt.Sprint(i, ".pdf"), []byte("x")))
	}
	v := verified(t, build(t, e))
	if _, err := (envelope.Rules{MaxAttachments: 5}).Parse(v); err != nil {
		t.Errorf("5 of 5: %v", err)
	}
	e.Attachments[4].ContentID = "cid:another"
	lost := bytes.Replace(build(t, e), []byte(">cid:another<"), []byte(">cid:lost<"), 1)
	_, err := envelope.Rules{MaxAttachments: 5}.Parse(verified(t, lost))
	if err == nil || !faultsOf(t, err).Has("manifest-mismatch") {
		t.Errorf("5 of 5, one of them unlisted: %v", err)
	}
	_, err = envelope.Rules{MaxAttachments: 4}.Parse(v)
	if err == nil {
		t.Fatal("5 of 4 were taken")
	}
	if f := faultsOf(t, err); len(f) != 1 || f[0].Code != "too-many-attachments" {
		t.Errorf("5 of 4: %v", f)
	}
}

func TestSecretNotations(t *testing.T) {
	v := verified(t, minimal(t))
	for _, c := range []struct {
		notations []string
		taken     bool
	}{
		{nil, true},
		{[]string{""}, true},
		{[]string{"SM", "VP", "SM-VP-M"}, true},
		{[]string{"X", "SM-VP"}, false},
		{[]string{" sm-vp "}, false},
	} {
		_, err := envelope.Rules{SecretNotations: c.notations}.Parse(v)
		if (err == nil) != c.taken {
			t.Errorf("notations %q: %v", c.notations, err)
		}
		if err != nil && !faultsOf(t, err).Has("secrecy-marking") {
			t.Errorf("notations %q: %v, want secrecy-marking", c.notations, err)
		}
	}
}

// Two ways of typing the same accents must not be two notations.
func TestSecretNotationDecomposed(t *testing.T) {
	v := verified(t, minimal(t, ">SM-VP<", ">Đ\u00e2\u0323t<"))
	_, err := envelope.Rules{SecretNotations: []string{"đậT"}}.Parse(v)
	if err == nil || !faultsOf(t, err).Has("secrecy-marking") {
		t.Errorf("%v, want secrecy-marking", err)
	}
}

func TestSecretField(t *testing.T) {
	for value, taken := range map[string]bool{
		"": true, "0": true, "false": true, "Thường": true, "THƯỜNG": true, "không": true, "null": true,
		"1": false, "Mật": false, "2": false, "true": false, "x": false,
	} {
		raw := minimal(t, "<edXML:Priority>0<", "<edXML:Secret>"+value+"</edXML:Secret><edXML:Priority>0<")
		_, err := envelope.Parse(verified(t, raw))
		if (err == nil) != taken {
			t.Errorf("Secret %q: %v", value, err)
		}
	}
}

func TestSecrecyWordsOnlyWarn(t *testing.T) {
	for subject, warned := range map[string]bool{
		"V/v công văn (MẬT)":         true,
		"Báo cáo tối mật":            true,
		"Tuyệt mật: kế hoạch":        true,
		"V/v bảo mật thông tin":      false,
		"V/v bảo vệ bí mật nhà nước": false,
	} {
		e := parse(t, minimal(t, "V/v gửi nhận văn bản điện tử", subject))
		if got := e.Warnings.Has("secrecy-word"); got != warned {
			t.Errorf("%q: warned %v, want %v", subject, got, warned)
		}
	}
}

// Lengths are those of characters; ộ is three bytes.
func TestLengths(t *testing.T) {
	for _, c := range []struct {
		n             int
		warned, taken bool
	}{
		{500, false, true}, {501, true, true}, {2000, true, true}, {2001, false, false},
	} {
		raw := minimal(t, "V/v gửi nhận văn bản điện tử", strings.Repeat("ộ", c.n))
		e, err := envelope.Parse(verified(t, raw))
		if (err == nil) != c.taken {
			t.Errorf("%d characters: %v", c.n, err)
		}
		if err == nil && e.Warnings.Has("over-length") != c.warned {
			t.Errorf("%d characters: warnings %v", c.n, e.Warnings)
		}
	}
}

// What goes into an index has a harder limit than prose.
func TestLengthOfKeys(t *testing.T) {
	for n, taken := range map[int]bool{800: true, 801: false} {
		raw := minimal(t, "000.00.31.H44,2018/09/28,816/SM-VP", strings.Repeat("x", n))
		if _, err := envelope.Parse(verified(t, raw)); (err == nil) != taken {
			t.Errorf("DocumentId of %d characters: %v", n, err)
		}
	}
}

func TestLongLists(t *testing.T) {
	for n, taken := range map[int]bool{1000: true, 1001: false, 5000: false} {
		places := "<edXML:ToPlaces>" + strings.Repeat("<edXML:Place>x</edXML:Place>", n) + "</edXML:ToPlaces>"
		raw := minimal(t, "        <edXML:OtherInfo>", places+"<edXML:OtherInfo>")
		e, err := envelope.Parse(verified(t, raw))
		if (err == nil) != taken || err == nil && len(e.ToPlaces) != n {
			t.Errorf("%d places: %v", n, err)
		}
		if err != nil && (len(faultsOf(t, err)) != 1 || !faultsOf(t, err).Has("too-many-elements")) {
			t.Errorf("%d places: %v, want one too-many-elements", n, err)
		}
	}
}

// The vendors' lists, whose items have no known names, have the same limit.
func TestLongVendorLists(t *testing.T) {
	for n, taken := range map[int]bool{1000: true, 1001: false} {
		list := "<edXML:ReplyFors>" + strings.Repeat("<edXML:X>x</edXML:X>", n) + "</edXML:ReplyFors>"
		e, err := envelope.Parse(verified(t, minimal(t, "<edXML:Priority>", list+"<edXML:Priority>")))
		if (err == nil) != taken || err == nil && len(e.Other.ReplyFors) != n {
			t.Errorf("%d items: %v", n, err)
		}
	}
}

// A day of grace, for clocks that are wrong; the day counts in Vietnam.
func TestFutureIsAsOfArrival(t *testing.T) {
	raw := minimal(t)
	for at, taken := range map[string]bool{
		"2018-09-27T00:00:00+07:00": true,
		"2018-09-26T23:59:59+07:00": false,
		"2018-09-26T17:00:00Z":      true,
	} {
		when, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		v, err := signing.Verify(t.Context(), raw, signing.Policy{At: when, Unsigned: true})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := envelope.Parse(v); (err == nil) != taken {
			t.Errorf("document of 28 September at %s: %v", at, err)
		}
	}
}

// A document may be wrong in thousands of places; finding each one's line must
// not make refusing it dear.
func TestRefusingIsCheap(t *testing.T) {
	same := strings.Repeat("<edXML:To>\n<edXML:OrganId>H44</edXML:OrganId>\n</edXML:To>\n", 10_000)
	v := verified(t, minimal(t, "<edXML:DocumentId>", same+"<edXML:DocumentId>"))
	start := time.Now()
	_, err := envelope.Parse(v)
	if err == nil || len(faultsOf(t, err)) != 20 {
		t.Errorf("%v, want 20 faults", err)
	}
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("refusing took %v", took)
	}
}

// The bodies of documents are large and stay where they are.
func TestParseCopiesNoAttachment(t *testing.T) {
	for name, line := range map[string]string{"one line": "QUJD", "lines": "QUJD\n", "CRLF": "QUJD\r\n"} {
		content := strings.Repeat(line, 1<<20)
		v := verified(t, minimal(t, "JVBERi0xLjQK", content))
		got := allocated(func() {
			if _, err := envelope.Parse(v); err != nil {
				t.Error(err)
			}
		})
		if got > 1<<20 {
			t.Errorf("%s: parsing %d bytes of base64 allocates %d", name, len(content), got)
		}
	}
}

// An id is one line for the log and for lists; what is no control character circulates and is taken.
func TestIDsHoldNoControlCharacters(t *testing.T) {
	for text, taken := range map[string]bool{
		"a\nb": false, "a\tb": false, "a&#13;b": false, "a\u0085b": false, "a\u009b31mb": false,
		"\n\ta\n": true, "a b": true, "a\u00a0b": true, "a\u200bb": true,
	} {
		for _, name := range []string{"DocumentId", "CodeNumber"} {
			open := "<edXML:" + name + ">"
			raw := string(minimal(t))
			before, rest, found := strings.Cut(raw, open)
			_, after, closed := strings.Cut(rest, "</edXML:"+name+">")
			if !found || !closed {
				t.Fatalf("the minimal document has no %s", name)
			}
			v, err := signing.Verify(t.Context(), []byte(before+open+text+"</edXML:"+name+">"+after), signing.Policy{At: asOf, Unsigned: true})
			if err != nil {
				t.Fatal(err)
			}
			_, err = envelope.Parse(v)
			if taken != (err == nil) {
				t.Errorf("%s %q: %v, want it taken: %v", name, text, err, taken)
			}
			if err != nil && !faultsOf(t, err).Has("bad-character") {
				t.Errorf("%s %q: %v", name, text, err)
			}
		}
	}
}
