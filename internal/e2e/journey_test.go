package e2e

import (
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"juzhen/internal/delivery"
	"juzhen/internal/e2e/world"
)

// TestAPostGoesTheWholeWay is the main job as people do it: written with a picture and a wording for
// one account, submitted, approved by somebody else, sent, seen on its pages, taken down by two people.
func TestAPostGoesTheWholeWay(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	id := writeInBrowser(t, w)
	approveInBrowser(t, w, id)

	for _, handle := range []string{"环保北京", "京环之声"} {
		w.Wait(id, handle, delivery.Sent)
	}
	if got := w.Weibo.Posts(
		"环保北京",
	); len(got) == 0 || got[len(got)-1].Text != "今天白天良，夜间转优" ||
		len(got[len(got)-1].Pictures) != 1 {
		t.Errorf("Weibo holds %+v", got)
	}
	if got := w.Weibo.Posts("京环之声"); len(got) == 0 || got[len(got)-1].Text != "解读：北风送走了污染物" {
		t.Errorf("Weibo holds %+v", got)
	}
	seeItsPages(t, w, id)
	takeDownInBrowser(t, w, id)
}

// writeInBrowser signs the press officer in through the door and writes; it gives the post's id.
func writeInBrowser(t *testing.T, w *world.World) (id int64) {
	tab := browser().Open(t, w.URL)
	tab.SignIn("xuanchuan", w.Passwords["xuanchuan"])
	tab.Go("/posts/new")
	tab.Type("#f-text", "今天白天良，夜间转优")
	tab.SeeText(".length", "10 / 2000")

	for _, handle := range []string{"环保北京", "京环之声"} {
		tab.Eval(
			fmt.Sprintf(
				`(() => { document.querySelector("input[name=account][value='%d']").click(); return true })()`,
				w.Account(handle).ID,
			),
		)
	}
	tab.SeeText("#saved", "草稿已保存于")
	tab.Upload("#f-file", chart(t))
	tab.See(".picture img")
	tab.Type(".picture input[name^=alt]", "五个区域的浓度柱状图")
	voice := w.Account("京环之声").ID
	tab.Type("#f-own", "京环之声")
	tab.Click("[data-own-add]")
	tab.Type(fmt.Sprintf("[data-variant='%d'] textarea", voice), "解读：北风送走了污染物")
	tab.Click("#f-when-now")
	tab.SeeText("#preview", "解读：北风送走了污染物")
	tab.SeeText("#preview .ready", "可以提交")
	tab.Follow("button[value=submit]")
	tab.SeeText(".banner-good", "已提交审核")
	tab.SeeText("main", "今天白天良，夜间转优")
	if _, err := fmt.Sscanf(tab.Path(), "/posts/%d", &id); err != nil {
		t.Fatalf("after submitting at %s", tab.Path())
	}
	if n := tab.Count("main a[href^='/reviews/']"); n != 0 {
		t.Error("the author is offered the review of the own post")
	}

	return id
}

// approveInBrowser lets the reviewer find the post in the queue and approve it.
func approveInBrowser(t *testing.T, w *world.World, id int64) {
	tab := person(t, w, "shenhe")
	tab.Go("/reviews")
	tab.Follow(fmt.Sprintf("main a[href='/reviews/%d']", id))
	tab.SeeText("main", "将发布的内容")
	tab.SeeText(".previews", "解读：北风送走了污染物")
	tab.Type("#f-opinion", "内容属实，同意发布")
	tab.Follow("button[value=approve]")
	tab.SeeText(".banner-good", "已批准")
	if n := tab.Count(fmt.Sprintf("main a[href='/reviews/%d']", id)); n != 0 {
		t.Error("the post is still in the queue")
	}
	tab.Go(fmt.Sprintf("/posts/%d", id))
	tab.SeeText("#progress", "2 / 2 已发") // by itself, without loading the page again
}

// seeItsPages looks at the post's, the delivery's, the certificate's and the account's page.
func seeItsPages(t *testing.T, w *world.World, id int64) {
	tab := person(t, w, "xuanchuan")
	delivery := w.Delivery(id, "环保北京")
	w.Eventually("the post to be read back", func() bool { return w.Delivery(id, "环保北京").Live != nil })
	tab.Go(fmt.Sprintf("/deliveries/%d", delivery.ID))
	tab.SeeText("#outlook", "已发")
	tab.SeeText("main", "回读的文字和图片数与批准稿一致")
	tab.SeeText("main code", *delivery.RemoteID)
	tab.Follow(fmt.Sprintf("a[href='/deliveries/%d/certificate']", delivery.ID))

	for _, words := range []string{
		"微博发布凭证", "值班宣传专员", "值班审核员", *delivery.RemoteID, fmt.Sprintf("%x", delivery.PayloadHash),
	} {
		tab.SeeText("main", words)
	}
	tab.Go(fmt.Sprintf("/matrix/accounts/%d", delivery.AccountID))
	tab.SeeText("h1", "@环保北京")
	tab.SeeText("main", "可以发布")
	if _, err := w.Reach.Plan(t.Context()); err != nil {
		t.Fatal(err)
	}
	tab.Go(fmt.Sprintf("/reach/accounts/%d", delivery.AccountID))
	tab.Ready()
	tab.SeeText("main", "今天白天良，夜间转优")
}

// takeDownInBrowser lets the supervisor ask and the reviewer agree.
func takeDownInBrowser(t *testing.T, w *world.World, id int64) {
	boss := person(t, w, "zhuguan")
	boss.Go(fmt.Sprintf("/posts/%d/takedown?delivery=%d", id, w.Delivery(id, "环保北京").ID))
	boss.Type("textarea[name=reason]", "配图有误")
	boss.Follow(".takedown-form button[type=submit]")
	boss.SeeText("main", "须由另一位审核员或主管确认")
	if n := boss.Count("form[action$='/confirm']"); n != 0 {
		t.Error("who asked may agree")
	}
	second := person(t, w, "shenhe")
	second.Go(boss.Path())
	second.SeeText("main", "配图有误")
	second.Follow("form[action$='/confirm'] button")
	w.Eventually("the post to be gone from Weibo", func() bool {
		posts := w.Weibo.Posts("环保北京")
		return posts[len(posts)-1].Deleted
	})
	d := w.Delivery(id, "环保北京")
	w.Eventually("the page to know", func() bool {
		live := w.Delivery(id, "环保北京").Live
		return live != nil && *live == delivery.LiveDown
	})
	second.Go(fmt.Sprintf("/deliveries/%d", d.ID))
	second.SeeText("#outlook", "已下架")
	if other := w.Weibo.Posts("京环之声"); other[len(other)-1].Deleted {
		t.Error("the other account's post is gone too")
	}
}

// chart writes a picture to a file of the test's own.
func chart(t *testing.T) string {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 320, 180))

	for x := range 320 {
		for y := 180 - x/2; y < 180; y++ {
			img.Set(x, y, color.RGBA{0x20, 0x6b, 0xc4, 0xff})
		}
	}
	path := filepath.Join(t.TempDir(), "chart.png")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := png.Encode(file, img); err != nil {
		t.Fatal(err)
	}

	return path
}
