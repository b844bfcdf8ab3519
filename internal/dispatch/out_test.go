package dispatch_test

import (
	"testing"
	"time"

	"juzhen/internal/account"
	"juzhen/internal/delivery"
	"juzhen/internal/pause"
	"juzhen/internal/pg"
	"juzhen/internal/post"
)

// toldOut gives how many notices there are that a post is out, and of how many accounts they speak.
func (w *world) toldOut(p post.Post) (told, accounts int) {
	w.Helper()
	w.must(w.db.Pool().QueryRow(w.Context(), `
SELECT count(*), coalesce(max((e.args ->> 'n')::int), 0)
FROM notices n JOIN notice_events e ON e.id = n.event_id
WHERE e.kind = 'out' AND e.subject_id = $1 AND n.user_id = $2`, p.ID, w.writer.UserID).
		Scan(&told, &accounts))

	return told, accounts
}

// TestTheWriterHearsThatThePostIsOut: an ordinary send is told once, when the last account has it.
func TestTheWriterHearsThatThePostIsOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)

	handles := []string{"环保北京", "东城环保示例", "西城环保示例"}
	for _, handle := range handles {
		w.account(handle, 1, account.Commercial)
	}
	p := w.plan("空气质量良。", time.Second, handles...)
	e := w.engine()
	w.untilState(p, delivery.Sent)
	w.must(e.Stop(t.Context()))
	if told, n := w.toldOut(p); told != 1 || n != 3 {
		t.Errorf("told %d times, of %d accounts", told, n)
	}
}

// TestTheLastTwoAccountsTellOnce: whichever of them ends first, and whether the last one is sent or
// cancelled.
func TestTheLastTwoAccountsTellOnce(t *testing.T) {
	t.Parallel()

	for name, last := range map[string]delivery.State{"sent": delivery.Sent, "cancelled": delivery.Cancelled} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.account("环保北京", 1, account.Commercial)
			w.account("东城环保示例", 1, account.Commercial)
			p := w.plan("空气质量良。", time.Hour, "环保北京", "东城环保示例")
			rows := w.rows(p)
			// the second one writes before the first is committed
			applied, second := make(chan struct{}), make(chan error, 1)
			w.must(w.db.InTx(w.Context(), func(tx pg.Tx) error {
				w.must(w.ends(tx, rows[0].ID, delivery.Sent))
				go func() {
					second <- w.db.InTx(w.Context(), func(tx pg.Tx) error {
						defer close(applied)
						return w.ends(tx, rows[1].ID, last)
					})
				}()
				w.untilWaiting(applied)

				return nil
			}))
			w.must(<-second)
			want := 2
			if last == delivery.Cancelled {
				want = 1
			}
			if told, n := w.toldOut(p); told != 1 || n != want {
				t.Errorf("told %d times, of %d accounts", told, n)
			}
		})
	}
}

// ends is the end of a delivery as a rule decided it.
func (w *world) ends(tx pg.Tx, id int64, to delivery.State) error {
	d, err := delivery.LockTx(w.Context(), tx, id)
	if err != nil {
		return err
	}
	now := w.now()
	change := delivery.Change{To: to, Code: delivery.Published, SentAt: &now}

	return delivery.ApplyTx(w.Context(), tx, now, d, change, 0)
}

// untilWaiting waits until done is closed, or another transaction waits for a lock of this one.
func (w *world) untilWaiting(done <-chan struct{}) {
	w.Helper()

	for waiting := false; !waiting; {
		select {
		case <-done:
			return
		default:
		}
		w.must(w.db.Pool().QueryRow(w.Context(), `
SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND database = (
    SELECT oid FROM pg_database WHERE datname = current_database()))`).Scan(&waiting))
	}
}

// TestACancelledLastAccountTells: what a person cancels may be the last that was left.
func TestACancelledLastAccountTells(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account("环保北京", 1, account.Commercial)
	w.account("东城环保示例", 1, account.Commercial)
	p := w.plan("空气质量良。", time.Hour, "环保北京", "东城环保示例")
	rows := w.rows(p)
	w.exec("UPDATE deliveries SET state = 'sent', sent_at = now() WHERE id = $1", rows[0].ID)
	w.must(w.s.Cancel(t.Context(), w.writer, rows[1].ID, "不再需要"))
	if told, n := w.toldOut(p); told != 1 || n != 1 {
		t.Errorf("told %d times, of %d accounts", told, n)
	}
}

// TestAResumeThatCancelsTheLastTells: what a pause held may be the last that was left.
func TestAResumeThatCancelsTheLastTells(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account("环保北京", 1, account.Commercial)
	w.account("东城环保示例", 1, account.Commercial)
	p := w.plan("空气质量良。", time.Hour, "环保北京", "东城环保示例")
	rows := w.rows(p)
	w.exec("UPDATE deliveries SET state = 'sent', sent_at = now() WHERE id = $1", rows[0].ID)
	paused, err := w.s.Pause(t.Context(), w.supervisor, pause.Stop{UnitID: 1, Why: "重大活动"})
	w.must(err)
	_, err = w.s.Resume(t.Context(), w.supervisor, paused.ID, []delivery.Choice{
		{DeliveryID: rows[1].ID, Action: delivery.ActCancel},
	})
	w.must(err)
	if told, n := w.toldOut(p); told != 1 || n != 1 {
		t.Errorf("told %d times, of %d accounts", told, n)
	}
}
