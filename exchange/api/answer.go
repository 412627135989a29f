package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

// answer writes v as JSON.
func answer(c *call, status int, v any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("api: %w", err)
	}
	return blob(c, status, "application/json", b.Bytes())
}

func blob(c echo.Context, status int, contentType string, body []byte) error {
	h := c.Response().Header()
	h.Set("X-Content-Type-Options", "nosniff")
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "private, no-cache")
	}
	h.Set("Content-Type", contentType)
	c.Response().WriteHeader(status)
	w := patient(c.Response())
	w.whole = time.Now().Add(pace(writePatience, int64(len(body))))
	_, err := w.Write(body)
	return err
}

// A patientWriter lets a slow reader read, as long as it reads; until the end of its whole answer, where that has one:
// what lies in memory cannot wait as what lies on the disk can.
type patientWriter struct {
	http.ResponseWriter
	control *http.ResponseController
	whole   time.Time
}

func patient(w http.ResponseWriter) patientWriter {
	return patientWriter{ResponseWriter: w, control: http.NewResponseController(w)}
}

// Write implements [http.ResponseWriter].
func (w patientWriter) Write(p []byte) (written int, err error) {
	for len(p) > 0 {
		n := min(len(p), writePiece)
		by := time.Now().Add(writePatience)
		if !w.whole.IsZero() {
			by = earlier(by, w.whole)
		}
		_ = w.control.SetWriteDeadline(by) // not every writer of a test has one
		m, err := w.ResponseWriter.Write(p[:n])
		written += m
		if err != nil {
			return written, err
		}
		p = p[n:]
	}
	return written, nil
}
