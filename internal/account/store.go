package account

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/glyph"
	"juzhen/internal/pg"
)

// row is an account as it lies in the database, with its unit and the summary of its credential.
type row struct {
	ID          int64
	UnitID      int64
	UnitName    string
	UnitPath    string
	Platform    string
	Handle      string
	DisplayName string
	Seat        string
	State       string
	Connector   string
	RemoteUID   string
	LateMs      int64
	GapMs       int64
	AutoResend  bool
	TestedAt    *time.Time
	FailedAt    *time.Time
	FailedStep  string
	Position    int
	CreatedAt   time.Time
	TokenState  string
	TokenOrigin string
	TokenUID    string
	ExpiresAt   *time.Time
	ObtainedAt  *time.Time
	ObtainedBy  string
	CheckedAt   *time.Time
}

const selectAccount = `
SELECT a.id, a.unit_id, u.name AS unit_name, u.path AS unit_path, a.platform, a.handle, a.display_name,
    a.seat, a.state, a.connector,
       coalesce(a.remote_uid, '') AS remote_uid, (extract(epoch FROM a.late_limit) * 1000)::bigint AS late_ms,
       (extract(epoch FROM a.min_gap) * 1000)::bigint AS gap_ms, a.auto_resend, a.tested_at,
           a.test_failed_at AS failed_at, a.test_failed AS failed_step, a.position, a.created_at,
       coalesce(c.state, '') AS token_state, coalesce(c.origin, '') AS token_origin,
           coalesce(c.remote_uid, '') AS token_uid,
       c.expires_at, c.obtained_at, coalesce(o.display_name, '') AS obtained_by, c.checked_at
FROM accounts a JOIN units u ON u.id = a.unit_id
LEFT JOIN credentials c ON c.account_id = a.id
LEFT JOIN users o ON o.id = c.obtained_by
WHERE `

func (r row) account() Account {
	return Account{
		ID:          r.ID,
		UnitID:      r.UnitID,
		UnitName:    r.UnitName,
		UnitPath:    r.UnitPath,
		Platform:    r.Platform,
		Handle:      r.Handle,
		DisplayName: r.DisplayName,
		Seat:        Seat(r.Seat),
		State:       State(r.State),
		Connector:   Connector(r.Connector),
		RemoteUID:   r.RemoteUID,
		LateLimit:   time.Duration(r.LateMs) * time.Millisecond,
		MinGap:      time.Duration(r.GapMs) * time.Millisecond,
		AutoResend:  r.AutoResend,
		TestedAt:    r.TestedAt,
		FailedAt:    r.FailedAt,
		FailedStep:  Step(r.FailedStep),
		Position:    r.Position,
		CreatedAt:   r.CreatedAt,
		Token:       r.credential(),
	}
}

func (r row) credential() Credential {
	c := Credential{
		State:      TokenState(r.TokenState),
		Origin:     Origin(r.TokenOrigin),
		RemoteUID:  r.TokenUID,
		ExpiresAt:  r.ExpiresAt,
		ObtainedAt: r.ObtainedAt,
		ObtainedBy: r.ObtainedBy,
		CheckedAt:  r.CheckedAt,
	}
	if c.State == "" {
		c.State = TokenNone
	}

	return c
}

// selectAccounts reads the accounts for which the condition holds, in the order of the matrix.
func selectAccounts(ctx context.Context, db *gorm.DB, cond string, args ...any) ([]Account, error) {
	return selectFirst(ctx, db, 0, cond, args...)
}

// selectFirst is selectAccounts of the first n; 0 is all.
func selectFirst(ctx context.Context, db *gorm.DB, n int, cond string, args ...any) ([]Account, error) {
	cond += " ORDER BY a.position, a.id"
	if n > 0 {
		cond, args = cond+" LIMIT ?", append(args, n)
	}
	rows, err := gorm.G[row](db).Raw(selectAccount+cond, args...).Find(ctx)
	if err != nil {
		return nil, err
	}

	list := make([]Account, len(rows))
	for i, r := range rows {
		list[i] = r.account()
	}

	return list, nil
}

func one(list []Account, err error) (Account, error) {
	if err != nil {
		return Account{}, err
	}
	if len(list) == 0 {
		return Account{}, fault.NotFound("没有找到，或不在您的管辖范围内")
	}

	return list[0], nil
}

// findAccount reads one account where the actor holds p.
func findAccount(
	ctx context.Context,
	db *gorm.DB,
	actor access.Actor,
	permission access.Permission,
	id int64,
) (Account, error) {
	scope, args := access.Scope(actor, permission, "u.path")
	return one(selectAccounts(ctx, db, "a.id = ? AND "+scope, append([]any{id}, args...)...))
}

// lockAccount reads one account for a change by the actor and keeps others from changing it until the
// transaction ends. It fails like access.Require when the actor may not manage it.
func lockAccount(ctx context.Context, db *gorm.DB, actor access.Actor, id int64) (Account, error) {
	if err := db.WithContext(ctx).Exec("SELECT FROM accounts WHERE id = ? FOR UPDATE", id).Error; err != nil {
		return Account{}, err
	}
	account, err := one(selectAccounts(ctx, db, "a.id = ?", id))
	if err != nil {
		return Account{}, err
	}

	return account, access.Require(actor, access.AccountManage, account.UnitPath)
}

var errHandleTaken = fault.Invalid("handle", "这个账号名称已登记在矩阵中")

// handleLock is held by whoever gives an account a name, so that no twin slips in between.
const handleLock = 0x6a7a68616e646c // "jzhandl"

// twinsSQL finds the names that may have a key: those that have it by the database's own means, and
// those from before names were cleaned, with something in them that is not seen or more than one blank.
const twinsSQL = `SELECT handle FROM accounts WHERE id <> ?
	AND (lower(normalize(handle, NFKC)) = ?
		OR handle ~ '[\u00AD\u034F\u061C\u115F\u1160\u180B-\u180F\u200B-\u200F\u202A-\u202E\u2060-\u206F\u2800\u3164\uFE00-\uFE0F\uFEFF\uFFA0]'
		OR handle ~ '^\s|\s\s|\s$'
		OR handle ~ '[\U000E0000-\U000E0FFF]')`

// handleFree refuses a name that nobody could tell from that of another account of the matrix.
func handleFree(ctx context.Context, tx pg.Tx, self int64, handle string) error {
	if _, err := tx.Pgx.Exec(ctx, `
SELECT pg_advisory_xact_lock(@handle_lock)`,
		pgx.NamedArgs{"handle_lock": int64(handleLock)}); err != nil {
		return fmt.Errorf("lock names of accounts: %w", err)
	}
	key := glyph.Fold(handle)
	handles, err := gorm.G[string](tx.DB).Raw(twinsSQL, self, key).Find(ctx)
	if err != nil {
		return fmt.Errorf("read names of accounts: %w", err)
	}

	for _, other := range handles {
		if glyph.Fold(other) == key {
			return errHandleTaken
		}
	}

	return nil
}

// taken says in words which constraint of accounts was hit.
func taken(err error) error {
	return pg.Fault(err, map[string]error{
		"accounts_handle_unique": errHandleTaken,
		"accounts_remote_unique": fault.Conflict("这个微博 UID 已登记在矩阵的另一个账号下").WithCode("uid_taken"),
	})
}

func insertAccount(ctx context.Context, db *gorm.DB, draft Draft, at time.Time) (int64, error) {
	var id int64
	err := db.WithContext(ctx).Raw(`
INSERT INTO accounts (unit_id, platform, handle, display_name, seat, state, connector, remote_uid, late_limit,
    min_gap, auto_resend, position, created_at)
VALUES (?, ?, ?, ?, ?, ?, ?, nullif(?, ''), ? * interval '1 millisecond', ? * interval '1 millisecond', ?, ?,
    ?) RETURNING id`,
		draft.UnitID, Weibo, draft.Handle, draft.DisplayName, draft.Seat, Preparing, draft.Connector,
		draft.RemoteUID, draft.LateLimit.Milliseconds(),
		draft.MinGap.Milliseconds(), draft.AutoResend, draft.Position, at).
		Scan(&id).Error

	return id, taken(err)
}

// updateAccount writes the draft; another connector needs another test.
func updateAccount(ctx context.Context, db *gorm.DB, id int64, draft Draft) error {
	return taken(db.WithContext(ctx).Exec(`
UPDATE accounts SET unit_id = ?, handle = ?, display_name = ?, seat = ?, remote_uid = nullif(?, ''),
       tested_at = CASE WHEN connector = ? THEN tested_at END, connector = ?,
           late_limit = ? * interval '1 millisecond',
       min_gap = ? * interval '1 millisecond', auto_resend = ?, position = ? WHERE id = ?`,
		draft.UnitID, draft.Handle, draft.DisplayName, draft.Seat, draft.RemoteUID, draft.Connector,
		draft.Connector, draft.LateLimit.Milliseconds(),
		draft.MinGap.Milliseconds(), draft.AutoResend, draft.Position, id).
		Error)
}

func insertName(ctx context.Context, db *gorm.DB, id int64, draft Draft, at time.Time, by int64) error {
	return db.WithContext(ctx).Exec(`INSERT INTO account_names (account_id, display_name, handle, since,
			changed_by) VALUES (?, ?, ?, ?, nullif(?, 0))
ON CONFLICT (account_id, since) DO UPDATE SET display_name = excluded.display_name, handle = excluded.handle`,
		id, draft.DisplayName, draft.Handle, at, by).Error
}

func selectNames(ctx context.Context, db *gorm.DB, id int64) ([]Name, error) {
	return gorm.G[Name](db).Raw(`
SELECT n.handle, n.display_name, n.since, coalesce(u.display_name, '') AS changed_by
FROM account_names n LEFT JOIN users u ON u.id = n.changed_by WHERE n.account_id = ? ORDER BY n.since DESC`,
		id).
		Find(ctx)
}

// setState is the compare-and-set of an account's life; false when the account was no longer in state from.
func setState(ctx context.Context, db *gorm.DB, id int64, from, to State) (bool, error) {
	done := db.WithContext(ctx).Exec("UPDATE accounts SET state = ? WHERE id = ? AND state = ?", to, id, from)
	return done.RowsAffected == 1, done.Error
}

func setTested(ctx context.Context, db *gorm.DB, id int64, connector Connector, at time.Time) error {
	return db.WithContext(ctx).Exec(`
UPDATE accounts SET tested_at = ?, test_failed_at = NULL, test_failed = '' WHERE id = ? AND connector = ?`,
		at, id, connector).Error
}

// setFailed writes down a connection test that did not pass; an older one that did counts no more.
func setFailed(ctx context.Context, db *gorm.DB, id int64, step Step, at time.Time) error {
	return db.WithContext(ctx).Exec(`
		UPDATE accounts SET tested_at = NULL, test_failed_at = ?, test_failed = ? WHERE id = ?`,
		at, step, id).Error
}

func setRemoteUID(ctx context.Context, db *gorm.DB, id int64, uid string) error {
	return taken(db.WithContext(ctx).Exec(`
		UPDATE accounts SET remote_uid = ? WHERE id = ? AND remote_uid IS NULL`, uid, id).Error)
}
