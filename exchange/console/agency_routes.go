package console

import (
	"context"
	"net/http"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/directory"
)

// Connections is what administrators' pages need of the directory beyond looking; package directory states what each
// promises, and who may.
type Connections interface {
	IssueKey(ctx context.Context, by exchange.Caller, id exchange.AgencyID, o directory.KeyOptions) (string, exchange.Key, error)
	RotateKey(ctx context.Context, by exchange.Caller, id exchange.AgencyID, keyID string, overlap time.Duration) (string, exchange.Key, error)
	RevokeKey(ctx context.Context, by exchange.Caller, id exchange.AgencyID, keyID string) error
	AddCertificate(ctx context.Context, by exchange.Caller, id exchange.AgencyID, der []byte, from, until time.Time) (exchange.Certificate, error)
	EndCertificate(ctx context.Context, by exchange.Caller, id exchange.AgencyID, fingerprint string, at time.Time) error
	MoveEndpoint(ctx context.Context, by exchange.Caller, id exchange.AgencyID, address string) error
	RotateSecret(ctx context.Context, by exchange.Caller, id exchange.AgencyID, overlap time.Duration) (exchange.Endpoint, error)
	SetConsole(ctx context.Context, by exchange.Caller, id exchange.AgencyID, console bool) error
}

// A Breaker is how the hub treats an agency's endpoint at the moment.
type Breaker struct {
	Parked  bool      // it did not answer so often that one document at a time tries whether it is back
	Outages int       // in a row
	Opens   time.Time // nothing is tried before
}

// agencyRoutes are the pages of who administers an agency's connection. None of them shows a document.
func agencyRoutes() []route {
	all := []route{
		{method: get, path: connectionPath, handle: (*console).agencyConnection, lists: true},

		{method: get, path: keysPath, handle: (*console).agencyKeys},
		{method: post, path: keysPath, handle: (*console).makeKey},
		{method: post, path: keysPath + "/:key/doi", handle: (*console).rotateKey},
		{method: get, path: keysPath + "/:key/thu-hoi", handle: (*console).revocationPage},
		{method: post, path: keysPath + "/:key/thu-hoi", handle: (*console).revokeKey},
		{method: post, path: certificatesPath, handle: (*console).addCertificate},
		{method: get, path: certificatesPath + "/:fingerprint/ket-thuc", handle: (*console).certificateEndPage},
		{method: post, path: certificatesPath + "/:fingerprint/ket-thuc", handle: (*console).endCertificate},

		{method: get, path: endpointPath, handle: (*console).agencyEndpoint, lists: true},
		{method: post, path: endpointPath, handle: (*console).moveEndpoint},
		{method: post, path: endpointPath + "/khoa-ky", handle: (*console).rotateSecret},

		{method: get, path: trialPath, handle: (*console).trialPage},
		{method: post, path: trialPath, handle: (*console).try},
		{method: get, path: callsPath, handle: (*console).agencyCalls},

		{method: get, path: peoplePath, handle: (*console).agencyPeople},
		{method: post, path: peoplePath, handle: (*console).inviteColleague},
		{method: post, path: peoplePath + "/:login/duong-dan", handle: (*console).inviteAgain},
		{method: post, path: peoplePath + "/:login/khoa", handle: (*console).disableColleague},
		{method: post, path: peoplePath + "/:login/mo", handle: (*console).enableColleague},
		{method: get, path: peoplePath + "/:login/vai-tro", handle: (*console).colleagueRoles},
		{method: post, path: peoplePath + "/:login/vai-tro", handle: (*console).setColleagueRoles},
		{method: get, path: peoplePath + "/:login/hai-lop", handle: (*console).resetPage},
		{method: post, path: peoplePath + "/:login/hai-lop", handle: (*console).resetColleague},

		{method: get, path: settingsPath, handle: (*console).agencySettings},
		{method: post, path: settingsPath, handle: (*console).setSettings},
		{method: get, path: sheetPath, handle: (*console).agencySheet},
	}
	for i := range all {
		all[i].who = administrators
	}
	return all
}

const (
	connectionPath   = "/don-vi/ket-noi"
	keysPath         = "/don-vi/khoa"
	certificatesPath = "/don-vi/chung-thu"
	endpointPath     = "/don-vi/bao-ve"
	trialPath        = "/don-vi/thu"
	callsPath        = "/don-vi/nhat-ky"
	peoplePath       = "/don-vi/nguoi-dung"
	settingsPath     = "/don-vi/cai-dat"
	sheetPath        = "/don-vi/tai-lieu"
)

// agencySections are an administrator's menu.
func agencySections() []section {
	return []section{
		{administrators, connectionPath, "agency.menu.connection", "plug-connected"},
		{administrators, keysPath, "agency.menu.keys", "key"},
		{administrators, endpointPath, "agency.menu.endpoint", "webhook"},
		{administrators, trialPath, "agency.menu.trial", "heart-rate-monitor"},
		{administrators, callsPath, "agency.menu.calls", "history"},
		{administrators, peoplePath, "agency.menu.people", "users"},
		{administrators, settingsPath, "agency.menu.settings", "settings"},
		{administrators, sheetPath, "agency.menu.sheet", "file-text"},
	}
}

// told is how a page tells of a refusal in its own words; status 0 for what it does not.
func (c *console) agencyTold(v *visit, err error) (int, string) {
	if exchange.KindOf(err) == exchange.TooMany {
		return http.StatusTooManyRequests, v.words.text("agency.wait")
	}
	return c.said(v, err)
}

// An agencyFact is a name with its value.
type agencyFact struct{ Name, Value string }

// An agencySecret shows once what is shown never again.
type agencySecret struct {
	Lead, Secret, File string
	Data               string // the secret as a file
	Notes              []string
	Back               string
}

// An agencyConfirmation asks before what cannot be taken back: the word has to be typed.
type agencyConfirmation struct {
	Heading, Lead      string
	Notes              []string
	Action, Word, Back string
	Button, Error      string
}

// typed reports whether the word was typed; if not, the page asks again.
func (c *console) agencyTyped(v *visit, f agencyConfirmation) (bool, error) {
	if v.FormValue("xac-nhan") == f.Word {
		return true, nil
	}
	f.Error = v.words.text("agency.confirm.differs", "word", f.Word)
	return false, c.agencyConfirm(v, http.StatusUnprocessableEntity, f)
}

func (c *console) agencyConfirm(v *visit, status int, f agencyConfirmation) error {
	return c.render(v, status, "agencyconfirm", f.Heading, f)
}

// origin is the hub as the browser reaches it.
func origin(v *visit) string {
	scheme := "http://"
	if secure(v.Request()) {
		scheme = "https://"
	}
	return scheme + v.Request().Host
}
