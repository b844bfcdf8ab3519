package weibo_test

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"juzhen/internal/weibo"
)

// answering serves every request of every connection with raw bytes.
func answering(raw string) func(s *rawServer, conn net.Conn, reader *bufio.Reader) {
	return func(s *rawServer, conn net.Conn, reader *bufio.Reader) {
		for s.request(reader) {
			if _, err := io.WriteString(conn, raw); err != nil {
				return
			}
		}
	}
}

// published sends twice, one after the other, and tells over how many connections.
func published(t *testing.T, s *rawServer) (conns int32) {
	t.Helper()

	client := clientFor(t, s.addr)
	for i := range 2 {
		if outcome := send(t, client, plain("x")); outcome.Result != weibo.Published {
			t.Fatalf("send %d: %+v, err %v", i, outcome, outcome.Err)
		}
	}
	if n := s.requests.Load(); n != 2 {
		t.Errorf("%d requests, want two", n)
	}

	return s.conns.Load()
}

func TestWhatIsLeftBehindAnAnswerDecidesWhetherItsConnectionIsKept(t *testing.T) {
	t.Parallel()

	const body = `{"id":5012345678901234}`
	for name, c := range map[string]struct {
		raw   string
		conns int32
	}{
		"told length": {rawGood, 1},
		"chunks": {
			"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n17\r\n" + body + "\r\n0\r\n\r\n",
			1,
		},
		"interim first": {
			"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + rawGood, 1,
		},
		"asks to close": {strings.Replace(rawGood, "\r\n\r\n", "\r\nConnection: close\r\n\r\n", 1), 2},
		"HTTP/1.0":      {strings.Replace(rawGood, "HTTP/1.1", "HTTP/1.0", 1), 2},
		"1.0, to be kept": {
			strings.Replace(strings.Replace(rawGood, "HTTP/1.1", "HTTP/1.0", 1), "\r\n\r\n", "\r\nConnection: keep-alive\r\n\r\n", 1),
			1,
		},
		"bytes left over":  {rawGood + "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", 2},
		"new line is left": {rawGood + "\r\n", 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if n := published(t, newRawServer(t, answering(c.raw))); n != c.conns {
				t.Errorf("%d connections, want %d", n, c.conns)
			}
		})
	}
}

func TestABodyWithoutLengthEndsWithItsConnection(t *testing.T) {
	t.Parallel()
	s := newRawServer(t, func(s *rawServer, conn net.Conn, reader *bufio.Reader) {
		if s.request(reader) {
			_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\n\r\n{\"id\":5012345678901234}")
		}
	})
	if n := published(t, s); n != 2 {
		t.Errorf("%d connections, want two", n)
	}
}

func TestAnAnswerMayArriveInPieces(t *testing.T) {
	t.Parallel()
	s := newRawServer(t, func(s *rawServer, conn net.Conn, reader *bufio.Reader) {
		for s.request(reader) {
			for i := range len(rawGood) {
				if _, err := io.WriteString(conn, rawGood[i:i+1]); err != nil {
					return
				}
			}
		}
	})
	if n := published(t, s); n != 1 {
		t.Errorf("%d connections, want one", n)
	}
}

func TestAnswersWithoutEndOrSenseAreUnknown(t *testing.T) {
	t.Parallel()

	for name, raw := range map[string]string{
		"interim without end": strings.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 50),
		"a head without end":  "HTTP/1.1 200 OK\r\n" + strings.Repeat("X-Y: "+strings.Repeat("z", 1000)+"\r\n", 2000),
		"switches protocols":  "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n{\"id\":5012345678901234}",
		"two lengths":         "HTTP/1.1 200 OK\r\nContent-Length: 23\r\nContent-Length: 5\r\n\r\n{\"id\":5012345678901234}",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rawServer := newRawServer(t, answering(raw))
			outcome := send(t, clientFor(t, rawServer.addr), plain("x"))
			if outcome.Result != weibo.Unknown || !outcome.Written || rawServer.requests.Load() != 1 {
				t.Errorf("%+v, err %v, %d requests", outcome, outcome.Err, rawServer.requests.Load())
			}
		})
	}
}

func TestBytesOnAnIdleConnectionAreNobodysAnswer(t *testing.T) {
	t.Parallel()
	stray := make(chan struct{})
	s := newRawServer(t, func(s *rawServer, conn net.Conn, reader *bufio.Reader) {
		for n := s.conns.Load(); s.request(reader); {
			_, _ = io.WriteString(conn, rawGood)
			if n == 1 {
				_, _ = io.WriteString(conn, "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n")
				close(stray)
			}
		}
	})
	client := clientFor(t, s.addr)
	send(t, client, plain("一"))
	<-stray
	if outcome := send(t, client, plain("二")); outcome.Result != weibo.Published {
		t.Errorf("%+v, err %v", outcome, outcome.Err)
	}
	if n := s.conns.Load(); n != 2 {
		t.Errorf("%d connections, want two", n)
	}
}

func TestAnEarlyRefusalOfALargeRequestIsHeard(t *testing.T) {
	t.Parallel()
	const refusal = `{"error":"too large","error_code":20006,"request":"/2/statuses/share.json"}`
	heard := make(chan struct{})
	s := newRawServer(t, func(_ *rawServer, conn net.Conn, reader *bufio.Reader) {
		if _, err := reader.ReadByte(); err != nil {
			return
		}
		_, _ = io.WriteString(conn, "HTTP/1.1 400 Bad Request\r\nContent-Length: 75\r\n\r\n"+refusal)
		<-heard // and reads nothing more
	})
	pic := weibo.NewPicture(append([]byte("\xff\xd8\xff"), make([]byte, 16<<20)...))
	outcome := send(t, clientFor(t, s.addr), weibo.Build(weibo.Public, weibo.Draft{
		Text:     "x",
		Pictures: []weibo.Picture{pic},
	}))
	close(heard)
	if outcome.Result != weibo.NotPublished || outcome.Code != 20006 || !outcome.Written {
		t.Errorf("%+v, err %v", outcome, outcome.Err)
	}
}

func TestIdleConnectionsAreNotUsedPastTheirLimit(t *testing.T) {
	t.Parallel()
	gone := make(chan struct{}, 4)
	s := newRawServer(t, func(s *rawServer, conn net.Conn, reader *bufio.Reader) {
		answering(rawGood)(s, conn, reader)
		gone <- struct{}{}
	})

	client := clientFor(t, s.addr, func(options *weibo.Options) { options.IdleLimit = 20 * time.Millisecond })
	for range 2 {
		if outcome := send(t, client, plain("x")); outcome.Result != weibo.Published {
			t.Fatalf("%+v, err %v", outcome, outcome.Err)
		}
		<-gone // closed by the client itself, without a further call
	}
	if n := s.conns.Load(); n != 2 {
		t.Errorf("%d connections, want two", n)
	}
}

func TestWarmedConnectionsCarryTheBurst(t *testing.T) {
	t.Parallel()
	var open atomic.Int32
	s := httptest.NewUnstartedServer(says(200, goodStatus))
	s.Config.ConnState = func(_ net.Conn, st http.ConnState) {
		if st == http.StateNew {
			open.Add(1)
		}
	}
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)

	client := clientFor(t, s.URL, func(options *weibo.Options) {
		options.TLS = trusting(s)
		options.Conns = 8
		options.IdleLimit = time.Minute
	})
	for range 2 { // the second finds them there
		if err := client.Warm(t.Context(), weibo.Commercial, 20); err != nil {
			t.Fatal(err)
		}
	}

	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if outcome := send(t, client, plain("x")); outcome.Result != weibo.Published {
				t.Errorf("%+v, err %v", outcome, outcome.Err)
			}
		})
	}
	wg.Wait()
	if n := open.Load(); n != 8 {
		t.Errorf("%d connections were opened, want 8", n)
	}
	s.Close()
	client.CloseIdle()
	if err := client.Warm(t.Context(), weibo.Commercial, 20); err == nil {
		t.Error("nobody listens, and nothing was said")
	}
}

func TestAHandshakeThatHangsWroteNoByte(t *testing.T) {
	t.Parallel()
	s := newRawServer(
		t,
		func(_ *rawServer, _ net.Conn, reader *bufio.Reader) { _, _ = io.Copy(io.Discard, reader) },
	)
	client := clientFor(
		t,
		strings.Replace(s.addr, "http:", "https:", 1),
		func(options *weibo.Options) { options.CallLimit = 50 * time.Millisecond },
	)
	outcome := send(t, client, plain("x"))
	if outcome.Result != weibo.NotPublished || outcome.Written || !errors.Is(outcome.Err, weibo.ErrTooLate) {
		t.Errorf("%+v, err %v", outcome, outcome.Err)
	}
}

func trusting(s *httptest.Server) *tls.Config {
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	return &tls.Config{RootCAs: roots}
}

// proxyServer passes requests on: by CONNECT, or by their whole address. It wants a name and a password.
func proxyServer(t *testing.T, seen *atomic.Value) *url.URL {
	t.Helper()
	p := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen.Store(r.Method + " " + r.RequestURI + " " + r.Header.Get("Proxy-Authorization"))
		if r.Method != http.MethodConnect {
			r.RequestURI = ""
			r.Header.Del("Proxy-Authorization")
			resp, err := http.DefaultTransport.RoundTrip(r)
			if err != nil {
				http.Error(w, err.Error(), http.StatusBadGateway)
				return
			}
			defer resp.Body.Close()
			w.WriteHeader(resp.StatusCode)
			_, _ = io.Copy(w, resp.Body)

			return
		}
		there, err := net.Dial("tcp", r.Host)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		here, early, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		// only now: what comes upon it must not be read by the server
		_, _ = io.WriteString(here, "HTTP/1.1 200 OK\r\n\r\n")
		go func() { _, _ = io.Copy(there, early); _ = there.Close() }()
		_, _ = io.Copy(here, there)
		_ = here.Close()
	}))
	t.Cleanup(p.Close)
	address, err := url.Parse(p.URL)
	if err != nil {
		t.Fatal(err)
	}
	address.User = url.UserPassword("ju", "zhen")

	return address
}

func TestByWayOfAProxy(t *testing.T) {
	t.Parallel()
	const auth = "Basic anU6emhlbg=="
	open := httptest.NewServer(says(200, goodStatus))
	t.Cleanup(open.Close)
	closed := httptest.NewTLSServer(says(200, goodStatus))
	t.Cleanup(closed.Close)

	for _, c := range []struct{ url, asked string }{
		{open.URL, "POST " + open.URL + "/c/2/statuses/update/biz.json " + auth},
		{closed.URL, "CONNECT " + strings.TrimPrefix(closed.URL, "https://") + " " + auth},
	} {
		var seen atomic.Value
		via := proxyServer(t, &seen)

		client := clientFor(t, c.url, func(options *weibo.Options) {
			options.Proxy = http.ProxyURL(via)
			options.TLS = trusting(closed)
		})
		for range 2 {
			if outcome := send(
				t,
				client,
				plain("x"),
			); outcome.Result != weibo.Published ||
				seen.Load() != c.asked {
				t.Errorf("%+v, err %v, the proxy saw %v", outcome, outcome.Err, seen.Load())
			}
		}
	}
}

func TestAProxyThatRefusesWroteNoByte(t *testing.T) {
	t.Parallel()
	p := httptest.NewServer(says(http.StatusProxyAuthRequired, "who are you?"))
	t.Cleanup(p.Close)

	via, _ := url.Parse(p.URL) // of httptest
	for _, way := range []*url.URL{via, {Scheme: "socks5", Host: via.Host}} {
		outcome := send(
			t,
			clientFor(
				t,
				"https://weibo.invalid",
				func(options *weibo.Options) { options.Proxy = http.ProxyURL(way) },
			),
			plain("x"),
		)
		if outcome.Result != weibo.NotPublished || outcome.Written {
			t.Errorf("%v: %+v, err %v", way, outcome, outcome.Err)
		}
	}
}

func TestTheRequestOnTheWire(t *testing.T) {
	t.Parallel()
	got := make(chan []byte, 1)
	s := newRawServer(t, func(_ *rawServer, conn net.Conn, reader *bufio.Reader) {
		var raw bytes.Buffer
		req, err := http.ReadRequest(bufio.NewReader(io.TeeReader(reader, &raw)))
		if err != nil {
			return
		}
		_, _ = io.Copy(io.Discard, req.Body)
		got <- raw.Bytes()
		_, _ = io.WriteString(conn, rawGood)
	})
	payload := weibo.Build(weibo.Public, weibo.Draft{Text: "ok"})
	if outcome := clientFor(
		t,
		s.addr,
	).Send(t.Context(), payload, weibo.Sending{Token: "T"}); outcome.Result != weibo.Published {
		t.Fatalf("%+v, err %v", outcome, outcome.Err)
	}
	want := "POST /2/statuses/share.json HTTP/1.1\r\nHost: " + strings.TrimPrefix(s.addr, "http://") +
		"\r\nUser-Agent: juzhen\r\nContent-Length: 24\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\naccess_token=T&status=ok"
	if raw := string(<-got); raw != want {
		t.Errorf("on the wire:\n%q\nwant\n%q", raw, want)
	}
}
