package review

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/access"
	"juzhen/internal/chain"
	"juzhen/internal/fault"
	"juzhen/internal/org"
	"juzhen/internal/pg"
	"juzhen/internal/todo"
)

// key names the to-do of a post's review.
func key(postID int64) string { return "review/" + strconv.FormatInt(postID, 10) }

// OpenTx begins the review of a submitted version by the chain of one step, and puts it on the list of
// those who may review for its unit.
func OpenTx(
	ctx context.Context,
	tx pg.Tx,
	at time.Time,
	postID, versionID int64,
	hash []byte,
) (_ Run, err error) {
	defer fault.Step(&err, "review.OpenTx %d", postID)

	matter, err := findMatter(ctx, tx.DB, postID)
	if err != nil {
		return Run{}, err
	}
	ground, err := groundOf(ctx, tx, matter.UnitPath)
	if err != nil {
		return Run{}, err
	}

	run := Run{
		PostID:    postID,
		VersionID: versionID,
		Hash:      hash,
		Chain:     chain.SingleName,
		State:     Pending,
		OpenedAt:  at,
	}
	for i, step := range chain.Single() {
		run.Steps = append(run.Steps, Step{
			Placed: ground.Place(step, org.Unit{}), Number: i + 1, State: StepWaiting, Round: 1,
		})
	}
	run.Steps[0].begin(at)
	id, err := insertRun(ctx, tx, run)
	if err != nil {
		return Run{}, err
	}
	if err := tell(ctx, tx, at, matter, run); err != nil {
		return Run{}, err
	}

	return findRun(ctx, tx, id)
}

func findRun(ctx context.Context, tx pg.Tx, id int64) (Run, error) {
	runs, err := runsOf(ctx, tx.Pgx, "r.id = @id", pgx.NamedArgs{"id": id})
	if err != nil || len(runs) == 0 {
		return Run{}, pg.OrNotFound(err, errNotFound())
	}

	return runs[0], nil
}

// groundOf reads the units from the top of the tree down to the one at path.
func groundOf(ctx context.Context, tx pg.Tx, path string) (ground chain.Ground, err error) {
	for _, part := range strings.Split(strings.Trim(path, "/"), "/") {
		id, err := strconv.ParseInt(part, 10, 64)
		if err != nil {
			return nil, err
		}
		unit, err := org.Of(ctx, tx.DB, id)
		if err != nil {
			return nil, err
		}
		ground = append(ground, unit)
	}

	return ground, nil
}

// tell puts the open step of a run on the list of whoever may decide it.
func tell(ctx context.Context, tx pg.Tx, at time.Time, matter matter, run Run) error {
	return todo.RaiseTx(ctx, tx, at, todo.Item{
		Matter:    todoWaiting,
		Key:       key(run.PostID),
		UnitPath:  run.Open().Unit.Path,
		NotUser:   matter.AuthorID,
		SubjectID: run.PostID,
		Args:      map[string]any{"title": matter.Title},
		DueAt:     matter.DueAt,
	})
}

// Word is what a reviewer says about a version.
type Word struct {
	Version  int    // its number
	Hash     []byte // of what the reviewer was shown
	Step     int    // 0: the one that is open
	Decision Decision
	To       int // of a return: the step it goes back to; 0: to the author
	Opinion  string
	Ticked   []string
}

// DecideTx takes a decision about the open step of a version and gives the run as it is then: pending while
// more steps follow. It fails with fault.NotFound outside of the actor's units; with fault.Forbidden for who
// may not review, worked on the wording, decided another step of it, or is not named by this one; with
// fault.Conflict, naming who decided, when somebody was faster, and when the version, the step or the hash
// is no longer the one under review; with fault.Invalid on "opinion" for a return without a word, on "to"
// and "ticked".
func DecideTx(
	ctx context.Context,
	tx pg.Tx,
	at time.Time,
	actor access.Actor,
	postID int64,
	word Word,
) (_ Run, err error) {
	defer fault.Step(&err, "review.DecideTx %d", postID)

	matter, err := findMatter(ctx, tx.DB, postID)
	if err != nil {
		return Run{}, err
	}
	if err := access.Require(actor, access.PostReview, matter.UnitPath); err != nil {
		return Run{}, err
	}
	word.Opinion = strings.TrimSpace(word.Opinion)
	if err := checkDecision(word.Decision, word.Opinion); err != nil {
		return Run{}, err
	}
	run, err := lockRun(ctx, tx, postID, word.Version)
	if err != nil {
		return Run{}, err
	}
	people, err := peopleOf(ctx, tx, actor, run)
	if err != nil {
		return Run{}, err
	}
	next, err := run.Decide(Deed{
		Step: word.Step, Hash: word.Hash, Decision: word.Decision, To: word.To, By: actor.UserID, At: at,
		Opinion: word.Opinion, Ticked: word.Ticked,
	}, people)
	if err != nil {
		return Run{}, err
	}
	if err := saveRun(ctx, tx, next); err != nil {
		return Run{}, err
	}
	if err := todo.ResolveTx(ctx, tx, at, key(postID), actor.UserID); err != nil {
		return Run{}, err
	}
	if next.Open() != nil {
		if err := tell(ctx, tx, at, matter, next); err != nil {
			return Run{}, err
		}
	}

	return findRun(ctx, tx, run.ID)
}

// peopleOf is what the rule asks about the actor, at this moment.
func peopleOf(ctx context.Context, tx pg.Tx, actor access.Actor, run Run) (people People, err error) {
	if people.Worked, err = workedOn(ctx, tx, actor.UserID, run.VersionID); err != nil {
		return People{}, err
	}
	open := run.Open()
	if open == nil {
		return people, nil
	}
	people.Named, people.Raised = open.Names(actor.Grants), open.NamesByRaise(actor.Grants)

	return people, nil
}

// WorkedOnTx tells whether the user wrote, changed or submitted a version, or began its post.
func WorkedOnTx(ctx context.Context, tx pg.Tx, userID, versionID int64) (_ bool, err error) {
	defer fault.Step(&err, "review.WorkedOnTx %d", userID)

	return workedOn(ctx, tx, userID, versionID)
}

// VoidTx ends the open review of a post whose version is changed or withdrawn. by is who did it, 0 for
// the machine. Nothing open is no fault.
func VoidTx(ctx context.Context, tx pg.Tx, at time.Time, postID, by int64) (err error) {
	defer fault.Step(&err, "review.VoidTx %d", postID)

	if err := voidRuns(ctx, tx, postID, at); err != nil {
		return err
	}

	return todo.ResolveTx(ctx, tx, at, key(postID), by)
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
