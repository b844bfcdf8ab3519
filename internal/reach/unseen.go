package reach

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/access"
	"juzhen/internal/pg"
	"juzhen/internal/todo"
	"juzhen/internal/weibo"
)

// hurry is how much sooner the next look comes when this one may have missed posts: an account that is being misused is read more often,
// within the budget.
const hurry = 4

// surplusStays is how long the platform's count must lie lower, such as after old posts were removed, to become what is expected.
const surplusStays = day

// moved tells whether nothing on the page was known before although the account has posts that the platform has shown: then posts may
// have come and gone between two looks. It is asked before the page is taken in.
func moved(ctx context.Context, q querier, accountID int64, posts []weibo.Post) (yes bool, err error) {
	if len(posts) == 0 {
		return false, nil
	}
	err = q.QueryRow(ctx, `
SELECT EXISTS (SELECT FROM platform_posts WHERE account_id = $1 AND seen_at IS NOT NULL)
   AND NOT EXISTS (SELECT FROM platform_posts WHERE account_id = $1 AND remote_id = ANY ($2))`, accountID, remoteIDs(posts)).Scan(&yes)
	return yes, err
}

// unseen compares how many posts the platform counts with those known here, after a page was taken in, and tells people when there are
// some that no look has shown: whoever posts more in one go than a page holds would slip by otherwise. It gives the time of the next look.
func (s *Service) unseen(ctx context.Context, tx pg.Tx, src source, w watch, line weibo.Timeline, moved bool) (next time.Time, err error) {
	n, counted, err := s.beyond(ctx, tx, src.ID, w.Since, line.Total)
	if err != nil {
		return next, err
	}
	if err := closeOld(ctx, tx, s.now(), src.ID); err != nil {
		return next, err
	}
	next = s.now().Add(WatchEvery(src.Connector))
	if !moved && n == 0 {
		return next, nil
	}
	next = s.now().Add(WatchEvery(src.Connector) / hurry)
	if n == 0 && counted { // the count proves that all of them were on the page
		return next, nil
	}
	return next, s.tellUnseen(ctx, tx, src, line.Posts, n)
}

// beyond is how many posts the platform counts beyond those known, more than it did before; counted is false while there is nothing to
// compare with. An attempt whose outcome is open may be one of them.
func (s *Service) beyond(ctx context.Context, tx pg.Tx, accountID int64, since time.Time, total int64) (n int64, counted bool, err error) {
	if total <= 0 {
		return 0, false, nil
	}
	var known, open int64
	err = tx.Pgx.QueryRow(ctx, `
SELECT (SELECT count(*) FROM platform_posts WHERE account_id = $1 AND posted_at > $2 AND state <> 'removed'),
       (SELECT count(*) FROM deliveries WHERE account_id = $1 AND (state IN ('sending', 'unknown') OR state = 'sent' AND remote_id IS NULL))`,
		accountID, since).Scan(&known, &open)
	if err != nil {
		return 0, false, err
	}
	var before int64
	var at time.Time
	err = tx.Pgx.QueryRow(ctx, "SELECT posts - known, taken_at FROM post_totals WHERE account_id = $1", accountID).Scan(&before, &at)
	surplus := total - known
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return 0, false, keepTotal(ctx, tx, accountID, total, known, s.now())
	case err != nil:
		return 0, false, err
	case surplus > before && open == 0:
		return surplus - before, true, keepTotal(ctx, tx, accountID, total, known, s.now())
	case surplus == before, surplus < before && s.now().Sub(at) >= surplusStays:
		return 0, true, keepTotal(ctx, tx, accountID, total, known, s.now())
	}
	return max(surplus-before-open, 0), true, nil
}

func keepTotal(ctx context.Context, tx pg.Tx, accountID, total, known int64, now time.Time) error {
	_, err := tx.Pgx.Exec(ctx, `
INSERT INTO post_totals (account_id, posts, known, taken_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (account_id) DO UPDATE SET posts = excluded.posts, known = excluded.known, taken_at = excluded.taken_at`, accountID, total, known, now)
	return err
}

func unseenKey(accountID int64) string { return "unseen/" + strconv.FormatInt(accountID, 10) }

// tellUnseen raises the matter at the newest post on the page that is not ours, where a person takes note of it; at the account when all
// are ours. n is 0 where the platform gives no count.
func (s *Service) tellUnseen(ctx context.Context, tx pg.Tx, src source, posts []weibo.Post, n int64) error {
	it := todo.Item{Kind: todo.KindNoticed, Key: unseenKey(src.ID), Permission: access.DeliveryDecide, UnitPath: src.UnitPath, SubjectType: "account",
		SubjectID: src.ID, Code: "reach.unseen", Args: map[string]any{"account": src.At(), "n": n}}
	if n == 0 {
		it.Code = "reach.gap"
	}
	var id int64
	err := tx.Pgx.QueryRow(ctx, `
SELECT id FROM platform_posts WHERE account_id = $1 AND remote_id = ANY ($2) AND origin = 'elsewhere' AND noted_at IS NULL
ORDER BY posted_at DESC, id DESC LIMIT 1`, src.ID, remoteIDs(posts)).Scan(&id)
	switch {
	case err == nil:
		it.SubjectType, it.SubjectID, it.Key = "platform_post", id, noticeKey(id)
		if err := todo.ResolveTx(ctx, tx, s.now(), it.Key, 0); err != nil {
			return err
		}
	case !errors.Is(err, pgx.ErrNoRows):
		return err
	}
	return todo.RaiseTx(ctx, tx, s.now(), it)
}

// unseenFor is how long a matter about an account stays open that nobody can take note of.
const unseenFor = 7 * day

func closeOld(ctx context.Context, tx pg.Tx, now time.Time, accountID int64) error {
	var old bool
	err := tx.Pgx.QueryRow(ctx, "SELECT EXISTS (SELECT FROM todos WHERE key = $1 AND resolved_at IS NULL AND raised_at < $2)",
		unseenKey(accountID), now.Add(-unseenFor)).Scan(&old)
	if err != nil || !old {
		return err
	}
	return todo.ResolveTx(ctx, tx, now, unseenKey(accountID), 0)
}
