package plan

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/audit"
	"juzhen/internal/beijing"
	"juzhen/internal/delivery"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/post"
)

// Series is a post that is repeated, with the posts that were made of it.
type Series struct {
	ID       int64
	UnitID   int64
	UnitPath string
	UnitName string
	SourceID *int64 // nil: that post was deleted
	RuleText string // RFC 5545
	First    time.Time
	Except   []time.Time // days left out
	Workdays bool
	Text     string
	By       int64
	ByName   string
	At       time.Time
	Revision int

	EndedAt     *time.Time
	EndedByName string
	EndedFrom   int // number of the first post that was taken back
	EndedWhy    string

	Count int          // posts that are there
	Left  int          `db:"-"` // right after it was made: accounts that could not be used any more
	Posts []SeriesPost `db:"-"`
}

// Ref names the series in the audit trail.
func (s Series) Ref() string { return fmt.Sprintf("plan_series/%d", s.ID) }

// Title is the beginning of the text.
func (s Series) Title() string { return post.Title(s.Text) }

// Rule is when it repeats. A rule that was stored can be read.
func (s Series) Rule() Rule { rule, _ := ParseRule(s.RuleText); return rule }

// RuleFrom is what of the rule is left from one of its times on.
func (s Series) RuleFrom(at time.Time) (Rule, error) {
	rule := s.Rule()
	if rule.Count == 0 {
		return rule, nil
	}

	times, err := rule.times(s.First)
	if err != nil {
		return rule, err
	}

	gone, _ := slices.BinarySearchFunc(times, at, time.Time.Compare)
	rule.Count = max(len(times)-gone, 1)

	return rule, nil
}

// SeriesPost is one post of a series.
type SeriesPost struct {
	Number   int
	PostID   int64
	Revision int
	Phase    post.Phase
	State    delivery.PostState
	DueAt    *time.Time
	Text     string
	Mark     Mark
}

// Title is the beginning of the text.
func (p SeriesPost) Title() string { return post.Title(p.Text) }

// Draft tells whether it can be submitted.
func (p SeriesPost) Draft() bool { return p.Phase == post.Draft || p.Phase == post.Returned }

// AllSeries lists the series of the units whose posts the actor sees, the newest first.
func (s *Service) AllSeries(ctx context.Context, actor access.Actor) (_ []Series, err error) {
	defer fault.Step(&err, "plan.AllSeries")

	return seriesList(ctx, s.db, actor)
}

// FindSeries gives a series with its posts. Fails with fault.NotFound where the actor does not see it.
func (s *Service) FindSeries(ctx context.Context, actor access.Actor, id int64) (found Series, err error) {
	defer fault.Step(&err, "plan.FindSeries %d", id)

	if found, err = findSeries(ctx, s.db.Pool(), actor, access.PostView, id); err != nil {
		return found, err
	}
	if found.Posts, err = seriesPosts(ctx, s.db, id); err != nil || len(found.Posts) == 0 {
		return found, err
	}

	states, err := s.deliveries.PostStates(ctx, found.postIDs())
	if err != nil {
		return found, err
	}

	return found, s.marked(ctx, &found, states)
}

// marked completes the posts with what others know of them.
func (s *Service) marked(ctx context.Context, found *Series, states map[int64]delivery.PostState) error {
	first, last := s.now().Year(), s.now().Year()

	for _, one := range found.Posts {
		if one.DueAt != nil {
			year := beijing.Day(*one.DueAt).Year()
			first, last = min(first, year), max(last, year)
		}
	}

	almanac, err := s.Almanac(ctx, first, last)
	if err != nil {
		return err
	}

	for i := range found.Posts {
		one := &found.Posts[i]
		one.State = states[one.PostID]

		if one.DueAt != nil {
			one.Mark = almanac.Mark(*one.DueAt)
		}
	}

	return nil
}

// ReplaceSeries makes a series in the place of another from a number on: what is to come of the other is
// taken back as StopSeries does, once the new drafts are there. Fails as both do; nothing is made when the
// other was changed since the page was made.
func (s *Service) ReplaceSeries(
	ctx context.Context,
	actor access.Actor,
	ask SeriesAsk,
	old int64,
	stop Stop,
) (made Series, back []Outcome, err error) {
	defer fault.Step(&err, "plan.ReplaceSeries %d", old)

	found, err := s.FindSeries(ctx, actor, old)
	if err != nil {
		return made, nil, err
	}
	if found.Revision != stop.Revision {
		return made, nil, errSeriesStale()
	}
	if _, err := found.meant(stop); err != nil {
		return made, nil, err
	}

	if made, err = s.MakeSeries(ctx, actor, ask); err != nil {
		return made, nil, err
	}

	back, err = s.StopSeries(ctx, actor, old, stop)

	return made, back, err
}

func errSeriesStale() *fault.Error {
	return fault.Conflict("这组重复发布刚刚有变化，请核对后再操作").WithCode("stale")
}

// Chosen is a post of a series as a page showed it.
type Chosen struct {
	PostID   int64
	Revision int
}

// Outcome is what became of one post of an act on many.
type Outcome struct {
	SeriesPost
	Refused *fault.Error // why not; nil: done
}

// SubmitSeries submits chosen drafts of a series, each by itself and as it was shown. What stays a draft says
// why; of a series of workdays, days of a year whose holidays are not known stay drafts. Fails with
// fault.NotFound where the actor does not see the series or none of the chosen is there.
func (s *Service) SubmitSeries(
	ctx context.Context,
	actor access.Actor,
	id int64,
	chosen []Chosen,
) (done []Outcome, err error) {
	defer fault.Step(&err, "plan.SubmitSeries %d", id)

	found, err := s.FindSeries(ctx, actor, id)
	if err != nil {
		return nil, err
	}

	for _, one := range found.chosen(chosen) {
		err := found.mayGo(one)
		if err == nil {
			err = s.deliveries.Submit(ctx, actor, one.PostID, one.Revision)
		}
		if fault.Is(err, fault.KindInternal) {
			return done, err
		}

		done = append(done, outcome(one, err))
	}

	if len(done) == 0 {
		return nil, errNoneOfThem()
	}

	return done, nil
}

func outcome(one SeriesPost, err error) Outcome {
	if err == nil {
		return Outcome{SeriesPost: one}
	}

	return Outcome{one, fault.Public(err)}
}

// chosen are the posts that a page meant, at the revision that it showed.
func (s Series) chosen(choices []Chosen) (list []SeriesPost) {
	for _, one := range s.Posts {
		i := slices.IndexFunc(choices, func(choice Chosen) bool { return choice.PostID == one.PostID })
		if i >= 0 {
			one.Revision = choices[i].Revision
			list = append(list, one)
		}
	}

	return list
}

// mayGo refuses a day of which nobody knows whether it is worked.
func (s Series) mayGo(one SeriesPost) error {
	if !s.Workdays {
		return nil
	}

	switch {
	case one.Mark.Kind == Unknown:
		return fault.Conflict("这一年的放假安排还没有录入，先留作草稿")
	case one.Mark.Rests():
		return fault.Conflict("这一天不上班，先留作草稿")
	}

	return nil
}

// StopSeries takes back the posts of a series from a number on, or that one alone: drafts as they were
// made are deleted, what was submitted or approved is withdrawn, each by itself. What stays says why:
// somebody wrote in it, or it is out. The series is over when it was stopped from a number on. Fails with
// fault.Invalid on "from" or "reason", with fault.Conflict "stale" where the series was changed since the
// page was made.
func (s *Service) StopSeries(
	ctx context.Context,
	actor access.Actor,
	id int64,
	stop Stop,
) (done []Outcome, err error) {
	defer fault.Step(&err, "plan.StopSeries %d", id)

	found, err := s.FindSeries(ctx, actor, id)
	if err != nil {
		return nil, err
	}

	meant, err := found.meant(stop)
	if err != nil {
		return nil, err
	}

	if err := s.recordStop(ctx, actor, id, stop); err != nil {
		return nil, err
	}

	for _, one := range meant {
		err := s.takeBack(ctx, actor, one, stop.why())
		if fault.Is(err, fault.KindInternal) {
			return done, err
		}

		done = append(done, outcome(one, err))
	}

	return done, nil
}

// maxWhy is the length of a reason in letters.
const maxWhy = 200

// Stop says which posts of a series are taken back.
type Stop struct {
	From     int  // number of the first
	Only     bool // this one alone
	Revision int  // of the series as it was shown
	Why      string
}

func (s Stop) why() string { return strings.TrimSpace(s.Why) }

// meant are the posts that a stop means and that can still be taken back. Fails as StopSeries does.
func (s Series) meant(stop Stop) (list []SeriesPost, err error) {
	for _, one := range s.Posts {
		open := one.Draft() || one.Phase == post.Submitted || one.Phase == post.Approved
		if open && one.Number >= stop.From && (!stop.Only || one.Number == stop.From) {
			list = append(list, one)
		}
	}

	switch why := stop.why(); {
	case len(list) == 0:
		return nil, fault.Invalid("from", "从这一次起没有可以收回的稿件")
	case why == "" || len([]rune(why)) > maxWhy:
		return nil, fault.Invalid("reason", "请填写原因，最多 {.max} 字", "max", maxWhy)
	}

	return list, nil
}

// recordStop writes the act down before its first post is taken back: what is left of it after a failure can
// be seen and done again.
func (s *Service) recordStop(ctx context.Context, actor access.Actor, id int64, stop Stop) error {
	now := s.now()

	return s.db.InTx(ctx, func(tx pg.Tx) error {
		found, err := findSeries(ctx, tx.Pgx, actor, access.PostWrite, id)
		if err != nil {
			return err
		}

		ok, err := stopSeries(ctx, tx, id, actor.UserID, now, stop)
		if err == nil && !ok {
			err = errSeriesStale()
		}
		if err != nil {
			return err
		}

		return audit.Write(ctx, tx, audit.Entry{
			Actor: actor, At: now, Action: actSeriesEnd, Subject: found.Ref(), UnitPath: found.UnitPath,
			Detail: map[string]any{"from": stop.From, "only": stop.Only, "reason": stop.why()},
		})
	})
}

func (s *Service) takeBack(ctx context.Context, actor access.Actor, one SeriesPost, why string) error {
	if one.Phase != post.Draft {
		_, err := s.deliveries.Withdraw(ctx, actor, one.PostID, why)
		return err
	}

	return s.db.InTx(ctx, func(tx pg.Tx) error {
		return post.DeleteUntouchedTx(ctx, access.NewAct(tx, s.now(), actor), one.PostID)
	})
}
