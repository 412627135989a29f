package console

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"regexp"
	"strings"

	"github.com/lienthong/lienthong/exchange"
)

//go:embed assets
var assetFiles embed.FS

// assets are the files that pages name. A name holds the digest of the content: whoever has it need not ask again.
type assets struct {
	content map[string][]byte // by the name in the address
	names   map[string]string // name in the address by the file's
}

func loadAssets() (assets, error) {
	a := assets{content: make(map[string][]byte), names: make(map[string]string)}
	for _, pass := range []func(name string) bool{plain, sheet} { // sheets name the others
		err := fs.WalkDir(assetFiles, "assets", func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !pass(name) {
				return err
			}
			content, err := assetFiles.ReadFile(name)
			if err == nil {
				a.add(path.Base(name), content)
			}
			return err
		})
		if err != nil {
			return a, err
		}
	}
	return a, nil
}

func sheet(name string) bool { return path.Ext(name) == ".css" }

// plain are all others but the licences, which are for readers of the source.
func plain(name string) bool {
	return !sheet(name) && path.Ext(name) != "" && !strings.HasSuffix(name, "LICENSE")
}

// named is how a style sheet names a file beside it.
var named = regexp.MustCompile(`url\("([^"]+)"\)`)

func (a assets) add(name string, content []byte) {
	if sheet(name) {
		content = named.ReplaceAllFunc(content, func(m []byte) []byte {
			return []byte(`url("` + a.names[string(named.FindSubmatch(m)[1])] + `")`)
		})
	}
	sum := sha256.Sum256(content)
	ext := path.Ext(name)
	unique := strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:6]) + ext
	a.content[unique], a.names[name] = content, unique
}

// address is where a file is served. It panics for a file that there is not: templates name them, and are tried when
// they are loaded.
func (a assets) address(name string) string {
	unique, ok := a.names[name]
	if !ok {
		panic("console: a template names the file " + name + ", which is not embedded")
	}
	return "/tai-nguyen/" + unique
}

func (c *console) asset(v *visit) error {
	content, ok := c.assets.content[v.Param("name")]
	if !ok {
		return exchange.NotFound
	}
	v.Response().Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	return v.Blob(http.StatusOK, mediaType(v.Param("name")), content)
}

func mediaType(name string) string {
	switch path.Ext(name) {
	case ".woff2":
		return "font/woff2"
	case ".js":
		return "text/javascript; charset=utf-8"
	}
	return mime.TypeByExtension(path.Ext(name))
}
