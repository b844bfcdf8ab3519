package deliveries_test

import (
	"testing"
	"time"

	"juzhen/internal/delivery"
)

// TestCountsAreBoundedButNotOfWhatNeedsSomebody: however much is planned, counting costs the same, and
// nothing in doubt or failed is left out.
func TestCountsAreBoundedButNotOfWhatNeedsSomebody(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	for _, day := range []string{"今日", "明日", "后日"} {
		w.approve(day+"空气质量良", 0, 1, 2, 4)
	}
	w.exec("UPDATE deliveries SET state = 'unknown' WHERE account_id = 1")
	w.exec(`
		UPDATE deliveries SET state = 'failed', due_at = $1, approved_from = $1 WHERE account_id = 4`, w.now)

	for _, c := range []struct {
		who  string
		most int
		want map[delivery.State]int
		more bool
	}{
		{
			"writer", 0,
			map[delivery.State]int{delivery.Unknown: 3, delivery.Failed: 3, delivery.Waiting: 3},
			false,
		},
		{
			"writer", 3,
			map[delivery.State]int{delivery.Unknown: 3, delivery.Failed: 3, delivery.Waiting: 3},
			false,
		},
		{
			"writer", 1,
			map[delivery.State]int{delivery.Unknown: 3, delivery.Failed: 3, delivery.Waiting: 2},
			true,
		},
		{"afar", 1, map[delivery.State]int{delivery.Failed: 3}, false},
	} {
		tally, err := delivery.New(w.db, delivery.Options{
			Now:         func() time.Time { return w.now },
			MostCounted: c.most,
		}).Counts(t.Context(), w.people[c.who])
		w.must(err)
		if tally.More != c.more || len(tally.By) != len(c.want) {
			t.Errorf("%s, at most %d: %v, want %v, more %t", c.who, c.most, tally, c.want, c.more)
		}

		for state, n := range c.want {
			if tally.By[state] != n {
				t.Errorf("%s, at most %d: %d are %s, want %d", c.who, c.most, tally.By[state], state, n)
			}
		}
	}
}
