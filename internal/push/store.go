package push

import (
	"bytes"
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"gorm.io/gorm"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/seal"
)

// findAddress reads the address of an account that the actor manages; one that was never made is empty.
func findAddress(ctx context.Context, db *gorm.DB, actor access.Actor, accountID int64) (Address, error) {
	scope, args := access.Scope(actor, access.AccountManage, "u.path")
	found, err := gorm.G[Address](db).Raw(`
SELECT a.id AS account_id, p.token_hash IS NOT NULL AS open, coalesce(length(p.sealed), 0) > 0 AS secret,
    coalesce(p.revision, 0) AS revision, coalesce(p.made_at, a.created_at) AS made_at,
    coalesce(w.display_name, '') AS made_by, p.verified_at, p.taken_at, coalesce(p.taken, 0) AS taken,
    p.hinted_at, coalesce(p.hinted, 0) AS hinted
FROM accounts a JOIN units u ON u.id = a.unit_id LEFT JOIN push_addresses p ON p.account_id = a.id
    LEFT JOIN users w ON w.id = p.made_by
WHERE a.id = ? AND `+scope, append([]any{accountID}, args...)...).Find(ctx)
	if err != nil {
		return Address{}, err
	}
	if len(found) == 0 {
		return Address{}, fault.NotFound("没有找到，或不在您的管辖范围内")
	}
	one := found[0]
	one.Refusals, err = gorm.G[Refusal](db).Raw(
		"SELECT reason, n, last_at FROM push_refusals WHERE account_id = ? ORDER BY last_at DESC, reason",
		accountID).Find(ctx)

	return one, err
}

// lockAddress lets one person at a time change the address of an account, also the first.
func lockAddress(ctx context.Context, tx pg.Tx, accountID int64) error {
	_, err := tx.Pgx.Exec(ctx, `
SELECT FROM accounts WHERE id = @account_id FOR UPDATE`, pgx.NamedArgs{"account_id": accountID})
	return err
}

// putAddress puts a new token, and a secret where there is one, in the place of the old.
func putAddress(
	ctx context.Context,
	tx pg.Tx,
	accountID int64,
	hash []byte,
	sealed seal.Sealed,
	by int64,
	now time.Time,
) error {
	if sealed.Data == nil {
		sealed.Data = []byte{}
	}
	_, err := tx.Pgx.Exec(ctx, `
INSERT INTO push_addresses AS p (account_id, token_hash, sealed, key_id, made_at, made_by)
VALUES (@account_id, @hash, @data, @key_id, @now, nullif(@by::bigint, 0))
ON CONFLICT (account_id) DO UPDATE SET token_hash = excluded.token_hash,
    sealed = CASE WHEN excluded.key_id = '' THEN p.sealed ELSE excluded.sealed END,
    key_id = CASE WHEN excluded.key_id = '' THEN p.key_id ELSE excluded.key_id END,
    made_at = excluded.made_at, made_by = excluded.made_by, revision = p.revision + 1, verified_at = NULL`,
		pgx.NamedArgs{
			"account_id": accountID,
			"hash":       hash,
			"data":       sealed.Data,
			"key_id":     sealed.KeyID,
			"now":        now,
			"by":         by,
		})

	return err
}

// wipeAddress forgets the token and the secret and keeps the record that there were some.
func wipeAddress(ctx context.Context, tx pg.Tx, accountID int64) error {
	_, err := tx.Pgx.Exec(ctx, `
UPDATE push_addresses SET token_hash = NULL, sealed = ''::bytea, key_id = '', revision = revision + 1
WHERE account_id = @account_id AND token_hash IS NOT NULL`, pgx.NamedArgs{"account_id": accountID})

	return err
}

// target is an address that something was sent to.
type target struct {
	AccountID int64
	UID       string
	Sealed    []byte
	KeyID     string
	hash      []byte
	secret    string
	now       time.Time
}

// findTarget reads the address with a token, and the time at the database.
func findTarget(ctx context.Context, pool *pgxpool.Pool, hash []byte) (target, error) {
	to := target{hash: hash}
	err := pool.QueryRow(ctx, `
SELECT p.account_id, coalesce(a.remote_uid, ''), p.sealed, p.key_id, clock_timestamp()
FROM push_addresses p JOIN accounts a ON a.id = p.account_id
WHERE p.token_hash = @hash AND a.state <> 'closed'`, pgx.NamedArgs{"hash": hash}).
		Scan(&to.AccountID, &to.UID, &to.Sealed, &to.KeyID, &to.now)
	if errors.Is(err, pgx.ErrNoRows) {
		return to, ErrNoAddress
	}

	return to, err
}

// lockTarget keeps others from taking in what is pushed for the account; an address that was revoked
// meanwhile is none.
func lockTarget(ctx context.Context, tx pg.Tx, to target) error {
	done, err := tx.Pgx.Exec(
		ctx,
		`
SELECT FROM push_addresses WHERE account_id = @account_id AND token_hash = @hash FOR UPDATE`,
		pgx.NamedArgs{"account_id": to.AccountID, "hash": to.hash},
	)
	if err == nil && done.RowsAffected() == 0 {
		return ErrNoAddress
	}

	return err
}

// used notes that a signature was used for a body, and tells whether it was before; *Refused where it was for
// another one. The signature covers time and nonce alone, so that the two together are what is used up.
func used(
	ctx context.Context,
	tx pg.Tx,
	accountID, stamp int64,
	nonce string,
	body []byte,
	now time.Time,
) (again bool, err error) {
	done, err := tx.Pgx.Exec(ctx, `
INSERT INTO push_seen (account_id, stamp, nonce, body, at) VALUES (@account_id, @stamp, @nonce, @body, @now)
ON CONFLICT (account_id, stamp, nonce) DO NOTHING`, pgx.NamedArgs{
		"account_id": accountID,
		"stamp":      stamp,
		"nonce":      nonce,
		"body":       body,
		"now":        now,
	})
	if err != nil || done.RowsAffected() == 1 {
		return false, err
	}
	var before []byte
	err = tx.Pgx.QueryRow(ctx, `
SELECT body FROM push_seen WHERE account_id = @account_id AND stamp = @stamp AND nonce = @nonce`,
		pgx.NamedArgs{"account_id": accountID, "stamp": stamp, "nonce": nonce}).
		Scan(&before)
	if err == nil && !bytes.Equal(before, body) {
		return false, refuse(Replayed)
	}

	return true, err
}

func taken(ctx context.Context, tx pg.Tx, accountID int64, now time.Time) error {
	_, err := tx.Pgx.Exec(
		ctx,
		`
UPDATE push_addresses SET taken_at = @now, taken = taken + 1 WHERE account_id = @account_id`,
		pgx.NamedArgs{"account_id": accountID, "now": now},
	)

	return err
}

func verified(ctx context.Context, pool *pgxpool.Pool, accountID int64, now time.Time) error {
	_, err := pool.Exec(
		ctx,
		"UPDATE push_addresses SET verified_at = @now WHERE account_id = @account_id",
		pgx.NamedArgs{"account_id": accountID, "now": now},
	)

	return err
}

func countRefusal(
	ctx context.Context,
	pool *pgxpool.Pool,
	accountID int64,
	reason Reason,
	now time.Time,
) error {
	_, err := pool.Exec(ctx, `
INSERT INTO push_refusals AS r (account_id, reason, n, last_at) VALUES (@account_id, @reason, 1, @now)
ON CONFLICT (account_id, reason) DO UPDATE SET n = r.n + 1, last_at = excluded.last_at`,
		pgx.NamedArgs{"account_id": accountID, "reason": string(reason), "now": now})

	return err
}

// putHint keeps what the partner push sent, the last of an account.
func putHint(ctx context.Context, tx pg.Tx, accountID int64, body []byte, now time.Time) error {
	batch := &pgx.Batch{}
	batch.Queue(`
INSERT INTO push_hints (account_id, at, body) VALUES (@account_id, @now, @body)`,
		pgx.NamedArgs{"account_id": accountID, "now": now, "body": body})
	batch.Queue(`
DELETE FROM push_hints WHERE account_id = @account_id
    AND id <= (SELECT id FROM push_hints WHERE account_id = @account_id
    ORDER BY id DESC OFFSET @most_hints LIMIT 1)`,
		pgx.NamedArgs{"account_id": accountID, "most_hints": mostHints})
	batch.Queue(`
UPDATE push_addresses SET hinted_at = @now, hinted = hinted + 1 WHERE account_id = @account_id`,
		pgx.NamedArgs{"account_id": accountID, "now": now})

	return tx.Pgx.SendBatch(ctx, batch).Close()
}

func sweep(ctx context.Context, pool *pgxpool.Pool, seen, hints time.Time) error {
	batch := &pgx.Batch{}
	batch.Queue("DELETE FROM push_seen WHERE at < @seen", pgx.NamedArgs{"seen": seen})
	batch.Queue("DELETE FROM push_hints WHERE at < @hints", pgx.NamedArgs{"hints": hints})

	return pool.SendBatch(ctx, batch).Close()
}
