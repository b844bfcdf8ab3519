package e2e

import (
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"

	"juzhen/internal/beijing"
	"juzhen/internal/delivery"
	"juzhen/internal/e2e/world"
	"juzhen/internal/pause"
	"juzhen/internal/review"
)

// follows opens a page and waits until its stream is open. What happens afterwards comes without
// loading the page again.
func (b *Tab) follows(path string) {
	b.t.Helper()
	b.Go(path)
	b.Ready()
	b.See("main[data-following=stream]")
	b.Eval(`(window.sameDocument = true)`)
}

func (b *Tab) stayed() {
	b.t.Helper()
	b.Eval(`window.sameDocument === true`)
}

// TestOpenPagesFollowWhatHappens looks at a post hours before its time, at the queue, the calendar and
// the desk, while others work.
func TestOpenPagesFollowWhatHappens(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	due := world.In(3 * time.Hour)
	p := w.Submit("跟随的一条", due, "环保北京", "京环之声")
	reviewer, _ := w.Actor("shenhe")
	officer, _ := w.Actor("xuanchuan")
	chief, _ := w.Actor("zhuguan")

	post := person(t, w, "xuanchuan")
	post.follows(fmt.Sprintf("/posts/%d", p.ID))
	queue := person(t, w, "shenhe")
	queue.follows("/reviews")
	queue.SeeText("#queue", "跟随的一条")
	calendar := person(t, w, "xuanchuan")
	calendar.follows("/calendar?view=week&date=" + due.In(beijing.Zone).Format(time.DateOnly))
	desk := person(t, w, "zhuguan")
	desk.follows("/")

	_, version, err := w.Posts.Find(t.Context(), reviewer, p.ID)
	must(t, err)
	_, err = w.Deliveries.Review(t.Context(), reviewer, p.ID, delivery.Verdict{
		Version:  version.Number,
		Hash:     version.Hash,
		Decision: review.Approve,
	})
	must(t, err)
	post.SeeText("#lead", "已批准")
	post.SeeText("#said", "已批准")
	post.See("#withdraw")
	queue.SeeText("#lead", "没有等候审核")
	calendar.SeeText("[data-calendar]", "已批准")

	w.Submit("又来一条", due, "环保北京")
	queue.SeeText("#queue", "又来一条")
	calendar.SeeText("[data-calendar]", "又来一条")

	keepsWhatIsTyped(post, func() {
		_, err := w.Deliveries.Pause(t.Context(), chief, pause.Stop{UnitID: w.Matrix.Root.ID, Why: "演练"})
		must(t, err)
	})
	desk.SeeText("#banners", "演练")
	_, err = w.Deliveries.Withdraw(t.Context(), officer, p.ID, "不发了")
	must(t, err)
	post.SeeText("#lead", "已撤回")

	for _, tab := range []*Tab{post, queue, calendar, desk} {
		tab.stayed()
	}

	must(t, w.Identity.SignOut(t.Context(), reviewer))
	queue.SeeText("#follow-note", "登录已过期")
	queue.See("main[data-following=ended]")
}

// keepsWhatIsTyped writes a reason for a withdrawal while something else changes.
func keepsWhatIsTyped(tab *Tab, change func()) {
	tab.t.Helper()
	tab.Click("#withdraw > summary")
	tab.Type("#withdraw-reason", "写到一半")
	change()
	tab.SeeText("#lead", "暂停")
	tab.focused("#withdraw-reason")
	tab.Eval(`document.querySelector("#withdraw-reason").value === "写到一半"`)
	tab.Press(kb.Escape)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
