// Package beijing holds the one zone in which people write, read and count days. Nobody else loads or
// spells it: internal/app/beijing_test.go keeps that. Instants are stored and compared in UTC; only what is
// shown, read from a form, or counted by day passes through here.
package beijing

import "time"

// Zone is Asia/Shanghai, which has known no other offset since 1991.
var Zone = time.FixedZone("Asia/Shanghai", 8*60*60)

// Day is the first instant of the day in which at lies.
func Day(at time.Time) time.Time {
	y, m, d := at.In(Zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, Zone)
}

// Date writes the day of at as 2026-11-30.
func Date(at time.Time) string { return at.In(Zone).Format(time.DateOnly) }

// ClockTime is an instant as the text of a message names it: month, day, hour and minute.
func ClockTime(at time.Time) string { return at.In(Zone).Format("01-02 15:04") }

// DaySQL is the day of an instant, as a date of Postgres. instant is an SQL expression of type timestamptz.
func DaySQL(instant string) string { return "(" + instant + " AT TIME ZONE 'Asia/Shanghai')::date" }

// LocalSQL is the wall clock at an instant, a timestamp without a zone, for statements.
func LocalSQL(instant string) string { return "(" + instant + " AT TIME ZONE 'Asia/Shanghai')" }

// StartSQL is the first instant of a day, as a timestamptz of Postgres. day is an SQL expression of type
// date; one that is more than a name stands in brackets of its own.
func StartSQL(day string) string { return day + "::timestamp AT TIME ZONE 'Asia/Shanghai'" }
