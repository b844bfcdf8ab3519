package weibo

import (
	"context"
	"net"
	"net/http"
	"time"
)

// readingTransport is an ordinary one: net/http may repeat a GET on a stale connection, which does no harm.
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

// writingTransport speaks HTTP/1.1 only, over connections that check each attempt's hard end themselves. It is used by
// RoundTrip alone, so no redirect is ever followed; requests have a body and no GetBody, so net/http never repeats one.
func writingTransport(o Options) *http.Transport {
	d := &net.Dialer{Timeout: o.DialTimeout, KeepAlive: 15 * time.Second}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	return &http.Transport{
		Proxy:           o.Proxy,
		TLSClientConfig: o.TLS.Clone(),
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := d.DialContext(ctx, network, address)
			if err != nil {
				return nil, err
			}
			return newGuard(conn, o.UserTimeout), nil
		},
		Protocols:           protocols,
		MaxIdleConns:        0,
		MaxIdleConnsPerHost: o.Conns,
		IdleConnTimeout:     o.IdleLimit,
		TLSHandshakeTimeout: o.DialTimeout,
		DisableCompression:  true,
		WriteBufferSize:     16 << 10,
	}
}
