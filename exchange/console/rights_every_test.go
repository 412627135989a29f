package console_test

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/console"
)

// admittances is the table of testdata: who may ask for a route, by "METHOD path". Several roles stand with commas between.
func admittances(t *testing.T) map[string]string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", "rights.txt"))
	if err != nil {
		t.Fatal(err)
	}
	known := []string{"anybody", "signed-in", "clerk", "agency-admin", "operator", "auditor"}
	table := make(map[string]string)
	for line := range strings.Lines(string(raw)) {
		f := strings.Fields(line)
		switch {
		case len(f) == 0 || f[0] == "#":
		case len(f) != 3 || !containsAll(known, strings.Split(f[2], ",")) || table[f[0]+" "+f[1]] != "":
			t.Fatalf("the table of rights has the line %q", line)
		default:
			table[f[0]+" "+f[1]] = f[2]
		}
	}
	return table
}

func containsAll(known, some []string) bool {
	return !slices.ContainsFunc(some, func(x string) bool { return !slices.Contains(known, x) })
}

// Every route that the console has, asked over HTTP by a stranger and by a person of each role: whoever is not admitted is
// sent to the sign-in or refused, whatever is asked for, and who is admitted is not.
func TestEveryRouteAdmitsWhomItSays(t *testing.T) {
	w := newWorld(t)
	stranger := w.stranger()
	roles := map[string]exchange.PersonRole{"clerk": exchange.Clerk, "agency-admin": exchange.AgencyAdmin, "operator": exchange.Operate, "auditor": exchange.Audit}
	who := make(map[string]*visitor)
	for name, role := range roles {
		agency := desk
		if name == "operator" || name == "auditor" {
			agency = ""
		}
		who[name] = w.person("vai-"+name, agency, role)
	}
	table, routes := admittances(t), console.EveryRoute()
	out := slices.Index(routes, [2]string{post, "/dang-xuat"})
	signOut := routes[out]
	routes = append(slices.Delete(routes, out, out+1), signOut) // last: nobody is anybody after it
	for _, r := range routes {
		route := r[0] + " " + r[1]
		admitted := table[route]
		delete(table, route)
		if admitted == "" {
			t.Errorf("%s is not in testdata/rights.txt", route)
			continue
		}
		path := parameter.ReplaceAllString(r[1], "x")
		if got := stranger.do(r[0], path, nil); !strangerMay(admitted, got) {
			t.Errorf("a stranger: %s is answered %d to %q, and it is for %s", route, got.Status, got.Header.Get("Location"), admitted)
		}
		for name := range roles {
			got := who[name].do(r[0], path, nil).Status
			may := slices.Contains(strings.Split(admitted, ","), name) || admitted == "anybody" || admitted == "signed-in"
			if may == (got == http.StatusForbidden) || got == http.StatusUnauthorized || got >= 500 {
				t.Errorf("%s: %s is answered %d, and it is for %s", name, route, got, admitted)
			}
		}
	}
	for route := range table {
		t.Errorf("testdata/rights.txt has %s, which the console has not", route)
	}
	w.Sound()
}

// strangerMay reports whether the answer is the right one for who has not signed in.
func strangerMay(admitted string, got page) bool {
	toSignIn := got.Status == http.StatusUnauthorized || got.Status == http.StatusSeeOther && strings.HasPrefix(got.Header.Get("Location"), "/dang-nhap")
	if admitted == "anybody" {
		return got.Status < 500 && got.Status != http.StatusUnauthorized && got.Status != http.StatusForbidden
	}
	return toSignIn
}
