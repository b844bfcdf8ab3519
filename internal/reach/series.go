package reach

import (
	"context"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/fault"
)

// Point is one day of an account. Nil figures are not available: before the first post we know, or not read.
type Point struct {
	Day       time.Time
	Followers *int64
	Posts     *int64
	Originals *int64
	Reposts   *int64
	Comments  *int64
	Likes     *int64
	Reads     *int64
	ReadPosts int64
}

// Interactions is reposts, comments and likes together, nil where they are not available.
func (p Point) Interactions() *int64 { return plus(plus(p.Reposts, p.Comments), p.Likes) }

// Series is an account's page: its row of the matrix and one point per day.
type Series struct {
	Account  account.Account
	Period   Period
	Row      Row
	Points   []Point
	Since    *time.Time // day of the oldest post we know
	Backfill Backfill
	HasReads *bool      // whether the contract returns reads for this account; nil: not asked yet
	LookedAt *time.Time // last look at its newest posts
	Trouble  string     // code of why the last look failed; "" when it did not

	SummedTo time.Time // every day written by then is in the row
}

// Series gives the figures of one account over a period. Fails with fault.NotFound outside of the
// actor's scope of reach.
func (s *Service) Series(
	ctx context.Context,
	actor access.Actor,
	accountID int64,
	period Period,
) (_ Series, err error) {
	defer fault.Step(&err, "reach.Series %d", accountID)

	out := Series{Period: period}
	if out.Account, err = s.account(ctx, actor, accountID); err != nil {
		return out, err
	}
	if out.SummedTo, err = s.SummedTo(ctx); err != nil {
		return out, err
	}
	list, err := selectRows(ctx, s.db.Pool(), period, []int64{accountID})
	if err != nil {
		return out, err
	}
	out.Row = list[0]
	if out.Points, out.Since, err = selectPoints(ctx, s.db.Pool(), period, accountID); err != nil {
		return out, err
	}
	if out.Backfill, err = findBackfill(ctx, s.db.Pool(), accountID); err != nil {
		return out, err
	}
	watch, _, err := findWatch(ctx, s.db.Pool(), accountID)
	out.HasReads, out.LookedAt, out.Trouble = watch.HasReads, watch.LookedAt, watch.Reason

	return out, err
}

// Hint says in Chinese why the last look failed; "" when it did not.
func (s Series) Hint() string {
	return map[string]string{
		"budget": "本时段的调用预算已用完，下个时段自动继续", "token": "账号没有有效授权，读取已暂停", "limit": "微博限制了调用频次，稍后自动继续",
		"refused": "微博拒绝了读取，请核对接口合同", "unreachable": "暂时连不上微博接口，稍后自动重试",
	}[s.Trouble]
}

// Latest is the last post of an account, the next one that is due, and how many noticed posts nobody
// took note of.
type Latest struct {
	AccountID int64
	LastPost  *time.Time
	NextDue   *time.Time
	Noticed   int
}

// Latest gives these for all accounts the actor may see, without any text, in one statement.
func (s *Service) Latest(ctx context.Context, actor access.Actor) (_ map[int64]Latest, err error) {
	defer fault.Step(&err, "reach.Latest")

	return selectLatest(ctx, s.db.Pool(), actor)
}
