package source_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/e2e/stage"
	"juzhen/internal/fault"
	"juzhen/internal/outward"
	"juzhen/internal/pg"
	"juzhen/internal/pgtest"
	"juzhen/internal/source"
	"juzhen/internal/template"
)

// world is a bureau with an administrator (1) and a press officer (2), a clock that is held, and an
// address that answers what the test says.
type world struct {
	*source.Service
	db    *pg.DB
	now   atomic.Int64
	serve atomic.Value // http.HandlerFunc
	url   string
	admin access.Actor
}

const monthly = `{"month":"2026-10","rows":[{"d":"甲区","m":%d},{"d":"乙区","m":28}]}`

func newWorld(t *testing.T, options outward.Options) *world {
	t.Helper()
	w := &world{db: pgtest.New(t), admin: access.Actor{
		UserID: 1, Name: "系统管理员",
		Grants: []access.Grant{{Role: access.Administrator, UnitID: 1, Path: "/1/"}},
	}}
	stage.Bureau(t, w.db, "系统管理员", "值班宣传专员")
	w.exec(t, `INSERT INTO grants (user_id, role, unit_id, created_at)
		VALUES (2, 'press_officer', 1, '2026-01-01')`)
	w.set("2026-11-30 15:00:00")
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.serve.Load().(http.HandlerFunc)(rw, r)
	}))
	t.Cleanup(server.Close)
	w.url = server.URL
	w.answer(fmt.Sprintf(monthly, 30))
	if options.Timeout == 0 {
		options.Timeout = 5 * time.Second
	}
	options.Allowed = append(options.Allowed, strings.TrimPrefix(server.URL, "http://"))
	clock := func() time.Time { return time.Unix(w.now.Load(), 0) }
	w.Service = source.New(w.db, template.New(w.db, clock), outward.New(options), clock)

	return w
}

func (w *world) set(beijing string) {
	at, err := time.Parse("2006-01-02 15:04:05 -0700", beijing+" +0800")
	if err != nil {
		panic(err)
	}
	w.now.Store(at.Unix())
}

func (w *world) answer(body string) {
	w.serve.Store(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(rw, body)
	}))
}

func (w *world) exec(t *testing.T, sql string) {
	t.Helper()
	if _, err := w.db.Pool().Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
}

func one[T any](t *testing.T, w *world, sql string, args ...any) (v T) {
	t.Helper()
	if err := w.db.Pool().QueryRow(t.Context(), sql, args...).Scan(&v); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}

	return v
}

func (w *world) edit() source.Edit {
	return source.Edit{
		UnitID: 1, Name: "月均浓度", Kind: template.Ranking, URL: w.url, Every: 1440, At: "11:00", AuthorID: 2,
		Mapping: source.Mapping{
			"month": "month", "ranks": "rows", "ranks.district": "d", "ranks.pm25": "m",
		},
	}
}

func (w *world) save(t *testing.T, edit source.Edit) source.Source {
	t.Helper()
	saved, err := w.Save(t.Context(), w.admin, edit)
	if err != nil {
		t.Fatal(err)
	}

	return saved
}

// TestReadingsMakeOneDraftAndNoPost: whoever pulls, as often as they like, and at the same time.
func TestReadingsMakeOneDraftAndNoPost(t *testing.T) {
	t.Parallel()
	w := newWorld(t, outward.Options{})
	saved := w.save(t, w.edit())

	var all sync.WaitGroup
	var made atomic.Int32

	for range 6 {
		all.Go(func() {
			done, err := w.Pull(context.WithoutCancel(t.Context()), w.admin, saved.ID)
			if err != nil && !fault.Is(err, fault.KindConflict) && !fault.Is(err, fault.KindTooMany) {
				t.Errorf("pull: %v", err)
			}
			if done.Result == source.Drafted {
				made.Add(1)
			}
		})
	}
	all.Wait()
	if made.Load() != 1 || one[int](t, w, "SELECT count(*) FROM posts") != 1 {
		t.Fatalf("%d drafts were made", made.Load())
	}
	if got := one[string](t, w, `SELECT p.phase || ' ' || p.author_id || ' ' || v.editors[1] || ' ' || v.text
		FROM posts p JOIN post_versions v ON v.id = p.version_id`); !strings.HasPrefix(got, "draft 2 2 【各区空气质量】") ||
		!strings.Contains(got, "1. 乙区28；2. 甲区30") {
		t.Errorf("%s", got)
	}
	if got := one[string](t, w, `SELECT actor_name FROM audit_entries WHERE subject_type = 'post'`); got !=
		"数据来源“月均浓度”（值班宣传专员）" {
		t.Errorf("the trail says that %s wrote it", got)
	}

	w.set("2026-12-01 11:00:00")
	if err := w.PullDue(t.Context(), saved.ID); err != nil {
		t.Fatal(err)
	}
	if err := w.PullDue(t.Context(), saved.ID); err != nil { // not due any more
		t.Fatal(err)
	}
	w.answer(fmt.Sprintf(monthly, 31))
	w.set("2026-12-02 11:00:00")
	if err := w.PullDue(t.Context(), saved.ID); err != nil {
		t.Fatal(err)
	}
	shown, pulls, err := w.Find(t.Context(), w.admin, saved.ID)
	if err != nil || len(pulls) < 3 || pulls[0].Result != source.Drafted || pulls[1].Result != source.Same ||
		pulls[0].ByName != "" || one[int](t, w, "SELECT count(*) FROM posts") != 2 {
		t.Fatalf("%+v, %v", pulls, err)
	}
	if want := "2026-12-03 03:00"; shown.NextAt.UTC().Format("2006-01-02 15:04") != want {
		t.Errorf("next at %s", shown.NextAt)
	}
	if n := one[int](
		t,
		w,
		"SELECT count(*) FROM todos WHERE code = 'source.drafted' AND resolved_at IS NULL",
	); n != 1 {
		t.Errorf("%d notices are open", n)
	}

	for range 2 { // a draft stays on the list, one that was submitted does not
		if err := w.SettleDrafts(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := one[int](t, w, "SELECT count(*) FROM todos WHERE resolved_at IS NULL"); n != map[string]int{
			"draft": 1, "submitted": 0,
		}[one[string](t, w, "SELECT phase FROM posts ORDER BY id DESC LIMIT 1")] {
			t.Errorf("%d are open", n)
		}
		w.exec(t, "UPDATE posts SET phase = 'submitted'")
	}
	if n := one[int](t, w, "SELECT count(*) FROM audit_entries WHERE action = 'source.pull'"); n < 2 {
		t.Errorf("%d pulls in the trail", n)
	}
}

// TestAnAddressThatFailsIsTold: nothing is written, the page says why, it is tried again soon, and people
// hear of it after the third time.
func TestAnAddressThatFailsIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t, outward.Options{
		Timeout: 300 * time.Millisecond,
		Lookup: func(_ context.Context, host string) ([]netip.Addr, error) {
			return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
		},
	})
	saved := w.save(t, w.edit())
	serve := func(h http.HandlerFunc) { w.serve.Store(h) }

	for _, c := range []struct {
		what string
		h    http.HandlerFunc
		want string
	}{
		{"never ends", func(rw http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				if _, err := io.WriteString(rw, strings.Repeat("[", 64<<10)); err != nil {
					return
				}
			}
		}, "对方返回的内容过大"},
		{"drips", func(rw http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(rw, "[")
			rw.(http.Flusher).Flush()
			<-r.Context().Done()
		}, "对方没有在限定时间内答完"},
		{"leads inside", func(rw http.ResponseWriter, r *http.Request) {
			http.Redirect(rw, r, "http://127.0.0.1:1/", http.StatusFound)
		}, "网址指向内部网络，不允许访问"},
		{"is not there", func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusNotFound) },
			"对方返回的状态是 {.status}"},
		{"is no JSON", func(rw http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(rw, "<html>") },
			"返回的内容读不出来：{.why}"},
		{"is deep", func(rw http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(rw, strings.Repeat("[", 1<<19))
		}, "返回的内容读不出来：{.why}"},
		{"has other names", func(rw http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(rw, "{}") },
			"返回的内容里没有 {.path}"},
		{"has a wrong value", func(rw http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(rw, `{"month":"2026-10","rows":[{"d":"甲区","m":-1}]}`)
		}, "第 {.row} 行第 {.column} 列“{.cell}”：{.why}"},
	} {
		serve(c.h)
		done, err := w.Pull(t.Context(), w.admin, saved.ID)
		if err != nil || done.Result != source.Failed || len(done.Reasons) == 0 ||
			done.Reasons[0].Text != c.want {
			t.Errorf("%s: %+v, %v", c.what, done, err)
		}
	}

	shown, _, err := w.Find(t.Context(), w.admin, saved.ID)
	if err != nil || shown.Failures != 8 || shown.LastResult != source.Failed {
		t.Errorf("%+v, %v", shown, err)
	}
	if n := one[int](
		t,
		w,
		"SELECT count(*) FROM todos WHERE code = 'source.failing' AND resolved_at IS NULL",
	); n != 1 {
		t.Errorf("%d to-dos", n)
	}
	w.answer(fmt.Sprintf(monthly, 30))
	if done, err := w.Pull(t.Context(), w.admin, saved.ID); err != nil || done.Result != source.Drafted {
		t.Fatalf("%+v, %v", done, err)
	}
	if n := one[int](
		t,
		w,
		"SELECT count(*) FROM todos WHERE code = 'source.failing' AND resolved_at IS NULL",
	); n != 0 {
		t.Errorf("%d to-dos are left", n)
	}
	if n := one[int](t, w, "SELECT count(*) FROM posts"); n != 1 {
		t.Errorf("%d posts", n)
	}
}

// TestANameThatLeadsInsideTheSecondTime: a source is fetched by the rule of package outward.
func TestANameThatLeadsInsideTheSecondTime(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	w := newWorld(t, outward.Options{Lookup: func(context.Context, string) ([]netip.Addr, error) {
		if asked.Add(1)%2 == 1 {
			return []netip.Addr{netip.MustParseAddr("110.242.68.66")}, nil
		}

		return []netip.Addr{netip.MustParseAddr("10.0.0.1")}, nil
	}})
	edit := w.edit()
	edit.URL = "http://rebind.example/data.json"
	saved := w.save(t, edit)
	done, err := w.Pull(t.Context(), w.admin, saved.ID)
	if err != nil || done.Result != source.Failed || done.Reasons[0].Text != outward.Private.Label() {
		t.Errorf("%+v, %v", done, err)
	}
	if _, err := w.Try(
		t.Context(),
		w.admin,
		edit,
	); err == nil ||
		fault.Public(err).Text != outward.Private.Label() {
		t.Errorf("a trial: %v", err)
	}
}

func TestWhoKeepsASource(t *testing.T) {
	t.Parallel()
	w := newWorld(t, outward.Options{})
	ctx := t.Context()
	saved := w.save(t, w.edit())
	officer := access.Actor{
		UserID: 2,
		Grants: []access.Grant{{Role: access.PressOfficer, UnitID: 1, Path: "/1/"}},
	}
	afar := access.Actor{
		UserID: 1,
		Grants: []access.Grant{{Role: access.Administrator, UnitID: 3, Path: "/1/3/"}},
	}

	for _, actor := range []access.Actor{officer, afar} {
		if list, err := w.List(ctx, actor); err != nil || len(list) != 0 {
			t.Errorf("sees %v, %v", list, err)
		}
		if _, err := w.Pull(ctx, actor, saved.ID); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("pulls: %v", err)
		}
		if _, err := w.Save(
			ctx,
			actor,
			w.edit(),
		); !fault.Is(err, fault.KindForbidden) &&
			!fault.Is(err, fault.KindNotFound) {
			t.Errorf("saves: %v", err)
		}
		if _, err := w.Switch(ctx, actor, saved.ID, 1, false); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("switches: %v", err)
		}
	}

	for what, change := range map[string]func(*source.Edit){
		"name":      func(e *source.Edit) { e.Name = strings.Repeat("长", 41) },
		"url":       func(e *source.Edit) { e.URL = "file:///etc/passwd" },
		"every":     func(e *source.Edit) { e.Every = 7 },
		"from_time": func(e *source.Edit) { e.At = "25:00" },
		"kind":      func(e *source.Edit) { e.Kind = template.Warning },
		"author":    func(e *source.Edit) { e.AuthorID = 1 },
		"map.month": func(e *source.Edit) { e.Mapping = source.Mapping{"ranks.district": "d", "ranks.pm25": "m"} },
	} {
		edit := w.edit()
		edit.Name = "另一个"
		change(&edit)
		_, err := w.Save(ctx, w.admin, edit)
		if fields := fault.FieldErrors(err); len(fields) != 1 || fields[0].Field != what {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := w.Save(ctx, w.admin, w.edit()); len(fault.FieldErrors(err)) != 1 {
		t.Errorf("a second one of the name: %v", err)
	}
	edit := w.edit()
	edit.ID, edit.Version = saved.ID, 9
	if _, err := w.Save(ctx, w.admin, edit); !fault.Is(err, fault.KindConflict) {
		t.Errorf("an old version: %v", err)
	}

	trial, err := w.Try(ctx, w.admin, w.edit())
	if err != nil || len(trial.Leaves) != 5 ||
		trial.Leaves[1] != (source.Leaf{Path: "rows[0].d", Text: "甲区"}) ||
		!strings.Contains(trial.Text, "1. 乙区28；2. 甲区30") {
		t.Errorf("%+v, %v", trial, err)
	}
	if n := one[int](t, w, "SELECT count(*) FROM posts"); n != 0 {
		t.Error("a trial left something behind")
	}

	off, err := w.Switch(ctx, w.admin, saved.ID, 1, false)
	if err != nil || off.Active || off.NextAt != nil {
		t.Fatalf("%+v, %v", off, err)
	}
	w.set("2026-12-09 11:00:00")
	if _, err := w.Pull(ctx, w.admin, saved.ID); !fault.Is(err, fault.KindConflict) {
		t.Errorf("pulled one that is off: %v", err)
	}
	if err := w.PullDue(
		ctx,
		saved.ID,
	); err != nil ||
		one[int](t, w, "SELECT count(*) FROM source_pulls") != 0 {
		t.Errorf("the schedule pulled one that is off: %v", err)
	}
	if _, err := w.Switch(ctx, w.admin, saved.ID, 2, true); err != nil {
		t.Fatal(err)
	}
	w.exec(t, "UPDATE grants SET revoked_at = '2026-12-01' WHERE user_id = 2")
	done, err := w.Pull(ctx, w.admin, saved.ID)
	if err != nil || done.Result != source.Failed || done.Reasons[0].Field != "author" {
		t.Errorf("in the name of one who may not write: %+v, %v", done, err)
	}
}
