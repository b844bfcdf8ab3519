package dispatch_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/account"
	"juzhen/internal/decision"
	"juzhen/internal/delivery"
	"juzhen/internal/dispatch"
	"juzhen/internal/fault"
	"juzhen/internal/pause"
	"juzhen/internal/post"
	"juzhen/internal/sandbox"
)

// around spreads an act over the instant of sending: n posts, each hit at another offset.
const around = 12

// TestWithdrawalRacingTheMark lets withdrawals fall all around the instant: a post is cancelled and not
// out, or out and told.
func TestWithdrawalRacingTheMark(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.engine()
	type one struct {
		handle string
		reach  delivery.Reach
		err    error
	}

	done := make(chan one, around)
	for i := range around {
		handle := fmt.Sprintf("示例%d", i)
		w.must(w.sandbox.AddAccount(sandbox.Account{UID: int64(7_000_000_000 + i), Handle: handle}))
		w.account(handle, 1, account.Commercial)
		post := w.plan("空气质量良。", 400*time.Millisecond, handle)
		time.AfterFunc(time.Until(*post.DueAt)+time.Duration(i-around/2)*3*time.Millisecond, func() {
			reach, err := w.s.Withdraw(t.Context(), w.writer, post.ID, "有误")
			done <- one{handle, reach, err}
		})
	}
	acts := map[string]one{}

	for range around {
		x := <-done
		acts[x.handle] = x
	}
	w.until("all are settled", func() bool {
		return w.count("SELECT count(*) FROM deliveries WHERE state NOT IN ('sent', 'cancelled')") == 0
	})

	for handle, x := range acts {
		posts := w.sandbox.Count(handle)
		switch {
		case x.err == nil && x.reach.Done == 1 && posts != 0:
			t.Errorf("%s: withdrawn and out", handle)
		case x.err == nil && x.reach.TooLate == 1 && posts != 1:
			t.Errorf("%s: told to be past its mark, %d posts", handle, posts)
		case x.err != nil && (!fault.Is(x.err, fault.KindConflict) || posts != 1):
			t.Errorf("%s: %v, %d posts", handle, x.err, posts)
		}
	}
}

func TestRescheduleRacingTheMarkSendsOnceAtOneOfTheTimes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.engine()

	done := make(chan error, around)
	for i := range around {
		handle := fmt.Sprintf("示例%d", i)
		w.must(w.sandbox.AddAccount(sandbox.Account{UID: int64(7_000_000_000 + i), Handle: handle}))
		w.account(handle, 1, account.Commercial)
		post := w.plan("空气质量良。", 400*time.Millisecond, handle)
		time.AfterFunc(time.Until(*post.DueAt)+time.Duration(i-around/2)*3*time.Millisecond, func() {
			later := w.now().Add(5 * time.Second)
			_, err := w.s.Reschedule(t.Context(), w.writer, post.ID, delivery.DueChoice{At: &later})
			if fault.Is(err, fault.KindConflict) {
				err = nil // it is out
			}
			done <- err
		})
	}

	for range around {
		w.must(<-done)
	}
	w.until(
		"all are out",
		func() bool { return w.count("SELECT count(*) FROM deliveries WHERE state <> 'sent'") == 0 },
	)

	for i := range around {
		w.wantCount(fmt.Sprintf("示例%d", i), 1)
	}
}

func TestPauseHoldsWhatIsNotMarkedAndResumeAsks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account("环保北京", 1, account.Commercial)
	w.account("京环之声", 2, account.Commercial)
	w.engine()
	post := w.plan("空气质量良。", 500*time.Millisecond, "环保北京", "京环之声")
	preview, err := w.s.PreviewPause(t.Context(), w.supervisor, pause.Stop{UnitID: 2})
	w.must(err)
	if preview.Accounts != 1 || preview.Waiting != 1 {
		t.Errorf("preview %+v", preview)
	}
	paused, err := w.s.Pause(t.Context(), w.supervisor, pause.Stop{UnitID: 2, Why: "重大活动"})
	w.must(err)
	if paused.Held != 1 {
		t.Errorf("holds %d", paused.Held)
	}
	_, err = w.s.Pause(t.Context(), w.supervisor, pause.Stop{UnitID: 2, Why: "再次"})
	if !fault.Is(err, fault.KindConflict) {
		t.Errorf("paused twice: %v", err)
	}
	late := w.planNow("暂停期间批准", "京环之声")
	if row := w.only(late); row.State != delivery.Held || row.Reason != delivery.ApprovedPaused {
		t.Errorf("approved under a pause: %+v", row)
	}
	w.until("the other goes out", func() bool { return w.sandbox.Count("环保北京") == 1 })
	w.advance(time.Minute)
	w.wantCount("京环之声", 0)
	held, err := w.s.HeldBy(t.Context(), w.supervisor, paused.ID)
	w.must(err)
	if len(held) != 2 {
		t.Fatalf("%d held, want 2", len(held))
	}
	choices := []delivery.Choice{{DeliveryID: held[0].ID, Action: delivery.ActSend}}
	_, err = w.s.Resume(t.Context(), w.supervisor, paused.ID, choices)
	if !fault.Is(err, fault.KindInvalid) {
		t.Errorf("resumed with a choice missing: %v", err)
	}
	choices = append(choices, delivery.Choice{DeliveryID: held[1].ID, Action: delivery.ActCancel})
	_, err = w.s.Resume(t.Context(), w.supervisor, paused.ID, choices)
	w.must(err)
	w.until(
		"settled",
		func() bool { return w.count("SELECT count(*) FROM deliveries WHERE NOT settled") == 0 },
	)
	w.wantCount("京环之声", 1)
	if n := len(w.rows(post)); n != 2 {
		t.Errorf("%d deliveries", n)
	}
}

// TestAPauseMaySpareWhatIsUrgent: a warning goes out while everything else is held; a pause of all holds
// it too.
func TestAPauseMaySpareWhatIsUrgent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account("环保北京", 1, account.Commercial)
	w.engine()
	urgent := func(text string, due *time.Time) (post.Post, post.Version) {
		return w.submitContent(post.Content{
			Text: text, Urgent: true, DueNow: due == nil, DueAt: due,
			Targets: []post.TargetChoice{{AccountID: w.ids["环保北京"]}},
		})
	}
	later := w.now().Add(far)
	usual := w.plan("空气质量良。", far, "环保北京")
	lifting, version := urgent("解除预警。", &later)
	w.approve(lifting, version, delivery.DueChoice{})

	stop := pause.Stop{UnitID: 1, SparesUrgent: true, Why: "发布预警"}
	preview, err := w.s.PreviewPause(t.Context(), w.supervisor, stop)
	w.must(err)
	if preview.Waiting != 1 || preview.Spared != 1 {
		t.Errorf("preview %+v", preview)
	}
	paused, err := w.s.Pause(t.Context(), w.supervisor, stop)
	w.must(err)
	if paused.Held != 1 || !paused.SparesUrgent {
		t.Errorf("the pause %+v", paused)
	}
	if w.only(usual).State != delivery.Held || w.only(lifting).State != delivery.Waiting {
		t.Errorf("usual %s, urgent %s", w.only(usual).State, w.only(lifting).State)
	}
	late := w.planNow("暂停期间批准", "环保北京")
	if row := w.only(late); row.State != delivery.Held || row.Reason != delivery.ApprovedPaused {
		t.Errorf("approved under a pause: %+v", row)
	}
	warning, version := urgent("发布预警。", nil)
	w.approve(warning, version, delivery.DueChoice{})
	w.untilState(warning, delivery.Sent)

	all := pause.Stop{UnitID: 1, Why: "核实情况"}
	_, err = w.s.Pause(t.Context(), w.supervisor, all)
	w.must(err)
	if row := w.only(lifting); row.State != delivery.Held {
		t.Errorf("under a pause of all: %+v", row)
	}
	if _, err := w.s.Pause(t.Context(), w.supervisor, stop); !fault.Is(err, fault.KindConflict) {
		t.Errorf("paused a third time: %v", err)
	}
	w.wantCount("环保北京", 1)
}

// TestPostsOfOneAccountKeepTheirOrder: of posts of one account that fall due close together the first
// goes first.
func TestPostsOfOneAccountKeepTheirOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account("环保北京", 1, account.Commercial)
	w.exec("UPDATE accounts SET min_gap = '50 milliseconds'")
	w.engine()
	w.series(4)

	var order []string
	for _, post := range w.sandbox.Posts("环保北京") {
		order = append(order, post.Text)
	}
	if want := []string{"第1条", "第2条", "第3条", "第4条"}; !slices.Equal(order, want) {
		t.Errorf("went out as %q", order)
	}
}

// TestTwoProcessesKeepTheGapOfOneAccount: its least gap holds whoever marks.
func TestTwoProcessesKeepTheGapOfOneAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account("环保北京", 1, account.Commercial)
	w.exec("UPDATE accounts SET min_gap = '150 milliseconds'")
	w.engine()
	w.engine()
	w.series(4)

	rows, err := w.db.Pool().Query(t.Context(), "SELECT marked_at FROM deliveries ORDER BY marked_at")
	w.must(err)
	marks, err := pgx.CollectRows(rows, pgx.RowTo[time.Time])
	w.must(err)

	for i := 1; i < len(marks); i++ {
		if gap := marks[i].Sub(marks[i-1]); gap < 150*time.Millisecond {
			t.Errorf("gap of %v between two marks", gap)
		}
	}
	w.wantCount("环保北京", 4)
}

// series plans n posts of one account for instants a millisecond apart, and waits until all are out.
func (w *world) series(n int) {
	w.Helper()

	posts := make([]*post.Post, n)
	for i := range posts {
		far := w.now().Add(far)
		p, version := w.submit(fmt.Sprintf("第%d条", i+1), &far, "环保北京")
		w.approve(p, version, delivery.DueChoice{})
		posts[i] = &p
	}

	soon := time.Second
	for i, p := range posts {
		w.dueIn(soon+time.Duration(i)*time.Millisecond, p)
	}
	w.until(
		"all are out",
		func() bool { return w.count("SELECT count(*) FROM deliveries WHERE state = 'sent'") == n },
	)
}

func TestUnknownHoldsBackItsAccountUntilTheFirstLook(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.set.FirstLook, w.set.AbsentAfter = 300*time.Millisecond, 300*time.Millisecond
	w.account("环保北京", 1, account.Commercial)
	w.sandbox.Fault(sandbox.Fault{
		Account: "环保北京", Call: sandbox.PostCalls, Kind: sandbox.FaultCut, When: sandbox.After,
		Times: 1,
	})
	w.engine()
	first := w.planNow("第一条", "环保北京")
	w.untilState(first, delivery.Unknown)
	second := w.planNow("第二条", "环保北京")
	w.untilState(second, delivery.Sent)
	var before bool
	w.must(w.db.Pool().QueryRow(t.Context(), `
SELECT (SELECT min(id) FROM delivery_events
    WHERE delivery_id = $1 AND code IN ('look_found', 'look_absent')) <
       (SELECT id FROM delivery_events WHERE delivery_id = $2 AND code = 'marked')`,
		w.only(first).ID, w.only(second).ID).
		Scan(&before))
	if !before {
		t.Errorf("the second went before the first look\n%s", w.story())
	}
	w.untilState(first, delivery.Sent)
	w.wantCount("环保北京", 2)
}

func TestMissedIsNeverSentByItselfAndAPersonMayPlanItAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account("环保北京", 1, account.Commercial)
	post := w.plan("空气质量良。", time.Second, "环保北京")
	w.advance(2 * time.Hour) // nobody was running
	w.engine()
	w.untilState(post, delivery.Missed)
	w.wantCount("环保北京", 0)
	w.until("told", func() bool { return w.todos(w.only(post).ID) == "delivery.missed" })
	_, err := w.s.Replan(t.Context(), w.writer, w.only(post).ID, delivery.DueChoice{Now: true}, "仍需发布")
	w.must(err)
	w.untilState(post, delivery.Sent)
	w.wantCount("环保北京", 1)
	if w.todos(w.only(post).ID) != "" {
		t.Errorf("to-do left: %s", w.todos(w.only(post).ID))
	}
}

func TestUnapprovedPostExpiresAndALateApprovalNeverFiresByItself(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account("环保北京", 1, account.Commercial)
	w.engine()
	due := w.now().Add(time.Minute)
	post, version := w.submit("空气质量良。", &due, "环保北京")
	w.advance(2 * time.Minute)
	w.untilState(post, delivery.Expired)
	_, err := w.s.Review(t.Context(), w.reviewer, post.ID, delivery.Verdict{
		Version: version.Number, Hash: version.Hash, Decision: "approve",
	})
	if !fault.Is(err, fault.KindInvalid) {
		t.Fatalf("approved after its time without a choice: %v", err)
	}
	w.wantCount("环保北京", 0)
	w.approve(post, version, delivery.DueChoice{Now: true})
	w.untilState(post, delivery.Sent)
	w.wantCount("环保北京", 1)
}

func TestManualAccountIsHandedToOneOfficer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.account("环保北京", 1, account.Manual)
	w.exec("UPDATE accounts SET remote_uid = '2039018811' WHERE id = $1", id)
	w.engine()
	post := w.planNow("空气质量良。", "环保北京")
	w.untilState(post, delivery.Handoff)
	d := w.only(post).ID
	w.until("told", func() bool { return w.todos(d) == "delivery.handoff" })
	w.must(w.s.TakeHandoff(t.Context(), w.writer, d))
	if err := w.s.TakeHandoff(t.Context(), w.supervisor, d); !fault.Is(err, fault.KindConflict) {
		t.Errorf("taken by two: %v", err)
	}
	kit, err := w.s.HandoffKit(t.Context(), w.writer, d)
	w.must(err)
	if kit.Text != "空气质量良。" || kit.Delivery.TakenByName != "值班宣传专员" {
		t.Errorf("kit %+v", kit)
	}
	w.advance(11 * time.Minute)
	w.until(
		"goes back by itself",
		func() bool { return w.count("SELECT count(*) FROM deliveries WHERE taken_by IS NULL") == 1 },
	)
	w.must(w.s.TakeHandoff(t.Context(), w.supervisor, d))
	if err := w.s.RecordHandoff(
		t.Context(),
		w.supervisor,
		d,
		"https://weibo.com/1111/z0JH2lOMb",
	); !fault.Is(
		err,
		fault.KindInvalid,
	) {
		t.Errorf("a stranger's link was taken: %v", err)
	}
	w.must(w.s.RecordHandoff(t.Context(), w.supervisor, d, "https://weibo.com/2039018811/z0JH2lOMb"))
	if row := w.only(
		post,
	); row.State != delivery.Sent || row.Remote != "3501756485200075" ||
		w.todos(d) != "" {
		t.Errorf("got %+v, to-dos %q", row, w.todos(d))
	}
}

func TestTakedownNeedsTwoAndIsReadBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account("环保北京", 1, account.Commercial)
	engine := w.engine()
	post := w.planNow("空气质量良。", "环保北京")
	w.until("read back", func() bool { return w.only(post).Live == "live" })
	list, err := w.s.Takedown(t.Context(), w.supervisor, []int64{w.only(post).ID}, "数据有误")
	w.must(err)
	if _, err := w.s.Confirm(t.Context(), w.supervisor, list[0].ID); !fault.Is(err, fault.KindForbidden) {
		t.Errorf("confirmed by who asked: %v", err)
	}
	_, err = w.s.Confirm(t.Context(), w.reviewer, list[0].ID)
	w.must(err)
	w.must(engine.TakeDown(t.Context(), list[0].ID))
	w.wantCount("环保北京", 0)
	got, err := decision.New(w.db).Find(t.Context(), w.reviewer, list[0].ID)
	w.must(err)
	if got.State != decision.Done || got.Snapshot == nil || got.Snapshot.Text == "" ||
		w.only(post).Live != "taken_down" {
		t.Errorf("got %+v, live %s", got, w.only(post).Live)
	}
	cert, err := w.s.Certificate(t.Context(), w.writer, w.only(post).ID)
	w.must(err)
	if cert.Hash == "" || len(cert.Reviews) != 1 || len(cert.Decisions) != 1 || cert.Text == "" {
		t.Errorf("certificate %+v", cert)
	}
}

func TestShutdownGivesBackWhatWasPreparedAndLosesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account("环保北京", 1, account.Commercial)
	w.account("京环之声", 2, account.Commercial)
	w.set.Lead = time.Minute
	w.sandbox.Fault(sandbox.Fault{
		Account: "环保北京",
		Call:    sandbox.PostCalls,
		Kind:    sandbox.FaultDelay,
		Delay:   1500 * time.Millisecond,
		Times:   1,
	})
	engine := w.engine()
	soon := w.plan("即将发送", 8*time.Second, "京环之声")
	w.untilState(soon, delivery.Preparing)
	now := w.planNow("正在发送", "环保北京")
	w.untilState(now, delivery.Sending)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	w.must(engine.Stop(ctx))
	if state, b := w.only(now).State, w.only(soon).State; state != delivery.Sent || b != delivery.Waiting {
		t.Errorf("after the stop: %s and %s\n%s", state, b, w.story())
	}
	w.engine()
	w.untilState(soon, delivery.Sent)
	w.wantCount("环保北京", 1)
	w.wantCount("京环之声", 1)
}

func TestClockWrongStopsSendingUntilItIsRight(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account("环保北京", 1, account.Commercial)
	w.mu.Lock()
	w.dbSkew = 3 * time.Second
	w.mu.Unlock()
	engine := w.engine()
	post := w.planNow("空气质量良。", "环保北京")
	w.untilState(post, delivery.Preparing)
	health, err := engine.Health(t.Context())
	w.must(err)
	if health.Stopped != "clock_wrong" || !health.ClockWarn || w.sandbox.Count("环保北京") != 0 {
		t.Errorf("health %+v", health)
	}
	w.mu.Lock()
	w.dbSkew = time.Second
	w.mu.Unlock()
	w.untilState(post, delivery.Sent)
	w.wantCount("环保北京", 1)
}

// TestTheMarkAsksTheDatabasesOwnClock sets the database's clock back between two measurements: the row
// is not marked by what we believe.
func TestTheMarkAsksTheDatabasesOwnClock(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account("环保北京", 1, account.Commercial)
	w.engine(func(options *dispatch.Options) {
		options.Settings.Beat, options.Settings.Lease = time.Hour, 2*time.Hour
	})
	// Less than what stops sending: the second of the two measurements at the start may still see it.
	const back = 1500 * time.Millisecond
	w.mu.Lock()
	w.dbSkew = -back
	w.mu.Unlock()

	post := w.planNow("今日空气质量良。", "环保北京")
	w.untilState(post, delivery.Sent)

	var due time.Time
	w.must(
		w.db.Pool().
			QueryRow(t.Context(), "SELECT due_at FROM deliveries WHERE post_id = $1", post.ID).
			Scan(&due),
	)

	for _, event := range w.sandbox.Log(0) {
		if event.Step == sandbox.Accepted && event.Account == "环保北京" && event.Wall.Before(due.Add(back)) {
			t.Errorf("sent %v before its time by the database's clock", due.Add(back).Sub(event.Wall))
		}
	}
	w.wantCount("环保北京", 1)
}
