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
	}
	return false
}

// A route is one page or act.
type route struct {
	method, path string
	handle       func(*console, *visit) error
	who          audience
	lists        bool // its answer can be long, and is made under the bound of Options.Places
}

const (
	get  = http.MethodGet
	post = http.MethodPost
)

func routes() []route {
	return slices.Concat(
		doorRoutes(),
		clerkRoutes(),
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

func clerkRoutes() []route {
	return []route{
		{method: get, path: "/van-ban-den", handle: (*console).incoming, who: clerks, lists: true},
		{method: post, path: "/van-ban-den/lay", handle: (*console).take, who: clerks},
		{method: get, path: "/van-ban-den/:id", handle: (*console).received, who: clerks},
		{method: get, path: "/van-ban-den/:id/tep/:n", handle: (*console).attachment, who: clerks},
		{method: get, path: "/van-ban-den/:id/edxml", handle: (*console).original, who: clerks},
		{method: post, path: "/van-ban-den/:id/tiep-nhan", handle: (*console).accept, who: clerks},
		{method: get, path: "/van-ban-den/:id/tu-choi", handle: (*console).refusalPage, who: clerks},
		{method: post, path: "/van-ban-den/:id/tu-choi", handle: (*console).refuseDocument, who: clerks},
		{method: get, path: "/van-ban-di", handle: (*console).outgoing, who: clerks, lists: true},
		{method: get, path: "/van-ban-di/:id", handle: (*console).sent, who: clerks, lists: true},
		{method: get, path: "/van-ban-di/:id/edxml", handle: (*console).original, who: clerks},
	}
}
