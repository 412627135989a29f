package console

import (
	"net/http"
	"strings"
	"time"

	"github.com/lienthong/lienthong/exchange/directory"
)

// secure reports whether the browser came by TLS, here or at the proxy in front. Whoever lies about it harms their own
// cookie only.
func secure(r *http.Request) bool {
	return r.TLS != nil || strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "https")
}

// sessionCookie is the cookie's name. With TLS it has the prefix by which browsers hold it to this host; without, on the
// loopback, they would not take it.
func sessionCookie(r *http.Request) string {
	if secure(r) {
		return "__Host-lt_session"
	}
	return "lt_session"
}

// cookieOf is the session's cookie as it was sent; empty for none.
func cookieOf(v *visit) string {
	cookie, err := v.Cookie(sessionCookie(v.Request()))
	if err != nil {
		return ""
	}
	return cookie.Value
}

func (c *console) setSession(v *visit, value string) {
	cookie := &http.Cookie{Name: sessionCookie(v.Request()), Value: value, Path: "/", HttpOnly: true, Secure: secure(v.Request()),
		SameSite: http.SameSiteLaxMode}
	if value == "" {
		cookie.MaxAge = -1
	}
	v.SetCookie(cookie)
}

// letIn gives a browser what a sign-in brings.
func (c *console) letIn(v *visit, in directory.Entrance) {
	c.setSession(v, in.Cookie)
	c.setKnown(v, in.Known)
}

// knownFor is how long a browser stays known after the last sign-in: people come back from a long leave.
const knownFor = 180 * 24 * time.Hour

// setKnown has a browser remember that people signed in there. It outlives the session, and opens nothing.
func (c *console) setKnown(v *visit, value string) {
	v.SetCookie(&http.Cookie{Name: knownCookie(v.Request()), Value: value, Path: "/", HttpOnly: true, Secure: secure(v.Request()),
		SameSite: http.SameSiteStrictMode, MaxAge: int(knownFor / time.Second)})
}

func knownCookie(r *http.Request) string {
	if secure(r) {
		return "__Host-lt_known"
	}
	return "lt_known"
}

func (c *console) browser(v *visit) directory.Browser {
	b := directory.Browser{Address: c.Address(v.Request()), Agent: v.Request().UserAgent()}
	if cookie, err := v.Cookie(knownCookie(v.Request())); err == nil {
		b.Known = cookie.Value
	}
	return b
}
