package directory

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"github.com/lienthong/lienthong/exchange"
)

// The cost of a password (OWASP's second choice for argon2id).
const (
	hashMemory  = 19 << 10 // KiB
	hashTime    = 2
	hashThreads = 1
	hashBytes   = 32
	saltBytes   = 16

	// hashers bounds the memory that guessing at passwords can take: 38 MiB in all (DESIGN P9).
	hashers = 2
	// hashPatience is how long a sign-in waits for its turn.
	hashPatience = 5 * time.Second

	minPassword = 12  // characters
	maxPassword = 200 // characters
)

// A hasher takes so many passwords at a time.
type hasher chan struct{}

func newHasher() hasher { return make(hasher, hashers) }

// enter waits for a turn, and refuses with Busy when there is none in time.
func (h hasher) enter(ctx context.Context) (leave func(), err error) {
	ctx, cancel := context.WithTimeout(ctx, hashPatience)
	defer cancel()
	select {
	case h <- struct{}{}:
		return func() { <-h }, nil
	case <-ctx.Done():
		return nil, tooManySignIns(hashPatience)
	}
}

func tooManySignIns(wait time.Duration) error {
	return &exchange.Error{Kind: exchange.Busy, RetryAfter: wait, Detail: "too many people are signing in just now",
		VI: "Có quá nhiều người đang đăng nhập cùng lúc; hãy thử lại sau ít giây."}
}

// hash is the PHC form of a password with a fresh salt.
func (h hasher) hash(ctx context.Context, password string) (string, error) {
	leave, err := h.enter(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	salt := make([]byte, saltBytes)
	rand.Read(salt)
	return phc(salt, derive(password, salt)), nil
}

// nobody's is what a password is held against where there is nobody: the answer takes as long as for somebody.
var nobodys = phc(make([]byte, saltBytes), make([]byte, hashBytes))

// is reports whether the password is the one that was hashed. It takes the same time for a person without a password.
func (h hasher) is(ctx context.Context, password, hashed string) (bool, error) {
	if hashed == "" {
		hashed = nobodys
	}
	salt, want, err := readPHC(hashed)
	if err != nil {
		return false, err
	}
	leave, err := h.enter(ctx)
	if err != nil {
		return false, err
	}
	defer leave()
	return subtle.ConstantTimeCompare(derive(password, salt), want) == 1, nil
}

// derive takes the text as people mean it: however a keyboard composes "ế", it is one letter.
func derive(password string, salt []byte) []byte {
	return argon2.IDKey([]byte(norm.NFC.String(password)), salt, hashTime, hashMemory, hashThreads, hashBytes)
}

var phcHead = fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$", argon2.Version, hashMemory, hashTime, hashThreads)

func phc(salt, key []byte) string {
	b64 := base64.RawStdEncoding
	return phcHead + b64.EncodeToString(salt) + "$" + b64.EncodeToString(key)
}

// readPHC reads what phc wrote. A record with another cost is a newer program's.
func readPHC(text string) (salt, key []byte, err error) {
	rest, ok := strings.CutPrefix(text, phcHead)
	first, second, two := strings.Cut(rest, "$")
	if ok && two {
		salt, err = base64.RawStdEncoding.DecodeString(first)
		if err == nil {
			key, err = base64.RawStdEncoding.DecodeString(second)
		}
	}
	if !ok || !two || err != nil || len(salt) != saltBytes || len(key) != hashBytes {
		return nil, nil, fmt.Errorf("directory: a password is not stored in a form that this program reads")
	}
	return salt, key, nil
}

// checkPassword holds the rule of passwords: long, and not what everybody knows of the person.
func checkPassword(p exchange.Person, password string) error {
	n := utf8.RuneCountInString(password)
	plain := strings.ToLower(password)
	switch {
	case !utf8.ValidString(password) || n < minPassword || n > maxPassword:
		return badPassword("Mật khẩu có từ 12 đến 200 ký tự.", "A password has 12 to 200 characters.")
	case strings.Count(password, password[:1]) == len(password), plain == strings.ToLower(p.Name):
		return badPassword("Mật khẩu này quá dễ đoán.", "This password is too easy to guess.")
	case strings.Contains(plain, p.Login) && len(p.Login)*2 > n:
		return badPassword("Mật khẩu không được dựa trên tên đăng nhập.", "The password must not be made of the login.")
	}
	return nil
}

func badPassword(vi, en string) error {
	return &exchange.Error{Kind: exchange.BadRequest, Path: "/password", VI: vi, Detail: en}
}
