package identity

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"gorm.io/gorm"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/glyph"
	"juzhen/internal/pg"
)

// userRow is a user as the database has it.
type userRow struct {
	ID                int64
	Username          string
	DisplayName       string
	UnitID            int64
	UnitName          string
	UnitPath          string
	PasswordHash      string
	MustChange        bool
	FirstHash         []byte
	FirstUntil        *time.Time
	PasswordChangedAt time.Time
	Lang              string
	Theme             string
	CreatedAt         time.Time
	DisabledAt        *time.Time
	LastSeenAt        *time.Time
	RolesText         string
}

func (r userRow) user() User {
	u := User{
		ID:          r.ID,
		Username:    r.Username,
		DisplayName: r.DisplayName,
		UnitID:      r.UnitID,
		UnitName:    r.UnitName,
		UnitPath:    r.UnitPath,
		MustChange:  r.MustChange,
		NeedsCode:   r.FirstHash != nil,
		Lang:        r.Lang,
		Theme:       r.Theme,
		CreatedAt:   r.CreatedAt.UTC(),
		ChangedAt:   r.PasswordChangedAt.UTC(),
		DisabledAt:  r.DisabledAt,
	}
	if r.LastSeenAt != nil {
		u.LastSeenAt = r.LastSeenAt.UTC()
	}
	if r.RolesText != "" {
		_ = json.Unmarshal([]byte(r.RolesText), &u.Roles) // the database wrote it as an array of texts
	}

	return u
}

const userColumns = `u.id, u.username, u.display_name, u.unit_id, un.name AS unit_name, un.path AS unit_path, u.password_hash, u.must_change, u.first_hash, u.first_until,
	u.password_changed_at, u.lang, u.theme, u.created_at, u.disabled_at`

const fromUsers = " FROM users u JOIN units un ON un.id = u.unit_id "

func oneUser(ctx context.Context, db *gorm.DB, where string, args ...any) (userRow, error) {
	rows, err := gorm.G[userRow](db).Raw("SELECT "+userColumns+fromUsers+where, args...).Find(ctx)
	if err != nil {
		return userRow{}, fmt.Errorf("find user: %w", err)
	}
	if len(rows) == 0 {
		return userRow{}, fault.NotFound("没有找到该用户，或不在您的管辖范围内")
	}

	return rows[0], nil
}

func userByName(ctx context.Context, db *gorm.DB, name string) (userRow, error) {
	return oneUser(ctx, db, "WHERE lower(u.username) = ?", name)
}

func loadUser(ctx context.Context, db *gorm.DB, id int64) (userRow, error) {
	return oneUser(ctx, db, "WHERE u.id = ?", id)
}

// lockUser reads the user and holds its row until the transaction ends.
func lockUser(ctx context.Context, db *gorm.DB, id int64) (userRow, error) {
	return oneUser(ctx, db, "WHERE u.id = ? FOR UPDATE OF u", id)
}

// managed is the condition that a user belongs to the actor's subtree or holds a grant in it.
func managed(actor access.Actor, now time.Time) (string, []any) {
	own, args := access.Scope(actor, access.UserManage, "un.path")
	granted, more := access.Scope(actor, access.UserManage, "gu.path")
	cond := "(" + own + ` OR EXISTS (SELECT FROM grants g JOIN units gu ON gu.id = g.unit_id
			WHERE g.user_id = u.id AND g.revoked_at IS NULL
		AND (g.valid_until IS NULL OR g.valid_until > ?) AND ` + granted + "))"

	return cond, append(append(args, now), more...)
}

func visibleUser(
	ctx context.Context,
	db *gorm.DB,
	actor access.Actor,
	id int64,
	now time.Time,
) (userRow, error) {
	cond, args := managed(actor, now)
	return oneUser(ctx, db, "WHERE u.id = ? AND "+cond, append([]any{id}, args...)...)
}

func listUsers(
	ctx context.Context,
	db *gorm.DB,
	actor access.Actor,
	filter UserFilter,
	now time.Time,
) ([]User, error) {
	granted, more := access.Scope(actor, access.UserManage, "gu.path")
	roles := `SELECT json_agg(DISTINCT g.role) FROM grants g JOIN units gu ON gu.id = g.unit_id
			WHERE g.user_id = u.id AND g.revoked_at IS NULL
		AND (g.valid_until IS NULL OR g.valid_until > ?) AND ` + granted
	args := append([]any{now}, more...)
	cond, more := managed(actor, now)
	args = append(args, more...)
	add := func(given bool, c string, values ...any) {
		if given {
			cond, args = cond+" AND "+c, append(args, values...)
		}
	}
	add(
		filter.Query != "",
		"(strpos(lower(u.username), lower(?)) > 0 OR strpos(u.display_name, ?) > 0)",
		filter.Query,
		filter.Query,
	)
	add(filter.UnitPath != "", "starts_with(un.path, ?)", filter.UnitPath)
	add(filter.State == "active", "u.disabled_at IS NULL")
	add(filter.State == "disabled", "u.disabled_at IS NOT NULL")

	// By the roles that the list shows, and no other: those in units of the reader.
	seen, where := access.Scope(actor, access.UserManage, "ru.path")
	add(filter.Role != "", `EXISTS (SELECT FROM grants r JOIN units ru ON ru.id = r.unit_id
			WHERE r.user_id = u.id AND r.role = ?
		AND r.revoked_at IS NULL AND (r.valid_until IS NULL OR r.valid_until > ?) AND `+seen+")",
		append([]any{
			string(filter.Role), now,
		}, where...)...)
	add(filter.After > 0, "u.id > ?", filter.After)
	rows, err := gorm.G[userRow](db).Raw("SELECT "+userColumns+`, (SELECT max(s.last_seen_at) FROM sessions s
			WHERE s.user_id = u.id) AS last_seen_at,
		coalesce((`+roles+`)::text, '') AS roles_text`+fromUsers+"WHERE "+cond+" ORDER BY u.id LIMIT ?",
		append(args, filter.Limit)...).
		Find(ctx)

	users := make([]User, len(rows))
	for i, row := range rows {
		users[i] = row.user()
	}

	return users, err
}

var userConstraints = map[string]error{"users_username_unique": fault.Invalid("username", "这个用户名已有人使用")}

func insertUser(
	ctx context.Context,
	db *gorm.DB,
	d deed,
	newUser NewUser,
	hash string,
	now time.Time,
) (int64, error) {
	ids, err := gorm.G[int64](db).Raw(`INSERT INTO users
		(username, display_name, unit_id, password_hash, must_change, password_changed_at, lang, theme,
			created_at, created_by, change_id)
		VALUES (?, ?, ?, ?, ?, ?, 'zh', 'auto', ?, nullif(?, 0), nullif(?, 0)) RETURNING id`,
		newUser.Username, newUser.DisplayName, newUser.UnitID, hash, newUser.MustChange, now, now,
		d.asker.UserID, d.change).
		Find(ctx)
	if err != nil {
		return 0, pg.Fault(err, userConstraints)
	}

	return ids[0], nil
}

// postFree refuses a name that nobody could tell from that of somebody else of the unit who may sign
// in. The unit's row is held, so that no twin slips in between.
func postFree(ctx context.Context, db *gorm.DB, unit, self int64, name string) error {
	if err := db.WithContext(ctx).
		Exec("SELECT FROM units WHERE id = ? FOR NO KEY UPDATE", unit).
		Error; err != nil {
		return fmt.Errorf("lock unit: %w", err)
	}
	names, err := gorm.G[string](db).Raw(
		`
			SELECT display_name FROM users WHERE unit_id = ? AND id <> ? AND disabled_at IS NULL`,
		unit, self).
		Find(ctx)
	if err != nil {
		return fmt.Errorf("read names of users: %w", err)
	}

	for _, other := range names {
		if glyph.Fold(other) == glyph.Fold(name) {
			return fault.Invalid("display_name", "本单位已有看起来相同的显示名称，请加以区别（如“值班审核员二”）")
		}
	}

	return nil
}

func updateUser(ctx context.Context, db *gorm.DB, id int64, displayName string, unitID int64) error {
	return db.WithContext(ctx).
		Exec("UPDATE users SET display_name = ?, unit_id = ? WHERE id = ?", displayName, unitID, id).
		Error
}

func setPassword(
	ctx context.Context,
	db *gorm.DB,
	id int64,
	hash string,
	mustChange bool,
	now time.Time,
) error {
	return db.WithContext(ctx).Exec(`
		UPDATE users SET password_hash = ?, must_change = ?, password_changed_at = ? WHERE id = ?`,
		hash, mustChange, now, id).Error
}

// replaceHash keeps the same password under newer parameters.
func replaceHash(ctx context.Context, db *gorm.DB, id int64, hash string) error {
	return db.WithContext(ctx).Exec("UPDATE users SET password_hash = ? WHERE id = ?", hash, id).Error
}

func setDisabled(ctx context.Context, db *gorm.DB, id int64, at *time.Time) error {
	return db.WithContext(ctx).Exec("UPDATE users SET disabled_at = ? WHERE id = ?", at, id).Error
}

func setPreferences(ctx context.Context, db *gorm.DB, id int64, lang, theme string) error {
	return db.WithContext(ctx).Exec(`UPDATE users
			SET lang = coalesce(nullif(?, ''), lang), theme = coalesce(nullif(?, ''), theme)
		WHERE id = ?`, lang, theme, id).Error
}
