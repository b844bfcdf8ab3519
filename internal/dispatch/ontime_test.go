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
	post := w.plan("空气质量良，适宜户外活动。", 300*time.Millisecond, "环保北京", "京环之声")
	w.untilState(post, delivery.Sent)
	w.wantCount("环保北京", 1)
	w.wantCount("京环之声", 1)
	w.until("read back", func() bool {
		for _, row := range w.rows(post) {
			if row.Live != "live" {
				return false
			}
		}

		return true
	})

	for _, row := range w.rows(post) {
		if row.Attempts != 1 || row.Remote == "" {
			t.Errorf("got %+v", row)
		}
	}

	for _, posted := range w.sandbox.Posts("环保北京") {
		if late := posted.At.Sub(*post.DueAt); late < -5*time.Millisecond || late > 2*time.Second {
			t.Errorf("posted %v after its due time", late)
		}
	}
}
