package sandbox

import (
	"math"
	"strconv"
	"testing"
	"time"
)

// hourly reads what an account's audience does in each hour of a day, over many posts made at the day's
// begin.
func hourly(t *testing.T) [24]int {
	t.Helper()
	server := New(Options{Frozen: time.Date(2026, 11, 23, 0, 0, 0, 0, shanghai), Limits: &Limits{}})
	account := server.must(bureau)
	var gains [24]int

	for h := range 24 {
		at := server.Now().Add(time.Duration(h) * time.Hour)
		gains[h] = server.followers(account, at.Add(time.Hour)) - server.followers(account, at)
	}

	return gains
}

func TestFollowersComeByDayMoreThanByNight(t *testing.T) {
	t.Parallel()
	gains := hourly(t)
	sum := 0

	for h, n := range gains {
		if n < 0 {
			t.Errorf("lost %d at %d o'clock", n, h)
		}
		sum += n
	}
	night, evening := gains[2]+gains[3]+gains[4], gains[19]+gains[20]+gains[21]
	if night*8 > evening {
		t.Errorf("night %d, evening %d", night, evening)
	}
	if share := float64(sum) / 3_200_000; share < growthPerDay*0.55 || share > growthPerDay*1.45 {
		t.Errorf("a day brought %d followers", sum)
	}
}

func TestTheBiggestHourIsInTheEvening(t *testing.T) {
	t.Parallel()
	best := 0

	for h, w := range rhythm {
		if w <= 0 {
			t.Errorf("nobody at %d o'clock", h)
		}
		if w > rhythm[best] {
			best = h
		}
	}
	if best < 19 || best > 22 {
		t.Errorf("busiest at %d o'clock", best)
	}
}

func TestLivelyTimeIsContinuousAndRises(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 22, 22, 0, 0, 0, shanghai)

	last := lively(at)
	for range 48 * 12 {
		at = at.Add(5 * time.Minute)
		now := lively(at)
		if step := now - last; step <= 0 || step > 5.0/60*2 {
			t.Fatalf("step of %v at %v", step, at)
		}
		last = now
	}
	if got := lively(time.Unix(-100, 0)) - lively(time.Unix(-200, 0)); got <= 0 {
		t.Errorf("before 1970 it falls: %v", got)
	}
}

func TestBellIsCentredAndBounded(t *testing.T) {
	t.Parallel()

	sum, squares, n := 0.0, 0.0, 20000
	for i := range n {
		v := bell(uint64(i))
		if math.Abs(v) > 3.5 {
			t.Fatalf("%v", v)
		}
		sum += v
		squares += v * v
	}
	if mean := sum / float64(n); math.Abs(mean) > 0.03 {
		t.Errorf("mean %v", mean)
	}
	if deviation := math.Sqrt(squares / float64(n)); math.Abs(deviation-1) > 0.03 {
		t.Errorf("deviation %v", deviation)
	}
}

func TestABigAccountHasABigAudience(t *testing.T) {
	t.Parallel()
	server := New(Options{Frozen: noon, PastPosts: 4000})
	mean := func(handle string) (reach Reach) {
		posts := server.must(handle).posts
		for _, post := range posts {
			reach = reach.plus(server.reach(post, noon))
		}
		n := len(posts)

		return Reach{reach.Reads / n, reach.Reposts / n, reach.Comments / n, reach.Likes / n}
	}
	big, small := mean(bureau), mean("经开区环保示例")
	if big.Reads < 5*small.Reads {
		t.Errorf("%d and %d reads", big.Reads, small.Reads)
	}
	if big.Reads < 10*big.Likes || big.Likes < big.Reposts || big.Reposts == 0 || big.Comments == 0 {
		t.Errorf("unbelievable: %+v", big)
	}
}

func TestMostOfAPostsLifeIsItsFirstDays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, _ := strconv.ParseInt(w.post(updateBiz, "status", "一").id(t), 10, 64)
	reads := map[int]int{}

	for _, day := range []int{1, 3, 30, 300} {
		w.SetTime(noon.AddDate(0, 0, day))
		reads[day] = w.Reach(id).Reads
	}
	if reads[1]*10 < reads[300]*8 || reads[3]*100 < reads[300]*98 || reads[30] != reads[300] {
		t.Errorf("%v", reads)
	}
}

func TestAJumpStaysOnTopOfTheNaturalGrowth(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, _ := strconv.ParseInt(w.post(updateBiz, "status", "一").id(t), 10, 64)
	w.Advance(5 * time.Hour)
	before := w.Reach(id)
	more := Reach{100000, 2000, 900, 3000}
	w.JumpPost(id, more)
	if got := w.Reach(id); got != before.plus(more) {
		t.Errorf("%+v, want %+v", got, before.plus(more))
	}
	w.Advance(time.Hour)
	if got := w.Reach(id); got.Reads <= before.Reads+more.Reads {
		t.Errorf("growth stopped: %+v", got)
	}
}

func TestAHiddenPostHasNoAudienceUntilItIsSeen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.SetLag(6 * time.Hour)
	id, _ := strconv.ParseInt(w.post(updateBiz, "status", "一").id(t), 10, 64)
	w.Advance(6 * time.Hour)
	if reach := w.Reach(id); reach != (Reach{}) {
		t.Errorf("%+v", reach)
	}
	w.Advance(time.Hour)
	if reach := w.Reach(id); reach.Reads == 0 {
		t.Error("nobody comes")
	}
}

func TestDayFiguresAddUpToTheReach(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.SetTime(noon.Add(-12 * time.Hour))
	id, _ := strconv.ParseInt(w.post(updateBiz, "status", "一").id(t), 10, 64)
	w.Advance(5 * 24 * time.Hour)
	days := w.get("users/behavior_trend/biz",
		"uid", "5600000001",
		"starttime", "2026-11-23",
		"endtime", "2026-11-27",
	).tree(t)["result"].([]any)
	reposted, received := 0, 0

	for _, d := range days {
		day := d.(map[string]any)
		r, err1 := strconv.Atoi(day["reposted_count"].(string))
		c, err2 := strconv.Atoi(day["receive_comments_count"].(string))
		if err1 != nil || err2 != nil {
			t.Fatal(day)
		}
		reposted, received = reposted+r, received+c
	}
	if got := w.Reach(id); len(days) != 5 || reposted != got.Reposts || received != got.Comments {
		t.Errorf("%d days, %d reposts, %d comments; reach %+v", len(days), reposted, received, got)
	}
}

func TestFollowersInThePastWereFewer(t *testing.T) {
	t.Parallel()
	server := New(Options{Frozen: noon})
	account := server.must(bureau)
	if then := server.followers(account, noon.AddDate(0, 0, -60)); then >= 3_200_000 || then < 3_000_000 {
		t.Errorf("%d", then)
	}
	if err := server.AddAccount(Account{UID: 1, Handle: "空", Followers: 0}); err != nil {
		t.Fatal(err)
	}
	server.Jump("空", -5)
	if n := server.Followers("空"); n != 0 {
		t.Errorf("%d followers", n)
	}
}
