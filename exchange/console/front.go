package console

import (
	"net/http"
	"strings"
)

// Front is the public listener's handler: what is the API's goes to the API, everything else is a page.
func Front(api, pages http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if ofAPI(r.URL.Path) {
			api.ServeHTTP(w, r)
			return
		}
		pages.ServeHTTP(w, r)
	})
}

func ofAPI(path string) bool {
	switch path {
	case "/v1", "/healthz", "/readyz", "/openapi.yaml":
		return true
	}
	return strings.HasPrefix(path, "/v1/") || strings.HasPrefix(path, "/log/") || strings.HasPrefix(path, "/loi/")
}
