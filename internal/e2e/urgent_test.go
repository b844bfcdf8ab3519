package e2e

import (
	"fmt"
	"testing"
	"time"

	"juzhen/internal/account"
	"juzhen/internal/beijing"
	"juzhen/internal/e2e/world"
	"juzhen/internal/relay"
)

// TestAWarningReachesTheMatrixByTwoPeople in a browser: one page to write it, choose the accounts and
// submit it, one press of another person on the phone, and every account that the console sends for has
// it once. What is not urgent can be stopped meanwhile, and the lifting is one press away.
func TestAWarningReachesTheMatrixByTwoPeople(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	officer, _ := w.Actor("xuanchuan")

	tab, phone := person(t, w, "xuanchuan"), person(t, w, "shenhe")
	phone.Size(390, 844)
	began := time.Now()
	tab.Go("/")
	tab.Follow("a[href='/templates/urgent']")
	fillWarning(tab)
	tab.SeeText("#written", "橙色预警")
	tab.Axe()
	lookAt(tab, "urgent-form")
	tab.Follow("button[value=start]")
	tab.SeeText("#board", "看审核")
	lookAt(tab, "urgent-board")
	written := time.Since(began)

	var id, postID int64
	must(t, w.DB.Pool().QueryRow(t.Context(), "SELECT id, post_id FROM relays").Scan(&id, &postID))
	if n := w.Weibo.Count("环保北京"); n != 0 {
		t.Fatalf("%d posts before the approval", n)
	}

	phone.Go("/todo")
	phone.Follow(fmt.Sprintf("a[href='/reviews/%d']", postID))
	phone.Follow("button[name=decision][value=approve]")
	approved := time.Since(began)

	var board relay.Board
	sendable := 0

	for _, a := range w.Matrix.Accounts {
		if a.Connector != account.Manual && a.Handle != "环保北京" {
			sendable++
		}
	}
	w.Eventually("all to be out", func() bool {
		board = openBoard(t, w, officer, postID)
		return board.Figures.Done() == sendable
	})
	t.Logf("figure urgent written_s %.1f approved_s %.1f out_s %.1f accounts %d",
		written.Seconds(), approved.Seconds(), time.Since(began).Seconds(), sendable)

	lead := w.Delivery(postID, "环保北京")

	for _, task := range board.Tasks {
		if task.Connector == account.Manual {
			continue
		}
		if n := w.Weibo.Count(task.Handle); n != 1 {
			t.Errorf("@%s has %d posts", task.Handle, n)
		}
		if task.SentAt == nil || task.SentAt.Before(*lead.SentAt) {
			t.Errorf("@%s was before the lead", task.Handle)
		}
	}
	tab.SeeText("#board", fmt.Sprintf("%d / %d", sendable, len(board.Tasks))) // without a reload
	tab.Axe()
	lookAt(tab, "urgent-out")

	boss := person(t, w, "zhuguan")
	boss.Go(fmt.Sprintf("/relays/%d", id))
	boss.Follow("a[href^='/pauses/new?']")
	boss.SeeText("main", "加急的照常发")
	boss.Follow("form[action='/pauses'] .btn-danger")
	boss.SeeText("main", "加急的照常发")

	tab.Follow("a[href*='kind=warning_lift']")
	tab.Eval(fmt.Sprintf(`(document.querySelector("#f-from").value = %q, true)`, inField(3*time.Hour)))
	tab.Type("#f-cause", "冷空气提前到达")
	tab.Follow("button[value=start]")
	tab.SeeText("#board", "看审核")
	lookAt(tab, "urgent-lifting")
	must(t, w.DB.Pool().QueryRow(t.Context(), "SELECT max(post_id) FROM relays").Scan(&postID))
	phone.Go(fmt.Sprintf("/reviews/%d", postID))
	phone.Follow("button[name=decision][value=approve]")
	w.Eventually("the lifting to be out under the pause", func() bool {
		board = openBoard(t, w, officer, postID)
		return board.Figures.Done() == sendable-1
	})
	tab.SeeText("#board", "没有自动确认") // without words the public interface has no link to carry
}

// fillWarning writes an orange warning, with words that every interface takes.
func fillWarning(tab *Tab) {
	tab.Eval(fmt.Sprintf(`(document.querySelector("#f-colour").value = "橙",
		document.querySelector("#f-from").value = %q, document.querySelector("#f-until").value = %q,
		document.querySelector("details.more").open = true)`, inField(2*time.Hour), inField(50*time.Hour)))
	tab.Type("#f-words", "请关注 https://sthjj.beijing.gov.cn/yj")
	tab.Type("#f-cause", "受不利气象条件影响，预计空气质量为重度污染")
}

// inField is a time of day from now as a control holds it.
func inField(ahead time.Duration) string {
	return time.Now().In(beijing.Zone).Add(ahead).Format("2006-01-02T15:04")
}
