package sandbox

import (
	"strings"
	"testing"
)

func TestTextLengthCountsAsTheComposerDoes(t *testing.T) {
	t.Parallel()

	for _, c := range []struct {
		text string
		want int
	}{
		{"", 0},
		{"空气", 2},
		{"air", 2},
		{"air!", 2},
		{"空气air", 4},
		{"é", 1},
		{"😀", 2},
		{"①", 1},
		{"http://beijing.gov.cn/", 10},
		{"https://beijing.gov.cn/" + strings.Repeat("a", 117), 10},
		{"https://beijing.gov.cn/" + strings.Repeat("a", 119), 11},
		{"http://t.cn/A6abcdef", 10},
		{"http://t.cn/abc", 8},
		{"http://weibo.com/1/2", 10},
		{"http://weibo.com/" + strings.Repeat("a", 24), 21},
		{"http://weibo.com/" + strings.Repeat("a", 25), 10},
		{"见http://beijing.gov.cn/a。", 12},
		{strings.Repeat("长", 140), 140},
		{strings.Repeat("长", 140) + "a", 141},
	} {
		if got := textLength(c.text); got != c.want {
			t.Errorf("textLength(%q) = %d, want %d", c.text, got, c.want)
		}
	}
}

func TestTopicsAreSeenOutsideLinksOnly(t *testing.T) {
	t.Parallel()

	for text, want := range map[string]bool{
		"#蓝天#好":                         true,
		"没有":                            false,
		"一个#号":                          false,
		"http://a.cn/#x http://b.cn/#y": false,
		"# #":                           false,
		"##":                            false,
	} {
		if got := hasTopic(text); got != want {
			t.Errorf("hasTopic(%q) = %v", text, got)
		}
	}
}

func TestShownTextIsShortenedCutAndEscaped(t *testing.T) {
	t.Parallel()
	server := New(Options{Frozen: noon})
	got := server.shown(`看 http://beijing.gov.cn/a?b=1&c=2 与 <b>"好"</b>`, 1, 2, false)
	if !strings.HasPrefix(got, "看 http://t.cn/A6") ||
		!strings.HasSuffix(got, " 与 &lt;b&gt;&quot;好&quot;&lt;/b&gt;") {
		t.Error(got)
	}
	long := strings.Repeat("长", 135) + "http://beijing.gov.cn/x" + strings.Repeat("文", 50)
	got = server.shown(long, 1, 2, false)
	if want := strings.Repeat("长", 135) + "…全文： http://m.weibo.cn/1/2"; got != want {
		t.Errorf("a link must not be split: %s", got)
	}
	if whole := server.shown(long, 1, 2, true); !strings.HasSuffix(whole, strings.Repeat("文", 50)) {
		t.Error(whole)
	}
	same := server.links.shorten("http://beijing.gov.cn/x")
	if again := server.links.shorten(
		"http://beijing.gov.cn/x",
	); same != again ||
		server.links.shorten(same) != same {
		t.Errorf("%s and %s", same, again)
	}
}

func TestCutKeepsAtLeastTheFingerprint(t *testing.T) {
	t.Parallel()

	for _, text := range []string{
		strings.Repeat("长", 300), strings.Repeat("a", 900),
		strings.Repeat("长", 125) + " http://t.cn/A6abcdef " + strings.Repeat("尾", 99),
	} {
		if got := len([]rune(cutText(text))); got < 120 {
			t.Errorf("cut to %d characters", got)
		}
	}
}

func TestMIDsOfKnownPosts(t *testing.T) {
	t.Parallel()

	for id, mid := range map[int64]string{3436240135184587: "yfcLPlKKn", 5: "5", 10000000: "10000"} {
		if got := mid62(id); got != mid {
			t.Errorf("mid62(%d) = %s, want %s", id, got, mid)
		}
		if got, ok := parseMID(mid); !ok || got != id {
			t.Errorf("parseMID(%s) = %d, want %d", mid, got, id)
		}
	}
	if _, ok := parseMID("not a mid!"); ok {
		t.Error("nonsense was taken for a mid")
	}
}

func TestShortLinksOverTheInterface(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	reply := w.get("short_url/shorten", "url_long", "http://beijing.gov.cn/a")
	short := strings.Split(strings.Split(reply.body, `"url_short":"`)[1], `"`)[0]
	if want := `{"urls":[{"url_short":"` + short + `","url_long":"http://beijing.gov.cn/a","type":0,"result":true}]}`; reply.body != want {
		t.Errorf("%s, want %s", reply.body, want)
	}
	reply = w.get("short_url/expand", "url_short", short, "url_short", "http://t.cn/none")
	if !strings.Contains(reply.body, `"url_long":"http://beijing.gov.cn/a"`) ||
		!strings.Contains(reply.body, `"result":false`) {
		t.Error(reply.body)
	}
	w.wantCode(w.get("short_url/expand"), "21501")
	w.wantCode(w.get("short_url/expand", strings.Fields(strings.Repeat("url_short x ", 21))...), "21502")
	id := w.post("statuses/update/biz", "status", "一").id(t)
	mid := w.get("statuses/querymid", "id", id, "type", "1").tree(t)["mid"].(string)
	if back := w.get("statuses/queryid", "mid", mid, "type", "1").tree(t)["id"]; back != id {
		t.Errorf("%v, want %s", back, id)
	}
	if r := w.get("statuses/querymid", "id", id, "is_batch", "1"); r.body != `[{"`+id+`":"`+mid+`"}]` {
		t.Error(r.body)
	}
}
