package reach

import (
	"strings"
	"testing"

	"juzhen/internal/weibo"
)

func TestRewritingByThePlatformIsNoChange(t *testing.T) {
	t.Parallel()

	long := strings.Repeat("空气质量", 60)
	for name, c := range map[string]struct {
		a, b string
		same bool
	}{
		"equal":                   {"今日良", "今日良", true},
		"another short link":      {"详见 http://t.cn/A6abc 。", "详见 http://t.cn/B7xyz 。", true},
		"entities and space":      {"PM2.5 &lt; 35", "PM2.5 < 35 ", true},
		"cut, then whole":         {long[:120] + "…全文", long, true},
		"whole, then cut":         {long, long[:120] + `...<a href="/status/1">全文</a>`, true},
		"cut at different places": {long[:120] + "…全文", long[:150] + "…全文", true},
		"another number":          {"PM2.5 35", "PM2.5 75", false},
		"cut and changed":         {"重污染预警解除…全文", long, false},
		"link taken out":          {"详见 http://t.cn/A6abc", "详见", false},
	} {
		if got := sameText(c.a, c.b); got != c.same {
			t.Errorf("%s: same %v", name, got)
		}
	}
}

func TestAVerdictSaysWhatBecameOfAPost(t *testing.T) {
	t.Parallel()

	text := "今日良"
	for name, c := range map[string]struct {
		known tracked
		now   weibo.Post
		want  Live
	}{
		"as it was": {tracked{State: Shown, Shown: &text}, weibo.Post{Text: text}, Shown},
		"seen first": {
			tracked{State: Shown, Pictures: 1},
			weibo.Post{Text: "今日良 http://t.cn/x", Pics: 1}, Shown,
		},
		"another text": {tracked{State: Shown, Shown: &text}, weibo.Post{Text: "今日优"}, Changed},
		"a picture less": {
			tracked{State: Shown, Shown: &text, Pictures: 2},
			weibo.Post{Text: text, Pics: 1}, Changed,
		},
		"changed before": {tracked{State: Changed, Shown: &text}, weibo.Post{Text: text}, Changed},
		"back again":     {tracked{State: Hidden, Shown: &text}, weibo.Post{Text: text}, Shown},
		"for the author only": {
			tracked{State: Shown, Shown: &text},
			weibo.Post{Text: text, Visible: weibo.VisibleSelf}, Hidden,
		},
		"taken down by another": {tracked{State: Shown, Shown: &text}, weibo.Post{Deleted: true}, Removed},
	} {
		if got := judgePost(c.known, c.now); got.live != c.want {
			t.Errorf("%s: %s, want %s", name, got.live, c.want)
		}
	}
}

func TestABriefTextIsShort(t *testing.T) {
	t.Parallel()
	if got := brief(" 今日\n良 "); got != "今日 良" {
		t.Errorf("%q", got)
	}
	if got := brief(strings.Repeat("长", 50)); got != strings.Repeat("长", 30)+"…" {
		t.Errorf("%q", got)
	}
}
