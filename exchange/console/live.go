package console

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/lienthong/lienthong/exchange"
)

const (
	liveBeat     = 15 * time.Second // between two signs of life: proxies close what is silent for a minute
	liveWrite    = 10 * time.Second // a browser that takes nothing for so long is gone
	liveBatch    = 200              // entries at once
	liveBehind   = 1000             // entries after which a page is told to be loaded anew
	liveRows     = 100              // documents that one message renews
	liveSession  = 4                // streams of one session; hidden tabs have none
	liveStreams  = 500              // of all, unless Options say otherwise; of one agency half of them
	liveInterval = 2 * time.Second  // between two messages to a page of the hub's own people
)

const liveCookie = "lt_live"

// A liveFrame is what a page needs to be kept up to date.
type liveFrame struct {
	Stream, Poll string // addresses
	Again        string // the page itself, when its subject has changed; empty where rows are enough
	Parts        string // what of it is put in the old one's place
	On           bool   // not paused
	Sound        bool
}

// A renewal says how a page is kept up to date: what of the log it is about, and what is asked for anew when that has
// changed.
type renewal struct{ scope, again, parts string }

// renewalOf is the zero renewal for a page that stays as it is.
func renewalOf(v *visit, name string) renewal {
	id := v.Param("id")
	switch name {
	case "desk":
		return renewal{"ban", "/truc-tiep/ban", "#duties"}
	case "incoming":
		return renewal{scope: incomingScope(v)}
	case "outgoing":
		return renewal{scope: "di"}
	case "received":
		return renewal{id, "/truc-tiep/den/" + id, "#states,#bands,#timeline"}
	case "sent":
		return renewal{id, "/truc-tiep/di/" + id, "#bands,#progress,#addressees,#timeline"}
	}
	return operateRenewal(name)
}

const scopeChoosing = "cho" // of a list whose rows can be chosen

// incomingScope is that of the list of what came.
func incomingScope(v *visit) string {
	if choosing(v) {
		return scopeChoosing
	}
	return "den"
}

// live is what keeps a page of that name up to date; nil for a page that stays as it is.
func (c *console) live(v *visit, name string) *liveFrame {
	r := renewalOf(v, name)
	if r.scope == "" || v.Request().Method != get {
		return nil
	}
	query := fmt.Sprintf("?sau=%d&trang=%s", v.newest, r.scope)
	mode := ""
	if cookie, err := v.Cookie(liveCookie); err == nil {
		mode = cookie.Value
	}
	return &liveFrame{Stream: "/truc-tiep" + query, Poll: "/truc-tiep/moi" + query, Again: r.again, Parts: r.parts,
		On: !strings.Contains(mode, "tat"), Sound: !strings.Contains(mode, "im")}
}

// setLive pauses or resumes the page's renewing, and its sound: what the cookie says is "tat" and "im" for each being off.
func (c *console) setLive(v *visit) error {
	var off []string
	for _, name := range []string{"tat", "im"} {
		if v.FormValue(name) == "1" {
			off = append(off, name)
		}
	}
	v.SetCookie(&http.Cookie{Name: liveCookie, Value: strings.Join(off, "-"), Path: "/", MaxAge: 365 * 24 * 3600, HttpOnly: true,
		Secure: secure(v.Request()), SameSite: http.SameSiteLaxMode})
	return v.Redirect(http.StatusSeeOther, local(v.FormValue("ve")))
}

// A feed is one page that is kept up to date: what came since it was made.
type feed struct {
	at    int64
	seen  int // entries since the page was made, as far as they were read
	scope string
	came  map[string]bool // documents that are not on the page
	old   bool            // too much came
}

func readFeed(v *visit) (*feed, error) {
	since, err := strconv.ParseInt(v.QueryParam("sau"), 10, 64)
	scope := v.QueryParam("trang")
	if err != nil || since < -1 || len(scope) > 36 {
		return nil, exchange.BadRequest
	}
	return &feed{at: since, scope: scope, came: make(map[string]bool)}, nil
}

// elsewhere reports whether another site, or nobody's page, has the browser ask (Fetch Metadata). Browsers tell it where a
// page is safe from being read on its way; without a word it is not known.
func elsewhere(r *http.Request) bool {
	site := r.Header.Get("Sec-Fetch-Site")
	return site != "" && site != "same-origin"
}

// takesItself reports whether what comes is taken because this page is open: one that is not paused, and that asks with the
// header of its script, which no link or form of another site can send.
func (c *console) takesItself(v *visit) bool {
	return c.mayTake(v) && v.caller.Agency != "" && v.partial() && !paused(v)
}

func paused(v *visit) bool {
	cookie, err := v.Cookie(liveCookie)
	return err == nil && strings.Contains(cookie.Value, "tat")
}

// poll is one answer with all that came since, and takes what waits as a stream does: for a browser that no stream reaches.
func (c *console) poll(v *visit) error {
	f, err := readFeed(v)
	if err != nil {
		return err
	}
	if c.takesItself(v) {
		if _, err := c.Hub.Take(v.ctx(), v.caller, 0, nil); err != nil {
			return err
		}
	}
	message, changed, err := c.next(v.ctx(), v, f, 0)
	if err != nil {
		return err
	}
	if changed {
		v.Response().Header().Set("HX-Trigger", "changed")
	}
	return v.HTMLBlob(http.StatusOK, message)
}
