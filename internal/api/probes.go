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

// probes are what machines ask: is it alive, may it be sent requests, how is it doing. They stand beside /api/v1.
func (a *api) probes() {
	g := a.kit.Group("")
	a.kit.Handle(g, http.MethodGet, "/healthz", web.Open, func(c *gin.Context) error {
		c.String(http.StatusOK, "ok\n")
		return nil
	})
	a.kit.Handle(g, http.MethodGet, "/readyz", web.Open, a.readyz)
	a.kit.Handle(g, http.MethodGet, "/metrics", web.Open, a.metrics)
}

var errNotReady = fault.Unavailable("")

// readyz tells of database and migrations only. A post that is overdue must not take the pause button off the network.
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

// metrics answers this machine itself and the networks that were named, to everybody else it is not there.
func (a *api) metrics(c *gin.Context) error {
	if !a.mayMeasure(c.Request) {
		return fault.NotFound("没有这个页面")
	}
	promhttp.HandlerFor(a.registry, promhttp.HandlerOpts{Timeout: 2 * probeTime}).ServeHTTP(c.Writer, c.Request)
	return nil
}

// mayMeasure looks at the connection itself. A request that a proxy on this machine passed on comes from elsewhere.
func (a *api) mayMeasure(r *http.Request) bool {
	for _, forwarded := range []string{"Forwarded", "X-Forwarded-For", "X-Real-Ip", "Via"} {
		if r.Header.Get(forwarded) != "" {
			return false
		}
	}
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return false
	}
	addr := from.Addr().Unmap()
	for _, net := range a.MetricsFrom {
		if net.Contains(addr) {
			return true
		}
	}
	return addr.IsLoopback()
}
