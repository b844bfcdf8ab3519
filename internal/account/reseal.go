package account

import (
	"context"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

// AcceptKey makes the newest master key the valid one. Each token that an older key of the ring sealed is
// sealed with it anew, so that the older one can be taken away afterwards; each that none opens is marked as
// unreadable. It returns how many were sealed anew, and how many accounts need a new authorisation. The
// command line calls it after an operator has confirmed.
func (s *Service) AcceptKey(ctx context.Context, actor access.Actor) (moved, lost int, err error) {
	defer fault.Step(&err, "account.AcceptKey")

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		rows, err := allSealed(ctx, tx.DB)
		if err != nil {
			return err
		}

		for _, row := range rows {
			fresh, changed, err := s.box.Reseal(use, bind(row.AccountID), row.seal())

			switch {
			case err != nil:
				lost++
				err = s.MarkTokenBadTx(ctx, tx, s.now(), row.AccountID, TokenUnreadable)
			case changed:
				moved++
				row.Sealed, row.KeyID = fresh.Data, fresh.KeyID
				err = s.resealed(ctx, tx, actor, row)
			}
			if err != nil {
				return err
			}
		}

		return install(ctx, tx.DB, checkRow, s.box.CheckValue(), s.now())
	})

	return moved, lost, err
}

// resealed keeps a token under the key that it was sealed with anew. The token itself stays what it was.
func (s *Service) resealed(ctx context.Context, tx pg.Tx, actor access.Actor, row sealedRow) error {
	if err := moveCredential(ctx, tx.DB, row); err != nil {
		return err
	}
	account, err := FindTx(ctx, tx, row.AccountID)
	if err != nil {
		return err
	}

	return s.note(ctx, tx, actor, account, actReseal, "", map[string]any{"key": row.KeyID})
}
