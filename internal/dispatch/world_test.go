package dispatch_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/blob"
	"juzhen/internal/delivery"
	"juzhen/internal/dispatch"
	"juzhen/internal/e2e/stage"
	"juzhen/internal/media"
	"juzhen/internal/pg"
	"juzhen/internal/pgtest"
	"juzhen/internal/post"
	"juzhen/internal/review"
	"juzhen/internal/sandbox"
	"juzhen/internal/seal"
	"juzhen/internal/weibo"
)

// patience is how long a test waits for an event that must come.
const patience = time.Minute

// world is a database, a sandbox, people, accounts and a clock that runs and can be turned forward.
type world struct {
	testing.TB
	url      string
	folder   string // of the kept pictures
	db       *pg.DB
	box      *seal.Box
	sandbox  *sandbox.Server
	server   *httptest.Server
	accounts *account.Service
	media    *media.Service
	posts    *post.Service
	s        *delivery.Service
	set      delivery.Settings
	engineOf dispatch.Settings

	writer, reviewer, second, supervisor, admin access.Actor

	mu     sync.Mutex
	skew   time.Duration // of every clock
	dbSkew time.Duration // of the database's clock alone
	nudge  []func()
	ids    map[string]int64 // account ids by handle

	steps  chan struct{} // closed and renewed at each step
	stepMu sync.Mutex
	seen   []dispatch.Step
}

var rules = weibo.Rules{SafeDomains: []string{sandbox.DemoSafeDomain}}

// newWorld builds it with short waits: what takes minutes in operation takes a blink here.
func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{TB: t, url: pgtest.URL(t), ids: map[string]int64{}, steps: make(chan struct{})}
	w.set = delivery.Settings{
		Lead:        2 * time.Second,
		FirstLook:   30 * time.Millisecond,
		AbsentAfter: 80 * time.Millisecond,
		LookAgain:   time.Hour,
		LookRetry:   50 * time.Millisecond,
		ReadBack:    20 * time.Millisecond,
		RetryWait:   50 * time.Millisecond,
		TokenSpare:  time.Second,
	}.Filled()
	w.engineOf = dispatch.Settings{
		Sweep:   20 * time.Millisecond,
		Beat:    50 * time.Millisecond,
		Lease:   time.Second,
		Conns:   32,
		Overdue: 100 * time.Millisecond,
	}
	w.db = pgtest.Open(t, w.url)
	none := sandbox.Limits{}
	w.sandbox = sandbox.New(sandbox.Options{Clock: w.now, Limits: &none})
	w.server = httptest.NewServer(w.sandbox)
	t.Cleanup(func() { w.sandbox.Close(); w.server.Close() })
	var err error
	w.box, err = seal.New(bytes.Repeat([]byte{7}, seal.KeySize))
	w.must(err)
	w.folder = t.TempDir()
	blobs, err := blob.Open(w.folder)
	w.must(err)
	t.Cleanup(func() { _ = blobs.Close() })
	w.media = media.New(w.db, blobs, w.now)
	w.posts = post.New(w.db, rules, w.now)
	w.accounts = w.accountService(w.db)
	w.s = delivery.New(w.db, delivery.Options{Now: w.now, Settings: w.set, Rules: rules, Wake: w.wake})
	w.people()

	return w
}

func (w *world) api() *weibo.Client {
	return weibo.New(weibo.Options{
		PublicURL:     w.server.URL,
		CommercialURL: w.server.URL + "/c",
		AppKey:        sandbox.DemoAppKey,
		AppSecret:     sandbox.DemoAppSecret,
		CallLimit:     2 * time.Second,
		Conns:         32,
		RIP:           "192.0.2.7",
	})
}

func (w *world) accountService(db *pg.DB) *account.Service {
	return account.New(db, w.box, w.api(), account.Options{
		AppKey: sandbox.DemoAppKey,
		Now:    w.now,
		Watch:  delivery.AccountChangedTx,
		First:  delivery.AccountFirstTx,
	})
}

func (w *world) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return time.Now().Add(w.skew)
}

// advance turns all clocks forward and lets everybody look at theirs.
func (w *world) advance(d time.Duration) {
	w.mu.Lock()
	w.skew += d
	w.mu.Unlock()
	w.wake()
}

func (w *world) wake() {
	w.mu.Lock()
	list := slices.Clone(w.nudge)
	w.mu.Unlock()

	for _, f := range list {
		f()
	}
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) people() {
	w.Helper()
	stage.Bureau(w, w.db, "值班宣传专员", "值班审核员", "审核员乙", "值班主管", "系统管理员")
	w.writer = who(1, access.PressOfficer)
	w.reviewer = who(2, access.Reviewer)
	w.second = who(3, access.Reviewer)
	w.supervisor, w.admin = who(4, access.Supervisor), who(5, access.Administrator)
}

func who(id int64, role access.Role) access.Actor {
	return access.Actor{
		UserID: id,
		Name:   fmt.Sprint(role),
		Grants: []access.Grant{{Role: role, UnitID: 1, Path: "/1/"}},
	}
}

// account connects an account of the sandbox and lets it go live.
func (w *world) account(handle string, unit int64, connector account.Connector) int64 {
	w.Helper()
	a, err := w.accounts.Create(w.Context(), w.admin, account.Draft{
		UnitID:    unit,
		Handle:    handle,
		Seat:      account.Main,
		Connector: connector,
		MinGap:    0,
		LateLimit: 30 * time.Minute,
	})
	w.must(err)
	if connector.NeedsToken() {
		_, err = w.accounts.ImportToken(w.Context(), w.admin, a.ID, w.sandbox.Token(handle))
		w.must(err)
	}
	w.exec(`
		UPDATE accounts SET state = 'live', tested_at = now(), min_gap = '0', auto_resend = true WHERE id = $1`,
		a.ID)
	w.ids[handle] = a.ID

	return a.ID
}

func (w *world) exec(sql string, args ...any) {
	w.Helper()
	_, err := w.db.Pool().Exec(w.Context(), sql, args...)
	w.must(err)
}

// engine starts one more process.
func (w *world) engine(change ...func(*dispatch.Options)) *dispatch.Engine {
	w.Helper()
	marks := pgtest.Open(w.TB, w.url)

	options := dispatch.Options{
		Settings: w.engineOf,
		Delivery: w.set,
		Marks:    marks,
		Weibo:    w.api(),
		Accounts: w.accountService(marks),
		Media:    w.media,
		Rules:    rules,
		Source:   sandbox.DemoApp().Name,
		Version:  "test",
		Now:      w.now,
		DBAhead:  w.dbAhead,
		Watch:    w.watch,
		Log:      slog.New(slog.NewTextHandler(testLog{w.TB}, nil)),
	}
	for _, f := range change {
		f(&options)
	}
	e := dispatch.New(options)
	w.must(e.Start(w.Context()))
	w.mu.Lock()
	w.nudge = append(w.nudge, e.Nudge)
	w.mu.Unlock()
	w.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_ = e.Stop(ctx)
	})

	return e
}

func (w *world) dbAhead() time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.skew + w.dbSkew
}

type testLog struct{ t testing.TB }

func (l testLog) Write(b []byte) (int, error) {
	if l.t.Context().Err() == nil {
		l.t.Log(strings.TrimSpace(string(b)))
	}

	return len(b), nil
}

func (w *world) watch(step dispatch.Step) {
	w.stepMu.Lock()
	defer w.stepMu.Unlock()
	if step.Name != "swept" {
		w.seen = append(w.seen, step)
	}
	close(w.steps)
	w.steps = make(chan struct{})
}

// until waits for the condition, looking again whenever an engine took a step.
func (w *world) until(what string, cond func() bool) {
	w.Helper()
	end := time.After(patience)

	for {
		w.stepMu.Lock()
		next := w.steps
		w.stepMu.Unlock()
		if cond() {
			return
		}

		select {
		case <-next:
		case <-end:
			w.Fatalf("waited in vain: %s\n%s", what, w.story())
		}
	}
}

// story tells all events, for the message of a failure.
func (w *world) story() string {
	rows, err := w.db.Pool().Query(context.Background(), `
		SELECT delivery_id, from_state, to_state, code, args::text FROM delivery_events ORDER BY id`)
	if err != nil {
		return err.Error()
	}
	defer rows.Close()
	var b strings.Builder

	for rows.Next() {
		var id int64
		var from, to, code, args string
		if err := rows.Scan(&id, &from, &to, &code, &args); err != nil {
			return err.Error()
		}
		fmt.Fprintf(&b, "  %d %s → %s %s %s\n", id, from, to, code, args)
	}

	return b.String()
}

// submit writes and submits a post for the accounts.
func (w *world) submit(text string, due *time.Time, handles ...string) (post.Post, post.Version) {
	w.Helper()

	content := post.Content{Text: text, DueAt: due, DueNow: due == nil}
	for _, h := range handles {
		content.Targets = append(content.Targets, post.TargetChoice{AccountID: w.ids[h]})
	}

	return w.submitContent(content)
}

func (w *world) submitContent(content post.Content) (post.Post, post.Version) {
	w.Helper()
	p, err := w.posts.Create(w.Context(), w.writer, 1, content)
	w.must(err)
	w.must(w.s.Submit(w.Context(), w.writer, p.ID, 0))
	p, version, err := w.posts.Find(w.Context(), w.writer, p.ID)
	w.must(err)

	return p, version
}

// plan writes, submits and approves a post, due after a while.
func (w *world) plan(text string, after time.Duration, handles ...string) post.Post {
	w.Helper()
	far := w.now().Add(far)
	p, version := w.submit(text, &far, handles...)
	w.approve(p, version, delivery.DueChoice{})
	w.dueIn(after, &p)

	return p
}

// far is a due time that no machine is too slow for.
const far = time.Hour

// dueIn moves approved posts to an instant that is counted from now. Approving for that instant would
// need a machine that is fast enough.
func (w *world) dueIn(after time.Duration, posts ...*post.Post) {
	w.Helper()

	ids := make([]int64, len(posts))
	for i, p := range posts {
		ids[i] = p.ID
	}
	due := w.now().Add(after).UTC().Truncate(time.Microsecond)
	w.exec("UPDATE posts SET due_at = $2 WHERE id = ANY ($1)", ids, due)
	w.exec(`
		UPDATE deliveries
			SET not_after = not_after + ($2::timestamptz - due_at), due_at = $2, approved_from = $2
			WHERE post_id = ANY ($1)`, ids, due)

	for _, p := range posts {
		p.DueAt = &due
	}
	w.wake()
}

func (w *world) approve(p post.Post, version post.Version, due delivery.DueChoice) {
	w.Helper()
	_, err := w.s.Review(w.Context(), w.reviewer, p.ID, delivery.Verdict{
		Version:  version.Number,
		Hash:     version.Hash,
		Decision: review.Approve,
		Due:      due,
	})
	w.must(err)
}

// planNow is plan for a post that goes out at once.
func (w *world) planNow(text string, handles ...string) post.Post {
	w.Helper()
	p, version := w.submit(text, nil, handles...)
	w.approve(p, version, delivery.DueChoice{})

	return p
}

// row is what a test asks of a delivery.
type row struct {
	ID       int64
	State    delivery.State
	Reason   delivery.Reason
	Attempts int
	Remote   string
	Live     string
	DueAt    time.Time
}

func (w *world) rows(p post.Post) []row {
	w.Helper()
	rs, err := w.db.Pool().Query(w.Context(), `
SELECT id, state, reason, attempts, coalesce(remote_id, ''), coalesce(live, ''), coalesce(due_at, created_at)
FROM deliveries WHERE post_id = $1 ORDER BY id`, p.ID)
	w.must(err)
	defer rs.Close()
	var out []row

	for rs.Next() {
		var r row
		w.must(rs.Scan(&r.ID, &r.State, &r.Reason, &r.Attempts, &r.Remote, &r.Live, &r.DueAt))
		out = append(out, r)
	}
	w.must(rs.Err())

	return out
}

// only is the one delivery of a post.
func (w *world) only(p post.Post) row {
	w.Helper()
	rs := w.rows(p)
	if len(rs) != 1 {
		w.Fatalf("%d deliveries, want one", len(rs))
	}

	return rs[0]
}

// untilState waits until every delivery of the post is in the state.
func (w *world) untilState(p post.Post, state delivery.State) {
	w.Helper()
	w.until(fmt.Sprintf("post %d %s", p.ID, state), func() bool {
		return !slices.ContainsFunc(w.rows(p), func(r row) bool { return r.State != state })
	})
}

func (w *world) count(sql string, args ...any) (n int) {
	w.Helper()
	w.must(w.db.Pool().QueryRow(w.Context(), sql, args...).Scan(&n))
	return n
}

// todos lists the open to-dos about a delivery by code.
func (w *world) todos(id int64) (codes string) {
	w.Helper()
	w.must(w.db.Pool().QueryRow(w.Context(), `
SELECT coalesce(string_agg(code, ' ' ORDER BY code), '') FROM todos
    WHERE subject_type IN ('delivery', 'reply') AND subject_id = $1 AND resolved_at IS NULL`, id).Scan(&codes))

	return codes
}

// wantCount compares with the sandbox, the judge.
func (w *world) wantCount(handle string, want int) {
	w.Helper()
	if n := w.sandbox.Count(handle); n != want {
		w.Errorf("@%s has %d posts, want %d\n%s", handle, n, want, w.story())
	}
}

// postContent is content without accounts, to go out as soon as it is approved.
func postContent(text string) post.Content { return post.Content{Text: text, DueNow: true} }

func target(id int64) post.TargetChoice { return post.TargetChoice{AccountID: id} }
