package demo

import (
	"context"
	"log/slog"
	"os"

	"github.com/lienthong/lienthong/cmd/lienthong/authority"
	"github.com/lienthong/lienthong/cmd/lienthong/node"
	"github.com/lienthong/lienthong/config"
)

// The hub of the pilot, in whose name notices are written.
var hubOfPilot = node.New{ID: "Z01.LIENTHONG", Name: "Trục Liên Thông thí điểm", Origin: "lienthong.demo"}

// open makes the hub's directory and opens it as any hub is opened; only the lifetimes are shorter, the loopback is
// allowed, because the agencies live there, and nobody is asked about revocation.
func (r *run) open(ctx context.Context, dir node.Dir, ca *authority.Authority) (hub *node.Node, vkey string, err error) {
	who := hubOfPilot
	who.Anchors = ca.Anchors()
	made, err := node.Create(dir, who)
	if err != nil {
		return nil, "", err
	}
	c, err := config.Load(dir.Path(node.ConfigFile), nil, nil)
	if err != nil {
		return nil, "", err
	}
	for i := range c.Delivery.Lifetime {
		c.Delivery.Lifetime[i] = config.Term{Time: config.Duration(r.lifetime)}
	}
	c.Delivery.Allow = loopback
	c.Revocation.Policy = config.Off // the demo's authority keeps no such service
	o, err := node.Load(c)
	if err != nil {
		return nil, "", err
	}
	o.Log = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	o.SampleData = true
	hub, err = node.Open(ctx, o)
	return hub, made.Key, err
}
