package identity

import (
	"context"
	"fmt"
	"maps"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/todo"
)

// Grant is a role over a unit and everything below it. It is never deleted: a revocation says who and when.
type Grant struct {
	ID        int64
	UserID    int64
	Role      access.Role
	UnitID    int64
	UnitName  string
	UnitPath  string
	Until     *time.Time
	CreatedBy string // display name; empty: the command line
	CreatedAt time.Time
	RevokedBy string
	RevokedAt *time.Time
}

// InForce tells whether the grant counts at now.
func (g Grant) InForce(now time.Time) bool {
	return g.RevokedAt == nil && (g.Until == nil || g.Until.After(now))
}

// Grant gives a user a role over a unit, until an instant or without end. Only the machine does it at
// once: people ask by AskGrant. Fails with fault.Invalid at "role", "unit", "until", with
// fault.Conflict when the role may not meet the ones the user holds (anywhere, also outside of what the
// asker sees) or is held there already, with fault.NotFound for a foreign user.
func (s *Service) Grant(
	ctx context.Context,
	actor access.Actor,
	userID int64,
	newGrant NewGrant,
) (_ Grant, err error) {
	defer fault.Step(&err, "identity.Grant %d", userID)

	deed, err := alone(actor)
	if err != nil {
		return Grant{}, err
	}
	var made Grant
	err = s.db.InTx(ctx, func(tx pg.Tx) (err error) {
		made, err = s.grantTx(ctx, tx, deed, userID, newGrant)
		return err
	})

	return made, err
}

// grantTx takes the user's row first: two grants to one person are decided one after the other, so that
// an auditor and a reviewer cannot be made of the same person at the same time.
func (s *Service) grantTx(
	ctx context.Context,
	tx pg.Tx,
	d deed,
	userID int64,
	newGrant NewGrant,
) (Grant, error) {
	now := s.now()
	if err := newGrant.check(now); err != nil {
		return Grant{}, err
	}
	if _, err := lockUser(ctx, tx.DB, userID); err != nil {
		return Grant{}, err
	}
	unit, err := unitFor(ctx, tx, d.asker, newGrant.UnitID)
	if err != nil {
		return Grant{}, err
	}
	held, err := grantsOf(ctx, tx.DB, userID)
	if err != nil {
		return Grant{}, err
	}
	if err := mayHold(newGrant, held, now); err != nil {
		return Grant{}, err
	}
	if err := closeEnded(ctx, tx.DB, userID, newGrant, now); err != nil {
		return Grant{}, err
	}
	grant, err := insertGrant(ctx, tx.DB, d, userID, newGrant, now)
	if err != nil {
		return Grant{}, err
	}
	detail := map[string]any{"grant": grant.ID, "role": newGrant.Role, "unit": unit.Name}
	if newGrant.Until != nil {
		detail["until"] = newGrant.Until.UTC()
	}

	return grant, s.recordDeed(ctx, tx, d, actGrantCreate, userID, unit.Path, detail)
}

func (n NewGrant) check(now time.Time) error {
	var fields fault.Fields
	if !n.Role.Valid() {
		fields.Add(fault.Invalid("role", "请选择角色"))
	}
	if n.UnitID == 0 {
		fields.Add(fault.Invalid("unit", "请选择授权的单位"))
	}
	if n.Until != nil && !n.Until.After(now) {
		fields.Add(fault.Invalid("until", "截止时间要在现在之后"))
	}

	return fields.Err()
}

// mayHold checks a new grant against those in force.
func mayHold(newGrant NewGrant, held []Grant, now time.Time) error {
	var roles []access.Role

	for _, grant := range held {
		if !grant.InForce(now) {
			continue
		}
		if grant.Role == newGrant.Role && grant.UnitID == newGrant.UnitID {
			return fault.Conflict("该用户在这个单位已有此角色；要改截止时间，请先撤销再授予")
		}
		roles = append(roles, grant.Role)
	}

	return mayJoin(newGrant.Role, roles)
}

// Revoke ends a grant at once: the next request of the person goes without it. Fails with
// fault.NotFound for a grant outside of the actor's subtree, fault.Conflict when it has ended already
// or belongs to the last administrator.
func (s *Service) Revoke(ctx context.Context, actor access.Actor, grantID int64, why string) (err error) {
	defer fault.Step(&err, "identity.Revoke %d", grantID)

	return s.db.InTx(ctx, func(tx pg.Tx) error {
		grant, err := findGrant(ctx, tx.DB, actor, grantID)
		if err != nil {
			return err
		}
		row, err := lockUser(ctx, tx.DB, grant.UserID)
		if err != nil {
			return err
		}
		if err := s.revokeTx(ctx, tx, actor, grant, why); err != nil {
			return err
		}

		return tellTaken(
			ctx,
			access.NewAct(tx, s.now(), actor),
			row,
			grant.UnitPath,
			todoRevoked,
			map[string]any{
				"role": grant.Role.Label(),
				"unit": grant.UnitName,
			},
		)
	})
}

func (s *Service) revokeTx(ctx context.Context, tx pg.Tx, actor access.Actor, grant Grant, why string) error {
	err := s.keepAdministrator(
		ctx,
		tx,
		func() error { return revokeGrant(ctx, tx.DB, grant.ID, actor.UserID, s.now()) },
	)
	if err != nil {
		return err
	}

	return s.record(ctx, tx, actor, actGrantRevoke, grant.UserID, grant.UnitPath, why,
		map[string]any{"grant": grant.ID, "role": grant.Role, "unit": grant.UnitName})
}

// tellTaken tells those who watch over a unit that somebody lost a role or the way in.
func tellTaken(
	ctx context.Context,
	act access.Act,
	row userRow,
	path string,
	matter todo.Matter,
	args map[string]any,
) error {
	if act.Actor.IsSystem() {
		return nil
	}
	all := map[string]any{"who": act.Actor.Name, "name": row.DisplayName}
	maps.Copy(all, args)

	return todo.RaiseTx(ctx, act.Tx, act.Now, todo.Item{
		Matter:    matter,
		Key:       fmt.Sprintf("%s/%d/%d", matter.Code, row.ID, act.Now.UnixMicro()),
		UnitPath:  path,
		NotUser:   act.Actor.UserID,
		SubjectID: row.ID,
		Args:      all,
	})
}

// keepAdministrator runs a removal and refuses it when it took away the last standing administrator of
// the whole tree: somebody not disabled who administers the topmost unit without end. Removals run one
// after the other, so that two administrators cannot remove each other.
func (s *Service) keepAdministrator(ctx context.Context, tx pg.Tx, remove func() error) error {
	before, err := lockAdministrators(ctx, tx)
	if err != nil {
		return err
	}
	if err := remove(); err != nil {
		return err
	}
	after, err := standingAdministrators(ctx, tx)
	if err != nil {
		return err
	}
	if before > 0 && after == 0 {
		return fault.Conflict("这是最后一名全局管理员，不能撤销或停用；请先授予另一人")
	}

	return nil
}
