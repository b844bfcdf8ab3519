package plan

import (
	"context"
	"strings"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/beijing"
	"juzhen/internal/delivery"
	"juzhen/internal/fault"
	"juzhen/internal/instant"
	"juzhen/internal/post"
)

// Bounds of an act on many posts.
const (
	MaxMany  = 500                  // posts at once
	maxShift = 365 * 24 * time.Hour // of another time, in both directions
)

// ManyAct is what is done to many posts at once. Approving is not among them.
type ManyAct string

// The acts on many posts.
const (
	ManyReschedule ManyAct = "reschedule"
	ManyWithdraw   ManyAct = "withdraw"
	ManySubmit     ManyAct = "submit" // drafts, and returned posts as they stand
)

// Wish is what is to be done to many posts.
type Wish struct {
	Act ManyAct
	Day *time.Time    // ManyReschedule: to the same hour of this day in Shanghai
	By  time.Duration // ManyReschedule without a day: so much later, or earlier where it is negative
	Why string        // ManyWithdraw
}

// check refuses what nobody can mean. A look needs no reason yet.
func (w *Wish) check(now time.Time, done bool) error {
	w.Why = strings.TrimSpace(w.Why)

	switch w.Act {
	case ManySubmit:
		return nil
	case ManyWithdraw:
		if n := len([]rune(w.Why)); n > maxWhy || done && n == 0 {
			return fault.Invalid("reason", "请填写原因，最多 {.max} 字", "max", maxWhy)
		}

		return nil
	case ManyReschedule:
		if w.Day != nil {
			if wrong := instant.Check("day", *w.Day, now); wrong != nil {
				return wrong
			}

			return nil
		}
		if w.By == 0 || w.By.Abs() > maxShift {
			return fault.Invalid("by", "请选择另一天，或填写推后、提前多少，最多一年")
		}

		return nil
	}

	return fault.Invalid("act", "没有这种操作")
}

// due is the time that a wish gives a post.
func (w Wish) due(was time.Time) time.Time {
	was = was.In(beijing.Zone)
	if w.Day == nil {
		return was.Add(w.By)
	}

	return was.AddDate(0, 0, daysBetween(beijing.Day(was), beijing.Day(*w.Day)))
}

// ManyPost is one of many posts with what an act would do to it, or did.
type ManyPost struct {
	post.Row
	NewDue  *time.Time   // ManyReschedule
	Refused *fault.Error // why it stays as it is; nil: it is done

	delivery.Foreseen
}

// Many are the posts of an act.
type Many struct {
	Posts []ManyPost
	More  bool // others match as well: beyond MaxMany, or gone since they were listed
}

// Able is how many of them the act is done to.
func (m Many) Able() (n int) {
	for _, one := range m.Posts {
		if one.Refused == nil {
			n++
		}
	}

	return n
}

// Asked is how many of them wait for a second person.
func (m Many) Asked() (n int) {
	for _, one := range m.Posts {
		if one.Refused == nil && one.Second {
			n++
		}
	}

	return n
}

// LookMany tells of all posts that match a filter, up to MaxMany, what an act would do to each, by the rules
// of the act on a single one. Fails with fault.Invalid on "act", "by", "day" and "reason".
func (s *Service) LookMany(
	ctx context.Context,
	actor access.Actor,
	filter post.Filter,
	wish Wish,
) (many Many, err error) {
	defer fault.Step(&err, "plan.LookMany %s", wish.Act)

	if err := wish.check(s.now(), false); err != nil {
		return many, err
	}
	rows, more, err := s.posts.Matching(ctx, actor, filter, MaxMany)
	if err != nil {
		return many, err
	}
	posts, err := s.foreseeMany(ctx, actor, rows, wish)

	return Many{posts, more}, err
}

// foreseeMany asks what would become of each of the posts.
func (s *Service) foreseeMany(
	ctx context.Context,
	actor access.Actor,
	rows []post.Row,
	wish Wish,
) ([]ManyPost, error) {
	list := make([]ManyPost, len(rows))
	ids, place := make([]int64, 0, len(rows)), make([]int, 0, len(rows)) // of those that are asked about
	wishes := make([]delivery.NewTime, 0, len(rows))

	for i, row := range rows {
		list[i].Row = row
		if wish.Act == ManyReschedule {
			if row.DueAt == nil {
				list[i].Refused = fault.Conflict("没有定时间，请到稿件页选择")
				continue
			}
			due := wish.due(*row.DueAt)
			list[i].NewDue = &due
			wishes = append(wishes, delivery.NewTime{PostID: row.ID, DueAt: due})
		}
		ids, place = append(ids, row.ID), append(place, i)
	}
	foreseen, err := s.foreseeAct(ctx, actor, wish.Act, ids, wishes)
	if err != nil {
		return nil, err
	}

	for k, told := range foreseen {
		one := &list[place[k]]
		one.Foreseen = told

		switch {
		case told.Over:
			one.Refused = fault.Conflict("没有尚未发出的账号，不能改期")
		case told.Refused != nil:
			one.Refused = plainly(told.Refused)
		}
	}

	return list, nil
}

func (s *Service) foreseeAct(
	ctx context.Context,
	actor access.Actor,
	act ManyAct,
	ids []int64,
	wishes []delivery.NewTime,
) ([]delivery.Foreseen, error) {
	switch act {
	case ManyReschedule:
		return s.deliveries.Foresee(ctx, actor, wishes)
	case ManyWithdraw:
		return s.deliveries.ForeseeWithdrawal(ctx, actor, ids)
	case ManySubmit:
		return s.deliveries.ForeseeSubmission(ctx, actor, ids)
	}

	return nil, nil
}

// plainly is a refusal as one line of a list can say it: of several fields the first.
func plainly(err error) *fault.Error {
	told := fault.Public(err)
	if fields := fault.FieldErrors(err); len(fields) > 0 {
		told = fields[0]
	}
	if told.Code == "stale" {
		return fault.Conflict("稿件刚刚被他人改动，请刷新后再试").WithCode("stale")
	}

	return told
}

// DoMany does an act to the posts that were chosen from a list, each by itself, as the act on a single one
// does it, and as the list showed it: what was changed since stays and says so. What stays does not hold the
// others. Fails as LookMany does, with fault.Invalid on "post" where none or too many are chosen, with
// fault.NotFound where none of them is there.
func (s *Service) DoMany(
	ctx context.Context,
	actor access.Actor,
	chosen []Chosen,
	wish Wish,
) (many Many, err error) {
	defer fault.Step(&err, "plan.DoMany %s", wish.Act)

	if err := wish.check(s.now(), true); err != nil {
		return many, err
	}
	if len(chosen) == 0 || len(chosen) > MaxMany {
		return many, fault.Invalid("post", "请勾选稿件，一次最多 {.max} 篇", "max", MaxMany)
	}

	ids, seen := make([]int64, len(chosen)), make(map[int64]int, len(chosen))
	for i, one := range chosen {
		ids[i], seen[one.PostID] = one.PostID, one.Revision
	}
	rows, _, err := s.posts.Matching(ctx, actor, post.Filter{IDs: ids}, MaxMany)
	if err != nil {
		return many, err
	}
	if len(rows) == 0 {
		return many, errNoneOfThem()
	}
	if many.Posts, err = s.foreseeMany(ctx, actor, rows, wish); err != nil {
		return many, err
	}
	many.More = len(rows) < len(seen)

	for i := range many.Posts {
		one := &many.Posts[i]
		if one.Refused != nil {
			continue
		}
		err := s.doOne(ctx, actor, one, seen[one.ID], wish)
		if fault.Is(err, fault.KindInternal) {
			return many, err
		}
		if err != nil {
			one.Refused = plainly(err)
		}
	}

	return many, nil
}

// doOne does the act to one post and keeps what became of it.
func (s *Service) doOne(
	ctx context.Context,
	actor access.Actor,
	one *ManyPost,
	seen int,
	wish Wish,
) error {
	switch wish.Act {
	case ManySubmit:
		return s.deliveries.Submit(ctx, actor, one.ID, seen)
	case ManyWithdraw:
		reach, err := s.deliveries.WithdrawSeen(ctx, actor, one.ID, seen, wish.Why)
		one.Sent = reach.Sent

		return err
	case ManyReschedule:
		moved, err := s.deliveries.RescheduleSeen(
			ctx,
			actor,
			one.ID,
			delivery.DueChoice{At: one.NewDue},
			delivery.Shown{Revision: seen},
		)
		one.Second, one.Wrong, one.Anew = moved.Asked != nil, moved.Wrong, moved.Again > 0

		return err
	}

	return nil
}
