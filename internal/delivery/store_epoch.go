package delivery

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/org"
	"juzhen/internal/pg"
	"juzhen/internal/post"
	"juzhen/internal/todo"
)

// Names of facts about the installation.
const (
	epochName   = "database"        // system identifier and timeline that this installation knows
	stoppedName = "sending_stopped" // present: nothing is sent, since a restore
)

// StoppedSQL is the condition that sending is stopped for all processes, since a restore.
const StoppedSQL = "EXISTS (SELECT FROM installation WHERE name = '" + stoppedName + "')"

// CheckEpochTx compares the database's own name with the one known. The first start writes it down.
// Another name means that the database was restored or promoted: sending stops, and what was due since
// becomes unknown.
func CheckEpochTx(ctx context.Context, tx pg.Tx, now time.Time, name string, settings Settings) (err error) {
	defer fault.Step(&err, "delivery.CheckEpochTx")

	var known string

	err = tx.Pgx.QueryRow(ctx, `
		SELECT convert_from(value, 'UTF8') FROM installation WHERE name = @epoch_name FOR UPDATE`,
		pgx.NamedArgs{"epoch_name": epochName}).
		Scan(&known)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return install(ctx, tx, epochName, name, now)
	case err != nil || known == name:
		return err
	}
	if err := install(ctx, tx, epochName, name, now); err != nil {
		return err
	}

	return RestoredTx(ctx, tx, now, settings)
}

func install(ctx context.Context, tx pg.Tx, name, value string, now time.Time) error {
	_, err := tx.Pgx.Exec(ctx, `
INSERT INTO installation (name, value, at) VALUES (@name, convert_to(@value, 'UTF8'), @now)
ON CONFLICT (name) DO UPDATE SET value = excluded.value, at = excluded.at`,
		pgx.NamedArgs{"name": name, "value": value, "now": now})

	return err
}

// RestoredTx follows a restore: sending stops until a person releases it, and each delivery that was
// due since the restored state, less one lead, and is not final becomes unknown and is looked up: the
// forgotten time may have sent it. Nothing of it is ever sent by itself. The restored state is as old
// as the last step it knows.
func RestoredTx(ctx context.Context, tx pg.Tx, now time.Time, settings Settings) (err error) {
	defer fault.Step(&err, "delivery.RestoredTx")

	var since time.Time
	err = tx.Pgx.QueryRow(ctx, `
SELECT coalesce(max(at), @now) FROM delivery_events`, pgx.NamedArgs{"now": now}).Scan(&since)
	if err != nil {
		return err
	}
	if err := install(ctx, tx, stoppedName, "restored", now); err != nil {
		return err
	}
	// The processes' own rows first: nothing they marked ahead before the restore is released after it.
	if _, err := tx.Pgx.Exec(ctx, "UPDATE releases SET recalls = recalls + 1"); err != nil {
		return err
	}
	from := since.Add(-settings.Filled().Lead)
	_, err = Move{
		From:  []State{Planned, Waiting, Preparing, Sending, Held, Handoff},
		To:    Unknown,
		Code:  Restored,
		Where: "NOT d.settled AND d.due_at >= @since::timestamptz AND d.due_at <= @now::timestamptz",
		Set:   "marked_at = @since::timestamptz, attempt_id = NULL, owner = NULL, call_ended_at = NULL, hard_end = @now::timestamptz, looks = 0, next_look_at = @now::timestamptz",
		Args:  pgx.NamedArgs{"since": from.UTC()},
	}.Run(ctx, tx.Pgx, now)

	return err
}

// SendingStopped tells whether sending is stopped for all processes since a restore.
func SendingStopped(ctx context.Context, db *gorm.DB) (_ bool, err error) {
	defer fault.Step(&err, "delivery.SendingStopped")

	var yes bool
	err = db.WithContext(ctx).
		Raw("SELECT " + StoppedSQL).
		Row().
		Scan(&yes)

	return yes, err
}

// ReleaseSending lets sending begin again after a restore. It needs the right to pause at the root.
// Fails with fault.Conflict when sending is not stopped.
func (s *Service) ReleaseSending(ctx context.Context, actor access.Actor, why string) (err error) {
	defer fault.Step(&err, "delivery.ReleaseSending")

	why, err = reason("why", why)
	if err != nil {
		return err
	}

	return s.act(ctx, func(tx pg.Tx, now time.Time) error {
		root, err := org.RootPathTx(ctx, tx)
		if err != nil {
			return err
		}
		if err := access.Require(actor, access.Pause, root); err != nil {
			return err
		}
		done, err := tx.Pgx.Exec(ctx, `
DELETE FROM installation WHERE name = @stopped_name`, pgx.NamedArgs{"stopped_name": stoppedName})
		if err != nil {
			return err
		}
		if done.RowsAffected() == 0 {
			return fault.Conflict("发送没有停止，无需恢复")
		}

		return note(ctx, access.NewAct(tx, now, actor), actRelease, "installation/sending", root, why, nil)
	})
}

// RaiseExpiredTx tells the people who write for a post's unit that it came due without an approval.
func RaiseExpiredTx(ctx context.Context, tx pg.Tx, now time.Time, postID int64) (err error) {
	defer fault.Step(&err, "delivery.RaiseExpiredTx %d", postID)

	var path, text string
	var due *time.Time
	err = tx.Pgx.QueryRow(ctx, `
SELECT u.path, v.text, p.due_at FROM posts p JOIN units u ON u.id = p.unit_id
    JOIN post_versions v ON v.id = p.version_id WHERE p.id = @post_id`,
		pgx.NamedArgs{"post_id": postID}).
		Scan(&path, &text, &due)
	if err != nil {
		return err
	}

	own, err := post.OwnTx(ctx, tx, []int64{postID})
	if err != nil {
		return err
	}

	return todo.RaiseTx(ctx, tx, now, todo.Item{
		Matter:    todoPostExpired,
		Own:       own[postID].Todo(),
		Key:       expiredKey(postID),
		UnitPath:  path,
		SubjectID: postID,
		Args:      map[string]any{"title": title(text)},
		DueAt:     due,
	})
}
