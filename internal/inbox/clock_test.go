package inbox

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"juzhen/internal/beijing"
)

func at(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", s, beijing.Zone)
	if err != nil {
		panic(err)
	}

	return t
}

// TestDue against instants worked out by hand. 2026-11-30 is a Monday, 2026-10-01 begins a holiday, and
// 2026-10-10 is a Saturday that is worked.
func TestDue(t *testing.T) {
	t.Parallel()

	special := func(day time.Time) (works, known bool) {
		switch day.Format(time.DateOnly) {
		case "2026-10-01", "2026-10-02", "2026-10-05", "2026-10-06", "2026-10-07":
			return false, true
		case "2026-10-10":
			return true, true
		}

		return false, false
	}
	usual := Calendar{Versions: []Hours{UsualHours()}, Special: special}
	later := UsualHours()
	later.Since, later.Begin, later.End = at("2026-12-01 00:00"), 8*time.Hour, 20*time.Hour
	urgent := Calendar{Versions: []Hours{UsualHours(), {Since: at("2026-12-05 00:00"), Always: true}}}
	changed := Calendar{Versions: []Hours{UsualHours(), later}}

	for name, c := range map[string]struct {
		calendar Calendar
		from     string
		limit    time.Duration
		pauses   []Span
		want     string
	}{
		"within a day":            {usual, "2026-11-30 10:00", 4 * time.Hour, nil, "2026-11-30 14:00"},
		"over the evening":        {usual, "2026-11-30 16:00", 4 * time.Hour, nil, "2026-12-01 12:00"},
		"to the end of the day":   {usual, "2026-11-30 09:00", 8 * time.Hour, nil, "2026-11-30 17:00"},
		"at night":                {usual, "2026-11-30 23:30", time.Hour, nil, "2026-12-01 10:00"},
		"over a weekend":          {usual, "2026-12-04 16:00", 2 * time.Hour, nil, "2026-12-07 10:00"},
		"over a holiday":          {usual, "2026-09-30 16:00", 2 * time.Hour, nil, "2026-10-08 10:00"},
		"on a worked Saturday":    {usual, "2026-10-09 16:00", 2 * time.Hour, nil, "2026-10-10 10:00"},
		"day and night":           {Calendar{Versions: []Hours{{Always: true}}}, "2026-12-05 23:00", 2 * time.Hour, nil, "2026-12-06 01:00"},
		"a pause":                 {usual, "2026-11-30 10:00", 4 * time.Hour, []Span{{at("2026-11-30 11:00"), at("2026-11-30 12:30")}}, "2026-11-30 15:30"},
		"two pauses over another": {usual, "2026-11-30 10:00", 2 * time.Hour, []Span{{at("2026-11-30 10:30"), at("2026-11-30 12:00")}, {at("2026-11-30 11:00"), at("2026-11-30 13:00")}}, "2026-11-30 14:30"},
		"an open pause":           {usual, "2026-11-30 10:00", 4 * time.Hour, []Span{{From: at("2026-11-30 11:00")}}, ""},
		"due as the pause begins": {usual, "2026-11-30 10:00", time.Hour, []Span{{From: at("2026-11-30 11:00")}}, "2026-11-30 11:00"},
		"no limit":                {usual, "2026-11-30 10:00", 0, nil, ""},
		"new hours":               {changed, "2026-11-30 16:00", 5 * time.Hour, nil, "2026-12-01 12:00"},
		"urgent from now on":      {urgent, "2026-12-04 16:00", 12 * time.Hour, nil, "2026-12-05 11:00"},
		"never open":              {Calendar{Versions: []Hours{{Begin: 9 * time.Hour, End: 17 * time.Hour}}}, "2026-11-30 10:00", time.Hour, nil, ""},
	} {
		got := ""
		if due := c.calendar.Due(at(c.from), c.limit, c.pauses); due != nil {
			got = due.In(beijing.Zone).Format("2006-01-02 15:04")
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// TestClocks by who spoke when: c the citizen, a an answer, in minutes.
func TestClocks(t *testing.T) {
	t.Parallel()
	begin := at("2026-11-30 10:00")

	for spoken, want := range map[string]string{
		"":                 "",
		"c0":               "first 0-",
		"c0 c5":            "first 0-",
		"c0 a5":            "first 0-5",
		"c0 a5 a6":         "first 0-5",
		"c0 a5 c7":         "first 0-5, next 7-",
		"c0 a5 c7 c8 a9":   "first 0-5, next 7-9",
		"a5 c0":            "first 0-5", // came late
		"a0 c5":            "next 5-",
		"c5 a5":            "first 5-5",
		"a5 c5":            "first 5-5", // of one second
		"c0 a5 c3":         "first 0-5",
		"c9 a5 c0 a12 c20": "first 0-5, next 9-12, next 20-",
	} {
		var facts []Fact

		for _, word := range splitWords(spoken) {
			var n int
			_, err := fmt.Sscanf(word[1:], "%d", &n)
			if err != nil {
				t.Fatal(err)
			}
			facts = append(facts, Fact{At: begin.Add(time.Duration(n) * time.Minute), Ours: word[0] == 'a'})
		}
		got := ""

		for i, c := range Clocks(facts) {
			if i > 0 {
				got += ", "
			}
			got += map[bool]string{true: "first", false: "next"}[c.First]
			got += fmt.Sprintf(" %d-", int(c.Since.Sub(begin).Minutes()))
			if c.Stopped != nil {
				got += fmt.Sprint(int(c.Stopped.Sub(begin).Minutes()))
			}
		}
		if got != want {
			t.Errorf("%s: %s, want %s", spoken, got, want)
		}
	}
}

func splitWords(s string) (words []string) {
	for _, w := range []byte(s) {
		switch w {
		case ' ':
		case 'a', 'c':
			words = append(words, string(w))
		default:
			words[len(words)-1] += string(w)
		}
	}

	return words
}

// TestDueIsThatOfAPlainCount of minutes: one after the other, each counts when the unit serves and nothing
// pauses.
func TestDueIsThatOfAPlainCount(t *testing.T) {
	t.Parallel()

	rapid.Check(t, func(t *rapid.T) {
		begin := at("2026-11-27 00:00") // Friday
		minute := func(name string, most int) time.Duration {
			return time.Duration(rapid.IntRange(0, most).Draw(t, name)) * time.Minute
		}
		calendar := Calendar{}
		off := rapid.IntRange(-1, 9).Draw(t, "off")
		calendar.Special = func(day time.Time) (bool, bool) {
			return false, off >= 0 && day.Equal(begin.AddDate(0, 0, off))
		}

		since := begin
		for range rapid.IntRange(1, 3).Draw(t, "versions") {
			hours := Hours{Since: since, Begin: minute("begin", 1200), Works: rapid.Bool().Draw(t, "works")}
			hours.Always = rapid.IntRange(0, 5).Draw(t, "always") == 0

			hours.End = hours.Begin + minute("length", 240) + time.Minute
			for day := range hours.Days {
				hours.Days[day] = rapid.IntRange(0, 3).Draw(t, "day") > 0
			}
			calendar.Versions = append(calendar.Versions, hours)
			since = since.Add(minute("since", 4*1440))
		}
		var pauses []Span

		for range rapid.IntRange(0, 3).Draw(t, "pauses") {
			from := begin.Add(minute("from", 7*1440))
			pauses = append(pauses, Span{from, from.Add(minute("for", 2*1440))})
		}
		if rapid.IntRange(0, 4).Draw(t, "open") == 0 {
			pauses = append(pauses, Span{From: begin.Add(minute("open from", 9*1440))})
		}
		start, limit := begin.Add(minute("start", 5*1440)), minute("limit", 900)+time.Minute

		const days = 10
		end := begin.AddDate(0, 0, days)

		want, ran := (*time.Time)(nil), time.Duration(0)
		for now := start; now.Before(end); now = now.Add(time.Minute) {
			if ran == limit {
				break
			}
			if counts(calendar, pauses, now) {
				if ran += time.Minute; ran == limit {
					due := now.Add(time.Minute)
					want = &due
				}
			}
		}

		got := calendar.Due(start, limit, pauses)
		switch {
		case want == nil && (got == nil || got.After(end)):
		case want == nil || got == nil || !got.Equal(*want):
			t.Fatalf("due %v, want %v", got, want)
		default:
			if sum := calendar.Running(start, *want, pauses); sum != limit {
				t.Fatalf("ran for %v until then, want %v", sum, limit)
			}
		}
	})
}

// counts tells whether the minute that begins at an instant counts.
func counts(c Calendar, pauses []Span, now time.Time) bool {
	for _, pause := range pauses {
		if !now.Before(pause.From) && (pause.Until.IsZero() || now.Before(pause.Until)) {
			return false
		}
	}

	hours := c.Versions[0]
	for _, version := range c.Versions[1:] {
		if !now.Before(version.Since) {
			hours = version
		}
	}
	if hours.Always {
		return true
	}
	day := beijing.Day(now)
	works := hours.Days[day.Weekday()]
	if special, known := c.Special(day); known && hours.Works {
		works = special
	}

	return works && !now.Before(day.Add(hours.Begin)) && now.Before(day.Add(hours.End))
}
