package notice

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

// noticeRow is a notice as the database gives it.
type noticeRow struct {
	Notice   `gorm:"embedded"`
	ArgsText string
}

func (r noticeRow) notice() (Notice, error) {
	one := r.Notice
	one.RaisedAt = one.RaisedAt.UTC()
	if err := json.Unmarshal([]byte(r.ArgsText), &one.Args); err != nil {
		return Notice{}, fmt.Errorf("read notice %d: %w", r.ID, err)
	}

	return one, nil
}

const selectNotices = `
SELECT n.id, n.event_id, n.kind, e.urgent, e.code, e.args::text AS args_text, e.subject_type AS subject,
    e.subject_id, u.name AS unit_name, n.raised_at, n.read_at, n.settled_at
FROM notices n JOIN notice_events e ON e.id = n.event_id JOIN units u ON u.id = e.unit_id
WHERE n.user_id = ? AND `

// readable is the condition that the actor may still read of event e at unit u: a notice that was told stays,
// the right to read of it may not.
func readable(actor access.Actor) (string, []any) {
	var parts []string
	var args []any

	for _, permission := range access.Permissions() {
		if !actor.Can(permission) {
			continue
		}
		scope, values := access.Scope(actor, permission, "u.path")
		if permission == access.Self {
			scope, values = "TRUE", nil
		}
		parts = append(parts, "(e.permission = ? AND "+scope+")")
		args = append(append(args, string(permission)), values...)
	}
	if parts == nil {
		return "FALSE", nil
	}

	return "(" + strings.Join(parts, " OR ") + ")", args
}

func rowsOf(
	ctx context.Context,
	db *gorm.DB,
	actor access.Actor,
	where string,
	args ...any,
) ([]Notice, error) {
	cond, values := readable(actor)
	rows, err := gorm.G[noticeRow](db).Raw(selectNotices+cond+where,
		append(append([]any{actor.UserID}, values...), args...)...).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("read notices: %w", err)
	}

	list := make([]Notice, len(rows))
	for i, row := range rows {
		if list[i], err = row.notice(); err != nil {
			return nil, err
		}
	}

	return list, nil
}

func listNotices(
	ctx context.Context,
	db *gorm.DB,
	actor access.Actor,
	filter Filter,
	since time.Time,
	limit int,
) ([]Notice, error) {
	where, args := " AND n.raised_at >= ?", []any{since}
	if filter.Unread {
		where += " AND n.read_at IS NULL AND n.settled_at IS NULL"
	}
	if filter.Kind != "" {
		where, args = where+" AND n.kind = ?", append(args, string(filter.Kind))
	}
	cursor, ok, err := pg.ParseCursor(filter.After)
	if err != nil {
		return nil, err
	}
	if ok {
		where, args = where+" AND (n.raised_at, n.id) < (?, ?)", append(args, cursor.At, cursor.ID)
	}

	return rowsOf(
		ctx,
		db,
		actor,
		where+" ORDER BY n.raised_at DESC, n.id DESC LIMIT ?",
		append(args, limit)...)
}

func findNotice(ctx context.Context, db *gorm.DB, actor access.Actor, event int64) ([]Notice, error) {
	return rowsOf(ctx, db, actor, " AND n.event_id = ?", event)
}

func countNotices(ctx context.Context, db *gorm.DB, actor access.Actor) (all, urgent int, err error) {
	cond, values := readable(actor)
	err = db.WithContext(ctx).Raw(`
SELECT count(*), count(*) FILTER (WHERE urgent) FROM (
    SELECT e.urgent FROM notices n JOIN notice_events e ON e.id = n.event_id JOIN units u ON u.id = e.unit_id
    WHERE n.user_id = ? AND n.read_at IS NULL AND n.settled_at IS NULL AND n.counts AND `+cond+` LIMIT ?) few`,
		append(append([]any{actor.UserID}, values...), Most)...).Row().Scan(&all, &urgent)

	return all, urgent, err
}

func ownedBy(ctx context.Context, tx pg.Tx, user, id int64) (mine bool, err error) {
	err = tx.Pgx.QueryRow(ctx, `
SELECT EXISTS (SELECT FROM notices WHERE id = @id AND user_id = @user)`,
		pgx.NamedArgs{"id": id, "user": user}).
		Scan(&mine)

	return mine, err
}

// markRead marks notices of a person; what somebody opened goes no further.
func markRead(ctx context.Context, tx pg.Tx, at time.Time, user int64, ids []int64) error {
	err := endWatch(
		ctx,
		tx,
		"id IN (SELECT event_id FROM notices WHERE user_id = @user AND id = ANY (@ids))",
		pgx.NamedArgs{"user": user, "ids": ids},
	)
	if err != nil {
		return err
	}
	_, err = mark(ctx, tx, at, user, "id = ANY (@ids)", pgx.NamedArgs{"ids": ids})

	return err
}

// markOpened ends the watch over a matter and marks a person's notices of it.
func markOpened(ctx context.Context, tx pg.Tx, at time.Time, user, todo int64) error {
	if err := endWatch(
		ctx,
		tx,
		"settled_at IS NULL AND todo_id = @todo",
		pgx.NamedArgs{"todo": todo},
	); err != nil {
		return err
	}
	_, err := mark(ctx, tx, at, user,
		"event_id IN (SELECT id FROM notice_events WHERE settled_at IS NULL AND todo_id = @todo)",
		pgx.NamedArgs{"todo": todo})

	return err
}

// endWatch lets the events that a condition picks go no further. They are locked before any notice of them,
// as settle does it.
func endWatch(ctx context.Context, tx pg.Tx, where string, of pgx.NamedArgs) error {
	_, err := tx.Pgx.Exec(ctx, `
WITH opened AS MATERIALIZED (SELECT id FROM notice_events WHERE watched AND `+where+` ORDER BY id FOR UPDATE)
UPDATE notice_events e SET watched = false FROM opened WHERE e.id = opened.id`, of)
	if err != nil {
		return fmt.Errorf("end the watch: %w", err)
	}

	return nil
}

func markAllRead(
	ctx context.Context,
	tx pg.Tx,
	at time.Time,
	user int64,
	kind Kind,
	last int64,
) (int, error) {
	return mark(
		ctx,
		tx,
		at,
		user,
		`id <= @last AND @kind IN ('', kind) AND (settled_at IS NOT NULL OR NOT EXISTS (
    SELECT FROM notice_events e WHERE e.id = event_id AND e.urgent))`,
		pgx.NamedArgs{"last": last, "kind": string(kind)},
	)
}

// mark marks those notices of a person that a condition picks.
func mark(
	ctx context.Context,
	tx pg.Tx,
	at time.Time,
	user int64,
	where string,
	of pgx.NamedArgs,
) (int, error) {
	done, err := tx.Pgx.Exec(ctx, `
WITH seen AS MATERIALIZED (
    SELECT id FROM notices WHERE user_id = @user AND read_at IS NULL AND `+where+` ORDER BY id FOR UPDATE)
UPDATE notices n SET read_at = @at FROM seen WHERE n.id = seen.id`,
		pg.Named(pgx.NamedArgs{"at": at, "user": user}, of))
	if err != nil {
		return 0, fmt.Errorf("mark notices as read: %w", err)
	}

	return int(done.RowsAffected()), nil
}

// asker is a pool or a transaction.
type asker interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

func findSettings(ctx context.Context, from asker, user int64) (settings Settings, err error) {
	settings.Outside = []Kind{Urgent} // of who chose nothing
	err = from.QueryRow(ctx, "SELECT silent, outside, version FROM notice_settings WHERE user_id = @user", pgx.NamedArgs{"user": user}).
		Scan(&settings.Silent, &settings.Outside, &settings.Version)
	if err != nil && !pg.IsNotFound(err) {
		return Settings{}, fmt.Errorf("read notice settings: %w", err)
	}

	return settings, nil
}

// saveSettings is the compare-and-set to the next version.
func saveSettings(ctx context.Context, tx pg.Tx, user int64, edit Settings) error {
	done, err := tx.Pgx.Exec(ctx, `
INSERT INTO notice_settings (user_id, silent, outside, version)
SELECT @user, @silent::text[], @outside::text[], 1
WHERE @version = 0 OR EXISTS (SELECT FROM notice_settings WHERE user_id = @user)
ON CONFLICT (user_id) DO UPDATE SET silent = @silent, outside = @outside,
    version = notice_settings.version + 1
WHERE notice_settings.version = @version`,
		pgx.NamedArgs{
			"user":    user,
			"silent":  texts(edit.Silent),
			"version": edit.Version,
			"outside": texts(edit.Outside),
		})
	if err != nil {
		return fmt.Errorf("keep notice settings: %w", err)
	}
	if done.RowsAffected() == 0 {
		return errMoved()
	}

	return nil
}

// texts are kinds as the database takes them.
func texts(kinds []Kind) []string {
	list := make([]string, len(kinds))
	for i, kind := range kinds {
		list[i] = string(kind)
	}

	return list
}

func errMoved() error {
	return fault.Conflict("通知设置刚刚在别处改过，请刷新后再改").WithCode("settings_changed")
}
