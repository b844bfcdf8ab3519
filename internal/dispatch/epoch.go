package dispatch

import (
	"context"
	"fmt"

	"juzhen/internal/delivery"
	"juzhen/internal/pg"
)

// halted is why nothing is sent after a restore.
const halted = "restored"

// checkEpoch compares the database with the one this installation knows: another system identifier or
// timeline means that it was restored or promoted and may have forgotten marks. Then sending stays
// stopped until a person releases it, and what was due since is looked up instead of sent.
func (e *Engine) checkEpoch(ctx context.Context) error {
	err := e.db.InTxRetry(ctx, func(tx pg.Tx) error {
		var now string
		err := tx.Pgx.QueryRow(ctx, `
SELECT (SELECT system_identifier FROM pg_control_system())::text || '/' || (SELECT timeline_id
    FROM pg_control_checkpoint())`).Scan(&now)
		if err != nil {
			return err
		}

		return delivery.CheckEpochTx(ctx, tx, e.clk.Now(), now, e.del)
	})
	if err != nil {
		return fmt.Errorf("compare the database with the one known: %w", err)
	}

	return e.readHalt(ctx)
}

// readHalt learns whether sending is stopped for all processes.
func (e *Engine) readHalt(ctx context.Context) error {
	stopped, err := delivery.SendingStopped(ctx, e.db.Gorm(ctx))
	if err != nil {
		return err
	}
	if !stopped {
		e.halt.Store(nil)
		return nil
	}
	why := halted
	e.halt.Store(&why)

	return nil
}

// lost follows a restore while the process runs.
func (e *Engine) lost(ctx context.Context) error { return e.readHalt(ctx) }
