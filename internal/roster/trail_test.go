package roster

import (
	"strings"
	"testing"

	"juzhen/internal/fault"
)

// TestEveryActIsInTheTrail under its own name, about the shift or the roster, at the unit.
func TestEveryActIsInTheTrail(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	day := w.add(8, 20, 2)
	night := w.add(20, 32, 3)

	_, err := w.s.Change(ctx, w.boss, night.ID, 2, Entry{at(20), at(33), []int64{3}})
	w.must(err)
	w.must(w.s.SetCover(ctx, w.boss, 1, 3, Cover{0, 1440}))
	w.now = at(9)
	_, err = w.s.WriteNote(ctx, w.officer, day.ID, 0, "无")
	w.must(err)
	_, err = w.s.Confirm(ctx, w.reviewer, day.ID, 1)
	w.must(err)
	w.must(w.s.Remove(ctx, w.boss, night.ID, 4))
	_, err = w.s.Import(ctx, w.boss, 1, 5, File{
		Month: w.now,
		Sheet: []byte("日期,开始,结束,值班人\n2026-12-02,8:00,20:00,u2"),
	})
	w.must(err)

	for _, act := range TrailActs() {
		want := 1
		if act == actAdd {
			want = 2
		}
		if n := w.count("audit_entries WHERE action = $1 AND unit_path = '/1/'", act.Code); n != want {
			t.Errorf("%s: %d entries", act.Code, n)
		}
	}
}

// TestSubjectsAreCalledWhatTheyAreToday by the queries that the trail asks.
func TestSubjectsAreCalledWhatTheyAreToday(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	shift := w.add(8, 20, 2)

	for _, subject := range TrailSubjects() {
		number := shift.ID
		if subject.Type == "roster" {
			number = shift.UnitID
		}
		var name string
		w.must(w.db.Pool().QueryRow(
			t.Context(),
			"SELECT ("+subject.NameSQL+") FROM (SELECT $1::bigint AS number) e",
			number,
		).Scan(&name))
		if !strings.Contains(name, "市局") {
			t.Errorf("%s is called %q", subject.Type, name)
		}
	}
}

// TestNothingIsWrittenOfWhatWasRefused: neither a shift, nor a revision, nor an entry.
func TestNothingIsWrittenOfWhatWasRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()

	for name, entry := range map[string]Entry{
		"nobody":       {at(8), at(20), nil},
		"backwards":    {at(20), at(8), []int64{2}},
		"a stranger":   {at(8), at(20), []int64{2, 99}},
		"of elsewhere": {at(8), at(20), []int64{4}},
	} {
		_, err := w.s.Add(ctx, w.boss, 1, 0, entry)
		if !fault.Is(err, fault.KindInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := w.s.WriteNote(ctx, w.officer, 1, 0, "无")
	w.want(err, fault.KindNotFound)
	_, err = w.s.Confirm(ctx, w.officer, 1, 1)
	w.want(err, fault.KindNotFound)
	_, err = w.s.Change(ctx, w.boss, 1, 1, Entry{at(8), at(20), []int64{2}})
	w.want(err, fault.KindNotFound)
	w.want(w.s.Remove(ctx, w.boss, 1, 1), fault.KindNotFound)

	for _, table := range []string{"rosters", "duty_shifts", "duty_people", "duty_reads", "todos"} {
		if n := w.count(table); n != 0 {
			t.Errorf("%d rows of %s", n, table)
		}
	}
	if n := w.count("audit_entries WHERE action LIKE 'roster.%'"); n != 0 {
		t.Errorf("%d entries", n)
	}
}

// TestAShiftTooLongAgoIsNotRead though it is still found by its number.
func TestAShiftTooLongAgoIsNotRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	shift := w.add(8, 20, 2)
	w.now = at(60 * 24)

	shown, err := w.s.Of(t.Context(), w.boss, 1, at(50*24), at(70*24))
	w.must(err)
	if len(shown.Shifts) != 0 || len(shown.Gaps) != 1 {
		t.Errorf("%+v", shown)
	}
	found, err := w.s.Find(t.Context(), w.boss, shift.ID)
	w.must(err)
	if found.Handover(w.now) != Missing {
		t.Errorf("%s", found.Handover(w.now))
	}
	if acts := found.Acts(w.boss, w.now); len(acts) != 0 {
		t.Errorf("%v", acts)
	}
}
