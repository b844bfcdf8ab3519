package review

import (
	"context"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/chain"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/todo"
)

// key names the to-do of a post's review.
func key(postID int64) string { return "review/" + strconv.FormatInt(postID, 10) }

// keyOf names the to-do of the stand-ins of a step, and that of its limit.
func keyOf(postID int64, what string) string { return key(postID) + "/" + what }

// OpenTx begins the review of a submitted version by the chain that was chosen for it, and puts its first
// step on the list of those whom it names. Fails with fault.Conflict where nobody could pass the chain today
// without those who worked on the version; the chain of one step is begun all the same.
func OpenTx(
	ctx context.Context,
	tx pg.Tx,
	at time.Time,
	postID, versionID int64,
	hash []byte,
	taken chain.Version,
) (_ Run, err error) {
	defer fault.Step(&err, "review.OpenTx %d", postID)

	matter, err := findMatter(ctx, tx.DB, postID)
	if err != nil {
		return Run{}, err
	}
	placed, err := chain.PlaceTx(ctx, tx, matter.UnitPath, taken.Steps)
	if err != nil {
		return Run{}, err
	}
	run := Run{
		PostID: postID, VersionID: versionID, Hash: hash,
		Chain: taken.Name, ChainVersionID: taken.ID, State: Pending, OpenedAt: at,
	}

	return begin(ctx, tx, at, matter, run, taken, placed)
}

// begin opens the first step of a run that nobody has edited yet, and keeps it.
func begin(
	ctx context.Context,
	tx pg.Tx,
	at time.Time,
	matter matter,
	run Run,
	taken chain.Version,
	placed []chain.Placed,
) (Run, error) {
	if len(placed) > 1 {
		if err := passable(ctx, tx, at, run, taken, placed); err != nil {
			return Run{}, err
		}
	}

	for i, step := range placed {
		run.Steps = append(run.Steps, Step{Placed: step, Number: i + 1, State: StepWaiting, Round: 1})
	}
	if run.EditedStep > 0 {
		run.Steps[run.EditedStep-1].State = StepPassed
	}
	run.goTo(1, at)
	id, err := insertRun(ctx, tx, run)
	if err != nil {
		return Run{}, err
	}
	if run, err = findRun(ctx, tx, id); err != nil {
		return Run{}, err
	}

	return run, tell(ctx, tx, at, matter, run)
}

// passable refuses a chain in which a step has nobody left for this version.
func passable(
	ctx context.Context,
	tx pg.Tx,
	at time.Time,
	run Run,
	taken chain.Version,
	placed []chain.Placed,
) error {
	workers, err := workersOf(ctx, tx, run.VersionID)
	if err != nil {
		return err
	}
	able, err := chain.AbleTx(ctx, tx, at, placed, workers)
	if err != nil {
		return err
	}
	people := chain.IDs(able)
	if err := editable(ctx, tx, at, run, placed, people); err != nil {
		return err
	}
	if stuck := chain.Stuck(taken.Steps, people); stuck > 0 {
		return fault.Conflict("审核流程“{.chain}”的第 {.n} 步“{.step}”现在没有人可以审核，请联系管理员授权或修改流程",
			"chain", taken.Name, "n", stuck, "step", taken.Steps[stuck-1].Name).WithCode("nobody")
	}

	return nil
}

func findRun(ctx context.Context, tx pg.Tx, id int64) (Run, error) {
	runs, err := runsOf(ctx, tx.Pgx, "r.id = @id", pgx.NamedArgs{"id": id})
	if err != nil || len(runs) == 0 {
		return Run{}, pg.OrNotFound(err, errNotFound())
	}

	return runs[0], nil
}

// tell puts the open step of a run on the list of those whom it names, without who may not decide it.
func tell(ctx context.Context, tx pg.Tx, at time.Time, matter matter, run Run) error {
	open := run.Open()
	not, err := workersOf(ctx, tx, run.VersionID)
	if err != nil {
		return err
	}
	if open.Edit { // who wrote may edit
		not = nil
	}

	for _, made := range run.Made {
		if made.Number != open.Number || made.Round == open.Round {
			not = append(not, made.By)
		}
	}
	item := todo.Item{
		Matter:    todoWaiting,
		Key:       key(run.PostID),
		UnitPath:  open.Unit.Path,
		NotUsers:  not,
		SubjectID: run.PostID,
		Args:      map[string]any{"title": matter.Title},
		DueAt:     matter.DueAt,
		Grant:     &todo.Grant{Role: open.Role, Here: open.Relation != chain.Line},
	}
	if len(run.Steps) > 1 {
		item.Matter = todoStep
		item.Args["step"] = open.Name
	}

	return todo.RaiseTx(ctx, tx, at, item)
}

// OfPostTx lists all decisions about a post and what waits for one, the newest first. It checks no right:
// find the post first.
func OfPostTx(ctx context.Context, tx pg.Tx, postID int64) (_ []Review, err error) {
	defer fault.Step(&err, "review.OfPostTx %d", postID)

	return reviewsOf(ctx, tx.Pgx, postID)
}

func reviewsOf(ctx context.Context, from source, postID int64) (list []Review, err error) {
	runs, err := runsOf(ctx, from, "r.post_id = @post", pgx.NamedArgs{"post": postID})
	if err != nil {
		return nil, err
	}

	for i := range runs {
		list = append(list, runs[i].shown()...)
	}

	return list, nil
}
