package console

import (
	"bytes"
	"mime"
	"net/http"
	"strconv"

	"github.com/lienthong/lienthong/exchange"
)

// pdfBegins is how every PDF begins.
const pdfBegins = "%PDF-"

// pdfPolicy is that of a PDF that is looked at: it loads nothing, sends nothing and is framed by nobody. It has no
// sandbox, because under one the browser's own viewer does not run. What keeps the file from being a page of the hub is
// its type, which nosniff makes final: a browser gives it to its viewer, or saves it.
const pdfPolicy = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// viewPDF shows a file that is a PDF, whatever its sender called it; what is none is NotFound here.
func (c *console) viewPDF(v *visit) error {
	return c.withAttachment(v, func(name string, raw []byte) error {
		if !bytes.HasPrefix(raw, []byte(pdfBegins)) {
			return exchange.NotFound
		}
		h := v.Response().Header()
		h.Set("Content-Type", "application/pdf")
		h.Set("Content-Disposition", mime.FormatMediaType("inline", map[string]string{"filename": name}))
		h.Set("Content-Security-Policy", pdfPolicy)
		h.Set("Cache-Control", "private, no-store")
		return send(v, raw)
	})
}

func send(v *visit, raw []byte) error {
	v.Response().Header().Set("Content-Length", strconv.Itoa(len(raw)))
	v.Response().WriteHeader(http.StatusOK)
	_, err := patient{v.Response(), http.NewResponseController(v.Response())}.Write(raw)
	return err
}
