// Package signing keeps the signatures that words need which are no post: what is said of a hot event, and
// rebuttals. They pass the steps of the review chain that their unit has for them, as it stood when
// somebody asked for the signature; who wrote the words or asked signs at no step, and nobody signs at two.
package signing

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/chain"
	"juzhen/internal/fault"
	"juzhen/internal/identity"
	"juzhen/internal/org"
	"juzhen/internal/pg"
	"juzhen/internal/todo"
)

// Round is one asking for signatures. It is kept as JSON with what is to be signed, whose revision keeps
// two people from writing it at once. The zero value is none.
type Round struct {
	Chain string // its name
	Steps []Step
	At    int     // the step that is open, from 0; the number of steps once all are signed
	Not   []int64 // who signs at no step
}

// Step is one step of a round.
type Step struct {
	Name     string
	Role     access.Role // "": whoever may review
	Relation chain.Relation
	UnitID   int64
	UnitName string
	UnitPath string
	Items    []string // what is checked before it is signed
	All      []int64  // everybody who is to sign; nil: anybody whom the step names
	Signed   []Signature
}

// Signature is that somebody signed.
type Signature struct {
	By   int64
	Name string
	At   time.Time
}

// Single is the round of one step that whoever may review for a unit signs.
func Single(unit org.Unit, not ...int64) Round {
	return Round{
		Chain: chain.SingleName, Not: not,
		Steps: []Step{{
			Name: chain.SingleName, Relation: chain.Line, UnitID: unit.ID, UnitName: unit.Name,
			UnitPath: unit.Path,
		}},
	}
}

// BeginTx makes the round of words of the unit at path, by the chain that the unit has for what is risked.
// A step at which words are changed is left out: they are signed as they are. Fails with fault.Conflict
// where nobody can sign a step.
func BeginTx(
	ctx context.Context, tx pg.Tx, now time.Time, path string, risk chain.Risk, not ...int64,
) (r Round, err error) {
	defer fault.Step(&err, "signing.BeginTx")

	version, err := chain.ForTx(ctx, tx, path, chain.Matter{Risks: []chain.Risk{risk}})
	if err != nil {
		return Round{}, err
	}
	steps := slices.DeleteFunc(slices.Clone(version.Steps), func(s chain.Step) bool { return s.Edit })
	placed, err := chain.PlaceTx(ctx, tx, path, steps)
	if err != nil {
		return Round{}, err
	}
	able, err := chain.AbleTx(ctx, tx, now, placed, not)
	if err != nil {
		return Round{}, err
	}
	people := chain.IDs(able)
	if stuck := chain.Stuck(steps, people); stuck > 0 {
		return Round{}, fault.Conflict("“{.chain}”的“{.step}”现在没有人可以签发：每一步须由不同的人签，起草和送签的人不签",
			"chain", version.Name, "step", steps[stuck-1].Name).WithCode("nobody")
	}

	r = Round{Chain: version.Name, Not: not}
	for i, step := range placed {
		one := Step{
			Name: step.Name, Role: step.Role, Relation: step.Relation, UnitID: step.Unit.ID,
			UnitName: step.Unit.Name, UnitPath: step.Unit.Path, Items: step.Items,
		}
		if step.All {
			one.All = people[i]
		}
		r.Steps = append(r.Steps, one)
	}

	return r, nil
}

// Open is the step that waits for a signature; nil where none does.
func (r Round) Open() *Step {
	if r.At >= len(r.Steps) {
		return nil
	}

	return &r.Steps[r.At]
}

// Passed tells whether every step is signed.
func (r Round) Passed() bool { return len(r.Steps) > 0 && r.At == len(r.Steps) }

// Ends tells whether the signature of somebody who may sign now is the last one that is asked for.
func (r Round) Ends(user int64) bool {
	open := r.Open()
	if open == nil || r.At < len(r.Steps)-1 {
		return false
	}

	return !slices.ContainsFunc(open.All, func(other int64) bool { return other != user && !r.signed(other) })
}

// placed is the step as chains know it.
func (s Step) placed() chain.Placed {
	return chain.Placed{
		Step: chain.Step{Name: s.Name, Role: s.Role, Relation: s.Relation, UnitID: s.UnitID},
		Unit: org.Unit{ID: s.UnitID, Name: s.UnitName, Path: s.UnitPath},
	}
}

// Sees tells whether the actor reads what is to be signed for the round alone: the open step names them, or
// they signed.
func (r Round) Sees(actor access.Actor) bool { return r.names(actor) || r.signed(actor.UserID) }

func (r Round) names(actor access.Actor) bool {
	open := r.Open()
	return open != nil && open.placed().Names(actor.Grants) &&
		(open.All == nil || slices.Contains(open.All, actor.UserID))
}

// May tells whether the actor may sign at the open step, or return the words from it: nil, or the reason.
func (r Round) May(actor access.Actor) *fault.Error {
	open := r.Open()

	switch {
	case open == nil:
		return fault.Conflict("没有等待签发的一步")
	case slices.Contains(r.Not, actor.UserID):
		return fault.Forbidden("起草或送签的人不能签发，请另一人签发").WithCode("same_person")
	case r.signed(actor.UserID):
		return fault.Forbidden("您已经签过一步，请另一人签发").WithCode("same_person")
	case !r.names(actor):
		return fault.Forbidden("现在等{.unit}的“{.step}”签发，您不在其中", "unit", open.UnitName, "step", open.Name)
	}

	return nil
}

// signed tells whether somebody signed at any step.
func (r Round) signed(user int64) bool {
	return slices.ContainsFunc(r.Steps, func(s Step) bool {
		return slices.ContainsFunc(s.Signed, func(g Signature) bool { return g.By == user })
	})
}

// SignTx is the round with the signature of the actor at the open step, as the grants are at this moment.
// Fails as May does.
func (r Round) SignTx(ctx context.Context, act access.Act) (_ Round, err error) {
	defer fault.Step(&err, "signing.SignTx")

	if no := r.May(act.Actor); no != nil {
		return Round{}, no
	}
	able, err := chain.AbleTx(ctx, act.Tx, act.Now, []chain.Placed{r.Open().placed()}, r.Not)
	if err != nil {
		return Round{}, err
	}
	i := slices.IndexFunc(able[0], func(h identity.Holder) bool { return h.UserID == act.Actor.UserID })
	if i < 0 {
		return Round{}, fault.Forbidden("您现在没有签发这一步的权限")
	}

	return r.with(
		Signature{By: act.Actor.UserID, Name: able[0][i].Name, At: act.Now},
		chain.IDs(able)[0],
	), nil
}

// with is the round with one more signature. A step for all is over when of those it asked nobody who still
// may sign is left.
func (r Round) with(signature Signature, able []int64) Round {
	r.Steps = slices.Clone(r.Steps)
	open := &r.Steps[r.At]
	open.Signed = append(slices.Clone(open.Signed), signature)
	missing := slices.ContainsFunc(open.All, func(user int64) bool {
		return !r.signed(user) && slices.Contains(able, user)
	})
	if !missing {
		r.At++
	}

	return r
}

// Todo turns an item into one for those who may sign at the open step. Its key becomes one of the step, and
// of how many have signed there: who has signed is asked no more.
func (r Round) Todo(item todo.Item) todo.Item {
	open := r.Open()
	item.Key += fmt.Sprintf("/%d/%d", r.At+1, len(open.Signed))
	item.UnitPath = open.UnitPath
	item.Grant = &todo.Grant{Role: open.Role, Here: open.Relation != chain.Line}
	item.OnlyUsers = open.All
	item.NotUsers = slices.Clone(r.Not)

	for _, step := range r.Steps {
		for _, signature := range step.Signed {
			item.NotUsers = append(item.NotUsers, signature.By)
		}
	}

	return item
}

// SeenSQL is the condition that the actor reads what the round in a column of JSON is of, as Sees says.
func SeenSQL(actor access.Actor, column string) (cond string, args []any) {
	open := column + "->'Steps'->((" + column + "->>'At')::int)"
	conds := []string{column + `->'Steps' @> jsonb_build_array(jsonb_build_object('Signed',
    jsonb_build_array(jsonb_build_object('By', ?::bigint))))`}
	args = []any{actor.UserID}

	for _, grant := range actor.Grants {
		if access.ExtentOf(grant.Role, access.PostReview) == access.Nowhere {
			continue
		}
		conds = append(conds, `(`+open+`->>'Role' IN ('', ?) AND CASE `+open+`->>'Relation' WHEN 'line'
    THEN starts_with(`+open+`->>'UnitPath', ?) ELSE `+open+`->>'UnitPath' = ? END)`)
		args = append(args, string(grant.Role), grant.Path, grant.Path)
	}

	return "(" + strings.Join(conds, " OR ") + ")", args
}
