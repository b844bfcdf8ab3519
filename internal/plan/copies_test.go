package plan

import (
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/delivery"
	"juzhen/internal/e2e/stage"
	"juzhen/internal/fault"
	"juzhen/internal/post"
)

func TestTheWeekOfADayBeginsOnMonday(t *testing.T) {
	t.Parallel()

	for day, want := range map[string]string{
		"2026-11-30": "2026-11-30", // Monday
		"2026-12-06": "2026-11-30", // Sunday
		"2026-12-07": "2026-12-07",
		"2027-01-01": "2026-12-28",
	} {
		if got := Monday(dayAt(day).Add(23 * time.Hour)); !got.Equal(dayAt(want)) {
			t.Errorf("%s: %s, want %s", day, got, want)
		}
	}
}

func (w *world) dueOf(id int64) string {
	w.Helper()
	var due time.Time
	w.must(w.db.Pool().QueryRow(w.Context(), "SELECT due_at FROM posts WHERE id = $1", id).Scan(&due))

	return due.In(dayAt("2026-12-01").Location()).Format("01-02T15:04")
}

func TestAWeekIsCopiedAsAWholeAndUndone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	stage.BureauAccounts(t, w.db)
	first := w.write(w.officer, 1, "11-23T09:00", "周一的", 1, 2)
	w.deliver(first, post.Approved, delivery.Sent)
	sunday := w.write(w.officer, 1, "11-29T20:30", "周日的", 1)
	w.write(w.officer, 1, "11-30T09:00", "下一周的", 1)
	w.write(w.officer, 1, "12-07T09:10", "已经有的", 2)

	week, err := w.s.LookWeek(t.Context(), w.officer, dayAt("2026-11-25"), dayAt("2026-12-09"), Part{})
	w.must(err)
	if len(week.Posts) != 2 || week.Able() != 2 || week.Posts[0].PostID != first.ID ||
		week.Posts[0].NewDue.Format("01-02T15:04") != "12-07T09:00" ||
		week.Posts[1].NewDue.Format("01-02T15:04") != "12-13T20:30" {
		t.Fatalf("the week: %+v", week)
	}
	if c := week.Posts[0].Clash; c == nil || c.Others != 0 || week.Posts[1].Clash != nil {
		t.Errorf("clashes: %+v, %+v", c, week.Posts[1].Clash)
	}

	made, err := w.s.CopyWeek(t.Context(), w.officer, week.From, week.To, Part{}, false)
	w.must(err)
	again, err := w.s.LookWeek(t.Context(), w.officer, week.From, week.To, Part{})
	w.must(err)
	if made.Posts != 2 || again.Posts[0].Copied == 0 || w.dueOf(again.Posts[0].Copied) != "12-07T09:00" {
		t.Errorf("made %+v, then %+v", made, again.Posts[0])
	}
	_, err = w.s.CopyWeek(t.Context(), w.officer, week.From, week.To, Part{Posts: []int64{sunday.ID}}, false)
	if told := fault.Public(err); err == nil || told.Code != "imported" {
		t.Errorf("copied again: %v", err)
	}
	undone, err := w.s.Undo(t.Context(), w.officer, made.ID)
	w.must(err)
	if again, err = w.s.LookWeek(t.Context(), w.officer, week.From, week.To, Part{}); err != nil ||
		!undone.OfWeek() || again.Posts[0].Copied != 0 {
		t.Errorf("undone %+v: %+v %v", undone, again.Posts[0], err)
	}
}

func TestAWeekIsCopiedWithinItsBounds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	stage.BureauAccounts(t, w.db)
	mine := w.write(w.officer, 1, "11-24T09:00", "局里的", 1)
	theirs := w.write(w.district, 3, "11-24T10:00", "朝阳的", 4)
	from, to := dayAt("2026-11-23"), dayAt("2026-11-30")

	week, err := w.s.LookWeek(t.Context(), w.district, from, to, Part{})
	w.must(err)
	if len(week.Posts) != 1 || week.Posts[0].PostID != theirs.ID {
		t.Errorf("a district sees %+v", week.Posts)
	}
	if week, err = w.s.LookWeek(t.Context(), w.officer, from, to, Part{Query: "@北京"}); err != nil {
		t.Error(err)
	}

	for name, c := range map[string]struct {
		who    access.Actor
		to     time.Time
		chosen []int64
		want   fault.Kind
	}{
		"of others":     {w.district, to, []int64{mine.ID}, fault.KindNotFound},
		"one of others": {w.district, to, []int64{mine.ID, theirs.ID}, fault.KindConflict},
		"none":          {w.district, to, []int64{}, fault.KindInvalid},
		"the same week": {w.district, from, nil, fault.KindInvalid},
	} {
		if _, err := w.s.CopyWeek(
			t.Context(),
			c.who,
			from,
			c.to,
			Part{Posts: c.chosen},
			false,
		); !fault.Is(
			err,
			c.want,
		) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// The bureau's own hour of Tuesday is still to come; an earlier one of the week before is over.
	if week, err = w.s.LookWeek(t.Context(), w.officer, to.AddDate(0, 0, 7), from, Part{}); err != nil ||
		week.Able() != 0 {
		t.Errorf("into the past: %+v %v", week, err)
	}
}

func TestADayIsMovedByTheRulesOfASingleMove(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	stage.BureauAccounts(t, w.db)
	draft := w.write(w.officer, 1, "12-02T09:00", "草稿", 1)
	going := w.write(w.officer, 1, "12-02T10:00", "已批准", 2)
	w.deliver(going, post.Approved, delivery.Waiting)
	_, err := w.db.Pool().
		Exec(t.Context(), "UPDATE deliveries SET approved_from = due_at WHERE post_id = $1", going.ID)
	w.must(err)
	out := w.write(w.officer, 1, "12-02T11:00", "发完的", 1)
	w.deliver(out, post.Approved, delivery.Sent)
	half := w.write(w.officer, 1, "12-02T12:00", "发了一半", 1, 2)
	w.deliver(half, post.Approved, delivery.Waiting)
	_, err = w.db.Pool().Exec(t.Context(),
		"UPDATE deliveries SET state = 'sent' WHERE post_id = $1 AND account_id = 1", half.ID)
	w.must(err)

	earlier, err := w.s.LookDay(t.Context(), w.officer, dayAt("2026-12-02"), dayAt("2026-12-01"), Part{})
	w.must(err)
	if len(earlier.Posts) != 3 || earlier.Posts[0].Second || !earlier.Posts[1].Second ||
		earlier.Posts[2].Refused == nil || earlier.Able() != 2 || earlier.Asked() != 1 {
		t.Fatalf("to the day before: %+v", earlier.Posts)
	}
	past, err := w.s.LookDay(t.Context(), w.officer, dayAt("2026-12-02"), dayAt("2026-11-29"), Part{})
	w.must(err)
	if past.Able() != 0 {
		t.Errorf("to a day that is over: %+v", past.Posts)
	}

	moved, err := w.s.MoveDay(t.Context(), w.officer, dayAt("2026-12-02"), dayAt("2026-12-04"),
		Part{Posts: []int64{draft.ID, going.ID, half.ID}})
	w.must(err)
	if moved.Able() != 2 || w.dueOf(draft.ID) != "12-04T09:00" || w.dueOf(going.ID) != "12-04T10:00" ||
		w.dueOf(half.ID) != "12-02T12:00" || w.dueOf(out.ID) != "12-02T11:00" {
		t.Errorf("moved %+v", moved.Posts)
	}
	if _, err := w.s.MoveDay(t.Context(), w.district, dayAt("2026-12-04"), dayAt("2026-12-05"),
		Part{Posts: []int64{draft.ID}}); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("by a district: %v", err)
	}
}
