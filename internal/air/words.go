package air

import "slices"

// Levels are the six of the index, the best first. Both editions have the same: a class needs no date,
// what concentration leads to it does.
func Levels() []Level {
	all := make([]Level, 0, len(levels)-1)
	for level := 1; level < len(levels); level++ {
		all = append(all, Level(level))
	}

	return all
}

// Range is the lowest and the highest index of the level.
func (l Level) Range() (from, to int) {
	return levels[l-1].upTo + 1, levels[l].upTo
}

// Ordinal is the level as it is written, 一级 to 六级.
func (l Level) Ordinal() string { return ordinals[l] + "级" }

var ordinals = [...]string{1: "一", 2: "二", 3: "三", 4: "四", 5: "五", 6: "六"}

// LevelOfClass is the level of a word of the standard, 优 to 严重污染.
func LevelOfClass(class string) (Level, bool) {
	for _, level := range Levels() {
		if level.Class() == class {
			return level, true
		}
	}

	return 0, false
}

// LevelOfColour is the level that has a colour of the index, 绿 to 褐红. Not for colours of warnings.
func LevelOfColour(colour string) (Level, bool) {
	for _, level := range Levels() {
		if level.Colour() == colour {
			return level, true
		}
	}

	return 0, false
}

// forms are how each pollutant is written in notices, the one that we write first. Ozone is one word,
// whatever it is averaged over.
var forms = map[Pollutant][]string{
	PM25:    {"PM2.5", "PM₂.₅", "细颗粒物"},
	PM10:    {"PM10", "PM₁₀", "可吸入颗粒物"},
	SO2:     {"二氧化硫", "SO2", "SO₂"},
	NO2:     {"二氧化氮", "NO2", "NO₂"},
	CO:      {"一氧化碳", "CO"},
	O3:      {"臭氧", "O3", "O₃", "臭氧1小时"},
	O3Eight: {"臭氧", "O3", "O₃", "臭氧8小时", "臭氧日最大8小时"},
}

// Name is how the pollutant is written in a notice: PM2.5, 臭氧.
func (p Pollutant) Name() string {
	if len(forms[p]) == 0 {
		return string(p)
	}

	return forms[p][0]
}

// Forms are all the ways in which notices write the pollutant, Name first.
func (p Pollutant) Forms() []string { return slices.Clone(forms[p]) }

// Unit is the unit of the pollutant's concentration in ambient air, in words: milligrams for CO alone.
func (p Pollutant) Unit() string {
	if p == CO {
		return "毫克/立方米"
	}

	return "微克/立方米"
}

// Named are the pollutants that a word of a notice means; both ozones for 臭氧, none for what is no
// pollutant of the index.
func Named(word string) (found []Pollutant) {
	for _, p := range []Pollutant{PM25, PM10, SO2, NO2, CO, O3, O3Eight} {
		if slices.Contains(forms[p], word) {
			found = append(found, p)
		}
	}

	return found
}
