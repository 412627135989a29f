package client

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// An Admin speaks for the hub's operator over the hub's admin socket. Whoever can open the socket is the operator;
// there is no key. It may be used concurrently.
type Admin struct{ client Client }

// NewAdmin returns an Admin for the socket. It connects when first used.
func NewAdmin(socket string) *Admin {
	dialer := &net.Dialer{}
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return dialer.DialContext(ctx, "unix", socket)
	}, IdleConnTimeout: time.Minute}
	return &Admin{client: Client{URL: "http://admin.sock", HTTP: &http.Client{Transport: transport}}}
}

// Close closes idle connections.
func (a *Admin) Close() { a.client.HTTP.CloseIdleConnections() }

// Status returns the state of the hub.
func (a *Admin) Status(ctx context.Context) (s HubStatus, err error) {
	return s, a.client.call(ctx, get("/v1/admin/status", nil), &s)
}

// Ready is [Client.Ready].
func (a *Admin) Ready(ctx context.Context) (Readiness, error) { return a.client.Ready(ctx) }

// Agencies lists all agencies.
func (a *Admin) Agencies(ctx context.Context) ([]AgencyDetail, error) {
	var out struct {
		Agencies []AgencyDetail `json:"agencies"`
	}
	err := a.client.call(ctx, get("/v1/admin/agencies", nil), &out)
	return out.Agencies, err
}

// Agency returns one agency.
func (a *Admin) Agency(ctx context.Context, id string) (d AgencyDetail, err error) {
	return d, a.client.call(ctx, get(agency(id), nil), &d)
}

// PutAgency creates or changes an agency.
func (a *Admin) PutAgency(ctx context.Context, id string, r AgencyRequest) (d AgencyDetail, err error) {
	return d, a.client.call(ctx, put(agency(id), r), &d)
}

// Import reads a CSV file of agencies: all of it or, if dry, nothing. A file with mistakes is refused; the Problem names
// them with their lines.
func (a *Admin) Import(ctx context.Context, csv []byte, dry bool) (r ImportReport, err error) {
	return a.importFile(ctx, "import", csv, dry)
}

// ImportMapping reads a CSV file of what became of agencies: old and new code, from, until, kind. Otherwise it is as
// Import.
func (a *Admin) ImportMapping(ctx context.Context, csv []byte, dry bool) (r ImportReport, err error) {
	return a.importFile(ctx, "mapping", csv, dry)
}

func (a *Admin) importFile(ctx context.Context, kind string, csv []byte, dry bool) (r ImportReport, err error) {
	q := request{method: http.MethodPost, path: "/v1/admin/agencies/" + kind, body: csv,
		header: http.Header{"Content-Type": {"text/csv"}}}
	if dry {
		q.query = url.Values{"dry": {"1"}}
	}
	return r, a.client.call(ctx, q, &r)
}

// MoveWaiting takes what waits for closed agencies to who takes their place, now; the hub does so by itself every
// minute.
func (a *Admin) MoveWaiting(ctx context.Context) (m Moved, err error) {
	return m, a.client.call(ctx, request{method: http.MethodPost, path: "/v1/admin/redirects"}, &m)
}

// SetEndpoint sets where an agency's documents are posted. The answer holds the secret, which is shown this once.
func (a *Admin) SetEndpoint(ctx context.Context, id string, r EndpointRequest) (e EndpointRequest, err error) {
	return e, a.client.call(ctx, put(agency(id)+"/endpoint", r), &e)
}

// AddCertificate enrols a signing certificate.
func (a *Admin) AddCertificate(ctx context.Context, id string, r CertificateRequest) (d AgencyDetail, err error) {
	return d, a.client.call(ctx, post(agency(id)+"/certificates", r), &d)
}

// EndCertificate ends an enrolment now. Documents accepted before stay accepted.
func (a *Admin) EndCertificate(ctx context.Context, id, fingerprint string) (d AgencyDetail, err error) {
	return d, a.client.call(ctx, remove(agency(id)+"/certificates/"+segment(fingerprint)), &d)
}

// IssueKey makes an API key.
func (a *Admin) IssueKey(ctx context.Context, id string, r KeyRequest) (k IssuedKey, err error) {
	return k, a.client.call(ctx, post(agency(id)+"/keys", r), &k)
}

// RevokeKey ends a key now.
func (a *Admin) RevokeKey(ctx context.Context, id, key string) (d AgencyDetail, err error) {
	return d, a.client.call(ctx, remove(agency(id)+"/keys/"+segment(key)), &d)
}

// DeadLetters lists what was given up and not sent again, newest first.
func (a *Admin) DeadLetters(ctx context.Context, limit int, cursor string) (p Page, err error) {
	return p, a.client.call(ctx, get("/v1/admin/dead-letters", Query{Limit: limit, Cursor: cursor}.values()), &p)
}

// Requeue sends dead letters again, with a reason for the log. Each is its own act: one that is refused leaves the
// others sent.
func (a *Admin) Requeue(ctx context.Context, reason string, deliveries ...string) ([]Requeued, error) {
	var out struct {
		Requeued []Requeued `json:"requeued"`
	}
	body := RequeueRequest{Deliveries: deliveries, Reason: reason}
	err := a.client.call(ctx, post("/v1/admin/dead-letters/requeue", body), &out)
	return out.Requeued, err
}

// SendOn is Requeue to one of the successors of the closed agency that the dead letters are for.
func (a *Admin) SendOn(ctx context.Context, to, reason string, deliveries ...string) ([]Requeued, error) {
	var out struct {
		Requeued []Requeued `json:"requeued"`
	}
	body := RequeueRequest{Deliveries: deliveries, Reason: reason, To: to}
	err := a.client.call(ctx, post("/v1/admin/dead-letters/requeue", body), &out)
	return out.Requeued, err
}

// Entries returns entries of the log with their erasable text, from an index on.
func (a *Admin) Entries(ctx context.Context, from int64, limit int) ([]Event, error) {
	var out struct {
		Entries []Event `json:"entries"`
	}
	query := url.Values{"from": {strconv.FormatInt(from, 10)}}
	if limit != 0 {
		query.Set("limit", strconv.Itoa(limit))
	}
	err := a.client.call(ctx, get("/v1/admin/log/entries", query), &out)
	return out.Entries, err
}

// Receipt returns the receipt file of any entry.
func (a *Admin) Receipt(ctx context.Context, index int64) ([]byte, error) {
	return a.client.text(ctx, "/v1/admin/log/entries/"+strconv.FormatInt(index, 10)+"/receipt")
}

// Checkpoint is [Client.Checkpoint].
func (a *Admin) Checkpoint(ctx context.Context) ([]byte, error) { return a.client.Checkpoint(ctx) }

// Search lists anybody's documents.
func (a *Admin) Search(ctx context.Context, q Query) (Page, error) { return a.client.Search(ctx, q) }

// Document returns any document.
func (a *Admin) Document(ctx context.Context, id string) (Document, error) {
	return a.client.Document(ctx, id)
}

// Content opens any document's bytes. The reason is logged.
func (a *Admin) Content(ctx context.Context, id, reason string) (*Content, error) {
	return a.client.content(ctx, "/v1/documents/"+segment(id)+"/content", url.Values{"reason": {reason}})
}

// Backup writes a consistent copy of the hub's store into a directory of the hub's machine. It takes as long as
// copying takes.
func (a *Admin) Backup(ctx context.Context, dir string) error {
	return a.client.call(ctx, post("/v1/admin/backup", BackupRequest{Dir: dir}), nil)
}

func agency(id string) string { return "/v1/admin/agencies/" + segment(id) }

func put(path string, body any) request {
	return request{method: http.MethodPut, path: path, json: body}
}

func remove(path string) request { return request{method: http.MethodDelete, path: path} }
