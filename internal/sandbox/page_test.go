package sandbox

import (
	"strings"
	"testing"
)

func TestCitizensSeePostsWithPicturesLinksAndReposts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	reply := w.send("statuses/upload/biz", png, "status", "<b>蓝天</b> http://beijing.gov.cn/a?b&c 好")
	id := reply.id(t)
	w.post("statuses/repost/biz", "access_token", w.Token("京环之声"), "id", id, "status", "转给大家")

	home := w.page("/")
	for _, part := range []string{
		"&lt;b&gt;蓝天", `<a href="http://beijing.gov.cn/a?b&amp;c" rel="nofollow noopener">网页链接</a>`,
		`src="/pic/large/`, "转给大家", "<blockquote>", "<dd>20</dd>", "<dd>2</dd>", "<dd>1000万</dd>",
		"矩阵台",
	} {
		if home.status != 200 || !strings.Contains(home.body, part) {
			t.Errorf("the home page lacks %s", part)
		}
	}
	if got := home.header.Get("Content-Security-Policy"); !strings.Contains(got, "default-src 'none'") {
		t.Error(got)
	}
	address := strings.Split(strings.Split(home.body, `src="/pic/`)[1], `"`)[0]
	if pic := w.page(
		"/pic/" + address,
	); pic.body != string(png) ||
		pic.header.Get("Content-Type") != "image/png" {
		t.Errorf("picture %d %s", pic.status, pic.header)
	}
}

func TestProfilesPageBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.say(25)
	first := w.page("/u/" + bureau)
	if n := strings.Count(first.body, "<article"); n != perPage {
		t.Fatalf("%d posts on the first page", n)
	}
	more := strings.Split(strings.Split(first.body, `href="?before=`)[1], `"`)[0]
	second := w.page("/u/5600000001?before=" + more)
	if n := strings.Count(second.body, "<article"); n != 5 || strings.Contains(second.body, "before=") {
		t.Errorf("%d posts on the second page", n)
	}
	if reply := w.page("/u/niemand"); reply.status != 404 || !strings.Contains(reply.body, "页面不存在") {
		t.Errorf("%d", reply.status)
	}
}

func TestAPostHasAPageByIDAndByMID(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.post(updateBiz, "status", "一条微博").id(t)
	w.control("POST", "/_control/comments", `{"post":`+id+`,"name":"市民甲","text":"<收到>"}`)

	mid := w.get("statuses/querymid", "id", id).tree(t)["mid"].(string)
	for _, name := range []string{id, mid} {
		if reply := w.page(
			"/status/" + name,
		); reply.status != 200 || !strings.Contains(reply.body, "一条微博") ||
			!strings.Contains(reply.body, "&lt;收到&gt;") {
			t.Errorf("%s: %d", name, reply.status)
		}
	}
	w.post("statuses/destroy/biz", "id", id)
	if reply := w.page("/status/" + id); reply.status != 404 {
		t.Errorf("%d after removal", reply.status)
	}
}

func TestPagesNeedNothingFromOutside(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if css := w.page(
		"/page.css",
	); css.status != 200 || strings.Contains(css.body, "http") ||
		!strings.HasPrefix(css.header.Get("Content-Type"), "text/css") {
		t.Errorf("%d %v", css.status, css.header)
	}
	if svg := w.page(
		"/avatar/5600000001.svg",
	); svg.status != 200 ||
		!strings.Contains(svg.body, ">环</text>") {
		t.Errorf("%d %s", svg.status, svg.body)
	}

	for _, path := range []string{"/avatar/1.svg", "/pic/large/none.jpg", "/nowhere/at/all"} {
		if reply := w.page(path); reply.status != 404 {
			t.Errorf("%s: %d", path, reply.status)
		}
	}
}

func TestBigNumbers(t *testing.T) {
	t.Parallel()

	for n, want := range map[int]string{
		0: "0", 9999: "9999", 10000: "1万", 32_000_00: "320万", 123456: "12.3万",
	} {
		if got := bigNumber(n); got != want {
			t.Errorf("bigNumber(%d) = %s, want %s", n, got, want)
		}
	}
}
