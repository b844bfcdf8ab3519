package plan

import (
	"context"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/beijing"
	"juzhen/internal/delivery"
	"juzhen/internal/fault"
)

// DayPost is a post of a day with what moving it would do, or did.
type DayPost struct {
	Dated
	NewDue  time.Time
	Refused *fault.Error // why it stays; nil: it moves
	Second  bool         // earlier than approved: a second person is asked
	Wrong   []string     // words that would name the wrong day: it moves, and its approval ends
	Anew    bool         // earlier than submitted: it moves, and what its review has approved is void
}

// DayMove is what moving a day would do, or did.
type DayMove struct {
	From, To time.Time // beginnings of the days
	Mark     Mark      // of the day that they move to
	Posts    []DayPost
}

// Able is how many posts move or are asked for.
func (m DayMove) Able() (n int) {
	for _, one := range m.Posts {
		if one.Refused == nil {
			n++
		}
	}

	return n
}

// Asked is how many of them wait for a second person.
func (m DayMove) Asked() (n int) {
	for _, one := range m.Posts {
		if one.Refused == nil && one.Second {
			n++
		}
	}

	return n
}

// LookDay tells what giving the posts of a day the same hour of another day would do, by the rules of a
// single move. What is out everywhere is not in it. It needs post.write. Fails with fault.Invalid on "to"
// for the same day, on "from" where the day holds too much.
func (s *Service) LookDay(
	ctx context.Context,
	actor access.Actor,
	from, to time.Time,
	part Part,
) (_ DayMove, err error) {
	defer fault.Step(&err, "plan.LookDay")

	move := DayMove{From: beijing.Day(from), To: beijing.Day(to)}
	if move.From.Equal(move.To) {
		return DayMove{}, fault.Invalid("to", "请选择另一天")
	}
	list, err := s.dated(ctx, actor, move.From, move.From.AddDate(0, 0, 1), part, MaxMoved)
	if err != nil {
		return DayMove{}, err
	}
	almanac, err := s.Almanac(ctx, move.To.Year(), move.To.Year())
	if err != nil {
		return DayMove{}, err
	}
	move.Mark = almanac.Mark(move.To)
	days := daysBetween(move.From, move.To)
	wishes := make([]delivery.NewTime, len(list))

	for i, one := range list {
		wishes[i] = delivery.NewTime{
			PostID: one.PostID,
			DueAt:  one.DueAt.In(beijing.Zone).AddDate(0, 0, days),
		}
	}
	foreseen, err := s.deliveries.Foresee(ctx, actor, wishes)
	if err != nil {
		return DayMove{}, err
	}

	for i, one := range list {
		if foreseen[i].Over {
			continue
		}
		row := DayPost{
			Dated: one, NewDue: wishes[i].DueAt, Second: foreseen[i].Second, Wrong: foreseen[i].Wrong,
			Anew: foreseen[i].Anew,
		}
		if foreseen[i].Refused != nil {
			row.Refused = fault.Public(foreseen[i].Refused)
		}
		move.Posts = append(move.Posts, row)
	}

	return move, nil
}

// MoveDay gives the posts of a day the same hour of another day, each by itself as a single move does.
// What stays says why. Fails as LookDay does, with fault.NotFound where none of the chosen ones is there.
func (s *Service) MoveDay(
	ctx context.Context,
	actor access.Actor,
	from, to time.Time,
	part Part,
) (_ DayMove, err error) {
	defer fault.Step(&err, "plan.MoveDay")

	move, err := s.LookDay(ctx, actor, from, to, part)
	if err != nil {
		return DayMove{}, err
	}
	if len(move.Posts) == 0 && len(part.Posts) > 0 {
		return DayMove{}, errNoneOfThem()
	}
	if len(move.Posts) == 0 {
		return DayMove{}, fault.Invalid("post", "没有可以改期的稿件")
	}

	for i := range move.Posts {
		one := &move.Posts[i]
		if one.Refused != nil {
			continue
		}
		moved, err := s.deliveries.Reschedule(ctx, actor, one.PostID, delivery.DueChoice{At: &one.NewDue})
		if fault.Is(err, fault.KindInternal) {
			return move, err
		}
		if err != nil {
			one.Refused = fault.Public(err)
			continue
		}
		one.Second, one.Wrong, one.Anew = moved.Asked != nil, moved.Wrong, moved.Again > 0
	}

	return move, nil
}
