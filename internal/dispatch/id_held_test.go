package dispatch_test

import (
	"strings"
	"testing"
	"time"

	"juzhen/internal/account"
	"juzhen/internal/delivery"
)

// TestAnIDThatAnotherDeliveryHoldsIsNotBelieved lets the platform answer with the id of an earlier
// post: it stays with the earlier delivery, the later one's outcome is open, and people are told
// instead of a machine guessing.
func TestAnIDThatAnotherDeliveryHoldsIsNotBelieved(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account("环保北京", 1, account.Commercial)
	w.engine()
	first := w.planNow("空气质量良", "环保北京")
	w.untilState(first, delivery.Sent)
	taken := w.only(first).Remote
	w.exec(
		`CREATE FUNCTION wrong_id() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.remote_id := TG_ARGV[0]; RETURN NEW; END $$`,
	)
	w.exec(`CREATE TRIGGER wrong_id BEFORE UPDATE ON all_deliveries FOR EACH ROW
			WHEN (OLD.state = 'sending' AND NEW.state = 'sent') EXECUTE FUNCTION wrong_id('` + taken + `')`)

	second := w.planNow("明日空气质量良", "环保北京")
	w.until(
		"told",
		func() bool { return strings.Contains(w.todos(w.only(second).ID), string(delivery.TodoTwice)) },
	)
	if got := w.only(first); got.Remote != taken || got.State != delivery.Sent {
		t.Errorf("the first is now %+v", got)
	}
	if got := w.only(second); got.Remote != "" || got.State != delivery.Unknown || got.Attempts != 1 {
		t.Errorf("the second is now %+v", got)
	}
	w.wantCount("环保北京", 2)
}

// TestWhatIsNoLongerTheApprovedRequestIsHeldAtItsInstant changes the row behind the console's back
// after it was prepared: the mark's condition fails, nothing is called, and people are told.
func TestWhatIsNoLongerTheApprovedRequestIsHeldAtItsInstant(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.set.Lead = time.Minute
	w.account("环保北京", 1, account.Commercial)
	w.engine()
	post := w.plan("空气质量良", 30*time.Second, "环保北京")
	w.untilState(post, delivery.Preparing)
	w.exec(`UPDATE deliveries SET payload_hash = decode(repeat('00', 32), 'hex')`)
	w.advance(31 * time.Second)
	w.untilState(post, delivery.Held)
	if row := w.only(post); row.Reason != delivery.HashDiffers || w.todos(row.ID) == "" {
		t.Errorf("%+v, to-dos %q", row, w.todos(row.ID))
	}
	w.wantCount("环保北京", 0)
}
