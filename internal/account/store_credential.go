package account

import (
	"context"
	"time"

	"gorm.io/gorm"

	"juzhen/internal/fault"
	"juzhen/internal/seal"
)

// sealedRow is a credential as it lies in the database.
type sealedRow struct {
	AccountID  int64
	Sealed     []byte
	KeyID      string
	RemoteUID  string
	AppKey     string
	Origin     string
	State      string
	ExpiresAt  *time.Time
	ObtainedAt time.Time
	CheckedAt  *time.Time
	WarnedDays *int
	AccountUID string // that the matrix knows the account by
}

func (c sealedRow) seal() seal.Sealed { return seal.Sealed{KeyID: c.KeyID, Data: c.Sealed} }

func (c sealedRow) summary() Credential {
	return Credential{
		State:      TokenState(c.State),
		Origin:     Origin(c.Origin),
		RemoteUID:  c.RemoteUID,
		ExpiresAt:  c.ExpiresAt,
		ObtainedAt: &c.ObtainedAt,
		CheckedAt:  c.CheckedAt,
	}
}

const selectSealed = `SELECT account_id, sealed, key_id, remote_uid, app_key, origin, state, expires_at,
		obtained_at, checked_at, warned_days,
       coalesce((SELECT a.remote_uid FROM accounts a WHERE a.id = account_id), '') AS account_uid
FROM credentials WHERE `

// findSealed reads the credential of an account; state "none" when there is none.
func findSealed(ctx context.Context, db *gorm.DB, id int64) (sealedRow, error) {
	rows, err := gorm.G[sealedRow](db).Raw(selectSealed+"account_id = ?", id).Find(ctx)
	if err != nil {
		return sealedRow{}, err
	}
	if len(rows) == 0 {
		return sealedRow{AccountID: id, State: string(TokenNone)}, nil
	}

	return rows[0], nil
}

// allSealed reads every credential that should open, and locks it.
func allSealed(ctx context.Context, db *gorm.DB) ([]sealedRow, error) {
	return gorm.G[sealedRow](db).Raw(selectSealed + `
		state IN ('valid', 'expired') ORDER BY account_id FOR UPDATE`).Find(ctx)
}

// expiring reads the valid credentials of accounts in use that end before the instant.
func expiring(ctx context.Context, db *gorm.DB, before time.Time) ([]sealedRow, error) {
	return gorm.G[sealedRow](db).Raw(selectSealed+`state = 'valid' AND expires_at <= ?
AND account_id IN (SELECT id FROM accounts WHERE state <> 'closed') ORDER BY expires_at`, before).Find(ctx)
}

// stepCredential notes that people are told of a step of the expiry; step 0 also ends the token. False:
// somebody else did it.
func stepCredential(ctx context.Context, db *gorm.DB, row sealedRow, step int) (bool, error) {
	done := db.WithContext(ctx).Exec(`
UPDATE credentials SET warned_days = ?, state = CASE WHEN ? = 0 THEN 'expired' ELSE state END
WHERE account_id = ? AND state = 'valid' AND obtained_at = ? AND coalesce(warned_days, 99) > ?`,
		step, step, row.AccountID, row.ObtainedAt, step)

	return done.RowsAffected == 1, done.Error
}

// markCredential is the compare-and-set from valid to a bad state; false when there was no valid token
// from before at.
func markCredential(ctx context.Context, db *gorm.DB, id int64, bad TokenState, at time.Time) (bool, error) {
	done := db.WithContext(ctx).Exec(`
UPDATE credentials SET state = ?, checked_at = ? WHERE account_id = ? AND state IN ('valid', 'expired')
    AND state <> ? AND obtained_at <= ?`,
		bad, at, id, bad, at)

	return done.RowsAffected == 1, done.Error
}

// putCredential replaces the credential of an account.
func putCredential(
	ctx context.Context,
	db *gorm.DB,
	id int64,
	sealed seal.Sealed,
	v verified,
	by int64,
	at time.Time,
) error {
	return db.WithContext(ctx).Exec(`
INSERT INTO credentials (account_id, sealed, key_id, remote_uid, app_key, origin, state, expires_at,
    obtained_at, obtained_by, checked_at)
VALUES (?, ?, ?, ?, ?, ?, 'valid', ?, ?, nullif(?, 0), ?)
ON CONFLICT (account_id) DO UPDATE
    SET sealed = excluded.sealed, key_id = excluded.key_id, remote_uid = excluded.remote_uid,
    app_key = excluded.app_key, origin = excluded.origin, state = 'valid', expires_at = excluded.expires_at,
    obtained_at = excluded.obtained_at, obtained_by = excluded.obtained_by, checked_at = excluded.checked_at,
        warned_days = NULL`,
		id, sealed.Data, sealed.KeyID, v.uid, v.appKey, v.origin, v.expires, at, by, at).Error
}

// moveCredential keeps what was sealed anew.
func moveCredential(ctx context.Context, db *gorm.DB, row sealedRow) error {
	return db.WithContext(ctx).Exec("UPDATE credentials SET sealed = ?, key_id = ? WHERE account_id = ?",
		row.Sealed, row.KeyID, row.AccountID).Error
}

// wipeCredential forgets the token and keeps the record that there was one.
func wipeCredential(ctx context.Context, db *gorm.DB, id int64) error {
	return db.WithContext(ctx).Exec(`
		UPDATE credentials SET sealed = ''::bytea, key_id = '', state = 'revoked' WHERE account_id = ?`,
		id).Error
}

func checkedCredential(ctx context.Context, db *gorm.DB, id int64, at time.Time) error {
	return db.WithContext(ctx).
		Exec("UPDATE credentials SET checked_at = ? WHERE account_id = ?", at, id).
		Error
}

func countReadable(ctx context.Context, db *gorm.DB) (n int, err error) {
	err = db.WithContext(ctx).Raw(`
		SELECT count(*) FROM credentials WHERE state IN ('valid', 'expired')`).Scan(&n).Error
	return n, err
}

// installed gives a fact of the installation and records it when there is none yet.
func installed(
	ctx context.Context,
	db *gorm.DB,
	name string,
	first []byte,
	at time.Time,
) (value []byte, err error) {
	err = db.WithContext(ctx).Exec(`
		INSERT INTO installation (name, value, at) VALUES (?, ?, ?) ON CONFLICT (name) DO NOTHING`,
		name, first, at).Error
	if err != nil {
		return nil, err
	}
	err = db.WithContext(ctx).Raw("SELECT value FROM installation WHERE name = ?", name).Row().Scan(&value)

	return value, err
}

func install(ctx context.Context, db *gorm.DB, name string, value []byte, at time.Time) error {
	return db.WithContext(ctx).Exec(`INSERT INTO installation (name, value, at) VALUES (?, ?, ?)
ON CONFLICT (name) DO UPDATE SET value = excluded.value, at = excluded.at`, name, value, at).Error
}

// insertState keeps the hash of a state of the authorisation, and forgets those that have run out.
func insertState(
	ctx context.Context,
	db *gorm.DB,
	hash []byte,
	accountID, userID, sessionID int64,
	now, expires time.Time,
) error {
	if err := db.WithContext(ctx).
		Exec("DELETE FROM oauth_states WHERE expires_at < ?", now).
		Error; err != nil {
		return err
	}

	return db.WithContext(ctx).Exec(`
		INSERT INTO oauth_states (account_id, state_hash, user_id, session_id, expires_at)
			VALUES (?, ?, ?, ?, ?)`,
		accountID, hash, userID, sessionID, expires).Error
}

// takeState uses a state up, whoever brings it, and gives its account only to the session that began.
func takeState(
	ctx context.Context,
	db *gorm.DB,
	hash []byte,
	userID, sessionID int64,
	now time.Time,
) (int64, error) {
	type state struct {
		AccountID, UserID, SessionID int64
		ExpiresAt                    time.Time
	}
	rows, err := gorm.G[state](db).Raw(`
		DELETE FROM oauth_states WHERE state_hash = ? RETURNING account_id, user_id, session_id, expires_at`,
		hash).
		Find(ctx)
	if err != nil {
		return 0, err
	}
	if len(rows) == 0 || rows[0].UserID != userID || rows[0].SessionID != sessionID ||
		now.After(rows[0].ExpiresAt) {
		return 0, fault.Conflict("这次授权已失效，或不是在本次登录中发起的；请从账号页面重新发起").WithCode("oauth_state")
	}

	return rows[0].AccountID, nil
}
