package pause

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

// covers is the condition that the pause p of the unit pu is open and covers the account a of the unit au.
// What urgent says is spared where the pause spares it.
func covers(urgent string) string {
	return `p.resumed_at IS NULL
    AND (p.account_id = a.id OR p.account_id IS NULL AND au.path LIKE pu.path || '%')
    AND NOT (p.spares_urgent AND ` + urgent + `)`
}

// CoveringSQL reads the pause that covers an account, of what is urgent or is not: a query of one value, NULL
// where there is none. account and urgent are columns of the query around it.
func CoveringSQL(account, urgent string) string {
	return `
SELECT min(p.id) FROM pauses p JOIN units pu ON pu.id = p.unit_id, accounts a
    JOIN units au ON au.id = a.unit_id
WHERE a.id = ` + account + ` AND ` + covers(urgent)
}

// StillSQL is the condition that a pause, open, still covers an account as CoveringSQL has it.
func StillSQL(pause, account, urgent string) string {
	return `EXISTS (
    SELECT FROM pauses p JOIN units pu ON pu.id = p.unit_id, accounts a JOIN units au ON au.id = a.unit_id
    WHERE p.id = ` + pause + ` AND a.id = ` + account + ` AND ` + covers(urgent) + `)`
}

const selectPause = `
SELECT p.id, p.unit_id, u.name AS unit_name, u.path AS unit_path, p.account_id,
    coalesce(a.handle, '') AS account_handle, p.spares_urgent, p.reason,
       p.paused_by, b.display_name AS paused_name, p.paused_at,
       coalesce(e.display_name, '') AS resumed_name, p.resumed_at
FROM pauses p JOIN units u ON u.id = p.unit_id JOIN users b ON b.id = p.paused_by
LEFT JOIN users e ON e.id = p.resumed_by LEFT JOIN accounts a ON a.id = p.account_id
WHERE `

func errNotFound() error { return fault.NotFound("没有找到，或不在您的管辖范围内") }

func find(ctx context.Context, db *gorm.DB, id int64) (Pause, error) {
	pause, err := gorm.G[Pause](db).Raw(selectPause+"p.id = ?", id).Take(ctx)
	return pause, pg.OrNotFound(err, errNotFound())
}

// open reads the open ones in the actor's units, and those above them that cover the actor's units too.
func open(ctx context.Context, db *gorm.DB, actor access.Actor) ([]Pause, error) {
	scope, args := concerned(actor)
	query := selectPause + "p.resumed_at IS NULL AND " + scope + " ORDER BY p.id DESC"

	return gorm.G[Pause](db).Raw(query, args...).Find(ctx)
}

func past(ctx context.Context, db *gorm.DB, actor access.Actor, after string, n int) ([]Pause, error) {
	scope, args := concerned(actor)
	place, ok, err := pg.ParseCursor(after)
	if err != nil {
		return nil, err
	}
	if ok {
		scope, args = scope+" AND (p.paused_at, p.id) < (?, ?)", append(args, place.At, place.ID)
	}
	query := selectPause + "p.resumed_at IS NOT NULL AND " + scope +
		" ORDER BY p.paused_at DESC, p.id DESC LIMIT ?"

	return gorm.G[Pause](db).Raw(query, append(args, n)...).Find(ctx)
}

// concerned is the condition "the pause is of one of the actor's units, or of one above it".
func concerned(actor access.Actor) (string, []any) {
	scope, args := access.Scope(actor, access.UnitView, "u.path")
	for _, grant := range actor.Grants {
		scope += " OR ? LIKE u.path || '%'"
		args = append(args, grant.Path)
	}

	return "(" + scope + ")", args
}

func insert(
	ctx context.Context,
	tx pg.Tx,
	now time.Time,
	unitID int64,
	stop Stop,
	by int64,
) (id int64, err error) {
	var twice bool
	err = tx.Pgx.QueryRow(
		ctx,
		`
SELECT EXISTS (SELECT FROM pauses WHERE unit_id = @unit_id AND account_id IS NOT DISTINCT FROM @account_id
    AND resumed_at IS NULL AND (@spares_urgent OR NOT spares_urgent))`,
		pgx.NamedArgs{
			"unit_id":       unitID,
			"account_id":    stop.AccountID,
			"spares_urgent": stop.SparesUrgent,
		},
	).Scan(&twice)
	if err != nil {
		return 0, err
	}
	if twice {
		return 0, fault.Conflict("这里已经暂停，无需再次暂停").WithCode("paused")
	}
	err = tx.Pgx.QueryRow(ctx, `
INSERT INTO pauses (unit_id, account_id, spares_urgent, reason, paused_by, paused_at)
VALUES (@unit_id, @account_id, @spares_urgent, @why, @by, @now) RETURNING id`,
		pgx.NamedArgs{
			"unit_id":       unitID,
			"account_id":    stop.AccountID,
			"spares_urgent": stop.SparesUrgent,
			"why":           stop.Why,
			"by":            by,
			"now":           now,
		}).Scan(&id)

	return id, err
}

func end(ctx context.Context, tx pg.Tx, now time.Time, id, by int64) error {
	done, err := tx.Pgx.Exec(ctx, `
		UPDATE pauses SET resumed_by = @by, resumed_at = @now WHERE id = @id AND resumed_at IS NULL`,
		pgx.NamedArgs{"id": id, "by": by, "now": now})
	if err == nil && done.RowsAffected() != 1 {
		return fault.Conflict("发送状态刚刚变化，请刷新后再看").WithCode("state_changed")
	}

	return err
}
