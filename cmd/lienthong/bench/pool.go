package bench

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/signing"
)

// A pool is a file of signed documents, so that they take no memory from what is measured.
type pool struct {
	file *os.File
	pen  *pen

	mu   sync.Mutex
	end  int64
	docs [][]extent // by sender
}

type extent struct {
	at   int64
	size int
}

func newPool(p plan) (*pool, error) {
	pen, err := newPen(p)
	if err != nil {
		return nil, err
	}
	f, err := os.Create(p.Pool)
	if err != nil {
		return nil, err
	}
	return &pool{file: f, pen: pen, docs: make([][]extent, len(p.Senders))}, nil
}

// sign adds n documents, each sender's the next of its own in turn, on all processors.
func (p *pool) sign(ctx context.Context, n int) error {
	before := p.size()
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i := before; i < before+n; i++ {
		g.Go(func() error {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			from := i % len(p.docs)
			raw, err := p.pen.document(from, i)
			if err != nil {
				return err
			}
			return p.add(from, raw)
		})
	}
	return g.Wait()
}

func (p *pool) size() (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, d := range p.docs {
		n += len(d)
	}
	return n
}

func (p *pool) add(sender int, raw []byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, err := p.file.WriteAt(raw, p.end); err != nil {
		return err
	}
	p.docs[sender] = append(p.docs[sender], extent{p.end, len(raw)})
	p.end += int64(len(raw))
	return nil
}

// document reads a sender's n-th document; nil if there is none.
func (p *pool) document(sender, n int) ([]byte, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n >= len(p.docs[sender]) {
		return nil, nil
	}
	x := p.docs[sender][n]
	raw := make([]byte, x.size)
	_, err := p.file.ReadAt(raw, x.at)
	return raw, err
}

func (p *pool) close() error { return p.file.Close() }

// A pen writes and signs documents of about the wanted size.
type pen struct {
	plan    plan
	keys    []*rsa.PrivateKey
	certs   []*x509.Certificate
	filling int // bytes of the attachment
}

func newPen(p plan) (*pen, error) {
	w := &pen{plan: p, filling: 1}
	for _, s := range p.Senders {
		key, err := x509.ParsePKCS1PrivateKey(s.Key)
		if err != nil {
			return nil, err
		}
		cert, err := x509.ParseCertificate(s.Cert)
		if err != nil {
			return nil, err
		}
		w.keys, w.certs = append(w.keys, key), append(w.certs, cert)
	}
	small, err := w.document(0, 0)
	if err != nil {
		return nil, err
	}
	if w.filling = (p.Size - len(small)) / 4 * 3; w.filling < 1 {
		return nil, fmt.Errorf("a document for %d addressees has at least %d bytes", len(p.Receivers), len(small)+4)
	}
	return w, nil
}

// document is the n-th of all, of one sender, for every receiver.
func (w *pen) document(from, n int) ([]byte, error) {
	id, date := envelope.AgencyID(w.plan.Senders[from].ID), envelope.DateOf(time.Now())
	code := envelope.Code{Number: strconv.Itoa(n + 1), Notation: "CV-VP"}
	e := &envelope.Envelope{
		From: envelope.Party{OrganID: id, Name: "Đơn vị gửi"}, DocumentID: envelope.NewDocumentID(id, date, code), Code: code,
		Promulgation: envelope.Promulgation{Place: "Phú Thọ", Date: date},
		Type:         envelope.DocumentType{Type: "2", Name: "Công văn"},
		Subject:      "V/v đo tải số " + code.Number,
		Business:     &envelope.Business{Kind: envelope.New},
		Attachments:  []envelope.Attachment{envelope.NewAttachment("vb.pdf", w.paper(n))},
	}
	for _, r := range w.plan.Receivers {
		e.To = append(e.To, envelope.Party{OrganID: envelope.AgencyID(r.ID), Name: "Đơn vị nhận"})
	}
	raw, err := envelope.Build(e)
	if err != nil {
		return nil, err
	}
	return signing.Sign(raw, w.keys[from], w.certs[from])
}

// paper looks like a PDF at its beginning and is noise after it: no storage makes it smaller.
func (w *pen) paper(n int) []byte {
	b := make([]byte, w.filling)
	noise := rand.NewPCG(uint64(n), 1)
	for i := range b {
		b[i] = byte(noise.Uint64())
	}
	copy(b, "%PDF-1.7\n")
	return b
}
