package calendar

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"juzhen/internal/access"
	"juzhen/internal/beijing"
	"juzhen/internal/delivery"
	"juzhen/internal/i18n"
	"juzhen/internal/org"
	"juzhen/internal/post"
)

func TestTheMonthIsShanghais(t *testing.T) {
	t.Parallel()

	late := time.Date(2026, 11, 30, 17, 0, 0, 0, time.UTC) // December in Shanghai
	for in, want := range map[string]string{
		"":         "2026-12-01",
		"2027-02":  "2027-02-01",
		"nonsense": "2026-12-01",
		"1999-01":  "2026-12-01",
		"2026-13":  "2026-12-01",
	} {
		got := monthOf(in, late)
		if got.Format(time.DateOnly) != want || got.Location() != beijing.Zone {
			t.Errorf("monthOf(%q) = %s, want %s", in, got, want)
		}
	}
}

func at(s string) *time.Time {
	v, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}

	return &v
}

func TestRowsAreGroupedByTheDayInShanghai(t *testing.T) {
	t.Parallel()

	var rows []line
	for _, due := range []string{
		"2026-11-22T15:59:00Z", "2026-11-22T16:00:00Z", "2026-11-23T15:59:00Z",
		"2026-11-25T00:00:00Z",
	} {
		rows = append(rows, line{Row: &row{Row: post.Row{Post: post.Post{DueAt: at(due)}}}})
	}
	days := byDay(rows, *at("2026-11-23T04:00:00Z"), dayOf)

	var got []string
	for _, day := range days {
		got = append(got, day.Date.Format("01-02"))
	}
	if len(days) != 3 || got[0] != "11-22" || got[1] != "11-23" || len(days[1].Lines) != 2 || !days[0].Past ||
		days[1].Past ||
		days[2].Past {
		t.Errorf("days %v: %+v", got, days)
	}
	if byDay(nil, time.Now(), dayOf) != nil {
		t.Error("days of nothing")
	}
}

func TestOnlyWhatHasNotGoneOutMoves(t *testing.T) {
	t.Parallel()

	for _, c := range []struct {
		phase post.Phase
		state delivery.PostState
		want  bool
	}{
		{post.Draft, delivery.PostDraft, true},
		{post.Submitted, delivery.PostSubmitted, true},
		{post.Returned, delivery.PostReturned, true},
		{post.Approved, delivery.PostApproved, true},
		{post.Approved, delivery.PostSending, false},
		{post.Approved, delivery.PostSent, false},
		{post.Approved, delivery.PostPartly, false},
		{post.Approved, delivery.PostUndecided, false},
		{post.Withdrawn, delivery.PostWithdrawn, false},
	} {
		r := row{
			post.Row{Post: post.Post{Phase: c.phase, UnitPath: "/1/2/", DueAt: at("2026-11-02T01:00:00Z")}},
			c.state,
		}

		for role, writes := range map[access.Role]bool{access.PressOfficer: true, access.Reviewer: false} {
			actor := access.Actor{UserID: 1, Grants: []access.Grant{{Role: role, Path: "/1/"}}}
			if got := postEntry(i18n.For("zh-CN"), actor, r).Move != ""; got != (c.want && writes) {
				t.Errorf("%s, %s for %s: %v", c.phase, c.state, role, got)
			}
		}
	}
}

func TestAUnitOfAnotherBranchFiltersNothing(t *testing.T) {
	t.Parallel()
	units := []org.Unit{{ID: 2, Path: "/1/2/"}}
	if pathOf(units, 2) != "/1/2/" || pathOf(units, 3) != "" || pathOf(nil, 0) != "" {
		t.Error("paths")
	}
}

func TestAFullDayShowsItsFullHoursAsOneLineEach(t *testing.T) {
	t.Parallel()
	hour := func(s string, n int) post.Hour {
		return post.Hour{
			At: *at(s), First: *at(s), Last: *at(s), Posts: n,
		}
	}
	month := post.Span{From: *at("2026-10-31T16:00:00Z"), To: *at("2026-11-30T16:00:00Z")}
	hours := []post.Hour{
		hour("2026-11-02T01:00:00Z", 12),
		hour("2026-11-03T01:00:00Z", 1),
		hour("2026-11-03T02:00:00Z", 10_000),
		// the last is the next day in Shanghai
		hour("2026-11-03T03:00:00Z", 40),
		hour("2026-11-03T15:00:00Z", 1),
		hour("2026-11-03T16:00:00Z", 5),
	}
	crowded, single := ofMonth.split(month, hours)
	if len(crowded) != 2 || crowded[0].Posts != 10_000 || crowded[1].Posts != 40 {
		t.Errorf("crowded: %+v", crowded)
	}
	want := []post.Span{
		{From: month.From, To: hours[2].At},
		{From: *at("2026-11-03T04:00:00Z"), To: month.To},
	}
	if diff := cmp.Diff(want, single); diff != "" {
		t.Error(diff)
	}
	if crowded, single = ofMonth.split(month, nil); crowded != nil || single != nil {
		t.Errorf("of nothing: %v %v", crowded, single)
	}
	if crowded, single = ofMonth.split(month, hours[2:3]); len(crowded) != 1 || single != nil {
		t.Errorf("of one crowd: %v %v", crowded, single)
	}
}

func TestAnHourShowsWhatNeedsSomebodyFirst(t *testing.T) {
	t.Parallel()

	full := post.Hour{At: *at("2026-11-24T01:00:00Z"), First: *at("2026-11-24T01:00:00Z"), Posts: 10_000}
	for _, c := range []struct {
		hour        crowd
		tone, state string
	}{
		{crowd{Hour: full}, "grey", ""},
		{crowd{Hour: full, Trouble: delivery.Trouble{Failed: 1200}}, "red", "1,200 篇有失败"},
		{crowd{Hour: full, Trouble: delivery.Trouble{Unknown: 2}}, "purple", "2 篇结果待核"},
		{crowd{Hour: full, Trouble: delivery.Trouble{Unknown: 2, Failed: 3}}, "purple", "2 篇结果待核 · 3 篇有失败"},
	} {
		entry := crowdEntry(nil, &c.hour)
		if entry.Tone != c.tone || entry.State != c.state || entry.Title != "10,000 篇" {
			t.Errorf("%+v: %s %q %q", c.hour.Trouble, entry.Tone, entry.State, entry.Title)
		}
	}
}
