package posts_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"juzhen/internal/web/webtest"
)

func TestEveryPageMatchesItsStruct(t *testing.T) {
	t.Parallel()
	webtest.CheckTemplates(t, newWorld(t).kit)
}

func TestANewPostIsWrittenAndSubmittedWithoutScripts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	browser := w.as("writer")
	p := browser.Get("/posts/new").Want(200).WantText("h1", "写稿").WantText("#preview", "选好账号后")
	p.WantCount("input[name=account]", 5).
		WantCount("input[name=account][disabled]", 1).
		WantCount("select[name=unit] option", 3)
	values := p.Form("#compose")
	values.Set("text", "今日空气质量良")
	values["account"] = []string{"1", "4"}
	values.Set("due", "2026-11-23T18:00")
	values.Set("act", "submit")
	done := browser.Post("/posts/save", values).Want(303)
	page := browser.Get(done.Location).
		Want(200).
		WantText("h1", "今日空气质量良").
		WantText(".lead", "待审").
		WantText(".banner-good", "已提交审核")
	page.WantCount(".deliveries tbody tr", 2).
		WantText(".deliveries", "@朝阳环保示例").
		WantText("aside .facts", "今天 18:00").
		WantText("aside .timeline", "提交第 1 版")
	if due := w.text("SELECT due_at::text FROM posts"); !strings.HasPrefix(due, "2026-11-23 10:00:00") {
		t.Errorf("due at %s", due)
	}
}

// TestTheLastInstantIsAskedShownAndTold: what is of no use after an hour says so in its form, is refused at
// its field, and is read by whoever looks at the post.
func TestTheLastInstantIsAskedShownAndTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	browser := w.as("writer")
	values := browser.Get("/posts/new").Want(200).Form("#compose")
	values.Set("text", "今日20时前有效")
	values["account"] = []string{"4"}
	values.Set("due", "2026-11-23T18:00")
	values.Set("not_after", "2026-11-23T17:00")
	values.Set("act", "submit")
	refused := browser.Post("/posts/save", values).Want(422)
	refused.WantText("#f-until-error", "最晚发出的时间要晚于发布时间")
	if got := refused.Form("#compose").Get("not_after"); got != "2026-11-23T17:00" {
		t.Errorf("the form keeps %q", got)
	}

	values = refused.Form("#compose")
	values.Set("not_after", "2026-11-23T20:00")
	values.Set("act", "submit")
	done := browser.Post("/posts/save", values).Want(303)
	browser.Get(done.Location).Want(200).WantText("aside .facts", "最晚发出").WantText("aside .facts", "今天 20:00")
	if until := w.text(
		"SELECT not_after::text FROM deliveries",
	); !strings.HasPrefix(
		until,
		"2026-11-23 12:00:00",
	) {
		t.Errorf("not after %s", until)
	}
}

func TestARefusedSubmitShowsWhyAtTheFieldAndLosesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	browser := w.as("writer")
	values := form(
		"id",
		"0",
		"unit",
		"1",
		"text",
		"没有链接的正文",
		"account",
		"1",
		"account",
		"3",
		"variant.1",
		strings.Repeat("长", 2001),
		"act",
		"submit",
		"when",
		"at",
		"due",
		"2026-11-23T09:00",
	)
	page := browser.Post("/posts/save", values).Want(422)
	page.WantText(".field:has(#f-text) .field-error", "安全域名").
		WantText("[data-variant='1'] .field-error", "2,001 字，超过 2,000 字").
		WantText("fieldset:has(#f-due) .field-error", "发布时间已过")
	page.WantText(".findings", "@公开示例").WantCount("input[name=account][checked]", 2)
	got := page.Form("#compose")
	if got.Get("text") != "没有链接的正文" || len([]rune(got.Get("variant.1"))) != 2001 ||
		got.Get("due") != "2026-11-23T09:00" ||
		got.Get("id") == "0" {
		t.Errorf("the form came back as %v", got)
	}
}

func TestAutosaveKeepsTheDraftAndAnswersWithPreviewAndFindings(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	browser := w.as("writer")
	page := browser.Part("POST", "/posts/save", form("id", "0", "revision", "0", "unit", "1",
		"text", "第一稿", "account", "1", "act", "auto")).
		Want(200)
	page.WantText("#saved", "草稿已保存于 12:00").
		WantText("#preview .weibo-text", "第一稿").
		WantText("#preview .findings", "请选择发布时间").
		WantCount("[data-variant]", 0)
	id, revision := page.Form("#saved").Get("id"), page.Form("#saved").Get("revision")
	if url, _ := page.Find("#saved").Attr("data-url"); url != "/posts/"+id+"/edit" {
		t.Errorf("address %q", url)
	}
	again := browser.Part("POST", "/posts/save", form("id", id, "revision", revision, "unit", "1",
		"text", "第二稿", "account", "1", "act", "auto", "when", "now")).
		Want(200)
	again.WantText("#preview .weibo-text", "第二稿").WantText("#preview .ready", "可以提交")
	stale := browser.Part("POST", "/posts/save", form("id", id, "revision", revision, "unit", "1",
		"text", "第三稿", "account", "1", "act", "auto")).
		Want(409)
	stale.WantText("#saved", "值班宣传专员 在您编辑期间保存过").WantText("#saved button", "对照两份内容")
	long := browser.Part("POST", "/posts/save", form("id", id, "revision", "2", "unit", "1",
		"text", strings.Repeat("长", 5001), "act", "auto")).
		Want(422)
	long.WantText("#saved", "没有存上：文字过长")
	if got := w.text("SELECT text FROM post_versions"); got != "第二稿" {
		t.Errorf("stored %q", got)
	}
}

// TestASaveReadsNothingToChooseFrom: what there is to choose from was read when the page opened, and is not
// read at each pause of the keys.
func TestASaveReadsNothingToChooseFrom(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	browser := w.as("writer")
	w.exec("ALTER TABLE account_groups RENAME TO account_groups_away")
	values := form("id", "0", "unit", "1", "text", "第一稿", "account", "1", "act", "auto")
	browser.Part("POST", "/posts/save", values).Want(200).WantText("#saved", "草稿已保存于").
		WantText("#preview .weibo-text", "第一稿")
	values.Set("act", "look")
	values.Set("own", "环保")
	browser.Part("POST", "/posts/save", values).Want(200).WantText("#own-list", "环保北京")
}

func TestTwoWhoWriteAtOnceSeeBothTexts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	post := w.draft("今日空气质量良")
	edit := fmt.Sprintf("/posts/%d/edit", post.ID)
	mine, theirs := w.as("writer"), w.as("second")
	values, g := mine.Get(edit).Want(200).Form("#compose"), theirs.Get(edit).Want(200).Form("#compose")
	g.Set("text", "今日空气质量优")
	theirs.Post("/posts/save", g).Want(303)
	values.Set("text", "今日空气质量良，请放心出行")
	values.Set("variant.1", "环保北京的文案")
	values.Set("due", "2026-11-23T20:00")
	stale := mine.Post("/posts/save", values).
		Want(409).
		WantText("h1", "两人同时修改").
		WantText(".side-by-side", "今日空气质量优").
		WantText("ins", "，请放心出行")
	resolved := stale.Form("form[action='/posts/save']")
	if resolved.Get("text") != "今日空气质量良，请放心出行" || resolved.Get("variant.1") != "环保北京的文案" ||
		resolved.Get("due") != "2026-11-23T20:00" ||
		resolved.Get("picked") != "1-2" {
		t.Fatalf("the form lost something: %v", resolved)
	}
	resolved.Set("act", "save")
	mine.Post("/posts/save", resolved).Want(303)
	after := mine.Get(edit).Form("#compose")
	if after.Get("text") != "今日空气质量良，请放心出行" || after.Get("variant.1") != "环保北京的文案" ||
		after.Get("due") != "2026-11-23T20:00" {
		t.Errorf("stored %v", after)
	}
}

func TestPicturesAreUploadedOrderedAndDescribedWithoutScripts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	browser := w.as("writer")
	values := form("id", "0", "unit", "1", "text", "看图", "account", "1", "act", "upload")
	to := multi(t, browser, "/posts/save", values, pngBytes(t, 10), pngBytes(t, 20)).Want(303).Location
	page := browser.Get(strings.TrimSuffix(to, "#pictures")).Want(200).WantCount(".picture", 2)
	g := page.Form("#compose")
	first, second := g["media"][0], g["media"][1]
	g.Set("alt."+second, "监测站照片")
	g.Set("act", "up."+second)
	browser.Post("/posts/save", g).Want(303)
	page = browser.Get(strings.TrimSuffix(to, "#pictures"))
	g = page.Form("#compose")
	if g["media"][0] != second || g.Get("alt."+second) != "监测站照片" {
		t.Fatalf("order %v, alt %q", g["media"], g.Get("alt."+second))
	}
	page.WantCount("#preview .weibo-pictures img", 2)
	if alt, _ := page.Find("#preview img").First().Attr("alt"); alt != "监测站照片" {
		t.Errorf("alt %q", alt)
	}
	g.Set("act", "drop."+first)
	browser.Post("/posts/save", g).Want(303)
	browser.Get(strings.TrimSuffix(to, "#pictures")).WantCount(".picture", 1)

	bad := multi(
		t,
		browser,
		"/posts/save",
		form("id", "0", "unit", "1", "text", "坏图", "act", "submit"),
		[]byte("no picture"),
		pngBytes(t, 30),
	).Want(422)
	bad.WantText("#pictures .field-error", "内容不是").WantCount(".picture", 1)
	if got := bad.Form("#compose").Get("text"); got != "坏图" {
		t.Errorf("text came back as %q", got)
	}
}

// TestThereIsRoomForNinePicturesOfTheLibraryToo: and a use that is refused is not counted.
func TestThereIsRoomForNinePicturesOfTheLibraryToo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	browser := w.as("writer")
	browser.Header.Set("Juzhen-Part", "1")
	id, _ := multi(t, browser, "/posts/pictures", form("unit", "1"), pngBytes(t, 10)).Want(200).
		Find("li.picture").Attr("data-picture")
	w.exec(`
INSERT INTO library_items (unit_id, kind, title, text, media_id, source, licence, folded, grams, created_by,
    created_at, updated_by, updated_at)
VALUES (1, 'picture', '监测站', '监测站', $1, '自拍', '自有', '', '{}', 1, now(), 1, now()),
    (1, 'snippet', '落款', '市局', NULL, '', '', '', '{}', 1, now(), 1, now())`, id)
	browser.Post("/posts/library/1", form("unit", "1", "held", "9")).Want(422)
	if got := w.text("SELECT string_agg(uses::text, ' ' ORDER BY id) FROM library_items"); got != "0 0" {
		t.Errorf("used %s times", got)
	}
	browser.Post("/posts/library/1", form("unit", "1", "held", "8")).Want(200).WantCount("li.picture", 1)
	browser.Post("/posts/library/2", form("unit", "1", "held", "9")).Want(200)
}

func TestOnePictureAtATimeWithScripts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	browser := w.as("writer")
	browser.Header.Set("Juzhen-Part", "1")
	page := multi(
		t,
		browser,
		"/posts/pictures",
		form("unit", "1"),
		pngBytes(t, 10),
	).Want(200).
		WantCount("li.picture", 1)
	id, _ := page.Find("li.picture").Attr("data-picture")
	multi(t, browser, "/posts/pictures", form("unit", "1", "held", "9"), pngBytes(t, 10)).Want(422)
	multi(t, browser, "/posts/pictures", form("unit", "1")).Want(422)
	multi(t, browser, "/posts/pictures", form("unit", "3"), []byte("x")).Want(422)
	far := w.as("afar")
	multi(t, far, "/posts/pictures", form("unit", "1"), pngBytes(t, 10)).Want(404)

	for target, kind := range map[string]string{
		"/media/" + id:            "image/png",
		"/media/" + id + "/thumb": "image/jpeg",
	} {
		got := w.as("reviewer").Get(target).Want(200)
		if got.Header.Get("Content-Type") != kind ||
			!strings.Contains(got.Header.Get("Cache-Control"), "private") {
			t.Errorf("%s: %v", target, got.Header)
		}
		far.Get(target).Want(404)
	}
	far.Get("/media/x").Want(404)
}

func TestTheFormOpensOnlyForADraftInOnesUnits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	post := w.draft("草稿")
	w.as("afar").Get(fmt.Sprintf("/posts/%d/edit", post.ID)).Want(404)
	w.as("reviewer").Get(fmt.Sprintf("/posts/%d/edit", post.ID)).Want(403)
	w.as("writer").Get("/posts/x/edit").Want(404)
	s := w.submitted("已提交")
	if to := w.as("writer").
		Get(fmt.Sprintf("/posts/%d/edit", s.ID)).
		Want(303).
		Location; to != fmt.Sprintf(
		"/posts/%d",
		s.ID,
	) {
		t.Errorf("leads to %s", to)
	}
	w.as("afar").
		Post("/posts/save", form("id", fmt.Sprint(post.ID), "revision", "1", "text", "偷改", "act", "save")).
		Want(404)
	w.as("writer").
		Post("/posts/save", form("id", fmt.Sprint(s.ID), "revision", "2", "text", "改", "act", "save")).
		Want(409)
}

func TestACorrectionBeginsWithTheAccountsOfItsOriginal(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	post := w.approved("有误的通报")
	w.exec("UPDATE deliveries SET state = 'sent', sent_at = now()")
	page := w.as("writer").Get(fmt.Sprintf("/posts/%d", post.ID)).Want(200).WantText(".lead", "已发")
	href, _ := page.Find("#acts a[href*=corrects]").Attr("href")
	values := w.as("writer").Get(href).Want(200).WantText(".banner-info", "这是一条更正").Form("#compose")
	if len(values["account"]) != 2 || values.Get("urgent") != "1" ||
		values.Get("corrects") != fmt.Sprint(post.ID) {
		t.Fatalf("form %v", values)
	}
	values.Set("text", "更正：……")
	values.Set("when", "now")
	values.Set("act", "submit")
	w.as("writer").Post("/posts/save", values).Want(303)
	if got := w.text(
		"SELECT corrects::text FROM posts WHERE corrects IS NOT NULL",
	); got != fmt.Sprint(
		post.ID,
	) {
		t.Errorf("corrects %s", got)
	}
	w.as("afar").Get(href).Want(404)
}

func TestACalendarDayBeginsAPostAtItsTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	values := w.as("writer").Get("/posts/new?due=2026-11-25T08:00").Want(200).Form("#compose")
	if values.Get("due") != "2026-11-25T08:00" || w.now != noon.In(time.UTC) {
		t.Errorf("form %v", values)
	}
}

func TestWhatCannotBeSeenIsShownToTheWriterAndTakenOutByOnePress(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	browser := w.as("writer")
	values := form(
		"id",
		"0",
		"unit",
		"1",
		"text",
		"今日AQI \u202e052",
		"account",
		"1",
		"act",
		"submit",
		"when",
		"now",
	)
	page := browser.Post("/posts/save", values).Want(422)
	page.WantText(".field:has(#f-text) .field-error", "U+202E").WantText("#preview .unseen", "‹U+202E›")
	typed := page.Form("#compose")
	if typed.Get("text") != "今日AQI \u202e052" {
		t.Fatalf("the text came back as %q", typed.Get("text"))
	}

	page.WantCount("button[value=plain]", 1)
	typed.Set("act", "plain")
	again := browser.Get(browser.Post("/posts/save", typed).Want(303).Location).Want(200)
	if text := again.Form("#compose").Get("text"); text != "今日AQI 052" {
		t.Errorf("after taking out the text is %q", text)
	}
	again.WantCount("#preview .findings", 0).WantCount(".unseen", 0)
}
