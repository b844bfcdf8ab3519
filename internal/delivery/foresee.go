package delivery

import (
	"context"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/post"
)

// NewTime is another time for a post.
type NewTime struct {
	PostID int64
	DueAt  time.Time
}

// Foreseen is what an act on a post would do, as things stand.
type Foreseen struct {
	Over    bool     // it is out everywhere, or nothing of it is to go out any more
	Refused error    // why it would change nothing
	Second  bool     // it is earlier than approved: a second person is asked, and nothing moves before
	Anew    bool     // it is earlier than submitted: what its review has approved is void
	Wrong   []string // words of the text that would name the wrong day: it moves, and the approval ends

	Sent int // accounts that have it already, and keep it
}

// Foresee tells of each post what Reschedule would do, by the same rules, and changes nothing. What went out
// on one account already is refused: the others are moved by themselves. The answers are in the order of
// the wishes.
func (s *Service) Foresee(ctx context.Context, actor access.Actor, list []NewTime) (_ []Foreseen, err error) {
	defer fault.Step(&err, "delivery.Foresee")

	ids := make([]int64, len(list))
	for i, one := range list {
		ids[i] = one.PostID
	}

	return s.foreseeEach(ctx, ids, func(tx pg.Tx, i int, states map[State]int) (Foreseen, error) {
		return s.foresee(ctx, tx, actor, list[i], states)
	})
}

// ForeseeWithdrawal tells of each post what Withdraw would do, as Foresee tells of another time.
func (s *Service) ForeseeWithdrawal(
	ctx context.Context,
	actor access.Actor,
	ids []int64,
) (_ []Foreseen, err error) {
	defer fault.Step(&err, "delivery.ForeseeWithdrawal")

	return s.foreseeEach(ctx, ids, func(tx pg.Tx, i int, states map[State]int) (Foreseen, error) {
		_, refused, err := findForAct(ctx, tx, actor, ids[i], post.Withdraw)
		if err != nil || refused != nil {
			return Foreseen{Refused: refused}, err
		}
		if reachOf(states, unmarked).futile() {
			return Foreseen{Refused: errNothingToWithdraw()}, nil
		}

		return Foreseen{Sent: states[Sent]}, nil
	})
}

func errNothingToWithdraw() *fault.Error {
	return fault.Conflict("没有可撤回的发送；已发出的可以下架")
}

// ForeseeSubmission tells of each post why Submit would refuse it as it stands, as far as post.Check sees:
// what the lists of words say is found at the submission itself.
func (s *Service) ForeseeSubmission(
	ctx context.Context,
	actor access.Actor,
	ids []int64,
) (_ []Foreseen, err error) {
	defer fault.Step(&err, "delivery.ForeseeSubmission")

	return s.foreseeEach(ctx, ids, func(tx pg.Tx, i int, _ map[State]int) (Foreseen, error) {
		p, refused, err := findForAct(ctx, tx, actor, ids[i], post.Submit)
		if err != nil || refused != nil {
			return Foreseen{Refused: refused}, err
		}
		version, err := post.VersionTx(ctx, tx, p.VersionID)
		if err != nil {
			return Foreseen{}, err
		}

		return Foreseen{Refused: post.Check(p, version, s.rules, s.now()).Err()}, nil
	})
}

// foreseeEach asks about each of the posts with the states of its deliveries.
func (s *Service) foreseeEach(
	ctx context.Context,
	ids []int64,
	ask func(tx pg.Tx, i int, states map[State]int) (Foreseen, error),
) ([]Foreseen, error) {
	out := make([]Foreseen, len(ids))
	err := s.db.InTx(ctx, func(tx pg.Tx) error {
		states, _, err := countStates(ctx, tx.DB, ids)
		if err != nil {
			return err
		}

		for i, id := range ids {
			if out[i], err = ask(tx, i, states[id]); err != nil {
				return err
			}
		}

		return nil
	})

	return out, err
}

// findForAct reads a post on which an act is to be done; refused says why the actor may not.
func findForAct(
	ctx context.Context,
	tx pg.Tx,
	actor access.Actor,
	id int64,
	act post.Act,
) (p post.Post, refused, err error) {
	p, err = post.FindTx(ctx, tx, actor, access.PostWrite, id)
	if fault.Is(err, fault.KindNotFound) || fault.Is(err, fault.KindForbidden) {
		return p, err, nil
	}
	if err != nil {
		return p, nil, err
	}

	return p, p.May(actor, act), nil
}

// mayMove says why a post cannot have another time, whoever asks for it; nil where it can, with the time.
func (s *Service) mayMove(p post.Post, wish NewTime, states map[State]int) (time.Time, error) {
	due, err := DueChoice{At: &wish.DueAt}.resolve(nil, s.now())
	if err != nil {
		return due, err
	}
	if !PostStateOf(p.Phase, states).NothingOut() {
		return due, fault.Conflict("已有账号发出或停下，请到稿件页处理")
	}

	return due, nil
}

func (s *Service) foresee(
	ctx context.Context,
	tx pg.Tx,
	actor access.Actor,
	wish NewTime,
	states map[State]int,
) (Foreseen, error) {
	p, refused, err := findForAct(ctx, tx, actor, wish.PostID, post.Reschedule)
	if err != nil {
		return Foreseen{}, err
	}
	if p.Phase == post.Approved && nothingLeft(states) {
		return Foreseen{Over: true}, nil
	}
	var due time.Time
	if refused == nil {
		due, refused = s.mayMove(p, wish, states)
	}
	if refused != nil {
		return Foreseen{Refused: refused}, nil //nolint:nilerr // the refusal is what is foretold
	}
	if p.Phase == post.Submitted {
		return foreseeReview(ctx, tx, p, due)
	}
	if p.Phase != post.Approved {
		return Foreseen{}, nil
	}
	from, err := approvedFrom(ctx, tx, p.ID)
	if err != nil || from == nil {
		return Foreseen{}, err
	}
	was := *from
	if p.DueAt != nil {
		was = *p.DueAt
	}
	words, err := wrongWords(ctx, tx, p, nil, was, due)
	if err != nil || len(words) > 0 {
		return Foreseen{Wrong: words}, err
	}

	return Foreseen{Second: due.Before(*from)}, nil
}

// foreseeReview tells whether another time has a post under review approved anew.
func foreseeReview(ctx context.Context, tx pg.Tx, p post.Post, due time.Time) (Foreseen, error) {
	version, err := post.VersionTx(ctx, tx, p.VersionID)
	if err != nil {
		return Foreseen{}, err
	}
	p.DueAt, p.DueNow = &due, false

	return Foreseen{Anew: version.Earlier(p)}, nil
}

// nothingLeft tells that nothing of a post is to go out any more.
func nothingLeft(states map[State]int) bool {
	for state, n := range states {
		if n > 0 && !state.Final() {
			return false
		}
	}

	return true
}
