package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"golang.org/x/mod/sumdb/note"

	"github.com/lienthong/lienthong/client"
	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/signing"
)

func (a *app) sendCommand() *cobra.Command {
	var s sender
	c := &cobra.Command{
		Use:   "send FILE…",
		Short: "Hand documents to the hub",
		Long: `Hand signed edXML documents to the hub. Its receipt for FILE is kept as FILE.receipt: from then on the hub answers for
the document. After any doubt send the same file again: it gets the same receipt, and is delivered once.

With --sign-key and --cert documents are signed first; what was signed, and sent, is kept as FILE.signed, and sent again
as it is when the command is repeated. What FILE.signed holds of other content steps aside, as FILE.signed.SHA256.
With --hub-key a receipt that does not hold is not taken for one.

FILE.receipt of a document that was signed here is that of FILE.signed: verify receipt --document wants that file.

` + connectionHelp,
		Example: `  lienthong send cong-van.xml
  lienthong send --sign-key khoa.pem --cert chung-thu.pem --hub-key hub.vkey *.xml
  lienthong send --validate cong-van.xml`,
		Args: cobra.MinimumNArgs(1),
		RunE: a.do(func(ctx context.Context, files []string) error { return s.run(ctx, a, files) }),
	}
	s.connection.flags(c)
	f := c.Flags()
	f.StringVar(&s.signKey, "sign-key", "", "PEM file of the key to sign with, RSA or ECDSA")
	f.StringVar(&s.cert, "cert", "", "PEM file of the key's certificate, and of intermediates after it")
	f.StringVar(&s.hubKey, "hub-key", "", "the hub's public key, to check each receipt by")
	f.BoolVar(&s.validate, "validate", false, "let the hub check everything and keep nothing")
	return c
}

type sender struct {
	connection
	signKey, cert, hubKey string
	validate              bool

	hub  *client.Client
	sign func(raw []byte) ([]byte, error) // nil: sent as they are
	keys []note.Verifier                  // nil: receipts are not checked
}

// sent is one line of send.
type sent struct {
	File    string          `json:"file"`
	Receipt *client.Receipt `json:"receipt,omitempty"`
	Kept    string          `json:"receipt_file,omitempty"`
	Valid   *client.Verdict `json:"valid,omitempty"`
}

// run sends every file, one after the other. A refused one does not hold up the rest; a hub that cannot be reached does.
func (s *sender) run(ctx context.Context, a *app, files []string) error {
	if err := s.prepare(a); err != nil {
		return err
	}
	refused := 0
	for _, file := range files {
		err := hubError(s.one(ctx, a, file))
		if c, ok := errors.AsType[*coded](err); ok && c.code == exitUnreachable {
			return fmt.Errorf("%s: %w", file, err)
		}
		if err != nil {
			refused++
			a.complain(a.stderr, fmt.Errorf("%s: %w", file, err))
		}
	}
	if refused > 0 {
		return &coded{code: exitRefused}
	}
	return nil
}

func (s *sender) prepare(a *app) (err error) {
	if s.hub, err = s.client(a); err != nil {
		return err
	}
	if (s.signKey == "") != (s.cert == "") {
		return usagef("--sign-key and --cert go together")
	}
	if s.signKey != "" {
		if s.sign, err = a.signerOf(s.signKey, s.cert); err != nil {
			return err
		}
	}
	if s.hubKey != "" {
		s.keys, err = receiptVerifier{key: s.hubKey}.verifiers(a)
	}
	return err
}

func (s *sender) one(ctx context.Context, a *app, file string) error {
	raw, err := a.readFile(file, maxDocument)
	if err != nil {
		return err
	}
	if s.sign != nil {
		if raw, err = s.signed(a, file, raw); err != nil {
			return err
		}
	}
	if s.validate {
		return s.judge(ctx, a, file, raw)
	}
	r, err := s.hub.Submit(ctx, raw, client.SubmitOptions{})
	if err != nil {
		return err
	}
	kept, err := s.keep(file, raw, r)
	if err != nil {
		return err
	}
	return a.print(sent{File: file, Receipt: &r, Kept: kept}, func(w io.Writer) {
		a.warn(file, r.Warnings)
		word := "accepted"
		if r.Repeat {
			word = "accepted before"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%d deliveries\t%s\n", printable(file), word, r.ID, len(r.Deliveries), printable(kept))
		printRedirects(w, r.Deliveries)
	})
}

// warn says what the hub took all the same.
func (a *app) warn(file string, all []envelope.Fault) {
	for _, f := range all {
		fmt.Fprintf(a.stderr, "%s: warning %s: %s · %s\n", printable(file), f.Code, printable(f.EN), printable(f.VI))
	}
}

func (s *sender) judge(ctx context.Context, a *app, file string, raw []byte) error {
	v, err := s.hub.Validate(ctx, raw)
	if err != nil {
		return err
	}
	return a.print(sent{File: file, Valid: &v}, func(w io.Writer) {
		a.warn(file, v.Warnings)
		fmt.Fprintf(w, "%s\twould be accepted\t%s\t%d deliveries\n", printable(file), v.Message.Signature, len(v.Message.Addressees))
		printRedirects(w, v.Message.Addressees)
	})
}

// printRedirects says which codes lead to another agency than they mean, and why.
func printRedirects(w io.Writer, to []client.Addressee) {
	for _, d := range to {
		for _, r := range d.Redirects {
			fmt.Fprintf(w, "  %s goes to %s: %s\n", r.Code, d.Agency, r.EN)
		}
	}
}

// keep checks a receipt and writes it beside its document. A receipt is never overwritten by another.
func (s *sender) keep(file string, raw []byte, r client.Receipt) (name string, err error) {
	if s.keys != nil {
		if word, why := judgeReceipt([]byte(r.Text), s.keys, sha256hex(raw)); word != good {
			return "", fmt.Errorf("the hub's receipt does not hold: %s", why)
		}
	}
	if file == "-" {
		file = r.ID
	}
	name = file + ".receipt"
	if old, err := os.ReadFile(name); err == nil && !bytes.Equal(old, []byte(r.Text)) {
		name = file + "." + filepath.Base(r.ID) + ".receipt"
	}
	return name, keepFile(name, []byte(r.Text))
}

// signerOf signs with a key and its certificate, both in PEM.
func (a *app) signerOf(keyFile, certFile string) (func([]byte) ([]byte, error), error) {
	text, err := a.readFile(keyFile, maxAnchors)
	if err != nil {
		return nil, usagef("--sign-key %s: %w", keyFile, err)
	}
	key, err := parseSigner(text)
	if err != nil {
		return nil, usagef("--sign-key %s: %w", keyFile, err)
	}
	if text, err = a.readFile(certFile, maxAnchors); err != nil {
		return nil, usagef("--cert %s: %w", certFile, err)
	}
	chain, err := parseCertificates(text)
	if err != nil {
		return nil, usagef("--cert %s: %w", certFile, err)
	}
	return signing.Signer{Key: key, Cert: chain[0], Chain: chain[1:]}.Sign, nil
}
