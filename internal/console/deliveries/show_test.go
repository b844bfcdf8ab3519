package deliveries_test

import (
	"fmt"
	"net/url"
	"testing"
	"time"

	"juzhen/internal/delivery"
	"juzhen/internal/web/webtest"
)

func TestTemplatesFitTheirStructs(t *testing.T) {
	t.Parallel()
	webtest.CheckTemplates(t, newWorld(t).kit)
}

func TestUnknownStandsFirstWhateverTheOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	lost := w.one(bureau)
	w.doubt(lost)
	w.now = w.now.Add(2 * time.Minute)
	w.one(voice)
	page := w.as("writer").Get("/deliveries").Want(200).WantCount("tbody tr", 2)
	page.WantText("tbody tr:first-child", "结果待核").
		WantText(".state-tabs", "结果待核 1").
		WantText(".state-tabs", "待发 1")
	w.as("writer").
		Get("/deliveries?state=waiting").
		Want(200).
		WantCount("tbody tr", 1).
		WantText("tbody", "京环之声")
	w.as("writer").
		Get("/deliveries?q=开窗&account=1").
		Want(200).
		WantCount("tbody tr", 1).
		WantText(".chips", "@环保北京")
	w.as("writer").Get("/deliveries?q=没有").Want(200).WantText(".empty-state", "没有符合条件的发送")
}

func TestOthersDeliveriesAreNotThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.one(bureau)
	browser := w.as("afar")
	browser.Get("/deliveries").Want(200).WantCount("tbody tr", 0)
	browser.Get(path(id, "")).Want(404)
	browser.Get(path(id, "/certificate")).Want(404)
	browser.Post(path(id, "/cancel"), nil).Want(404)
	w.as("admin").Get("/deliveries").Want(403)
}

func TestUnknownSaysWhatWasSeenAndWhatIsNext(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.one(bureau)
	w.doubt(id)
	page := w.as("writer").Get(path(id, "")).Want(200)
	page.WantText("#outlook", "微博未确认是否发出").
		WantText("#outlook", "尚未找到；11-23 12:05 再查一次").
		WantText("#outlook", "请勿手动重发")
	page.WantText(".outgoing", "今日空气质量良").WantCount("#sent", 1).WantCount("#not-sent", 1)
	w.as("reviewer").Get(path(id, "")).Want(200).WantCount("#sent", 0).WantText("main", "由本单位的宣传专员或主管判定")
	page.WantCount(fmt.Sprintf("main[data-follow='delivery/%d'][data-every='5']", id), 1)
}

func TestTwoCandidatesAreForAPerson(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.one(bureau)
	w.doubt(id)
	w.apply(id, delivery.Change{
		To:     delivery.Unknown,
		Code:   delivery.LookTwo,
		Looked: true,
		Args:   delivery.Args{"n": 2},
		Sightings: []delivery.Sighting{
			{ID: "5100000000000001", At: noon, Source: "矩阵台", Text: "今日空气质量良<script>"},
			{ID: "5100000000000002", At: noon, Pictures: 2, Text: "今日空气质量良。"},
		},
	})
	page := w.as("writer").Get(path(id, "")).Want(200)
	page.WantText("#outlook", "有 2 条可能就是这一条").
		WantText("#outlook", "系统不再自动查看，等人判定").
		WantText("#outlook", "请勿手动重发")
	page.WantCount(".decide .timeline li", 2)
	page.WantCount(".decide .sighted li", 2).
		WantText(".decide .sighted", "今日空气质量良<script>").
		WantText(".decide .sighted li:last-child", "2 张图片")
	page.WantCount(`.sighted a[href^="https://weibo.com/2039018811/"]`, 2)
	res, err := w.s.Resolve(w.Context(), w.people["writer"], id, delivery.ResolvedAsNotSent, "", "两条都不是")
	w.must(err)
	w.as("reviewer").Get(fmt.Sprintf("/decisions/%d", res.Awaiting.ID)).Want(200).WantCount(".sighted li", 2)
}

func TestSentNeedsALinkOfThisAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.one(bureau)
	w.doubt(id)
	browser := w.as("writer")
	wrong := "https://weibo.com/99/NxYz8k3Qp"
	page := browser.Post(path(id, "/sent"), url.Values{"link": {wrong}}).Want(422)
	page.WantText("#sent .field-error", "链接不是 @环保北京 的微博").
		WantCount("#sent[open]", 1).
		WantCount("#not-sent[open]", 0)
	if got := page.Form("#sent form").Get("link"); got != wrong {
		t.Errorf("the typed link is lost: %q", got)
	}
	browser.Post(path(id, "/sent"), url.Values{"link": {"https://weibo.com/2039018811/NxYz8k3Qp"}}).Want(303)
	browser.Get(path(id, "")).Want(200).WantText(".banner-good", "已判定为发出").WantText("#outlook", "经人工核对，确认已发出")
	browser.Post(path(id, "/sent"), url.Values{"link": {wrong}}).
		Want(409).
		WantText("[role=alert]", "值班宣传专员 先一步处理了（今天 12:00）：经人工核对，确认已发出")
}

func TestNotSentNeedsASecondPerson(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.one(bureau)
	w.doubt(id)
	w.as("chief").
		Post(path(id, "/not-sent"), url.Values{"reason": {" "}}).
		Want(422).
		WantText("#not-sent .field-error", "请写明原因")
	w.as("chief").Post(path(id, "/not-sent"), url.Values{"reason": {"主页翻了三页，没有"}}).Want(303)
	open := w.decision(id)
	w.as("chief").
		Get(path(id, "")).
		Want(200).
		WantText(".banner-info", "值班主管 提出“确认未发”，等第二人确认").
		WantCount("#not-sent", 0)
	own := w.as("chief").Get(open).Want(200)
	own.WantText("main", "您提出的申请，须由另一位").WantCount(".answers", 0)
	w.as("chief").Post(open+"/confirm", nil).Want(403)
	w.as("writer").Post(open+"/confirm", nil).Want(403)
	browser := w.as("reviewer")
	browser.Get(open).
		Want(200).
		WantText("main", "主页翻了三页").
		WantText("main", "请自己到微博主页核对").
		WantText("aside", "尚未找到")
	browser.Post(open+"/refuse", nil).
		Want(422).
		WantText("#refuse .field-error", "请写明原因").
		WantCount("#refuse[open]", 1)
	browser.Post(open+"/confirm", nil).Want(303)
	if d := w.state(id); d.State != delivery.Waiting && d.State != delivery.Missed {
		t.Errorf("state %s after two people agreed that nothing went out", d.State)
	}
	browser.Post(open+"/confirm", nil).Want(409).WantText(".banner-bad", "值班审核员 已处理这项申请")
}

func TestCancelAndPlanAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.one(bureau)
	browser := w.as("writer")
	browser.Get(path(id, "")).Want(200).WantCount("#cancel", 1).WantCount("#replan", 0)
	w.apply(id, delivery.Change{To: delivery.Missed, Code: delivery.TooLate, Raise: delivery.TodoMissed})
	browser.Get(path(id, "")).Want(200).WantText("#outlook", "已过最晚发布时刻").WantCount("#replan", 1)
	page := browser.Post(path(id, "/replan"), url.Values{
		"when":   {"at"},
		"due":    {"2026-11-23T09:00"},
		"reason": {"仍需发布"},
	}).Want(422)
	page.WantText("#replan .field-error", "发布时间已过").WantText("#replan textarea", "仍需发布")
	browser.Post(path(id, "/replan"), url.Values{
		"when":   {"at"},
		"due":    {"2026-11-23T15:00"},
		"reason": {"仍需发布"},
	}).Want(303)
	browser.Get(path(id, "")).Want(200).WantText("#outlook", "今天 15:00 自动发送")
	browser.Post(path(id, "/cancel"), url.Values{"reason": {"不发了"}}).Want(303)
	browser.Post(path(id, "/cancel"), url.Values{"reason": {"不发了"}}).
		Want(409).
		WantText(".banner-bad", "不能再取消")
	w.as("reviewer").Post(path(id, "/cancel"), nil).Want(403)
}

func TestCancelPastTheMarkIsKeptAsAWish(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.one(bureau)
	w.doubt(id)
	browser := w.as("writer")
	browser.Get(path(id, "")).WantText("#cancel summary", "要求取消")
	browser.Post(path(id, "/cancel"), url.Values{"reason": {"内容有误"}}).Want(303)
	browser.Get(path(id, "")).
		Want(200).
		WantText(".banner-info", "已记下取消的要求").
		WantText("#outlook", "已有人要求取消").
		WantCount("#cancel", 0)
}

func TestHandOffIsTakenByOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, ids := w.approve(words, 2, byHand)
	id := ids[byHand]
	w.hand(id)
	browser := w.as("afar") // of the account's unit, while the post was written elsewhere
	browser.Get(path(id, "")).Want(200).WantText(".handoff", "先领取，再发布").WantCount("#copy-text", 0)
	browser.Post(path(id, "/take"), nil).Want(303)
	page := browser.Get(path(id, "")).
		Want(200).
		WantText("#copy-text", words).
		WantCount(".downloads a[download]", 2).
		WantCount("button[data-copy][hidden]", 1)
	href, _ := page.Find(".downloads a").First().Attr("href")
	if got := browser.Get(href).
		Want(200); got.Header.Get("Content-Type") != "image/png" &&
		got.Header.Get("Content-Type") != "image/jpeg" {
		t.Errorf("the picture is sent as %q", got.Header.Get("Content-Type"))
	}
	browser.Get(path(id, "/pictures/3")).Want(404)
	w.as("writer").Get(path(id, "")).WantText(".handoff", "开发区宣传专员 正在人工发布").WantCount("#copy-text", 0)
	w.as("writer").Post(path(id, "/take"), nil).Want(409).WantText(".banner-bad", "开发区宣传专员 已领取")
	w.as("chief").Get(path(id, "")).WantText(".handoff form button", "替 开发区宣传专员 退回领取")
	browser.Post(path(id, "/link"), url.Values{"link": {"weibo"}}).
		Want(422).
		WantText(".steps .field-error", "请粘贴微博正文页的网址")
	browser.Post(path(id, "/link"), url.Values{"link": {"https://weibo.com/2039018814/NxYz8k3Qp"}}).Want(303)
	browser.Get(path(id, "")).WantText("#outlook", "已人工发布并登记链接")
}

func TestGivingBackLetsAnotherTakeIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.one(byHand)
	w.hand(id)
	w.as("afar").Post(path(id, "/take"), nil).Want(303)
	w.as("second").Post(path(id, "/give-back"), nil).Want(403)
	w.as("afar").Post(path(id, "/give-back"), nil).Want(303)
	w.as("second").Post(path(id, "/take"), nil).Want(303)
}

func TestReadBackShowsTheDifference(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.one(bureau)
	w.send(id, "5000000000000001")
	w.as("writer").Get(path(id, "")).WantText("#h-live + p", "尚未回读")
	live := "今日空气质量优，各区浓度见图。"
	w.apply(id, delivery.Change{
		To:       delivery.Sent,
		Code:     delivery.ReadBackChanged,
		Live:     delivery.LiveChanged,
		LiveText: &live,
	})
	page := w.as("writer").
		Get(path(id, "")).
		Want(200).
		WantText("main", "线上内容与批准稿不一致").
		WantText(".timeline", "微博确认已发出")
	page.WantText("#h-outlook", "与批准稿不一致")
	w.as("writer").Get("/deliveries").WantText("tbody", "已发").WantText("tbody", "与批准稿不一致")
	if page.Find(".difference ins").Length() == 0 || page.Find(".difference del").Length() == 0 {
		t.Error("the difference is not shown")
	}
}

func path(id int64, rest string) string { return fmt.Sprintf("/deliveries/%d%s", id, rest) }

// decision is the address of the open decision about a delivery.
func (w *world) decision(id int64) string {
	w.Helper()
	list, err := w.deps.Decisions.OfDelivery(w.Context(), w.people["chief"], id)
	w.must(err)
	if len(list) == 0 {
		w.Fatal("no decision waits")
	}

	return fmt.Sprintf("/decisions/%d", list[0].ID)
}
