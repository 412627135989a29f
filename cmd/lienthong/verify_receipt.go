package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/mod/sumdb/note"

	"github.com/lienthong/lienthong/exchange/translog"
)

const maxKeys = 64 << 10

func (a *app) verifyReceiptCommand() *cobra.Command {
	var v receiptVerifier
	c := &cobra.Command{
		Use:   "receipt --key HUB.vkey FILE…",
		Short: "Say whether receipts hold",
		Long: `Say of each receipt whether the hub's log holds what it states. A receipt is an entry of the log, the proof that it
is there, and a checkpoint that the hub has signed; the public key is all that is needed besides. Compare it with the
paper that was printed when the hub began.

With --document the receipt must be that of exactly this file. What send --sign-key signed and sent is FILE.signed: its
receipt FILE.receipt is of that file, not of the unsigned FILE.

Exit code 0 only if every receipt is good.`,
		Example: `  lienthong verify receipt --key hub.vkey cong-van.xml.receipt
  lienthong verify receipt --key hub.vkey --document cong-van.xml cong-van.xml.receipt
  lienthong verify receipt --key hub.vkey --document cong-van.xml.signed cong-van.xml.receipt`,
		Args: cobra.MinimumNArgs(1),
		RunE: a.do(func(ctx context.Context, files []string) error { return v.run(ctx, a, files) }),
	}
	c.Flags().StringVar(&v.key, "key", "", "file of the hub's public key, one line for each epoch of its log (required)")
	c.Flags().StringVar(&v.document, "document", "", "the document that the one receipt must be of")
	return c
}

type receiptVerifier struct{ key, document string }

func (r receiptVerifier) run(ctx context.Context, a *app, files []string) error {
	keys, err := r.verifiers(a)
	if err != nil {
		return err
	}
	digest, err := r.digest(a, files)
	if err != nil {
		return err
	}
	return a.judgeAll(ctx, files, translog.MaxReceipt, func(raw []byte) (word, why string) {
		word, why = judgeReceipt(raw, keys, digest)
		if word == bad && digest != "" {
			why += r.meant(a, raw, keys)
		}
		return word, why
	})
}

// meant names the signed form that send kept beside the document, where it is that which the receipt holds for.
func (r receiptVerifier) meant(a *app, receipt []byte, keys []note.Verifier) string {
	name := r.document + signedSuffix
	raw, err := a.readFile(name, maxDocument)
	if err != nil {
		return ""
	}
	if word, _ := judgeReceipt(receipt, keys, sha256hex(raw)); word != good {
		return ""
	}
	return fmt.Sprintf("; it is of %s: did you mean --document %[1]s?", name)
}

// digest is that of the document the receipt must be of, "" if any will do.
func (r receiptVerifier) digest(a *app, files []string) (string, error) {
	if r.document == "" {
		return "", nil
	}
	if len(files) != 1 {
		return "", usagef("--document goes with one receipt, not %d", len(files))
	}
	raw, err := a.readFile(r.document, maxDocument)
	if err != nil {
		return "", usagef("--document %s: %w", r.document, err)
	}
	return sha256hex(raw), nil
}

func (r receiptVerifier) verifiers(a *app) ([]note.Verifier, error) {
	if r.key == "" {
		return nil, usagef("--key is required: the hub's public key")
	}
	text, err := a.readFile(r.key, maxKeys)
	if err != nil {
		return nil, usagef("--key %s: %w", r.key, err)
	}
	keys, err := parseKeys(string(text))
	if err != nil {
		return nil, usagef("--key %s: %w", r.key, err)
	}
	return keys, nil
}

func parseKeys(text string) ([]note.Verifier, error) {
	var keys []note.Verifier
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		k, err := note.NewVerifier(line)
		if err != nil {
			return nil, fmt.Errorf("%q is not a public key: %w", line, err)
		}
		keys = append(keys, k)
	}
	if len(keys) == 0 {
		return nil, errors.New("it holds no public key")
	}
	return keys, nil
}

// judgeReceipt holds the receipt against each key; a key names the one log that it signs.
func judgeReceipt(raw []byte, keys []note.Verifier, digest string) (word, why string) {
	receipt, err := translog.ParseReceipt(raw)
	if err != nil {
		return bad, reason(err)
	}
	for _, k := range keys {
		var entry translog.Entry
		var head translog.Checkpoint
		if entry, head, err = receipt.Verify(note.VerifierList(k), k.Name()); errors.Is(err, translog.ErrUnknownKey) {
			continue
		}
		switch {
		case err != nil:
			return bad, reason(err)
		case digest != "" && entry.Digest != digest:
			return bad, fmt.Sprintf("the receipt is of a document with SHA-256 %s, not of this one (%s)", entry.Digest, digest)
		}
		return good, story(entry, receipt.Index, head)
	}
	return bad, reason(err)
}

// story says in words what a good receipt proves.
func story(e translog.Entry, index int64, head translog.Checkpoint) string {
	words := []string{string(e.Type), "at", e.Time.UTC().Format(time.RFC3339)}
	for _, f := range []struct{ name, value string }{
		{"message", e.Message}, {"delivery", e.Delivery}, {"sender", e.Sender}, {"addressee", e.Addressee},
		{"sha256", e.Digest},
	} {
		if f.value != "" {
			words = append(words, f.name, f.value)
		}
	}
	if n := len(e.Addressees); n > 0 {
		words = append(words, fmt.Sprintf("addressees %d", n))
	}
	for _, to := range e.Addressees {
		for i, by := range to.By {
			if by != "" && i < len(to.Codes) {
				words = append(words, to.Codes[i], "goes to", to.Agency, "by", by)
			}
		}
	}
	return strings.Join(words, " ") + fmt.Sprintf("; entry %d of %d in the log %s", index, head.Size, head.Origin)
}

func reason(err error) string { return strings.TrimPrefix(err.Error(), "translog: ") }
