package envelope

import (
	"errors"
	"fmt"
	"io"
)

// The refusals of attachments' contents.
var (
	ErrBase64   = errors.New("not base64")
	ErrTooLarge = errors.New("larger than allowed")
	ErrArchive  = errors.New("not an archive of one file")
)

// checkBase64 accepts what Open decodes: the standard alphabet, padded, with
// white space anywhere.
func checkBase64(b []byte) error {
	digits, pads := 0, 0
	for i, c := range b {
		switch class := base64Class[c]; {
		case class == digit && pads == 0:
			digits++
		case class == space:
		case class == pad && pads < 2:
			pads++
		default:
			return fmt.Errorf("%w: byte %d: %q", ErrBase64, i+1, c)
		}
	}
	if (digits+pads)%4 != 0 {
		return fmt.Errorf("%w: length %d mod 4 = %d", ErrBase64, digits+pads, (digits+pads)%4)
	}
	return nil
}

const (
	other = iota
	digit
	pad
	space
)

// base64Class tells what a byte is; it is never written to.
var base64Class = func() (t [256]byte) {
	for c := range t {
		switch c := byte(c); {
		case isAlnum(c), c == '+', c == '/':
			t[c] = digit
		case c == '=':
			t[c] = pad
		case c == ' ', c == '\t', c == '\r', c == '\n':
			t[c] = space
		}
	}
	return t
}()

// spaceless reads b without its white space; encoding/base64 skips line ends
// only, and indented files have blanks too.
type spaceless struct{ b []byte }

func (s *spaceless) Read(p []byte) (n int, err error) {
	i := 0
	for ; i < len(s.b) && n < len(p); i++ {
		if c := s.b[i]; base64Class[c] != space {
			p[n] = c
			n++
		}
	}
	s.b = s.b[i:]
	if n == 0 && len(p) > 0 {
		return 0, io.EOF
	}
	return n, nil
}

type errReader struct{ err error }

func (r errReader) Read([]byte) (int, error) { return 0, r.err }

// readAll reads to the end, or refuses as soon as there is a byte too many.
// What r finds wrong is wrong with the base64.
func readAll(r io.Reader, limit int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrBase64, err)
	case int64(len(data)) > limit:
		return nil, fmt.Errorf("%w: more than %d bytes", ErrTooLarge, limit)
	}
	return data, nil
}
