package chain

import (
	"context"
	"slices"
	"strings"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/audit"
	"juzhen/internal/column"
	"juzhen/internal/fault"
	"juzhen/internal/glyph"
	"juzhen/internal/org"
	"juzhen/internal/pg"
	"juzhen/internal/todo"
)

// Service is the use cases of chains and stand-ins. It is safe for concurrent use.
type Service struct {
	db    *pg.DB
	clock func() time.Time
}

// New builds the service.
func New(db *pg.DB, now func() time.Time) *Service { return &Service{db: db, clock: now} }

func (s *Service) now() time.Time { return s.clock().UTC().Truncate(time.Microsecond) }

// List gives the chains of the units that the actor sees, and those of units above, from the top down.
func (s *Service) List(ctx context.Context, actor access.Actor) (list []Chain, err error) {
	defer fault.Step(&err, "chain.List")

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		list, err = seen(ctx, tx, actor)
		return err
	})

	return list, err
}

// Find gives one chain with all its versions, the newest first. Fails with fault.NotFound for one of a unit
// that the actor does not see and that is not above his own.
func (s *Service) Find(
	ctx context.Context,
	actor access.Actor,
	id int64,
) (c Chain, all []Version, err error) {
	defer fault.Step(&err, "chain.Find %d", id)

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		if c, err = findSeen(ctx, tx, actor, id); err != nil {
			return err
		}
		all, err = versionsOf(ctx, tx, "v.chain_id = @chain", map[string]any{"chain": id})

		return err
	})

	return c, all, err
}

func findSeen(ctx context.Context, tx pg.Tx, actor access.Actor, id int64) (Chain, error) {
	list, err := seen(ctx, tx, actor)
	if err != nil {
		return Chain{}, err
	}
	i := slices.IndexFunc(list, func(c Chain) bool { return c.ID == id })
	if i < 0 {
		return Chain{}, errNotFound()
	}

	return list[i], nil
}

// Ask asks for a new chain (id 0) or for a change of one. It is taken for nothing before a second person
// has confirmed it. Fails with fault.NotFound or fault.Forbidden at the unit, with fault.Conflict when a
// change waits already or the chain was changed since it was shown, with fault.Invalid on "name",
// "columns", "risks" and "steps", also where nobody could pass it today.
func (s *Service) Ask(ctx context.Context, actor access.Actor, id int64, draft Draft) (c Chain, err error) {
	defer fault.Step(&err, "chain.Ask %d", id)

	if err := draft.check(); err != nil {
		return Chain{}, err
	}
	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		if c, err = s.askable(ctx, tx, actor, id, draft); err != nil {
			return err
		}
		if err := checkWhen(ctx, tx, actor, c, draft); err != nil {
			return err
		}
		if err := s.passable(ctx, tx, c.UnitPath, draft.Active, draft.Steps); err != nil {
			return err
		}
		if err := insertAsked(ctx, tx, c, draft, actor.UserID, s.now()); err != nil {
			return err
		}
		if c, err = find(ctx, tx, c.ID); err != nil {
			return err
		}
		err := todo.RaiseTx(ctx, tx, s.now(), todo.Item{
			Matter: todoConfirm, Key: c.key(), UnitPath: c.UnitPath, NotUser: actor.UserID, SubjectID: c.ID,
			Args: map[string]any{"who": actor.Name, "name": draft.Name},
		})
		if err != nil {
			return err
		}

		return s.record(ctx, tx, actor, actAsk, c, "", map[string]any{
			"name": draft.Name, "version": c.Asked.Number, "active": draft.Active, "steps": len(draft.Steps),
		})
	})

	return c, err
}

// askable gives the chain that is to be changed, locked, or a new one of the unit.
func (s *Service) askable(
	ctx context.Context,
	tx pg.Tx,
	actor access.Actor,
	id int64,
	draft Draft,
) (Chain, error) {
	if id == 0 {
		unit, err := org.Of(ctx, tx.DB, draft.UnitID)
		if err != nil {
			return Chain{}, err
		}
		if err := access.Require(actor, access.ChainManage, unit.Path); err != nil {
			return Chain{}, err
		}
		if n, err := countOwn(ctx, tx, unit.ID); err != nil || n >= maxOwn {
			if err == nil {
				err = fault.Invalid("name", "一个单位最多 {.max} 个流程", "max", maxOwn)
			}

			return Chain{}, err
		}
		made, err := insertChain(ctx, tx, unit.ID, actor.UserID, s.now())
		if err != nil {
			return Chain{}, err
		}

		return find(ctx, tx, made)
	}

	c, err := lock(ctx, tx, id)
	if err != nil {
		return Chain{}, err
	}
	if err := access.Require(actor, access.ChainManage, c.UnitPath); err != nil {
		return Chain{}, err
	}

	switch {
	case c.Fixed():
		return Chain{}, fault.Conflict("一审是没有选中其他流程时的默认，不能修改；请另建流程").WithCode("fixed")
	case c.Asked != nil:
		return Chain{}, fault.Conflict("{.who} 的修改正在等第二人确认，请先处理", "who", c.Asked.AskedByName).
			WithCode("asked")
	case draft.Version != c.Last:
		return Chain{}, fault.Conflict("流程已被他人修改，请查看最新内容后再改").WithCode("overtaken")
	}

	return c, nil
}

// checkWhen looks whether columns and named units are the chain's to use.
func checkWhen(ctx context.Context, tx pg.Tx, actor access.Actor, c Chain, draft Draft) error {
	for _, id := range draft.When.Columns {
		if _, err := column.HoldsTx(ctx, tx, id, c.UnitPath); err != nil {
			return fault.Invalid("columns", "没有这个栏目，或不归这个单位使用，请重新选择")
		}
	}

	for i, step := range draft.Steps {
		if step.Relation != Named {
			continue
		}
		unit, err := org.Of(ctx, tx.DB, step.UnitID)
		if err == nil && !actor.CanAt(access.UnitView, unit.Path) &&
			!strings.HasPrefix(c.UnitPath, unit.Path) {
			err = errNotFound()
		}
		if err != nil {
			return fault.Invalid("steps", "第 {.step} 步：没有这个单位，请重新选择", "step", i+1)
		}
	}

	return nil
}

// passable refuses a chain that nobody can pass: at no unit where it would be taken are there people enough.
func (s *Service) passable(ctx context.Context, tx pg.Tx, path string, active bool, steps []Step) error {
	if !active {
		return nil
	}
	paths, err := unitsBelow(ctx, tx, path)
	if err != nil {
		return err
	}
	stuck := 0

	for i, unit := range paths {
		_, able, err := ableAt(ctx, tx, s.now(), unit, steps, nil)
		if err != nil {
			return err
		}
		at := Stuck(steps, able)
		if at == 0 {
			return nil
		}
		if i == 0 {
			stuck = at
		}
	}
	if len(paths) == 0 {
		return nil
	}

	return fault.Invalid("steps", "第 {.step} 步“{.name}”现在没有人可以审核：每一步须由不同的人审核，请先授权或修改",
		"step", stuck, "name", steps[stuck-1].Name).WithCode("nobody")
}

// Confirm puts the asked version in force. Fails with fault.Forbidden for the asker, with fault.Conflict when
// nothing waits or the number is not that of what waits, with fault.Invalid on "steps" when nobody could
// pass it any more.
func (s *Service) Confirm(
	ctx context.Context,
	actor access.Actor,
	id int64,
	number int,
) (c Chain, err error) {
	defer fault.Step(&err, "chain.Confirm %d", id)

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		before, err := deciding(ctx, tx, actor, id, number, Chain.MayConfirm)
		if err != nil {
			return err
		}
		asked := before.Asked
		if err := s.passable(ctx, tx, before.UnitPath, asked.Active, asked.Steps); err != nil {
			return err
		}
		if err := putInForce(ctx, tx, before, actor.UserID, s.now()); err != nil {
			return err
		}
		if err := todo.ResolveTx(ctx, tx, s.now(), before.key(), actor.UserID); err != nil {
			return err
		}
		if c, err = find(ctx, tx, id); err != nil {
			return err
		}

		return s.record(ctx, tx, actor, actConfirm, c, "", map[string]any{
			"name": asked.Name, "version": asked.Number, "asked": asked.AskedByName,
		})
	})

	return c, err
}

// Stop refuses the asked version, or withdraws it. Fails as Confirm does, and with fault.Invalid on "reason".
func (s *Service) Stop(
	ctx context.Context,
	actor access.Actor,
	id int64,
	number int,
	why string,
) (c Chain, err error) {
	defer fault.Step(&err, "chain.Stop %d", id)

	if why = glyph.Clean(why); why == "" || len([]rune(why)) > maxWhy {
		return Chain{}, fault.Invalid("reason", "请写明原因，最多 {.max} 字", "max", maxWhy)
	}
	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		before, err := deciding(ctx, tx, actor, id, number, Chain.MayStop)
		if err != nil {
			return err
		}
		if err := decideAsked(ctx, tx, before, Stopped, actor.UserID, s.now(), why); err != nil {
			return err
		}
		if err := todo.ResolveTx(ctx, tx, s.now(), before.key(), actor.UserID); err != nil {
			return err
		}
		if c, err = find(ctx, tx, id); err != nil {
			return err
		}

		return s.record(ctx, tx, actor, actStop, c, why, map[string]any{
			"name": before.Asked.Name, "version": before.Asked.Number,
		})
	})

	return c, err
}

const maxWhy = 200

func deciding(
	ctx context.Context,
	tx pg.Tx,
	actor access.Actor,
	id int64,
	number int,
	may func(Chain, access.Actor) error,
) (Chain, error) {
	c, err := lock(ctx, tx, id)
	if err != nil {
		return Chain{}, err
	}
	if err := access.Require(actor, access.UnitView, c.UnitPath); err != nil {
		return Chain{}, err
	}
	if err := may(c, actor); err != nil {
		return Chain{}, err
	}
	if number != c.Asked.Number {
		return Chain{}, fault.Conflict("流程已被他人修改，请查看最新内容后再改").WithCode("overtaken")
	}

	return c, nil
}

func (s *Service) record(
	ctx context.Context,
	tx pg.Tx,
	actor access.Actor,
	act audit.Act,
	c Chain,
	why string,
	detail map[string]any,
) error {
	return audit.Write(ctx, tx, audit.Entry{
		Actor:    actor,
		At:       s.now(),
		Action:   act,
		Subject:  c.Ref(),
		UnitPath: c.UnitPath,
		Why:      why,
		Detail:   detail,
	})
}
