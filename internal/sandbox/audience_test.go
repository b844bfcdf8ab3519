package sandbox

import (
	"math"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestTheRhythmOfADayAveragesToOne(t *testing.T) {
	t.Parallel()

	for _, at := range []time.Time{
		noon, noon.Add(7 * time.Hour), noon.AddDate(0, 0, 3).Add(17 * time.Minute),
	} {
		if got := lively(at.Add(24*time.Hour)) - lively(at); math.Abs(got-24) > 1e-6 {
			t.Errorf("a day from %v has %v lively hours", at, got)
		}
	}
	night := time.Date(2026, 11, 24, 2, 0, 0, 0, shanghai)
	evening := time.Date(2026, 11, 24, 20, 0, 0, 0, shanghai)
	if n, e := lively(
		night.Add(time.Hour),
	)-lively(
		night,
	), lively(
		evening.Add(time.Hour),
	)-lively(
		evening,
	); n*5 > e ||
		n <= 0 {
		t.Errorf("night %v, evening %v", n, e)
	}
}

func TestAudienceNeverFallsAndSleepsAtNight(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, _ := strconv.ParseInt(w.post(updateBiz, "status", "一").id(t), 10, 64)
	last, fans := w.Reach(id), w.Followers(bureau)
	if last != (Reach{}) {
		t.Errorf("reach at once: %+v", last)
	}

	for range 72 {
		w.Advance(time.Hour)
		now, followers := w.Reach(id), w.Followers(bureau)
		if now.Reads < last.Reads || now.Reposts < last.Reposts || now.Comments < last.Comments ||
			now.Likes < last.Likes ||
			followers < fans {
			t.Fatalf("fell from %+v %d to %+v %d", last, fans, now, followers)
		}
		last, fans = now, followers
	}
	if last.Reads < 3000 || last.Reads > 1000000 || last.Likes == 0 || last.Likes > last.Reads/10 ||
		fans == 3_200_000 {
		t.Errorf("three days on: %+v, %d followers", last, fans)
	}
}

func TestTheSameSeedGivesTheSameAudience(t *testing.T) {
	t.Parallel()
	reachOf := func(seed uint64) Reach {
		server := New(Options{Frozen: noon, Seed: seed, PastPosts: 100})
		return server.reach(server.must(bureau).posts[0], noon)
	}
	if reach, b := reachOf(7), reachOf(7); reach != b || reach == (Reach{}) {
		t.Errorf("%+v and %+v", reach, b)
	}
}

func TestJumps(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Jump(bureau, 5000)
	w.Jump(bureau, -200)
	if n := w.Followers(bureau); n != 3_204_800 {
		t.Errorf("%d followers", n)
	}
	if w.JumpPost(1, Reach{}) || w.Reach(1) != (Reach{}) {
		t.Error("there is no post 1")
	}
}

func TestBehaviorTrendPerDay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.say(3)
	w.Advance(48 * time.Hour)
	reply := w.get("users/behavior_trend/biz",
		"uid", "5600000001",
		"starttime", "2026-11-22",
		"endtime", "2026-12-01",
	)
	m := reply.tree(t)
	days := m["result"].([]any)
	if m["code"] != "B00001" || len(days) != 3 {
		t.Fatalf("the running day is not there yet: %s", reply.body)
	}
	first := days[1].(map[string]any)
	if first["day_key"] != "2026-11-23" || first["statuses_count"] != "3" || first["reposted_count"] == "0" {
		t.Errorf("%v", first)
	}
	if own := w.get("users/behavior_trend",
		"starttime", "2026-11-22",
		"endtime", "2026-11-22",
	); !strings.HasPrefix(own.body, `{"uid":5600000001,"result":[{"day_key":"2026-11-22","followers_count":"3199`) {
		t.Error(own.body)
	}

	for _, pairs := range [][]string{
		{"uid", "1", "starttime", "2026-11-22", "endtime", "2026-11-22"},
		{"uid", "5600000001", "starttime", "2026-11-22"},
		{"uid", "5600000001", "starttime", "2026-01-01", "endtime", "2026-11-22"},
	} {
		if r := w.get(
			"users/behavior_trend/biz",
			pairs...); r.status != 200 ||
			!strings.HasPrefix(r.body, `{"errno":-1,"msg":"`) {
			t.Error(r.body)
		}
	}
}

func TestQuotaCountsCommercialCalls(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.say(2)
	w.get("comments/show/biz", "id", "1")
	m := w.get("commercial/get_count", "date", "2026-11-23").tree(t)
	if got := m["sub_count"].(map[string]any)[updateBiz]; got == nil || m["comment_show_count"] == nil {
		t.Errorf("%v", m)
	}
}

func TestUsersAreShownInFullOnlyWhenAuthorized(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.say(1)
	full := w.get("users/show", "uid", "5600000001").tree(t)
	if full["verified_reason"] == "" || full["status"] == nil {
		t.Errorf("%v", full)
	}
	bare := w.get("users/show", "screen_name", "京环之声").tree(t)
	if bare["verified_reason"] != "" || bare["status"] != nil || bare["id"] == nil {
		t.Errorf("%v", bare)
	}
	w.wantCode(w.get("users/show"), "20002")
	w.wantCode(w.get("users/show", "uid", "1", "screen_name", "x"), "20002")
	w.wantCode(w.get("users/show", "uid", "1"), "20003")
	want := `[{"id":5600000001,"followers_count":3200000,"friends_count":255,"statuses_count":1,"private_friends_count":0,"pagefriends_count":0}]`
	w.SetTime(noon)
	if reply := w.get("users/counts", "uids", "5600000001,3"); reply.body != want {
		t.Errorf("%s, want %s", reply.body, want)
	}
	w.wantCode(w.get("users/counts"), "20002")
	w.wantCode(w.get("users/counts", "uids", strings.Repeat("1,", 100)+"1"), "20009")
}

func TestComments(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.post(updateBiz, "status", "一").id(t)
	other := w.Token("京环之声")
	cid := w.post("comments/create", "access_token", other, "id", id, "comment", "问<一>").id(t)
	w.Advance(time.Second)
	w.post("comments/reply", "id", id, "cid", cid, "comment", "答")

	reply := w.get("comments/show", "id", id)
	for _, part := range []string{
		`"text":"问&lt;一&gt;"`, `"text":"回复@京环之声:答"`, `"reply_comment":{`, `"total_number":2}`,
		`"marks":[]`,
	} {
		if !strings.Contains(reply.body, part) {
			t.Errorf("%s lacks %s", reply.body, part)
		}
	}
	if n := len(w.get("comments/to_me").tree(t)["comments"].([]any)); n != 1 {
		t.Errorf("%d to me", n)
	}
	if n := len(w.get("comments/by_me").tree(t)["comments"].([]any)); n != 1 {
		t.Errorf("%d by me", n)
	}
	w.wantCode(w.post("comments/destroy", "access_token", w.Token("北京环境监测"), "cid", cid), "20203")
	if r := w.post("comments/destroy", "cid", cid); r.id(t) != cid {
		t.Errorf("under one's own post everything may go: %s", r.body)
	}
	w.wantCode(w.post("comments/destroy", "cid", cid), "20201")
	w.wantCode(w.post("comments/create", "id", "1", "comment", "x"), "20101")
	w.wantCode(w.post("comments/create", "id", id), "20008")
	w.wantCode(w.post("comments/create", "id", id, "comment", strings.Repeat("长", 141)), "20012")
	w.wantCode(w.get("comments/show"), "20109")
}

func TestTheAudiencesCommentsCanBeReadAndStay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.post(updateBiz, "status", "一").id(t)
	w.Advance(20 * time.Hour)
	first := w.get("comments/show", "id", id, "count", "5")
	again := w.get("comments/show", "id", id, "count", "5")
	if first.body != again.body {
		t.Error("the same instant, other comments")
	}
	list := first.tree(t)["comments"].([]any)
	if len(list) != 5 {
		t.Fatalf("%d comments", len(list))
	}
	newest := list[0].(map[string]any)
	at, err := time.Parse(time.RubyDate, newest["created_at"].(string))
	if err != nil || at.Before(noon) || at.After(w.Now().Add(time.Minute)) {
		t.Errorf("written %v, %v", at, err)
	}
}
