package plan

import (
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/column"
	"juzhen/internal/delivery"
	"juzhen/internal/e2e/stage"
	"juzhen/internal/pg"
	"juzhen/internal/pgtest"
	"juzhen/internal/post"
	"juzhen/internal/reach"
	"juzhen/internal/review"
	"juzhen/internal/weibo"
)

// world is a bureau (unit 1) with its centre (2) and its district (3), and people of them.
type world struct {
	*testing.T
	db  *pg.DB
	s   *Service
	now time.Time

	supervisor, officer, district access.Actor
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{T: t, db: pgtest.New(t), now: time.Date(2026, 11, 30, 2, 0, 0, 0, time.UTC)}
	stage.Bureau(t, w.db, "主管", "专员", "朝阳专员")
	clock := func() time.Time { return w.now }
	accounts := account.New(w.db, nil, nil, account.Options{Now: clock})
	w.s = New(w.db, Options{
		Accounts:   accounts,
		Columns:    column.New(w.db, clock),
		Deliveries: delivery.New(w.db, delivery.Options{Now: clock}),
		Posts:      post.New(w.db, weibo.Rules{}, clock),
		Reviews:    review.New(w.db, clock),
		Reach:      reach.New(w.db, nil, accounts, reach.Options{Now: clock}),
		Now:        clock,
	})
	w.supervisor = person(1, access.Supervisor, 1, "/1/")
	w.officer = person(2, access.PressOfficer, 1, "/1/")
	w.district = person(3, access.PressOfficer, 3, "/1/3/")

	return w
}

func person(id int64, role access.Role, unit int64, path string) access.Actor {
	return access.Actor{
		UserID: id,
		Grants: []access.Grant{{Role: role, UnitID: unit, Path: path}},
	}
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}
