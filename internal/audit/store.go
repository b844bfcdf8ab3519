package audit

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"juzhen/internal/access"
	"juzhen/internal/pg"
)

// chainLock is the advisory lock of the one who links.
const chainLock = 0x6a7a6175646974 // "jzaudit"

// Row is an entry as it is read. Seq is 0 and Hash empty while it is not yet linked.
type Row struct {
	ID          int64
	At          time.Time
	ActorID     int64
	ActorName   string
	Action      string
	SubjectType string
	SubjectID   string
	SubjectName string // of today; "" for what is gone or has no name. Filled by lists only
	UnitPath    string
	UnitName    string
	IP          string
	Body        []byte
	Seq         int64
	Prev        []byte
	Hash        []byte
	KeyID       string // of MAC
	MAC         []byte `gorm:"column:mac"`
	LinkKey     string // of LinkMAC
	LinkMAC     []byte `gorm:"column:link_mac"`
}

func (r Row) link() Link {
	return Link{ID: r.ID, Seq: r.Seq, Prev: r.Prev, Hash: r.Hash, Body: r.Body}
}

// insertEntry draws the number first: the MAC covers it.
func insertEntry(ctx context.Context, tx pg.Tx, entry Entry, kind, id string, text []byte) error {
	var actor *int64
	if entry.Actor.UserID != 0 {
		actor = &entry.Actor.UserID
	}
	var number int64
	if err := tx.Pgx.QueryRow(ctx, `
		SELECT nextval(pg_get_serial_sequence('audit_entries', 'id'))`).Scan(&number); err != nil {
		return fmt.Errorf("number of audit entry %q: %w", entry.Action.Code, err)
	}
	voucher, err := vouch(tx.Signer, useEntry, entryData(number, text))
	if err != nil {
		return fmt.Errorf("vouch for audit entry %q: %w", entry.Action.Code, err)
	}
	_, err = tx.Pgx.Exec(ctx, `INSERT INTO audit_entries
		(id, at, actor_id, actor_name, action, subject_type, subject_id, unit_path, ip, body, key_id,
			mac) OVERRIDING SYSTEM VALUE
		VALUES (@number, @microsecond, @actor, @name, @code, @kind, @id, @unit_path, @ip, @text, @key_id,
		    @mac)`,
		pgx.NamedArgs{
			"number":      number,
			"microsecond": entry.At.UTC().Truncate(time.Microsecond),
			"actor":       actor,
			"name":        entry.Actor.Name,
			"code":        entry.Action.Code,
			"kind":        kind,
			"id":          id,
			"unit_path":   entry.UnitPath,
			"ip":          entry.Actor.IP,
			"text":        text,
			"key_id":      voucher.KeyID,
			"mac":         voucher.MAC,
		})
	if err != nil {
		return fmt.Errorf("write audit entry %q: %w", entry.Action.Code, err)
	}

	return nil
}

// lockHead makes the caller the one who links until its transaction ends; false when somebody else does.
func lockHead(ctx context.Context, tx pg.Tx) (bool, error) {
	var mine bool
	err := tx.Pgx.QueryRow(ctx, `
SELECT pg_try_advisory_xact_lock(@chain_lock)`,
		pgx.NamedArgs{"chain_lock": int64(chainLock)}).Scan(&mine)

	return mine, err
}

// head is the end of the chain.
func head(ctx context.Context, db *gorm.DB) (int64, []byte, error) {
	rows, err := gorm.G[Row](db).Raw(`
		SELECT seq, hash FROM audit_entries WHERE seq IS NOT NULL ORDER BY seq DESC LIMIT 1`).Find(ctx)
	if err != nil {
		return 0, nil, fmt.Errorf("read the head of the audit chain: %w", err)
	}
	if len(rows) == 0 {
		return 0, origin(), nil
	}

	return rows[0].Seq, rows[0].Hash, nil
}

func unchained(ctx context.Context, db *gorm.DB, limit int) ([]Link, error) {
	return gorm.G[Link](db).Raw(`
		SELECT id, body, key_id, mac FROM audit_entries WHERE seq IS NULL ORDER BY id LIMIT ?`, limit).
		Find(ctx)
}

// link writes places and hashes; each entry is linked once, which the trigger of the table insists on.
func link(ctx context.Context, tx pg.Tx, entries []Link) error {
	ids, seqs := make([]int64, len(entries)), make([]int64, len(entries))
	prevs, hashes := make([][]byte, len(entries)), make([][]byte, len(entries))

	keys, macs := make([]string, len(entries)), make([][]byte, len(entries))
	for i, e := range entries {
		ids[i] = e.ID
		seqs[i] = e.Seq
		prevs[i] = e.Prev
		hashes[i] = e.Hash
		keys[i] = e.linked.KeyID
		macs[i] = e.linked.MAC
	}
	tag, err := tx.Pgx.Exec(ctx, `UPDATE audit_entries e
			SET seq = v.seq, prev = v.prev, hash = v.hash, link_key = v.key, link_mac = v.mac
		FROM unnest(@ids::bigint[], @seqs::bigint[], @prevs::bytea[], @hashes::bytea[], @keys::text[],
		    @macs::bytea[]) AS v (id,
			seq, prev, hash, key, mac)
		WHERE e.id = v.id AND e.seq IS NULL`, pgx.NamedArgs{
		"ids":    ids,
		"seqs":   seqs,
		"prevs":  prevs,
		"hashes": hashes,
		"keys":   keys,
		"macs":   macs,
	})
	if err != nil {
		return fmt.Errorf("link audit entries: %w", err)
	}
	if int(tag.RowsAffected()) != len(entries) {
		return fmt.Errorf("link audit entries: %d of %d rows were free", tag.RowsAffected(), len(entries))
	}

	return nil
}

// insertDay keeps a root unless the day has one or nothing was linked since the last.
func insertDay(ctx context.Context, db *gorm.DB, name string, seq int64, hash []byte, now time.Time) error {
	return db.WithContext(ctx).Exec(`INSERT INTO audit_days (day, last_seq, hash, made_at)
			SELECT ?::date, ?::bigint, ?::bytea, ?::timestamptz
		WHERE ?::bigint > coalesce((SELECT max(last_seq) FROM audit_days), 0) ON CONFLICT (day) DO NOTHING`,
		name, seq, hash, now, seq).Error
}

// day is the root of a day.
type day struct {
	Day     time.Time
	LastSeq int64
	Hash    []byte
}

func days(ctx context.Context, db *gorm.DB) ([]day, error) {
	return gorm.G[day](db).Raw("SELECT day, last_seq, hash FROM audit_days ORDER BY day").Find(ctx)
}

const columns = `e.id, e.at, coalesce(e.actor_id, 0) AS actor_id, e.actor_name, e.action, e.subject_type,
		e.subject_id, e.unit_path,
	e.ip, e.body, coalesce(e.seq, 0) AS seq, e.prev, e.hash, e.key_id, e.mac, e.link_key, e.link_mac`

func chained(ctx context.Context, db *gorm.DB, after int64, limit int) ([]Row, error) {
	return gorm.G[Row](db).Raw("SELECT "+columns+`
		 FROM audit_entries e WHERE e.seq > ? ORDER BY e.seq LIMIT ?`, after, limit).Find(ctx)
}

func tail(ctx context.Context, db *gorm.DB) (int64, time.Time, error) {
	type state struct {
		N      int64
		Oldest *time.Time
	}
	rows, err := gorm.G[state](db).Raw(`
		SELECT count(*) AS n, min(at) AS oldest FROM audit_entries WHERE seq IS NULL`).Find(ctx)
	if err != nil || len(rows) == 0 || rows[0].Oldest == nil {
		return 0, time.Time{}, err
	}

	return rows[0].N, rows[0].Oldest.UTC(), nil
}

func listEntries(
	ctx context.Context,
	db *gorm.DB,
	actor access.Actor,
	filter Filter,
	nameSQL string,
) ([]Row, error) {
	where, args, err := conditions(actor, filter)
	if err != nil {
		return nil, err
	}

	rows, err := gorm.G[Row](
		db,
	).
		Raw(`SELECT e.*, coalesce(`+nameSQL+`, '') AS subject_name FROM (SELECT `+columns+`, coalesce(u.name,
				'') AS unit_name,
			CASE WHEN e.subject_id ~ '^[0-9]{1,18}$' THEN e.subject_id::bigint END AS number
			FROM audit_entries e LEFT JOIN units u ON u.path = e.unit_path
			WHERE `+where+` ORDER BY e.at DESC, e.id DESC LIMIT ?) e ORDER BY e.at DESC, e.id DESC`,
			append(args, filter.Limit+1)...).
		Find(ctx)
	for i := range rows {
		rows[i].At = rows[i].At.UTC()
	}

	return rows, err
}

// conditions builds the WHERE of a list: the reader's scope first, then what the filter asks.
func conditions(actor access.Actor, filter Filter) (string, []any, error) {
	scope, args := access.Scope(actor, access.AuditView, "e.unit_path")
	conds := []string{scope}
	add := func(given bool, cond string, values ...any) {
		if given {
			conds, args = append(conds, cond), append(args, values...)
		}
	}
	add(!filter.From.IsZero(), "e.at >= ?", filter.From)
	add(!filter.To.IsZero(), "e.at < ?", filter.To)
	add(filter.ActorID != 0, "e.actor_id = ?", filter.ActorID)
	add(filter.Actor != "", "strpos(e.actor_name, ?) > 0", filter.Actor)
	add(filter.Action != "", "e.action = ?", filter.Action)
	add(filter.UnitPath != "", "starts_with(e.unit_path, ?)", filter.UnitPath)
	kind, id, exact := strings.Cut(filter.Subject, "/")
	add(kind != "", "e.subject_type = ?", kind)
	add(exact && id != "", "e.subject_id = ?", id)
	at, ok, err := pg.ParseCursor(filter.After)
	add(ok, "(e.at, e.id) < (?, ?)", at.At, at.ID)

	return strings.Join(conds, " AND "), args, err
}
