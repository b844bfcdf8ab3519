package inbox

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"juzhen/internal/fault"
	"juzhen/internal/i18n"
	"juzhen/internal/instant"
)

// Terms are what a unit promises: within which running time each kind is answered, and when it serves.
type Terms struct {
	Hours  Hours // its Since and Always mean nothing here
	Limits map[Kind]Limit
}

// UsualTerms are the terms that hold where no unit has set its own.
func UsualTerms() Terms { return Terms{Hours: UsualHours(), Limits: maps.Clone(limits)} }

// Version is what one unit set, from an instant on. Of the versions of a unit that have begun the one with
// the highest revision holds: a new one takes the place of what was meant for later.
type Version struct {
	UnitID   int64
	UnitName string
	UnitPath string
	Revision int
	Since    time.Time
	Inherits bool // from then on as the unit above; Terms mean nothing
	Terms    Terms
	By       string
	At       time.Time // when it was written, not after Since
}

// holding leaves of the versions of one unit, in order of their revisions, those that hold at some instant,
// in order of their beginnings.
func holding(versions []Version) (left []Version) {
	for _, version := range versions {
		left = slices.DeleteFunc(left, func(old Version) bool { return !old.Since.Before(version.Since) })
		left = append(left, version)
	}

	return left
}

// Lap is a stretch in which the same terms hold for a unit.
type Lap struct {
	Since time.Time
	Terms Terms
	From  *Version // who set them; nil: the usual ones
}

// Course is which terms hold for a unit, one after the other: its own where it has set some, else those of
// the nearest unit above that has. It begins with the usual ones, before all times.
type Course []Lap

// CourseOf gives the course of the unit of a path out of the versions of it and of the units above it, each
// unit's in order of their revisions. Those of other units count for nothing.
func CourseOf(path string, versions []Version) Course {
	by := map[string][]Version{}

	for _, version := range versions {
		if strings.HasPrefix(path, version.UnitPath) {
			by[version.UnitPath] = append(by[version.UnitPath], version)
		}
	}
	// the nearest has the longest path
	nearest := slices.SortedFunc(maps.Keys(by), func(a, b string) int { return len(b) - len(a) })
	var turns []time.Time

	for unit, all := range by {
		by[unit] = holding(all)
		for _, version := range by[unit] {
			turns = append(turns, version.Since)
		}
	}
	slices.SortFunc(turns, time.Time.Compare)
	course := Course{{Terms: UsualTerms()}}

	for _, turn := range slices.CompactFunc(turns, time.Time.Equal) {
		lap := Lap{Since: turn, Terms: course[0].Terms}
		for _, unit := range nearest {
			if version := begun(by[unit], turn); version != nil && !version.Inherits {
				lap.Terms, lap.From = version.Terms, version
				break
			}
		}
		if lap.From != course[len(course)-1].From {
			course = append(course, lap)
		}
	}

	return course
}

// begun is the last of versions, in order of their beginnings, that has begun at an instant; nil: none has.
func begun(versions []Version, at time.Time) *Version {
	for i := len(versions) - 1; i >= 0; i-- {
		if !versions[i].Since.After(at) {
			return &versions[i]
		}
	}

	return nil
}

// At is the lap of an instant.
func (c Course) At(at time.Time) Lap {
	for i := len(c) - 1; i > 0; i-- {
		if !c[i].Since.After(at) {
			return c[i]
		}
	}

	return c[0]
}

// Calendar is when the unit serves for matters of a kind: at each instant by the terms that hold then.
func (c Course) Calendar(kind Kind, special func(time.Time) (works, known bool)) Calendar {
	calendar := Calendar{Versions: make([]Hours, len(c)), Special: special}
	for i, lap := range c {
		hours := lap.Terms.Hours
		hours.Since, hours.Always = lap.Since, lap.Terms.Limits[kind].Urgent
		calendar.Versions[i] = hours
	}

	return calendar
}

// Allowed is the running time within which a clock is to be stopped: by the terms that held when it began.
func (c Course) Allowed(kind Kind, clock Clock) time.Duration {
	limit := c.At(clock.Since).Terms.Limits[kind]
	if clock.First {
		return limit.First
	}

	return limit.Next
}

// Bounds of terms.
const (
	MaxLimit   = 240 * time.Hour
	MaxAhead   = 366 * 24 * time.Hour // how long before it holds a change may be written
	leastHours = time.Hour            // of service a day
)

// Draft is a change of the terms of a unit.
type Draft struct {
	UnitID   int64
	Revision int       // of the last version that was shown; 0: there was none
	Since    time.Time // zero: now
	Inherits bool
	Terms    Terms
}

// FirstField and NextField name the fields of a kind's limits, where what is wrong with them is told.
func FirstField(kind Kind) string { return "first_" + string(kind) }

// NextField is FirstField of the limit after an answer.
func NextField(kind Kind) string { return "next_" + string(kind) }

// clean checks and completes a draft. Fails with fault.Fields on "since", "begin", "end", "days" and those
// that FirstField and NextField name.
func (d Draft) clean(now time.Time) (Draft, error) {
	var wrong fault.Fields
	if d.Since.IsZero() {
		d.Since = now
	}
	d.Since = d.Since.UTC()
	if d.Since.Before(now) || d.Since.After(now.Add(MaxAhead)) {
		wrong.Add(fault.Invalid("since", "请填写以后、一年以内的时间；不填为现在起。以前的时限不能改"))
	}
	if d.Inherits {
		d.Terms = UsualTerms()
		return d, wrong.Err()
	}
	hours := &d.Terms.Hours
	hours.Since, hours.Always = time.Time{}, false

	switch {
	case hours.Begin < 0 || hours.Begin >= 24*time.Hour:
		wrong.Add(fault.Invalid("begin", "请填写 00:00 到 23:59 的时间"))
	case hours.End > 24*time.Hour || hours.End-hours.Begin < leastHours:
		wrong.Add(fault.Invalid("end", "服务时间每天至少一小时；到半夜填 00:00"))
	case !slices.Contains(hours.Days[:], true):
		wrong.Add(fault.Invalid("days", "请至少选择一天"))
	}
	if len(wrong) > 0 {
		return d, wrong.Err()
	}

	kept := make(map[Kind]Limit, len(Kinds()))
	for _, kind := range Kinds() {
		limit := d.Terms.Limits[kind]
		wrong.Add(d.Terms.limit(FirstField(kind), limit.First, limit.Urgent))
		wrong.Add(d.Terms.limit(NextField(kind), limit.Next, limit.Urgent))
		kept[kind] = limit
	}
	d.Terms.Limits = kept

	return d, wrong.Err()
}

// limit says what is wrong with one limit: nil, or its bounds, or that it is not reached in a year.
func (t Terms) limit(field string, limit time.Duration, urgent bool) *fault.Error {
	const weeks = 50

	switch {
	case limit < 0 || limit > MaxLimit || limit%time.Minute != 0:
		return fault.Invalid(field, "请填写 0 到 {.max} 小时，0 为不计时", "max", int(MaxLimit/time.Hour))
	case !urgent && limit > weeks*t.weekly():
		return fault.Invalid(field, "按这样的服务时间，一年也走不满这个时限")
	}

	return nil
}

// weekly is the service of a week without holidays.
func (t Terms) weekly() (sum time.Duration) {
	for _, works := range t.Hours.Days {
		if works {
			sum += t.Hours.End - t.Hours.Begin
		}
	}

	return sum
}

// Minute writes an instant of a day as people read it; the end of the day is 24:00.
func Minute(d time.Duration) string {
	return fmt.Sprintf("%02d:%02d", int(d.Hours()), int(d.Minutes())%60)
}

// ReadMinute reads what Minute writes; it gives what no instant of a day is where it cannot.
func ReadMinute(text string) time.Duration {
	if text == "24:00" {
		return 24 * time.Hour
	}
	read, err := instant.Parse(text, "15:04")
	if err != nil {
		return -1
	}

	return time.Duration(read.Hour())*time.Hour + time.Duration(read.Minute())*time.Minute
}

// weekNames are the days by time.Weekday, as source texts.
var weekNames = [7]string{
	i18n.N("周日"), i18n.N("周一"), i18n.N("周二"), i18n.N("周三"),
	i18n.N("周四"), i18n.N("周五"), i18n.N("周六"),
}

// DayNames are the days of service from Monday on, as source texts.
func (h Hours) DayNames() (names []string) {
	for n := range 7 {
		if day := (n + 1) % 7; h.Days[day] {
			names = append(names, weekNames[day])
		}
	}

	return names
}

// Span is the service of a day as people read it.
func (h Hours) Span() string { return Minute(h.Begin) + "–" + Minute(h.End) }
