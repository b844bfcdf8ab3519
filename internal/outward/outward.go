// Package outward fetches from addresses that people typed: links of posts, sources of readings, robots of
// groups. It keeps such an address from reaching what only this machine can see.
//
// The rule: http and https alone; the name is resolved and every address it has must be public; the address
// that is connected to is checked once more by the dialler, since a name may answer differently the second
// time; at most three redirects, each checked anew; one limit of time for all of it; headers and body are
// bounded. A host and port that the operator named is exempt from the rule of addresses, from no other.
package outward

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"
)

// Options says how far the client may go. The zero value goes nowhere private.
type Options struct {
	Allowed []string      // host:port that may be private, as the operator named them
	Timeout time.Duration // of a call with redirects and body; default 10 s
	TLS     *tls.Config   // default the system's roots

	// Lookup resolves a host; default the system's resolver.
	Lookup func(ctx context.Context, host string) ([]netip.Addr, error)

	// Witnesses are names that exist as long as the internet does; default witnesses. Where a name is not
	// known and none of them is either, the resolver knows nothing of the outside: the kind is NoWay.
	Witnesses []string
}

// witnesses are two names of different keepers that everybody's resolver knows.
var witnesses = []string{"www.gov.cn", "weibo.com"}

// Client fetches. It keeps no connection open and no cookie, and is safe for concurrent use.
type Client struct {
	options Options
	http    http.Client
	post    http.Client // the same, which goes where a body was meant for and no further
}

// The bounds that nobody sets.
const (
	MaxRedirects = 3
	maxAddress   = 2048     // bytes of an address
	maxHeader    = 64 << 10 // bytes of an answer's header
	userAgent    = "juzhen"
)

// New makes a client. It opens no connection.
func New(options Options) *Client {
	if options.Timeout <= 0 {
		options.Timeout = 10 * time.Second
	}
	if options.Lookup == nil {
		options.Lookup = func(ctx context.Context, host string) ([]netip.Addr, error) {
			return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
		}
	}
	if options.Witnesses == nil {
		options.Witnesses = witnesses
	}

	c := &Client{options: options}
	c.http = http.Client{
		Transport: &http.Transport{
			DialContext:            c.dial,
			TLSClientConfig:        options.TLS,
			DisableKeepAlives:      true,
			MaxResponseHeaderBytes: maxHeader,
			ForceAttemptHTTP2:      true,
		},
		CheckRedirect: func(r *http.Request, via []*http.Request) error {
			if len(via) > MaxRedirects {
				return &Failure{Kind: Redirects}
			}
			r.Header.Del("Referer")

			return c.check(r.Context(), r.URL)
		},
	}
	c.post = http.Client{
		Transport:     c.http.Transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}

	return c
}

// Answer is what an address gave.
type Answer struct {
	Status int
	Final  string // the address after redirects
	Type   string // Content-Type
	Body   []byte
}

// Get fetches an address. A body of more than maxBytes is cut off and fails with TooLarge; a status is
// no failure. Fails with *Failure.
func (c *Client) Get(ctx context.Context, address string, maxBytes int64) (Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, c.options.Timeout)
	defer cancel()

	r, err := c.do(ctx, http.MethodGet, address)
	if err != nil {
		return Answer{}, err
	}
	defer r.Body.Close()

	return read(r, maxBytes)
}

func read(r *http.Response, maxBytes int64) (answer Answer, err error) {
	answer = Answer{Status: r.StatusCode, Final: r.Request.URL.String(), Type: r.Header.Get("Content-Type")}

	answer.Body, err = io.ReadAll(io.LimitReader(r.Body, maxBytes+1))
	switch {
	case err != nil:
		return Answer{}, failure(err)
	case int64(len(answer.Body)) > maxBytes:
		return Answer{}, &Failure{Kind: TooLarge}
	}

	return answer, nil
}

// Post sends a body and reads what comes back, at most maxBytes of it. It follows no redirect: the answer is
// then the redirect itself. Whatever fails, the address is not in the error, since it may hold a secret.
// Fails
// with *Failure.
func (c *Client) Post(
	ctx context.Context, address, contentType string, body []byte, maxBytes int64,
) (Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, c.options.Timeout)
	defer cancel()

	at, err := Parse(address)
	if err != nil {
		return Answer{}, &Failure{Kind: BadAddress}
	}
	if err := c.check(ctx, at); err != nil {
		return Answer{}, failure(err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, at.String(), bytes.NewReader(body))
	if err != nil {
		return Answer{}, &Failure{Kind: BadAddress}
	}
	r.Header.Set("User-Agent", userAgent)
	r.Header.Set("Content-Type", contentType)

	got, err := c.post.Do(r)

	var named *url.Error
	if errors.As(err, &named) {
		err = named.Err
	}
	if err != nil {
		return Answer{}, failure(err)
	}
	defer got.Body.Close()

	return read(got, maxBytes)
}

// Dial connects to a host and port by the rule of addresses, for what is not HTTP. Fails with *Failure.
func (c *Client) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := c.dial(ctx, network, address)
	if err != nil {
		return nil, failure(err)
	}

	return conn, nil
}

// Allows tells whether the operator named this host and port: it may be private.
func (c *Client) Allows(hostPort string) bool { return c.allowed(hostPort) }

// Seen is what a probe found.
type Seen struct {
	Status int
	Final  string // the address after redirects
}

// Probe looks whether an address answers, by HEAD, and by GET where HEAD is not taken; it reads no body.
// Fails with *Failure.
func (c *Client) Probe(ctx context.Context, address string) (Seen, error) {
	ctx, cancel := context.WithTimeout(ctx, c.options.Timeout)
	defer cancel()

	seen, err := c.probe(ctx, http.MethodHead, address)
	if KindOf(err) == Broken || err == nil && seen.Status >= http.StatusBadRequest {
		return c.probe(ctx, http.MethodGet, address) // servers that refuse HEAD say so in many ways
	}

	return seen, err
}

func (c *Client) probe(ctx context.Context, method, address string) (Seen, error) {
	r, err := c.do(ctx, method, address)
	if err != nil {
		return Seen{}, err
	}
	_ = r.Body.Close()

	return Seen{Status: r.StatusCode, Final: r.Request.URL.String()}, nil
}

func (c *Client) do(ctx context.Context, method, address string) (*http.Response, error) {
	at, err := Parse(address)
	if err != nil {
		return nil, err
	}
	if err := c.check(ctx, at); err != nil {
		return nil, failure(err)
	}

	r, err := http.NewRequestWithContext(ctx, method, at.String(), nil)
	if err != nil {
		return nil, &Failure{Kind: BadAddress, Cause: err}
	}
	r.Header.Set("User-Agent", userAgent)

	answer, err := c.http.Do(r)
	if err != nil {
		return nil, failure(err)
	}

	return answer, nil
}

// Parse reads an address that may be fetched: http or https, with a host, without a name and a password.
// It resolves nothing. Fails with *Failure of kind BadAddress.
func Parse(address string) (*url.URL, error) {
	if len(address) > maxAddress {
		return nil, &Failure{Kind: BadAddress}
	}
	at, err := url.Parse(strings.TrimSpace(address))
	if err != nil {
		return nil, &Failure{Kind: BadAddress, Cause: err}
	}

	return at, wellFormed(at)
}

func wellFormed(at *url.URL) error {
	port := at.Port()
	switch {
	case at.Scheme != "http" && at.Scheme != "https", at.Hostname() == "", at.User != nil, at.Opaque != "",
		strings.HasSuffix(at.Host, ":"), port != "" && len(port) > 5:
		return &Failure{Kind: BadAddress}
	}

	return nil
}

// check holds an address against the rule, its name resolved.
func (c *Client) check(ctx context.Context, at *url.URL) error {
	if err := wellFormed(at); err != nil {
		return err
	}
	if c.allowed(hostPort(at)) {
		return nil
	}
	_, err := c.public(ctx, at.Hostname())

	return err
}

func hostPort(at *url.URL) string {
	port := at.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[at.Scheme]
	}

	return net.JoinHostPort(at.Hostname(), port)
}

func (c *Client) allowed(hostPort string) bool {
	return slices.ContainsFunc(
		c.options.Allowed,
		func(a string) bool { return strings.EqualFold(a, hostPort) },
	)
}

// public resolves a host; all its addresses must be public.
func (c *Client) public(ctx context.Context, host string) ([]netip.Addr, error) {
	addrs, err := c.resolve(ctx, host)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(addrs, func(a netip.Addr) bool { return !Public(a) }) {
		return nil, &Failure{Kind: Private}
	}

	return addrs, nil
}

func (c *Client) resolve(ctx context.Context, host string) ([]netip.Addr, error) {
	if addr, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{addr}, nil
	}

	addrs, err := c.options.Lookup(ctx, host)
	var silent *net.DNSError

	switch {
	case ctx.Err() != nil:
		return nil, &Failure{Kind: TimedOut, Cause: err}
	case errors.As(err, &silent) && !silent.IsNotFound:
		return nil, &Failure{Kind: NoWay, Cause: err}
	case (err != nil || len(addrs) == 0) && c.blind(ctx):
		return nil, &Failure{Kind: NoWay, Cause: err}
	case err != nil || len(addrs) == 0:
		return nil, &Failure{Kind: NoHost, Cause: err}
	}

	return addrs, nil
}

// blind tells whether the resolver says of every name that there is none, as one does that serves an inner
// network alone: what it says of one name then tells nothing about that name.
func (c *Client) blind(ctx context.Context) bool {
	for _, name := range c.options.Witnesses {
		if addrs, err := c.options.Lookup(ctx, name); err == nil && len(addrs) > 0 {
			return false
		}
	}

	return len(c.options.Witnesses) > 0
}

// dial connects to a host and port; the rule is held against the address that is connected to.
func (c *Client) dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	dialer := net.Dialer{Timeout: c.options.Timeout, ControlContext: refusePrivate}
	if c.allowed(address) {
		dialer.ControlContext = nil
	}

	addrs, err := c.resolve(ctx, host)
	if err != nil {
		return nil, err
	}

	var failed error

	for _, addr := range addrs {
		conn, err := dialer.DialContext(ctx, network, net.JoinHostPort(addr.String(), port))
		if err == nil {
			return conn, nil
		}
		var refused *Failure
		if errors.As(err, &refused) {
			return nil, err
		}
		if failed == nil || errors.Is(failed, syscall.ENETUNREACH) { // of a family that this machine has not
			failed = err
		}
	}

	return nil, failed
}
