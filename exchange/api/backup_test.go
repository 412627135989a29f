package api_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/api"
)

// A broken store makes no copy.
type broken struct {
	*patient
	err error
}

func (b broken) Backup(context.Context, string) error { return b.err }

func TestBackupTellsTheDirectorysFaultsFromTheStores(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "copy")
	inside := filepath.Join(dir, "bodies", "1")
	at := func(op, path string, err error) error {
		return fmt.Errorf("bolt: backup: %w", &fs.PathError{Op: op, Path: path, Err: err})
	}
	for _, test := range []struct {
		name   string
		err    error
		status int
		words  []string
	}{
		{"no room", at("write", inside, syscall.ENOSPC), 409, []string{syscall.ENOSPC.Error(), "đĩa đã hết chỗ", "absent or empty"}},
		{"read-only", at("mkdir", dir, syscall.EROFS), 409, []string{"mkdir " + dir, "đĩa chỉ cho đọc"}},
		{"above it", at("mkdir", filepath.Dir(dir), fs.ErrPermission), 409, []string{"permission denied", "không được phép"}},
		{"a name", &os.LinkError{Op: "rename", Old: dir + "/a", New: dir + "/b", Err: syscall.EIO}, 409, []string{syscall.EIO.Error()}},
		{"the store's file", at("read", "/srv/hub/data/bodies/1", syscall.EIO), 500, []string{`"internal"`}},
		{"beside it", at("write", dir+"-2/x", syscall.ENOSPC), 500, []string{`"internal"`}},
		{"no file", errors.New("closed"), 500, []string{`"internal"`}},
	} {
		h := api.NewAdmin(api.Options{Hub: &exchange.Hub{Limits: exchange.DefaultLimits()}, Store: broken{&patient{t: t}, test.err},
			Log: slog.New(slog.DiscardHandler)})
		r := httptest.NewRequest(http.MethodPost, "/v1/admin/backup", strings.NewReader(fmt.Sprintf(`{"dir":%q}`, dir)))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != test.status {
			t.Errorf("%s: %d %s, want %d", test.name, w.Code, w.Body, test.status)
		}
		for _, word := range test.words {
			if !strings.Contains(w.Body.String(), word) {
				t.Errorf("%s: %s, want %q in it", test.name, w.Body, word)
			}
		}
	}
}
