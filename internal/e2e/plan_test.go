package e2e

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/xuri/excelize/v2"

	"juzhen/internal/beijing"
	"juzhen/internal/e2e/world"
)

// TestAWeekComesFromExcelAndIsMovedByKeys takes a file with a faulty cell, then the mended one, and moves one
// of its drafts to the next day with a key; the move is taken back.
func TestAWeekComesFromExcelAndIsMovedByKeys(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	due := beijing.Day(time.Now()).AddDate(0, 0, 2).Add(9 * time.Hour)
	latest := due.Add(11 * time.Hour)
	week := func(name, when string) string {
		file := excelize.NewFile()
		defer file.Close()
		rows := [][]any{
			{"账号", "时间", "正文", "最晚发布"},
			{"环保北京", when, "要挪动的一篇", ""},
			{"环保北京", "", "没有定时间的一篇", latest.Format("2006-01-02 15:04")},
		}

		for i, row := range rows {
			cell, err := excelize.CoordinatesToCellName(1, i+1)
			must(t, err)
			must(t, file.SetSheetRow("Sheet1", cell, &row))
		}
		path := filepath.Join(t.TempDir(), name)
		must(t, file.SaveAs(path))

		return path
	}
	tab := person(t, w, "xuanchuan")
	tab.Go("/plan/import")
	tab.Upload("#f-file", week("wrong.xlsx", "不是时间"))
	tab.Follow("main form button[type=submit]")
	tab.SeeText("main .field-error", "时间无法识别")

	tab.Go("/plan/import")
	tab.Upload("#f-file", week("week.xlsx", due.Format("2006-01-02 15:04")))
	tab.Follow("main form button[type=submit]")
	tab.SeeText("main table", due.Format("2006-01-02 15:04"))
	tab.SeeText("main table", latest.Format("2006-01-02 15:04"))
	tab.Follow("main form button[type=submit]")
	tab.SeeText(".banner", "已导入 2 篇草稿")

	tab.Go("/plan")
	tab.Eval(`(document.querySelector("[data-move]").focus(), true)`)
	tab.Step("a day later", chromedp.KeyEvent(kb.ArrowRight, chromedp.KeyModifiers(chromedp.ModifierAlt)))
	tab.SeeText("#move-dialog[open] h3", "改到 "+due.AddDate(0, 0, 1).Format("2006-01-02 15:04"))
	tab.Click("[data-move-do]")
	tab.SeeText("#moved", "已改期")
	planned := func() (at time.Time) {
		must(t, w.DB.Pool().QueryRow(t.Context(), `
			SELECT p.due_at FROM posts p JOIN post_versions v ON v.id = p.version_id WHERE v.text = '要挪动的一篇'`).
			Scan(&at))

		return at
	}
	w.Eventually("the new time", func() bool { return planned().Equal(due.AddDate(0, 0, 1)) })
	tab.Click("[data-move-undo]")
	w.Eventually("the old time", func() bool { return planned().Equal(due) })
}
