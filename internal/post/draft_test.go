package post

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"juzhen/internal/account"
	"juzhen/internal/media"
	"juzhen/internal/weibo"
)

func TestCleaningKeepsOneOfEachAndOneKindOfLineBreak(t *testing.T) {
	t.Parallel()
	due := time.Date(2026, 11, 23, 18, 0, 0, 123456789, time.FixedZone("x", 8*3600))
	in := Content{Text: "  甲\r\n乙\r丙　\n ", RepostOf: " https://weibo.com/1/z0JH2lOMb ", DueAt: &due,
		Targets: []TargetChoice{{1, nil}, {2, variant("\n")}, {1, variant("再")}, {3, variant("三\r\n")}},
		Media:   []MediaChoice{{7, " 图 "}, {8, ""}, {7, "再"}}}
	got, err := in.clean()
	if err != nil {
		t.Fatal(err)
	}
	cut := time.Date(2026, 11, 23, 10, 0, 0, 123456000, time.UTC)
	want := Content{
		Text:     "  甲\n乙\n丙",
		RepostOf: "3501756485200075",
		DueAt:    &cut,
		Targets:  []TargetChoice{{1, nil}, {2, nil}, {3, variant("三")}},
		Media:    []MediaChoice{{7, "图"}, {8, ""}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if again, err := got.clean(); err != nil || !again.same(got) {
		t.Errorf("cleaning twice changes something: %+v, %v", again, err)
	}
	now, err := Content{DueAt: &due, DueNow: true}.clean()
	if err != nil || now.DueAt != nil {
		t.Errorf("a time stayed beside “as soon as approved”: %v", now.DueAt)
	}
}

func TestWhatChangesAPostIsSeen(t *testing.T) {
	t.Parallel()
	due, later := time.Unix(100, 0), time.Unix(200, 0)

	base := func() Content {
		return Content{
			UnitID:  1,
			Text:    "甲",
			DueAt:   &due,
			Targets: []TargetChoice{{1, nil}, {2, variant("二")}},
			Media:   []MediaChoice{{7, "图"}, {8, ""}},
		}
	}
	for name, change := range map[string]func(content *Content){
		"unit":       func(content *Content) { content.UnitID = 2 },
		"text":       func(content *Content) { content.Text = "乙" },
		"visible":    func(content *Content) { content.Visible = 1 },
		"repost":     func(content *Content) { content.RepostOf = "1" },
		"later":      func(content *Content) { content.DueAt = &later },
		"no time":    func(content *Content) { content.DueAt = nil },
		"now":        func(content *Content) { content.DueNow = true },
		"urgent":     func(content *Content) { content.Urgent = true },
		"account":    func(content *Content) { content.Targets[0].AccountID = 3 },
		"one less":   func(content *Content) { content.Targets = content.Targets[:1] },
		"own words":  func(content *Content) { content.Targets[0].Variant = variant("甲") },
		"other ones": func(content *Content) { content.Targets[1].Variant = variant("三") },
		"common":     func(content *Content) { content.Targets[1].Variant = nil },
		"order":      func(content *Content) { content.Media[0], content.Media[1] = content.Media[1], content.Media[0] },
		"alt":        func(content *Content) { content.Media[1].Alt = "说明" },
	} {
		content := base()
		change(&content)
		if content.same(base()) || base().same(content) {
			t.Errorf("%s: no change was seen", name)
		}
	}
	stays, one, other := base(), "甲", "乙"
	stays.UnitID, stays.WorkingTitle = 0, &one
	if !stays.same(base()) || !base().same(stays) {
		t.Error("a content without a unit or a title changes it")
	}
	named := base()
	if named.WorkingTitle = &other; named.same(stays) || stays.same(named) {
		t.Error("another title is a change")
	}
	shuffled := base()
	shuffled.Targets[0], shuffled.Targets[1] = shuffled.Targets[1], shuffled.Targets[0]
	if !shuffled.same(base()) {
		t.Error("the order of accounts is the matrix's, no change of the post")
	}
}

func TestContentOfIsWhatWasSaved(t *testing.T) {
	t.Parallel()
	due := time.Unix(100, 0)
	corrects := int64(5)
	post := Post{UnitID: 3, DueAt: &due, Urgent: true, Corrects: &corrects, WorkingTitle: "甲稿"}
	version := Version{
		Text:     "甲",
		Visible:  1,
		RepostOf: "9",
		Targets:  []Target{{AccountID: 1}, {AccountID: 2, Variant: variant("二")}},
		Media:    []VersionMedia{{MediaID: 7, Alt: "图"}},
	}
	want := Content{
		UnitID:   3,
		Text:     "甲",
		Visible:  1,
		RepostOf: "9",
		Targets:  []TargetChoice{{1, nil}, {2, variant("二")}},
		Media:    []MediaChoice{{7, "图"}},
		DueAt:    &due,
		Urgent:   true,
		Corrects: &corrects,

		WorkingTitle: &post.WorkingTitle,
	}
	if diff := cmp.Diff(want, ContentOf(post, version)); diff != "" {
		t.Error(diff)
	}
}

func TestThePayloadIsWhatTheConnectorSends(t *testing.T) {
	t.Parallel()
	pic := media.Media{ID: 7, MIME: media.PNG, Bytes: 10, SHA256: []byte{1, 2}}

	version := Version{Text: "通用", Media: []VersionMedia{{MediaID: 7, Media: pic}}}
	for connector, call := range map[account.Connector]string{
		account.Commercial: "statuses/upload_url_text/biz",
		account.Public:     "statuses/share",
		account.Manual:     "manual",
	} {
		payload, err := PayloadFor(version, Target{
			Account: account.Account{Connector: connector},
			Variant: variant("单独"),
		})
		if err != nil || payload.Call() != call || payload.Text() != "单独" ||
			payload.Pictures()[0].SHA256 != "0102" ||
			payload.Pictures()[0].Type != media.PNG ||
			payload.Mode() != weibo.Mode(connector) {
			t.Errorf("%s: %s %q, %v", connector, payload.Call(), payload.Text(), err)
		}
	}
	if _, err := PayloadFor(version, Target{
		AccountID: 3,
		Account:   account.Account{Connector: "telegraph"},
	}); err == nil {
		t.Error("an unknown connector got a payload")
	}
	bad := Version{
		Text: "甲",
		Targets: []Target{{
			AccountID: 3,
			Account:   account.Account{ID: 3, State: account.Live, Connector: "telegraph"},
		}},
	}
	ps := Check(Post{DueNow: true}, bad, weibo.Rules{}, time.Now())
	if len(ps) != 1 || ps[0].Fault.Field != "accounts" || !strings.Contains(ps[0].Fault.Plain(), "连接方式未知") {
		t.Errorf("findings: %+v", ps)
	}
	if err := sealRequests(&bad); err == nil {
		t.Error("a version that cannot be sent was sealed")
	}
}

func TestAPictureThatIsGoneIsFound(t *testing.T) {
	t.Parallel()
	version := Version{
		Text: "甲",
		Targets: []Target{{
			AccountID: 1,
			Account:   account.Account{State: account.Live, Connector: account.Commercial},
		}},
		Media: []VersionMedia{{MediaID: 7}},
	}
	ps := Check(Post{DueNow: true}, version, weibo.Rules{}, time.Now()).At("media")
	if len(ps) == 0 || ps.Err() == nil {
		t.Errorf("findings: %+v", ps)
	}
	if Problems(nil).Err() != nil {
		t.Error("nothing wrong is an error")
	}
}

func TestATextThatReadsOtherwiseThanItIsStoredIsNotSubmitted(t *testing.T) {
	t.Parallel()

	for _, c := range []struct {
		name, text, own string
		field, said     string
	}{
		{"override", "今日AQI \u202e052\u202c", "", "text", "第 6 个字之后有改变文字方向的字符 U+202E"},
		{"isolate", "甲\u2067乙\u2069", "", "text", "第 1 个字之后有改变文字方向的字符 U+2067"},
		{"zero width", "敏\u200b感", "", "text", "第 1 个字之后有看不见的字符 U+200B"},
		{"own wording", "今日AQI 52", "朝阳AQI \u202d250", "variant.7", "U+202D"},
		{"a family is no secret", "全家👨‍👩‍👧‍👦出行🏴󠁧󠁢󠁥󠁮󠁧󠁿", "", "", ""},
	} {
		version := Version{Text: c.text, Targets: []Target{{AccountID: 7, Account: account.Account{ID: 7}}}}
		if c.own != "" {
			version.Targets[0].Variant = &c.own
		}

		var told []string

		for _, problem := range Check(Post{}, version, weibo.Rules{}, time.Now()) {
			if problem.Fault.Code == CodeUnseen {
				told = append(told, problem.Fault.Field+" "+problem.Fault.Plain())
			}
		}

		switch {
		case c.field == "" && len(told) > 0:
			t.Errorf("%s: refused though all of it is seen: %v", c.name, told)
		case c.field != "" && (len(told) != 1 || !strings.HasPrefix(told[0], c.field+" ") || !strings.Contains(told[0], c.said)):
			t.Errorf("%s: told %v, want %q at %s", c.name, told, c.said, c.field)
		}
	}
}

func TestATitleKeepsItsLastSignWhole(t *testing.T) {
	t.Parallel()
	family := "👨‍👩‍👧‍👦"
	text := strings.Repeat("字", 29) + family + "后面还有"
	if got, want := Title(text), strings.Repeat("字", 29)+family+"…"; got != want {
		t.Errorf("title %q, want %q", got, want)
	}
}
