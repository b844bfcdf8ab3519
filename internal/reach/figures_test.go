package reach

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/beijing"
	"juzhen/internal/sandbox"
)

// past imports one post per line "id day likes" for an account.
func (w *world) past(id int64, lines ...string) {
	w.Helper()
	var b strings.Builder
	b.WriteString("id,posted_at,text,likes\n")

	for _, l := range lines {
		f := strings.Fields(l)
		fmt.Fprintf(&b, "%s,%s 12:00,第%s条,%s\n", f[0], f[1], f[0], f[2])
	}
	if _, err := w.s.ImportPast(
		w.Context(),
		w.admin,
		id,
		"past.csv",
		strings.NewReader(b.String()),
	); err != nil {
		w.Fatal(err)
	}
}

func TestTheLatestOfEachAccountIsToldWithoutItsText(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	a := w.connect("环保北京", "北京市环境保护局", account.Commercial)
	b := w.connect("朝阳环保示例", "朝阳区", account.Public)
	w.past(a.ID, "11 2026-11-20 5", "12 2026-11-21 5")
	w.Exec(`UPDATE platform_posts SET state = 'removed' WHERE remote_id = '12'`)
	d := w.deliver(a, "waiting", "", "明天的")
	w.Exec(`UPDATE deliveries SET due_at = $2 WHERE id = $1`, d, w.Now().Add(5*time.Hour))
	later := w.deliver(a, "planned", "", "后天的")
	w.Exec(`UPDATE deliveries SET due_at = $2 WHERE id = $1`, later, w.Now().Add(50*time.Hour))
	got, err := w.s.Latest(w.Context(), w.admin)
	if err != nil || len(got) != 2 {
		t.Fatalf("%v, %v", got, err)
	}
	latest := got[a.ID]
	if latest.LastPost == nil || !latest.LastPost.Equal(time.Date(2026, 11, 20, 4, 0, 0, 0, time.UTC)) ||
		latest.NextDue == nil ||
		!latest.NextDue.Equal(w.Now().Add(5*time.Hour)) ||
		latest.Noticed != 1 {
		t.Errorf("latest %+v", latest)
	}
	if l := got[b.ID]; l.LastPost != nil || l.NextDue != nil || l.Noticed != 0 {
		t.Errorf("an account without posts: %+v", l)
	}
	district, err := w.s.Latest(w.Context(), w.User("区宣传专员", access.PressOfficer, "朝阳区"))
	if err != nil || len(district) != 1 {
		t.Errorf("a district sees %v, %v", district, err)
	}
}

// TestFollowersAreSummedOverASteadySet has one account that is read from the third day on and one that
// missed a day.
func TestFollowersAreSummedOverASteadySet(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	steady := w.connect("环保北京", "北京市环境保护局", account.Commercial)
	late := w.connect("朝阳环保示例", "朝阳区", account.Public)

	for d := 1; d <= 20; d++ {
		day := fmt.Sprintf("2026-11-%02d", d)
		w.figures(steady.ID, day, 1000+d, 0, 0)
		if d >= 12 {
			w.figures(late.ID, day, 500, 0, 0)
		}
	}
	w.Exec(`UPDATE account_days SET followers = NULL WHERE account_id = $1 AND day = '2026-11-05'`, steady.ID)
	period, err := ParsePeriod("", "2026-11-01", "2026-11-20", w.Now())
	if err != nil {
		t.Fatal(err)
	}
	matrix, err := w.summed().Matrix(w.Context(), w.boss, period, View{})
	if err != nil || len(matrix.Days) != 20 {
		t.Fatal(matrix.Days, err)
	}

	for i, pt := range matrix.Days {
		switch want := int64(1001 + i); {
		case i == 4 && pt.Followers != nil:
			t.Errorf("the day that was not read shows %d", *pt.Followers)
		case i != 4 && (pt.Followers == nil || *pt.Followers != want):
			t.Errorf("day %d: %v, want %d of the steady account alone", i+1, pt.Followers, want)
		}
	}
}

func TestALongPeriodTakesAReadingFromItsFirstDays(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	a := w.connect("环保北京", "北京市环境保护局", account.Commercial)
	w.past(a.ID, "1 2026-06-01 1")
	from := LastDays(90, w.Now()).From
	w.figures(a.ID, beijing.Date(from.AddDate(0, 0, 2)), 1000, 0, 0)
	w.figures(a.ID, beijing.Date(w.Now()), 1200, 0, 0)

	for days, want := range map[int]*int64{90: ptr(200), 7: nil, 1: nil} {
		matrix, err := w.summed().Matrix(w.Context(), w.boss, LastDays(days, w.Now()), View{})
		if err != nil {
			t.Fatal(err)
		}
		got := matrix.Rows[0].Gained.Now
		if (got == nil) != (want == nil) || got != nil && *got != *want {
			t.Errorf("gained in %d days: %v, want %v", days, show(got), show(want))
		}
	}
}

func ptr(v int64) *int64 { return &v }

func show(v *int64) string {
	if v == nil {
		return "nothing"
	}

	return strconv.FormatInt(*v, 10)
}

// TestTheTotalIsTheSumOfTheRowsThatAreKnown has the sums, which come from one statement, stand against
// the rows, which come from another.
func TestTheTotalIsTheSumOfTheRowsThatAreKnown(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)

	accounts := w.varied()
	for _, days := range []int{1, 7, 30} {
		matrix, err := w.summed().Matrix(w.Context(), w.boss, LastDays(days, w.Now()), View{Limit: 2})
		if err != nil || matrix.All != len(accounts) || len(matrix.Rows) != 2 || len(matrix.Days) != days {
			t.Fatalf("%d of %d accounts, %d days, %v", len(matrix.Rows), matrix.All, len(matrix.Days), err)
		}
		var want Row
		last, err := w.summed().
			EachRow(w.Context(), w.boss, LastDays(days, w.Now()), View{}, func(row Row) error {
				want.Followers, want.Reads = plus(want.Followers, row.Followers), plus(want.Reads, row.Reads)
				want.Gained = Change{
					plus(want.Gained.Now, row.Gained.Now), plus(want.Gained.Before, row.Gained.Before),
				}
				want.Posts = Change{
					plus(want.Posts.Now, row.Posts.Now), plus(want.Posts.Before, row.Posts.Before),
				}
				want.Interacted = Change{
					plus(want.Interacted.Now, row.Interacted.Now),
					plus(want.Interacted.Before, row.Interacted.Before),
				}
				want.Originals = want.Originals + row.Originals
				want.Likes = want.Likes + row.Likes
				want.ReadPosts = want.ReadPosts + row.ReadPosts
				want.Noticed = want.Noticed + row.Noticed

				return nil
			})
		if err != nil {
			t.Fatal(err)
		}

		for _, got := range []Row{matrix.Total, last} {
			if a, b := words(got), words(want); a != b {
				t.Errorf("%d days:\ntotal %s\nrows  %s", days, a, b)
			}
		}
	}
}

// words writes the sums of a row.
func words(row Row) string {
	return fmt.Sprint(
		show(row.Followers),
		" ",
		show(row.Gained.Now),
		" ",
		show(row.Gained.Before),
		" ",
		show(row.Posts.Now),
		" ",
		show(row.Posts.Before),
		" ",
		show(
			row.Interacted.Now,
		),
		" ",
		show(row.Interacted.Before),
		" ",
		show(row.Reads),
		" ",
		row.Originals,
		row.Likes,
		row.ReadPosts,
		row.Noticed,
	)
}

func TestAMatrixWithoutAccountsHasNoFigures(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	matrix, err := w.summed().Matrix(w.Context(), w.boss, LastDays(3, w.Now()), View{})
	if err != nil || matrix.All != 0 || len(matrix.Rows) != 0 || matrix.Total.Followers != nil ||
		matrix.Total.Posts.Now != nil ||
		matrix.Total.Known ||
		len(matrix.Total.Daily) != 3 {
		t.Errorf("%+v, %v", matrix, err)
	}
	if _, ok := (Row{Posts: Change{Now: ptr(0)}, Interacted: Change{Now: ptr(0)}}).PerPost(); ok {
		t.Error("a ratio without posts")
	}
}

func TestFollowersTryTheNextAccountsToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)

	handles := []string{"环保北京", "京环之声", "北京环境监测"}
	for _, h := range handles {
		w.connect(h, "北京市环境保护局", account.Commercial)
	}

	for _, h := range handles[:2] {
		w.Weibo.RevokeTokens(h)
	}
	n, err := w.s.Followers(w.Context())
	if err != nil || n < 1 {
		t.Errorf("%d accounts read, %v", n, err)
	}
	if got := one[int](w, `SELECT count(*) FROM account_readings WHERE followers = 0`); got != 0 {
		t.Errorf("%d readings of zero followers", got)
	}
	w.Weibo.RevokeTokens(handles[2])
	w.Advance(time.Hour)
	if n, err := w.s.Followers(w.Context()); err != nil || n != 0 {
		t.Errorf("without any token %d were read, %v", n, err)
	}
}

func TestADoneBackfillBeginsAnewAndAFailedOneGoesOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3000)
	a := w.connect("环保北京", "北京市环境保护局", account.Commercial)
	done := w.backfill(a.ID)
	again := w.backfill(a.ID)
	if again.State != BackfillDone || again.Found != done.Found ||
		one[int](w, `SELECT count(*) - count(DISTINCT remote_id) FROM platform_posts`) != 0 {
		t.Errorf("first %+v, again %+v", done, again)
	}
	b := w.connect("京环之声", "北京市环境保护局", account.Commercial)
	w.Weibo.Fault(sandbox.Fault{
		Account: "京环之声",
		Call:    "statuses/user_timeline/biz",
		Kind:    sandbox.FaultError,
		Code:    10014,
		Skip:    1,
		Times:   1,
	})
	stopped := w.backfill(b.ID)
	if stopped.State != BackfillFailed || stopped.Reason != "refused" || stopped.Found != 100 ||
		stopped.Hint() == "" {
		t.Fatalf("refused backfill %+v", stopped)
	}
	if whole := w.backfill(b.ID); whole.State != BackfillDone || whole.Found <= 100 {
		t.Errorf("gone on: %+v", whole)
	}

	for _, backfillState := range []BackfillState{
		BackfillNone, BackfillRunning, BackfillDone, BackfillPartial, BackfillFailed,
	} {
		if backfillState.Label() == "" {
			t.Errorf("state %q has no name", backfillState)
		}
	}
	if (Backfill{State: BackfillRunning}).Percent() != 0 {
		t.Error("progress of an unknown total")
	}
}

// TestAllReadsOfThePastAreAskedForAtOnce holds the backfill of a contracted account to counting what is
// young enough to be counted.
func TestAllReadsOfThePastAreAskedForAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3000)
	a := w.connect("环保北京", "北京市环境保护局", account.Commercial)
	w.backfill(a.ID)
	due := one[int](w, `SELECT count(*) FROM platform_posts WHERE next_read_at <= $1`, w.Now())
	young := one[int](
		w,
		`SELECT count(*) FROM platform_posts WHERE posted_at > $1`,
		w.Now().AddDate(0, 0, -90),
	)
	if due == 0 || due != young {
		t.Fatalf("%d are due, %d are younger than ninety days", due, young)
	}
	w.round()
	if n := one[int](w, `SELECT count(*) FROM platform_posts WHERE reads IS NOT NULL`); n != young {
		t.Errorf("reads of %d posts, want %d", n, young)
	}
	matrix, err := w.summed().Matrix(w.Context(), w.boss, LastDays(30, w.Now()), View{})
	if err != nil || matrix.Rows[0].Reads == nil || matrix.Rows[0].ReadPosts != *matrix.Rows[0].Posts.Now {
		t.Errorf("row %+v, %v", matrix.Rows[0], err)
	}
}

func TestThePlanOfTheBudgetFollowsTheTables(t *testing.T) {
	t.Parallel()

	for _, c := range []struct {
		connector account.Connector
		posts     int
		want      int
	}{
		{account.Commercial, 0, 6},
		{account.Commercial, 101, 8},
		{account.Public, 5, 2},
		{account.Manual, 0, 0},
	} {
		now := time.Now()
		if got := (plan{Posts: c.posts, NextAt: &now}).calls(c.connector); got != c.want {
			t.Errorf("%s with %d posts due: %d calls, want %d", c.connector, c.posts, got, c.want)
		}
	}
	if got := (plan{Posts: 500}).calls(account.Commercial); got != 0 {
		t.Errorf("an account nobody watches plans %d calls", got)
	}
}

func TestTheBudgetShowsWhatIsUsedAndNext(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	a := w.connect("环保北京", "北京市环境保护局", account.Commercial)
	b := w.connect("朝阳环保示例", "朝阳区", account.Public)
	w.round()
	if _, err := w.s.Followers(w.Context()); err != nil {
		t.Fatal(err)
	}
	lines, err := w.s.Budget(w.Context(), w.boss)
	if err != nil || len(lines) != 4 {
		t.Fatalf("%+v, %v", lines, err)
	}
	public, commercial := lines[0], lines[1]
	if public.Host != PublicHost || public.Used != 2 || public.Planned != 2 || commercial.Used != 1 ||
		commercial.Planned != 6 ||
		commercial.NextAt == nil {
		t.Errorf("hosts %+v %+v", public, commercial)
	}

	used := 0
	for _, budgetLine := range lines[2:] {
		used += budgetLine.Used
		if budgetLine.Limit != 40 || budgetLine.NextAt == nil ||
			!budgetLine.ResetsAt.Equal(time.Date(2026, 11, 23, 16, 0, 0, 0, time.UTC)) {
			t.Errorf("line of account %d: %+v", budgetLine.AccountID, budgetLine)
		}
	}
	if used != 2 || lines[2].AccountID != a.ID || lines[3].AccountID != b.ID {
		t.Errorf("accounts %+v used %d", lines[2:], used)
	}
	district, err := w.s.Budget(w.Context(), w.User("区宣传专员", access.PressOfficer, "朝阳区"))
	if err != nil || len(district) != 3 {
		t.Errorf("a district sees %d lines, %v", len(district), err)
	}
}

func TestAPostKnowsItsPageAndWhetherToLookIntoIt(t *testing.T) {
	t.Parallel()
	post := Post{RemoteUID: "5600000001", RemoteID: "42", Origin: FromConsole, State: Shown}
	if post.URL() != "https://weibo.com/5600000001/42" || post.Remarkable() {
		t.Errorf("%s, remarkable %v", post.URL(), post.Remarkable())
	}

	for _, odd := range []Post{
		{Origin: Elsewhere, State: Shown},
		{Origin: FromConsole, State: Changed},
		{Origin: Past, State: Removed},
	} {
		if !odd.Remarkable() {
			t.Errorf("%+v is nothing to look into", odd)
		}
	}
}

// TestDaysEndAtMidnightInShanghai puts posts around midnight and asks in which day they lie.
func TestDaysEndAtMidnightInShanghai(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	a := w.connect("环保北京", "北京市环境保护局", account.Commercial)
	file := "id,posted_at,text,likes\n1,2026-11-20T15:59:59Z,甲,1\n2,2026-11-20T16:00:00Z,乙,10\n3,2026-11-21T15:59:59Z,丙,100\n"
	if _, err := w.s.ImportPast(w.Context(), w.admin, a.ID, "x", strings.NewReader(file)); err != nil {
		t.Fatal(err)
	}
	check := func(when string) {
		t.Helper()
		got := one[string](w, `SELECT string_agg(to_char(day, 'DD') || '=' || likes, ' ' ORDER BY day)
				FROM account_days WHERE posts > 0`)
		if got != "20=1 21=110" {
			t.Errorf("%s: %s", when, got)
		}
	}
	check("as imported")
	w.Exec(`DELETE FROM account_days`)
	if err := w.s.RollUp(w.Context()); err != nil {
		t.Fatal(err)
	}
	check("rolled up from nothing")
	period, err := ParsePeriod("", "2026-11-21", "2026-11-21", w.Now())
	if err != nil {
		t.Fatal(err)
	}
	if list, err := w.summed().
		Posts(w.Context(), w.boss, PostFilter{Period: period}); err != nil ||
		len(list) != 2 {
		t.Errorf("%d posts of the day, %v", len(list), err)
	}
}

// TestOneDayIsTheSameByEveryWay compares what readings, the roll-up and the account's page say of the
// same posts.
func TestOneDayIsTheSameByEveryWay(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2000)
	a := w.connect("环保北京", "北京市环境保护局", account.Commercial)
	w.backfill(a.ID)
	w.round()
	period := LastDays(60, w.Now())
	series, err := w.summed().Series(w.Context(), w.boss, a.ID, period)
	if err != nil {
		t.Fatal(err)
	}

	var posts, interactions int64
	for _, pt := range series.Points {
		posts, interactions = posts+*pt.Posts, interactions+*pt.Interactions()
	}
	matrix, err := w.summed().Matrix(w.Context(), w.boss, period, View{})
	if err != nil {
		t.Fatal(err)
	}
	var same int64

	for _, pt := range matrix.Days {
		if v := pt.Interactions(); v != nil {
			same += *v
		}
	}
	list, err := w.summed().
		Posts(w.Context(), w.boss, PostFilter{AccountID: a.ID, Period: period, Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}

	var byPost int64
	for _, post := range list {
		byPost += post.Counts.Interactions()
	}
	if *series.Row.Posts.Now != posts || int64(len(list)) != posts ||
		*series.Row.Interacted.Now != interactions ||
		same != interactions ||
		byPost != interactions ||
		posts == 0 {
		t.Errorf(
			"row %d/%d, points %d/%d, days %d, posts %d/%d",
			*series.Row.Posts.Now,
			*series.Row.Interacted.Now,
			posts,
			interactions,
			same,
			len(list),
			byPost,
		)
	}
}
