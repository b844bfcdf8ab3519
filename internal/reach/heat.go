package reach

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/fault"
)

// The rule of the heat map, of this house: an hour of the week is judged from heatPosts posts up, and at most
// heatBest hours are said to go best. A post counts once its figures were taken a day after it was published
// or later, since before that it is still being read.
const (
	heatPosts = 3
	heatBest  = 3
)

// Slot is one hour of one day of the week, in Asia/Shanghai.
type Slot struct {
	Weekday time.Weekday
	Hour    int   // 0 to 23
	Posts   int64 // that were published in it and count
	// interactions of the post in the middle: half of them had more. One post that went around the
	// country does not move it, as it would the mean.
	Median float64
}

// Judged tells whether there are posts enough to say something of this hour.
func (s Slot) Judged() bool { return s.Posts >= heatPosts }

// MedianText is the median as it is read: of an even number of posts it may end in a half.
func (s Slot) MedianText() string { return strconv.FormatFloat(s.Median, 'f', -1, 64) }

// Heat is which response the posts of an account had, by the hour of the week in which they were published.
type Heat struct {
	Period Period
	Posts  int64   // that count
	Median float64 // over all of them
	Slots  []Slot  // those with posts, from Monday at 0 o'clock
	Best   []Slot  // hours that are judged and went better than all together, the best first
}

// HeatPosts is from how many posts up an hour is judged.
func HeatPosts() int { return heatPosts }

// Heat gives the response by the hour of the week of an account's posts in a period. It says what was, not
// why: what is posted at eight in the evening may be of another kind. Fails with fault.NotFound outside of
// the actor's scope of reach.
func (s *Service) Heat(
	ctx context.Context, actor access.Actor, accountID int64, period Period,
) (out Heat, err error) {
	defer fault.Step(&err, "reach.Heat %d", accountID)

	if _, err := s.account(ctx, actor, accountID); err != nil {
		return out, err
	}
	list, err := selectSlots(ctx, s.db.Pool(), accountID, period)
	if err != nil {
		return out, err
	}

	return heatOf(period, list), nil
}

// heatOf sets the row over all posts, which has the hour −1, apart from the hours, and finds the best of
// these.
func heatOf(period Period, list []slotRow) Heat {
	heat := Heat{Period: period}

	for _, row := range list {
		if row.Hour < 0 {
			heat.Posts, heat.Median = row.Posts, row.Median
			continue
		}
		heat.Slots = append(heat.Slots, Slot{
			Weekday: time.Weekday(row.Weekday % 7), Hour: row.Hour, Posts: row.Posts, Median: row.Median,
		})
	}

	for _, slot := range heat.Slots {
		if slot.Judged() && slot.Median > heat.Median {
			heat.Best = append(heat.Best, slot)
		}
	}
	slices.SortStableFunc(heat.Best, func(a, b Slot) int {
		return cmp.Or(cmp.Compare(b.Median, a.Median), cmp.Compare(b.Posts, a.Posts))
	})
	heat.Best = heat.Best[:min(len(heat.Best), heatBest)]

	return heat
}
