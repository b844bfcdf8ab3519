package channel

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/seal"
)

// Reseal seals anew, with the newest key of a ring, the secrets of channels that an older one sealed. It
// returns how many it moved and how many no key of the ring opens: these stay as they are, and say on their
// page that they have to be typed again.
func Reseal(
	ctx context.Context, db *pg.DB, box *seal.Box, now time.Time, actor access.Actor,
) (moved, lost int, err error) {
	defer fault.Step(&err, "channel.Reseal")

	s := &Service{db: db, opt: Options{Box: box, Now: func() time.Time { return now }}}
	err = db.InTx(ctx, func(tx pg.Tx) error {
		rows, err := tx.Pgx.Query(ctx, `
SELECT id, key_id, sealed FROM channels WHERE key_id NOT IN ('', @key_id) ORDER BY id FOR UPDATE`,
			pgx.NamedArgs{"key_id": box.KeyID()})
		if err != nil {
			return err
		}
		list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[seal.Row])
		if err != nil {
			return err
		}
		moved, lost, err = box.ResealRows(use, bind, list, func(id int64, fresh seal.Sealed) error {
			return s.resealed(ctx, tx, actor, id, fresh)
		})

		return err
	})

	return moved, lost, err
}

// resealed keeps what was sealed anew. The secret itself stays what it was.
func (s *Service) resealed(
	ctx context.Context, tx pg.Tx, actor access.Actor, id int64, fresh seal.Sealed,
) error {
	_, err := tx.Pgx.Exec(ctx, `
UPDATE channels SET key_id = @key_id, sealed = @data WHERE id = @id`,
		pgx.NamedArgs{"id": id, "key_id": fresh.KeyID, "data": fresh.Data})
	if err != nil {
		return err
	}
	one, err := findChannel(ctx, tx.DB, actor, id)
	if err != nil {
		return err
	}

	return s.record(ctx, tx, actor, actReseal, one, map[string]any{"key": fresh.KeyID})
}
