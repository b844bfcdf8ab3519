package air_test

import (
	"slices"
	"testing"
	"time"

	"juzhen/internal/air"
	"juzhen/internal/beijing"
)

func day(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation(time.DateOnly, text, beijing.Zone)
	if err != nil {
		t.Fatal(err)
	}

	return at
}

func TestWhichWarningAForecastReaches(t *testing.T) {
	t.Parallel()

	for _, c := range []struct {
		on   string
		days []int
		want string // colour, "" for none
	}{
		{"2014-02-20", []int{200}, ""},
		{"2014-02-20", []int{201}, "蓝"},
		{"2014-02-20", []int{201, 250, 300}, "黄"},
		{"2014-02-20", []int{301}, "黄"},
		{"2014-02-20", []int{201, 301, 201}, "橙"},
		{"2014-02-20", []int{301, 301, 301}, "红"},
		{"2014-02-20", []int{201, 201, 150, 201}, "蓝"}, // the run is broken
		{"2016-12-16", []int{201}, "蓝"},
		{"2016-12-16", []int{201, 201}, "黄"},
		{"2016-12-16", []int{201, 201, 301}, "橙"},
		{"2016-12-16", []int{201, 201, 201}, "黄"},
		{"2016-12-16", []int{201, 301, 301, 201}, "红"},
		{"2016-12-16", []int{500}, "红"},
		{"2016-12-16", []int{499}, "蓝"},
		{"2019-02-22", []int{250}, ""},
		{"2019-02-22", []int{201, 201}, "黄"},
		{"2019-02-22", []int{201, 201, 201}, "橙"},
		{"2019-02-22", []int{210, 310, 320, 230}, "红"},
		{"2024-10-31", []int{150, 150}, ""},
		{"2024-10-31", []int{151}, ""},
		{"2024-10-31", []int{151, 160}, "黄"},
		{"2024-10-31", []int{201}, "黄"},
		{"2024-10-31", []int{151, 201, 151}, "橙"},
		{"2024-10-31", []int{201, 201}, "橙"},
		{"2024-10-31", []int{201, 301, 201}, "红"},
		{"2024-10-31", []int{201, 300, 201}, "橙"},
		{"2024-10-31", nil, ""},
	} {
		plan, ok := air.PlanOn(day(t, c.on))
		if !ok {
			t.Fatalf("%s: no plan", c.on)
		}
		got, reached := plan.Reached(c.days)
		if got.Colour != c.want || reached != (c.want != "") {
			t.Errorf("%s %v: %q, want %q", c.on, c.days, got.Colour, c.want)
		}
	}
}

func TestWhichLevelBelongsToAColour(t *testing.T) {
	t.Parallel()

	for _, c := range []struct {
		on     string
		colour string
		level  int // 0: no such warning
	}{
		{"2013-01-12", "红", 0},
		{"2013-10-22", "蓝", 4},
		{"2016-12-16", "红", 1},
		{"2018-10-12", "蓝", 4},
		{"2018-10-13", "蓝", 0},
		{"2023-10-31", "黄", 3},
		{"2026-11-30", "红", 1},
		{"2026-11-30", "橙", 2},
		{"2026-11-30", "黄", 3},
		{"2026-11-30", "蓝", 0},
		{"2026-11-30", "紫", 0},
	} {
		if got, ok := air.WarningLevel(c.colour, day(t, c.on)); got != c.level || ok != (c.level != 0) {
			t.Errorf("%s on %s: %d, %v, want %d", c.colour, c.on, got, ok, c.level)
		}
	}
	if len(air.WarningLevels(day(t, "2013-10-21"))) != 0 {
		t.Error("warnings before there were any")
	}
}

// TestPlansAreWhole: graver levels first, without gaps, each with what reaches it and how we know.
func TestPlansAreWhole(t *testing.T) {
	t.Parallel()

	before := ""
	for _, plan := range air.Plans() {
		if plan.From <= before || plan.Dated == "" {
			t.Errorf("%s from %q after %q", plan.Name, plan.From, before)
		}

		before = plan.From
		for i, warning := range plan.Warnings {
			if warning.Level != i+1 || len(warning.Spells) == 0 || warning.Evidence == "" ||
				warning.LevelFrom == "" {
				t.Errorf("%s: %+v", plan.Name, warning)
			}
		}
	}
}

func TestWordsOfTheIndex(t *testing.T) {
	t.Parallel()

	for _, level := range air.Levels() {
		from, to := level.Range()
		byClass, ok1 := air.LevelOfClass(level.Class())
		byColour, ok2 := air.LevelOfColour(level.Colour())
		if !ok1 || !ok2 || byClass != level || byColour != level || air.LevelOf(from) != level ||
			air.LevelOf(to) != level {
			t.Errorf("level %d: %d to %d, %s, %s", level, from, to, level.Class(), level.Ordinal())
		}
	}
	if _, ok := air.LevelOfClass("差"); ok {
		t.Error("差 is no class")
	}
	if _, ok := air.LevelOfColour("橙色"); ok {
		t.Error("a colour is one word without 色")
	}
	if got := air.Named("臭氧"); !slices.Equal(got, []air.Pollutant{air.O3, air.O3Eight}) {
		t.Errorf("臭氧 is %v", got)
	}
	if air.PM25.Name() != "PM2.5" || air.CO.Unit() != "毫克/立方米" || air.NO2.Unit() != "微克/立方米" ||
		len(air.Named("铅")) != 0 || len(air.SO2.Forms()) != 3 {
		t.Error("names and units")
	}
}
