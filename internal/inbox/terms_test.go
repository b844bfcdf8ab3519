package inbox

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"juzhen/internal/fault"
)

// TestTheCourseIsThatOfAPlainLook at each hour: the nearest unit whose last written version that has begun
// says something of its own.
func TestTheCourseIsThatOfAPlainLook(t *testing.T) {
	t.Parallel()

	rapid.Check(t, func(t *rapid.T) {
		begin := at("2026-11-30 00:00")
		paths := []string{"/1/", "/1/4/", "/1/4/9/", "/1/5/"}
		var versions []Version

		for _, path := range paths {
			for n := range rapid.IntRange(0, 4).Draw(t, "versions") {
				terms := UsualTerms()
				terms.Hours.Begin = time.Duration(len(versions)) * time.Minute // tells them apart
				versions = append(versions, Version{
					UnitPath: path, Revision: n + 1, Terms: terms,
					Since:    begin.Add(time.Duration(rapid.IntRange(0, 40).Draw(t, "since")) * time.Hour),
					Inherits: rapid.IntRange(0, 3).Draw(t, "inherits") == 0,
				})
			}
		}
		course := CourseOf("/1/4/9/", versions)

		for hour := -1; hour < 45; hour++ {
			now := begin.Add(time.Duration(hour) * time.Hour)
			want := UsualTerms()

			for _, path := range []string{"/1/4/9/", "/1/4/", "/1/"} {
				var last *Version

				for i, version := range versions {
					if version.UnitPath == path && !version.Since.After(now) {
						last = &versions[i]
					}
				}
				if last != nil && !last.Inherits {
					want = last.Terms
					break
				}
			}
			if got := course.At(now).Terms.Hours; got != want.Hours {
				t.Fatalf("at hour %d from %v, want %v", hour, got.Begin, want.Hours.Begin)
			}
		}
		if !slices.IsSortedFunc(course, func(a, b Lap) int { return a.Since.Compare(b.Since) }) {
			t.Fatalf("out of order: %+v", course)
		}
	})
}

// TestAClockKeepsWhatHeldWhenItBegan: its limit is that of its beginning, its hours those of each instant.
func TestAClockKeepsWhatHeldWhenItBegan(t *testing.T) {
	t.Parallel()
	slow := UsualTerms()
	slow.Limits[Ask] = Limit{First: 16 * time.Hour, Next: time.Hour}
	slow.Hours.Begin, slow.Hours.End = 12*time.Hour, 16*time.Hour
	slow.Limits[Report] = Limit{First: 30 * time.Hour, Urgent: true}
	course := CourseOf("/1/", []Version{{UnitPath: "/1/", Since: at("2026-12-01 00:00"), Terms: slow}})

	for name, c := range map[string]struct {
		kind  Kind
		clock Clock
		want  string
	}{
		// one hour on Monday, four each on Tuesday, three left on Wednesday
		"begun before":          {Ask, Clock{First: true, Since: at("2026-11-30 16:00")}, "2026-12-02 15:00"},
		"begun after":           {Ask, Clock{First: true, Since: at("2026-12-01 00:00")}, "2026-12-04 16:00"},
		"after an answer":       {Ask, Clock{Since: at("2026-12-01 15:30")}, "2026-12-02 12:30"},
		"day and night since":   {Report, Clock{First: true, Since: at("2026-11-30 15:00")}, "2026-12-01 02:00"},
		"day and night at once": {Report, Clock{First: true, Since: at("2026-12-01 00:00")}, "2026-12-02 06:00"},
		"no clock":              {Praise, Clock{First: true, Since: at("2026-12-01 00:00")}, ""},
	} {
		got, calendar := "", course.Calendar(c.kind, nil)
		if due := calendar.Due(c.clock.Since, course.Allowed(c.kind, c.clock), nil); due != nil {
			got = due.In(c.clock.Since.Location()).Format("2006-01-02 15:04")
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestWhatTermsMayBe(t *testing.T) {
	t.Parallel()
	now := at("2026-11-30 10:00")

	for want, change := range map[string]func(*Draft){
		"":      func(*Draft) {},
		"since": func(d *Draft) { d.Since = now.Add(-time.Minute) },
		"begin": func(d *Draft) { d.Terms.Hours.Begin = -1 },
		"end":   func(d *Draft) { d.Terms.Hours.End = d.Terms.Hours.Begin + 59*time.Minute },
		"days":  func(d *Draft) { d.Terms.Hours.Days = [7]bool{} },
		"first_report": func(d *Draft) {
			d.Terms.Limits[Report] = Limit{First: MaxLimit + time.Minute}
		},
		"next_ask": func(d *Draft) { d.Terms.Limits[Ask] = Limit{Next: 30 * time.Second} },
		"first_ask": func(d *Draft) { // an hour a week
			d.Terms.Hours.Days = [7]bool{time.Monday: true}
			d.Terms.Hours.End = d.Terms.Hours.Begin + time.Hour
			d.Terms.Limits[Ask] = Limit{First: 60 * time.Hour}
		},
	} {
		draft := Draft{Terms: UsualTerms()}
		change(&draft)
		_, err := draft.clean(now)

		var got []string
		for _, bad := range fault.FieldErrors(err) {
			got = append(got, bad.Field)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("wrong: %v, want %q", got, want)
		}
	}
}
