package rumour

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/signing"
)

// versionSQL is a version as one value of JSON.
const versionSQL = `(SELECT jsonb_build_object('Number', v.number, 'Claim', v.claim, 'Truth', v.truth,
        'Area', v.area, 'Expert', v.expert, 'Evidence', v.evidence, 'Keywords', v.keywords,
        'From', v.valid_from, 'Until', v.valid_until, 'By', v.by_user, 'ByName', w.display_name, 'At', v.at)
    FROM rebuttal_versions v JOIN users w ON w.id = v.by_user
    WHERE v.rebuttal_id = r.id AND v.number = `

const selectRebuttal = `
SELECT r.id, r.unit_id, u.name AS unit_name, u.path AS unit_path, r.state, r.revision, r.signed_version,
    coalesce(r.asked_by, 0) AS asked_by, coalesce(a.display_name, '') AS asked_by_name,
    coalesce(r.signed_by, 0) AS signed_by, coalesce(s.display_name, '') AS signed_by_name, r.signed_at,
    r.returned_why, r.review_at, r.let_end, coalesce(b.display_name, '') AS withdrawn_name, r.withdrawn_at,
    r.withdrawn_why, r.correction, r.created_at, r.updated_at,
    r.signing AS round_json, ` + versionSQL + `r.version) AS last_json, ` + versionSQL + `r.signed_version) AS signed_json
FROM rebuttals r JOIN units u ON u.id = r.unit_id
    JOIN rebuttal_versions l ON l.rebuttal_id = r.id AND l.number = r.version
    LEFT JOIN users a ON a.id = r.asked_by LEFT JOIN users s ON s.id = r.signed_by
    LEFT JOIN users b ON b.id = r.withdrawn_by
WHERE `

// row is a Rebuttal as the database gives it.
type row struct {
	Rebuttal   `gorm:"embedded"`
	RoundJSON  []byte
	LastJSON   []byte
	SignedJSON []byte
}

func (r row) read(actor access.Actor, now time.Time) (Rebuttal, error) {
	out := r.Rebuttal
	if err := json.Unmarshal(r.LastJSON, &out.Last); err != nil {
		return out, fmt.Errorf("words of rebuttal %d: %w", out.ID, err)
	}
	if err := json.Unmarshal(r.RoundJSON, &out.Round); err != nil {
		return out, fmt.Errorf("signatures of rebuttal %d: %w", out.ID, err)
	}
	if len(r.SignedJSON) > 0 {
		out.Signed = &Version{}
		if err := json.Unmarshal(r.SignedJSON, out.Signed); err != nil {
			return out, fmt.Errorf("signed words of rebuttal %d: %w", out.ID, err)
		}
	}
	out.State = stateAt(out.State, out.Last.Until, now)

	return out.forReader(actor, now), nil
}

func errNotFound() error {
	return fault.NotFound("没有找到这条辟谣，或不在您的管辖范围内")
}

func errStale() error {
	return fault.Conflict("这条辟谣刚刚被他人修改或签发，请刷新后再办").WithCode("stale")
}

// scoped is the condition that the actor sees a rebuttal: of the own units, what was signed above, and what
// waits for a signature of theirs.
func scoped(actor access.Actor) (string, []any) {
	mine, args := access.Scope(actor, access.PostView, "u.path")
	above, more := access.ScopeOrAbove(actor, access.PostView, "u.path")

	named, step := signing.SeenSQL(actor, "r.signing")

	return "((" + mine + ") OR r.signed_version > 0 AND " + above + " OR " + named + ")",
		slices.Concat(args, more, step)
}

func findRebuttal(
	ctx context.Context, db *gorm.DB, actor access.Actor, id int64, now time.Time,
) (Rebuttal, error) {
	cond, args := scoped(actor)
	found, err := gorm.G[row](db).Raw(selectRebuttal+"r.id = ? AND "+cond, append([]any{id}, args...)...).
		Take(ctx)
	if err != nil {
		return Rebuttal{}, pg.OrNotFound(err, errNotFound())
	}

	return found.read(actor, now)
}

func listRebuttals(
	ctx context.Context, db *gorm.DB, actor access.Actor, query Query, now time.Time,
) (pg.Page[Rebuttal], error) {
	cond, args := scoped(actor)
	and := func(sql string, values ...any) { cond, args = cond+" AND "+sql, append(args, values...) }

	if query.UnitPath != "" {
		and("starts_with(u.path, ?)", query.UnitPath)
	}

	switch query.State {
	case "":
	case Valid:
		and("r.state = 'signed' AND l.valid_until > ?", now)
	case Expired:
		and("r.state = 'signed' AND l.valid_until <= ?", now)
	default:
		and("r.state = ?", string(query.State))
	}

	if query.Words != "" {
		and("(position(? IN l.claim) > 0 OR position(? IN l.truth) > 0)", query.Words, query.Words)
	}
	after, further, err := pg.ParseCursor(query.After)
	if err != nil {
		return pg.Page[Rebuttal]{}, err
	}
	if further {
		and("(r.updated_at, r.id) < (?, ?)", after.At, after.ID)
	}
	limit := query.Limit
	if limit <= 0 || limit > pageSize {
		limit = pageSize
	}
	rows, err := gorm.G[row](db).
		Raw(selectRebuttal+cond+" ORDER BY r.updated_at DESC, r.id DESC LIMIT ?", append(args, limit+1)...).
		Find(ctx)
	if err != nil {
		return pg.Page[Rebuttal]{}, err
	}

	list := make([]Rebuttal, len(rows))
	for i, one := range rows {
		if list[i], err = one.read(actor, now); err != nil {
			return pg.Page[Rebuttal]{}, err
		}
	}

	return pg.Cut(list, limit, func(r Rebuttal) pg.Cursor {
		return pg.Cursor{At: r.UpdatedAt, ID: r.ID}
	}), nil
}

// versionsOf reads the versions of the words, the last first.
func versionsOf(ctx context.Context, tx pg.Tx, id int64) ([]Version, error) {
	rows, err := tx.Pgx.Query(ctx, `
SELECT v.number, v.claim, v.truth, v.area, v.expert, v.evidence, v.keywords, v.valid_from, v.valid_until,
    v.by_user, w.display_name, v.at
FROM rebuttal_versions v JOIN users w ON w.id = v.by_user
    WHERE v.rebuttal_id = @rebuttal_id ORDER BY v.number DESC
LIMIT @most_versions`, pgx.NamedArgs{"rebuttal_id": id, "most_versions": mostVersions})
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (v Version, err error) {
		err = row.Scan(&v.Number, &v.Claim, &v.Truth, &v.Area, &v.Expert, &v.Evidence, &v.Keywords, &v.From,
			&v.Until, &v.By, &v.ByName, &v.At)

		return v, err
	})
}

func stepsOf(ctx context.Context, tx pg.Tx, id int64) ([]Step, error) {
	rows, err := tx.Pgx.Query(ctx, `
SELECT s.act, s.version, s.note, w.display_name, s.at
FROM rebuttal_steps s JOIN users w ON w.id = s.by_user
    WHERE s.rebuttal_id = @rebuttal_id ORDER BY s.id DESC LIMIT @most_steps`,
		pgx.NamedArgs{"rebuttal_id": id, "most_steps": mostSteps})
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, pgx.RowToStructByPos[Step])
}

func insertRebuttal(ctx context.Context, tx pg.Tx, unitID int64, at time.Time) (id int64, err error) {
	err = tx.Pgx.QueryRow(ctx, `
INSERT INTO rebuttals (unit_id, state, created_at, updated_at) VALUES (@unit_id, 'draft', @created_at,
    @created_at) RETURNING id`,
		pgx.NamedArgs{"unit_id": unitID, "created_at": at}).Scan(&id)

	return id, err
}

// insertVersion writes the next version of the words.
func insertVersion(ctx context.Context, tx pg.Tx, id int64, words Words, by int64, at time.Time) error {
	_, err := tx.Pgx.Exec(ctx, `
INSERT INTO rebuttal_versions (rebuttal_id, number, claim, truth, area, expert, evidence, keywords,
    valid_from, valid_until, by_user, at)
SELECT @rebuttal_id, coalesce(max(number), 0) + 1, @claim, @truth, @area, @expert, @evidence, @keywords,
    @from, @until, @by, @at
FROM rebuttal_versions WHERE rebuttal_id = @rebuttal_id`,
		pgx.NamedArgs{
			"rebuttal_id": id,
			"claim":       words.Claim,
			"truth":       words.Truth,
			"area":        words.Area,
			"expert":      words.Expert,
			"evidence":    words.Evidence,
			"keywords":    words.Keywords,
			"from":        words.From,
			"until":       words.Until,
			"by":          by,
			"at":          at,
		})

	return err
}

func insertStep(
	ctx context.Context,
	tx pg.Tx,
	r Rebuttal,
	act Act,
	note string,
	by int64,
	at time.Time,
) error {
	_, err := tx.Pgx.Exec(ctx, `
INSERT INTO rebuttal_steps (rebuttal_id, act, version, note, by_user, at) VALUES (@rebuttal_id, @act,
    @number, @note, @by, @at)`,
		pgx.NamedArgs{
			"rebuttal_id": r.ID,
			"act":         string(act),
			"number":      r.Last.Number,
			"note":        note,
			"by":          by,
			"at":          at,
		})

	return err
}

// update changes a rebuttal of a revision.
func update(
	ctx context.Context, tx pg.Tx, id int64, revision int, at time.Time, set string, of pgx.NamedArgs,
) error {
	done, err := tx.Pgx.Exec(ctx, `
UPDATE rebuttals SET revision = revision + 1, updated_at = @at, `+set+`
WHERE id = @id AND revision = @revision`,
		pg.Named(pgx.NamedArgs{"id": id, "revision": revision, "at": at}, of))
	if err == nil && done.RowsAffected() != 1 {
		return errStale()
	}

	return err
}

// dueRebuttals are those in force that are to be looked at again, or end before an instant unseen.
func dueRebuttals(
	ctx context.Context, db *gorm.DB, now, soon time.Time,
) (out []Rebuttal, err error) {
	rows, err := gorm.G[row](db).Raw(selectRebuttal+`r.state <> 'withdrawn' AND r.signed_version > 0
    AND (r.review_at <= ? OR EXISTS (SELECT FROM rebuttal_versions v
        WHERE v.rebuttal_id = r.id AND v.number = r.signed_version AND v.valid_until <= ?
            AND v.valid_until IS DISTINCT FROM r.let_end))
ORDER BY r.id LIMIT ?`, now, soon, mostDue).Find(ctx)
	if err != nil {
		return nil, err
	}

	for _, one := range rows {
		read, err := one.read(access.System("rumour"), now)
		if err != nil {
			return nil, err
		}
		out = append(out, read)
	}

	return out, nil
}

// InForce gives what of the rebuttals in force the texts of units are held against: those of the units, of
// those above and of those below, as far as they hold beyond an instant.
func InForce(ctx context.Context, db *pg.DB, units []int64, at time.Time) (rules []Rule, err error) {
	defer fault.Step(&err, "rumour.InForce")

	rows, err := db.Pool().Query(ctx, `
SELECT r.id, v.claim, u.path, v.keywords, v.valid_from, v.valid_until
FROM rebuttals r JOIN rebuttal_versions v ON v.rebuttal_id = r.id AND v.number = r.signed_version
    JOIN units u ON u.id = r.unit_id
WHERE r.state <> 'withdrawn' AND v.valid_until > @valid_until AND EXISTS (SELECT FROM units t
    WHERE t.id = ANY (@units) AND (starts_with(t.path, u.path) OR starts_with(u.path, t.path)))
ORDER BY r.id DESC LIMIT @most_rules`,
		pgx.NamedArgs{"units": units, "valid_until": at, "most_rules": mostRules})
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (r Rule, err error) {
		err = row.Scan(&r.ID, &r.Claim, &r.UnitPath, &r.Keywords, &r.From, &r.Until)
		return r, err
	})
}
