package public

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// keepFor is how long an answer is kept. A change drops all of them at once; this is how long a change may go
// unseen where it is not heard.
const keepFor = 30 * time.Second

// Bounds of the cache, and of the time that one answer may take.
const (
	buildLimit = 3 * time.Second

	mostKept  = 4096
	mostBytes = 64 << 20
)

var errUnbuilt = errors.New("the answer was not made")

// answer is a whole answer, made once and given to many.
type answer struct {
	status int
	kind   string
	body   []byte
	packed []byte // gzip; nil where it saves nothing
	tag    string // of the body, without quotes

	// What is said of each form, set once for all who are given it: nobody changes the values.
	plain, gzipped http.Header
}

func newAnswer(status int, kind string, body []byte) *answer {
	sum := sha256.Sum256(body)
	a := &answer{status: status, kind: kind, body: body, tag: hex.EncodeToString(sum[:12])}
	a.plain = a.heads(body, a.tag)
	if strings.HasPrefix(kind, "image/") || len(body) < 600 {
		return a
	}
	var out bytes.Buffer
	w, _ := gzip.NewWriterLevel(&out, gzip.BestCompression)
	_, _ = w.Write(body)
	_ = w.Close()
	if out.Len() < len(body)*9/10 {
		a.packed = out.Bytes()
		a.gzipped = a.heads(a.packed, a.tag+"-gz")
		a.gzipped.Set("Content-Encoding", "gzip")
	}

	return a
}

func (a *answer) heads(body []byte, tag string) http.Header {
	return http.Header{
		"Cache-Control":  {"max-age=30, must-revalidate"},
		"Content-Type":   {a.kind},
		"Vary":           {"Accept-Encoding"},
		"Etag":           {`"` + tag + `"`},
		"Content-Length": {strconv.Itoa(len(body))},
	}
}

// cache keeps answers by key. A key is made of what a request was understood as, never of its words.
type cache struct {
	now func() time.Time

	mu    sync.Mutex
	kept  map[string]kept
	bytes int
	under map[string]*building // answers that are being made
	turn  int                  // one higher with each clear
}

type kept struct {
	*answer
	until time.Time
}

type building struct {
	done   chan struct{}
	answer *answer
	err    error
}

func newCache(now func() time.Time) *cache {
	return &cache{now: now, kept: map[string]kept{}, under: map[string]*building{}}
}

// clear forgets all answers; what is being made was begun before and is kept no more.
func (c *cache) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.kept)
	clear(c.under)
	c.bytes = 0
	c.turn++
}

// get gives the answer of a key, which is made by one and waited for by the others.
func (c *cache) get(
	ctx context.Context,
	key string,
	build func(context.Context) (*answer, error),
) (*answer, error) {
	c.mu.Lock()
	if k, ok := c.kept[key]; ok && c.now().Before(k.until) {
		c.mu.Unlock()
		return k.answer, nil
	}
	if b, ok := c.under[key]; ok {
		c.mu.Unlock()

		select {
		case <-b.done:
			return b.answer, b.err
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	b := &building{done: make(chan struct{})}
	c.under[key] = b
	turn := c.turn
	c.mu.Unlock()

	// Whoever waits goes on waiting when the first one leaves.
	making, cancel := context.WithTimeout(context.WithoutCancel(ctx), buildLimit)
	defer cancel()
	b.err = errUnbuilt // what a panic leaves behind
	defer c.built(key, b, turn)
	b.answer, b.err = build(making)

	return b.answer, b.err
}

// built ends the waiting of the others, and keeps what was made unless something changed meanwhile.
func (c *cache) built(key string, b *building, turn int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.under[key] == b {
		delete(c.under, key)
	}
	if b.err == nil && c.turn == turn && b.answer.status != http.StatusNotFound {
		c.keep(key, b.answer)
	}
	close(b.done)
}

// keep makes room by dropping any others.
func (c *cache) keep(key string, a *answer) {
	size := len(a.body) + len(a.packed)
	if old, ok := c.kept[key]; ok {
		c.bytes -= len(old.body) + len(old.packed)
		delete(c.kept, key)
	}

	for other, old := range c.kept {
		if len(c.kept) < mostKept && c.bytes+size <= mostBytes {
			break
		}
		c.bytes -= len(old.body) + len(old.packed)
		delete(c.kept, other)
	}
	c.kept[key] = kept{a, c.now().Add(keepFor)}
	c.bytes += size
}
