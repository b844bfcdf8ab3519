package relay

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

const selectStanding = `
SELECT s.id, s.account_id, a.handle, u.path AS unit_path, u.name AS unit_name, s.column_id,
    c.name AS column_name, s.words, s.until, s.asked_by, b.display_name AS asked_name, s.asked_at,
    s.confirmed_by, coalesce(k.display_name, '') AS confirmed_name, s.confirmed_at,
    coalesce(e.display_name, '') AS ended_name, s.ended_at
FROM relay_standings s JOIN accounts a ON a.id = s.account_id JOIN units u ON u.id = a.unit_id
JOIN columns c ON c.id = s.column_id JOIN users b ON b.id = s.asked_by
LEFT JOIN users k ON k.id = s.confirmed_by LEFT JOIN users e ON e.id = s.ended_by
WHERE `

// warningColumn is the column of warnings that holds for the unit at path; 0 where there is none.
func warningColumn(ctx context.Context, tx pg.Tx, path string) (id int64, err error) {
	err = tx.Pgx.QueryRow(ctx, `
SELECT coalesce(min(c.id), 0) FROM columns c LEFT JOIN units u ON u.id = c.unit_id
WHERE c.name = @standing_column AND c.active AND starts_with(@path, coalesce(u.path, '/'))`,
		pgx.NamedArgs{"standing_column": StandingColumn, "path": path}).Scan(&id)

	return id, err
}

func seenStandings(ctx context.Context, db *gorm.DB, actor access.Actor) ([]Standing, error) {
	scope, args := access.Scope(actor, access.PostView, "u.path")
	return gorm.G[Standing](db).Raw(selectStanding+scope+" ORDER BY s.id DESC LIMIT 200", args...).Find(ctx)
}

func findStanding(ctx context.Context, db *gorm.DB, actor access.Actor, id int64) (Standing, error) {
	scope, args := access.Scope(actor, access.PostView, "u.path")
	standing, err := gorm.G[Standing](db).Raw(selectStanding+"s.id = ? AND "+scope,
		append([]any{id}, args...)...).Take(ctx)

	return standing, pg.OrNotFound(err, fault.NotFound("没有找到常设批准，或不在您的管辖范围内"))
}

// standingsOf are the approvals of accounts for a column that nobody has ended.
func standingsOf(ctx context.Context, db *gorm.DB, accounts []int64, columnID int64) ([]Standing, error) {
	if len(accounts) == 0 || columnID == 0 {
		return nil, nil
	}

	return gorm.G[Standing](db).Raw(selectStanding+`s.account_id IN ? AND s.column_id = ?
    AND s.ended_at IS NULL AND s.confirmed_at IS NOT NULL ORDER BY s.id`, accounts, columnID).Find(ctx)
}

func insertStanding(
	ctx context.Context,
	tx pg.Tx,
	now time.Time,
	by int64,
	q StandingRequest,
) (id int64, err error) {
	// One whose time is over makes room.
	if _, err := tx.Pgx.Exec(ctx, `
UPDATE relay_standings SET ended_at = until, ended_by = asked_by
WHERE account_id = @account_id AND column_id = @column_id AND ended_at IS NULL AND until <= @now`,
		pgx.NamedArgs{"account_id": q.AccountID, "column_id": q.ColumnID, "now": now}); err != nil {
		return 0, err
	}
	err = tx.Pgx.QueryRow(ctx, `
INSERT INTO relay_standings (account_id, column_id, words, until, asked_by, asked_at)
VALUES (@account_id, @column_id, @words, @until, @by, @now) RETURNING id`,
		pgx.NamedArgs{
			"account_id": q.AccountID,
			"column_id":  q.ColumnID,
			"words":      q.Words,
			"until":      q.Until,
			"by":         by,
			"now":        now,
		}).Scan(&id)

	return id, err
}

func lockStanding(ctx context.Context, tx pg.Tx, id int64) error {
	_, err := tx.Pgx.Exec(ctx, `
SELECT FROM relay_standings WHERE id = @id FOR UPDATE`, pgx.NamedArgs{"id": id})
	return err
}

func setStandingConfirmed(ctx context.Context, tx pg.Tx, now time.Time, id, by int64) error {
	_, err := tx.Pgx.Exec(ctx, `
UPDATE relay_standings SET confirmed_by = @by, confirmed_at = @now WHERE id = @id`,
		pgx.NamedArgs{"id": id, "by": by, "now": now})

	return err
}

func setStandingEnded(ctx context.Context, tx pg.Tx, now time.Time, id, by int64) error {
	_, err := tx.Pgx.Exec(ctx, `
UPDATE relay_standings SET ended_by = @by, ended_at = @now WHERE id = @id`,
		pgx.NamedArgs{"id": id, "by": by, "now": now})

	return err
}
