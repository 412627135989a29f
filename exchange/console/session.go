package console

import (
	"net/http"
	"strings"

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

func (c *console) browser(v *visit) directory.Browser {
	return directory.Browser{Address: c.Address(v.Request()), Agent: v.Request().UserAgent()}
}
