package console

import (
	"encoding/base64"
	"html/template"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/directory"
)

// keyOverlap is how long a key goes on beside the one that takes its place.
const keyOverlap = 7 * 24 * time.Hour

// mostAllow is the longest list of networks that a form may hold, in characters; the directory bounds their number.
const mostAllow = 2000

// A keysPage lists what opens the hub to an agency, and what its documents are signed with.
type keysPage struct {
	Keys         []keyRow
	Two          bool // two keys are active: one is to go
	MayMake      bool
	Certificates []certificateRow
	Lives        []option
	Allow        string
	Anywhere     bool
	Done, Error  string
	Overlap      int // days
	Since        string
}

type keyRow struct {
	ID, Made, Until, Used, From, Allow string
	State                              label
	MayRotate, MayRevoke               bool
}

func (c *console) agencyKeys(v *visit) error {
	page := c.keysPage(v)
	if done := v.QueryParam("xong"); slices.Contains([]string{"thu-hoi", "chung-thu", "ket-thuc"}, done) {
		page.Done = v.words.text("agency.keys.done." + done)
	}
	return c.show(v, "agencykeys", page)
}

func (c *console) keysPage(v *visit) keysPage {
	now := c.now(v)
	page := keysPage{Overlap: int(keyOverlap / (24 * time.Hour)), Since: clock(c.Traffic.Since())}
	active, from := 0, c.lastFrom(v)
	for _, k := range slices.Backward(v.agency.Keys) {
		row := c.keyRow(v, k, now)
		row.From = from[k.ID]
		if k.ActiveAt(now) {
			active++
		}
		page.Keys = append(page.Keys, row)
	}
	page.MayMake, page.Two = active < 2, active == 2
	for i := range page.Keys {
		page.Keys[i].MayRotate = page.Keys[i].MayRevoke && page.MayMake
	}
	for _, x := range slices.Backward(v.agency.Certificates) {
		page.Certificates = append(page.Certificates, v.words.certificateRow(x, now))
	}
	for _, days := range []int{365, 180, 90, 30} {
		page.Lives = append(page.Lives, option{strconv.Itoa(days), v.words.text("agency.keys.days", "n", days), days == 365})
	}
	return page
}

// now is the console's clock, and the agency as the directory has it now: an act of this very request is seen.
func (c *console) now(v *visit) time.Time {
	v.agency, _ = c.Agencies.Agency(v.person.Agency)
	return c.Clock()
}

func (c *console) keyRow(v *visit, k exchange.Key, now time.Time) keyRow {
	row := keyRow{ID: k.ID, Made: clock(k.Created), Until: clock(k.Until), Used: orUnseen(v.words, c.Agencies.LastUsed(k.ID)), MayRevoke: k.ActiveAt(now)}
	for i, n := range k.Allow {
		if i > 0 {
			row.Allow += ", "
		}
		row.Allow += n.String()
	}
	switch {
	case !k.Revoked.IsZero():
		row.State = label{Icon: "ban", Tone: "red", Text: v.words.text("agency.key.revoked")}
	case !k.ActiveAt(now):
		row.State = label{Icon: "clock-exclamation", Tone: "grey", Text: v.words.text("agency.key.ended")}
	case k.Until.Sub(now) < 30*24*time.Hour:
		row.State = label{Icon: "clock-exclamation", Tone: "amber", Text: v.words.text("agency.key.ending")}
	default:
		row.State = label{Icon: "circle-check", Tone: "green", Text: v.words.text("agency.key.active")}
	}
	return row
}

// lastFrom is from where each key was used last, as far as the calls that are remembered tell.
func (c *console) lastFrom(v *visit) map[string]string {
	from := make(map[string]string)
	for _, call := range c.Traffic.Calls(v.person.Agency) {
		if _, known := from[call.Key]; !known {
			from[call.Key] = call.Address.String()
		}
	}
	return from
}

// keysFailed shows the page with what was wrong with a form of it.
func (c *console) keysFailed(v *visit, err error) error {
	status, text := c.agencyTold(v, err)
	if status == 0 {
		return err
	}
	page := c.keysPage(v)
	page.Error, page.Allow, page.Anywhere = text, v.FormValue("mang"), v.FormValue("moi-noi") == "1"
	return c.render(v, status, "agencykeys", v.words.text("agencykeys.title"), page)
}

func (c *console) makeKey(v *visit) error {
	days, err := strconv.Atoi(v.FormValue("han"))
	if err != nil || days < 1 || days > 365 {
		return c.keysFailed(v, &exchange.Error{Kind: exchange.BadRequest, Detail: "choose how long the key is to last", VI: "Hãy chọn thời hạn của khóa."})
	}
	allow, err := networksChosen(v.FormValue("mang"), v.FormValue("moi-noi") == "1")
	if err != nil {
		return c.keysFailed(v, err)
	}
	o := directory.KeyOptions{Test: v.agency.Sandbox, Until: c.Clock().Add(time.Duration(days) * 24 * time.Hour), Allow: allow}
	secret, k, err := c.Agencies.IssueKey(v.ctx(), v.caller, v.person.Agency, o)
	if err != nil {
		return c.keysFailed(v, err)
	}
	return c.showKey(v, secret, k, "")
}

// readNetworks reads addresses and networks as people write them: by lines, commas or blanks.
func readNetworks(text string) (all []netip.Prefix, err error) {
	if len(text) > mostAllow {
		return nil, exchange.TooLarge
	}
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ';' || r <= ' ' }) {
		if a, err := netip.ParseAddr(word); err == nil {
			all = append(all, netip.PrefixFrom(a, a.BitLen()))
			continue
		}
		n, err := netip.ParsePrefix(word)
		if err != nil {
			return nil, &exchange.Error{Kind: exchange.BadRequest, Detail: word + " is neither an address nor a network of the form 10.0.0.0/8",
				VI: "“" + word + "” không phải là địa chỉ hay mạng dạng 10.0.0.0/8."}
		}
		all = append(all, n)
	}
	return all, nil
}

func (c *console) rotateKey(v *visit) error {
	secret, k, err := c.Agencies.RotateKey(v.ctx(), v.caller, v.person.Agency, v.Param("key"), keyOverlap)
	if err != nil {
		return c.keysFailed(v, err)
	}
	return c.showKey(v, secret, k, v.Param("key"))
}

// showKey is the only page that ever has a key on it.
func (c *console) showKey(v *visit, secret string, k exchange.Key, old string) error {
	w := v.words
	page := agencySecret{Lead: w.text("agency.secret.key", "id", k.ID, "until", clock(k.Until)), Secret: secret, File: "lienthong-" + k.ID + ".key",
		Data: dataFile(secret), Back: keysPath, Notes: []string{w.text("agency.secret.once"), w.text("agency.secret.zalo"), w.text("agency.secret.keyfile")}}
	if old != "" {
		page.Notes = append(page.Notes, w.text("agency.secret.rotated", "old", old, "until", clock(c.Clock().Add(keyOverlap))))
	}
	return c.render(v, http.StatusOK, "agencysecret", w.text("agency.secret.key.title"), page)
}

// dataFile is a small text as an address that a browser saves as a file: it goes nowhere.
func dataFile(text string) string {
	return "data:application/octet-stream;base64," + base64.StdEncoding.EncodeToString([]byte(text+"\n"))
}

// File is the secret as a link. It is made by the hub, never by who asks.
func (p agencySecret) Link() template.URL { return template.URL(p.Data) }

func (c *console) ownKey(v *visit) (exchange.Key, error) {
	i := slices.IndexFunc(v.agency.Keys, func(k exchange.Key) bool { return k.ID == v.Param("key") })
	if i < 0 {
		return exchange.Key{}, exchange.NotFound
	}
	return v.agency.Keys[i], nil
}

func (c *console) revocation(v *visit) (agencyConfirmation, error) {
	k, err := c.ownKey(v)
	w := v.words
	return agencyConfirmation{Heading: w.text("agency.revoke", "id", k.ID), Lead: w.text("agency.revoke.lead", "used", orUnseen(w, c.Agencies.LastUsed(k.ID))),
		Notes:  []string{w.text("agency.revoke.effect"), w.text("agency.revoke.forever")},
		Action: keysPath + "/" + k.ID + "/thu-hoi", Word: k.ID, Back: keysPath, Button: w.text("agency.revoke.button")}, err
}

func (c *console) revocationPage(v *visit) error {
	f, err := c.revocation(v)
	if err != nil {
		return err
	}
	return c.agencyConfirm(v, http.StatusOK, f)
}

func (c *console) revokeKey(v *visit) error {
	f, err := c.revocation(v)
	if err != nil {
		return err
	}
	if ok, err := c.agencyTyped(v, f); !ok {
		return err
	}
	if err := c.Agencies.RevokeKey(v.ctx(), v.caller, v.person.Agency, v.Param("key")); err != nil {
		return c.keysFailed(v, err)
	}
	return v.Redirect(http.StatusSeeOther, keysPath+"?xong=thu-hoi")
}
