package plan

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"juzhen/internal/fault"
)

func TestWhatIsSaidOfADay(t *testing.T) {
	t.Parallel()

	almanac := Almanac{
		2026: {
			Year:    2026,
			Version: 1,
			Days: []Special{
				{
					Day:  dayAt("2026-06-05"),
					Name: "试放假",
					Off:  true,
				},
				{
					Day:  dayAt("2026-10-10"),
					Name: "国庆节",
					Off:  false,
				},
			},
		},
	}

	for _, c := range []struct {
		day   string
		kind  Kind
		off   bool
		makes bool
		any   bool
		kept  int
	}{
		{
			day:  "2026-06-04",
			kind: Workday,
		},
		{
			day:  "2026-06-05",
			kind: Holiday,
			off:  true,
			any:  true,
			kept: 1,
		},
		{
			day:  "2026-06-06",
			kind: Weekend,
		},
		{
			day:   "2026-10-10",
			kind:  Adjusted,
			makes: true,
			any:   true,
		},
		{
			day:  "2027-06-05",
			kind: Unknown,
			any:  true,
			kept: 1,
		},
		{
			day:  "2027-06-06",
			kind: Unknown,
		},
	} {
		mark := almanac.Mark(dayAt(c.day).Add(12 * time.Hour))
		if mark.Kind != c.kind || mark.Off() != c.off || mark.Makes() != c.makes ||
			mark.Any() != c.any || len(mark.Kept) != c.kept {
			t.Errorf("%s: %+v", c.day, mark)
		}
	}
}

func TestWhatIsWrittenOfAYearIsReadBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)

	for _, year := range []int{2024, 2025, 2026} {
		known, err := w.s.Year(t.Context(), year)
		w.must(err)

		days, err := ReadDays(WriteDays(known.Days))
		w.must(err)
		if len(days) != len(known.Days) {
			t.Errorf("%d: %d days, want %d", year, len(days), len(known.Days))
		}

		kept, err := checkYear(year, days, known.Source)
		w.must(err)
		if diff := cmp.Diff(known.Days, kept); diff != "" {
			t.Errorf("%d: %s", year, diff)
		}
	}
}

func TestWhatCannotStandInADraft(t *testing.T) {
	t.Parallel()

	for _, c := range []struct {
		name  string
		text  string
		wrong bool
	}{
		{
			name: "a text",
			text: "空气质量良",
		},
		{
			name: "as long as may be",
			text: strings.Repeat("长", maxText),
		},
		{
			name:  "a letter longer",
			text:  strings.Repeat("长", maxText+1),
			wrong: true,
		},
		{
			name:  "nothing",
			text:  "",
			wrong: true,
		},
		{
			name:  "what is no text",
			text:  "空\xff气",
			wrong: true,
		},
		{
			name:  "what cannot be stored",
			text:  "空\x00气",
			wrong: true,
		},
	} {
		if err := checkText(c.text); (err != nil) != c.wrong {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestWhatIsAskedOfThePlanIsBounded(t *testing.T) {
	t.Parallel()
	from := dayAt("2026-11-30")

	for _, c := range []struct {
		name  string
		ask   Ask
		limit int
		field string
	}{
		{
			name: "a week",
			ask: Ask{
				From: from,
				To:   from.AddDate(0, 0, 7),
			},
			limit: pageAccounts,
		},
		{
			name: "more accounts than a page may have",
			ask: Ask{
				From:  from,
				To:    from.AddDate(0, 0, MaxSpanDays),
				Limit: 5000,
			},
			limit: pageAccounts,
		},
		{
			name: "no day",
			ask: Ask{
				From: from,
				To:   from,
			},
			limit: pageAccounts,
			field: "to",
		},
		{
			name: "a page before the first",
			ask: Ask{
				From: from,
				To:   from.AddDate(0, 0, 1),
				Page: -1,
			},
			limit: pageAccounts,
			field: "page",
		},
		{
			name: "further apart than a day has hours for",
			ask: Ask{
				From:  from,
				To:    from.AddDate(0, 0, 1),
				Apart: MaxApart + 1,
			},
			limit: pageAccounts,
			field: "apart",
		},
	} {
		field := ""
		if err := c.ask.check(); err != nil {
			field = fault.Public(err).Field
		}
		if field != c.field || c.ask.Limit != c.limit {
			t.Errorf("%s: %q, %d accounts", c.name, field, c.ask.Limit)
		}
	}
}
