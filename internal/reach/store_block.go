package reach

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/beijing"
)

// accountDay names a day of an account, at midnight in Shanghai.
type accountDay struct {
	account int64
	day     time.Time
}

// sealLock is held by whoever moves readings into blocks.
const sealLock = 0x6a7a_7365_616c // "jzseal"

func lockSeal(ctx context.Context, q querier) error {
	_, err := q.Exec(
		ctx,
		`SELECT pg_advisory_xact_lock(@seal_lock)`,
		pgx.NamedArgs{"seal_lock": int64(sealLock)},
	)

	return err
}

// The last reading of an account stays a row, however old.
const sealable = `r.taken_at < $1 AND EXISTS (
    SELECT FROM account_readings n WHERE n.account_id = r.account_id AND n.taken_at > r.taken_at)`

// selectSealable gives some accounts after one of them that have readings from before an instant to be
// sealed.
func selectSealable(
	ctx context.Context,
	q querier,
	before time.Time,
	after int64,
	limit int,
) ([]int64, error) {
	return column[int64](ctx, q, `SELECT a.id FROM accounts a WHERE a.id > $2 AND EXISTS (
			SELECT FROM account_readings r WHERE r.account_id = a.id AND `+sealable+`) ORDER BY a.id LIMIT $3`,
		before, after, limit)
}

// takeReadings takes the readings of some accounts from before an instant out of their rows.
func takeReadings(
	ctx context.Context, q querier, before time.Time, ids []int64,
) (map[accountDay][]AccountReading, error) {
	r, err := q.Query(ctx, `DELETE FROM account_readings r WHERE r.account_id = ANY ($2) AND `+sealable+`
			RETURNING account_id, taken_at, followers, friends, statuses`, before, ids)
	if err != nil {
		return nil, err
	}
	taken := map[accountDay][]AccountReading{}
	var (
		id   int64
		read AccountReading
	)
	_, err = pgx.ForEachRow(
		r,
		[]any{&id, &read.TakenAt, &read.Followers, &read.Friends, &read.Posts},
		func() error {
			of := accountDay{id, beijing.Day(read.TakenAt)}
			taken[of] = append(taken[of], read)

			return nil
		},
	)

	return taken, err
}

// addBlocks adds to some days of accounts what their blocks hold already.
func addBlocks(ctx context.Context, q querier, days map[accountDay][]AccountReading) error {
	ids, dates := make([]int64, 0, len(days)), make([]string, 0, len(days))
	for of := range days {
		ids, dates = append(ids, of.account), append(dates, beijing.Date(of.day))
	}
	found, err := rows[blockRow](ctx, q, `
SELECT b.account_id, b.day, b.block, NULL::timestamptz AS taken_at, 0 AS followers, 0 AS friends, 0 AS posts
FROM account_reading_blocks b JOIN unnest(@ids::bigint[], @dates::date[]) AS x (account_id, day) USING (account_id, day)`,
		pgx.NamedArgs{"ids": ids, "dates": dates})
	if err != nil {
		return err
	}

	for _, row := range found {
		of := accountDay{row.AccountID, midnightOf(*row.Day)}
		if days[of], err = unpackReadings(days[of], of.day, row.Block); err != nil {
			return err
		}
	}

	return nil
}

// putBlocks writes the blocks of some days of accounts in place of those there are, in the order of the days.
func putBlocks(ctx context.Context, q querier, days map[accountDay][]AccountReading) error {
	order := make([]accountDay, 0, len(days))
	for of := range days {
		order = append(order, of)
	}
	slices.SortFunc(order, func(a, b accountDay) int {
		return cmp.Or(a.day.Compare(b.day), cmp.Compare(a.account, b.account))
	})

	n := len(order)

	ids, dates, counts, blocks := make([]int64, n), make([]string, n), make([]int16, n), make([][]byte, n)
	for i, of := range order {
		ids[i], dates[i], counts[i] = of.account, beijing.Date(of.day), int16(len(days[of]))
		blocks[i] = packReadings(of.day, days[of])
	}
	_, err := q.Exec(ctx, `
INSERT INTO account_reading_blocks (account_id, day, readings, block)
SELECT * FROM unnest(@ids::bigint[], @dates::date[], @counts::smallint[], @blocks::bytea[])
ON CONFLICT (account_id, day) DO UPDATE SET readings = excluded.readings, block = excluded.block`,
		pgx.NamedArgs{"ids": ids, "dates": dates, "counts": counts, "blocks": blocks})

	return err
}

// blockRow is a block, or, where Block is nil, a reading that is still a row.
type blockRow struct {
	AccountID                 int64
	Day                       *time.Time
	Block                     []byte
	TakenAt                   *time.Time
	Followers, Friends, Posts int64
}

// midnightOf is the midnight in Shanghai of a date as the server gives it.
func midnightOf(date time.Time) time.Time {
	y, m, d := date.Date()

	return time.Date(y, m, d, 0, 0, 0, 0, beijing.Zone)
}

// selectReadings gives the readings of some accounts in a period, the earliest first: out of blocks and rows
// in one statement, so that none is seen twice or missed while it is sealed.
func selectReadings(
	ctx context.Context, q querier, period Period, ids []int64,
) (map[int64][]AccountReading, error) {
	list, err := rows[blockRow](
		ctx,
		q,
		`
SELECT account_id, day, block, NULL::timestamptz AS taken_at, 0::bigint AS followers, 0::bigint AS friends,
    0::bigint AS posts
FROM account_reading_blocks
WHERE account_id = ANY (@ids::bigint[]) AND day >= @first_day::date AND day < @day_after::date
UNION ALL
SELECT account_id, NULL, NULL, taken_at, followers, friends, statuses FROM account_readings
WHERE account_id = ANY (@ids::bigint[]) AND taken_at >= @from AND taken_at < @to
ORDER BY account_id, day NULLS LAST, taken_at`,
		pgx.NamedArgs{
			"ids":       ids,
			"first_day": beijing.Date(period.From),
			"day_after": beijing.Date(period.To),
			"from":      period.From,
			"to":        period.To,
		},
	)
	if err != nil {
		return nil, err
	}
	found := make(map[int64][]AccountReading, len(ids))

	for _, row := range list {
		of := found[row.AccountID]
		if row.Block == nil {
			of = append(of, AccountReading{*row.TakenAt, row.Followers, row.Friends, row.Posts})
		} else if of, err = unpackReadings(of, midnightOf(*row.Day), row.Block); err != nil {
			return nil, err
		}
		found[row.AccountID] = of
	}

	for _, of := range found { // a last reading that stayed a row may be of a day whose block came later
		slices.SortStableFunc(of, func(a, b AccountReading) int { return a.TakenAt.Compare(b.TakenAt) })
	}

	return found, nil
}

// dropBlocks drops up to so many blocks of days before an instant, and gives how many readings these held.
func dropBlocks(
	ctx context.Context,
	q querier,
	before time.Time,
	limit int,
) (blocks, readings int64, err error) {
	err = q.QueryRow(ctx, `
WITH dropped AS (
    DELETE FROM account_reading_blocks WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM account_reading_blocks WHERE day < @before::date LIMIT @limit)) RETURNING readings)
SELECT count(*), coalesce(sum(readings), 0) FROM dropped`,
		pgx.NamedArgs{"before": beijing.Date(before), "limit": limit}).Scan(&blocks, &readings)

	return blocks, readings, err
}
