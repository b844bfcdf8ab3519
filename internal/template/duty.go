package template

import (
	"context"
	"fmt"
	"slices"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/audit"
	"juzhen/internal/beijing"
	"juzhen/internal/fault"
	"juzhen/internal/org"
	"juzhen/internal/pg"
	"juzhen/internal/todo"
)

// The times of HJ 633-2026, 5.2: the report of a day by 12:00 of the next, readings of an hour within the
// hour, a forecast of at least three further days by 20:00.
const (
	dailyBy    = 12 * time.Hour
	forecastBy = 20 * time.Hour
	liveWithin = time.Hour
)

// Clocked are the kinds that are due at their times.
func Clocked() []Kind { return []Kind{Live, Daily, Forecast} }

// Leads are the minutes before its time at which a post that is missing may be told.
func Leads(kind Kind) []int {
	if kind == Live {
		return []int{10, 20, 30, 40}
	}

	return []int{15, 30, 60, 120, 180}
}

// clockOf is what a kind owes at an instant: the hour or the day that it is about, and by when. It is the
// period whose time has not come yet, or came last on the same day.
func clockOf(kind Kind, now time.Time) (about, by time.Time) {
	today := beijing.Day(now)

	switch kind {
	case Live:
		about = now.Truncate(time.Hour)
		return about, about.Add(liveWithin)
	case Daily:
		return today.AddDate(0, 0, -1), today.Add(dailyBy)
	}

	return today, today.Add(forecastBy)
}

// fulfils tells whether a post of what was filled in is the one that is owed. A forecast is one for the
// days behind the day that it is owed on.
func fulfils(kind Kind, filled Values, about time.Time) bool {
	field := map[Kind]string{Live: "at", Daily: "day", Forecast: "from"}[kind]
	r := reader{values: filled, on: about}
	at := r.time(field)

	switch {
	case len(r.faults) > 0:
		return false
	case kind == Live:
		return at.Equal(about)
	case kind == Forecast:
		return beijing.Day(at).Equal(about.AddDate(0, 0, 1))
	}

	return beijing.Day(at).Equal(about)
}

// Duty is by when a unit is told what is missing: minutes before the time, by kind. A kind that is not in
// it is not watched.
type Duty struct {
	UnitID   int64
	UnitName string
	UnitPath string
	Leads    map[Kind]int
	Version  int // 0: never set
}

// Duties are the settings of the units whose templates the actor keeps, by path.
func (s *Service) Duties(ctx context.Context, actor access.Actor) (_ []Duty, err error) {
	defer fault.Step(&err, "template.Duties")

	return listDuties(ctx, s.db.Gorm(ctx), actor)
}

// SetDuty keeps the setting of a unit. It needs template.manage there. Fails with fault.Invalid at the
// name of a kind, with fault.Conflict when it was set since version.
func (s *Service) SetDuty(ctx context.Context, actor access.Actor, set Duty) (err error) {
	defer fault.Step(&err, "template.SetDuty %d", set.UnitID)

	return s.db.InTx(ctx, func(tx pg.Tx) error {
		unit, err := org.Of(ctx, tx.DB, set.UnitID)
		if err != nil {
			return err
		}
		if err := access.Require(actor, access.TemplateManage, unit.Path); err != nil {
			return err
		}
		if err := checkLeads(set.Leads); err != nil {
			return err
		}
		if err := keepDuty(ctx, tx.DB, set, actor.UserID, s.now()); err != nil {
			return err
		}
		detail := map[string]any{}

		for kind, lead := range set.Leads {
			detail[string(kind)] = lead
		}

		return audit.Write(ctx, tx, audit.Entry{
			Actor:    actor,
			At:       s.now(),
			Action:   actDuty,
			Subject:  unit.Ref(),
			UnitPath: unit.Path,
			Detail:   detail,
		})
	})
}

func checkLeads(leads map[Kind]int) error {
	var wrong fault.Fields

	for kind, lead := range leads {
		if !slices.Contains(Clocked(), kind) || !slices.Contains(Leads(kind), lead) {
			wrong.Add(fault.Invalid(string(kind), "请选择提前多久提醒"))
		}
	}

	return wrong.Err()
}

// Remind looks at all clocks: what is missing shortly before its time becomes a to-do of those who write
// for the unit, and is taken off when an approved post is there. What is still missing when the next is due
// gives way to it.
func (s *Service) Remind(ctx context.Context) (err error) {
	defer fault.Step(&err, "template.Remind")

	ids, err := watchedUnits(ctx, s.db.Gorm(ctx))
	if err != nil {
		return err
	}

	for _, id := range ids {
		if err := s.db.InTx(ctx, func(tx pg.Tx) error { return s.remind(ctx, tx, id) }); err != nil {
			return err
		}
	}

	return nil
}

func (s *Service) remind(ctx context.Context, tx pg.Tx, unitID int64) error {
	duty, err := lockDuty(ctx, tx.DB, unitID)
	if err != nil {
		return err
	}
	before := fmt.Sprint(duty.raised)

	for _, kind := range Clocked() {
		if err := s.look(ctx, tx, &duty, kind); err != nil {
			return err
		}
	}
	if fmt.Sprint(duty.raised) == before {
		return nil
	}

	return keepRaised(ctx, tx.DB, unitID, duty.raised)
}

// look moves one clock of a unit.
func (s *Service) look(ctx context.Context, tx pg.Tx, duty *watched, kind Kind) error {
	lead, on := duty.Leads[kind]
	told, raised := duty.raised[kind]
	about, by := clockOf(kind, s.now())
	near := on && !s.now().Before(by.Add(-time.Duration(lead)*time.Minute))

	if raised {
		gone := !on || near && !told.Equal(about)
		if !gone {
			var err error
			if gone, err = s.there(ctx, tx, duty.UnitID, kind, told); err != nil {
				return err
			}
		}
		if !gone {
			return nil
		}
		if err := todo.ResolveTx(ctx, tx, s.now(), dutyKey(duty.UnitID, kind), 0); err != nil {
			return err
		}
		delete(duty.raised, kind)
	}
	if !near {
		return nil
	}
	there, err := s.there(ctx, tx, duty.UnitID, kind, about)
	if err != nil || there {
		return err
	}
	duty.raised[kind] = about

	return todo.RaiseTx(ctx, tx, s.now(), todo.Item{
		Matter:    dutyMatters[kind],
		Key:       dutyKey(duty.UnitID, kind),
		UnitPath:  duty.UnitPath,
		SubjectID: duty.UnitID,
		Args:      map[string]any{"what": aboutText(kind, about), "by": by.In(beijing.Zone).Format("15:04")},
		DueAt:     &by,
	})
}

func dutyKey(unitID int64, kind Kind) string { return fmt.Sprintf("duty/%d/%s", unitID, kind) }

// aboutText names the hour or the day.
func aboutText(kind Kind, about time.Time) string {
	if kind == Live {
		return about.In(beijing.Zone).Format("01-02 15:04")
	}

	return about.In(beijing.Zone).Format("01-02")
}

// there tells whether the post is there: approved, and due by its time, or now when that has passed.
func (s *Service) there(
	ctx context.Context,
	tx pg.Tx,
	unitID int64,
	kind Kind,
	about time.Time,
) (bool, error) {
	_, by := clockOf(kind, about)
	if kind == Daily {
		by = by.AddDate(0, 0, 1)
	}
	if s.now().After(by) {
		by = s.now()
	}
	uses, err := passedUses(ctx, tx.DB, unitID, kind, about.AddDate(0, 0, -3), by)
	if err != nil {
		return false, err
	}

	for _, filled := range uses {
		if fulfils(kind, filled, about) {
			return true, nil
		}
	}

	return false, nil
}
