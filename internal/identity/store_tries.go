package identity

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"juzhen/internal/access"
	"juzhen/internal/beijing"
)

// lockFailures reads a count and holds its row until the transaction ends.
func lockFailures(ctx context.Context, db *gorm.DB, bucket string, now time.Time) (failures, error) {
	err := db.WithContext(ctx).Exec(
		`
			INSERT INTO signin_tries (bucket, count, last_at) VALUES (?, 0, ?) ON CONFLICT (bucket) DO NOTHING`,
		bucket, now).Error
	if err != nil {
		return failures{}, fmt.Errorf("count failed sign-ins: %w", err)
	}

	return oneFailure(ctx, db, "bucket = ? FOR UPDATE", bucket)
}

func readFailures(ctx context.Context, db *gorm.DB, bucket string) (failures, error) {
	return oneFailure(ctx, db, "bucket = ?", bucket)
}

func oneFailure(ctx context.Context, db *gorm.DB, where string, args ...any) (failures, error) {
	type row struct {
		Count  int
		LastAt time.Time
	}
	rows, err := gorm.G[row](
		db,
	).Raw("SELECT count, last_at FROM signin_tries WHERE "+where, args...).
		Find(ctx)
	if err != nil || len(rows) == 0 {
		return failures{}, err
	}

	return failures{rows[0].Count, rows[0].LastAt.UTC()}, nil
}

func saveFailures(ctx context.Context, db *gorm.DB, bucket string, f failures) error {
	return db.WithContext(ctx).Exec(
		"UPDATE signin_tries SET count = ?, last_at = ? WHERE bucket = ?", f.Count, f.Last, bucket).Error
}

func clearFailures(ctx context.Context, db *gorm.DB, buckets ...string) error {
	return db.WithContext(ctx).Exec("DELETE FROM signin_tries WHERE bucket IN ?", buckets).Error
}

func forgetFailures(ctx context.Context, db *gorm.DB, before time.Time) error {
	return db.WithContext(ctx).Exec("DELETE FROM signin_tries WHERE last_at < ?", before).Error
}

// knownAt tells whether the name has signed in from the address since an instant.
func knownAt(ctx context.Context, db *gorm.DB, name, ip string, since time.Time) (bool, error) {
	rows, err := gorm.G[int](db).Raw(`SELECT 1 FROM sessions s JOIN users u ON u.id = s.user_id
		WHERE lower(u.username) = ? AND s.ip = ? AND s.created_at > ? LIMIT 1`, name, ip, since).Find(ctx)
	return len(rows) > 0, err
}

// addRefusal counts in the row of the day and the user of that name.
func addRefusal(ctx context.Context, db *gorm.DB, name, ip string, wrong, waiting int, now time.Time) error {
	err := db.WithContext(ctx).Exec(`INSERT INTO signin_refusals AS r (day, user_id, count, waiting, last_at,
			last_ip)
		VALUES (`+beijing.DaySQL("?::timestamptz")+`,
			coalesce((SELECT id FROM users WHERE lower(username) = ?), 0), ?, ?, ?, ?)
		ON CONFLICT (day, user_id) DO UPDATE
			SET count = r.count + excluded.count, waiting = r.waiting + excluded.waiting,
			last_at = excluded.last_at, last_ip = excluded.last_ip`, now, name, wrong, waiting, now, ip).Error
	if err != nil {
		return fmt.Errorf("count refused sign-ins: %w", err)
	}

	return nil
}

func forgetRefusals(ctx context.Context, db *gorm.DB, before time.Time) error {
	return db.WithContext(ctx).Exec("DELETE FROM signin_refusals WHERE last_at < ?", before).Error
}

func listRefusals(ctx context.Context, db *gorm.DB, actor access.Actor, since time.Time) ([]Refusals, error) {
	own, args := access.Scope(actor, access.UserStop, "un.path")
	everything, more := access.Scope(actor, access.UserStop, "root.path")
	args = append(append([]any{since}, args...), more...)

	return gorm.G[Refusals](db).Raw(`SELECT r.day, r.user_id, coalesce(u.username, '') AS username,
			coalesce(u.display_name, '') AS display_name,
			coalesce(un.name, '') AS unit_name, r.count AS wrong, r.waiting, r.last_at, r.last_ip AS last_ip
		FROM signin_refusals r LEFT JOIN users u ON u.id = r.user_id LEFT JOIN units un ON un.id = u.unit_id
		WHERE r.last_at >= ? AND (r.user_id <> 0 AND `+own+` OR r.user_id = 0 AND EXISTS (
			SELECT FROM units root WHERE root.parent_id IS NULL AND `+everything+`))
		ORDER BY r.day DESC, r.count + r.waiting DESC, r.user_id LIMIT ?`, append(args, refusalsListed)...).
		Find(ctx)
}

// rememberPassword keeps the password somebody had until now, and no more than are asked for.
func rememberPassword(ctx context.Context, db *gorm.DB, row userRow, now time.Time) error {
	if row.MustChange || row.PasswordHash == noPassword {
		return nil // it was never the person's own
	}
	err := db.WithContext(ctx).Exec(`
		INSERT INTO password_history (user_id, hash, until) VALUES (?, ?, ?)`,
		row.ID, row.PasswordHash, now).Error
	if err != nil {
		return fmt.Errorf("remember password: %w", err)
	}

	return db.WithContext(ctx).Exec(`DELETE FROM password_history WHERE user_id = ? AND ctid NOT IN (
		SELECT ctid FROM password_history WHERE user_id = ? ORDER BY until DESC LIMIT ?)`,
		row.ID, row.ID, passwordsKept).Error
}

func formerPasswords(ctx context.Context, db *gorm.DB, user int64) ([]string, error) {
	return gorm.G[string](db).Raw(
		`
			SELECT hash FROM password_history WHERE user_id = ? ORDER BY until DESC LIMIT ?`,
		user, passwordsKept).
		Find(ctx)
}
