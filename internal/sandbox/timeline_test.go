package sandbox

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"
)

// say posts texts 0 to n-1, a minute apart, and returns their ids.
func (w *world) say(n int) []string {
	w.t.Helper()

	var ids []string
	for i := range n {
		ids = append(ids, w.post("statuses/update/biz", "status", strconv.Itoa(i)).id(w.t))
		w.Advance(time.Minute)
	}

	return ids
}

func TestPublicTimelineShowsTheNewestFiveOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ids := w.say(8)
	reply := w.get("statuses/user_timeline", "count", "100")
	if got := reply.texts(t); !reflect.DeepEqual(got, []string{"7", "6", "5", "4", "3"}) {
		t.Errorf("texts %v", got)
	}
	if n := fmt.Sprint(reply.tree(t)["total_number"]); n != "8" {
		t.Errorf("total_number %s", n)
	}
	if got := w.get("statuses/user_timeline", "max_id", ids[3]).texts(t); len(got) != 1 || got[0] != "3" {
		t.Errorf("max_id reaches no further than the window: %v", got)
	}
	if got := w.get("statuses/user_timeline", "page", "2", "count", "5").texts(t); len(got) != 0 {
		t.Errorf("second page %v", got)
	}
	want := `{"statuses":["` + strings.Join([]string{
		ids[7], ids[6], ids[5], ids[4], ids[3],
	}, `","`) + `"],"previous_cursor":0,"next_cursor":0,"total_number":8}`
	if r := w.get("statuses/user_timeline/ids"); r.body != want {
		t.Errorf("%s, want %s", r.body, want)
	}
}

func TestCommercialTimelinePagesBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)

	ids := w.say(8)
	for _, c := range []struct {
		params []string
		want   string
	}{
		{[]string{"count", "3"}, "7 6 5"},
		{[]string{"count", "3", "page", "2"}, "4 3 2"},
		{[]string{"count", "3", "max_id", ids[5]}, "5 4 3"},
		{[]string{"since_id", ids[5]}, "7 6"},
		{[]string{"since_id", ids[2], "max_id", ids[4]}, "4 3"},
		{[]string{"feature", "2"}, ""},
		{[]string{"count", "9999"}, "7 6 5 4 3 2 1 0"},
	} {
		if got := strings.Join(
			w.get("statuses/user_timeline/biz", c.params...).texts(t),
			" ",
		); got != c.want {
			t.Errorf("%v: %q, want %q", c.params, got, c.want)
		}
	}
	w.wantCode(w.get("statuses/user_timeline/biz", "count", "viele"), "10017")
	w.wantCode(w.get("statuses/user_timeline/biz", "uid", "5600000002"), "10017")
	w.wantCode(w.get("statuses/user_timeline", "screen_name", "京环之声"), "10017")
}

func TestAPostAppearsAfterTheLag(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(options *Options) { options.Lag = 30 * time.Second })
	id := w.post("statuses/update/biz", "status", "慢").id(t)
	w.Advance(29 * time.Second)

	for _, call := range []string{"statuses/user_timeline", "statuses/user_timeline/biz"} {
		if got := w.get(call).texts(t); len(got) != 0 {
			t.Errorf("%s shows it early: %v", call, got)
		}
	}
	w.wantCode(w.get("statuses/show", "id", id), "20101")
	if got := w.get("statuses/count", "ids", id).body; got != "[]" {
		t.Error(got)
	}
	w.Advance(time.Second)
	if got := w.get("statuses/user_timeline").texts(t); len(got) != 1 {
		t.Errorf("still not there: %v", got)
	}
	w.wantCount(1)
}

func TestPrivatePostsAreTheAuthorsOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.post("statuses/update/biz", "status", "连接测试", "visible", "1").id(t)
	if got := w.get(
		"statuses/user_timeline/biz",
	); !strings.Contains(
		got.body,
		`"visible":{"type":1,"list_id":0}`,
	) {
		t.Error(got.body)
	}
	w.wantCode(w.get("statuses/show", "access_token", w.Token("京环之声"), "id", id), "20101")
	if strings.Contains(w.page("/").body, "连接测试") {
		t.Error("citizens see a private post")
	}
	w.Advance(24 * time.Hour)
	n, _ := strconv.ParseInt(id, 10, 64)
	if reach := w.Reach(n); reach != (Reach{}) {
		t.Errorf("a private post has an audience: %+v", reach)
	}
}

func TestAnnotationsComeBackFromEveryTimeline(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.post("statuses/update/biz", "status", "一", "annotations", `{"juzhen":"0af1"}`)

	for _, call := range []string{"statuses/user_timeline", "statuses/user_timeline/biz"} {
		if reply := w.get(call); !strings.Contains(reply.body, `"annotations":[{"juzhen":"0af1"}]`) {
			t.Errorf("%s: %s", call, reply.body)
		}
	}
}

func TestARivalPostLooksLikeOneFromATelephone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.post("statuses/update/biz", "status", "一")
	w.Rival(bureau, "一")
	reply := w.get("statuses/user_timeline/biz")
	if got := reply.texts(t); !reflect.DeepEqual(got, []string{"一", "一"}) {
		t.Fatal(got)
	}
	if !strings.Contains(reply.body, "微博 weibo.com") || !strings.Contains(reply.body, ">矩阵台<") ||
		!strings.Contains(reply.body, "mapi_request") {
		t.Error(reply.body)
	}
	w.wantCount(1)
	w.wantCode(w.post("statuses/update/biz", "status", "一"), "20019")
}

func TestLongTextIsCutAndFetchedWhole(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	long := strings.Repeat("空气", 100)
	id := w.post("statuses/update/biz", "status", long, "is_longtext", "1").id(t)
	got := w.get("statuses/user_timeline/biz").texts(t)[0]
	if want := strings.Repeat("空气", 70) + "…全文： http://m.weibo.cn/5600000001/" + id; got != want {
		t.Errorf("%s", got)
	}
	if reply := w.get(
		"statuses/show_batch/biz",
		"ids",
		id,
	); strings.Contains(reply.body, "longTextContent") ||
		!strings.Contains(reply.body, `"isLongText":true`) {
		t.Error(reply.body)
	}
	r := w.get("statuses/show_batch/biz", "ids", id+",77", "isGetLongText", "1", "trim_user", "1")
	if !strings.Contains(r.body, `"longText":{"longTextContent":"`+long+`"}`) ||
		!strings.Contains(r.body, `"total_number":1}`) {
		t.Error(r.body)
	}
	if strings.Contains(r.body, `"user":`) || !strings.Contains(r.body, `"uid":5600000001`) {
		t.Error("trim_user left the author in")
	}
}

func TestRemovedPostsInABatchAreStumps(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.post("statuses/update/biz", "status", "误发").id(t)
	n, _ := strconv.ParseInt(id, 10, 64)
	if !w.Remove(n) || w.Remove(1) {
		t.Fatal("remove")
	}
	want := `{"statuses":[{"created_at":"Mon Nov 23 12:00:00 +0800 2026","id":` + id + `,"idstr":"` + id + `","mid":"` + id +
		`","text":"此微博已被原作者删除。","source":"","pic_urls":[],"deleted":"1"}],"total_number":1}`
	if reply := w.get("statuses/show_batch/biz", "ids", id); reply.body != want {
		t.Errorf("%s, want %s", reply.body, want)
	}
}

func TestCountsInEachCallsOwnTypes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.post("statuses/update/biz", "status", "一").id(t)
	n, _ := strconv.ParseInt(id, 10, 64)
	w.JumpPost(n, Reach{132, 38, 16, 40})

	for call, want := range map[string]string{
		"statuses/count":              `[{"id":` + id + `,"idstr":"` + id + `","comments":16,"reposts":38,"attitudes":40,"number_display_strategy":{"apply_scenario_flag":3,"display_text_min_number":1000000,"display_text":"100万+"}}]`,
		"statuses/count/biz":          `[{"id":"` + id + `","comments":"16","reposts":"38","likes":"40"}]`,
		"media_statuses/count_sp/biz": `[{"id":` + id + `,"comments":16,"reposts":38,"attitudes":40,"reads":132}]`,
	} {
		if reply := w.get(call, "ids", id+",12345"); reply.body != want {
			t.Errorf("%s: %s, want %s", call, reply.body, want)
		}
	}
	w.wantCode(w.get("statuses/count"), "20001")
	w.wantCode(w.get("statuses/count", "ids", strings.Repeat("1,", 100)+"1"), "20009")
	w.wantCode(w.get("statuses/count", "ids", "a"), "10017")
}

func TestReadsAreForMediaAccountsOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	token := w.Token("朝阳环保示例")
	id := w.post("statuses/update/biz", "access_token", token, "status", "一").id(t)
	if reply := w.get("media_statuses/count_sp/biz", "access_token", token, "ids", id); reply.body != "[]" {
		t.Error(reply.body)
	}
}

func TestAStatusHasTheTypesOfTheWire(t *testing.T) {
	t.Parallel()
	w := newWorld(t)

	m := w.post("statuses/update/biz", "status", "文字", "lat", "39.9", "long", "116.4").tree(t)
	for name, want := range map[string]any{
		"created_at":            "Mon Nov 23 12:00:00 +0800 2026",
		"text":                  "文字",
		"textLength":            json.Number("4"),
		"in_reply_to_status_id": "",
		"favorited":             false,
		"pic_urls":              []any{},
		"isLongText":            false,
		"reposts_count":         json.Number("0"),
		"geo": map[string]any{
			"type":        "Point",
			"coordinates": []any{json.Number("39.9"), json.Number("116.4")},
		},
	} {
		if !reflect.DeepEqual(m[name], want) {
			t.Errorf("%s = %#v, want %#v", name, m[name], want)
		}
	}
	if m["mid"] != m["idstr"] || fmt.Sprint(m["id"]) != m["idstr"] {
		t.Errorf("ids %v %v %v", m["id"], m["idstr"], m["mid"])
	}

	user := m["user"].(map[string]any)
	for name, want := range map[string]any{
		"id":              json.Number("5600000001"),
		"province":        "11",
		"city":            "1000",
		"followers_count": json.Number("3200000"),
		"verified_type":   json.Number("1"),
	} {
		if user[name] != want {
			t.Errorf("user.%s = %#v, want %#v", name, user[name], want)
		}
	}
	if _, there := m["retweeted_status"]; there {
		t.Error("an original has no retweeted_status")
	}
}
