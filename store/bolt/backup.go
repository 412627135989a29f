package bolt

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Backup implements store.Upkeep: first a snapshot of the file that names the bodies, then the bodies up to where the
// snapshot names them. Whatever is accepted meanwhile is not in it. The copy is on disk when Backup returns nil; after
// an error dir holds an unfinished one, without the file that would let it be opened.
func (s *Store) Backup(ctx context.Context, dir string) error {
	if err := emptyDir(dir); err != nil {
		return fmt.Errorf("bolt: backup: %w", err)
	}
	part := filepath.Join(dir, dataFile+".part")
	var segments map[uint32]segmentRow
	err := s.view(ctx, func(v view) (err error) {
		if segments, err = v.segmentRows(); err != nil {
			return err
		}
		return writeSynced(part, func(w io.Writer) error {
			_, err := v.tx.WriteTo(w)
			return err
		})
	})
	if err != nil {
		return fmt.Errorf("bolt: backup: %w", err)
	}
	if err := s.copySegments(ctx, dir, segments); err != nil {
		return fmt.Errorf("bolt: backup: %w", err)
	}
	if err := os.Rename(part, filepath.Join(dir, dataFile)); err != nil {
		return fmt.Errorf("bolt: backup: %w", err)
	}
	return syncDir(dir)
}

// emptyDir makes dir ready for a backup; it touches nothing that is there.
func emptyDir(dir string) error {
	files, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if len(files) > 0 {
		return fmt.Errorf("%s is not empty", dir)
	}
	return makeDirs(dir)
}

func (v view) segmentRows() (map[uint32]segmentRow, error) {
	rows := map[uint32]segmentRow{}
	var err error
	v.each(bSegments, nil, func(key, value []byte) bool {
		var r segmentRow
		err = decode(value, &r)
		rows[keySegment(key)] = r
		return err == nil
	})
	return rows, err
}

func (s *Store) copySegments(ctx context.Context, dir string, rows map[uint32]segmentRow) error {
	to := filepath.Join(dir, bodiesDir)
	for id, row := range rows {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := copySegment(segmentPath(s.bodies.dir, id), segmentPath(to, id), row.End); err != nil {
			return err
		}
	}
	return syncDir(to)
}

func copySegment(from, to string, size int64) error {
	f, err := os.Open(from)
	if err != nil {
		return err
	}
	err = writeSynced(to, func(w io.Writer) error {
		_, err := io.CopyN(w, f, size)
		return err
	})
	return errors.Join(err, f.Close())
}

// writeSynced makes a new file whose bytes are on disk when it returns nil; its name is so after a syncDir.
func writeSynced(path string, write func(io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	err = write(f)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}
