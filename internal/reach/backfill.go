package reach

import (
	"context"
	"errors"
	"strconv"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/audit"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/queue"
	"juzhen/internal/weibo"
)

// BackfillState is how far the fetching of an account's past posts is.
type BackfillState string

// The states of a backfill. Partial is final until a person imports a file or starts again.
const (
	BackfillNone    BackfillState = "none"
	BackfillRunning BackfillState = "running"
	BackfillDone    BackfillState = "done"
	BackfillPartial BackfillState = "partial"
	BackfillFailed  BackfillState = "failed"
)

// Label is the Chinese name of the state.
func (s BackfillState) Label() string {
	return map[BackfillState]string{
		BackfillNone:    "未回填",
		BackfillRunning: "回填中",
		BackfillDone:    "已回填",
		BackfillPartial: "部分回填",
		BackfillFailed:  "回填中断",
	}[s]
}

// Backfill is the progress of one account's past posts.
type Backfill struct {
	AccountID int64
	State     BackfillState
	MaxID     string
	Found     int
	Total     int    // as the platform counts; 0: it does not say
	Reason    string // code: window (open interface), token, refused, budget
	StartedAt time.Time
	UpdatedAt time.Time
}

// Percent is the progress, 100 when done.
func (b Backfill) Percent() int {
	switch {
	case b.State == BackfillDone:
		return 100
	case b.Total == 0:
		return 0
	}

	return min(b.Found*100/b.Total, 99)
}

// Hint says in Chinese why a backfill stands where it stands; "" when it is running or done.
func (b Backfill) Hint() string {
	return map[string]string{
		"window":  "公开接口只返回最新 5 条微博，更早的请用导入文件补齐",
		"token":   "账号没有有效授权，授权后可继续",
		"refused": "微博拒绝了读取，请核对接口合同后再继续",
		"budget":  "本时段的调用预算已用完，到下个时段自动继续",
	}[b.Reason]
}

// StartBackfill begins to fetch the past posts of an account, or goes on where it stopped; one that is
// done begins anew. Fails with fault.Conflict when it is running or the account has no interface.
func (s *Service) StartBackfill(ctx context.Context, actor access.Actor, accountID int64) (err error) {
	defer fault.Step(&err, "reach.StartBackfill %d", accountID)

	account, err := s.accounts.Find(ctx, actor, accountID)
	if err != nil {
		return err
	}
	if err := access.Require(actor, access.AccountManage, account.UnitPath); err != nil {
		return err
	}
	if !account.Connector.NeedsToken() {
		return fault.Conflict("人工发布的账号没有可读取的接口，请用导入文件补齐历史")
	}

	return s.db.InTx(ctx, func(tx pg.Tx) error {
		begun, err := beginBackfill(ctx, tx.Pgx, accountID, s.now())
		if err != nil {
			return err
		}
		if !begun {
			return fault.Conflict("正在回填，请等待完成")
		}
		if err := queue.Insert(ctx, tx, BackfillArgs{AccountID: accountID}, nil); err != nil {
			return err
		}

		return audit.Write(ctx, tx, audit.Entry{
			Actor:    actor,
			At:       s.now(),
			Action:   ActBackfill,
			Subject:  "account/" + strconv.FormatInt(accountID, 10),
			UnitPath: account.UnitPath,
			Detail:   map[string]any{"from": "interface"},
		})
	})
}

// FetchPast fetches page after page of an account's past posts until the first one, keeping each page
// and the place where it stopped. It can be called again at any time. It returns how long to wait
// before going on, zero when nothing is left to do.
func (s *Service) FetchPast(ctx context.Context, accountID int64) (_ time.Duration, err error) {
	defer fault.Step(&err, "reach.FetchPast %d", accountID)

	backfill, err := findBackfill(ctx, s.db.Pool(), accountID)
	if err != nil || backfill.State != BackfillRunning {
		return 0, err
	}
	src, err := s.open(ctx, accountID)
	if err != nil {
		return 0, s.stopBackfill(ctx, &backfill, BackfillFailed, "token")
	}

	for backfill.State == BackfillRunning {
		if err := s.fetchPage(ctx, src, &backfill); err != nil {
			return s.interrupted(ctx, src, &backfill, err)
		}
	}
	if src.mode == weibo.Commercial {
		return 0, s.pastFollowers(ctx, src)
	}

	return 0, nil
}

// fetchPage reads one page below the place where the last one ended.
func (s *Service) fetchPage(ctx context.Context, src source, backfill *Backfill) error {
	if err := s.spend(ctx, src.host(), src.ID); err != nil {
		return err
	}
	line, err := s.api.UserTimeline(ctx, src.mode, src.token, weibo.TimelineQuery{
		MaxID: backfill.MaxID, Count: batch,
	})
	if err != nil {
		return err
	}
	next := below(line.Posts, backfill.MaxID)
	backfill.Total, backfill.Found = int(line.Total), backfill.Found+len(line.Posts)

	switch {
	case !src.Connector.ReturnsTimeline():
		backfill.State, backfill.Reason = BackfillPartial, "window"
	case next == "":
		backfill.State, backfill.Reason = BackfillDone, ""
	}
	if next != "" {
		backfill.MaxID = next
	}
	backfill.UpdatedAt = s.now()

	return s.db.InTx(ctx, func(tx pg.Tx) error {
		if err := s.take(ctx, tx, src.Account, line.Posts, backfill.StartedAt); err != nil {
			return err
		}

		return putBackfill(ctx, tx.Pgx, *backfill)
	})
}

// below is the id from which the next page goes on; "" when this page had nothing older than the last one.
func below(posts []weibo.Post, maxID string) string {
	limit, err := strconv.ParseInt(maxID, 10, 64)
	if err != nil {
		limit = 1<<63 - 1
	}

	least := limit
	for _, post := range posts {
		if id, err := strconv.ParseInt(post.ID, 10, 64); err == nil && id <= least {
			least = id - 1
		}
	}
	if least == limit {
		return ""
	}

	return strconv.FormatInt(least, 10)
}

// interrupted keeps the place and says when to go on: at once after a failure of the network, in the
// next window after a limit.
func (s *Service) interrupted(
	ctx context.Context,
	src source,
	backfill *Backfill,
	cause error,
) (time.Duration, error) {
	var e *weibo.Error
	switch {
	case errors.Is(cause, errBudget):
		backfill.Reason = "budget"

		return s.opt.Limits.hourly(
				src.host(),
				s.now(),
			).ends.Sub(
				s.now(),
			), s.stopBackfill(
				ctx,
				backfill,
				BackfillRunning,
				"budget",
			)
	case errors.As(cause, &e) && e.Class == weibo.ClassSlow:
		return max(
				e.RestUntil(s.now()).Sub(s.now()),
				time.Minute,
			), s.stopBackfill(
				ctx,
				backfill,
				BackfillRunning,
				"budget",
			)
	case errors.As(cause, &e) && e.Class == weibo.ClassToken:
		if err := s.tokenRefused(ctx, src, e); err != nil {
			return 0, err
		}

		return 0, s.stopBackfill(ctx, backfill, BackfillFailed, "token")
	case errors.As(cause, &e) && e.Class != weibo.ClassRetry:
		return 0, s.stopBackfill(ctx, backfill, BackfillFailed, "refused")
	}

	return 0, cause
}

func (s *Service) stopBackfill(
	ctx context.Context,
	backfill *Backfill,
	state BackfillState,
	reason string,
) error {
	backfill.State, backfill.Reason, backfill.UpdatedAt = state, reason, s.now()
	return putBackfill(ctx, s.db.Pool(), *backfill)
}

// trendDays is how far back the contracted interface tells followers per day.
const trendDays = 89

// pastFollowers fills the followers of past days from the platform's own daily figures. Accounts for
// which it keeps none get none.
func (s *Service) pastFollowers(ctx context.Context, src source) error {
	if err := s.spend(ctx, CommercialHost, src.ID); err != nil {
		return nil //nolint:nilerr // followers of the past are a comfort, not worth a retry
	}
	period := LastDays(trendDays, s.now())
	list, err := s.api.BehaviorTrend(
		ctx,
		src.token,
		src.RemoteUID,
		period.From.Format(time.DateOnly),
		period.Last().Format(time.DateOnly),
	)
	if err != nil {
		s.opt.Log.WarnContext(ctx, "no followers of past days", "account", src.ID, "err", err)
		return nil
	}
	var days []string
	var followers []int64

	for _, trendDay := range list {
		if _, err := time.Parse(time.DateOnly, trendDay.Day); err == nil && trendDay.Followers > 0 {
			days, followers = append(days, trendDay.Day), append(followers, trendDay.Followers)
		}
	}

	return putFollowers(ctx, s.db.Pool(), src.ID, days, followers)
}

// Backfills gives the progress of the accounts in the actor's scope, by account; what was never begun
// is left out.
func (s *Service) Backfills(ctx context.Context, actor access.Actor) (_ map[int64]Backfill, err error) {
	defer fault.Step(&err, "reach.Backfills")

	list, err := s.accounts.List(ctx, actor, account.Filter{})
	if err != nil {
		return nil, err
	}

	ids := make([]int64, len(list))
	for i, a := range list {
		ids[i] = a.ID
	}

	return findBackfills(ctx, s.db.Pool(), ids)
}
