package inbox

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"juzhen/internal/account"
	"juzhen/internal/e2e/stage"
	"juzhen/internal/pg"
	"juzhen/internal/weibo"
)

// TestWhatIsSaidComesOnceAndUnderItsPost by both interfaces: comments, answers, mentions.
func TestWhatIsSaidComesOnceAndUnderItsPost(t *testing.T) {
	t.Parallel()

	for _, connector := range []account.Connector{account.Commercial, account.Public} {
		t.Run(string(connector), func(t *testing.T) {
			t.Parallel()

			w := newWorld(t)
			w.connect(main, "市局", connector)
			post := w.post(main, "今日空气质量良")
			w.poll()
			w.Advance(time.Minute)
			first := w.Weibo.Comment(post, "通州老张", "请问明天还限行吗 &<b>")
			w.Weibo.Comment(post, "平谷桃农", "谢谢提醒")
			w.post(citizen, "@"+main+" 我家楼下有人偷排黑烟，电话 13800138000")
			w.later(2 * time.Hour)
			w.Advance(time.Minute)
			w.Weibo.Comment(post, "通州老张", "还有后天呢？")
			w.later(2 * time.Hour)
			w.later(2 * time.Hour)

			list := w.list(w.boss, Query{Show: ShowAll})
			if len(list) != 3 {
				t.Fatalf("%d matters", len(list))
			}
			at := slices.IndexFunc(list, func(m Matter) bool { return m.Source == FromMention })
			if m := list[at]; m.Kind != Report || m.Name != "胡＊＊" || strings.Contains(m.Text, "138") ||
				m.ThreadUID != "5800000003" {
				t.Errorf("a mention is %+v", m)
			}
			asked := list[slices.IndexFunc(list, func(m Matter) bool { return m.Kind == Ask })]
			if asked.Items != 2 || asked.Thread != strconv.FormatInt(post, 10) || asked.State != Open ||
				asked.Text != "还有后天呢？" || asked.Name != "通＊＊" {
				t.Errorf("asked twice is %+v", asked)
			}
			items, err := w.s.Items(t.Context(), w.boss, asked.ID)
			w.must(err)
			if items[0].RemoteID != strconv.FormatInt(first, 10) || items[0].Text != "请问明天还限行吗 &<b>" ||
				items[0].Contract != string(connector) {
				t.Errorf("the first is %+v", items[0])
			}

			w.Advance(time.Minute)
			w.Weibo.Say(main, post, first, "明天不限行")
			w.Weibo.Comment(post, "过路人甲", "收到")
			w.later(2 * time.Hour)
			answered := w.list(w.boss, Query{State: Answered})
			if len(answered) != 1 || answered[0].ID != asked.ID || answered[0].DueAt != nil ||
				answered[0].Items != 3 {
				t.Fatalf("answered on the platform: %+v", answered)
			}
			w.Advance(time.Minute)
			w.Weibo.Comment(post, "通州老张", "那后天呢")
			w.later(4 * time.Hour)
			if m := w.list(w.boss, Query{State: Reopened}); len(m) != 1 || m[0].DueAt == nil {
				t.Errorf("asked again: %+v", m)
			}
		})
	}
}

// TestTakeIsTheSameInAnyOrder and however often: shuffled, cut into pages that overlap, repeated.
func TestTakeIsTheSameInAnyOrder(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	a := w.connect(main, "市局", account.Commercial)
	var heard []weibo.Heard

	for i := range 120 {
		h := weibo.Heard{
			ID:   strconv.Itoa(1000 + i),
			At:   w.Now().Add(time.Duration(i) * time.Second),
			Text: "请问第几天",
			UID: strconv.Itoa(
				7000 + i%20,
			),
			Name:      "市民",
			ThreadID:  strconv.Itoa(50 + i%3),
			ThreadUID: a.RemoteUID,
		}
		if i%7 == 6 {
			h.UID, h.ReplyTo = a.RemoteUID, strconv.Itoa(1000+i-60)
			if i < 60 {
				h.ReplyTo = ""
			}
		}
		heard = append(heard, h)
	}
	take := func(list []weibo.Heard) {
		t.Helper()
		w.must(w.DB.InTx(t.Context(), func(tx pg.Tx) error {
			_, err := w.s.take(t.Context(), tx, a, "commercial", list, w.Now().Add(-time.Hour))
			return err
		}))
	}
	const facts = `SELECT string_agg(f, ' ' ORDER BY f) FROM (
		SELECT m.citizen || '/' || m.thread || '=' || m.state || coalesce(extract(epoch FROM m.waits_since)::text, '')
			|| '/' || (SELECT count(*) FROM inbox_items i WHERE i.matter_id = m.id) AS f FROM inbox_matters m) x`
	take(heard)
	want := stage.One[string](w.Stage, facts)
	if n := stage.One[int](w.Stage, "SELECT count(*) FROM inbox_items"); n < 103 {
		t.Fatalf("%d items", n)
	}

	random := rand.New(rand.NewPCG(1, 2))

	for range 3 {
		w.Exec("TRUNCATE inbox_items, inbox_matters, inbox_steps, inbox_pauses, inbox_answers")
		var cits, ours []weibo.Heard

		for _, h := range heard {
			if h.UID == a.RemoteUID {
				ours = append(ours, h)
			} else {
				cits = append(cits, h)
			}
		}
		random.Shuffle(len(cits), func(i, j int) { cits[i], cits[j] = cits[j], cits[i] })
		random.Shuffle(len(ours), func(i, j int) { ours[i], ours[j] = ours[j], ours[i] })

		for list := range slices.Chunk(slices.Concat(cits, ours, heard), 17) {
			take(list)
		}
		if got := stage.One[string](w.Stage, facts); got != want {
			t.Fatalf("in another order\n%s\nwant\n%s", got, want)
		}
	}
}

// TestTheBudgetHolds on the public interface over two days in which much is said, and what could not be read
// is told.
func TestTheBudgetHolds(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	w.connect(main, "市局", account.Public)
	post := w.post(main, "今日空气质量良")

	for range 48 {
		w.Weibo.Comment(post, "通州老张", "请问几点？")
		w.later(time.Hour)
	}
	if n := stage.One[int](w.Stage, "SELECT max(calls) FROM call_usage WHERE scope LIKE '%/inbox'"); n > 30 {
		t.Errorf("%d calls a day", n)
	}
	if m := w.only(); m.Items < 24 {
		t.Errorf("%d of 48 came in", m.Items)
	}
	readings, err := w.s.Readings(t.Context(), w.boss)
	w.must(err)
	if len(readings) != 1 || readings[0].AskedAt == nil || !readings[0].NextAt.After(w.Now()) {
		t.Errorf("readings %+v", readings)
	}
}

// TestMessagesAreLookedAtOnThePlatform because nothing reads them.
func TestMessagesAreLookedAtOnThePlatform(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	w.connect(main, "市局", account.Commercial)
	w.Weibo.Messages(main, 3)
	w.poll()
	if got := w.OpenTodos(); got != "inbox.messages" {
		t.Fatalf("waits for %q", got)
	}
	w.Weibo.Messages(main, 0)
	w.later(2 * time.Hour)
	if got := w.OpenTodos(); got != "" {
		t.Errorf("waits for %q", got)
	}
}

// TestWhatItsAuthorTookAwayIsMarkedAndGoes after a month; what ended goes after its time.
func TestWhatItsAuthorTookAwayIsMarkedAndGoes(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	w.connect(main, "市局", account.Commercial)
	post := w.post(main, "今日空气质量良")
	comment := w.Weibo.Comment(post, "通州老张", "请问明天限行吗")
	w.poll()
	w.Weibo.Uncomment(comment)
	w.later(25 * time.Hour)
	gone := w.only()
	if m := gone; m.GoneAt == nil || m.Text != "" {
		t.Fatalf("taken away: %+v", m)
	}
	w.Weibo.Comment(post, "平谷桃农", "请问后天限行吗")
	w.later(time.Hour)
	w.Exec("UPDATE inbox_items SET gone_at = gone_at - interval '31 days' WHERE gone_at IS NOT NULL")
	w.must(w.s.Purge(t.Context()))
	if n := stage.One[int](
		w.Stage,
		"SELECT count(*) FROM inbox_items WHERE text <> '' OR name <> ''",
	); n != 1 {
		t.Errorf("%d texts are left, want that of the other", n)
	}

	m := w.do(w.boss, gone, Move{Act: Close, Result: Unneeded, Note: "通州老张自己删了"})
	w.Advance(200 * 24 * time.Hour)
	w.must(w.s.Purge(t.Context()))
	if n := stage.One[int](w.Stage, "SELECT count(*) FROM inbox_items WHERE text <> ''"); n != 1 {
		t.Errorf("%d texts are left, want that of the open matter", n)
	}
	if got := stage.One[string](
		w.Stage,
		"SELECT string_agg(note, '') FROM inbox_steps",
	); strings.Contains(
		got,
		"老张",
	) {
		t.Errorf("the history still says %q", got)
	}
	if err := m.May(w.boss, Reopen); err != nil {
		t.Errorf("before it is purged: %v", err)
	}
	if n := stage.One[int](
		w.Stage,
		`SELECT count(*) FROM audit_entries WHERE convert_from(body, 'UTF8') LIKE '%老张%'`,
	); n != 0 {
		t.Errorf("%d entries of the trail name the citizen", n)
	}
}
