package review

import (
	"context"
	"slices"

	"juzhen/internal/access"
	"juzhen/internal/chain"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

// mayReview lets the actor at a post's review: by the permission at its unit, or because an open step of it
// names the actor.
func mayReview(ctx context.Context, tx pg.Tx, actor access.Actor, postID int64, path string) error {
	err := access.Require(actor, access.PostReview, path)
	if err == nil {
		return nil
	}
	named, nerr := NamesTx(ctx, tx, actor, postID)
	if nerr != nil {
		return nerr
	}
	if named {
		return nil
	}

	return err
}

// NamesTx tells whether an open step of a post's review names the actor, by a grant or as a stand-in: then
// the actor sees the version under review, wherever the post is, and decides that step.
func NamesTx(ctx context.Context, tx pg.Tx, actor access.Actor, postID int64) (names bool, err error) {
	defer fault.Step(&err, "review.NamesTx %d", postID)

	cond, args := namedSQL(actor)
	err = tx.DB.WithContext(ctx).
		Raw(`SELECT EXISTS (SELECT FROM review_runs r JOIN review_steps s ON s.run_id = r.id
    JOIN units su ON su.id = s.unit_id LEFT JOIN units ru ON ru.id = s.raised_unit_id
WHERE r.post_id = ? AND s.state = 'open' AND `+cond+")", append([]any{postID}, args...)...).
		Row().
		Scan(&names)

	return names, err
}

// OpenToSQL is the condition "an open step of the review of post p names the actor": who may not see the post
// sees its version under review then.
func OpenToSQL(actor access.Actor, post string) (string, []any) {
	cond, args := namedSQL(actor)

	return `EXISTS (SELECT FROM review_runs r JOIN review_steps s ON s.run_id = r.id
    JOIN units su ON su.id = s.unit_id LEFT JOIN units ru ON ru.id = s.raised_unit_id
WHERE r.post_id = ` + post + ` AND s.state = 'open' AND ` + cond + ")", args
}

// peopleOf is what the rule asks about the actor, at this moment.
func peopleOf(ctx context.Context, act access.Act, run Run) (people People, err error) {
	workers, err := workersOf(ctx, act.Tx, run.VersionID)
	if err != nil {
		return People{}, err
	}
	people.Worked = slices.Contains(workers, act.Actor.UserID)
	open := run.Open()
	if open == nil {
		return people, nil
	}
	people.Named, people.Raised = open.Names(act.Actor.Grants), open.NamesByRaise(act.Actor.Grants)
	if !people.Named {
		if people.For, err = standsInFor(ctx, act, *open); err != nil {
			return People{}, err
		}
	}
	if open.All {
		able, err := chain.AbleTx(ctx, act.Tx, act.Now, []chain.Placed{open.own()}, workers)
		if err != nil {
			return People{}, err
		}
		people.All = chain.IDs(able)[0]
	}

	return people, nil
}

// own is the step without the unit it went up to.
func (s Step) own() chain.Placed {
	placed := s.Placed
	placed.Raised = nil

	return placed
}

// standsInFor gives the person for whom the actor may decide an open step that is past its limit; 0 for none.
// The appointment must hold still, and the actor must be allowed to review there anyway.
func standsInFor(ctx context.Context, act access.Act, open Step) (int64, error) {
	if !act.Actor.CanAt(access.PostReview, open.Unit.Path) {
		return 0, nil
	}
	persons, err := standInsOf(ctx, act.Tx, open, act.Actor.UserID)
	if err != nil || len(persons) == 0 {
		return 0, err
	}
	running, err := chain.StandInsTx(ctx, act.Tx, act.Now, persons)
	if err != nil {
		return 0, err
	}

	for _, one := range running {
		if one.StandInID == act.Actor.UserID {
			return one.UserID, nil
		}
	}

	return 0, nil
}

// WorkedOnTx tells whether the user wrote, changed or submitted a version, or began its post.
func WorkedOnTx(ctx context.Context, tx pg.Tx, userID, versionID int64) (_ bool, err error) {
	defer fault.Step(&err, "review.WorkedOnTx %d", userID)

	workers, err := workersOf(ctx, tx, versionID)

	return slices.Contains(workers, userID), err
}
