package weibo_test

import (
	"encoding/json"
	"html"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"juzhen/internal/weibo"
)

func TestFingerprintForgetsWhatWeiboChanges(t *testing.T) {
	t.Parallel()

	for name, pair := range map[string][2]string{
		"link rewritten": {
			"详情见 https://www.bjepb.gov.cn/a?b=1&copy=2 。", "详情见http://t.cn/A6abcdef 。",
		},
		"link with entities":       {"见http://a.cn/?x=1&y=2", "见http://a.cn/?x=1&amp;y=2"},
		"entities":                 {`a<b & "c"`, "a&lt;b &amp; &quot;c&quot;"},
		"white space":              {"一\n\n二　 三 ", " 一 二 三"},
		"composed and decomposed":  {"caf\u00e9", "cafe\u0301"},
		"zero-width space at end":  {"今日良", "今日良 \u200b"},
		"two links side by side":   {"http://a.cn/x http://b.cn/y", "http://t.cn/A http://t.cn/B"},
		"twice encoded":            {"a & b", "a &amp;amp; b"},
		"CR LF":                    {"一\r\n二", "一\n二"},
		"byte order mark in front": {"\ufeff今日良", "今日良"},
	} {
		if a, b := weibo.Fingerprint(pair[0]), weibo.Fingerprint(pair[1]); a != b {
			t.Errorf("%s: %q and %q", name, a, b)
		}
	}

	for _, pair := range [][2]string{{"今日良", "今日优"}, {"见http://a.cn/x", "见"}, {"一 二", "一二"}, {"12", "1 2"}} {
		if weibo.Fingerprint(pair[0]) == weibo.Fingerprint(pair[1]) {
			t.Errorf("%q and %q have one fingerprint", pair[0], pair[1])
		}
	}
}

func TestAFingerprintIsItsOwnFingerprint(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`(?:[a-z中é #&;<]|&amp;|&lt;|&#104;|http://a\.cn/x|\x{200b}|\x{0301}|\n|…全文){0,20}`).
			Draw(t, "text")
		once := weibo.Fingerprint(s)
		if twice := weibo.Fingerprint(once); twice != once {
			t.Fatalf("%q gives %q, and that gives %q", s, once, twice)
		}
	})
}

// as Weibo gives a text back: links shortened, entities, decomposed, a blank more here and there.
func mangled(s string) string {
	for _, link := range weibo.Links(s) {
		s = strings.Replace(s, link, " http://t.cn/A6xyzABC ", 1)
	}

	return norm.NFD.String(html.EscapeString(strings.ReplaceAll(s, "\n", " \n"))) + " \u200b"
}

func TestAnyTextIsRecognisedAfterWeiboHadIt(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`[a-zé中文。，“”#@ \n😀]{1,40}(?:http://www\.a\.cn/[a-z]{0,20})?[一-龥。]{1,20}`).
			Draw(t, "text")
		verdict := weibo.Match(sentText(s), []weibo.Post{seenPost("5012345678901234", mangled(s))})
		if verdict.Finding != weibo.FoundOne || verdict.Post.ID != "5012345678901234" {
			t.Fatalf("%q and %q: %+v", s, mangled(s), verdict)
		}
	})
}

var start = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)

func sentText(text string) weibo.Sent {
	return weibo.Sent{
		Payload: weibo.Build(weibo.Public, weibo.Draft{Text: text}),
		From:    start.Add(-2 * time.Minute),
		Source:  "矩阵台",
	}
}

func seenPost(id, text string) weibo.Post {
	return weibo.Post{ID: id, Text: text, CreatedAt: start.Add(time.Second), Source: "矩阵台"}
}

func change(post weibo.Post, fn func(*weibo.Post)) weibo.Post { fn(&post); return post }

func TestMatchByFingerprint(t *testing.T) {
	t.Parallel()
	const text = "今日空气质量良，详情见https://www.bjepb.gov.cn/aqi"

	good := seenPost("5012345678901234", "今日空气质量良，详情见http://t.cn/A6xyzABC ")
	for name, c := range map[string]struct {
		seen []weibo.Post
		want weibo.Finding
	}{
		"the post": {[]weibo.Post{good}, weibo.FoundOne},
		"nothing":  {nil, weibo.FoundNone},
		"another text": {
			[]weibo.Post{seenPost("1", "今日空气质量优，详情见http://t.cn/A6xyzABC")}, weibo.FoundNone,
		},
		"another application": {
			[]weibo.Post{change(good, func(post *weibo.Post) { post.Source = "微博 weibo.com" })},
			weibo.FoundNone,
		},
		"yesterday's": {
			[]weibo.Post{change(good, func(post *weibo.Post) { post.CreatedAt = start.Add(-24 * time.Hour) })},
			weibo.FoundNone,
		},
		"more pictures": {
			[]weibo.Post{change(good, func(post *weibo.Post) { post.Pics = 1 })}, weibo.FoundNone,
		},
		"a repost": {
			[]weibo.Post{change(good, func(post *weibo.Post) { post.RepostOf = "49" })},
			weibo.FoundNone,
		},
		"deleted": {
			[]weibo.Post{change(good, func(post *weibo.Post) { post.Deleted = true })},
			weibo.FoundNone,
		},
		"recorded elsewhere": {
			[]weibo.Post{change(good, func(post *weibo.Post) { post.ID = "77" })}, weibo.FoundNone,
		},
		"another delivery's": {
			[]weibo.Post{change(good, func(post *weibo.Post) { post.Annotations = json.RawMessage(`[{"juzhen":"ff"}]`) })},
			weibo.FoundNone,
		},
		"two of them": {
			[]weibo.Post{good, change(good, func(post *weibo.Post) { post.ID = "5012345678901235" })},
			weibo.FoundMany,
		},
		"one of two recorded": {
			[]weibo.Post{good, change(good, func(post *weibo.Post) { post.ID = "77" })},
			weibo.FoundOne,
		},
	} {
		sent := sentText(text)
		sent.Recorded = func(id string) bool { return id == "77" }
		verdict := weibo.Match(sent, c.seen)
		if verdict.Finding != c.want || (verdict.Post != nil) != (c.want == weibo.FoundOne) || verdict.ByID {
			t.Errorf("%s: %+v", name, verdict)
		}
	}
}

func TestMatchHoweverWeiboEscaped(t *testing.T) {
	t.Parallel()

	for sent, seen := range map[string]string{
		`"http://a.cn/x"后`:              `&quot;http://t.cn/A6xyz&quot;后`,
		`<http://a.cn/x>ok`:             `&lt;http://t.cn/A6xyz&gt;ok`,
		`见http://a.cn/?a=1&copy=2[1]，后`: `见http://t.cn/A6xyz，后`,
		`见http://a.cn/x[1]后`:            `见http://t.cn/A6xyz[1]后`,
		`http://localhost:8080/x 后`:     `http://t.cn/A6xyz 后`,
		`AT&T &copy 2026`:               `AT&T &copy 2026`,
		`R&D &amp; 后`:                   `R&amp;D &amp;amp; 后`,
	} {
		if verdict := weibo.Match(
			sentText(sent),
			[]weibo.Post{seenPost("5", seen)},
		); verdict.Finding != weibo.FoundOne {
			t.Errorf("%q as %q: %+v", sent, seen, verdict)
		}
	}
}

func TestMatchOfCutTexts(t *testing.T) {
	t.Parallel()
	body := strings.Repeat("今日空气质量良好各区均达标", 20)
	cut := func(s string) weibo.Post {
		return change(seenPost("5012345678901234", s), func(post *weibo.Post) {
			post.LongText = true
			post.Cut = true
		})
	}

	head := string([]rune(body)[:138])
	for name, c := range map[string]struct {
		sent string
		seen weibo.Post
		want weibo.Finding
	}{
		"cut with a link": {
			body, cut(head + "…全文： http://m.weibo.cn/1404376560/5012345678901234 \u200b"),
			weibo.FoundOne,
		},
		"cut without a link":   {body, cut(head + "...全文"), weibo.FoundOne},
		"only its end differs": {body + "以上", cut(head + "…全文"), weibo.FoundOne},
		"its head differs":     {"昨日" + body, cut(head + "…全文"), weibo.FoundNone},
		"the whole is given": {
			body, change(cut(body), func(post *weibo.Post) { post.Cut = false }), weibo.FoundOne,
		},
		"whole, end differs": {
			body + "以上", change(cut(body), func(post *weibo.Post) { post.Cut = false }),
			weibo.FoundNone,
		},
		"a head that is short":  {body, cut("今日空气质量良好…全文"), weibo.FoundWeak},
		"the words are written": {"请看…全文", seenPost("5012345678901234", "请看…全文"), weibo.FoundOne},
	} {
		if verdict := weibo.Match(sentText(c.sent), []weibo.Post{c.seen}); verdict.Finding != c.want {
			t.Errorf("%s: %+v", name, verdict)
		}
	}
}

func TestMatchByDeliveryID(t *testing.T) {
	t.Parallel()
	const id = "00112233445566778899aabbccddeeff"
	sent := sentText("今日良")
	sent.Payload, sent.DeliveryID = plain("今日良"), id
	mine := change(seenPost("5012345678901234", "被平台改过的文字"), func(post *weibo.Post) {
		post.Annotations = json.RawMessage(`[{"other":1},{"juzhen":"` + id + `"}]`)
	})

	bare := seenPost("5012345678901235", "今日良")
	for name, c := range map[string]struct {
		seen []weibo.Post
		want weibo.Finding
		byID bool
	}{
		"the id decides, whatever the text": {[]weibo.Post{mine, bare}, weibo.FoundOne, true},
		"two with the id are an incident": {
			[]weibo.Post{mine, change(mine, func(post *weibo.Post) { post.ID = "5" })},
			weibo.FoundTwice, true,
		},
		"a likeness without the id proves no": {[]weibo.Post{bare}, weibo.FoundWeak, false},
		"nothing":                             {nil, weibo.FoundNone, true},
	} {
		if verdict := weibo.Match(sent, c.seen); verdict.Finding != c.want || verdict.ByID != c.byID {
			t.Errorf("%s: %+v", name, verdict)
		}
	}
	sent.Payload = weibo.Build(weibo.Commercial, weibo.Draft{Text: "今日良", Pictures: []weibo.Picture{jpeg}})
	withPicture := change(bare, func(post *weibo.Post) { post.Pics = 1 })
	if verdict := weibo.Match(
		sent,
		[]weibo.Post{withPicture},
	); verdict.Finding != weibo.FoundOne ||
		verdict.ByID {
		t.Errorf("pictures keep no annotations, the fingerprint must do: %+v", verdict)
	}
}

func TestMatchOfReposts(t *testing.T) {
	t.Parallel()
	sent := sentText("")
	sent.Payload = weibo.Build(weibo.Commercial, weibo.Draft{RepostID: "4900000000000001"})
	post := change(
		seenPost("5012345678901234", "转发微博"),
		func(p *weibo.Post) { p.RepostOf = "4900000000000001" },
	)
	if verdict := weibo.Match(sent, []weibo.Post{post}); verdict.Finding != weibo.FoundOne {
		t.Errorf("%+v", verdict)
	}
	post.RepostOf = "4900000000000002"
	if verdict := weibo.Match(sent, []weibo.Post{post}); verdict.Finding != weibo.FoundNone {
		t.Errorf("another original: %+v", verdict)
	}
}

func TestDeliveryIDs(t *testing.T) {
	t.Parallel()
	a, b := weibo.NewDeliveryID(), weibo.NewDeliveryID()
	if len(a) != 32 || a == b {
		t.Errorf("%s %s", a, b)
	}

	for _, raw := range []string{``, `null`, `{}`, `[]`, `[1]`, `[{"juzhen":5}]`, `[{"x":"y"}]`, `"text"`} {
		if got := weibo.DeliveryIDIn(json.RawMessage(raw)); got != "" {
			t.Errorf("%s: %q", raw, got)
		}
	}
}
