package sandbox

import (
	"hash/fnv"
	"strings"
	"sync"
)

const digits62 = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

// linkStore remembers where t.cn links lead. The same link is always shortened to the same address.
type linkStore struct {
	mu   sync.RWMutex
	long map[string]string
}

func (l *linkStore) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.long = nil
}

func (l *linkStore) shorten(long string) string {
	if strings.HasPrefix(long, "http://t.cn/") {
		return long
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(long))
	short := "http://t.cn/A6" + base62(h.Sum64()%(62*62*62*62*62*62))
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.long == nil {
		l.long = map[string]string{}
	}
	l.long[short] = long

	return short
}

func (l *linkStore) expand(short string) (string, bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	long, ok := l.long[short]

	return long, ok
}

func (l *linkStore) replace(text string) string {
	if !strings.Contains(text, "http") {
		return text
	}

	return links.ReplaceAllStringFunc(text, l.shorten)
}

func base62(n uint64) string {
	var b []byte
	for n > 0 || len(b) == 0 {
		b = append([]byte{digits62[n%62]}, b...)
		n /= 62
	}

	return string(b)
}

type linkJSON struct {
	Short  string `json:"url_short"`
	Long   string `json:"url_long"`
	Type   int    `json:"type"`
	Result bool   `json:"result"`
}

type linksJSON struct {
	URLs []linkJSON `json:"urls"`
}

// shorten answers short_url/shorten.
func shorten(c *call) (any, error) {
	return eachLink(c, "url_long", func(long string) linkJSON {
		return linkJSON{Short: c.s.links.shorten(long), Long: long, Result: true}
	})
}

// expand answers short_url/expand; an unknown address comes back with result false.
func expand(c *call) (any, error) {
	return eachLink(c, "url_short", func(short string) linkJSON {
		long, ok := c.s.links.expand(short)
		return linkJSON{Short: short, Long: long, Result: ok}
	})
}

func eachLink(c *call, name string, look func(string) linkJSON) (any, error) {
	list := c.form[name]
	switch {
	case len(list) == 0:
		return nil, fail(21501)
	case len(list) > 20:
		return nil, fail(21502)
	}

	var out linksJSON
	for _, l := range list {
		out.URLs = append(out.URLs, look(l))
	}

	return out, nil
}
