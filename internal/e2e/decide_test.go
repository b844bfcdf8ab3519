package e2e

import (
	"fmt"
	"testing"
	"time"

	"juzhen/internal/delivery"
	"juzhen/internal/e2e/world"
	"juzhen/internal/sandbox"
)

// TestALostAnswerIsFoundAgain cuts the connection after Weibo took the post: the console looks, finds
// it and asks nobody.
func TestALostAnswerIsFoundAgain(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	w.Weibo.Fault(sandbox.Fault{
		Account: "环保北京", Call: sandbox.PostCalls, Kind: sandbox.FaultCut, When: sandbox.After,
		Times: 1,
	})
	post := w.Approve("断线后自己找回的一条", nil, "环保北京")
	d := w.Wait(post.ID, "环保北京", delivery.Sent)
	if n := w.Weibo.Count("环保北京"); n != 1 {
		t.Errorf("Weibo holds %d posts, want one", n)
	}
	tab := person(t, w, "xuanchuan")
	tab.Go(fmt.Sprintf("/deliveries/%d", d.ID))
	tab.SeeText("#outlook", "已发")
	tab.SeeText(".timeline", "微博未确认是否发出")
	tab.SeeText(".timeline", "在账号微博中找到")
}

// TestAPersonDecidesWhatCannotBeFound cuts the connection while Weibo shows new posts late: the looks
// find nothing, and people decide. One post is recorded with its link; another is agreed by two people
// not to have gone out.
func TestAPersonDecidesWhatCannotBeFound(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	w.Weibo.SetLag(time.Hour)
	w.Weibo.Fault(sandbox.Fault{
		Account: "环保北京", Call: sandbox.PostCalls, Kind: sandbox.FaultCut, When: sandbox.After,
		Times: 1,
	})
	w.Weibo.Fault(sandbox.Fault{
		Account: "京环之声", Call: sandbox.PostCalls, Kind: sandbox.FaultCut, When: sandbox.Before,
		Times: 1,
	})
	post := w.Approve("断线后要由人判定的一条", nil, "环保北京", "京环之声")
	taken, lost := w.Wait(post.ID, "环保北京", delivery.Unknown), w.Wait(post.ID, "京环之声", delivery.Unknown)

	officer := person(t, w, "xuanchuan")
	officer.Go("/deliveries")
	officer.SeeText("main", "结果待核")
	decideSent(t, w, officer, taken)
	decideNotSent(t, w, officer, lost)
}

func decideSent(t *testing.T, w *world.World, officer *Tab, d delivery.Delivery) {
	posts := w.Weibo.Posts("环保北京")
	link := fmt.Sprintf("https://weibo.com/%s/%d", w.Account("环保北京").RemoteUID, posts[len(posts)-1].ID)
	officer.Go(fmt.Sprintf("/deliveries/%d", d.ID))
	officer.SeeText("#h-decide", "判定结果")
	officer.Click("#sent > summary")
	officer.Type("#sent input[name=link]", "https://weibo.com/1/"+fmt.Sprint(posts[len(posts)-1].ID))
	officer.Follow("#sent form button")
	officer.SeeText("#sent .field-error", "链接不是")
	officer.Type("#sent input[name=link]", link)
	officer.Follow("#sent form button")
	officer.SeeText("#outlook", "已发")
	w.Wait(d.PostID, "环保北京", delivery.Sent)
	if n := w.Weibo.Count("环保北京"); n != 1 {
		t.Errorf("Weibo holds %d posts, want one", n)
	}
}

func decideNotSent(t *testing.T, w *world.World, officer *Tab, d delivery.Delivery) {
	officer.Go(fmt.Sprintf("/deliveries/%d", d.ID))
	officer.Click("#not-sent > summary")
	officer.Type("#not-sent textarea[name=reason]", "两次打开主页都没有看到")
	officer.Follow("#not-sent form button")
	officer.SeeText(".banner-good", "等第二人确认")
	second := person(t, w, "shenhe")
	second.Go("/todo")
	second.Follow("main a[href^='/decisions/']")
	second.SeeText("main", "两次打开主页都没有看到")
	second.Follow("form[action$='/confirm'] button")
	w.Wait(d.PostID, "京环之声", delivery.Sent) // still in time: it goes out, once
	if n := w.Weibo.Count("京环之声"); n != 1 {
		t.Errorf("Weibo holds %d posts, want one", n)
	}
}

// TestASubtreeIsPausedAndResumed pauses a district: its post is held, the bureau's goes out, and
// resuming asks what to do with what was held.
func TestASubtreeIsPausedAndResumed(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	boss := person(t, w, "zhuguan")
	boss.Go(fmt.Sprintf("/pauses/new?unit=%d", w.Account("朝阳环保示例").UnitID))
	boss.SeeText("main", "朝阳区")
	boss.Type("textarea[name=reason], input[name=reason]", "应急演练")
	boss.Follow("main form button.btn-danger")
	boss.SeeText("main", "应急演练")

	post := w.Approve("暂停期间的一条", nil, "环保北京", "朝阳环保示例")
	w.Wait(post.ID, "环保北京", delivery.Sent)
	held := w.Wait(post.ID, "朝阳环保示例", delivery.Held)
	if n := w.Weibo.Count("朝阳环保示例"); n != 0 {
		t.Errorf("a paused account posted %d times", n)
	}
	district := person(t, w, "chaoyang-xuanchuan")
	district.Go("/")
	district.SeeText(".banner", "应急演练")

	boss.Go("/pauses")
	boss.Follow("main a[href^='/pauses/'].btn-sm")
	boss.SeeText("main", "@朝阳环保示例")
	boss.Follow(".resume-form button[type=submit]") // nothing is chosen beforehand
	boss.SeeText(".field-error", "请选择")
	boss.Click("#all-send")
	boss.Follow(".resume-form button[type=submit]")
	boss.SeeText(".banner-good", "已恢复")
	w.Wait(post.ID, "朝阳环保示例", delivery.Sent)
	boss.Go(fmt.Sprintf("/deliveries/%d", held.ID))
	boss.SeeText(".timeline", "暂停")
}
