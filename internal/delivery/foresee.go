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

// Foreseen is what Reschedule would do with another time, as things stand.
type Foreseen struct {
	Over    bool     // it is out everywhere, or nothing of it is to go out any more
	Refused error    // why it would change nothing
	Second  bool     // it is earlier than approved: a second person is asked, and nothing moves before
	Anew    bool     // it is earlier than submitted: what its review has approved is void
	Wrong   []string // words of the text that would name the wrong day: it moves, and the approval ends
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

	out := make([]Foreseen, len(list))
	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		states, _, err := countStates(ctx, tx.DB, ids)
		if err != nil {
			return err
		}

		for i, one := range list {
			if out[i], err = s.foresee(ctx, tx, actor, one, states[one.PostID]); err != nil {
				return err
			}
		}

		return nil
	})

	return out, err
}

// mayMove says why a post cannot have another time at all; nil where it can, with the time.
func (s *Service) mayMove(
	actor access.Actor,
	p post.Post,
	wish NewTime,
	states map[State]int,
) (time.Time, error) {
	due, err := DueChoice{At: &wish.DueAt}.resolve(nil, s.now())
	if err != nil {
		return due, err
	}
	if err := p.May(actor, post.Reschedule); err != nil {
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
	p, err := post.FindTx(ctx, tx, actor, access.PostWrite, wish.PostID)
	if fault.Is(err, fault.KindNotFound) || fault.Is(err, fault.KindForbidden) {
		return Foreseen{Refused: err}, nil
	}
	if err != nil {
		return Foreseen{}, err
	}
	if p.Phase == post.Approved && nothingLeft(states) {
		return Foreseen{Over: true}, nil
	}
	due, refused := s.mayMove(actor, p, wish, states)
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
