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
	w.exec("UPDATE inspection_rules SET from_day = '2099-01-01' WHERE kind = 'interaction'")

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

// TestAChecklistIsWrittenByTheInterface and read by it, with what changed; its rule stands among the others.
func TestAChecklistIsWrittenByTheInterface(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	today := beijing.Date(w.now())
	look := func(number int, comments string) body {
		answers := []body{{"question": "comments", "given": comments, "evidence": "看过"}}
		answers = append(
			answers,
			body{"question": "messages", "given": "yes", "link": "https://weibo.com/u/1"},
		)
		answers = append(
			answers,
			body{"question": "auto_reply", "given": "none"},
			body{"question": "menu", "given": "none"},
		)

		return body{
			"number":  number,
			"on":      today,
			"next":    beijing.Date(w.now().AddDate(0, 0, 20)),
			"answers": answers,
		}
	}

	w.exec("UPDATE inspection_rules SET from_day = '2019-04-01' WHERE kind = 'interaction'")
	w.call("supervisor", "GET", "/inspection/accounts/1", nil).
		want(200).
		says("0", "number").
		says("true", "may")
	w.call("supervisor", "POST", "/inspection/accounts/1", look(0, "none")).problem(422, "invalid")
	w.call("supervisor", "POST", "/inspection/accounts/1", look(0, "no")).want(201).says("1", "number")
	w.call("supervisor", "POST", "/inspection/accounts/1", look(0, "yes")).problem(409, "conflict")
	failing := w.call("supervisor", "GET", "/inspection?state=fail", nil).want(200)
	if !strings.Contains(failing.Body.String(), `"rule":"interaction"`) {
		t.Errorf("%s", failing.Body)
	}
	w.call("supervisor", "POST", "/inspection/accounts/1", look(1, "yes")).want(201).
		says("comments", "looks", 0, "changes", 0, "question").says("no", "looks", 0, "changes", 0, "from").
		says("https://weibo.com/u/1", "looks", 1, "answers", 1, "link")
	w.call("supervisor", "GET", "/inspection/accounts/999", nil).problem(404, "not_found")
}

// TestAKeptInspectionIsRead by pages, each result beside what its rule says today.
func TestAKeptInspectionIsRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.exec("UPDATE inspection_rules SET from_day = '2099-01-01' WHERE kind = 'interaction'")
	if n := w.call("supervisor", "GET", "/inspection/runs", nil).want(200).len("items"); n != 0 {
		t.Errorf("%d before the first", n)
	}
	w.exec(
		"INSERT INTO inspection_runs (cycle, day, at) VALUES ('quarter', '2026-10-01', '2026-10-01 00:10+08')",
	)
	w.exec(`
INSERT INTO inspection_results (run_id, place, account_id, handle, unit_name, rule, kind, bound, source,
state,
    leads, fails_on, days, because, because_en, remedy, remedy_en)
SELECT r.id, a.id, a.id, '旧名' || a.id, '旧单位', 'silence', 'silence', 14, '旧文',
    CASE a.id WHEN 1 THEN 'fail' ELSE 'ok' END, true, '2026-09-20', 20, '{甲,乙}', '{One,Two}', '丙', 'Three'
FROM inspection_runs r, accounts a WHERE a.id <= 3`)

	runs := w.call("supervisor", "GET", "/inspection/runs?cycle=quarter", nil).want(200).
		says("quarter", "items", 0, "cycle").says("2026-10-01", "items", 0, "day").
		says("1", "items", 0, "fail").says("2", "items", 0, "ok").says("3", "items", 0, "accounts")
	path := "/inspection/runs/" + runs.text("items", 0, "id")
	if n := w.call("supervisor", "GET", "/inspection/runs?cycle=week", nil).want(200).len("items"); n != 0 {
		t.Errorf("%d weeks", n)
	}

	first := w.call("supervisor", "GET", path+"?limit=2", nil).want(200).
		says("旧名1", "items", 0, "handle").
		says("fail", "items", 0, "state").says("甲；乙", "items", 0, "because").
		says("2026-09-20", "items", 0, "fails_on").says("丙", "items", 0, "remedy")
	if now := first.text("items", 0, "now"); now != "ok" && now != "soon" && now != "fail" {
		t.Errorf("today: %q", now)
	}
	w.call("supervisor", "GET", path+"?limit=2&cursor="+first.text("next"), nil).want(200).
		says("旧名3", "items", 0, "handle").says("", "next")
	w.call("supervisor", "GET", path+"?state=fail", nil, header("Accept-Language", "en")).want(200).
		says("One; Two", "items", 0, "because").says("Three", "items", 0, "remedy").says("", "next")
	w.call("supervisor", "GET", path+"?cursor=x", nil).problem(422, "invalid")
	w.call("supervisor", "GET", path+"?unit_id=999", nil).problem(404, "not_found")
	w.call("supervisor", "GET", "/inspection/runs/999", nil).problem(404, "not_found")
	w.call("", "GET", path, nil).problem(401, "unauthenticated")
}
