package bolt

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Probe implements store.Upkeep: a file and its name reach the disk. It also fails when the engine itself is out of service.
func (s *Store) Probe(ctx context.Context) error {
	if err := s.view(ctx, func(view) error { return nil }); err != nil {
		return err
	}
	s.probe.Lock()
	defer s.probe.Unlock()
	f, err := os.OpenFile(filepath.Join(s.dir, probeFile), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("bolt: probe: %w", err)
	}
	_, err = f.WriteString("written to see whether it can be\n")
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = syncDir(s.dir)
	}
	if err != nil {
		return fmt.Errorf("bolt: probe: %w", err)
	}
	return nil
}
