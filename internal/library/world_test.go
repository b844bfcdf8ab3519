package library_test

import (
	"fmt"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/blob"
	"juzhen/internal/e2e/stage"
	"juzhen/internal/library"
	"juzhen/internal/media"
	"juzhen/internal/pg"
	"juzhen/internal/pgtest"
)

var noon = time.Date(2026, 11, 30, 4, 0, 0, 0, time.UTC)

// world is the library of the small bureau: units 1 (/1/), 2 (/1/2/) and 3 (/1/3/), accounts 1 to 4.
type world struct {
	*testing.T
	db      *pg.DB
	library *library.Service
	media   *media.Service
	n       int // posts so far
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{T: t, db: pgtest.New(t)}
	stage.Bureau(t, w.db, "专员", "主管", "区专员")
	stage.BureauAccounts(t, w.db)
	blobs, err := blob.Open(t.TempDir())
	w.must(err)
	t.Cleanup(func() { _ = blobs.Close() })
	w.media = media.New(w.db, blobs, func() time.Time { return noon })
	w.library = library.New(w.db, w.media, func() time.Time { return noon })

	return w
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

func one[T any](w *world, sql string, args ...any) (v T) {
	w.Helper()
	w.must(w.db.Pool().QueryRow(w.Context(), sql, args...).Scan(&v))

	return v
}

func as(id int64, role access.Role, path string) access.Actor {
	return access.Actor{UserID: id, Grants: []access.Grant{{Role: role, Path: path}}}
}

var (
	officer    = as(1, access.PressOfficer, "/1/")
	supervisor = as(2, access.Supervisor, "/1/")
	district   = as(3, access.PressOfficer, "/1/3/")
)

// published is a past post of the platform.
func (w *world) published(account int64, at time.Time, text string) int64 {
	w.Helper()
	w.n++

	return one[int64](w, `
INSERT INTO platform_posts (account_id, platform, remote_id, origin, posted_at, text, original, pictures,
    state, state_at, reposts, comments, likes)
VALUES ($1, 'weibo', $2, 'past', $3, $4, true, 0, 'live', $3, 0, 0, 0)
RETURNING id`, account, fmt.Sprint(w.n), at, text)
}

func (w *world) fill() {
	w.Helper()
	w.must(w.library.Fill(w.Context()))
}

func (w *world) search(query library.Query) library.Found {
	w.Helper()
	found, err := w.library.Search(w.Context(), district, query)
	w.must(err)

	return found
}

// texts are what a search finds, from its first page to its last.
func (w *world) texts(query library.Query) (all []string, first library.Found) {
	w.Helper()

	for {
		found := w.search(query)
		if query.After == "" {
			first = found
		}

		for _, row := range found.Rows {
			all = append(all, row.Text)
		}
		if found.Next == "" {
			return all, first
		}
		query.After = found.Next
	}
}
