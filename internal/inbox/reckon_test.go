package inbox

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/e2e/stage"
)

// TestDaysThatAreKeptChangeNoClock: a dial, which keeps the service of each day, gives the same ends as a
// calendar that reckons each anew, in whatever order they are asked for.
func TestDaysThatAreKeptChangeNoClock(t *testing.T) {
	t.Parallel()

	rapid.Check(t, func(t *rapid.T) {
		begin := at("2026-11-27 00:00")
		minute := func(name string, most int) time.Duration {
			return time.Duration(rapid.IntRange(0, most).Draw(t, name)) * time.Minute
		}
		off := rapid.IntRange(0, 9).Draw(t, "off")
		special := func(day time.Time) (bool, bool) { return false, day.Equal(begin.AddDate(0, 0, off)) }
		later := UsualTerms()
		later.Hours.Begin = minute("begin", 600)
		course := CourseOf("/1/", []Version{{
			UnitPath: "/1/", Revision: 1, Terms: later, Since: begin.Add(minute("since", 4*1440)),
		}})
		dial := newDial(course, special)

		for range rapid.IntRange(1, 12).Draw(t, "clocks") {
			kind := rapid.SampledFrom(Kinds()).Draw(t, "kind")
			clock := Clock{
				First: rapid.Bool().Draw(t, "first"), Since: begin.Add(minute("from", 8*1440)),
			}
			var pauses []Span
			if rapid.Bool().Draw(t, "paused") {
				from := clock.Since.Add(minute("paused from", 1440))
				pauses = []Span{{from, from.Add(minute("paused for", 2000))}}
			}
			got := dial.due(kind, clock, pauses)
			want := course.Calendar(kind, special).Due(clock.Since, course.Allowed(kind, clock), pauses)
			if !same(got, want) {
				t.Fatalf("%s from %v is due %v, want %v", kind, clock, got, want)
			}
		}
	})
}

// reckoned is a world with four matters: one that waits, one with somebody outside, one that was opened
// again, one that is answered.
func reckoned(t *testing.T) (*world, map[State]Matter) {
	t.Helper()
	w := newWorld(t)
	w.connect(main, "市局", account.Commercial)
	post := w.post(main, "今日空气质量良")

	for _, who := range []string{"甲", "乙", "丙", "丁"} {
		w.Weibo.Comment(post, "市民"+who, "请问明天限行吗")
	}
	w.poll()
	list := w.list(w.boss, Query{Show: ShowAll})
	w.do(w.officer, list[1], Move{Act: Refer, Number: "2026-1"})
	closed := w.do(w.officer, list[2], Move{Act: Close, Result: Unneeded, Note: "已过时"})
	w.do(w.officer, list[3], Move{Act: Answer, Way: ByPhone, Note: "不限行"})
	w.Advance(time.Hour)
	w.do(w.officer, closed, Move{Act: Reopen, Note: "还没有说清"})

	return w, w.byState()
}

func (w *world) byState() map[State]Matter {
	w.Helper()
	by := map[State]Matter{}

	for _, m := range w.list(w.boss, Query{Show: ShowAll}) {
		by[m.State] = m
	}

	return by
}

// TestOnlyWrongClocksAreWritten: a pass over clocks that are right writes none; those that are wrong, by
// whatever way, come right again.
func TestOnlyWrongClocksAreWritten(t *testing.T) {
	t.Parallel()

	w, before := reckoned(t)
	written := func() string {
		return stage.One[string](w.Stage, "SELECT string_agg(xmin::text, ' ' ORDER BY id) FROM inbox_matters")
	}
	rows := written()
	w.must(w.s.Reckon(t.Context(), ""))
	if got := written(); got != rows {
		t.Errorf("clocks that are right were written: %s, then %s", rows, got)
	}
	if before[Open].DueAt == nil || before[Reopened].DueAt == nil || before[Referred].DueAt != nil {
		t.Fatalf("the clocks are not those of this test: %+v", before)
	}

	for _, wrong := range []string{"due_at + interval '1 hour'", "NULL", "'2026-11-30 00:00Z'"} {
		w.Exec("UPDATE inbox_matters SET due_at = " + wrong + " WHERE state <> 'answered'")
		wrongIDs, err := w.s.misreckoned(t.Context(), "")
		w.must(err)
		if len(wrongIDs) == 0 || slices.Contains(wrongIDs, before[Answered].ID) {
			t.Errorf("%s: wrong are %v", wrong, wrongIDs)
		}
		w.must(w.s.Reckon(t.Context(), ""))

		for state, m := range w.byState() {
			if !same(m.DueAt, before[state].DueAt) {
				t.Errorf("%s: %s is due %v, want %v", wrong, state, m.DueAt, before[state].DueAt)
			}
		}
	}
}

// TestReckonKeepsToTheUnitOfItsPath and those below.
func TestReckonKeepsToTheUnitOfItsPath(t *testing.T) {
	t.Parallel()

	w, before := reckoned(t)
	w.Exec("UPDATE inbox_matters SET due_at = NULL")
	w.must(w.s.Reckon(t.Context(), w.Units["朝阳区"].Path))
	if m := w.byState()[Open]; m.DueAt != nil {
		t.Errorf("another unit's clock was set: %v", m.DueAt)
	}
	w.must(w.s.Reckon(t.Context(), w.Units["市局"].Path))
	if m := w.byState()[Open]; !same(m.DueAt, before[Open].DueAt) {
		t.Errorf("due %v, want %v", m.DueAt, before[Open].DueAt)
	}
}

// TestANarrowListIsThatOfItsScope: who sees few accounts gets what the scope leaves, of the account's unit,
// of the unit in charge, and what is assigned to oneself; a unit that is asked for takes away the others.
func TestANarrowListIsThatOfItsScope(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	w.connect(main, "市局", account.Commercial)
	w.connect(below, "朝阳区", account.Commercial)
	above, under := w.post(main, "今日空气质量良"), w.post(below, "朝阳今日空气质量良")

	for _, who := range []string{"甲", "乙"} {
		w.Weibo.Comment(above, "市民"+who, "请问明天限行吗")
	}
	w.Weibo.Comment(under, "市民丙", "楼下夜里噪音扰民")
	w.poll()
	district := w.Units["朝阳区"].UnitID
	sees := func(actor access.Actor, query Query) int { return len(w.list(actor, query)) }
	if a, b := sees(w.boss, Query{}), sees(w.district, Query{}); a != 3 || b != 1 {
		t.Fatalf("the bureau sees %d, the district %d", a, b)
	}
	first := w.list(w.boss, Query{UnitID: w.Units["市局"].UnitID, Kind: Ask})[0]
	w.do(w.boss, first, Move{Act: Assign, UnitID: district, OwnerID: w.district.UserID})

	for what, c := range map[string]struct {
		actor access.Actor
		query Query
		want  int
	}{
		"what the district has":         {w.district, Query{}, 2},
		"what is one's own":             {w.district, Query{Show: ShowMine}, 1},
		"the district, by the bureau":   {w.boss, Query{UnitID: district}, 2},
		"the bureau with those below":   {w.boss, Query{UnitID: w.Units["市局"].UnitID}, 3},
		"the bureau, by the district":   {w.district, Query{UnitID: w.Units["市局"].UnitID}, 2},
		"a unit that is not there":      {w.boss, Query{UnitID: 999}, 0},
		"words in what is seen":         {w.district, Query{Text: "限行"}, 1},
		"words in what is not seen":     {w.district, Query{Text: "限行", AccountID: 999}, 0},
		"for one without the right":     {w.admin, Query{Show: ShowAll}, 0},
		"words, for one without it too": {w.admin, Query{Show: ShowAll, Text: "限行"}, 0},
	} {
		if got := sees(c.actor, c.query); got != c.want {
			t.Errorf("%s: %d, want %d", what, got, c.want)
		}
	}
	counts, err := w.s.Count(t.Context(), w.district)
	w.must(err)
	if counts.By[Open] != 1 || counts.By[Assigned] != 1 || counts.Mine != 1 {
		t.Errorf("the district counts %+v", counts)
	}
}
