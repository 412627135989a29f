package console

import (
	"net/http"
	"slices"

	"github.com/lienthong/lienthong/exchange"
)

// An audience is who may ask for a page.
type audience int

const (
	everybody audience = iota
	signedIn
	clerks         // of an agency, about its own documents
	administrators // of an agency, about its connection
	operators      // of the hub
	auditors       // of the hub
	reporters      // all of these, about what each has figures of
	searchers      // who has a list that is narrowed and kept so
)

// admits reports whether a person is of the audience. What they may see there, the use cases decide.
func (a audience) admits(p exchange.Person) bool {
	switch a {
	case everybody:
		return true
	case signedIn:
		return p.Version != 0
	case clerks:
		return p.Has(exchange.Clerk)
	case administrators:
		return p.Has(exchange.AgencyAdmin)
	case operators:
		return p.Has(exchange.Operate)
	case auditors:
		return p.Has(exchange.Audit)
	case reporters:
		return len(p.Roles) > 0
	case searchers:
		return slices.ContainsFunc(searchables(), func(l searchable) bool { return l.who.admits(p) })
	}
	return false
}

// A route is one page or act.
type route struct {
	method, path string
	handle       func(*console, *visit) error
	who          audience
	live         bool  // pages ask by themselves: no sign of life of a person; and a stranger is told 401
	lists        bool  // its answer can be long, and is made under the bound of Options.Places
	uploads      bool  // its form has a document in it, and is as large as one
	most         int64 // bytes of its file, where that is no document
	// form is the page with the form that is sent here, and keeps those of its fields that outlive the session: one signs
	// in, and is there again with what one had written. Never a password.
	form  string
	keeps []string
}

const (
	get  = http.MethodGet
	post = http.MethodPost
)

func routes() []route {
	return slices.Concat(
		doorRoutes(),
		liveRoutes(),
		searchRoutes(),
		clerkRoutes(),
		nudgeRoutes(),
		sendRoutes(),
		agencyRoutes(),
		operateRoutes(),
		auditRoutes(),
		reportRoutes(),
	)
}

// doorRoutes are what everybody comes through, and their own account.
func doorRoutes() []route {
	return []route{
		{method: get, path: "/tai-nguyen/:name", handle: (*console).asset},
		{method: post, path: "/ngon-ngu", handle: (*console).setLanguage},
		{method: get, path: "/dang-nhap", handle: (*console).signInPage},
		{method: post, path: "/dang-nhap", handle: (*console).signIn},
		{method: post, path: "/dang-nhap/ma", handle: (*console).signInCode},
		{method: get, path: "/loi-moi/:token", handle: (*console).invitation},
		{method: post, path: "/loi-moi/:token", handle: (*console).redeem},

		{method: get, path: "/", handle: (*console).desk, who: signedIn, lists: true},
		{method: post, path: "/dang-xuat", handle: (*console).signOut, who: signedIn},
		{method: get, path: "/tai-khoan", handle: (*console).account, who: signedIn},
		{method: post, path: "/tai-khoan/mat-khau", handle: (*console).changePassword, who: signedIn},
		{method: get, path: "/tai-khoan/hai-lop", handle: (*console).secondFactor, who: signedIn},
		{method: post, path: "/tai-khoan/hai-lop", handle: (*console).setSecondFactor, who: signedIn},
		{method: post, path: "/tai-khoan/ma-du-phong", handle: (*console).newRecoveryCodes, who: signedIn},
		{method: post, path: "/tai-khoan/phien/:id", handle: (*console).endSession, who: signedIn},
	}
}

// liveRoutes keep open pages up to date.
func liveRoutes() []route {
	return []route{
		{method: get, path: "/truc-tiep", handle: (*console).stream, who: signedIn, live: true},
		{method: get, path: "/truc-tiep/moi", handle: (*console).poll, who: signedIn, live: true, lists: true},
		{method: get, path: "/truc-tiep/ban", handle: (*console).desk, who: clerks, live: true, lists: true},
		{method: get, path: "/truc-tiep/den/:id", handle: (*console).received, who: clerks, live: true},
		{method: get, path: "/truc-tiep/di/:id", handle: (*console).sent, who: clerks, live: true, lists: true},
		{method: post, path: "/truc-tiep/che-do", handle: (*console).setLive, who: signedIn},
	}
}
