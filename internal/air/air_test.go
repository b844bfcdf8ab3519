package air_test

import (
	"errors"
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"juzhen/internal/air"
)

func value(v float64) *float64 { return &v }

func standard(t *testing.T, code air.Code) air.Standard {
	t.Helper()
	s, ok := air.ByCode(code)
	if !ok {
		t.Fatalf("no standard %s", code)
	}

	return s
}

// TestValuesWorkedByHand has sub-indexes that were worked out by hand from the tables of both editions.
func TestValuesWorkedByHand(t *testing.T) {
	t.Parallel()

	for _, c := range []struct {
		over       air.Averaging
		name       air.Pollutant
		value      float64
		old, today int
	}{
		{air.Day, air.PM25, 0, 0, 0},
		{air.Day, air.PM25, 35, 50, 50},
		{air.Day, air.PM25, 58, 79, 96},
		{air.Day, air.PM25, 68, 92, 108},
		{air.Day, air.PM25, 75, 100, 114},
		{air.Day, air.PM25, 115, 150, 150},
		{air.Day, air.PM25, 161, 211, 211},
		{air.Day, air.PM25, 310, 360, 360},
		{air.Day, air.PM25, 623, 500, 500},
		{air.Hour, air.PM25, 58, 79, 96},
		{air.Day, air.PM10, 120, 85, 100},
		{air.Day, air.PM10, 150, 100, 112},
		{air.Day, air.PM10, 492, 390, 390},
		{air.Hour, air.NO2, 350, 115, 115},
		{air.Hour, air.SO2, 801, 200, 200},
		{air.Day, air.SO2, 801, 201, 201},
		{air.Day, air.O3Eight, 801, 300, 300},
		{air.Hour, air.O3, 801, 301, 301},
		{air.Hour, air.O3, 5000, 500, 500},
		// rounded first, half to even, and then up
		{air.Day, air.PM25, 35.5, 52, 52},
		{air.Day, air.PM25, 34.5, 49, 49},
		{air.Day, air.PM25, 60.5, 82, 100},
		{air.Day, air.CO, 2.05, 50, 50},
		{air.Day, air.CO, 2.15, 55, 55},
		{air.Day, air.CO, 2.151, 55, 55},
		{air.Day, air.CO, 4.05, 100, 100},
	} {
		for code, want := range map[air.Code]int{air.HJ633of2012: c.old, air.HJ633of2026: c.today} {
			got, err := standard(t, code).Compute(c.over, map[air.Pollutant]*float64{c.name: value(c.value)})
			if err != nil || got.IAQI[c.name] != want {
				t.Errorf(
					"%s %s %s %v: %d, %v, want %d",
					code,
					c.over,
					c.name,
					c.value,
					got.IAQI[c.name],
					err,
					want,
				)
			}
		}
	}
}

func TestWhatAnIndexIsMadeOf(t *testing.T) {
	t.Parallel()
	all := func(pm25, pm10, so2, no2, co, o3 float64) map[air.Pollutant]*float64 {
		return map[air.Pollutant]*float64{
			air.PM25: &pm25, air.PM10: &pm10, air.SO2: &so2, air.NO2: &no2, air.CO: &co, air.O3Eight: &o3,
		}
	}
	less := func(without air.Pollutant, values map[air.Pollutant]*float64) map[air.Pollutant]*float64 {
		values[without] = nil
		return values
	}

	for name, c := range map[string]struct {
		values    map[air.Pollutant]*float64
		aqi       int
		class     string
		colour    string
		primary   []air.Pollutant
		published bool
	}{
		"good: none is primary": {all(35, 50, 10, 20, 0.5, 80), 50, "优", "绿", nil, true},
		"no less than one":      {all(0, 0, 0, 0, 0, 0), 1, "优", "绿", nil, true},
		"one is primary": {
			all(68, 50, 10, 20, 0.5, 80), 108, "轻度污染", "橙",
			[]air.Pollutant{air.PM25}, true,
		},
		"two are, jointly": {
			all(60, 120, 10, 20, 0.5, 80), 100, "良", "黄",
			[]air.Pollutant{air.PM25, air.PM10}, true,
		},
		"missing, over 100": {
			less(air.O3Eight, all(81, 50, 10, 20, 0.5, 0)), 120, "轻度污染", "橙",
			[]air.Pollutant{air.PM25}, true,
		},
		"missing, not over 100": {
			less(air.SO2, all(40, 50, 0, 20, 0.5, 80)), 60, "良", "黄",
			[]air.Pollutant{air.PM25}, false,
		},
		"above the table": {
			all(900, 50, 10, 20, 0.5, 80), 500, "严重污染", "褐红",
			[]air.Pollutant{air.PM25}, true,
		},
		"fourth level, the red index": {
			all(150, 50, 10, 20, 0.5, 80), 200, "中度污染", "红",
			[]air.Pollutant{air.PM25}, true,
		},
		"fifth level": {
			all(151, 50, 10, 20, 0.5, 80), 201, "重度污染", "紫",
			[]air.Pollutant{air.PM25}, true,
		},
	} {
		got, err := standard(t, air.HJ633of2026).Compute(air.Day, c.values)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got.AQI != c.aqi || got.Level.Class() != c.class || got.Level.Colour() != c.colour ||
			!slices.Equal(got.Primary, c.primary) || got.Published != c.published {
			t.Errorf("%s: %+v %s", name, got, got.Level.Class())
		}
	}
}

func TestWhatIsRefused(t *testing.T) {
	t.Parallel()

	for name, c := range map[string]struct {
		over   air.Averaging
		values map[air.Pollutant]*float64
		want   air.Refusal
	}{
		"nothing": {air.Day, nil, air.Refusal{Why: air.NoValue}},
		"all missing": {
			air.Day,
			map[air.Pollutant]*float64{air.PM25: nil},
			air.Refusal{Why: air.NoValue},
		},
		"no such pollutant": {
			air.Day,
			map[air.Pollutant]*float64{"lead": value(1)},
			air.Refusal{Pollutant: "lead", Why: air.Unknown},
		},
		"ozone of an hour": {
			air.Day,
			map[air.Pollutant]*float64{air.O3: value(1)},
			air.Refusal{Pollutant: air.O3, Why: air.Unknown},
		},
		"ozone of eight hours": {
			air.Hour,
			map[air.Pollutant]*float64{air.O3Eight: nil},
			air.Refusal{Pollutant: air.O3Eight, Why: air.Unknown},
		},
		"below nothing": {
			air.Day,
			map[air.Pollutant]*float64{air.CO: value(-0.1)},
			air.Refusal{Pollutant: air.CO, Why: air.Outside},
		},
		"more than there is": {
			air.Day,
			map[air.Pollutant]*float64{air.CO: value(10_000.1)},
			air.Refusal{Pollutant: air.CO, Why: air.Outside},
		},
		"not a number": {
			air.Day,
			map[air.Pollutant]*float64{air.CO: value(math.NaN())},
			air.Refusal{Pollutant: air.CO, Why: air.Outside},
		},
		"no such averaging": {
			"week",
			map[air.Pollutant]*float64{air.CO: value(1)},
			air.Refusal{Pollutant: air.CO, Why: air.Unknown},
		},
		"minus nothing is none": {
			air.Day,
			map[air.Pollutant]*float64{air.CO: value(-1)},
			air.Refusal{Pollutant: air.CO, Why: air.Outside},
		},
	} {
		_, err := standard(t, air.HJ633of2026).Compute(c.over, c.values)
		var got *air.Refusal
		if !errors.As(err, &got) || *got != c.want {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func TestTheStandardInForceOnADay(t *testing.T) {
	t.Parallel()

	for at, want := range map[string]air.Code{
		"2013-01-12T12:00:00Z": air.HJ633of2012,
		"2026-02-28T15:59:59Z": air.HJ633of2012,
		"2026-02-28T16:00:00Z": air.HJ633of2026, // the first of March in Beijing
		"2026-11-30T00:00:00Z": air.HJ633of2026,
	} {
		instant, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if got := air.On(instant).Code; got != want {
			t.Errorf("%s: %s, want %s", at, got, want)
		}
	}
	if got := air.Codes(); !slices.Equal(got, []air.Code{air.HJ633of2012, air.HJ633of2026}) {
		t.Errorf("standards %v", got)
	}
}

// TestMoreIsNeverBetter: a sub-index does not fall while the concentration rises, and lies between its steps.
func TestMoreIsNeverBetter(t *testing.T) {
	t.Parallel()

	rapid.Check(t, func(t *rapid.T) {
		code := rapid.SampledFrom(air.Codes()).Draw(t, "standard")
		over := rapid.SampledFrom([]air.Averaging{air.Day, air.Hour}).Draw(t, "over")
		name := rapid.SampledFrom(air.Pollutants(over)).Draw(t, "pollutant")
		less := rapid.Float64Range(0, air.Most).Draw(t, "less")
		more := rapid.Float64Range(less, air.Most).Draw(t, "more")

		s, _ := air.ByCode(code)
		one, err := s.Compute(over, map[air.Pollutant]*float64{name: &less})
		if err != nil {
			t.Fatal(err)
		}
		other, err := s.Compute(over, map[air.Pollutant]*float64{name: &more})
		if err != nil {
			t.Fatal(err)
		}
		if one.IAQI[name] > other.IAQI[name] || one.IAQI[name] < 0 || other.IAQI[name] > 500 {
			t.Fatalf("%s %s: %v is %d, %v is %d", over, name, less, one.IAQI[name], more, other.IAQI[name])
		}
		if one.Level != air.LevelOf(one.AQI) || one.AQI < 1 {
			t.Fatalf("%+v", one)
		}
	})
}
