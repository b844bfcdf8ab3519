package sandbox

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"
)

// These are the traps a console that looks for its own post must not fall into.

func TestWalkingByMaxIDSeesEveryPostOnceWhateverThePageSize(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.say(60)

	for range 8 {
		size := 2 + rand.IntN(20)
		seen, most := map[string]bool{}, ""

		for {
			pairs := []string{"count", strconv.Itoa(size), "trim_user", "1"}
			if most != "" {
				pairs = append(pairs, "max_id", most)
			}
			texts := w.get("statuses/user_timeline/biz", pairs...)
			list := texts.tree(t)["statuses"].([]any)
			fresh := 0

			for _, v := range list {
				most = v.(map[string]any)["idstr"].(string)
				if !seen[most] {
					fresh++
				}
				seen[most] = true
			}
			if fresh == 0 {
				break
			}
		}
		if len(seen) != 60 {
			t.Errorf("pages of %d show %d posts", size, len(seen))
		}
	}
}

func TestSixPostsLaterThePublicInterfaceHidesTheAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Fault(Fault{Kind: FaultCut, When: After, Times: 1})
	wantCut(t, w.post("statuses/share", "status", "要找的 http://beijing.gov.cn/1", "rip", "1.1.1.1"))

	for i := range 5 {
		if found := strings.Contains(w.get("statuses/user_timeline").body, "要找的"); !found {
			t.Errorf("gone after %d others", i)
		}
		w.Rival(bureau, strconv.Itoa(i))
	}
	if strings.Contains(w.get("statuses/user_timeline").body, "要找的") {
		t.Error("still in the window after five others")
	}
	if !strings.Contains(w.get("statuses/user_timeline/biz").body, "要找的") {
		t.Error("the commercial interface must still find it")
	}
}

func TestALaggingPostKeepsItsPlaceInTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.SetLag(5 * time.Minute)
	w.post(updateBiz, "status", "慢的")
	w.SetLag(0)
	w.Advance(time.Minute)
	w.post(updateBiz, "status", "快的")
	if got := strings.Join(w.get("statuses/user_timeline/biz").texts(t), " "); got != "快的" {
		t.Errorf("before: %s", got)
	}
	w.Advance(4 * time.Minute)
	if got := strings.Join(w.get("statuses/user_timeline/biz").texts(t), " "); got != "快的 慢的" {
		t.Errorf("after: %s; a post that appears late appears below newer ones", got)
	}
}

func TestARepeatOfAnInvisiblePostIsRefusedAllTheSame(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.SetLag(time.Hour)
	w.Fault(Fault{Kind: FaultCut, When: After, Times: 1})
	wantCut(t, w.post(updateBiz, "status", "一"))
	if got := w.get("statuses/user_timeline/biz").texts(t); len(got) != 0 {
		t.Errorf("visible: %v", got)
	}
	w.wantCode(w.post(updateBiz, "status", "一"), "20019")
	w.wantCount(1)
}

func TestARemovedPostMayBeSaidAgain(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	for range 3 {
		id := w.post(updateBiz, "status", "连接测试", "visible", "1").id(t)
		if reply := w.post("statuses/destroy/biz", "id", id); reply.status != 200 {
			t.Fatal(reply.body)
		}
	}
	w.wantCount(0)
}

func TestAHiddenPostShowsUpWhenItIsLetGo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, _ := strconv.ParseInt(w.post(updateBiz, "status", "一").id(t), 10, 64)
	w.Hide(id, time.Hour)
	w.wantCode(w.get("statuses/show", "id", fmt.Sprint(id)), "20101")
	if reply := w.page(fmt.Sprint("/status/", id)); reply.status != 404 {
		t.Errorf("citizens see it: %d", reply.status)
	}
	w.Hide(id, 0)
	if r := w.get("statuses/show", "id", fmt.Sprint(id)); r.status != 200 {
		t.Error(r.body)
	}
	if w.Hide(1, 0) || w.SetText(1, "x") {
		t.Error("there is no post 1")
	}
}

func TestAChangedTextIsSeenByEveryReader(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, _ := strconv.ParseInt(w.post(updateBiz, "status", "原来的").id(t), 10, 64)
	w.SetText(id, "改过的")

	ids := fmt.Sprint(id)
	for _, r := range []reply{
		w.get("statuses/show", "id", ids), w.get("statuses/user_timeline"),
		w.get("statuses/user_timeline/biz"), w.get("statuses/show_batch/biz", "ids", ids),
		w.page("/"), w.page("/status/" + ids),
	} {
		if !strings.Contains(r.body, "改过的") || strings.Contains(r.body, "原来的") {
			t.Errorf("%s", r.body)
		}
	}
}

func TestTextsComeBackChangedTheWayThePlatformChangesThem(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	for sent, back := range map[string]string{
		"　前后空白 ":                    "前后空白",
		"a < b & c > d":             "a &lt; b &amp; c &gt; d",
		"引号\"":                      "引号&quot;",
		"第一行\n第二行":                  "第一行\n第二行",
		"emoji 😀 与 e\u0301":         "emoji 😀 与 e\u0301",
		"已是短链 http://t.cn/A6zzzzzz": "已是短链 http://t.cn/A6zzzzzz",
		"百分号 %E4%BD%A0 和 +":         "百分号 %E4%BD%A0 和 +",
		"&lt;已转义&gt;":               "&amp;lt;已转义&amp;gt;",
		strings.Repeat("满", 140):    strings.Repeat("满", 140),
		strings.Repeat("half ", 55): strings.TrimSpace(strings.Repeat("half ", 55)),
	} {
		reply := w.post(updateBiz, "status", sent)
		if reply.status != 200 {
			t.Errorf("%q: %s", sent, reply.body)
			continue
		}
		if got := reply.tree(t)["text"]; got != back {
			t.Errorf("%q came back as %q, want %q", sent, got, back)
		}
	}
}

func TestLinksAreShortenedWhereverTheyStand(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	reply := w.post(
		updateBiz,
		"status",
		"甲http://beijing.gov.cn/a，乙 https://sthjj.beijing.gov.cn/b?x=1#y。丙http://beijing.gov.cn/a",
	)
	text := reply.tree(t)["text"].(string)
	if strings.Contains(text, "beijing") || strings.Count(text, "http://t.cn/A6") != 3 {
		t.Fatalf("%s", text)
	}
	parts := linksIn(text)
	if parts[0] != parts[2] || parts[0] == parts[1] {
		t.Errorf("%v", parts)
	}
	e := w.get("short_url/expand", "url_short", parts[1])
	if !strings.Contains(e.body, `"url_long":"https://sthjj.beijing.gov.cn/b?x=1#y"`) {
		t.Error(e.body)
	}
}

func TestALongTextOfLinksAndEmojiIsCutCleanly(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	for i, text := range []string{
		strings.Repeat("😀", 100),
		strings.Repeat("http://beijing.gov.cn/a ", 20),
		strings.Repeat("a<b", 120),
		strings.Repeat("长", 139) + "😀😀😀",
	} {
		reply := w.post(updateBiz, "status", text, "is_longtext", "1")
		got := reply.tree(t)["text"].(string)
		body, link, cut := strings.Cut(got, "…全文： ")
		if !cut || !strings.HasPrefix(link, "http://m.weibo.cn/5600000001/") {
			t.Errorf("%d: %s", i, got)
		}
		if strings.ContainsRune(body, '\uFFFD') || strings.HasSuffix(body, "http://t.cn") ||
			strings.HasSuffix(body, "&") {
			t.Errorf("%d: cut in the middle: %s", i, body)
		}
	}
}

func TestAnnotationsAlwaysComeBackAsAList(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	for sent, back := range map[string]string{
		`[{"a":1}]`:         `"annotations":[{"a":1}]`,
		`{"a":1}`:           `"annotations":[{"a":1}]`,
		` [1,"二",{"c":[]}]`: `"annotations":[1,"二",{"c":[]}]`,
		`"text"`:            `"annotations":["text"]`,
	} {
		reply := w.post(updateBiz, "status", sent, "annotations", sent)
		if !strings.Contains(reply.body, back) {
			t.Errorf("%s: %s", sent, reply.body)
		}
	}
	if reply := w.post(updateBiz, "status", "没有"); strings.Contains(reply.body, "annotations") {
		t.Errorf("none sent: %s", reply.body)
	}
}

func TestSharesAndRepostsKeepNoAnnotations(t *testing.T) {
	t.Parallel()
	w := newWorld(t)

	theirs := w.post(updateBiz, "access_token", w.Token("京环之声"), "status", "别人的").id(t)
	for _, r := range []reply{
		w.post("statuses/share",
			"status", "看 http://beijing.gov.cn/",
			"rip", "1.1.1.1",
			"annotations", `[{"a":1}]`,
		),
		w.post("statuses/repost", "id", theirs, "status", "转", "rip", "1.1.1.1", "annotations", `[{"a":1}]`),
		w.post("statuses/repost/biz", "id", theirs, "status", "再转", "annotations", `[{"a":1}]`),
	} {
		if r.status != 200 || strings.Contains(r.body, "annotations") {
			t.Errorf("%d %s", r.status, r.body)
		}
	}
}

func TestVisibilityOnTheWire(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	for sent, back := range map[string]string{"0": "0", "1": "1", "2": "4", "3": "3"} {
		reply := w.post(updateBiz, "status", "可见"+sent, "visible", sent, "list_id", "77")
		if want := `"visible":{"type":` + back + `,"list_id":77}`; !strings.Contains(reply.body, want) {
			t.Errorf("%s lacks %s", reply.body, want)
		}
	}
}

func TestTheSourceNamesTheApplication(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.AddApp(App{Key: "55", Secret: "x", Name: "别的工具", Commercial: true})
	w.post(updateBiz, "status", "我们的")
	w.post(updateBiz, "access_token", w.TokenFor(bureau, "55", 0), "status", "别的")
	posts := w.Posts(bureau)
	if plainSource(posts[0].Source) != "矩阵台" || plainSource(posts[1].Source) != "别的工具" ||
		posts[0].App != DemoAppKey ||
		posts[1].App != "55" {
		t.Errorf("%+v", posts)
	}
}

func TestAnAcceptedPostSurvivesEveryWayTheAnswerCanFail(t *testing.T) {
	t.Parallel()
	w := newWorld(t)

	kinds := []string{FaultCut, FaultPartial, FaultStatus, FaultBroken, FaultEmpty, FaultRedirect}
	for i, kind := range kinds {
		w.Fault(Fault{Kind: kind, When: After, Times: 1})
		w.post(updateBiz, "status", kind)
		w.wantCount(i + 1)
	}
	if got := strings.Join(
		w.get("statuses/user_timeline/biz").texts(t),
		" ",
	); got != "redirect empty broken status partial cut" {
		t.Error(got)
	}
}
