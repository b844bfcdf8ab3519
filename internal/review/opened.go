package review

import (
	"bytes"
	"context"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

// Opened writes down that the actor has read the version with this hash and wants to approve it together with
// others later. It decides nothing. Fails as DecideTx does for who may not decide the open step, and for
// another version or hash.
func (s *Service) Opened(
	ctx context.Context,
	actor access.Actor,
	postID int64,
	version int,
	hash []byte,
) (err error) {
	defer fault.Step(&err, "review.Opened %d", postID)

	return s.db.InTx(ctx, func(tx pg.Tx) error {
		matter, err := findMatter(ctx, tx.DB, postID)
		if err != nil {
			return err
		}
		if err := mayReview(ctx, tx, actor, postID, matter.UnitPath); err != nil {
			return err
		}
		run, err := lockRun(ctx, tx, postID, version)
		if err != nil {
			return err
		}
		people, err := peopleOf(ctx, access.NewAct(tx, s.now(), actor), run)
		if err != nil {
			return err
		}
		if err := run.May(actor.UserID, people); err != nil {
			return err
		}
		if !bytes.Equal(run.Hash, hash) {
			return errOtherHash()
		}
		if _, err := tx.Pgx.Exec(ctx, `
INSERT INTO review_opened (user_id, version_id, hash, at) VALUES (@user_id, @version_id, @hash, @at)
ON CONFLICT (version_id, user_id) DO UPDATE SET hash = excluded.hash, at = excluded.at`,
			pgx.NamedArgs{
				"user_id":    actor.UserID,
				"version_id": run.VersionID,
				"hash":       hash,
				"at":         s.now(),
			}); err != nil {
			return err
		}

		return s.record(
			ctx,
			tx,
			actor,
			actOpened,
			postID,
			matter.UnitPath,
			map[string]any{"version": version},
		)
	})
}

// wasOpened fails with fault.Conflict where the actor has not opened the version as it is now.
func wasOpened(ctx context.Context, tx pg.Tx, actor access.Actor, run Run) (err error) {
	opened := false
	err = tx.Pgx.QueryRow(ctx, `
SELECT EXISTS (SELECT FROM review_opened WHERE user_id = @user_id AND version_id = @version_id
    AND hash = @hash)`,
		pgx.NamedArgs{"user_id": actor.UserID, "version_id": run.VersionID, "hash": run.Hash}).Scan(&opened)
	if err == nil && !opened {
		return fault.Conflict("您还没有标明看过这一版，请看过再批准").WithCode("not_opened")
	}

	return err
}
