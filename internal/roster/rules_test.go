package roster

import (
	"strings"
	"testing"
	"time"

	"juzhen/internal/fault"
	"juzhen/internal/sheet"
)

// TestWhoComesIsTheNextShift of the unit: the first that begins later and lasts longer, with all that begin
// with it.
func TestWhoComesIsTheNextShift(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	whole := w.add(8, 20, 2)
	short := w.add(10, 12, 3) // within the first
	w.add(20, 32, 1)
	w.add(20, 26, 3)

	for _, try := range []struct {
		shift Shift
		want  string
	}{
		{whole, "主管、审核员"},
		{short, "主管、审核员"},
	} {
		found, err := w.s.Find(t.Context(), w.boss, try.shift.ID)
		w.must(err)
		if found.Comes() != try.want {
			t.Errorf("after %s: %q", found.Names(), found.Comes())
		}
	}
}

// TestAPersonWhoIsGoneLeavesAGap though the shift still stands in the roster.
func TestAPersonWhoIsGoneLeavesAGap(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	shift := w.add(8, 20, 2)

	for name, leave := range map[string]string{
		"disabled":   "UPDATE users SET disabled_at = now() WHERE id = 2",
		"no grant":   "UPDATE grants SET revoked_at = now() WHERE user_id = 2",
		"run out":    "UPDATE grants SET valid_until = '2026-11-01' WHERE user_id = 2",
		"of another": "UPDATE grants SET unit_id = 2 WHERE user_id = 2",
	} {
		w.exec(leave)
		found, err := w.s.Find(t.Context(), w.boss, shift.ID)
		w.must(err)
		if !found.People[0].Gone {
			t.Errorf("%s, and not told", name)
		}
		w.now = at(10)
		watch, err := w.s.OnDuty(t.Context(), 1)
		w.must(err)
		if len(watch.People) != 0 {
			t.Errorf("%s, and on duty: %v", name, watch)
		}
		shown, err := w.s.Of(t.Context(), w.boss, 1, at(8), at(20))
		w.must(err)
		if len(shown.Gaps) != 1 {
			t.Errorf("%s, and no gap: %v", name, shown.Gaps)
		}
		w.now = at(7)
		w.exec("UPDATE users SET disabled_at = NULL WHERE id = 2")
		w.exec("UPDATE grants SET revoked_at = NULL, valid_until = NULL, unit_id = 1 WHERE user_id = 2")
	}
}

// TestAPeriodIsBounded so that no reading is without an end.
func TestAPeriodIsBounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)

	for name, try := range map[string]struct {
		from, to int
		fine     bool
	}{
		"two months": {0, 62 * 24, true},
		"a year":     {0, 365 * 24, false},
		"nothing":    {8, 8, false},
		"backwards":  {9, 8, false},
	} {
		_, err := w.s.Of(t.Context(), w.boss, 1, at(try.from), at(try.to))
		if (err == nil) != try.fine {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := w.s.Of(t.Context(), w.district, 1, at(0), at(24))
	w.want(err, fault.KindNotFound)
	_, err = w.s.Of(t.Context(), w.boss, 99, at(0), at(24))
	w.want(err, fault.KindNotFound)
}

// TestWhoCanBeOnDuty sees the unit's posts and deals with them.
func TestWhoCanBeOnDuty(t *testing.T) {
	t.Parallel()
	w := newWorld(t)

	list, err := w.s.People(t.Context(), w.boss, 2)
	w.must(err)

	names := make([]string, len(list))
	for i, one := range list {
		names[i] = one.Name
	}
	if got := strings.Join(names, " "); !strings.HasPrefix(got, "朝阳专员 ") || len(list) != 4 {
		t.Errorf("%s", got) // those of the unit first
	}
	_, err = w.s.People(t.Context(), w.reviewer, 1)
	w.want(err, fault.KindForbidden)
	_, err = w.s.People(t.Context(), w.district, 1)
	w.want(err, fault.KindNotFound)
}

// TestWhoHasNoUnitHasNobodyOnDuty and is told so, not refused.
func TestWhoHasNoUnitHasNobodyOnDuty(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	nobody := w.district
	nobody.Grants = nil

	watch, err := w.s.Mine(t.Context(), nobody)
	w.must(err)
	if len(watch.People) != 0 || watch.Names() != "" {
		t.Errorf("%+v", watch)
	}
}

// TestRowsOfAFile as people write them, each with what becomes of it.
func TestRowsOfAFile(t *testing.T) {
	t.Parallel()
	m := month{
		from: at(0),
		to:   at(31 * 24),
		now:  at(12),
		known: []Candidate{
			{ID: 1, Name: "主管", Username: "zhuguan"},
			{ID: 2, Name: "专员", Username: "xuanchuan"},
			{ID: 3, Name: "专员", Username: "chaoyang"},
		},
	}

	for _, try := range []struct {
		name  string
		cells [4]string
		from  int // hours of the first of December
		to    int
		wrong string // the field
	}{
		{"a day", [4]string{"2026-12-02", "8:00", "20:00", "主管"}, 32, 44, ""},
		{"a night", [4]string{"2026年12月2日", "20:00", "8:00", "主管"}, 44, 56, ""},
		{"a whole day", [4]string{"2026/12/2", "8:00", "8:00", "主管"}, 32, 56, ""},
		{"until midnight", [4]string{"2026.12.2", "8:00", "24:00", "主管"}, 32, 48, ""},
		{"as Excel shows it", [4]string{"12-02-26", "8:00", "20:00", "主管"}, 32, 44, ""},
		{"by the user name", [4]string{"2026-12-02", "8:00", "20:00", "XUANCHUAN"}, 32, 44, ""},
		{"one twice", [4]string{"2026-12-02", "8:00", "20:00", "主管、zhuguan"}, 32, 44, ""},
		{"two of one name", [4]string{"2026-12-02", "8:00", "20:00", "专员"}, 0, 0, "people"},
		{"nobody", [4]string{"2026-12-02", "8:00", "20:00", "、"}, 0, 0, "people"},
		{"a stranger", [4]string{"2026-12-02", "8:00", "20:00", "主管，陌生人"}, 0, 0, "people"},
		{"no day", [4]string{"", "8:00", "20:00", "主管"}, 0, 0, "day"},
		{"no such day", [4]string{"2026-12-32", "8:00", "20:00", "主管"}, 0, 0, "day"},
		{"of another month", [4]string{"2026-11-30", "8:00", "20:00", "主管"}, 0, 0, "day"},
		{"from midnight at its end", [4]string{"2026-12-02", "24:00", "8:00", "主管"}, 0, 0, "starts_at"},
		{"no beginning", [4]string{"2026-12-02", "", "8:00", "主管"}, 0, 0, "starts_at"},
		{"no end", [4]string{"2026-12-02", "8:00", "晚上", "主管"}, 0, 0, "ends_at"},
		{"five minutes", [4]string{"2026-12-02", "8:00", "8:05", "主管"}, 0, 0, "ends_at"},
	} {
		entry, wrong := m.entry(func(field string) string {
			for i, head := range heads {
				if head.field == field {
					return try.cells[i]
				}
			}

			return ""
		})

		switch {
		case try.wrong != "":
			if len(wrong) != 1 || wrong[0].Field != try.wrong {
				t.Errorf("%s: %v", try.name, wrong)
			}
		case len(wrong) > 0:
			t.Errorf("%s: %v", try.name, wrong)
		case !entry.StartsAt.Equal(at(try.from)) || !entry.EndsAt.Equal(at(try.to)) || len(entry.People) != 1:
			t.Errorf("%s: %+v", try.name, entry)
		}
	}
}

// TestFilesThatHoldNoRoster are refused as a whole, with why.
func TestFilesThatHoldNoRoster(t *testing.T) {
	t.Parallel()
	head := sheet.Row{Number: 1, Cells: []string{"日期", "开始", "结束", "值班人"}}
	row := func(cells ...string) sheet.Row { return sheet.Row{Number: 2, Cells: cells} }

	for name, rows := range map[string][]sheet.Row{
		"empty":           nil,
		"a head":          {head},
		"no head":         {row("2026-12-02", "8:00", "20:00", "主管"), row("2026-12-03", "8:00", "20:00", "主管")},
		"a column less":   {{Number: 1, Cells: []string{"日期", "开始", "值班人"}}, row("2026-12-02", "8:00", "主管")},
		"blank rows":      {head, row("2026-12-02"), row()},
		"all of it over":  {head, row("2026-12-01", "1:00", "8:00", "主管")},
		"nothing but day": {head, row("2026-12-02", "", "", "")},
	} {
		m := month{from: at(0), to: at(31 * 24), now: at(12), known: []Candidate{{ID: 1, Name: "主管"}}}
		if out, err := m.read(rows); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("%s: %+v %v", name, out, err)
		}
	}

	english := []sheet.Row{
		{Number: 1, Cells: []string{"On Duty", "To", "From", "Date"}},
		row("主管", "20:00", "8:00", "2026-12-02"),
	}
	m := month{from: at(0), to: at(31 * 24), now: at(12), known: []Candidate{{ID: 1, Name: "主管"}}}
	if out, err := m.read(english); err != nil || out.Shifts != 1 {
		t.Errorf("in English, in another order: %+v %v", out, err)
	}
}

// TestWordsOfARoster name every column and every state, and the hours as they are typed.
func TestWordsOfARoster(t *testing.T) {
	t.Parallel()

	if got := Heads(); len(got) != 4 || got[0] != "日期" {
		t.Errorf("%v", got)
	}
	if got := headName("nonsense"); got != "nonsense" {
		t.Errorf("%q", got)
	}

	for minute, want := range map[int]string{
		0:    "00:00",
		510:  "08:30",
		1440: "24:00",
	} {
		if got := allDay.Clock(minute); got != want {
			t.Errorf("%d is %q", minute, got)
		}
	}

	shift := Shift{
		ID:       7,
		StartsAt: at(8),
		EndsAt:   at(20),
		People:   []Person{{Name: "甲"}, {Name: "乙"}},
	}
	if shift.Ref() != "duty_shift/7" || shift.Names() != "甲、乙" {
		t.Errorf("%s %s", shift.Ref(), shift.Names())
	}

	for hour, want := range map[int][3]bool{ // begun, on, over
		7:  {false, false, false},
		8:  {true, true, false},
		19: {true, true, false},
		20: {true, false, true},
	} {
		got := [3]bool{shift.Begun(at(hour)), shift.At(at(hour)), shift.Over(at(hour))}
		if got != want {
			t.Errorf("at %d: %v", hour, got)
		}
	}
}

// TestTheSweepForgetsWhatIsNotInUse: a roster of which nothing is left for a week asks for nothing more.
func TestTheSweepForgetsWhatIsNotInUse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.add(8, 20, 2)
	w.now = at(20)
	w.must(w.s.Sweep(t.Context()))
	if n := w.count("todos WHERE code = 'roster.gap' AND resolved_at IS NULL"); n != 1 {
		t.Errorf("%d gaps after the last shift", n)
	}
	w.now = at(20).Add(8 * 24 * time.Hour)
	units, err := unitsInUse(t.Context(), w.db, w.now.Add(-inUse))
	w.must(err)
	if len(units) != 0 {
		t.Errorf("%v", units)
	}
}
