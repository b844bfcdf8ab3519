package inbox_test

import (
	"testing"
	"time"
)

// TestAPrivateMessageOnItsPage says until when it may be answered and where, and offers nothing that would do
// nothing.
func TestAPrivateMessageOnItsPage(t *testing.T) {
	t.Parallel()

	p := newWorld(t)
	p.Exec(`
INSERT INTO inbox_matters (account_id, citizen, thread, state, kind, unit_id, opened_at, asked_at,
    waits_since, updated_at)
SELECT id, '5700000777', 'message', 'open', 'ask', unit_id, $1, $1, $1, $1 FROM accounts`, p.Now())
	p.Exec(`
INSERT INTO inbox_items (matter_id, account_id, thing, remote_id, source, form, contract, said_at, author,
    name, text, taken_at, keep_until)
SELECT id, account_id, 'message', 'k', 'message', 'image', 'fans', $1, citizen, '', '发了一张图片', $1, $1
FROM inbox_matters WHERE thread = 'message'`, p.Now())
	p.Exec("UPDATE inbox_matters m SET last_item_id = i.id FROM inbox_items i WHERE i.matter_id = m.id")
	p.Exec(`INSERT INTO inbox_windows (account_id, citizen, opened_at, touched_at)
		SELECT id, '5700000777', $1, $1 FROM accounts`, p.Now())

	officer := p.As("officer")
	const onWeibo = "a.btn[target=_blank]"
	officer.Get("/inbox?source=message").
		Want(200).
		WantCount("#inbox tbody tr", 1).
		WantText("#inbox tbody", "私信")
	officer.Get("/inbox/1").WantCount(onWeibo+"[href^='https://weibo.com/5800000001/']", 1)
	officer.Get("/inbox/2").Want(200).WantText("#talk", "可回复到").WantText("#talk", "还剩 1 天 23 小时").
		WantText("#talk", "内容没有随推送送来").WantText("#facts", "推送不带姓名").WantText("#acts", "本台不能代发私信").
		WantCount("form[action$=reply]", 0).WantCount(onWeibo, 0).WantCount("#talk a", 0)

	p.Advance(48 * time.Hour)
	officer.Get("/inbox/2").WantText("#talk", "已过 48 小时")
	p.Exec("UPDATE inbox_windows SET follows = false")
	page := officer.Get("/inbox/2").WantText("#talk", "市民已取消关注")
	officer.Post("/inbox/2/reveal", page.Form("form[action$=reveal]")).Want(200).
		WantText("#facts", "UID 5700000777")

	form := page.Form("form[action$=answer]")
	form.Set("note", "已在私信里答复")
	officer.Post("/inbox/2/answer", form).Want(303)
	officer.Get("/inbox/2").WantText("main", "已答复")
}
