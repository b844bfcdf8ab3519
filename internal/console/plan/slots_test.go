package plan_test

import (
	"fmt"
	"net/url"
	"testing"
	"time"

	"juzhen/internal/account"
	"juzhen/internal/column"
	planpages "juzhen/internal/console/plan"
	"juzhen/internal/delivery"
	"juzhen/internal/e2e/stage/pages"
	"juzhen/internal/plan"
	"juzhen/internal/post"
	"juzhen/internal/weibo"
)

// opened is the pages of the plan on a Monday at noon, with an account of the bureau and one of its district.
func opened(t *testing.T) (w *pages.Pages, bureau, district account.Account) {
	t.Helper()
	w = pages.New(t, time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC), func(p *pages.Pages) {
		columns := column.New(p.DB, p.Now)
		planpages.Register(p.Kit, planpages.Deps{
			Plan: plan.New(p.DB, plan.Options{
				Accounts: p.Accounts, Columns: columns, Reach: p.Reach, Now: p.Now,
				Deliveries: delivery.New(p.DB, delivery.Options{Now: p.Now}),
				Posts:      post.New(p.DB, weibo.Rules{}, p.Now),
			}),
			Units: p.Org, Accounts: p.Accounts, Columns: columns,
		})
	})
	bureau = w.Account("环保北京", "环保局", account.Manual, false)
	district = w.Account("朝阳环保示例", "朝阳区", account.Manual, false)
	w.Exec("UPDATE accounts SET state = 'live'")

	return w, bureau, district
}

func slotsOf(account account.Account) string {
	return fmt.Sprintf("/plan/slots?account=%d", account.ID)
}

// TestSlotsAreTypedADayALine: what was typed stays where it is refused, and a page that is old writes nothing
// over.
func TestSlotsAreTypedADayALine(t *testing.T) {
	t.Parallel()
	w, bureau, district := opened(t)
	boss := w.As("boss")
	boss.Get("/plan/slots").Want(200).WantText("form select", "@环保北京").WantCount("input[name=d1]", 0)
	form := boss.Get(slotsOf(bureau)).Want(200).
		WantText("h1", "发布时段：@环保北京").
		WantText("main", "这个账号还没有设发布时段").
		Form("form.form")

	form.Set("d1", "8:30 八点")
	boss.Post("/plan/slots", form).Want(422).
		WantText(".field-error", "时刻无法识别").
		WantCount("input[value='8:30 八点']", 1)
	form.Set("d1", "8:30 8:35")
	boss.Post("/plan/slots", form).Want(422).WantText(".field-error", "两个时段至少相隔 10 分钟")
	form.Set("d1", "18:00，8：30")
	form.Set("workdays", "1")
	boss.Post("/plan/slots", form).Want(303)
	boss.Get(slotsOf(bureau)).Want(200).
		WantText("tbody", "周一 08:30 18:00").
		WantText("tbody", "只在工作日").
		WantCount("input[name=d1][value='08:30 18:00']", 1).
		WantCount("input[name=revision][value='1']", 1)
	form.Set("d1", "9:00")
	boss.Post("/plan/slots", form).Want(409).WantText("main", "发布时段刚刚被他人改动")
	form.Set("column", "98765")
	boss.Post("/plan/slots", form).Want(422).WantText("main", "没有这个栏目")

	// whoever sees the account reads its slots; they are set where one plans, by the account's whole name
	officer := w.As("officer")
	officer.Get(slotsOf(bureau)).Want(404)
	officer.Get(slotsOf(district)).Want(200).WantCount("input[name=d1]", 1)
	form = url.Values{"account": {"环保"}, "revision": {"0"}, "d1": {"9:00"}}
	officer.Post("/plan/slots", form).Want(404)
	form.Set("account", "@朝阳环保示例")
	officer.Post("/plan/slots", form).Want(303)
	form.Set("revision", "1")
	form.Del("d1")
	officer.Post("/plan/slots", form).Want(303)
	officer.Get(slotsOf(district)).Want(200).WantText("main", "这个账号还没有设发布时段")
}

// TestTheQueueShowsWhatIsFree, leads to the slots of an account that has none, and says where a year is
// unknown.
func TestTheQueueShowsWhatIsFree(t *testing.T) {
	t.Parallel()
	w, bureau, _ := opened(t)
	boss, queue := w.As("boss"), fmt.Sprintf("/plan/queue?account=%d", bureau.ID)
	boss.Get(queue).Want(200).
		WantText("h1", "队列：@环保北京").
		WantText(".banner", "这个账号还没有设发布时段").
		WantText("#queue", "今后两周没有时段")
	form := boss.Get(slotsOf(bureau)).Form("form.form")
	form.Set("d1", "8:30 12:05 18:00")
	form.Set("workdays", "1")
	boss.Post("/plan/slots", form).Want(303)

	// today's are over or too near but one; the next Monday has all three
	boss.Get(queue).
		Want(200).
		WantCount(".queue-free", 4).
		WantText(".queue-free", "空着").
		WantCount("form[action$=move]", 0)
	w.Exec("DELETE FROM holidays")
	w.Exec("DELETE FROM holiday_years")
	boss.Get(queue).Want(200).WantCount(".queue-free", 0).WantText("main", "2026 年的放假安排还没有录入")
	w.As("officer").Get(queue).Want(404)

	move := url.Values{"account": {fmt.Sprint(bureau.ID)}, "post": {"1"}, "due_at": {"2026-11-30T08:30"}}
	w.As("officer").Post("/plan/queue/move", move).Want(404)
	w.As("boss").Post("/plan/queue/move", move).Want(403)
	move.Set("post", "甲@2026-11-30T08:30")
	w.As("officer").Post("/plan/queue/move", move).Want(422)
	move.Set("post", "1@2026-11-30T08:30")
	w.As("officer").Post("/plan/queue/move", move).Want(404)
	move.Del("due_at")
	w.As("officer").Post("/plan/queue/move", move).Want(422)
}
