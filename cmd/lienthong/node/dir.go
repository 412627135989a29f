package node

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/lienthong/lienthong/config"
	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange/translog"
	"github.com/lienthong/lienthong/signing"
)

// A Dir is the directory of one hub. Everything in it is the hub's user's alone.
type Dir string

// The files of a hub. Those of the keys and the store are the defaults that Create writes into the configuration.
const (
	ConfigFile  = "lienthong.yaml"
	LogKeyFile  = "hub.key"  // signs checkpoints; secret
	PublicFile  = "hub.vkey" // its public half
	TokenFile   = "token.key"
	AnchorsFile = "anchors.pem"
	DataDir     = "data"
	SocketFile  = "admin.sock"
)

// Path is where a file of the hub lies.
func (d Dir) Path(name string) string { return filepath.Join(string(d), name) }

// New says who a hub is that does not exist yet.
type New struct {
	ID     string // its own agency identifier
	Name   string
	Origin string // of its log, without the epoch; empty: ID
	// Anchors is the PEM text of the trust anchors; empty: to be filled in before the hub can start.
	Anchors []byte
}

// Made is what Create shows this once.
type Made struct {
	Key   string // public key of the hub's log
	First string // path in the console at which the first account is set up
}

// Create makes the directory of a new hub with fresh keys, whole or not at all.
// The directory must be absent or empty. What is wrong with n is
// [config.Mistakes] or wraps [envelope.ErrAgencyID].
func Create(dir Dir, n New) (m Made, err error) {
	if n.Origin == "" {
		n.Origin = n.ID
	}
	if err := n.check(); err != nil {
		return m, err
	}
	if err := vacant(dir); err != nil {
		return m, err
	}
	if err := os.MkdirAll(filepath.Dir(filepath.Clean(string(dir))), 0o755); err != nil {
		return m, err
	}
	work, err := os.MkdirTemp(filepath.Dir(filepath.Clean(string(dir))), ".new-hub-") // mode 0700
	if err != nil {
		return m, err
	}
	defer os.RemoveAll(work)
	if m, err = n.write(Dir(work)); err != nil {
		return m, err
	}
	// Not every system renames onto an empty directory.
	if err := os.Remove(string(dir)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return m, err
	}
	if err := os.Rename(work, string(dir)); err != nil {
		return m, err
	}
	return m, syncDir(filepath.Dir(filepath.Clean(string(dir))))
}

func (n New) check() error {
	if _, err := envelope.ParseAgencyID(n.ID); err != nil {
		return err
	}
	c := config.Default()
	c.Data, c.Anchors = DataDir, AnchorsFile
	c.Hub.ID, c.Hub.Name, c.Hub.Origin = n.ID, n.Name, n.Origin
	return c.Check()
}

func vacant(dir Dir) error {
	entries, err := os.ReadDir(string(dir))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err == nil && len(entries) > 0 {
		err = fmt.Errorf("%s is not empty", dir)
	}
	return err
}

func (n New) write(dir Dir) (m Made, err error) {
	skey, vkey, err := translog.GenerateKey(rand.Reader, LogName(n.Origin, FirstEpoch))
	if err != nil {
		return m, err
	}
	first, path, err := firstRun(time.Now())
	if err != nil {
		return m, err
	}
	if err := os.Mkdir(dir.Path(DataDir), 0o700); err != nil {
		return m, err
	}
	token := make([]byte, tokenBytes)
	rand.Read(token)
	files := []struct {
		name, text string
		mode       os.FileMode
	}{
		{LogKeyFile, skey + "\n", 0o600},
		{PublicFile, vkey + "\n", 0o644},
		{TokenFile, hex.EncodeToString(token) + "\n", 0o600},
		{AnchorsFile, n.anchors(), 0o644},
		{ConfigFile, n.config(), 0o644},
		{filepath.Join(DataDir, FirstRunFile), string(first), 0o600},
	}
	for _, f := range files {
		if err := writeFile(dir.Path(f.name), f.text, f.mode); err != nil {
			return m, err
		}
	}
	if err := syncDir(dir.Path(DataDir)); err != nil {
		return m, err
	}
	return Made{Key: vkey, First: path}, syncDir(string(dir))
}

func (n New) anchors() string {
	if len(n.Anchors) > 0 {
		return string(n.Anchors)
	}
	return "# Put here, in PEM, the root certificates that the signers' chains may end in, and intermediates where\n" +
		"# documents do not bring them. The hub does not start without a root.\n"
}

func (n New) config() string {
	var b strings.Builder
	b.WriteString("# The hub's configuration. Every setting: lienthong config explain\n")
	fmt.Fprintf(&b, "data: %s\nanchors: %s\n", DataDir, AnchorsFile)
	fmt.Fprintf(&b, "hub:\n  id: %q\n  name: %q\n", n.ID, n.Name)
	fmt.Fprintf(&b, "  origin: %q # stands in every receipt: never change it\n", n.Origin)
	fmt.Fprintf(&b, "  log_key: %s\n  token_key: %s\n", LogKeyFile, TokenFile)
	return b.String()
}

// FirstEpoch is that of a log that has never been restored.
const FirstEpoch = 1

// LogName is the name of a log in receipts: the hub's origin with the epoch, which a restore raises.
func LogName(origin string, epoch int) string { return fmt.Sprintf("%s/%d", origin, epoch) }

// LoadLogKey reads the key that signs checkpoints; it must be that of the configured log.
func LoadLogKey(c config.Config) (note.Signer, error) {
	text, err := readSecret(c.Hub.LogKey)
	if err != nil {
		return nil, err
	}
	signer, err := note.NewSigner(text)
	if err != nil {
		return nil, fmt.Errorf("%s is not the key of a log", c.Hub.LogKey) // the cause may quote the key
	}
	if want := LogName(c.Hub.Origin, FirstEpoch); signer.Name() != want {
		return nil, fmt.Errorf("%s is the key of the log %q; by hub.origin the log is %q", c.Hub.LogKey, signer.Name(), want)
	}
	return signer, nil
}

// loadPublicKey is the public half of the key that LoadLogKey reads.
func loadPublicKey(c config.Config) (note.Verifier, error) {
	text, err := readSecret(c.Hub.LogKey)
	if err != nil {
		return nil, err
	}
	vkey, err := translog.PublicKey(text)
	if err != nil {
		return nil, fmt.Errorf("%s is not the key of a log", c.Hub.LogKey) // the cause may quote the key
	}
	return note.NewVerifier(vkey)
}

// LoadTokenKey reads the secret that lease tokens are made from.
func LoadTokenKey(c config.Config) ([]byte, error) {
	text, err := readSecret(c.Hub.TokenKey)
	if err != nil {
		return nil, err
	}
	token, err := hex.DecodeString(text)
	if err != nil || len(token) < tokenBytes {
		return nil, fmt.Errorf("%s is not %d random bytes in hex", c.Hub.TokenKey, tokenBytes)
	}
	return token, nil
}

const tokenBytes = 32

const maxSecret = 4 << 10

func readSecret(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxSecret))
	return strings.TrimSpace(string(b)), err
}

// writeFile makes a file that must not exist, and syncs it.
func writeFile(path, text string, mode os.FileMode) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Sync(), f.Close())
}

// syncDir makes the names in a directory durable.
func syncDir(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// LoadAnchors reads the trust anchors that a configuration names.
func LoadAnchors(c config.Config) (*signing.Anchors, error) {
	text, err := os.ReadFile(c.Anchors)
	if err != nil {
		return nil, err
	}
	anchors, err := signing.ParseAnchors(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.Anchors, err)
	}
	return anchors, nil
}
