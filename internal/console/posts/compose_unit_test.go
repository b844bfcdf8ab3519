package posts_test

import (
	"fmt"
	"strings"
	"testing"

	"juzhen/internal/access"
	"juzhen/internal/post"
	"juzhen/internal/review"
)

func TestTheUnitIsAskedFirstAndChangedUntilThePostIsSubmitted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	browser := w.as("writer")
	page := browser.Get("/posts/new").Want(200).WantText("#f-unit-help", "提交审核之前可以换")
	if first, _ := page.Find("#compose select, #compose textarea").First().Attr("id"); first != "f-unit" {
		t.Errorf("the form asks first for %s, want the unit", first)
	}
	values := page.Form("#compose")
	values.Set("text", "先写了再换单位")
	values["account"] = []string{"1", "4"}
	values.Set("variant.1", "市局另说")
	values.Set("act", "save")
	edit := browser.Get(browser.Post("/posts/save", values).Want(303).Location).
		Want(200).
		WantCount("select[name=unit] option", 3)

	// The button fills the form for the other unit: what it may not use is kept out and named, nothing
	// is stored yet.
	values = edit.Form("#compose")
	values.Set("unit", "3")
	values.Set("act", "unit")
	page = browser.Post("/posts/save", values).Want(200).WantText("#unit-aside", "不能用于“朝阳区”的稿件，没有选上：@环保北京").
		WantText("#saved", "有改动还没有保存")
	page.WantCount("input[name=account]", 2).WantCount("input[name=account][checked]", 1).
		WantCount("[data-variant='1']", 0)
	if got := w.text("SELECT unit_id::text FROM posts"); got != "1" {
		t.Fatalf("stored in unit %s before anybody saved", got)
	}

	// Back again: the account and its wording are there as before.
	values = page.Form("#compose")
	values.Set("unit", "1")
	values.Set("act", "unit")
	page = browser.Post("/posts/save", values).Want(200).WantText("[data-variant='1'] textarea", "市局另说").
		WantCount("input[name=account][checked]", 2)
	if got := strings.TrimSpace(page.Text("#unit-aside")); got != "" {
		t.Errorf("still kept out: %q", got)
	}

	// Who saves without looking is told first; what was typed stays. The second press moves the post.
	values = page.Form("#compose")
	values.Set("unit", "3")
	values.Set("act", "submit")
	values.Set("when", "now")
	page = browser.Post("/posts/save", values).
		Want(422).
		WantText(".picker .field-error", "@环保北京").
		WantText("#unit-aside", "@环保北京")
	values = page.Form("#compose")
	if values.Get("text") != "先写了再换单位" || values.Get("unit") != "3" || values.Get("when") != "now" ||
		!strings.Contains(values.Get("wordings"), "市局另说") {
		t.Errorf("the form lost something: %v", values)
	}
	values.Set("act", "submit")
	to := browser.Post("/posts/save", values).Want(303).Location
	if got := w.text("SELECT unit_id::text || ' ' || phase FROM posts"); got != "3 submitted" {
		t.Errorf("stored %s", got)
	}
	browser.Get(to).WantText("aside .facts", "朝阳区")
	w.as("afar").Get(to).Want(200).WantText("h1", "先写了再换单位")

	// From then on it is said, with the reason.
	page = browser.Get(browser.Post(to+"/revise", nil).Want(303).Location).
		Want(200).
		WantCount("select[name=unit]", 0).
		WantText("#compose", "提交过审核的稿件不能换单位")
	values = page.Form("#compose")
	if values.Get("unit") != "3" {
		t.Errorf("the form holds unit %q", values.Get("unit"))
	}
	values.Set("unit", "1")
	values.Set("act", "save")
	browser.Post("/posts/save", values).Want(409).WantText(".banner-bad", "不能换单位")
}

func TestTheFormSpeaksEnglishThroughout(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	post := w.draft("English form", 1, 2)
	page := w.as("writer").English().Get(fmt.Sprintf("/posts/%d/edit", post.ID)).Want(200).
		WantText("[data-picker-count]", "2 selected")
	if strings.Contains(page.Body, "no value") {
		t.Error("a text of the form wants a value that it was not given")
	}
	if text, _ := page.Find("[data-picker-count]").Attr("data-text"); text != "0 selected" {
		t.Errorf("the script counts with %q", text)
	}
}

func TestWhoWritesInOneUnitIsNotAskedForIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	values := w.as("afar").Get("/posts/new").Want(200).WantCount("select[name=unit]", 0).Form("#compose")
	if values.Get("unit") != "3" {
		t.Errorf("unit %q", values.Get("unit"))
	}
	values.Set("unit", "1")
	values.Set("text", "越界")
	values.Set("act", "save")
	w.as("afar").Post("/posts/save", values).Want(404)
}

func TestTheScriptGetsTheFormOfAnotherUnit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	post := w.draft("换单位", 1, 2, 4)
	values := w.as("writer").Get(fmt.Sprintf("/posts/%d/edit", post.ID)).Form("#compose")
	values.Set("unit", "2")
	values.Set("act", "unit")
	part := w.as("writer").Part("POST", "/posts/save", values).Want(200).
		WantCount("[data-picker] input[name=account]", 2).WantCount("#variants-box", 1)
	part.WantText("#unit-aside", "@环保北京 @朝阳环保示例")
	if ids, _ := part.Find("input[name=aside]").Attr("value"); ids != "1,4" {
		t.Errorf("kept out %q", ids)
	}
}

func TestTwoWhoChooseOtherUnitsAreToldOfIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	post := w.draft("谁的稿", 4)
	edit := fmt.Sprintf("/posts/%d/edit", post.ID)
	mine, theirs := w.as("writer"), w.as("second")
	values, g := mine.Get(edit).Form("#compose"), theirs.Get(edit).Form("#compose")
	g.Set("unit", "3")
	g.Set("act", "save")
	theirs.Post("/posts/save", g).Want(303)
	values.Set("text", "是市局的稿")
	values.Set("act", "save")
	stale := mine.Post("/posts/save", values).Want(409).WantText("main", "稿件现在属于“朝阳区”")
	h := stale.Form("form[action='/posts/save']")
	h.Set("act", "save")
	mine.Post("/posts/save", h).Want(303)
	if got := w.text("SELECT unit_id::text FROM posts"); got != "1" {
		t.Errorf("stored in unit %s", got)
	}
}

func TestAnOwnWordingOpensAtItsAccountAndByAnyPartOfAName(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	browser := w.as("writer")
	post := w.draft("通用", 1, 2)
	values := browser.Get(fmt.Sprintf("/posts/%d/edit", post.ID)).
		Want(200).
		WantCount(".tree-own:not([hidden])", 2).
		Form("#compose")

	// The button at the account's line.
	values.Set("act", "own.2")
	page := browser.Post("/posts/save", values).
		Want(200).
		WantCount("[data-variant='2'] textarea[autofocus]", 1)
	values = page.Form("#compose")
	values.Set("variant.2", "京城另说")
	values.Set("act", "own.4")
	browser.Post("/posts/save", values).Want(422).WantText("#f-own-error", "还没有选 @朝阳环保示例").
		WantText("[data-variant='2'] textarea", "京城另说").
		WantCount(".tree-own.worded", 1)

	// A part of a name: one that matches opens, several are listed, in any case of letters and with or
	// without @.
	for _, c := range []struct{ words, opens, told string }{
		{"环之", "2", ""},
		{"@环保北", "1", ""},
		{"环", "", "有 2 个符合"},
		{"朝阳", "", "还没有选 @朝阳环保示例"},
		{"示例", "", "3 个账号都还没有选"},
		{"没有这个", "", "没有找到账号“没有这个”"},
		{" ", "", "一部分也可以"},
	} {
		values.Set("own", c.words)
		values.Set("act", "own")
		page := browser.Post("/posts/save", values)
		if c.opens != "" {
			page.Want(200).WantCount("[data-variant='"+c.opens+"'] textarea[autofocus]", 1)
		} else if !strings.Contains(page.Text("#variants-box"), c.told) {
			t.Errorf("%q: told %q, want %q", c.words, page.Text("#variants-box"), c.told)
		}
	}

	// One of those listed is pressed.
	values.Set("own", "环")
	page = browser.Post("/posts/save", values).Want(200).WantCount("#own-list button", 2)
	values = page.Form("#compose")
	act, _ := page.Find("#own-list button").First().Attr("value")
	values.Set("act", act)
	browser.Post("/posts/save", values).Want(200).WantCount("[data-variant='1'] textarea[autofocus]", 1).
		WantText("[data-variant='2'] textarea", "京城另说")
}

func TestAmongTwoThousandAccountsAPartOfANameFindsTheChosen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ids := w.manyUnits(2000)
	browser := w.as("writer")
	post := w.draft("给许多账号的通报", ids[1500:1600]...)
	values := browser.Get(fmt.Sprintf("/posts/%d/edit", post.ID)).Want(200).Form("#compose")
	values.Set("own", "号生态环境综合")
	values.Set("act", "own")
	browser.Post("/posts/save", values).
		Want(200).
		WantText("#own-list", "有 100 个符合，这里列出前 20 个").
		WantCount("#own-list button", 20)
	values.Set("own", "第1501号")
	browser.Post("/posts/save", values).Want(200).WantCount("[data-variant='1601'] textarea[autofocus]", 1)
	part := browser.Part("POST", "/posts/save", values).Want(200).WantCount("[data-variant]", 1).
		WantCount("[data-variant='1601']", 1)
	if size := len(part.Body); size > 4000 {
		t.Errorf("the script gets %d bytes for one field", size)
	}
	values.Set("act", "look")
	browser.Part("POST", "/posts/save", values).
		Want(200).
		WantCount("[data-variant]", 0).
		WantCount("#own-list button", 1)
	browser.Part("GET", "/posts/accounts?unit=1&branch=101", nil).WantCount(".tree-own[hidden]", 20)
	browser.Part("GET", "/posts/own?unit=1&of=107", nil).
		Want(200).
		WantCount("textarea[name='variant.107']", 1)
	w.as("afar").Part("GET", "/posts/own?unit=1&of=1", nil).Want(422)
}

func TestAmendingShowsWhyItWasReturned(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	browser := w.as("writer")
	post := w.submitted("第一版")
	path := fmt.Sprintf("/posts/%d", post.ID)
	amend := func() string { return browser.Post(path+"/revise", nil).Want(303).Location }
	submit := func(edit, text string) {
		values := browser.Get(edit).Form("#compose")
		values.Set("text", text)
		values.Set("act", "submit")
		browser.Post("/posts/save", values).Want(303)
	}
	beside := ".field:has(#f-text) .opinion"
	w.decide(post.ID, review.Return, "请写首要污染物")
	edit := amend()
	browser.Get(edit).WantText(beside, "审核").WantText(beside, "退回第 1 版的意见").WantText(beside, "请写首要污染物").
		WantCount(beside+" details", 0)

	// A second opinion stands first, the one before it a press away.
	submit(edit, "第二版，首要污染物臭氧")
	w.decide(post.ID, review.Return, "再写建议")
	amend()
	page := browser.Get(edit).WantText(beside+" > p", "退回第 2 版").WantText(beside+" details", "请写首要污染物").
		WantText(beside+" details summary", "1 条")
	if own := page.Find(beside + " > p").
		Text(); !strings.Contains(own, "再写建议") ||
		strings.Contains(own, "请写首要污染物") {
		t.Errorf("beside the text stands %q", own)
	}

	// Taken back before anybody decided, withdrawn after a return: the opinions are still what is to be
	// mended.
	submit(edit, "第三版")
	amend()
	browser.Get(edit).WantText(beside+" > p", "再写建议")
	submit(edit, "第三版又交")
	w.decide(post.ID, review.Return, "第三条意见")
	browser.Post(path+"/withdraw", form("reason", "先放一放")).Want(303)
	amend()
	browser.Get(edit).WantText(beside+" > p", "第三条意见").WantText(beside+" details summary", "2 条")

	// A refused form shows them too; an approval ends them.
	f := browser.Get(edit).Form("#compose")
	f.Set("text", "")
	f.Set("act", "submit")
	browser.Post("/posts/save", f).Want(422).WantText(beside+" > p", "第三条意见")
	submit(edit, "第四版，都改好了")
	w.decide(post.ID, review.Approve, "可以")
	amend()
	browser.Get(edit).WantCount(".opinion", 0)
}

func TestThePreviewSaysWhenAndFromWhereAndFolds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	browser := w.as("writer")
	long := strings.Repeat("空气质量", 40)
	post := w.draft(long+"末尾", 1, 2)
	page := browser.Get(fmt.Sprintf("/posts/%d/edit", post.ID)).Want(200)
	page.WantText("#preview .outgoing", "今天 13:00").WantText("#preview .outgoing", "2 个账号").
		WantText("#preview .weibo header", "今天 13:00 来自 矩阵台")
	page.WantText("#preview .weibo-fold summary", "展开全文").WantText("#preview .weibo-fold", "末尾")
	head := page.Find("#preview .weibo > .weibo-text").Text()
	if strings.Contains(head, "末尾") || len([]rune(head)) != 140 {
		t.Errorf("before the fold stand %d signs", len([]rune(head)))
	}
	values := page.Form("#compose")
	values.Set("when", "now")
	values.Set("act", "auto")
	browser.Part("POST", "/posts/save", values).Want(200).WantText("#preview .outgoing", "批准后立即").
		WantText("#preview .weibo header", "批准后立即")
}

func TestAnAccountThatWasClosedIsNamedAndNotDroppedInSilence(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	own := "停前写的"
	p, err := w.posts.Create(t.Context(), w.people["writer"], 1,
		post.Content{Text: "通用", Targets: []post.TargetChoice{{AccountID: 1}, {AccountID: 2, Variant: &own}}})
	w.must(err)
	w.exec("UPDATE accounts SET state = 'closed' WHERE id = 2")
	values := w.as("writer").
		Get(fmt.Sprintf("/posts/%d/edit", p.ID)).
		Want(200).
		WantText("#unit-aside", "@京环之声").
		Form("#compose")
	if !strings.Contains(values.Get("wordings"), own) || values.Get("aside") != "2" {
		t.Errorf("form %v", values)
	}
	narrow := w.people["writer"]
	narrow.Grants = []access.Grant{{Role: access.PressOfficer, UnitID: 2, Path: "/1/2/"}}
	w.people["narrow"] = narrow
	values.Set("unit", "2")
	values.Set("act", "unit")
	if page := w.as("narrow").
		Post("/posts/save", values); strings.Contains(
		page.Text("#unit-aside"),
		"环保北京",
	) {
		t.Error("an account outside of the writer's units is named")
	}
}
