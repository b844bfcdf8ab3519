package plan

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/audit"
	"juzhen/internal/delivery"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/post"
	"juzhen/internal/review"
)

// SeriesTurn is a series as one of its reviewers is shown it.
type SeriesTurn struct {
	Series Series
	Posts  []PostTurn // all that there are, in order
}

// PostTurn is a post of a series, with whether it waits for the reader.
type PostTurn struct {
	SeriesPost
	Post    post.Post
	Version post.Version
	Run     review.Run   // zero where no review is open
	Why     *fault.Error // why the reader does not approve it with the others; nil where he or she does
}

// Yours are the posts that the reader may approve together.
func (t SeriesTurn) Yours() (list []PostTurn) {
	for _, one := range t.Posts {
		if one.Why == nil {
			list = append(list, one)
		}
	}

	return list
}

// ToTick is what is ticked before they are approved, each once for all of them.
func (t SeriesTurn) ToTick() (items []string) {
	for _, one := range t.Yours() {
		for _, item := range one.Run.ToTick() {
			if !slices.Contains(items, item) {
				items = append(items, item)
			}
		}
	}

	return items
}

// Last tells whether the approval lets any of them go out: it is the last step of one.
func (t SeriesTurn) Last() bool {
	return slices.ContainsFunc(t.Yours(), func(one PostTurn) bool {
		return one.Run.Open().Number == len(one.Run.Steps)
	})
}

// SeriesTurn gives a series as a reviewer approves it: every post with its text and time, and which of them
// wait for the actor. Fails with fault.NotFound where the actor reviews nothing of its unit.
func (s *Service) SeriesTurn(ctx context.Context, actor access.Actor, id int64) (turn SeriesTurn, err error) {
	defer fault.Step(&err, "plan.SeriesTurn %d", id)

	if _, err := findSeries(ctx, s.db.Pool(), actor, access.PostReview, id); err != nil {
		return turn, err
	}
	if turn.Series, err = s.FindSeries(ctx, actor, id); err != nil {
		return turn, err
	}

	turns, err := s.reviews.Turns(ctx, actor, turn.Series.postIDs())
	if err != nil {
		return turn, err
	}

	for _, one := range turn.Series.Posts {
		shown := PostTurn{SeriesPost: one}

		shown.Post, shown.Version, _, err = s.posts.UnderReview(ctx, actor, one.PostID)
		if fault.Is(err, fault.KindNotFound) { // a draft that went to another unit
			continue
		}
		if err != nil {
			return turn, err
		}
		waiting, ok := turns[one.PostID]
		shown.Run, shown.Why = waiting.Run, whyNot(shown, waiting, ok, s.now())
		turn.Posts = append(turn.Posts, shown)
	}

	return turn, nil
}

func (s Series) postIDs() []int64 {
	ids := make([]int64, len(s.Posts))
	for i, one := range s.Posts {
		ids[i] = one.PostID
	}

	return ids
}

// whyNot says why a reader does not approve a post together with the others of its series.
func whyNot(shown PostTurn, waiting review.Turn, ok bool, now time.Time) *fault.Error {
	switch {
	case !ok:
		return fault.Conflict("不在审核中")
	case waiting.Why != nil:
		return fault.Public(waiting.Why)
	case waiting.Run.Open().Edit:
		return fault.Conflict("这一步是编辑，请单独打开")
	case shown.Post.DueNow || shown.Post.DueAt == nil:
		return fault.Conflict("批准后立即发出，请单独审核")
	case !shown.Post.DueAt.After(now):
		return fault.Conflict("时间已过，请单独审核并另选时间")
	case len(shown.Version.Relay) > 0:
		return fault.Conflict("带有联动要求，请单独审核")
	}

	return nil
}

// Seen is a post of a series as the reviewer was shown it.
type Seen struct {
	PostID  int64
	Version int
	Step    int
	Hash    []byte
	DueAt   time.Time
}

// line is what an approval of the series covers of the post.
func (s Seen) line() string {
	return fmt.Sprintf("%d %d %d %x %d", s.PostID, s.Version, s.Step, s.Hash, s.DueAt.Unix())
}

// SumOf names a list of posts as they were shown: the SHA-256 of one line a post, in its order.
func SumOf(list []Seen) string {
	sum := sha256.New()
	for _, one := range list {
		fmt.Fprintln(sum, one.line())
	}

	return hex.EncodeToString(sum.Sum(nil))
}

// SeriesWord is what a reviewer says about all of them.
type SeriesWord struct {
	Opinion string
	Ticked  []string // 校对 items, each for all
	Agreed  bool     // to what the checks found and the writer explained
	Despite bool     // notes of reviewers that are open
}

// ErrSeriesStopped says which post of a series could not be approved, and why; none of them was.
type ErrSeriesStopped struct {
	Post SeriesPost
	Why  error
}

// Error is the text for logs.
func (e *ErrSeriesStopped) Error() string {
	return fmt.Sprintf("occurrence %d: %v", e.Post.Number, e.Why)
}

// Unwrap gives the reason.
func (e *ErrSeriesStopped) Unwrap() error { return e.Why }

// ApproveSeries approves posts of a series by one act, each as it was shown, or none of them: the review of
// each takes the decision by its own rule, and the trail keeps the sum of the list. Fails as SeriesTurn does,
// with fault.Conflict "stale" for an empty list and for a post that is not of the series, and with
// *ErrSeriesStopped where one cannot be approved.
func (s *Service) ApproveSeries(
	ctx context.Context,
	actor access.Actor,
	id int64,
	list []Seen,
	word SeriesWord,
) (err error) {
	defer fault.Step(&err, "plan.ApproveSeries %d", id)

	turn, err := s.SeriesTurn(ctx, actor, id)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return errSeriesStale()
	}
	all, err := turn.verdicts(list, word)
	if err != nil {
		return err
	}

	stopped, err := s.deliveries.ApproveAll(ctx, actor, all, func(tx pg.Tx, now time.Time) error {
		return audit.Write(ctx, tx, audit.Entry{
			Actor: actor, At: now, Action: actSeriesApprove, Subject: turn.Series.Ref(),
			UnitPath: turn.Series.UnitPath, Why: word.Opinion,
			Detail: map[string]any{"posts": len(list), "sum": SumOf(list)},
		})
	})
	if stopped != 0 {
		return &ErrSeriesStopped{turn.of(stopped).SeriesPost, err}
	}

	return err
}

func (t SeriesTurn) of(postID int64) PostTurn {
	i := slices.IndexFunc(t.Posts, func(one PostTurn) bool { return one.PostID == postID })
	if i < 0 {
		return PostTurn{}
	}

	return t.Posts[i]
}

// verdicts are the decisions about what was shown. What is not the reader's to approve with the others, or is
// named twice, refuses the list.
func (t SeriesTurn) verdicts(list []Seen, word SeriesWord) ([]delivery.Reviewed, error) {
	var all []delivery.Reviewed

	for i, seen := range list {
		one := t.of(seen.PostID)
		again := slices.ContainsFunc(list[:i], func(s Seen) bool { return s.PostID == seen.PostID })
		if one.PostID == 0 || again {
			return nil, errSeriesStale()
		}
		if one.Why != nil {
			return nil, &ErrSeriesStopped{one.SeriesPost, one.Why}
		}

		all = append(all, delivery.Reviewed{PostID: seen.PostID, Verdict: delivery.Verdict{
			Version: seen.Version,
			Step:    seen.Step,
			Hash:    seen.Hash,
			Opinion: word.Opinion,
			Ticked:  one.ticked(word.Ticked),
			Agreed:  word.Agreed,
			Despite: word.Despite,
			Shown:   &delivery.DueShown{At: &seen.DueAt},
		}})
	}

	return all, nil
}

// ticked are the items of the post's own step among those that were ticked.
func (p PostTurn) ticked(all []string) (own []string) {
	for _, item := range p.Run.ToTick() {
		if slices.Contains(all, item) {
			own = append(own, item)
		}
	}

	return own
}

// SeriesOf is a series of which more than one post is in a list.
type SeriesOf struct {
	ID    int64
	Text  string
	Posts []int64
}

// Title is the beginning of the text.
func (s SeriesOf) Title() string { return post.Title(s.Text) }

// SeriesAmong finds the series of which a list holds more than one post, where the actor reviews posts.
func (s *Service) SeriesAmong(
	ctx context.Context,
	actor access.Actor,
	posts []int64,
) (_ []SeriesOf, err error) {
	defer fault.Step(&err, "plan.SeriesAmong %d", len(posts))

	return seriesAmong(ctx, s.db, actor, posts)
}
