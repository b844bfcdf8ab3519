package e2e

import (
	"fmt"
	"testing"
	"time"

	"juzhen/internal/e2e/world"
)

// TestAHotEventFromCommentsToItsReport in a browser: thirty citizens say the same at night, the supervisor
// opens the event from the to-do, its words are signed by another and corrected once, one account has not
// spoken, one planned post waits, a second supervisor closes it, and the report tells all of it.
func TestAHotEventFromCommentsToItsReport(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	later := time.Now().Add(5 * time.Hour)
	quiz := w.Approve("节水知识竞赛：自来水里的秘密", &later, "环保北京")
	manyAlike(t, w, 30, "自来水有异味")
	must(t, w.Incidents.Listen(t.Context(), w.Inbox))

	boss := person(t, w, "zhuguan")
	boss.Go("/todo")
	boss.SeeText("main", "一小时内有 30 位市民说到“自来水有异味”")
	boss.Follow("a[href^='/incidents/new?unit=']")
	boss.SeeText(".banner-info", "30 位市民")
	boss.Type("#f-title", "自来水异味")
	boss.Eval(fmt.Sprintf(`(document.querySelector("#f-grade").value = "grave",
		document.querySelector("#f-keywords").value = "自来水 异味",
		document.querySelector("#f-lead").value = "%d",
		document.querySelector("input[name=account][value='%d']").click(), true)`,
		w.Account("环保北京").ID, w.Account("京环之声").ID))
	lookAt(boss, "incident-new")
	boss.Follow("form[action='/incidents'] .btn-primary")
	boss.SeeText("#clocks", "发布权威信息")
	boss.SeeText("#voices", "2 个账号还没有发声")
	event := boss.Path()

	boss.Type("#say-text", "正在三个点位检测，一小时内公布结果。")
	boss.Follow("form[action$='/say'] .btn-primary")
	boss.Follow("form[action$='/ask'] .btn-primary")
	reviewer := person(t, w, "shenhe")
	reviewer.Size(390, 844)
	reviewer.Go("/todo")
	reviewer.Follow(fmt.Sprintf("a[href='%s']", event))
	reviewer.FitsWidth()
	reviewer.Axe()
	lookAt(reviewer, "incident-390")
	reviewer.Follow("form[action$='/sign'] .btn-primary")
	boss.SeeText("#words", "值班审核员 签发") // the supervisor's page hears of it by itself

	boss.Click("#say summary")
	boss.Eval(`(document.querySelector("#say-text").value = "", true)`)
	boss.Type("#say-text", "异味由藻类引起，煮沸后可以饮用。")
	boss.Type("#say-reason", "检测结果出来了")
	boss.Follow("form[action$='/say'] .btn-primary")
	boss.Follow("form[action$='/ask'] .btn-primary")
	reviewer.SeeText("#words", "藻类")
	reviewer.Follow("form[action$='/sign'] .btn-primary")

	said := w.Approve("自来水异味由藻类引起，煮沸后可以饮用。", nil, "环保北京")
	w.Wait(said.ID, "环保北京", "sent")
	boss.SeeText("#words", "第 2 版，值班审核员 签发")
	boss.Type("#f-post_id", fmt.Sprint(said.ID))
	boss.Follow("form[action$='/link'] .btn")
	boss.SeeText("#clocks", "按时做到")
	boss.SeeText("#voices", "1 个账号还没有发声")

	boss.Follow("form[action$='/hold'] .btn-primary") // the post with a key word is chosen already
	boss.SeeText("#waiting", "因这个事件暂停的")
	w.Wait(quiz.ID, "环保北京", "held")
	boss.Ready() // the chart is drawn
	boss.Axe()
	lookAt(boss, "incident")

	boss.Click("#ask-end summary")
	boss.Type("#end-text", "藻类引起，第二天消除；口径更正一次。")
	boss.Follow("form[action$='/ask-end'] .btn-primary")
	deputy := person(t, w, "fuzhuguan")
	deputy.Go(event)
	deputy.Follow("form[action$='/end'] .btn-primary")
	boss.SeeText("#standing", "值班副主管 已确认结束")
	w.Wait(quiz.ID, "环保北京", "waiting")

	boss.Go(event + "/review")
	boss.SeeText(".report-paper", "口径更正一次")
	boss.SeeText(".report-paper", "检测结果出来了")
	boss.Axe()
	lookAt(boss, "incident-review")
}

// manyAlike lets citizens say the same under a post of the bureau's first account, within the last half hour.
// They mention it in posts of their own: comments are looked for on the imitation platform, which has none
// of them.
func manyAlike(t *testing.T, w *world.World, n int, words string) {
	t.Helper()
	_, err := w.DB.Pool().Exec(t.Context(), `
WITH a AS (SELECT id, unit_id FROM accounts WHERE unit_id = $1 ORDER BY id LIMIT 1),
m AS (
    INSERT INTO inbox_matters (account_id, citizen, thread, state, kind, unit_id, opened_at, asked_at,
        waits_since, due_at, updated_at)
    SELECT a.id, (5800000000 + n)::text, '5000000000000009', 'open', 'ask', a.unit_id, now(), now(), now(),
        now(), now()
    FROM a, generate_series(1, $2) n RETURNING id, account_id, citizen)
INSERT INTO inbox_items (matter_id, account_id, thing, remote_id, source, contract, said_at, author, name,
    text, taken_at, keep_until)
SELECT m.id, m.account_id, 'post', (6000000000000000 + m.id)::text, 'mention', 'commercial',
    now() - interval '1 minute' * (m.id % 30), m.citizen, '市民',
    CASE m.id % 3 WHEN 0 THEN '请问' || $3 || '怎么办' WHEN 1 THEN $3 || '！！' ELSE '家里' || $3 END, now(),
    now() + interval '180 days'
FROM m`, w.Matrix.Root.ID, n, words)
	must(t, err)
}
