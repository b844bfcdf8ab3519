package faultbook

import (
	"context"
	"slices"
	"strings"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/org"
	"juzhen/internal/pg"
	"juzhen/internal/todo"
)

// MaxDaily is how many faults of a code rules enter by themselves within a day. A list of words, a rule or an
// upgrade may find hundreds at once; the others are held back, and supervisors decide whether they are
// entered.
const MaxDaily = 50

// Held is how much of a code is held back.
type Held struct {
	Code Code
	N    int
	At   time.Time // when it was counted
}

// Held counts what is held back for the accounts that the actor supervises. unitPath is as in Query.
func (s *Service) Held(ctx context.Context, actor access.Actor, unitPath string) (_ []Held, err error) {
	defer fault.Step(&err, "faultbook.Held")

	counted, err := countHeld(ctx, s.db, actor, unitPath)

	for i, one := range counted {
		if code, known := CodeOf(one.Code.Code); known {
			counted[i].Code = code
		}
	}

	return counted, err
}

// Enter writes what is held back of a code into the book, for the accounts that the actor supervises, and
// tells how many there were: at most 500 at a time. Fails with fault.Invalid at "code" for one that there is
// not, with fault.NotFound where nothing of theirs is held back any more.
func (s *Service) Enter(ctx context.Context, actor access.Actor, code string) (n int, err error) {
	defer fault.Step(&err, "faultbook.Enter")

	if _, known := CodeOf(code); !known {
		return 0, fault.Invalid("code", "请选择是哪一类问题")
	}
	fresh, err := s.fresh(ctx)
	if err != nil {
		return 0, err
	}
	theirs := slices.DeleteFunc(slices.Clone(fresh), func(found ruled) bool {
		return found.Code != code || !actor.CanAt(access.InspectManage, found.unitPath)
	})
	theirs = theirs[:min(len(theirs), s.most)]
	if len(theirs) == 0 {
		return 0, fault.NotFound("没有等待记入的问题，或不在您的管辖范围内")
	}
	if n, err = s.enter(ctx, actor, theirs); err != nil {
		return n, err
	}
	_, held, err := s.bounded(ctx, slices.DeleteFunc(fresh, func(found ruled) bool {
		return slices.ContainsFunc(theirs, func(entered ruled) bool { return entered.Entry == found.Entry })
	}))
	if err != nil {
		return n, err
	}

	return n, s.hold(ctx, held)
}

// fresh is what rules find now and what is not in the book.
func (s *Service) fresh(ctx context.Context) ([]ruled, error) {
	failing, err := s.rules.Failing(ctx)
	if err != nil {
		return nil, err
	}

	return unheard(ctx, s.db, entriesOf(failing))
}

// enter writes findings into the book, each in a transaction of its own.
func (s *Service) enter(ctx context.Context, actor access.Actor, found []ruled) (n int, err error) {
	for _, one := range found {
		err := s.db.InTx(ctx, func(tx pg.Tx) error {
			id, err := s.insert(ctx, tx, actor, one.Entry, one.unitID, ByRule, &one.since)
			if id != 0 {
				n++
			}

			return err
		})
		if err != nil {
			return n, err
		}
	}

	return n, nil
}

// bounded divides findings into those that are entered by themselves, MaxDaily of a code within a day, and
// those that are held back.
func (s *Service) bounded(ctx context.Context, fresh []ruled) (now, held []ruled, err error) {
	entered, err := enteredByRules(ctx, s.db, s.now().Add(-24*time.Hour))
	if err != nil {
		return nil, nil, err
	}

	for _, found := range fresh {
		if entered[found.Code] >= s.daily {
			held = append(held, found)
			continue
		}
		entered[found.Code]++
		now = append(now, found)
	}

	return now, held, nil
}

// hold keeps how much is held back, and tells the supervisors of all the units that it concerns, once for
// each code while there is any.
func (s *Service) hold(ctx context.Context, held []ruled) error {
	counts := map[heldKey]int{}
	paths := map[string]string{} // of each code the unit that holds all of it

	for _, found := range held {
		counts[heldKey{found.Code, found.unitID}]++
		before, known := paths[found.Code]
		if !known {
			before = found.unitPath
		}
		paths[found.Code] = common(before, found.unitPath)
	}

	var items []todo.Item
	wanted := map[string]bool{}

	for code, path := range paths {
		item, err := heldItem(code, path)
		if err != nil {
			return err
		}
		items, wanted[item.Key] = append(items, item), true
	}

	return s.db.InTx(ctx, func(tx pg.Tx) error {
		if err := writeHeld(ctx, tx, counts, s.now()); err != nil {
			return err
		}
		open, err := openHeld(ctx, tx)
		if err != nil {
			return err
		}
		over := slices.DeleteFunc(open, func(key string) bool { return wanted[key] })
		if err := todo.ResolveManyTx(ctx, tx, s.now(), over, 0); err != nil {
			return err
		}

		return todo.RaiseManyTx(ctx, tx, s.now(), items)
	})
}

// heldItem is what supervisors of a unit are told of a code.
func heldItem(code, path string) (todo.Item, error) {
	unit, err := org.IDOf(path)
	what, _ := CodeOf(code)

	return todo.Item{
		Matter: todoHeld, Key: "faultbook/held/" + code + path, UnitPath: path, SubjectID: unit,
		Args: map[string]any{"what": what.Text, "n": MaxDaily},
	}, err
}

// common is the lowest unit that holds two units, by their paths: /1/3/ and /1/4/5/ have /1/.
func common(a, b string) string {
	for !strings.HasPrefix(b, a) {
		a = a[:strings.LastIndexByte(strings.TrimSuffix(a, "/"), '/')+1]
	}

	return a
}
