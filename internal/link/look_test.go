package link_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"juzhen/internal/e2e/stage"
	"juzhen/internal/fault"
	"juzhen/internal/link"
	"juzhen/internal/outward"
	"juzhen/internal/pg"
	"juzhen/internal/pgtest"
)

// world is a bureau with a post of its own, the web around it, and a clock in hand.
type world struct {
	*testing.T
	db  *pg.DB
	s   *link.Service
	now time.Time

	near, other, secure *httptest.Server // three servers of this machine that the operator named
	inner               *httptest.Server // one that nobody named
	closed              string           // where nobody listens
	reached             atomic.Bool      // the one that nobody named
	asked               atomic.Int32     // how often near was asked
	sent                atomic.Int64     // bytes that near got rid of
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{T: t, db: pgtest.New(t), now: time.Date(2026, 11, 30, 2, 32, 0, 0, time.UTC)}
	stage.Bureau(t, w.db, "专员", "主管")
	w.exec(`
INSERT INTO posts (id, unit_id, author_id, phase, due_now, urgent, revision, created_at, updated_by,
    updated_at)
OVERRIDING SYSTEM VALUE SELECT n, 1, 1, 'draft', false, false, 1, $1, 1, $1 FROM generate_series(1, 3) n`, w.now)

	w.near = w.serve(httptest.NewServer(http.HandlerFunc(w.answer)))
	w.other = w.serve(httptest.NewServer(http.NotFoundHandler()))
	w.secure = w.serve(httptest.NewTLSServer(http.NotFoundHandler()))
	w.inner = w.serve(httptest.NewServer(http.HandlerFunc(
		func(http.ResponseWriter, *http.Request) { w.reached.Store(true) },
	)))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	w.must(err)
	w.closed = "http://" + listener.Addr().String() + "/"
	w.must(listener.Close())

	var named []string

	for _, address := range []string{w.near.URL, w.other.URL, w.secure.URL, w.closed} {
		_, host, _ := strings.Cut(strings.Trim(address, "/"), "://")
		named = append(named, host)
	}
	w.s = link.New(w.db, outward.New(outward.Options{Allowed: named, Timeout: 3 * time.Second}),
		link.Options{Waiting: `(SELECT id, CASE WHEN phase = 'draft' THEN updated_at END AS touched FROM posts
			WHERE phase <> 'withdrawn')`},
		func() time.Time { return w.now })

	return w
}

func (w *world) serve(server *httptest.Server) *httptest.Server {
	w.Cleanup(server.Close)
	return server
}

func (w *world) answer(out http.ResponseWriter, r *http.Request) {
	w.asked.Add(1)

	switch r.URL.Path {
	case "/open", "/again":
	case "/slow":
		<-r.Context().Done()
	case "/inner":
		http.Redirect(out, r, w.inner.URL, http.StatusFound)
	case "/away":
		http.Redirect(out, r, w.other.URL+"/there", http.StatusMovedPermanently)
	case "/near":
		http.Redirect(out, r, "/open", http.StatusFound)
	case "/round":
		http.Redirect(out, r, "/round", http.StatusFound)
	case "/no-head":
		if r.Method == http.MethodHead {
			http.Error(out, "", http.StatusMethodNotAllowed)
		}
	case "/endless":
		if r.Method == http.MethodHead {
			http.Error(out, "", http.StatusMethodNotAllowed)
			return
		}
		chunk := strings.Repeat("x", 64<<10)

		for r.Context().Err() == nil {
			n, err := io.WriteString(out, chunk)
			if w.sent.Add(int64(n)); err != nil {
				return
			}
		}
	default:
		http.NotFound(out, r)
	}
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

func (w *world) count(sql string, args ...any) (n int) {
	w.Helper()
	w.must(w.db.Pool().QueryRow(w.Context(), sql, args...).Scan(&n))

	return n
}

// save saves texts of a post.
func (w *world) save(post int64, texts ...string) {
	w.Helper()
	w.must(w.db.InTx(w.Context(), func(tx pg.Tx) error {
		return link.WantTx(w.Context(), tx, w.now, post, texts...)
	}))
}

const jobs = `SELECT count(*) FROM river_job WHERE kind = 'link_look' AND state = 'available'`

// work does the looks that were asked for.
func (w *world) work() {
	w.Helper()
	rows, err := w.db.Pool().Query(w.Context(), `
DELETE FROM river_job WHERE kind = 'link_look' RETURNING (args->>'link_id')::bigint`)
	w.must(err)
	var ids []int64

	for rows.Next() {
		var id int64
		w.must(rows.Scan(&id))
		ids = append(ids, id)
	}
	w.must(rows.Err())

	for _, id := range ids {
		w.must(w.s.Look(w.Context(), id))
	}
}

// said is what is known of the only link of a text.
func (w *world) said(text string) (link.State, string) {
	w.Helper()
	links, err := w.s.OfTexts(w.Context(), text)
	w.must(err)
	if len(links) != 1 {
		w.Fatalf("%d links in %s", len(links), text)
	}
	said, args := links[0].Said(w.now)

	return links[0].State, fault.Invalid("", said, args...).Plain()
}

// TestLinksAreLookedAt: what servers do, by a real one that the operator named, and what is told of it.
func TestLinksAreLookedAt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)

	for name, c := range map[string]struct {
		address string
		state   link.State
		said    string
	}{
		"open":            {w.near.URL + "/open", link.Open, ""},
		"near":            {w.near.URL + "/near", link.Open, ""},
		"head refused":    {w.near.URL + "/no-head", link.Open, ""},
		"endless":         {w.near.URL + "/endless", link.Open, ""},
		"not there":       {w.near.URL + "/gone", link.Dead, "链接 10:32 打不开：没有这个网页（404）"},
		"nobody listens":  {w.closed, link.Dead, "链接 10:32 打不开：对方没有应答"},
		"slow":            {w.near.URL + "/slow", link.Dead, "链接 10:32 打不开：连接超时"},
		"round and round": {w.near.URL + "/round", link.Dead, "链接 10:32 打不开：跳转次数过多"},
		"led inside":      {w.near.URL + "/inner", link.Dead, "链接 10:32 看过：指向内部网络，公众打不开"},
		"inside":          {w.inner.URL + "/", link.Dead, "链接 10:32 看过：指向内部网络，公众打不开"},
		"led away, gone":  {w.near.URL + "/away", link.Dead, "链接 10:32 打不开：没有这个网页（404）"},
		"certificate":     {w.secure.URL + "/", link.Certificate, "链接 10:32 看过：证书不正确，打开时浏览器会警告"},
	} {
		text := "详情见" + " " + c.address
		w.save(1, text)
		if state, said := w.said(text); state != link.Unseen || said != "" {
			t.Errorf("%s before a look: %s %s", name, state, said)
		}
		w.work()
		if state, said := w.said(text); state != c.state || said != c.said {
			t.Errorf("%s: %s %q, want %s %q", name, state, said, c.state, c.said)
		}
	}
	if w.reached.Load() {
		t.Error("a server that nobody named was reached")
	}
	if sent := w.sent.Load(); sent > 8<<20 {
		t.Errorf("%d bytes of a body without an end were taken", sent)
	}
}

func TestALinkThatLeadsAwayIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.other.Config.Handler = http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	text := "见 " + w.near.URL + "/away"

	w.save(1, text)
	w.work()
	want := "链接 10:32 看过：跳转到别处 " + w.other.URL + "/there"
	if state, said := w.said(text); state != link.Elsewhere || said != want {
		t.Errorf("%s %q, want %q", state, said, want)
	}
}

// TestAnAddressIsAskedForOnce: however often and in however many posts it is saved.
func TestAnAddressIsAskedForOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	text := "见 " + w.near.URL + "/open 和 " + strings.Replace(w.near.URL, "http", "HTTP", 1) + "/open#2"

	for post := range int64(3) {
		w.save(post+1, text, "另见 "+w.near.URL+"/again")
		w.save(post+1, text, "另见 "+w.near.URL+"/again")
	}
	if n := w.count(jobs); n != 2 {
		t.Fatalf("%d jobs", n)
	}
	w.work()
	asked := w.asked.Load()

	w.now = w.now.Add(23 * time.Hour)
	w.save(1, text)
	if n := w.count(jobs); n != 0 || w.asked.Load() != asked {
		t.Errorf("%d jobs for what is known", n)
	}
	if n := w.count(`SELECT count(*) FROM post_links WHERE post_id = 1`); n != 1 {
		t.Errorf("the post holds %d addresses", n)
	}
	w.now = w.now.Add(time.Hour)
	w.save(1, text)
	if n := w.count(jobs); n != 1 {
		t.Errorf("%d jobs after a day", n)
	}
	if w.work(); w.asked.Load() != asked+1 {
		t.Errorf("asked %d times, want %d", w.asked.Load(), asked+1)
	}
	w.save(1, "没有链接")
	if n := w.count(`SELECT count(*) FROM post_links WHERE post_id = 1`); n != 0 {
		t.Errorf("the post holds %d addresses", n)
	}
}

// TestWhatWaitsIsLookedAtAgain: not what went out, was withdrawn, or was left lying.
func TestWhatWaitsIsLookedAtAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)

	for post := range int64(3) {
		w.save(post+1, fmt.Sprintf("见 %s/open?%d", w.near.URL, post+1))
	}
	w.work()
	w.exec(`UPDATE posts SET phase = 'submitted' WHERE id = 1`)
	w.exec(`UPDATE posts SET phase = 'withdrawn' WHERE id = 2`)

	plan := func(wait time.Duration, want int) {
		t.Helper()
		w.now = w.now.Add(wait)
		w.must(w.s.PlanLooks(t.Context()))
		if n := w.count(jobs); n != want {
			t.Errorf("%v later %d looks, want %d", wait, n, want)
		}
		w.work()
	}
	plan(23*time.Hour, 0)
	plan(time.Hour, 2)
	plan(time.Minute, 0)
	plan(8*24*time.Hour, 1) // the draft was left lying
	if n := w.count(`SELECT count(*) FROM links`); n != 3 {
		t.Errorf("%d addresses are known", n)
	}
	plan(31*24*time.Hour, 1)
	if n := w.count(`SELECT count(*) FROM links`); n != 1 {
		t.Errorf("%d addresses are known after a month", n)
	}
}

func TestWhatIsKeptIsBounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.exec(`
INSERT INTO links (address, made_at, next_at)
SELECT 'http://a.example/' || n, $1::timestamptz + n * interval '1 ms', $1 FROM generate_series(1, 20100) n`, w.now)
	w.must(w.s.PlanLooks(t.Context()))
	if n := w.count(`SELECT count(*) FROM links`); n != 20_000 {
		t.Errorf("%d addresses", n)
	}
	if n := w.count(`SELECT count(*) FROM links WHERE address = 'http://a.example/100'`); n != 0 {
		t.Error("not the oldest were forgotten")
	}

	var text strings.Builder
	for n := range 80 {
		fmt.Fprintf(&text, "http://b.example/%d ", n)
	}
	w.save(1, text.String())
	if n := w.count(`SELECT count(*) FROM post_links WHERE post_id = 1`); n != 50 {
		t.Errorf("%d addresses of one post", n)
	}
}

// TestOpenPagesHearOfALook: whoever has the post open sees what was found.
func TestOpenPagesHearOfALook(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	listener, err := w.db.Listen(t.Context(), "juzhen_live")
	w.must(err)
	defer listener.Close()
	w.save(2, "见 "+w.near.URL+"/open")
	w.work()

	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()

	for {
		told, err := listener.Wait(ctx)
		w.must(err)
		if strings.Contains(told, "post/2 ") {
			return
		}
	}
}

// TestSomebodyHasLinksLookedAtAgain: at once, whatever is known; of who asks again within a minute nothing
// comes.
func TestSomebodyHasLinksLookedAtAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	text := "见 " + w.near.URL + "/open 和 " + w.near.URL + "/again"
	again := func(wantAsked, wantJobs int) {
		t.Helper()
		w.must(w.db.InTx(t.Context(), func(tx pg.Tx) error {
			asked, of, err := link.AgainTx(t.Context(), tx, w.now, 1, text)
			if asked != wantAsked || of != 2 {
				t.Errorf("%d of %d are asked for, want %d", asked, of, wantAsked)
			}

			return err
		}))
		if n := w.count(jobs); n != wantJobs {
			t.Errorf("%d jobs, want %d", n, wantJobs)
		}
	}

	w.save(1, text)
	again(2, 2) // they wait already, and wait once
	w.work()
	before := w.asked.Load()
	w.now = w.now.Add(59 * time.Second)
	again(0, 0)
	w.now = w.now.Add(time.Second)
	again(2, 2)
	again(2, 2)
	if w.work(); w.asked.Load() != before+2 {
		t.Errorf("asked %d times, want %d", w.asked.Load(), before+2)
	}
	again(0, 0)
}
