package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

// writePatience is how long a write to a caller may make no progress at all.
const writePatience = 30 * time.Second

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
	_, err := patient(c.Response()).Write(body)
	return err
}

// A patientWriter lets a slow reader read, as long as it reads.
type patientWriter struct {
	http.ResponseWriter
	control *http.ResponseController
}

func patient(w http.ResponseWriter) patientWriter {
	return patientWriter{ResponseWriter: w, control: http.NewResponseController(w)}
}

// patientPiece is what must get out within writePatience.
const patientPiece = 256 << 10

// Write implements [http.ResponseWriter].
func (w patientWriter) Write(p []byte) (written int, err error) {
	for len(p) > 0 {
		n := min(len(p), patientPiece)
		_ = w.control.SetWriteDeadline(time.Now().Add(writePatience)) // not every writer of a test has one
		m, err := w.ResponseWriter.Write(p[:n])
		written += m
		if err != nil {
			return written, err
		}
		p = p[n:]
	}
	return written, nil
}
