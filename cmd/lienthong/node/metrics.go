package node

import (
	"context"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/api"
	"github.com/lienthong/lienthong/store/bolt"
)

// metrics are what is counted of one hub. Labels are words of the hub's own tables, never anything from outside.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	refusals *prometheus.CounterVec
	took     *prometheus.HistogramVec
	accepted *prometheus.CounterVec
	outcomes *prometheus.CounterVec
	delays   prometheus.Counter
	raised   *prometheus.CounterVec
	jumps    prometheus.Counter
	rejudged *prometheus.CounterVec
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "lienthong_requests_total",
			Help: "Requests answered, by route and HTTP status."}, []string{"route", "status"}),
		refusals: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "lienthong_refusals_total",
			Help: "Requests refused, by route and the problem's code."}, []string{"route", "code"}),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "lienthong_request_seconds",
			Help:    "Time from a request's head to the end of its answer, by route.",
			Buckets: []float64{.002, .005, .01, .02, .05, .1, .2, .5, 1, 2, 5, 10, 30}}, []string{"route"}),
		accepted: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "lienthong_accepted_total",
			Help: "Messages accepted, by class; repeats are not counted."}, []string{"class"}),
		outcomes: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "lienthong_outcomes_total",
			Help: "Outcomes of attempts at delivery."}, []string{"outcome"}),
		delays: prometheus.NewCounter(prometheus.CounterOpts{Name: "lienthong_delays_told_total",
			Help: "Documents whose senders were told that they have not reached everybody."}),
		raised: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "lienthong_raised_total",
			Help: "Deliveries that people are to be told of: a recall unanswered in time (silent), 20 hand-outs (stuck)."}, []string{"why"}),
		jumps: prometheus.NewCounter(prometheus.CounterOpts{Name: "lienthong_clock_jumps_total",
			Help: "Jumps of the machine's clock by more than half a minute."}),
		rejudged: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "lienthong_revocation_rejudged_total",
			Help: "Accepted documents of whose signer more became known: good, or revoked before they were accepted."}, []string{"state"}),
	}
	m.rejudged.WithLabelValues(string(exchange.RevocationRevoked)) // so that the first one is a rise
	m.raised.WithLabelValues(string(exchange.Silent))
	m.raised.WithLabelValues(string(exchange.Stuck))
	m.registry.MustRegister(m.raised, m.requests, m.refusals, m.took, m.accepted, m.outcomes, m.delays, m.jumps, m.rejudged,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Metrics serves the hub's figures in Prometheus' form.
func (n *Node) Metrics() http.Handler {
	return promhttp.HandlerFor(n.metrics.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 2, Timeout: 10 * time.Second})
}

func (m *metrics) observe(a api.Answered) {
	m.requests.WithLabelValues(a.Route, strconv.Itoa(a.Status)).Inc()
	m.took.WithLabelValues(a.Route).Observe(a.Took.Seconds())
	if a.Code != "" {
		m.refusals.WithLabelValues(a.Route, string(a.Code)).Inc()
	}
}

func (m *metrics) rejudge(d exchange.Message) {
	m.rejudged.WithLabelValues(string(d.Revocation.State)).Inc()
}

// visited counts a request of the console as one of the API's: the routes tell them apart.
func (m *metrics) visited(route string, status int, code exchange.Kind, took time.Duration) {
	m.observe(api.Answered{Route: route, Status: status, Code: code, Took: took})
}

// watch adds what is read when somebody looks. None of it costs a write.
func (m *metrics) watch(n *Node) {
	m.registry.MustRegister(
		n.Revocation, certificates{n.endings, n.clock},
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "lienthong_revocation_waiting",
			Help: "Accepted documents that wait for evidence of revocation."}, n.waiting),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "lienthong_clock_synchronised",
			Help: "1 while the kernel says that the clock is kept right."}, n.synchronised),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "lienthong_clock_max_error_seconds",
			Help: "By how much the clock may be wrong, by the kernel's word; 0 where it says nothing."},
			func() float64 { s, _ := n.Hub.Time.State(); return s.MaxError.Seconds() }),
		queue{n.Store, prometheus.NewDesc("lienthong_deliveries", "Deliveries, by state.", []string{"state"}, nil)},
		prometheus.NewCounterFunc(prometheus.CounterOpts{Name: "lienthong_store_commits_total",
			Help: "Commits of the store since the start; each costs two syncs."},
			func() float64 { return float64(n.Store.Commits()) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "lienthong_bodies_in_flight_bytes",
			Help: "Bytes of bodies that are being taken."},
			func() float64 { return float64(n.api.Budget.Used()) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "lienthong_dispatcher_tick_timestamp_seconds",
			Help: "When the dispatcher last looked at its queue."},
			func() float64 { return float64(n.Dispatcher.LastTick().UnixMilli()) / 1000 }),
	)
}

func (n *Node) waiting() float64 {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	waiting, err := n.Store.Unproven(ctx)
	if err != nil {
		return -1
	}
	return float64(waiting)
}

func (n *Node) synchronised() float64 {
	if s, _ := n.Hub.Time.State(); s.Synchronised {
		return 1
	}
	return 0
}

// queue collects the store's roll-up of deliveries.
type queue struct {
	store *bolt.Store
	desc  *prometheus.Desc
}

func (q queue) Describe(ch chan<- *prometheus.Desc) { ch <- q.desc }

func (q queue) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	counts, err := q.store.Counts(ctx, "", "")
	if err != nil {
		ch <- prometheus.NewInvalidMetric(q.desc, err)
		return
	}
	for _, s := range []exchange.State{exchange.Queued, exchange.Held, exchange.Delivered, exchange.Withdrawn, exchange.DeadLettered} {
		ch <- prometheus.MustNewConstMetric(q.desc, prometheus.GaugeValue, float64(counts[s]), string(s))
	}
}

// counted is the store as the hub uses it, with what came of each act counted.
type counted struct {
	*bolt.Store
	metrics *metrics
	log     *slog.Logger
}

// raise tells the operator of a delivery that people are to act on, once for each concern.
func (c counted) raise(why exchange.Concern, d exchange.Delivery) {
	c.metrics.raised.WithLabelValues(string(why)).Inc()
	c.log.Warn("a delivery is to be raised to people", "why", why, "delivery", d.ID, "message", d.Message, "addressee", d.Addressee, "attempt", d.Attempt)
}

// Lease raises what is handed out for the last time that is nobody's business.
func (c counted) Lease(ctx context.Context, r exchange.LeaseRequest) ([]exchange.Lease, error) {
	leases, err := c.Store.Lease(ctx, r)
	for _, l := range leases {
		if l.Delivery.Attempt == exchange.StuckAfter {
			c.raise(exchange.Stuck, l.Delivery)
		}
	}
	return leases, err
}

// Lapse raises the recall that it ends.
func (c counted) Lapse(ctx context.Context, id exchange.DeliveryID, now time.Time, notice *exchange.Acceptance) (exchange.Delivery, error) {
	d, err := c.Store.Lapse(ctx, id, now, notice)
	if err == nil {
		c.raise(exchange.Silent, d)
	}
	return d, err
}

func (c counted) Accept(ctx context.Context, a *exchange.Acceptance) (*exchange.Receipt, error) {
	r, err := c.Store.Accept(ctx, a)
	if err == nil && !r.Repeat {
		c.metrics.accepted.WithLabelValues(string(r.Message.Class)).Inc()
	}
	return r, err
}

func (c counted) Settle(ctx context.Context, s exchange.Settlement) (exchange.Delivery, error) {
	d, err := c.Store.Settle(ctx, s)
	if err == nil {
		c.metrics.outcomes.WithLabelValues(string(s.Outcome.Result)).Inc()
	}
	return d, err
}

func (c counted) Acknowledge(ctx context.Context, a exchange.Acknowledgement) (exchange.Delivery, error) {
	d, err := c.Store.Acknowledge(ctx, a)
	if err == nil && !d.Ended.Before(a.Now) { // a repeat ended before
		c.metrics.outcomes.WithLabelValues("acknowledged").Inc()
	}
	return d, err
}

func (c counted) TellDelay(ctx context.Context, id exchange.MessageID, now time.Time, notice *exchange.Acceptance) error {
	err := c.Store.TellDelay(ctx, id, now, notice)
	if err == nil {
		c.metrics.delays.Inc()
	}
	return err
}

func (c counted) Expire(ctx context.Context, id exchange.DeliveryID, now time.Time, notice *exchange.Acceptance) (exchange.Delivery, error) {
	d, err := c.Store.Expire(ctx, id, now, notice)
	if err == nil {
		c.metrics.outcomes.WithLabelValues("expired").Inc()
	}
	return d, err
}
