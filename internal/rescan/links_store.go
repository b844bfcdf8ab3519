package rescan

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/link"
	"juzhen/internal/pg"
)

// within is the condition that a link stands in a post of the last days that the platform shows at @now.
var within = fmt.Sprintf(`l.posted_at > @now::timestamptz - interval '%d days'
    AND NOT (p.state = 'removed' AND p.state_at <= @now)`, linkDays)

// keepLinks writes which addresses stand in posts that were looked through.
func keepLinks(ctx context.Context, tx pg.Tx, scans []scan, now time.Time) error {
	var all, posts, accounts = []int64{}, []int64{}, []int64{}
	var addresses []string
	var times []time.Time

	for _, one := range scans {
		all = append(all, one.post.ID)
		for _, address := range link.In(one.post.Text) {
			posts, accounts = append(posts, one.post.ID), append(accounts, one.post.AccountID)
			addresses, times = append(addresses, address), append(times, one.post.PostedAt)
		}
	}
	batch := &pgx.Batch{}
	batch.Queue(`
DELETE FROM published_links WHERE platform_post_id = ANY (@all)`, pgx.NamedArgs{"all": all})
	if len(posts) > 0 {
		batch.Queue(`
INSERT INTO published_addresses (address, next_at)
SELECT DISTINCT x, @now::timestamptz FROM unnest(@addresses::text[]) AS x ORDER BY x
ON CONFLICT (address) DO NOTHING`, pgx.NamedArgs{"addresses": addresses, "now": now})
		batch.Queue(`
INSERT INTO published_links (platform_post_id, address_id, account_id, posted_at)
SELECT x.post, a.id, x.account, x.at
FROM unnest(@posts::bigint[], @accounts::bigint[], @addresses::text[], @times::timestamptz[]) AS x (post,
    account, address, at)
    JOIN published_addresses a ON a.address = x.address
ON CONFLICT DO NOTHING`, pgx.NamedArgs{
			"posts":     posts,
			"accounts":  accounts,
			"addresses": addresses,
			"times":     times,
		})
	}

	return tx.Pgx.SendBatch(ctx, batch).Close()
}

// dueAddresses are those that are due and stand in posts of the last days.
func dueAddresses(ctx context.Context, tx pg.Tx, now time.Time, most int) ([]int64, error) {
	rows, err := tx.Pgx.Query(ctx, `
SELECT a.id FROM published_addresses a WHERE a.next_at <= @now AND EXISTS (
    SELECT FROM published_links l JOIN platform_posts p ON p.id = l.platform_post_id
    WHERE l.address_id = a.id AND `+within+`)
ORDER BY a.next_at, a.id LIMIT @most`, pgx.NamedArgs{"now": now, "most": most})
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, pgx.RowTo[int64])
}

// dueAddress reads an address that nobody looked at meanwhile.
func dueAddress(ctx context.Context, db *pg.DB, id int64, now time.Time) (one looked, due bool, err error) {
	one.id = id
	err = db.Pool().QueryRow(ctx, `
SELECT address, first_dead, dead_at FROM published_addresses WHERE id = @id AND next_at <= @now`,
		pgx.NamedArgs{"id": id, "now": now}).
		Scan(&one.known.Address, &one.firstDead, &one.deadAt)
	if pg.IsNotFound(err) {
		return looked{}, false, nil
	}

	return one, err == nil, err
}

func keepLook(ctx context.Context, db *pg.DB, l looked) error {
	_, err := db.Pool().Exec(ctx, `
UPDATE published_addresses SET state = @state, why = @why, status = @status, led_to = @led_to,
    looked_at = @looked_at, next_at = @next_at,
    first_dead = @first_dead, dead_at = @dead_at WHERE id = @id`,
		pgx.NamedArgs{
			"id":         l.id,
			"state":      l.known.State,
			"why":        l.known.Why,
			"status":     l.known.Status,
			"led_to":     l.known.LedTo,
			"looked_at":  l.known.LookedAt,
			"next_at":    l.nextAt,
			"first_dead": l.firstDead,
			"dead_at":    l.deadAt,
		})

	return err
}

func wrongLinks(
	ctx context.Context,
	db *pg.DB,
	accounts []int64,
	at time.Time,
	shown int,
) (map[int64][]Address, error) {
	rows, err := db.Pool().Query(ctx, `
SELECT platform_post_id, account_id, posted_at, address, state, why, status, led_to, looked_at, dead_at FROM (
    SELECT l.platform_post_id, l.account_id, l.posted_at, a.address, a.state, a.why, a.status, a.led_to,
        a.looked_at, a.dead_at, row_number() OVER (PARTITION BY l.account_id
            ORDER BY a.dead_at IS NULL, l.posted_at DESC, a.id) AS place
    FROM published_links l JOIN published_addresses a ON a.id = l.address_id
        JOIN platform_posts p ON p.id = l.platform_post_id
    WHERE l.account_id = ANY (@accounts) AND l.posted_at <= @now AND a.looked_at <= @now AND `+within+`
        AND (a.dead_at <= @now OR a.state IN ('certificate', 'elsewhere'))) x
WHERE place <= @shown ORDER BY account_id, place`,
		pgx.NamedArgs{"now": at, "accounts": accounts, "shown": shown})
	if err != nil {
		return nil, err
	}

	by := map[int64][]Address{}
	var one Address
	var looked time.Time
	_, err = pgx.ForEachRow(rows, []any{
		&one.PostID, &one.AccountID, &one.PostedAt, &one.Link.Address, &one.Link.State, &one.Link.Why,
		&one.Link.Status, &one.Link.LedTo, &looked, &one.DeadAt,
	}, func() error {
		found, when := one, looked
		found.Link.LookedAt = &when
		by[found.AccountID] = append(by[found.AccountID], found)

		return nil
	})

	return by, err
}
