package maintenance

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Hub is what the calendar asks of the hub; package exchange says what it promises.
type Hub interface {
	ExpireOverdue(ctx context.Context) (int, error)
	FlushRefusals(ctx context.Context, stopping bool)
}

// Jobs are those every hub needs: giving up what is past its lifetime, and logging the counts of refusals. Both write
// nothing where there is nothing.
func Jobs(h Hub) []Job {
	return []Job{
		{Name: "expire", Schedule: "@every 1m", Run: func(ctx context.Context) error { return expireAll(ctx, h) }},
		{Name: "refusals", Schedule: "@every 1m", Run: func(ctx context.Context) error {
			h.FlushRefusals(ctx, false)
			return nil
		}},
	}
}

// expireAll goes on as long as a round finds something: a round is bounded.
func expireAll(ctx context.Context, h Hub) error {
	for ctx.Err() == nil {
		if n, err := h.ExpireOverdue(ctx); n == 0 || err != nil {
			return err
		}
	}
	return ctx.Err()
}

// Store is what a backup needs; package store says what it promises.
type Store interface {
	Backup(ctx context.Context, dir string) error
}

// backupName is the directory of one backup, by the time of Việt Nam. Only directories with such names are ever
// removed.
const backupName = "2006-01-02T150405"

// Backup is the job that writes a copy of the store each day at 01:30 into a new directory under dir, and then removes
// the oldest copies beyond keep; 0 keeps all. A copy that failed is removed at once, and no older one with it.
func Backup(s Store, dir string, keep int) Job {
	return Job{Name: "backup", Schedule: "30 1 * * *", Run: func(ctx context.Context) error {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return err
		}
		copied := filepath.Join(dir, time.Now().In(vietnam()).Format(backupName))
		if err := s.Backup(ctx, copied); err != nil {
			return fmt.Errorf("%w (removing what was copied: %v)", err, os.RemoveAll(copied))
		}
		return prune(dir, keep)
	}}
}

func prune(dir string, keep int) error {
	entries, err := os.ReadDir(dir)
	if err != nil || keep <= 0 {
		return err
	}
	var backups []string
	for _, e := range entries {
		if _, err := time.Parse(backupName, e.Name()); err == nil && e.IsDir() {
			backups = append(backups, e.Name())
		}
	}
	slices.Sort(backups)
	for _, name := range backups[:max(0, len(backups)-keep)] {
		if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return nil
}
