package console

import (
	"time"

	"github.com/lienthong/lienthong/exchange"
)

// Routes are the method and path of every route that is not open to everybody, for tests that walk all of them.
func Routes() (all [][2]string) {
	for _, r := range routes() {
		if r.who != everybody {
			all = append(all, [2]string{r.method, r.path})
		}
	}
	return all
}

// EveryRoute is the method and path of all there are.
func EveryRoute() (all [][2]string) {
	for _, r := range routes() {
		all = append(all, [2]string{r.method, r.path})
	}
	return all
}

// Admits reports whether somebody with the role alone may ask for the route.
func Admits(method, path string, role exchange.PersonRole) bool {
	for _, r := range routes() {
		if r.method == method && r.path == path {
			return r.who.admits(exchange.Person{Version: 1, Roles: []exchange.PersonRole{role}})
		}
	}
	return false
}

// PeriodBegins is when a period of a list's filter begins.
func PeriodBegins(period string, now time.Time) time.Time { return periodBegins(period, now) }

// FolderName is where a document lies in a download.
func FolderName(m exchange.Message) string { return folderName(m) }
