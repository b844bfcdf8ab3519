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
	"juzhen/internal/e2e/stage"
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

// The accounts of the world: two of the centre, one of the bureau itself, one of a district outside of
// the centre.
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
	stage.Bureau(t, db, "值班宣传专员", "宣传专员乙", "值班审核员", "朝阳专员")
	stage.BureauAccounts(t, db)
	w := &world{
		t:        t,
		db:       db,
		now:      noon,
		writer:   actor(1, access.PressOfficer, 1, "/1/"),
		second:   actor(2, access.PressOfficer, 1, "/1/"),
		reviewer: actor(3, access.Reviewer, 1, "/1/"),
		afar:     actor(4, access.PressOfficer, 3, "/1/3/"),
	}
	w.Service = post.New(db, rules, func() time.Time { return w.now })
	blobs, err := blob.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = blobs.Close() })
	w.media = media.New(db, blobs, func() time.Time { return w.now })

	return w
}

func actor(id int64, role access.Role, unit int64, path string) access.Actor {
	return access.Actor{UserID: id, Grants: []access.Grant{{Role: role, UnitID: unit, Path: path}}}
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

func (w *world) create(content post.Content) post.Post {
	w.t.Helper()
	p, err := w.Create(w.t.Context(), w.writer, 1, content)
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

func (w *world) submit(id int64, revision int) (p post.Post, version post.Version, err error) {
	w.t.Helper()
	err = w.tx(func(ctx context.Context, tx pg.Tx) error {
		p, version, err = post.SubmitTx(ctx, access.NewAct(tx, w.now, w.writer), id, revision, rules)
		if err != nil {
			return err
		}
		version, err = post.SealTx(ctx, tx, version, post.Basis{}, p.DueAt)

		return err
	})

	return p, version, err
}

func (w *world) mustSubmit(id int64) (post.Post, post.Version) {
	w.t.Helper()
	p, version, err := w.submit(id, 0)
	if err != nil {
		w.t.Fatalf("submit: %v", err)
	}

	return p, version
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
