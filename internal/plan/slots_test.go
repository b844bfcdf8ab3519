package plan

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/beijing"
	"juzhen/internal/delivery"
	"juzhen/internal/e2e/stage"
	"juzhen/internal/fault"
	"juzhen/internal/post"
)

func (w *world) slots(account, column int64, revision int, typed string) {
	w.Helper()
	_, err := w.s.SetSlots(w.Context(), w.supervisor, account, column, revision, week(w.T, false, typed))
	w.must(err)
}

// TestWhoSetsSlots: whoever plans at the account's unit, as the page was shown; each change stands in the
// trail.
func TestWhoSetsSlots(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	stage.BureauAccounts(t, w.db)
	times := week(t, true, "8:30|8:30")
	set := func(who access.Actor, account, column int64, revision int, times Week) error {
		_, err := w.s.SetSlots(t.Context(), who, account, column, revision, times)
		return err
	}

	for name, c := range map[string]struct {
		err  error
		kind fault.Kind
	}{
		"a district's officer elsewhere": {set(w.district, 1, 0, 0, times), fault.KindNotFound},
		"an officer of the unit above":   {set(w.officer, 4, 0, 0, times), fault.KindForbidden},
		"an account that there is not":   {set(w.supervisor, 99, 0, 0, times), fault.KindNotFound},
		"a column that there is not":     {set(w.supervisor, 1, 99, 0, times), fault.KindInvalid},
		"slots too near":                 {set(w.supervisor, 1, 0, 0, week(t, false, "8:00 8:01")), fault.KindInvalid},
		"nothing to take away":           {set(w.supervisor, 1, 0, 0, Week{}), fault.KindConflict},
		"a revision that is ahead":       {set(w.supervisor, 1, 0, 1, times), fault.KindConflict},
	} {
		if !fault.Is(c.err, c.kind) {
			t.Errorf("%s: %v", name, c.err)
		}
	}
	w.must(set(w.officer, 1, 0, 0, times))
	if err := set(w.supervisor, 1, 0, 0, times); !fault.Is(err, fault.KindConflict) {
		t.Errorf("written over unseen: %v", err)
	}
	w.must(set(w.supervisor, 1, 0, 1, week(t, false, "9:00")))
	w.must(set(w.district, 4, 0, 0, times))
	w.must(set(w.supervisor, 1, 0, 2, Week{}))
	slots, err := w.s.SlotsOf(t.Context(), w.officer, 1)
	w.must(err)
	if len(slots.Weeks) != 0 || !slots.May {
		t.Errorf("%+v", slots)
	}

	var n int
	w.must(w.db.Pool().QueryRow(t.Context(),
		"SELECT count(*) FROM audit_entries WHERE action = 'plan.slots' AND subject_type = 'slots'").Scan(&n))
	if n != 4 {
		t.Errorf("%d entries in the trail, want 4", n)
	}
}

// TestTheNextSlotOfAccounts: for a column where it has times of its own, free of what any of them has
// planned.
func TestTheNextSlotOfAccounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t) // Monday, 2026-11-30, 10:00 in Shanghai
	stage.BureauAccounts(t, w.db)
	w.exec(
		`INSERT INTO columns (id, unit_id, name, active, position, created_at, updated_at) OVERRIDING SYSTEM VALUE
		VALUES (900, 1, '早安', true, 1, now(), now())`,
	)
	w.slots(1, 0, 0, "11:00 12:00 13:00")
	w.slots(1, 900, 0, "15:00")
	w.slots(2, 0, 0, "12:00 13:00 15:00")
	w.write(w.officer, 1, "11-30T11:00", "草稿", 1)
	going := w.write(w.officer, 1, "11-30T12:00", "已批准", 2)
	w.deliver(going, post.Approved, "waiting")

	for name, c := range map[string]struct {
		accounts       []int64
		column, except int64
		want           string
	}{
		"of one":                          {[]int64{1}, 0, 0, "12:00"},
		"of two":                          {[]int64{1, 2}, 0, 0, "13:00"},
		"but for itself":                  {[]int64{1, 2}, 0, going.ID, "12:00"},
		"of a column":                     {[]int64{1}, 900, 0, "15:00"},
		"of a column that one has":        {[]int64{1, 2}, 900, 0, "15:00"},
		"beside one that has no slots":    {[]int64{1, 3}, 0, 0, "12:00"},
		"of one that has no slots":        {[]int64{3}, 0, 0, "none"},
		"of one that is not theirs":       {[]int64{987654}, 0, 0, "none"},
		"of a column without own times":   {[]int64{2}, 1, 0, "13:00"},
		"of no account, which is no slot": {nil, 0, 0, "none"},
	} {
		found, err := w.s.NextSlot(t.Context(), w.officer, c.accounts, c.column, c.except)
		w.must(err)
		got := "none"
		if !found.At.IsZero() {
			got = found.At.Format("15:04")
		}
		if got != c.want || found.Have != (c.want != "none") {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	if found, err := w.s.NextSlot(t.Context(), w.district, []int64{1}, 0, 0); err != nil || found.Have {
		t.Errorf("a district learns of slots that are not its own: %+v, %v", found, err)
	}
}

// lines writes a queue, a slot in brackets with what stands in it.
func lines(queue Queue) string {
	var out []string

	for _, day := range queue.Days {
		for _, place := range day.Places {
			line := place.At.Format("02 15:04")
			if place.Slot {
				line = "[" + line + place.Columns + "]"
			}

			for _, entry := range place.Entries {
				line += " " + entry.Title
			}
			out = append(out, line)
		}
	}

	return strings.Join(out, "\n")
}

// TestTheQueueOfAnAccount lays what is due into the slots that are to come, and what is beside them.
func TestTheQueueOfAnAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t) // Monday, 10:00 in Shanghai
	stage.BureauAccounts(t, w.db)
	w.exec(
		`INSERT INTO columns (id, unit_id, name, active, position, created_at, updated_at) OVERRIDING SYSTEM VALUE
		VALUES (900, 1, '早安', true, 1, now(), now())`,
	)
	w.slots(1, 0, 0, "9:00 10:05 12:00|12:00")
	w.slots(1, 900, 0, "12:00 12:10")
	w.write(w.officer, 1, "11-30T12:04", "近的", 1)
	w.write(w.officer, 1, "11-30T12:06", "后一个的", 1)
	w.write(w.officer, 1, "11-30T14:00", "以外的", 1)
	w.write(w.officer, 1, "11-30T12:00", "别的账号", 2)
	going := w.write(w.officer, 1, "12-01T12:00", "已批准", 1)
	w.deliver(going, post.Approved, "waiting")

	w.exec("UPDATE posts SET working_title = '一稿' WHERE id = $1", going.ID)

	queue, err := w.s.Queue(t.Context(), w.officer, 1)
	w.must(err)
	const begins = "[30 12:00] 近的\n[30 12:10早安] 后一个的\n30 14:00 以外的\n[01 12:00] 一稿\n"
	const ends = "\n[07 09:00]\n[07 10:05]\n[07 12:00]\n[07 12:10早安]\n[08 12:00]"
	if got := lines(queue); !strings.HasPrefix(got, begins) || !strings.HasSuffix(got, ends) {
		t.Errorf("the queue is\n%s", got)
	}
	if n := len(queue.Free); n != 5 {
		t.Errorf("%d slots are free, want 5", n)
	}
	if _, err := w.s.Queue(t.Context(), w.district, 1); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("a district reads another's queue: %v", err)
	}
}

// TestAMoveInTheQueue is free for a draft and for later than approved; earlier asks for a second person, and
// a slot that was taken meanwhile is refused.
func TestAMoveInTheQueue(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	stage.BureauAccounts(t, w.db)
	draft := w.write(w.officer, 1, "11-30T12:00", "草稿", 1)
	going := w.write(w.officer, 1, "11-30T14:00", "已批准", 1)
	w.deliver(going, post.Approved, "waiting")
	w.exec("UPDATE deliveries SET approved_from = due_at WHERE post_id = $1", going.ID)
	at := func(clock string) time.Time { return slotAt(t, "2026-11-30 "+clock) }
	move := func(id int64, clock string) (delivery.Rescheduled, error) {
		return w.s.MoveTo(t.Context(), w.officer, 1, id, time.Time{}, at(clock))
	}
	due := func(id int64) (at time.Time) {
		w.must(w.db.Pool().QueryRow(t.Context(), "SELECT due_at FROM posts WHERE id = $1", id).Scan(&at))
		return at.In(beijing.Zone)
	}

	_, err := move(draft.ID, "11:00")
	w.must(err)
	if got := due(draft.ID); !got.Equal(at("11:00")) {
		t.Errorf("the draft is due at %s", got)
	}
	if _, err := move(draft.ID, "14:00"); !fault.Is(err, fault.KindConflict) {
		t.Errorf("moved into a slot that is taken: %v", err)
	}
	later, err := move(going.ID, "16:00")
	if err != nil || later.Asked != nil {
		t.Errorf("later than approved: %+v, %v", later, err)
	}
	earlier, err := move(going.ID, "13:00")
	if err != nil || earlier.Asked == nil || !due(going.ID).Equal(at("16:00")) {
		t.Errorf("earlier than approved: %s, due at %s, %v", fmt.Sprint(earlier.Asked), due(going.ID), err)
	}
	if _, err := w.s.MoveTo(
		t.Context(),
		w.district,
		1,
		draft.ID,
		time.Time{},
		at("18:00"),
	); !fault.Is(
		err,
		fault.KindNotFound,
	) {
		t.Errorf("a district moves another's post: %v", err)
	}

	// a page that is overtaken moves nothing
	_, err = w.s.MoveTo(t.Context(), w.officer, 1, draft.ID, at("12:00"), at("15:00"))
	if fault.Public(err).Code != "stale" || !due(draft.ID).Equal(at("11:00")) {
		t.Errorf("moved from where it was not: due at %s, %v", due(draft.ID), err)
	}
	if _, err = w.s.MoveTo(t.Context(), w.officer, 1, draft.ID, at("11:00"), at("15:00")); err != nil {
		t.Error(err)
	}
}

// TestOneSlotIsForOne: of two who want the last free slot at once, one has it. The first is held up after it
// looked, until the second has moved or waits for it.
func TestOneSlotIsForOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	stage.BureauAccounts(t, w.db)
	first, second := w.write(
		w.officer,
		1,
		"11-30T11:00",
		"甲",
		1,
	), w.write(
		w.officer,
		1,
		"11-30T13:00",
		"乙",
		1,
	)
	move := func(id int64) chan error {
		done := make(chan error, 1)
		go func() {
			_, err := w.s.MoveTo(t.Context(), w.officer, 1, id, time.Time{}, slotAt(t, "2026-11-30 20:00"))
			done <- err
		}()

		return done
	}
	waiting := func() (n int) {
		w.must(w.db.Pool().QueryRow(t.Context(), `SELECT count(DISTINCT l.pid) FROM pg_locks l
			JOIN pg_stat_activity a ON a.pid = l.pid AND a.datname = current_database() WHERE NOT l.granted`).Scan(&n))
		return n
	}

	held, err := w.db.Pool().Begin(t.Context())
	w.must(err)
	_, err = held.Exec(t.Context(), "SELECT FROM all_posts WHERE id = $1 FOR UPDATE", first.ID)
	w.must(err)
	one := move(first.ID)

	for waiting() == 0 {
		runtime.Gosched()
	}

	other := move(second.ID)
	for waiting() < 2 && len(other) == 0 {
		runtime.Gosched()
	}
	w.must(held.Rollback(t.Context()))

	if err := <-one; err != nil {
		t.Errorf("who looked first: %v", err)
	}
	if err := <-other; fault.Public(err).Code != "taken" {
		t.Errorf("who looked second: %v", err)
	}
}
