package envelope

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Whether an attachment was packed for the way is told by neither its type nor
// its name alone: in the field there are .pdf files labelled application/pdf
// that are archives, and archives that are the document.

// maxRatio is how far an archive may unfold beyond freeUnfold bytes. Office
// text reaches 20; only bombs reach 200.
const (
	maxRatio   = 200
	freeUnfold = 1 << 20
)

// isPacked reports whether data is an archive although the name promises
// something else.
func isPacked(name string, data []byte) bool {
	if !bytes.HasPrefix(data, []byte("PK\x03\x04")) || extension(name) == "zip" {
		return false
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	return err != nil || !isContainer(name, z)
}

// isContainer: office files are archives themselves. They have more than one
// entry, and tell what they are by the first or by the table of contents.
func isContainer(name string, z *zip.Reader) bool {
	if len(z.File) < 2 {
		return false
	}
	if z.File[0].Name == "mimetype" {
		return true
	}
	return slices.ContainsFunc(z.File, func(f *zip.File) bool {
		return f.Name == "[Content_Types].xml" || f.Name == "META-INF/MANIFEST.MF"
	})
}

// unpack is the one entry of the archive. The declared sizes are not believed.
func unpack(name string, data []byte, limit int64) ([]byte, error) {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, fmt.Errorf("%w: %q: %w", ErrArchive, name, err)
	}
	if len(z.File) != 1 {
		return nil, fmt.Errorf("%w: %q holds %d entries", ErrArchive, name, len(z.File))
	}
	f := z.File[0]
	if err := checkEntry(f); err != nil {
		return nil, err
	}
	limit = min(limit, max(freeUnfold, maxRatio*int64(len(data))))
	return readEntry(f, limit)
}

// checkEntry refuses what the writers of the field never make: an entry in a
// folder, a link, an encrypted one. The entry's name is not used for anything,
// but a file that has such a name was made to hurt someone.
func checkEntry(f *zip.File) error {
	const encrypted = 1 << 0
	switch {
	case strings.ContainsAny(f.Name, "/\\:\x00"), f.Name == "", strings.HasPrefix(f.Name, ".."):
		return fmt.Errorf("%w: the entry's name %q is a path", ErrArchive, f.Name)
	case !f.Mode().IsRegular():
		return fmt.Errorf("%w: the entry is not a regular file", ErrArchive)
	case f.Flags&encrypted != 0:
		return fmt.Errorf("%w: the entry is encrypted", ErrArchive)
	}
	return nil
}

func readEntry(f *zip.File, limit int64) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrArchive, err)
	}
	defer r.Close()
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	switch {
	case int64(len(data)) > limit:
		return nil, fmt.Errorf("%w: the archive unfolds to more than %d bytes", ErrTooLarge, limit)
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrArchive, err)
	}
	return data, nil
}
