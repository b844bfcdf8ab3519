package public_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mmcdole/gofeed"

	"juzhen/internal/library"
	"juzhen/internal/pg"
	"juzhen/internal/pgtest"
	"juzhen/internal/public"
)

const home = "https://site.example"

var noon = time.Date(2026, 11, 30, 4, 0, 0, 0, time.UTC)

// world is a site of two accounts and one column; number 1000 + n is its post n.
type world struct {
	*testing.T
	address string
	db      *pg.DB // as the owner of the tables
	site    *public.Site
	at      time.Time
	n       int
}

func newWorld(t *testing.T, change ...func(*public.Options)) *world {
	t.Helper()
	w := &world{T: t, address: pgtest.URL(t), at: noon}
	w.db = pgtest.Open(t, w.address)
	w.exec(`
UPDATE site.settings SET open = true, name = '某市生态环境', name_en = 'Ecology and Environment',
    footer = '主办：某市生态环境局', filing = '某ICP备00000000号'`)
	w.exec(`INSERT INTO site.districts VALUES (301, '市级', '000'), (302, '某区', '001')`)
	w.exec(`
INSERT INTO site.accounts (number, handle, name, district, position, link, confirmed, closed, followers,
    followers_at, looked_at)
VALUES (101, '环保某市', '环保某市', 301, 1, 'https://weibo.com/u/1', true, false, 5000, $1, $1),
    (102, '某区环境', '某区环境', 302, 1, '', false, false, NULL, NULL, NULL)`, noon)
	w.exec(`INSERT INTO site.columns VALUES (201, '空气质量', 1)`)
	w.site = w.another(change...)

	return w
}

// another is one more process that serves the site.
func (w *world) another(change ...func(*public.Options)) *public.Site {
	w.Helper()

	options := public.Options{
		DB: pgtest.Open(w.T, pgtest.AsReader(w.address)), URL: home, Asked: library.Asked,
		Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return w.at },
		Limits: public.Limits{Rate: 1000, Burst: 10_000, Searches: 1000},
	}
	for _, change := range change {
		change(&options)
	}
	site, err := public.New(w.Context(), options)
	w.must(err)

	return site
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) exec(sql string, args ...any) {
	w.Helper()
	_, err := w.db.Pool().Exec(w.Context(), sql, args...)
	w.must(err)
}

// published is one post of account 101 in column 201; each is a minute newer.
func (w *world) published(text string) int64 {
	w.Helper()
	w.n++
	number := int64(1000 + w.n)
	folded, letters := library.Letters(text)
	w.exec(`
INSERT INTO site.posts VALUES ($1, 101, 201, $2, $3, sha256($4), false, 'https://weibo.com/1/abc', NULL, $5, $6, $2, 301)`,
		number, noon.Add(time.Duration(w.n)*time.Minute), text, []byte(text), folded, letters)

	return number
}

func (w *world) ask(r *http.Request) *httptest.ResponseRecorder {
	w.Helper()
	out := httptest.NewRecorder()
	w.site.ServeHTTP(out, r)

	return out
}

func (w *world) get(path string) *httptest.ResponseRecorder {
	w.Helper()
	return w.ask(httptest.NewRequest(http.MethodGet, home+path, http.NoBody))
}

func (w *world) want(path string, status int, parts ...string) string {
	w.Helper()
	got := w.get(path)
	if got.Code != status {
		w.Errorf("%s: %d, want %d", path, got.Code, status)
	}

	for _, part := range parts {
		if !strings.Contains(got.Body.String(), part) {
			w.Errorf("%s: no %q in\n%s", path, part, got.Body.String())
		}
	}

	return got.Body.String()
}

// TestEveryPageSaysWhatItIsFor in both languages, small enough and without a script.
func TestEveryPageSaysWhatItIsFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.published("【空气质量】今日优。详见 https://example.org/a?b=1 。\n第二行 <b>不是标记</b>")
	w.exec(`INSERT INTO site.pictures VALUES (1001, 1, '五区柱状图', 'image/png', 40, 30, NULL, 'x')`)

	for path, parts := range map[string][]string{
		"/": {
			"最新发布",
			"由 @环保某市 于 2026-11-30 12:01 发布",
			"&lt;b&gt;不是标记",
			`alt="五区柱状图"`,
			"空气质量",
		},
		"/en": {
			"Latest posts",
			"Published by @环保某市 at 2026-11-30 12:01",
			`lang="en"`,
			"Ecology and Environment",
		},
		"/matrix": {"市级", "某区环境", "归属已核对", "粉丝 5,000", "最近发布 2026-11-30 12:01"},
		"/d/302":  {"<h1>某区</h1>", "某区环境", "还没有公开的内容", "/d/302/feed.atom"},
		"/d/301":  {"<h1>市级</h1>", "环保某市", "今日优"},
		"/a/101":  {"环保某市", "已与微博核对", "上次在微博上核对", "/a/101/feed.atom"},
		"/c/201":  {"空气质量", "今日优"},
		"/p/1001": {
			"<title>空气质量 · 某市生态环境</title>",
			"公开编号",
			"1001",
			"og:image",
			`itemprop="datePublished" content="2026-11-30T12:01:00&#43;08:00"`,
			`href="https://example.org/a?b=1"`,
			"在微博上查看原文",
		},
		"/search":           {"要找的词"},
		"/about":            {"撤下与更正"},
		"/contact":          {"12345", "12369"},
		"/accessibility":    {"GB/T 37668"},
		"/en/accessibility": {"WCAG 2.2"},
		"/search?q=今日":      {"今日优"},
		"/search?q=没有的":     {"没有找到。"},
		"/sitemap.xml":      {"<loc>" + home + "/p/1001</loc>"},
		"/robots.txt":       {"Sitemap: " + home + "/sitemap.xml"},
		"/air":              {"这里没有生效中的预警。"},
		"/rebuttals":        {"现在没有有效的辟谣。"},
		"/en/rebuttals":     {"No rebuttal is in force now."},
		"/air.json":         {`"air":[]`},
		"/rebuttals.json":   {`"rebuttals":[]`},
		"/style.css":        {"--accent:#1f5f8b"},
		"/matrix.json":      {`"number":"101"`},
		"/p/1001.json":      {`"text_sha256"`},
	} {
		body := w.want(path, http.StatusOK, parts...)
		if len(body) > 60<<10 {
			t.Errorf("%s: %d bytes", path, len(body))
		}
		if strings.Contains(body, "<script") || strings.Contains(body, "style=") ||
			strings.Contains(body, " on") && strings.Contains(body, "onclick") {
			t.Errorf("%s holds a script or a style", path)
		}
	}
	if got := w.get(
		"/p/1001/1",
	); got.Body.String() != "x" ||
		got.Header().Get("Content-Type") != "image/png" {
		t.Errorf("the picture: %d %v", got.Code, got.Header())
	}
}

// TestFeedsAreReadByReaders: a well-kept reader takes them, and what was withdrawn is told.
func TestFeedsAreReadByReaders(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.published("第一条\x01 ]]> &amp;")
	w.published("第二条")
	w.exec("INSERT INTO site.withdrawn VALUES (1999, 101, 201, $1, 301), (1998, 102, NULL, $1, 302)", noon)

	for _, path := range []string{
		"/feed.atom",
		"/a/101/feed.atom",
		"/c/201/feed.atom",
		"/d/301/feed.atom",
		"/d/301/feed.json",
		"/en/feed.atom",
		"/feed.json",
		"/a/101/feed.json",
	} {
		got := w.get(path)
		feed, err := gofeed.NewParser().ParseString(got.Body.String())
		if err != nil || len(feed.Items) != 2 || feed.Items[0].Title != "第二条" {
			t.Errorf("%s: %v, %+v", path, err, feed)
			continue
		}
		if !strings.Contains(got.Body.String(), home+"/p/1999") {
			t.Errorf("%s does not tell what was withdrawn", path)
		}
		one := strings.HasPrefix(path, "/a/") || strings.HasPrefix(path, "/d/")
		if one && strings.Contains(got.Body.String(), "1998") {
			t.Errorf("%s tells of another account", path)
		}
	}
	var feed struct {
		Gone []struct {
			Ref  string `xml:"ref,attr"`
			When string `xml:"when,attr"`
		} `xml:"http://purl.org/atompub/tombstones/1.0 deleted-entry"`
	}
	w.must(xml.Unmarshal(w.get("/feed.atom").Body.Bytes(), &feed))
	if len(feed.Gone) != 2 || feed.Gone[0].When == "" {
		t.Errorf("tombstones %+v", feed.Gone)
	}
	w.want("/p/1999", http.StatusGone, "内容已撤下")
	w.want("/p/1997", http.StatusNotFound)
}

// TestListsGoOn to the last page, each post once; a text that many accounts publish stands once among its
// neighbours.
func TestListsGoOn(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	for i := range 45 {
		w.published(fmt.Sprint("稿件 ", i))
	}
	w.exec(`
INSERT INTO site.posts SELECT 5000 + n, 102, NULL, $1, '同一段文字', sha256('x'), false, '', NULL, '', '{}', $1, 302
FROM generate_series(1, 9) n`, noon.Add(100*time.Minute))
	seen := map[string]int{}
	before := ""

	for range 5 {
		var page struct {
			Posts []struct{ Text string }
			Next  string
		}
		w.must(json.Unmarshal(w.get("/posts.json?before="+before).Body.Bytes(), &page))

		for _, post := range page.Posts {
			seen[post.Text]++
		}
		if before = page.Next; before == "" {
			break
		}
	}
	if len(seen) != 46 || seen["同一段文字"] != 1 || seen["稿件 0"] != 1 {
		t.Errorf("%d texts, %d, %d", len(seen), seen["同一段文字"], seen["稿件 0"])
	}
	w.want("/", http.StatusOK, "另有 8 个账号发布", "更早的内容")
}

// TestAPictureEndsWithItsLicence, whenever that is read.
func TestAPictureEndsWithItsLicence(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.published("有图")
	w.exec(
		`INSERT INTO site.pictures VALUES (1001, 0, '第一张', 'image/png', 4, 3, NULL, 'x'),
    (1001, 1, '过期', 'image/png', 4, 3, now() - interval '1 second', 'x'), (1001, 2, '未过期', 'image/png', 4, 3, now() + interval '1 hour', 'x')`,
	)
	body := w.want("/p/1001", http.StatusOK, "第一张", "未过期")
	if strings.Contains(body, `"过期"`) {
		t.Error("shown after its licence")
	}

	named := regexp.MustCompile(`<img[^>]* src="([^"]+)"`).FindAllStringSubmatch(body, -1)
	for _, picture := range named {
		w.want(picture[1], http.StatusOK)
	}
	if len(named) != 2 {
		t.Errorf("%d pictures are shown", len(named))
	}
	w.want("/p/1001/1", http.StatusNotFound)
	w.want("/p/1001/2", http.StatusOK)
}

// TestACorrectionStandsAboveWhatItCorrects.
func TestACorrectionStandsAboveWhatItCorrects(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.published("有误的内容")
	w.published("更正的内容")
	w.exec("UPDATE site.posts SET corrects = 1001 WHERE number = 1002")
	body := w.want("/p/1001", http.StatusOK, "此内容已更正", "/p/1002")
	if strings.Index(body, "/p/1002") > strings.Index(body, "articleBody") {
		t.Error("the correction stands below")
	}
	w.want("/p/1002", http.StatusOK, "/p/1001")
}

// TestAWithdrawalReachesTwoProcesses at once: both forget what they keep when the database tells them.
func TestAWithdrawalReachesTwoProcesses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, stop := context.WithCancel(t.Context())
	var following sync.WaitGroup
	t.Cleanup(func() { stop(); following.Wait() })

	other := w.another()
	for _, site := range []*public.Site{w.site, other} {
		following.Go(func() { _ = site.Follow(ctx) })
	}
	w.published("要撤下的内容")
	shown := func(site *public.Site) bool {
		out := httptest.NewRecorder()
		site.ServeHTTP(out, httptest.NewRequest(http.MethodGet, home+"/", http.NoBody))

		return strings.Contains(out.Body.String(), "要撤下的内容")
	}
	// Whoever does not listen yet would miss the notice: it is told until both have heard one.
	for _, site := range []*public.Site{w.site, other} {
		for !shown(site) {
			w.exec("SELECT pg_notify('juzhen_site', '*')")
		}
	}
	w.exec("DELETE FROM site.posts; SELECT pg_notify('juzhen_site', '*')")

	for _, site := range []*public.Site{w.site, other} {
		for shown(site) {
			w.exec("SELECT pg_notify('juzhen_site', '*')")
		}
	}
}

// TestNothingIsKeptLongerThanHalfAMinute where no notice comes.
func TestNothingIsKeptLongerThanHalfAMinute(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.published("要撤下的内容")
	w.want("/", http.StatusOK, "要撤下的内容")
	w.exec("DELETE FROM site.posts")
	w.at = noon.Add(29 * time.Second)
	w.want("/", http.StatusOK, "要撤下的内容")
	w.at = noon.Add(30 * time.Second)
	if strings.Contains(w.get("/").Body.String(), "要撤下的内容") {
		t.Error("kept too long")
	}
}

// TestConditionalAndPacked: a reader that has an answer gets none; one that takes gzip gets it; HEAD has no
// body.
func TestConditionalAndPacked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.published("内容")
	plain := w.get("/")
	if got := plain.Header().Get("Cache-Control"); got != "max-age=30, must-revalidate" {
		t.Errorf("Cache-Control %q", got)
	}
	tag := plain.Header().Get("ETag")

	for given, want := range map[string]int{
		tag: 304, "W/" + tag: 304, `"x", ` + tag: 304, "*": 304, `"x"`: 200, strings.Repeat("a", 5000): 200,
		strings.TrimSuffix(tag, `"`) + `-gz"`: 304,
	} {
		r := httptest.NewRequest(http.MethodGet, home+"/", http.NoBody)
		r.Header.Set("If-None-Match", given)
		if got := w.ask(r); got.Code != want || want == 304 && got.Body.Len() > 0 {
			t.Errorf("%.40q: %d, want %d", given, got.Code, want)
		}
	}
	r := httptest.NewRequest(http.MethodGet, home+"/", http.NoBody)
	r.Header.Set("Accept-Encoding", "br, gzip")
	packed := w.ask(r)
	unpacked, err := gzip.NewReader(packed.Body)
	w.must(err)
	body, err := io.ReadAll(unpacked)
	w.must(err)
	if !bytes.Equal(body, plain.Body.Bytes()) || packed.Header().Get("Vary") != "Accept-Encoding" {
		t.Error("packed answer differs")
	}
	r.Header.Set("Accept-Encoding", "gzip;q=0")
	if got := w.ask(r); got.Header().Get("Content-Encoding") != "" {
		t.Error("packed for who refuses it")
	}
	head := w.ask(httptest.NewRequest(http.MethodHead, home+"/", http.NoBody))
	if head.Code != 200 || head.Body.Len() > 0 || head.Header().Get("Content-Length") == "0" {
		t.Errorf("HEAD: %d, %d bytes, %v", head.Code, head.Body.Len(), head.Header())
	}
	r = httptest.NewRequest(http.MethodGet, home+"/", http.NoBody)
	r.Header.Set("Range", "bytes=0-3")
	if got := w.ask(r); got.Code != 200 {
		t.Errorf("a range: %d", got.Code)
	}
}

// TestAClosedSiteShowsNothing but how it looks.
func TestAClosedSiteShowsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.published("内容")
	w.exec("UPDATE site.settings SET open = false")

	for _, path := range []string{
		"/",
		"/en",
		"/matrix",
		"/p/1001",
		"/p/1001.json",
		"/feed.atom",
		"/feed.json",
		"/posts.json",
		"/search?q=内容",
		"/sitemap.xml",
	} {
		if body := w.want(path, http.StatusServiceUnavailable); strings.Contains(body, "内容<") {
			t.Errorf("%s shows something", path)
		}
	}
}

// TestHostileRequests are refused before anything is looked up, and say nothing.
func TestHostileRequests(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.published("内容")
	w.want("/", http.StatusOK)

	for path, want := range map[string]int{
		"/" + strings.Repeat("a", 1<<20):   414,
		"/?x=" + strings.Repeat("a", 3000): 414,
		"/p/1":                             404,
		"/p/-1":                            404,
		"/p/01001":                         404,
		"/p/+1001":                         404,
		"/p/1001/":                         404,
		"/p/1001/0":                        404,
		"/p/1001/1/1":                      404,
		"/p/99999999999999999999":          404,
		"/p/%31001":                        404,
		"/p/1001%00":                       404,
		"/P/1001":                          404,
		"//":                               404,
		"/./":                              404,
		"/../":                             404,
		"/en/":                             404,
		"/en/p/1001/1":                     404,
		"/en/robots.txt":                   404,
		"/..%2f..%2fetc/passwd":            404,
		"/signin":                          404,
		"/api/v1/posts":                    404,
		"/metrics":                         404,
		"/posts":                           404,
		"/.git/config":                     404,
		"/a/1":                             404,
		"/c/1":                             404,
		"/a/101.json":                      404,
		"/?before=1":                       404, "/?before=1-1-1": 404, "/?before=" + strings.Repeat("9", 40) + "-1": 404,
		"/?before=9223372036854775807-1":              404,
		"/?%zz":                                       400,
		"/search?q=%ff":                               400,
		"/search?q=%00":                               400,
		"/search?q=" + strings.Repeat("a", 500):       400,
		"/search?q=a%20b%20c%20d%20e%20f%20g%20h%20i": 200,
		"/?utm_source=x":                              200,
	} {
		if got := w.get(path); got.Code != want {
			t.Errorf("%.60s: %d, want %d", path, got.Code, want)
		}
	}

	for _, host := range []string{
		"",
		"evil.example",
		"console.example:8080",
		"site.example.evil",
		"127.0.0.1",
		"[::1]:80",
	} {
		r := httptest.NewRequest(http.MethodGet, home+"/", http.NoBody)
		r.Host = host
		r.Header.Set("X-Forwarded-Host", "site.example")
		if got := w.ask(
			r,
		); got.Code != http.StatusMisdirectedRequest ||
			host != "" && strings.Contains(got.Body.String(), host) {
			t.Errorf("Host %q: %d", host, got.Code)
		}
	}

	for _, method := range []string{"POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PURGE", "get"} {
		r := httptest.NewRequest(method, home+"/", http.NoBody)
		r.Header.Set("X-HTTP-Method-Override", "GET")
		if got := w.ask(r); got.Code != http.StatusMethodNotAllowed || got.Header().Get("Allow") == "" {
			t.Errorf("%s: %d", method, got.Code)
		}
	}
	if got := w.ask(
		httptest.NewRequest(http.MethodGet, home+"/", strings.NewReader("body")),
	); got.Code != 413 {
		t.Errorf("a body: %d", got.Code)
	}

	got := w.get("/")
	for _, name := range []string{"Set-Cookie", "Server", "X-Powered-By"} {
		if got.Header().Get(name) != "" {
			t.Errorf("%s: %s", name, got.Header().Get(name))
		}
	}
}

// TestNoHeaderAndNoParameterPoisonsTheCache: the page that others get is the same whatever one asked with.
func TestNoHeaderAndNoParameterPoisonsTheCache(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.published("内容")
	clean := w.another()
	out := httptest.NewRecorder()
	clean.ServeHTTP(out, httptest.NewRequest(http.MethodGet, home+"/", http.NoBody))

	r := httptest.NewRequest(http.MethodGet, home+"/?x=%3Cscript%3Epoison&q=poison&lang=en", http.NoBody)
	for _, name := range []string{
		"X-Forwarded-Host", "X-Forwarded-Proto", "X-Original-URL", "X-Rewrite-URL", "Forwarded", "Accept-Language",
		"Cookie", "User-Agent", "Referer", "Origin", "X-Forwarded-For",
	} {
		r.Header.Set(name, "poison.example")
	}
	w.ask(r)
	if got := w.get("/"); got.Body.String() != out.Body.String() {
		t.Error("the page differs")
	}
}

// TestOneAddressAsksNoMoreThanItsShare, whatever it says of itself; others are not held up.
func TestOneAddressAsksNoMoreThanItsShare(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *public.Options) {
		o.Limits = public.Limits{Rate: 1, Burst: 5, Searches: 0.5, Addresses: 100}
	})
	from := func(addr, forwarded, path string) int {
		r := httptest.NewRequest(http.MethodGet, home+path, http.NoBody)
		r.RemoteAddr = addr
		r.Header.Set("X-Forwarded-For", forwarded)

		return w.ask(r).Code
	}

	for i := range 8 {
		want := 200
		if i >= 5 {
			want = 429
		}
		if got := from("192.0.2.1:99", fmt.Sprintf("198.51.100.%d", i), "/about"); got != want {
			t.Errorf("request %d: %d, want %d", i, got, want)
		}
		if got := from(fmt.Sprintf("[2001:db8::%d]:99", i), "", "/about"); got != want {
			t.Errorf("request %d of one /64: %d, want %d", i, got, want)
		}
	}
	if got := from("192.0.2.2:99", "", "/about"); got != 200 {
		t.Errorf("another address: %d", got)
	}

	for i := range 500 { // more addresses than are remembered
		from(fmt.Sprintf("203.0.113.%d:%d", i%250, i), "", "/about")
	}
	w.at = w.at.Add(10 * time.Second)
	if got := from("192.0.2.1:99", "", "/about"); got != 200 {
		t.Errorf("later: %d", got)
	}
}

// TestSlowReadersAndFloodsOnTheListener: strange bytes, large heads and connections without end.
func TestSlowReadersAndFloodsOnTheListener(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *public.Options) { o.Limits.Conns = 20 })
	l, err := net.Listen("tcp", "127.0.0.1:0")
	w.must(err)
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- w.site.Serve(ctx, l) }()

	say := func(text string) string {
		conn, err := net.Dial("tcp", l.Addr().String())
		w.must(err)
		defer conn.Close()
		_, _ = io.WriteString(conn, text)
		answer, _ := io.ReadAll(io.LimitReader(conn, 1<<20))
		line, _, _ := strings.Cut(string(answer), "\r\n")

		return line
	}
	for text, want := range map[string]string{
		"GET / HTTP/1.1\r\nHost: site.example\r\nConnection: close\r\n\r\n":                                                    "200",
		"GET / HTTP/1.1\r\nHost: site.example\r\nConnection: close\r\nX: " + strings.Repeat("a", 64<<10) + "\r\n\r\n":          "431",
		"GET / HTTP/1.1\r\nHost: site.example\r\nHost: evil\r\nConnection: close\r\n\r\n":                                      "400",
		"GET http://evil.example/ HTTP/1.1\r\nHost: site.example\r\nConnection: close\r\n\r\n":                                 "421",
		"GET / HTTP/1.1\r\nHost: site.example\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n": "4",
		"\x16\x03\x01\x02\x00\r\n\r\n": "400",
	} {
		if got := say(text); !strings.Contains(got, " "+want) {
			t.Errorf("%.60q: %q, want %s", text, got, want)
		}
	}
	var held []net.Conn

	for range 40 {
		conn, err := net.Dial("tcp", l.Addr().String())
		w.must(err)
		held = append(held, conn)
	}
	// Those beyond the bound are closed at once, and read as ended.
	ended := 0

	for _, conn := range held[20:] {
		if _, err := conn.Read(make([]byte, 1)); err != nil {
			ended++
		}
	}
	if ended != 20 {
		t.Errorf("%d of 20 that were too many were ended", ended)
	}

	for _, conn := range held {
		_ = conn.Close()
	}
	stop()
	w.must(<-served)
}
