package reach

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/pg"
	"juzhen/internal/todo"
	"juzhen/internal/weibo"
)

// hurry is how much sooner the next look comes when this one may have missed posts: an account that is
// being misused is read more often, within the budget.
const hurry = 4

// surplusStays is how long the platform's count must lie lower, such as after old posts were removed,
// to become what is expected.
const surplusStays = day

// moved tells whether nothing on the page was known before although the account has posts that the
// platform has shown: then posts may have come and gone between two looks. It is asked before the page
// is taken in.
func moved(ctx context.Context, q querier, accountID int64, posts []weibo.Post) (yes bool, err error) {
	if len(posts) == 0 {
		return false, nil
	}
	err = q.QueryRow(ctx, `
SELECT EXISTS (SELECT FROM platform_posts WHERE account_id = @account_id AND seen_at IS NOT NULL)
   AND NOT EXISTS (SELECT FROM platform_posts WHERE account_id = @account_id AND remote_id = ANY (@posts))`,
		pgx.NamedArgs{"account_id": accountID, "posts": remoteIDs(posts)}).
		Scan(&yes)

	return yes, err
}

// unseen compares how many posts the platform counts with those known here, after a page was taken in,
// and tells people when there are some that no look has shown: whoever posts more in one go than a page
// holds would slip by otherwise. It gives the time of the next look.
func (s *Service) unseen(
	ctx context.Context,
	tx pg.Tx,
	src source,
	w watch,
	line weibo.Timeline,
	moved bool,
) (next time.Time, err error) {
	tally, err := reckon(ctx, tx, src.ID, w.Since, line)
	if err != nil {
		return next, err
	}
	now, every := s.now(), WatchEvery(src.Connector)
	after, n := tally.next(now, every)
	if err := after.keep(ctx, tx, src.ID); err != nil {
		return next, err
	}
	if err := closeOld(ctx, tx, now, src.ID); err != nil {
		return next, err
	}
	if !moved && n == 0 && after.doubt == 0 {
		return now.Add(every), nil
	}
	next = now.Add(every / hurry)
	// the count proves that all of them were on the page, or the doubt has to last first
	if n == 0 && tally.counted() {
		return next, nil
	}

	return next, s.tellUnseen(ctx, tx, src, line.Posts, n)
}

// tally is what the platform counts of an account beside what is known here, now and when it was last
// explained.
type tally struct {
	total, known int64 // now; total is 0 where the platform gives no count
	open         int64 // calls of ours that may be among them
	// posts that are not for everybody since then; whether the platform counts them is not known
	private int64
	had     bool      // there is an earlier count
	before  int64     // by how much it was higher than what was known
	at      time.Time // when it was
	doubt   int64     // how many more than that were there, at least, in every look
	since   time.Time // since when; zero without a doubt
}

func (t tally) counted() bool { return t.total > 0 && t.had }

// next is the tally to be kept, and how many posts people are to hear of: those that nothing explains,
// once they have been there for as long as one interval of looks. Counts run ahead of timelines, and an
// old post that is shown again is counted before it is seen.
func (t tally) next(now time.Time, every time.Duration) (after tally, n int64) {
	after = t
	if !t.counted() {
		after.before, after.at = t.total-t.known, now
		return after, 0
	}
	more := t.total - t.known - t.before
	extra := more - t.open - t.private
	if extra <= 0 {
		after.doubt, after.since = 0, time.Time{}
		if more == 0 || more > 0 && t.open == 0 || more < 0 && now.Sub(t.at) >= surplusStays {
			after.before, after.at = t.before+more, now
		}

		return after, 0
	}
	if t.doubt == 0 {
		after.doubt, after.since = extra, now
		return after, 0
	}
	after.doubt = min(t.doubt, extra)
	if now.Sub(t.since) < every {
		return after, 0
	}
	n = after.doubt
	after.before, after.at, after.doubt, after.since = t.before+t.private+n, now, 0, time.Time{}

	return after, n
}

// reckon reads the tally of an account after a page of it was taken in.
func reckon(
	ctx context.Context,
	tx pg.Tx,
	accountID int64,
	since time.Time,
	line weibo.Timeline,
) (t tally, err error) {
	if t.total = line.Total; t.total <= 0 {
		return t, nil
	}
	var from *time.Time

	err = tx.Pgx.QueryRow(ctx, `
		SELECT posts - known, taken_at, doubt, doubt_since FROM post_totals WHERE account_id = @account_id`,
		pgx.NamedArgs{"account_id": accountID}).
		Scan(&t.before, &t.at, &t.doubt, &from)
	switch {
	case err == nil:
		t.had = true
	case !errors.Is(err, pgx.ErrNoRows):
		return t, err
	}
	if from != nil {
		t.since = *from
	}
	lately := t.at.Truncate(time.Second) // the platform's instants are whole seconds
	hidden := slices.DeleteFunc(
		slices.Clone(line.Posts),
		func(post weibo.Post) bool {
			return post.Visible == weibo.VisibleAll ||
				post.CreatedAt.Before(lately)
		},
	)
	err = tx.Pgx.QueryRow(ctx, `
SELECT (SELECT count(*) FROM platform_posts WHERE account_id = @account_id AND posted_at > @since
    AND state <> 'removed'),
       (SELECT count(*) FROM deliveries
           WHERE account_id = @account_id AND (state IN ('sending', 'unknown') OR state = 'sent'
           AND remote_id IS NULL)),
       (SELECT count(*) FROM deliveries d JOIN post_versions v ON v.id = d.version_id
        WHERE d.account_id = @account_id AND d.state = 'sent' AND d.sent_at >= @lately AND v.visible <> 0
            AND d.remote_id <> ALL (@hidden))`,
		pgx.NamedArgs{
			"account_id": accountID,
			"since":      since,
			"lately":     lately,
			"hidden":     remoteIDs(hidden),
		}).Scan(&t.known, &t.open, &t.private)
	t.private += int64(len(hidden))

	return t, err
}

func (t tally) keep(ctx context.Context, tx pg.Tx, accountID int64) error {
	if t.total <= 0 {
		return nil
	}
	_, err := tx.Pgx.Exec(ctx, `
INSERT INTO post_totals (account_id, posts, known, taken_at, doubt, doubt_since)
    VALUES (@account_id, @posts, @known, @taken_at, @doubt, @since)
ON CONFLICT (account_id) DO UPDATE
    SET posts = excluded.posts, known = excluded.known, taken_at = excluded.taken_at, doubt = excluded.doubt,
    doubt_since = excluded.doubt_since`, pgx.NamedArgs{
		"account_id": accountID,
		"posts":      t.known + t.before,
		"known":      t.known,
		"taken_at":   t.at,
		"doubt":      t.doubt,
		"since":      orNil(t.since),
	})

	return err
}

func unseenKey(accountID int64) string { return "unseen/" + strconv.FormatInt(accountID, 10) }

// tellUnseen raises the matter at the newest post on the page that is not ours, where a person takes
// note of it; at the account when all are ours. n is 0 where the platform gives no count.
func (s *Service) tellUnseen(ctx context.Context, tx pg.Tx, src source, posts []weibo.Post, n int64) error {
	item := todo.Item{
		Matter:    todoUnseen,
		Key:       unseenKey(src.ID),
		UnitPath:  src.UnitPath,
		SubjectID: src.ID,
		Args:      map[string]any{"account": src.At(), "n": n},
	}
	if n == 0 {
		item.Matter = todoGap
	}
	var id int64

	err := tx.Pgx.QueryRow(ctx, `
SELECT id FROM platform_posts WHERE account_id = @account_id AND remote_id = ANY (@posts)
    AND origin = 'elsewhere'
    AND noted_at IS NULL
ORDER BY posted_at DESC, id DESC LIMIT 1`,
		pgx.NamedArgs{"account_id": src.ID, "posts": remoteIDs(posts)}).Scan(&id)
	switch {
	case err == nil:
		item.Subject, item.SubjectID, item.Key = TodoSubject, id, noticeKey(id)
		if err := todo.ResolveTx(ctx, tx, s.now(), item.Key, 0); err != nil {
			return err
		}
	case !errors.Is(err, pgx.ErrNoRows):
		return err
	}

	return todo.RaiseTx(ctx, tx, s.now(), item)
}

// unseenFor is how long a matter about an account stays open that nobody can take note of.
const unseenFor = 7 * day

func closeOld(ctx context.Context, tx pg.Tx, now time.Time, accountID int64) error {
	old, err := todo.OpenBeforeTx(ctx, tx, unseenKey(accountID), now.Add(-unseenFor))
	if err != nil || !old {
		return err
	}

	return todo.ResolveTx(ctx, tx, now, unseenKey(accountID), 0)
}
