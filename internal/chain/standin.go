package chain

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/access"
	"juzhen/internal/audit"
	"juzhen/internal/fault"
	"juzhen/internal/identity"
	"juzhen/internal/pg"
)

// StandIn (代审) says who decides the steps of a person that are past their limit, while it lasts.
type StandIn struct {
	ID        int64
	UserID    int64
	Name      string
	UnitName  string
	UnitPath  string // of the person
	StandInID int64
	StandIn   string
	From      time.Time
	Until     time.Time
	SetBy     string
	EndedAt   *time.Time
}

// Running tells whether it holds at an instant.
func (s StandIn) Running(at time.Time) bool {
	return s.EndedAt == nil && !at.Before(s.From) && at.Before(s.Until)
}

// Ref names it in the audit trail.
func (s StandIn) Ref() string { return "stand_in/" + strconv.FormatInt(s.ID, 10) }

// maxStandIn is how long somebody may be stood in for at one go; maxOpen how many wait or run for one person.
const (
	maxStandIn = 366 * 24 * time.Hour
	maxOpen    = 10
)

const selectStandIns = `
SELECT s.id, s.user_id, p.display_name, un.name, un.path, s.stand_in_id, i.display_name, s.from_at,
    s.until_at,
    b.display_name, s.ended_at
FROM stand_ins s JOIN users p ON p.id = s.user_id JOIN units un ON un.id = p.unit_id
JOIN users i ON i.id = s.stand_in_id JOIN users b ON b.id = s.set_by WHERE `

func standIns(ctx context.Context, tx pg.Tx, where string, args pgx.NamedArgs) ([]StandIn, error) {
	rows, err := tx.Pgx.Query(ctx, selectStandIns+where+" ORDER BY s.from_at, s.id LIMIT 500", args)
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (s StandIn, err error) {
		err = row.Scan(
			&s.ID,
			&s.UserID,
			&s.Name,
			&s.UnitName,
			&s.UnitPath,
			&s.StandInID,
			&s.StandIn,
			&s.From,
			&s.Until,
			&s.SetBy,
			&s.EndedAt,
		)

		return s, err
	})
}

// mayStandIn tells why the actor may not say who stands in for a person of the unit at path; nil for oneself
// and for a supervisor of that unit.
func mayStandIn(actor access.Actor, userID int64, path string) error {
	if actor.UserID == userID && userID != 0 {
		return nil
	}

	return access.Require(actor, access.StandinSet, path)
}

// StandIns lists those that wait or run: of the actor, for the actor, and of the people of the units where
// the actor may appoint them.
func (s *Service) StandIns(ctx context.Context, actor access.Actor) (list []StandIn, err error) {
	defer fault.Step(&err, "chain.StandIns")

	var paths []string

	for _, grant := range actor.Grants {
		if access.ExtentOf(grant.Role, access.StandinSet) == access.Subtree {
			paths = append(paths, grant.Path)
		}
	}

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		list, err = standIns(
			ctx,
			tx,
			`s.ended_at IS NULL AND s.until_at > @now AND (s.user_id = @self OR s.stand_in_id = @self
			OR EXISTS (SELECT FROM unnest(@paths::text[]) AS p (path) WHERE starts_with(un.path, p.path)))`,
			pgx.NamedArgs{"now": s.now(), "self": actor.UserID, "paths": paths},
		)

		return err
	})

	return list, err
}

// Candidates are the people for whom the actor may appoint a stand-in, and those who could be one: who
// holds a reviewing role at or above a unit where the actor may appoint, or where the actor reviews.
func (s *Service) Candidates(
	ctx context.Context,
	actor access.Actor,
) (people, others []identity.Holder, err error) {
	defer fault.Step(&err, "chain.Candidates")

	var own []string

	for _, grant := range actor.Grants {
		if slices.Contains(Reviewing(), grant.Role) {
			own = append(own, grant.Path)
		}
	}
	if own == nil {
		return nil, nil, nil
	}
	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		paths := own

		for _, path := range own {
			below, err := unitsBelow(ctx, tx, path)
			if err != nil {
				return err
			}
			paths = append(paths, below...)
		}
		if others, err = identity.HoldersTx(ctx, tx, s.now(), Reviewing(), paths); err != nil {
			return err
		}

		for _, holder := range others {
			home, err := unitOf(ctx, tx, holder.UserID)
			if err != nil {
				return err
			}
			if mayStandIn(actor, holder.UserID, home) == nil {
				people = append(people, holder)
			}
		}

		return nil
	})

	return people, others, err
}

func unitOf(ctx context.Context, tx pg.Tx, userID int64) (path string, err error) {
	err = tx.Pgx.QueryRow(ctx, `SELECT un.path FROM users s JOIN units un ON un.id = s.unit_id
    WHERE s.id = @user_id`, pgx.NamedArgs{"user_id": userID}).
		Scan(&path)

	return path, pg.OrNotFound(err, fault.NotFound("没有找到这个人，或不在您的管辖范围内"))
}

// NewStandIn is an appointment as somebody types it.
type NewStandIn struct {
	UserID      int64 // 0: the actor
	StandInID   int64
	From, Until time.Time
}

// SetStandIn appoints a stand-in: for oneself, or by a supervisor. Fails with fault.NotFound or
// fault.Forbidden for somebody else's, with fault.Invalid on "stand_in" for who could not review there
// anyway, and on "from", "until".
func (s *Service) SetStandIn(
	ctx context.Context,
	actor access.Actor,
	what NewStandIn,
) (made StandIn, err error) {
	defer fault.Step(&err, "chain.SetStandIn")

	if what.UserID == 0 {
		what.UserID = actor.UserID
	}
	now := s.now()
	if what.From.IsZero() || what.From.Before(now) {
		what.From = now
	}

	switch {
	case what.StandInID == 0 || what.StandInID == what.UserID:
		return StandIn{}, fault.Invalid("stand_in", "请选择另一人代审")
	case !what.Until.After(what.From):
		return StandIn{}, fault.Invalid("until", "截止时间须晚于开始时间和现在")
	case what.Until.Sub(what.From) > maxStandIn:
		return StandIn{}, fault.Invalid("until", "一次代审最多 {.max} 天", "max", 366)
	}
	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		path, err := unitOf(ctx, tx, what.UserID)
		if err != nil {
			return err
		}
		if err := mayStandIn(actor, what.UserID, path); err != nil {
			return err
		}
		if err := s.standsInAnyway(ctx, tx, what); err != nil {
			return err
		}
		var id int64
		err = tx.Pgx.QueryRow(ctx, `
INSERT INTO stand_ins (user_id, stand_in_id, from_at, until_at, set_by, set_at)
VALUES (@user_id, @stand_in_id, @from, @until, @set_by, @now) RETURNING id`,
			pgx.NamedArgs{
				"user_id":     what.UserID,
				"stand_in_id": what.StandInID,
				"from":        what.From,
				"until":       what.Until,
				"set_by":      actor.UserID,
				"now":         now,
			}).Scan(&id)
		if err != nil {
			return err
		}
		list, err := standIns(ctx, tx, "s.id = @id", pgx.NamedArgs{"id": id})
		if err != nil || len(list) == 0 {
			return err
		}
		made = list[0]

		return s.recordStandIn(ctx, tx, actor, actStandIn, made)
	})

	return made, err
}

// standsInAnyway looks whether the stand-in could review for one of the units where the person reviews.
func (s *Service) standsInAnyway(ctx context.Context, tx pg.Tx, what NewStandIn) error {
	if _, err := tx.Pgx.Exec(ctx, `
SELECT FROM users WHERE id = @user_id FOR UPDATE`, pgx.NamedArgs{"user_id": what.UserID}); err != nil {
		return err
	}
	var open int
	if err := tx.Pgx.QueryRow(ctx, `
		SELECT count(*) FROM stand_ins WHERE user_id = @user_id AND ended_at IS NULL AND until_at > @until_at`,
		pgx.NamedArgs{"user_id": what.UserID, "until_at": s.now()}).Scan(&open); err != nil {
		return err
	}
	if open >= maxOpen {
		return fault.Invalid("stand_in", "已有 {.n} 项代审，请先结束不用的", "n", open)
	}
	paths, err := unitsBelow(ctx, tx, "/")
	if err != nil {
		return err
	}
	holders, err := identity.HoldersTx(ctx, tx, s.now(), Reviewing(), paths)
	if err != nil {
		return err
	}
	of := func(id int64) []access.Grant {
		i := slices.IndexFunc(holders, func(h identity.Holder) bool { return h.UserID == id })
		if i < 0 {
			return nil
		}

		return holders[i].Grants
	}
	person, other := of(what.UserID), of(what.StandInID)
	if len(person) == 0 {
		return fault.Forbidden("只有审核员和主管需要代审人")
	}
	if !slices.ContainsFunc(person, func(grant access.Grant) bool {
		return slices.ContainsFunc(
			other,
			func(o access.Grant) bool { return strings.HasPrefix(grant.Path, o.Path) },
		)
	}) {
		return fault.Invalid("stand_in", "代审人须在同一单位或其上级有审核权限")
	}

	return nil
}

// EndStandIn ends an appointment, by the person, the stand-in or a supervisor. Fails with fault.NotFound for
// one that is over or somebody else's.
func (s *Service) EndStandIn(ctx context.Context, actor access.Actor, id int64) (done StandIn, err error) {
	defer fault.Step(&err, "chain.EndStandIn %d", id)

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		list, err := standIns(ctx, tx, "s.id = @id AND s.ended_at IS NULL AND s.until_at > @now",
			pgx.NamedArgs{"id": id, "now": s.now()})
		if err != nil {
			return err
		}
		gone := fault.NotFound("没有找到这项代审，或已经结束")
		if len(list) == 0 {
			return gone
		}
		done = list[0]
		if done.StandInID != actor.UserID || actor.UserID == 0 {
			if err := mayStandIn(actor, done.UserID, done.UnitPath); err != nil {
				return err
			}
		}
		changed, err := tx.Pgx.Exec(ctx, `
			UPDATE stand_ins SET ended_at = @ended_at,
			    ended_by = @user_id WHERE id = @id AND ended_at IS NULL`,
			pgx.NamedArgs{"id": id, "ended_at": s.now(), "user_id": actor.UserID})
		if err != nil {
			return err
		}
		if changed.RowsAffected() != 1 {
			return gone
		}

		return s.recordStandIn(ctx, tx, actor, actStandInEnd, done)
	})

	return done, err
}

// StandInsTx gives the stand-ins that run for these people at an instant.
func StandInsTx(ctx context.Context, tx pg.Tx, at time.Time, people []int64) (_ []StandIn, err error) {
	defer fault.Step(&err, "chain.StandInsTx")

	return standIns(
		ctx,
		tx,
		`s.user_id = ANY (@people) AND s.ended_at IS NULL AND s.from_at <= @at AND s.until_at > @at`,
		pgx.NamedArgs{"people": people, "at": at},
	)
}

func (s *Service) recordStandIn(
	ctx context.Context,
	tx pg.Tx,
	actor access.Actor,
	act audit.Act,
	of StandIn,
) error {
	return audit.Write(ctx, tx, audit.Entry{
		Actor: actor, At: s.now(), Action: act, Subject: of.Ref(), UnitPath: of.UnitPath,
		Detail: map[string]any{"name": of.Name, "stand_in": of.StandIn, "until": of.Until},
	})
}
