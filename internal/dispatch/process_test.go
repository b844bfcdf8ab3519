package dispatch_test

import (
	"context"
	"encoding/hex"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/riverqueue/river"

	"juzhen/internal/account"
	"juzhen/internal/delivery"
	"juzhen/internal/dispatch"
	"juzhen/internal/pgtest"
	"juzhen/internal/post"
	"juzhen/internal/queue"
	"juzhen/internal/sandbox"
	"juzhen/internal/weibo"
)

// peer is another process as the database sees it: dead when it holds no lock, stopped when its lease
// ran out but the lock is held.
func (w *world) peer(lockHeld bool, lease time.Duration) (id string, unlock func()) {
	w.Helper()
	const key = 4711
	w.must(w.db.Pool().QueryRow(w.Context(), `
INSERT INTO processes (id, lock_key, host, pid, version, started_at, lease_until)
VALUES (gen_random_uuid(), $1, 'h', 1, 'test', clock_timestamp(),
    clock_timestamp() + make_interval(secs => $2)) RETURNING id::text`, key, lease.Seconds()).Scan(&id))
	if !lockHeld {
		return id, func() {}
	}
	conn, err := w.db.Pool().Acquire(w.Context())
	w.must(err)
	_, err = conn.Exec(w.Context(), "SELECT pg_advisory_lock($1)", key)
	w.must(err)
	once := false
	unlock = func() {
		if !once {
			once = true
			_, _ = conn.Exec(context.Background(), "SELECT pg_advisory_unlock($1)", key)
			conn.Release()
		}
	}
	w.Cleanup(unlock)

	return id, unlock
}

// left puts the post's delivery where a process left it.
func (w *world) left(id, owner string, state delivery.State) {
	w.Helper()
	w.exec("UPDATE deliveries SET state = $2, owner = $3 WHERE post_id = $1", id, string(state), owner)
	if state == delivery.Sending {
		w.exec(`UPDATE deliveries
				SET attempt_id = gen_random_uuid(), marked_at = $2,
				hard_end = $2::timestamptz + interval '50 milliseconds' WHERE post_id = $1`, id, w.now())
		w.exec(`
			UPDATE account_turns t SET delivery_id = d.id, last_mark = $2 FROM deliveries d
				WHERE d.post_id = $1 AND t.account_id = d.account_id`, id, w.now())
	}
}

func TestWhatADeadProcessPreparedIsSentByAnother(t *testing.T) {
	t.Parallel()

	for name, lockHeld := range map[string]bool{"killed": false, "stopped": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.account("环保北京", 1, account.Commercial)
			post := w.plan("空气质量良。", 300*time.Millisecond, "环保北京")
			lease := time.Hour
			if lockHeld {
				lease = -time.Second
			}
			gone, _ := w.peer(lockHeld, lease)
			w.left(fmt.Sprint(post.ID), gone, delivery.Preparing)
			w.engine()
			w.untilState(post, delivery.Sent)
			w.wantCount("环保北京", 1)
			if n := w.count("SELECT count(*) FROM delivery_events WHERE code = 'taken_over'"); n != 1 {
				t.Errorf("taken over %d times", n)
			}
		})
	}
}

func TestWhatALivingProcessPreparedIsLeftToIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account("环保北京", 1, account.Commercial)
	post := w.plan("空气质量良。", 100*time.Millisecond, "环保北京")
	alive, _ := w.peer(true, time.Hour)
	w.left(fmt.Sprint(post.ID), alive, delivery.Preparing)
	other := w.account("京环之声", 1, account.Commercial)
	w.engine()
	q := w.planNow("第二条", "京环之声")
	w.untilState(q, delivery.Sent)
	if row := w.only(post); row.State != delivery.Preparing {
		t.Errorf("taken from a living process: %+v, account %d", row, other)
	}
	w.wantCount("环保北京", 0)
}

func TestWhatADeadProcessWasSendingIsLookedUp(t *testing.T) {
	t.Parallel()

	for _, c := range []struct {
		name   string
		posted bool
		locked bool
		state  delivery.State
		count  int
	}{
		{"killed after Weibo had it", true, false, delivery.Sent, 1},
		{"killed before Weibo had it", false, false, delivery.Sent, 1},
		{"stopped after Weibo had it", true, true, delivery.Sent, 1},
		{"stopped before Weibo had it: it may yet write, a person decides", false, true, delivery.Unknown, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.account("环保北京", 1, account.Commercial)
			post := w.planNow("空气质量良。", "环保北京")
			lease := time.Hour
			if c.locked {
				lease = -time.Second
			}
			gone, _ := w.peer(c.locked, lease)
			w.left(fmt.Sprint(post.ID), gone, delivery.Sending)
			if c.posted {
				w.postAs(post.ID, "环保北京", "空气质量良。")
			}
			w.engine()
			if c.state == delivery.Unknown {
				w.until(
					"a person is asked",
					func() bool { return w.todos(w.only(post).ID) == "delivery.unknown" },
				)
			}
			w.untilState(post, c.state)
			w.wantCount("环保北京", c.count)
		})
	}
}

// postAs lets the post of a delivery reach the sandbox behind the engine's back, with its mark.
func (w *world) postAs(postID int64, handle, text string) {
	w.Helper()
	var key []byte
	w.must(
		w.db.Pool().
			QueryRow(w.Context(), "SELECT mark_key FROM deliveries WHERE post_id = $1", postID).
			Scan(&key),
	)
	outcome := w.api().
		Send(w.Context(), weibo.Build(weibo.Commercial, weibo.Draft{Text: text}), weibo.Sending{
			Token:      weibo.Token(w.sandbox.Token(handle)),
			DeliveryID: hex.EncodeToString(key),
		})
	if outcome.Result != weibo.Published {
		w.Fatalf("got %+v", outcome)
	}
}

func TestTwoProcessesShareABurstAndOneMayLeave(t *testing.T) {
	t.Parallel()
	w := newWorld(t)

	const accounts, each = 25, 4
	for i := range accounts {
		handle := fmt.Sprintf("示例%d", i)
		w.must(w.sandbox.AddAccount(sandbox.Account{UID: int64(7_000_000_000 + i), Handle: handle}))
		w.account(handle, 1, account.Commercial)
	}
	first, _ := w.engine(), w.engine()
	var posts []*post.Post

	later := w.now().Add(far)
	for n := range each {
		content := post.Content{Text: fmt.Sprintf("第%d条", n), DueAt: &later}
		for _, id := range w.ids {
			content.Targets = append(content.Targets, target(id))
		}
		p, version := w.submitContent(content)
		w.approve(p, version, delivery.DueChoice{})
		posts = append(posts, &p)
	}
	w.dueIn(2*time.Second, posts...)
	w.until(
		"the burst begins",
		func() bool { return w.count("SELECT count(*) FROM deliveries WHERE state = 'sent'") > 5 },
	)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	w.must(first.Stop(ctx))
	w.until(
		"all are out",
		func() bool { return w.count("SELECT count(*) FROM deliveries WHERE state = 'sent'") == accounts*each },
	)

	for handle := range w.ids {
		w.wantCount(handle, each)
	}
}

func TestRestoredDatabaseSendsNothingUntilReleased(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account("环保北京", 1, account.Commercial)
	w.account("京环之声", 1, account.Commercial)
	w.exec("INSERT INTO installation (name, value, at) VALUES ('database', 'another/1', now())")
	out := w.plan("恢复前已发出", time.Minute, "环保北京")
	not := w.plan("恢复前没有发出", time.Minute, "京环之声")
	later := w.plan("恢复之后", time.Hour, "京环之声")
	w.postAs(out.ID, "环保北京", "恢复前已发出")
	w.advance(2 * time.Minute)
	engine := w.engine()
	w.untilState(out, delivery.Sent)
	w.until("a person is asked", func() bool { return w.todos(w.only(not).ID) == "delivery.unknown" })
	w.advance(time.Hour)
	health, err := engine.Health(t.Context())
	w.must(err)
	if health.Stopped != "restored" {
		t.Errorf("health %+v", health)
	}
	w.wantCount("环保北京", 1)
	w.wantCount("京环之声", 0)
	w.must(w.s.ReleaseSending(t.Context(), w.supervisor, "已核对"))
	w.untilState(later, delivery.Sent)
	w.wantCount("京环之声", 1)
}

func TestLostConnectionsLoseAndDoubleNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var handles []string

	for i := range 10 {
		handle := fmt.Sprintf("示例%d", i)
		w.must(w.sandbox.AddAccount(sandbox.Account{UID: int64(7_000_000_000 + i), Handle: handle}))
		w.account(handle, 1, account.Commercial)
		handles = append(handles, handle)
	}
	w.sandbox.Fault(sandbox.Fault{
		Call:  sandbox.PostCalls,
		Kind:  sandbox.FaultDelay,
		Delay: 100 * time.Millisecond,
	})
	w.engine()
	post := w.plan("空气质量良。", 300*time.Millisecond, handles...)
	w.until(
		"sending",
		func() bool { return w.count("SELECT count(*) FROM deliveries WHERE state = 'sending'") > 0 },
	)

	for range 3 {
		w.exec(`
			SELECT pg_terminate_backend(pid) FROM pg_stat_activity
				WHERE datname = current_database() AND pid <> pg_backend_pid()`)
	}
	w.untilState(post, delivery.Sent)

	for _, handle := range handles {
		w.wantCount(handle, 1)
	}
}

func TestJobPreparesWithoutTheSweep(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account("环保北京", 1, account.Commercial)
	engine := w.engine(func(options *dispatch.Options) { options.Settings.Sweep = time.Hour })
	w.mu.Lock()
	w.nudge = nil // nobody wakes it but the job
	w.mu.Unlock()
	workers := river.NewWorkers()
	w.must(delivery.AddWorkers(workers, engine))
	q, err := queue.New(pgtest.Open(t, w.url).Pool(), queue.Config{
		Workers: workers,
		Test:    true,
		Log:     slog.New(slog.DiscardHandler),
	})
	w.must(err)
	w.must(q.Start(t.Context()))
	t.Cleanup(func() { _ = q.Stop(context.Background()) })
	post := w.planNow("空气质量良。", "环保北京")
	w.untilState(post, delivery.Sent)
	w.wantCount("环保北京", 1)
}

func TestStaleJobDoesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account("环保北京", 1, account.Commercial)
	engine := w.engine(func(options *dispatch.Options) { options.Settings.Sweep = time.Hour })
	w.mu.Lock()
	w.nudge = nil
	w.mu.Unlock()
	post := w.plan("空气质量良。", time.Second, "环保北京")
	row := w.only(post)
	w.must(engine.Prepare(t.Context(), []delivery.Ref{{ID: row.ID, Plan: 1}}))
	if got := w.only(post).State; got != delivery.Waiting {
		t.Errorf("an older plan's job made it %s", got)
	}
	w.must(engine.Prepare(t.Context(), []delivery.Ref{{ID: row.ID, Plan: 2}}))
	w.untilState(post, delivery.Sent)
}

// TestWhatAKilledProcessWasSendingIsLookedUpAtOnce: the first look after an unknown outcome waits,
// unless the process is surely gone and nothing can write for it any more. Then the account's next post
// need not wait either.
func TestWhatAKilledProcessWasSendingIsLookedUpAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.set.FirstLook = time.Hour
	w.account("环保北京", 1, account.Commercial)
	post := w.planNow("今日空气质量良。", "环保北京")
	next := w.planNow("第二条", "环保北京")
	gone, unlock := w.peer(true, -time.Second)
	w.left(fmt.Sprint(post.ID), gone, delivery.Sending)
	w.postAs(post.ID, "环保北京", "今日空气质量良。")
	w.engine()

	w.until("it is called unknown", func() bool { return w.only(post).Reason == delivery.OwnerGone })
	w.account("京环之声", 1, account.Commercial)
	w.untilState(w.planNow("其他账号照常", "京环之声"), delivery.Sent)
	if row := w.only(post); row.State != delivery.Unknown || w.only(next).State == delivery.Sent {
		t.Errorf("looked up while its process may yet write: %+v", row)
	}

	unlock()
	w.untilState(post, delivery.Sent)
	w.untilState(next, delivery.Sent)
	w.wantCount("环保北京", 2)
}
