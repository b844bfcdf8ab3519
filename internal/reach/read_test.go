package reach

import (
	"strconv"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/fault"
	"juzhen/internal/sandbox"
)

func TestASentPostIsReadOftenWhileItIsYoung(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	a := w.connect("环保北京", "北京市环境保护局", account.Commercial)
	post := w.Weibo.Rival("环保北京", "今日空气质量良")
	w.deliver(a, "sent", strconv.FormatInt(post.ID, 10), "今日空气质量良")

	for range 12 {
		w.round()
		w.Advance(5 * time.Minute)
	}
	if n := one[int](w, `SELECT count(*) FROM post_readings`); n != 6 {
		t.Errorf("%d readings in the first hour, want at minutes 0, 5, 10, 15, 30 and 45", n)
	}
	if got := one[string](w, `SELECT origin FROM platform_posts`); got != "console" {
		t.Errorf("origin %q", got)
	}
	if got := w.OpenTodos(); got != "" {
		t.Errorf("to-dos %q", got)
	}
	posts, err := w.summed().Posts(w.Context(), w.boss, PostFilter{Period: LastDays(7, w.Now())})
	if err != nil || len(posts) != 1 {
		t.Fatalf("posts %+v, %v", posts, err)
	}
	got, want := posts[0].Counts, w.Weibo.Reach(post.ID)
	if got.Reads == nil || *got.Reads == 0 || got.Interactions() == 0 || got.Reposts > int64(want.Reposts) {
		t.Errorf("counts %+v, the sandbox has %+v", got, want)
	}
}

func TestReadsAreMissingWhereTheContractHasNone(t *testing.T) {
	t.Parallel()

	w := newWorld(t, 0)
	for _, c := range []struct {
		handle string
		by     account.Connector
	}{{"朝阳环保示例", account.Commercial}, {"海淀环保示例", account.Public}} {
		a := w.connect(c.handle, "朝阳区", c.by)
		post := w.Weibo.Rival(c.handle, "今日空气质量良")
		w.deliver(a, "sent", strconv.FormatInt(post.ID, 10), "今日空气质量良")
		w.round()
		w.Advance(time.Hour)
		w.round()
		if n := one[int](w, `SELECT count(*) FROM platform_posts
				WHERE account_id = $1 AND reads IS NULL AND read_at IS NOT NULL`, a.ID); n != 1 {
			t.Errorf("%s: reads are not missing", c.handle)
		}
		series, err := w.summed().Series(w.Context(), w.boss, a.ID, LastDays(7, w.Now()))
		if err != nil || series.Row.Reads != nil || series.Row.Interacted.Now == nil ||
			*series.Row.Interacted.Now == 0 {
			t.Errorf("%s: %+v, %v", c.handle, series.Row, err)
		}
		if c.by == account.Commercial && (series.HasReads == nil || *series.HasReads) {
			t.Errorf("%s: the contract's answer was not kept", c.handle)
		}
	}
}

func TestAPostOfSomebodyElseIsNoticed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 40)
	a := w.connect("环保北京", "北京市环境保护局", account.Commercial)
	w.round()
	if got := w.OpenTodos(); got != "" {
		t.Fatalf("past posts were taken for somebody else's: %q", got)
	}
	w.Advance(15 * time.Minute)
	w.Weibo.Rival("环保北京", "低价办证请联系")
	w.round()
	if got := w.OpenTodos(); got != "reach.elsewhere" {
		t.Fatalf("to-dos %q", got)
	}
	list, err := w.s.Noticed(w.Context(), w.boss, a.ID)
	if err != nil || len(list) != 1 || list[0].Text != "低价办证请联系" || !list[0].Remarkable() {
		t.Fatalf("noticed %+v, %v", list, err)
	}
	if err := w.s.TakeNote(
		w.Context(),
		w.User("值班审核员", access.Reviewer, "北京市环境保护局"),
		list[0].ID,
		"x",
	); !fault.Is(
		err,
		fault.KindForbidden,
	) {
		t.Errorf("a reviewer takes note: %v", err)
	}
	if err := w.s.TakeNote(w.Context(), w.boss, list[0].ID, ""); !fault.Is(err, fault.KindInvalid) {
		t.Errorf("note without a reason: %v", err)
	}
	if err := w.s.TakeNote(w.Context(), w.boss, list[0].ID, "账号密码已重置，微博已删除"); err != nil {
		t.Fatal(err)
	}
	if err := w.s.TakeNote(w.Context(), w.boss, list[0].ID, "again"); !fault.Is(err, fault.KindConflict) {
		t.Errorf("noted twice: %v", err)
	}
	if got := w.OpenTodos(); got != "" {
		t.Errorf("to-dos after the note %q", got)
	}
	if n := one[int](w, `SELECT count(*) FROM audit_entries WHERE action = 'reach.note'`); n != 1 {
		t.Errorf("%d audit entries", n)
	}
}

func TestAPostOfAnOpenDeliveryIsNotBlamedOnOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	a := w.connect("环保北京", "北京市环境保护局", account.Commercial)
	w.Advance(time.Minute)
	ours := w.Weibo.Rival("环保北京", "今日空气质量良")
	d := w.deliver(a, "unknown", "", "今日空气质量良")
	w.round()
	if got := one[string](w, `SELECT origin FROM platform_posts`); got != "unsure" || w.OpenTodos() != "" {
		t.Fatalf("origin %q, to-dos %q", got, w.OpenTodos())
	}
	w.Exec(
		`UPDATE deliveries SET state = 'sent', remote_id = $2 WHERE id = $1`,
		d,
		strconv.FormatInt(ours.ID, 10),
	)
	w.round()
	if got := one[string](w, `SELECT origin FROM platform_posts`); got != "console" {
		t.Errorf("origin %q", got)
	}
	w.Advance(11 * time.Minute)
	w.Weibo.Rival("环保北京", "另一条")
	d = w.deliver(a, "sending", "", "今日空气质量优")
	w.round()
	w.Exec(`UPDATE deliveries SET state = 'failed' WHERE id = $1`, d)
	w.round()
	if got := w.OpenTodos(); got != "reach.elsewhere" {
		t.Errorf("to-dos %q", got)
	}
}

func TestADeliveryDecidedLaterTakesItsPostBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	a := w.connect("环保北京", "北京市环境保护局", account.Commercial)
	w.Advance(time.Minute)
	post := w.Weibo.Rival("环保北京", "今日空气质量良")
	w.round()
	if got := w.OpenTodos(); got != "reach.elsewhere" {
		t.Fatalf("to-dos %q", got)
	}
	w.deliver(a, "sent", strconv.FormatInt(post.ID, 10), "今日空气质量良")
	w.round()
	if got := w.OpenTodos(); got != "" {
		t.Errorf("to-dos %q", got)
	}
}

func TestRemovedHiddenAndChangedPostsAreNoticed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	a := w.connect("环保北京", "北京市环境保护局", account.Commercial)
	first := w.Weibo.Rival("环保北京", "最早的一条")
	w.deliver(a, "sent", strconv.FormatInt(first.ID, 10), "最早的一条")
	var ids []int64

	for _, text := range []string{"要删的", "要改的", "留着的"} {
		w.Advance(time.Minute)
		post := w.Weibo.Rival("环保北京", text)
		w.deliver(a, "sent", strconv.FormatInt(post.ID, 10), text)
		ids = append(ids, post.ID)
	}
	w.round()
	if got := w.OpenTodos(); got != "" {
		t.Fatalf("to-dos at first %q", got)
	}
	w.Weibo.Remove(ids[0])
	w.Weibo.SetText(ids[1], "要改的，已被改动")
	w.Advance(11 * time.Minute)
	w.round()
	states := one[string](w, `SELECT string_agg(state, ' ' ORDER BY posted_at) FROM platform_posts`)
	if states != "live removed changed live" {
		t.Errorf("states %q", states)
	}
	if n := one[int](w, `SELECT count(*) FROM todos
			WHERE resolved_at IS NULL AND code IN ('reach.removed', 'reach.changed')`); n != 2 {
		t.Errorf("to-dos %q", w.OpenTodos())
	}
	p, readings, err := w.s.Post(w.Context(), w.boss, one[int64](w, `SELECT id FROM platform_posts
			WHERE state = 'changed'`))
	if err != nil || p.WasText != "要改的" || p.Text != "要改的，已被改动" || len(readings) == 0 {
		t.Errorf("changed post %+v with %d readings, %v", p, len(readings), err)
	}
	if got := one[string](
		w,
		`SELECT string_agg(coalesce(live, '-'), ' ' ORDER BY id) FROM deliveries`,
	); got != "- removed changed -" {
		t.Errorf("the deliveries know %q", got)
	}
	if n := one[int](w, `SELECT posts FROM account_days`); n != 3 {
		t.Errorf("%d posts of the day, the removed one must not count", n)
	}
}

func TestWhatADeliveryKnowsAlreadyIsNoNews(t *testing.T) {
	t.Parallel()

	for _, live := range []string{"taken_down", "removed"} {
		w := newWorld(t, 0)
		a := w.connect("环保北京", "北京市环境保护局", account.Commercial)
		keep := w.Weibo.Rival("环保北京", "占位")
		w.deliver(a, "sent", strconv.FormatInt(keep.ID, 10), "占位")
		w.Advance(time.Second)
		post := w.Weibo.Rival("环保北京", "要下架的")
		d := w.deliver(a, "sent", strconv.FormatInt(post.ID, 10), "要下架的")
		w.round()
		w.Weibo.Remove(post.ID)
		w.Exec(`UPDATE deliveries SET live = $2 WHERE id = $1`, d, live)
		w.Advance(11 * time.Minute)
		w.round()
		if got := one[string](
			w,
			`SELECT state FROM platform_posts WHERE delivery_id = $1`,
			d,
		); got != "removed" ||
			w.OpenTodos() != "" {
			t.Errorf("%s: state %q, to-dos %q", live, got, w.OpenTodos())
		}
		if got := one[string](w, `SELECT live FROM deliveries WHERE id = $1`, d); got != live {
			t.Errorf("the delivery says %q now, it said %q", got, live)
		}
	}
}

func TestPostsForTheAuthorAloneAndPostsByHandAreNotRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	a := w.connect("环保北京", "北京市环境保护局", account.Commercial)
	w.deliver(a, "sent", "4000000000000001", "仅自己可见")
	w.Exec(`UPDATE post_versions SET visible = 1`)
	m, err := w.accounts.Create(w.Context(), w.admin, account.Draft{
		UnitID:    a.UnitID,
		Handle:    "手动",
		Seat:      account.Main,
		Connector: account.Manual,
	})
	if err != nil {
		t.Fatal(err)
	}
	d := w.deliver(m, "sent", "4000000000000002", "手工发布")
	w.Exec(`UPDATE deliveries SET connector = 'manual' WHERE id = $1`, d)
	w.round()
	if got := one[string](w, `SELECT string_agg(text || coalesce(next_read_at::text, ''), ' ')
			FROM platform_posts`); got != "手工发布" {
		t.Errorf("posts %q", got)
	}
}

func TestAPostThatComesBackIsVisibleAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	a := w.connect("环保北京", "北京市环境保护局", account.Commercial)
	keep := w.Weibo.Rival("环保北京", "占位")
	w.deliver(a, "sent", strconv.FormatInt(keep.ID, 10), "占位")
	w.Advance(time.Second)
	post := w.Weibo.Rival("环保北京", "审核中的")
	w.deliver(a, "sent", strconv.FormatInt(post.ID, 10), "审核中的")
	w.round()
	w.Weibo.Hide(post.ID, 20*time.Minute)
	w.Advance(11 * time.Minute)
	w.round()
	first := one[string](
		w,
		`SELECT state FROM platform_posts WHERE remote_id = $1`,
		strconv.FormatInt(post.ID, 10),
	)
	w.Advance(15 * time.Minute)
	w.round()
	if got := one[string](
		w,
		`SELECT state FROM platform_posts WHERE remote_id = $1`,
		strconv.FormatInt(post.ID, 10),
	); got != "live" ||
		first == "live" {
		t.Errorf("states %q then %q", first, got)
	}
	if got := w.OpenTodos(); got != "" {
		t.Errorf("to-dos %q", got)
	}
}

func TestFollowersAreCountedInOneCall(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	a := w.connect("环保北京", "北京市环境保护局", account.Commercial)
	b := w.connect("朝阳环保示例", "朝阳区", account.Public)
	n, err := w.s.Followers(w.Context())
	if err != nil || n != 2 {
		t.Fatalf("read %d, %v", n, err)
	}
	if got := one[int](w, `SELECT calls FROM call_usage WHERE scope = 'public'`); got != 1 {
		t.Errorf("%d calls", got)
	}

	for handle, id := range map[string]int64{"环保北京": a.ID, "朝阳环保示例": b.ID} {
		if got := one[int](
			w,
			`SELECT followers FROM account_days WHERE account_id = $1`,
			id,
		); got != w.Weibo.Followers(
			handle,
		) {
			t.Errorf("%s has %d followers, the platform says %d", handle, got, w.Weibo.Followers(handle))
		}
	}
}

func TestAnEmptyBudgetPutsReadingsOff(t *testing.T) {
	t.Parallel()
	w := newWorldWith(t, 0, Limits{CommercialHour: 1})
	a := w.connect("环保北京", "北京市环境保护局", account.Commercial)
	w.round()
	w.Weibo.Rival("环保北京", "晚一点才会看到")
	w.Advance(11 * time.Minute)
	w.round()
	wa, _, err := findWatch(w.Context(), w.DB.Pool(), a.ID)
	if err != nil || wa.Reason != "budget" ||
		!wa.NextAt.Equal(time.Date(2026, 11, 23, 5, 0, 0, 0, time.UTC)) {
		t.Fatalf("watch %+v, %v", wa, err)
	}
	lines, err := w.s.Budget(w.Context(), w.admin)
	if err != nil || len(lines) != 3 || lines[1].Host != CommercialHost || lines[1].Used != 1 ||
		lines[1].Left() != 0 {
		t.Errorf("budget %+v, %v", lines, err)
	}
	w.Advance(50 * time.Minute)
	w.round()
	if n := one[int](w, `SELECT count(*) FROM platform_posts`); n != 1 {
		t.Errorf("%d posts in the next window", n)
	}
}

func TestThePlatformsOwnLimitIsObeyed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	a := w.connect("海淀环保示例", "朝阳区", account.Public)
	w.Weibo.Fault(sandbox.Fault{Call: "statuses/user_timeline", Kind: sandbox.FaultLimit, Code: 10022})
	w.round()
	if ok, err := take(
		w.Context(),
		w.DB.Pool(),
		w.s.opt.Limits.hourly(PublicHost, w.Now()),
		1,
	); err != nil ||
		ok {
		t.Errorf("the address may still call: %v, %v", ok, err)
	}
	wa, _, err := findWatch(w.Context(), w.DB.Pool(), a.ID)
	if err != nil || wa.Reason != "limit" || !wa.NextAt.After(w.Now()) {
		t.Errorf("watch %+v, %v", wa, err)
	}
}

func TestARefusedTokenEndsReadingsAndTellsPeople(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	a := w.connect("环保北京", "北京市环境保护局", account.Commercial)
	w.Weibo.ExpireTokens("环保北京")
	w.round()
	if got := w.OpenTodos(); got != "token.expired" {
		t.Errorf("to-dos %q", got)
	}
	w.Advance(2 * time.Hour)
	w.round()
	series, err := w.summed().Series(w.Context(), w.boss, a.ID, LastDays(7, w.Now()))
	if err != nil || series.Trouble != "token" || series.Hint() == "" {
		t.Errorf("series %+v, %v", series.Trouble, err)
	}
}

func TestABrokenConnectionIsTriedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	a := w.connect("环保北京", "北京市环境保护局", account.Commercial)
	w.Weibo.Fault(sandbox.Fault{Call: "statuses/user_timeline/biz", Kind: sandbox.FaultStatus, Times: 1})
	if err := w.s.Read(w.Context(), a.ID); err == nil {
		t.Error("a bad gateway is no error for the job")
	}
	if err := w.s.Read(w.Context(), 999); err != nil {
		t.Errorf("an account nobody watches: %v", err)
	}
}

// TestManyUnsurePostsAreDecidedTogether: once nothing of ours is open any more, each post of unclear
// origin is told of, however many there are, and those of an account with an open outcome are not.
func TestManyUnsurePostsAreDecidedTogether(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	a, b := w.connect("环保北京", "北京市环境保护局", account.Public), w.connect("京环之声", "北京市环境保护局", account.Public)
	w.Exec(`INSERT INTO platform_posts (account_id, platform, remote_id, origin, posted_at, text, original,
			pictures, state, state_at, reposts, comments, likes)
SELECT CASE WHEN n > 1100 THEN $2::bigint ELSE $1::bigint END, 'weibo', n::text, 'unsure', $3,
    '第' || n || '条', true, 0, 'live', $3, 0, 0, 0 FROM generate_series(1, 1103) n`,
		a.ID, b.ID, w.Now())
	w.deliver(b, "unknown", "", "今日空气质量良")
	if err := w.s.decideUnsure(w.Context()); err != nil {
		t.Fatal(err)
	}
	told := one[int](w, `
		SELECT count(DISTINCT subject_id) FROM todos
			WHERE code = 'reach.elsewhere' AND args->>'account' = '@环保北京'`)
	left := one[int](w, "SELECT count(*) FROM platform_posts WHERE origin = 'unsure'")
	if told != 1100 || left != 3 || one[int](w, "SELECT count(*) FROM todos") != 1100 {
		t.Errorf("told of %d, %d left", told, left)
	}
}
