package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
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

func sha256hex(raw []byte) string {
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}
