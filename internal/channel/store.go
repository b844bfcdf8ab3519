package channel

import (
	"context"
	"encoding/json"
	"time"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"juzhen/internal/access"
	"juzhen/internal/courier"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/seal"
)

const selectChannel = `
SELECT c.id, c.unit_id, u.path AS unit_path, u.name AS unit_name, c.kind, c.name, c.place, c.login, c.sender,
    c.security, c.quiet_from, c.quiet_to, c.hint, c.secret_at, c.active, c.version, c.failures, c.sent_at,
    c.failed_at, c.reason,
    c.code, c.said
FROM channels c JOIN units u ON u.id = c.unit_id
WHERE `

func listChannels(ctx context.Context, db *gorm.DB, actor access.Actor) ([]Channel, error) {
	cond, args := access.Scope(actor, access.ChannelManage, "u.path")

	return gorm.G[Channel](db).Raw(selectChannel+cond+" ORDER BY u.path, c.name, c.id LIMIT 1000", args...).
		Find(ctx)
}

// findChannel is a channel that the actor keeps.
func findChannel(ctx context.Context, db *gorm.DB, actor access.Actor, id int64) (Channel, error) {
	cond, args := access.Scope(actor, access.ChannelManage, "u.path")
	rows, err := gorm.G[Channel](db).Raw(selectChannel+cond+" AND c.id = ?", append(args, id)...).Find(ctx)

	return one(rows, err)
}

func one(rows []Channel, err error) (Channel, error) {
	switch {
	case err != nil:
		return Channel{}, err
	case len(rows) == 0:
		return Channel{}, fault.NotFound("没有找到通知渠道，或不在您的管辖范围内")
	}

	return rows[0], nil
}

func countOf(ctx context.Context, db *gorm.DB, unitID int64) (n int, err error) {
	err = db.WithContext(ctx).Raw("SELECT count(*) FROM channels WHERE unit_id = ?", unitID).Row().Scan(&n)
	return n, err
}

var constraints = map[string]error{
	"channels_name": fault.Invalid("name", "本单位已有同名的通知渠道"),
}

// place is what is shown of the address: of a robot nothing before it is sealed.
func (e Edit) place() string {
	if e.Kind == Mail {
		return e.Address.Reveal()
	}

	return ""
}

func insertChannel(
	ctx context.Context, db *gorm.DB, edit Edit, by int64, at time.Time,
) (id int64, err error) {
	quiet := Nights
	if edit.Quiet != nil {
		quiet = *edit.Quiet
	}
	err = db.WithContext(ctx).Raw(`
INSERT INTO channels (unit_id, kind, name, place, login, sender, security, hint, key_id, sealed, secret_at,
    active, version, created_by, created_at, quiet_from, quiet_to)
VALUES (?, ?, ?, ?, ?, ?, ?, '', '', '', ?, ?, 1, ?, ?, ?, ?) RETURNING id`,
		edit.UnitID, edit.Kind, edit.Name, edit.place(), edit.Login, edit.Sender, edit.Security, at,
		edit.Active == nil || *edit.Active, by, at, quiet.From, quiet.To).Row().Scan(&id)

	return id, pg.Fault(err, constraints)
}

// updateChannel is the compare-and-set to the next version. How it fared before says nothing any more.
func updateChannel(ctx context.Context, db *gorm.DB, edit Edit) error {
	var from, to *int
	if edit.Quiet != nil {
		from, to = &edit.Quiet.From, &edit.Quiet.To
	}
	done := db.WithContext(ctx).Exec(`
UPDATE channels SET name = ?, login = ?, sender = ?, security = ?, version = version + 1,
    place = CASE kind WHEN 'mail' THEN ? ELSE place END,
    quiet_from = coalesce(?::int, quiet_from), quiet_to = coalesce(?::int, quiet_to)
WHERE id = ? AND version = ?`,
		edit.Name, edit.Login, edit.Sender, edit.Security, edit.place(), from, to, edit.ID, edit.Version)

	return moved(done)
}

func switchChannel(ctx context.Context, db *gorm.DB, id int64, version int, active bool) error {
	return moved(db.WithContext(ctx).Exec(`
UPDATE channels SET active = ?, version = version + 1, failures = 0 WHERE id = ? AND version = ?`,
		active, id, version))
}

func moved(done *gorm.DB) error {
	if err := pg.Fault(done.Error, constraints); err != nil {
		return err
	}
	if done.RowsAffected == 0 {
		return fault.Conflict("通知渠道刚刚被他人改动，请刷新后再改")
	}

	return nil
}

func writeSecret(
	ctx context.Context, db *gorm.DB, id int64, place, hint string, sealed seal.Sealed, at time.Time,
) error {
	return db.WithContext(ctx).Exec(`
UPDATE channels SET place = ?, hint = ?, key_id = ?, sealed = ?, secret_at = ? WHERE id = ?`,
		place, hint, sealed.KeyID, sealed.Data, at, id).Error
}

// open reads what is sealed of a channel. Fails with seal.ErrKey or seal.ErrOpen where the key is another
// one.
func (s *Service) open(ctx context.Context, db *gorm.DB, id int64) (opened secret, err error) {
	var sealed seal.Sealed
	err = db.WithContext(ctx).Raw("SELECT key_id, sealed FROM channels WHERE id = ?", id).Row().
		Scan(&sealed.KeyID, &sealed.Data)
	if err != nil {
		return secret{}, err
	}
	plain, err := s.opt.Box.Open(use, bind(id), sealed)
	if err != nil {
		return secret{}, err
	}

	return opened, json.Unmarshal(plain, &opened)
}

// markTaken notes that a channel took something.
func markTaken(ctx context.Context, tx pg.Tx, id int64, at time.Time) error {
	_, err := tx.Pgx.Exec(ctx, `
UPDATE channels SET failures = 0, sent_at = @sent_at WHERE id = @id`,
		pgx.NamedArgs{"id": id, "sent_at": at})

	return err
}

// markFailed notes why a channel did not take something, and gives how often in a row.
func markFailed(
	ctx context.Context, tx pg.Tx, id int64, at time.Time, failure *courier.Failure,
) (failures int, err error) {
	err = tx.Pgx.QueryRow(ctx, `
UPDATE channels SET failures = failures + 1, failed_at = @failed_at, reason = @reason, code = @code,
    said = @said
WHERE id = @id RETURNING failures`, pgx.NamedArgs{
		"id":        id,
		"failed_at": at,
		"reason":    string(failure.Reason),
		"code":      failure.Code,
		"said":      failure.Said,
	}).Scan(&failures)

	return failures, err
}
