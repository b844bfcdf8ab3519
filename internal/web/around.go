package web

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"juzhen/internal/fault"
)

// forwardedFor is the one header in which a declared proxy says who asked it. X-Real-IP, Forwarded and
// all others are never read, and neither are those that claim another host or scheme: JUZHEN_PUBLIC_URL
// says these.
const forwardedFor = "X-Forwarded-For"

// trustProxies has Gin's ClientIP believe forwardedFor from these networks alone, this machine's own
// addresses included.
func trustProxies(e *gin.Engine, proxies []netip.Prefix) error {
	e.RemoteIPHeaders = []string{forwardedFor}

	networks := make([]string, len(proxies))
	for i, p := range proxies {
		networks[i] = p.String()
	}

	return e.SetTrustedProxies(networks)
}

// forwarded joins the header where it came in several lines: a client's own line stands before the one
// that the proxy added, and only the last counts. The first header from a sender that was not declared
// is told to the operator.
func (k *Kit) forwarded(c *gin.Context) {
	if lines := c.Request.Header.Values(forwardedFor); len(lines) > 0 {
		c.Request.Header.Set(forwardedFor, strings.Join(lines, ","))
		if !k.isProxy(c.RemoteIP()) {
			k.undeclared.Do(func() {
				k.opts.Log.Warn(
					"forwarded address from a proxy that JUZHEN_TRUSTED_PROXIES does not name is not believed",
					"from",
					c.RemoteIP(),
				)
			})
		}
	}
	c.Next()
}

func (k *Kit) isProxy(address string) bool {
	addr, err := netip.ParseAddr(address)
	if err != nil {
		return false
	}

	for _, p := range k.opts.Proxies {
		if p.Contains(addr.Unmap()) {
			return true
		}
	}

	return false
}

// originOf is the origin of an address as browsers write it: lower case, without the scheme's own port.
func originOf(address *url.URL) string {
	host := strings.ToLower(address.Host)
	if port := address.Port(); port == map[string]string{"http": "80", "https": "443"}[address.Scheme] {
		host = strings.TrimSuffix(host, ":"+port)
	}

	return address.Scheme + "://" + host
}

// nameOf is the name in a Host header or an address, without port, brackets, case and the dot that ends
// a whole name.
func nameOf(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")

	return strings.ToLower(strings.TrimSuffix(host, "."))
}

// hosts are the names the console is called by. An unlisted one may be a stranger's that points at this
// machine, so that the pages of a stranger count as ours in the reader's browser (DNS rebinding).
type hosts map[string]bool

func newHosts(names []string) hosts {
	h := hosts{}

	for _, n := range names {
		if n = nameOf(n); n != "" {
			h[n] = true
		}
	}

	return h
}

// allow tells whether a request may use the name it used: a listed one, this machine's for itself, or
// the very address at which the request came in, which is nobody's name.
func (h hosts) allow(r *http.Request) bool {
	name := nameOf(r.Host)
	if h[name] || name == "localhost" {
		return true
	}
	addr, err := netip.ParseAddr(name)
	if err != nil {
		return false
	}
	addr = addr.Unmap().WithZone("")
	if addr.IsLoopback() {
		return true
	}
	local, _ := r.Context().Value(http.LocalAddrContextKey).(*net.TCPAddr)

	return local != nil && local.AddrPort().Addr().Unmap().WithZone("") == addr
}

// errMisdirected names the address that works; the one that was used is not repeated.
func (k *Kit) errMisdirected() error {
	return fault.Forbidden("本控制台不以这个主机名提供服务，请使用 {.address}。确需使用时，请管理员把主机名写入 JUZHEN_ALLOWED_HOSTS",
		"address", k.opts.PublicURL).WithCode("misdirected")
}

// known refuses what is meant for another host: 421. Machines that only ask whether the console is
// alive may do so by any name.
func (k *Kit) known(c *gin.Context) {
	probe := c.Request.URL.Path == "/healthz" || c.Request.URL.Path == "/readyz"
	if k.opts.Hosts == nil || probe || k.hosts.allow(c.Request) {
		c.Next()
		return
	}
	err := k.errMisdirected()
	if isAPI(c) {
		k.Problem(c, err)
	} else { // no page: its styles and scripts would be refused too
		pub := fault.Public(err)
		c.String(StatusOf(err), fmt.Sprintln(k.Printer(c).T(pub.Text, pub.Args...)))
	}
	c.Abort()
}
