package post_test

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/blob"
	"juzhen/internal/media"
	"juzhen/internal/pg"
	"juzhen/internal/pgtest"
	"juzhen/internal/post"
	"juzhen/internal/weibo"
)

var (
	noon  = time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)
	rules = weibo.Rules{SafeDomains: []string{"beijing.gov.cn"}}
)

// The accounts of the world: two of the centre, one of the bureau itself, one of a district outside of the centre.
const (
	bureau   = 1
	centre   = 2
	public   = 3
	district = 4
)

// world is a bureau with a centre and a district, their people, and a clock in hand.
type world struct {
	*post.Service
	t                              *testing.T
	db                             *pg.DB
	media                          *media.Service
	now                            time.Time
	writer, second, reviewer, afar access.Actor
}

func newWorld(t *testing.T) *world {
	t.Helper()
	db := pgtest.New(t)
	_, err := db.Pool().Exec(t.Context(), `
INSERT INTO units (id, parent_id, name, kind, path, created_at) OVERRIDING SYSTEM VALUE VALUES
 (1, NULL, '市局', 'bureau', '/1/', now()), (2, 1, '宣传中心', 'centre', '/1/2/', now()), (3, 1, '朝阳区', 'district', '/1/3/', now());
INSERT INTO users (id, username, display_name, unit_id, password_hash, must_change, password_changed_at, lang, theme, created_at) OVERRIDING SYSTEM VALUE VALUES
 (1, 'a', '值班宣传专员', 1, '', false, now(), 'zh', 'auto', now()), (2, 'b', '宣传专员乙', 1, '', false, now(), 'zh', 'auto', now()),
 (3, 'c', '值班审核员', 1, '', false, now(), 'zh', 'auto', now()), (4, 'd', '朝阳专员', 3, '', false, now(), 'zh', 'auto', now());
INSERT INTO accounts (id, unit_id, platform, handle, display_name, seat, state, connector, late_limit, min_gap, auto_resend, position, created_at) OVERRIDING SYSTEM VALUE VALUES
 (1, 1, 'weibo', '环保北京', '环保北京', 'main', 'live', 'commercial', '30 min', '0', false, 1, now()),
 (2, 2, 'weibo', '京环之声', '京环之声', 'affiliated', 'live', 'commercial', '30 min', '0', false, 2, now()),
 (3, 2, 'weibo', '公开示例', '公开示例', 'affiliated', 'live', 'public', '30 min', '0', false, 3, now()),
 (4, 3, 'weibo', '朝阳环保示例', '朝阳环保示例', 'district', 'live', 'manual', '30 min', '0', false, 4, now());`)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, db: db, now: noon, writer: actor(1, access.PressOfficer, 1, "/1/"), second: actor(2, access.PressOfficer, 1, "/1/"),
		reviewer: actor(3, access.Reviewer, 1, "/1/"), afar: actor(4, access.PressOfficer, 3, "/1/3/")}
	w.Service = post.New(db, rules, func() time.Time { return w.now })
	blobs, err := blob.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = blobs.Close() })
	w.media = media.New(db, blobs, func() time.Time { return w.now })
	return w
}

func actor(id int64, r access.Role, unit int64, path string) access.Actor {
	return access.Actor{UserID: id, Grants: []access.Grant{{Role: r, UnitID: unit, Path: path}}}
}

func to(ids ...int64) []post.TargetChoice {
	var out []post.TargetChoice
	for _, id := range ids {
		out = append(out, post.TargetChoice{AccountID: id})
	}
	return out
}

func words(s string) *string { return &s }

func (w *world) in(d time.Duration) *time.Time {
	at := w.now.Add(d)
	return &at
}

// content is a post that may be submitted.
func (w *world) content(text string) post.Content {
	return post.Content{Text: text, Targets: to(bureau, centre), DueAt: w.in(time.Hour)}
}

func (w *world) create(c post.Content) post.Post {
	w.t.Helper()
	p, err := w.Create(w.t.Context(), w.writer, 1, c)
	if err != nil {
		w.t.Fatalf("create: %v", err)
	}
	return p
}

func (w *world) version(id int64) (post.Post, post.Version) {
	w.t.Helper()
	p, v, err := w.Find(w.t.Context(), w.writer, id)
	if err != nil {
		w.t.Fatalf("find: %v", err)
	}
	return p, v
}

func (w *world) tx(fn func(ctx context.Context, tx pg.Tx) error) error {
	w.t.Helper()
	return w.db.InTx(w.t.Context(), func(tx pg.Tx) error { return fn(w.t.Context(), tx) })
}

func (w *world) submit(id int64, revision int) (p post.Post, v post.Version, err error) {
	w.t.Helper()
	err = w.tx(func(ctx context.Context, tx pg.Tx) error {
		p, v, err = post.SubmitTx(ctx, tx, w.writer, w.now, id, revision, rules)
		return err
	})
	return p, v, err
}

func (w *world) mustSubmit(id int64) (post.Post, post.Version) {
	w.t.Helper()
	p, v, err := w.submit(id, 0)
	if err != nil {
		w.t.Fatalf("submit: %v", err)
	}
	return p, v
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) picture(side int) media.Media {
	w.t.Helper()
	var b bytes.Buffer
	w.must(png.Encode(&b, image.NewNRGBA(image.Rect(0, 0, side, side))))
	m, err := w.media.Upload(w.t.Context(), w.writer, 1, "图.png", &b, "")
	w.must(err)
	return m
}

func (w *world) count(sql string, args ...any) (n int) {
	w.t.Helper()
	w.must(w.db.Pool().QueryRow(w.t.Context(), sql, args...).Scan(&n))
	return n
}
