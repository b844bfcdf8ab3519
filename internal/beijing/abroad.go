package beijing

import (
	"time"
	_ "time/tzdata" // zones that people name, wherever the program runs
)

// Clock says whether the clock of a zone shows a time, and how often.
type Clock int

// What a clock may do. A zone with daylight saving skips an hour in spring and has one twice in autumn.
const (
	Once Clock = iota
	Skipped
	Twice
	NoZone // there is no zone of this name
)

// Abroad gives the instant at which the clock of another zone, by its name in the IANA database, shows what
// the clock here shows at the instant given. It is the one meant only where the clock shows it once.
func Abroad(shown time.Time, zone string) (time.Time, Clock) {
	place, err := time.LoadLocation(zone)
	if err != nil {
		return time.Time{}, NoZone
	}
	shown = shown.In(Zone)
	at := time.Date(
		shown.Year(), shown.Month(), shown.Day(), shown.Hour(), shown.Minute(), shown.Second(), 0, place,
	)
	const form = "2006-01-02 15:04"
	wanted := shown.Format(form)

	switch {
	case at.Format(form) != wanted:
		return time.Time{}, Skipped
	case at.Add(time.Hour).Format(form) == wanted || at.Add(-time.Hour).Format(form) == wanted:
		return time.Time{}, Twice
	}

	return at, Once
}
