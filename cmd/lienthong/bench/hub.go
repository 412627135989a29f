package bench

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"github.com/lienthong/lienthong/cmd/lienthong/node"
	"github.com/lienthong/lienthong/config"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/directory"
)

// operator is who enrols the agencies; it stands in the log.
var operator = exchange.Caller{Operator: "bench"}

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}

func hubOptions(dir node.Dir, anchors []byte) (o node.Options, err error) {
	who := node.New{ID: "Z01.DOTAI", Name: "Trục Liên Thông đo tải", Origin: "lienthong.bench", Anchors: anchors}
	if _, err := node.Create(dir, who); err != nil {
		return o, err
	}
	c, err := config.Load(dir.Path(node.ConfigFile), nil, nil)
	if err != nil {
		return o, err
	}
	c.Delivery.Allow = loopback
	return node.Load(c)
}

// enrol makes all agencies known to the hub and returns their API keys.
func (r *run) enrol(ctx context.Context, d *directory.Directory, url string) (keys map[string]string, err error) {
	keys = make(map[string]string)
	for _, s := range r.plan.Senders {
		if keys[s.ID], err = r.agency(ctx, d, s.ID, exchange.Endpoint{}); err != nil {
			return nil, fmt.Errorf("bench: %s: %w", s.ID, err)
		}
	}
	for _, v := range r.plan.Receivers {
		e := exchange.Endpoint{URL: url + v.ID, Secret: v.Secret, Allow: loopback}
		if keys[v.ID], err = r.agency(ctx, d, v.ID, e); err != nil {
			return nil, fmt.Errorf("bench: %s: %w", v.ID, err)
		}
	}
	return keys, nil
}

// agency enrols one; with a secret in e, as one that is pushed to.
func (r *run) agency(ctx context.Context, d *directory.Directory, id string, e exchange.Endpoint) (key string, err error) {
	a := exchange.Agency{ID: exchange.AgencyID(id), Name: "Đơn vị " + id, Level: exchange.Department, Channel: exchange.Pull}
	if e.Secret != "" {
		a.Channel = exchange.Push
	}
	if _, err := d.Put(ctx, operator, a); err != nil {
		return "", err
	}
	if cert := r.certs[id]; cert != nil {
		if _, err := d.AddCertificate(ctx, operator, a.ID, cert, time.Time{}, time.Time{}); err != nil {
			return "", err
		}
	}
	if e.Secret != "" {
		if _, err := d.SetEndpoint(ctx, operator, a.ID, e); err != nil {
			return "", err
		}
	}
	key, _, err = d.IssueKey(ctx, operator, a.ID, directory.KeyOptions{})
	return key, err
}
