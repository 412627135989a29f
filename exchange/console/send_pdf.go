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

// pdfPolicy is that of a PDF that is looked at: it is a document of no origin, runs nothing, loads nothing, sends nothing
// and is framed by nobody. The browser's own viewer draws it all the same; one that does not leaves the page blank, and
// the download stands beside the link.
const pdfPolicy = "sandbox; default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

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
