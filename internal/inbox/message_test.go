package inbox

import (
	"strings"
	"testing"
	"time"

	"juzhen/internal/account"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

// push hands over what the platform pushed to an account.
func (w *world) push(a account.Account, told Pushed) {
	w.Helper()
	w.must(w.s.Prepare(w.Context()))
	w.must(w.DB.InTx(w.Context(), func(tx pg.Tx) error { return w.s.HearTx(w.Context(), tx, a, told) }))
}

// writes is a private message of now.
func (w *world) writes(a account.Account, key, citizen, text string) {
	w.Helper()
	w.push(a, Pushed{
		Key: key, Citizen: citizen, Form: FormText, Text: text, At: w.Now(), Opens: true,
	})
}

// TestAMessageIsAMatterOfItsOwnLane: one a citizen and account, with the clock of its kind; however often it
// comes it is there once.
func TestAMessageIsAMatterOfItsOwnLane(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	a := w.connect(main, "市局", account.Commercial)
	w.writes(a, "k1", "5700000777", "我要投诉楼下烧烤店冒黑烟，电话 13800138000")
	w.Advance(time.Minute)
	w.writes(a, "k2", "5700000777", "就在通州")
	w.writes(a, "k2", "5700000777", "就在通州")

	m := w.only()
	if m.Items != 2 || m.Source != FromMessage || !m.Private() || m.URL() != "" || m.DueAt == nil ||
		m.Kind != Complaint && m.Kind != Report {
		t.Fatalf("two messages are %+v", m)
	}
	if got := w.list(w.boss, Query{Source: FromMessage}); len(got) != 1 {
		t.Errorf("the filter shows %d", len(got))
	}
	items, err := w.s.Items(t.Context(), w.boss, m.ID)
	w.must(err)
	if strings.Contains(items[0].Text, "138") || items[0].Name != "" || items[0].Contract != "fans" {
		t.Errorf("the first is %+v", items[0])
	}
	_, shown, err := w.s.Reveal(t.Context(), w.boss, m.ID)
	w.must(err)
	if shown[0].Name != "UID 5700000777" || !strings.Contains(shown[0].Text, "13800138000") {
		t.Errorf("shown, the first is %+v", shown[0])
	}

	if err := w.s.Sendable(t.Context(), m); !fault.Is(err, fault.KindConflict) ||
		!strings.Contains(err.Error(), "私信") {
		t.Errorf("the console answers: %v", err)
	}
	m = w.do(w.officer, m, Move{Act: Answer, Way: ByMessage, Note: "已转属地核实"})
	if m.State != Answered || m.DueAt != nil {
		t.Errorf("recorded, it is %+v", m)
	}
	w.Advance(time.Hour)
	w.writes(a, "k3", "5700000777", "还在冒烟")
	if m = w.only(); m.State != Reopened || m.Items != 4 {
		t.Errorf("asked again, it is %+v", m)
	}
	w.writes(a, "k4", "5700000778", "谢谢")
	if n := len(w.list(w.boss, Query{Show: ShowAll})); n != 2 {
		t.Errorf("another citizen: %d matters", n)
	}
}

// TestWhoIsKnownFromACommentHasANameInMessages, and what is pushed without words is there too.
func TestWhoIsKnownFromACommentHasANameInMessages(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	a := w.connect(main, "市局", account.Commercial)
	post := w.post(main, "今日空气质量良")
	w.Weibo.Comment(post, "通州老张", "请问明天还限行吗")
	w.later(time.Hour)
	uid := w.text("SELECT citizen FROM inbox_matters")
	w.push(a, Pushed{Key: "p", Citizen: uid, Form: FormImage, At: w.Now(), Opens: true})

	list := w.list(w.boss, Query{Source: FromMessage})
	if len(list) != 1 || list[0].Name != "通＊＊" {
		t.Fatalf("a picture of somebody known is %+v", list)
	}
	items, err := w.s.Items(t.Context(), w.boss, list[0].ID)
	w.must(err)
	if items[0].Form != FormImage || !items[0].Form.Outside() {
		t.Errorf("it is %+v", items[0])
	}
}

func (w *world) text(sql string, args ...any) (text string) {
	w.Helper()
	w.must(w.DB.Pool().QueryRow(w.Context(), sql, args...).Scan(&text))

	return text
}

// TestTheWindow counts from the last that opens it, in whatever order that is told, and shuts when the
// citizen leaves.
func TestTheWindow(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	a := w.connect(main, "市局", account.Commercial)
	begun := w.Now()
	w.Advance(time.Hour)
	last := w.Now()
	w.writes(a, "k1", "5700000777", "你好")
	w.push(a, Pushed{Citizen: "5700000777", At: begun, Opens: true, Follows: ptr(true)})

	window := func() Window {
		found, err := w.s.Window(t.Context(), w.boss, w.only())
		w.must(err)

		return found
	}
	shut := last.Add(48*time.Hour - time.Minute)
	got := window()
	if until := got.Until(); until == nil || !until.Equal(shut) {
		t.Fatalf("it may be answered until %v", until)
	}

	for _, c := range []struct {
		at   time.Time
		left time.Duration
		why  string
	}{
		{last, 48*time.Hour - time.Minute, ""},
		{shut.Add(-time.Second), time.Second, ""},
		{shut, 0, "已过 48 小时，不能回复"},
		{shut.Add(time.Hour), 0, "已过 48 小时，不能回复"},
	} {
		if got.Left(c.at) != c.left || got.Closed(c.at) != c.why {
			t.Errorf("at %v: %v %q", c.at, got.Left(c.at), got.Closed(c.at))
		}
	}

	w.push(a, Pushed{Citizen: "5700000777", At: last.Add(time.Minute), Follows: ptr(false)})
	w.push(a, Pushed{Citizen: "5700000777", At: last.Add(time.Second), Opens: true, Follows: ptr(true)})
	if got := window(); got.Until() != nil || got.Closed(last) != "市民已取消关注，不能回复" {
		t.Errorf("gone, and an older word of following: %+v", got)
	}
	w.push(a, Pushed{Citizen: "5700000777", At: last.Add(time.Hour), Opens: true, Follows: ptr(true)})
	if got := window(); got.Closed(last.Add(time.Hour)) != "" {
		t.Errorf("back again: %+v", got)
	}
}

func ptr[T any](v T) *T { return &v }

// TestMessagesArePurgedAsCommentsAre: no column of the inbox holds a word or the number of the citizen after.
func TestMessagesArePurgedAsCommentsAre(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	a := w.connect(main, "市局", account.Commercial)
	w.writes(a, "k1", "5700000777", "我叫张三丰")
	w.do(w.officer, w.only(), Move{Act: Close, Result: Unneeded, Note: "已电话沟通"})
	w.Advance(181 * 24 * time.Hour)
	w.must(w.s.Purge(t.Context()))
	w.must(w.s.Purge(t.Context()))

	for _, table := range []string{"inbox_items", "inbox_matters", "inbox_windows", "inbox_steps"} {
		found := w.text("SELECT coalesce(string_agg(to_jsonb(t)::text, ' '), '') FROM " + table + " t")
		if strings.Contains(found, "张三丰") || strings.Contains(found, "5700000777") {
			t.Errorf("%s still holds %s", table, found)
		}
	}
}

// TestAPushedHintAsksSoon, not at once after an answer, and not where the account is put off.
func TestAPushedHintAsksSoon(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	a := w.connect(main, "市局", account.Public)
	w.poll()
	asked := w.Now()
	soon := func() time.Time {
		w.must(w.DB.InTx(t.Context(), func(tx pg.Tx) error { return w.s.AskSoonTx(t.Context(), tx, a.ID) }))
		found, _, err := findWatch(t.Context(), w.DB.Pool(), a.ID)
		w.must(err)

		return found.NextAt
	}
	w.Advance(time.Minute)
	if next := soon(); !next.Equal(asked.Add(askAgain)) {
		t.Errorf("a minute later it is asked at %v", next)
	}
	w.Advance(time.Hour)
	w.Exec("UPDATE inbox_watches SET reason = 'spent', next_at = $1", w.Now().Add(time.Hour))
	if next := soon(); !next.Equal(w.Now().Add(time.Hour)) {
		t.Errorf("put off, it is asked at %v", next)
	}
}
