package inbox

import (
	"context"
	"slices"
	"strings"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/audit"
	"juzhen/internal/column"
	"juzhen/internal/fault"
	"juzhen/internal/identity"
	"juzhen/internal/org"
	"juzhen/internal/pg"
)

// applyAtOnce is to how many matters that wait a rule is applied in one go.
const applyAtOnce = 200

func errNoRule() error {
	return fault.NotFound("没有找到这条分派规则，或不在您的管辖范围内")
}

// Rules are the rules of the units whose inbox the actor reads, by unit and in the order in which they are
// asked.
func (s *Service) Rules(ctx context.Context, actor access.Actor) (_ []Rule, err error) {
	defer fault.Step(&err, "inbox.Rules")

	cond, args := access.Scope(actor, access.InboxView, "u.path")

	return listRules(ctx, s.db.Gorm(ctx), cond, args...)
}

// Rule is one of them. Fails with fault.NotFound.
func (s *Service) Rule(ctx context.Context, actor access.Actor, id int64) (_ Rule, err error) {
	defer fault.Step(&err, "inbox.Rule %d", id)

	return findRule(ctx, s.db.Gorm(ctx), actor, id)
}

// SaveRule makes a rule, or changes the one of that ID and of the revision that was shown; the unit of a rule
// stays. Fails with fault.NotFound, as MayKeepRules does, with fault.Fields on the fields of the form, with
// fault.Conflict when somebody else changed it meanwhile.
func (s *Service) SaveRule(ctx context.Context, actor access.Actor, rule Rule) (out Rule, err error) {
	defer fault.Step(&err, "inbox.SaveRule %d", rule.ID)

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		if rule.ID != 0 {
			before, err := findRule(ctx, tx.DB, actor, rule.ID)
			if err != nil {
				return err
			}
			rule.UnitID = before.UnitID
		}
		unit, err := org.Of(ctx, tx.DB, rule.UnitID)
		if err != nil {
			return err
		}
		if err := MayKeepRules(actor, unit.Path); err != nil {
			return err
		}
		if rule, err = rule.clean(); err != nil {
			return err
		}
		if err := s.leads(ctx, tx, actor, unit, rule); err != nil {
			return err
		}
		id, err := putRule(ctx, tx, rule, actor.UserID, s.now())
		if err != nil {
			return err
		}
		if out, err = findRule(ctx, tx.DB, access.System("inbox"), id); err != nil {
			return err
		}

		return s.ruled(ctx, tx, actor, out, "saved")
	})

	return out, err
}

// leads says what is wrong with where a rule of a unit looks and leads: the account and the column must be
// there for the unit, and the actor must be able to assign to where it assigns.
func (s *Service) leads(
	ctx context.Context, tx pg.Tx, actor access.Actor, unit org.Unit, rule Rule,
) error {
	if id := rule.If.AccountID; id != 0 {
		found, err := account.FindManyTx(ctx, tx, []int64{id})
		if err != nil {
			return err
		}
		if a, ok := found[id]; !ok || !strings.HasPrefix(a.UnitPath, unit.Path) {
			return fault.Invalid("account_id", "没有这个账号，或不归这个单位，请重新选择")
		}
	}
	if id := rule.If.ColumnID; id != 0 {
		_, err := column.HoldsTx(ctx, tx, id, unit.Path)
		if fault.Is(err, fault.KindInvalid) {
			return fault.Invalid("column_id", "没有这个栏目，请重新选择")
		}
		if err != nil {
			return err
		}
	}
	if rule.Then.UnitID == 0 {
		return nil
	}
	to, err := org.Of(ctx, tx.DB, rule.Then.UnitID)
	if err == nil {
		err = access.Require(actor, access.InboxAssign, to.Path)
	}
	if fault.Is(err, fault.KindNotFound) || fault.Is(err, fault.KindForbidden) {
		return fault.Invalid("to_unit_id", "您不能分派给这个单位，请重新选择")
	}
	if err != nil || rule.Then.OwnerID == 0 {
		return err
	}
	able, err := s.able(ctx, tx, rule.Then.OwnerID, to.Path)
	if err == nil && !able {
		return fault.Invalid("to_unit_id", "这个人在该单位没有办理互动的权限")
	}

	return err
}

// able tells whether somebody may deal with what citizens say at a unit.
func (s *Service) able(ctx context.Context, tx pg.Tx, user int64, path string) (bool, error) {
	people, err := identity.AbleTx(ctx, tx, s.now(), access.InboxAnswer, path)

	return slices.ContainsFunc(people, func(h identity.Holder) bool { return h.UserID == user }), err
}

// RetireRule takes a rule out of use, and gives it as it was with its last revision; what it assigned stays
// so. Fails as SaveRule does.
func (s *Service) RetireRule(
	ctx context.Context, actor access.Actor, id int64, revision int,
) (rule Rule, err error) {
	defer fault.Step(&err, "inbox.RetireRule %d", id)

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		if rule, err = s.keptRule(ctx, tx, actor, id); err != nil {
			return err
		}
		if err := retireRule(ctx, tx, id, revision, actor.UserID, s.now()); err != nil {
			return err
		}
		rule.Revision++

		return s.ruled(ctx, tx, actor, rule, "retired")
	})

	return rule, err
}

func (s *Service) keptRule(ctx context.Context, tx pg.Tx, actor access.Actor, id int64) (Rule, error) {
	rule, err := findRule(ctx, tx.DB, actor, id)
	if err == nil {
		err = MayKeepRules(actor, rule.UnitPath)
	}

	return rule, err
}

// ruled writes an act on a rule into the trail.
func (s *Service) ruled(ctx context.Context, tx pg.Tx, actor access.Actor, rule Rule, what string) error {
	return audit.Write(ctx, tx, audit.Entry{
		Actor: actor, At: s.now(), Action: actRule, Subject: rule.Ref(), UnitPath: rule.UnitPath,
		Detail: map[string]any{"name": rule.Name, "change": what, "revision": rule.Revision},
	})
}

// Fit is how much of what nobody has yet a rule would be for.
type Fit struct {
	Open int // that nobody has, in the unit of the rule and below; at most MostUnassigned
	Fit  int
}

// Fitting tells how many of the matters that nobody has yet follow the rule. Fails with fault.NotFound.
func (s *Service) Fitting(ctx context.Context, actor access.Actor, id int64) (fit Fit, err error) {
	defer fault.Step(&err, "inbox.Fitting %d", id)

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		rule, err := findRule(ctx, tx.DB, actor, id)
		if err != nil {
			return err
		}
		waits, fits, err := fitting(ctx, tx, rule)
		fit = Fit{Open: waits, Fit: len(fits)}

		return err
	})

	return fit, err
}

// fitting are the matters that nobody has and that follow a rule rather than another one, the oldest first.
func fitting(ctx context.Context, tx pg.Tx, rule Rule) (waits int, fits []int64, err error) {
	rules, err := rulesAround(ctx, tx.DB, rule.UnitPath)
	if err != nil {
		return 0, nil, err
	}
	book := NewRulebook(rules)

	err = eachUnassigned(ctx, tx, rule.UnitPath, book.columns(), func(one opened) {
		waits++
		if followed := book.Follow(one.path, one.Opening); followed != nil && followed.ID == rule.ID {
			fits = append(fits, one.id)
		}
	})

	return waits, fits, err
}

// ApplyRule does with matters that nobody has yet what the rule does with new ones, as many as go at once,
// and tells with how many. Fails as RetireRule does.
func (s *Service) ApplyRule(
	ctx context.Context, actor access.Actor, id int64, revision int,
) (done int, err error) {
	defer fault.Step(&err, "inbox.ApplyRule %d", id)

	if err := s.days.load(ctx, s.opt.Plan, s.now()); err != nil {
		return 0, err
	}
	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		rule, err := s.keptRule(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		if rule.Revision != revision {
			return errStaleRule()
		}
		_, fits, err := fitting(ctx, tx, rule)
		if err != nil {
			return err
		}

		done, err = s.obey(ctx, tx, actor, rule, fits[:min(len(fits), applyAtOnce)])

		return err
	})

	return done, err
}

// followRules has new matters of an account follow the rules.
func (s *Service) followRules(
	ctx context.Context, tx pg.Tx, a account.Account, made []*standing,
) error {
	if len(made) == 0 {
		return nil
	}
	rules, err := rulesAlong(ctx, tx.DB, a.UnitPath)
	if err != nil || len(rules) == 0 {
		return err
	}
	book, columns := NewRulebook(rules), map[string]int64{}
	if book.columns() {
		if columns, err = columnsOf(ctx, tx, a.ID, made); err != nil {
			return err
		}
	}

	follows := map[int64][]int64{} // matters by rule

	for _, m := range made {
		rule := book.Follow(a.UnitPath, Opening{
			AccountID: a.ID, ColumnID: columns[m.Thread], Kind: m.Kind, Text: m.said, At: m.OpenedAt,
		})
		if rule != nil {
			follows[rule.ID] = append(follows[rule.ID], m.ID)
		}
	}

	for _, rule := range rules {
		if _, err := s.obey(ctx, tx, access.System("inbox"), rule, follows[rule.ID]); err != nil {
			return err
		}
	}

	return nil
}

// obey does what a rule says with matters, and tells with how many. A person who may not deal with them any
// more is left out: then they are the unit's.
func (s *Service) obey(
	ctx context.Context, tx pg.Tx, actor access.Actor, rule Rule, matters []int64,
) (done int, err error) {
	if len(matters) > 0 && rule.Then.OwnerID != 0 {
		able, err := s.able(ctx, tx, rule.Then.OwnerID, rule.ToPath)
		if err != nil {
			return 0, err
		}
		if !able {
			rule.Then.OwnerID = 0
		}
	}

	for _, id := range matters {
		did, err := s.obeyed(ctx, tx, actor, rule, id)
		if err != nil {
			return done, err
		}
		if did {
			done++
		}
	}

	return done, nil
}

// obeyed does what a rule says with one matter, unless somebody has it by now or it is answered.
func (s *Service) obeyed(
	ctx context.Context, tx pg.Tx, actor access.Actor, rule Rule, id int64,
) (bool, error) {
	m, err := findMatter(ctx, tx.DB, access.System("inbox"), id)
	if err != nil || m.State != Open {
		return false, err
	}

	for _, move := range rule.moves(m) {
		before := m
		move.Revision = m.Revision
		to, _ := m.State.After(move.Act)
		err := updateMatter(ctx, tx, before, to, move, actor.UserID, s.now())
		if fault.Is(err, fault.KindConflict) {
			return false, nil // somebody was faster
		}
		if err != nil {
			return false, err
		}
		if move.Act == Sort { // whose it is changes no clock
			if err := s.reckon(ctx, tx, before); err != nil {
				return false, err
			}
		}
		if m, err = findMatter(ctx, tx.DB, access.System("inbox"), id); err != nil {
			return false, err
		}
		if err := s.record(ctx, tx, actor, before, m, move); err != nil {
			return false, err
		}
	}

	return true, nil
}

// moves are the acts of a rule on a matter.
func (r Rule) moves(m Matter) (moves []Move) {
	note := "规则：" + r.Name
	if r.Then.Kind != "" && r.Then.Kind != m.Kind {
		moves = append(moves, Move{Act: Sort, Kind: r.Then.Kind, Note: note})
	}
	if r.Then.UnitID != 0 {
		moves = append(moves, Move{Act: Assign, UnitID: r.Then.UnitID, OwnerID: r.Then.OwnerID, Note: note})
	}

	return moves
}

// Target is a unit to which the actor may assign, with the people who deal with what citizens say there.
type Target struct {
	Unit   org.Unit
	People []identity.Holder
}

// Targets are the units to which the actor may assign, in the order of the tree. A person stands at the units
// at which the right was given.
func (s *Service) Targets(ctx context.Context, actor access.Actor) (targets []Target, err error) {
	defer fault.Step(&err, "inbox.Targets")

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		units, err := org.WithinTx(ctx, tx, actor, access.InboxAssign)
		if err != nil {
			return err
		}

		paths := make([]string, len(units))
		for i, unit := range units {
			paths[i] = unit.Path
		}
		people, err := identity.AbleTx(ctx, tx, s.now(), access.InboxAnswer, paths...)
		if err != nil {
			return err
		}

		for _, unit := range units {
			target := Target{Unit: unit}
			for _, one := range people {
				if one.At(unit.ID) {
					target.People = append(target.People, one)
				}
			}
			targets = append(targets, target)
		}

		return nil
	})

	return targets, err
}
