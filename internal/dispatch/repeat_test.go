package dispatch_test

import (
	"strconv"
	"testing"
	"time"

	"juzhen/internal/account"
	"juzhen/internal/delivery"
	"juzhen/internal/post"
	"juzhen/internal/sandbox"
)

const repeated = "未来三天扩散条件转差，请减少户外活动，关注空气质量预报。"

// wantAsked waits until people are asked, and looks at what they are shown: one post of the same text
// that is not ours.
func (w *world) wantAsked(p post.Post, why delivery.Reason, calls int, alike int64) {
	w.Helper()
	w.until("people are asked", func() bool { return w.todos(w.only(p).ID) == "delivery.unknown" })
	row := w.only(p)
	events, err := w.s.Events(w.Context(), w.writer, row.ID)
	w.must(err)
	seen := events[len(events)-1].Sightings()
	if row.State != delivery.Unknown || row.Reason != why || len(seen) != 1 ||
		seen[0].ID != strconv.FormatInt(alike, 10) ||
		seen[0].Text != repeated ||
		seen[0].Source == "" {
		w.Errorf("got %+v, shown %+v\n%s", row, seen, w.story())
	}
	w.advance(30 * time.Minute) // looks go on, and nothing else
	w.sweeps(4)
	if n := w.count("SELECT count(*) FROM delivery_events WHERE code = 'marked'"); n != calls {
		w.Errorf("%d calls, want %d\n%s", n, calls, w.story())
	}
	w.wantCount("环保北京", 0) // none of ours
}

// TestRepeatedContentAfterAnOpenOutcomeGoesToAPerson lets the same text stand on the account, posted by
// a person before our answer is lost: the one resend is called repeated content, and from then on
// nothing is sent again to find out.
func TestRepeatedContentAfterAnOpenOutcomeGoesToAPerson(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account("环保北京", 1, account.Commercial)
	other := w.sandbox.Rival("环保北京", repeated)
	w.advance(time.Hour)
	w.sandbox.Fault(sandbox.Fault{
		Account: "环保北京", Call: sandbox.PostCalls, Kind: sandbox.FaultCut, When: sandbox.Before,
		Times: 1,
	})
	w.engine()
	post := w.planNow(repeated, "环保北京")
	w.wantAsked(post, delivery.LookRepeat, 2, other.ID)
	if n := w.count("SELECT count(*) FROM delivery_events WHERE code = 'repeated'"); n != 1 {
		t.Errorf("%d answers kept\n%s", n, w.story())
	}
}

// TestTheSameTextFromAnotherHandIsNotSentAgain lets a person post the text while our outcome is open:
// the looks see it, and no call is made to learn what the platform says about it.
func TestTheSameTextFromAnotherHandIsNotSentAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account("环保北京", 1, account.Commercial)
	w.sandbox.Fault(sandbox.Fault{
		Account: "环保北京", Call: sandbox.PostCalls, Kind: sandbox.FaultCut, When: sandbox.Before,
		Times: 1,
	})
	w.set.FirstLook = time.Hour
	w.engine()
	post := w.planNow(repeated, "环保北京")
	w.untilState(post, delivery.Unknown)
	other := w.sandbox.Rival("环保北京", repeated)
	w.advance(time.Hour)
	w.until("one look", func() bool { return w.only(post).Reason == delivery.LookAbsent })
	w.advance(time.Hour)
	w.wantAsked(post, delivery.LookRival, 1, other.ID)
}

// TestRepeatedContentAfterADeadProcessIsLookedFor lets a process die in its call, which counts no
// attempt: the answer "repeated content" to the next call is no failure, and what the first has
// published is found.
func TestRepeatedContentAfterADeadProcessIsLookedFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.account("环保北京", 1, account.Commercial)
	w.engine()
	post := w.planNow(repeated, "环保北京")
	w.untilState(post, delivery.Sent)
	// The same delivery as if its process had died and looks had not seen it: sent again by a wrong belief.
	w.exec(`WITH d AS (UPDATE deliveries
			SET state = 'waiting', reason = 'resend', remote_id = NULL, attempts = 0, owner = NULL,
			next_look_at = NULL WHERE account_id = $1 RETURNING id, plan)
INSERT INTO delivery_events (delivery_id, at, from_state, to_state, plan, attempt_id, code)
    SELECT id, now(), 'sending', 'unknown', plan, gen_random_uuid(), 'owner_gone' FROM d`, id)
	w.until(
		"found",
		func() bool { row := w.only(post); return row.State == delivery.Sent && row.Remote != "" },
	)
	if n := w.count("SELECT count(*) FROM delivery_events WHERE code = 'repeated'"); n != 1 {
		t.Errorf("%d answers kept\n%s", n, w.story())
	}
	w.wantCount("环保北京", 1)
}
