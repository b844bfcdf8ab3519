package deliveries_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"juzhen/internal/delivery"
	"juzhen/internal/pause"
)

func TestTakedownNeedsASecondPerson(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	postID, ids := w.approve(words, 0, bureau, voice, byHand)
	w.send(ids[bureau], "5000000000000001")
	w.send(ids[voice], "5000000000000002")
	form := fmt.Sprintf("/posts/%d/takedown", postID)
	browser := w.as("chief")
	browser.Get(path(ids[bureau], "")).Want(200).WantText("#acts", "从微博下架…")
	page := browser.Get(form).Want(200).WantText(".field-help", "共 3 个账号，其中 2 个可以下架").
		WantCount("tbody tr", 3)
	page.WantCount("input[name=delivery]:checked", 2).
		WantCount("input[name=delivery][disabled]", 1).
		WantText("tbody", "没有发出")
	browser.Get(fmt.Sprintf("%s?delivery=%d", form, ids[voice])).WantCount("input[name=delivery]:checked", 1)

	two := url.Values{"delivery": {fmt.Sprint(ids[bureau]), fmt.Sprint(ids[voice])}}
	browser.Post(form, url.Values{"reason": {"数据有误"}}).
		Want(422).
		WantText(".field-error", "请选择要下架的账号").
		WantText("textarea[name=reason]", "数据有误")
	browser.Post(form, two).
		Want(422).
		WantText(".field-error", "请写明原因").
		WantCount("input[name=delivery]:checked", 2)
	two.Set("reason", "数据有误")
	w.as("writer").Post(form, two).Want(403)
	browser.Post(form, two).Want(303)
	browser.Get(form).WantText("tbody", "已申请下架，等第二人确认").WantText(".quiet", "没有可以下架的账号")

	open := w.decision(ids[bureau])
	w.as("reviewer").
		Get(open).
		Want(200).
		WantText("main", "从 1 个账号（@环保北京）的微博删除").
		WantText(".btn-danger", "同意从 1 个账号下架").
		WantText("main", "数据有误")
	w.as("reviewer").Post(open+"/refuse", url.Values{"reason": {"数据无误，不必下架"}}).Want(303)
	w.as("chief").Get(open).WantText("main", "未同意").WantText("main", "值班审核员 处理")
	story := w.as("chief").Get(path(ids[bureau], ""))
	story.WantText(".timeline", "申请：下架 · 原因：数据有误").
		WantText(".timeline", "申请：下架 · 原因：数据无误，不必下架")
	w.as("afar").Get(open).Want(404)

	other := w.decision(ids[voice])
	second := w.as("reviewer")
	second.Post(other+"/confirm", nil).Want(303)
	second.Get(other).WantText(".banner-good", "已同意下架").WantText(".lead", "已确认，正在执行").
		WantCount(".answers", 0)
	w.as("chief").Get(path(ids[voice], "")).WantText(".banner-info", "“下架”已获第二人同意，正在执行").
		WantCount("#acts", 0)
}

func TestTakedownTakesOnlyThePostOfTheAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first, _ := w.approve(words, 0, bureau)
	other := w.one(voice)
	w.send(other, "5000000000000002")
	w.as("chief").Post(fmt.Sprintf("/posts/%d/takedown", first), url.Values{
		"delivery": {fmt.Sprint(other)},
		"reason":   {"误"},
	}).Want(404)
	w.as("chief").Get("/posts/9999/takedown").Want(404)
}

func TestCertificateTellsTheWholeStory(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, ids := w.approve(words, 2, bureau)
	id := ids[bureau]
	browser := w.as("writer")
	browser.Get(path(id, "/certificate")).Want(409)
	w.send(id, "5000000000000001")
	w.apply(id, delivery.Change{To: delivery.Sent, Code: delivery.ReadBackSame, Live: delivery.LiveUp})

	page := browser.Get(path(id, "/certificate")).Want(200).WantText("h1", "微博发布凭证")
	for _, want := range []string{
		"今日空气质量良", "值班宣传专员", "值班审核员", "2026-11-23 12:00:00", "5000000000000001", "微博确认已发出", "线上正常",
		"与批准时一致", "按数据库中的记录生成", "核验办法", "第 2 张图片指纹",
	} {
		page.WantText(".certificate", want)
	}

	for _, code := range page.Find("code.hash").EachIter() {
		if s := code.Text(); len(strings.TrimSpace(s)) < 32 {
			t.Errorf("%q is no fingerprint", s)
		}
	}
	browser.English().
		Get(path(id, "/certificate")).
		Want(200).
		WantText("h1", "Certificate of publication").
		WantText(".certificate", "How to verify")
}

func TestPauseShowsFirstWhatItStops(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.one(bureau)
	w.doubt(w.one(voice))
	browser := w.as("chief")
	browser.Get("/pauses").Want(200).WantText(".empty-state", "没有暂停")
	browser.Get("/pauses/new").Want(200).WantCount("#preview", 0)
	page := browser.Get("/pauses/new?unit=1&account=&reason=雷雨").Want(200)
	page.WantText("#preview", "将暂停 北京市生态环境局：3 个运行中的账号，停下 1 条待发；1 条已在发送或结果待核").
		WantText("textarea", "雷雨")
	browser.Post("/pauses", url.Values{"unit": {"1"}}).
		Want(422).
		WantText(".field-error", "请写明原因").
		WantCount("#preview", 1)
	browser.Post("/pauses", url.Values{"reason": {"雷雨"}}).Want(422).
		WantText(".field-error", "请选择要暂停的单位或账号")
	w.as("writer").Post("/pauses", url.Values{"unit": {"1"}, "reason": {"雷雨"}}).Want(403)
	browser.Post("/pauses", url.Values{"unit": {"1"}, "reason": {"上级要求 {.name} 停发"}}).Want(303)
	browser.Get("/pauses").
		WantText(".banner-good", "停下 1 条发送").
		WantText("tbody", "北京市生态环境局 及其下属").
		WantText("tbody", "值班主管")
	w.as("afar").Get("/deliveries").
		WantText(".banner-warn", "北京市生态环境局 及其下属已暂停发送：上级要求 {.name} 停发（值班主管")
	browser.Post("/pauses", url.Values{
		"unit": {"1"}, "reason": {"再来"},
	}).Want(409).WantText("[role=alert]", "值班主管 已先暂停这里（今天 12:00）：上级要求")
	w.as("writer").Get("/pauses").Want(200).WantCount("tbody a", 0)
}

func TestResumeAsksForEachAndForgetsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, ids := w.approve(words, 0, bureau, voice)
	p1, err := w.s.Pause(t.Context(), w.people["chief"], pause.Stop{UnitID: 1, Why: "雷雨"})
	w.must(err)
	page := fmt.Sprintf("/pauses/%d", p1.ID)
	browser := w.as("chief")
	browser.Get(page).
		Want(200).
		WantCount("tbody tr", 2).
		WantCount("input[name=all]:checked", 0).
		WantText("tbody", "今日空气质量良")
	w.as("admin").Get(page).Want(200).WantText("tbody", "您的角色看不到内容")
	w.as("writer").Get(page).Want(403)
	mine, other := fmt.Sprint(ids[bureau]), fmt.Sprint(ids[voice])
	refused := browser.Post(page+"/resume", url.Values{
		"action-" + mine:  {"cancel"},
		"action-" + other: {""},
	}).Want(422)
	refused.WantCount("tbody .field-error", 1).WantText("select[name=action-"+mine+"] option[selected]", "取消")
	browser.Post(page+"/resume", url.Values{
		"all":     {"reschedule"},
		"all_due": {"2026-11-23T09:00"},
	}).Want(422).WantText("tbody", "请填写将来的时间")
	browser.Post(page+"/resume", url.Values{
		"all":            {"send"},
		"action-" + mine: {"reschedule"},
		"due-" + mine:    {"2026-11-23T18:30"},
	}).Want(303)
	if d := w.state(
		ids[bureau],
	); d.State != delivery.Waiting ||
		!d.DueAt.Equal(time.Date(2026, 11, 23, 10, 30, 0, 0, time.UTC)) {
		t.Errorf("moved delivery: %s due %v", d.State, d.DueAt)
	}
	if d := w.state(ids[voice]); d.State != delivery.Waiting || !d.DueAt.Equal(noon.Add(time.Hour)) {
		t.Errorf("delivery sent at its time: %s due %v", d.State, d.DueAt)
	}
	browser.Post(page+"/resume", url.Values{"all": {"send"}}).Want(303)
	browser.Get("/pauses").WantText(".banner-info", "值班主管 已于 11-23 12:00 结束这次暂停")
	browser.Get("/pauses/9999").Want(404)
}

func TestHealthIsForThoseWhoAnswerForIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	old := noon.Add(-90 * time.Second)
	w.health.Overdue, w.health.OldestOverdue = 2, &old
	w.doubt(w.one(bureau))
	w.as("writer").Get("/sending").Want(403)
	page := w.as("chief").
		Get("/sending").
		Want(200).
		WantText(".lead", "有逾期").
		WantText(".figures", "1 分 30 秒").
		WantText(".state-counts li:first-child", "结果待核1")
	page.WantText("#h-tokens ~ .table-wrap", "@环保北京").
		WantText("#h-tokens ~ .table-wrap", "未授权").
		WantCount("#release", 0)
	w.as("admin").Get("/sending").Want(200).WantCount(".state-counts", 0)
}

func TestStoppedSendingIsToldToAllAndReleasedByTheRoot(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.health.Stopped, w.health.TokensBad = "restored", 2
	w.exec(`
		INSERT INTO installation (name, value, at)
			VALUES ('sending_stopped', convert_to('restored', 'UTF8'), now())`)
	w.as("writer").
		Get("/deliveries").
		WantText(".banner-bad", "数据库经过恢复，发送已停止").
		WantCount(".banner-bad a", 0).
		WantText(".banner-warn", "有 2 个账号没有可用授权")
	w.as("afar").Get("/deliveries").WantText(".banner-bad", "发送已停止").WantCount(".banner-warn", 0)
	browser := w.as("chief")
	browser.Get("/sending").Want(200).WantCount("#release", 1)
	browser.Post("/sending/release", url.Values{"why": {" "}}).
		Want(422).
		WantText("#release .field-error", "请写明原因")
	browser.Post("/sending/release", url.Values{"why": {"核对完毕"}}).Want(303)
	browser.Post("/sending/release", url.Values{"why": {"核对完毕"}}).Want(409)
	w.as("afar").Post("/sending/release", url.Values{"why": {"核对完毕"}}).Want(403)
}

func TestNoChineseIsLeftInEnglishPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	browser := w.as("chief").English()
	browser.Get("/deliveries").
		Want(200).
		WantText("h1", "Deliveries").
		WantText(".empty-state", "No deliveries yet")
	id := w.one(bureau)
	browser.Get(path(id, "")).Want(200).WantText("#outlook", "Goes out by itself Today 13:00")
	browser.Get("/pauses/new?unit=2").Want(200).WantText("#preview", "This pauses 宣传中心: live accounts: 1")
	browser.Get("/sending").Want(200).WantText("h1", "Sending health")
}
