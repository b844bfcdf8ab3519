package reach

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/beijing"
	"juzhen/internal/fault"
)

// matrixRow is a row as the statement returns it.
type matrixRow struct {
	ID                                  int64
	Handle, DisplayName, UnitName       string
	Seat, State, Connector              string
	FollowersEnd, FollowersStart        *int64
	FollowersBefore                     *int64
	Posts, PostsBefore                  *int64
	Originals, Reposts, Comments, Likes int64
	Interactions, InteractionsBefore    *int64
	Reads                               *int64
	ReadPosts, Noticed                  int64
	LastPost                            *time.Time
}

// In all statements of the matrix $1 is the first day of the earlier period, $2 of this one, $3 the day
// after it.
//
// The figure of followers at an edge may be up to a week older than the edge, or, in a long period,
// younger by a thirtieth of it. An account that left has none at an end after its last reading. It is nearly
// always that of the very day, which one look at the index by day finds for all accounts; only where that is
// missing the account's own days are searched.
const (
	atEnd = `
LEFT JOIN account_days e1 ON e1.account_id = s.id AND e1.day = $3::date - 1
LEFT JOIN LATERAL (SELECT followers FROM account_days WHERE e1.followers IS NULL AND account_id = s.id
    AND s.state <> 'closed' AND day < $3::date AND day >= $2::date
                     AND followers IS NOT NULL ORDER BY day DESC LIMIT 1) f1 ON true`
	atStart = `
LEFT JOIN account_days e2 ON e2.account_id = s.id AND e2.day = $2::date - 1
LEFT JOIN LATERAL (SELECT followers FROM account_days WHERE e2.followers IS NULL AND account_id = s.id
    AND day >= $2::date - 7
                     AND followers IS NOT NULL AND day < $2::date + ($3::date - $2::date) / 30
                         ORDER BY abs(day - $2::date + 1), day LIMIT 1) f2 ON true`
	before = `
LEFT JOIN account_days e3 ON e3.account_id = s.id AND e3.day = $1::date - 1
LEFT JOIN LATERAL (SELECT followers FROM account_days WHERE e3.followers IS NULL AND account_id = s.id
    AND day >= $1::date - 7
                     AND followers IS NOT NULL AND day < $1::date + ($3::date - $2::date) / 30
                         ORDER BY abs(day - $1::date + 1), day LIMIT 1) f3 ON true`
	endFollowers, startFollowers, beforeFollowers = `coalesce(e1.followers, f1.followers)`, `coalesce(e2.followers, f2.followers)`, `coalesce(e3.followers, f3.followers)`

	lastPost = `
LEFT JOIN LATERAL (SELECT posted_at FROM platform_posts WHERE account_id = s.id AND state <> 'removed'
    ORDER BY posted_at DESC LIMIT 1) l ON true`
	noticedPosts = `p.noted_at IS NULL AND (p.origin = 'elsewhere' OR p.state <> 'live')`
)

// knownBefore tells whether we know a post of the account that is older than a day: before it posts and
// interactions are missing, not zero.
func knownBefore(day string) string {
	return `EXISTS (SELECT FROM platform_posts WHERE account_id = s.id AND posted_at < ` +
		beijing.StartSQL("("+day+"::date)") + `)`
}

// periodSums joins the sums of the period alone.
var periodSums = sumsAtEnd + sumsAtStart + `
CROSS JOIN LATERAL (SELECT ` + inPeriod("posts") + ` AS posts, ` + reactions(inPeriod) + ` AS interactions,
    CASE WHEN ` + inPeriod("read_posts") + ` > 0 THEN ` + inPeriod("reads") + ` END AS reads) x`

// keys are the columns a matrix can be sorted by: the value, and what it must be joined with.
var keys = map[string]struct{ value, joins string }{
	"":          {`s.position`, ``},
	"handle":    {`s.handle COLLATE "C"`, ``},
	"followers": {endFollowers, atEnd},
	"gained":    {endFollowers + ` - ` + startFollowers, atEnd + atStart},
	"posts": {
		`CASE WHEN x.posts > 0 THEN x.posts WHEN ` + knownBefore(`$3`) + ` THEN 0 END`, periodSums,
	},
	"interactions": {
		`CASE WHEN x.posts > 0 THEN x.interactions WHEN ` + knownBefore(`$3`) + ` THEN 0 END`,
		periodSums,
	},
	"perpost": {`x.interactions::float8 / nullif(x.posts, 0)`, periodSums},
	"reads":   {`x.reads`, periodSums},
	"last":    {`l.posted_at`, lastPost},
	"per10k":  {`x.interactions::float8 * 10000 / nullif(` + endFollowers + `, 0)`, periodSums + atEnd},
	"silence": {`-extract(epoch FROM l.posted_at)`, lastPost},
}

// marks are $1, $2 and $3.
func (p Period) marks() []any {
	return []any{beijing.Date(p.Before().From), beijing.Date(p.From), beijing.Date(p.To)}
}

// selectScope lists the accounts in the actor's scope, at or below path. The statements over all of
// them are handed this list, which the server looks up in a table of hashes: to join all their days
// with the scope costs three times as much as to add the days up.
func selectScope(ctx context.Context, q querier, actor access.Actor, path string) ([]int64, error) {
	scope, args := scoped(actor, access.ReachView, "u.path", 2)

	return column[int64](ctx, q, `SELECT a.id FROM accounts a JOIN units u ON u.id = a.unit_id
			WHERE a.state <> 'closed' AND u.path LIKE $1 || '%' AND `+scope,
		append([]any{path}, args...)...)
}

// selectPresent is selectScope with the accounts that were closed since the period before a period began:
// what they did in their days counts.
func selectPresent(
	ctx context.Context, q querier, actor access.Actor, path string, period Period,
) ([]int64, error) {
	scope, args := scoped(actor, access.ReachView, "u.path", 4)

	return column[int64](ctx, q, `SELECT a.id FROM accounts a JOIN units u ON u.id = a.unit_id
			WHERE u.path LIKE $1 || '%' AND (a.state <> 'closed' OR EXISTS (SELECT FROM account_days d
				WHERE d.account_id = a.id AND d.day >= $2::date AND d.day < $3::date)) AND `+scope,
		append([]any{path, beijing.Date(period.Before().From), beijing.Date(period.To)}, args...)...)
}

// selectUnitsAt gives the units at some paths; "" stands for all topmost ones.
func selectUnitsAt(ctx context.Context, q querier, paths []string) ([]int64, error) {
	return column[int64](ctx, q, `SELECT id FROM units
			WHERE path = ANY (@paths) OR '' = ANY (@paths) AND parent_id IS NULL`,
		pgx.NamedArgs{"paths": paths})
}

// planned has a statement planned for the very lists it is given: a plan for any list would search them
// element by element.
func planned(args ...any) []any { return append([]any{pgx.QueryExecModeCacheDescribe}, args...) }

// selectOrder gives those of the accounts that the view shows, in its order. It computes the figure
// that is sorted by and no other.
func selectOrder(ctx context.Context, q querier, ids []int64, period Period, view View) ([]int64, error) {
	key, ok := keys[view.Sort.By]
	if !ok {
		return nil, fault.Invalid("sort", "不能按这一列排序")
	}
	direction := ` NULLS FIRST`
	if view.Sort.Down {
		direction = ` DESC NULLS LAST`
	}

	return column[int64](ctx, q, `
WITH marks AS (SELECT $1::date, $2::date, $3::date) -- a column may need only some of them
SELECT s.id FROM accounts s`+key.joins+` WHERE s.id = ANY ($4::bigint[]) ORDER BY `+key.value+direction+`, s.position, s.id
LIMIT nullif($5::int, 0) OFFSET $6::int`,
		planned(append(period.marks(), ids, view.Limit, max(view.Skip, 0))...)...)
}

// rowSQL reads the roll-ups of two periods of the accounts $4, in their order. The caller has seen to
// the scope.
var rowSQL = `
SELECT s.id, s.handle, s.display_name, u.name AS unit_name, s.seat, s.state, s.connector, ` + endFollowers + ` AS followers_end,
       ` + startFollowers + ` AS followers_start, ` + beforeFollowers + ` AS followers_before,
       CASE WHEN k.known THEN x.posts END AS posts, CASE WHEN k.known_before THEN x.posts_before END AS
       posts_before,
       x.originals, x.reposts, x.comments, x.likes, CASE WHEN k.known THEN x.interactions END AS interactions,
       CASE WHEN k.known_before THEN x.interactions_before END AS interactions_before,
       x.reads, x.read_posts, l.posted_at AS last_post,
       (SELECT count(*) FROM platform_posts p WHERE p.account_id = s.id AND ` + noticedPosts + `) AS noticed
FROM unnest($4::bigint[]) WITH ORDINALITY AS o (id, place) JOIN accounts s ON s.id = o.id
    JOIN units u ON u.id = s.unit_id
` + sumsAtEnd + sumsAtStart + sumsBefore + `
CROSS JOIN LATERAL (SELECT ` + inPeriod("posts") + ` AS posts, ` + inBefore("posts") + ` AS posts_before,
    ` + inPeriod("originals") + ` AS originals, ` + inPeriod("reposts") + ` AS reposts,
    ` + inPeriod("comments") + ` AS comments, ` + inPeriod("likes") + ` AS likes,
    ` + reactions(inPeriod) + ` AS interactions, ` + reactions(inBefore) + ` AS interactions_before,
    CASE WHEN ` + inPeriod("read_posts") + ` > 0 THEN ` + inPeriod("reads") + ` END AS reads,
    ` + inPeriod("read_posts") + ` AS read_posts) x
CROSS JOIN LATERAL (SELECT x.posts > 0 OR ` + knownBefore(`$3`) + ` AS known,
    x.posts_before > 0 OR ` + knownBefore(`$2`) + ` AS known_before) k` +
	atEnd + atStart + before + lastPost + ` ORDER BY o.place`

func selectRows(ctx context.Context, q querier, period Period, ids []int64) ([]Row, error) {
	daily, err := selectDailyOf(ctx, q, period, ids)
	if err != nil {
		return nil, err
	}
	list, err := rows[matrixRow](ctx, q, rowSQL, append(period.marks(), ids)...)

	out := make([]Row, len(list))
	for i, row := range list {
		out[i] = row.row(daily[row.ID])
	}

	return out, err
}

func (r matrixRow) row(daily []int64) Row {
	return Row{
		AccountID:   r.ID,
		Handle:      r.Handle,
		DisplayName: r.DisplayName,
		UnitName:    r.UnitName,
		Seat:        account.Seat(r.Seat),
		State:       account.State(r.State),
		Connector:   account.Connector(r.Connector),
		Followers:   r.FollowersEnd,
		Gained: Change{
			Now:    minus(r.FollowersEnd, r.FollowersStart),
			Before: minus(r.FollowersStart, r.FollowersBefore),
		},
		Posts:      Change{Now: r.Posts, Before: r.PostsBefore},
		Interacted: Change{Now: r.Interactions, Before: r.InteractionsBefore},
		Originals:  r.Originals,
		Reposts:    r.Reposts,
		Comments:   r.Comments,
		Likes:      r.Likes,
		Reads:      r.Reads,
		ReadPosts:  r.ReadPosts,
		LastPost:   r.LastPost,
		Known:      r.Posts != nil,
		Noticed:    r.Noticed,
		Daily:      daily,
	}
}
