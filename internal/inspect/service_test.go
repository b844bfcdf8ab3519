package inspect

import (
	"slices"
	"testing"

	"juzhen/internal/access"
	"juzhen/internal/beijing"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
	"juzhen/internal/pause"
)

// TestTheBoardFollowsAPostToItsApproval: an account on day 12 with a draft, that is submitted and approved.
func TestTheBoardFollowsAPostToItsApproval(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.everywhere("2026-11-18")

	found := w.of(4)
	wantSaid(t, "nothing planned", found, []string{"最近一条发布于 2026-11-18，距今 12 天"}, "须在 2026-12-02 结束前发布一条")
	if found.State != Soon || beijing.Date(found.FailsOn) != "2026-12-03" || len(found.Because) != 1 {
		t.Errorf("%s on %s: %v", found.State, beijing.Date(found.FailsOn), found.Because)
	}

	p := w.draft("2026-12-01 10:00")
	wantSaid(t, "draft", w.of(4), []string{"草稿 1 条，最早 12-01 10:00；若提交、批准并发出，可到 2026-12-15"}, "")
	w.submit(p)
	found = w.of(4)
	wantSaid(t, "in review", found, []string{"在审 1 条，最早 12-01 10:00；若批准并发出，可到 2026-12-15"}, "")
	if found.State != Soon {
		t.Errorf("in review: %s", found.State)
	}
	w.approve(p)
	found = w.of(4)
	wantSaid(t, "approved", found, []string{"已批准待发 1 条，最早 12-01 10:00"}, "须在 2026-12-15 结束前发布一条")
	if found.State != OK || beijing.Date(found.FailsOn) != "2026-12-16" {
		t.Errorf("approved: %s on %s", found.State, beijing.Date(found.FailsOn))
	}

	_, err := w.deliveries.Pause(t.Context(), w.districtBoss, pause.Stop{UnitID: 3, Why: "演练"})
	w.must(err)
	found = w.of(4)
	wantSaid(t, "held", found, []string{"暂停中 1 条，不计"}, "")
	if found.State != Soon {
		t.Errorf("held: %s", found.State)
	}
}

func TestPostsThatAreGoneDoNotCount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.everywhere("2026-11-01")
	gone := w.published(1, "2026-11-29")
	w.exec("UPDATE platform_posts SET state = 'removed' WHERE id = $1", gone)
	if found := w.of(1); found.State != Fail || beijing.Date(found.FailsOn) != "2026-11-16" {
		t.Errorf("a removed post counts: %s on %s", found.State, beijing.Date(found.FailsOn))
	}

	p := w.draft("2026-11-30 10:00")
	w.submit(p)
	w.approve(p)
	w.at = at("2026-11-30 11:00")[0]
	w.exec(
		"UPDATE deliveries SET state = 'sent', sent_at = due_at, remote_id = '77' WHERE post_id = $1",
		p.ID,
	)
	if found := w.of(4); found.State != OK || found.Days != 0 {
		t.Errorf("sent an hour ago: %s, %d days", found.State, found.Days)
	}
	w.exec(`
INSERT INTO platform_posts (account_id, platform, remote_id, origin, delivery_id, posted_at, text, original,
    pictures, state, state_at, reposts, comments, likes)
SELECT account_id, platform, remote_id, 'console', id, sent_at, '', true, 0, 'removed', now(), 0, 0, 0
FROM deliveries WHERE post_id = $1`, p.ID)
	if found := w.of(4); found.State != Fail {
		t.Errorf("sent, and removed since: %s", found.State)
	}
}

func TestWhatTheTokenLetsOutCounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.everywhere("2026-11-18")
	p := w.draft("2026-12-01 10:00")
	w.submit(p)
	w.approve(p)
	w.exec("UPDATE accounts SET connector = 'commercial' WHERE id = 4")

	wantSaid(t, "no token", w.of(4), []string{"授权失效，待发的 1 条发不出去，不计"}, "")
	w.exec(`
INSERT INTO credentials (account_id, sealed, key_id, remote_uid, app_key, origin, state, expires_at,
    obtained_at)
VALUES (4, '', '', '4', '', 'import', 'valid', '2026-12-01T01:00:00Z', now())`)
	wantSaid(t, "ends before", w.of(4), []string{"授权 2026-12-01 到期，之后的 1 条不计"}, "")
	w.exec("UPDATE credentials SET expires_at = '2026-12-02' WHERE account_id = 4")
	if found := w.of(4); found.State != OK {
		t.Errorf("with a token: %s", found.State)
	}
}

func TestABoardIsOfTheReadersUnits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.everywhere("2026-11-18")
	w.exec("UPDATE accounts SET state = 'suspended' WHERE id = 2")
	w.exec("UPDATE accounts SET state = 'closed' WHERE id = 3")

	for _, c := range []struct {
		name  string
		actor access.Actor
		ask   Ask
		ids   []int64
	}{
		{"the bureau's supervisor", w.boss, Ask{}, []int64{1, 2, 4}},
		{"one unit", w.boss, Ask{UnitPath: "/1/3/"}, []int64{4}},
		{"the district's supervisor", w.districtBoss, Ask{}, []int64{4}},
		{"a unit outside", w.districtBoss, Ask{UnitPath: "/1/2/"}, nil},
		{"an account outside", w.districtBoss, Ask{AccountID: 1}, nil},
		{"the bureau's officer, own unit alone", w.officer, Ask{}, []int64{1}},
		{"nobody", access.Actor{UserID: 9}, Ask{}, nil},
		{"another state", w.boss, Ask{State: Fail}, nil},
		{"a page", w.boss, Ask{Skip: 1, Limit: 1}, []int64{2}},
	} {
		var ids []int64
		for _, row := range w.board(c.actor, c.ask).Rows {
			ids = append(ids, row.ID)
		}
		if !slices.Equal(ids, c.ids) {
			t.Errorf("%s: %v, want %v", c.name, ids, c.ids)
		}
	}
}

func TestADraftOfOthersIsNotTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.everywhere("2026-11-18")
	p := w.draft("2026-12-01 10:00")
	w.exec("UPDATE posts SET unit_id = 2 WHERE id = $1", p.ID)
	if board := w.board(w.districtBoss, Ask{}); len(board.Rows) != 1 || len(board.Rows[0].Drafts) != 0 {
		t.Errorf("%+v", board.Rows)
	}
}

func TestAnotherDayIsForetoldOrRemembered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.everywhere("2026-11-18")
	p := w.draft("2026-12-01 10:00")
	w.submit(p)
	w.approve(p)

	for _, c := range []struct {
		day   string
		state State
		fails string
		days  int
	}{
		{"", OK, "2026-12-16", 12},
		{"2026-12-10", Soon, "2026-12-16", 9},
		{"2026-12-20", Fail, "2026-12-16", 19},
		{"2026-11-20", OK, "2026-12-03", 2},
		{"2026-11-17", Fail, "2026-01-16", 320}, // nothing is known of that time
	} {
		asked, err := ParseAt(c.day, w.at)
		w.must(err)
		row := w.board(w.boss, Ask{AccountID: 4, At: asked}).Rows[0]
		if row.State != c.state || beijing.Date(row.FailsOn) != c.fails || row.Days != c.days {
			t.Errorf("%q: %s on %s, %d days", c.day, row.State, beijing.Date(row.FailsOn), row.Days)
		}
	}
	if _, err := w.s.Board(
		t.Context(),
		w.boss,
		Ask{At: w.at.Add(2 * MaxAway)},
	); !fault.Is(
		err,
		fault.KindInvalid,
	) {
		t.Errorf("two years ahead: %v", err)
	}
	if _, err := ParseAt("morgen", w.at); !fault.Is(err, fault.KindInvalid) {
		t.Errorf("no day: %v", err)
	}
}

func TestALocalRuleIsAskedBesideThatOfTheCountry(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.everywhere("2026-11-18")
	w.exec(`
INSERT INTO inspection_rules (code, kind, days, warn_days, unit_id, source, from_day, until_day, created_at)
VALUES ('local', 'silence', 10, 3, 3, '朝阳区通知', '2026-11-01', NULL, now()),
    ('old', 'silence', 5, 3, 3, '旧通知', '2026-01-01', '2026-11-29', now())`)
	board := w.board(w.boss, Ask{})
	if len(board.Rows) != 5 || board.Rows[0].Rule.Code != "local" || board.Rows[0].State != Fail ||
		board.By[Fail] != 1 || board.By[Soon] != 3 || len(board.Rules) != 4 {
		t.Errorf("%+v", board)
	}
}

// TestSupervisorsAreRemindedOnce until it is put right, or the day moves.
func TestSupervisorsAreRemindedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.everywhere("2026-11-28")
	w.published(4, "2026-11-18")
	w.exec("DELETE FROM platform_posts WHERE account_id = 4 AND posted_at > '2026-11-20'")
	remind := func() {
		t.Helper()
		w.must(w.s.Remind(t.Context()))
	}
	open := func() int64 {
		t.Helper()
		return w.one("SELECT count(*) FROM todos WHERE resolved_at IS NULL AND subject_type = 'inspection'")
	}

	remind()
	remind()
	if n := open(); n != 1 {
		t.Fatalf("%d reminders", n)
	}
	n := w.one(`
SELECT count(*) FROM todos WHERE code = 'inspect.soon' AND subject_id = 4 AND unit_id = 3
    AND permission = 'inspect.manage' AND args ->> 'day' = '2026-12-03'
    AND due_at = '2026-12-02T16:00:00Z'`)
	if n != 1 {
		t.Error("the reminder says something else")
	}
	w.published(4, "2026-11-20")
	remind()
	n = w.one("SELECT count(*) FROM todos WHERE resolved_at IS NULL AND args ->> 'day' = '2026-12-05'")
	if n != 1 || open() != 1 {
		t.Errorf("%d of the new day, %d in all", n, open())
	}
	w.published(4, "2026-11-29")
	remind()
	if n := open(); n != 0 {
		t.Errorf("%d reminders after it was put right", n)
	}
}

// TestManyAccountsAreListedInPages, who fails first in front; the reminders ask for no unit, however many
// there are.
func TestManyAccountsAreListedInPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.crowd(200)
	board := w.board(w.boss, Ask{Limit: 50})
	if board.Accounts != 204 || len(board.Rows) != 50 || board.Rows[0].State != Fail {
		t.Errorf("%d accounts, %d rows", board.Accounts, len(board.Rows))
	}
	if !slices.IsSortedFunc(board.Rows, byUrgency) {
		t.Error("not who fails first")
	}

	w.s.most = 100
	if _, err := w.s.Board(t.Context(), w.boss, Ask{}); !fault.Is(err, fault.KindInvalid) {
		t.Errorf("a board of more than it may hold: %v", err)
	}
	w.must(w.s.Remind(t.Context()))
	failing, err := w.s.Failing(t.Context())
	if err != nil || len(failing) != board.By[Fail] {
		t.Errorf("%d of %d fail, %v", len(failing), board.By[Fail], err)
	}
}

// crowd adds n accounts with sixty posts each, the latest up to thirty days ago.
func (w *world) crowd(n int) {
	w.Helper()
	w.exec("SELECT setval(pg_get_serial_sequence('accounts', 'id'), 4)")
	w.exec(`
INSERT INTO accounts (unit_id, platform, handle, display_name, seat, state, connector, late_limit, min_gap,
    auto_resend, created_at)
SELECT 3, 'weibo', '样本' || n, '样本' || n, 'district', 'live', 'manual', '1 hour', '1 minute', false,
    '2026-01-01'
FROM generate_series(1, $1::int) n`, n)
	w.exec(`
INSERT INTO platform_posts (account_id, platform, remote_id, origin, posted_at, text, original, pictures,
    state, state_at, reposts, comments, likes)
SELECT a.id, 'weibo', 'x' || a.id || '/' || d, 'past',
    $1::timestamptz - make_interval(days => d + (a.id % 30)::int), '', true, 0, 'live', now(), 0, 0, 0
FROM accounts a, generate_series(1, 60) d WHERE a.id > 4`, w.at)
	w.exec("VACUUM ANALYZE accounts, platform_posts, deliveries, posts, version_targets")
}

// BenchmarkBoard2000 is what the page reads of 2,000 accounts; docs/inspection.md gives its figures.
func BenchmarkBoard2000(b *testing.B) {
	w := newWorld(b)
	w.crowd(2000)

	for b.Loop() {
		w.board(w.boss, Ask{Limit: 50})
	}
}

// TestAWordThatListsTakeSeriouslyFailsTheAccount, from the day on which it was found, while it stands.
func TestAWordThatListsTakeSeriouslyFailsTheAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.everywhere("2026-11-29")
	post := w.published(4, "2026-11-20")
	w.exec(`
INSERT INTO lexicons (unit_id, kind, name, state, version, entries, created_at)
VALUES (1, 'typo', '某表', 'on', 1, 1, $1)`, w.at)
	w.exec(`
INSERT INTO wording_findings (platform_post_id, account_id, rule, level, lexicon_id, word, found, passage,
    listed_at, found_at)
SELECT $1, 4, 'typo', 'second', id, '错字', '错字', '有错字在此', $2, $2 FROM lexicons`, post, at("2026-11-28 09:00")[0])

	board := w.board(w.boss, Ask{})
	found := board.Rows[0]
	if len(board.Rows) != 5 || board.By[Fail] != 1 || board.By[OK] != 3 || found.Rule.Kind != Wording ||
		found.State != Fail || beijing.Date(found.FailsOn) != "2026-11-28" || found.Left != -2 ||
		!slices.Contains(said(found), "2026-11-20 发布的“有错字在此”：错别字“错字”，级别须说明，依 2026-11-28 的词表") {
		t.Errorf("%+v %v", found, said(found))
	}
	if n := len(w.board(w.boss, Ask{Kind: Silence}).Rows); n != 4 {
		t.Errorf("%d rows of the other rule", n)
	}
	if n := len(w.board(w.boss, Ask{At: day("2026-11-28")}).Rows); n != 4 {
		t.Errorf("%d rows on a day before it was found", n)
	}
	w.exec("UPDATE platform_posts SET state = 'removed', state_at = $2 WHERE id = $1", post, w.at)
	if n := w.board(w.boss, Ask{}).By[Fail]; n != 0 {
		t.Errorf("%d fail by a post that is gone", n)
	}
}

// said is what a finding gives as its reasons, in Chinese.
func said(f Finding) (all []string) {
	for _, because := range f.Because {
		all = append(all, i18n.For(i18n.Chinese).T(because.Text, because.Args...))
	}

	return all
}

// TestADeadLinkFailsTheAccountAndAHintDoesNot: one row of the rule, with the hints behind what is dead.
func TestADeadLinkFailsTheAccountAndAHintDoesNot(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.everywhere("2026-11-29")
	post := w.published(4, "2026-11-20")
	seen := at("2026-11-28 09:00")[0]
	address := func(name, state string) int64 {
		id := w.one(`
INSERT INTO published_addresses (address, state, looked_at, next_at) VALUES ($1, $2, $3, $3) RETURNING id`,
			"https://"+name+".example/", state, seen)
		w.exec(`
INSERT INTO published_links (platform_post_id, address_id, account_id, posted_at)
SELECT id, $2, account_id, posted_at FROM platform_posts WHERE id = $1`, post, id)

		return id
	}
	address("moved", "elsewhere")
	gone := address("gone", "dead")

	board := w.board(w.boss, Ask{})
	last := board.Rows[len(board.Rows)-1]
	if len(board.Rows) != 5 || board.By[OK] != 4 || last.Rule.Kind != DeadLinks || last.State != OK ||
		!last.FailsOn.IsZero() || len(last.Breaches) != 0 || len(board.Next) != 4 ||
		!slices.Contains(said(last), "提示：2026-11-20 发布的微博中 https://moved.example/，跳转到别处；不算不合格") {
		t.Errorf("a hint: %+v %v", last, said(last))
	}
	failing, err := w.s.Failing(t.Context())
	w.must(err)
	if len(failing) != 0 {
		t.Errorf("a hint fails: %+v", failing)
	}

	w.exec("UPDATE published_addresses SET first_dead = $2, dead_at = $2 WHERE id = $1", gone, seen)
	first := w.board(w.boss, Ask{}).Rows[0]
	if first.State != Fail || beijing.Date(first.FailsOn) != "2026-11-28" || len(first.Breaches) != 1 ||
		first.Breaches[0].Code != "link_dead" || !slices.Contains(said(first), "2026-11-20 发布的微博：https://gone.example/") ||
		len(said(first)) != 3 {
		t.Errorf("a dead one: %+v %v", first, said(first))
	}
	w.exec("UPDATE platform_posts SET state = 'removed', state_at = $2 WHERE id = $1", post, w.at)
	if n := len(w.board(w.boss, Ask{}).Rows); n != 4 {
		t.Errorf("%d rows of a post that is gone", n)
	}
}
