package reach_test

import (
	"testing"

	"juzhen/internal/account"
)

func TestTheFallsAreListedWithTheirRule(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.As("boss").Get("/reach/falls").Want(200).WantText("main", "没有可以比较的账号")

	a := w.Account("下降示例", "朝阳区", account.Manual, false)
	w.Account("新示例", "朝阳区", account.Manual, false)
	w.Exec("UPDATE accounts SET state = 'live'")
	w.Exec(`INSERT INTO platform_posts (account_id, platform, remote_id, origin, posted_at, text, original,
			pictures, state, state_at, reposts, comments, likes)
VALUES ($1, 'weibo', '1', 'past', '2026-09-01', '', true, 0, 'live', now(), 0, 0, 0)`, a.ID)
	w.Exec(`INSERT INTO account_days (account_id, day, posts, originals, reposts, comments, likes, read_posts)
VALUES ($1, '2026-11-01', 8, 8, 400, 0, 0, 0), ($1, '2026-11-20', 2, 2, 60, 0, 0, 0)`, a.ID)
	if err := w.Reach.SumUp(t.Context()); err != nil {
		t.Fatal(err)
	}

	w.As("boss").Get("/reach/falls").Want(200).WantCount("tbody tr", 1).
		WantText("tbody tr", "@下降示例").WantText("tbody tr", "40%").WantText("main", "数据太少、不判断的 1 个")
}
