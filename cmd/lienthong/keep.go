package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// keepFile writes a file, whole and durable or not at all, replacing one of that name.
func keepFile(name string, text []byte) error {
	return keepStream(name, func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
}

// keepStream is keepFile for what fill writes. An error of fill leaves nothing.
func keepStream(name string, fill func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".lienthong-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	err = fill(f)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}

// handOver makes a secret that is shown only once, and writes it into a new file for its owner alone; an empty name
// leaves it to the caller. The file is opened first: a secret that cannot be kept is not made.
func handOver(name string, make func() (secret string, err error)) error {
	if name == "" {
		_, err := make()
		return err
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	secret, err := make()
	if err != nil {
		return errors.Join(err, f.Close(), os.Remove(name))
	}
	_, err = f.WriteString(secret + "\n")
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("the secret was made but could not be kept, make another: %w", err)
	}
	return nil
}

func sha256hex(raw []byte) string {
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}
