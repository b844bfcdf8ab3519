package plan

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/beijing"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/post"
)

// Bounds of what is copied or moved at once.
const (
	MaxCopied  = 500    // posts of a week
	MaxMoved   = 200    // posts of a day
	maxTargets = 20_000 // accounts of all of them together
	tight      = 30     // minutes within which another post of the account is told
)

// Part is which posts of some days are meant: those that are due then, were not withdrawn and may be written
// by the actor.
type Part struct {
	UnitPath string  // this unit and all below; "": all in which the actor writes
	Query    string  // in the name of one of their accounts; a post is meant with all of its accounts
	Posts    []int64 // only these; nil: all
}

// Dated is a post of the days that are copied or moved.
type Dated struct {
	PostID   int64
	Phase    post.Phase
	UnitPath string
	UnitName string
	DueAt    time.Time
	Text     string // its beginning
	Accounts int
	Names    string // the first two accounts
}

// Title is the first line of the text.
func (d Dated) Title() string { return post.Title(d.Text) }

// Clash is a post that an account has near the time of another.
type Clash struct {
	Handle string
	DueAt  time.Time
	Others int // accounts beyond this one for which it is so as well
}

// WeekPost is a post of a week with what its copy would be.
type WeekPost struct {
	Dated
	NewDue time.Time
	Mark   Mark   // of the new day
	Clash  *Clash // with what is there; nil: none
	Past   bool   // the new time is over: it is not copied
	Copied int64  // a copy of it that is due at the new time already; 0: none
}

// WeekCopy is what copying a week would make.
type WeekCopy struct {
	From, To time.Time // Mondays
	Posts    []WeekPost
}

// Able is how many posts can be copied.
func (w WeekCopy) Able() (n int) {
	for _, one := range w.Posts {
		if !one.Past {
			n++
		}
	}

	return n
}

// Monday is the beginning of the week of an instant, in Shanghai.
func Monday(at time.Time) time.Time {
	day := beijing.Day(at)
	return day.AddDate(0, 0, -(int(day.Weekday())+6)%7)
}

// LookWeek tells what copying the week of one day to the week of another would make: each post with its new
// time, at the same hour of the same weekday, and what stands against it. It needs post.write. Fails with
// fault.Invalid on "to" for the same week, on "from" where the week holds too much.
func (s *Service) LookWeek(
	ctx context.Context,
	actor access.Actor,
	from, to time.Time,
	part Part,
) (_ WeekCopy, err error) {
	defer fault.Step(&err, "plan.LookWeek")

	week := WeekCopy{From: Monday(from), To: Monday(to)}
	if week.From.Equal(week.To) {
		return WeekCopy{}, fault.Invalid("to", "请选择另一周")
	}
	posts, err := s.dated(ctx, actor, week.From, week.From.AddDate(0, 0, 7), part, MaxCopied)
	if err != nil {
		return WeekCopy{}, err
	}
	almanac, err := s.Almanac(ctx, week.To.Year(), week.To.AddDate(0, 0, 6).Year())
	if err != nil {
		return WeekCopy{}, err
	}
	days, now := daysBetween(week.From, week.To), s.now()

	for _, one := range posts {
		due := one.DueAt.In(beijing.Zone).AddDate(0, 0, days)
		week.Posts = append(week.Posts, WeekPost{
			Dated: one, NewDue: due, Mark: almanac.Mark(beijing.Day(due)), Past: !due.After(now),
		})
	}

	return week, s.against(ctx, week.Posts)
}

// dated reads the posts of some days, and refuses more than so many.
func (s *Service) dated(
	ctx context.Context,
	actor access.Actor,
	from, to time.Time,
	part Part,
	most int,
) ([]Dated, error) {
	part.Query = strings.TrimPrefix(strings.TrimSpace(part.Query), "@")
	list, err := datedPosts(ctx, s.db, actor, from, to, part, most+1)
	if err != nil {
		return nil, err
	}

	accounts := 0
	for _, one := range list {
		accounts += one.Accounts
	}

	switch {
	case len(list) > most:
		return nil, fault.Invalid("from", "这些天超过 {.max} 篇稿件，请选单位或账号缩小范围", "max", most)
	case accounts > maxTargets:
		return nil, fault.Invalid("from", "这些稿件的账号合计超过 {.max} 个，请选单位或账号缩小范围",
			"max", maxTargets)
	}

	return list, nil
}

// against finds what stands against each copy.
func (s *Service) against(ctx context.Context, posts []WeekPost) error {
	if len(posts) == 0 {
		return nil
	}
	clashes, err := clashesOf(ctx, s.db, posts)
	if err != nil {
		return err
	}
	copies, err := copiesOf(ctx, s.db, posts)
	if err != nil {
		return err
	}

	for i := range posts {
		posts[i].Clash, posts[i].Copied = clashes[posts[i].PostID], copies[posts[i].PostID]
	}

	return nil
}

// WeekCopied is a week that was copied.
type WeekCopied struct {
	Import
	Left int // accounts that could not be used any more
}

// CopyWeek makes drafts of the posts of a week whose new time is still to come, of all of them or of none.
// again says that the person knows that a copy of one of them is there already. Fails as LookWeek does,
// with fault.Conflict "stale" where a chosen one is no longer as it was listed, with fault.Conflict
// "imported" where a copy is there, with fault.NotFound where none of the chosen ones is there.
func (s *Service) CopyWeek(
	ctx context.Context,
	actor access.Actor,
	from, to time.Time,
	part Part,
	again bool,
) (made WeekCopied, err error) {
	defer fault.Step(&err, "plan.CopyWeek")

	week, err := s.LookWeek(ctx, actor, from, to, part)
	if err != nil {
		return WeekCopied{}, err
	}
	list, err := week.choose(part.Posts)
	if err != nil {
		return WeekCopied{}, err
	}
	if slices.ContainsFunc(list, func(one WeekPost) bool { return one.Copied != 0 }) && !again {
		return WeekCopied{}, fault.Conflict("其中有稿件已经复制到这个时间，确认后再复制一次").WithCode("imported")
	}
	made.Import = Import{
		Name: beijing.Date(week.From) + " → " + beijing.Date(week.To), Kind: ofWeek,
		By: actor.UserID, At: s.now(), Posts: len(list),
	}

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		made.Left = 0
		ids := make([]int64, 0, len(list))

		for _, one := range list {
			copied, err := post.CopyTx(ctx, access.NewAct(tx, made.At, actor), one.PostID, one.NewDue, nil)
			if err != nil {
				return err
			}
			made.Left += copied.Left
			ids = append(ids, copied.Post.ID)
		}
		if made.ID, err = insertImport(ctx, tx, made.Import, sumOf(list), ids); err != nil {
			return err
		}

		return s.recordImport(ctx, tx, actor, actCopyWeek, made.Import)
	})

	return made, err
}

// choose gives the posts that are copied, when they are all that were chosen.
func (w WeekCopy) choose(chosen []int64) (list []WeekPost, err error) {
	for _, one := range w.Posts {
		if !one.Past {
			list = append(list, one)
		}
	}

	switch {
	case len(list) == 0 && len(chosen) > 0:
		return nil, errNoneOfThem()
	case len(list) == 0:
		return nil, fault.Invalid("post", "没有可以复制的稿件")
	case chosen != nil && len(list) != len(chosen):
		return nil, fault.Conflict("这一周的稿件刚刚有变化，请核对后再复制").WithCode("stale")
	}

	return list, nil
}

func errNoneOfThem() error {
	return fault.NotFound("所选的稿件已不在这些天，或不在您的管辖范围内，请刷新后再选")
}

// sumOf names a copy, as the hash of a file names an import.
func sumOf(list []WeekPost) []byte {
	var all bytes.Buffer
	for _, one := range list {
		fmt.Fprintf(&all, "%d %d\n", one.PostID, one.NewDue.Unix())
	}
	sum := sha256.Sum256(all.Bytes())

	return sum[:]
}
