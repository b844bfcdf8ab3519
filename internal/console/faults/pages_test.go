package faults_test

import (
	"net/url"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/console/faults"
	"juzhen/internal/e2e/stage/pages"
	"juzhen/internal/faultbook"
	"juzhen/internal/inspect"
	"juzhen/internal/sheet"
)

var now = time.Date(2026, 11, 30, 1, 0, 0, 0, time.UTC)

func newWorld(t *testing.T) *pages.Pages {
	t.Helper()
	p := pages.New(t, now, func(p *pages.Pages) {
		faults.Register(p.Kit, faults.Deps{
			Faults:   faultbook.New(p.DB, inspect.New(p.DB, p.Now), p.Now),
			Accounts: p.Accounts, Units: p.Org,
		})
	})
	p.Person("reviewer", access.Reviewer, "朝阳区")
	p.Person("auditor", access.Auditor, "环保局")
	p.Account("朝阳环保示例", "朝阳区", account.Manual, false)
	p.Account("环保北京", "环保局", account.Manual, false)

	return p
}

// entry is what an officer writes.
func entry() url.Values {
	return url.Values{
		"account": {"@朝阳环保示例"}, "code": {"link_dead"}, "description": {"第二条的链接打不开"},
		"evidence": {"截图在值班电脑"},
	}
}

// TestAFaultIsDealtWithOnItsPage by those who may, each with the form that is theirs.
func TestAFaultIsDealtWithOnItsPage(t *testing.T) {
	t.Parallel()

	p := newWorld(t)
	p.As("boss").Get("/faults").Want(200).WantText(".empty-state", "没有这样的问题")
	p.As("officer").Get("/faults/new?account=1&subject=post/7").Want(200).WantCount("[value='@朝阳环保示例']", 1)
	p.As("officer").Post("/faults", entry()).Want(303)
	p.As("officer").Post("/faults", entry()).Want(409).WantText("main", "编号 1").
		WantText("[name=description]", "第二条的链接打不开")

	p.As("officer").Get("/faults/1").Want(200).WantText("h1", "@朝阳环保示例 · 链接打不开").
		WantCount("form[action$=assign]", 1).WantCount("form[action$=correct]", 0)
	p.As("auditor").Get("/faults/1").Want(200).WantCount("main form", 0)
	boss := p.As("boss")
	form := boss.Get("/faults/1").Form("form[action$=assign]")
	form.Set("deadline", "2026-11-01")
	boss.Post("/faults/1/assign", form).Want(422).WantText(".field-wrong", "整改期限已经过去").
		WantCount("[value='2026-11-01']", 1)
	form.Set("deadline", "2026-12-05")
	boss.Post("/faults/1/assign", form).Want(303)
	boss.Post("/faults/1/assign", form).Want(409) // not the one that was shown

	form = p.As("officer").Get("/faults/1").WantText(".facts", "2026-12-05").Form("form[action$=correct]")
	form.Set("note", "链接已换")
	p.As("officer").Post("/faults/1/correct", form).Want(303)
	p.As("officer").Get("/faults/1").WantCount("main form", 0).WantText("main", "等待另一人复核")
	form = p.As("reviewer").Get("/faults/1").Form("form[action$=check]")
	p.As("reviewer").Post("/faults/1/check", form).Want(422).WantText(".field-wrong", "请写明怎样复核的")
	form.Set("note", "手机上仍打不开")
	form.Set("verdict", "return")
	p.As("reviewer").Post("/faults/1/check", form).Want(303)
	form = p.As("officer").Get("/faults/1").WantText(".timeline", "复核退回").Form("form[action$=correct]")
	form.Set("note", "再换")
	p.As("officer").Post("/faults/1/correct", form).Want(303)
	form = p.As("reviewer").Get("/faults/1").Form("form[action$=check]")
	form.Set("note", "看过")
	p.As("reviewer").Post("/faults/1/check", form).Want(303)
	form = boss.Get("/faults/1").WantCount("form[action$=close]", 1).Form("form[action$=close]")
	boss.Post("/faults/1/close", form).Want(303)

	boss.Get("/faults").WantText(".empty-state", "没有这样的问题")
	boss.Get("/faults?state=all").WantCount("#faults tbody tr", 1).WantText("tbody .state-green", "已销号")
	form = boss.Get("/faults/1").Form("form[action$=reopen]")
	form.Set("note", "又打不开")
	boss.Post("/faults/1/reopen", form).Want(303)
	boss.English().Get("/faults/1").WantText("main", "To be assigned again next").WantCount(".timeline li", 8)
}

func TestWhatIsWrongIsToldAtTheField(t *testing.T) {
	t.Parallel()
	p := newWorld(t)

	for field, wrong := range map[string]string{
		"account": "没有这个", "code": "nope", "description": " ",
	} {
		form := entry()
		form.Set(field, wrong)
		p.As("officer").Post("/faults", form).Want(422).WantCount(".field-wrong [name="+field+"]", 1)
	}
	form := entry()
	form.Set("account", "环保北京") // of another unit: as one that is not there
	p.As("officer").Post("/faults", form).Want(422).WantText(".field-wrong", "没有找到账号")
	p.As("auditor").Post("/faults", entry()).Want(403)
	p.As("admin").Get("/faults").Want(403)
}

// TestAllThatMatchGoIntoAFile, as texts, and the quarters are counted below the list.
func TestAllThatMatchGoIntoAFile(t *testing.T) {
	t.Parallel()
	p := newWorld(t)
	form := entry()
	form.Set("description", "=HYPERLINK(\"http://example.com\")")
	p.As("officer").Post("/faults", form).Want(303)
	form = entry()
	form.Set("account", "@环保北京")
	form.Set("code", "wording_grave")
	p.As("boss").Post("/faults", form).Want(303)

	read := func(who, at string) [][]string {
		t.Helper()
		file := p.As(who).Get(at).Want(200)
		rows, err := sheet.Rows([]byte(file.Body), sheet.Limits{
			Bytes: 1 << 20, Unzipped: 1 << 22, Rows: 100, Columns: 20, Cell: 4000,
		})
		if err != nil {
			t.Fatal(err)
		}

		cells := make([][]string, len(rows))
		for i, row := range rows {
			cells[i] = row.Cells
		}

		return cells
	}
	all := read("boss", "/faults/export.xlsx")
	if len(all) != 3 || all[0][2] != "问题" {
		t.Fatalf("%q", all)
	}
	one := read("boss", "/faults/export.xlsx?code=link_dead")
	if len(one) != 2 || one[1][1] != "@朝阳环保示例" || one[1][10] != `=HYPERLINK("http://example.com")` {
		t.Errorf("%q", one)
	}
	if theirs := read("officer", "/faults/export.xlsx"); len(theirs) != 2 {
		t.Errorf("%q", theirs)
	}
	p.As("boss").Get("/faults?code=link_dead").WantCount("a[href='/faults/export.xlsx?code=link_dead']", 1).
		WantCount("#quarters tbody tr", 8).WantText("#quarters tbody tr:first-child", "2026Q4")
	p.As("admin").Get("/faults/export.xlsx").Want(403)
}

func TestTheListFiltersAndTellsWhatIsOverdue(t *testing.T) {
	t.Parallel()
	p := newWorld(t)
	boss := p.As("boss")
	boss.Post("/faults", entry()).Want(303)
	form := entry()
	form.Set("account", "@环保北京")
	form.Set("code", "wording_grave")
	boss.Post("/faults", form).Want(303)
	p.Exec("UPDATE faults SET state = 'assigned', deadline = '2026-11-29' WHERE id = 1")

	boss.Get("/faults").WantCount("#faults tbody tr", 2).WantText(".banner-bad", "1 个问题逾期未整改").
		WantText("tbody", "单项否决")
	boss.Get("/faults?overdue=1").WantCount("#faults tbody tr", 1).WantText("tbody tr", "逾期")
	boss.Get("/faults?state=open").WantCount("#faults tbody tr", 1)
	boss.Get("/faults?code=link_dead").WantCount("#faults tbody tr", 1)
	boss.Get("/faults?code=nope&state=nope&unit=999").WantCount("#faults tbody tr", 2)
	p.As("officer").Get("/faults").WantCount("#faults tbody tr", 1)
	p.As("officer").Get("/faults/2").Want(404)
}

// TestWhatIsHeldBackIsEnteredByOneClick of a supervisor; nobody else is offered it.
func TestWhatIsHeldBackIsEnteredByOneClick(t *testing.T) {
	t.Parallel()
	p := newWorld(t)
	p.Exec(`
UPDATE accounts SET state = 'live', created_at = $1::timestamptz - interval '40 days'
WHERE handle = '朝阳环保示例'`, p.Now())
	p.Exec("INSERT INTO faults_held (code, unit_id, n, at) VALUES ('silence', $1, 7, $2)",
		p.Units["朝阳区"].UnitID, p.Now())

	page := p.As("boss").Get("/faults").Want(200).WantText("#held-silence", "规则查出的“超过两周未更新”还有 7 个没有记入").
		WantText("#held-silence", "一天自动记入至多 50 个")
	p.As("boss").English().Get("/faults").WantText("#held-silence", "7 times more")
	p.As("officer").Get("/faults").Want(200).WantCount(".held", 0)
	form := page.Form("#held-silence form")
	p.As("officer").Post("/faults/held", form).Want(403)
	p.As("boss").Post("/faults/held", form).Want(303)
	p.As("boss").Get("/faults?code=silence").WantCount(".held", 0).WantText("tbody", "@朝阳环保示例")
	p.As("boss").Post("/faults/held", form).Want(404)
}
