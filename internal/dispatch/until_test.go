package dispatch_test

import (
	"testing"
	"time"

	"juzhen/internal/account"
	"juzhen/internal/delivery"
	"juzhen/internal/fault"
	"juzhen/internal/pause"
	"juzhen/internal/post"
	"juzhen/internal/review"
)

// approvedUntil is an approved post that is due in an hour and is not to go out later than that after it.
func (w *world) approvedUntil(late time.Duration, handle string) post.Post {
	w.Helper()
	due := w.now().Add(far)
	until := due.Add(late)
	p, version := w.submitContent(post.Content{
		Text: "只在这段时间里有用的话", DueAt: &due, NotAfter: &until,
		Targets: []post.TargetChoice{{AccountID: w.ids[handle]}},
	})
	w.approve(p, version, delivery.DueChoice{})

	return p
}

// TestAPostIsNotSentAfterItsLastInstant: the post says up to when it is of use, sooner or later than its
// account would wait.
func TestAPostIsNotSentAfterItsLastInstant(t *testing.T) {
	t.Parallel()

	for name, c := range map[string]struct {
		late, away time.Duration // how long it may be late, and how long after its time sending begins again
		want       delivery.State
	}{
		"over, sooner than the account says":       {5 * time.Minute, 6 * time.Minute, delivery.Missed},
		"in time":                                  {5 * time.Minute, 4 * time.Minute, delivery.Sent},
		"in time, later than the account says":     {20 * time.Hour, 19 * time.Hour, delivery.Sent},
		"over, long after what the account allows": {20 * time.Hour, 21 * time.Hour, delivery.Missed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.account("环保北京", 1, account.Commercial)
			p := w.approvedUntil(c.late, "环保北京")
			w.advance(far + c.away)
			w.engine()
			w.untilState(p, c.want)
			w.wantCount("环保北京", map[delivery.State]int{delivery.Sent: 1}[c.want])
		})
	}
}

// TestNobodyPlansItBehindItsLastInstant: not by moving it, not at the end of a pause, not by a new plan for
// what was missed; and what is moved within keeps its last instant.
func TestNobodyPlansItBehindItsLastInstant(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account("环保北京", 1, account.Commercial)
	p := w.approvedUntil(30*time.Minute, "环保北京")
	id := w.only(p).ID
	tooLate := func(what string, err error) {
		t.Helper()
		if fault.Public(err).Code != "too_late" {
			t.Errorf("%s: %v", what, err)
		}
	}

	beyond, within := p.DueAt.Add(31*time.Minute), p.DueAt.Add(29*time.Minute)
	_, err := w.s.Reschedule(t.Context(), w.writer, p.ID, delivery.DueChoice{At: &beyond})
	tooLate("moved", err)
	_, err = w.s.Reschedule(t.Context(), w.writer, p.ID, delivery.DueChoice{At: &within})
	w.must(err)
	if n := w.count("SELECT count(*) FROM deliveries WHERE due_at = $1 AND not_after = $2",
		within, p.DueAt.Add(30*time.Minute)); n != 1 {
		t.Error("what was moved has another last instant")
	}

	stopped, err := w.s.Pause(t.Context(), w.supervisor, pause.Stop{UnitID: 1, Why: "重大活动"})
	w.must(err)
	_, err = w.s.Resume(t.Context(), w.supervisor, stopped.ID, []delivery.Choice{{
		DeliveryID: id, Action: delivery.ActReschedule, DueAt: &beyond,
	}})
	tooLate("resumed", err)
	_, err = w.s.Resume(t.Context(), w.supervisor, stopped.ID, []delivery.Choice{{
		DeliveryID: id, Action: delivery.ActSend,
	}})
	w.must(err)

	w.advance(far + time.Hour)
	w.engine()
	w.untilState(p, delivery.Missed)
	_, err = w.s.Replan(t.Context(), w.writer, id, delivery.DueChoice{Now: true}, "补发")
	tooLate("planned again", err)
	w.wantCount("环保北京", 0)
}

// TestAnApprovalComesTooLate: what goes out as soon as it is approved is not approved after its last instant.
func TestAnApprovalComesTooLate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account("环保北京", 1, account.Commercial)
	until := w.now().Add(time.Hour)
	p, version := w.submitContent(post.Content{
		Text: "只在这段时间里有用的话", DueNow: true, NotAfter: &until,
		Targets: []post.TargetChoice{{AccountID: w.ids["环保北京"]}},
	})
	w.advance(time.Hour)
	err := w.say(w.reviewer, p, version.Hash, review.Approve, 0)
	if fault.Public(err).Code != "too_late" {
		t.Errorf("approved: %v", err)
	}
}
