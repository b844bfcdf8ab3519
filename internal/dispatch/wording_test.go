package dispatch_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"juzhen/internal/account"
	"juzhen/internal/delivery"
	"juzhen/internal/dispatch"
)

// TestAWordForbiddenSinceTheApprovalIsNotSent: the wording is looked through once more when it is prepared;
// the account that says something else goes out.
func TestAWordForbiddenSinceTheApprovalIsNotSent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account("环保北京", 1, account.Commercial)
	w.account("京环之声", 2, account.Commercial)
	blocks := func(_ context.Context, units []int64, text string, _ time.Time) (string, error) {
		if len(units) == 0 {
			t.Error("no unit was asked about")
		}
		if strings.Contains(text, "攻府") {
			return "攻府", nil
		}

		return "", nil
	}
	w.engine(func(o *dispatch.Options) { o.Blocks = blocks })

	wrong := w.planNow("市攻府通告", "环保北京")
	right := w.planNow("市政府通告", "京环之声")
	w.untilState(right, delivery.Sent)
	w.untilState(wrong, delivery.Held)
	if row := w.only(wrong); row.Reason != delivery.Wording || w.todos(row.ID) == "" {
		t.Errorf("%+v, to-dos %q", row, w.todos(row.ID))
	}
	w.wantCount("环保北京", 0)
}

// TestACheckThatFailsHoldsNothing: what is due goes out when the lists cannot be read.
func TestACheckThatFailsHoldsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account("环保北京", 1, account.Commercial)
	w.engine(func(o *dispatch.Options) {
		o.Blocks = func(context.Context, []int64, string, time.Time) (string, error) {
			return "", context.DeadlineExceeded
		}
	})
	w.untilState(w.planNow("今日空气质量良", "环保北京"), delivery.Sent)
}
