package identity

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

// adminLock is the advisory lock under which administrators are removed.
const adminLock = 0x6a7a61646d696e // "jzadmin"

type grantRow struct {
	ID         int64
	UserID     int64
	Role       string
	UnitID     int64
	UnitName   string
	UnitPath   string
	ValidUntil *time.Time
	CreatedBy  string
	CreatedAt  time.Time
	RevokedBy  string
	RevokedAt  *time.Time
}

func (r grantRow) grant() Grant {
	return Grant{
		ID:        r.ID,
		UserID:    r.UserID,
		Role:      access.Role(r.Role),
		UnitID:    r.UnitID,
		UnitName:  r.UnitName,
		UnitPath:  r.UnitPath,
		Until:     r.ValidUntil,
		CreatedBy: r.CreatedBy,
		CreatedAt: r.CreatedAt.UTC(),
		RevokedBy: r.RevokedBy,
		RevokedAt: r.RevokedAt,
	}
}

func readGrants(ctx context.Context, db *gorm.DB, where string, args ...any) ([]Grant, error) {
	rows, err := gorm.G[grantRow](db).Raw(`SELECT g.id, g.user_id, g.role, g.unit_id, un.name AS unit_name,
			un.path AS unit_path, g.valid_until,
			coalesce(c.display_name, '') AS created_by, g.created_at,
				coalesce(r.display_name, '') AS revoked_by, g.revoked_at
		FROM grants g JOIN units un ON un.id = g.unit_id LEFT JOIN users c ON c.id = g.created_by LEFT
			JOIN users r ON r.id = g.revoked_by
		WHERE `+where+" ORDER BY g.id DESC", args...).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("read grants: %w", err)
	}

	out := make([]Grant, len(rows))
	for i, row := range rows {
		out[i] = row.grant()
	}

	return out, nil
}

// grantsOf gives all grants a user ever had, newest first.
func grantsOf(ctx context.Context, db *gorm.DB, user int64) ([]Grant, error) {
	return readGrants(ctx, db, "g.user_id = ?", user)
}

func findGrant(ctx context.Context, db *gorm.DB, actor access.Actor, id int64) (Grant, error) {
	scope, args := access.Scope(actor, access.UserManage, "un.path")
	grants, err := readGrants(ctx, db, "g.id = ? AND "+scope, append([]any{id}, args...)...)
	if err != nil {
		return Grant{}, err
	}
	if len(grants) == 0 {
		return Grant{}, fault.NotFound("没有找到这项授权，或不在您的管辖范围内")
	}

	return grants[0], nil
}

// closeEnded writes the end of the same grant's earlier, expired row into it, so that the index of
// grants in force lets the new one in.
func closeEnded(ctx context.Context, db *gorm.DB, user int64, newGrant NewGrant, now time.Time) error {
	return db.WithContext(ctx).Exec(`UPDATE grants SET revoked_at = valid_until
		WHERE user_id = ? AND role = ? AND unit_id = ? AND revoked_at IS NULL AND valid_until <= ?`,
		user, string(newGrant.Role), newGrant.UnitID, now).Error
}

func insertGrant(
	ctx context.Context,
	db *gorm.DB,
	d deed,
	user int64,
	newGrant NewGrant,
	now time.Time,
) (Grant, error) {
	ids, err := gorm.G[int64](db).Raw(`INSERT INTO grants (user_id, role, unit_id, valid_until, created_by,
			change_id, created_at)
		VALUES (?, ?, ?, ?, nullif(?, 0), nullif(?, 0), ?) RETURNING id`,
		user, string(newGrant.Role), newGrant.UnitID, newGrant.Until, d.asker.UserID, d.change, now).Find(ctx)
	if err != nil {
		return Grant{}, pg.Fault(
			err,
			map[string]error{"grants_in_force_once": fault.Conflict("该用户在这个单位已有此角色；要改截止时间，请先撤销再授予")},
		)
	}
	grants, err := readGrants(ctx, db, "g.id = ?", ids[0])
	if err != nil {
		return Grant{}, err
	}

	return grants[0], nil
}

func revokeGrant(ctx context.Context, db *gorm.DB, id, by int64, now time.Time) error {
	var who *int64
	if by != 0 {
		who = &by
	}
	res := db.WithContext(ctx).Exec(`UPDATE grants SET revoked_at = ?, revoked_by = ?
		WHERE id = ? AND revoked_at IS NULL AND (valid_until IS NULL OR valid_until > ?)`, now, who, id, now)
	if res.Error != nil {
		return fmt.Errorf("revoke grant: %w", res.Error)
	}
	if res.RowsAffected == 0 {
		return fault.Conflict("这项授权已经结束")
	}

	return nil
}

// lockAdministrators waits for other removals and counts the standing administrators.
func lockAdministrators(ctx context.Context, tx pg.Tx) (int, error) {
	if _, err := tx.Pgx.Exec(ctx, `
SELECT pg_advisory_xact_lock(@admin_lock)`,
		pgx.NamedArgs{"admin_lock": int64(adminLock)}); err != nil {
		return 0, fmt.Errorf("lock administrators: %w", err)
	}

	return standingAdministrators(ctx, tx)
}

func standingAdministrators(ctx context.Context, tx pg.Tx) (n int, err error) {
	err = tx.Pgx.QueryRow(ctx, `SELECT count(DISTINCT u.id) FROM users u JOIN grants g ON g.user_id = u.id
			JOIN units un ON un.id = g.unit_id
		WHERE un.parent_id IS NULL AND g.role = 'administrator' AND g.revoked_at IS NULL
			AND g.valid_until IS NULL AND u.disabled_at IS NULL`).Scan(&n)

	return n, err
}
