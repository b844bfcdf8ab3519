package posts_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"log/slog"
	"mime/multipart"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/blob"
	"juzhen/internal/check"
	"juzhen/internal/column"
	"juzhen/internal/console/calendar"
	"juzhen/internal/console/home"
	"juzhen/internal/console/posts"
	"juzhen/internal/console/reviews"
	"juzhen/internal/delivery"
	"juzhen/internal/e2e/stage"
	"juzhen/internal/faultbook"
	"juzhen/internal/inspect"
	"juzhen/internal/lexicon"
	"juzhen/internal/library"
	"juzhen/internal/link"
	"juzhen/internal/media"
	"juzhen/internal/org"
	"juzhen/internal/pg"
	"juzhen/internal/pgtest"
	"juzhen/internal/plan"
	"juzhen/internal/post"
	"juzhen/internal/reach"
	"juzhen/internal/relay"
	"juzhen/internal/review"
	"juzhen/internal/seal"
	"juzhen/internal/todo"
	"juzhen/internal/web"
	"juzhen/internal/web/webtest"
	"juzhen/internal/weibo"
)

var noon = time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC) // 12:00 in Shanghai

// world is the pages on a database of their own, with people of every kind and a clock in hand.
type world struct {
	t          *testing.T
	db         *pg.DB
	kit        *web.Kit
	now        time.Time
	posts      *post.Service
	deliveries *delivery.Service
	people     webtest.People
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, db: pgtest.New(t), now: noon}
	w.seed()
	clock := func() time.Time { return w.now }
	rules := weibo.Rules{SafeDomains: []string{"beijing.gov.cn"}}
	blobs, err := blob.Open(t.TempDir())
	w.must(err)
	t.Cleanup(func() { _ = blobs.Close() })
	box, err := seal.New(make([]byte, seal.KeySize))
	w.must(err)
	w.posts = post.New(w.db, rules, clock)
	links := link.New(w.db, nil, link.Options{}, clock)
	checks := check.New(w.db, lexicon.New(w.db, clock, nil, lexicon.Told{}), links, clock)
	w.deliveries = delivery.New(w.db, delivery.Options{Now: clock, Rules: rules, Checks: checks})
	accounts := account.New(w.db, box, weibo.New(weibo.Options{}), account.Options{Now: clock})
	units := org.New(w.db, clock)
	deps := posts.Deps{
		Checks:     checks,
		Links:      links,
		Posts:      w.posts,
		Media:      media.New(w.db, blobs, clock),
		Reviews:    review.New(w.db, func() time.Time { return w.now }),
		Deliveries: w.deliveries,
		Accounts:   accounts,
		Units:      units,
		Columns:    column.New(w.db, clock),
	}
	deps.Relays = relay.New(w.db, relay.Options{Deliveries: w.deliveries, Now: clock})
	deps.Plan = plan.New(w.db, plan.Options{
		Accounts: accounts, Columns: deps.Columns, Deliveries: w.deliveries, Posts: w.posts,
		Reviews: deps.Reviews, Reach: reach.New(w.db, nil, accounts, reach.Options{Now: clock}), Now: clock,
	})
	deps.Library = library.New(w.db, deps.Media, clock)
	w.people = people()
	w.kit, err = web.New(web.Options{Sessions: w.people, Now: clock, Log: slog.New(slog.DiscardHandler)})
	w.must(err)
	posts.Register(w.kit, deps)
	home.Register(w.kit, home.Deps{
		Posts:      w.posts,
		Deliveries: w.deliveries,
		Accounts:   accounts,
		Units:      units,
		Todos: todo.New(
			w.db,
			todo.Join(review.TodoMatters(), post.TodoMatters(), delivery.TodoMatters()),
			todo.Pages{}.
				Page(delivery.TodoSubject, "/deliveries/%d").Page(post.TodoSubject, "/posts/%d").
				PageOf("review.waiting", "/reviews/%d"),
			clock,
		),
		Reach: reach.New(
			w.db,
			nil,
			accounts,
			reach.Options{Now: clock, Log: slog.New(slog.DiscardHandler)},
		),
		Inspect: inspect.New(w.db, clock),
		Faults:  faultbook.New(w.db, inspect.New(w.db, clock), clock),
	})
	reviews.Register(w.kit, reviews.Deps{
		Posts:      w.posts,
		Reviews:    deps.Reviews,
		Checks:     checks,
		Links:      links,
		Deliveries: w.deliveries,
		Relays:     deps.Relays,
		Plan:       deps.Plan,
	})
	calendar.Register(w.kit, calendar.Deps{
		Posts:      w.posts,
		Deliveries: w.deliveries,
		Accounts:   accounts,
		Units:      units,
		Plan:       deps.Plan,
	})

	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) seed() {
	w.t.Helper()
	stage.Bureau(w.t, w.db, "值班宣传专员", "宣传专员乙", "值班审核员", "审核员乙", "朝阳专员", "管理员")
	stage.BureauAccounts(w.t, w.db)
	w.exec(`
INSERT INTO accounts (id, unit_id, platform, handle, display_name, seat, state, connector, late_limit,
    min_gap, auto_resend, position, created_at) OVERRIDING SYSTEM VALUE VALUES
 (5, 3, 'weibo', '停用示例', '停用示例', 'district', 'suspended', 'manual', '30 min', '0', false, 5, now());
INSERT INTO credentials (account_id, sealed, key_id, remote_uid, app_key, origin, state, expires_at,
    obtained_at, warned_days) VALUES
 (1, '', '', '1', '', 'import', 'valid', '2027-11-01', now(), 0),
     (2, '', '', '2', '', 'import', 'expired', '2026-11-01', now(), 0);`)
}

func people() webtest.People {
	one := func(id int64, name string, role access.Role, path string) access.Actor {
		return access.Actor{
			UserID:    id,
			Name:      name,
			SessionID: id,
			Grants:    []access.Grant{{Role: role, UnitID: 1, Path: path}},
		}
	}

	return webtest.People{
		"writer":   one(1, "值班宣传专员", access.PressOfficer, "/1/"),
		"second":   one(2, "宣传专员乙", access.PressOfficer, "/1/"),
		"reviewer": one(3, "值班审核员", access.Reviewer, "/1/"),
		"other":    one(4, "审核员乙", access.Reviewer, "/1/"),
		"afar":     one(5, "朝阳专员", access.PressOfficer, "/1/3/"),
		"admin":    one(6, "管理员", access.Administrator, "/1/"),
	}
}

func (w *world) exec(sql string, args ...any) {
	w.t.Helper()
	_, err := w.db.Pool().Exec(w.t.Context(), sql, args...)
	w.must(err)
}

func (w *world) text(sql string, args ...any) (s string) {
	w.t.Helper()
	w.must(w.db.Pool().QueryRow(w.t.Context(), sql, args...).Scan(&s))
	return s
}

func (w *world) as(name string) *webtest.Browser { return webtest.Open(w.t, w.kit.Handler(), name) }

// draft stores a post of the writer that may be submitted, due in an hour.
func (w *world) draft(text string, accounts ...int64) post.Post {
	w.t.Helper()
	if len(accounts) == 0 {
		accounts = []int64{1, 2}
	}
	due := w.now.Add(time.Hour)

	content := post.Content{Text: text, DueAt: &due}
	for _, id := range accounts {
		content.Targets = append(content.Targets, post.TargetChoice{AccountID: id})
	}
	p, err := w.posts.Create(w.t.Context(), w.people["writer"], 1, content)
	w.must(err)

	return p
}

func (w *world) submitted(text string, accounts ...int64) post.Post {
	w.t.Helper()
	p := w.draft(text, accounts...)
	w.must(w.deliveries.Submit(w.t.Context(), w.people["writer"], p.ID, 0))

	return p
}

func (w *world) approved(text string, accounts ...int64) post.Post {
	w.t.Helper()
	p := w.submitted(text, accounts...)
	w.decide(p.ID, review.Approve, "")

	return p
}

func (w *world) decide(id int64, decision review.Decision, opinion string) {
	w.t.Helper()
	_, version, err := w.posts.Find(w.t.Context(), w.people["reviewer"], id)
	w.must(err)
	_, err = w.deliveries.Review(context.Background(), w.people["reviewer"], id, delivery.Verdict{
		Version: version.Number, Hash: version.Hash, Decision: decision, Opinion: opinion,
	})
	w.must(err)
}

// form is what a browser sends when nothing but the named fields is filled in.
func form(pairs ...string) url.Values {
	values := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		values.Add(pairs[i], pairs[i+1])
	}

	return values
}

func pngBytes(t *testing.T, side int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewNRGBA(image.Rect(0, 0, side, side))); err != nil {
		t.Fatal(err)
	}

	return b.Bytes()
}

// multi sends fields and files as a browser's multipart form.
func multi(
	t *testing.T,
	browser *webtest.Browser,
	target string,
	fields url.Values,
	files ...[]byte,
) *webtest.Page {
	t.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)

	for name, values := range fields {
		for _, v := range values {
			if err := m.WriteField(name, v); err != nil {
				t.Fatal(err)
			}
		}
	}

	for i, f := range files {
		part, err := m.CreateFormFile("file", fmt.Sprintf("图%d.png", i))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write(f); err != nil {
			t.Fatal(err)
		}
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest("POST", target, &body)
	r.Header.Set("Content-Type", m.FormDataContentType())

	return browser.Send(r)
}
