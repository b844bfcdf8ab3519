package identity

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"gorm.io/gorm"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/org"
	"juzhen/internal/pg"
	"juzhen/internal/todo"
)

// changeRow is a change as the database has it.
type changeRow struct {
	ID           int64
	Kind         string
	State        string
	UserID       int64
	Username     string
	DisplayName  string
	UnitID       int64
	UnitName     string
	UnitPath     string
	WhatText     string
	PasswordHash string
	Why          string
	AskedBy      int64
	AskedByName  string
	AskedAt      time.Time
	ExpiresAt    time.Time
	ConfirmedBy  string
	ConfirmedAt  *time.Time
	StoppedBy    string
	StoppedAt    *time.Time
	StopWhy      string
}

func (r changeRow) change() (Change, error) {
	c := Change{
		ID:          r.ID,
		Kind:        ChangeKind(r.Kind),
		State:       ChangeState(r.State),
		UserID:      r.UserID,
		Username:    r.Username,
		DisplayName: r.DisplayName,
		UnitID:      r.UnitID,
		UnitName:    r.UnitName,
		UnitPath:    r.UnitPath,
		Why:         r.Why,
		AskedBy:     r.AskedBy,
		AskedByName: r.AskedByName,
		AskedAt:     r.AskedAt.UTC(),
		Expires:     r.ExpiresAt.UTC(),
		ConfirmedBy: r.ConfirmedBy,
		ConfirmedAt: r.ConfirmedAt,
		StoppedBy:   r.StoppedBy,
		StoppedAt:   r.StoppedAt,
		StopWhy:     r.StopWhy,
		hash:        r.PasswordHash,
	}
	if err := json.Unmarshal([]byte(r.WhatText), &c.What); err != nil {
		return Change{}, fmt.Errorf("read change %d: %w", r.ID, err)
	}

	return c, nil
}

const selectChanges = `SELECT c.id, c.kind, c.state, coalesce(c.user_id, 0) AS user_id,
	coalesce(u.username, c.what ->> 'username', '') AS username,
	coalesce(u.display_name, mu.name, c.what ->> CASE c.kind WHEN 'move' THEN 'old_name'
		ELSE 'display_name' END, '') AS display_name,
	c.unit_id, un.name AS unit_name, un.path AS unit_path, c.what::text AS what_text, c.password_hash, c.why,
	c.asked_by, a.display_name AS asked_by_name, c.asked_at, c.expires_at,
	coalesce(s.display_name, '') AS confirmed_by, c.confirmed_at, coalesce(x.display_name, '') AS stopped_by,
		c.stopped_at, c.stop_why
FROM user_changes c JOIN units un ON un.id = c.unit_id JOIN users a ON a.id = c.asked_by
LEFT JOIN users u ON u.id = c.user_id LEFT JOIN units mu ON mu.id = (c.what ->> 'moved_id')::bigint LEFT
    JOIN users s ON s.id = c.confirmed_by LEFT JOIN users x ON x.id = c.stopped_by
WHERE `

func readChanges(ctx context.Context, db *gorm.DB, where string, args ...any) ([]Change, error) {
	rows, err := gorm.G[changeRow](db).Raw(selectChanges+where, args...).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("read changes of users: %w", err)
	}

	out := make([]Change, len(rows))
	for i, row := range rows {
		if out[i], err = row.change(); err != nil {
			return nil, err
		}
	}

	return out, nil
}

func oneChange(ctx context.Context, db *gorm.DB, where string, args ...any) (Change, error) {
	list, err := readChanges(ctx, db, where, args...)
	if err != nil {
		return Change{}, err
	}
	if len(list) == 0 {
		return Change{}, fault.NotFound("没有找到这项申请，或不在您的管辖范围内")
	}

	return list[0], nil
}

// seen is the condition that a change is the actor's to see: in the own units, or asked by the actor.
func seen(actor access.Actor) (string, []any) {
	scope, args := access.Scope(actor, access.UserStop, "un.path")
	return "(" + scope + " OR c.asked_by = ?)", append(args, actor.UserID)
}

func findChange(ctx context.Context, db *gorm.DB, actor access.Actor, id int64) (Change, error) {
	cond, args := seen(actor)
	return oneChange(ctx, db, "c.id = ? AND "+cond, append([]any{id}, args...)...)
}

// lockChange reads a change and holds its row until the transaction ends.
func lockChange(ctx context.Context, db *gorm.DB, id int64) (Change, error) {
	return oneChange(ctx, db, "c.id = ? FOR UPDATE OF c", id)
}

func listChanges(
	ctx context.Context,
	db *gorm.DB,
	actor access.Actor,
	filter ChangeFilter,
	now time.Time,
) ([]Change, error) {
	cond, args := seen(actor)
	add := func(given bool, c string, values ...any) {
		if given {
			cond, args = cond+" AND "+c, append(args, values...)
		}
	}
	add(filter.State == ChangeAsked, "c.state = 'asked' AND c.expires_at > ?", now)
	add(filter.State == ChangeExpired, `
		(c.state = 'expired' OR c.state = 'asked' AND c.expires_at <= ?)`, now)
	add(
		filter.State != "" && filter.State != ChangeAsked && filter.State != ChangeExpired,
		"c.state = ?",
		string(filter.State),
	)
	add(filter.UserID != 0, "c.user_id = ?", filter.UserID)
	add(
		filter.MovedID != 0,
		"c.kind = 'move' AND c.what ->> 'moved_id' = ?",
		strconv.FormatInt(filter.MovedID, 10),
	)
	add(filter.Before > 0, "c.id < ?", filter.Before)

	return readChanges(ctx, db, cond+" ORDER BY c.id DESC LIMIT ?", append(args, filter.Limit)...)
}

func openOf(ctx context.Context, db *gorm.DB, asker int64) (int, error) {
	n, err := gorm.G[int](db).Raw(`
		SELECT count(*) FROM user_changes WHERE asked_by = ? AND state = 'asked'`, asker).Find(ctx)
	if err != nil || len(n) == 0 {
		return 0, err
	}

	return n[0], nil
}

var changeConstraints = map[string]error{
	"user_changes_asked_once":      fault.Conflict("已有一项相同的申请在等待确认").WithCode("asked_already"),
	"user_changes_name_asked_once": fault.Invalid("username", "已有人申请新建这个用户名，正在等待确认"),
	"user_changes_move_asked_once": fault.Conflict("已有一项相同的申请在等待确认").WithCode("asked_already"),
}

func insertChange(ctx context.Context, db *gorm.DB, change Change, unit int64) (int64, error) {
	what, err := json.Marshal(change.What)
	if err != nil {
		return 0, fmt.Errorf("write change: %w", err)
	}
	ids, err := gorm.G[int64](db).Raw(`INSERT INTO user_changes
		(kind, state, user_id, unit_id, what, password_hash, why, asked_by, asked_at, expires_at)
		VALUES (?, 'asked', nullif(?, 0), ?, ?::jsonb, ?, ?, ?, ?, ?) RETURNING id`,
		string(
			change.Kind,
		), change.UserID, unit, string(what), change.hash, change.Why, change.AskedBy, change.AskedAt,
		change.Expires).
		Find(ctx)
	if err != nil {
		return 0, pg.Fault(err, changeConstraints)
	}

	return ids[0], nil
}

// confirmChange writes who confirmed it; the hash of the initial password has gone to the user.
func confirmChange(ctx context.Context, db *gorm.DB, change Change, by int64, now time.Time) error {
	return db.WithContext(ctx).Exec(`UPDATE user_changes
			SET state = ?, confirmed_by = nullif(?, 0), confirmed_at = ?, password_hash = '',
		user_id = coalesce(user_id, (SELECT id FROM users WHERE change_id = user_changes.id)) WHERE id = ?`,
		string(change.State), by, now, change.ID).Error
}

func stopChange(ctx context.Context, db *gorm.DB, change Change, by int64, now time.Time, why string) error {
	return db.WithContext(ctx).Exec(`UPDATE user_changes
			SET state = ?, stopped_by = nullif(?, 0), stopped_at = ?, stop_why = ?,
		password_hash = '' WHERE id = ?`, string(change.State), by, now, why, change.ID).Error
}

func expireDue(ctx context.Context, db *gorm.DB, now time.Time) error {
	return db.WithContext(ctx).Exec(
		`
			UPDATE user_changes SET state = 'expired', password_hash = ''
				WHERE state = 'asked' AND expires_at <= ?`, now).Error
}

// settled gives the changes about which something may still wait though nobody can act on them: expired
// ones, and those confirmed or stopped before an instant.
func settled(ctx context.Context, db *gorm.DB, before time.Time) ([]int64, error) {
	return gorm.G[int64](db).Raw(`SELECT c.id FROM user_changes c
		JOIN `+todo.OpenSQL(ChangeSubject)+` t ON t.subject_id = c.id
		WHERE c.state = 'expired' OR c.confirmed_at < ? OR c.stopped_at < ? GROUP BY c.id`, before, before).
		Find(ctx)
}

// unitsOf reads the units that an order names.
func unitsOf(ctx context.Context, db *gorm.DB, what Order) (map[int64]org.Unit, error) {
	ids := []int64{what.UnitID, what.MovedID}
	for _, orderGrant := range what.Grants {
		ids = append(ids, orderGrant.UnitID)
	}
	units, err := gorm.G[org.Unit](db).Raw(`
		SELECT id, coalesce(parent_id, 0) AS parent_id, name, kind, path FROM units WHERE id IN ?`, ids).
		Find(ctx)

	out := make(map[int64]org.Unit, len(units))
	for _, unit := range units {
		out[unit.ID] = unit
	}

	return out, err
}

// goesAlong counts what lies below a path.
func goesAlong(ctx context.Context, db *gorm.DB, path string) (*Along, error) {
	along, err := gorm.G[Along](db).Raw(`SELECT (SELECT count(*) FROM units
			WHERE starts_with(path, @path)) - 1 AS units,
		(SELECT count(*) FROM users u JOIN units un ON un.id = u.unit_id
			WHERE u.disabled_at IS NULL AND starts_with(un.path, @path)) AS users,
		(SELECT count(*) FROM accounts a JOIN units un ON un.id = a.unit_id
			WHERE a.state <> 'closed' AND starts_with(un.path, @path)) AS accounts`,
		map[string]any{"path": path}).Take(ctx)

	return &along, err
}

// independentOf tells whether somebody may confirm at a place what an asker wants without depending on
// the asker: neither the user nor the grant that reaches there was made by the asker alone, or by
// somebody the asker had made alone.
func independentOf(
	ctx context.Context,
	db *gorm.DB,
	user, asker int64,
	path string,
	now time.Time,
) (bool, error) {
	rows, err := gorm.G[int](db).Raw(`WITH RECURSIVE made (id) AS (
			SELECT ?::bigint
			UNION SELECT u.id FROM users u JOIN made ON u.created_by = made.id WHERE u.change_id IS NULL)
		SELECT 1 FROM grants g JOIN units un ON un.id = g.unit_id
		WHERE g.user_id = ? AND g.role IN ? AND starts_with(?, un.path) AND g.revoked_at IS NULL
			AND (g.valid_until IS NULL OR g.valid_until > ?)
			AND g.user_id NOT IN (SELECT id FROM made)
			AND (g.change_id IS NOT NULL OR g.created_by IS NULL OR g.created_by NOT IN (SELECT id FROM made))
				LIMIT 1`,
		asker, user, confirming(), path, now).Find(ctx)

	return len(rows) > 0, err
}

// confirming lists the roles that may confirm.
func confirming() []string {
	var out []string

	for _, role := range access.Roles() {
		if access.ExtentOf(role, access.UserConfirm) != access.Nowhere {
			out = append(out, string(role))
		}
	}

	return out
}

// actorNow gives somebody with the grants in force, as if signed in; without any when disabled.
func actorNow(ctx context.Context, db *gorm.DB, user int64, now time.Time) (access.Actor, error) {
	row, err := loadUser(ctx, db, user)
	if err != nil {
		return access.Actor{}, err
	}
	actor := access.Actor{UserID: user, Name: row.DisplayName}
	if row.DisabledAt != nil {
		return actor, nil
	}

	grants, err := grantsOf(ctx, db, user)
	for _, grant := range grants {
		if grant.InForce(now) {
			actor.Grants = append(actor.Grants, access.Grant{
				Role: grant.Role, UnitID: grant.UnitID, Path: grant.UnitPath,
			})
		}
	}

	return actor, err
}

func grantOfChange(ctx context.Context, db *gorm.DB, change int64) (Grant, error) {
	grants, err := readGrants(ctx, db, "g.change_id = ?", change)
	if err != nil || len(grants) == 0 {
		return Grant{}, err
	}

	return grants[0], nil
}

// setFirst keeps the hash of the one-time code for a user's first own password, until an instant; nil
// takes it away.
func setFirst(ctx context.Context, db *gorm.DB, user int64, hash []byte, until *time.Time) error {
	return db.WithContext(ctx).Exec(`
		UPDATE users SET first_hash = ?, first_until = ? WHERE id = ?`, hash, until, user).Error
}
