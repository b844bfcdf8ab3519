package sandbox

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestUserLimitPerDayCountsPublicCalls(t *testing.T) {
	t.Parallel()

	w := newWorld(t, func(options *Options) { options.Limits = &Limits{UserDay: 3} })
	for range 3 {
		if reply := w.get("account/get_uid"); reply.status != 200 {
			t.Fatal(reply.body)
		}
	}
	r := w.get("account/get_uid")
	w.wantCode(r, "10023")
	if r.status != 403 {
		t.Errorf("status %d", r.status)
	}
	if reply := w.get("statuses/user_timeline/biz"); reply.status != 200 {
		t.Errorf("the commercial interface has a count of its own: %s", reply.body)
	}
	if reply := w.get("account/get_uid", "access_token", w.Token("京环之声")); reply.status != 200 {
		t.Errorf("another user: %s", reply.body)
	}
	w.Advance(12 * time.Hour) // midnight in Shanghai
	if reply := w.get("account/get_uid"); reply.status != 200 {
		t.Errorf("a new day: %s", reply.body)
	}
}

func TestPostsPerHour(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(options *Options) { options.Limits = &Limits{PostHour: 2} })
	w.say(2)
	reply := w.post(updateBiz, "status", "三")
	w.wantCode(reply, "10024")
	if !strings.Contains(reply.body, "(statuses/update)") {
		t.Error(reply.body)
	}
	w.Advance(time.Hour)
	wantFine(t, w.post(updateBiz, "status", "三"))
}

func TestAddressLimitsHitEverybodyBehindTheAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(options *Options) { options.Limits = &Limits{IPHour: 1, CommercialIPHour: 2} })
	w.get("account/get_uid")
	w.wantCode(w.get("account/get_uid", "access_token", w.Token("京环之声")), "10022")
	w.say(2)
	w.wantCode(w.post(updateBiz, "status", "三"), "10022")
	w.wantCount(2)
}

func TestRateLimitStatusIsNotCountedItself(t *testing.T) {
	t.Parallel()
	limits := DocumentedLimits()
	w := newWorld(t, func(options *Options) { options.Limits = &limits })
	w.Advance(time.Minute)
	w.get("account/get_uid")
	w.post(updateBiz, "status", "一")

	for range 2 {
		want := `{"ip_limit":15000,"limit_time_unit":"HOURS","remaining_ip_hits":14999,"remaining_user_hits":99,"user_limit":100}`
		reply := w.get("account/rate_limit_status")
		m := reply.tree(t)
		got := fmt.Sprintf(
			`{"ip_limit":%v,"limit_time_unit":"%v","remaining_ip_hits":%v,"remaining_user_hits":%v,"user_limit":%v}`,
			m["ip_limit"],
			m["limit_time_unit"],
			m["remaining_ip_hits"],
			m["remaining_user_hits"],
			m["user_limit"],
		)
		if got != want || m["reset_time"] != "2026-11-23 13:00:00" ||
			fmt.Sprint(m["reset_time_in_seconds"]) != "3540" {
			t.Errorf("%s", reply.body)
		}
		if !strings.Contains(
			reply.body,
			`{"api":"/statuses/update","limit":30,"limit_time_unit":"HOURS","remaining_hits":29}`,
		) {
			t.Error(reply.body)
		}
	}
}

func TestUnknownPathsAndMethods(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	for _, c := range []struct {
		method, path, code string
	}{
		{"GET", "/2/statuses/none.json", "10020"},
		{"GET", "/2/statuses/show", "10020"},
		{"GET", "/2/statuses/update/biz.json", "10020"},
		{"GET", "/c/2/statuses/share.json", "10020"},
		{"GET", "/c/2/statuses/update/biz.json", "10021"},
		{"POST", "/2/statuses/user_timeline.json", "10021"},
		{"GET", "/oauth2/access_token", "10021"},
	} {
		reply := w.control(c.method, c.path, "")
		w.wantCode(reply, c.code)
		if want := `"request":"` + strings.TrimPrefix(
			c.path,
			"/c",
		) + `"`; !strings.Contains(
			reply.body,
			want,
		) {
			t.Errorf("%s does not say %s", reply.body, want)
		}
	}
}
