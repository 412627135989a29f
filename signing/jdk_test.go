package signing_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lienthong/lienthong/internal/testca"
	"github.com/lienthong/lienthong/signing"
)

// TestJDK: both ways with the XML signatures of the JDK, which knows RSA-PSS and
// signs XAdES properties too.
func TestJDK(t *testing.T) {
	ca := testca.New(t)
	x := startJDK(t, ca)
	t.Run("verifies Sign", func(t *testing.T) { verifiesSign(t, ca, x) })
	t.Run("verified", func(t *testing.T) { verified(t, ca, x, interopMethods) })
	// Of two attributes of xml above the signature, the JDK takes the outer one.
	t.Run("by chance", func(t *testing.T) { verifiedByChance(t, ca, x, long(120, 5_000), false) })
	t.Run("XAdES", func(t *testing.T) { verifiedProperties(t, ca, x) })
}

// jdk is testdata/Xmldsig.java, which answers one line for each command.
type jdk struct {
	anchor  string
	in      io.WriteCloser
	answers *bufio.Scanner
}

func startJDK(t *testing.T, ca *testca.CA) *jdk {
	t.Helper()
	javac := tool(t, "javac", "default-jdk-headless")
	java := filepath.Join(filepath.Dir(javac), "java")
	classes := t.TempDir()
	if out, err := exec.Command(javac, "-d", classes, filepath.Join("testdata", "Xmldsig.java")).CombinedOutput(); err != nil {
		t.Fatalf("javac: %v\n%s", err, out)
	}
	c := exec.Command(java, "-XX:+UseSerialGC", "-cp", classes, "Xmldsig")
	c.Stderr = os.Stderr
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		if err := c.Wait(); err != nil {
			t.Errorf("java: %v", err)
		}
	})
	return &jdk{file(t, "ca.der", ca.Cert.Raw), in, bufio.NewScanner(out)}
}

func (x *jdk) ask(t *testing.T, command ...string) error {
	t.Helper()
	if _, err := fmt.Fprintln(x.in, strings.Join(command, "\t")); err != nil {
		t.Fatalf("java: %v", err)
	}
	if !x.answers.Scan() {
		t.Fatalf("java: no answer to %q: %v", command, x.answers.Err())
	}
	if answer := x.answers.Text(); answer != "ok" {
		return errors.New(answer)
	}
	return nil
}

func (x *jdk) verify(t *testing.T, documents [][]byte) []error {
	t.Helper()
	errs := make([]error, len(documents))
	for i, name := range files(t, documents) {
		errs[i] = x.ask(t, "verify", name, x.anchor)
	}
	return errs
}

func (x *jdk) sign(t *testing.T, jobs []job) [][]byte {
	t.Helper()
	dir := t.TempDir()
	out := filepath.Join(dir, "signed.xml")
	keys := make(map[*byte][2]string) // files by certificate
	signed := make([][]byte, len(jobs))
	for i, j := range jobs {
		id := &j.signer.Cert.Raw[0]
		if _, ok := keys[id]; !ok {
			keys[id] = [2]string{file(t, "key.der", keyDER(t, j.signer.Key)), file(t, "cert.der", j.signer.Cert.Raw)}
		}
		or := func(s string) string {
			if s == "" {
				return "-"
			}
			return s
		}
		err := x.ask(t, "sign", file(t, "in.xml", []byte(j.document)), out, j.place, j.form, or(j.prefixes), j.method, j.digest(),
			keys[id][0], keys[id][1], or(j.time))
		if err != nil {
			t.Fatalf("%s, %s, %s: %v", j.name, j.form, j.method, err)
		}
		if signed[i], err = os.ReadFile(out); err != nil {
			t.Fatal(err)
		}
	}
	return signed
}

// verifiedProperties: XAdES in every form, at every place, by RSA and ECDSA.
func verifiedProperties(t *testing.T, ca *testca.CA, x *jdk) {
	all := signers(t, ca)
	var jobs []job
	for _, method := range []string{more2001 + "rsa-sha256", more2007 + "sha512-rsa-MGF1", more2001 + "ecdsa-sha384"} {
		for _, form := range []string{exclusive, inclusive, inclusive11, inclusive + "#WithComments"} {
			for place := range places {
				jobs = append(jobs, job{
					name: strings.Join([]string{method, form, place}, ", "), document: placeable("x"), place: place, form: form,
					method: method, signer: signerFor(all, method), time: "2026-11-30T10:30:00Z",
				})
			}
		}
	}
	p := signing.Policy{At: at, Anchors: ca.Anchors()}
	for i, raw := range x.sign(t, jobs) {
		v, err := signing.Verify(t.Context(), raw, p)
		if err != nil {
			t.Errorf("%s: %v", jobs[i].name, err)
			continue
		}
		if said, ok := v.SigningTime(); !ok || said.Format("2006-01-02 15:04") != "2026-11-30 10:30" {
			t.Errorf("%s: signed at %v, %t", jobs[i].name, said, ok)
		}
		forged := []byte(strings.Replace(string(raw), "T10:30:00Z", "T10:30:01Z", 1))
		if got := verdict(t, forged, p); got != "bad:digest" {
			t.Errorf("%s, another time: %s, want bad:digest", jobs[i].name, got)
		}
	}
}
