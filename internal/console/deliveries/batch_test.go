package deliveries_test

import (
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"

	"juzhen/internal/access"
	"juzhen/internal/delivery"
	"juzhen/internal/fault"
)

// sentToMany gives a post that is out on n accounts of the district, beside those of the world.
func (w *world) sentToMany(n int) (postID int64) {
	w.Helper()
	postID, _ = w.approve(words, 0, bureau)
	w.exec(`INSERT INTO accounts (id, unit_id, platform, handle, display_name, seat, state, connector,
			late_limit, min_gap, auto_resend, position, created_at)
OVERRIDING SYSTEM VALUE SELECT 100 + g, CASE WHEN g % 2 = 0 THEN 3
    ELSE 2 END, 'weibo', '第' || lpad(g::text, 4, '0') || '号示例', '示例', 'district', 'live', 'commercial',
    '30 min', '0', false, 100 + g, now()
FROM generate_series(1, $1::int) g`, n)
	w.exec(`INSERT INTO deliveries (post_id, version_id, account_id, platform, connector, state, plan, urgent,
			due_at, approved, payload_hash, mark_key, sent_at, remote_id, created_at, updated_at)
SELECT d.post_id, d.version_id, 100 + g, d.platform, d.connector, 'sent', 1, false, d.due_at, true,
    d.payload_hash, decode(md5(g::text), 'hex'), d.due_at, '6' || lpad(g::text, 15, '0'), d.created_at,
    d.updated_at
FROM deliveries d, generate_series(1, $2::int) g WHERE d.post_id = $1 AND d.account_id = 1`, postID, n)

	return postID
}

func (w *world) number(sql string, args ...any) (n int) {
	w.Helper()
	w.must(w.db.Pool().QueryRow(w.Context(), sql, args...).Scan(&n))
	return n
}

func TestTwoThousandAccountsAreTakenDownByTwoPresses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	postID := w.sentToMany(2000)
	form := fmt.Sprintf("/posts/%d/takedown", postID)
	browser := w.as("chief")
	p := browser.Get(form).
		Want(200).
		WantText(".field-help", "共 2,001 个账号，其中 2,000 个可以下架").
		WantCount("tbody tr", 50).
		WantText("form", "第 1 至 50 个，共 2,001 个").
		WantCount("#scope-all[checked]", 1)
	if len(p.Body) > 100_000 {
		t.Errorf("the page has %d bytes", len(p.Body))
	}
	values := p.Form(".takedown-form")
	browser.Post(form, values).Want(422).WantText(".field-error", "请写明原因").WantCount("#scope-all[checked]", 1)
	values.Set("reason", "数据有误")
	to := browser.Post(form, values).Want(303).Location
	if !strings.HasPrefix(to, "/takedowns/") || w.number(`
		SELECT count(*) FROM delivery_decisions WHERE state = 'awaiting_second'`) != 2000 {
		t.Fatalf("leads to %s", to)
	}
	if n := w.number("SELECT count(*) FROM todos WHERE resolved_at IS NULL AND kind = 'confirm'"); n != 1 {
		t.Errorf("%d matters for the second person, want one", n)
	}
	browser.Get(form).WantText("tbody", "已申请下架").WantText(".quiet", "没有可以下架的账号")
	browser.Get(to).Want(200).WantText(".quiet", "须由另一位").WantCount(".answers", 0)
	browser.Post(to+"/confirm", nil).Want(403)
	w.as("writer").Post(to+"/confirm", nil).Want(403)

	second := w.as("reviewer")
	page := second.Get(to).
		Want(200).
		WantText(".answers", "同意从 2,000 个账号下架").
		WantCount("tbody tr", 50).
		WantText("main", "数据有误")
	if len(page.Body) > 100_000 {
		t.Errorf("the batch has %d bytes", len(page.Body))
	}
	second.Get(to+"?q=第0777号").WantCount("tbody tr", 1)
	second.Get(to+"?state=awaiting_second&page=40").WantText("main", "第 1,951 至 2,000 个，共 2,000 个")

	// One is answered by itself; the rest at once.
	one := w.number("SELECT max(id) FROM delivery_decisions")
	second.Post(fmt.Sprintf("/decisions/%d/refuse", one), url.Values{"reason": {"这一条无误"}}).Want(303)
	second.Post(to+"/confirm", nil).Want(303)
	second.Get(to).
		WantText(".banner-good", "已同意从 1,999 个账号下架").
		WantText("#batch-progress", "0 / 1,999").
		WantCount("[data-poll]", 1).
		WantCount(".answers", 0)
	second.Get(to + "/progress").Want(303)
	second.Part("GET", to+"/progress", nil).Want(200).WantCount("#batch-progress", 1)
	second.Post(to+"/confirm", nil).Want(409)

	for what, sql := range map[string]string{
		"jobs":    "SELECT count(*) FROM river_job WHERE kind = 'delivery.takedown'",
		"answers": "SELECT count(*) FROM delivery_decisions WHERE state = 'confirmed' AND answered_by = 2",
		"entries": "SELECT count(*) FROM audit_entries WHERE action = 'delivery.confirm'",
	} {
		if n := w.number(sql); n != 1999 {
			t.Errorf("%d %s, want 1999", n, what)
		}
	}
	if n := w.number("SELECT count(*) FROM todos WHERE resolved_at IS NULL AND kind = 'confirm'"); n != 0 {
		t.Errorf("%d matters are left", n)
	}
	w.as("chief").Get("/takedowns/999999").Want(404)
}

// TestEachUnitAnswersItsPartOfABatch lets the reviewer of a district answer first; of two who answer
// the rest at once one is first, and the other learns it. The matter is closed with the last answer and
// not before.
func TestEachUnitAnswersItsPartOfABatch(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.sentToMany(40)
	var ids []int64
	w.must(w.db.Pool().QueryRow(w.Context(), `
		SELECT array_agg(id ORDER BY id) FROM deliveries WHERE state = 'sent'`).Scan(&ids))
	asked, err := w.s.Takedown(w.Context(), w.people["chief"], ids, "数据有误")
	w.must(err)
	batch := *asked[0].BatchID
	open := func() int {
		return w.number(`
			SELECT count(*) FROM todos WHERE resolved_at IS NULL AND kind = 'confirm' AND key = $1`,
			fmt.Sprintf("takedown/%d", batch))
	}

	district := who(4, "开发区审核员", access.Reviewer, 3, "/1/3/")
	if got, err := w.s.ConfirmBatch(
		w.Context(),
		district,
		batch,
	); err != nil || got.Done != 20 || got.Left != 20 ||
		open() != 1 {
		t.Fatalf("the district answered %+v, %v, with %d matters open", got, err, open())
	}
	if _, err := w.s.ConfirmBatch(w.Context(), district, batch); fault.Public(err).Code != "decided" {
		t.Errorf("answered twice: %v", err)
	}
	if _, err := w.s.RefuseBatch(
		w.Context(),
		w.people["writer"],
		batch,
		"无误",
	); !fault.Is(
		err,
		fault.KindForbidden,
	) {
		t.Errorf("a writer answers: %v", err)
	}

	answers := make([]delivery.Answered, 2)
	errs := make([]error, 2)
	var wg sync.WaitGroup
	wg.Go(func() {
		answers[0], errs[0] = w.s.ConfirmBatch(
			w.Context(),
			who(6, "宣传中心审核员", access.Reviewer, 2, "/1/2/"),
			batch,
		)
	})
	wg.Go(func() {
		answers[1], errs[1] = w.s.RefuseBatch(w.Context(), w.people["reviewer"], batch, "数据无误")
	})
	wg.Wait()
	if answers[0].Done+answers[1].Done != 20 ||
		fault.Is(errs[0], fault.KindConflict) == fault.Is(errs[1], fault.KindConflict) {
		t.Errorf("two at once: %+v, %v", answers, errs)
	}
	confirmed := w.number("SELECT count(*) FROM delivery_decisions WHERE state = 'confirmed'")
	if jobs := w.number(`
		SELECT count(*) FROM river_job WHERE kind = 'delivery.takedown'`); jobs != confirmed || jobs != 20+answers[0].Done || open() != 0 {
		t.Errorf("%d jobs for %d confirmed, %d matters open", jobs, confirmed, open())
	}
}

func TestChosenAccountsTravelFromPageToPageWithoutScripts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	postID := w.sentToMany(120)
	form := fmt.Sprintf("/posts/%d/takedown", postID)
	browser := w.as("chief")
	values := browser.Get(form).Want(200).Form(".takedown-form")
	id := w.number("SELECT id FROM deliveries WHERE account_id = 101")
	values.Set("scope", "some")
	values["delivery"] = []string{fmt.Sprint(id)}
	values.Set("act", "page.2")
	page := browser.Post(form, values).
		Want(200).
		WantText("form", "第 51 至 100 个").
		WantText("[data-scope-count]", "已选 1 个")
	values = page.Form(".takedown-form")
	if values.Get("picked") != fmt.Sprint(id) || len(values["delivery"]) != 0 {
		t.Fatalf("form %v", values)
	}
	values.Set("q", "第0120号")
	values.Set("act", "find")
	values = browser.Post(form, values).Want(200).WantCount("tbody tr", 1).Form(".takedown-form")
	values["delivery"] = []string{fmt.Sprint(w.number("SELECT id FROM deliveries WHERE account_id = 220"))}
	values.Set("reason", "误")
	values.Del("act")
	to := browser.Post(form, values).Want(303).Location
	w.as("reviewer").Get(to).Want(200).WantCount("tbody tr", 2)
	refused := w.as("reviewer").Post(to+"/refuse", url.Values{"reason": {""}}).Want(422)
	refused.WantText("#refuse .field-error", "请写明原因")
	w.as("reviewer").Post(to+"/refuse", url.Values{"reason": {"数据无误"}}).Want(303)
	browser.Get(to).WantText("tbody", "未同意")
	values.Set("picked", "x")
	browser.Post(form, values).Want(422)
}

func TestAPauseNamesItsAccountInWords(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.sentToMany(2000)
	browser := w.as("chief")
	page := browser.Get("/pauses/new").Want(200)
	if len(page.Body) > 60_000 {
		t.Errorf("the page has %d bytes", len(page.Body))
	}
	browser.Get("/pauses/new?account=第0777号示例").Want(200).WantText("#preview", "将暂停 @第0777号示例")
	browser.Get("/pauses/new?account=877").Want(200).WantText("#preview", "将暂停 @第0777号示例")
	browser.Get("/pauses/new?account=没有").Want(422).WantText(".field-error", "没有找到账号“没有”")
	browser.Post("/pauses", url.Values{
		"account": {"第07"}, "reason": {"x"},
	}).Want(422).WantText(".field-error", "请写全名")
	browser.Part("GET", "/pauses/accounts?find=第077", nil).Want(200).WantCount("option", 10)
	browser.Part("GET", "/pauses/accounts?find=第", nil).Want(200).WantCount("option", 20)
	browser.Post("/pauses", url.Values{"account": {"@第0777号示例"}, "reason": {"误发"}}).Want(303)
	browser.Get("/pauses").WantText("tbody", "@第0777号示例")
	browser.Post("/pauses", url.Values{
		"account": {"877"}, "reason": {"误发"},
	}).Want(409).WantText("[role=alert]", "已先暂停这里")
}
