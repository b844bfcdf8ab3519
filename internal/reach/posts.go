package reach

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/audit"
	"juzhen/internal/beijing"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/todo"
)

// Post is a post on the platform with its latest counts.
type Post struct {
	ID         int64
	AccountID  int64
	Handle     string
	UnitPath   string
	RemoteUID  string
	RemoteID   string
	DeliveryID *int64
	Origin     Origin
	PostedAt   time.Time
	Text       string
	WasText    string
	Original   bool
	Pictures   int
	State      Live
	StateAt    time.Time
	SeenAt     *time.Time
	Counts     Counts
	ReadAt     *time.Time // when the counts were taken; nil: not yet
	NextReadAt *time.Time
	NotedBy    string
	NotedAt    *time.Time
}

// URL is the page of the post on the platform.
func (p Post) URL() string { return "https://weibo.com/" + p.RemoteUID + "/" + p.RemoteID }

// Remarkable tells whether people should look at it: not from this console, or not as it was.
func (p Post) Remarkable() bool { return p.Origin == Elsewhere || p.State != Shown }

// PostFilter selects posts.
type PostFilter struct {
	AccountID int64  // 0: all in scope
	UnitPath  string // this unit and all below it; "" is all in scope
	Period    Period
	By        string // "interactions" (default), "time", "reads", "reposts", "comments", "likes"
	Limit     int    // default 10, at most 1000
}

// orders are the columns posts can be ordered by, always from above.
var orders = map[string]string{
	"":             "p.reposts + p.comments + p.likes DESC",
	"interactions": "p.reposts + p.comments + p.likes DESC",
	"time":         "p.posted_at DESC",
	"reads":        "p.reads DESC NULLS LAST",
	"reposts":      "p.reposts DESC",
	"comments":     "p.comments DESC",
	"likes":        "p.likes DESC",
}

// Posts gives the best posts of a period in the actor's scope.
func (s *Service) Posts(ctx context.Context, actor access.Actor, filter PostFilter) (_ []Post, err error) {
	defer fault.Step(&err, "reach.Posts")

	by, ok := orders[filter.By]
	if !ok {
		return nil, fault.Invalid("sort", "不能按这一列排序")
	}
	if filter.Limit <= 0 {
		filter.Limit = 10
	}
	filter.Limit = min(filter.Limit, 1000)
	if filter.AccountID == 0 && by == orders[""] {
		in, err := scopeOf(ctx, s.db.Pool(), actor, filter.UnitPath, filter.Period)
		if err != nil {
			return nil, err
		}
		if best, err := selectBest(
			ctx,
			s.db.Pool(),
			in,
			filter.Period,
			filter.Limit,
		); err != nil ||
			len(best) == filter.Limit {
			return best, err
		}
	}

	return selectPosts(ctx, s.db.Pool(), actor, filter, by, filter.Limit)
}

// Noticed lists the posts nobody took note of: not from this console, changed, hidden or gone. The
// newest first.
func (s *Service) Noticed(ctx context.Context, actor access.Actor, accountID int64) (_ []Post, err error) {
	defer fault.Step(&err, "reach.Noticed %d", accountID)

	return selectNoticed(ctx, s.db.Pool(), actor, accountID, mostNoticed)
}

// mostNoticed is how many noticed posts a list has.
const mostNoticed = 100

// FirstNoticed gives the newest n of those that Noticed lists of all accounts, and how many there are.
func (s *Service) FirstNoticed(
	ctx context.Context, actor access.Actor, n int,
) (_ []Post, all int, err error) {
	defer fault.Step(&err, "reach.FirstNoticed")

	if all, err = countNoticed(ctx, s.db.Pool(), actor); err != nil || all == 0 {
		return nil, all, err
	}
	list, err := selectNoticed(ctx, s.db.Pool(), actor, 0, n)

	return list, all, err
}

// Reading is one set of counts of a post.
type Reading struct {
	TakenAt  time.Time
	Reposts  int64
	Comments int64
	Likes    int64
	Reads    *int64
}

// Post gives one post with its readings, the oldest first. Fails with fault.NotFound outside of the
// actor's scope of posts.
func (s *Service) Post(ctx context.Context, actor access.Actor, id int64) (_ Post, _ []Reading, err error) {
	defer fault.Step(&err, "reach.Post %d", id)

	post, err := selectPost(ctx, s.db.Pool(), actor, access.PostView, id)
	if err != nil {
		return post, nil, err
	}
	list, err := rows[Reading](ctx, s.db.Pool(), `SELECT taken_at, reposts, comments, likes, reads
			FROM post_readings WHERE platform_post_id = @id ORDER BY taken_at`, pgx.NamedArgs{"id": id})

	return post, list, err
}

// TakeNote records that a person has looked into a remarkable post, and ends the to-do. Fails with
// fault.Conflict when somebody did before.
func (s *Service) TakeNote(ctx context.Context, actor access.Actor, id int64, why string) (err error) {
	defer fault.Step(&err, "reach.TakeNote %d", id)

	if why == "" {
		return fault.Invalid("reason", "请写明核对结果，将记入审计日志")
	}

	return s.db.InTx(ctx, func(tx pg.Tx) error {
		post, err := selectPost(ctx, tx.Pgx, actor, access.PostView, id)
		if err != nil {
			return err
		}
		if err := access.Require(actor, access.DeliveryDecide, post.UnitPath); err != nil {
			return err
		}
		tag, err := tx.Pgx.Exec(ctx, `UPDATE platform_posts SET noted_by = @user_id, noted_at = @noted_at
				WHERE id = @id AND noted_at IS NULL
AND (origin = 'elsewhere' OR state <> 'live')`,
			pgx.NamedArgs{"id": id, "user_id": actor.UserID, "noted_at": s.now()})
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return fault.Conflict("这条微博已有人核对，或已恢复正常")
		}
		if err := todo.ResolveTx(ctx, tx, s.now(), noticeKey(id), actor.UserID); err != nil {
			return err
		}

		return audit.Write(ctx, tx, audit.Entry{
			Actor:    actor,
			At:       s.now(),
			Action:   actNote,
			Subject:  noticeKey(id),
			UnitPath: post.UnitPath,
			Why:      why,
			Detail:   map[string]any{"remote_id": post.RemoteID, "origin": post.Origin, "state": post.State},
		})
	})
}

// Budget gives what readings have used of the call limits: the addresses' hours first, then the
// accounts in the actor's scope.
func (s *Service) Budget(ctx context.Context, actor access.Actor) (_ []BudgetLine, err error) {
	defer fault.Step(&err, "reach.Budget")

	now := s.now()
	list, err := s.accounts.List(ctx, actor, account.Filter{})
	if err != nil {
		return nil, err
	}
	plans, err := selectPlans(ctx, s.db.Pool(), now)
	if err != nil {
		return nil, err
	}
	out := []BudgetLine{s.hostLine(PublicHost, now), s.hostLine(CommercialHost, now)}

	for _, a := range list {
		if !a.Connector.NeedsToken() {
			continue
		}
		window := s.opt.Limits.daily(a.ID, now)
		out = append(out, BudgetLine{
			AccountID: a.ID, Handle: a.Handle, Limit: window.limit, ResetsAt: window.ends,
		})
	}

	return out, s.fillBudget(ctx, out, plans, list, now)
}

func (s *Service) hostLine(host Host, now time.Time) BudgetLine {
	window := s.opt.Limits.hourly(host, now)
	return BudgetLine{Host: host, Limit: window.limit, ResetsAt: window.ends}
}

// fillBudget adds what was used and what is planned. Followers cost one call an hour for a hundred accounts.
func (s *Service) fillBudget(
	ctx context.Context,
	lines []BudgetLine,
	plans map[int64]plan,
	list []account.Account,
	now time.Time,
) error {
	used, err := selectUsage(ctx, s.db.Pool(), now.UTC().Truncate(hour), beijing.Day(now))
	if err != nil {
		return err
	}

	lines[0].Planned = (len(list) + batch - 1) / batch
	for _, a := range list {
		host := 0
		if a.Connector == account.Commercial {
			host = 1
		}
		lines[host].Planned += plans[a.ID].calls(a.Connector)
		lines[host].NextAt = earlier(lines[host].NextAt, plans[a.ID].NextAt)
	}

	for i := range lines {
		budgetLine := &lines[i]
		if budgetLine.Host != "" {
			budgetLine.Used = used[string(budgetLine.Host)] - s.purse.inHand(
				s.opt.Limits.hourly(budgetLine.Host, now),
			)

			continue
		}
		budgetLine.Used = used[accountScope(budgetLine.AccountID)]
		p := plans[budgetLine.AccountID]
		budgetLine.NextAt = p.NextAt
		if connector := connectorIn(list, budgetLine.AccountID); connector == account.Public {
			budgetLine.Planned = p.calls(connector)
		}
	}

	return nil
}

func connectorIn(list []account.Account, id int64) account.Connector {
	for _, a := range list {
		if a.ID == id {
			return a.Connector
		}
	}

	return ""
}

func earlier(a, b *time.Time) *time.Time {
	if a == nil || b != nil && b.Before(*a) {
		return b
	}

	return a
}

// plan is what is due of one account within the next hour.
type plan struct {
	AccountID int64
	Posts     int
	NextAt    *time.Time
}

// calls is how many calls the plan takes: the looks of an hour and the batches of counts.
func (p plan) calls(connector account.Connector) int {
	every := WatchEvery(connector)
	if every == 0 || p.NextAt == nil {
		return 0
	}

	return int(hour/every) + (p.Posts+batch-1)/batch
}
