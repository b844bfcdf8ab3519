package reach

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"juzhen/internal/access"
	"juzhen/internal/account"
)

// judged is a week by hand: posts and interactions of the week, then those of the four weeks before.
func judged(seat account.Seat, posts, interactions, postsBefore, interactionsBefore int64) Week {
	return Week{
		Seat: seat, Posts: posts, Interactions: interactions, PostsBefore: postsBefore,
		InteractionsBefore: interactionsBefore, Known: true,
	}
}

func TestWhatCountsAsFalling(t *testing.T) {
	t.Parallel()
	unknown := judged(account.Main, 3, 10, 20, 400)
	unknown.Known = false
	unread := judged(account.Main, 4, 10, 20, 400)
	unread.Unread = 1
	nearlyRead := judged(account.Main, 5, 10, 20, 400)
	nearlyRead.Unread = 1

	for name, c := range map[string]struct {
		week   Week
		want   Verdict
		change float64
		cause  string // of those that fall
	}{
		"at its mean":                     {judged(account.Main, 5, 100, 20, 400), Steady, 0, ""},
		"above it":                        {judged(account.Main, 5, 150, 20, 400), Steady, 50, ""},
		"29 of a hundred below":           {judged(account.Main, 5, 71, 20, 400), Steady, -29, ""},
		"30 of a hundred below":           {judged(account.Main, 5, 70, 20, 400), Falls, -30, fellEach},
		"as many posts for half as much":  {judged(account.Main, 5, 50, 20, 400), Falls, -50, fellEach},
		"half the posts, each as before":  {judged(account.Main, 2, 50, 16, 400), Falls, -50, fellFewer},
		"half the posts, each less":       {judged(account.Main, 2, 25, 16, 400), Falls, -75, fellBoth},
		"no post":                         {judged(account.Main, 0, 0, 20, 400), Falls, -100, fellNoPosts},
		"seven posts before":              {judged(account.Main, 1, 1, 7, 400), TooLittle, -99, ""},
		"eight posts before":              {judged(account.Main, 1, 1, 8, 400), Falls, -99, fellBoth},
		"199 interactions before":         {judged(account.Main, 1, 0, 20, 199), TooLittle, -100, ""},
		"200 interactions before":         {judged(account.Main, 1, 0, 20, 200), Falls, -100, fellBoth},
		"nothing before":                  {judged(account.Main, 5, 100, 0, 0), TooLittle, 0, ""},
		"known for less than five weeks":  {unknown, TooLittle, -90, ""},
		"a quarter of its posts not read": {unread, NotRead, -90, ""},
		"a fifth of its posts not read":   {nearlyRead, Falls, -90, fellEach},
	} {
		weeks := []Week{c.week}
		fallRule.judge(weeks)
		got := weeks[0]
		if got.Verdict != c.want || math.Abs(got.Change()-c.change) > 1e-9 || got.Group != nil {
			t.Errorf("%s: %s, %v percent, group %v", name, got.Verdict, got.Change(), got.Group)
		}
		if c.cause != "" && got.Cause() != c.cause {
			t.Errorf("%s: %s", name, got.Cause())
		}
	}
}

func TestAFallIsHeldAgainstTheGroup(t *testing.T) {
	t.Parallel()
	fallen := judged(account.District, 5, 60, 20, 400) // 40 below its mean

	for name, c := range map[string]struct {
		others []int64 // interactions of the week, of others with a mean of 100
		want   Verdict
		group  string
	}{
		"two others are no group":         {[]int64{100, 100}, Falls, ""},
		"three others, all at their mean": {[]int64{100, 100, 100}, Falls, "0"},
		"the group is 30 below":           {[]int64{60, 70, 80}, Falls, "-30"},
		"the group is 31 below":           {[]int64{60, 69, 78}, FallsAlike, "-31"},
		"the group is further below":      {[]int64{10, 20, 30}, FallsAlike, "-80"},
	} {
		weeks := []Week{fallen, judged(account.Main, 5, 1, 20, 400), judged(account.District, 0, 0, 1, 4)}
		for _, n := range c.others {
			weeks = append(weeks, judged(account.District, 5, n, 20, 400))
		}
		fallRule.judge(weeks)

		group := ""
		if weeks[0].Group != nil {
			group = fmt.Sprintf("%.0f", *weeks[0].Group)
		}
		if weeks[0].Verdict != c.want || group != c.group || weeks[0].Others != len(c.others) {
			t.Errorf("%s: %s, group %q of %d", name, weeks[0].Verdict, group, weeks[0].Others)
		}
	}
}

func TestWhyAPostStandsOut(t *testing.T) {
	t.Parallel()

	for name, c := range map[string]struct {
		counts Counts
		usual  float64
		want   string
	}{
		"four times its usual, mostly reposts": {
			Counts{Reposts: 66, Comments: 10, Likes: 24}, 25, saidTimes + " 25 4.0/" + saidReposts + " 66",
		},
		"hardly more than its usual": {
			Counts{Reposts: 66, Comments: 10, Likes: 24}, 67, saidUsual + " 67 1.5/" + saidReposts + " 66",
		},
		"two thirds are rounded to 67": {Counts{Comments: 1, Likes: 2}, 0, saidLikes + " 67"},
		"60 of a hundred are most":     {Counts{Comments: 60, Likes: 40}, 0, saidComments + " 60"},
		"59 of a hundred are not":      {Counts{Comments: 59, Likes: 41}, 0, saidMixed + " 0 59 41"},
		"nothing":                      {Counts{}, 12, saidMixed + " 0 0 0"},
	} {
		var said []string

		for _, why := range WhyOf(c.counts, c.usual) {
			text := why.Text
			for i := 1; i < len(why.Args); i += 2 {
				text += fmt.Sprint(" ", why.Args[i])
			}
			said = append(said, text)
		}
		if got := strings.Join(said, "/"); got != c.want {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// TestTheStandingOfAMatrix works the figures of a small matrix by hand. The clock stands at noon of 23
// November: the week is 16 to 22 November, the four weeks are 19 October to 15 November.
func TestTheStandingOfAMatrix(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)

	var list []account.Account

	for i, handle := range []string{"环保北京", "京环之声", "北京环境监测", "朝阳环保示例"} {
		unit := "北京市环境保护局"
		if i == 3 {
			unit = "朝阳区"
		}
		list = append(list, w.connect(handle, unit, account.Commercial))
	}
	known := func(i int) { w.past(list[i].ID, fmt.Sprintf("%d 2026-09-0%d 1", i+1, i+1)) }
	known(0)
	known(1)
	known(3)
	w.Exec(`UPDATE accounts SET state = 'live'`)
	// 环保北京: 500 interactions a week before, 200 now; what lies outside of the weeks does not count
	w.figures(list[0].ID, "2026-10-18", nil, 50, 9000)
	w.figures(list[0].ID, "2026-10-19", nil, 10, 1200)
	w.figures(list[0].ID, "2026-11-15", nil, 6, 800)
	w.figures(list[0].ID, "2026-11-16", nil, 1, 150)
	w.figures(list[0].ID, "2026-11-22", nil, 1, 50)
	w.figures(list[0].ID, "2026-11-23", nil, 9, 9000)
	// 京环之声: 100 a week before, 110 now
	w.figures(list[1].ID, "2026-11-01", nil, 8, 400)
	w.figures(list[1].ID, "2026-11-20", nil, 2, 110)
	// 北京环境监测: no post is known from before; 朝阳: its week was not read
	w.figures(list[2].ID, "2026-11-01", nil, 8, 400)
	w.figures(list[3].ID, "2026-11-01", nil, 8, 400)
	w.figures(list[3].ID, "2026-11-20", nil, 1, 0)
	w.Exec(`INSERT INTO platform_posts (account_id, platform, remote_id, origin, posted_at, text, original,
			pictures, state, state_at, reposts, comments, likes)
VALUES ($1, 'weibo', '99', 'past', '2026-11-20', '', true, 0, 'live', now(), 0, 0, 0)`, list[3].ID)

	got, err := w.summed().Standing(w.Context(), w.boss, "")
	if err != nil || got.All != 4 || got.Judged() != 2 || got.By[TooLittle] != 1 || got.By[NotRead] != 1 ||
		len(got.Fallen) != 1 {
		t.Fatalf("%+v, %v", got, err)
	}
	week := got.Fallen[0]
	if week.Handle != "环保北京" || week.Posts != 2 || week.Interactions != 200 || week.Mean() != 500 ||
		week.MeanPosts() != 4 || week.Change() != -60 || week.Cause() != fellBoth || week.Others != 1 {
		t.Errorf("%+v: %v", week, week.Change())
	}
	if from, to := got.Week.From.Format(
		"01-02",
	), got.Before.From.Format(
		"01-02",
	); from != "11-16" ||
		to != "10-19" {
		t.Errorf("the week begins on %s, the four on %s", from, to)
	}
	if usual, ok := got.Usual(list[0].ID); !ok || usual != 125 {
		t.Errorf("a usual post has %v", usual)
	}
	if _, ok := got.Usual(list[2].ID); ok {
		t.Error("a usual post of an account that is hardly known")
	}

	officer := w.User("区宣传专员", access.PressOfficer, "朝阳区")
	if got, err := w.summed().Standing(
		w.Context(),
		officer,
		"",
	); err != nil || got.All != 1 ||
		len(got.Fallen) != 0 {
		t.Errorf("the officer of the district sees %+v, %v", got, err)
	}
	if got, err := w.summed().Standing(w.Context(), w.boss, w.Units["朝阳区"].Path); err != nil || got.All != 1 {
		t.Errorf("the district alone: %+v, %v", got, err)
	}
	if got, err := w.summed().
		Standing(w.Context(), w.admin, ""); err != nil || got.All != 0 ||
		got.ReadAt != nil {
		t.Errorf("who does not see reach sees %+v, %v", got, err)
	}
}

func TestTheFirstNoticedPostsAreCounted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	a := w.connect("环保北京", "北京市环境保护局", account.Commercial)

	for i := range 3 {
		w.Exec(
			`INSERT INTO platform_posts (account_id, platform, remote_id, origin, posted_at, text, original,
				pictures, state, state_at, reposts, comments, likes)
VALUES ($1, 'weibo', $2, 'elsewhere', $3, '', true, 0, 'live', now(), 0, 0, 0)`,
			a.ID,
			fmt.Sprint(i),
			w.Now().AddDate(0, 0, -i),
		)
	}
	list, all, err := w.s.FirstNoticed(w.Context(), w.boss, 2)
	if err != nil || all != 3 || len(list) != 2 || list[0].RemoteID != "0" || list[1].RemoteID != "1" {
		t.Errorf("%d of %d, %v", len(list), all, err)
	}
	if list, all, err := w.s.FirstNoticed(
		w.Context(), w.User("区主管", access.Supervisor, "朝阳区"), 2,
	); err != nil || all != 0 || len(list) != 0 {
		t.Errorf("another unit sees %d of %d, %v", len(list), all, err)
	}
}
