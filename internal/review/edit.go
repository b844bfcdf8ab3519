package review

import (
	"context"
	"strings"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/chain"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

// editable says who may take a step of editing, for the count of people: whoever it names, also who wrote.
// One that is done already asks for nobody.
func editable(
	ctx context.Context,
	tx pg.Tx,
	at time.Time,
	run Run,
	placed []chain.Placed,
	people [][]int64,
) error {
	all, err := chain.AbleTx(ctx, tx, at, placed, nil)
	if err != nil {
		return err
	}

	for i, able := range chain.IDs(all) {
		switch {
		case i+1 == run.EditedStep:
			people[i] = []int64{-int64(i + 1)} // a seat that nobody else wants
		case placed[i].Edit:
			people[i] = able
		}
	}

	return nil
}

// EditingTx lets the actor at the open step of editing of a version, and gives its run, locked. Fails as
// DecideTx does.
func EditingTx(ctx context.Context, act access.Act, postID int64, word Word) (_ Run, err error) {
	defer fault.Step(&err, "review.EditingTx %d", postID)

	_, run, people, err := atStep(ctx, act, postID, &word)
	if err != nil {
		return Run{}, err
	}
	_, err = run.Decide(Deed{
		Step: word.Step, Hash: word.Hash, Decision: word.Decision, By: act.Actor.UserID, At: act.Now,
	}, people)

	return run, err
}

// ReopenTx begins the review of the version that a step of editing made, by the chain that the version before
// passed: the step is done, and every one before it is asked about the difference. before is that version's
// run, which the caller has ended.
func ReopenTx(
	ctx context.Context,
	act access.Act,
	before Run,
	versionID int64,
	hash []byte,
	opinion string,
) (_ Run, err error) {
	defer fault.Step(&err, "review.ReopenTx %d", before.PostID)

	open := before.Open()
	matter, err := findMatter(ctx, act.Tx.DB, before.PostID)
	if err != nil {
		return Run{}, err
	}

	taken := chain.Version{ID: before.ChainVersionID, Name: before.Chain}
	for _, step := range before.Steps {
		taken.Steps = append(taken.Steps, step.Step)
	}
	placed, err := chain.PlaceTx(ctx, act.Tx, matter.UnitPath, taken.Steps)
	if err != nil {
		return Run{}, err
	}
	people, err := peopleOf(ctx, act, before)
	if err != nil {
		return Run{}, err
	}
	made := Made{
		Number: open.Number, Round: 1, Decision: Edit, By: act.Actor.UserID, At: act.Now,
		Opinion: strings.TrimSpace(opinion),
	}
	if !people.Named {
		made.For = people.For
	}
	run := Run{
		PostID: before.PostID, VersionID: versionID, Hash: hash, Chain: taken.Name, ChainVersionID: taken.ID,
		State: Pending, EditedStep: open.Number, OpenedAt: act.Now, Made: []Made{made},
	}

	return begin(ctx, act.Tx, act.Now, matter, run, taken, placed)
}
