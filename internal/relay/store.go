package relay

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

const selectRelay = `
SELECT r.id, r.post_id, p.unit_id, u.path AS unit_path, u.name AS unit_name, p.phase, p.version_id,
    coalesce(v.column_id, 0) AS column_id, p.urgent, p.due_at, r.kind, r.lead_account_id,
    a.handle AS lead_handle, coalesce(vt.variant, v.text) AS text, r.words,
    r.spread_seconds::bigint * 1000000000 AS spread, r.deadline, r.reason, r.revision, r.lead_version,
    r.covered, r.at_once_by, r.asked_at, r.withdrawn_at, r.withdrawn_why, r.closed_at, r.statement,
    r.created_by,
    c.display_name AS created_name, r.created_at, coalesce(d.id, 0) AS lead_delivery_id,
    coalesce(d.state, '') AS lead_state, coalesce(d.version_id, 0) AS lead_sent_version,
    coalesce(d.sent_at, d.call_ended_at) AS lead_sent_at, coalesce(d.remote_id, '') AS lead_remote_id,
    coalesce(d.remote_url, '') AS lead_remote_url, coalesce(a.remote_uid, '') AS lead_remote_uid
FROM relays r JOIN posts p ON p.id = r.post_id JOIN units u ON u.id = p.unit_id
JOIN post_versions v ON v.id = coalesce(r.lead_version, p.version_id)
JOIN accounts a ON a.id = r.lead_account_id
LEFT JOIN version_targets vt ON vt.version_id = v.id AND vt.account_id = r.lead_account_id
LEFT JOIN deliveries d ON d.post_id = r.post_id AND d.account_id = r.lead_account_id
JOIN users c ON c.id = r.created_by
WHERE `

const selectTask = `
SELECT t.id, t.relay_id, t.account_id, a.handle, a.connector, a.state = 'live' AS account_live, a.unit_id,
    u.path AS unit_path, u.name AS unit_name, t.place, t.stage, t.words, t.standing_id, t.post_id,
    t.answered_by, coalesce(b.display_name, '') AS answered_name, t.answered_at, t.why, t.stuck, t.reminded,
    t.reminded_at, coalesce(v.text, '') AS text, coalesce(p.phase, '') AS phase,
    coalesce(d.id, 0) AS delivery_id, coalesce(d.state, '') AS delivery, coalesce(d.live, '') AS live,
    coalesce(d.due_at, p.due_at) AS due_at,
    CASE WHEN d.state = 'sent' THEN coalesce(d.sent_at, d.call_ended_at) END AS sent_at,
    coalesce(d.reason, '') AS reason, coalesce(d.remote_id, '') AS remote_id,
    coalesce(d.remote_url, '') AS remote_url, coalesce(a.remote_uid, '') AS remote_uid
FROM relay_tasks t JOIN accounts a ON a.id = t.account_id JOIN units u ON u.id = a.unit_id
LEFT JOIN users b ON b.id = t.answered_by LEFT JOIN posts p ON p.id = t.post_id
LEFT JOIN post_versions v ON v.id = p.version_id
LEFT JOIN deliveries d ON d.post_id = t.post_id AND d.account_id = t.account_id
WHERE `

func errNotFound() error {
	return fault.NotFound("没有找到联动，或不在您的管辖范围内")
}

// seenSQL is the condition that the actor sees relay r: its lead, or once accounts were asked, one of them.
func seenSQL(actor access.Actor) (string, []any) {
	lead, args := access.Scope(actor, access.PostView, "u.path")
	task, more := access.Scope(actor, access.PostView, "tu.path")

	return "(" + lead + ` OR EXISTS (SELECT FROM relay_tasks t JOIN accounts ta ON ta.id = t.account_id
    JOIN units tu ON tu.id = ta.unit_id WHERE t.relay_id = r.id AND t.stage <> 'planned' AND ` + task + "))",
		append(args, more...)
}

func findRelay(ctx context.Context, db *gorm.DB, actor access.Actor, id int64) (Relay, error) {
	seen, args := seenSQL(actor)
	relay, err := gorm.G[Relay](db).Raw(selectRelay+"r.id = ? AND "+seen, append([]any{id}, args...)...).
		Take(ctx)

	return relay, pg.OrNotFound(err, errNotFound())
}

// findAny is findRelay without asking who reads.
func findAny(ctx context.Context, db *gorm.DB, id int64) (Relay, error) {
	relay, err := gorm.G[Relay](db).Raw(selectRelay+"r.id = ?", id).Take(ctx)
	return relay, pg.OrNotFound(err, errNotFound())
}

// ofPost gives the relay of a post, none where it has none.
func ofPost(ctx context.Context, db *gorm.DB, postID int64) ([]Relay, error) {
	return gorm.G[Relay](db).Raw(selectRelay+"r.post_id = ?", postID).Find(ctx)
}

// seenRelays lists the newest relays that the actor sees.
func seenRelays(ctx context.Context, db *gorm.DB, actor access.Actor, most int) ([]Relay, error) {
	seen, args := seenSQL(actor)
	return gorm.G[Relay](db).Raw(selectRelay+seen+" ORDER BY r.id DESC LIMIT ?", append(args, most)...).
		Find(ctx)
}

// askedOf are the accounts that a relay asks.
func askedOf(ctx context.Context, db *gorm.DB, relayID int64) ([]int64, error) {
	return gorm.G[int64](db).Raw("SELECT account_id FROM relay_tasks WHERE relay_id = ?", relayID).Find(ctx)
}

func tasksOf(ctx context.Context, db *gorm.DB, relayIDs ...int64) ([]Task, error) {
	if len(relayIDs) == 0 {
		return nil, nil
	}

	return gorm.G[Task](db).Raw(selectTask+"t.relay_id IN ? ORDER BY t.relay_id, t.place", relayIDs).Find(ctx)
}

func tasksBy(ctx context.Context, db *gorm.DB, ids []int64) ([]Task, error) {
	return gorm.G[Task](db).Raw(selectTask+"t.id IN ? ORDER BY t.id", ids).Find(ctx)
}

// findTask reads a task that the actor may see, and fails with fault.Forbidden when perm is not held at
// its unit.
func findTask(
	ctx context.Context,
	db *gorm.DB,
	actor access.Actor,
	perm access.Permission,
	id int64,
) (Task, error) {
	scope, args := access.Scope(actor, access.PostView, "u.path")
	task, err := gorm.G[Task](db).Raw(selectTask+"t.id = ? AND t.stage <> 'planned' AND "+scope,
		append([]any{id}, args...)...).Take(ctx)
	if err != nil {
		return Task{}, pg.OrNotFound(err, fault.NotFound("没有找到联动任务，或不在您的管辖范围内"))
	}

	return task, access.Require(actor, perm, task.UnitPath)
}

func lockRelay(ctx context.Context, tx pg.Tx, id int64, how string) error {
	_, err := tx.Pgx.Exec(ctx, "SELECT FROM relays WHERE id = @id FOR "+how, pgx.NamedArgs{"id": id})
	return err
}

// putRelay writes a relay that nobody was asked for yet, with its tasks in the order of the matrix.
func putRelay(
	ctx context.Context,
	tx pg.Tx,
	now time.Time,
	postID, by int64,
	q Request,
) (id int64, err error) {
	var once *int64
	if q.AtOnce {
		once = &by
	}
	err = tx.Pgx.QueryRow(ctx, `
INSERT INTO relays (post_id, kind, lead_account_id, words, spread_seconds, deadline, reason, at_once_by,
    created_by, created_at, updated_at)
VALUES (@post, @kind, @lead, @words, @spread, @deadline, @reason, @once, @by, @now, @now)
ON CONFLICT (post_id) DO UPDATE SET kind = @kind, lead_account_id = @lead, words = @words,
    spread_seconds = @spread, deadline = @deadline, reason = @reason, at_once_by = @once,
    updated_at = @now,
    revision = relays.revision + 1, withdrawn_at = NULL, withdrawn_why = ''
RETURNING id`, pgx.NamedArgs{
		"post": postID, "kind": string(q.Kind), "lead": q.LeadAccountID, "words": q.Words,
		"spread": int(q.Spread.Seconds()), "deadline": q.Deadline, "reason": q.Reason, "by": by, "now": now,
		"once": once,
	}).Scan(&id)
	if err != nil {
		return 0, err
	}
	if _, err := tx.Pgx.Exec(ctx, `
DELETE FROM relay_tasks WHERE relay_id = @relay_id`, pgx.NamedArgs{"relay_id": id}); err != nil {
		return 0, err
	}
	_, err = tx.Pgx.Exec(ctx, `
INSERT INTO relay_tasks (relay_id, account_id, place, stage)
SELECT @relay_id, a.id, row_number() OVER (ORDER BY a.position, a.id) - 1, 'planned'
FROM accounts a WHERE a.id = ANY (@account_ids)`,
		pgx.NamedArgs{"relay_id": id, "account_ids": q.AccountIDs})

	return id, err
}

// stopAsking lets nobody confirm any more, until the accounts are asked again.
func stopAsking(ctx context.Context, tx pg.Tx, id int64) error {
	_, err := tx.Pgx.Exec(ctx, `
UPDATE relays SET asked_at = NULL, lead_version = NULL, covered = false WHERE id = @id`,
		pgx.NamedArgs{"id": id})

	return err
}

// setAsked opens a relay for a version of its lead.
func setAsked(ctx context.Context, tx pg.Tx, now time.Time, relay Relay) error {
	_, err := tx.Pgx.Exec(ctx, `
UPDATE relays SET asked_at = @now, lead_version = @version_id, covered = @covered,
    updated_at = @now WHERE id = @id`,
		pgx.NamedArgs{
			"id":         relay.ID,
			"now":        now,
			"version_id": relay.VersionID,
			"covered":    relay.Covered,
		})

	return err
}

// moveTasks moves the tasks to where the act leads from where it may be done, and gives those that moved.
func moveTasks(ctx context.Context, tx pg.Tx, act Act, tasks []Task) (moved []Task, err error) {
	arrow := arrows[act]
	set := "stage = @to"
	if act == Recall || act == Revoke {
		set += ", words = '', post_id = NULL, standing_id = NULL, answered_by = NULL, answered_at = NULL, " +
			"why = '', stuck = NULL, reminded = 0, reminded_at = NULL"
	}

	from := make([]string, len(arrow.from))
	for i, stage := range arrow.from {
		from[i] = string(stage)
	}
	rows, err := tx.Pgx.Query(ctx, "UPDATE relay_tasks SET "+set+
		" WHERE id = ANY (@ids) AND stage = ANY (@from) RETURNING id",
		pgx.NamedArgs{"ids": idsOf(tasks), "from": from, "to": string(arrow.to)})
	if err != nil {
		return nil, err
	}

	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])

	for _, task := range tasks {
		if slices.Contains(ids, task.ID) {
			moved = append(moved, task)
		}
	}

	return moved, err
}

// setStuck keeps why a task is not confirmed by itself.
func setStuck(ctx context.Context, db *pg.DB, taskID int64, why *Stuck) error {
	_, err := db.Pool().Exec(ctx, `
UPDATE relay_tasks SET stuck = @why WHERE id = @task_id AND stage = 'asked'
    AND stuck IS DISTINCT FROM @why::jsonb`, pgx.NamedArgs{"task_id": taskID, "why": why})

	return err
}

// setConfirmed binds a task to the post that fulfils it. It tells false where somebody was faster.
func setConfirmed(
	ctx context.Context,
	tx pg.Tx,
	now time.Time,
	taskID, postID, by int64,
	words WordsKind,
	standingID *int64,
) (bool, error) {
	tag, err := tx.Pgx.Exec(ctx, `
UPDATE relay_tasks SET stage = 'confirmed', stuck = NULL, post_id = @post_id, answered_by = @by,
    answered_at = @now, words = @words, standing_id = @standing_id, why = ''
WHERE id = @task_id AND stage IN ('asked', 'declined')`, pgx.NamedArgs{
		"task_id":     taskID,
		"post_id":     postID,
		"by":          by,
		"now":         now,
		"words":       string(words),
		"standing_id": standingID,
	})

	return tag.RowsAffected() == 1, err
}

// carriedBy are the tasks that a standing approval confirmed.
func carriedBy(ctx context.Context, db *gorm.DB, standingID int64) ([]Task, error) {
	return gorm.G[Task](
		db,
	).Raw(selectTask+"t.standing_id = ? AND t.stage = 'confirmed' ORDER BY t.id", standingID).
		Find(ctx)
}

func setDeclined(ctx context.Context, tx pg.Tx, now time.Time, taskID, by int64, why string) (bool, error) {
	tag, err := tx.Pgx.Exec(ctx, `
UPDATE relay_tasks SET stage = 'declined', answered_by = @by, answered_at = @now, why = @why
WHERE id = @task_id AND stage = 'asked'`, pgx.NamedArgs{
		"task_id": taskID,
		"by":      by,
		"now":     now,
		"why":     why,
	})

	return tag.RowsAffected() == 1, err
}

func setReminded(ctx context.Context, tx pg.Tx, now time.Time, ids []int64) error {
	_, err := tx.Pgx.Exec(ctx, `
UPDATE relay_tasks SET reminded = reminded + 1, reminded_at = @now WHERE id = ANY (@ids)`,
		pgx.NamedArgs{"ids": ids, "now": now})

	return err
}

func setEnded(
	ctx context.Context,
	tx pg.Tx,
	now time.Time,
	id, by int64,
	withdrawn bool,
	words string,
) error {
	sql := `UPDATE relays SET closed_at = @now, closed_by = @by, statement = @words, updated_at = @now WHERE id = @id`
	if withdrawn {
		sql = `UPDATE relays SET withdrawn_at = @now, withdrawn_why = @words, updated_at = @now WHERE id = @id`
	}
	_, err := tx.Pgx.Exec(ctx, sql, pgx.NamedArgs{"id": id, "now": now, "by": by, "words": words})

	return err
}

// overdue are the open relays whose deadline has passed while somebody is still asked.
func overdue(ctx context.Context, db *pg.DB, now time.Time) ([]int64, error) {
	rows, err := db.Pool().Query(ctx, `
SELECT r.id FROM relays r WHERE r.closed_at IS NULL AND r.withdrawn_at IS NULL AND r.deadline < @now
    AND EXISTS (SELECT FROM relay_tasks t WHERE t.relay_id = r.id AND t.stage = 'asked')
ORDER BY r.deadline LIMIT 200`, pgx.NamedArgs{"now": now})
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, pgx.RowTo[int64])
}

// ofPostTx gives the number of a post's relay, and of the task that the post fulfils; 0 for none.
func ofPostTx(ctx context.Context, tx pg.Tx, postID int64) (relay, task int64, err error) {
	err = tx.Pgx.QueryRow(ctx, `
SELECT coalesce((SELECT id FROM relays WHERE post_id = @post_id), 0),
    coalesce((SELECT id FROM relay_tasks WHERE post_id = @post_id), 0)`,
		pgx.NamedArgs{"post_id": postID}).Scan(&relay, &task)

	return relay, task, err
}
