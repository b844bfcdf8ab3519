package weibo_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"juzhen/internal/weibo"
)

func TestTimelineReadsBothSpellingsOfEverything(t *testing.T) {
	t.Parallel()
	fake := newFake(t, says(200, `{"statuses":[`+goodStatus+`,
{"id":"5012345678901233","mid":5012345678901233,"created_at":"Tue May 31 17:46:55 +0800 2011","text":"长文长文…全文： http://m.weibo.cn/1404376560/5012345678901233 ","isLongText":1,
 "source":"微博 weibo.com","pic_num":"3","reposts_count":"7","comments_count":2,"attitudes_count":null,"visible":{"type":1},"uid":1404376560,
 "retweeted_status":{"id":4900000000000001}},
{"idstr":"5012345678901232","id":5012345678901232,"text":"此微博已被原作者删除。","deleted":"1"}],
"previous_cursor":0,"next_cursor":0,"total_number":"4321","hasvisible":false,"ad":[]}`))
	tl, err := fake.client(t).UserTimeline(t.Context(), weibo.Commercial, secret, weibo.TimelineQuery{
		UID: "1404376560", MaxID: "5012345678901234", Count: 500,
	})
	if err != nil {
		t.Fatal(err)
	}
	if tl.Total != 4321 || len(tl.Posts) != 3 {
		t.Fatalf("timeline %+v", tl)
	}
	first, second, third := tl.Posts[0], tl.Posts[1], tl.Posts[2]
	if first.ID != "5012345678901234" || first.DeliveryID() != "00112233445566778899aabbccddeeff" ||
		first.Pics != 0 ||
		!first.CreatedAt.Equal(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)) ||
		first.Reads != nil {
		t.Errorf("first %+v", first)
	}
	if second.Pics != 3 || second.Reposts != 7 || !second.Cut || second.Visible != weibo.VisibleSelf ||
		second.UID != "1404376560" ||
		second.RepostOf != "4900000000000001" ||
		second.Source != "微博 weibo.com" {
		t.Errorf("second %+v", second)
	}
	if !third.Deleted || !third.CreatedAt.IsZero() {
		t.Errorf("third %+v", third)
	}
	got := fake.asked()[0]
	if got.auth != "OAuth2 "+string(secret) || got.path != "/c/2/statuses/user_timeline/biz.json" ||
		got.query != "count=100&max_id=5012345678901234&uid=1404376560" {
		t.Errorf("asked %+v", got)
	}
}

func TestATimelineThatIsNoTimelineIsAnError(t *testing.T) {
	t.Parallel()

	for _, body := range []string{
		`{}`, `[]`, `{"statuses":null}`, `{"statuses":[{"text":"x"}]}`, `{"statuses":[`, `null`,
		`"x"`, ``,
	} {
		fake := newFake(t, says(200, body))
		if _, err := fake.client(t).
			UserTimeline(t.Context(), weibo.Public, secret, weibo.TimelineQuery{}); weibo.ClassOf(
			err,
		) != weibo.ClassRetry {
			t.Errorf("%q: err %v", body, err)
		}
	}
}

func TestReadsFailSoftly(t *testing.T) {
	t.Parallel()

	for name, h := range map[string]http.HandlerFunc{
		"502":             says(502, "<html>"),
		"404":             says(404, "not found"),
		"302":             says(302, ""),
		"500 with a body": says(500, `{"statuses":[]}`),
		"cut":             cutAnswer("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"),
	} {
		fake := newFake(t, h)
		_, err := fake.client(t).UserTimeline(t.Context(), weibo.Public, secret, weibo.TimelineQuery{})
		if weibo.ClassOf(err) != weibo.ClassRetry {
			t.Errorf("%s: err %v", name, err)
		}
	}
}

func TestAReadGivesUpAfterItsTime(t *testing.T) {
	t.Parallel()
	fake := newFake(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	client := fake.client(t, func(options *weibo.Options) { options.ReadTimeout = 30 * time.Millisecond })
	if _, err := client.Show(
		t.Context(),
		secret,
		"5012345678901234",
	); weibo.ClassOf(
		err,
	) != weibo.ClassRetry {
		t.Errorf("err %v", err)
	}
}

func TestAnAnswerLargerThanAnyIsNotSwallowed(t *testing.T) {
	t.Parallel()
	fake := newFake(t, says(200, `{"statuses":[],"x":"`+strings.Repeat("x", 2<<20)+`"}`))
	client := fake.client(t, func(options *weibo.Options) { options.AnswerLimit = 1 << 20 })
	if _, err := client.UserTimeline(t.Context(), weibo.Public, secret, weibo.TimelineQuery{}); err == nil {
		t.Error("two megabytes were taken")
	}
}

func TestCountsKeepNotAvailableApartFromZero(t *testing.T) {
	t.Parallel()
	fake := newFake(t, func(w http.ResponseWriter, r *http.Request) {
		body := map[string]string{
			"/2/statuses/count.json":                `[{"id":5012345678901234,"idstr":"5012345678901234","comments":3,"reposts":2,"attitudes":1}]`,
			"/c/2/statuses/count/biz.json":          `[{"id":"5012345678901234","comments":"3","reposts":"2","likes":"1"}]`,
			"/c/2/media_statuses/count_sp/biz.json": `[{"id":5012345678901234,"comments":3,"reposts":2,"attitudes":1,"reads":0}]`,
		}[r.URL.Path]
		_, _ = io.WriteString(w, body)
	})
	client, ids := fake.client(t), []string{"5012345678901234", "5012345678901235"}
	public, err1 := client.Counts(t.Context(), weibo.Public, secret, ids)
	biz, err2 := client.Counts(t.Context(), weibo.Commercial, secret, ids)

	reads, err3 := client.Reads(t.Context(), secret, ids)
	for i, got := range [][]weibo.Count{public, biz, reads} {
		if len(got) != 1 || got[0].ID != ids[0] || got[0].Comments != 3 || got[0].Reposts != 2 ||
			got[0].Likes != 1 {
			t.Fatalf("%d: %+v (%v %v %v)", i, got, err1, err2, err3)
		}
	}
	if public[0].Reads != nil || biz[0].Reads != nil || reads[0].Reads == nil || *reads[0].Reads != 0 {
		t.Error("reads that are not available must be nil, and 0 must be 0")
	}
	if _, err := client.Counts(
		t.Context(),
		weibo.Public,
		secret,
		make([]string, 101),
	); weibo.ClassOf(
		err,
	) != weibo.ClassNever {
		t.Errorf("101 ids: %v", err)
	}
}

func TestUsers(t *testing.T) {
	t.Parallel()
	fake := newFake(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/2/users/counts.json":
			_, _ = io.WriteString(
				w,
				`[{"id":1404376560,"followers_count":"1200","friends_count":3,"statuses_count":44,"private_friends_count":0}]`,
			)
		case "/2/users/show.json":
			_, _ = io.WriteString(
				w,
				`{"id":1404376560,"idstr":"1404376560","screen_name":"环保北京","followers_count":1200,"verified":true,"verified_type":1,"province":"11"}`,
			)
		case "/2/account/get_uid.json":
			_, _ = io.WriteString(w, `{"uid":"1404376560"}`)
		case "/c/2/users/behavior_trend/biz.json":
			_, _ = io.WriteString(
				w,
				`{"errno":1,"msg":"成功","code":"B00001","result":[{"day_key":"2026-02-28","followers_count":"1190","statuses_count":"5","reposted_count":"9","receive_comments_count":"4"}]}`,
			)
		}
	})
	client := fake.client(t)
	counts, err := client.UsersCounts(t.Context(), secret, []string{"1404376560"})
	if err != nil || len(counts) != 1 || counts[0].Followers != 1200 || counts[0].Posts != 44 {
		t.Errorf("%+v, %v", counts, err)
	}
	user, err := client.UserShow(t.Context(), secret, "1404376560")
	if err != nil || user.ScreenName != "环保北京" || user.VerifiedType != 1 || !user.Verified {
		t.Errorf("%+v, %v", user, err)
	}
	if uid, err := client.UID(t.Context(), secret); err != nil || uid != "1404376560" {
		t.Errorf("%s, %v", uid, err)
	}
	days, err := client.BehaviorTrend(t.Context(), secret, "1404376560", "2026-02-28", "2026-02-28")
	if err != nil || len(days) != 1 || days[0].Followers != 1190 || days[0].Reposted != 9 {
		t.Errorf("%+v, %v", days, err)
	}
}

func TestLimitsAndQuota(t *testing.T) {
	t.Parallel()
	fake := newFake(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "rate_limit") {
			_, _ = io.WriteString(
				w,
				`{"ip_limit":1000,"limit_time_unit":"HOURS","remaining_ip_hits":990,"remaining_user_hits":150,
"reset_time":"2018-06-28 16:00:00","reset_time_in_seconds":1316,"user_limit":150,
"api_rate_limits":[{"api":"/statuses/update","limit":15,"limit_time_unit":"HOURS","remaining_hits":15},{"api":"/statuses/update","limit":50,"limit_time_unit":"DAYS","remaining_hits":49}]}`,
			)

			return
		}
		_, _ = io.WriteString(
			w,
			`{"date":"20260301","search_count":3,"total_count":"12","sub_count":{"100":5},"name":"x"}`,
		)
	})
	limits, err := fake.client(t).RateLimitStatus(t.Context(), secret)
	if err != nil || limits.IPLeft != 990 || limits.UserLimit != 150 || limits.ResetIn != 1316*time.Second ||
		len(limits.Calls) != 2 ||
		limits.Calls[1] != (weibo.CallLimit{
			Call: "statuses/update", Unit: "DAYS", Limit: 50, Remaining: 49,
		}) {
		t.Errorf("%+v, %v", limits, err)
	}
	q, err := fake.client(t).CommercialQuota(t.Context(), secret, "2026-03-01")
	if err != nil || q["search_count"] != 3 || q["total_count"] != 12 || q["sub_count.100"] != 5 ||
		len(q) != 3 {
		t.Errorf("%v, %v", q, err)
	}
}

func TestShowBatchBringsFullTexts(t *testing.T) {
	t.Parallel()
	fake := newFake(
		t,
		says(
			200,
			`{"statuses":[{"id":5012345678901234,"text":"短…全文： http://m.weibo.cn/1/2","isLongText":true,"longText":{"longTextContent":"短而全"}}]}`,
		),
	)
	posts, err := fake.client(t).ShowBatch(t.Context(), secret, []string{"5012345678901234"})
	if err != nil || len(posts) != 1 || posts[0].Text != "短而全" || posts[0].Cut || !posts[0].LongText {
		t.Errorf("%+v, %v", posts, err)
	}
	if q := fake.asked()[0].query; !strings.Contains(q, "isGetLongText=1") {
		t.Errorf("query %s", q)
	}
}

func TestShowOfAnotherPostIsNoAnswer(t *testing.T) {
	t.Parallel()
	fake := newFake(t, says(200, goodStatus))
	if _, err := fake.client(t).Show(t.Context(), secret, "5012345678901299"); err == nil {
		t.Error("another post was taken for the one asked")
	}
}

func TestServerOffsetComesFromTheDateHeader(t *testing.T) {
	t.Parallel()
	hands := newHands()
	fake := newFake(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", hands.now().Add(90*time.Second).Format(http.TimeFormat))
		says(200, goodStatus)(w, r)
	})
	client := fake.client(t, func(options *weibo.Options) { options.Clock = hands.now })
	if _, ok := client.ServerOffset(); ok {
		t.Error("an offset before any answer")
	}
	outcome := client.Send(context.Background(), plain("x"), weibo.Sending{Token: secret})
	if d, ok := client.ServerOffset(); !ok || d != 90*time.Second {
		t.Errorf("offset %v %v, outcome %+v", d, ok, outcome)
	}
}

func page(t *testing.T, ids ...int) string {
	t.Helper()
	var list []string

	for _, id := range ids { // id is also the minute of the post
		at := time.Date(2026, 3, 1, 0, id%1440, 0, 0, time.UTC).
			In(time.FixedZone("", 8*3600)).
			Format(time.RubyDate)
		list = append(
			list,
			fmt.Sprintf(`{"id":%d,"idstr":"%d","created_at":%q,"text":"第%d条"}`, id, id, at, id),
		)
	}

	return `{"statuses":[` + strings.Join(list, ",") + `],"total_number":99}`
}

func minute(n int) time.Time { return time.Date(2026, 3, 1, 0, n, 0, 0, time.UTC) }

func TestLookPagesBackAndIsNotFooledByAPinnedPost(t *testing.T) {
	t.Parallel()
	fake := newFake(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Query().Get("max_id") {
		case "":
			_, _ = io.WriteString(w, page(t, 10, 120, 119, 118)) // 10 is pinned and old
		case "117":
			_, _ = io.WriteString(w, page(t, 117, 116))
		case "115":
			_, _ = io.WriteString(w, page(t, 115, 90))
		default:
			w.WriteHeader(500)
		}
	})
	sight, err := fake.client(t).Look(t.Context(), weibo.Commercial, secret, "1404376560", minute(100))
	if err != nil || !sight.Complete || len(sight.Posts) != 8 {
		t.Errorf("%+v, %v", sight, err)
	}
}

func TestLookOnThePublicInterfaceKnowsItsWindow(t *testing.T) {
	t.Parallel()

	for name, c := range map[string]struct {
		body     string
		complete bool
	}{
		"five newer posts hide the rest": {page(t, 120, 119, 118, 117, 116), false},
		"the fifth is old":               {page(t, 120, 119, 118, 117, 50), true},
		"fewer than five are all":        {page(t, 120, 119), true},
		"none":                           {page(t), true},
	} {
		fake := newFake(t, says(200, c.body))
		sight, err := fake.client(t).Look(t.Context(), weibo.Public, secret, "", minute(100))
		if err != nil || sight.Complete != c.complete {
			t.Errorf("%s: %+v, %v", name, sight, err)
		}
	}
}

func TestALookThatFailsHalfwaySaysNothing(t *testing.T) {
	t.Parallel()
	fake := newFake(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("max_id") == "" {
			_, _ = io.WriteString(w, page(t, 120, 119))
			return
		}
		_, _ = io.WriteString(w, `{"statuses":[{"id":118,`)
	})
	sight, err := fake.client(t).Look(t.Context(), weibo.Commercial, secret, "1404376560", minute(100))
	if err == nil || sight.Complete || len(sight.Posts) != 0 {
		t.Errorf("%+v, %v", sight, err)
	}
}
