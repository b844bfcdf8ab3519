package dispatch_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"juzhen/internal/account"
	"juzhen/internal/delivery"
	"juzhen/internal/pg"
)

// hears waits for a notice that names a thing.
func (w *world) hears(ear *pg.Listener, thing string) {
	w.Helper()
	ctx, cancel := context.WithTimeout(w.Context(), patience)
	defer cancel()
	for {
		said, err := ear.Wait(ctx)
		if err != nil {
			w.Fatalf("nothing was told of %s: %v", thing, err)
		}
		if strings.Contains(said, thing) {
			return
		}
	}
}

// TestOpenPagesHearOfMarksAndRecords: what the sender writes quietly is told to open pages all the same.
func TestOpenPagesHearOfMarksAndRecords(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account("环保北京", 1, account.Commercial)
	w.exec("DROP TRIGGER live_delivery_events ON delivery_events") // nobody but the sender tells now
	ear, err := w.db.Listen(t.Context(), "juzhen_live")
	w.must(err)
	defer func() { _ = ear.Close() }()
	w.engine()
	p := w.planNow("空气质量良", "环保北京")
	w.untilState(p, delivery.Sent)
	w.hears(ear, fmt.Sprintf("delivery/%d ", w.only(p).ID))
}

// TestAQuietTransactionTellsNothing: a mark makes no notice of its own, which all other commits would wait for; whoever is not quiet does.
func TestAQuietTransactionTellsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account("环保北京", 1, account.Commercial)
	p := w.plan("空气质量良", time.Hour, "环保北京")
	id := w.only(p).ID
	ear, err := w.db.Listen(t.Context(), "juzhen_live")
	w.must(err)
	defer func() { _ = ear.Close() }()

	step := fmt.Sprintf("INSERT INTO delivery_events (delivery_id, at, from_state, to_state, plan, code) VALUES (%d, now(), 'waiting', 'waiting', 1, 'marked')", id)
	for _, sql := range []string{"BEGIN; SELECT set_config('juzhen.quiet', 'on', true); " + step + "; COMMIT", "NOTIFY juzhen_live, 'behind it'"} {
		w.exec(sql)
	}
	if said, err := ear.Wait(t.Context()); err != nil || said != "behind it" {
		t.Errorf("a quiet transaction told %q, %v", said, err)
	}
	w.exec(step)
	w.hears(ear, fmt.Sprintf("delivery/%d ", id))
}
