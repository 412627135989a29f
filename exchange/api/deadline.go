package api

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

// How long a connection may be silent. At every moment of its life one of these runs, unless the hub itself is at work.
const (
	headerPatience = 10 * time.Second // for a request's head, and for a TLS handshake
	idlePatience   = 2 * time.Minute  // between two requests

	// readPiece must arrive within readPatience, and the whole body at paceFloor after a first readPatience: slower
	// senders would hold the budget for others.
	readPiece    = 256 << 10
	readPatience = 15 * time.Second
	paceFloor    = 32 << 10 // bytes a second

	// writePiece must get out within writePatience.
	writePiece    = 256 << 10
	writePatience = 30 * time.Second

	// answerPatience is for what is written without pieces: it is no more than a head.
	answerPatience = 2 * time.Minute

	// lingerPatience is for the rest of a body that nobody wants: to close at once would reset the connection, and a
	// caller that is still sending would lose its answer.
	lingerPatience = time.Second
)

// Server is an HTTP server with the limits of this API: whoever is slow to send a request or to read its answer, or
// idle, is cut off. Bodies and answers have deadlines of their own, which move on as long as bytes do.
func Server(h http.Handler, log *slog.Logger) *http.Server {
	if log == nil {
		log = slog.Default()
	}
	return &http.Server{
		Handler: h, ReadHeaderTimeout: headerPatience, ReadTimeout: headerPatience + readPatience,
		WriteTimeout: answerPatience, IdleTimeout: idlePatience, MaxHeaderBytes: 64 << 10,
		HTTP2:    &http.HTTP2Config{WriteByteTimeout: writePatience},
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}

// pace is how long n bytes may take.
func pace(patience time.Duration, n int64) time.Duration {
	return patience + time.Duration(n)*time.Second/paceFloor
}

// tidy sees to what a handler leaves of its request: a body that was not read to its end is not read for the sake of the
// next request. Without Connection: close net/http would do so before it sends the answer. What was read has no deadline
// any more, net/http sees to that: who waits now is the caller.
func tidy(c echo.Context) {
	c.Response().Before(func() {
		if c.Request().ContentLength == 0 || c.Get(readKey) != nil {
			return
		}
		if c.Request().ProtoMajor == 1 {
			c.Response().Header().Set("Connection", "close")
		}
		readBy(c, time.Now().Add(lingerPatience))
	})
}

// readBy sets when the request's next bytes must be there. Not every writer of a test has deadlines.
func readBy(c echo.Context, t time.Time) {
	_ = http.NewResponseController(c.Response()).SetReadDeadline(t)
}

// earlier is the deadline of one piece, within that of the whole.
func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
