package reach

import (
	"fmt"
	"math"
	"time"

	"juzhen/internal/console/parts"
	"juzhen/internal/reach"
	"juzhen/internal/web/page"
)

// heatGrid is a heat map as a table: a row for each hour, a column for each day of the week from Monday.
type heatGrid struct {
	reach.Heat
	Days  []string
	Hours []heatHour // from the first hour with posts to the last
	Best  []string   // in words, the best first
}

type heatHour struct {
	Hour  string
	Cells []heatCell
}

// heatCell is one hour of the week. Its level, from 0 to 4, is how it goes beside the best one: 0 where there
// are too few posts to tell.
type heatCell struct {
	Posts  int64
	Median string
	Level  int
	Best   bool
}

// heatLevels is how many shades there are.
const heatLevels = 4

// weekColumn is where a day of the week stands when weeks begin on Monday.
func weekColumn(day time.Weekday) int { return (int(day) + 6) % 7 }

func heatTable(base page.Base, heat reach.Heat) heatGrid {
	grid := heatGrid{Heat: heat}
	if len(heat.Slots) == 0 {
		return grid
	}

	names := parts.Weekdays()
	for i := range names {
		grid.Days = append(grid.Days, base.T(names[(i+1)%7]))
	}

	first, last, top := 23, 0, 0.0
	for _, slot := range heat.Slots {
		first, last = min(first, slot.Hour), max(last, slot.Hour)
		if slot.Judged() {
			top = max(top, slot.Median)
		}
	}

	for hour := first; hour <= last; hour++ {
		grid.Hours = append(grid.Hours, heatHour{fmt.Sprintf("%02d", hour), make([]heatCell, len(names))})
	}

	for _, slot := range heat.Slots {
		cell := heatCell{Posts: slot.Posts, Median: slot.MedianText()}
		if slot.Judged() && top > 0 {
			cell.Level = max(1, int(math.Ceil(heatLevels*slot.Median/top)))
		}
		grid.Hours[slot.Hour-first].Cells[weekColumn(slot.Weekday)] = cell
	}

	for _, slot := range heat.Best {
		grid.Hours[slot.Hour-first].Cells[weekColumn(slot.Weekday)].Best = true
		grid.Best = append(grid.Best, base.T("{.day} {.hour} 时（{.n} 条，中位 {.median} 次）",
			"day", base.T(names[slot.Weekday]), "hour", slot.Hour, "n", slot.Posts,
			"median", slot.MedianText()))
	}

	return grid
}
