package dispatch_test

import (
	"testing"
	"time"

	"juzhen/internal/account"
	"juzhen/internal/delivery"
)

func TestApprovedPostGoesOutOnceOnTimeAndIsReadBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account("环保北京", 1, account.Commercial)
	w.account("京环之声", 2, account.Commercial)
	w.engine()
	p := w.plan("空气质量良，适宜户外活动。", 300*time.Millisecond, "环保北京", "京环之声")
	w.untilState(p, delivery.Sent)
	w.wantCount("环保北京", 1)
	w.wantCount("京环之声", 1)
	w.until("read back", func() bool {
		for _, r := range w.rows(p) {
			if r.Live != "live" {
				return false
			}
		}
		return true
	})
	for _, r := range w.rows(p) {
		if r.Attempts != 1 || r.Remote == "" {
			t.Errorf("got %+v", r)
		}
	}
	for _, posted := range w.sandbox.Posts("环保北京") {
		if late := posted.At.Sub(*p.DueAt); late < -5*time.Millisecond || late > 2*time.Second {
			t.Errorf("posted %v after its due time", late)
		}
	}
}
