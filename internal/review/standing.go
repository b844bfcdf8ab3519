package review

import (
	"context"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/access"
	"juzhen/internal/chain"
	"juzhen/internal/fault"
	"juzhen/internal/identity"
	"juzhen/internal/pg"
)

// Standing is where the review of a post stands, as one reader sees it.
type Standing struct {
	Run  Run
	Who  [][]identity.Holder // who may decide each step at this moment
	Open int                 // the step that is open to the reader; 0: none
	Why  error               // why none is; nil where one is
}

// Standing tells where the review of a post's newest submitted version stands. ok is false where nothing was
// submitted. Fails with fault.NotFound for who may neither read the post nor is named by an open step of it.
func (s *Service) Standing(
	ctx context.Context,
	actor access.Actor,
	postID int64,
) (st Standing, ok bool, err error) {
	defer fault.Step(&err, "review.Standing %d", postID)

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		matter, err := findMatter(ctx, tx.DB, postID)
		if err != nil {
			return err
		}
		if err := access.Require(actor, access.PostView, matter.UnitPath); err != nil {
			named, nerr := NamesTx(ctx, tx, actor, postID)
			if nerr != nil || !named {
				return firstOf(nerr, err)
			}
		}
		if st.Run, ok, err = newestRun(ctx, tx, postID); err != nil || !ok {
			return err
		}

		return s.fillStanding(ctx, tx, actor, &st)
	})

	return st, ok, err
}

func firstOf(a, b error) error {
	if a != nil {
		return a
	}

	return b
}

func (s *Service) fillStanding(ctx context.Context, tx pg.Tx, actor access.Actor, st *Standing) error {
	workers, err := workersOf(ctx, tx, st.Run.VersionID)
	if err != nil {
		return err
	}
	placed := make([]chain.Placed, len(st.Run.Steps))

	for i, step := range st.Run.Steps {
		placed[i] = step.Placed
	}
	if st.Who, err = chain.AbleTx(ctx, tx, s.now(), placed, workers); err != nil {
		return err
	}
	people, err := peopleOf(ctx, access.NewAct(tx, s.now(), actor), st.Run)
	if err != nil {
		return err
	}
	st.Why = st.Run.May(actor.UserID, people)
	if st.Why == nil {
		st.Open = st.Run.Open().Number
	}

	return nil
}

// Turn is the review of a version as it waits, with whether it waits for one reader.
type Turn struct {
	Run Run
	Why error // why the reader may not decide the open step; nil where he or she may
}

// Turns gives the open reviews of posts, by post; one without an open review is not in it. It checks no
// right: find the posts first.
func (s *Service) Turns(
	ctx context.Context,
	actor access.Actor,
	posts []int64,
) (turns map[int64]Turn, err error) {
	defer fault.Step(&err, "review.Turns %d", len(posts))

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		turns = map[int64]Turn{}
		runs, err := runsOf(ctx, tx.Pgx, "r.post_id = ANY (@posts) AND r.state = @pending", pgx.NamedArgs{
			"posts": posts, "pending": Pending,
		})
		if err != nil {
			return err
		}

		for _, run := range runs {
			people, err := peopleOf(ctx, access.NewAct(tx, s.now(), actor), run)
			if err != nil {
				return err
			}
			turns[run.PostID] = Turn{run, run.May(actor.UserID, people)}
		}

		return nil
	})

	return turns, err
}
