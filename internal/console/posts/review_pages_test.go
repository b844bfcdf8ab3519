package posts_test

import (
	"encoding/hex"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"juzhen/internal/post"
)

// shownOf is what a review form of a submitted post carries.
func (w *world) shownOf(p post.Post) url.Values {
	_, version, err := w.posts.Find(w.t.Context(), w.people["reviewer"], p.ID)
	w.must(err)

	return url.Values{
		"version": {fmt.Sprint(version.Number)}, "hash": {hex.EncodeToString(version.Hash)},
	}
}

// TestSeveralAreApprovedWithOnePress: what was marked as read is offered in the queue; what was changed since
// is refused by name, and keeps the other from nothing.
func TestSeveralAreApprovedWithOnePress(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	one, other := w.submitted("第一份稿件", 1), w.submitted("第二份稿件", 2)
	browser := w.as("reviewer")
	browser.Get("/reviews").Want(200).WantCount("input[name=pick]", 0)

	for _, p := range []post.Post{one, other} {
		form := w.shownOf(p)
		form.Set("decision", "opened")
		browser.Post(fmt.Sprintf("/reviews/%d", p.ID), form).Want(303)
	}
	queue := browser.Get("/reviews").Want(200).WantCount("input[name=pick]", 2)
	picks := url.Values{}
	queue.Find("input[name=pick]").Each(func(_ int, box *goquery.Selection) {
		picks.Add("pick", box.AttrOr("value", ""))
	})

	browser.Post("/reviews", url.Values{}).Want(422).WantText("[role=alert]", "请先勾选看过的稿件")
	browser.Post("/reviews", url.Values{"pick": {"1 2 3"}}).Want(422)
	w.exec("UPDATE post_versions SET text = '另外的话' WHERE post_id = $1", other.ID)
	browser.Post("/reviews", picks).Want(409).
		WantText("[role=alert]", "已批准 1 份，1 份没有批准").
		WantText("[role=alert]", "与提交时的指纹不符")
	if phase := w.text("SELECT phase FROM posts WHERE id = $1", one.ID); phase != "approved" {
		t.Errorf("the first is %s", phase)
	}
	if phase := w.text("SELECT phase FROM posts WHERE id = $1", other.ID); phase != "submitted" {
		t.Errorf("the second is %s", phase)
	}
}

// TestNotesStandBesideTheText: bad ones come back as typed; the writer does not see any; the last approval
// asks about open ones.
func TestNotesStandBesideTheText(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.submitted("今日空气质量良", 1)
	path, browser := fmt.Sprintf("/reviews/%d", p.ID), w.as("reviewer")
	note := url.Values{"version": {"1"}, "note": {"请核对"}, "quoted": {"臭氧"}}

	browser.Post(path+"/notes", note).Want(422).WantText("#quoted-error", "这一版里没有这段文字").
		WantCount("#f-quoted[value=臭氧]", 1).WantText("#f-note", "请核对")
	note.Set("quoted", "空气质量")
	browser.Post(path+"/notes", note).Want(303)
	browser.Get(path).WantText("#notes-list blockquote", "空气质量").WantText("#notes-list", "未解决")
	w.as("writer").Get(fmt.Sprintf("/posts/%d", p.ID)).Want(200).WantCount("#notes", 0)

	form := w.shownOf(p)
	form.Set("decision", "approve")
	browser.Post(path, form).Want(422).WantText("#notes-error", "还有 1 条批注没有解决")
	form.Set("despite", "true")
	browser.Post(path, form).Want(303)
}

// TestAnEditorKeepsWhatWasTyped where the new words cannot go out, and passes a version on where they can.
func TestAnEditorKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.submitted("今日空气质量良", 1)
	w.exec(`INSERT INTO review_steps (run_id, number, name, role, relation, unit_id, everyone, limit_minutes,
    remind_minutes, items, at_once, state)
SELECT run_id, 2, '终审', role, relation, unit_id, everyone, 0, 0, '[]', true, 'waiting' FROM review_steps`)
	w.exec("UPDATE review_steps SET edit = true WHERE number = 1")
	w.exec(`INSERT INTO grants (user_id, role, unit_id, created_at) VALUES ($1, 'reviewer', 1, now())`,
		w.people["other"].UserID) // who decides the step behind the edition
	path, browser := fmt.Sprintf("/reviews/%d", p.ID), w.as("reviewer")
	browser.Get(path).Want(200).WantText("#e-text", "今日空气质量良").WantCount("button[value=approve]", 0)

	form := w.shownOf(p)
	long := strings.Repeat("长", 3000)
	form.Set("decision", "edit")
	browser.Post(path, form).Want(422) // editing is an act of its own
	form.Del("decision")
	form.Set("text", long)
	browser.Post(path+"/edit", form).Want(422).WantCount("#words-error", 1).WantText("#e-text", long)
	form.Set("text", "今日全市空气质量良")
	form.Set("opinion", long)
	browser.Post(path+"/edit", form).Want(422).WantText("#words-error", "意见最多 500 字")
	form.Set("opinion", "写明范围")
	browser.Post(path+"/edit", form).Want(303)
	if n := w.text("SELECT count(*)::text FROM post_versions WHERE post_id = $1", p.ID); n != "2" {
		t.Errorf("%s versions", n)
	}
	browser.Post(path+"/edit", form).Want(409).WantText("#typed", "今日全市空气质量良")
}
