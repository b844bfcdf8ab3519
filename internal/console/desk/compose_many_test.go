package desk_test

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
SELECT 100 + g, 3, '第' || g || '生态环境保护综合行政执法队', 'district', '/1/3/' || (100 + g) || '/', now() FROM generate_series(0, ($1::int - 1) / 20) g`, n)
	w.exec(`INSERT INTO accounts (id, unit_id, platform, handle, display_name, seat, state, connector, late_limit, min_gap, auto_resend, position, created_at)
OVERRIDING SYSTEM VALUE SELECT 100 + g, 100 + (g - 1) / 20, 'weibo', '第' || lpad(g::text, 4, '0') || '号生态环境综合执法示例', '示例', 'district', 'live', 'manual', '30 min', '0', false, g, now()
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
	b := w.as("writer")
	d := w.draft("给所有账号的通报", ids...)
	page := b.Get(fmt.Sprintf("/posts/%d/edit", d.ID)).Want(200).WantText("[data-picker-count]", "2,000")
	if size := len(page.Body); size > 300_000 {
		t.Errorf("the form has %d bytes", size)
	}
	f := page.Form("#compose")
	if f.Get("picked") != "101-2100" || len(f["account"]) != 0 {
		t.Errorf("picked %q, boxes %v", f.Get("picked"), f["account"])
	}

	// One unit less, then opened and one of its accounts added, all without scripts.
	f.Set("act", "none.101")
	page = b.Post("/posts/save", f).Want(200).WantText("[data-picker-count]", "1,980").WantText("#saved", "有改动还没有保存")
	f = page.Form("#compose")
	f.Set("act", "open.101")
	page = b.Post("/posts/save", f).Want(200).WantCount("[data-branch='101'] input[name=account]", 20)
	f = page.Form("#compose")
	f["account"] = []string{"121"}
	f.Set("act", "save")
	b.Post("/posts/save", f).Want(303)
	if got := w.text("SELECT count(*)::text FROM version_targets"); got != "1981" {
		t.Errorf("%s accounts are stored", got)
	}

	// A search takes all it finds; nothing chosen before is lost.
	f = b.Get(fmt.Sprintf("/posts/%d/edit", d.ID)).Form("#compose")
	f.Set("find", "第1生态")
	f.Set("act", "find")
	page = b.Post("/posts/save", f).Want(200).WantText("[data-picker-found]", "找到 20 个账号").WantCount("[data-found] input[name=account]", 20).WantCount("[data-found] input[name=account]:checked", 1)
	f = page.Form("#compose")
	f.Set("act", "pick")
	b.Post("/posts/save", f).Want(200).WantText("[data-picker-count]", "2,000")
}

func TestTheScriptGetsUnitsSearchesAndFields(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.manyUnits(300)
	b := w.as("writer")
	b.Part("GET", "/posts/accounts?unit=1&branch=101", nil).Want(200).WantCount("input[name=account]", 20)
	b.Part("GET", "/posts/accounts?unit=1&find=生态环境综合", nil).Want(200).WantText("[role=status]", "找到 300 个账号，这里列出前 50 个").WantCount("input[name=account]", 50)
	b.Part("GET", "/posts/accounts?unit=1&find=没有", nil).Want(200).WantText("[role=status]", "没有名称或单位含“没有”")
	b.Part("GET", "/posts/own?unit=1&of=107", nil).Want(200).
		WantCount("[data-variant='107'] textarea[name='variant.107']", 1)
	b.Part("GET", "/posts/own?unit=1&of=999", nil).Want(422)
	b.Part("GET", "/posts/own?unit=1", nil).Want(422)
	w.as("afar").Part("GET", "/posts/own?unit=1&of=1", nil).Want(422)
	w.as("reviewer").Part("GET", "/posts/accounts?unit=1", nil).Want(403)
}

func TestAnOwnWordingIsAddedByNameWithoutScripts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.as("writer")
	f := b.Get("/posts/new").Want(200).WantCount("[data-variant]", 0).Form("#compose")
	f.Set("text", "通用")
	f["account"] = []string{"1"}
	f.Set("own", "京环之声")
	f.Set("act", "own")
	f = b.Post("/posts/save", f).Want(422).WantText("#f-own-error", "还没有选 @京环之声").Form("#compose")
	f["account"] = []string{"1", "2"}
	f.Set("act", "own")
	page := b.Post("/posts/save", f).Want(200).WantCount("[data-variant='2']", 1)
	f = page.Form("#compose")
	f.Set("variant.2", "另说")
	f.Set("act", "save")
	to := b.Post("/posts/save", f).Want(303).Location
	b.Get(to).WantCount("[data-variant]", 1).WantText("[data-variant='2'] textarea", "另说")
}

func TestWordingsBeyondTheFirstFiftyAreKeptAndFoundByName(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := post.Content{Text: "通用"}
	for i, id := range w.many(60) {
		own := fmt.Sprintf("第 %d 份", i+1)
		c.Targets = append(c.Targets, post.TargetChoice{AccountID: id, Variant: &own})
	}
	p, err := w.posts.Create(t.Context(), w.people["writer"], 1, c)
	w.must(err)
	b, edit := w.as("writer"), fmt.Sprintf("/posts/%d/edit", p.ID)
	f := b.Get(edit).Want(200).WantCount("[data-variant]", 50).WantText("#variants-box", "另有 10 个账号有单独文案").Form("#compose")
	f.Set("own", "@第060号环保示例")
	f.Set("act", "own")
	f = b.Post("/posts/save", f).Want(200).WantCount("[data-variant]", 51).WantText("[data-variant='160'] textarea", "第 60 份").Form("#compose")
	f.Set("variant.160", "改过")
	f.Set("act", "save")
	b.Post("/posts/save", f).Want(303)
	if got := w.text("SELECT count(variant) || ' ' || max(variant) FILTER (WHERE account_id = 160) || max(variant) FILTER (WHERE account_id = 159) FROM version_targets"); got != "60 改过第 59 份" {
		t.Errorf("stored %s", got)
	}
	f = b.Get(edit).Form("#compose")
	f.Set("wordings", "{}x")
	b.Post("/posts/save", f).Want(422)
}

func TestAFormSentTwiceMakesOneDraft(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.as("writer")
	f := b.Get("/posts/new").Want(200).Form("#compose")
	f.Set("text", "按了两次")
	f["account"] = []string{"1"}
	f.Set("due", "2026-11-23T18:00")
	f.Set("act", "save")
	first, second := b.Post("/posts/save", f).Want(303), b.Post("/posts/save", f).Want(303)
	if first.Location != second.Location || w.text("SELECT count(*)::text FROM posts") != "1" {
		t.Errorf("first %s, second %s", first.Location, second.Location)
	}

	// Going back and writing on leads to both texts, not to a second draft.
	f.Set("text", "回头又改")
	b.Post("/posts/save", f).Want(409).WantText("h1", "两人同时修改")

	// Submitting twice is submitting.
	f = b.Get("/posts/new").Form("#compose")
	f.Set("text", "提交了两次")
	f["account"] = []string{"1"}
	f.Set("due", "2026-11-23T18:00")
	f.Set("act", "submit")
	one, two := b.Post("/posts/save", f).Want(303), b.Post("/posts/save", f).Want(303)
	if one.Location != two.Location || w.text("SELECT count(*)::text FROM posts") != "2" {
		t.Errorf("first %s, second %s", one.Location, two.Location)
	}
	f.Set("key", strings.Repeat("x", 65))
	b.Post("/posts/save", f).Want(422)
}

func TestTwoPressesAtOnceMakeOneDraft(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	due := w.now.Add(time.Hour)
	ids := make(chan int64, 8)
	for range cap(ids) {
		go func() {
			p, _, err := w.posts.CreateOnce(t.Context(), w.people["writer"], 1, post.Content{Text: "同时", DueAt: &due}, "k")
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
	if p, again, err := w.posts.CreateOnce(t.Context(), w.people["second"], 1, post.Content{Text: "别人"}, "k"); err != nil || again || seen[p.ID] {
		t.Errorf("another person's key: %v %v %v", p.ID, again, err)
	}
}
