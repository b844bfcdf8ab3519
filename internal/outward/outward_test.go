package outward_test

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"juzhen/internal/outward"
)

// near is a server on this machine with a client that was told it may go there, and nowhere else.
func near(t *testing.T, h http.HandlerFunc, options outward.Options) (*outward.Client, string) {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	options.Allowed = append(options.Allowed, strings.TrimPrefix(server.URL, "http://"))

	return outward.New(options), server.URL
}

func wantKind(t *testing.T, err error, want outward.Kind) {
	t.Helper()
	if got := outward.KindOf(err); got != want {
		t.Errorf("%v: %q, want %q", err, got, want)
	}
}

func TestGetFollowsThreeRedirectsAndNoMore(t *testing.T) {
	t.Parallel()
	client, base := near(t, func(w http.ResponseWriter, r *http.Request) {
		if left := strings.TrimPrefix(r.URL.Path, "/"); left != "" {
			http.Redirect(w, r, "/"+left[1:], http.StatusFound)
			return
		}
		if r.Header.Get("Referer") != "" || r.Header.Get("Cookie") != "" {
			t.Error("tells where it came from")
		}
		_, _ = io.WriteString(w, "{}")
	}, outward.Options{})

	answer, err := client.Get(t.Context(), base+"/xxx", 100)
	if err != nil || string(answer.Body) != "{}" || answer.Final != base+"/" || answer.Status != 200 {
		t.Errorf("%+v, %v", answer, err)
	}
	_, err = client.Get(t.Context(), base+"/xxxx", 100)
	wantKind(t, err, outward.Redirects)
}

func TestNoPrivateAddressIsReached(t *testing.T) {
	t.Parallel()
	var reached atomic.Bool
	inner := httptest.NewServer(
		http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Store(true) }),
	)
	t.Cleanup(inner.Close)
	port := inner.URL[strings.LastIndex(inner.URL, ":"):]

	client, base := near(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, r.URL.Query().Get("to"), http.StatusFound)
	}, outward.Options{Lookup: func(_ context.Context, host string) ([]netip.Addr, error) {
		return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
	}})

	for _, to := range []string{
		inner.URL, "http://localhost" + port, "http://[::1]" + port, "http://[::ffff:127.0.0.1]" + port,
		"http://intranet.example" + port, "http://10.0.0.1/", "http://169.254.169.254/latest/meta-data",
		"http://0.0.0.0" + port, "http://[fe80::1%25lo]" + port, "http://2130706433" + port,
	} {
		_, err := client.Get(t.Context(), to, 100)
		wantKind(t, err, outward.Private)
		_, err = client.Get(t.Context(), base+"/?to="+url.QueryEscape(to), 100)
		wantKind(t, err, outward.Private)
		_, err = client.Probe(t.Context(), base+"/?to="+url.QueryEscape(to))
		wantKind(t, err, outward.Private)
	}
	if reached.Load() {
		t.Error("what only this machine sees was reached")
	}
}

// TestEachHopOfARedirectIsCheckedAnew: the first three addresses may be reached, whichever comes then may not
// lead inside.
func TestEachHopOfARedirectIsCheckedAnew(t *testing.T) {
	t.Parallel()
	var reached, hops atomic.Int32
	inner := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Add(1) }))
	t.Cleanup(inner.Close)
	client, base := near(t, func(w http.ResponseWriter, r *http.Request) {
		hops.Add(1)
		if left := r.URL.Path[1:]; left != "" {
			http.Redirect(w, r, "/"+left[1:]+"?"+r.URL.RawQuery, http.StatusFound)
			return
		}
		http.Redirect(w, r, r.URL.Query().Get("to"), http.StatusFound)
	}, outward.Options{})

	for before, path := range []string{"/", "/x", "/xx"} {
		for _, to := range []string{inner.URL, "http://10.0.0.1/", "http://192.168.1.1:8080/", "http://[fd00::1]"} {
			hops.Store(0)
			_, err := client.Get(t.Context(), base+path+"?to="+url.QueryEscape(to), 100)
			wantKind(t, err, outward.Private)
			if int(hops.Load()) != before+1 {
				t.Errorf("%s to %s: %d hops were made, want %d", path, to, hops.Load(), before+1)
			}
		}
		_, err := client.Get(t.Context(), base+path+"?to=file:///etc/passwd", 100)
		wantKind(t, err, outward.BadAddress)
	}
	if reached.Load() > 0 {
		t.Error("what only this machine sees was reached")
	}
}

// TestARedirectToANameThatTurnsInside: the name is public when the hop is checked and private at its dial.
func TestARedirectToANameThatTurnsInside(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	client, base := near(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://rebind.example/", http.StatusFound)
	}, outward.Options{Lookup: func(context.Context, string) ([]netip.Addr, error) {
		if asked.Add(1) == 1 {
			return []netip.Addr{netip.MustParseAddr("110.242.68.66")}, nil
		}

		return []netip.Addr{netip.MustParseAddr("10.0.0.1")}, nil
	}})

	_, err := client.Get(t.Context(), base, 100)
	wantKind(t, err, outward.Private)
	if asked.Load() != 2 {
		t.Errorf("resolved %d times", asked.Load())
	}
}

// TestAResolverThatKnowsNothingProvesNothing: what is not known is unknown only where other names are known.
func TestAResolverThatKnowsNothingProvesNothing(t *testing.T) {
	t.Parallel()

	for name, c := range map[string]struct {
		knows string
		want  outward.Kind
	}{
		"no name at all":    {"", outward.NoWay},
		"one witness":       {"weibo.com", outward.NoHost},
		"the other witness": {"www.gov.cn", outward.NoHost},
	} {
		client := outward.New(
			outward.Options{Lookup: func(_ context.Context, host string) ([]netip.Addr, error) {
				if host == c.knows {
					return []netip.Addr{netip.MustParseAddr("110.242.68.66")}, nil
				}

				return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
			}},
		)
		if _, err := client.Get(t.Context(), "http://none.example/", 10); outward.KindOf(err) != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

// TestANameThatAnswersOtherwiseTheSecondTime: the check sees a public address, the dial a private one.
func TestANameThatAnswersOtherwiseTheSecondTime(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	client := outward.New(outward.Options{Lookup: func(context.Context, string) ([]netip.Addr, error) {
		if asked.Add(1) == 1 {
			return []netip.Addr{netip.MustParseAddr("110.242.68.66")}, nil
		}

		return []netip.Addr{netip.MustParseAddr("10.0.0.1")}, nil
	}})

	_, err := client.Get(t.Context(), "http://rebind.example/", 100)
	wantKind(t, err, outward.Private)
	if asked.Load() != 2 {
		t.Errorf("resolved %d times", asked.Load())
	}
}

func TestWhatNeverEndsIsCutOff(t *testing.T) {
	t.Parallel()
	client, base := near(t, func(w http.ResponseWriter, r *http.Request) {
		flush := w.(http.Flusher)

		switch r.URL.Path {
		case "/endless":
			if r.Method == http.MethodHead {
				w.WriteHeader(http.StatusMethodNotAllowed)
				return
			}

			for r.Context().Err() == nil {
				if _, err := io.WriteString(w, strings.Repeat("[", 64<<10)); err != nil {
					return
				}
			}
		case "/drip":
			for r.Context().Err() == nil {
				_, _ = io.WriteString(w, "[")
				flush.Flush()
				<-time.After(5 * time.Millisecond)
			}
		case "/silent":
			<-r.Context().Done()
		case "/cut":
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, "[")
		case "/header":
			w.Header().Set("X-Long", strings.Repeat("x", 200<<10))
		}
	}, outward.Options{Timeout: 3 * time.Second})

	for path, want := range map[string]outward.Kind{
		"/endless": outward.TooLarge,
		"/drip":    outward.TimedOut,
		"/silent":  outward.TimedOut,
		"/cut":     outward.Broken,
		"/header":  outward.Broken,
	} {
		_, err := client.Get(t.Context(), base+path, 1<<20)
		wantKind(t, err, want)
	}
	if _, err := client.Probe(t.Context(), base+"/endless"); err != nil {
		t.Errorf("a probe reads no body: %v", err)
	}
}

func TestProbeAsksAgainWhereHeadIsNotTaken(t *testing.T) {
	t.Parallel()
	client, base := near(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/gone":
			http.Error(w, "gone", http.StatusGone)
		case r.Method == http.MethodHead:
			http.Error(w, "no", http.StatusForbidden)
		}
	}, outward.Options{})

	if seen, err := client.Probe(t.Context(), base+"/"); err != nil || seen.Status != http.StatusOK {
		t.Errorf("%+v, %v", seen, err)
	}
	if seen, err := client.Probe(t.Context(), base+"/gone"); err != nil || seen.Status != http.StatusGone {
		t.Errorf("%+v, %v", seen, err)
	}
}

func TestFailuresHaveTheirKind(t *testing.T) {
	t.Parallel()
	secure := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(secure.Close)
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	dead := closed.Addr().String()
	_ = closed.Close()
	client := outward.New(outward.Options{
		Allowed: []string{strings.TrimPrefix(secure.URL, "https://"), dead},
		TLS:     &tls.Config{MinVersion: tls.VersionTLS12},
		Lookup: func(_ context.Context, host string) ([]netip.Addr, error) {
			if host == "weibo.com" {
				return []netip.Addr{netip.MustParseAddr("110.242.68.66")}, nil
			}

			return nil, &net.DNSError{Err: "no such host", IsNotFound: host != "silent.example"}
		},
	})

	for address, want := range map[string]outward.Kind{
		secure.URL:                   outward.Certificate,
		"http://" + dead:             outward.Refused,
		"http://none.example":        outward.NoHost,
		"http://silent.example":      outward.NoWay,
		"ftp://example.com/":         outward.BadAddress,
		"file:///etc/passwd":         outward.BadAddress,
		"javascript:alert(1)":        outward.BadAddress,
		"http://name:word@a.example": outward.BadAddress,
		"http://":                    outward.BadAddress,
		"//a.example":                outward.BadAddress,
		"http://a.example:":          outward.BadAddress,
		"":                           outward.BadAddress,
		"http://a.example/" + strings.Repeat("x", 3000): outward.BadAddress,
	} {
		_, err := client.Get(t.Context(), address, 10)
		wantKind(t, err, want)
	}

	for _, kind := range outward.Kinds() {
		if kind.Label() == "" {
			t.Errorf("%s has no words", kind)
		}
	}
}

func TestWhichAddressesArePublic(t *testing.T) {
	t.Parallel()

	for text, want := range map[string]bool{
		"110.242.68.66":      true,
		"2400:3200::1":       true,
		"127.0.0.1":          false,
		"10.0.0.1":           false,
		"172.16.0.1":         false,
		"192.168.1.1":        false,
		"169.254.169.254":    false,
		"100.64.0.1":         false,
		"0.0.0.0":            false,
		"0.1.2.3":            false,
		"198.18.0.1":         false,
		"203.0.113.5":        false,
		"224.0.0.1":          false,
		"255.255.255.255":    false,
		"::":                 false,
		"::1":                false,
		"::ffff:10.0.0.1":    false,
		"::10.0.0.1":         false,
		"64:ff9b::a00:1":     false,
		"fe80::1":            false,
		"fd00::1":            false,
		"ff02::1":            false,
		"2002:0a00:0001::":   false,
		"2001:0:4136:e378::": false,
		"2001:db8::1":        false,
	} {
		if got := outward.Public(netip.MustParseAddr(text)); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}
