package revocation_test

import (
	"context"
	"crypto/x509"
	"net/http"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ocsp"

	"github.com/lienthong/lienthong/exchange/revocation"
)

// heard is closed by the first question.
func heard(der []byte) (http.Handler, <-chan struct{}) {
	asked := make(chan struct{})
	once := sync.Once{}
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write(der)
		once.Do(func() { close(asked) })
	}), asked
}

func await(t *testing.T, what string, c <-chan struct{}) {
	t.Helper()
	select {
	case <-c:
	case <-time.After(20 * time.Second):
		t.Fatal(what)
	}
}

// TestRun: a certificate that is enrolled is asked about at once, whatever else hangs, and the end is awaited.
func TestRun(t *testing.T) {
	hangs, answers := newService(t), newService(t)
	r := newRig(t, revocation.Prefer, named(hangs.URL, ""))
	begun, let := make(chan struct{}), make(chan struct{})
	defer close(let)
	var once sync.Once
	hangs.answer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		once.Do(func() { close(begun) })
		<-let
	}))
	newcomer := r.ca.Leaf("Sở mới", named(answers.URL, "")).Cert
	var mu sync.Mutex
	enrolled := []revocation.Enrolled{{Agency: sender, Cert: r.seal.Cert}}
	r.reopen(func(o *revocation.Options) {
		o.Timeout = time.Hour
		o.Enrolled = func() []revocation.Enrolled {
			mu.Lock()
			defer mu.Unlock()
			return enrolled
		}
	})
	handler, asked := heard(r.ca.OCSP(newcomer, ocsp.Response{Status: ocsp.Good}, r.clock()))
	answers.answer(handler)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := r.keeper.Run(ctx); err != nil {
			t.Error(err)
		}
	}()
	await(t, "what was enrolled before is not asked about", begun)
	mu.Lock()
	enrolled = append(enrolled, revocation.Enrolled{Agency: addressee, Cert: newcomer})
	mu.Unlock()
	r.keeper.Wake()
	await(t, "a service that hangs delays another", asked)
	stop()
	await(t, "Run does not end with its context", ended)
}

// TestAHostThatIsDownIsLeftAlone: one question shows it for all that lies there, and the next comes later.
func TestAHostThatIsDownIsLeftAlone(t *testing.T) {
	s := newService(t)
	r := newRig(t, revocation.Prefer, named(s.URL+"/1", ""))
	others := []*x509.Certificate{r.ca.Leaf("Sở hai", named(s.URL+"/2", "")).Cert, r.ca.Leaf("Sở ba", named(s.URL+"/3", "")).Cert}
	for _, c := range others {
		r.keeper.Judge([]*x509.Certificate{c, r.ca.Cert}, r.clock())
	}
	for i, after := range []time.Duration{0, 30 * time.Second, time.Minute, time.Minute, time.Hour} {
		r.pass(after)
		if i == 1 { // one more on the same host
			r.keeper.Judge([]*x509.Certificate{r.ca.Leaf("Sở bốn", named(s.URL+"/4", "")).Cert, r.ca.Cert}, r.clock())
		}
		r.ask()
		want := []int32{1, 1, 2, 2, 3}[i]
		if got := s.asked.Load(); got != want {
			t.Errorf("after %v more it was asked %d times, want %d", after, got, want)
		}
	}
	for _, st := range r.keeper.Status() {
		if st.Failures == 0 || st.Error == "" {
			t.Errorf("%s: %+v, want it known as not heard", st.Place, st)
		}
	}
}
