package channel

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"juzhen/internal/courier"
	"juzhen/internal/notice"
	"juzhen/internal/pg"
)

// readChannel is a channel as the machine reads it.
func readChannel(ctx context.Context, db *gorm.DB, id int64) (Channel, error) {
	rows, err := gorm.G[Channel](db).Raw(selectChannel+"c.id = ?", id).Find(ctx)

	return one(rows, err)
}

// target is a robot that is to speak of one event.
type target struct {
	ChannelID int64
	EventID   int64
	UnitID    int64 // of the event
	Kind      notice.Kind
	Urgent    bool
	UserIDs   []int64
	From, To  int
}

func (t target) due(at time.Time, urgent bool) time.Time {
	return Hours{From: t.From, To: t.To}.due(at, urgent)
}

// targetsSQL finds the robots closest above both event and person, one row for each robot and event.
const targetsSQL = `
WITH leaving AS (
    SELECT x.event, x.unit, x.kind, x.urgent, x.person, e.path AS event_path, p.path AS own_path
    FROM unnest(@events::bigint[], @units::bigint[], @kinds::text[], @urgents::boolean[], @people::bigint[])
        AS x (event, unit, kind, urgent, person)
    JOIN units e ON e.id = x.unit JOIN users w ON w.id = x.person JOIN units p ON p.id = w.unit_id),
closest AS (
    SELECT l.*, c.id AS channel, c.quiet_from, c.quiet_to,
        rank() OVER (PARTITION BY l.event, l.person ORDER BY length(u.path) DESC) AS place
    FROM leaving l
    JOIN units u ON starts_with(l.event_path, u.path) AND starts_with(l.own_path, u.path)
    JOIN channels c ON c.unit_id = u.id AND c.active AND c.kind <> 'mail')
SELECT channel, event, unit, kind, urgent, array_agg(person ORDER BY person), quiet_from, quiet_to
FROM closest WHERE place = 1 GROUP BY channel, event, unit, kind, urgent, quiet_from, quiet_to
ORDER BY channel, event`

func findTargets(ctx context.Context, tx pg.Tx, leaving []notice.Leaving) ([]target, error) {
	n := len(leaving)
	events, units, people := make([]int64, n), make([]int64, n), make([]int64, n)
	kinds, urgents := make([]string, n), make([]bool, n)

	for i, one := range leaving {
		events[i], units[i], people[i] = one.Event, one.UnitID, one.User
		kinds[i], urgents[i] = string(one.Kind), one.Urgent
	}
	rows, err := tx.Pgx.Query(ctx, targetsSQL, pgx.NamedArgs{
		"events": events, "units": units, "kinds": kinds, "urgents": urgents, "people": people,
	})
	if err != nil {
		return nil, fmt.Errorf("find robots: %w", err)
	}

	return pgx.CollectRows(rows, pgx.RowToStructByPos[target])
}

// insertMessage writes what a robot says of one telling; 0 where it stands already.
func insertMessage(
	ctx context.Context, tx pg.Tx, one target, telling, now, due time.Time,
) (id int64, err error) {
	err = tx.Pgx.QueryRow(ctx, `
INSERT INTO channel_messages (channel_id, key, event_id, kind, urgent, unit_id, user_ids, state, due_at,
    created_at)
VALUES (@channel_id, @key, @event_id, @kind, @urgent, @unit_id, @user_ids, 'waiting', @due, @now)
ON CONFLICT (channel_id, key) DO NOTHING RETURNING id`,
		pgx.NamedArgs{
			"channel_id": one.ChannelID,
			"key":        fmt.Sprintf("event/%d/%d", one.EventID, telling.UnixMicro()),
			"event_id":   one.EventID,
			"kind":       string(one.Kind),
			"urgent":     one.Urgent,
			"unit_id":    one.UnitID,
			"user_ids":   one.UserIDs,
			"due":        due,
			"now":        now,
		}).Scan(&id)
	if pg.IsNotFound(err) {
		return 0, nil
	}

	return id, err
}

// heldMessage is a message that is being tried.
type heldMessage struct {
	ID        int64
	ChannelID int64
	EventID   int64
	Kind      notice.Kind
	Urgent    bool
	UnitName  string
	UserIDs   []int64
	State     Fate
	DueAt     time.Time
	CalledAt  time.Time
	Tries     int
}

// readHeld reads a message; one that is gone has no state.
func readHeld(ctx context.Context, db *pg.DB, id int64) (held heldMessage, err error) {
	rows, err := db.Pool().Query(ctx, `
SELECT m.id, m.channel_id, m.event_id, m.kind, m.urgent, u.name, m.user_ids, m.state, m.due_at,
    coalesce(m.called_at, m.created_at), m.tries
FROM channel_messages m JOIN units u ON u.id = m.unit_id WHERE m.id = @id`, pgx.NamedArgs{"id": id})
	if err != nil {
		return held, err
	}
	held, err = pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[heldMessage])
	if pg.IsNotFound(err) {
		return heldMessage{}, nil
	}

	return held, err
}

// spokenSince counts what a robot said, one process after the other.
func spokenSince(ctx context.Context, tx pg.Tx, channel int64, since time.Time) (n int, err error) {
	_, err = tx.Pgx.Exec(ctx, `
SELECT FROM channels WHERE id = @channel FOR NO KEY UPDATE`, pgx.NamedArgs{"channel": channel})
	if err != nil {
		return 0, err
	}
	err = tx.Pgx.QueryRow(ctx, `
SELECT count(*) FROM channel_messages WHERE channel_id = @channel AND called_at > @since`,
		pgx.NamedArgs{"channel": channel, "since": since}).
		Scan(&n)

	return n, err
}

// markCalled takes a message that still waits, and tells whether it did.
func markCalled(ctx context.Context, tx pg.Tx, held *heldMessage, at time.Time) (bool, error) {
	done, err := tx.Pgx.Exec(ctx, `
UPDATE channel_messages SET state = 'calling', called_at = @called_at, tries = tries + 1
WHERE id = @id AND state = 'waiting' AND tries = @tries`,
		pgx.NamedArgs{"id": held.ID, "tries": held.Tries, "called_at": at})
	held.Tries++

	return done.RowsAffected() == 1, err
}

// writeFate records what came of a try that is under way, and tells whether it did.
func writeFate(
	ctx context.Context, tx pg.Tx, held heldMessage, fate Fate, failure *courier.Failure, now, due time.Time,
) (bool, error) {
	var done *time.Time
	if fate != Waiting {
		done, due = &now, held.DueAt
	}
	if failure == nil {
		failure = &courier.Failure{}
	}
	result, err := tx.Pgx.Exec(ctx, `
UPDATE channel_messages SET state = @fate, due_at = @due, done_at = @done, reason = @reason, code = @code,
    said = @said
WHERE id = @id AND state = 'calling' AND tries = @tries`, pgx.NamedArgs{
		"id":     held.ID,
		"tries":  held.Tries,
		"fate":   string(fate),
		"due":    due,
		"done":   done,
		"reason": string(failure.Reason),
		"code":   failure.Code,
		"said":   failure.Said,
	})

	return result.RowsAffected() == 1, err
}

func drop(ctx context.Context, db *pg.DB, held heldMessage, why string, at time.Time) error {
	_, err := db.Pool().Exec(ctx, `
UPDATE channel_messages SET state = 'dropped', done_at = @done_at, reason = @why, code = '', said = ''
WHERE id = @id AND state = 'waiting'`, pgx.NamedArgs{"id": held.ID, "done_at": at, "why": why})

	return err
}

// putOff moves a message that waits to when it is due.
func putOff(ctx context.Context, db *pg.DB, held heldMessage, due time.Time) error {
	if due.Equal(held.DueAt) {
		return nil
	}
	_, err := db.Pool().Exec(ctx,
		"UPDATE channel_messages SET due_at = @due WHERE id = @id AND state = 'waiting'",
		pgx.NamedArgs{"id": held.ID, "due": due})

	return err
}

// overdue are messages that should have left before an instant.
func overdue(ctx context.Context, tx pg.Tx, before time.Time) ([]int64, error) {
	rows, err := tx.Pgx.Query(ctx, `
SELECT id FROM channel_messages WHERE state IN ('waiting', 'calling') AND due_at < @before
ORDER BY due_at LIMIT 1000`, pgx.NamedArgs{"before": before})
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, pgx.RowTo[int64])
}

// listMessages are the newest that a condition picks.
func listMessages(ctx context.Context, db *gorm.DB, where string, of any) ([]Message, error) {
	return gorm.G[Message](db).Raw(`
SELECT m.id, m.channel_id, c.name AS channel_name, m.event_id, m.kind, m.urgent, u.name AS unit_name, m.state,
    m.due_at, m.called_at, m.tries, m.reason, m.code, m.said, m.created_at, m.done_at
FROM channel_messages m JOIN channels c ON c.id = m.channel_id JOIN units u ON u.id = m.unit_id
WHERE `+where+` ORDER BY m.id DESC LIMIT ?`, of, shownMessages).Find(ctx)
}

// nearChannels are the robots in use at a person's own unit and above it.
func nearChannels(ctx context.Context, db *gorm.DB, user int64) ([]Channel, error) {
	return gorm.G[Channel](db).Raw(selectChannel+`c.active AND c.kind <> 'mail' AND starts_with(
    (SELECT p.path FROM users w JOIN units p ON p.id = w.unit_id WHERE w.id = ?), u.path)
ORDER BY length(u.path) DESC, c.name LIMIT 50`, user).Find(ctx)
}

// keptFor is how long it is remembered what left: as long as the notices.
const keptFor = 90 * 24 * time.Hour

// forget deletes what left longer ago than that.
func (s *Service) forget(ctx context.Context) error {
	_, err := s.db.Pool().
		Exec(ctx, "DELETE FROM channel_messages WHERE created_at < @kept_for",
			pgx.NamedArgs{"kept_for": s.now().Add(-keptFor)})

	return err
}
