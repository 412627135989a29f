package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/signing"
)

const (
	maxDocument = 1 << 30
	maxAnchors  = 16 << 20
)

func (a *app) verifyDocumentCommand() *cobra.Command {
	var v documentVerifier
	c := &cobra.Command{
		Use:   "document --anchors CA.pem FILE…",
		Short: "Say whether the signatures of documents hold",
		Long: `Say of each document whether its signature holds and whose it is: the signature, the certificate's chain to the
trust anchors, and that all of it was valid at the time asked about. Whether that certificate may speak for the agency
in From is not asked here: only a hub's directory knows.

  good        the signature holds and the certificate is trusted
  good-weak   the same, by a legacy algorithm that --legacy-sha1 lets pass
  unsigned    there is no signature
  bad:<why>   anything else, with the code of the reason, such as bad:digest or bad:sha1

Revocation is judged by the lists in the files of --crl and the OCSP responses in those of --ocsp, and not at all
without one; nobody is asked. With them, a certificate that had been revoked by then is bad:certificate-revoked, and one
of which none says whether it had is bad:revocation-unknown: the statement must be its issuer's, and count at that time
or be of later.

A time of signing that the signature holds is what the signer says; nobody vouches for it.

Exit code 0 only if every file is good: good-weak and unsigned give 1, as bad does.`,
		Example: `  lienthong verify document --anchors ca.pem cong-van.xml
  lienthong verify document --anchors ca.pem --crl ca.crl cong-van.xml
  lienthong verify document --anchors ca.pem --at 2024-06-30T08:00:00+07:00 luu-tru/*.xml`,
		Args: cobra.MinimumNArgs(1),
		RunE: a.do(func(ctx context.Context, files []string) error { return v.run(ctx, a, files) }),
	}
	f := c.Flags()
	f.StringVar(&v.anchors, "anchors", "", "PEM file of the certificates that chains may end in (required)")
	f.StringVar(&v.at, "at", "", "judge certificates as of this time, RFC 3339 (default now)")
	f.StringArrayVar(&v.crls, "crl", nil, "file of revocation lists to judge by, DER or PEM; several times for several files")
	f.StringArrayVar(&v.ocsps, "ocsp", nil, "file of an OCSP response to judge by, DER; several times for several files")
	f.BoolVar(&v.legacy, "legacy-sha1", false, "let SHA-1 signatures pass, as good-weak")
	return c
}

type documentVerifier struct {
	anchors, at string
	crls, ocsps []string
	legacy      bool
}

func (d documentVerifier) run(ctx context.Context, a *app, files []string) error {
	p, err := d.policy(a)
	if err != nil {
		return err
	}
	lists, err := a.readLists(d.crls)
	if err != nil {
		return err
	}
	answers, err := a.readAnswers(d.ocsps)
	if err != nil {
		return err
	}
	statements := append(lists, answers...)
	return a.judgeAll(ctx, files, maxDocument, func(raw []byte) (word, why string) {
		v, err := signing.Verify(ctx, raw, p)
		if err != nil {
			return refusal(err)
		}
		return judged(v, statements)
	})
}

// policy is that of a hub whose directory lets everybody send.
func (d documentVerifier) policy(a *app) (signing.Policy, error) {
	p := signing.Policy{At: time.Now(), Unsigned: true, Values: envelope.IsValue}
	if d.anchors == "" {
		return p, usagef("--anchors is required: whom should be trusted?")
	}
	text, err := a.readFile(d.anchors, maxAnchors)
	if err != nil {
		return p, usagef("--anchors %s: %w", d.anchors, err)
	}
	if p.Anchors, err = signing.ParseAnchors(text); err != nil {
		return p, usagef("--anchors %s: %w", d.anchors, err)
	}
	if d.at != "" {
		if p.At, err = moment("--at", d.at); err != nil {
			return p, err
		}
	}
	if d.legacy {
		p.LegacySHA1Until = p.At.Add(time.Second)
	}
	return p, nil
}

// judged is what the signature is worth once revocation is looked at, and whose it is.
func judged(v *signing.Verified, statements []statement) (word, why string) {
	if v.Certificate() == nil {
		return string(v.Outcome()), "the document has no signature"
	}
	said := "revocation not looked at"
	if len(statements) > 0 {
		if word, said = revoked(v.Chain(), statements, v.At()); word != "" {
			return word, said
		}
	}
	return string(v.Outcome()), signer(v) + "; " + said
}

func signer(v *signing.Verified) string {
	words := fmt.Sprintf("%s by %s, as of %s", v.Algorithm(), v.Certificate().Subject, v.At().UTC().Format(time.RFC3339))
	if at, ok := v.SigningTime(); ok {
		words += ", signed at " + at.UTC().Format(time.RFC3339) + " by the signer's clock"
	}
	return words
}

// refusal is the code of the reason, then the words.
func refusal(err error) (word, why string) {
	e, ok := errors.AsType[*signing.Error](err)
	if !ok {
		return bad, err.Error()
	}
	why = e.Detail
	if e.Line > 0 {
		why += fmt.Sprintf(", line %d", e.Line)
	}
	if e.Path != "" {
		why += ", " + e.Path
	}
	return bad + ":" + e.Why, why
}
