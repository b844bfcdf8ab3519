package posts_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"juzhen/internal/post"
)

// manyUnits spreads n accounts over units of 20 below the district.
func (w *world) manyUnits(n int) []int64 {
	w.t.Helper()
	w.exec(`INSERT INTO units (id, parent_id, name, kind, path, created_at) OVERRIDING SYSTEM VALUE
SELECT 100 + g, 3, '第' || g || '生态环境保护综合行政执法队', 'district', '/1/3/' || (100 + g) || '/', now()
    FROM generate_series(0, ($1::int - 1) / 20) g`, n)
	w.exec(`INSERT INTO accounts (id, unit_id, platform, handle, display_name, seat, state, connector,
			late_limit, min_gap, auto_resend, position, created_at)
OVERRIDING SYSTEM VALUE
    SELECT 100 + g, 100 + (g - 1) / 20, 'weibo', '第' || lpad(g::text, 4, '0') || '号生态环境综合执法示例', '示例',
    'district', 'live', 'manual', '30 min', '0', false, g, now()
FROM generate_series(1, $1::int) g`, n)

	ids := make([]int64, n)
	for i := range ids {
		ids[i] = int64(101 + i)
	}

	return ids
}

func TestAFormOverTwoThousandAccountsIsLight(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ids := w.manyUnits(2000)
	browser := w.as("writer")
	post := w.draft("给所有账号的通报", ids...)
	page := browser.Get(fmt.Sprintf("/posts/%d/edit", post.ID)).
		Want(200).
		WantText("[data-picker-count]", "2,000")
	if size := len(page.Body); size > 300_000 {
		t.Errorf("the form has %d bytes", size)
	}
	values := page.Form("#compose")
	if values.Get("picked") != "101-2100" || len(values["account"]) != 0 {
		t.Errorf("picked %q, boxes %v", values.Get("picked"), values["account"])
	}

	// One unit less, then opened and one of its accounts added, all without scripts.
	values.Set("act", "none.101")
	page = browser.Post("/posts/save", values).
		Want(200).
		WantText("[data-picker-count]", "1,980").
		WantText("#saved", "有改动还没有保存")
	values = page.Form("#compose")
	values.Set("act", "open.101")
	page = browser.Post("/posts/save", values).
		Want(200).
		WantCount("[data-branch='101'] input[name=account]", 20)
	values = page.Form("#compose")
	values["account"] = []string{"121"}
	values.Set("act", "save")
	browser.Post("/posts/save", values).Want(303)
	if got := w.text("SELECT count(*)::text FROM version_targets"); got != "1981" {
		t.Errorf("%s accounts are stored", got)
	}

	// A search takes all it finds; nothing chosen before is lost.
	values = browser.Get(fmt.Sprintf("/posts/%d/edit", post.ID)).Form("#compose")
	values.Set("find", "第1生态")
	values.Set("act", "find")
	page = browser.Post("/posts/save", values).
		Want(200).
		WantText("[data-picker-found]", "找到 20 个账号").
		WantCount("[data-found] input[name=account]", 20).
		WantCount("[data-found] input[name=account]:checked", 1)
	values = page.Form("#compose")
	values.Set("act", "pick")
	browser.Post("/posts/save", values).Want(200).WantText("[data-picker-count]", "2,000")
}

func TestTheScriptGetsUnitsSearchesAndFields(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.manyUnits(300)
	browser := w.as("writer")
	browser.Part("GET", "/posts/accounts?unit=1&branch=101", nil).
		Want(200).
		WantCount("input[name=account]", 20)
	browser.Part("GET", "/posts/accounts?unit=1&find=生态环境综合", nil).
		Want(200).
		WantText("[role=status]", "找到 300 个账号，这里列出前 50 个").
		WantCount("input[name=account]", 50)
	browser.Part("GET", "/posts/accounts?unit=1&find=没有", nil).
		Want(200).
		WantText("[role=status]", "没有名称或单位含“没有”")
	browser.Part("GET", "/posts/own?unit=1&of=107", nil).Want(200).
		WantCount("[data-variant='107'] textarea[name='variant.107']", 1)
	browser.Part("GET", "/posts/own?unit=1&of=999", nil).Want(422)
	browser.Part("GET", "/posts/own?unit=1", nil).Want(422)
	w.as("afar").Part("GET", "/posts/own?unit=1&of=1", nil).Want(422)
	w.as("reviewer").Part("GET", "/posts/accounts?unit=1", nil).Want(403)
}

func TestAnOwnWordingIsAddedByNameWithoutScripts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	browser := w.as("writer")
	values := browser.Get("/posts/new").Want(200).WantCount("[data-variant]", 0).Form("#compose")
	values.Set("text", "通用")
	values["account"] = []string{"1"}
	values.Set("own", "京环之声")
	values.Set("act", "own")
	values = browser.Post("/posts/save", values).
		Want(422).
		WantText("#f-own-error", "还没有选 @京环之声").
		Form("#compose")
	values["account"] = []string{"1", "2"}
	values.Set("act", "own")
	page := browser.Post("/posts/save", values).Want(200).WantCount("[data-variant='2']", 1)
	values = page.Form("#compose")
	values.Set("variant.2", "另说")
	values.Set("act", "save")
	to := browser.Post("/posts/save", values).Want(303).Location
	browser.Get(to).WantCount("[data-variant]", 1).WantText("[data-variant='2'] textarea", "另说")
}

func TestWordingsBeyondTheFirstFiftyAreKeptAndFoundByName(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	content := post.Content{Text: "通用"}

	for i, id := range w.many(60) {
		own := fmt.Sprintf("第 %d 份", i+1)
		content.Targets = append(content.Targets, post.TargetChoice{AccountID: id, Variant: &own})
	}
	p, err := w.posts.Create(t.Context(), w.people["writer"], 1, content)
	w.must(err)
	browser, edit := w.as("writer"), fmt.Sprintf("/posts/%d/edit", p.ID)
	values := browser.Get(edit).
		Want(200).
		WantCount("[data-variant]", 50).
		WantText("#variants-box", "另有 10 个账号有单独文案").
		Form("#compose")
	values.Set("own", "@第060号环保示例")
	values.Set("act", "own")
	values = browser.Post("/posts/save", values).
		Want(200).
		WantCount("[data-variant]", 51).
		WantText("[data-variant='160'] textarea", "第 60 份").
		Form("#compose")
	values.Set("variant.160", "改过")
	values.Set("act", "save")
	browser.Post("/posts/save", values).Want(303)
	if got := w.text(`
		SELECT count(variant) || ' ' || max(variant) FILTER (WHERE account_id = 160) || max(variant) FILTER (WHERE account_id = 159) FROM version_targets`); got != "60 改过第 59 份" {
		t.Errorf("stored %s", got)
	}
	values = browser.Get(edit).Form("#compose")
	values.Set("wordings", "{}x")
	browser.Post("/posts/save", values).Want(422)
}

func TestAFormSentTwiceMakesOneDraft(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	browser := w.as("writer")
	values := browser.Get("/posts/new").Want(200).Form("#compose")
	values.Set("text", "按了两次")
	values["account"] = []string{"1"}
	values.Set("due", "2026-11-23T18:00")
	values.Set("act", "save")
	first := browser.Post("/posts/save", values).Want(303)
	second := browser.Post("/posts/save", values).Want(303)
	if first.Location != second.Location || w.text("SELECT count(*)::text FROM posts") != "1" {
		t.Errorf("first %s, second %s", first.Location, second.Location)
	}

	// Going back and writing on leads to both texts, not to a second draft.
	values.Set("text", "回头又改")
	browser.Post("/posts/save", values).Want(409).WantText("h1", "两人同时修改")

	// Submitting twice is submitting.
	values = browser.Get("/posts/new").Form("#compose")
	values.Set("text", "提交了两次")
	values["account"] = []string{"1"}
	values.Set("due", "2026-11-23T18:00")
	values.Set("act", "submit")
	one, two := browser.Post("/posts/save", values).Want(303), browser.Post("/posts/save", values).Want(303)
	if one.Location != two.Location || w.text("SELECT count(*)::text FROM posts") != "2" {
		t.Errorf("first %s, second %s", one.Location, two.Location)
	}
	values.Set("key", strings.Repeat("x", 65))
	browser.Post("/posts/save", values).Want(422)
}

func TestTwoPressesAtOnceMakeOneDraft(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	due := w.now.Add(time.Hour)

	ids := make(chan int64, 8)
	for range cap(ids) {
		go func() {
			p, _, err := w.posts.CreateOnce(t.Context(), w.people["writer"], 1, post.Content{
				Text: "同时", DueAt: &due,
			}, "k")
			if err != nil {
				t.Error(err)
			}
			ids <- p.ID
		}()
	}

	seen := map[int64]bool{}
	for range cap(ids) {
		seen[<-ids] = true
	}
	if len(seen) != 1 {
		t.Errorf("drafts %v", seen)
	}
	if p, again, err := w.posts.CreateOnce(
		t.Context(),
		w.people["second"],
		1,
		post.Content{Text: "别人"},
		"k",
	); err != nil || again ||
		seen[p.ID] {
		t.Errorf("another person's key: %v %v %v", p.ID, again, err)
	}
}
