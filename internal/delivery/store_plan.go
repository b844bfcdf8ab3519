package delivery

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/pause"
	"juzhen/internal/pg"
	"juzhen/internal/post"
)

// lastInstant is SQL of the last instant at which what is due may be sent: as the version asks, else the
// account's limit, and for what waits for a lead not before that gives up. NULL while nothing is due.
func lastInstant(due, version, limit, lead string) string {
	return "coalesce(" + post.UntilSQL(due, version) + ", greatest(" + due + " + " + limit +
		", CASE WHEN " + due + " IS NOT NULL THEN " + lead + " END))"
}

const accountLimit = "(SELECT a.late_limit FROM accounts a WHERE a.id = d.account_id)"

// dueAnew gives a delivery d another due time, and the last instant that goes with it.
var dueAnew = `due_at = @due::timestamptz, not_before = NULL, owner = NULL, plan = d.plan + 1,
	not_after = ` + lastInstant("@due::timestamptz", "d.version_id", accountLimit, "d.lead_until")

// bindSet binds a delivery to a version as it was frozen, with its lead (leadColumns.into) and nothing left
// of older plans.
var bindSet = `version_id = @version, plan = d.plan + 1, urgent = @urgent, due_at = @due::timestamptz,
		approved = false, approved_hash = NULL,
    payload_hash = (SELECT vt.payload_hash FROM version_targets vt
        WHERE vt.version_id = @version AND vt.account_id = d.account_id),
    connector = (SELECT a.connector FROM accounts a WHERE a.id = d.account_id),
    not_after = ` + lastInstant("@due::timestamptz", "@version", accountLimit, "@lead_until::timestamptz") + `,
    lead_id = @lead::bigint, lead_version = @lead_version::bigint, lead_until = @lead_until::timestamptz,
    not_before = NULL, pause_id = NULL, owner = NULL, wish = NULL, wish_due_at = NULL, wish_by = NULL,
        uploads = '[]', looks = 0,
    next_look_at = NULL, taken_by = NULL, taken_at = NULL`

// unapproved takes away the instant for which an older version was approved.
const unapproved = ", approved_from = NULL"

// backToPlanned are the states out of which a newly submitted version takes a delivery.
var backToPlanned = []State{Waiting, Preparing, Held, Handoff, Failed, Missed, Cancelled, Expired}

const ofVersion = `
	d.post_id = @post AND d.account_id IN (SELECT vt.account_id FROM version_targets vt
		WHERE vt.version_id = @version)`

// planTx gives each account of the submitted version its delivery: a new row, or the one it has if
// nothing went out on it.
func planTx(ctx context.Context, tx pg.Tx, now time.Time, p post.Post, version post.Version, by int64) error {
	args := pgx.NamedArgs{"post": p.ID, "version": version.ID, "urgent": p.Urgent, "due": p.DueAt}
	lead := leadOf(version)
	lead.into(args)

	moves := []Move{
		{From: []State{Planned}, Where: ofVersion, Set: bindSet + unapproved, Code: WasReplanned},
		{From: backToPlanned, To: Planned, Where: ofVersion, Set: bindSet + unapproved, Code: WasReplanned},
		{From: []State{Planned, Failed, Missed, Expired}, To: Cancelled, Code: AccountDropped,
			Where: `
				d.post_id = @post AND d.account_id NOT IN (SELECT vt.account_id FROM version_targets vt
					WHERE vt.version_id = @version)`},
	}
	for _, move := range moves {
		move.Args, move.By = args, by
		if _, err := move.Run(ctx, tx.Pgx, now); err != nil {
			return err
		}
	}

	return insertDeliveries(ctx, tx, now, p, version, by)
}

var insertSQL = `
WITH keys AS (SELECT * FROM unnest($1::bigint[], $2::bytea[]) AS k(account_id, mark_key)),
turns AS (
    INSERT INTO account_turns (account_id, kind) SELECT account_id, $13 FROM keys ON CONFLICT DO NOTHING),
added AS (
    INSERT INTO all_deliveries (kind, post_id, version_id, account_id, platform, connector, state, plan,
        urgent, due_at, not_after, approved,
                            payload_hash, mark_key, lead_id, lead_version, lead_until, created_at, updated_at)
    SELECT $13, $3, $4, k.account_id, a.platform, a.connector, 'planned', 1, $5, $6::timestamptz,
        ` + lastInstant("$6::timestamptz", "$4", "a.late_limit", "$12::timestamptz") + `, false,
           vt.payload_hash, k.mark_key, $10::bigint, $11::bigint, $12::timestamptz, $7, $7
    FROM keys k JOIN accounts a ON a.id = k.account_id JOIN version_targets vt ON vt.version_id = $4
        AND vt.account_id = k.account_id
    ORDER BY k.account_id
    ON CONFLICT (post_id, account_id) DO NOTHING RETURNING id)
INSERT INTO delivery_events (delivery_id, at, from_state, to_state, plan, by_user, code)
SELECT id, $7, 'planned', 'planned', 1, nullif($8::bigint, 0), $9 FROM added ORDER BY id`

func insertDeliveries(
	ctx context.Context,
	tx pg.Tx,
	now time.Time,
	p post.Post,
	version post.Version,
	by int64,
) error {
	accounts, keys := make([]int64, len(version.Targets)), make([][]byte, len(version.Targets))
	for i, target := range version.Targets {
		accounts[i], keys[i] = target.AccountID, make([]byte, 16)
		_, _ = rand.Read(keys[i]) // never fails
	}
	lead := leadOf(version)
	_, err := tx.Pgx.Exec(
		ctx,
		insertSQL,
		accounts,
		keys,
		p.ID,
		version.ID,
		p.Urgent,
		p.DueAt,
		now,
		by,
		string(WasPlanned),
		lead.delivery,
		lead.version,
		lead.until,
		version.Kind(),
	)

	return err
}

// shareSQL keeps pauses of the places concerned waiting until this transaction ends: a pause takes the
// same rows FOR UPDATE.
const shareUnits = `
SELECT u.id FROM units u WHERE EXISTS (
    SELECT FROM accounts a JOIN units au ON au.id = a.unit_id JOIN all_deliveries d ON d.account_id = a.id
    WHERE d.post_id = $1 AND au.path LIKE u.path || '%') ORDER BY u.id FOR SHARE`

const shareAccounts = `
SELECT a.id FROM accounts a WHERE a.id IN (SELECT account_id FROM all_deliveries WHERE post_id = $1)
    ORDER BY a.id FOR SHARE`

// shareTx takes the units and accounts of a post's deliveries FOR SHARE, before anything is planned on
// them. Where it had to wait for a unit that was moved meanwhile, others lie above it now: once it
// holds one, none of them moves any more, and the second look finds them.
func shareTx(ctx context.Context, tx pg.Tx, postID int64) error {
	for _, sql := range []string{shareUnits, shareUnits, shareAccounts} {
		if _, err := tx.Pgx.Exec(ctx, sql, postID); err != nil {
			return err
		}
	}

	return nil
}

// openPause finds the pause that holds a delivery d: it covers its account, and does not spare it.
var openPause = pause.CoveringSQL("d.account_id", "d.urgent")

// releaseSet makes a delivery ready to go at a due time. The approved hash is of what the reviewer saw.
// Only an approval, or the agreement of a second person, gives an instant @from for which it is
// approved; everything else keeps the one there is.
var releaseSet = dueAnew + `, approved = true, approved_hash = d.payload_hash,
		approved_from = coalesce(@from_at::timestamptz, d.approved_from),
        wish = NULL, wish_due_at = NULL, taken_by = NULL, taken_at = NULL`

// releaseTx lets approved deliveries go: to waiting with their jobs, or straight to held where a pause
// covers them. The places must be taken FOR SHARE before.
func (s *Service) releaseTx(ctx context.Context, tx pg.Tx, now, due time.Time, move Move) ([]Moved, error) {
	move.Args["due"] = due
	where, code := move.Where, move.Code
	move.To, move.Code = Held, ApprovedPaused
	move.Where = "(" + where + ") AND (" + openPause + ") IS NOT NULL"
	move.Set = releaseSet + ", pause_id = (" + openPause + ")"
	held, err := move.Run(ctx, tx.Pgx, now)
	if err != nil {
		return nil, err
	}
	move.To, move.Code, move.Where, move.Set = Waiting, code, where, releaseSet+", pause_id = NULL"
	waiting, err := move.Run(ctx, tx.Pgx, now)
	if err != nil {
		return nil, err
	}

	return append(held, waiting...), s.wakeTx(ctx, tx, now, due, waiting)
}
