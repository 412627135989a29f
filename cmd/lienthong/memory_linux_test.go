package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lienthong/lienthong/client"
	"github.com/lienthong/lienthong/internal/testca"
)

// DESIGN P9: eight documents of 50 MB come at the same time, from four agencies, and are fetched at the same time. The
// hub's process has at most its budget for bodies and 64 MB: as much as fits is taken at once, and who finds no room
// comes back.
func TestEightLargeDocumentsAtOnce(t *testing.T) {
	if os.Getenv("LIENTHONG_TEST_LONG") == "" {
		t.Skip("it takes a quarter of a minute and 2 GB: set LIENTHONG_TEST_LONG")
	}
	const slack = 64 << 20
	docs := largeDocuments(t)
	for _, budget := range []int64{512 << 20, 128 << 20} { // all at once; the least that can be configured
		t.Run(fmt.Sprintf("%d MiB", budget>>20), func(t *testing.T) {
			s := newSite(t)
			s.stop()
			s.start("--set", fmt.Sprintf("limits.memory=%dMiB", budget>>20))
			senders := s.enrolSenders(docs)
			receiver := s.client(s.key(commune))
			m := watchMemory(t, s.cmd.Process.Pid)
			refused := sendAll(t, senders, docs)
			sent := m.highest()
			fetchAll(t, receiver, len(docs))
			fetched := m.highest()
			sendFloods(t, senders)
			most := m.end()
			t.Logf("RssAnon at most %d MiB while they came (%d refusals), %d MiB when they were fetched, %d MiB with floods; allowed %d MiB",
				sent>>20, refused, fetched>>20, most>>20, (budget+slack)>>20)
			if most > budget+slack {
				t.Errorf("RssAnon was %d bytes, %d above the budget; at most %d are allowed", most, most-budget, slack)
			}
			if most < 50<<20 {
				t.Errorf("RssAnon was %d bytes: less than one document, so it was not measured", most)
			}
			s.stop()
			s.sound()
		})
	}
}

// A large document is signed, and who sends it.
type large struct {
	agency string
	leaf   *testca.Leaf
	raw    []byte
}

// largeDocuments are two each of four agencies, of 50 MB.
func largeDocuments(t *testing.T) []large {
	t.Helper()
	const size = 50_000_000
	template, err := os.ReadFile("../../docs/first-hub/cong-van.xml")
	if err != nil {
		t.Fatal(err)
	}
	start, end := bytes.Index(template, []byte("JVBER")), bytes.Index(template, []byte("</edXML:ContentTransferEncoded>"))
	if start < 0 || end < start {
		t.Fatal("the example document has no PDF")
	}
	head, tail := template[:start], template[end:]
	ca := testca.New(t)
	_ = ca.Leaf("of the site itself")
	content := make([]byte, (size-len(template))/4*3)
	chance := rand.NewChaCha8([32]byte{})
	_, _ = chance.Read(content) // never fails
	var all []large
	for n := range 8 {
		doc := large{agency: fmt.Sprintf("H44.1%d", n/2), raw: make([]byte, 0, size+8<<10)}
		if doc.leaf = ca.Leaf(doc.agency); n%2 == 1 {
			doc.leaf = all[n-1].leaf
		}
		content[0] = byte(n)
		number := strings.NewReplacer("<edXML:CodeNumber>12<", fmt.Sprintf("<edXML:CodeNumber>%d<", 100+n), ">"+department+"<", ">"+doc.agency+"<")
		doc.raw = append(doc.raw, number.Replace(string(head))...)
		doc.raw = base64.StdEncoding.AppendEncode(doc.raw, content)
		doc.raw = doc.leaf.Sign(append(doc.raw, tail...))
		all = append(all, doc)
	}
	return all
}

// enrolSenders makes the agencies known and returns a client for each document.
func (s *site) enrolSenders(docs []large) (senders []*client.Client) {
	s.t.Helper()
	list := "id,name,parent,level,channel,aliases\n"
	for n := 0; n < len(docs); n += 2 {
		list += docs[n].agency + ",Sở Mẫu " + docs[n].agency + ",H44,department,pull,\n"
	}
	s.must("agency", "import", s.file("more.csv", []byte(list)), "--dir", s.dir)
	for n := 0; n < len(docs); n += 2 {
		s.must("agency", "cert", docs[n].agency, s.file("cert.pem", docs[n].leaf.CertPEM()), "--dir", s.dir)
		hub := s.client(s.key(docs[n].agency))
		senders = append(senders, hub, hub)
	}
	return senders
}

// sendAll sends every document, all at the same time, until each has its receipt, and returns how often one found no
// room.
func sendAll(t *testing.T, senders []*client.Client, docs []large) (refused int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var all sync.WaitGroup
	var mu sync.Mutex
	for n, hub := range senders {
		all.Go(func() {
			for {
				_, err := hub.Submit(ctx, docs[n].raw, client.SubmitOptions{})
				if err == nil {
					return
				}
				p, ok := errors.AsType[*client.Problem](err)
				if !ok || p.RetryAfter <= 0 {
					t.Errorf("document %d: %v", n, err)
					return
				}
				mu.Lock()
				refused++
				mu.Unlock()
				select {
				case <-time.After(p.RetryAfter / 8):
				case <-ctx.Done():
				}
			}
		})
	}
	all.Wait()
	return refused
}

// sendFloods sends documents that have as much markup as is allowed, all at the same time, until each is refused for
// what it is.
func sendFloods(t *testing.T, senders []*client.Client) {
	t.Helper()
	flood := []byte("<a>" + strings.Repeat("<b/>", 249_000) + strings.Repeat("x", 8<<20) + "</a>")
	var all sync.WaitGroup
	for _, hub := range senders {
		all.Go(func() {
			for {
				_, err := hub.Submit(t.Context(), flood, client.SubmitOptions{})
				p, ok := errors.AsType[*client.Problem](err)
				if !ok || p.RetryAfter <= 0 {
					if !ok || p.Status != http.StatusUnprocessableEntity {
						t.Errorf("a flood: %v, want a refusal", err)
					}
					return
				}
				select {
				case <-time.After(p.RetryAfter / 8):
				case <-t.Context().Done():
				}
			}
		})
	}
	all.Wait()
}

// fetchAll takes all of them, fetching all at the same time.
func fetchAll(t *testing.T, hub *client.Client, n int) {
	t.Helper()
	got, err := hub.Lease(t.Context(), client.Ask{Max: n, Wait: 10 * time.Second, For: time.Minute})
	if err != nil || len(got) != n {
		t.Fatalf("%d deliveries (%v), want %d", len(got), err, n)
	}
	var all sync.WaitGroup
	for _, d := range got {
		all.Go(func() {
			content, err := hub.DeliveryContent(t.Context(), d.Delivery.ID)
			if err != nil {
				t.Error(err)
				return
			}
			defer content.Close()
			if _, err := io.Copy(io.Discard, content); err != nil {
				t.Error(err)
			}
			if _, err := hub.Ack(t.Context(), d.Delivery.ID, d.Token); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

// A memoryWatch looks at the memory of a process that no file stands behind.
type memoryWatch struct {
	t    *testing.T
	path string
	quit chan struct{}
	done chan struct{}

	mu   sync.Mutex
	most int64
}

func watchMemory(t *testing.T, pid int) *memoryWatch {
	m := &memoryWatch{t: t, path: fmt.Sprintf("/proc/%d/status", pid), quit: make(chan struct{}), done: make(chan struct{})}
	go m.watch()
	return m
}

func (m *memoryWatch) watch() {
	defer close(m.done)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		m.look()
		select {
		case <-m.quit:
			return
		case <-tick.C:
		}
	}
}

func (m *memoryWatch) look() {
	text, err := os.ReadFile(m.path)
	if err != nil {
		m.t.Error(err)
		return
	}
	for line := range strings.Lines(string(text)) {
		var kb int64
		if _, err := fmt.Sscanf(line, "RssAnon: %d kB", &kb); err == nil {
			m.mu.Lock()
			m.most = max(m.most, kb<<10)
			m.mu.Unlock()
		}
	}
}

func (m *memoryWatch) highest() int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.most
}

// end ends the watch and returns the most that was seen.
func (m *memoryWatch) end() int64 {
	close(m.quit)
	<-m.done
	return m.highest()
}
