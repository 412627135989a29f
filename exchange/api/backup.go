package api

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/lienthong/lienthong/client"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
)

// backup copies the store while the hub runs, and logs that it did. The name of the directory is no id, so it stands
// in the erasable text.
func (a *api) backup(c *call) error {
	var in client.BackupRequest
	if err := a.decode(c, &in); err != nil {
		return err
	}
	if !filepath.IsAbs(in.Dir) {
		return &exchange.Error{Kind: exchange.BadRequest, Path: "/dir", Detail: "dir is an absolute path on the hub's machine",
			VI: "dir là đường dẫn tuyệt đối trên máy chủ của trục."}
	}
	if err := vacant(in.Dir); err != nil {
		return err
	}
	if err := a.Store.Backup(c.ctx(), in.Dir); err != nil {
		return targetError(in.Dir, err)
	}
	side, err := translog.NewSide(rand.Reader, map[string]string{"dir": in.Dir})
	if err != nil {
		return err
	}
	entry := translog.Entry{V: translog.Schema, Time: a.now(), Type: translog.BackedUp, Actor: c.who.Actor()}
	if _, err := a.Store.Append(c.ctx(), entry, &side); err != nil {
		return err
	}
	return answer(c, http.StatusOK, client.BackupRequest{Dir: in.Dir})
}

// vacant refuses a directory that is there and not empty, and what cannot be looked at.
func vacant(dir string) error {
	files, err := os.ReadDir(dir)
	switch {
	case len(files) > 0:
		return &exchange.Error{Kind: exchange.BackupTarget, Detail: dir + " is not empty", VI: "Thư mục " + dir + " không trống."}
	case errors.Is(err, fs.ErrNotExist):
		return nil
	}
	return targetError(dir, err)
}

// targetError tells a fault of the directory that a copy goes to, which whoever named it can put right, from one of the
// store, which passes through.
func targetError(dir string, err error) error {
	fault, ok := errors.AsType[*fs.PathError](err)
	if link, renamed := errors.AsType[*os.LinkError](err); renamed {
		fault, ok = &fs.PathError{Op: link.Op, Path: link.New, Err: link.Err}, true
	}
	if !ok || !onWay(filepath.Clean(fault.Path), filepath.Clean(dir)) {
		return err
	}
	return &exchange.Error{Kind: exchange.BackupTarget, Detail: fault.Error(), VI: inVietnamese(fault), Err: err}
}

// onWay reports whether path is dir, in it, or a directory above it, which may have to be made first.
func onWay(path, dir string) bool { return below(path, dir) || below(dir, path) }

func below(path, dir string) bool {
	return path == dir || strings.HasPrefix(path, strings.TrimSuffix(dir, string(filepath.Separator))+string(filepath.Separator))
}

// inVietnamese says what the system refused; what has no words of its own here stands in the system's.
func inVietnamese(fault *fs.PathError) string {
	for _, known := range []struct {
		err error
		vi  string
	}{
		{syscall.ENOSPC, "đĩa đã hết chỗ"},
		{syscall.EDQUOT, "đã dùng hết hạn mức đĩa"},
		{syscall.EROFS, "đĩa chỉ cho đọc"},
		{syscall.ENOTDIR, "đã có một tệp ở chỗ của thư mục"},
		{fs.ErrPermission, "tài khoản chạy trục không được phép"},
		{fs.ErrNotExist, "không tạo được ở đó"},
	} {
		if errors.Is(fault.Err, known.err) {
			return fault.Path + ": " + known.vi + "."
		}
	}
	return fault.Path + ": " + fault.Err.Error() + "."
}
