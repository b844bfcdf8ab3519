package roster

import (
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/beijing"
	"juzhen/internal/fault"
)

// at is a time of 1 December 2026 in Shanghai, with days after it in hours beyond 24.
func at(hour int) time.Time { return time.Date(2026, 12, 1, hour, 0, 0, 0, beijing.Zone) }

func person(id int64, role access.Role, path string) access.Actor {
	return access.Actor{UserID: id, Grants: []access.Grant{{Role: role, UnitID: 1, Path: path}}}
}

func TestWhoMayDoWhatWithAShiftWhen(t *testing.T) {
	shift := Shift{
		ID: 7, UnitID: 1, UnitPath: "/1/", StartsAt: at(8), EndsAt: at(20),
		People: []Person{{ID: 2}}, Next: []Person{{ID: 3}, {ID: 2}},
	}
	written := shift
	written.NoteVersion, written.NoteBy = 2, 2
	read := written
	read.Reads = []Read{{UserID: 3, Version: 1}, {UserID: 3, Version: 2}}
	stale := written
	stale.Reads = []Read{{UserID: 3, Version: 1}}

	boss := person(1, access.Supervisor, "/1/")
	there := person(2, access.PressOfficer, "/1/")
	comes := person(3, access.Reviewer, "/1/")
	apart := person(4, access.Supervisor, "/9/")
	const fine = fault.Kind(-1)

	for _, try := range []struct {
		name  string
		shift Shift
		who   access.Actor
		act   Act
		hour  int
		want  fault.Kind
	}{
		{"a plan is changed before", shift, boss, Change, 7, fine},
		{"people are changed meanwhile", shift, boss, Change, 12, fine},
		{"not afterwards", shift, boss, Change, 20, fault.KindConflict},
		{"what has not begun goes", shift, boss, Remove, 7, fine},
		{"what has begun stays", shift, boss, Remove, 8, fault.KindConflict},
		{"a reviewer plans nothing", shift, comes, Change, 7, fault.KindForbidden},
		{"nobody of elsewhere does", shift, apart, Remove, 7, fault.KindNotFound},
		{"who is there writes", shift, there, Write, 8, fine},
		{"not before", shift, there, Write, 7, fault.KindConflict},
		{"a day afterwards at last", shift, there, Write, 44, fine},
		{"not later", shift, there, Write, 45, fault.KindConflict},
		{"who plans does not write", shift, boss, Write, 12, fault.KindForbidden},
		{"there is nothing to read", shift, comes, Confirm, 19, fault.KindConflict},
		{"who comes reads", written, comes, Confirm, 19, fine},
		{"who wrote it need not", written, there, Confirm, 19, fault.KindConflict},
		{"nobody else does", written, boss, Confirm, 19, fault.KindForbidden},
		{"once is enough", read, comes, Confirm, 19, fault.KindConflict},
		{"a new version is read again", stale, comes, Confirm, 19, fine},
		{"no such act", shift, boss, "sleep", 12, fault.KindForbidden},
	} {
		err := try.shift.May(try.who, try.act, at(try.hour))
		got := fine
		if err != nil {
			got = fault.KindOf(err)
		}
		if got != try.want {
			t.Errorf("%s: %v (%v)", try.name, got, err)
		}
	}

	for state, is := range map[Handover]bool{
		NotYet:  shift.Handover(at(19)) == NotYet,
		Missing: shift.Handover(at(20)) == Missing,
		Waits:   stale.Handover(at(20)) == Waits,
		Taken:   read.Handover(at(20)) == Taken,
	} {
		if !is || state.Label() == "" {
			t.Errorf("%s is not told", state)
		}
	}
}

func TestAnEntryThatCannotBe(t *testing.T) {
	before := Shift{StartsAt: at(8), EndsAt: at(20)}
	now := at(12)

	for name, try := range map[string]struct {
		entry  Entry
		before *Shift
		field  string
	}{
		"whole":         {Entry{at(20), at(32), []int64{1}}, nil, ""},
		"backwards":     {Entry{at(20), at(19), []int64{1}}, nil, "ends_at"},
		"over":          {Entry{at(8), at(12), []int64{1}}, nil, "ends_at"},
		"a fortnight":   {Entry{at(20), at(20 + 14*24), []int64{1}}, nil, "ends_at"},
		"in two years":  {Entry{at(800 * 24), at(800*24 + 8), []int64{1}}, nil, "starts_at"},
		"nobody":        {Entry{at(20), at(32), nil}, nil, "people"},
		"a crowd":       {Entry{at(20), at(32), make([]int64, 11)}, nil, "people"},
		"begun, longer": {Entry{at(8), at(22), []int64{1}}, &before, ""},
		"begun, moved":  {Entry{at(9), at(22), []int64{1}}, &before, "starts_at"},
	} {
		err := try.entry.check(try.before, now)
		if got := fault.FieldErrors(err); try.field == "" && err != nil ||
			try.field != "" && (len(got) != 1 || got[0].Field != try.field) {
			t.Errorf("%s: %v", name, err)
		}
	}

	for note, fine := range map[string]bool{" 无 ": true, "": false, " \r\n": false, "a\u200bb": false} {
		if _, err := checkNote(note); (err == nil) != fine {
			t.Errorf("%q: %v", note, err)
		}
	}
}

func TestGapsAreWhatIsToBeCoveredAndIsNot(t *testing.T) {
	shift := func(from, to int, gone ...bool) Shift {
		return Shift{StartsAt: at(from), EndsAt: at(to), People: []Person{{Gone: len(gone) > 0}}}
	}
	day := Cover{8 * 60, 20 * 60}

	for name, try := range map[string]struct {
		cover    Cover
		shifts   []Shift
		from, to int
		want     []Gap
	}{
		"all is covered": {allDay, []Shift{shift(8, 20), shift(20, 32)}, 8, 32, nil},
		"nothing is":     {allDay, nil, 8, 60, []Gap{{at(8), at(60)}}}, // over midnight it is one
		"a night":        {allDay, []Shift{shift(8, 20), shift(32, 44)}, 8, 44, []Gap{{at(20), at(32)}}},
		"not to be":      {day, []Shift{shift(8, 20), shift(32, 44)}, 8, 44, nil},
		"each day":       {day, nil, 0, 48, []Gap{{at(8), at(20)}, {at(32), at(44)}}},
		"overlapping":    {allDay, []Shift{shift(8, 20), shift(10, 12), shift(18, 24)}, 8, 24, nil},
		"in the middle":  {day, []Shift{shift(7, 10), shift(11, 21)}, 0, 24, []Gap{{at(10), at(11)}}},
		"only now":       {allDay, []Shift{shift(8, 20)}, 19, 21, []Gap{{at(20), at(21)}}},
		"who is gone":    {allDay, []Shift{shift(8, 20, true)}, 8, 20, []Gap{{at(8), at(20)}}},
	} {
		got := try.cover.Gaps(try.shifts, at(try.from), at(try.to))

		same := len(got) == len(try.want)
		for i := range got {
			same = same && got[i].From.Equal(try.want[i].From) && got[i].To.Equal(try.want[i].To)
		}
		if !same {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestTimesOfDayAsTheyAreTyped(t *testing.T) {
	for typed, want := range map[string]int{
		"8:30": 510, "08:30": 510, "08：30": 510, "08:30:00": 510, "24:00": 1440, "00:00": 0,
		"": -1, "8": -1, "24:01": -1, "12:60": -1, "-1:00": -1, "8:30:30": -1, "8点": -1,
	} {
		if got, ok := Minute(typed); ok != (want >= 0) || ok && got != want {
			t.Errorf("%q: %d %v", typed, got, ok)
		}
	}
}
