package incidents_test

import (
	"net/url"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/console/incidents"
	"juzhen/internal/e2e/stage/pages"
	"juzhen/internal/inbox"
	"juzhen/internal/incident"
)

var now = time.Date(2026, 12, 1, 15, 0, 0, 0, time.UTC) // 23:00 in Beijing

func newWorld(t *testing.T) *pages.Pages {
	t.Helper()
	p := pages.New(t, now, func(p *pages.Pages) {
		incidents.Register(p.Kit, incidents.Deps{
			Incidents: incident.New(p.DB, p.Now), Inbox: inbox.New(p.DB, inbox.Options{Now: p.Now}),
			Accounts: p.Accounts, Units: p.Org,
		})
	})
	p.Person("deputy", access.Supervisor, "环保局")
	p.Person("auditor", access.Auditor, "环保局")
	p.Granted()

	return p
}

func TestAnEventIsHandledOnItsPagesFromOpeningToItsReport(t *testing.T) {
	t.Parallel()

	p := newWorld(t)
	boss, deputy := p.As("boss"), p.As("deputy")
	boss.Get("/incidents").Want(200).WantText(".empty-state", "没有这样的热点事件")
	form := boss.Get("/incidents/new").Want(200).Form("form[action='/incidents']")
	form.Set("title", "自来水异味")
	form.Set("keywords", "水")
	form.Set("grade", "grave")
	form.Set("t0", "2026-12-02T00:00")
	boss.Post("/incidents", form).Want(422).WantText(".field-wrong", "这个时间还没有到").
		WantText("main", "每个词 2 至 20 字").WantCount("[value='自来水异味']", 1)
	form.Set("keywords", "异味、自来水")
	form.Set("t0", "2026-12-01T22:00")
	boss.Post("/incidents", form).Want(303)
	boss.Get("/incidents?state=open&q=异味").Want(200).WantCount("#incidents tbody tr", 1).
		WantText("#incidents", "还有 4 小时 0 分")

	p.As("auditor").Get("/incidents/1").Want(200).WantCount("main form", 0)
	page := boss.Get("/incidents/1").Want(200).WantText("h1", "自来水异味").
		WantText("#clocks", "发布权威信息").
		WantText("main", "还没有签发的口径").WantText(".timeline", "起算时间：12-01 22:00")
	form = page.Form("form[action$=say]")
	form.Set("text", "正在检测，一小时内公布结果。")
	boss.Post("/incidents/1/say", form).Want(303)
	boss.Post("/incidents/1/say", form).Want(409)
	boss.Post("/incidents/1/ask", boss.Get("/incidents/1").Form("form[action$=ask]")).Want(303)
	boss.Get("/incidents/1").Want(200).WantCount("form[action$=sign]", 0)
	deputy.Post("/incidents/1/sign", deputy.Get("/incidents/1").Form("form[action$=sign]")).Want(303)
	boss.Get("/incidents/1").Want(200).WantText("#h-words + .boxed", "一小时内公布结果")

	form = boss.Get("/incidents/1/edit").Want(200).Form("form[action$=edit]")
	form.Set("t0", "2026-12-01T21:00")
	boss.Post("/incidents/1/edit", form).Want(422).WantText(".field-wrong", "请写明原因").
		WantCount("[value='2026-12-01T21:00']", 1)
	form.Set("reason", "第一个报告在 21 时")
	boss.Post("/incidents/1/edit", form).Want(303)
	boss.Get("/incidents/1").Want(200).WantText(".timeline", "12-01 22:00 → 12-01 21:00")

	form = boss.Get("/incidents/1").Form("form[action$=record]")
	form.Set("due", "meet")
	form.Set("at", "2026-12-01T22:30")
	boss.Post("/incidents/1/record", form).Want(422).WantText("#record .field-wrong", "请写明在哪里")
	form.Set("reason", "市政府新闻办")
	boss.Post("/incidents/1/record", form).Want(303)
	boss.Get("/incidents/1").Want(200).WantText("#clocks", "按时做到")
	form = boss.Get("/incidents/1").Form("form[action$=link]")
	form.Set("post_id", "77")
	boss.Post("/incidents/1/link", form).Want(422).WantText(".field-wrong", "没有找到这篇稿件")

	form = boss.Get("/incidents/1").Form("form[action$=ask-end]")
	form.Set("text", "藻类引起，已经处置。")
	boss.Post("/incidents/1/ask-end", form).Want(303)
	boss.Get("/incidents/1").Want(200).WantCount("form[action$='/end']", 0)
	deputy.Post("/incidents/1/end", deputy.Get("/incidents/1").Form("form[action$='/end']")).Want(303)
	boss.Get("/incidents/1").Want(200).WantText(".banner", "藻类引起").WantCount("form[action$=follow]", 0)
	boss.Get("/incidents/1/review").Want(200).WantText(".report-paper", "藻类引起").
		WantText(".report-paper", "第 1 版").WantText(".report-paper table", "确认结束").
		WantText(".report-paper", "2026-12-01 21:00")
	boss.Get("/incidents/9").Want(404)
	boss.Post("/incidents", url.Values{"unit": {"9"}}).Want(404)
}
