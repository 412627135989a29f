package directory

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"fmt"
	"image/png"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"

	"github.com/lienthong/lienthong/exchange"
)

const (
	secretBytes   = 20 // of a second factor (RFC 4226, 4)
	stepSeconds   = 30
	codeDigits    = 6
	stepsAround   = 1 // clocks of telephones are a little off
	recoveryCodes = 10
	recoveryBytes = 10 // 80 bits: nobody guesses, so a fast hash will do
	qrPixels      = 240
)

// An Enrolment is what a person puts into the authenticator. It is shown to nobody else and never stored as it is.
type Enrolment struct {
	Secret string // for typing, in groups of four
	QR     []byte // PNG
}

// newSecondFactor is a fresh second factor.
func newSecondFactor() []byte {
	secret := make([]byte, secretBytes)
	rand.Read(secret)
	return secret
}

func enrolment(issuer, login string, secret []byte) (Enrolment, error) {
	text := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(secret)
	u := url.URL{Scheme: "otpauth", Host: "totp", Path: "/" + issuer + ":" + login,
		RawQuery: url.Values{"secret": {text}, "issuer": {issuer}}.Encode()}
	key, err := otp.NewKeyFromURL(u.String())
	if err != nil {
		return Enrolment{}, fmt.Errorf("directory: second factor: %w", err)
	}
	image, err := key.Image(qrPixels, qrPixels)
	if err != nil {
		return Enrolment{}, fmt.Errorf("directory: second factor: %w", err)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, image); err != nil {
		return Enrolment{}, fmt.Errorf("directory: second factor: %w", err)
	}
	return Enrolment{Secret: strings.Join(chunks(text, 4), " "), QR: b.Bytes()}, nil
}

// stepOf finds the time step whose code was given, later than after; false for a wrong or a used code.
func stepOf(secret []byte, code string, at time.Time, after int64) (int64, bool) {
	text := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(secret)
	now := at.Unix() / stepSeconds
	for step := now - stepsAround; step <= now+stepsAround; step++ {
		want, err := hotp.GenerateCodeCustom(text, uint64(step), hotp.ValidateOpts{Digits: codeDigits, Algorithm: otp.AlgorithmSHA1})
		if err == nil && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 && step > after {
			return step, true
		}
	}
	return 0, false
}

// newRecovery makes recovery codes, and the digests by which they are known.
func newRecovery() (codes []string, digests [][]byte) {
	for range recoveryCodes {
		raw := make([]byte, recoveryBytes)
		rand.Read(raw)
		code := strings.Join(chunks(strings.ToLower(base32.StdEncoding.EncodeToString(raw)), 4), "-")
		codes = append(codes, code)
		digests = append(digests, recoveryDigest(code))
	}
	return codes, digests
}

func recoveryDigest(code string) []byte {
	sum := sha256.Sum256([]byte(strings.ReplaceAll(strings.ToLower(code), "-", "")))
	return sum[:]
}

// use checks a code of either kind against a person, and returns the person with that code used up.
func use(p exchange.Person, code string, at time.Time) (next exchange.Person, recovery, ok bool) {
	code = strings.ReplaceAll(strings.TrimSpace(code), " ", "")
	if len(p.SecondFactor) == 0 {
		return p, false, false
	}
	if step, ok := stepOf(p.SecondFactor, code, at, p.Step); ok {
		p.Step = step
		return p, false, true
	}
	i := slices.IndexFunc(p.Recovery, func(d []byte) bool { return subtle.ConstantTimeCompare(d, recoveryDigest(code)) == 1 })
	if i < 0 {
		return p, false, false
	}
	p.Recovery = slices.Delete(slices.Clone(p.Recovery), i, i+1)
	return p, true, true
}

func chunks(s string, n int) (parts []string) {
	for part := range slices.Chunk([]byte(s), n) {
		parts = append(parts, string(part))
	}
	return parts
}
