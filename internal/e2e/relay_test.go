package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"juzhen/internal/account"
	"juzhen/internal/beijing"
	"juzhen/internal/delivery"
	"juzhen/internal/e2e/world"
	"juzhen/internal/relay"
)

// TestANoticeIsCarriedByTheMatrix in a browser: what is asked goes through review with the notice; one
// officer confirms on the phone with one press after the to-do, one takes words of his own, three are late
// and reminded; every account carries it once, never before the lead, and one certificate names all.
func TestANoticeIsCarriedByTheMatrix(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	officer, _ := w.Actor("xuanchuan")
	lead := w.Draft("【通知】明天起开展冬季环境巡查，欢迎监督", nil, "环保北京")

	tab := person(t, w, "xuanchuan")
	tab.Go(fmt.Sprintf("/posts/%d", lead.ID))
	tab.Follow(fmt.Sprintf("a[href='/relays/new?post=%d']", lead.ID))
	tab.Type("#f-words", "欢迎监督本区巡查 https://sthjj.beijing.gov.cn/xc")
	tab.Eval(fmt.Sprintf(`(document.querySelector("#f-spread").value = "0",
		document.querySelector("#f-deadline").value = %q, true)`,
		time.Now().In(beijing.Zone).Add(8*time.Hour).Format("2006-01-02T15:04")))
	chosen := 0

	for _, a := range w.Matrix.Accounts {
		if a.Connector == account.Manual || a.Handle == "环保北京" {
			continue
		}
		tab.Eval(fmt.Sprintf(
			`(document.querySelector("input[name=account][value='%d']").click(), true)`, a.ID))
		chosen++
	}
	lookAt(tab, "relay-form")
	tab.Follow("form[action='/relays'] button[type=submit]")
	tab.SeeText("main", "首发批准后，各账号收到任务")
	must(t, w.Deliveries.Submit(t.Context(), officer, lead.ID, 0))

	boss := person(t, w, "shenhe")
	boss.Go(fmt.Sprintf("/reviews/%d", lead.ID))
	boss.SeeText("#h-relay", "随稿件送审的联动")
	boss.SeeText("main", "欢迎监督本区巡查")
	lookAt(boss, "relay-review")
	boss.Follow("button[name=decision][value=approve]")
	w.Wait(lead.ID, "环保北京", delivery.Sent)

	board := openBoard(t, w, officer, lead.ID)
	if len(board.Tasks) != chosen || !board.Covered {
		t.Fatalf("%d accounts were asked of %d, covered %v", len(board.Tasks), chosen, board.Covered)
	}

	// From the list of what waits it is one press to the task, and one more to confirm it.
	phone := person(t, w, "xuanchuan")
	phone.Size(390, 844)
	phone.Go("/todo")
	phone.Follow(fmt.Sprintf("a[href='/relays/tasks/%d']", board.Tasks[0].ID))
	phone.FitsWidth()
	phone.Axe()
	lookAt(phone, "relay-task")
	phone.Follow(fmt.Sprintf("form[action='/relays/tasks/%d/confirm'] .btn-primary", board.Tasks[0].ID))
	phone.SeeText(".banner-good", "按首发的批准发布")

	own := "本中心同步巡查，请看图解 https://sthjj.beijing.gov.cn/tj"
	_, err := w.Relays.Confirm(t.Context(), officer, board.Tasks[1].ID, relay.Answer{Words: &own})
	must(t, err)

	for _, task := range board.Tasks[2 : chosen-3] {
		_, err := w.Relays.Confirm(t.Context(), officer, task.ID, relay.Answer{})
		must(t, err)
	}

	tab.Go(fmt.Sprintf("/relays/%d", board.ID))
	tab.SeeText("#board", fmt.Sprintf("%d / %d", chosen-4, chosen)) // the page hears of each by itself
	tab.Axe()
	lookAt(tab, "relay-board")
	tab.Size(390, 844)
	tab.FitsWidth()
	lookAt(tab, "relay-board-390")
	tab.Size(1440, 900)
	tab.Follow(fmt.Sprintf("form[action='/relays/%d/remind'] .btn-primary", board.ID))
	tab.SeeText(".banner-good", "已提醒 4 个账号") // three that did not answer, one that waits for its reviewer

	for _, task := range board.Tasks[chosen-3:] {
		_, err := w.Relays.Confirm(t.Context(), officer, task.ID, relay.Answer{})
		must(t, err)
	}
	second := openBoard(t, w, officer, lead.ID).Tasks[1]
	approveAs(t, w, "shenhe", *second.PostID)
	w.Eventually("all to be out", func() bool {
		return openBoard(t, w, officer, lead.ID).Figures.Done() == chosen
	})

	first := w.Delivery(lead.ID, "环保北京")
	for _, task := range openBoard(t, w, officer, lead.ID).Tasks {
		if n := w.Weibo.Count(task.Handle); n != 1 {
			t.Errorf("@%s has %d posts", task.Handle, n)
		}
		if task.SentAt.Before(*first.SentAt) {
			t.Errorf("@%s was before the lead", task.Handle)
		}
	}

	tab.Go(fmt.Sprintf("/relays/%d", board.ID))
	tab.Click("#close summary")
	tab.Type("#close textarea", "一小时内全部转发")
	tab.Follow("#close form button")
	tab.SeeText("#board", "一小时内全部转发")
	tab.Go(fmt.Sprintf("/relays/%d/certificate", board.ID))
	tab.SeeText("article", "一小时内全部转发")
	if n := tab.Count("article section h2"); n != chosen+2 {
		t.Errorf("the certificate has %d parts for %d accounts", n, chosen)
	}
	tab.Axe()
	lookAt(tab, "relay-certificate")
}

// lookAt takes a picture where E2E_PICTURES names a folder.
func lookAt(tab *Tab, name string) {
	if dir := os.Getenv("E2E_PICTURES"); dir != "" {
		tab.Picture(filepath.Join(dir, name+".png"))
	}
}
