package inspect

import (
	"fmt"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/delivery"
	"juzhen/internal/e2e/stage"
	"juzhen/internal/pg"
	"juzhen/internal/pgtest"
	"juzhen/internal/post"
	"juzhen/internal/review"
	"juzhen/internal/weibo"
)

// world is a bureau (unit 1, account 1) with its centre (2, accounts 2 and 3) and its district (3, account
// 4, which is posted by hand), and people of them.
type world struct {
	testing.TB
	db         *pg.DB
	s          *Service
	posts      *post.Service
	deliveries *delivery.Service
	at         time.Time
	serial     int

	officer, reviewer, boss, district, districtReviewer, districtBoss access.Actor
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{TB: t, db: pgtest.New(t), at: at("2026-11-30 09:00")[0]}
	stage.Bureau(t, w.db, "专员", "审核员", "主管", "朝阳专员", "朝阳审核员", "朝阳主管")
	stage.BureauAccounts(t, w.db)
	w.exec("UPDATE accounts SET created_at = '2026-01-01'")
	clock := func() time.Time { return w.at }
	rules := weibo.Rules{SafeDomains: []string{"sthjj.beijing.gov.cn"}}
	w.posts = post.New(w.db, rules, clock)
	w.deliveries = delivery.New(w.db, delivery.Options{Now: clock, Rules: rules})
	w.officer = person(1, access.PressOfficer, 1, "/1/")
	w.reviewer = person(2, access.Reviewer, 1, "/1/")
	w.boss = person(3, access.Supervisor, 1, "/1/")
	w.district = person(4, access.PressOfficer, 3, "/1/3/")
	w.districtReviewer = person(5, access.Reviewer, 3, "/1/3/")
	w.districtBoss = person(6, access.Supervisor, 3, "/1/3/")
	w.s = New(w.db, clock)

	return w
}

func person(id int64, role access.Role, unit int64, path string) access.Actor {
	return access.Actor{UserID: id, Grants: []access.Grant{{Role: role, UnitID: unit, Path: path}}}
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

func (w *world) one(sql string, args ...any) (n int64) {
	w.Helper()
	w.must(w.db.Pool().QueryRow(w.Context(), sql, args...).Scan(&n))

	return n
}

// published is a post that the platform shows.
func (w *world) published(account int64, date string) int64 {
	w.Helper()
	w.serial++

	return w.one(`
INSERT INTO platform_posts (account_id, platform, remote_id, origin, posted_at, text, original, pictures,
    state, state_at, reposts, comments, likes)
VALUES ($1, 'weibo', $2, 'past', $3, '某文', true, 0, 'live', $3, 0, 0, 0) RETURNING id`,
		account, fmt.Sprint(w.serial), day(date).Add(20*time.Hour))
}

// everywhere lets all accounts have published on a day.
func (w *world) everywhere(date string) {
	w.Helper()

	for account := range int64(4) {
		w.published(account+1, date)
	}
}

// draft is a post of the district, due at an instant.
func (w *world) draft(due string) post.Post {
	w.Helper()
	w.serial++
	p, err := w.posts.Create(w.Context(), w.district, 3, post.Content{
		Text: fmt.Sprintf("今日空气质量良 %d", w.serial), DueAt: &at(due)[0],
		Targets: []post.TargetChoice{{AccountID: 4}},
	})
	w.must(err)

	return p
}

func (w *world) submit(p post.Post) {
	w.Helper()
	w.must(w.deliveries.Submit(w.Context(), w.district, p.ID, 0))
}

func (w *world) approve(p post.Post) {
	w.Helper()
	_, version, err := w.posts.Find(w.Context(), w.districtReviewer, p.ID)
	w.must(err)
	_, err = w.deliveries.Review(w.Context(), w.districtReviewer, p.ID, delivery.Verdict{
		Version: version.Number, Hash: version.Hash, Decision: review.Approve,
	})
	w.must(err)
}

func (w *world) board(actor access.Actor, ask Ask) Board {
	w.Helper()
	board, err := w.s.Board(w.Context(), actor, ask)
	w.must(err)

	return board
}

// of is what the board says of an account.
func (w *world) of(account int64) Finding {
	w.Helper()
	board := w.board(w.boss, Ask{AccountID: account})
	if len(board.Rows) != 1 {
		w.Fatalf("account %d has %d rows", account, len(board.Rows))
	}

	return board.Rows[0]
}
