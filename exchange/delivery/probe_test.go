package delivery_test

import (
	"context"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/delivery"
)

// stepsOf are the steps of a probe in short: "dns ok, tcp failed dial".
func stepsOf(p exchange.Probe) string {
	var words []string
	for _, s := range p.Steps {
		words = append(words, strings.TrimSpace(s.Name+" "+string(s.State)+" "+s.Code))
	}
	return strings.Join(words, ", ")
}

// Each step of a trial fails where it should, and none comes after one that failed.
func TestProbe(t *testing.T) {
	dated := func(code int, off time.Duration) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			io.Copy(io.Discard, r.Body)
			w.Header().Set("Date", time.Now().Add(off).UTC().Format(http.TimeFormat))
			w.WriteHeader(code)
		}
	}
	secure := httptest.NewTLSServer(dated(200, 0))
	defer secure.Close()
	plain := func(h http.HandlerFunc) string {
		s := httptest.NewServer(h)
		t.Cleanup(s.Close)
		return s.URL
	}
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	silent.Close()
	const soundTLS = "address ok, dns ok, tcp ok, tls ok, certificate ok, answer ok, clock ok"
	const sound = "address ok, dns ok, tcp ok, answer ok, clock ok"
	for _, c := range []struct {
		name, url string
		push      delivery.Push
		want      string
	}{
		{"all is well", secure.URL, delivery.Push{Roots: pool(secure)}, soundTLS},
		{"an authority that nobody trusts", secure.URL, delivery.Push{Roots: x509.NewCertPool()}, "address ok, dns ok, tcp ok, tls failed certificate-authority"},
		{"a certificate for another name", strings.Replace(secure.URL, "127.0.0.1", "nhan.test", 1), delivery.Push{Roots: pool(secure), Lookup: leadsTo("127.0.0.1")},
			"address ok, dns ok, tcp ok, tls failed certificate-name"},
		{"no TLS behind https", strings.Replace(plain(answer(200)), "http:", "https:", 1), delivery.Push{}, "address ok, dns ok, tcp ok, tls failed tls"},
		{"without TLS, on the machine", plain(dated(200, 0)), delivery.Push{}, sound},
		{"nobody listens", "http://" + silent.Addr().String(), delivery.Push{}, "address ok, dns ok, tcp failed dial"},
		{"a name that leads nowhere", "http://nhan.test/", delivery.Push{Lookup: leadsTo()}, "address ok, dns failed dns"},
		{"a name that leads elsewhere", "http://nhan.test/", delivery.Push{Lookup: leadsTo("192.0.2.1")}, "address ok, dns failed blocked-address"},
		{"no address", "nhan.test", delivery.Push{}, "address failed bad-endpoint"},
		{"software that knows no pings", plain(dated(415, 0)), delivery.Push{}, "address ok, dns ok, tcp ok, answer warn http-415, clock ok"},
		{"a wrong secret", plain(dated(401, 0)), delivery.Push{}, "address ok, dns ok, tcp ok, answer failed http-401, clock ok"},
		{"a wrong path", plain(dated(404, 0)), delivery.Push{}, "address ok, dns ok, tcp ok, answer failed http-404, clock ok"},
		{"a redirect is not followed", plain(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, secure.URL, http.StatusTemporaryRedirect)
		}), delivery.Push{},
			"address ok, dns ok, tcp ok, answer failed http-307, clock ok"},
		{"a clock that is a little off", plain(dated(200, -2*time.Minute)), delivery.Push{}, "address ok, dns ok, tcp ok, answer ok, clock warn clock"},
		{"a clock that is far off", plain(dated(200, 6*time.Minute)), delivery.Push{}, "address ok, dns ok, tcp ok, answer ok, clock failed clock"},
		{"no clock", plain(func(w http.ResponseWriter, _ *http.Request) { w.Header()["Date"] = nil }), delivery.Push{}, "address ok, dns ok, tcp ok, answer ok, clock warn no-date"},
		{"a connection that is cut", plain(raw(t, reset)), delivery.Push{}, "address ok, dns ok, tcp ok, answer failed connection"},
		{"no answer", plain(func(_ http.ResponseWriter, r *http.Request) { io.Copy(io.Discard, r.Body); <-r.Context().Done() }), delivery.Push{AnswerTimeout: time.Millisecond},
			"address ok, dns ok, tcp ok, answer failed timeout"},
	} {
		if got := stepsOf(c.push.Probe(t.Context(), agency(c.url))); got != c.want {
			t.Errorf("%s: %s; want %s", c.name, got, c.want)
		}
	}
}

func leadsTo(addrs ...string) func(context.Context, string) ([]netip.Addr, error) {
	return func(context.Context, string) (all []netip.Addr, err error) {
		for _, a := range addrs {
			all = append(all, netip.MustParseAddr(a))
		}
		return all, nil
	}
}

// A certificate that ends soon is warned of, and an endpoint that was closed is tried all the same.
func TestProbeWarns(t *testing.T) {
	s := httptest.NewServer(answer(200))
	defer s.Close()
	a := agency(s.URL)
	a.Endpoint.ClosedAt = time.Now()
	if got := stepsOf((&delivery.Push{}).Probe(t.Context(), a)); !strings.HasPrefix(got, "address warn not-open, dns ok") {
		t.Errorf("a closed endpoint: %s", got)
	}
}

// A ping is signed as documents are, also with the former secret while that is in use, and is no document.
func TestAPingIsSigned(t *testing.T) {
	const former = "whsec_" + "Rm9ybWVyU2VjcmV0Rm9ybWVyU2VjcmV0Rm9ybWVyU2VjcmV0"
	for _, overlap := range []bool{true, false} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			for text, want := range map[string]bool{secret: true, former: overlap} {
				hook, err := standardwebhooks.NewWebhook(text)
				if err != nil {
					t.Error(err)
					return
				}
				if err := hook.Verify(body, r.Header); (err == nil) != want {
					t.Errorf("overlap %v: the signature by %s…: %v", overlap, text[:10], err)
				}
			}
			if r.Header.Get("Lienthong-Class") != "ping" || r.Header.Get("Lienthong-Delivery") != "" || r.Header.Get("Content-Type") == "application/xml" || len(body) > 200 {
				t.Errorf("a ping of %d bytes looks like a document: %v", len(body), r.Header)
			}
		}))
		a := agency(s.URL)
		a.Endpoint.Former, a.Endpoint.FormerUntil = former, time.Now().Add(time.Hour)
		if !overlap {
			a.Endpoint.FormerUntil = time.Now().Add(-time.Second)
		}
		if p := (&delivery.Push{}).Probe(t.Context(), a); !p.OK() {
			t.Errorf("the ping failed: %s", stepsOf(p))
		}
		s.Close()
	}
}

// Documents too carry both signatures while there are two secrets.
func TestAPostIsSignedWithBothSecrets(t *testing.T) {
	const former = "whsec_" + "Rm9ybWVyU2VjcmV0Rm9ybWVyU2VjcmV0Rm9ybWVyU2VjcmV0"
	body := []byte("<edXML/>")
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		got, _ := io.ReadAll(r.Body)
		for _, text := range []string{secret, former} {
			hook, err := standardwebhooks.NewWebhook(text)
			if err != nil {
				t.Error(err)
				return
			}
			if err := hook.Verify(got, r.Header); err != nil {
				t.Errorf("by %s…: %v", text[:10], err)
			}
		}
	}))
	defer s.Close()
	a := agency(s.URL)
	a.Endpoint.Former, a.Endpoint.FormerUntil = former, time.Now().Add(time.Hour)
	l, b := parcel(body)
	if v := (&delivery.Push{}).Deliver(t.Context(), a, l, b); v.Class != delivery.Delivered {
		t.Errorf("%+v", v)
	}
}
