package dispatch_test

import (
	"testing"
	"time"

	"juzhen/internal/account"
	"juzhen/internal/delivery"
)

// TestAWrongClockStopsSendingAndIsTold moves the database's clock away from the machine's: nothing goes
// out, the administrators are told once, and when the clocks agree again everything goes out once and
// the matter is closed.
func TestAWrongClockStopsSendingAndIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account("环保北京", 1, account.Commercial)
	w.engine()
	post := w.plan("空气质量良。", 2*time.Second, "环保北京")
	w.turnDatabase(3 * time.Second)
	const open = `
		SELECT count(*) FROM todos WHERE code = 'engine.clock' AND permission = 'account.manage'
			AND resolved_at IS NULL`
	w.until("told", func() bool { return w.count(open) == 1 })
	w.until(
		"its time has passed",
		func() bool { return w.now().After(post.DueAt.Add(200 * time.Millisecond)) },
	)
	w.wantCount("环保北京", 0)
	w.turnDatabase(0)
	w.untilState(post, delivery.Sent)
	w.wantCount("环保北京", 1)
	w.until("closed", func() bool { return w.count(open) == 0 })
	if n := w.count("SELECT count(*) FROM todos WHERE code = 'engine.clock'"); n != 1 {
		t.Errorf("told %d times", n)
	}
}

// turnDatabase moves the database's clock alone.
func (w *world) turnDatabase(by time.Duration) {
	w.mu.Lock()
	w.dbSkew = by
	w.mu.Unlock()
	w.wake()
}
