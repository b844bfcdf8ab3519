package weibo

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
)

// Options says where Weibo is and how to talk to it. Only the two URLs are needed for reading with a
// token, and the application's key and secret for authorisation.
type Options struct {
	PublicURL     string // base before "/2/…" and "/oauth2/…"; default https://api.weibo.com
	CommercialURL string // base before "/2/…" of the contracted interface; default https://c.api.weibo.com
	RemindURL     string // base before "/2/remind/…"; default the public one's own host for it, or PublicURL
	AppKey        string
	AppSecret     string
	RIP           string // the operator's own address, the "rip" field of writes; empty: not sent

	// idle connections kept per host for writes, as wide as the sending pool; default 64
	Conns       int
	ReadConns   int           // connections per host for reads; default 16
	IdleLimit   time.Duration // an idle writing connection older than this is not used again; default 4 s
	DialTimeout time.Duration // default 5 s
	ReadTimeout time.Duration // of one reading call as a whole; default 15 s
	CallLimit   time.Duration // hard end of a write counted from its mark, without body; default 10 s
	PerBlock    time.Duration // added to it for each 100 kB of body; default 1 s
	UserTimeout time.Duration // TCP_USER_TIMEOUT of writing connections; default 10 s
	// bytes of an answer that are read; more is malformed; default 1 MiB, reads 8 MiB
	AnswerLimit int64

	Proxy func(*http.Request) (*url.URL, error) // default none; the environment is not read here
	TLS   *tls.Config                           // default the system's roots
	Clock func() time.Time                      // wall clock; default time.Now
	Mono  func() time.Duration                  // monotonic clock from any fixed point; default since New
	Log   *slog.Logger                          // never sees a token; default discards
}

// Client calls Weibo. It is safe for concurrent use; make one per process.
type Client struct {
	opt     Options
	reading *http.Transport
	lines   *pool
	skew    atomic.Pointer[time.Duration]
}

const (
	defaultPublicURL     = "https://api.weibo.com"
	defaultCommercialURL = "https://c.api.weibo.com"
	defaultRemindURL     = "https://rm.api.weibo.com"
	answerLimit          = 1 << 20
	readLimit            = 8 << 20
)

// New builds a client. It opens no connection.
func New(options Options) *Client {
	options.fill()
	return &Client{opt: options, reading: readingTransport(options), lines: newPool(options)}
}

func (o *Options) fill() {
	start := time.Now()
	o.PublicURL = strings.TrimRight(or(o.PublicURL, defaultPublicURL), "/")
	o.CommercialURL = strings.TrimRight(or(o.CommercialURL, defaultCommercialURL), "/")
	if o.RemindURL == "" && o.PublicURL == defaultPublicURL {
		o.RemindURL = defaultRemindURL
	}
	o.RemindURL = strings.TrimRight(or(o.RemindURL, o.PublicURL), "/")
	o.Conns = or(o.Conns, 64)
	o.ReadConns = or(o.ReadConns, 16)
	o.IdleLimit = or(o.IdleLimit, 4*time.Second)
	o.DialTimeout = or(o.DialTimeout, 5*time.Second)
	o.ReadTimeout = or(o.ReadTimeout, 15*time.Second)
	o.CallLimit = or(o.CallLimit, 10*time.Second)
	o.PerBlock = or(o.PerBlock, time.Second)
	o.UserTimeout = or(o.UserTimeout, 10*time.Second)
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Mono == nil {
		o.Mono = func() time.Duration { return time.Since(start) }
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
}

func or[T comparable](v, fallback T) T {
	var zero T
	if v == zero {
		return fallback
	}

	return v
}

// CloseIdle closes the connections nobody uses.
func (c *Client) CloseIdle() {
	c.reading.CloseIdleConnections()
	c.lines.closeIdle()
}

// HardEnd is how long after its mark a write with a body of so many bytes may still put a byte on the wire.
func (c *Client) HardEnd(body int) time.Duration {
	return c.opt.CallLimit + time.Duration(float64(c.opt.PerBlock)*float64(body)/100_000)
}

// ServerOffset is how far Weibo's clock, by the Date header of its last answer, was ahead of ours; good
// to a second. False before the first answer.
func (c *Client) ServerOffset() (time.Duration, bool) {
	d := c.skew.Load()
	if d == nil {
		return 0, false
	}

	return *d, true
}

// noteDate keeps the offset of the server's clock from an answer that came at an instant of ours, and
// gives the header's instant, zero when there is none.
func (c *Client) noteDate(h http.Header, came time.Time) time.Time {
	t, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return time.Time{}
	}
	d := t.Sub(came.Truncate(time.Second))
	c.skew.Store(&d)

	return t.UTC()
}

// Token is an access token. It prints as a placeholder, so that none reaches a log by accident.
type Token string

// String hides the token.
func (Token) String() string { return "[token]" }

// GoString hides the token from %#v.
func (Token) GoString() string { return "[token]" }

// LogValue hides the token from slog.
func (Token) LogValue() slog.Value { return slog.StringValue("[token]") }

// MarshalJSON hides the token from job arguments and dumps.
func (Token) MarshalJSON() ([]byte, error) { return []byte(`"[token]"`), nil }

// scrub takes a secret out of a text that came from outside.
func scrub(text string, secrets ...string) string {
	for _, s := range secrets {
		if s != "" {
			text = strings.ReplaceAll(text, s, "[token]")
			text = strings.ReplaceAll(text, url.QueryEscape(s), "[token]")
		}
	}

	return text
}

func (c *Client) debug(ctx context.Context, msg string, args ...any) {
	c.opt.Log.DebugContext(ctx, msg, args...)
}
