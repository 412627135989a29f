package console

import (
	"encoding/base64"
	"encoding/json"
	"mime"
	"net/http"
	"net/url"
	"strings"
)

// What somebody had written when their session turned out to be over is kept in their browser until they have signed in
// again, for them alone: a cookie that names the form, the person and those fields that the route declares. It is not
// trusted: it fills in a form that its owner reads and sends.

const (
	keptFor  = 1800 // seconds
	mostKept = 3800 // bytes of the cookie's value: browsers take 4096 with its name
)

type keptForm struct {
	Path   string     `json:"p"`
	Person string     `json:"w"`
	Fields url.Values `json:"f"`
}

func keptCookie(r *http.Request) string {
	if secure(r) {
		return "__Host-lt_kept"
	}
	return "lt_kept"
}

// formOf is the address of the page with the form that a request came from; empty for a route that keeps nothing.
func (r route) formOf(v *visit) string {
	path := r.form
	for _, name := range v.ParamNames() {
		path = strings.ReplaceAll(path, ":"+name, url.PathEscape(v.Param(name)))
	}
	return path
}

// keep puts by what was sent with a session that is over. Nothing is kept for whom the hub does not know by the cookie.
func (c *console) keep(v *visit, r route) {
	cookie, err := v.Cookie(sessionCookie(v.Request()))
	kind, _, _ := mime.ParseMediaType(v.Request().Header.Get("Content-Type"))
	if r.form == "" || err != nil || kind != "application/x-www-form-urlencoded" {
		return
	}
	person := c.People.Whose(cookie.Value)
	if person == "" {
		return
	}
	give, err := c.readForm(v, r)
	if err != nil {
		return
	}
	defer give()
	k := keptForm{Path: r.formOf(v), Person: person, Fields: url.Values{}}
	for _, name := range r.keeps {
		if values := v.Request().PostForm[name]; len(values) > 0 {
			k.Fields[name] = values
		}
	}
	text, err := json.Marshal(k)
	if value := base64.RawURLEncoding.EncodeToString(text); err == nil && len(k.Fields) > 0 && len(value) <= mostKept {
		c.setKept(v, value, keptFor)
	}
}

// kept takes up what was put by for the form that is being opened.
func (c *console) kept(v *visit) {
	cookie, err := v.Cookie(keptCookie(v.Request()))
	if err != nil || v.Request().Method != get {
		return
	}
	var k keptForm
	text, err := base64.RawURLEncoding.DecodeString(cookie.Value)
	if err != nil || json.Unmarshal(text, &k) != nil {
		c.setKept(v, "", -1)
		return
	}
	if k.Path != v.Request().URL.EscapedPath() {
		return
	}
	c.setKept(v, "", -1)
	if k.Person == v.person.ID {
		v.keptFields = k.Fields
	}
}

func (c *console) setKept(v *visit, value string, seconds int) {
	v.SetCookie(&http.Cookie{Name: keptCookie(v.Request()), Value: value, Path: "/", MaxAge: seconds, HttpOnly: true,
		Secure: secure(v.Request()), SameSite: http.SameSiteLaxMode})
}

// written is what a field of the form has: as it was sent, or kept from before the sign-in.
func (v *visit) written(name string) string {
	if v.Request().Method == get {
		return v.keptFields.Get(name)
	}
	return v.FormValue(name)
}

func (v *visit) writtenAll(name string) []string {
	if v.Request().Method == get {
		return v.keptFields[name]
	}
	_ = v.Request().ParseForm() // what cannot be read is empty
	return v.Request().PostForm[name]
}

// keeps reports whether something was put by in this browser.
func (c *console) keeps(v *visit) bool {
	cookie, err := v.Cookie(keptCookie(v.Request()))
	return err == nil && cookie.Value != ""
}
