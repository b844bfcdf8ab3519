package dispatch_test

import (
	"fmt"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/delivery"
	"juzhen/internal/fault"
	"juzhen/internal/post"
)

// TestWhatIsOfferedIsWhatIsDone tries every act on a delivery in every state with every role: it succeeds
// where delivery.May says so, and nowhere else.
func TestWhatIsOfferedIsWhatIsDone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account("环保北京", 1, account.Commercial)
	p := w.plan("空气质量良", far, "环保北京")
	p.Phase = post.Approved
	id := w.only(p).ID

	for _, state := range delivery.States() {
		for _, actor := range []access.Actor{w.writer, w.reviewer, w.supervisor} {
			for name, do := range acts(w, actor, id) {
				w.stand(id, state)
				d, err := w.s.Find(w.Context(), actor, id)
				w.must(err)
				may := delivery.May(actor, d, delivery.Standing{Phase: p.Phase})
				if offered, err := do.offered(may), do.do(); offered != (err == nil) {
					t.Errorf("%s %s by %s: offered %v, done with %v", state, name, actor.Name, offered, err)
				}
			}
		}
	}
}

// stand puts a delivery into a state as if it had come there, with nothing asked about it.
func (w *world) stand(id int64, state delivery.State) {
	w.Helper()
	w.exec("DELETE FROM todos")
	w.exec("DELETE FROM delivery_decisions")
	w.exec(`
UPDATE deliveries SET state = $2, approved = $2 <> 'planned', connector = 'commercial', due_at = $3,
    approved_from = $3,
    not_after = $3::timestamptz + interval '1 hour', wish = NULL, pause_id = NULL, taken_by = NULL,
        taken_at = NULL,
    owner = NULL, remote_id = CASE WHEN $2 = 'sent' THEN '5000000000000001' END,
    sent_at = CASE WHEN $2 = 'sent' THEN $3::timestamptz END
WHERE id = $1`, id, state, w.now().Add(-time.Hour))
}

type act struct {
	offered func(delivery.Acts) bool
	do      func() error
}

func acts(w *world, actor access.Actor, id int64) map[string]act {
	ctx := w.Context()
	again := w.now().Add(far)

	return map[string]act{
		"cancel": {func(a delivery.Acts) bool { return a.Cancel || a.Wish }, func() error {
			err := w.s.Cancel(ctx, actor, id, "不发了")
			if err != nil && fault.Public(err).Code == "wish_kept" {
				return nil
			}

			return err
		}},
		"replan": {func(a delivery.Acts) bool { return a.Replan }, func() error {
			_, err := w.s.Replan(ctx, actor, id, delivery.DueChoice{At: &again}, "再发")
			return err
		}},
		"decide": {func(a delivery.Acts) bool { return a.Decide }, func() error {
			_, err := w.s.Resolve(ctx, actor, id, delivery.ResolvedAsNotSent, "", "主页上没有")
			return err
		}},
		"take": {func(a delivery.Acts) bool { return a.Take }, func() error {
			return w.s.TakeHandoff(ctx, actor, id)
		}},
		"give back": {func(a delivery.Acts) bool { return a.GiveBack }, func() error {
			return w.s.ReturnHandoff(ctx, actor, id)
		}},
		"take down": {func(a delivery.Acts) bool { return a.Takedown }, func() error {
			_, err := w.s.Takedown(ctx, actor, []int64{id}, "内容有误")
			return err
		}},
		"prove": {func(a delivery.Acts) bool { return a.Certificate }, func() error {
			_, err := w.s.Certificate(ctx, actor, id)
			return err
		}},
	}
}

// TestAnOfferForAPostIsKept tries withdrawing, revising and rescheduling a post of two accounts, one of
// them out, with the other in every state.
func TestAnOfferForAPostIsKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account("环保北京", 1, account.Commercial)
	w.account("京环之声", 1, account.Commercial)
	later := w.now().Add(2 * far)

	for i, state := range delivery.States() {
		for name, act := range map[string]struct {
			offered func(delivery.PostActs) bool
			do      func(id int64) error
		}{
			"withdraw": {func(a delivery.PostActs) bool { return a.Withdraw }, func(id int64) error {
				_, err := w.s.Withdraw(w.Context(), w.writer, id, "作废")
				return err
			}},
			"revise": {func(a delivery.PostActs) bool { return a.Revise }, func(id int64) error {
				_, err := w.s.Revise(w.Context(), w.writer, id)
				return err
			}},
			"reschedule": {func(a delivery.PostActs) bool { return a.Reschedule }, func(id int64) error {
				_, err := w.s.Reschedule(w.Context(), w.writer, id, delivery.DueChoice{At: &later})
				return err
			}},
		} {
			w.exec("UPDATE deliveries SET remote_id = NULL")
			p := w.plan(fmt.Sprint(name, i), far, "环保北京", "京环之声")
			rows := w.rows(p)
			w.stand(rows[1].ID, state)
			w.exec("UPDATE deliveries SET remote_id = NULL WHERE id = $1", rows[1].ID)
			w.stand(rows[0].ID, delivery.Sent)

			p, _, err := w.posts.Find(w.Context(), w.writer, p.ID)
			w.must(err)
			n := map[delivery.State]int{delivery.Sent: 1}
			n[state]++
			offered := act.offered(delivery.MayWithPost(w.writer, p, n))
			if err := act.do(p.ID); offered != (err == nil) {
				t.Errorf("%s beside one that is %s: offered %v, done with %v", name, state, offered, err)
			}
		}
	}
}
