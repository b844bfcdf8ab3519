package web

import (
	"bytes"
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
)

// TestOnlyADeclaredProxySpeaksForOthers holds whose word about the sender counts. Before, this
// machine's own addresses were believed undeclared, X-Real-IP beside X-Forwarded-For, and of two lines
// of a header the first, which is the client's.
func TestOnlyADeclaredProxySpeaksForOthers(t *testing.T) {
	t.Parallel()

	const proxy, client, forged = "10.0.0.5:4000", "198.51.100.9", "203.0.113.1"
	for name, x := range map[string]struct {
		proxies, lines []string
		from           string
		head           string // X-Forwarded-For when empty
		want           string
	}{
		"nobody forwards":         {from: "198.51.100.9:4000", want: client},
		"loopback is not special": {from: "127.0.0.1:4000", lines: []string{forged}, want: "127.0.0.1"},
		"nor is its newer form":   {from: "[::1]:4000", lines: []string{forged}, want: "::1"},
		"an undeclared proxy": {
			from:    proxy,
			lines:   []string{forged},
			proxies: []string{"10.0.0.6/32"},
			want:    "10.0.0.5",
		},
		"a declared one": {
			from:    proxy,
			lines:   []string{client},
			proxies: []string{"10.0.0.5/32"},
			want:    client,
		},
		"by its network": {
			from:    proxy,
			lines:   []string{client},
			proxies: []string{"10.0.0.0/8"},
			want:    client,
		},
		"loopback, declared": {
			from:    "127.0.0.1:4000",
			lines:   []string{client},
			proxies: []string{"127.0.0.1/32"},
			want:    client,
		},
		"in the newer form": {
			from:    "[::ffff:10.0.0.5]:4000",
			lines:   []string{client},
			proxies: []string{"10.0.0.5/32"},
			want:    client,
		},
		"the client forged before it": {
			from:    proxy,
			lines:   []string{forged + ", " + client},
			proxies: []string{"10.0.0.5/32"},
			want:    client,
		},
		"in a line of its own": {
			from:    proxy,
			lines:   []string{forged, client},
			proxies: []string{"10.0.0.5/32"},
			want:    client,
		},
		"two declared proxies": {
			from:    proxy,
			lines:   []string{forged + "," + client + ",10.0.0.6"},
			proxies: []string{"10.0.0.0/8"},
			want:    client,
		},
		"no address": {
			from:    proxy,
			lines:   []string{"unknown"},
			proxies: []string{"10.0.0.5/32"},
			want:    "10.0.0.5",
		},
		"another header": {
			from:    proxy,
			lines:   []string{forged},
			head:    "X-Real-Ip",
			proxies: []string{"10.0.0.5/32"},
			want:    "10.0.0.5",
		},
		"another header from loopback": {
			from: "127.0.0.1:4000", lines: []string{forged}, head: "X-Real-Ip", want: "127.0.0.1",
		},
		"the header of a cloud's proxy": {
			from:    proxy,
			lines:   []string{forged},
			head:    "Cf-Connecting-Ip",
			proxies: []string{"10.0.0.5/32"},
			want:    "10.0.0.5",
		},
	} {
		kit := newKit(t, func(options *Options) {
			for _, p := range x.proxies {
				options.Proxies = append(options.Proxies, netip.MustParsePrefix(p))
			}
		})
		kit.Handle(
			kit.Group(""),
			http.MethodGet,
			"/who",
			Open,
			func(c *gin.Context) error { c.String(200, c.ClientIP()); return nil },
		)
		r := httptest.NewRequest("GET", "/who", nil)
		r.RemoteAddr = x.from
		head := x.head
		if head == "" {
			head = forwardedFor
		}
		r.Header[head] = x.lines
		w := httptest.NewRecorder()
		kit.Handler().ServeHTTP(w, r)
		if w.Body.String() != x.want {
			t.Errorf("%s: %s, want %s", name, w.Body, x.want)
		}
	}
}

func TestAnUndeclaredProxyIsToldOnce(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer

	kit := newKit(t, func(options *Options) { options.Log = slog.New(slog.NewTextHandler(&log, nil)) })
	for range 3 {
		ask(t, kit, "GET", "/signin", "", nil, forwardedFor, "203.0.113.1")
	}
	if n := strings.Count(log.String(), "JUZHEN_TRUSTED_PROXIES"); n != 1 {
		t.Errorf("told %d times: %s", n, &log)
	}
}

// TestThePublicOriginIsOurs holds what browsers send where the console is reached without TLS: no
// Sec-Fetch-Site, and an Origin that a proxy has separated from the Host it passes on. Signing in was
// refused with 403 then.
func TestThePublicOriginIsOurs(t *testing.T) {
	t.Parallel()

	for name, x := range map[string]struct {
		public, host, origin, site string
		want                       int
	}{
		"own name": {
			"http://juzhen.intranet", "juzhen.intranet", "http://juzhen.intranet", "", 204,
		},
		"the proxy's name for us": {
			"http://juzhen.intranet", "10.0.0.7:8080", "http://juzhen.intranet", "", 204,
		},
		"with a port": {
			"http://juzhen.intranet:8000", "127.0.0.1:8080", "http://juzhen.intranet:8000", "", 204,
		},
		"the scheme's own port": {
			"http://Juzhen.Intranet:80", "127.0.0.1:8080", "http://juzhen.intranet", "", 204,
		},
		"TLS ends before us": {
			"https://juzhen.gov.example", "127.0.0.1:8080", "https://juzhen.gov.example",
			"same-origin", 204,
		},
		"TLS, and an old browser": {
			"https://juzhen.gov.example:443", "127.0.0.1:8080", "https://juzhen.gov.example", "",
			204,
		},
		"a program": {"http://juzhen.intranet", "10.0.0.7:8080", "", "", 204},
		"another site": {
			"http://juzhen.intranet", "juzhen.intranet", "http://evil.example", "", 403,
		},
		"another site, to the proxy's name": {
			"http://juzhen.intranet", "10.0.0.7:8080", "http://evil.example", "", 403,
		},
		"another port": {
			"http://juzhen.intranet", "10.0.0.7:8080", "http://juzhen.intranet:81", "", 403,
		},
		"another scheme": {
			"https://juzhen.gov.example", "127.0.0.1:8080", "http://juzhen.gov.example", "", 403,
		},
		"no origin": {"http://juzhen.intranet", "juzhen.intranet", "null", "", 403},
		"told by the browser": {
			"http://juzhen.intranet", "juzhen.intranet", "http://evil.example", "cross-site", 403,
		},
	} {
		kit := newKit(t, func(options *Options) {
			options.PublicURL = x.public
			options.Hosts = []string{"10.0.0.7"}
		})
		kit.Handle(
			kit.Group(""),
			http.MethodPost,
			"/signin",
			Open,
			func(c *gin.Context) error { c.Status(204); return nil },
		)
		r := httptest.NewRequest("POST", "/signin", strings.NewReader(url.Values{"username": {"x"}}.Encode()))

		r.Host = x.host
		for head, value := range map[string]string{"Origin": x.origin, "Sec-Fetch-Site": x.site} {
			if value != "" {
				r.Header.Set(head, value)
			}
		}
		w := httptest.NewRecorder()
		kit.Handler().ServeHTTP(w, r)
		if w.Code != x.want {
			t.Errorf("%s: %d, want %d", name, w.Code, x.want)
		}
	}
}

// TestOnlyKnownHostsAreAnswered: a stranger's name that points here would make a stranger's page one of ours.
func TestOnlyKnownHostsAreAnswered(t *testing.T) {
	t.Parallel()
	kit := newKit(t, func(options *Options) {
		options.PublicURL = "https://juzhen.gov.example"
		options.Hosts = []string{"console.intranet", "10.0.0.7", "fd00::7"}
	})
	kit.Handle(
		kit.Group(""),
		http.MethodGet,
		"/healthz",
		Open,
		func(c *gin.Context) error { c.Status(200); return nil },
	)

	for host, want := range map[string]int{
		"juzhen.gov.example": 200, "juzhen.gov.example:443": 200, "JUZHEN.gov.example.": 200, "console.intranet:8080": 200,
		"10.0.0.7:8080": 200, "[fd00::7]:8080": 200, "localhost:8080": 200, "127.0.0.1": 200, "127.9.9.9:1": 200, "[::1]:8080": 200,
		"192.0.2.4:8080": 200, // where this connection came in
		"192.0.2.5:8080": 421, "evil.example": 421, "juzhen.gov.example.evil.example": 421, "xjuzhen.gov.example": 421,
		"localhost.evil.example": 421, "127.0.0.1.evil.example": 421, "": 421, "0.0.0.0": 421, "[fd00::8]": 421, "2130706433": 421,
	} {
		for path, want := range map[string]int{"/signin": want, "/api/v1/posts": want, "/healthz": 200} {
			r := httptest.NewRequest("GET", path, nil)
			r.Host = host
			r = r.WithContext(context.WithValue(r.Context(), http.LocalAddrContextKey, &net.TCPAddr{
				IP:   net.IPv4(192, 0, 2, 4),
				Port: 8080,
			}))
			r.Header.Set("X-Forwarded-Host", "juzhen.gov.example") // says nothing
			w := httptest.NewRecorder()
			kit.Handler().ServeHTTP(w, r)
			if refused := w.Code == http.StatusMisdirectedRequest; refused != (want == http.StatusMisdirectedRequest) {
				t.Errorf("%q %s: %d, want %d", host, path, w.Code, want)
			} else if refused &&
				(!strings.Contains(w.Body.String(), "https://juzhen.gov.example") || strings.Contains(w.Body.String(), "evil")) {
				t.Errorf("%q %s says %s", host, path, w.Body)
			}
		}
	}
}

// TestCookiesAreOfThisHostAlone holds their names under https and without.
func TestCookiesAreOfThisHostAlone(t *testing.T) {
	t.Parallel()

	for public, want := range map[string]string{
		"https://juzhen.gov.example": "__Host-juzhen_session",
		"http://localhost:8080":      "juzhen_session",
	} {
		kit := newKit(t, func(options *Options) { options.PublicURL = public })
		kit.Handle(kit.Group(""), http.MethodGet, "/in", access.PostWrite, func(c *gin.Context) error {
			kit.SetSession(c, "writer", noon.Add(3600e9))
			c.Status(200)
			return nil
		})
		w, _ := ask(t, kit, "GET", "/in", "", nil, "Cookie", want+"=writer")
		if w.Code != http.StatusOK {
			t.Errorf("%s: the own cookie gives %d", public, w.Code)
		}

		for _, cookie := range w.Result().Cookies() {
			if cookie.Name != want || cookie.Path != "/" || cookie.Domain != "" || !cookie.HttpOnly ||
				cookie.Secure != strings.HasPrefix(public, "https") {
				t.Errorf("%s: %+v", public, cookie)
			}
		}

		w, _ = ask(t, kit, "POST", "/preferences", "", url.Values{"theme": {"dark"}})
		for _, cookie := range w.Result().Cookies() {
			if strings.HasPrefix(cookie.Name, "__Host-") != strings.HasPrefix(public, "https") {
				t.Errorf("%s: %s", public, cookie.Name)
			}
		}
	}
	k := newKit(t, func(options *Options) { options.PublicURL = "https://juzhen.gov.example" })
	k.Handle(
		k.Group(""),
		http.MethodGet,
		"/in",
		access.PostWrite,
		func(c *gin.Context) error { c.Status(200); return nil },
	)
	if w, _ := ask(t, k, "GET", "/in", "writer", nil); w.Code == http.StatusOK {
		t.Error("under https a cookie that another host of the domain can put is taken")
	}
}
