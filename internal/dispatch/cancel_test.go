package dispatch_test

import (
	"testing"
	"time"

	"juzhen/internal/account"
	"juzhen/internal/delivery"
	"juzhen/internal/fault"
	"juzhen/internal/pause"
	"juzhen/internal/post"
	"juzhen/internal/sandbox"
)

// lost plans a post whose answer is lost, before or after Weibo had it, and waits until its outcome is open.
func (w *world) lost(when string) post.Post {
	w.Helper()
	w.set.FirstLook, w.set.AbsentAfter = 400*time.Millisecond, 500*time.Millisecond
	w.account("环保北京", 1, account.Commercial)
	w.sandbox.Fault(sandbox.Fault{
		Account: "环保北京", Call: sandbox.PostCalls, Kind: sandbox.FaultCut, When: when, Times: 1,
	})
	w.engine()
	p := w.planNow("空气质量良。", "环保北京")
	w.untilState(p, delivery.Unknown)

	return p
}

func TestWishOnAnOpenOutcomeIsFollowedWhenNothingWentOut(t *testing.T) {
	t.Parallel()
	t.Run("withdrawn", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		post := w.lost(sandbox.Before)
		reach, err := w.s.Withdraw(t.Context(), w.writer, post.ID, "有误")
		w.must(err)
		if reach.TooLate != 1 {
			t.Errorf("reach %+v", reach)
		}
		w.untilState(post, delivery.Cancelled)
		w.wantCount("环保北京", 0)
	})
	t.Run("withdrawn, but it is out", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		post := w.lost(sandbox.After)
		_, err := w.s.Withdraw(t.Context(), w.writer, post.ID, "有误")
		w.must(err)
		w.untilState(post, delivery.Sent)
		w.wantCount("环保北京", 1)
	})
	t.Run("paused", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		post := w.lost(sandbox.Before)
		paused, err := w.s.Pause(t.Context(), w.supervisor, pause.Stop{UnitID: 1, Why: "重大活动"})
		w.must(err)
		w.untilState(post, delivery.Held)
		_, err = w.s.Resume(t.Context(), w.supervisor, paused.ID, []delivery.Choice{{
			DeliveryID: w.only(post).ID,
			Action:     delivery.ActSend,
		}})
		w.must(err)
		w.untilState(post, delivery.Sent)
		w.wantCount("环保北京", 1)
	})
	t.Run("rescheduled", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		post := w.lost(sandbox.Before)
		later := w.now().Add(3 * time.Second)
		_, err := w.s.Reschedule(t.Context(), w.writer, post.ID, delivery.DueChoice{At: &later})
		w.must(err)
		w.untilState(post, delivery.Sent)
		w.wantCount("环保北京", 1)
		if at := w.sandbox.Posts("环保北京")[0].At; at.Before(later.Add(-50 * time.Millisecond)) {
			t.Errorf("went out %v before its new time", later.Sub(at))
		}
	})
	t.Run("revised", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		post := w.lost(sandbox.Before)
		_, err := w.s.Revise(t.Context(), w.writer, post.ID)
		w.must(err)
		w.untilState(post, delivery.Held)
		w.wantCount("环保北京", 0)
	})
}

func TestRevisedPostGoesOutInItsNewWordingOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account("环保北京", 1, account.Commercial)
	w.engine()
	post := w.plan("旧稿", time.Hour, "环保北京")
	_, err := w.s.Revise(t.Context(), w.writer, post.ID)
	w.must(err)
	if got := w.only(post).State; got != delivery.Planned {
		t.Errorf("after the revision: %s", got)
	}
	now, _, err := w.posts.Find(t.Context(), w.writer, post.ID)
	w.must(err)
	content := postContent("新稿")
	content.Targets = append(content.Targets, target(w.ids["环保北京"]))
	_, err = w.posts.Save(t.Context(), w.writer, post.ID, now.Revision, content)
	w.must(err)
	w.must(w.s.Submit(t.Context(), w.writer, post.ID, 0))
	now, version, err := w.posts.Find(t.Context(), w.writer, post.ID)
	w.must(err)
	w.approve(now, version, delivery.DueChoice{})
	w.untilState(post, delivery.Sent)
	if posts := w.sandbox.Posts("环保北京"); len(posts) != 1 || posts[0].Text != "新稿" {
		t.Errorf("posted %+v", posts)
	}
	if _, err := w.s.Revise(t.Context(), w.writer, post.ID); !fault.Is(err, fault.KindConflict) {
		t.Errorf("revised though it is out everywhere: %v", err)
	}
}

func TestCancelTakesOneAccountOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account("环保北京", 1, account.Commercial)
	w.account("京环之声", 2, account.Commercial)
	w.engine()
	post := w.plan("空气质量良。", 1500*time.Millisecond, "环保北京", "京环之声")
	var id int64
	w.must(
		w.db.Pool().
			QueryRow(t.Context(), "SELECT id FROM deliveries WHERE account_id = $1", w.ids["京环之声"]).
			Scan(&id),
	)
	w.must(w.s.Cancel(t.Context(), w.writer, id, "不适用"))
	w.until("the other is out", func() bool { return w.sandbox.Count("环保北京") == 1 })
	w.wantCount("京环之声", 0)
	if states, err := w.s.PostStates(
		t.Context(),
		[]int64{post.ID},
	); err != nil ||
		states[post.ID] != delivery.PostSent && states[post.ID] != delivery.PostSending {
		t.Errorf("post is %v, %v", states, err)
	}
}

func TestResolvingAsSentClosesWhatWaitsForASecondPerson(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	post := w.lost(sandbox.Before)
	id := w.only(post).ID
	w.exec("UPDATE deliveries SET next_look_at = NULL, reason = 'look_person' WHERE id = $1", id)
	w.exec("UPDATE accounts SET remote_uid = '2039018811' WHERE handle = '环保北京'")
	asked, err := w.s.Resolve(t.Context(), w.writer, id, delivery.ResolvedAsNotSent, "", "没看到")
	w.must(err)
	_, err = w.s.Resolve(
		t.Context(),
		w.supervisor,
		id,
		delivery.ResolvedAsSent,
		"https://weibo.com/2039018811/z0JH2lOMb",
		"找到了",
	)
	w.must(err)
	if _, err := w.s.Confirm(t.Context(), w.reviewer, asked.Awaiting.ID); !fault.Is(err, fault.KindConflict) {
		t.Errorf("confirmed what was settled: %v", err)
	}
	if n := w.count("SELECT count(*) FROM todos WHERE resolved_at IS NULL"); n != 0 {
		t.Errorf("%d to-dos left", n)
	}
}

func TestTroublesAreCountedByTheHourTheyAreDue(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.lost(sandbox.Before)
	var due time.Time
	var account int64
	w.must(w.db.Pool().QueryRow(t.Context(), `
		SELECT p.due_at, d.account_id FROM posts p JOIN deliveries d ON d.post_id = p.id
			WHERE p.id = $1 AND d.state = 'unknown'`, p.ID).
		Scan(&due, &account))

	hour := due.Truncate(time.Hour)
	for name, c := range map[string]struct {
		path    string
		account int64
		want    int
	}{
		"all":             {"", 0, 1},
		"its account":     {"", account, 1},
		"another account": {"", account + 1, 0},
		"another unit":    {"/999/", 0, 0},
	} {
		got, err := w.s.Troubles(t.Context(), w.writer, post.Span{
			From: hour, To: hour.Add(time.Hour),
		}, c.path, c.account)
		if err != nil || got[hour.Unix()].Unknown != c.want || got[hour.Unix()].Failed != 0 {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}

	// A pause or a decision gave it a later time: it stays in the hour of its post.
	w.exec("UPDATE deliveries SET due_at = due_at + interval '40 days' WHERE post_id = $1", p.ID)
	got, err := w.s.Troubles(t.Context(), w.writer, post.Span{From: hour, To: hour.Add(time.Hour)}, "", 0)
	if err != nil || got[hour.Unix()].Unknown != 1 {
		t.Errorf("a delivery of a later time: %+v, %v", got, err)
	}
}
