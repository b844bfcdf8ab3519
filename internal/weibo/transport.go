package weibo

import (
	"net"
	"net/http"
	"time"
)

// readingTransport is an ordinary one: net/http may repeat a GET on a stale connection, which does no
// harm. Writes have connections of their own, see pool.
func readingTransport(options Options) *http.Transport {
	d := &net.Dialer{Timeout: options.DialTimeout, KeepAlive: 15 * time.Second}

	return &http.Transport{
		Proxy:               options.Proxy,
		TLSClientConfig:     options.TLS.Clone(),
		DialContext:         d.DialContext,
		MaxIdleConnsPerHost: options.ReadConns,
		MaxConnsPerHost:     options.ReadConns,
		IdleConnTimeout:     60 * time.Second,
		TLSHandshakeTimeout: options.DialTimeout,
	}
}
