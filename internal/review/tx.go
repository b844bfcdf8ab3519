package review

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/access"
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

// Word is what a reviewer says about a version.
type Word struct {
	Version  int    // its number
	Hash     []byte // of what the reviewer was shown
	Step     int    // 0: the one that is open
	Decision Decision
	To       int // of a return: the step it goes back to; 0: to the author
	Opinion  string
	Ticked   []string

	MustHaveOpened bool // of several at once: only what the reviewer opened as it is now

	DespiteNotes bool // the reviewer was asked about open notes and approves all the same
}

// DecideTx takes a decision about the open step of a version and gives the run as it is then: pending while
// more steps follow. It fails with fault.NotFound outside of the actor's units, unless the step names the
// actor; with fault.Forbidden for who may not review, worked on the wording, decided another step of it, or
// is not named by this one; with fault.Conflict, naming who decided, when somebody was faster, and when the
// version, the step or the hash is no longer the one under review; with fault.Invalid on "opinion" for a
// return without a word, on "to" and "ticked", and on "notes" where the last step is approved while notes are
// open.
func DecideTx(
	ctx context.Context,
	tx pg.Tx,
	at time.Time,
	actor access.Actor,
	postID int64,
	word Word,
) (_ Run, err error) {
	defer fault.Step(&err, "review.DecideTx %d", postID)

	matter, run, people, err := atStep(ctx, tx, at, actor, postID, &word)
	if err != nil {
		return Run{}, err
	}
	if word.MustHaveOpened {
		if err := wasOpened(ctx, tx, actor, run); err != nil {
			return Run{}, err
		}
	}
	next, err := run.Decide(Deed{
		Step: word.Step, Hash: word.Hash, Decision: word.Decision, To: word.To, By: actor.UserID, At: at,
		Opinion: word.Opinion, Ticked: word.Ticked,
	}, people)
	if err != nil {
		return Run{}, err
	}
	if err := asksAboutNotes(ctx, tx, run, word); err != nil {
		return Run{}, err
	}
	if err := saveRun(ctx, tx, next); err != nil {
		return Run{}, err
	}
	if err := settle(ctx, tx, at, postID, actor.UserID); err != nil {
		return Run{}, err
	}
	if next.State != Pending {
		if err := settleNotes(ctx, tx, at, postID, actor.UserID); err != nil {
			return Run{}, err
		}
	}
	if next.Open() != nil {
		if err := tell(ctx, tx, at, matter, next); err != nil {
			return Run{}, err
		}
	}

	return findRun(ctx, tx, run.ID)
}

// atStep lets the actor at the review of a version, locked, with what the rule asks about the actor; the word
// loses its outer space. Fails as DecideTx does where the actor may not come here or the word cannot be kept.
func atStep(
	ctx context.Context,
	tx pg.Tx,
	at time.Time,
	actor access.Actor,
	postID int64,
	word *Word,
) (matter, Run, People, error) {
	matter, err := findMatter(ctx, tx.DB, postID)
	if err != nil {
		return matter, Run{}, People{}, err
	}
	if err := mayReview(ctx, tx, actor, postID, matter.UnitPath); err != nil {
		return matter, Run{}, People{}, err
	}
	word.Opinion = strings.TrimSpace(word.Opinion)
	if err := checkDecision(word.Decision, word.Opinion); err != nil {
		return matter, Run{}, People{}, err
	}
	run, err := lockRun(ctx, tx, postID, word.Version)
	if err != nil {
		return matter, Run{}, People{}, err
	}
	people, err := peopleOf(ctx, tx, at, actor, run)

	return matter, run, people, err
}

// settle takes what waits about the review of a post from everybody's list.
func settle(ctx context.Context, tx pg.Tx, at time.Time, postID, by int64) error {
	return todo.ResolveManyTx(ctx, tx, at,
		[]string{key(postID), keyOf(postID, "standin"), keyOf(postID, "limit"), keyOf(postID, "raised")}, by)
}

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
func peopleOf(
	ctx context.Context,
	tx pg.Tx,
	at time.Time,
	actor access.Actor,
	run Run,
) (people People, err error) {
	workers, err := workersOf(ctx, tx, run.VersionID)
	if err != nil {
		return People{}, err
	}
	people.Worked = slices.Contains(workers, actor.UserID)
	open := run.Open()
	if open == nil {
		return people, nil
	}
	people.Named, people.Raised = open.Names(actor.Grants), open.NamesByRaise(actor.Grants)
	if !people.Named {
		if people.For, err = standsInFor(ctx, tx, at, actor, *open); err != nil {
			return People{}, err
		}
	}
	if open.All {
		able, err := chain.AbleTx(ctx, tx, at, []chain.Placed{open.own()}, workers)
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
func standsInFor(ctx context.Context, tx pg.Tx, at time.Time, actor access.Actor, open Step) (int64, error) {
	if !actor.CanAt(access.PostReview, open.Unit.Path) {
		return 0, nil
	}
	persons, err := standInsOf(ctx, tx, open, actor.UserID)
	if err != nil || len(persons) == 0 {
		return 0, err
	}
	running, err := chain.StandInsTx(ctx, tx, at, persons)
	if err != nil {
		return 0, err
	}

	for _, one := range running {
		if one.StandInID == actor.UserID {
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

// AgainTx gives the open review of a version another hash, made by seal, because what is approved has changed
// without its words: an earlier time. Approvals given before are void, and void tells how many; reviewers who
// hold the old page are told to look again. Fails with fault.Conflict where nothing is open.
func AgainTx(
	ctx context.Context,
	tx pg.Tx,
	at time.Time,
	postID int64,
	versionNumber int,
	by int64,
	seal func(Run) ([]byte, error),
) (void int, err error) {
	defer fault.Step(&err, "review.AgainTx %d", postID)

	matter, err := findMatter(ctx, tx.DB, postID)
	if err != nil {
		return 0, err
	}
	run, err := lockRun(ctx, tx, postID, versionNumber)
	if err != nil {
		return 0, err
	}
	if run.State != Pending {
		return 0, run.overtaken()
	}

	for _, made := range run.Made {
		if made.Decision == Approve && run.Counts(made) {
			void++
		}
	}
	hash, err := seal(run)
	if err != nil {
		return 0, err
	}
	next := run.Again(hash, at)
	if err := saveSteps(ctx, tx, next); err != nil {
		return 0, err
	}
	if err := settle(ctx, tx, at, postID, by); err != nil {
		return 0, err
	}

	return void, tell(ctx, tx, at, matter, next)
}

// VoidTx ends the open review of a post whose version is changed or withdrawn. by is who did it, 0 for
// the machine. Nothing open is no fault.
func VoidTx(ctx context.Context, tx pg.Tx, at time.Time, postID, by int64) (err error) {
	defer fault.Step(&err, "review.VoidTx %d", postID)

	if err := voidRuns(ctx, tx, postID, at); err != nil {
		return err
	}
	if err := settleNotes(ctx, tx, at, postID, by); err != nil {
		return err
	}

	return settle(ctx, tx, at, postID, by)
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
