package weibo

import (
	"net"
	"net/http"
	"time"
)

// readingTransport is an ordinary one: net/http may repeat a GET on a stale connection, which does no harm. Writes have
// connections of their own, see pool.
func readingTransport(o Options) *http.Transport {
	d := &net.Dialer{Timeout: o.DialTimeout, KeepAlive: 15 * time.Second}
	return &http.Transport{
		Proxy:               o.Proxy,
		TLSClientConfig:     o.TLS.Clone(),
		DialContext:         d.DialContext,
		MaxIdleConnsPerHost: o.ReadConns,
		MaxConnsPerHost:     o.ReadConns,
		IdleConnTimeout:     60 * time.Second,
		TLSHandshakeTimeout: o.DialTimeout,
	}
}
