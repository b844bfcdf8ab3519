package inbox

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/delivery"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

// TestWhatIsDecidedAboutAnAnswer types out what may be done about an answer in each state, by who wrote it,
// who denied it and somebody else: what is not here is refused.
func TestWhatIsDecidedAboutAnAnswer(t *testing.T) {
	t.Parallel()
	const writer, denier, other = int64(1), int64(2), int64(3)
	by := denier

	for name, c := range map[string]struct {
		answer Outgoing
		want   map[int64]string
	}{
		"waits":      {Outgoing{State: OutOpen, Delivery: delivery.Waiting}, all("take_back")},
		"held":       {Outgoing{State: OutOpen, Delivery: delivery.Held}, all("take_back")},
		"is sent":    {Outgoing{State: OutOpen, Delivery: delivery.Sending}, all("")},
		"in doubt":   {Outgoing{State: OutOpen, Delivery: delivery.Unknown}, all("saw_it deny")},
		"out":        {Outgoing{State: OutSent, Delivery: delivery.Sent}, all("")},
		"did not go": {Outgoing{State: OutEnded, Delivery: delivery.Failed}, all("")},
		"denied": {Outgoing{State: OutOpen, Delivery: delivery.Unknown, DeniedBy: &by}, map[int64]string{
			writer: "saw_it agree refuse", denier: "saw_it", other: "saw_it agree refuse",
		}},
	} {
		for user, want := range c.want {
			var got []string

			for _, act := range OutActs() {
				if c.answer.may(user, act) == nil {
					got = append(got, string(act))
				}
			}
			if text := strings.Join(got, " "); text != want {
				t.Errorf("%s: user %d may %q, want %q", name, user, text, want)
			}
		}
	}
}

func all(acts string) map[int64]string { return map[int64]string{1: acts, 2: acts, 3: acts} }

// answers is the world with an account that lives, and a citizen who asked it something.
func answers(t *testing.T) (*world, account.Account, int64) {
	t.Helper()
	w := newWorld(t)
	a := w.connect(main, "市局", account.Commercial)
	w.Exec("UPDATE accounts SET state = 'live' WHERE id = $1", a.ID)
	under := w.post(main, "明日空气质量预报")
	w.Weibo.Comment(under, citizen, "明天限行吗")
	w.later(time.Minute)

	return w, a, under
}

func (w *world) reply(actor access.Actor, m Matter, text string) error {
	_, err := w.s.Reply(w.Context(), actor, m.ID, Answering{Revision: m.Revision, Text: text})
	return err
}

// outgoing is the last answer of a matter.
func (w *world) outgoing(m Matter) Outgoing {
	w.Helper()
	list, err := w.s.Outgoing(w.Context(), w.boss, m.ID)
	w.must(err)
	if len(list) == 0 {
		w.Fatal("no answer was sent")
	}

	return list[0]
}

// becomes puts the delivery of an answer where the sender would.
func (w *world) becomes(o Outgoing, state delivery.State, remote int64, at time.Time) {
	w.Helper()
	id := ""
	if remote != 0 {
		id = fmt.Sprint(remote)
	}
	w.Exec(`UPDATE all_deliveries SET state = $2, reason = $3, remote_id = nullif($4, ''), sent_at = $5,
		marked_at = $5, next_look_at = NULL WHERE id = $1`, o.DeliveryID, string(state), "refused", id, at)
	w.must(w.s.Follow(w.Context()))
}

func TestAnAnswerBelongsToWhatWasShown(t *testing.T) {
	t.Parallel()
	w, _, under := answers(t)
	shown := w.only()

	w.Weibo.Comment(under, citizen, "问的是工作日")
	w.later(10 * time.Minute)
	if err := w.reply(w.officer, shown, "明天不限行"); !fault.Is(err, fault.KindConflict) {
		t.Errorf("an answer to what was overtaken: %v", err)
	}

	now := w.only()
	for name, text := range map[string]string{"empty": " ", "too long": strings.Repeat("好", 141)} {
		if err := w.reply(w.officer, now, text); len(fault.FieldErrors(err)) != 1 ||
			fault.FieldErrors(err)[0].Field != "text" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := w.reply(w.district, now, "明天不限行"); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("another unit's officer: %v", err)
	}
	if err := w.reply(w.reviewer, now, "明天不限行"); !fault.Is(err, fault.KindForbidden) {
		t.Errorf("who may not answer: %v", err)
	}

	// Two at once: one reply.
	var group sync.WaitGroup
	failed := make([]error, 4)

	for i, actor := range []access.Actor{w.officer, w.boss, w.officer, w.boss} {
		group.Go(func() { failed[i] = w.reply(actor, now, "明天不限行") })
	}
	group.Wait()
	went := 0

	for _, err := range failed {
		switch {
		case err == nil:
			went++
		case !fault.Is(err, fault.KindConflict):
			t.Errorf("the slower one: %v", err)
		}
	}
	if n := w.count("SELECT count(*) FROM all_deliveries"); went != 1 || n != 1 {
		t.Errorf("%d answers went, %d deliveries", went, n)
	}

	// Nothing else ends the matter meanwhile.
	for _, move := range []Move{
		{Act: Close, Result: Unneeded, Note: "重复"}, {Act: Answer, Way: ByPhone, Note: "已电话答复"},
	} {
		move.Revision = w.only().Revision
		if _, err := w.s.Do(w.Context(), w.officer, now.ID, move); !fault.Is(err, fault.KindConflict) {
			t.Errorf("%s beside an answer that is sent: %v", move.Act, err)
		}
	}
}

// TestAnAnswerThatIsOutStandsInTheTalkOnce: whether the sender or the reading of comments says so first,
// and at the platform's time.
func TestAnAnswerThatIsOutStandsInTheTalkOnce(t *testing.T) {
	t.Parallel()

	for _, readFirst := range []bool{false, true} {
		w, _, under := answers(t)
		m := w.only()
		w.must(w.reply(w.officer, m, "明天不限行"))
		o := w.outgoing(m)
		w.Advance(3 * time.Minute)
		out := w.Now()
		comment := w.Weibo.Say(main, under, w.asked(m), "明天不限行")
		if readFirst {
			w.later(20 * time.Minute)
		}
		w.becomes(o, delivery.Sent, comment, out)
		w.later(20 * time.Minute)
		after := w.only()
		if after.State != Answered || after.AnsweredAt == nil || !after.AnsweredAt.Equal(out) ||
			after.DueAt != nil {
			t.Errorf(
				"read first %t: %s, answered %v, due %v; want %v",
				readFirst,
				after.State,
				after.AnsweredAt,
				after.DueAt,
				out,
			)
		}
		items, err := w.s.Items(w.Context(), w.boss, m.ID)
		w.must(err)
		ours := 0

		for _, item := range items {
			if item.Ours() {
				ours++
				if item.By != "专员" || item.Text != "明天不限行" {
					t.Errorf("read first %t: %+v", readFirst, item)
				}
			}
		}
		if ours != 1 || w.outgoing(m).State != OutSent {
			t.Errorf(
				"read first %t: it stands in the talk %d times, and is %s",
				readFirst,
				ours,
				w.outgoing(m).State,
			)
		}
	}
}

// asked is the number of the comment that the citizen wrote last.
func (w *world) asked(m Matter) (id int64) {
	w.Helper()
	w.must(w.DB.Pool().QueryRow(w.Context(), "SELECT remote_id::bigint FROM inbox_items WHERE id = $1",
		m.LastItemID).Scan(&id))

	return id
}

func TestAnAnswerThatDidNotGoOutLetsAnotherOneBeWritten(t *testing.T) {
	t.Parallel()
	w, _, under := answers(t)
	m := w.only()
	w.must(w.reply(w.officer, m, "明天不限行"))
	first := w.outgoing(m)
	w.becomes(first, delivery.Failed, 0, w.Now())
	if got := w.outgoing(m); got.State != OutEnded {
		t.Fatalf("the answer is %s", got.State)
	}
	if again := w.only(); again.State != m.State || again.AnsweredAt != nil {
		t.Errorf("the matter is %s, answered %v", again.State, again.AnsweredAt)
	}
	w.must(w.reply(w.boss, w.only(), "明天不限行，以公告为准"))
	second := w.outgoing(m)
	if second.ID == first.ID || second.By != "主管" {
		t.Errorf("the second is %+v", second)
	}

	// The platform says late that the first went out after all: it is told, and the clock stops then.
	comment := w.Weibo.Say(main, under, w.asked(m), "明天不限行")
	w.becomes(first, delivery.Sent, comment, w.Now())
	if got := w.only(); got.State != Answered {
		t.Errorf("the matter is %s", got.State)
	}
}

func TestTwoPeopleSayThatAnAnswerIsNotOut(t *testing.T) {
	t.Parallel()
	w, _, _ := answers(t)
	m := w.only()
	w.must(w.reply(w.officer, m, "明天不限行"))
	o := w.outgoing(m)
	w.becomes(o, delivery.Unknown, 0, w.Now())
	decide := func(actor access.Actor, act OutAct) error {
		return w.s.Decide(w.Context(), actor, m.ID, o.ID, act)
	}
	w.must(decide(w.officer, Deny))
	var refused *fault.Error
	if err := decide(w.officer, AgreeNot); !errors.As(err, &refused) || refused.Code != "same_person" {
		t.Errorf("the same person: %v", err)
	}
	if err := decide(w.reviewer, AgreeNot); !fault.Is(err, fault.KindForbidden) {
		t.Errorf("who may not answer: %v", err)
	}
	w.must(decide(w.boss, RefuseNot))
	w.must(decide(w.officer, Deny))
	w.must(decide(w.boss, AgreeNot))
	if got := w.outgoing(m); got.State != OutEnded || got.Delivery != delivery.Cancelled {
		t.Errorf("the answer is %s, its delivery %s", got.State, got.Delivery)
	}
	if err := decide(w.boss, AgreeNot); !fault.Is(err, fault.KindConflict) {
		t.Errorf("once more: %v", err)
	}
	want := "inbox.send inbox.deny inbox.refuse_not inbox.deny inbox.agree_not"
	var acts string
	w.must(w.DB.Pool().QueryRow(w.Context(), `
SELECT string_agg(action, ' ' ORDER BY id) FROM audit_entries WHERE subject_type || '/' || subject_id = $1`,
		m.Ref()).Scan(&acts))
	if acts != want {
		t.Errorf("the trail holds %q, want %q", acts, want)
	}
}

// TestWhatWasAnsweredGoesWithTheCitizensWords: after the term the words of the answer stand in no row at all.
func TestWhatWasAnsweredGoesWithTheCitizensWords(t *testing.T) {
	t.Parallel()
	w, _, under := answers(t)
	m := w.only()
	const marker = "柳絮纷飞"
	w.must(w.reply(w.officer, m, "关于"+marker+"的问题，明天不限行"))
	comment := w.Weibo.Say(main, under, w.asked(m), "关于"+marker+"的问题，明天不限行")
	w.becomes(w.outgoing(m), delivery.Sent, comment, w.Now())
	w.do(w.officer, w.only(), Move{Act: Close, Result: Solved})
	if w.rowsWith(marker) == "" {
		t.Fatal("the words stand nowhere before they are cleared")
	}
	w.Advance(200 * 24 * time.Hour)
	w.must(w.s.Purge(w.Context()))
	w.must(w.s.Purge(w.Context())) // the matter ends with its last item
	if tables := w.rowsWith(marker); tables != "" {
		t.Errorf("the words stand in %s", tables)
	}
}

// rowsWith names the tables in which a row holds the words.
func (w *world) rowsWith(words string) (tables string) {
	w.Helper()
	var list []string
	w.must(w.DB.InTx(w.Context(), func(tx pg.Tx) error {
		return tx.Pgx.QueryRow(w.Context(), `
SELECT coalesce(array_agg(table_name::text), '{}') FROM information_schema.tables
WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`).Scan(&list)
	}))

	for _, table := range list {
		if w.count(fmt.Sprintf("SELECT count(*) FROM %s x WHERE x::text LIKE '%%%s%%'", table, words)) > 0 {
			tables += " " + table
		}
	}

	return strings.TrimSpace(tables)
}
