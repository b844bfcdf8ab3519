package plan

import (
	"strings"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/delivery"
	"juzhen/internal/e2e/stage"
	"juzhen/internal/fault"
	"juzhen/internal/post"
)

func TestANewTimeOfManyKeepsTheHourOrTheDistance(t *testing.T) {
	t.Parallel()
	was := dayAt("2026-12-01").Add(9*time.Hour + 30*time.Minute)
	day := dayAt("2026-12-24")

	for want, wish := range map[string]Wish{
		"2026-12-24 09:30": {Act: ManyReschedule, Day: &day},
		"2026-12-02 09:30": {Act: ManyReschedule, By: 24 * time.Hour},
		"2026-12-01 08:45": {Act: ManyReschedule, By: -45 * time.Minute},
	} {
		if got := wish.due(was.UTC()).Format("2006-01-02 15:04"); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestAWishForManyIsChecked(t *testing.T) {
	t.Parallel()
	now, far := dayAt("2026-12-01"), dayAt("2040-01-01")

	for name, c := range map[string]struct {
		wish  Wish
		done  bool
		field string
	}{
		"a day later":           {Wish{Act: ManyReschedule, By: 24 * time.Hour}, true, ""},
		"no other time":         {Wish{Act: ManyReschedule}, false, "by"},
		"more than a year":      {Wish{Act: ManyReschedule, By: -366 * 24 * time.Hour}, false, "by"},
		"a day out of bounds":   {Wish{Act: ManyReschedule, Day: &far}, false, "day"},
		"a look needs no why":   {Wish{Act: ManyWithdraw}, false, ""},
		"an act does":           {Wish{Act: ManyWithdraw, Why: " "}, true, "reason"},
		"not a long one":        {Wish{Act: ManyWithdraw, Why: strings.Repeat("长", 201)}, false, "reason"},
		"submitting":            {Wish{Act: ManySubmit}, true, ""},
		"approving is no such":  {Wish{Act: "approve"}, true, "act"},
		"neither is no act yet": {Wish{}, false, "act"},
	} {
		err := c.wish.check(now, c.done)
		switch {
		case c.field == "" && err == nil:
		case err == nil || fault.Public(err).Field != c.field:
			t.Errorf("%s: %v, want a fault on %q", name, err, c.field)
		}
	}
}

// TestManyAreJudgedOneByOne: what may be done is done, what may not says why, and nothing holds the others.
func TestManyAreJudgedOneByOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	stage.BureauAccounts(t, w.db)
	draft := w.write(w.officer, 1, "12-01T09:00", "草稿一篇", 1)
	sent := w.write(w.officer, 1, "11-29T09:00", "发过的一篇", 1)
	w.deliver(sent, post.Approved, delivery.Sent)
	partly := w.write(w.officer, 1, "12-01T10:00", "发了一半", 1, 2)
	w.deliver(partly, post.Approved, delivery.Waiting)
	w.exec("UPDATE deliveries SET state = 'sent' WHERE post_id = $1 AND account_id = 1", partly.ID)
	timeless := w.write(w.officer, 1, "12-01T11:00", "没有时间", 1)
	w.exec("UPDATE posts SET due_at = NULL WHERE id = $1", timeless.ID)
	theirs := w.write(w.district, 3, "12-01T09:00", "朝阳的", 4)

	told := func(who access.Actor, wish Wish) map[int64]ManyPost {
		t.Helper()
		many, err := w.s.LookMany(t.Context(), who, post.Filter{}, wish)
		w.must(err)

		got := map[int64]ManyPost{}
		for _, one := range many.Posts {
			got[one.ID] = one
		}

		return got
	}
	later := Wish{Act: ManyReschedule, By: 24 * time.Hour}
	moved := told(w.officer, later)
	if moved[draft.ID].Refused != nil || moved[sent.ID].Refused == nil || moved[partly.ID].Refused == nil ||
		moved[timeless.ID].Refused == nil || moved[theirs.ID].Refused != nil {
		t.Errorf("another time: %+v", moved)
	}
	back := told(w.officer, Wish{Act: ManyWithdraw})
	if back[draft.ID].Refused != nil || back[sent.ID].Refused == nil || back[partly.ID].Refused != nil ||
		back[partly.ID].Sent != 1 || back[timeless.ID].Refused != nil {
		t.Errorf("withdrawn: %+v", back)
	}
	if seen := told(w.district, Wish{Act: ManyWithdraw}); len(seen) != 1 || seen[theirs.ID].Refused != nil {
		t.Errorf("a district is told of %+v", seen)
	}
	going := told(w.officer, Wish{Act: ManySubmit})
	if going[draft.ID].Refused != nil || going[sent.ID].Refused == nil || going[timeless.ID].Refused == nil ||
		going[partly.ID].Refused == nil { // approved already
		t.Errorf("submitted: %+v", going)
	}

	pick := func(one ManyPost) Chosen { return Chosen{one.ID, one.Revision} }
	stale := Chosen{timeless.ID, timeless.Revision + 7}
	done, err := w.s.DoMany(t.Context(), w.officer,
		[]Chosen{pick(back[draft.ID]), pick(back[sent.ID]), pick(back[partly.ID]), stale},
		Wish{Act: ManyWithdraw, Why: "活动取消"})
	w.must(err)

	for _, one := range done.Posts {
		want := one.ID == draft.ID || one.ID == partly.ID
		if (one.Refused == nil) != want || w.phaseOf(one.ID) == post.Withdrawn != want {
			t.Errorf("post %d: refused %v, is %s", one.ID, one.Refused, w.phaseOf(one.ID))
		}
		if one.ID == timeless.ID && one.Refused.Code != "stale" {
			t.Errorf("what was changed says %v", one.Refused)
		}
	}
	if w.phaseOf(theirs.ID) != post.Draft || done.Able() != 2 {
		t.Errorf("what was not chosen is %s, done %d", w.phaseOf(theirs.ID), done.Able())
	}
	var entries int
	w.must(w.db.Pool().QueryRow(t.Context(),
		"SELECT count(*) FROM audit_entries WHERE action = 'post.withdraw'").Scan(&entries))
	if entries != 2 {
		t.Errorf("%d entries for two posts", entries)
	}
}

func TestManyGetAnotherTimeAsTheyWereSeen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	stage.BureauAccounts(t, w.db)
	first := w.write(w.officer, 1, "12-01T09:00", "第一篇", 1)
	second := w.write(w.officer, 1, "12-02T10:00", "第二篇", 1)
	later := Wish{Act: ManyReschedule, By: 24 * time.Hour}

	done, err := w.s.DoMany(t.Context(), w.officer,
		[]Chosen{{first.ID, first.Revision}, {second.ID, second.Revision + 1}}, later)
	w.must(err)
	if done.Able() != 1 || w.dueOf(first.ID) != "12-02T09:00" || w.dueOf(second.ID) != "12-02T10:00" {
		t.Errorf("done %d: %s and %s", done.Able(), w.dueOf(first.ID), w.dueOf(second.ID))
	}
	_, err = w.s.DoMany(t.Context(), w.district, []Chosen{{first.ID, 1}}, later)
	if !fault.Is(err, fault.KindNotFound) {
		t.Errorf("of others: %v", err)
	}
	if _, err = w.s.DoMany(t.Context(), w.officer, nil, later); !fault.Is(err, fault.KindInvalid) {
		t.Errorf("of none: %v", err)
	}
	_, err = w.s.DoMany(t.Context(), w.officer, make([]Chosen, MaxMany+1), later)
	if !fault.Is(err, fault.KindInvalid) {
		t.Errorf("of too many: %v", err)
	}
}

func (w *world) phaseOf(id int64) (phase post.Phase) {
	w.Helper()
	w.must(w.db.Pool().QueryRow(w.Context(), "SELECT phase FROM posts WHERE id = $1", id).Scan(&phase))

	return phase
}

func (w *world) exec(sql string, args ...any) {
	w.Helper()
	_, err := w.db.Pool().Exec(w.Context(), sql, args...)
	w.must(err)
}
