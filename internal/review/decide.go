package review

import (
	"context"
	"strings"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/todo"
)

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
func DecideTx(ctx context.Context, act access.Act, postID int64, word Word) (_ Run, err error) {
	defer fault.Step(&err, "review.DecideTx %d", postID)

	matter, run, people, err := atStep(ctx, act, postID, &word)
	if err != nil {
		return Run{}, err
	}
	if word.MustHaveOpened {
		if err := wasOpened(ctx, act.Tx, act.Actor, run); err != nil {
			return Run{}, err
		}
	}
	next, err := run.Decide(Deed{
		Step:     word.Step,
		Hash:     word.Hash,
		Decision: word.Decision,
		To:       word.To,
		By:       act.Actor.UserID,
		At:       act.Now,
		Opinion:  word.Opinion,
		Ticked:   word.Ticked,
	}, people)
	if err != nil {
		return Run{}, err
	}
	if err := asksAboutNotes(ctx, act.Tx, run, word); err != nil {
		return Run{}, err
	}
	if err := saveRun(ctx, act.Tx, next); err != nil {
		return Run{}, err
	}
	if err := settle(ctx, act.Tx, act.Now, postID, act.Actor.UserID); err != nil {
		return Run{}, err
	}
	if next.State != Pending {
		if err := settleNotes(ctx, act.Tx, act.Now, postID, act.Actor.UserID); err != nil {
			return Run{}, err
		}
	}
	if next.Open() != nil {
		if err := tell(ctx, act.Tx, act.Now, matter, next); err != nil {
			return Run{}, err
		}
	}

	return findRun(ctx, act.Tx, run.ID)
}

// atStep lets the actor at the review of a version, locked, with what the rule asks about the actor; the word
// loses its outer space. Fails as DecideTx does where the actor may not come here or the word cannot be kept.
func atStep(ctx context.Context, act access.Act, postID int64, word *Word) (matter, Run, People, error) {
	matter, err := findMatter(ctx, act.Tx.DB, postID)
	if err != nil {
		return matter, Run{}, People{}, err
	}
	if err := mayReview(ctx, act.Tx, act.Actor, postID, matter.UnitPath); err != nil {
		return matter, Run{}, People{}, err
	}
	word.Opinion = strings.TrimSpace(word.Opinion)
	if err := checkDecision(word.Decision, word.Opinion); err != nil {
		return matter, Run{}, People{}, err
	}
	run, err := lockRun(ctx, act.Tx, postID, word.Version)
	if err != nil {
		return matter, Run{}, People{}, err
	}
	people, err := peopleOf(ctx, act, run)

	return matter, run, people, err
}

// settle takes what waits about the review of a post from everybody's list.
func settle(ctx context.Context, tx pg.Tx, at time.Time, postID, by int64) error {
	return todo.ResolveManyTx(ctx, tx, at,
		[]string{key(postID), keyOf(postID, "standin"), keyOf(postID, "limit"), keyOf(postID, "raised")}, by)
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
