package e2e

import (
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"juzhen/internal/beijing"
	"juzhen/internal/e2e/world"
)

// TestAPostGoesThroughTheQueue: slots are set, the next one is chosen in the form of a post, and with the
// keys and by the form the post goes to another free one.
func TestAPostGoesThroughTheQueue(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	account := w.Account("环保北京").ID
	boss := person(t, w, "zhuguan")
	slots := fmt.Sprintf("/plan/slots?account=%d", account)

	boss.Go(slots)
	boss.SeeText("main", "这个账号还没有设发布时段")
	boss.Eval(
		`(() => { for (let i = 1; i <= 7; i++) document.querySelector("[name=d" + i + "]").value = "8:30 12:00，18:00";
		return true })()`,
	)
	boss.Follow("form[method=post].form button[type=submit]")
	boss.SeeText("main", "已保存发布时段")
	boss.SeeText("tbody", "08:30 12:00 18:00")

	eight := beijing.Day(time.Now()).AddDate(0, 0, 1).Add(8*time.Hour + 30*time.Minute)
	draft := w.Draft("空气质量提示", &eight, "环保北京")
	entry := fmt.Sprintf("#post-%d-%d", draft.ID, account)
	officer := person(t, w, "xuanchuan")
	officer.Go(fmt.Sprintf("/plan/queue?account=%d", account))
	officer.See(entry + "[data-due$='T08:30']")
	officer.Eval(fmt.Sprintf(`(() => { document.querySelector(%q).focus(); return true })()`, entry))
	officer.Step(
		"one slot later",
		chromedp.KeyEvent(kb.ArrowDown, chromedp.KeyModifiers(chromedp.ModifierAlt)),
	)
	officer.See("#move-dialog[open]")
	officer.Click("[data-move-do]")
	officer.See(".queue-slot " + entry + "[data-due$='T12:00']")

	first := officer.Value("form[action='/plan/queue/move'] [name=due_at]")
	officer.Follow("form[action='/plan/queue/move'] button")
	officer.SeeText("main", "已改期")
	officer.See(fmt.Sprintf("%s[data-due='%s']", entry, first))

	// The first free slot is taken now, so the form of another post chooses one after it. This comes last:
	// the form keeps what was chosen by itself, and takes a slot at a moment the test does not know.
	other := w.Draft("另一篇", nil, "环保北京")
	officer.Go(fmt.Sprintf("/posts/%d/edit", other.ID))
	officer.Click("button[data-due-free$='hour=slot']")
	officer.SeeText("[data-due-told]", ":")
	if got := officer.Value("#f-due"); got <= first {
		t.Errorf("the slot at %q was chosen, and %q is taken", got, first)
	}
}
