package plan

import (
	"strings"
	"testing"
	"time"

	"juzhen/internal/beijing"
	"juzhen/internal/fault"
)

// slotAt reads "2026-09-30 08:30" in Shanghai; "" is no time.
func slotAt(t *testing.T, text string) time.Time {
	t.Helper()
	if text == "" {
		return time.Time{}
	}
	at, err := time.ParseInLocation("2006-01-02 15:04", text, beijing.Zone)
	if err != nil {
		t.Fatal(err)
	}

	return at
}

// week reads the times of a week from Monday, days apart by "|".
func week(t *testing.T, workdays bool, typed string) Week {
	t.Helper()
	var days [7]string
	copy(days[:], strings.Split(typed, "|"))
	times, err := ReadTimes(days)
	if err != nil {
		t.Fatal(err)
	}

	return Week{times, workdays}
}

// TestTheNextSlot of several accounts: around a holiday with the weekend that makes up for it, in a year that
// nobody entered, beside what is planned, and where accounts have different slots.
func TestTheNextSlot(t *testing.T) {
	t.Parallel()
	almanac := Almanac{2026: {Year: 2026, Version: 1, Days: []Special{
		{dayAt("2026-10-01"), "国庆节", true},
		{dayAt("2026-10-02"), "国庆节", true},
		{dayAt("2026-10-10"), "国庆节", false}, // a Saturday
	}}}
	every := week(t, false, "8:30 18:00|8:30 18:00|8:30 18:00|8:30 18:00|8:30 18:00|10:00|10:00")
	works := week(t, true, "8:30|8:30|8:30|8:30|8:30|9:00|9:00")
	late := week(t, false, "18:00|20:00|||18:00")
	one, both := []Week{every}, []Week{every, late}

	for name, c := range map[string]struct {
		now     string
		weeks   []Week
		busy    string
		want    string
		common  bool
		unknown int
	}{
		"of no account with slots":           {"2026-09-28 08:00", nil, "", "", false, 0},
		"today":                              {"2026-09-28 08:00", one, "", "2026-09-28 08:30", true, 0},
		"ten minutes ahead":                  {"2026-09-28 08:20", one, "", "2026-09-28 08:30", true, 0},
		"too near":                           {"2026-09-28 08:21", one, "", "2026-09-28 18:00", true, 0},
		"on Saturday after a Friday":         {"2026-10-09 18:00", one, "", "2026-10-10 10:00", true, 0},
		"on a holiday, every day":            {"2026-10-01 00:00", one, "", "2026-10-01 08:30", true, 0},
		"after a holiday and a weekend":      {"2026-09-30 09:00", []Week{works}, "", "2026-10-05 08:30", true, 0},
		"on a Saturday that is worked":       {"2026-10-09 09:00", []Week{works}, "", "2026-10-10 09:00", true, 0},
		"not on the Sunday after it":         {"2026-10-10 09:30", []Week{works}, "", "2026-10-12 08:30", true, 0},
		"in a year nobody entered":           {"2026-12-31 09:00", []Week{works}, "", "", true, 2027},
		"in such a year, every day":          {"2026-12-31 19:00", one, "", "2027-01-01 08:30", true, 0},
		"beside what is planned":             {"2026-09-28 08:00", one, "2026-09-28 08:30", "2026-09-28 18:00", true, 0},
		"with something four minutes before": {"2026-09-28 08:00", one, "2026-09-28 08:26", "2026-09-28 18:00", true, 0},
		"with something four minutes behind": {"2026-09-28 08:00", one, "2026-09-28 08:34", "2026-09-28 18:00", true, 0},
		"with something five minutes before": {"2026-09-28 08:00", one, "2026-09-28 08:25", "2026-09-28 08:30", true, 0},
		"with something five minutes behind": {"2026-09-28 08:00", one, "2026-09-28 08:35", "2026-09-28 08:30", true, 0},
		"of two with the same slots":         {"2026-09-28 08:00", []Week{every, every}, "", "2026-09-28 08:30", true, 0},
		"of two, where both have one":        {"2026-09-28 08:00", both, "", "2026-09-28 18:00", true, 0},
		"of two, where the common is taken":  {"2026-09-28 08:00", both, "2026-09-28 18:00", "2026-10-02 18:00", true, 0},
		"of two that have none in common":    {"2026-09-28 08:00", []Week{works, late}, "", "", false, 0},
		"of one that cannot tell its own":    {"2026-12-30 19:00", []Week{works, every}, "", "2026-12-31 08:30", true, 0},
	} {
		var busy []time.Time
		if c.busy != "" {
			busy = append(busy, slotAt(t, c.busy))
		}
		got := nextSlot(slotAt(t, c.now), c.weeks, busy, almanac)
		want := NextSlot{
			At: slotAt(t, c.want), Have: c.weeks != nil, Common: c.common, UnknownYear: c.unknown,
		}
		if !got.At.Equal(want.At) || got.Have != want.Have || got.Common != want.Common ||
			got.UnknownYear != want.UnknownYear {
			t.Errorf("%s: %+v, want %+v", name, got, want)
		}
	}

	var full []time.Time
	for at := dayAt("2026-09-28"); at.Before(dayAt("2026-11-01")); at = at.Add(5 * time.Minute) {
		full = append(full, at)
	}
	if got := nextSlot(dayAt("2026-09-28"), []Week{every}, full, almanac); !got.At.IsZero() || !got.Common {
		t.Errorf("in four full weeks: %+v", got)
	}
}

// TestTimesOfAWeek are read as people type them, written as they are read, and bounded.
func TestTimesOfAWeek(t *testing.T) {
	t.Parallel()
	read := week(t, false, "18:00，8:30、 8：30|||||　23:55|0:05")
	if got := strings.Join(func() []string { d := read.WriteTimes(); return d[:] }(), "|"); got !=
		"08:30 18:00|||||23:55|00:05" {
		t.Errorf("written as %q", got)
	}

	for _, typed := range []string{"8", "25:00", "24:00", "8:60", "八点"} {
		if _, err := ReadTimes([7]string{typed}); fault.Public(err).Field != "times" {
			t.Errorf("%q: %v", typed, err)
		}
	}

	for typed, fine := range map[string]bool{
		"8:00 8:10":             true,
		"8:00 8:09":             false,
		"0:00||||||23:50":       true,
		"0:00||||||23:51":       false,
		"23:55|0:00":            false,
		"":                      true,
		"8:00":                  true,
		"0:00|0:00|0:00||||":    true,
		"8:00|8:00|8:00 8:05||": false,
	} {
		if err := week(t, false, typed).check(); (err == nil) != fine {
			t.Errorf("%q: %v", typed, err)
		}
	}

	many := Week{}
	for minute := 0; len(many.Times) <= maxTimes; minute += 10 {
		many.Times = append(many.Times, minute)
	}
	if many.check() == nil {
		t.Error("more times than a week may have were taken")
	}
}
