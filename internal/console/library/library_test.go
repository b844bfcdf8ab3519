package library_test

import (
	"fmt"
	"testing"
	"time"

	"juzhen/internal/blob"
	"juzhen/internal/column"
	console "juzhen/internal/console/library"
	"juzhen/internal/e2e/stage/pages"
	"juzhen/internal/library"
	"juzhen/internal/media"
	"juzhen/internal/post"
	"juzhen/internal/weibo"
)

var now = time.Date(2026, 11, 30, 7, 30, 0, 0, time.UTC)

func newPages(t *testing.T) *pages.Pages {
	t.Helper()

	return pages.New(t, now, func(p *pages.Pages) {
		blobs, err := blob.Open(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = blobs.Close() })
		console.Register(p.Kit, console.Deps{
			Library:  library.New(p.DB, media.New(p.DB, blobs, p.Now), p.Now),
			Posts:    post.New(p.DB, weibo.Rules{}, p.Now),
			Accounts: p.Accounts,
			Columns:  column.New(p.DB, p.Now),
			Units:    p.Org,
		})
	})
}

// TestTwoWhoChangeAnItemLoseNothing: the second one sees what the first one kept, still has what was typed,
// and can save it; what was retired meanwhile gives the words back.
func TestTwoWhoChangeAnItemLoseNothing(t *testing.T) {
	t.Parallel()
	w := newPages(t)
	boss, officer := w.As("boss"), w.As("officer")
	form := boss.Get("/library/new?kind=snippet").Want(200).Form("form.form")
	form.Set("unit", fmt.Sprint(w.Units["环保局"].UnitID))
	form.Set("title", "落款")
	form.Set("text", "市生态环境局")
	at := boss.Post("/library/items", form).Want(303).Location
	officer.Get(at).Want(200).WantText("main", "市生态环境局").WantCount("a[href='/library?on=kept']", 1)

	mine, theirs := boss.Get(at).Form("form.form"), boss.Get(at).Form("form.form")
	theirs.Set("text", "市局")
	boss.Post(at, theirs).Want(303)
	mine.Set("text", "北京市生态环境局")
	refused := boss.Post(at, mine).Want(409).WantText(".banner", "市局").WantText(".banner", "您写的还没有保存")
	again := refused.Form("form.form")
	if got := again.Get("text"); got != "北京市生态环境局" {
		t.Fatalf("what was typed came back as %q", got)
	}
	boss.Post(at, again).Want(303)
	stale := boss.Get(at).Want(200).WantText("textarea", "北京市生态环境局").Form("form.form")

	retire := boss.Get(at).Form("form.section")
	boss.Post(at+"/retire", retire).Want(303)
	boss.Post(at+"/retire", retire).Want(409).WantText("h1", "落款")
	stale.Set("text", "来不及了")
	boss.Post(at, stale).Want(409).WantText(".banner", "来不及了").WantCount("form.form", 0)
}

// TestALabelledPictureSaysSo: in the list and on its page a picture that a machine made is labelled in words.
func TestALabelledPictureSaysSo(t *testing.T) {
	t.Parallel()
	w := newPages(t)
	bureau := w.Units["环保局"]
	var picture int64
	err := w.DB.Pool().QueryRow(t.Context(), `
INSERT INTO media (unit_id, uploaded_by, uploaded_at, file_name, mime, bytes, width, height, frames, sha256,
    thumb, alt, label, label_unread)
SELECT $1, min(id), now(), '图.png', 'image/png', 9, 3, 3, 1, sha256('a'), sha256('b'), '', '{"Label":"1"}', false
FROM users RETURNING id`, bureau.UnitID).Scan(&picture)
	if err != nil {
		t.Fatal(err)
	}
	item, err := library.New(w.DB, nil, w.Now).
		Create(t.Context(), w.People["boss"], bureau.UnitID, library.Picture,
			library.Edit{Title: "湿地", Text: "湿地里的白鹭", MediaID: picture, Source: "中心", Licence: "自有"})
	if err != nil {
		t.Fatal(err)
	}
	boss := w.As("boss")
	boss.Get(fmt.Sprintf("/library/items/%d", item.ID)).Want(200).WantText(".picture-label", "标识：由AI生成")
	boss.Get("/library?on=pictures").Want(200).WantText(".picture-label", "标识：由AI生成")
}
