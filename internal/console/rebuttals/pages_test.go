package rebuttals_test

import (
	"net/url"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/check"
	"juzhen/internal/console/rebuttals"
	"juzhen/internal/e2e/stage/pages"
	"juzhen/internal/inbox"
	"juzhen/internal/lexicon"
	"juzhen/internal/link"
	"juzhen/internal/rumour"
)

var now = time.Date(2026, 12, 1, 1, 0, 0, 0, time.UTC)

func newWorld(t *testing.T) *pages.Pages {
	t.Helper()
	p := pages.New(t, now, func(p *pages.Pages) {
		lists := lexicon.New(p.DB, p.Now, nil, lexicon.Told{})
		rebuttals.Register(p.Kit, rebuttals.Deps{
			Rumours: rumour.New(p.DB, p.Now), Units: p.Org, Inbox: inbox.New(p.DB, inbox.Options{Now: p.Now}),
			Checks: check.New(p.DB, lists, link.New(p.DB, nil, link.Options{}, p.Now), p.Now),
		})
	})
	p.Person("deputy", access.Supervisor, "环保局")
	p.Person("auditor", access.Auditor, "环保局")
	p.Granted()

	return p
}

// TestARebuttalIsWrittenSignedAndWithdrawnOnItsPages by two people.
func TestARebuttalIsWrittenSignedAndWithdrawnOnItsPages(t *testing.T) {
	t.Parallel()

	p := newWorld(t)
	boss, deputy := p.As("boss"), p.As("deputy")
	boss.Get("/rebuttals").Want(200).WantText(".empty-state", "没有这样的辟谣")
	form := boss.Get("/rebuttals/new").Want(200).Form("form[action='/rebuttals']")
	form.Set("claim", "明天将启动红色预警")
	form.Set("truth", "没有预警。")
	form.Set("area", "全市")
	form.Set("expert", "首席预报员")
	form.Set("keywords", "红色预警 启动")
	boss.Post("/rebuttals", form).Want(422).WantText(".field-wrong", "请至少写一条依据").
		WantText("[name=truth]", "没有预警。")
	form.Set("evidence", "https://example.org/1201 预报\n会商单.pdf")
	boss.Post("/rebuttals", form).Want(303)

	form = boss.Get("/rebuttals/1").Want(200).WantText("h1", "明天将启动红色预警").
		WantCount("a[href='https://example.org/1201']", 1).Form("form[action$=ask]")
	boss.Post("/rebuttals/1/ask", form).Want(303)
	boss.Get("/rebuttals/1").Want(200).WantCount("form[action$=sign]", 0)
	p.As("auditor").Get("/rebuttals/1").Want(200).WantCount("main form", 0)
	form = deputy.Get("/rebuttals/1").Form("form[action$=return]")
	deputy.Post("/rebuttals/1/return", form).Want(422).WantText(".field-wrong", "请写明原因")
	form = deputy.Get("/rebuttals/1").Form("form[action$=sign]")
	form.Set("review_at", "2026-12-30T09:00")
	deputy.Post("/rebuttals/1/sign", form).Want(422).WantText(".field-wrong", "有效期之内").
		WantCount("[value='2026-12-30T09:00']", 1)
	form.Set("review_at", "2026-12-03T09:00")
	deputy.Post("/rebuttals/1/sign", form).Want(303)
	deputy.Post("/rebuttals/1/sign", form).Want(409)
	boss.Get("/rebuttals?state=valid&q=红色").Want(200).WantCount("#rebuttals tbody tr", 1)

	form = boss.Get("/rebuttals/1/edit").Want(200).WantText("main", "原来签发的一版继续有效").
		Form("form[action$=edit]")
	form.Set("valid_until", "2026-11-01T00:00")
	boss.Post("/rebuttals/1/edit", form).Want(422)
	form.Set("valid_until", "2026-12-09T00:00")
	boss.Post("/rebuttals/1/edit", form).Want(303)
	boss.Get("/rebuttals/1").Want(200).WantText(".banner", "第 1 版继续有效")

	form = boss.Get("/rebuttals/1").Form("form[action$=withdraw]")
	form.Set("reason", "预报变了")
	boss.Post("/rebuttals/1/withdraw", form).Want(303)
	form = boss.Get("/rebuttals/1").WantText(".banner-bad", "预报变了").Form("form[action$=correct]")
	form.Set("reason", "稿件 7")
	boss.Post("/rebuttals/1/correct", form).Want(303)
	boss.Get("/rebuttals/1").Want(200).WantText(".facts", "稿件 7").WantCount("main form", 0).
		WantCount(".timeline li", 6)
	boss.Get("/rebuttals/9").Want(404)
	boss.Post("/rebuttals", url.Values{"unit": {"9"}}).Want(404)
}
