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

// TestOpenPagesHearOfMarksAndRecords: what the sender writes is told to open pages, and not in the
// transactions that write it.
func TestOpenPagesHearOfMarksAndRecords(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account("环保北京", 1, account.Commercial)
	w.exec(`
CREATE OR REPLACE FUNCTION live_deliveries(ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF cardinality(ids) > 0 THEN
        PERFORM pg_notify('juzhen_live', 'told by ' || left(ltrim(current_query(), E' \n'), 60));
    END IF;
END $$`)
	post := w.plan("空气质量良", time.Second, "环保北京")
	ear, err := w.db.Listen(t.Context(), "juzhen_live")
	w.must(err)
	defer func() { _ = ear.Close() }()
	w.engine()
	w.untilState(post, delivery.Sent)
	w.exec("NOTIFY juzhen_live, 'behind the record'")

	heard := false

	for said := ""; said != "behind the record"; {
		said, err = ear.Wait(t.Context())
		w.must(err)
		heard = heard || strings.HasPrefix(said, "told by SELECT live_deliveries")
		if strings.HasPrefix(said, "told by WITH want") || strings.HasPrefix(said, "told by WITH done") {
			t.Errorf("a mark or a record made a notice itself: %s", said)
		}
	}
	if !heard {
		w.hears(ear, "told by SELECT live_deliveries")
	}
}

// TestAQuietTransactionTellsNothing: a mark makes no notice of its own, which all other commits would
// wait for; whoever is not quiet does.
func TestAQuietTransactionTellsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account("环保北京", 1, account.Commercial)
	post := w.plan("空气质量良", time.Hour, "环保北京")
	id := w.only(post).ID
	ear, err := w.db.Listen(t.Context(), "juzhen_live")
	w.must(err)
	defer func() { _ = ear.Close() }()

	step := fmt.Sprintf(`
		INSERT INTO delivery_events (delivery_id, at, from_state, to_state, plan, code)
			VALUES (%d, now(), 'waiting', 'waiting', 1, 'marked')`, id)
	for _, sql := range []string{
		"BEGIN; SELECT set_config('juzhen.quiet', 'on', true); " + step + "; COMMIT",
		"NOTIFY juzhen_live, 'behind it'",
	} {
		w.exec(sql)
	}
	if said, err := ear.Wait(t.Context()); err != nil || said != "behind it" {
		t.Errorf("a quiet transaction told %q, %v", said, err)
	}
	w.exec(step)
	w.hears(ear, fmt.Sprintf("delivery/%d ", id))
}
