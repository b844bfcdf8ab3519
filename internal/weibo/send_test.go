package weibo_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"juzhen/internal/weibo"
)

func TestSendPublishesWithThePlatformsID(t *testing.T) {
	t.Parallel()
	fake := newFake(t, says(200, goodStatus))
	outcome := send(t, fake.client(t), plain("今日空气质量良"))

	if outcome.Result != weibo.Published || outcome.ID != "5012345678901234" || outcome.Err != nil ||
		!outcome.Written ||
		outcome.FirstByte.IsZero() {
		t.Fatalf("outcome %+v", outcome)
	}
	if outcome.Post == nil || outcome.Post.Source != "矩阵台" || outcome.Post.UID != "1404376560" ||
		outcome.ServerDate.IsZero() {
		t.Errorf("post %+v, date %v", outcome.Post, outcome.ServerDate)
	}
	got := fake.asked()[0]
	if got.path != "/c/2/statuses/update/biz.json" || got.query != "" || got.form["status"][0] != "今日空气质量良" ||
		got.form["visible"][0] != "0" || got.form["access_token"][0] != string(secret) ||
		got.form["annotations"][0] != `[{"juzhen":"00112233445566778899aabbccddeeff"}]` {
		t.Errorf("asked %+v", got)
	}
	if got.header.Get("Idempotency-Key") != "" || got.header.Get("X-Idempotency-Key") != "" {
		t.Error("a write must not carry an idempotency key")
	}
}

func TestAnswersThatProveNothingAreUnknown(t *testing.T) {
	t.Parallel()
	redirect := func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/elsewhere", http.StatusFound)
	}

	cases := map[string]http.HandlerFunc{
		"302":                        redirect,
		"307":                        func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/x", http.StatusTemporaryRedirect) },
		"502 with a page":            says(502, "<html><body>502 Bad Gateway</body></html>"),
		"500 empty":                  says(500, ""),
		"200 empty":                  says(200, ""),
		"200 without id":             says(200, `{"text":"今日空气质量良"}`),
		"200 with id 0":              says(200, `{"id":0}`),
		"200 with a negative id":     says(200, `{"id":-5}`),
		"200 with ids that disagree": says(200, `{"id":5012345678901234,"idstr":"5012345678901235"}`),
		"200 with a list":            says(200, `[]`),
		"200 broken JSON":            says(200, `{"id":5012345678901234,"text":"今`),
		"200 with rubbish behind":    says(200, `{"id":5012345678901234}<script>`),
		"500 with an id":             says(500, goodStatus),
		"unlisted code":              says(400, `{"error":"new","error_code":29999,"request":"/2/x"}`),
		"code that is no number":     says(400, `{"error":"new","error_code":"many","request":"/2/x"}`),
		"listed refusal with an id": says(
			400,
			`{"error":"repeat","error_code":20019,"id":5012345678901234}`,
		),
		"statistic shape": says(200, `{"errno":-1,"msg":"失败","code":"A00006"}`),
		"more than any answer": says(
			200,
			`{"text":"`+strings.Repeat("x", 1<<20)+`","id":5012345678901234}`,
		),
		"cut within the answer": cutAnswer(
			"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"id\":5012345678901234",
		),
		"cut before the answer": cutAnswer(""),
		"not HTTP":              cutAnswer("hello\r\n\r\n"),
		"chunks without their ending": cutAnswer(
			"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n19\r\n{\"id\":5012345678901234}   \r\n",
		),
	}
	for name, handler := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := newFake(t, handler)
			outcome := send(t, fake.client(t), plain("今日空气质量良"))
			if outcome.Result != weibo.Unknown || outcome.ID != "" || !outcome.Written ||
				outcome.Err == nil ||
				outcome.Err.Text == "" {
				t.Errorf("outcome %+v, err %v", outcome, outcome.Err)
			}
			if n := len(fake.asked()); n != 1 {
				t.Errorf("%d requests were made, want one", n)
			}
		})
	}
}

// cutAnswer writes raw bytes and closes the connection.
func cutAnswer(raw string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		_, _ = io.WriteString(conn, raw)
		_ = conn.Close()
	}
}

func TestNobodyListeningIsSurelyNotPublished(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	url := "http://" + l.Addr().String()
	_ = l.Close()
	outcome := send(t, clientFor(t, url), plain("今日空气质量良"))
	if outcome.Result != weibo.NotPublished || outcome.Written || !outcome.FirstByte.IsZero() ||
		outcome.Err.Class != weibo.ClassRetry ||
		outcome.Err.Code != 0 {
		t.Errorf("outcome %+v", outcome)
	}
}

func TestCancelledBeforeTheFirstByteIsNotPublished(t *testing.T) {
	t.Parallel()
	fake := newFake(t, says(200, goodStatus))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	outcome := fake.client(t).Send(ctx, plain("x"), weibo.Sending{Token: secret})
	if outcome.Result != weibo.NotPublished || outcome.Written || !errors.Is(outcome.Err, weibo.ErrStopped) {
		t.Errorf("outcome %+v, err %v", outcome, outcome.Err)
	}
	if len(fake.asked()) != 0 {
		t.Error("the server was asked")
	}
}

func TestCancelledAfterTheFirstByteStillHearsTheAnswer(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	fake := newFake(t, func(w http.ResponseWriter, r *http.Request) {
		cancel()
		says(200, goodStatus)(w, r)
	})
	outcome := fake.client(t).Send(ctx, plain("x"), weibo.Sending{Token: secret})
	if outcome.Result != weibo.Published {
		t.Errorf("outcome %+v, err %v", outcome, outcome.Err)
	}
}

func TestHardEndByEitherClockBeforeTheFirstByte(t *testing.T) {
	t.Parallel()

	for name, turn := range map[string][2]time.Duration{
		"wall":      {10*time.Second + 5*time.Millisecond, 0},
		"monotonic": {0, 10*time.Second + 5*time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake, hands := newFake(t, says(200, goodStatus)), newHands()
			client := fake.client(t, func(options *weibo.Options) {
				options.Clock = hands.now
				options.Mono = hands.since
			})
			mark := client.Mark()
			hands.turn(turn[0], turn[1])
			outcome := client.Send(t.Context(), plain("x"), weibo.Sending{Token: secret, Mark: mark})
			if outcome.Result != weibo.NotPublished || outcome.Written ||
				!errors.Is(outcome.Err, weibo.ErrTooLate) {
				t.Errorf("outcome %+v, err %v", outcome, outcome.Err)
			}
			if len(fake.asked()) != 0 {
				t.Error("the server was asked")
			}
		})
	}
}

func TestSlowAnswerIsCutAtTheHardEnd(t *testing.T) {
	t.Parallel()
	gone := make(chan struct{})
	fake := newFake(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "1000")

		for range 1000 { // a drip that keeps the connection busy for ever
			if _, err := io.WriteString(w, " "); err != nil {
				break
			}
			_ = http.NewResponseController(w).Flush()

			select {
			case <-r.Context().Done():
				close(gone)
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	})
	client := fake.client(t, func(options *weibo.Options) { options.CallLimit = 120 * time.Millisecond })
	began := time.Now()
	outcome := send(t, client, plain("x"))
	if outcome.Result != weibo.Unknown || !outcome.Written {
		t.Errorf("outcome %+v", outcome)
	}
	if took := time.Since(began); took > 3*time.Second {
		t.Errorf("took %v", took)
	}
	<-gone
}

func TestAServerThatReadsNothingGetsNoLateByte(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	conns := make(chan net.Conn, 1)
	go func() {
		conn, err := l.Accept()
		if err == nil {
			_ = conn.(*net.TCPConn).SetReadBuffer(4 << 10)
			conns <- conn
		}
	}()
	client := clientFor(t, "http://"+l.Addr().String(), func(options *weibo.Options) {
		options.CallLimit, options.PerBlock = time.Second, time.Nanosecond
	})
	big := append([]byte("\xff\xd8\xff"), make([]byte, 16<<20)...)
	payload := weibo.Build(weibo.Public, weibo.Draft{
		Text:     "x",
		Pictures: []weibo.Picture{weibo.NewPicture(big)},
	})
	outcome := send(t, client, payload)
	if outcome.Result != weibo.Unknown || !outcome.Written {
		t.Fatalf("outcome %+v, err %v", outcome, outcome.Err)
	}
	conn := <-conns
	defer conn.Close()
	n, err := io.Copy(io.Discard, conn)
	if n >= 16<<20 {
		t.Errorf("the server could still read the whole request (%d bytes)", n)
	}
	if err == nil {
		t.Error("the connection ended in peace, want a reset")
	}
}

// rawServer serves each connection by hand and counts what came.
type rawServer struct {
	addr     string
	requests atomic.Int32
	conns    atomic.Int32
}

func newRawServer(t *testing.T, serve func(s *rawServer, conn net.Conn, reader *bufio.Reader)) *rawServer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &rawServer{addr: "http://" + l.Addr().String()}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			s.conns.Add(1)
			wg.Go(func() {
				defer conn.Close()
				serve(s, conn, bufio.NewReader(conn))
			})
		}
	})
	t.Cleanup(func() { _ = l.Close(); wg.Wait() })

	return s
}

// request reads one whole request; false at the end of the connection.
func (s *rawServer) request(reader *bufio.Reader) bool {
	req, err := http.ReadRequest(reader)
	if err != nil {
		return false
	}
	_, _ = io.Copy(io.Discard, req.Body)
	s.requests.Add(1)

	return true
}

const rawGood = "HTTP/1.1 200 OK\r\nContent-Length: 23\r\n\r\n{\"id\":5012345678901234}"

func TestAKeptConnectionThatDiesOnTheRequestIsUnknownAndSentOnce(t *testing.T) {
	t.Parallel()
	s := newRawServer(t, func(s *rawServer, conn net.Conn, reader *bufio.Reader) {
		if s.request(reader) {
			_, _ = io.WriteString(conn, rawGood)
		}
		// the second request is read and the connection closed: net/http would repeat a replayable one
		s.request(reader)
	})
	client := clientFor(t, s.addr)
	if outcome := send(t, client, plain("一")); outcome.Result != weibo.Published {
		t.Fatalf("first: %+v, err %v", outcome, outcome.Err)
	}
	o := send(t, client, plain("二"))
	if o.Result != weibo.Unknown || !o.Written {
		t.Errorf("second: %+v", o)
	}
	if n := s.requests.Load(); n != 2 {
		t.Errorf("%d requests seen, want two", n)
	}
}

func TestAKeptConnectionThatDiedIdleCostsNothing(t *testing.T) {
	t.Parallel()

	for range 20 {
		closed := make(chan struct{}, 3)
		s := newRawServer(t, func(s *rawServer, conn net.Conn, reader *bufio.Reader) {
			if s.request(reader) {
				_, _ = io.WriteString(conn, rawGood)
			}
			_ = conn.Close()
			closed <- struct{}{}
		})

		client := clientFor(t, s.addr)
		for i := range 3 {
			if outcome := send(t, client, plain("x")); outcome.Result != weibo.Published {
				t.Fatalf("send %d: %+v, err %v", i, outcome, outcome.Err)
			}
			<-closed
		}
		if n := s.requests.Load(); n != 3 {
			t.Fatalf("%d requests seen, want three", n)
		}
	}
}

func TestManyAtOnceEachOnce(t *testing.T) {
	t.Parallel()
	fake := newFake(t, says(200, goodStatus))
	client := fake.client(t, func(options *weibo.Options) { options.Conns = 32 })

	var wg sync.WaitGroup
	for range 32 {
		wg.Go(func() {
			for range 10 {
				if outcome := send(t, client, plain("x")); outcome.Result != weibo.Published {
					t.Errorf("outcome %+v, err %v", outcome, outcome.Err)
				}
			}
		})
	}
	wg.Wait()
	if n := len(fake.asked()); n != 320 {
		t.Errorf("%d requests, want 320", n)
	}
}

func TestAClockThatRunsOutMidBodyStopsTheBody(t *testing.T) {
	t.Parallel()

	for name, turn := range map[string][2]time.Duration{"wall": {time.Hour, 0}, "monotonic": {0, time.Hour}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const size = 32 << 20
			hands, got := newHands(), make(chan int64, 1)
			s := newRawServer(t, func(_ *rawServer, _ net.Conn, reader *bufio.Reader) {
				_, _ = reader.ReadByte()
				hands.turn(turn[0], turn[1])
				n, _ := io.Copy(io.Discard, reader)
				got <- n
			})
			client := clientFor(t, s.addr, func(options *weibo.Options) {
				options.Clock = hands.now
				options.Mono = hands.since
				options.PerBlock = time.Nanosecond
			})
			pic := weibo.NewPicture(append([]byte("\xff\xd8\xff"), make([]byte, size)...))
			outcome := send(t, client, weibo.Build(weibo.Public, weibo.Draft{
				Text:     "x",
				Pictures: []weibo.Picture{pic},
			}))
			if outcome.Result != weibo.Unknown || !outcome.Written ||
				!errors.Is(outcome.Err, weibo.ErrTooLate) {
				t.Errorf("%+v, err %v", outcome, outcome.Err)
			}
			if n := <-got; n >= size {
				t.Errorf("the server got all %d bytes", n)
			}
		})
	}
}

func TestNoTokenInTheLog(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	fake := newFake(t, says(403, `{"error":"bad `+string(secret)+`","error_code":21332}`))
	client := fake.client(t, func(options *weibo.Options) {
		options.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	send(t, client, plain("x"))
	_, _ = client.Show(t.Context(), secret, "5012345678901234")
	if s := log.String(); !strings.Contains(s, "statuses/update/biz") || strings.Contains(s, "TOKEN") {
		t.Errorf("log %s", s)
	}
}

func TestTheHardEndGrowsWithTheBody(t *testing.T) {
	t.Parallel()

	client := clientFor(t, "http://x.test")
	for body, want := range map[int]time.Duration{
		0:         10 * time.Second,
		100_000:   11 * time.Second,
		5_000_000: 60 * time.Second,
		50_000:    10500 * time.Millisecond,
	} {
		if got := client.HardEnd(body); got != want {
			t.Errorf("%d bytes: %v, want %v", body, got, want)
		}
	}
	payload := plain(strings.Repeat("良", 2000))
	if n := client.Compose(payload, weibo.Sending{Token: secret}).Size(); n < 18000 || n > 19000 {
		t.Errorf("body of %d bytes", n)
	}
}
