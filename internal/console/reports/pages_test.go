package reports_test

import (
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/console/reports"
	"juzhen/internal/e2e/stage/pages"
	"juzhen/internal/faultbook"
	"juzhen/internal/inspect"
	"juzhen/internal/reach"
	"juzhen/internal/report"
)

var now = time.Date(2026, 11, 30, 1, 0, 0, 0, time.UTC)

func newWorld(t *testing.T) *pages.Pages {
	t.Helper()

	p := pages.New(t, now, func(p *pages.Pages) {
		rules := inspect.New(p.DB, p.Now)
		reports.Register(p.Kit, reports.Deps{
			Reports: report.New(p.DB, report.Sources{
				Reach:   reach.New(p.DB, nil, p.Accounts, reach.Options{Now: p.Now}),
				Inspect: rules,
				Faults:  faultbook.New(p.DB, rules, p.Now),
			}, p.Now),
			Accounts: p.Accounts, Units: p.Org,
		})
	})
	p.Person("deputy", access.Supervisor, "环保局")
	p.Person("auditor", access.Auditor, "环保局")
	p.Account("朝阳环保示例", "朝阳区", account.Manual, false)

	return p
}

// TestAReportIsMadeAndSignedOnItsPages by two people, with the files that this machine can make.
func TestAReportIsMadeAndSignedOnItsPages(t *testing.T) {
	t.Parallel()

	p := newWorld(t)
	boss, deputy := p.As("boss"), p.As("deputy")
	boss.Get("/reports").Want(200).WantText(".empty-state", "没有这样的报告")
	form := boss.Get("/reports/new").
		Want(200).
		WantCount("[value='2026-07-01']", 1).
		Form("form[action='/reports']")
	form.Set("from", "2026-12-01")
	form.Set("to", "2026-12-31")
	boss.Post("/reports", form).Want(422).WantText(".field-wrong", "时段不能在今天之后")
	form.Set("from", "2026-07-01")
	form.Set("to", "2026-09-30")
	boss.Post("/reports", form).Want(303)
	form.Set("kind", "account")
	form.Set("account_id", "没有的账号")
	boss.Post("/reports", form).Want(422).WantText(".field-wrong", "没有找到账号")

	form = boss.Get("/reports/1").Want(200).WantText(".report-paper", "一、基本情况").
		WantText(".report-paper", "数据截至 2026-11-30 09:00").WantCount("a[href$=pdf]", 0).
		Form("form[action$=words]")
	form.Set("title", "")
	boss.Post("/reports/1/words", form).Want(422).WantText(".field-wrong", "请写标题")
	form.Set("title", "改过的标题")
	boss.Post("/reports/1/words", form).Want(303)
	boss.Post("/reports/1/words", form).Want(409) // not the one that was shown
	p.As("auditor").Get("/reports/1").Want(200).WantText("h1", "改过的标题").WantCount("main form", 0)

	form = boss.Get("/reports/1").Form("form[action$=sign]")
	boss.Post("/reports/1/sign", form).Want(303)
	boss.Get("/reports/1").Want(200).WantCount("form[action$=sign]", 0).WantCount("form[action$=words]", 0)
	form = deputy.Get("/reports/1").Form("form[action$=return]")
	deputy.Post("/reports/1/return", form).Want(422).WantText("main", "请写明为什么退回")
	form = deputy.Get("/reports/1").Form("form[action$=sign]")
	deputy.Post("/reports/1/sign", form).Want(303)
	deputy.Get("/reports/1").Want(200).WantText("main", "自查〔2026〕1号").WantCount("main form", 0)
	deputy.Get("/reports?kind=quarter&state=signed").Want(200).WantCount("#reports tbody tr", 1)

	deputy.Get("/reports/1/file?format=docx").Want(200)
	deputy.Get("/reports/1/file?format=xlsx").Want(200)
	deputy.Get("/reports/1/file?format=pdf").Want(503) // nothing here makes one
	deputy.Get("/reports/1/file?format=odt").Want(422)
	deputy.Get("/reports/9").Want(404)
}
