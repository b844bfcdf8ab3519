package dispatch_test

import (
	"fmt"
	"testing"
	"time"

	"juzhen/internal/account"
	"juzhen/internal/delivery"
	"juzhen/internal/dispatch"
	"juzhen/internal/fault"
	"juzhen/internal/pause"
	"juzhen/internal/sandbox"
)

// stop is something that happens to an account and must keep what is not marked from going out.
type stop struct {
	name string
	do   func(w *world, id int64) error
	why  delivery.Reason
	back func(w *world, id int64) error // makes it go on by itself; nil: nothing does
}

func (w *world) suspend(id int64) error {
	_, err := w.accounts.SetState(w.Context(), w.admin, id, account.Suspended, "核实情况")
	return err
}

func (w *world) enable(id int64) error {
	_, err := w.accounts.SetState(w.Context(), w.admin, id, account.Live, "核实完毕")
	return err
}

func (w *world) revoke(id int64) error {
	_, err := w.accounts.RevokeToken(w.Context(), w.admin, id, "人员变动")
	return err
}

func (w *world) authorise(id int64) error {
	_, err := w.accounts.ImportToken(w.Context(), w.admin, id, w.sandbox.Token("环保北京"))
	return err
}

// pointElsewhere makes the account another user of the platform, as an administrator can once its token
// is gone.
func (w *world) pointElsewhere(id int64) error {
	if err := w.revoke(id); err != nil {
		return err
	}
	a, err := w.accounts.Find(w.Context(), w.admin, id)
	if err != nil {
		return err
	}
	_, err = w.accounts.Update(w.Context(), w.admin, id, account.Draft{
		UnitID:      a.UnitID,
		Handle:      a.Handle,
		DisplayName: a.DisplayName,
		Seat:        a.Seat,
		Connector:   a.Connector,
		RemoteUID:   "1234567890",
		LateLimit:   a.LateLimit,
		MinGap:      a.MinGap,
		AutoResend:  a.AutoResend,
	})

	return err
}

func stops() []stop {
	return []stop{
		{"suspended", (*world).suspend, delivery.AccountStopped, (*world).enable},
		{"closed", func(w *world, id int64) error {
			_, err := w.accounts.SetState(w.Context(), w.admin, id, account.Closed, "停止运营")
			return err
		}, delivery.AccountClosed, nil},
		{"token revoked", (*world).revoke, delivery.TokenWithdrawn, (*world).authorise},
		{"suspended and its token revoked", func(w *world, id int64) error {
			if err := w.suspend(id); err != nil {
				return err
			}

			return w.revoke(id)
		}, delivery.AccountStopped, func(w *world, id int64) error {
			if err := w.authorise(id); err != nil {
				return err
			}

			return w.enable(id)
		}},
		{"another user", (*world).pointElsewhere, delivery.UserChanged, nil},
	}
}

// TestAnAccountStoppedShortlyBeforeTheTimeSendsNothing stops an account while its post is claimed and
// prepared, 10 to 40 s ahead, and while nobody has claimed it yet: it is held with the reason, people
// are told, and nothing goes out. It goes on by itself where that is right.
func TestAnAccountStoppedShortlyBeforeTheTimeSendsNothing(t *testing.T) {
	t.Parallel()

	for i, stop := range stops() {
		for _, claimed := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, claimed %t", stop.name, claimed), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				w.set.Lead = time.Minute
				id := w.account("环保北京", 1, account.Commercial)
				start := func() { w.engine(func(options *dispatch.Options) { options.Delivery.Lead = time.Minute }) }
				post := w.plan("空气质量良。", 20*time.Minute+time.Duration(10+i*7)*time.Second, "环保北京")
				if claimed {
					start()
					w.advance(20 * time.Minute)
					w.untilState(post, delivery.Preparing)
				}

				w.must(stop.do(w, id))
				if row := w.only(
					post,
				); row.State != delivery.Held || row.Reason != stop.why ||
					w.todos(row.ID) != "delivery.problem" {
					t.Fatalf("got %+v, to-dos %q\n%s", row, w.todos(row.ID), w.story())
				}
				if n := w.count(`
					SELECT count(*) FROM delivery_events WHERE code = $1 AND by_user = $2`,
					string(stop.why), w.admin.UserID); n != 1 {
					t.Errorf("the delivery tells it %d times", n)
				}
				if !claimed {
					start()
				}
				w.advance(22*time.Minute - w.skewNow())
				w.account("京环之声", 1, account.Commercial)
				w.untilState(w.planNow("其他账号照常", "京环之声"), delivery.Sent)
				if row := w.only(post); row.State != delivery.Held || w.sandbox.Count("环保北京") != 0 {
					t.Fatalf("not held past its time: %+v", row)
				}

				if stop.back == nil {
					w.advance(time.Hour)
					w.untilState(post, delivery.Missed)
					w.wantCount("环保北京", 0)

					return
				}
				w.must(stop.back(w, id))
				w.wake()
				w.untilState(post, delivery.Sent)
				w.wantCount("环保北京", 1)
				if d := w.only(post).ID; w.todos(d) != "" {
					t.Errorf("to-dos %q are left", w.todos(d))
				}
			})
		}
	}
}

func (w *world) skewNow() time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.skew
}

// TestWhatAPersonHoldsDoesNotGoOnWithTheAccount: a pause over it, a withdrawal and another user of the
// platform wait for a person.
func TestWhatAPersonHoldsDoesNotGoOnWithTheAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.account("环保北京", 1, account.Commercial)
	w.engine()
	soon := w.plan("暂停前停用", time.Hour, "环保北京")
	gone := w.plan("停用期间撤回", time.Hour, "环保北京")

	w.must(w.suspend(id))
	paused, err := w.s.Pause(t.Context(), w.supervisor, pause.Stop{UnitID: 1, AccountID: &id, Why: "重大活动"})
	w.must(err)
	_, err = w.s.Withdraw(t.Context(), w.writer, gone.ID, "有误")
	w.must(err)
	w.must(w.enable(id))
	if row := w.only(soon); row.State != delivery.Held || row.Reason != delivery.WasPaused {
		t.Errorf("under a pause: %+v", row)
	}
	if row := w.only(gone); row.State != delivery.Cancelled {
		t.Errorf("withdrawn: %+v", row)
	}
	held, err := w.s.HeldBy(t.Context(), w.supervisor, paused.ID)
	w.must(err)
	if len(held) != 1 {
		t.Fatalf("the pause holds %d", len(held))
	}
	_, err = w.s.Resume(t.Context(), w.supervisor, paused.ID, []delivery.Choice{{
		DeliveryID: held[0].ID,
		Action:     delivery.ActSend,
	}})
	w.must(err)

	w.must(w.pointElsewhere(id))
	w.exec("UPDATE accounts SET remote_uid = NULL WHERE id = $1", id)
	w.must(w.authorise(id))
	w.must(w.suspend(id))
	w.must(w.enable(id))
	if row := w.only(soon); row.State != delivery.Held || row.Reason != delivery.UserChanged {
		t.Errorf("another user: %+v\n%s", row, w.story())
	}
	asked, err := w.s.Replan(t.Context(), w.supervisor, w.only(soon).ID, delivery.DueChoice{Now: true}, "已核对")
	w.must(err)
	if asked != nil { // before its time: a second person agrees
		_, err = w.s.AgreeAdvance(t.Context(), w.reviewer, asked.ID)
		w.must(err)
	}
	w.untilState(soon, delivery.Sent)
	w.wantCount("环保北京", 1)
}

// TestSuspensionRacingTheMark lets suspensions fall all around the instant: a post is held and not out,
// or it is out, and never twice.
func TestSuspensionRacingTheMark(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.engine()

	done := make(chan error, around)
	for i := range around {
		handle := fmt.Sprintf("示例%d", i)
		w.must(w.sandbox.AddAccount(sandbox.Account{UID: int64(7_000_000_000 + i), Handle: handle}))
		id := w.account(handle, 1, account.Commercial)
		post := w.plan("空气质量良。", 5*time.Second, handle)
		time.AfterFunc(
			time.Until(*post.DueAt)+time.Duration(i-around/2)*3*time.Millisecond,
			func() { done <- w.suspend(id) },
		)
	}

	for range around {
		w.must(<-done)
	}
	w.until("all are settled", func() bool {
		return w.count("SELECT count(*) FROM deliveries WHERE state NOT IN ('sent', 'held')") == 0
	})

	for handle, id := range w.ids {
		sent := w.count("SELECT count(*) FROM deliveries WHERE account_id = $1 AND state = 'sent'", id)
		if n := w.sandbox.Count(handle); n != sent {
			t.Errorf("%s: %d posts, recorded as sent %d", handle, n, sent)
		}
	}

	for _, id := range w.ids {
		w.must(w.enable(id))
	}
	w.wake()
	w.until(
		"all are out",
		func() bool { return w.count("SELECT count(*) FROM deliveries WHERE state <> 'sent'") == 0 },
	)

	for handle := range w.ids {
		w.wantCount(handle, 1)
	}
}

// TestAnUnknownIsNotSentAgainToAnotherUser: what was on its way when the account became another user is
// held once it proves absent.
func TestAnUnknownIsNotSentAgainToAnotherUser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.account("环保北京", 1, account.Commercial)
	w.sandbox.Fault(sandbox.Fault{
		Account: "环保北京", Call: sandbox.PostCalls, Kind: sandbox.FaultCut, When: sandbox.Before,
		Times: 1,
	})
	w.sandbox.Fault(sandbox.Fault{
		Account: "环保北京",
		Call:    "statuses/user_timeline/biz",
		Kind:    sandbox.FaultStatus,
		Times:   1000,
	})
	w.engine()
	post := w.planNow("空气质量良。", "环保北京")
	w.untilState(post, delivery.Unknown)
	w.must(w.pointElsewhere(id))
	if n := w.count("SELECT count(*) FROM deliveries WHERE wish = 'hold'"); n != 1 {
		t.Errorf("%d keep the wish\n%s", n, w.story())
	}
	if err := w.enable(id); !fault.Is(err, fault.KindConflict) {
		t.Errorf("enabled a live account: %v", err)
	}
	w.wantCount("环保北京", 0)
}

// TestAConnectionTestCountsInTheLeastGap: the platform counts the test's post like any other, so the
// next one keeps its distance.
func TestAConnectionTestCountsInTheLeastGap(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.account("环保北京", 1, account.Commercial)
	w.exec("UPDATE accounts SET min_gap = '1 minute' WHERE id = $1", id)
	before := w.now()
	report, err := w.accounts.Test(t.Context(), w.admin, id)
	w.must(err)
	if !report.Passed {
		t.Fatalf("got %+v", report)
	}

	w.engine()
	post := w.planNow("今日空气质量良。", "环保北京")
	w.untilState(post, delivery.Preparing)
	w.advance(30 * time.Second)
	w.account("京环之声", 1, account.Commercial)
	w.untilState(w.planNow("其他账号照常", "京环之声"), delivery.Sent)
	if row := w.only(post); row.State == delivery.Sent {
		t.Error("sent right behind the test's post")
	}
	w.advance(time.Minute)
	w.untilState(post, delivery.Sent)
	if n := w.count(`
		SELECT count(*) FROM deliveries WHERE post_id = $1 AND marked_at < $2`,
		post.ID, before.Add(time.Minute)); n != 0 {
		t.Error("sent within a minute of the test's post")
	}
	w.wantCount("环保北京", 1)
}
