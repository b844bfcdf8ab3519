package inbox_test

import (
	"net/url"
	"strings"
	"testing"

	"juzhen/internal/access"
	"juzhen/internal/e2e/stage"
	"juzhen/internal/e2e/stage/pages"
	"juzhen/internal/web/webtest"
)

// ready is the world with its account in use, so that it can answer, and one more press officer.
func ready(t *testing.T) *pages.Pages {
	t.Helper()
	p := newWorld(t)
	p.Exec("UPDATE accounts SET state = 'live'")
	p.Person("second", access.PressOfficer, "朝阳区")

	return p
}

// say fills in the form of an answer as the page shows it.
func say(browser *webtest.Browser, text string) (form url.Values, page *webtest.Page) {
	form = browser.Get("/inbox/1").Want(200).Form("form[action$='/reply']")
	form.Set("text", text)

	return form, browser.Post("/inbox/1/reply", form)
}

// stands puts the sending of the last answer into a state, as the sender would.
func stands(p *pages.Pages, state, reason string) {
	p.Exec(`UPDATE all_deliveries SET state = $1, reason = $2, marked_at = created_at
		WHERE id = (SELECT max(delivery_id) FROM inbox_answers)`, state, reason)
}

// TestAnAnswerIsSentFromThePage once: what is wrong with it is told at the text, which stays; beside one that
// is under way there is no form, and the page that was open before sends none.
func TestAnAnswerIsSentFromThePage(t *testing.T) {
	t.Parallel()
	p := ready(t)
	officer := p.As("officer")
	p.As("auditor").Get("/inbox/1").Want(200).WantCount("form[action$='/reply']", 0)
	p.As("auditor").Post("/inbox/1/reply", url.Values{"revision": {"1"}, "text": {"好"}}).Want(403)

	_, page := say(officer, " ")
	page.Want(422).WantCount("#acts .field-error", 1)
	long := strings.Repeat("长", 141)
	_, page = say(officer, long)
	page.Want(422).WantText("#acts .field-error", "140").WantText("textarea[name=text]", long)
	_, page = say(officer, "12月1日（星期六）不限行")
	page.Want(422).WantText("textarea[name=text]", "12月1日（星期六）不限行").
		WantText("#acts .check-line", "改正或说明")

	form, page := say(officer, "明天不限行，<b>放心</b>")
	page.Want(303)
	officer.Get("/inbox/1").Want(200).
		WantText("#answers .text", "明天不限行，<b>放心</b>").
		WantText("#answers .boxed p:first-child", "正在发送").
		WantCount("form[action$='/reply']", 0).
		WantCount("form[action$='/answer']", 0)
	officer.Post("/inbox/1/reply", form).Want(409)
	if n := stage.One[int](p.Stage, "SELECT count(*) FROM all_deliveries"); n != 1 {
		t.Errorf("%d answers are sent", n)
	}

	back := officer.Get("/inbox/1").Form("#answers form")
	back.Set("act", "take_back")
	officer.Post("/inbox/1/replies/1", back).Want(303)
	officer.Get("/inbox/1").Want(200).
		WantText("#answers .boxed p:first-child", "没有发出").
		WantCount("#answers form", 0).
		WantCount("form[action$='/reply']", 1)
	officer.Post("/inbox/1/replies/1", back).Want(409)
}

// TestOfAnAnswerInDoubtTwoPeopleDecide: who says that it is not out cannot confirm it, and a second one who
// does lets another answer be written. Each sees the buttons that are theirs.
func TestOfAnAnswerInDoubtTwoPeopleDecide(t *testing.T) {
	t.Parallel()
	p := ready(t)
	officer, second := p.As("officer"), p.As("second")
	_, page := say(officer, "明天不限行")
	page.Want(303)
	stands(p, "unknown", "look_person")

	acts := func(browser *webtest.Browser) string {
		return strings.Join(strings.Fields(browser.Get("/inbox/1").Want(200).Text("#answers form")), " ")
	}
	if got := acts(officer); got != "微博上已有这条答复 微博上没有这条答复" {
		t.Errorf("offered in doubt: %s", got)
	}
	officer.Post("/inbox/1/replies/1", url.Values{"act": {"agree"}}).Want(409)
	officer.Post("/inbox/1/replies/1", url.Values{"act": {"deny"}}).Want(303)
	officer.Get("/inbox/1").WantText("#answers", "认为没有发出的")
	officer.Post("/inbox/1/replies/1", url.Values{"act": {"agree"}}).Want(403)
	if got := acts(second); got != "微博上已有这条答复 确认没有发出 不能确认" {
		t.Errorf("offered to the second: %s", got)
	}
	p.As("auditor").Get("/inbox/1").WantCount("#answers form", 0)
	p.As("auditor").Post("/inbox/1/replies/1", url.Values{"act": {"saw_it"}}).Want(403)

	second.Post("/inbox/1/replies/1", url.Values{"act": {"refuse"}}).Want(303)
	second.Post("/inbox/1/replies/1", url.Values{"act": {"agree"}}).Want(409) // nobody says so any more
	second.Post("/inbox/1/replies/1", url.Values{"act": {"deny"}}).Want(303)
	officer.Post("/inbox/1/replies/1", url.Values{"act": {"agree"}}).Want(303)
	officer.Get("/inbox/1").
		WantText("#answers .boxed p:first-child", "没有发出").
		WantCount("form[action$='/reply']", 1)
	officer.Post("/inbox/1/replies/7", url.Values{"act": {"agree"}}).Want(404)
	officer.Post("/inbox/1/replies/1", url.Values{"act": {"nothing"}}).Want(409)
}

// TestWhereTheConsoleCannotAnswer says why in place of the form.
func TestWhereTheConsoleCannotAnswer(t *testing.T) {
	t.Parallel()
	p := ready(t)
	officer := p.As("officer")

	for _, c := range []struct{ change, undo, told string }{
		{
			"UPDATE accounts SET state = 'closed'", "UPDATE accounts SET state = 'live'",
			"账号不在使用中",
		},
		{
			"UPDATE inbox_items SET gone_at = now()", "UPDATE inbox_items SET gone_at = NULL",
			"市民已删除最后那句话",
		},
	} {
		form := officer.Get("/inbox/1").Form("form[action$='/reply']")
		form.Set("text", "明天不限行")
		p.Exec(c.change)
		officer.Get("/inbox/1").Want(200).
			WantText("#acts .note", c.told).
			WantCount("form[action$='/reply']", 0)
		officer.Post("/inbox/1/reply", form).Want(409)
		p.Exec(c.undo)
	}
	officer.Get("/inbox/1").WantCount("form[action$='/reply']", 1)
}
