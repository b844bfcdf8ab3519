package air

import (
	"slices"
	"time"

	"juzhen/internal/beijing"
)

// Plan is one edition of Beijing's plan for heavy air pollution (空气重污染应急预案): which colours a
// warning has, and what forecast reaches each. It speaks of the mean of whole days. Dust goes by a plan of
// its own; ozone and short episodes under the thresholds get health tips and no warning.
type Plan struct {
	Name     string // as a notice names it: 空气重污染应急预案（2023年修订）
	From     string // day in Beijing from which it is taken here, "2018-10-13"
	Dated    Evidence
	Warnings []Warning // the gravest first
}

// Warning is a colour with its level and the forecasts that reach it.
type Warning struct {
	Colour    string // 红, 橙, 黄, 蓝
	Level     int    // 1, the gravest, to 4
	Spells    []Spell
	Evidence  Evidence // of the spells
	LevelFrom Evidence // of the level
}

// Spell is a forecast: at least Days following each other whose AQI is above Over, of which at least
// WorseDays are above WorseOver.
type Spell struct {
	Days      int
	Over      int
	WorseDays int
	WorseOver int
}

// Evidence is how we know a figure.
type Evidence string

// Found: seen in a published text. Recalled: from memory, not checked against one.
const (
	Found    Evidence = "found"
	Recalled Evidence = "recalled"
)

// The bounds of classes that plans speak of, by their lower neighbour: 中度 is above 150.
const (
	moderate = 150 // 4级, 中度污染
	heavy    = 200 // 5级, 重度污染
	severe   = 300 // 6级, 严重污染
	topmost  = 499 // 爆表: the index has reached 500
)

// plans in the order of their dates. The edition of March 2015 is not here: we have no text of it.
var plans = []Plan{
	{
		Name:  "空气重污染应急预案（试行）",
		From:  "2013-10-22",
		Dated: Found,
		Warnings: []Warning{
			{"红", 1, []Spell{{Days: 3, Over: severe}}, Found, Found},
			{"橙", 2, []Spell{{Days: 3, Over: heavy, WorseDays: 1, WorseOver: severe}}, Found, Found},
			{"黄", 3, []Spell{{Days: 1, Over: severe}, {Days: 3, Over: heavy}}, Found, Found},
			{"蓝", 4, []Spell{{Days: 1, Over: heavy}}, Found, Found},
		},
	},
	{
		Name:  "空气重污染应急预案（2016年修订）",
		From:  "2016-12-15",
		Dated: Recalled,
		Warnings: []Warning{
			{"红", 1, gravest, Found, Recalled},
			{"橙", 2, []Spell{{Days: 3, Over: heavy, WorseDays: 1, WorseOver: severe}}, Found, Found},
			{"黄", 3, []Spell{{Days: 2, Over: heavy}}, Recalled, Recalled},
			{"蓝", 4, []Spell{{Days: 1, Over: heavy}}, Found, Recalled},
		},
	},
	{
		Name:  "空气重污染应急预案（2018年修订）",
		From:  "2018-10-13",
		Dated: Recalled,
		Warnings: []Warning{
			{"红", 1, gravest, Recalled, Recalled},
			{"橙", 2, []Spell{{Days: 3, Over: heavy}}, Recalled, Recalled},
			{"黄", 3, []Spell{{Days: 2, Over: heavy}}, Recalled, Recalled},
		},
	},
	{
		Name:  "空气重污染应急预案（2023年修订）",
		From:  "2023-11-01",
		Dated: Recalled,
		Warnings: []Warning{
			{"红", 1, []Spell{{Days: 3, Over: heavy, WorseDays: 1, WorseOver: severe}}, Found, Recalled},
			{"橙", 2, []Spell{{Days: 2, Over: heavy}, {Days: 3, Over: moderate}}, Found, Recalled},
			{"黄", 3, []Spell{{Days: 1, Over: heavy}, {Days: 2, Over: moderate}}, Found, Recalled},
		},
	},
}

// gravest is the red of 2016 and 2018: four days of heavy pollution with two of severe, or one at 500.
var gravest = []Spell{
	{Days: 4, Over: heavy, WorseDays: 2, WorseOver: severe},
	{Days: 1, Over: topmost},
}

// PlanOn is the plan in force on the day of an instant in Beijing. ok is false before the first one.
func PlanOn(at time.Time) (plan Plan, ok bool) {
	day := beijing.Date(at)

	for _, p := range plans {
		if p.From <= day {
			plan, ok = p, true
		}
	}

	return plan, ok
}

// Plans are all there are, the oldest first.
func Plans() []Plan { return slices.Clone(plans) }

// WarningLevels are the colours of warnings with their levels at a date, the gravest first; none before
// the first plan.
func WarningLevels(on time.Time) []Warning {
	plan, _ := PlanOn(on)
	return plan.Warnings
}

// WarningLevel is the level that belongs to a colour of a warning (红, 橙, 黄, 蓝) at a date; ok is false
// where there is no such warning: blue from 2018 on, every colour before the first plan.
func WarningLevel(colour string, on time.Time) (level int, ok bool) {
	for _, warning := range WarningLevels(on) {
		if warning.Colour == colour {
			return warning.Level, true
		}
	}

	return 0, false
}

// Reached is the gravest warning that a forecast reaches: the AQI of days following each other. ok is
// false when it reaches none.
func (p Plan) Reached(days []int) (warning Warning, ok bool) {
	for _, warning := range p.Warnings {
		if slices.ContainsFunc(warning.Spells, func(s Spell) bool { return s.in(days) }) {
			return warning, true
		}
	}

	return Warning{}, false
}

// in tells whether the forecast holds the spell: within one unbroken run of bad days.
func (s Spell) in(days []int) bool {
	run, worse := 0, 0

	for _, aqi := range days {
		if aqi <= s.Over {
			run, worse = 0, 0
			continue
		}
		run++
		if aqi > s.WorseOver {
			worse++
		}
		if run >= s.Days && worse >= s.WorseDays {
			return true
		}
	}

	return false
}
