package check_test

import (
	"fmt"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/check"
	"juzhen/internal/e2e/stage"
	"juzhen/internal/lexicon"
	"juzhen/internal/link"
	"juzhen/internal/pg"
	"juzhen/internal/pgtest"
)

// world is a bureau (unit 1) with its centre (2) and its district (3), four accounts and people of the
// bureau.
type world struct {
	*testing.T
	db    *pg.DB
	lists *lexicon.Service
	links *link.Service
	s     *check.Service
	now   time.Time

	writer, district, supervisor, second access.Actor
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{T: t, db: pgtest.New(t), now: time.Date(2026, 11, 30, 2, 0, 0, 0, time.UTC)}
	stage.Bureau(t, w.db, "专员", "朝阳专员", "主管", "审核员")
	stage.BureauAccounts(t, w.db)
	now := func() time.Time { return w.now }
	w.lists = lexicon.New(w.db, now, nil, lexicon.Told{})
	w.links = link.New(w.db, nil, link.Options{Safe: []string{"app.example"}}, now)
	w.s = check.New(w.db, w.lists, w.links, now)
	w.writer = person(1, "专员", access.PressOfficer, 1, "/1/")
	w.district = person(2, "朝阳专员", access.PressOfficer, 3, "/1/3/")
	w.supervisor = person(3, "主管", access.Supervisor, 1, "/1/")
	w.second = person(4, "审核员", access.Reviewer, 1, "/1/")
	w.exec(`INSERT INTO grants (user_id, role, unit_id, created_at) VALUES (4, 'reviewer', 1, $1)`, w.now)

	return w
}

func person(id int64, name string, role access.Role, unit int64, path string) access.Actor {
	return access.Actor{
		UserID: id,
		Name:   name,
		Grants: []access.Grant{{Role: role, UnitID: unit, Path: path}},
	}
}

// list makes a list of a unit that forbids words by the preset of its kind.
func (w *world) list(unit int64, kind lexicon.Kind, words ...string) lexicon.List {
	w.Helper()
	list, err := w.lists.Create(w.Context(), access.System("test"), lexicon.NewList{
		UnitID: unit, Kind: kind, Name: fmt.Sprint(kind, unit),
	})
	if err != nil {
		w.Fatal(err)
	}

	for _, word := range words {
		if _, err := w.lists.PutEntry(w.Context(), access.System("test"), list.ID, lexicon.Put{
			Entry: lexicon.Entry{Word: word},
		}, ""); err != nil {
			w.Fatal(err)
		}
	}

	return list
}

// text gives what is found, as "account rule level found".
func (w *world) text(actor access.Actor, q check.Question) (told []string) {
	w.Helper()
	found, err := w.s.Text(w.Context(), actor, q)
	if err != nil {
		w.Fatal(err)
	}

	for _, f := range found {
		told = append(told, fmt.Sprintf("%d %s %s %s", f.AccountID, f.Rule, f.Level, f.Found))
	}

	return told
}

func (w *world) exec(sql string, args ...any) {
	w.Helper()
	if _, err := w.db.Pool().Exec(w.Context(), sql, args...); err != nil {
		w.Fatal(err)
	}
}

// sent puts a post into the past, or the days to come, of accounts; own is the wording of the last of them.
func (w *world) sent(id int64, state, text, own string, due time.Time, accounts ...int64) {
	w.Helper()
	w.exec(`
INSERT INTO posts (id, unit_id, author_id, phase, due_now, urgent, revision, created_at,
    updated_by, updated_at)
OVERRIDING SYSTEM VALUE VALUES ($1, 1, 1, 'approved', false, false, 1, $2, 1, $2)`, id, w.now)
	w.exec(`
INSERT INTO post_versions (id, post_id, number, state, text, visible, repost_of, editors, created_at)
OVERRIDING SYSTEM VALUE VALUES ($1, $1, 1, 'approved', $2, 0, '', '{1}', $3)`, id, text, w.now)

	for i, account := range accounts {
		var variant *string
		if own != "" && i == len(accounts)-1 {
			variant = &own
		}
		w.exec(`INSERT INTO version_targets (version_id, account_id, variant) VALUES ($1, $2, $3)`,
			id, account, variant)
		w.exec(`
INSERT INTO deliveries (post_id, version_id, account_id, platform, connector, state, plan, urgent, due_at,
    not_after, approved, payload_hash, mark_key, created_at, updated_at)
VALUES ($1, $1, $2, 'weibo', 'commercial', $3, 1, false, $4, $4, true, '',
    '\x00112233445566778899aabbccddeeff',
    $5, $5)`, id, account, state, due, w.now)
	}
}
