package lexicon

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

func insertChange(ctx context.Context, tx pg.Tx, change Change, puts []Put) (id int64, err error) {
	err = tx.Pgx.QueryRow(ctx, `INSERT INTO lexicon_changes
		(lexicon_id, kind, state, entries, why, asked_by, asked_at, expires_at)
		VALUES (@lexicon_id, @kind, 'asked', @entries, @why, @asked_by, @asked_at, @expires) RETURNING id`,
		pgx.NamedArgs{
			"lexicon_id": change.List.ID,
			"kind":       change.Kind,
			"entries":    len(puts),
			"why":        change.Why,
			"asked_by":   change.AskedBy,
			"asked_at":   change.AskedAt,
			"expires":    change.Expires,
		}).
		Scan(&id)
	if err != nil || len(puts) == 0 {
		return id, err
	}

	_, err = tx.Pgx.CopyFrom(ctx, pgx.Identifier{"lexicon_change_entries"}, []string{
		"change_id",
		"position",
		"was",
		"word",
		"level",
		"suggestion",
		"note",
		"from_day",
		"until_day",
		"exceptions",
		"state",
	}, pgx.CopyFromSlice(len(puts), func(i int) ([]any, error) {
		put := puts[i]

		return []any{
			id, i, put.Was, put.Word, string(put.Level), put.Suggestion, put.Note, dayOrNil(put.From),
			dayOrNil(put.Until), put.Exceptions, string(put.State),
		}, nil
	}))

	return id, err
}

// changeEntries gives what a change asks for; all of it when limit is 0.
func changeEntries(ctx context.Context, tx pg.Tx, id int64, limit int) ([]Put, error) {
	rows, err := tx.Pgx.Query(ctx, `SELECT was, word, level, suggestion, note, coalesce(from_day::text, ''),
		coalesce(until_day::text, ''), exceptions, state FROM lexicon_change_entries
		WHERE change_id = @change_id ORDER BY position LIMIT nullif(@limit::integer, 0)`,
		pgx.NamedArgs{"change_id": id, "limit": limit})
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (p Put, err error) {
		err = row.Scan(
			&p.Was,
			&p.Word,
			&p.Level,
			&p.Suggestion,
			&p.Note,
			&p.From,
			&p.Until,
			&p.Exceptions,
			&p.State,
		)

		return p, err
	})
}

// changeRow is a change as the database has it.
type changeRow struct {
	ID        int64
	LexiconID int64
	Kind      ChangeKind
	Entries   int
	Asked
	ListName    string
	ListKind    Kind
	ListState   State
	ListVersion int
	UnitID      int64
	UnitName    string
	UnitPath    string
}

var selectChanges = `SELECT c.id, c.lexicon_id, c.kind, c.entries, ` + AskedSQL(
	"c",
) + `, l.name AS list_name, l.kind AS list_kind, l.state AS list_state,
	l.version AS list_version, l.unit_id, u.name AS unit_name, u.path AS unit_path
FROM lexicon_changes c
JOIN lexicons l ON l.id = c.lexicon_id
JOIN units u ON u.id = l.unit_id
JOIN users a ON a.id = c.asked_by
LEFT JOIN users d ON d.id = c.decided_by
WHERE `

func changesWhere(ctx context.Context, db *gorm.DB, where string, args ...any) ([]Change, error) {
	rows, err := gorm.G[changeRow](db).Raw(selectChanges+where, args...).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("read changes of word lists: %w", err)
	}

	out := make([]Change, len(rows))
	for i, row := range rows {
		out[i] = Change{
			ID: row.ID,
			List: List{
				ID:       row.LexiconID,
				UnitID:   row.UnitID,
				UnitName: row.UnitName,
				UnitPath: row.UnitPath,
				Kind:     row.ListKind,
				Name:     row.ListName,
				State:    row.ListState,
				Version:  row.ListVersion,
			},
			Kind:    row.Kind,
			Entries: row.Entries,
			Asked:   row.UTC(),
		}
	}

	return out, nil
}

// readChanges gives those of the lists of the actor's own units.
func readChanges(
	ctx context.Context,
	db *gorm.DB,
	actor access.Actor,
	where string,
	args ...any,
) ([]Change, error) {
	cond, scope := access.Scope(actor, access.LexiconView, "u.path")

	return changesWhere(ctx, db, cond+" AND "+where, append(scope, args...)...)
}

func findChange(ctx context.Context, db *gorm.DB, actor access.Actor, id int64) (Change, error) {
	return oneChange(readChanges(ctx, db, actor, "c.id = ?", id))
}

// lockChange reads a change and holds its row until the transaction ends.
func lockChange(ctx context.Context, db *gorm.DB, id int64) (Change, error) {
	return oneChange(changesWhere(ctx, db, "c.id = ? FOR UPDATE OF c", id))
}

func oneChange(list []Change, err error) (Change, error) {
	if err == nil && len(list) == 0 {
		err = fault.NotFound("没有找到这项申请，或不在您的管辖范围内")
	}
	if err != nil {
		return Change{}, err
	}

	return list[0], nil
}

func decideChange(ctx context.Context, tx pg.Tx, change Change) error {
	_, err := tx.Pgx.Exec(ctx, `UPDATE lexicon_changes
		SET state = @state, decided_by = nullif(@decided_by::bigint, 0), decided_at = @decided_at,
		    decide_why = @decide_why
		WHERE id = @id AND state = 'asked'`, pgx.NamedArgs{
		"id":         change.ID,
		"state":      change.State,
		"decided_by": change.DecidedBy,
		"decided_at": change.DecidedAt,
		"decide_why": change.DecideWhy,
	})

	return err
}

// expireDue ends what nobody confirmed in time and tells which changes those are.
func expireDue(ctx context.Context, tx pg.Tx, now time.Time) ([]int64, error) {
	rows, err := tx.Pgx.Query(ctx, `UPDATE lexicon_changes SET state = 'expired', decided_at = @now
		WHERE state = 'asked' AND expires_at <= @now RETURNING id`, pgx.NamedArgs{"now": now})
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, pgx.RowTo[int64])
}
