package posts_test

import (
	"strings"
	"testing"
)

// TestATimeIsFoundWhereThePostsWentWell: the next free one of the hours with most response, with its reason;
// where no hour stands out that is said.
func TestATimeIsFoundWhereThePostsWentWell(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	browser := w.as("writer")
	chosen := form("unit", "1", "text", "空气质量提示", "account", "1")

	told := browser.Part("POST", "/posts/free?hour=well", chosen).Want(409)
	if !strings.Contains(told.Body, "看不出") {
		t.Errorf("of an account of which nothing is known: %s", told.Body)
	}

	w.exec(`
INSERT INTO platform_posts (account_id, platform, remote_id, origin, posted_at, text, original, pictures,
    state, state_at, reposts, comments, likes, read_at)
SELECT 1, 'weibo', '90' || n, 'past', at, '微博', true, 0, 'live', at, count, 0, 0, at + interval '1 day'
FROM (SELECT n, (date_trunc('week', $1::timestamptz AT TIME ZONE 'Asia/Shanghai') -
        (n % 4) * interval '1 week' - interval '2 days' +
        (CASE WHEN n < 4 THEN 20 ELSE 9 END) * interval '1 hour')
        AT TIME ZONE 'Asia/Shanghai' AS at,
    CASE WHEN n < 4 THEN 50 + n ELSE n END AS count FROM generate_series(0, 7) n) p`, w.now)

	found := browser.Part("POST", "/posts/free?hour=well", chosen).Want(200).Body
	why := "周六 20 时：近 90 天 4 条，互动中位 51.5 次"
	if !strings.Contains(found, `T20:00"`) || !strings.Contains(found, why) {
		t.Errorf("found: %s", found)
	}
}
