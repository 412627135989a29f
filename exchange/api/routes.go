package api

import "net/http"

// A route is one operation of openapi.yaml.
type route struct {
	method, path string
	handle       func(*api, *call) error
	query        []string // the parameters it takes; any other is refused
	open         bool     // for everybody; otherwise it wants a caller
	lists        bool     // its answer can be long, and is made under the bound of [Lists]
}

const (
	get    = http.MethodGet
	post   = http.MethodPost
	put    = http.MethodPut
	remove = http.MethodDelete
)

// searching are the parameters of a list of documents.
var searching = []string{"role", "state", "document_id", "code", "from", "to", "limit", "cursor"}

// shared is served on both listeners.
func shared() []route {
	return []route{
		{method: get, path: "/healthz", handle: (*api).health, open: true},
		{method: get, path: "/readyz", handle: (*api).readyz, open: true},
		{method: get, path: "/log/checkpoint", handle: (*api).checkpoint, open: true},
		{method: get, path: "/loi/:code", handle: (*api).explain, open: true},
		{method: get, path: "/openapi.yaml", handle: (*api).contract, open: true},

		{method: get, path: "/v1/documents/:id", handle: (*api).document, lists: true},
		{method: get, path: "/v1/documents/:id/receipts", handle: (*api).receipts, lists: true},
		{method: get, path: "/v1/documents/:id/evidence/:digest", handle: (*api).evidence, lists: true},
		{method: get, path: "/v1/events", handle: (*api).events, query: []string{"after", "limit", "agency"}, lists: true},
		{method: get, path: "/v1/agencies", handle: (*api).agencies, query: []string{"since"}, lists: true},
		{method: get, path: "/v1/limits", handle: (*api).limits},
		{method: get, path: "/v1/counts", handle: (*api).counts, query: []string{"role"}},
		{method: get, path: "/v1/calendar", handle: (*api).calendar},
	}
}

func public() []route {
	return []route{
		{method: post, path: "/v1/documents", handle: (*api).postDocument, query: []string{"validate"}},
		{method: get, path: "/v1/documents", handle: (*api).search, query: append([]string{"agency"}, searching...), lists: true},
		{method: get, path: "/v1/documents/:id/content", handle: (*api).content},
		{method: post, path: "/v1/documents/:id/recall", handle: (*api).recall, lists: true},
		{method: post, path: "/v1/statuses", handle: (*api).postStatus},

		{method: get, path: "/v1/report", handle: (*api).report, query: []string{"month", "role"}, lists: true},
		{method: get, path: "/v1/inbox/duties", handle: (*api).duties, query: []string{"clock", "limit"}, lists: true},
		{method: post, path: "/v1/inbox/lease", handle: (*api).lease},
		{method: post, path: "/v1/inbox/:delivery/ack", handle: (*api).ack},
		{method: post, path: "/v1/inbox/:delivery/nack", handle: (*api).nack},
		{method: post, path: "/v1/inbox/:delivery/extend", handle: (*api).extend},
		{method: post, path: "/v1/inbox/:delivery/status", handle: (*api).giveStatus},
		{method: get, path: "/v1/inbox/:delivery/content", handle: (*api).deliveryContent},
	}
}

func admin() []route {
	return []route{
		{method: get, path: "/v1/documents", handle: (*api).search, query: append([]string{"agency"}, searching...), lists: true},
		{method: get, path: "/v1/documents/:id/content", handle: (*api).content, query: []string{"reason"}},

		{method: get, path: "/v1/report", handle: (*api).report, query: []string{"month", "role", "agency", "tree"}, lists: true},
		{method: put, path: "/v1/admin/calendar", handle: (*api).setCalendar},
		{method: get, path: "/v1/admin/status", handle: (*api).status},
		{method: get, path: "/v1/admin/revocation", handle: (*api).revocation, lists: true},
		{method: get, path: "/v1/admin/agencies", handle: (*api).listAgencies, lists: true},
		{method: post, path: "/v1/admin/agencies/import", handle: (*api).importAgencies, query: []string{"dry"}},
		{method: post, path: "/v1/admin/agencies/mapping", handle: (*api).importMapping, query: []string{"dry"}},
		{method: post, path: "/v1/admin/redirects", handle: (*api).moveWaiting},
		{method: get, path: "/v1/admin/agencies/:id", handle: (*api).getAgency},
		{method: put, path: "/v1/admin/agencies/:id", handle: (*api).putAgency},
		{method: put, path: "/v1/admin/agencies/:id/endpoint", handle: (*api).setEndpoint},
		{method: post, path: "/v1/admin/agencies/:id/certificates", handle: (*api).addCertificate},
		{method: remove, path: "/v1/admin/agencies/:id/certificates/:fingerprint", handle: (*api).endCertificate},
		{method: post, path: "/v1/admin/agencies/:id/keys", handle: (*api).issueKey},
		{method: remove, path: "/v1/admin/agencies/:id/keys/:key", handle: (*api).revokeKey},

		{method: get, path: "/v1/admin/people", handle: (*api).listPeople, lists: true},
		{method: post, path: "/v1/admin/people", handle: (*api).addPerson},
		{method: post, path: "/v1/admin/people/:login/invitation", handle: (*api).invitePerson},
		{method: put, path: "/v1/admin/people/:login/roles", handle: (*api).setRoles},
		{method: put, path: "/v1/admin/people/:login/disabled", handle: (*api).disablePerson},

		{method: get, path: "/v1/admin/dead-letters", handle: (*api).deadLetters, query: []string{"limit", "cursor"}, lists: true},
		{method: post, path: "/v1/admin/dead-letters/requeue", handle: (*api).requeueList},
		{method: post, path: "/v1/admin/dead-letters/:delivery/requeue", handle: (*api).requeue},
		{method: get, path: "/v1/admin/log/entries", handle: (*api).entries, query: []string{"from", "limit"}, lists: true},
		{method: get, path: "/v1/admin/log/entries/:index/receipt", handle: (*api).entryReceipt},
		{method: post, path: "/v1/admin/backup", handle: (*api).backup},
	}
}
