package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"juzhen/internal/beijing"
	"juzhen/internal/e2e/world"
)

// TestACalendarWithFullHoursIsRead looks at a week with entries that cross, a full hour and one just
// before midnight: in every view, at both widths, in both languages nothing is too small, unnamed or
// too wide.
func TestACalendarWithFullHoursIsRead(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	week := nextMonday()
	fillWeek(w, week)

	tab := person(t, w, "xuanchuan")
	for _, lang := range []string{"zh-CN", "en"} {
		tab.Prefer(lang, "light")

		for _, width := range []int64{1440, 390} {
			tab.Size(width, 900)

			for _, view := range []string{"week", "month", "list"} {
				tab.Go("/calendar?view=" + view + "&date=" + week.Format(time.DateOnly))
				tab.Ready()
				tab.FitsWidth()
				tab.theme("light")
				tab.Axe()
				tab.theme("dark")
				tab.Contrast()
				if dir := os.Getenv("E2E_PICTURES"); dir != "" {
					tab.Picture(filepath.Join(dir, fmt.Sprintf("calendar-%s-%s-%d.png", view, lang, width)))
				}
			}
		}
	}
	dayOnAPhone(tab, week)
}

// dayOnAPhone goes from the number in the month to the list of that day; the window is a phone's.
func dayOnAPhone(tab *Tab, week time.Time) {
	tab.t.Helper()
	tab.Go("/calendar?view=month&date=" + week.Format(time.DateOnly))
	tab.Ready()
	third := week.AddDate(0, 0, 2).Format(time.DateOnly)
	link := ".entry-count[href*='date=" + third + "']"
	tab.SeeText(link, "14")
	tab.Follow(link)
	tab.Ready()
	tab.SeeText(".entry-line", "14 posts")
	if want := "/calendar?view=list&date=" + third; tab.Path() != want {
		tab.t.Errorf("the number of a day leads to %s, want %s", tab.Path(), want)
	}
}

// nextMonday is the first instant in Shanghai of the Monday to come.
func nextMonday() time.Time {
	now := time.Now().In(beijing.Zone)
	return time.Date(now.Year(), now.Month(), now.Day()+7-(int(now.Weekday())+6)%7, 0, 0, 0, 0, beijing.Zone)
}

// fillWeek puts entries on three days: some that cross and one before midnight, six in an hour, and
// fourteen in an hour.
func fillWeek(w *world.World, week time.Time) {
	at := func(day, hour, minute int) *time.Time {
		due := week.AddDate(0, 0, day).
			Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute).
			UTC()

		return &due
	}
	w.Approve("夜里两点的提示：空气质量有变化，请减少户外活动", at(0, 2, 0), "环保北京")
	w.Submit("夜里两点半的提示", at(0, 2, 30), "环保北京")
	w.Approve("零点之前的实况", at(0, 23, 48), "京环之声")

	for i := range 6 {
		w.Draft(fmt.Sprintf("上午的第 %d 条", i+1), at(1, 9, 8*i), "环保北京")
	}

	for i := range 14 {
		w.Submit(fmt.Sprintf("集中发布的第 %d 条", i+1), at(2, 10, 3*i), "环保北京")
	}
}
