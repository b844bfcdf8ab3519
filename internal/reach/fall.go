package reach

import (
	"cmp"
	"context"
	"slices"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/beijing"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
)

// Verdict is what the comparison of a week says of an account.
type Verdict string

// The verdicts.
const (
	Falls      Verdict = "falls"       // below its own mean, and further than its group
	FallsAlike Verdict = "falls_alike" // below its own mean, as the others of its group are
	Steady     Verdict = "steady"
	TooLittle  Verdict = "too_little" // too few posts or interactions to judge by
	NotRead    Verdict = "not_read"   // the counts of its week were not read
)

// Verdicts lists all verdicts, the most pressing first.
func Verdicts() []Verdict { return []Verdict{Falls, FallsAlike, Steady, TooLittle, NotRead} }

// Label is the Chinese word for the verdict.
func (v Verdict) Label() string {
	return map[Verdict]string{
		Falls: "下降", FallsAlike: "随同组下降", Steady: "平稳", TooLittle: "数据太少", NotRead: "读数不全",
	}[v]
}

// The week that is compared, and how many weeks before it make the mean.
const (
	fallDays  = 7
	fallWeeks = 4
)

// FallRule says when the interactions of a week count as falling. docs/reach.md gives the reasons.
type FallRule struct {
	Drop         int64 // in hundredths of the account's own mean
	Apart        int64 // further than its group, in hundredths
	Posts        int64 // that the weeks before must have had
	Interactions int64 // that those posts must have had
	Group        int   // other accounts that make a group
	Unread       int64 // hundredths of the week's posts that may be without counts
}

// fallRule is the rule of the house.
var fallRule = FallRule{Drop: 30, Apart: 10, Posts: 8, Interactions: 200, Group: 3, Unread: 20}

// HouseFallRule is the rule by which Standing judges.
func HouseFallRule() FallRule { return fallRule }

// PerWeek is the least mean of interactions a week by which an account is judged.
func (r FallRule) PerWeek() int64 { return r.Interactions / fallWeeks }

// Week is the response to one account in seven days beside the four weeks before them.
type Week struct {
	AccountID          int64
	Handle             string
	UnitName           string
	Seat               account.Seat
	Posts              int64
	Interactions       int64
	PostsBefore        int64 // of all four weeks
	InteractionsBefore int64
	Known              bool // posts are known from before the four weeks
	Unread             int64
	Verdict            Verdict
	Group              *float64 // the mean change of the others of its seat, in percent; nil: too few others
	Others             int      // how many of them were judged
}

// Mean is the interactions of a week, on average of the four before.
func (w Week) Mean() float64 { return float64(w.InteractionsBefore) / fallWeeks }

// MeanPosts is the posts of a week, on average of the four before.
func (w Week) MeanPosts() float64 { return float64(w.PostsBefore) / fallWeeks }

// Change is how far the week is from the account's own mean, in percent; 0 without a mean.
func (w Week) Change() float64 {
	if w.InteractionsBefore == 0 {
		return 0
	}

	return float64(w.Interactions*fallWeeks-w.InteractionsBefore) / float64(w.InteractionsBefore) * 100
}

// Judged tells whether there was enough to judge by.
func (w Week) Judged() bool { return w.Verdict != TooLittle && w.Verdict != NotRead }

// Falling tells whether the account is below its own mean by as much as the rule asks.
func (w Week) Falling() bool { return w.Verdict == Falls || w.Verdict == FallsAlike }

// What may be behind a fall.
var (
	fellNoPosts = i18n.N("这一周没有发布")
	fellFewer   = i18n.N("发得少了，每条的反响没有低")
	fellEach    = i18n.N("发得不少，每条的反响低了")
	fellBoth    = i18n.N("发得少了，每条的反响也低了")
)

// kept is the share of the mean that still counts as "not less", in hundredths.
const kept = 85

// Cause says in Chinese source text what lies behind a fall: fewer posts, less response to each, or both.
func (w Week) Cause() string {
	fewer := w.Posts*fallWeeks*100 < w.PostsBefore*kept
	less := w.Interactions*w.PostsBefore*100 < w.InteractionsBefore*w.Posts*kept

	switch {
	case w.Posts == 0:
		return fellNoPosts
	case fewer && less:
		return fellBoth
	case fewer:
		return fellFewer
	}

	return fellEach
}

// enough says whether a week can be judged at all: as a verdict where not, "" where it can.
func (r FallRule) enough(week Week) Verdict {
	switch {
	case week.Unread*100 > week.Posts*r.Unread:
		return NotRead
	case !week.Known || week.PostsBefore < r.Posts || week.InteractionsBefore < r.Interactions:
		return TooLittle
	}

	return ""
}

// drops tells whether the week lies below the account's own mean by as much as the rule asks.
func (r FallRule) drops(week Week) bool {
	return week.Interactions*fallWeeks*100 <= week.InteractionsBefore*(100-r.Drop)
}

// judge gives each week its verdict and what the others of its seat did, in place.
func (r FallRule) judge(weeks []Week) {
	type sum struct {
		change float64
		n      int
	}
	groups := map[account.Seat]sum{}

	for i := range weeks {
		week := &weeks[i]
		if week.Verdict = r.enough(*week); week.Verdict != "" {
			continue
		}
		group := groups[week.Seat]
		groups[week.Seat] = sum{group.change + week.Change(), group.n + 1}
	}

	for i := range weeks {
		week := &weeks[i]
		week.Group, week.Others = nil, 0
		if !week.Judged() {
			continue
		}
		week.Others = groups[week.Seat].n - 1
		if week.Others >= r.Group {
			mean := (groups[week.Seat].change - week.Change()) / float64(week.Others)
			week.Group = &mean
		}

		switch {
		case !r.drops(*week):
			week.Verdict = Steady
		case week.Group != nil && week.Change() > *week.Group-float64(r.Apart):
			week.Verdict = FallsAlike
		default:
			week.Verdict = Falls
		}
	}
}

// Standing is how the accounts of a scope stand: the response of the last seven whole days beside the four
// weeks before.
type Standing struct {
	Week   Period
	Before Period
	ReadAt *time.Time // the latest look at any of the accounts; nil: none was read yet
	All    int        // live accounts in scope
	By     map[Verdict]int
	Fallen []Week // those that fall, the deepest first; then those that fall as their group does

	SummedTo time.Time // every day written by then is counted

	weeks map[int64]Week
}

// Judged is how many accounts there was enough of to judge.
func (s Standing) Judged() int { return s.By[Falls] + s.By[FallsAlike] + s.By[Steady] }

// Usual is the interactions of one post of an account, on average of the four weeks; false where those had
// too few posts to tell.
func (s Standing) Usual(accountID int64) (float64, bool) {
	week, ok := s.weeks[accountID]
	if !ok || !week.Known || week.PostsBefore < fallRule.Posts || week.InteractionsBefore == 0 {
		return 0, false
	}

	return float64(week.InteractionsBefore) / float64(week.PostsBefore), true
}

// weekBefore is the last seven whole days at an instant, and the four weeks before them. Today is left out:
// it is not over, and its posts have hardly been seen.
func weekBefore(now time.Time) (week, before Period) {
	to := beijing.Day(now)
	from := to.AddDate(0, 0, -fallDays)

	return Period{From: from, To: to}, Period{From: from.AddDate(0, 0, -fallDays*fallWeeks), To: from}
}

// Standing compares the week of every live account in the actor's scope, at or below a unit ("" for all),
// with its own mean and with its group. It reads prepared days; single posts only of accounts that fall, to
// see whether their counts were read.
func (s *Service) Standing(
	ctx context.Context, actor access.Actor, unitPath string,
) (out Standing, err error) {
	defer fault.Step(&err, "reach.Standing")

	out.Week, out.Before = weekBefore(s.now())
	ids, err := selectScope(ctx, s.db.Pool(), actor, unitPath)
	if err != nil {
		return out, err
	}
	if out.SummedTo, err = s.SummedTo(ctx); err != nil {
		return out, err
	}
	weeks, readAt, err := selectWeeks(ctx, s.db.Pool(), ids, out.Week, out.Before)
	if err != nil {
		return out, err
	}
	fallRule.judge(weeks)
	if err := countUnread(ctx, s.db.Pool(), weeks, out.Week); err != nil {
		return out, err
	}
	fallRule.judge(weeks)

	out.ReadAt, out.All = readAt, len(weeks)

	out.By, out.weeks = map[Verdict]int{}, make(map[int64]Week, len(weeks))
	for _, week := range weeks {
		out.By[week.Verdict]++
		out.weeks[week.AccountID] = week
		if week.Falling() {
			out.Fallen = append(out.Fallen, week)
		}
	}
	slices.SortStableFunc(out.Fallen, func(a, b Week) int {
		return cmp.Or(
			cmp.Compare(slices.Index(Verdicts(), a.Verdict), slices.Index(Verdicts(), b.Verdict)),
			cmp.Compare(a.Change(), b.Change()),
		)
	})

	return out, nil
}
