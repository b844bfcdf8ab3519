package follow_test

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/console/follow"
	"juzhen/internal/delivery"
	"juzhen/internal/e2e/stage"
	"juzhen/internal/fault"
	"juzhen/internal/inbox"
	"juzhen/internal/live"
	"juzhen/internal/pg"
	"juzhen/internal/pgtest"
	"juzhen/internal/post"
	"juzhen/internal/review"
	"juzhen/internal/web"
	"juzhen/internal/web/webtest"
	"juzhen/internal/weibo"
)

var noon = time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)

// sessions are people who can be signed out; a look is no use.
type sessions struct {
	webtest.People
	mu   sync.Mutex
	out  map[string]bool
	used int
}

func (s *sessions) Actor(ctx context.Context, token, ip, agent string) (access.Actor, web.Session, error) {
	s.mu.Lock()
	s.used++
	s.mu.Unlock()

	return s.Look(ctx, token, ip)
}

func (s *sessions) Look(ctx context.Context, token, ip string) (access.Actor, web.Session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.out[token] {
		return access.Actor{}, web.Session{}, fault.Unauthenticated("登录已过期，请重新登录")
	}

	return s.People.Actor(ctx, token, ip, "")
}

func (s *sessions) signOut(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.out[token] = true
}

type world struct {
	t          *testing.T
	db         *pg.DB
	hub        *live.Hub
	people     *sessions
	url        string
	posts      *post.Service
	deliveries *delivery.Service
}

func newWorld(t *testing.T, options live.Options, beat time.Duration) *world {
	t.Helper()
	w := &world{t: t, db: pgtest.New(t)}
	stage.Bureau(t, w.db, "值班宣传专员", "宣传专员乙", "值班审核员", "审核员乙", "朝阳专员", "管理员")
	stage.BureauAccounts(t, w.db)
	now := func() time.Time { return noon }
	w.posts = post.New(w.db, weibo.Rules{}, now)
	w.deliveries = delivery.New(w.db, delivery.Options{Now: now})
	one := func(id int64, role access.Role, path string) access.Actor {
		return access.Actor{
			UserID:    id,
			Name:      "有人",
			SessionID: id,
			Grants:    []access.Grant{{Role: role, UnitID: 1, Path: path}},
		}
	}
	w.people = &sessions{
		out: map[string]bool{},
		People: webtest.People{
			"writer":   one(1, access.PressOfficer, "/1/"),
			"reviewer": one(3, access.Reviewer, "/1/"),
			"afar":     one(5, access.PressOfficer, "/1/3/"),
			"admin":    one(6, access.Administrator, "/1/"),
		},
	}
	quiet := slog.New(slog.DiscardHandler)
	kit, err := web.New(web.Options{Sessions: w.people, Now: now, Log: quiet})
	w.must(err)
	options.Log = quiet
	listening := make(chan struct{}, 10)
	w.hub = live.New(func(ctx context.Context) (live.Listener, error) {
		listener, err := w.db.Listen(ctx, live.Channel)
		if err == nil {
			listening <- struct{}{}
		}

		return listener, err
	}, options)
	follow.Register(kit, follow.Deps{
		Hub:        w.hub,
		Posts:      w.posts,
		Deliveries: w.deliveries,
		Inbox:      inbox.New(w.db, inbox.Options{Now: now}),
		Beat:       beat,
		Gap:        time.Millisecond,
	})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); w.hub.Run(ctx) }()
	server := httptest.NewServer(kit.Handler())
	w.url = server.URL
	t.Cleanup(func() { w.hub.Close(); server.Close(); cancel(); <-done })
	<-listening

	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) exec(sql string, args ...any) {
	w.t.Helper()
	_, err := w.db.Pool().Exec(w.t.Context(), sql, args...)
	w.must(err)
}

// approved is a post of the writer to accounts of the bureau and of the district, that goes out in an hour.
func (w *world) approved(accounts ...int64) post.Post {
	w.t.Helper()
	due := noon.Add(time.Hour)

	content := post.Content{Text: "今日空气质量良", DueAt: &due}
	for _, id := range accounts {
		content.Targets = append(content.Targets, post.TargetChoice{AccountID: id})
	}
	p, err := w.posts.Create(w.t.Context(), w.people.People["writer"], 1, content)
	w.must(err)
	w.must(w.deliveries.Submit(w.t.Context(), w.people.People["writer"], p.ID, 0))
	_, version, err := w.posts.Find(w.t.Context(), w.people.People["reviewer"], p.ID)
	w.must(err)
	_, err = w.deliveries.Review(w.t.Context(), w.people.People["reviewer"], p.ID, delivery.Verdict{
		Version:  version.Number,
		Hash:     version.Hash,
		Decision: review.Approve,
	})
	w.must(err)

	return p
}

// heard is an open stream.
type heard struct {
	w      *world
	lines  chan string // "" separates events
	status int
	header http.Header
}

func (w *world) follow(who, query string) *heard {
	w.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	w.t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, w.url+"/follow?"+query, nil)
	w.must(err)
	r.AddCookie(&http.Cookie{Name: web.CookieName, Value: who})
	res, err := http.DefaultClient.Do(r)
	w.must(err)
	h := &heard{w: w, lines: make(chan string, 1000), status: res.StatusCode, header: res.Header}
	go func() {
		defer close(h.lines)
		defer res.Body.Close()

		for lines := bufio.NewScanner(res.Body); lines.Scan(); {
			h.lines <- lines.Text()
		}
	}()
	if h.status == http.StatusOK {
		h.until("retry: 3000")
	}

	return h
}

// until reads until a line comes and gives what came before it.
func (h *heard) until(want string) (before []string) {
	h.w.t.Helper()
	limit := time.After(20 * time.Second)

	for {
		select {
		case line, open := <-h.lines:
			if line == want && open {
				return before
			}
			if !open {
				h.w.t.Fatalf("the stream ended before %q, after %q", want, before)
			}
			before = append(before, line)
		case <-limit:
			h.w.t.Fatalf("%q never came, only %q", want, before)
		}
	}
}

// ends waits for the end of the stream.
func (h *heard) ends() {
	h.w.t.Helper()
	limit := time.After(20 * time.Second)

	for {
		select {
		case _, open := <-h.lines:
			if !open {
				return
			}
		case <-limit:
			h.w.t.Fatal("the stream did not end")
		}
	}
}

// silent tells that nothing was told before a change that is told to everybody.
func (h *heard) silent() bool {
	h.w.t.Helper()
	h.w.exec("SELECT pg_notify('juzhen_live', '*')")

	for _, line := range h.until("data: much") {
		if strings.HasPrefix(line, "data:") {
			return false
		}
	}

	return true
}

func TestAChangeIsToldToThoseWhoMaySeeIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, live.Options{}, 0)
	post := w.approved(1, 4)
	var own, districts int64
	w.must(
		w.db.Pool().QueryRow(t.Context(), "SELECT min(id), max(id) FROM deliveries").Scan(&own, &districts),
	)
	cancel := func(id int64) func() {
		return func() {
			w.exec(`
				INSERT INTO delivery_events (delivery_id, at, from_state, to_state, plan, code)
					VALUES ($1, now(), 'waiting', 'waiting', 1, 'x')`, id)
		}
	}
	draft := func() {
		w.exec(`
		UPDATE posts SET phase = 'draft', revision = revision + 1 WHERE id = $1`, post.ID)
	}
	text := func() { w.exec("UPDATE posts SET revision = revision + 1 WHERE id = $1", post.ID) }
	pause := func() {
		w.exec("INSERT INTO pauses (unit_id, reason, paused_by, paused_at) VALUES (1, '演练', 1, now())")
	}

	suspend := func() {
		w.exec(`
			UPDATE accounts SET state = CASE state WHEN 'live' THEN 'suspended' ELSE 'live' END WHERE id = 1`)
	}
	w.exec(`
		INSERT INTO inbox_matters (account_id, citizen, thread, state, kind, unit_id, opened_at, asked_at,
			updated_at)
		VALUES (1, '9', '8', 'open', 'ask', 1, now(), now(), now())`)
	w.exec(
		`INSERT INTO inbox_answers (matter_id, post_id, delivery_id, saw_item_id, state, written_by, written_at)
		SELECT m.id, d.post_id, d.id, 1, 'open', 1, now() FROM inbox_matters m, deliveries d WHERE d.id = $1`,
		own,
	)

	matter := func() { w.exec("UPDATE inbox_matters SET revision = revision + 1") }
	for _, c := range []struct {
		what, who, of string
		change        func()
		told          bool
	}{
		{"a step of the post's delivery", "writer", fmt.Sprintf("of=post/%d", post.ID), cancel(own), true},
		{
			"a step of another delivery", "writer", fmt.Sprintf("of=delivery/%d", districts),
			cancel(own), false,
		},
		{"its own step", "afar", fmt.Sprintf("of=delivery/%d", districts), cancel(districts), true},
		{"the district's list", "afar", "of=deliveries", cancel(districts), true},
		{"not of the bureau's account", "afar", "of=posts&of=deliveries&of=todos", cancel(own), false},
		{"the phase", "reviewer", "of=posts", draft, true},
		{"the text alone, in a list", "reviewer", "of=posts", text, false},
		{"the text alone, on its page", "reviewer", fmt.Sprintf("of=post/%d", post.ID), text, true},
		{"the phase, elsewhere", "afar", "of=posts", draft, false},
		{"a matter, on its page", "writer", "of=inbox/1", matter, true},
		{"a matter, in the list", "reviewer", "of=matters", matter, true},
		{"a matter elsewhere", "afar", "of=matters", matter, false},
		{"a step of its answer", "writer", "of=inbox/1", cancel(own), true},
		{"a pause above", "afar", "of=pauses", pause, true},
		{"an account", "admin", "of=accounts", suspend, true},
		{"an account elsewhere", "afar", "of=accounts", suspend, false},
	} {
		heard := w.follow(c.who, c.of)
		c.change()
		if c.told {
			heard.until("data: some")
		} else if !heard.silent() {
			t.Errorf("%s: %s was told", c.what, c.who)
		}
	}
}

// What changes after a page was made and before its stream is open would else never be seen on it.
func TestAStreamTellsWhatChangedWhileItsPageWasOnTheWay(t *testing.T) {
	t.Parallel()
	w := newWorld(t, live.Options{}, 0)
	post := w.approved(1)
	of := fmt.Sprintf("of=post/%d", post.ID)

	earlier := w.follow("writer", of)
	w.exec("UPDATE posts SET revision = revision + 1 WHERE id = $1", post.ID)
	earlier.until("data: some")

	w.follow("writer", of+"&ago=60000").until("event: changed")
	w.follow("writer", of+"&ago=nonsense").until("event: changed")
	if !w.follow("writer", of).silent() {
		t.Error("a stream that asks for nothing before was told of it")
	}
}

func TestAStreamIsRefusedForWhatOneMayNotRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t, live.Options{}, 0)

	post := w.approved(1)
	for _, c := range []struct {
		who, query string
		want       int
	}{
		{"afar", fmt.Sprintf("of=post/%d", post.ID), 404},
		{"afar", "of=delivery/1", 404},
		{"admin", "of=posts", 403},
		{"admin", "of=matters", 403},
		{"writer", "of=inbox/1", 404},
		{"writer", "", 200},
		{"writer", "of=post/0", 422},
		{"writer", "of=todo/1", 422},
		{"writer", "of=post/99999999999999999999", 422},
		{"writer", strings.Repeat("of=posts&", 9), 422},
		{"writer", fmt.Sprintf("of=post/%d", post.ID), 200},
	} {
		if heard := w.follow(c.who, c.query); heard.status != c.want {
			t.Errorf("%s?%s: %d, want %d", c.who, c.query, heard.status, c.want)
		}
	}
}

func TestProxiesHandEventsOnAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, live.Options{}, time.Millisecond)

	heard := w.follow("writer", "of=posts")
	for name, want := range map[string]string{
		"Content-Type":      "text/event-stream; charset=utf-8",
		"X-Accel-Buffering": "no",
		"Cache-Control":     "no-store",
		"Content-Encoding":  "",
	} {
		if got := heard.header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	heard.until(": ") // a sign of life
	heard.until(": ")
	w.people.mu.Lock()
	defer w.people.mu.Unlock()
	if w.people.used != 1 {
		t.Errorf("the stream counted as %d uses of the session, want the one that opened it", w.people.used)
	}
}

func TestTheStreamEndsWithItsSession(t *testing.T) {
	t.Parallel()
	w := newWorld(t, live.Options{}, time.Hour) // no sign of life: the end of the session itself is heard
	w.exec(`INSERT INTO sessions (id, user_id, kind, created_at, last_seen_at, expires_at, ip,
			user_agent) OVERRIDING SYSTEM VALUE
		VALUES (1, 1, 'browser', now(), now(), now() + interval '1 hour', '', '')`)
	heard := w.follow("writer", "of=posts")
	w.people.signOut("writer")
	w.exec("UPDATE sessions SET revoked_at = now() WHERE id = 1")
	heard.until("data: signin")
	heard.ends()
}

func TestTheStreamEndsWhenTheRightDoes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, live.Options{}, time.Millisecond)
	post := w.approved(1)
	heard := w.follow("writer", fmt.Sprintf("of=post/%d", post.ID))
	w.exec("UPDATE posts SET unit_id = 3")
	w.people.mu.Lock()
	w.people.People["writer"] = access.Actor{
		UserID:    1,
		SessionID: 1,
		Grants:    []access.Grant{{Role: access.PressOfficer, Path: "/1/2/"}},
	}
	w.people.mu.Unlock()
	heard.until("data: gone")
	heard.ends()
}

func TestTheStreamEndsWithTheProcess(t *testing.T) {
	t.Parallel()
	w := newWorld(t, live.Options{}, 0)
	heard := w.follow("writer", "of=posts")
	w.hub.Close()
	heard.ends()
}

func TestASessionHoldsFewStreams(t *testing.T) {
	t.Parallel()
	w := newWorld(t, live.Options{PerOwner: 2}, 0)
	w.follow("writer", "of=posts")
	w.follow("writer", "of=posts")
	if heard := w.follow(
		"writer",
		"of=posts",
	); heard.status != http.StatusServiceUnavailable ||
		heard.header.Get("Retry-After") != "30" {
		t.Errorf("third stream: %d, again after %q", heard.status, heard.header.Get("Retry-After"))
	}
	if heard := w.follow("reviewer", "of=posts"); heard.status != http.StatusOK {
		t.Errorf("another's stream: %d", heard.status)
	}
}

// TestABurstIsOneNoticeAStatement keeps the price of a mark of hundreds: it names nothing and looks
// nothing up.
func TestABurstIsOneNoticeAStatement(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	listener, err := db.Listen(t.Context(), live.Channel)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()

	for _, sql := range []string{
		`
			INSERT INTO delivery_events (delivery_id, at, from_state, to_state, plan, code)
				SELECT n, now(), 'preparing', 'sending', 1, 'marked' FROM generate_series(1, 500) n`,
		`
			INSERT INTO delivery_events (delivery_id, at, from_state, to_state, plan, code)
				SELECT n, now(), 'preparing', 'sending', 1, 'marked' FROM generate_series(1, 0) n`,
		"SELECT pg_notify('juzhen_live', 'end /')",
	} {
		if _, err := db.Pool().Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}

	for _, want := range []string{"*", "end /"} {
		if got, err := listener.Wait(t.Context()); err != nil || got != want {
			t.Errorf("heard %q (%v), want %q", got, err, want)
		}
	}
}
