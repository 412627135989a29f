package demo

import (
	"context"
	"log/slog"
	"os"
	"time"

	"github.com/lienthong/lienthong/cmd/lienthong/authority"
	"github.com/lienthong/lienthong/cmd/lienthong/node"
	"github.com/lienthong/lienthong/config"
)

// The hub of the pilot, in whose name notices are written.
var hubOfPilot = node.New{ID: "Z01.LIENTHONG", Name: "Trục Liên Thông thí điểm", Origin: "lienthong.demo"}

// An era is what a hub goes by while it is open: the present, or a past that is lived through in seconds.
type era struct {
	clock    func() time.Time
	lifetime time.Duration // of deliveries; zero: as in real use
}

// create makes the hub's directory and returns its public key.
func (r *run) create(dir node.Dir, ca *authority.Authority) (vkey string, err error) {
	who := hubOfPilot
	who.Anchors = ca.Anchors()
	made, err := node.Create(dir, who)
	return made.Key, err
}

// open opens the hub as any hub is opened; only the lifetimes may be shorter, the loopback is allowed, because the
// agencies live there, and nobody is asked about revocation.
func (r *run) open(ctx context.Context, dir node.Dir, e era) (hub *node.Node, err error) {
	c, err := config.Load(dir.Path(node.ConfigFile), nil, nil)
	if err != nil {
		return nil, err
	}
	for i := range c.Delivery.Lifetime {
		if e.lifetime > 0 {
			c.Delivery.Lifetime[i] = config.Term{Time: config.Duration(e.lifetime)}
		}
	}
	c.Delivery.Allow = loopback
	c.Revocation.Policy = config.Off // the demo's authority keeps no such service
	o, err := node.Load(c)
	if err != nil {
		return nil, err
	}
	o.Log = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	o.Clock, o.SampleData = e.clock, true
	return node.Open(ctx, o)
}
