package air

// Code is a standard by its number.
type Code string

// The standards.
const (
	HJ633of2012 Code = "HJ633-2012"
	HJ633of2026 Code = "HJ633-2026"
)

// Standard is one edition of HJ 633, the technical regulation on the ambient air quality index.
type Standard struct {
	Code Code
	From string // day in Beijing it came into force, "2026-03-01"

	day, hour map[Pollutant]breakpoints
}

// steps are the sub-indexes of the breakpoints, the first column of the tables.
var steps = []int64{0, 50, 100, 150, 200, 300, 400, 500}

// breakpoints are the concentrations of the steps, in the unit of the pollutant. A shorter row ends at its
// last step: SO2 of an hour at 200, O3 of 8 h at 300.
type breakpoints []int64

// standards in the order in which they came into force. The editions differ in PM2.5 and PM10 alone: the
// step to 100 fell from 75 to 60 and from 150 to 120. Means of an hour of both are read from the same row.
var standards = []Standard{
	{
		Code: HJ633of2012,
		From: "2016-01-01",
		day: with(
			daily,
			breakpoints{0, 35, 75, 115, 150, 250, 350, 500},
			breakpoints{0, 50, 150, 250, 350, 420, 500, 600},
		),
		hour: with(
			hourly,
			breakpoints{0, 35, 75, 115, 150, 250, 350, 500},
			breakpoints{0, 50, 150, 250, 350, 420, 500, 600},
		),
	},
	{
		Code: HJ633of2026,
		From: "2026-03-01",
		day: with(
			daily,
			breakpoints{0, 35, 60, 115, 150, 250, 350, 500},
			breakpoints{0, 50, 120, 250, 350, 420, 500, 600},
		),
		hour: with(
			hourly,
			breakpoints{0, 35, 60, 115, 150, 250, 350, 500},
			breakpoints{0, 50, 120, 250, 350, 420, 500, 600},
		),
	},
}

var daily = map[Pollutant]breakpoints{
	SO2:     {0, 50, 150, 475, 800, 1600, 2100, 2620},
	NO2:     {0, 40, 80, 180, 280, 565, 750, 940},
	CO:      {0, 2, 4, 14, 24, 36, 48, 60},
	O3Eight: {0, 100, 160, 215, 265, 800},
}

var hourly = map[Pollutant]breakpoints{
	SO2: {0, 150, 500, 650, 800},
	NO2: {0, 100, 200, 700, 1200, 2340, 3090, 3840},
	CO:  {0, 5, 10, 35, 60, 90, 120, 150},
	O3:  {0, 160, 200, 300, 400, 800, 1000, 1200},
}

func with(gases map[Pollutant]breakpoints, pm25, pm10 breakpoints) map[Pollutant]breakpoints {
	table := map[Pollutant]breakpoints{PM25: pm25, PM10: pm10}
	for name, row := range gases {
		table[name] = row
	}

	return table
}

func (s Standard) table(over Averaging) map[Pollutant]breakpoints {
	if over == Hour {
		return s.hour
	}

	return s.day
}

// Level is a class of the index, 1 (best) to 6.
type Level int

// levels have, by number, the highest index, the class, and the colour that the standard gives it. Colours
// of the index are not colours of warnings: red here is the fourth of six, a red warning is the gravest.
var levels = [...]struct {
	upTo          int
	class, colour string
}{
	1: {50, "优", "绿"},
	2: {100, "良", "黄"},
	3: {150, "轻度污染", "橙"},
	4: {200, "中度污染", "红"},
	5: {300, "重度污染", "紫"},
	6: {500, "严重污染", "褐红"},
}

// LevelOf is the level of an AQI; above 500 it is the sixth.
func LevelOf(aqi int) Level {
	for level := 1; level < len(levels); level++ {
		if aqi <= levels[level].upTo {
			return Level(level)
		}
	}

	return Level(len(levels) - 1)
}

// Class is the word of the standard, 优 to 严重污染.
func (l Level) Class() string { return levels[l].class }

// Colour is the standard's colour in one word, 绿 to 褐红.
func (l Level) Colour() string { return levels[l].colour }
