package bench

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// Stub is the barest other side there can be: it notes the instant of each request's first byte, waits
// as long as it was told, and answers with an id. It keeps no posts and no limits, so that what is
// measured is the console.
type Stub struct {
	delay atomic.Int64
	next  atomic.Int64
	mu    sync.Mutex
	seen  []Touch
}

// Touch is one publishing request as the stub saw it. Instants are nanoseconds of the machine's clock.
type Touch struct {
	Account int64 `json:"a"`
	First   int64 `json:"f"` // first byte read
	Done    int64 `json:"d"` // answer written
}

// ServeStub runs a stub on two ports of this machine until ctx ends: one for the interface, one for the
// harness. It prints both.
func ServeStub(ctx context.Context, out io.Writer) error {
	stub := &Stub{}
	api, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	ctl, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "stub listening on http://%s http://%s\n", api.Addr(), ctl.Addr())
	go func() { _ = http.Serve(ctl, stub.control()) }()
	go stub.accept(api)
	<-ctx.Done()

	return nil
}

// control: POST /reset?delay=30ms forgets what was seen, GET /seen tells it.
func (s *Stub) control() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /reset", func(_ http.ResponseWriter, r *http.Request) {
		d, _ := time.ParseDuration(r.FormValue("delay"))
		s.delay.Store(int64(d))
		s.mu.Lock()
		s.seen = make([]Touch, 0, 16_384)
		s.mu.Unlock()
	})
	mux.HandleFunc("GET /seen", func(w http.ResponseWriter, _ *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		_ = json.NewEncoder(w).Encode(s.seen)
	})
	mux.HandleFunc("GET /count", func(w http.ResponseWriter, _ *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		fmt.Fprint(w, len(s.seen))
	})

	return mux
}

func (s *Stub) accept(l net.Listener) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		go s.converse(conn)
	}
}

func (s *Stub) converse(conn net.Conn) {
	defer conn.Close()
	reader := bufio.NewReaderSize(conn, 4096)
	var line scratch

	for {
		if _, err := reader.Peek(1); err != nil {
			return
		}
		touch := Touch{First: time.Now().UnixNano()}
		post, body, err := line.read(reader)
		if err != nil {
			return
		}
		if !post {
			if _, err := io.WriteString(conn, nothing); err != nil {
				return
			}

			continue
		}
		if err := s.answer(conn, touch, body, &line); err != nil {
			return
		}
	}
}

func (s *Stub) answer(conn net.Conn, touch Touch, body []byte, line *scratch) error {
	if d := time.Duration(s.delay.Load()); d > 0 {
		time.Sleep(d)
	}
	touch.Account = accountOf(body)
	_, err := conn.Write(line.published(5_000_000_000_000_000+s.next.Add(1), touch.First))
	touch.Done = time.Now().UnixNano()
	s.mu.Lock()
	s.seen = append(s.seen, touch)
	s.mu.Unlock()

	return err
}

// scratch is what one connection composes its answers in, so that the stub takes as little of the
// processor as can be.
type scratch struct {
	out    []byte
	second int64
	date   []byte
	body   []byte // of the request
}

// idDigits is how many digits every id has.
const idDigits = 16

// published is an answer whose length never changes.
func (b *scratch) published(id, now int64) []byte {
	if s := now / int64(time.Second); s != b.second {
		b.second, b.date = s, time.Unix(s, 0).UTC().AppendFormat(b.date[:0], time.RubyDate)
	}
	const head, tail = `{"created_at":"`, `","text":"ok","source":"bench"}`
	length := len(head) + len(time.RubyDate) + len(`","id":,"idstr":"","mid":"`) + 3*idDigits + len(tail)
	b.out = append(b.out[:0], "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "...)
	b.out = append(strconv.AppendInt(b.out, int64(length), 10), "\r\n\r\n"...)
	b.out = append(append(append(b.out, head...), b.date...), `","id":`...)
	b.out = append(strconv.AppendInt(b.out, id, 10), `,"idstr":"`...)
	b.out = append(strconv.AppendInt(b.out, id, 10), `","mid":"`...)

	return append(strconv.AppendInt(b.out, id, 10), tail...)
}

// nothing answers every reading call.
const nothing = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 34\r\n\r\n{\"statuses\":[], \"total_number\": 0}"

// read takes in one request. The body holds until the next one.
func (b *scratch) read(reader *bufio.Reader) (post bool, body []byte, err error) {
	length := 0

	for first := true; ; first = false {
		line, err := reader.ReadSlice('\n')
		if err != nil {
			return false, nil, err
		}
		if first {
			post = bytes.HasPrefix(line, []byte("POST"))
		}
		if len(line) <= 2 {
			break
		}
		if len(line) > len(lengthName) && bytes.EqualFold(line[:len(lengthName)], lengthName) {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(line[len(lengthName):]))); err != nil {
				return false, nil, err
			}
		}
	}
	if cap(b.body) < length {
		b.body = make([]byte, length)
	}
	b.body = b.body[:length]
	_, err = io.ReadFull(reader, b.body)

	return post, b.body, err
}

var lengthName = []byte("Content-Length:")

// tokenPrefix begins the tokens of measured accounts; the account's number follows.
const tokenPrefix = "bench-"

var accountMark = []byte("access_token=" + tokenPrefix)

func accountOf(body []byte) (id int64) {
	_, rest, _ := bytes.Cut(body, accountMark)
	for _, c := range rest {
		if c < '0' || c > '9' {
			break
		}
		id = id*10 + int64(c-'0')
	}

	return id
}
