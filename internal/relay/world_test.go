package relay

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/access"
	"juzhen/internal/delivery"
	"juzhen/internal/e2e/stage"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/pgtest"
	"juzhen/internal/post"
	"juzhen/internal/review"
	"juzhen/internal/weibo"
)

// world is a bureau (unit 1, account 1) with its centre (2, accounts 2 and 3) and its district (3, account
// 4), and people of them. Jobs are run by hand.
type world struct {
	testing.TB
	db         *pg.DB
	s          *Service
	posts      *post.Service
	deliveries *delivery.Service
	at         time.Time
	serial     int

	officer, reviewer, boss, centre, district, districtReviewer access.Actor
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{TB: t, db: pgtest.New(t), at: noon}
	stage.Bureau(t, w.db, "专员", "审核员", "主管", "中心专员", "朝阳专员", "朝阳审核员")
	stage.BureauAccounts(t, w.db)
	clock := func() time.Time { return w.at }
	rules := weibo.Rules{SafeDomains: []string{"sthjj.beijing.gov.cn"}}
	w.posts = post.New(w.db, rules, clock)
	w.deliveries = delivery.New(w.db, delivery.Options{Now: clock, Rules: rules, Changed: PostChangedTx})
	w.officer = person(1, "专员", access.PressOfficer, 1, "/1/")
	w.reviewer = person(2, "审核员", access.Reviewer, 1, "/1/")
	w.boss = person(3, "主管", access.Supervisor, 1, "/1/")
	w.centre = person(4, "中心专员", access.PressOfficer, 2, "/1/2/")
	w.district = person(5, "朝阳专员", access.PressOfficer, 3, "/1/3/")
	w.districtReviewer = person(6, "朝阳审核员", access.Reviewer, 3, "/1/3/")
	w.s = New(w.db, Options{Deliveries: w.deliveries, Now: clock, People: w.actingAs})

	return w
}

func person(id int64, name string, role access.Role, unit int64, path string) access.Actor {
	return access.Actor{
		UserID: id, Name: name, Grants: []access.Grant{{Role: role, UnitID: unit, Path: path}},
	}
}

func (w *world) actingAs(_ context.Context, id int64) (access.Actor, string, error) {
	for _, actor := range []access.Actor{w.officer, w.centre, w.district} {
		if actor.UserID == id {
			return actor, "zh", nil
		}
	}

	return access.Actor{}, "", fault.NotFound("没有找到该人员")
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) one(sql string, args ...any) (n int64) {
	w.Helper()
	w.must(w.db.Pool().QueryRow(w.Context(), sql, args...).Scan(&n))

	return n
}

func (w *world) exec(sql string, args ...any) {
	w.Helper()
	_, err := w.db.Pool().Exec(w.Context(), sql, args...)
	w.must(err)
}

// lead writes the draft of a warning of the bureau's, due in an hour.
func (w *world) lead() post.Post {
	w.Helper()
	w.serial++
	due := w.at.Add(time.Hour)
	p, err := w.posts.Create(w.Context(), w.officer, 1, post.Content{
		Text: fmt.Sprintf("【预警】今夜起空气重污染 %d", w.serial), DueAt: &due, ColumnID: w.column(),
		Targets: []post.TargetChoice{{AccountID: 1}},
	})
	w.must(err)

	return p
}

func (w *world) column() int64 {
	return w.one("SELECT id FROM columns WHERE name = $1", StandingColumn)
}

// request asks accounts 2 and 4 to pass the lead on.
func (w *world) request() Request {
	return Request{
		Kind: Repost, LeadAccountID: 1, AccountIDs: []int64{2, 4}, Words: "请本区居民关注",
		Spread: 10 * time.Minute, Deadline: w.at.Add(3 * time.Hour),
	}
}

func (w *world) submit(p post.Post) {
	w.Helper()
	w.must(w.deliveries.Submit(w.Context(), w.officer, p.ID, 0))
}

// approve approves a post under review as the actor.
func (w *world) approve(actor access.Actor, postID int64) {
	w.Helper()
	_, version, err := w.posts.Find(w.Context(), actor, postID)
	w.must(err)
	_, err = w.deliveries.Review(w.Context(), actor, postID, delivery.Verdict{
		Version: version.Number, Hash: version.Hash, Decision: review.Approve,
	})
	w.must(err)
}

// settle runs the jobs that were asked for.
func (w *world) settle() {
	w.Helper()
	rows, err := w.db.Pool().Query(w.Context(), `
DELETE FROM river_job WHERE kind = 'relay.settle' RETURNING (args ->> 'relay_id')::bigint`)
	w.must(err)
	var ids []int64

	for rows.Next() {
		var id int64
		w.must(rows.Scan(&id))
		ids = append(ids, id)
	}
	w.must(rows.Err())

	for _, id := range ids {
		w.must(w.s.Settle(w.Context(), id))
	}

	rows, err = w.db.Pool().Query(w.Context(), `
DELETE FROM river_job WHERE kind = 'relay.revoke' RETURNING (args ->> 'standing_id')::bigint`)
	w.must(err)
	ended, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	w.must(err)

	for _, id := range ended {
		w.must(w.s.Revoke(w.Context(), id))
	}
}

// started is a relay of a lead that was approved with it.
func (w *world) started(change ...func(q *Request)) (post.Post, Board) {
	w.Helper()
	p, q := w.lead(), w.request()

	for _, change := range change {
		change(&q)
	}
	relay, err := w.s.Set(w.Context(), w.officer, p.ID, q)
	w.must(err)
	w.submit(p)
	w.approve(w.reviewer, p.ID)
	w.settle()

	return p, w.board(relay.ID)
}

func (w *world) board(id int64) Board {
	w.Helper()
	board, err := w.s.Find(w.Context(), w.boss, id)
	w.must(err)

	return board
}

// task is the task of an account.
func (w *world) task(id, account int64) Task {
	w.Helper()

	for _, task := range w.board(id).Tasks {
		if task.AccountID == account {
			return task
		}
	}
	w.Fatalf("account %d was not asked", account)

	return Task{}
}

func (w *world) wantState(id, account int64, want State) Task {
	w.Helper()
	task := w.task(id, account)
	if got := task.State(w.at, w.board(id).Deadline); got != want {
		w.Errorf("account %d is %s, want %s", account, got, want)
	}

	return task
}

// sent has a delivery go out, as the engine would note it.
func (w *world) sent(postID int64) {
	w.Helper()
	w.serial++
	w.exec(`
UPDATE deliveries SET state = 'sent', remote_id = $2, sent_at = $3, attempts = 1 WHERE post_id = $1`,
		postID, fmt.Sprint(5_000_000_000_000_000+w.serial), w.at)
}

// todos are the open to-dos about tasks.
func (w *world) todos() int64 {
	w.Helper()

	return w.one("SELECT count(*) FROM todos WHERE resolved_at IS NULL AND subject_type = 'relay_task'")
}

func words(s string) *string { return &s }
