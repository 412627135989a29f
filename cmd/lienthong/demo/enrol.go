package demo

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/lienthong/lienthong/client"
	"github.com/lienthong/lienthong/cmd/lienthong/authority"
	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/directory"
	"github.com/lienthong/lienthong/signing"
)

// clerk is who enrols the agencies; it stands in the log.
var clerk = exchange.Caller{Operator: "demo"}

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}

// enrol makes an agency known to the hub: its place in the tree, its certificate, its endpoint and its key.
func enrol(ctx context.Context, d *directory.Directory, p place, s authority.Seal, endpoint, secret string) (key string, err error) {
	a := exchange.Agency{ID: p.id, Name: p.name, Parent: p.parent, Level: p.level, Channel: p.channel, Console: p.id == township}
	if _, err := d.Put(ctx, clerk, a); err != nil {
		return "", fmt.Errorf("demo: %s: %w", p.id, err)
	}
	if _, err := d.AddCertificate(ctx, clerk, p.id, s.Cert.Raw, time.Time{}, time.Time{}); err != nil {
		return "", fmt.Errorf("demo: %s: %w", p.id, err)
	}
	if endpoint != "" {
		e := exchange.Endpoint{URL: endpoint, Secret: secret, Allow: loopback}
		if _, err := d.SetEndpoint(ctx, clerk, p.id, e); err != nil {
			return "", fmt.Errorf("demo: %s: %w", p.id, err)
		}
	}
	key, _, err = d.IssueKey(ctx, clerk, p.id, directory.KeyOptions{})
	return key, err
}

// A district is everybody who takes part but the hub.
type pilot struct {
	places    []place
	softwares []*software
	doorsteps []*doorstep
}

// known are the places in the address books.
func known(all []place) []place {
	return slices.DeleteFunc(slices.Clone(all), func(p place) bool { return p.heir })
}

// gather makes software for every place and enrols it. fail is called when a software meets what must not happen.
func gather(ctx context.Context, run *run, d *directory.Directory, seals []authority.Seal, anchors *signing.Anchors) (*pilot, error) {
	p := &pilot{places: run.places}
	hub := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}, Timeout: time.Minute}
	for i, at := range run.places {
		s := &software{
			place: at, seal: seals[i], ledger: &run.ledger, anchors: anchors,
			author: author{seed: run.Seed, from: at, places: known(run.places), today: envelope.DateOf(run.began)},
			down:   func() bool { return at.fails && run.failing() },
		}
		s.slower = max(run.slower, 1)
		if at.seldom {
			s.rhythm = run.rhythm
		}
		endpoint, err := p.endpoint(run, s)
		if err != nil {
			return p, err
		}
		key, err := enrol(ctx, d, at, seals[i], endpoint, s.secret)
		if err != nil {
			return p, err
		}
		s.client = &client.Client{URL: run.url, Key: key, HTTP: hub}
		p.softwares = append(p.softwares, s)
	}
	return p, nil
}

// endpoint opens the doorstep of a push agency; at the dead one's address nobody listens.
func (p *pilot) endpoint(run *run, s *software) (url string, err error) {
	if s.place.channel != exchange.Push {
		return "", nil
	}
	s.secret = webhookSecret()
	if s.place.dead {
		return deserted()
	}
	d := &doorstep{software: s, fail: run.fail}
	p.doorsteps = append(p.doorsteps, d)
	return d.open()
}

func deserted() (url string, err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return "http://" + l.Addr().String() + "/", l.Close()
}

// byID finds the software of an agency.
func (p *pilot) byID(id exchange.AgencyID) *software {
	for _, s := range p.softwares {
		if s.place.id == id {
			return s
		}
	}
	return nil
}

func (p *pilot) close() {
	for _, d := range p.doorsteps {
		d.close()
	}
}

// verifier reads the hub's public key as it is printed.
func verifier(vkey string) (note.Verifier, error) { return note.NewVerifier(vkey) }
