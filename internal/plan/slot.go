package plan

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"juzhen/internal/beijing"
	"juzhen/internal/fault"
	"juzhen/internal/roster"
)

// What counts as a slot.
const (
	slotRoom   = 5 * time.Minute  // a slot holds what is due less than this before or after it
	slotLead   = 10 * time.Minute // a slot that is nearer is over: nobody reviews so fast
	slotWithin = 28               // days that are looked through
	maxTimes   = 140              // of a week
	dayMinutes = 24 * 60
	weekLength = 7 * dayMinutes
)

// Week is at which times of a week something is published.
type Week struct {
	Times    []int // minutes of the week in Shanghai, from Monday 0:00, in order
	Workdays bool  // only on days that are worked, weekends that make up for holidays among them
}

// check bounds a week. Two slots lie so far apart that what is due belongs to one of them.
func (w Week) check() error {
	if len(w.Times) > maxTimes {
		return fault.Invalid("times", "一周最多 {.max} 个时段", "max", maxTimes)
	}

	for i, minute := range w.Times {
		after := w.Times[0] + weekLength
		if i+1 < len(w.Times) {
			after = w.Times[i+1]
		}

		switch {
		case minute < 0 || minute >= weekLength:
			return fault.Invalid("times", "时刻无法识别，请写成 08:30")
		case time.Duration(after-minute)*time.Minute < 2*slotRoom:
			return fault.Invalid("times", "两个时段至少相隔 {.n} 分钟", "n", int((2 * slotRoom).Minutes()))
		}
	}

	return nil
}

// weekday is the day of the week from Monday, 0 to 6.
func weekday(day time.Time) int { return (int(day.Weekday()) + 6) % 7 }

// on gives the slots of a day, by its beginning in Shanghai. known is false where there would be some if the
// day is worked, and nobody can tell.
func (w Week) on(day time.Time, almanac Almanac) (slots []time.Time, known bool) {
	first := weekday(day) * dayMinutes
	from, _ := slices.BinarySearch(w.Times, first)
	to, _ := slices.BinarySearch(w.Times, first+dayMinutes)
	if from == to {
		return nil, true
	}
	if w.Workdays {
		kind, _ := almanac.Workday(day)
		if works, known := kind.Works(); !works || !known {
			return nil, known
		}
	}

	for _, minute := range w.Times[from:to] {
		slots = append(slots, day.Add(time.Duration(minute-first)*time.Minute))
	}

	return slots, true
}

// NextSlot is the next free slot of several accounts, or why there is none.
type NextSlot struct {
	At          time.Time // zero: there is none
	Have        bool      // at least one of the accounts has slots
	Common      bool      // at least one time is a slot of all that have some
	UnknownYear int       // which nobody entered: slots on workdays were left out in it; 0: none were
}

// Due gives the time, or fails with fault.Conflict "no_slot" that says why there is none.
func (n NextSlot) Due() (time.Time, error) {
	var why *fault.Error

	switch {
	case !n.At.IsZero():
		return n.At, nil
	case !n.Have:
		why = fault.Conflict("所选账号还没有设发布时段")
	case n.UnknownYear != 0:
		why = fault.Conflict("四周之内没有空着的时段；{.y} 年的放假安排还没有录入，只在工作日的时段没有算",
			"y", n.UnknownYear)
	case !n.Common:
		why = fault.Conflict("所选账号没有共同的时段，请减少账号，或自己选择时间")
	default:
		why = fault.Conflict("四周之内的时段都已有安排，请自己选择时间")
	}

	return time.Time{}, why.WithCode("no_slot")
}

// nextSlot looks for the first time that is a slot of every week and at which nothing is planned; busy is in
// order.
func nextSlot(now time.Time, weeks []Week, busy []time.Time, almanac Almanac) (found NextSlot) {
	found.Have = len(weeks) > 0
	today := beijing.Day(now)

	for day := today; found.Have && day.Before(today.AddDate(0, 0, slotWithin)); day = day.AddDate(0, 0, 1) {
		slots, known := common(weeks, day, almanac)
		if !known && found.UnknownYear == 0 {
			found.UnknownYear = day.Year()
		}

		for _, at := range slots {
			found.Common = true
			if !at.Before(now.Add(slotLead)) && !taken(busy, at) {
				found.At = at
				return found
			}
		}
	}

	return found
}

// common gives the slots of a day that all weeks have; known is false where one of them cannot tell its own.
func common(weeks []Week, day time.Time, almanac Almanac) (slots []time.Time, known bool) {
	slots, known = weeks[0].on(day, almanac)

	for _, week := range weeks[1:] {
		others, sure := week.on(day, almanac)
		known = known && sure
		slots = slices.DeleteFunc(slots, func(at time.Time) bool {
			return !slices.ContainsFunc(others, at.Equal)
		})
	}

	return slots, known
}

// taken tells whether something is due in a slot.
func taken(busy []time.Time, at time.Time) bool {
	i, _ := slices.BinarySearchFunc(busy, at.Add(-slotRoom+1), time.Time.Compare)

	return i < len(busy) && busy[i].Before(at.Add(slotRoom))
}

// ReadTimes reads the times of a week as they are typed, a line for each day from Monday: 8:30 12:00. Fails
// with fault.Invalid on "times".
func ReadTimes(days [7]string) (times []int, err error) {
	for i, typed := range days {
		for _, one := range strings.FieldsFunc(typed, func(r rune) bool {
			return strings.ContainsRune(" 　,，、;；\t\r\n", r)
		}) {
			minute, ok := roster.Minute(one)
			if !ok || minute == dayMinutes {
				return nil, fault.Invalid("times", "时刻无法识别，请写成 08:30")
			}
			times = append(times, i*dayMinutes+minute)
		}
	}
	slices.Sort(times)

	return slices.Compact(times), nil
}

// WriteTimes writes the times of a week as ReadTimes reads them.
func (w Week) WriteTimes() (days [7]string) {
	for _, minute := range w.Times {
		day := &days[minute/dayMinutes]
		if *day != "" {
			*day += " "
		}
		*day += fmt.Sprintf("%02d:%02d", minute%dayMinutes/60, minute%60)
	}

	return days
}
