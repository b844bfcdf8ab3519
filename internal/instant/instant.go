// Package instant reads instants and days that come from outside, and bounds them: the one place that
// does. What lies outside of the bounds cannot be meant, and some of it cannot be stored, compared or
// written as JSON.
package instant

import (
	"errors"
	"time"

	"juzhen/internal/beijing"
	"juzhen/internal/fault"
)

// First is the earliest instant taken: the day on which Weibo opened.
var First = time.Date(2009, time.August, 14, 0, 0, 0, 0, beijing.Zone)

// Ahead is how many years ahead of now an instant may lie.
const Ahead = 5

// Last is the latest instant taken.
func Last(now time.Time) time.Time { return now.AddDate(Ahead, 0, 0) }

// Within tells whether t lies within the bounds.
func Within(t, now time.Time) bool { return !t.Before(First) && !t.After(Last(now)) }

// errForm is a text that is no instant of the form asked for.
var errForm = errors.New("instant: unknown form")

// Check refuses, at the field, what lies outside of the bounds; nil within.
func Check(field string, t, now time.Time) *fault.Error {
	if Within(t, now) {
		return nil
	}

	return fault.Invalid(field, "时间要在 {.first} 至 {.last} 之间", "first", First.Format(time.DateOnly),
		"last", beijing.Date(Last(now))).WithCode("out_of_range")
}

// Parse reads s by the first layout that fits; without a zone in it, it is Beijing's. It looks at no
// bounds: Check does.
func Parse(s string, layouts ...string) (time.Time, error) {
	for _, layout := range layouts {
		if t, err := time.ParseInLocation(layout, s, beijing.Zone); err == nil {
			return t, nil
		}
	}

	return time.Time{}, errForm
}

// Read reads s as Parse does and tells whether it is an instant within the bounds: for addresses, where
// anything else is as good as nothing.
func Read(s string, now time.Time, layouts ...string) (time.Time, bool) {
	t, err := Parse(s, layouts...)
	return t, err == nil && Within(t, now)
}
