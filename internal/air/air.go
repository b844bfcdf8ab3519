// Package air computes the air quality index of China (AQI) from concentrations, by the standard that is in
// force on a day. It is pure: no clock, no store, no words for people but the standard's own.
//
// The steps are those of HJ 633: each concentration is rounded, its sub-index (IAQI) is read from the table
// of its standard, the greatest sub-index is the AQI, and the pollutants that have it are the primary ones.
// docs/air-quality.md has the tables, where they are from, and what the standard leaves open.
package air

import (
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"time"

	"juzhen/internal/beijing"
)

// Averaging is the time over which concentrations are averaged.
type Averaging string

// The two that the standards have tables for.
const (
	Day  Averaging = "day"  // 24 h; ozone: the greatest mean of 8 h
	Hour Averaging = "hour" // 1 h
)

// Pollutant is one of the six of the standards, by the name it has in the interface.
type Pollutant string

// The pollutants. Ozone is O3Eight for a day and O3 for an hour.
const (
	PM25    Pollutant = "pm25"
	PM10    Pollutant = "pm10"
	SO2     Pollutant = "so2"
	NO2     Pollutant = "no2"
	CO      Pollutant = "co"
	O3      Pollutant = "o3"
	O3Eight Pollutant = "o3_8h"
)

// Pollutants are those of an averaging, in the order in which primary ones are named.
func Pollutants(over Averaging) []Pollutant {
	switch over {
	case Day:
		return []Pollutant{PM25, PM10, SO2, NO2, CO, O3Eight}
	case Hour:
		return []Pollutant{PM25, PM10, SO2, NO2, CO, O3}
	}

	return nil
}

// Most is the highest concentration that is taken for one: twice what any station has ever reported.
const Most = 10_000

// Index is an air quality index with what it was made of.
type Index struct {
	AQI       int               // 1 to 500
	IAQI      map[Pollutant]int // 0 to 500, of each pollutant that has a value
	Level     Level
	Primary   []Pollutant // those with the greatest IAQI; none while the AQI is 50 or less
	Standard  Code
	Published bool // whether it may be published: a pollutant is missing and the AQI is not over 100: no
}

// Refusal is why there is no index, at the pollutant it is about; "" for all of them.
type Refusal struct {
	Pollutant Pollutant
	Why       Why
}

// Why is the reason of a Refusal.
type Why string

// The reasons.
const (
	NoValue Why = "no_value"          // not one concentration is given
	Unknown Why = "unknown_pollutant" // not one of the averaging's
	Outside Why = "out_of_range"      // below 0 or above Most
)

// Error names the reason for logs and tests; faces have words of their own.
func (r *Refusal) Error() string { return fmt.Sprintf("air: %s %s", r.Pollutant, r.Why) }

// Compute makes the index of concentrations in µg/m³, of CO in mg/m³. A nil is a value that is missing,
// like one that is not named. Fails with *Refusal.
//
// By HJ 633-2026: rounding of concentrations 4.2.2, IAQI and AQI rounded up 4.2.6, joint primary pollutants
// 4.3.1, a missing pollutant 5.3.1.
func (s Standard) Compute(over Averaging, values map[Pollutant]*float64) (Index, error) {
	known := Pollutants(over)
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if !slices.Contains(known, name) {
			return Index{}, &Refusal{Pollutant: name, Why: Unknown}
		}
		if value := values[name]; value != nil && !(*value >= 0 && *value <= Most) {
			return Index{}, &Refusal{Pollutant: name, Why: Outside}
		}
	}

	index := Index{IAQI: map[Pollutant]int{}, Standard: s.Code}
	greatest := 0

	for _, name := range known {
		if value := values[name]; value != nil {
			index.IAQI[name] = s.table(over)[name].at(round(*value, name))
			greatest = max(greatest, index.IAQI[name])
		}
	}
	if len(index.IAQI) == 0 {
		return Index{}, &Refusal{Why: NoValue}
	}

	index.AQI = max(greatest, 1)
	index.Level = LevelOf(index.AQI)
	index.Published = len(index.IAQI) == len(known) || index.AQI > 100
	if index.AQI > 50 {
		for _, name := range known {
			if of, ok := index.IAQI[name]; ok && of == greatest {
				index.Primary = append(index.Primary, name)
			}
		}
	}

	return index, nil
}

// round gives a concentration in tenths of its unit, rounded as GB/T 8170 has it: to whole numbers, CO to
// one decimal, what lies just between two to the even one. It works on the decimal that was written, of
// which a float holds only something close.
func round(value float64, name Pollutant) int64 {
	exact, ok := new(big.Rat).SetString(strconv.FormatFloat(value, 'f', -1, 64))
	if !ok {
		panic("air: not a number") // Compute has refused it
	}
	step := int64(10)
	if name == CO {
		step = 1
	}

	steps := exact.Mul(exact, big.NewRat(10/step, 1))
	whole, rest := new(big.Int).QuoRem(steps.Num(), steps.Denom(), new(big.Int))
	half := new(big.Int).Lsh(rest, 1).Cmp(steps.Denom())
	if half > 0 || half == 0 && whole.Bit(0) == 1 {
		whole.Add(whole, big.NewInt(1))
	}

	return whole.Int64() * step
}

// at is the sub-index of a concentration in tenths: a straight line between two steps, rounded up; above the
// last step that step's index.
func (b breakpoints) at(tenths int64) int {
	for i := 1; i < len(b); i++ {
		from, to := b[i-1]*10, b[i]*10
		if tenths <= to {
			low, rise := steps[i-1], steps[i]-steps[i-1]

			return int(low + (rise*(tenths-from)+to-from-1)/(to-from))
		}
	}

	return int(steps[len(b)-1])
}

// On is the standard that is in force on the day of an instant in Beijing. Before the first came into force
// in 2016 it was already in use here, from its issue in 2012 on.
func On(at time.Time) Standard {
	day := beijing.Date(at)

	found := standards[0]
	for _, s := range standards {
		if s.From <= day {
			found = s
		}
	}

	return found
}

// ByCode finds a standard.
func ByCode(code Code) (Standard, bool) {
	i := slices.IndexFunc(standards, func(s Standard) bool { return s.Code == code })
	if i < 0 {
		return Standard{}, false
	}

	return standards[i], true
}

// Codes are the standards there are, the oldest first.
func Codes() (codes []Code) {
	for _, s := range standards {
		codes = append(codes, s.Code)
	}

	return codes
}
