package e2e

import (
	"fmt"
	"strconv"
	"testing"

	"juzhen/internal/e2e/world"
	"juzhen/internal/inbox"
	"juzhen/internal/sandbox"
)

// TestACitizenIsAnsweredOnceFromTheConsole in a browser: the officer answers, the page follows to "sent" and the
// platform has it once; of an answer that was lost nobody knows, two people say that it is not out, and the
// officer answers anew.
func TestACitizenIsAnsweredOnceFromTheConsole(t *testing.T) {
	t.Parallel()
	const handle = "环保北京"
	w := world.New(t)
	under, matter := askedHere(t, w, handle, "胡同里的风", "明天限行吗")

	officer := person(t, w, "xuanchuan")
	officer.Go(fmt.Sprintf("/inbox/%d", matter))
	officer.Type("#f-text", "明天不限行，咨询请拨13800138000")
	lookAt(officer, "reply-new")
	officer.Follow("form[action$='/reply'] .btn-primary")
	officer.SeeText(".field-error", "或说明为什么照发") // a number is checked as in a post, and what was typed stays
	officer.Type(".check-reason input", "值班手机，本人同意")
	lookAt(officer, "reply-check")
	officer.Follow("form[action$='/reply'] .btn-primary")
	officer.SeeText("#answers", "已发出") // by itself
	officer.SeeText("#talk", "明天不限行")
	officer.SeeText("#lead", "已答复")
	officer.Axe()
	lookAt(officer, "reply-sent")
	if said := w.Weibo.Said(handle, under); len(said) != 1 || said[0] != "明天不限行，咨询请拨13800138000" {
		t.Errorf("the account said %q", said)
	}

	w.Weibo.Fault(sandbox.Fault{
		Account: handle, Call: "comments/reply/biz", Kind: sandbox.FaultCut, When: sandbox.Before, Times: 1,
	})
	under, matter = askedHere(t, w, handle, "早起遛弯的人", "后天呢")
	officer.Go(fmt.Sprintf("/inbox/%d", matter))
	officer.Type("#f-text", "后天也不限行。")
	officer.Follow("form[action$='/reply'] .btn-primary")
	officer.SeeText("#answers", "结果待核")
	officer.Follow("button[value=deny]")
	boss := person(t, w, "zhuguan")
	boss.Size(390, 844)
	boss.Go("/todo")
	boss.Follow(fmt.Sprintf("a[href='/inbox/%d']", matter))
	boss.FitsWidth()
	boss.Axe()
	lookAt(boss, "reply-doubt-390")
	boss.Follow("button[value=agree]")
	officer.SeeText("#answers", "没有发出")
	officer.Go(fmt.Sprintf("/inbox/%d", matter))
	officer.Type("#f-text", "后天也不限行，请放心。")
	officer.Follow("form[action$='/reply'] .btn-primary")
	officer.SeeText("#lead", "已答复")
	if said := w.Weibo.Said(handle, under); len(said) != 1 {
		t.Errorf("the account said %q", said)
	}
}

// askedHere lets a citizen ask an account something under a new post, and reads it.
func askedHere(t *testing.T, w *world.World, handle, citizen, words string) (under, matter int64) {
	t.Helper()
	under = w.Weibo.Rival(handle, "明日空气质量预报").ID
	w.Weibo.Comment(under, citizen, words)
	_, err := w.Inbox.Due(t.Context())
	must(t, err)
	_, err = w.DB.Pool().Exec(t.Context(), "UPDATE inbox_watches SET next_at = now()")
	must(t, err)
	must(t, w.Inbox.Poll(t.Context(), w.Account(handle).ID))
	boss, _ := w.Actor("zhuguan")
	page, err := w.Inbox.List(t.Context(), boss, inbox.Query{Thread: strconv.FormatInt(under, 10)})
	must(t, err)
	if len(page.Rows) != 1 {
		t.Fatalf("%d matters are read", len(page.Rows))
	}

	return under, page.Rows[0].ID
}
