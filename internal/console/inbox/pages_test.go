package inbox_test

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/check"
	"juzhen/internal/column"
	"juzhen/internal/console/inbox"
	"juzhen/internal/delivery"
	"juzhen/internal/e2e/stage"
	"juzhen/internal/e2e/stage/pages"
	inboxes "juzhen/internal/inbox"
	"juzhen/internal/lexicon"
	"juzhen/internal/plan"
	"juzhen/internal/sandbox"
)

// newWorld is the inbox of a bureau to whose quiet account one citizen has said something.
func newWorld(t *testing.T) *pages.Pages {
	t.Helper()
	var service *inboxes.Service
	p := pages.New(t, time.Date(2026, 11, 30, 2, 0, 0, 0, time.UTC), func(p *pages.Pages) {
		service = inboxes.New(p.DB, inboxes.Options{
			Weibo: p.Client, Reading: p.Reach, Now: p.Now, Log: slog.New(slog.DiscardHandler),
			Plan: plan.New(p.DB, plan.Options{Now: p.Now}),
			Deliveries: delivery.New(p.DB, delivery.Options{
				Now:    p.Now,
				Checks: check.New(p.DB, lexicon.New(p.DB, p.Now, nil, lexicon.Told{}), nil, p.Now),
			}),
		})
		inbox.Register(p.Kit, inbox.Deps{
			Inbox: service, Accounts: p.Accounts, Units: p.Org, Columns: column.New(p.DB, p.Now),
		})
	})
	p.Person("auditor", access.Auditor, "环保局")
	if err := p.Weibo.AddAccount(sandbox.Account{UID: 5800000001, Handle: "安静朝阳"}); err != nil {
		t.Fatal(err)
	}
	a := p.Account("安静朝阳", "朝阳区", account.Commercial, true)
	post := p.Weibo.Rival("安静朝阳", "今日空气质量良")
	p.Weibo.Comment(post.ID, "通州老张", "请问明天限行吗，电话 13800138000")
	if _, err := service.Due(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := service.Poll(t.Context(), a.ID); err != nil {
		t.Fatal(err)
	}
	p.Exec(`INSERT INTO grants (user_id, role, unit_id, created_at)
		SELECT id, 'press_officer', unit_id, now() FROM users WHERE username = 'officer'`)

	return p
}

// TestAMatterIsDealtWithOnItsPage by those who may, each with the forms that are theirs.
func TestAMatterIsDealtWithOnItsPage(t *testing.T) {
	t.Parallel()

	p := newWorld(t)
	officer, boss := p.As("officer"), p.As("boss")
	officer.Get("/inbox").
		Want(200).
		WantCount(".filters select", 4).
		WantCount("#inbox tbody tr", 1).
		WantText("#inbox tbody", "请问明天限行吗，电话 ＊＊＊").
		WantText("#inbox tbody", "通＊＊")
	p.As("auditor").Get("/inbox/1").Want(200).WantCount("main form", 0).WantText(".talk", "通＊＊")
	p.As("admin").Get("/inbox").Want(403)

	shown := officer.Get("/inbox/1").Want(200).WantText("h1", "@安静朝阳：咨询").WantCount("form[action$=reveal]", 1)
	officer.Post("/inbox/1/reveal", shown.Form("form[action$=reveal]")).Want(200).
		WantText(".talk", "通州老张").WantText(".talk", "13800138000").WantCount("form[action$=reveal]", 0)
	if n := stage.One[int](
		p.Stage,
		"SELECT count(*) FROM audit_entries WHERE action = 'inbox.reveal'",
	); n != 1 {
		t.Errorf("%d entries of it", n)
	}

	form := boss.Get("/inbox/1").Form("form[action$=assign]")
	form.Set("owner", stage.One[string](p.Stage, "SELECT id::text FROM users WHERE username = 'officer'"))
	boss.Post("/inbox/1/assign", form).Want(303)
	boss.Post("/inbox/1/assign", form).Want(409) // not the one that was shown
	form = officer.Get("/inbox/1").WantText(".facts", "officer").Form("form[action$=answer]")
	form.Set("note", "明天不限行")
	form.Set("link", "https://weibo.com/5800000009/NxYz8k3Qp")
	officer.Post("/inbox/1/answer", form).Want(422).WantText(".field-wrong", "不是市民留言所在的").
		WantText("[name=note]", "明天不限行")
	form.Set("way", "phone")
	officer.Post("/inbox/1/answer", form).Want(303)
	form = officer.Get("/inbox/1").WantText(".talk .ours", "明天不限行").WantCount("form[action$=answer]", 0).
		Form("form[action$=close]")
	officer.Post("/inbox/1/close", form).Want(422).WantText(".field-wrong", "请选择办理结果")
	form.Set("result", "solved")
	officer.Post("/inbox/1/close", form).Want(303)
	officer.Get("/inbox").WantText(".empty-state", "没有这样的互动")
	officer.Get("/inbox?show=all").WantCount("#inbox tbody tr", 1)
	boss.English().Get("/inbox/1").WantText("main", "Recorded answer").WantCount(".timeline li", 3)
}

func TestTheListFilters(t *testing.T) {
	t.Parallel()

	p := newWorld(t)
	boss := p.As("boss")

	for address, want := range map[string]int{
		"/inbox?kind=ask": 1, "/inbox?kind=report": 0, "/inbox?source=comment": 1, "/inbox?q=限行": 1,
		"/inbox?q=没有的词": 0, "/inbox?account=安静朝阳": 1, "/inbox?show=answered": 0, "/inbox?show=mine": 0,
		"/inbox?q=限行+明天": 1, "/inbox?q=限行+后天": 0,
		"/inbox?due=over": 0, "/inbox?show=nobody&kind=nope&source=nope": 1, "/inbox?show=snoozed": 0,
	} {
		boss.Get(address).Want(200).WantCount("#inbox tbody tr", want)
	}
	boss.Get("/inbox").WantText(".inbox-readings", "@安静朝阳").WantCount(".filters select", 5)
	p.Exec("UPDATE inbox_matters SET due_at = '2026-11-29'")
	boss.Get("/inbox?due=over").WantCount("#inbox tbody tr", 1).WantText(".banner-bad", "1 件超过答复时限")
}

// TestTheListIsNarrowedToAUnit with all below it, which the page names; what nobody can mean is all.
func TestTheListIsNarrowedToAUnit(t *testing.T) {
	t.Parallel()

	p := newWorld(t)
	boss := p.As("boss")
	unit := func(name string) string {
		return stage.One[string](p.Stage, "SELECT '/inbox?unit=' || id FROM units WHERE name = $1", name)
	}
	boss.Get(unit("朝阳区")).Want(200).WantCount("#inbox tbody tr", 1).WantText(".chips", "朝阳区").
		WantCount("select[name=unit] option[selected]", 1)
	boss.Get(unit("环保局")).WantCount("#inbox tbody tr", 1)
	other := stage.One[string](p.Stage, `INSERT INTO units (parent_id, name, kind, path, created_at)
		SELECT id, '通州区', 'district', path || '99/', now() FROM units WHERE name = '环保局'
		RETURNING '/inbox?unit=' || id`)
	boss.Get(other).WantText(".empty-state", "没有这样的互动")
	boss.Get("/inbox?unit=4711").WantCount("#inbox tbody tr", 1)
}

// TestMoreThanAThousandAreNotCounted: the sums and the warning say that there may be more; a list of them
// goes on behind its page.
func TestMoreThanAThousandAreNotCounted(t *testing.T) {
	t.Parallel()

	p := newWorld(t)
	boss := p.As("boss")
	p.Exec("UPDATE inbox_matters SET due_at = '2026-11-29'")
	more := func(until int) {
		p.Exec(
			`INSERT INTO inbox_matters (account_id, citizen, thread, state, kind, unit_id, opened_at, asked_at,
			waits_since, due_at, updated_at)
			SELECT account_id, n::text, '7', 'open', 'ask', unit_id, now(), now(), now(), '2026-11-29', now()
			FROM inbox_matters, generate_series((SELECT count(*) FROM inbox_matters) + 1, $1) AS n WHERE id = 1`,
			until,
		)
	}
	more(inboxes.MostCounted - 1)
	boss.Get("/inbox").WantText(".banner-bad", "999 件超过").WantText(".sums", "待分派 999 ")
	more(inboxes.MostCounted)
	boss.Get("/inbox").WantText(".banner-bad", "至少 1,000 件超过").WantText(".sums", "待分派 1,000+").
		WantCount("#inbox tbody tr", 50).WantCount("a[rel=next]", 1)
	boss.English().Get("/inbox").WantText(".banner-bad", "At least 1,000").WantText(".sums", "1,000+")
}

// TestTheRatesOfAMonthStandBesideWhatTheyAre on the page, in the file and in another month; a rating that an
// officer records counts.
func TestTheRatesOfAMonthStandBesideWhatTheyAre(t *testing.T) {
	t.Parallel()

	p := newWorld(t)
	boss := p.As("boss")
	boss.Get("/inbox/rates").Want(200).WantText("h2", "2026 年 11 月").WantText("#rates tbody", "朝阳区").
		WantText("#rates tbody", "不可用").WantText("main", "不是 12345 的三率").WantCount("#rates tfoot", 0)
	p.Exec("UPDATE inbox_matters SET state = 'closed', result = 'solved', closed_at = now()")
	form := boss.Get("/inbox/1").Form("form[action$=rate]")
	form.Set("rating", "pleased")
	boss.Post("/inbox/1/rate", form).Want(422).WantText(".field-wrong", "请写明市民在哪里")
	form.Set("note", "在评论里说谢谢")
	boss.Post("/inbox/1/rate", form).Want(303)
	boss.Get("/inbox/1").WantText("#facts", "满意").WantText("#steps", "在评论里说谢谢")
	boss.Get("/inbox/rates").WantText("#rates tbody", "100.0% 1 / 1")
	file := boss.Get("/inbox/rates.csv?month=2026-11").Want(200).Body
	if !strings.Contains(file, "朝阳区,1,0,0,不可用,1,1,100.0%,1,1,100.0%") || !strings.Contains(file, "不是 12345") {
		t.Errorf("the file: %s", file)
	}

	boss.Get("/inbox/rates?month=2026-10").WantText(".empty-state", "没有计入").WantText("h2", "2026 年 10 月")
	boss.Get("/inbox/rates?month=2027-03").WantText("h2", "2026 年 11 月") // not begun
	boss.Get("/inbox/rates?month=someday").WantText("h2", "2026 年 11 月")
	boss.English().Get("/inbox/rates").WantText("main", "Response").WantText("main", "12345")
	p.As("admin").Get("/inbox/rates").Want(403)
}

// TestTermsAreSetOnTheirPage: what is wrong is told at its field and nothing typed is lost; what is saved is
// shown, and a second one from the same page is refused.
func TestTermsAreSetOnTheirPage(t *testing.T) {
	t.Parallel()

	p := newWorld(t)
	boss, unit := p.As("boss"), stage.One[string](p.Stage, "SELECT id::text FROM units WHERE name = '朝阳区'")
	address := "/inbox/terms/" + unit
	boss.Get("/inbox/terms").Want(200).WantText("#terms", "缺省").WantText("#terms", "09:00–17:00")
	p.As("auditor").Get(address).Want(200).WantCount("form[action*=terms]", 0)
	p.As("admin").Get("/inbox/terms").Want(403)

	form := boss.Get(address).Want(200).Form("form[action*=terms]")
	form.Set("first_ask", "三天")
	form.Set("end", "09:30")
	boss.Post(address, form).Want(422).WantText(".field-wrong", "每天至少一小时").
		WantCount("[name=first_ask][value='三天']", 1)
	form.Set("end", "00:00")
	boss.Post(address, form).Want(422).WantText(".field-wrong", "0 到 240 小时")
	form.Set("first_ask", "0.5")
	form.Set("since", "2026-12-01T08:00")
	boss.Post(address, form).Want(303)
	boss.Get(address).
		WantText("main", "09:00–24:00").
		WantText("main", "0.5 小时").
		WantCount("#versions tbody tr", 1)
	boss.Post(address, form).Want(409)
	p.As("officer").Post(address, form).Want(403)
	boss.English().Get(address).Want(200).WantText("main", "Mon")
}
