package inbox

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

const selectOutgoing = `
SELECT w.id, w.matter_id, w.post_id, w.delivery_id, w.state, coalesce(v.text, '') AS text, w.saw_item_id,
    w.written_by, b.display_name AS by, w.written_at, w.denied_by, w.denied_at,
    coalesce(n.display_name, '') AS denied_name, d.state AS delivery, d.reason, d.reason_args, d.sent_at
FROM inbox_answers w JOIN all_deliveries d ON d.id = w.delivery_id JOIN post_versions v ON v.id = d.version_id
    JOIN users b ON b.id = w.written_by LEFT JOIN users n ON n.id = w.denied_by
WHERE `

// outgoingOf are the answers of a matter that the console sends, the last first.
func outgoingOf(ctx context.Context, db *gorm.DB, matterID int64) ([]Outgoing, error) {
	return gorm.G[Outgoing](db).Raw(selectOutgoing+"w.matter_id = ? ORDER BY w.id DESC LIMIT 50", matterID).
		Find(ctx)
}

// lockOutgoing reads one answer of a matter and keeps others from changing it.
func lockOutgoing(ctx context.Context, tx pg.Tx, matterID, id int64) (Outgoing, error) {
	if _, err := tx.Pgx.Exec(ctx, `
SELECT FROM inbox_answers WHERE id = @id FOR UPDATE`, pgx.NamedArgs{"id": id}); err != nil {
		return Outgoing{}, err
	}
	found, err := gorm.G[Outgoing](tx.DB).Raw(selectOutgoing+"w.id = ? AND w.matter_id = ?", id, matterID).
		Take(ctx)

	return found, pg.OrNotFound(err, fault.NotFound("没有找到这条答复"))
}

func insertOutgoing(ctx context.Context, tx pg.Tx, o Outgoing) error {
	_, err := tx.Pgx.Exec(ctx, `
INSERT INTO inbox_answers (matter_id, post_id, delivery_id, saw_item_id, state, written_by, written_at)
VALUES (@matter_id, @post_id, @delivery_id, @saw_item_id, 'open', @written_by, @written_at)`,
		pgx.NamedArgs{
			"matter_id":   o.MatterID,
			"post_id":     o.PostID,
			"delivery_id": o.DeliveryID,
			"saw_item_id": o.SawItemID,
			"written_by":  o.WrittenBy,
			"written_at":  o.WrittenAt,
		})
	if pg.Constraint(err) == "inbox_answers_one_open" {
		return errAnswering()
	}

	return err
}

// answering tells whether an answer of the matter is under way or in doubt.
func answering(ctx context.Context, tx pg.Tx, matterID int64) (open bool, err error) {
	err = tx.Pgx.QueryRow(
		ctx,
		`
SELECT EXISTS (SELECT FROM inbox_answers WHERE matter_id = @matter_id AND state = 'open')`,
		pgx.NamedArgs{"matter_id": matterID},
	).Scan(&open)

	return open, err
}

func setDenied(ctx context.Context, tx pg.Tx, id int64, by *int64, at *time.Time) error {
	_, err := tx.Pgx.Exec(
		ctx,
		"UPDATE inbox_answers SET denied_by = @by, denied_at = @denied_at WHERE id = @id",
		pgx.NamedArgs{"id": id, "by": by, "denied_at": at},
	)

	return err
}

func setOutState(ctx context.Context, tx pg.Tx, id int64, state OutState, at time.Time) error {
	_, err := tx.Pgx.Exec(ctx, `
UPDATE inbox_answers SET state = @state, settled_at = coalesce(settled_at, @at) WHERE id = @id`,
		pgx.NamedArgs{"id": id, "state": string(state), "at": at})

	return err
}

// becameSQL is the condition that something became of an answer w whose delivery is d: it ended, or is out
// and has its number, or is looked for no more. A late answer of the platform may put out what had ended.
const becameSQL = `
    (w.state = 'open' AND d.state IN ('failed', 'missed', 'cancelled', 'expired')
     OR w.state <> 'out' AND d.state = 'sent' AND (d.remote_id IS NOT NULL OR d.next_look_at IS NULL))`

// becameOf lists answers of which the matter does not know yet what became, as matter and answer.
func becameOf(ctx context.Context, q querier, most int) ([][2]int64, error) {
	rows, err := q.Query(ctx, `
SELECT w.matter_id, w.id FROM inbox_answers w JOIN all_deliveries d ON d.id = w.delivery_id
WHERE `+becameSQL+` ORDER BY w.id LIMIT @most`, pgx.NamedArgs{"most": most})
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (pair [2]int64, err error) {
		return pair, row.Scan(&pair[0], &pair[1])
	})
}

// sentItem gives an answer that is out the person who wrote it, however it came into the books.
func sentItem(ctx context.Context, tx pg.Tx, accountID int64, remoteID string, by int64) error {
	_, err := tx.Pgx.Exec(ctx, `
UPDATE inbox_items SET by_user = @by, way = 'comment'
WHERE account_id = @account_id AND thing = 'comment' AND remote_id = @remote_id`,
		pgx.NamedArgs{"account_id": accountID, "remote_id": remoteID, "by": by})

	return err
}

// forgettable are the posts of answers whose matters were purged.
func forgettable(ctx context.Context, tx pg.Tx, at time.Time, most int) ([]int64, error) {
	rows, err := tx.Pgx.Query(ctx, `
UPDATE inbox_answers SET forgotten_at = @forgotten_at WHERE id IN (
    SELECT w.id FROM inbox_answers w JOIN inbox_matters m ON m.id = w.matter_id
    WHERE w.forgotten_at IS NULL AND w.state <> 'open' AND m.purged_at IS NOT NULL ORDER BY w.id LIMIT @most)
RETURNING post_id`, pgx.NamedArgs{"forgotten_at": at, "most": most})
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, pgx.RowTo[int64])
}

// endedOf are the deliveries of answers of a matter that did not go out.
func endedOf(ctx context.Context, tx pg.Tx, matterID int64) ([]int64, error) {
	rows, err := tx.Pgx.Query(
		ctx,
		`
SELECT delivery_id FROM inbox_answers WHERE matter_id = @matter_id
    AND state = 'ended' ORDER BY id DESC LIMIT 50`,
		pgx.NamedArgs{"matter_id": matterID},
	)
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, pgx.RowTo[int64])
}

// lastItem is the last that the citizen said; zero when there is none.
func lastItem(ctx context.Context, tx pg.Tx, m Matter) (Item, error) {
	found, err := gorm.G[Item](tx.DB).Raw(`
SELECT id, thing, remote_id, source, contract, said_at, author, name, text, gone_at, purged_at
FROM inbox_items WHERE id = ?`, m.LastItemID).Find(ctx)
	if err != nil || len(found) == 0 {
		return Item{}, err
	}

	return found[0], nil
}

// repliedTo is the comment that an item is; "" for a post.
func repliedTo(ctx context.Context, tx pg.Tx, itemID int64) (comment string, err error) {
	err = tx.Pgx.QueryRow(ctx,
		`
SELECT CASE thing WHEN 'comment' THEN remote_id ELSE '' END FROM inbox_items WHERE id = @item_id`,
		pgx.NamedArgs{"item_id": itemID}).
		Scan(&comment)

	return comment, err
}

// touch tells open pages that something about a matter changed which leaves its state as it is.
func touch(ctx context.Context, tx pg.Tx, id int64, at time.Time) error {
	_, err := tx.Pgx.Exec(ctx, `
UPDATE inbox_matters SET updated_at = @updated_at WHERE id = @id`,
		pgx.NamedArgs{"id": id, "updated_at": at})

	return err
}
