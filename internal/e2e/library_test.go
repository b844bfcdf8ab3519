package e2e

import (
	"testing"

	"juzhen/internal/delivery"
	"juzhen/internal/e2e/world"
)

// TestWhatWasPublishedAndKeptIsWrittenAgain in a browser: what goes out is found by other letters of the same
// words, begins another post, and a snippet that an officer keeps is put where the caret is, with one undo.
func TestWhatWasPublishedAndKeptIsWrittenAgain(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	sent := w.Approve("冬季取暖请注意通风，共护蓝天。", nil, "环保北京", "京环之声")
	w.Wait(sent.ID, "环保北京", delivery.Sent)
	w.Wait(sent.ID, "京环之声", delivery.Sent)
	w.Eventually("both publications are in the library", func() bool {
		_, err := w.Reach.Plan(t.Context())
		must(t, err)
		must(t, w.Library.Fill(t.Context()))
		n := 0
		must(t, w.DB.Pool().QueryRow(t.Context(),
			"SELECT coalesce(sum(times), 0) FROM library_texts WHERE folded LIKE '冬季取暖%'").Scan(&n))

		return n == 2
	})

	tab := person(t, w, "xuanchuan")
	tab.Go("/library?q=" + "通風 藍天")
	tab.SeeText(".library-list li", "发布 2 次")
	tab.SeeText(".library-list li", "等 2 个账号")
	tab.Follow(".library-list a[href^='/posts/new']")
	tab.Eval(`document.querySelector("#f-text").value === "冬季取暖请注意通风，共护蓝天。"`)

	tab.Go("/library?on=kept")
	tab.Follow("a[href='/library/new?kind=snippet']")
	tab.Type("#f-title", "举报电话")
	tab.Type("#f-text", "举报请拨 12345。")
	tab.Follow("main form.form button")
	tab.SeeText("h1", "举报电话")

	tab.Go("/posts/new")
	tab.Type("#f-text", "今天的通报。")
	tab.Eval(
		`(() => { const e = document.querySelector("#f-text"); e.setSelectionRange(6, 6); return true })()`,
	)
	tab.Click(".from-library summary")
	tab.Type("#f-library", "举报")
	tab.SeeText(".library-found", "举报电话")
	tab.Axe()
	tab.Click(".library-found [data-library-take]")
	tab.SeeText("[data-library-told]", "已插入")
	tab.Eval(`document.querySelector("#f-text").value === "今天的通报。举报请拨 12345。"`)
	tab.Command("undo")
	tab.Eval(`document.querySelector("#f-text").value === "今天的通报。"`)
	tab.Size(390, 844)
	tab.FitsWidth()
	tab.Follow(".compose-end button[value=save]") // nothing is left that leaving the page would lose
	tab.Go("/library?on=kept")
	tab.SeeText(".library-list", "用过 1 次")
	tab.FitsWidth()
}
