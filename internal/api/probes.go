package api

import (
	"context"
	"net/http"
	"net/netip"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"juzhen/internal/fault"
	"juzhen/internal/web"
)

// probeTime bounds a look at the database for a probe.
const probeTime = 3 * time.Second

// probes are what machines ask: is it alive, may it be sent requests. They stand beside /api/v1.
func (a *api) probes() {
	g := a.kit.Group("")
	a.kit.Handle(g, http.MethodGet, "/healthz", web.Open, func(c *gin.Context) error {
		c.String(http.StatusOK, "ok\n")
		return nil
	})
	a.kit.Handle(g, http.MethodGet, "/readyz", web.Open, a.readyz)
}

var errNotReady = fault.Unavailable("")

// readyz tells of database and migrations only. A post that is overdue must not take the pause button
// off the network.
func (a *api) readyz(c *gin.Context) error {
	ctx, cancel := context.WithTimeout(c.Request.Context(), probeTime)
	defer cancel()
	if a.Ready != nil {
		if err := a.Ready(ctx); err != nil {
			a.Log.Warn("not ready", "err", err)
			web.RetryAfter(c, errNotReady)
			c.String(http.StatusServiceUnavailable, "not ready\n")

			return nil
		}
	}
	c.String(http.StatusOK, "ready\n")

	return nil
}

// metrics are the figures of this process for Prometheus, on a listener of their own: nothing of what
// people reach. MetricsFrom may narrow who reads them where that listener is open to a network; this
// machine itself always may.
func (a *api) metrics() http.Handler {
	figures := promhttp.HandlerFor(a.registry, promhttp.HandlerOpts{Timeout: 2 * probeTime})
	mux := http.NewServeMux()
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, r *http.Request) {
		if !a.mayMeasure(r) {
			http.NotFound(w, r)
			return
		}
		figures.ServeHTTP(w, r)
	})

	return mux
}

// mayMeasure looks at the connection itself; what a header says of another sender counts for nothing here.
func (a *api) mayMeasure(r *http.Request) bool {
	if len(a.MetricsFrom) == 0 {
		return true
	}
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return false
	}

	addr := from.Addr().Unmap()
	for _, network := range a.MetricsFrom {
		if network.Contains(addr) {
			return true
		}
	}

	return addr.IsLoopback()
}
