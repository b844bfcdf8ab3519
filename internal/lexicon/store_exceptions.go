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

var selectExceptions = `SELECT e.id, e.lexicon_id, l.name AS list_name, l.kind AS list_kind, e.unit_id,
	u.name AS unit_name, u.path AS unit_path, e.word, e.text, coalesce(e.post_id, 0) AS post_id, ` +
	AskedSQL("e") + `
FROM lexicon_exceptions e
JOIN lexicons l ON l.id = e.lexicon_id
JOIN units u ON u.id = e.unit_id
JOIN users a ON a.id = e.asked_by
LEFT JOIN users d ON d.id = e.decided_by
WHERE `

type exceptionRow struct {
	ID, LexiconID      int64
	ListName           string
	ListKind           Kind
	UnitID             int64
	UnitName, UnitPath string
	Word, Text         string
	PostID             int64
	Asked
}

func exceptionsWhere(ctx context.Context, db *gorm.DB, where string, args ...any) ([]Exception, error) {
	rows, err := gorm.G[exceptionRow](db).Raw(selectExceptions+where, args...).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("read exceptions: %w", err)
	}

	out := make([]Exception, len(rows))
	for i, row := range rows {
		out[i] = Exception{
			ID:       row.ID,
			List:     List{ID: row.LexiconID, Name: row.ListName, Kind: row.ListKind},
			UnitID:   row.UnitID,
			UnitName: row.UnitName,
			UnitPath: row.UnitPath,
			Word:     row.Word,
			Text:     row.Text,
			PostID:   row.PostID,
			Asked:    row.UTC(),
		}
	}

	return out, nil
}

func oneException(list []Exception, err error) (Exception, error) {
	if err == nil && len(list) == 0 {
		err = fault.NotFound("没有找到这项申请，或不在您的管辖范围内")
	}
	if err != nil {
		return Exception{}, err
	}

	return list[0], nil
}

// seenException reads one of the actor's own units.
func seenException(ctx context.Context, db *gorm.DB, actor access.Actor, id int64) (Exception, error) {
	cond, args := access.Scope(actor, access.LexiconView, "u.path")

	return oneException(exceptionsWhere(ctx, db, "e.id = ? AND "+cond, append([]any{id}, args...)...))
}

// lockPleas lets one transaction at a time ask for exceptions of a unit.
func lockPleas(ctx context.Context, tx pg.Tx, unit int64) error {
	_, err := tx.Pgx.Exec(
		ctx,
		`SELECT pg_advisory_xact_lock(hashtext('lexicon.exceptions'), @unit::bigint::integer)`,
		pgx.NamedArgs{"unit": unit},
	)

	return err
}

// pleaThere gives the exception that was asked for just so, 0 for none, and how many of the unit wait.
func pleaThere(ctx context.Context, tx pg.Tx, plea Plea) (there int64, waiting int, err error) {
	err = tx.Pgx.QueryRow(ctx, `SELECT
	coalesce((SELECT id FROM lexicon_exceptions WHERE text_hash = @text AND lexicon_id = @list_id
	    AND unit_id = @unit_id
		AND word = @word AND state IN ('asked', 'confirmed')), 0),
	(SELECT count(*) FROM lexicon_exceptions WHERE unit_id = @unit_id AND state = 'asked')`,
		pgx.NamedArgs{
			"text":    HashOf(plea.Text),
			"list_id": plea.ListID,
			"unit_id": plea.UnitID,
			"word":    plea.Word,
		}).Scan(&there, &waiting)

	return there, waiting, err
}

func insertException(
	ctx context.Context,
	tx pg.Tx,
	plea Plea,
	by int64,
	now time.Time,
) (id int64, err error) {
	err = tx.Pgx.QueryRow(ctx, `INSERT INTO lexicon_exceptions
		(lexicon_id, unit_id, word, text_hash, text, post_id, state, why, asked_by, asked_at, expires_at)
		VALUES (@list_id, @unit_id, @word, @text, @plea_text, nullif(@post_id::bigint, 0), 'asked', @why,
		    @by, @now, @asked_life) RETURNING id`,
		pgx.NamedArgs{
			"list_id":    plea.ListID,
			"unit_id":    plea.UnitID,
			"word":       plea.Word,
			"text":       HashOf(plea.Text),
			"plea_text":  plea.Text,
			"post_id":    plea.PostID,
			"why":        plea.Why,
			"by":         by,
			"now":        now,
			"asked_life": now.Add(askedLife),
		}).Scan(&id)

	return id, err
}

func updateException(ctx context.Context, tx pg.Tx, e Exception) error {
	_, err := tx.Pgx.Exec(ctx, `UPDATE lexicon_exceptions
		SET state = @state, decided_by = @decided_by, decided_at = @decided_at,
		    decide_why = @decide_why WHERE id = @id AND state = 'asked'`,
		pgx.NamedArgs{
			"id":         e.ID,
			"state":      e.State,
			"decided_by": e.DecidedBy,
			"decided_at": e.DecidedAt,
			"decide_why": e.DecideWhy,
		})

	return err
}

// expireExceptions ends what nobody confirmed in time and tells which those are.
func expireExceptions(ctx context.Context, tx pg.Tx, now time.Time) ([]int64, error) {
	rows, err := tx.Pgx.Query(ctx, `UPDATE lexicon_exceptions SET state = 'expired', decided_at = @now
		WHERE state = 'asked' AND expires_at <= @now RETURNING id`, pgx.NamedArgs{"now": now})
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, pgx.RowTo[int64])
}
