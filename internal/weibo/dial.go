package weibo

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
)

// route says where the connections of a request lead.
type route struct {
	secure bool
	host   string // the server's host:port
	proxy  string // URL of the proxy on the way; empty: none
}

// routeTo is the way to u; with a proxy, if the operator named one for it.
func routeTo(
	address *url.URL,
	proxy func(*http.Request) (*url.URL, error),
) (to route, via *url.URL, err error) {
	if to = (route{
		secure: address.Scheme == "https",
		host:   hostPort(address),
	}); address.Host == "" || !to.secure && address.Scheme != "http" {
		return to, nil, fmt.Errorf("weibo: %q is no address of an interface", address.Redacted())
	}
	if proxy == nil {
		return to, nil, nil
	}
	via, err = proxy(&http.Request{
		Method: http.MethodPost, URL: address, Host: address.Host, Header: http.Header{},
	})
	if err != nil || via == nil {
		return to, nil, err
	}
	if via.Scheme != "http" && via.Scheme != "https" {
		return to, nil, fmt.Errorf("weibo: proxies of the kind %q are not supported", via.Scheme)
	}
	to.proxy = via.String()

	return to, via, nil
}

func hostPort(address *url.URL) string {
	port := address.Port()
	switch {
	case port != "":
	case address.Scheme == "https":
		port = "443"
	default:
		port = "80"
	}

	return net.JoinHostPort(address.Hostname(), port)
}

// dial opens a line. Nothing of a request is written by it: handshakes and the proxy's greeting are no
// bytes of a request.
func (p *pool) dial(ctx context.Context, to route) (*line, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*p.dialTimeout)
	defer cancel()
	first, via := to.host, (*url.URL)(nil)
	if to.proxy != "" {
		address, err := url.Parse(to.proxy)
		if err != nil {
			return nil, err
		}
		first, via = hostPort(address), address
	}
	raw, err := p.dialer.DialContext(ctx, "tcp", first)
	if err != nil {
		return nil, err
	}
	guardConn := newGuard(raw, p.userTimeout)
	conn, err := p.secure(ctx, guardConn, to, via)
	if err != nil {
		_ = raw.Close()
		return nil, err
	}

	return newLine(to, guardConn, conn), nil
}

// secure makes of a fresh connection one that ends at the server, by way of the proxy and of TLS as the
// route wants it.
func (p *pool) secure(ctx context.Context, g *guardConn, to route, via *url.URL) (conn net.Conn, err error) {
	conn = g
	if via != nil && via.Scheme == "https" {
		if conn, err = p.handshake(ctx, conn, via.Hostname()); err != nil {
			return nil, err
		}
	}
	if !to.secure {
		return conn, nil
	}
	if via != nil {
		if err := tunnel(ctx, conn, to.host, via); err != nil {
			return nil, err
		}
	}
	name, _, err := net.SplitHostPort(to.host)
	if err != nil {
		return nil, err
	}

	return p.handshake(ctx, conn, name)
}

func (p *pool) handshake(ctx context.Context, conn net.Conn, name string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, p.dialTimeout)
	defer cancel()
	cfg := p.tls.Clone()
	if cfg.ServerName == "" {
		cfg.ServerName = name
	}
	t := tls.Client(conn, cfg)

	return t, t.HandshakeContext(ctx)
}

// tunnel asks the proxy for a way through to the server.
func tunnel(ctx context.Context, conn net.Conn, host string, via *url.URL) error {
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	req := &http.Request{
		Method: http.MethodConnect,
		URL:    &url.URL{Opaque: host},
		Host:   host,
		Header: proxyHeader(via),
	}
	if err := req.Write(conn); err != nil {
		return err
	}
	reader := bufio.NewReader(conn)
	resp, err := http.ReadResponse(reader, req) //nolint:bodyclose // the answer to CONNECT has none
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK || reader.Buffered() > 0 {
		return fmt.Errorf("weibo: the proxy answered %s", resp.Status)
	}
	if !stop() {
		return errors.Join(ctx.Err(), context.Cause(ctx))
	}

	return nil
}

// proxyHeader holds the name and password the operator gave for the proxy.
func proxyHeader(via *url.URL) http.Header {
	h := http.Header{"User-Agent": {userAgent}}
	if via != nil && via.User != nil {
		password, _ := via.User.Password()
		h.Set(
			"Proxy-Authorization",
			"Basic "+base64.StdEncoding.EncodeToString([]byte(via.User.Username()+":"+password)),
		)
	}

	return h
}
