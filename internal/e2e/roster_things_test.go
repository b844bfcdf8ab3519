package e2e

import (
	"cmp"
	"time"

	"juzhen/internal/beijing"
)

// The things of the walk that belong to rosters: a shift of the unit that is to come, one that is on and one
// whose note waits, each with the reader on it where the reader acts for oneself.
var (
	shiftAhead = func(s *side) vars { return s.shift(time.Hour, s.author.UserID) }
	shiftOwn   = func(s *side) vars { return s.shift(-time.Hour, cmp.Or(s.g.who.user, s.author.UserID)) }
	noteComes  = func(s *side) vars {
		v := s.shift(-2*time.Hour, s.author.UserID)
		s.g.exec(
			"UPDATE duty_shifts SET note = '交代', note_version = 1, note_by = $2, note_at = now() WHERE id = $1",
			v["id"],
			s.author.UserID,
		)
		next := s.shift(-time.Hour, cmp.Or(s.g.who.user, s.author.UserID))

		return v.with(vars{"next": next["id"]})
	}
)

// shift is the only shift of the unit, beside those before it: it begins after a time and takes two hours.
func (s *side) shift(after time.Duration, people ...int64) vars {
	s.g.exec(`INSERT INTO rosters (unit_id, revision) VALUES ($1, 1)
		ON CONFLICT (unit_id) DO UPDATE SET revision = 1`, s.unit)
	if after != -time.Hour {
		s.g.exec("DELETE FROM duty_shifts WHERE unit_id = $1", s.unit)
	}
	begin := time.Now().Add(after).Truncate(time.Minute)
	id := s.g.id("INSERT INTO duty_shifts (unit_id, starts_at, ends_at) VALUES ($1, $2, $3) RETURNING id",
		s.unit, begin, begin.Add(2*time.Hour))

	for _, person := range people {
		s.g.exec("INSERT INTO duty_people (shift_id, user_id) VALUES ($1, $2)", id, person)
	}
	later := time.Now().AddDate(0, 0, 40)

	return vars{
		"id": id, "unit": s.unit, "person": s.author.UserID, "name": s.name,
		"from": begin.UTC().Format(time.RFC3339), "till": begin.Add(3 * time.Hour).UTC().Format(time.RFC3339),
		"later": later.UTC().Format(time.RFC3339), "after": later.Add(time.Hour).UTC().Format(time.RFC3339),
		"month": later.In(beijing.Zone).Format("2006-01"), "day": beijing.Date(later), "who": s.author.Name,
	}
}
