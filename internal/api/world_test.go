package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/api"
	"juzhen/internal/audit"
	"juzhen/internal/blob"
	"juzhen/internal/chain"
	"juzhen/internal/check"
	"juzhen/internal/column"
	"juzhen/internal/console/posts"
	"juzhen/internal/decision"
	"juzhen/internal/delivery"
	"juzhen/internal/e2e/stage"
	"juzhen/internal/faultbook"
	"juzhen/internal/identity"
	"juzhen/internal/inbox"
	"juzhen/internal/incident"
	"juzhen/internal/inspect"
	"juzhen/internal/lexicon"
	"juzhen/internal/library"
	"juzhen/internal/link"
	"juzhen/internal/live"
	"juzhen/internal/media"
	"juzhen/internal/notice"
	"juzhen/internal/org"
	"juzhen/internal/outward"
	"juzhen/internal/pause"
	"juzhen/internal/pdf"
	"juzhen/internal/peer"
	"juzhen/internal/pg"
	"juzhen/internal/pgtest"
	"juzhen/internal/plan"
	"juzhen/internal/post"
	"juzhen/internal/push"
	"juzhen/internal/reach"
	"juzhen/internal/relay"
	"juzhen/internal/replay"
	"juzhen/internal/report"
	"juzhen/internal/review"
	"juzhen/internal/roster"
	"juzhen/internal/rumour"
	"juzhen/internal/sandbox"
	"juzhen/internal/score"
	"juzhen/internal/seal"
	"juzhen/internal/site"
	"juzhen/internal/source"
	"juzhen/internal/template"
	"juzhen/internal/todo"
	"juzhen/internal/urgent"
	"juzhen/internal/view"
	"juzhen/internal/web"
	"juzhen/internal/weibo"
)

// password is everybody's.
const password = "correct horse battery 7"

// The people of the world, by user name, and where their role reaches.
var people = []struct {
	name string
	role access.Role
	unit int64
}{
	{"writer", access.PressOfficer, 1},
	{"reviewer", access.Reviewer, 1},
	{"second", access.Reviewer, 1},
	{"supervisor", access.Supervisor, 1},
	{"admin", access.Administrator, 1},
	{"auditor", access.Auditor, 1},
	{"chaoyang", access.PressOfficer, 3},
}

// world is the whole console behind its handler: a database, a sandbox for Weibo, people who sign in.
type world struct {
	*testing.T
	db      *pg.DB
	sandbox *sandbox.Server
	deps    api.Deps
	kit     *web.Kit
	metrics http.Handler
	log     *syncBuffer

	mu     sync.Mutex
	skew   time.Duration
	tokens map[string]string
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}
func (s *syncBuffer) String() string { s.mu.Lock(); defer s.mu.Unlock(); return s.b.String() }

// sessions is what the program puts between the kit and identity.
type sessions struct{ *identity.Service }

func (s sessions) Actor(ctx context.Context, token, ip, agent string) (access.Actor, web.Session, error) {
	actor, info, err := s.Service.Actor(ctx, token, ip, agent)
	return actor, web.Session{ID: info.ID, Expires: info.Expires, Lang: info.Lang, Theme: info.Theme}, err
}

func newWorld(t *testing.T, change ...func(*api.Deps)) *world {
	t.Helper()
	w := &world{T: t, db: pgtest.New(t), tokens: map[string]string{}, log: &syncBuffer{}}
	limits := sandbox.Limits{}
	w.sandbox = sandbox.New(sandbox.Options{Clock: w.now, Limits: &limits})
	server := httptest.NewServer(w.sandbox)
	t.Cleanup(func() { w.sandbox.Close(); server.Close() })
	w.services(server.URL)
	w.populate()
	w.whole()
	kit, err := web.New(web.Options{Sessions: sessions{w.deps.Identity}, Now: w.now, Log: w.deps.Log})
	w.must(err)

	w.kit = kit
	for _, f := range change {
		f(&w.deps)
	}
	w.metrics = api.Register(kit, w.deps)

	return w
}

// whole fails where a service that operations call is not there: they would panic, whatever is asked.
func (w *world) whole() {
	w.Helper()

	deps := reflect.ValueOf(w.deps)
	for i := range deps.NumField() {
		if field := deps.Field(i); field.Kind() == reflect.Pointer && field.IsNil() {
			w.Fatalf("the interface is tried without %s", deps.Type().Field(i).Name)
		}
	}
}

func (w *world) services(weiboURL string) {
	key := bytes.Repeat([]byte{7}, seal.KeySize)
	box, err := seal.New(key)
	w.must(err)
	blobs, err := blob.Open(w.TempDir())
	w.must(err)
	w.Cleanup(func() { _ = blobs.Close() })
	client := weibo.New(weibo.Options{
		PublicURL:     weiboURL,
		CommercialURL: weiboURL + "/c",
		AppKey:        sandbox.DemoAppKey,
		AppSecret:     sandbox.DemoAppSecret,
	})
	people, err := identity.New(w.db, w.now, identity.Options{
		Keys:  [][]byte{key},
		Moved: delivery.UnitWatch(),
	})
	w.must(err)
	rules := weibo.Rules{SafeDomains: []string{sandbox.DemoSafeDomain}}
	accounts := account.New(w.db, box, client, account.Options{
		AppKey:      sandbox.DemoAppKey,
		CallbackURL: "http://localhost/oauth/weibo/callback",
		Now:         w.now,
		Watch:       delivery.AccountChangedTx,
		First:       delivery.AccountFirstTx,
	})
	lists := lexicon.New(w.db, w.now, nil, lexicon.Told{})
	links := link.New(w.db, nil, link.Options{Safe: rules.SafeDomains}, w.now)
	checks := check.New(w.db, lists, links, w.now)
	templates := template.New(w.db, w.now)
	deliveries := delivery.New(w.db, delivery.Options{Now: w.now, Rules: rules, Checks: checks})
	relays := relay.New(w.db, relay.Options{Deliveries: deliveries, People: people.ActingAs, Now: w.now})
	figures := reach.New(w.db, client, accounts, reach.Options{Now: w.now})
	planned := plan.New(
		w.db,
		plan.Options{
			Accounts: accounts, Columns: column.New(w.db, w.now), Deliveries: deliveries, Reach: figures,
			Posts: post.New(w.db, rules, w.now), Reviews: review.New(w.db, w.now), People: people.ActingAs,
			Now: w.now,
		},
	)
	faults := faultbook.New(w.db, inspect.New(w.db, w.now), w.now)
	w.deps = api.Deps{
		Relays: relays,
		Urgent: urgent.New(urgent.Options{
			Templates:  templates,
			Columns:    column.New(w.db, w.now),
			Deliveries: deliveries,
			Relays:     relays,
			Now:        w.now,
		}),
		Plan:    planned,
		Library: library.New(w.db, nil, w.now),
		Inspect: inspect.New(w.db, w.now),
		Faults:  faults,
		Reports: report.New(w.db, report.Sources{
			Reach:   figures,
			Inspect: inspect.New(w.db, w.now),
			Faults:  faults,
			PDF:     pdf.New("", "", slog.Default()),
		}, w.now),
		Inbox: inbox.New(w.db, inbox.Options{Now: w.now, Deliveries: deliveries, Plan: planned}),
		Push: push.New(
			w.db,
			push.Options{Box: stage.Box(w.T, 3), Now: w.now, URL: "https://push.example"},
		),
		Scores:     score.New(w.db, figures, inbox.New(w.db, inbox.Options{Now: w.now}), w.now),
		Peers:      peer.New(w.db, figures, w.now),
		Rumours:    rumour.New(w.db, w.now),
		Incidents:  incident.New(w.db, w.now),
		Roster:     roster.New(w.db, w.now),
		Channels:   newChannels(w.db, w.now),
		Site:       site.New(w.db, nil, w.now),
		Checks:     checks,
		Links:      links,
		Lexicons:   lists,
		Identity:   people,
		Units:      org.New(w.db, w.now),
		Views:      view.New(w.db, view.Join(posts.ViewLists()), w.now),
		Accounts:   accounts,
		Media:      media.New(w.db, blobs, w.now),
		Columns:    column.New(w.db, w.now),
		Chains:     chain.New(w.db, w.now),
		Templates:  templates,
		Sources:    source.New(w.db, templates, outward.New(outward.Options{}), w.now),
		Posts:      post.New(w.db, rules, w.now),
		Reviews:    review.New(w.db, w.now),
		Deliveries: deliveries,
		Decisions:  decision.New(w.db),
		Notices: notice.New(w.db, notice.Options{
			Now: w.now, Words: slices.Concat(post.NoticeWords(), delivery.NoticeWords(), pause.NoticeWords()),
			Page: func(_, _ string, _ int64) string { return "/" },
		}),
		Live: live.New(
			func(ctx context.Context) (live.Listener, error) { return w.db.Listen(ctx, live.Channel) },
			live.Options{},
		),
		Todos: todo.New(
			w.db,
			todo.Join(
				review.TodoMatters(),
				post.TodoMatters(),
				delivery.TodoMatters(),
				lexicon.TodoMatters(),
			),
			todo.Pages{}.
				Page(delivery.TodoSubject, "/deliveries/%d").Page(post.TodoSubject, "/posts/%d").
				PageOf("review.waiting", "/reviews/%d"),
			w.now,
		),
		Reach: figures,
		Audit: audit.New(
			w.db,
			w.now,
			audit.Join(identity.TrailActs(), post.TrailActs(), delivery.TrailActs(), audit.TrailActs())...),
		Replays: replay.New(w.db, w.now),
		Health: func(context.Context) (api.Sending, error) {
			return api.Sending{Healthy: true, Queue: map[string]int{"waiting": 2}, Processes: 1}, nil
		},
		Ready: func(ctx context.Context) error { return pg.MigrationsCurrent(ctx, w.db) },
		Now:   w.now,
		Log:   slog.New(slog.NewTextHandler(w.log, nil)),
	}
}

// populate puts a bureau, a centre and a district there, one person per role, and four accounts.
func (w *world) populate() {
	w.Helper()
	stage.Bureau(w, w.db)

	// One password is hashed, and everybody has it: hashing takes longer than all else here.
	_, err := w.deps.Identity.CreateUser(w.Context(), access.System("测试"), identity.NewUser{
		Username:    people[0].name,
		DisplayName: "示例" + people[0].name,
		UnitID:      people[0].unit,
		Password:    password,
		Grants:      []identity.NewGrant{{Role: people[0].role, UnitID: people[0].unit}},
	})
	w.must(err)

	for _, p := range people[1:] {
		w.exec(`
WITH made AS (INSERT INTO users (username, display_name, unit_id, password_hash, must_change,
    password_changed_at, lang, theme, created_at)
    SELECT $1::text, '示例' || $1, $2, password_hash, must_change, password_changed_at, lang, theme, created_at
    FROM users WHERE username = $4 RETURNING id, created_at)
INSERT INTO grants (user_id, role, unit_id, created_at) SELECT id, $3, $2, created_at FROM made`,
			p.name, p.unit, string(p.role), people[0].name)
	}
	w.exec(`
INSERT INTO accounts (id, unit_id, platform, handle, display_name, seat, state, connector, late_limit,
    min_gap, auto_resend, position, created_at) OVERRIDING SYSTEM VALUE VALUES
 (1, 1, 'weibo', '环保北京', '环保北京', 'main', 'live', 'manual', '30 min', '0', false, 1, now()),
 (2, 2, 'weibo', '京环之声', '京环之声', 'affiliated', 'live', 'manual', '30 min', '0', false, 2, now()),
 (3, 3, 'weibo', '朝阳分局示例', '朝阳分局示例', 'district', 'live', 'manual', '30 min', '0', false, 3, now());
SELECT setval(pg_get_serial_sequence('accounts', 'id'), 3)`)
}

func (w *world) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return time.Now().UTC().Add(w.skew)
}

func (w *world) in(d time.Duration) string { return w.now().Add(d).Format(time.RFC3339) }

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

// token signs a person in once.
func (w *world) token(name string) string {
	w.Helper()
	if t, ok := w.tokens[name]; ok {
		return t
	}
	answer := w.call("", "POST", "/sessions", map[string]any{
		"username": name, "password": password,
	}).want(201)
	w.tokens[name] = answer.text("token")

	return w.tokens[name]
}

// answer is what came back.
type answer struct {
	*httptest.ResponseRecorder
	w    *world
	what string
}

type setting func(*http.Request)

func header(name, value string) setting { return func(r *http.Request) { r.Header.Set(name, value) } }

// call sends a request as a person; "" is nobody. body is JSON, or bytes as they are.
func (w *world) call(name, method, path string, body any, settings ...setting) answer {
	w.Helper()
	var raw io.Reader

	switch b := body.(type) {
	case nil:
	case []byte:
		raw = bytes.NewReader(b)
	case string:
		raw = strings.NewReader(b)
	default:
		data, err := json.Marshal(b)
		w.must(err)
		raw = bytes.NewReader(data)
	}
	r := httptest.NewRequest(method, api.Prefix+path, raw)
	if strings.HasPrefix(path, "!") {
		r = httptest.NewRequest(method, path[1:], raw)
	}
	if raw != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if name != "" {
		r.Header.Set("Authorization", "Bearer "+w.token(name))
	}

	for _, s := range settings {
		s(r)
	}
	rec := httptest.NewRecorder()
	w.kit.Handler().ServeHTTP(rec, r)

	return answer{rec, w, method + " " + path}
}

func (a answer) want(status int) answer {
	a.w.Helper()
	if a.Code != status {
		a.w.Fatalf("%s: status %d, want %d: %s\n%s", a.what, a.Code, status, a.Body, a.w.log)
	}

	return a
}

// at reads the body by steps: names and indexes.
func (a answer) at(steps ...any) any {
	a.w.Helper()
	var v any
	d := json.NewDecoder(bytes.NewReader(a.Body.Bytes()))
	d.UseNumber()
	a.w.must(d.Decode(&v))

	for _, s := range steps {
		switch s := s.(type) {
		case string:
			m, ok := v.(map[string]any)
			if !ok {
				a.w.Fatalf("%s: no %v in %s", a.what, steps, a.Body)
			}
			v = m[s]
		case int:
			l, ok := v.([]any)
			if !ok || len(l) <= s {
				a.w.Fatalf("%s: no %v in %s", a.what, steps, a.Body)
			}
			v = l[s]
		}
	}

	return v
}

func (a answer) text(steps ...any) string { a.w.Helper(); return fmt.Sprint(a.at(steps...)) }

func (a answer) len(steps ...any) int {
	a.w.Helper()
	l, _ := a.at(steps...).([]any)
	return len(l)
}

// says fails the test unless the place in the body reads so.
func (a answer) says(want string, steps ...any) answer {
	a.w.Helper()
	if got := a.text(steps...); got != want {
		a.w.Errorf("%s: %v is %q, want %q: %s", a.what, steps, got, want, a.Body)
	}

	return a
}

// problem fails the test unless the answer is a problem with this status and code.
func (a answer) problem(status int, code string) answer {
	a.w.Helper()
	a.want(status)
	if kind := a.Header().Get("Content-Type"); !strings.HasPrefix(kind, "application/problem+json") {
		a.w.Errorf("%s: answered as %s", a.what, kind)
	}

	return a.says(code, "code").says(fmt.Sprint(status), "status")
}

// upload makes a multipart body with a file and fields.
func upload(t testing.TB, name string, data []byte, fields map[string]string) ([]byte, setting) {
	t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	part, err := m.CreateFormFile("file", name)
	if err == nil {
		_, err = part.Write(data)
	}

	for k, v := range fields {
		if err == nil {
			err = m.WriteField(k, v)
		}
	}
	if err == nil {
		err = m.Close()
	}
	if err != nil {
		t.Fatal(err)
	}

	return b.Bytes(), header("Content-Type", m.FormDataContentType())
}

func drawing(t testing.TB) []byte {
	t.Helper()

	img := image.NewRGBA(image.Rect(0, 0, 80, 60))
	for x := range 80 {
		img.Set(x, x%60, color.RGBA{R: uint8(x * 3), A: 255})
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}

	return b.Bytes()
}
