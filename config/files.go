package config

import (
	"crypto/tls"
	"io/fs"
	"os"
	"runtime"
)

// CheckFiles returns as [Mistakes] which of the files and directories named cannot be used: missing, of the wrong
// kind, or open to others than their owner where that must not be. It reads the TLS pair and opens nothing else. Call it on a
// Config that Check accepts.
func (c Config) CheckFiles() error {
	rules := []rule{
		{"data", directory(c.Data)},
		{"anchors", readable(c.Anchors)},
		{"hub.log_key", secret(c.Hub.LogKey)},
		{"hub.token_key", secret(c.Hub.TokenKey)},
	}
	if c.HTTP.TLSCert != "" {
		rules = append(rules, rule{"http.tls_cert", pair(c.HTTP)}, rule{"http.tls_key", secret(c.HTTP.TLSKey)})
	}
	var ms Mistakes
	for _, r := range rules {
		if r.broken != "" {
			ms = append(ms, Mistake{r.path, c.sources[r.path], r.broken})
		}
	}
	return ms.orNil()
}

func directory(path string) string {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return err.Error()
	case !info.IsDir():
		return path + " is not a directory"
	case open(info):
		return path + " may be entered by others than its owner: chmod 700"
	}
	return ""
}

// open reports whether others than the owner have a right. Windows keeps its rights elsewhere than in the mode.
func open(info fs.FileInfo) bool { return info.Mode().Perm()&0o077 != 0 && runtime.GOOS != "windows" }

func readable(path string) string {
	f, err := os.Open(path)
	if err != nil {
		return err.Error()
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return path + " is not a file"
	}
	return ""
}

// secret is readable, for the owner alone.
func secret(path string) string {
	if why := readable(path); why != "" {
		return why
	}
	info, err := os.Stat(path)
	if err != nil {
		return err.Error()
	}
	if open(info) {
		return path + " may be read by others than its owner: chmod 600"
	}
	return ""
}

func pair(h HTTP) string {
	if _, err := tls.LoadX509KeyPair(h.TLSCert, h.TLSKey); err != nil {
		return err.Error()
	}
	return ""
}
