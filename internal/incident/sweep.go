package incident

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"juzhen/internal/fault"
	"juzhen/internal/inbox"
	"juzhen/internal/org"
	"juzhen/internal/pg"
	"juzhen/internal/todo"
)

// Listening gives what citizens said within a time, the last first.
type Listening interface {
	Voices(ctx context.Context, from, to time.Time, limit int) ([]inbox.Voice, error)
}

// Sweep brings the to-dos of open events up to date: a clock that was met since, or whose time went by.
func (s *Service) Sweep(ctx context.Context) (err error) {
	defer fault.Step(&err, "incident.Sweep")

	open, err := openIncidents(ctx, s.db.Gorm(ctx))
	if err != nil {
		return err
	}

	for _, i := range open {
		if err := s.db.InTx(ctx, func(tx pg.Tx) error { return s.wait(ctx, tx, i, 0) }); err != nil {
			return err
		}
	}

	return nil
}

const (
	lastHour  = time.Hour
	dayBefore = 24 * time.Hour
	mostSaid  = 2000          // texts that are compared, of the hour and of the day before
	ebbs      = 6 * time.Hour // after which a crowd that is not heard any more is not asked about
)

// Listen looks whether many citizens say the same within the last hour, and asks those who may open an event.
// What an open event of the unit, or of one above, names already is left out.
func (s *Service) Listen(ctx context.Context, hearing Listening) (err error) {
	defer fault.Step(&err, "incident.Listen")

	now := s.now()
	crowd, found, err := s.crowd(ctx, hearing, now)
	if err != nil {
		return err
	}
	item := todo.Item{Matter: todoCrowd}
	if found {
		unit, err := org.IDOf(crowd.UnitPath)
		if err != nil {
			return err
		}
		item.Key, item.UnitPath, item.SubjectID = crowdKey(unit), crowd.UnitPath, unit
		item.Args = map[string]any{"n": crowd.Citizens, "words": crowd.Words}
	}

	return s.db.InTx(ctx, func(tx pg.Tx) error {
		err := todo.ResolveBeforeTx(ctx, tx, now, CrowdSubject, now.Add(-ebbs), item.Key)
		if err != nil || !found {
			return err
		}

		return todo.RaiseTx(ctx, tx, now, item)
	})
}

func (s *Service) crowd(
	ctx context.Context, hearing Listening, now time.Time,
) (_ Crowd, found bool, err error) {
	hour, err := hearing.Voices(ctx, now.Add(-lastHour), now, mostSaid)
	if err != nil || len(hour) < CrowdFrom {
		return Crowd{}, false, err
	}
	before, err := hearing.Voices(ctx, now.Add(-dayBefore), now.Add(-lastHour), mostSaid)
	if err != nil {
		return Crowd{}, false, err
	}
	open, err := openIncidents(ctx, s.db.Gorm(ctx))
	if err != nil {
		return Crowd{}, false, err
	}
	hour = slices.DeleteFunc(hour, func(v inbox.Voice) bool {
		return slices.ContainsFunc(open, func(i Incident) bool {
			return strings.HasPrefix(v.UnitPath, i.UnitPath) && i.Mentions(v.Text) != ""
		})
	})
	crowd, found := FindCrowd(said(hour), said(before), hours(before, now))

	return crowd, found, nil
}

// answeredTx takes off the lists what is asked about crowds of a unit and of those below: an event is open.
func (s *Service) answeredTx(ctx context.Context, tx pg.Tx, unitPath string, by int64) error {
	units, err := unitsBelow(ctx, tx, unitPath)
	if err != nil {
		return err
	}

	keys := make([]string, len(units))
	for n, unit := range units {
		keys[n] = crowdKey(unit)
	}

	return todo.ResolveManyTx(ctx, tx, s.now(), keys, by)
}

func crowdKey(unitID int64) string { return fmt.Sprintf("incident_crowd/%d", unitID) }

func said(all []inbox.Voice) []Said {
	out := make([]Said, len(all))
	for n, one := range all {
		out[n] = Said{UnitPath: one.UnitPath, Handle: one.Handle, Author: one.Author, Text: one.Text}
	}

	return out
}

// hours is how many hours before the last the voices reach back to: all of the day, unless there were too
// many.
func hours(before []inbox.Voice, now time.Time) int {
	if len(before) < mostSaid {
		return int((dayBefore - lastHour) / time.Hour)
	}

	return max(1, int(now.Add(-lastHour).Sub(before[len(before)-1].At)/time.Hour))
}

// Suggestion is what an event would be opened with because of what citizens say.
type Suggestion struct {
	Crowd
	Since time.Time // when the first of them said it
}

// Suggest finds what many citizens say alike to the accounts of a unit and of those below within the last
// hour.
func (s *Service) Suggest(
	ctx context.Context, hearing Listening, unitPath string,
) (out Suggestion, found bool, err error) {
	defer fault.Step(&err, "incident.Suggest %s", unitPath)

	now := s.now()
	voices, err := hearing.Voices(ctx, now.Add(-lastHour), now, mostSaid)
	if err != nil {
		return out, false, err
	}
	elsewhere := func(v inbox.Voice) bool { return !strings.HasPrefix(v.UnitPath, unitPath) }
	voices = slices.DeleteFunc(voices, elsewhere)
	all := said(voices)
	if out.Crowd, found = FindCrowd(all, nil, 1); !found {
		return out, false, nil
	}

	for n, one := range all { // the first said is the last here
		if strings.Contains(string(one.compared()), out.Words) {
			out.Since = voices[n].At
		}
	}

	return out, true, nil
}
