package api_test

import (
	"strings"
	"testing"
	"time"

	"juzhen/internal/beijing"
)

// TestInspectionsAreForetold: one account on day 12, one that fails, one that is fine.
func TestInspectionsAreForetold(t *testing.T) {
	t.Parallel()

	w := newWorld(t)

	today := beijing.Day(w.now())
	for account, days := range map[int]int{1: 12, 2: 20, 3: 1} {
		w.exec(`
INSERT INTO platform_posts (account_id, platform, remote_id, origin, posted_at, text, original, pictures,
    state, state_at, reposts, comments, likes)
VALUES ($1, 'weibo', 'i' || $1::bigint, 'past', $2, '某文', true, 0, 'live', now(), 0, 0, 0)`,
			account, today.AddDate(0, 0, -days))
	}
	on := func(days int) string { return beijing.Date(today.AddDate(0, 0, days)) }

	all := w.call("supervisor", "GET", "/inspection", nil).want(200)
	for i, want := range []struct{ account, state, fails, says string }{
		{"2", "fail", on(-5), "距今 20 天"},
		{"1", "soon", on(3), "距今 12 天"},
		{"3", "ok", on(14), "距今 1 天"},
	} {
		if all.text("items", i, "account_id") != want.account ||
			all.text("items", i, "state") != want.state ||
			all.text("items", i, "fails_on") != want.fails ||
			all.text("items", i, "rule") != "silence" ||
			!strings.Contains(all.text("items", i, "because"), want.says) {
			t.Errorf("item %d: %s", i, all.Body)
		}
	}
	w.call("supervisor", "GET", "/inspection", nil, header("Accept-Language", "en")).want(200).
		says("Publish a post now", "items", 0, "remedy")

	first := w.call("supervisor", "GET", "/inspection?limit=1", nil).want(200)
	w.call("supervisor", "GET", "/inspection?limit=2&cursor="+first.text("next"), nil).want(200).
		says("1", "items", 0, "account_id").says("", "next")
	if n := w.call("supervisor", "GET", "/inspection?state=soon", nil).want(200).len("items"); n != 1 {
		t.Errorf("%d about to fail", n)
	}
	if n := w.call("supervisor", "GET", "/inspection?unit_id=3", nil).want(200).len("items"); n != 1 {
		t.Errorf("%d in the district", n)
	}
	w.call("supervisor", "GET", "/inspection?unit_id=1&at="+on(4), nil).want(200).
		says("fail", "items", 1, "state")
	at := w.now().Add(4 * 24 * time.Hour).Format(time.RFC3339)
	w.call("supervisor", "GET", "/inspection?at="+at, nil).want(200).says("fail", "items", 1, "state")

	w.call("supervisor", "GET", "/inspection?unit_id=999", nil).problem(404, "not_found")
	w.call("supervisor", "GET", "/inspection?state=nope", nil).problem(422, "invalid")
	w.call("supervisor", "GET", "/inspection?at=soon", nil).problem(422, "invalid").
		says("query.at", "errors", 0, "location")
	w.call("supervisor", "GET", "/inspection?at="+on(500), nil).problem(422, "invalid")
	w.call("", "GET", "/inspection", nil).problem(401, "unauthenticated")
}
