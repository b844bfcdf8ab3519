package review

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"juzhen/internal/access"
	"juzhen/internal/audit"
	"juzhen/internal/chain"
	"juzhen/internal/fault"
	"juzhen/internal/identity"
	"juzhen/internal/pg"
	"juzhen/internal/queue"
	"juzhen/internal/todo"
)

// SweepArgs asks for a look at the limits of steps.
type SweepArgs struct{}

// Kind names the job.
func (SweepArgs) Kind() string { return "review_limits" }

// InsertOpts puts it among the messages to people.
func (SweepArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: queue.Notify, MaxAttempts: 2}
}

type sweeper struct {
	river.WorkerDefaults[SweepArgs]
	reviews *Service
}

// Work looks once.
func (w sweeper) Work(ctx context.Context, _ *river.Job[SweepArgs]) (err error) {
	defer fault.Step(&err, "review.sweeper.Work")

	return w.reviews.Sweep(ctx)
}

// AddWorkers registers the workers of this feature.
func AddWorkers(workers *river.Workers, service *Service) error {
	return river.AddWorkerSafely(workers, sweeper{reviews: service})
}

// Periodic lists what this feature does again and again.
func Periodic() []queue.Periodic {
	return []queue.Periodic{{Every: time.Minute, Args: SweepArgs{}, OnStart: true}}
}

// Sweep reminds of steps whose limit is near, and passes those that are past it on: to the stand-ins of the
// people they name, and where there are none, or a limit later, to the next unit above at which somebody may
// decide. Each step is a transaction of its own.
func (s *Service) Sweep(ctx context.Context) (err error) {
	defer fault.Step(&err, "review.Sweep")

	steps, err := dueSteps(ctx, s.db.Pool(), s.now())
	if err != nil {
		return err
	}

	var failed []error // a step that cannot be passed on keeps no other one waiting

	for _, one := range steps {
		err := s.db.InTx(ctx, func(tx pg.Tx) error { return s.passOn(ctx, tx, one) })
		if err != nil && !fault.Is(err, fault.KindConflict) { // conflict: decided or withdrawn meanwhile
			failed = append(failed, err)
		}
	}

	return errors.Join(failed...)
}

// dueStep is an open step whose limit is near or over.
type dueStep struct {
	PostID, RunID int64
	VersionNumber int
}

func dueSteps(ctx context.Context, from source, now time.Time) ([]dueStep, error) {
	rows, err := from.Query(ctx, `
SELECT r.post_id, r.id, v.number FROM review_steps s JOIN review_runs r ON r.id = s.run_id
JOIN post_versions v ON v.id = r.version_id
WHERE s.state = 'open' AND s.limit_at IS NOT NULL AND (s.limit_at <= @now OR s.remind_minutes > 0
    AND s.reminded_at IS NULL AND s.limit_at - s.remind_minutes * interval '1 minute' <= @now)
ORDER BY s.limit_at LIMIT 500`, pgx.NamedArgs{"now": now})
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (d dueStep, err error) {
		return d, row.Scan(&d.PostID, &d.RunID, &d.VersionNumber)
	})
}

func (s *Service) passOn(ctx context.Context, tx pg.Tx, due dueStep) error {
	run, err := lockRun(ctx, tx, due.PostID, due.VersionNumber)
	if err != nil {
		return err
	}
	now, open := s.now(), run.Open()
	if run.State != Pending || open == nil || open.LimitAt == nil {
		return nil
	}
	matter, err := findMatter(ctx, tx.DB, due.PostID)
	if err != nil {
		return err
	}
	if now.Before(*open.LimitAt) {
		return s.remind(ctx, tx, now, matter, run)
	}
	if open.LateAt == nil {
		open.LateAt = &now
		stood, err := s.toStandIns(ctx, tx, now, matter, run)
		if err != nil {
			return err
		}
		if len(stood) > 0 {
			again := now.Add(time.Duration(open.Limit) * time.Minute)
			open.LimitAt = &again

			return s.late(ctx, tx, now, matter, run, map[string]any{"stand_ins": stood})
		}
	}

	return s.raise(ctx, tx, now, matter, run)
}

func (s *Service) remind(ctx context.Context, tx pg.Tx, now time.Time, matter matter, run Run) error {
	open := run.Open()
	_, err := tx.Pgx.Exec(ctx, `
UPDATE review_steps SET reminded_at = @now WHERE id = @id`, pgx.NamedArgs{"id": open.ID, "now": now})
	if err != nil {
		return err
	}

	return todo.RaiseTx(ctx, tx, now, todo.Item{
		Matter:    todoLimit,
		Key:       keyOf(run.PostID, "limit"),
		UnitPath:  open.Unit.Path,
		NotUser:   matter.AuthorID,
		SubjectID: run.PostID,
		Args:      map[string]any{"title": matter.Title, "step": open.Name},
		DueAt:     open.LimitAt,
		Grant:     &todo.Grant{Role: open.Role, Here: open.Relation != chain.Line},
	})
}

// toStandIns gives a step to those who stand in for the people it names now, and tells them.
func (s *Service) toStandIns(
	ctx context.Context,
	tx pg.Tx,
	now time.Time,
	matter matter,
	run Run,
) (names []string, err error) {
	open := run.Open()
	excluded, err := workersOf(ctx, tx, run.VersionID)
	if err != nil {
		return nil, err
	}
	able, err := chain.AbleTx(ctx, tx, now, []chain.Placed{open.own()}, nil)
	if err != nil {
		return nil, err
	}
	running, err := chain.StandInsTx(ctx, tx, now, chain.IDs(able)[0])
	if err != nil {
		return nil, err
	}

	for _, made := range run.Made {
		excluded = append(excluded, made.By)
	}
	holders, err := identity.HoldersTx(ctx, tx, now, chain.Reviewing(), []string{open.Unit.Path})
	if err != nil {
		return nil, err
	}
	var ids []int64

	for _, one := range running {
		anyway := slices.ContainsFunc(
			holders,
			func(h identity.Holder) bool { return h.UserID == one.StandInID },
		)
		if !anyway || slices.Contains(excluded, one.StandInID) || slices.Contains(ids, one.StandInID) {
			continue
		}
		if _, err := tx.Pgx.Exec(ctx, `
INSERT INTO review_step_stand_ins (step_id, round, user_id, for_user) VALUES (@step_id, @round,
    @stand_in_id, @user_id) ON CONFLICT DO NOTHING`,
			pgx.NamedArgs{
				"step_id":     open.ID,
				"round":       open.Round,
				"stand_in_id": one.StandInID,
				"user_id":     one.UserID,
			}); err != nil {
			return nil, err
		}
		ids, names = append(ids, one.StandInID), append(names, one.StandIn)
	}
	if len(ids) == 0 {
		return nil, nil
	}

	return names, todo.RaiseTx(ctx, tx, now, todo.Item{
		Matter:    todoStandIn,
		Key:       keyOf(run.PostID, "standin"),
		UnitPath:  open.Unit.Path,
		OnlyUsers: ids,
		SubjectID: run.PostID,
		Args:      map[string]any{"title": matter.Title, "step": open.Name},
		DueAt:     matter.DueAt,
	})
}

// raise gives a step to the next unit above at which somebody may decide it. Where there is none the step
// waits on for its own people.
func (s *Service) raise(ctx context.Context, tx pg.Tx, now time.Time, matter matter, run Run) error {
	open := run.Open()
	ground, err := chain.GroundTx(ctx, tx, open.Unit.Path)
	if err != nil {
		return err
	}
	excluded, err := workersOf(ctx, tx, run.VersionID)
	if err != nil {
		return err
	}

	for _, made := range run.Made {
		excluded = append(excluded, made.By)
	}
	from := len(ground) - 1
	if open.Raised != nil {
		from = strings.Count(open.Raised.Path, "/") - 2
	}

	for i := from - 1; i >= 0; i-- {
		up := ground[i]
		able, err := chain.AbleTx(ctx, tx, now, []chain.Placed{{
			Step: chain.Step{Relation: chain.Section}, Unit: up,
		}}, excluded)
		if err != nil {
			return err
		}
		if len(able[0]) == 0 {
			continue
		}
		again := now.Add(time.Duration(open.Limit) * time.Minute)
		open.Raised, open.LimitAt = &up, &again
		err = todo.RaiseTx(ctx, tx, now, todo.Item{
			Matter: todoRaised, Key: keyOf(run.PostID, "raised"), UnitPath: up.Path, NotUsers: excluded,
			SubjectID: run.PostID,
			Args:      map[string]any{"title": matter.Title, "step": open.Name, "unit": open.Unit.Name},
			DueAt:     matter.DueAt, Grant: &todo.Grant{Here: true},
		})
		if err != nil {
			return err
		}

		return s.late(ctx, tx, now, matter, run, map[string]any{"unit": up.Name})
	}
	open.LimitAt = nil

	return s.late(ctx, tx, now, matter, run, nil)
}

// late writes where a step went that is past its limit, and says so in the trail.
func (s *Service) late(
	ctx context.Context,
	tx pg.Tx,
	now time.Time,
	matter matter,
	run Run,
	detail map[string]any,
) error {
	open := run.Open()
	if _, err := tx.Pgx.Exec(ctx, `
UPDATE review_steps SET late_at = @late_at, limit_at = @limit_at, raised_unit_id = @open WHERE id = @id`,
		pgx.NamedArgs{
			"id":       open.ID,
			"late_at":  open.LateAt,
			"limit_at": open.LimitAt,
			"open":     raisedID(*open),
		}); err != nil {
		return err
	}

	said := map[string]any{"version": run.VersionNumber, "step": open.Number, "name": open.Name}
	maps.Copy(said, detail)

	return audit.Write(ctx, tx, audit.Entry{
		Actor:    access.System("review"),
		At:       now,
		Action:   actLate,
		Subject:  "post/" + strconv.FormatInt(run.PostID, 10),
		UnitPath: matter.UnitPath,
		Detail:   said,
	})
}
