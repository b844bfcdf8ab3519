package api

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// measure prepares the figures of this process: requests by route, the Go runtime, and sending as a whole.
func (a *api) measure() {
	a.registry = prometheus.NewRegistry()
	requests := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name:    "juzhen_http_request_seconds",
		Help:    "Time to answer a request, by route as registered, method and status.",
		Buckets: []float64{.002, .005, .01, .02, .05, .1, .2, .5, 1, 2, 5, 10},
	}, []string{"method", "route", "status"})
	a.registry.MustRegister(requests, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), &sendingGauges{a})
	a.kit.Engine().Use(watch(requests))
}

// watch measures one request. The route is the pattern, never the address: the number of series stays
// bounded.
func watch(requests *prometheus.HistogramVec) gin.HandlerFunc {
	return func(c *gin.Context) {
		start := time.Now()
		status := http.StatusInternalServerError // stays when the handler panics
		defer func() {
			requests.WithLabelValues(method(c), route(c), strconv.Itoa(status)).
				Observe(time.Since(start).Seconds())
		}()
		c.Next()
		status = c.Writer.Status()
	}
}

func route(c *gin.Context) string {
	if r := c.FullPath(); r != "" {
		return r
	}

	return "(none)"
}

func method(c *gin.Context) string {
	switch m := c.Request.Method; m {
	case http.MethodGet,
		http.MethodHead,
		http.MethodPost,
		http.MethodPut,
		http.MethodPatch,
		http.MethodDelete,
		http.MethodOptions:
		return m
	}

	return "(other)"
}

// sendingGauges asks for the health of sending when somebody measures.
type sendingGauges struct{ *api }

func gauge(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("juzhen_sending_"+name, help, labels, nil)
}

var (
	gaugeUp      = gauge("up", "1 when the health of sending could be read.")
	gaugeHealthy = gauge("healthy", "1 when nothing is overdue, the clock is right and a process works.")
	gaugeOverdue = gauge("overdue", "Deliveries past their time that have not begun.")
	gaugeOldest  = gauge("oldest_overdue_seconds", "Age of the oldest of them; 0 without any.")
	gaugeSuccess = gauge(
		"last_success_timestamp_seconds",
		"When the latest post went out; absent before the first.",
	)
	gaugeQueue     = gauge("deliveries", "Deliveries that are not at their end, by state.", "state")
	gaugePaused    = gauge("paused", "Pauses that are open.")
	gaugeExpiring  = gauge("tokens_expiring", "Live accounts whose token ends soon.")
	gaugeUnusable  = gauge("tokens_unusable", "Live accounts without a usable token.")
	gaugeProcesses = gauge("processes", "Processes that work.")
	gaugeClock     = gauge("clock_offset_seconds", "Clock of this process against the database's.")
)

// Describe names the gauges.
func (g *sendingGauges) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		gaugeUp, gaugeHealthy, gaugeOverdue, gaugeOldest, gaugeSuccess, gaugeQueue, gaugePaused,
		gaugeExpiring, gaugeUnusable, gaugeProcesses, gaugeClock,
	} {
		to <- d
	}
}

// Collect reads them. Health that cannot be read is told by up = 0, and the figures are left out.
func (g *sendingGauges) Collect(to chan<- prometheus.Metric) {
	put := func(d *prometheus.Desc, v float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	ctx, cancel := context.WithTimeout(context.Background(), probeTime)
	defer cancel()
	sending, err := g.health(ctx)
	if err != nil {
		put(gaugeUp, 0)
		return
	}
	put(gaugeUp, 1)
	put(gaugeHealthy, oneIf(sending.Healthy))
	put(gaugeOverdue, float64(sending.Overdue))
	put(gaugeOldest, age(g.Now(), sending.OldestOverdue))
	if sending.LastSuccess != nil {
		put(gaugeSuccess, float64(sending.LastSuccess.UnixMilli())/1000)
	}

	for state, n := range sending.Queue {
		put(gaugeQueue, float64(n), state)
	}
	put(gaugePaused, float64(sending.Paused))
	put(gaugeExpiring, float64(sending.Tokens.Expiring))
	put(gaugeUnusable, float64(sending.Tokens.Unusable))
	put(gaugeProcesses, float64(sending.Processes))
	put(gaugeClock, float64(sending.ClockOffsetMS)/1000)
}

func oneIf(b bool) float64 {
	if b {
		return 1
	}

	return 0
}

func age(now time.Time, at *time.Time) float64 {
	if at == nil {
		return 0
	}

	return now.Sub(*at).Seconds()
}
