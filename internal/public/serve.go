package public

import (
	"context"
	"errors"
	"maps"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"juzhen/internal/i18n"

	"github.com/jackc/pgx/v5"
)

// Bounds of a request.
const (
	maxAddress = 2048
	maxQuery   = 400 // bytes of the words of a search
)

// policy lets the pages load styles, pictures and nothing else, from here alone.
const policy = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; " +
	"frame-ancestors 'none'"

// request is what was asked, once it is understood. Everything that is kept is kept under it.
type request struct {
	lang   string // "zh-CN" or "en"
	kind   string // of the answer: list, post, …
	format string // "", "atom", "json"
	of     what
	number int64
	nth    int // of a picture
	before string
	query  string
}

// key names the answer. The words of a search are not kept.
func (r request) key() string {
	return strings.Join([]string{
		r.lang, r.kind, r.format, strconv.FormatInt(r.of.Account, 10), strconv.FormatInt(r.of.Column, 10),
		strconv.FormatInt(r.of.District, 10), strconv.FormatInt(r.number, 10), strconv.Itoa(r.nth), r.before,
	}, "|")
}

// ServeHTTP answers one request.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	maps.Copy(w.Header(), s.always)

	asked, status := s.understand(r)
	if status != http.StatusOK {
		if status == http.StatusMethodNotAllowed {
			w.Header().Set("Allow", "GET, HEAD")
		}
		s.refuse(w, r, asked.lang, status)

		return
	}
	if !s.gate.ask(s.address(r), asked.kind == "search") {
		w.Header().Set("Retry-After", "10")
		s.refuse(w, r, asked.lang, http.StatusTooManyRequests)

		return
	}
	found, err := s.find(r.Context(), asked)
	if err != nil {
		s.opt.Log.Warn("site", "kind", asked.kind, "error", err)
		w.Header().Set("Retry-After", "30")
		s.refuse(w, r, asked.lang, http.StatusServiceUnavailable)

		return
	}
	send(w, r, found)
}

// heads are what every answer carries.
func heads(secure bool) http.Header {
	h := http.Header{}
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Access-Control-Allow-Origin", "*") // all of it is public, and nobody is signed in
	if secure {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}

	return h
}

// understand reads a request strictly: what is not one of ours is refused before anything is looked up.
func (s *Site) understand(r *http.Request) (request, int) {
	asked := request{lang: langOf(r.URL.EscapedPath())}

	switch {
	case len(r.RequestURI) > maxAddress:
		return asked, http.StatusRequestURITooLong
	case !s.hosts[hostOf(r.Host)]:
		return asked, http.StatusMisdirectedRequest
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		return asked, http.StatusMethodNotAllowed
	case r.ContentLength != 0 || len(r.TransferEncoding) > 0:
		return asked, http.StatusRequestEntityTooLarge
	}
	asked, ok := understand(r.URL.EscapedPath())
	if !ok {
		return asked, http.StatusNotFound
	}

	return asked, asked.parameters(r.URL.RawQuery)
}

// understand reads the path of an address: its language and what of the site it is.
func understand(path string) (asked request, ok bool) {
	asked.lang = langOf(path)
	if asked.lang == i18n.English {
		path = strings.TrimPrefix(path, "/en")
		if path == "/" {
			return asked, false
		}
		if path == "" {
			path = "/"
		}
	}

	return asked, asked.route(path)
}

// langOf is the language that a path asks for.
func langOf(path string) string {
	if path == "/en" || strings.HasPrefix(path, "/en/") {
		return i18n.English
	}

	return i18n.Chinese
}

func hostOf(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}

	return strings.ToLower(strings.TrimSuffix(strings.Trim(host, "[]"), "."))
}

// plain are the addresses without a number, by the kind of the answer.
var plain = map[string]string{
	"/": "list", "/feed.atom": "list", "/feed.json": "list", "/posts.json": "list",
	"/matrix": "matrix", "/matrix.json": "matrix", "/search": "search", "/about": "about",
	"/contact": "contact", "/accessibility": "accessibility", "/sitemap.xml": "map", "/robots.txt": "robots",
	"/style.css": "style", "/emblem.png": "emblem", "/air": "air", "/air.json": "air",
	"/rebuttals": "rebuttals", "/rebuttals.json": "rebuttals",
}

// alone are the kinds of answers that no language has of its own.
var alone = map[string]bool{"map": true, "robots": true, "style": true, "emblem": true}

// route reads an address. What stands in one language only is found under no other.
func (a *request) route(path string) bool {
	if kind, ok := plain[path]; ok {
		a.kind, a.format = kind, formatOf(path)
		return a.lang != "en" || kind == "list" || !alone[kind] && a.format == ""
	}
	parts := strings.Split(strings.TrimPrefix(path, "/"), "/")
	if len(parts) < 2 || len(parts) > 3 {
		return false
	}
	number, err := strconv.ParseInt(strings.TrimSuffix(parts[1], ".json"), 10, 64)
	if err != nil || number <= 0 || strconv.FormatInt(number, 10) != strings.TrimSuffix(parts[1], ".json") {
		return false
	}

	isJSON := strings.HasSuffix(parts[1], ".json")
	switch parts[0] {
	case "a", "c", "d":
		a.kind = "list"

		switch parts[0] {
		case "a":
			a.of.Account = number
		case "c":
			a.of.Column = number
		default:
			a.of.District = number
		}

		if len(parts) == 3 {
			a.format = formatOf("/" + parts[2])
			return a.format != "" && !isJSON
		}

		return !isJSON
	case "p":
		a.kind, a.number = "post", number
		if isJSON {
			a.format = "json"
		}
		if len(parts) == 3 {
			a.kind = "picture"
			nth, err := strconv.Atoi(parts[2])
			a.nth = nth

			return err == nil && nth >= 0 && nth < 100 && strconv.Itoa(nth) == parts[2] && !isJSON &&
				a.lang != "en"
		}

		return !isJSON || a.lang != "en"
	case "r":
		a.kind, a.number = "rebuttal", number

		return len(parts) == 2 && !isJSON
	}

	return false
}

func formatOf(path string) string {
	return map[string]string{
		"/feed.atom": "atom", "/feed.json": "feed", "/posts.json": "json", "/matrix.json": "json",
		"/air.json": "json", "/rebuttals.json": "json",
	}[path]
}

// parameters reads those that the kind of answer knows; others are left alone, so that they reach no page.
func (a *request) parameters(raw string) int {
	values, err := url.ParseQuery(raw)
	if err != nil {
		return http.StatusBadRequest
	}
	one := func(name string) string {
		if len(values[name]) == 0 {
			return ""
		}

		return values[name][0]
	}
	if a.kind == "list" || a.kind == "search" {
		if a.before = one("before"); a.before != "" {
			if _, ok := parsePlace(a.before); !ok {
				return http.StatusNotFound
			}
		}
	}
	if a.kind == "search" {
		a.query = strings.TrimSpace(one("q"))
		if len(a.query) > maxQuery || !utf8.ValidString(a.query) || strings.ContainsRune(a.query, 0) {
			return http.StatusBadRequest
		}
	}

	return http.StatusOK
}

// errTooMany is told where as many search as may.
var errTooMany = errors.New("too many searches at once")

func (s *Site) find(ctx context.Context, asked request) (*answer, error) {
	if asked.kind == "search" && asked.query != "" {
		select {
		case s.searches <- struct{}{}:
			defer func() { <-s.searches }()
		default:
			return nil, errTooMany
		}
		ctx, cancel := context.WithTimeout(ctx, buildLimit)
		defer cancel()

		return s.build(ctx, asked)
	}

	return s.cache.get(ctx, asked.key(), func(ctx context.Context) (*answer, error) {
		return s.build(ctx, asked)
	})
}

// build makes an answer. While the site is closed there is none.
func (s *Site) build(ctx context.Context, asked request) (*answer, error) {
	set, err := s.settings(ctx)
	if err != nil {
		return nil, err
	}

	if !set.Open && asked.kind != "style" {
		return s.message(set, asked.lang, http.StatusServiceUnavailable)
	}

	return s.buildWith(ctx, set, asked)
}

func (s *Site) buildWith(ctx context.Context, set settings, asked request) (*answer, error) {
	b := &builder{Site: s, ctx: ctx, set: set, asked: asked}

	found, err := b.answer()
	if errors.Is(err, pgx.ErrNoRows) {
		return s.message(set, asked.lang, http.StatusNotFound)
	}

	return found, err
}

// refuse answers without a look at the database: the words are the same for all.
func (s *Site) refuse(w http.ResponseWriter, r *http.Request, lang string, status int) {
	found, err := s.message(settings{}, lang, status)
	if err != nil {
		http.Error(w, http.StatusText(status), status)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", found.kind)
	w.Header().Set("Content-Length", strconv.Itoa(len(found.body)))
	if status == http.StatusRequestEntityTooLarge {
		w.Header().Set("Connection", "close")
	}
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(found.body)
	}
}

// send gives an answer as the request can take it.
func send(w http.ResponseWriter, r *http.Request, found *answer) {
	body, said := found.body, found.plain
	if found.packed != nil && takesGzip(r.Header.Get("Accept-Encoding")) {
		body, said = found.packed, found.gzipped
	}
	h := w.Header()
	maps.Copy(h, said)
	if found.status == http.StatusOK && matches(r.Header.Get("If-None-Match"), found.tag) {
		h.Del("Content-Encoding")
		h.Del("Content-Length")
		w.WriteHeader(http.StatusNotModified)

		return
	}
	if found.status == http.StatusServiceUnavailable {
		h.Set("Retry-After", "600")
	}
	w.WriteHeader(found.status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body)
	}
}

// takesGzip reads Accept-Encoding; what is refused with q=0 is not sent.
func takesGzip(accepted string) bool {
	for part := range strings.SplitSeq(accepted, ",") {
		name, weight, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.EqualFold(strings.TrimSpace(name), "gzip") {
			weight = strings.TrimPrefix(strings.TrimSpace(weight), "q=")
			return strings.Trim(weight, "0.") != "" || weight == ""
		}
	}

	return false
}

// matches tells whether one of the tags that a reader has is the answer's, packed or not.
func matches(list, tag string) bool {
	if len(list) > maxAddress {
		return false
	}

	for part := range strings.SplitSeq(list, ",") {
		part = strings.Trim(strings.TrimPrefix(strings.TrimSpace(part), "W/"), `"`)
		if part == "*" || strings.TrimSuffix(part, "-gz") == tag {
			return true
		}
	}

	return false
}
