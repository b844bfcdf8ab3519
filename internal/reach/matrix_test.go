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
	"juzhen/internal/fault"
)

// figures writes a day of an account by hand.
func (w *world) figures(id int64, day string, followers any, posts, interactions int) {
	w.Helper()
	w.Exec(`INSERT INTO account_days (account_id, day, followers, posts, originals, reposts, comments, likes,
			read_posts)
VALUES ($1, $2, $3, $4, $4, $5, 0, 0, 0)`, id, day, followers, posts, interactions)
}

func TestTheMatrixComparesWithThePeriodBefore(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	a := w.connect("环保北京", "北京市环境保护局", account.Commercial)
	b := w.connect("朝阳环保示例", "朝阳区", account.Public)
	w.Exec(`INSERT INTO platform_posts (account_id, platform, remote_id, origin, posted_at, text, original,
			pictures, state, state_at, reposts, comments, likes)
VALUES ($1, 'weibo', '1', 'past', '2026-11-01', '', true, 0, 'live', now(), 0, 0, 0)`, a.ID)
	w.figures(a.ID, "2026-11-09", 900, 1, 10)  // the day before the earlier period
	w.figures(a.ID, "2026-11-12", nil, 2, 40)  // the earlier period: 10 to 16 November
	w.figures(a.ID, "2026-11-16", 1000, 2, 60) //
	w.figures(a.ID, "2026-11-17", nil, 1, 7)   // this one: 17 to 23
	w.figures(a.ID, "2026-11-23", 1100, 3, 193)
	matrix, err := w.summed().Matrix(w.Context(), w.boss, LastDays(7, w.Now()), View{})
	if err != nil || len(matrix.Rows) != 2 {
		t.Fatalf("%+v, %v", matrix, err)
	}
	row := matrix.Rows[0]
	if *row.Followers != 1100 || *row.Gained.Now != 100 || *row.Gained.Before != 100 || *row.Posts.Now != 4 ||
		*row.Posts.Before != 4 ||
		*row.Interacted.Now != 200 ||
		*row.Interacted.Before != 100 {
		t.Errorf("row %+v", row)
	}
	if got, ok := row.PerPost(); !ok || got != 50 {
		t.Errorf("%v per post", got)
	}
	if got := row.Daily; len(got) != 7 || got[0] != 7 || got[6] != 193 || got[3] != 0 {
		t.Errorf("sparkline %v", got)
	}
	if e := matrix.Rows[1]; e.AccountID != b.ID || e.Known || e.Followers != nil || e.Posts.Now != nil ||
		e.Reads != nil {
		t.Errorf("an account without figures shows some: %+v", e)
	}
	if matrix.Total.Followers == nil || *matrix.Total.Followers != 1100 ||
		*matrix.Total.Interacted.Now != 200 ||
		matrix.Total.Reads != nil ||
		matrix.Total.Daily[6] != 193 {
		t.Errorf("total %+v", matrix.Total)
	}
}

// varied fills four accounts 甲 to 丁 with days by hand: everything known; much read and no followers;
// nothing in the period; nothing at all.
func (w *world) varied() []account.Account {
	w.Helper()

	var list []account.Account
	for _, h := range []string{"环保北京", "京环之声", "北京环境监测", "朝阳环保示例"} {
		list = append(list, w.connect(h, "北京市环境保护局", account.Commercial))
	}

	for i, a := range list[:3] {
		w.past(a.ID, fmt.Sprintf("%d 2026-09-0%d 1", i+1, i+1))
	}
	w.figures(list[0].ID, "2026-11-16", 1000, 1, 4)
	w.figures(list[0].ID, "2026-11-22", 1300, 2, 10)
	w.figures(list[0].ID, "2026-11-23", nil, 1, 50)
	w.figures(list[1].ID, "2026-11-20", nil, 10, 30)
	w.figures(list[1].ID, "2026-11-23", nil, 1, 60)
	w.Exec(
		`UPDATE account_days SET reads = 500, read_posts = 3 WHERE account_id = $1 AND day = '2026-11-20'`,
		list[1].ID,
	)
	w.figures(list[2].ID, "2026-11-10", 90, 3, 3)
	w.figures(list[2].ID, "2026-11-23", 80, 0, 0)
	w.Exec(`UPDATE platform_posts SET state = 'changed' WHERE remote_id = '2'`)

	return list
}

func TestTheMatrixIsSortedAndUnknownColumnsAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)

	list := w.varied()
	for _, c := range []struct {
		s    Sort
		want []int // places of the accounts in the order of the matrix
	}{
		{Sort{}, []int{0, 1, 2, 3}},
		{Sort{"followers", true}, []int{0, 2, 1, 3}}, // what is missing comes last from above
		{Sort{"followers", false}, []int{1, 3, 2, 0}},
		// of the third one of six days before the beginning is taken
		{Sort{"gained", true}, []int{0, 2, 1, 3}},
		{Sort{"posts", true}, []int{1, 0, 2, 3}},
		{Sort{"posts", false}, []int{3, 2, 0, 1}},
		{Sort{"interactions", true}, []int{1, 0, 2, 3}},
		{Sort{"perpost", true}, []int{0, 1, 2, 3}},
		{Sort{"reads", true}, []int{1, 0, 2, 3}},
		{Sort{"last", true}, []int{2, 1, 0, 3}},
		{Sort{"handle", false}, []int{1, 2, 3, 0}},
	} {
		matrix, err := w.summed().Matrix(w.Context(), w.boss, LastDays(7, w.Now()), View{Sort: c.s})
		if err != nil || len(matrix.Rows) != 4 {
			t.Fatalf("%+v: %d rows, %v", c.s, len(matrix.Rows), err)
		}

		for i, row := range matrix.Rows {
			if row.AccountID != list[c.want[i]].ID {
				t.Errorf("%+v: place %d is @%s, want @%s", c.s, i, row.Handle, list[c.want[i]].Handle)
			}
		}
		second, err := w.summed().Matrix(w.Context(), w.boss, LastDays(7, w.Now()), View{
			Sort: c.s, Skip: 1, Limit: 1,
		})
		if err != nil || len(second.Rows) != 1 || second.Rows[0].AccountID != list[c.want[1]].ID ||
			words(second.Total) != words(matrix.Total) {
			t.Errorf("%+v: the second row alone is %+v, %v", c.s, second.Rows, err)
		}
	}
	if _, err := w.summed().Matrix(
		w.Context(),
		w.boss,
		LastDays(7, w.Now()),
		View{Sort: Sort{By: "password"}},
	); !fault.Is(
		err,
		fault.KindInvalid,
	) {
		t.Errorf("unknown column: %v", err)
	}
}

func TestReachIsScopedAndOwnUnitMeansOwnUnit(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	city := w.connect("环保北京", "北京市环境保护局", account.Commercial)

	chaoyang := w.connect("朝阳环保示例", "朝阳区", account.Public)
	for name, c := range map[string]struct {
		actor access.Actor
		want  []int64
	}{
		"supervisor":             {w.boss, []int64{city.ID, chaoyang.ID}},
		"press officer, city":    {w.User("市宣传专员", access.PressOfficer, "北京市环境保护局"), []int64{city.ID}},
		"press officer, unit":    {w.User("区宣传专员", access.PressOfficer, "朝阳区"), []int64{chaoyang.ID}},
		"reviewer of a district": {w.User("区审核员", access.Reviewer, "朝阳区"), []int64{chaoyang.ID}},
		"administrator":          {w.admin, nil},
	} {
		matrix, err := w.summed().Matrix(w.Context(), c.actor, LastDays(7, w.Now()), View{})
		if err != nil || len(matrix.Rows) != len(c.want) {
			t.Fatalf("%s sees %d accounts, want %d, %v", name, len(matrix.Rows), len(c.want), err)
		}

		for i, row := range matrix.Rows {
			if row.AccountID != c.want[i] {
				t.Errorf("%s sees account %d", name, row.AccountID)
			}
		}

		for _, id := range []int64{city.ID, chaoyang.ID} {
			_, err := w.summed().Series(w.Context(), c.actor, id, LastDays(7, w.Now()))
			if inside := contains(
				c.want,
				id,
			); inside != (err == nil) ||
				!inside && !fault.Is(err, fault.KindNotFound) {
				t.Errorf("%s opens account %d: %v", name, id, err)
			}
		}
	}
}

func contains(list []int64, v int64) bool {
	for _, x := range list {
		if x == v {
			return true
		}
	}

	return false
}

func TestADayBeforeTheOldestPostIsMissingAndNotZero(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	a := w.connect("环保北京", "北京市环境保护局", account.Commercial)
	_, err := w.s.ImportPast(
		w.Context(),
		w.admin,
		a.ID,
		"x.csv",
		strings.NewReader("id,posted_at,text,likes\n9,2026-11-21 12:00,甲,5\n"),
	)
	if err != nil {
		t.Fatal(err)
	}
	series, err := w.summed().Series(w.Context(), w.boss, a.ID, LastDays(5, w.Now()))
	if err != nil || len(series.Points) != 5 || series.Since == nil {
		t.Fatalf("%+v, %v", series, err)
	}
	if point := series.Points[1]; point.Posts != nil || point.Interactions() != nil {
		t.Errorf("the day before the first post: %+v", point)
	}
	if point := series.Points[2]; *point.Posts != 1 || *point.Interactions() != 5 || point.Followers != nil {
		t.Errorf("the day of the first post: %+v", point)
	}
	if point := series.Points[4]; *point.Posts != 0 || point.Reads != nil {
		t.Errorf("today: %+v", point)
	}
	matrix, err := w.summed().Matrix(w.Context(), w.boss, LastDays(5, w.Now()), View{})
	if err != nil || len(matrix.Days) != 5 || matrix.Days[0].Posts != nil || *matrix.Days[2].Likes != 5 {
		t.Errorf("sums per day %+v, %v", matrix.Days, err)
	}
}

func TestRollingUpTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2000)
	a := w.connect("环保北京", "北京市环境保护局", account.Commercial)
	w.backfill(a.ID)
	if _, err := w.s.Followers(w.Context()); err != nil {
		t.Fatal(err)
	}
	sum := `SELECT md5(string_agg(d::text, '|' ORDER BY account_id, day)) FROM account_days d`

	before := one[string](w, sum)
	for range 2 {
		if err := w.s.RollUp(w.Context()); err != nil {
			t.Fatal(err)
		}
		if after := one[string](w, sum); after != before {
			t.Error("the roll-up differs from what the readings brought up to date")
		}
	}
	day := one[time.Time](w, `SELECT max(day) FROM account_days WHERE posts = 1`)
	w.Exec(`UPDATE platform_posts SET state = 'removed'
			WHERE `+beijing.DaySQL("posted_at")+` = $1`, day)
	if err := w.s.RollUp(w.Context()); err != nil {
		t.Fatal(err)
	}
	if n := one[int](w, `SELECT posts FROM account_days WHERE day = $1`, day); n != 0 {
		t.Errorf("%d posts on the day whose only post was removed", n)
	}
}

func TestBestPostsComeFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	a := w.connect("环保北京", "北京市环境保护局", account.Commercial)
	var file strings.Builder
	file.WriteString("id,posted_at,text,likes,reads\n")

	for i := 1; i <= 5; i++ {
		file.WriteString(
			strconv.Itoa(
				i,
			) + ",2026-11-2" + strconv.Itoa(
				i%3,
			) + " 12:00,第" + strconv.Itoa(
				i,
			) + "条," + strconv.Itoa(
				i*i,
			) + "," + map[bool]string{
				true: "100", false: "",
			}[i == 2] + "\n",
		)
	}
	if _, err := w.s.ImportPast(
		w.Context(),
		w.admin,
		a.ID,
		"x.csv",
		strings.NewReader(file.String()),
	); err != nil {
		t.Fatal(err)
	}

	for by, want := range map[string]string{"": "5", "time": "5", "reads": "2", "likes": "5"} {
		list, err := w.summed().Posts(w.Context(), w.boss, PostFilter{
			AccountID: a.ID,
			Period:    LastDays(30, w.Now()),
			By:        by,
			Limit:     3,
		})
		if err != nil || len(list) != 3 || list[0].RemoteID != want {
			t.Errorf("by %q: %+v, %v", by, list, err)
		}
	}
	if _, err := w.summed().Posts(
		w.Context(),
		w.boss,
		PostFilter{By: "password"},
	); !fault.Is(
		err,
		fault.KindInvalid,
	) {
		t.Errorf("unknown column: %v", err)
	}
}

// TestTheBestPostsOfTheMatrixLieInItsBestDays holds the short way by the days against the whole list.
func TestTheBestPostsOfTheMatrixLieInItsBestDays(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	a, b := w.connect("环保北京", "北京市环境保护局", account.Commercial), w.connect("朝阳环保示例", "朝阳区", account.Commercial)
	w.past(a.ID, "1 2026-11-20 90", "2 2026-11-20 80", "3 2026-11-21 5", "4 2026-10-01 999")
	w.past(b.ID, "11 2026-11-22 85", "12 2026-11-22 1", "13 2026-11-23 70")

	for limit, want := range map[int]string{
		1: "1", 2: "1 11", 3: "1 11 2", 4: "1 11 2 13", 100: "1 11 2 13 3 12",
	} {
		if got := w.best(w.boss, limit); got != want {
			t.Errorf("the best %d are %s, want %s", limit, got, want)
		}
	}
	if got := w.best(w.User("区宣传专员", access.PressOfficer, "朝阳区"), 2); got != "11 13" {
		t.Errorf("the best of the district are %s", got)
	}
	w.Exec(`UPDATE platform_posts SET state = 'removed' WHERE remote_id = '1'`)
	if err := w.s.RollUp(w.Context()); err != nil {
		t.Fatal(err)
	}
	if got := w.best(w.boss, 2); got != "11 2" {
		t.Errorf("without the removed one the best are %s", got)
	}
}

func (w *world) best(actor access.Actor, limit int) string {
	w.Helper()
	list, err := w.summed().Posts(w.Context(), actor, PostFilter{Period: LastDays(30, w.Now()), Limit: limit})
	if err != nil {
		w.Fatal(err)
	}

	var ids []string
	for _, post := range list {
		ids = append(ids, post.RemoteID)
	}

	return strings.Join(ids, " ")
}
