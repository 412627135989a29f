package bench

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/lienthong/lienthong/client"
)

// Clients is the other process of a run: all agencies' software. It talks to Run over in and out until in ends.
func Clients(ctx context.Context, in io.Reader, out io.Writer) error {
	c := &clients{talk: newTalk(in, out)}
	if err := c.talk.hear(&c.plan); err != nil {
		return err
	}
	if err := c.run(ctx); err != nil {
		return c.talk.fail(err)
	}
	return nil
}

type clients struct {
	talk     talk
	plan     plan
	pool     *pool
	hub      start
	web      *http.Client
	arrivals arrivals

	mu     sync.Mutex
	warmed int             // submissions accepted before the measured time
	tooks  []time.Duration // of those in it
}

func (c *clients) run(ctx context.Context) (err error) {
	if c.pool, err = newPool(c.plan); err != nil {
		return err
	}
	defer c.pool.close()
	c.arrivals.all, c.arrivals.want = make(chan struct{}), int64(c.plan.Load.Documents*len(c.plan.Receivers))
	door := &doorstep{secrets: map[string]string{}, arrivals: &c.arrivals}
	for _, r := range c.plan.Receivers {
		door.secrets[r.ID] = r.Secret
	}
	url, err := door.open()
	if err != nil {
		return err
	}
	defer door.server.Close()
	if err := c.talk.say(greeting{url}); err != nil {
		return err
	}
	if err := c.talk.hear(&c.hub); err != nil {
		return err
	}
	return c.work(ctx)
}

func (c *clients) work(ctx context.Context) error {
	c.web = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 1024}, Timeout: time.Minute}
	g, ctx := errgroup.WithContext(ctx)
	taking, enough := context.WithCancel(ctx)
	defer enough()
	for _, r := range c.plan.Receivers {
		if r.Secret == "" {
			g.Go(func() error { return c.taker(r.ID).run(taking) })
		}
	}
	for _, s := range c.plan.Senders {
		g.Go(func() error { return c.taker(s.ID).run(taking) })
	}
	g.Go(func() error {
		defer enough()
		return c.measure(ctx)
	})
	return g.Wait()
}

func (c *clients) taker(id string) *taker { return &taker{c.client(id), &c.arrivals} }

func (c *clients) client(id string) *client.Client {
	return &client.Client{URL: c.hub.URL, Key: c.hub.Keys[id], HTTP: c.web}
}

// measure signs, waits for the word to begin, and sends. What a run for a time begins with is not measured: it shows
// how fast the hub is here, and so how much must be signed.
func (c *clients) measure(ctx context.Context) error {
	began := time.Now()
	from, n := 0, c.plan.Load.Documents
	if n == 0 {
		var err error
		if from, n, err = c.warmUp(ctx); err != nil {
			return err
		}
	}
	if err := c.pool.sign(ctx, n); err != nil {
		return err
	}
	if err := c.talk.say(ready{c.pool.size(), time.Since(began)}); err != nil {
		return err
	}
	if err := c.talk.hear(&begin{}); err != nil {
		return err
	}
	f, err := c.send(ctx, from)
	if err != nil {
		return err
	}
	return c.talk.say(f)
}

const (
	warmUpEach = 12  // documents of each sender
	spare      = 1.3 // times as many documents as the pace of the warm-up asks for
)

// warmUp sends some documents of each sender. It returns how many each has sent, and how many more to sign.
func (c *clients) warmUp(ctx context.Context) (each, n int, err error) {
	senders := len(c.plan.Senders)
	if err := c.pool.sign(ctx, warmUpEach*senders); err != nil {
		return 0, 0, err
	}
	began := time.Now()
	if _, err := c.submit(ctx, 0, false); err != nil {
		return 0, 0, err
	}
	pace := float64(warmUpEach*senders) / time.Since(began).Seconds()
	c.warmed, c.tooks = len(c.tooks), nil
	return warmUpEach, int(pace*c.plan.Load.For.Seconds()*spare) + senders, nil
}

// send is the measured time. Each sender begins with its document number from.
func (c *clients) send(ctx context.Context, from int) (f figures, err error) {
	delivered, cpu, began := c.arrivals.n.Load(), processorTime(), time.Now()
	sending := ctx
	if c.plan.Load.For > 0 {
		var enough context.CancelFunc
		sending, enough = context.WithTimeout(ctx, c.plan.Load.For)
		defer enough()
	}
	timed := c.plan.Load.For > 0
	if f.RanOut, err = c.submit(sending, from, timed); err != nil {
		return f, err
	}
	if !timed {
		select {
		case <-c.arrivals.all:
		case <-ctx.Done():
			return f, ctx.Err()
		}
	}
	f.Took, f.CPU = time.Since(began), processorTime()-cpu
	f.Accepted, f.Delivered = len(c.tooks), int(c.arrivals.n.Load()-delivered)
	f.Waiting = (c.warmed+f.Accepted)*len(c.plan.Receivers) - int(c.arrivals.n.Load())
	f.P50, f.P99 = quantile(c.tooks, .5), quantile(c.tooks, .99)
	return f, nil
}

// submit sends until ctx ends or all documents are sent; if even, until the first sender has none left, because from
// then on fewer would be sending. It reports whether that happened.
func (c *clients) submit(ctx context.Context, from int, even bool) (ranOut bool, err error) {
	ctx, enough := context.WithCancel(ctx)
	defer enough()
	var out atomic.Bool
	var g errgroup.Group
	for i := range c.plan.Senders {
		g.Go(func() error {
			dry, err := c.submitAll(ctx, i, from)
			if dry && even {
				out.Store(true)
			}
			if dry && even || err != nil {
				enough()
			}
			return err
		})
	}
	err = g.Wait()
	return out.Load(), err
}

func (c *clients) submitAll(ctx context.Context, sender, from int) (dry bool, err error) {
	hub := c.client(c.plan.Senders[sender].ID)
	for n := from; ctx.Err() == nil; n++ {
		raw, err := c.pool.document(sender, n)
		if err != nil || raw == nil {
			return true, err
		}
		began := time.Now()
		r, err := hub.Submit(ctx, raw, client.SubmitOptions{})
		switch {
		case err != nil:
			return false, ended(ctx, err)
		case r.Repeat:
			return false, fmt.Errorf("bench: the hub says it had a new document before: %s", r.ID)
		}
		c.note(time.Since(began))
	}
	return false, nil
}

func (c *clients) note(took time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tooks = append(c.tooks, took)
}

// quantile is the value below which the share q of the durations lies; 0 of none.
func quantile(durations []time.Duration, q float64) time.Duration {
	if len(durations) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(durations))
	return sorted[min(int(q*float64(len(sorted))), len(sorted)-1)]
}
