package report

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

// selectReport reads reports without their figures, which may be long.
const selectReport = `
SELECT r.id, r.kind, r.unit_id, u.name AS unit_name, u.path AS unit_path, r.subtree, r.account_id,
    coalesce(a.handle, '') AS handle, r.from_day, r.to_day, r.hash, r.title, r.state, r.number, r.revision,
    r.made_by, r.made_at, r.first_by, r.first_at, r.second_by, r.second_at, r.returned_why, r.updated_at,
    coalesce(m.display_name, '') AS maker, coalesce(f.display_name, '') AS first_signer,
    coalesce(s.display_name, '') AS second_signer, coalesce(b.display_name, '') AS returner
FROM reports r JOIN units u ON u.id = r.unit_id LEFT JOIN accounts a ON a.id = r.account_id
    LEFT JOIN users m ON m.id = r.made_by LEFT JOIN users f ON f.id = r.first_by
    LEFT JOIN users s ON s.id = r.second_by LEFT JOIN users b ON b.id = r.returned_by
WHERE `

func errNotFound() error {
	return fault.NotFound("没有找到这份报告，或不在您的管辖范围内")
}

func errStale() error {
	return fault.Conflict("这份报告刚刚被他人修改或签发，请刷新后再办")
}

// scoped is the condition that the actor sees a report: all that it is about.
func scoped(actor access.Actor) (string, []any) {
	return access.Scope(actor, access.ReachView,
		"(CASE WHEN r.subtree THEN u.path || '"+below+"' ELSE u.path END)")
}

func findReport(ctx context.Context, db *gorm.DB, actor access.Actor, id int64) (Report, error) {
	cond, args := scoped(actor)
	found, err := gorm.G[Report](db).
		Raw(selectReport+"r.id = ? AND ("+cond+")", append([]any{id}, args...)...).Take(ctx)

	return found, pg.OrNotFound(err, errNotFound())
}

func listReports(
	ctx context.Context, db *gorm.DB, actor access.Actor, query Query,
) (pg.Page[Report], error) {
	cond, args := scoped(actor)
	cond = "(" + cond + ")"
	and := func(sql string, values ...any) { cond, args = cond+" AND "+sql, append(args, values...) }

	if query.UnitPath != "" {
		and("starts_with(u.path, ?)", query.UnitPath)
	}
	if query.Kind != "" {
		and("r.kind = ?", string(query.Kind))
	}
	if query.State != "" {
		and("r.state = ?", string(query.State))
	}
	after, further, err := pg.ParseCursor(query.After)
	if err != nil {
		return pg.Page[Report]{}, err
	}
	if further {
		and("(r.updated_at, r.id) < (?, ?)", after.At, after.ID)
	}
	limit := query.Limit
	if limit <= 0 || limit > pageSize {
		limit = pageSize
	}
	rows, err := gorm.G[Report](db).
		Raw(selectReport+cond+" ORDER BY r.updated_at DESC, r.id DESC LIMIT ?", append(args, limit+1)...).
		Find(ctx)

	return pg.Cut(rows, limit, func(r Report) pg.Cursor { return pg.Cursor{At: r.UpdatedAt, ID: r.ID} }), err
}

// figuresOf reads the figures of a report.
func figuresOf(ctx context.Context, db *pg.DB, id int64) (Figures, error) {
	var (
		body string
		hash []byte
	)
	err := db.Pool().QueryRow(ctx, `
SELECT figures, hash FROM reports WHERE id = @id`, pgx.NamedArgs{"id": id}).Scan(&body, &hash)
	if err != nil {
		return Figures{}, err
	}

	return readFigures(body, hash)
}

// editionRow is an Edition as the database gives it.
type editionRow struct {
	Number int
	Title  string
	Words  []byte
	By     string
	At     time.Time
}

// editionsOf reads the last versions of the words, the last first.
func editionsOf(ctx context.Context, db *gorm.DB, id int64, most int) ([]Edition, error) {
	rows, err := gorm.G[editionRow](db).Raw(`
SELECT v.number, v.title, v.words, coalesce(w.display_name, '') AS by, v.at
FROM report_versions v LEFT JOIN users w ON w.id = v.by_user
WHERE v.report_id = ? ORDER BY v.number DESC LIMIT ?`, id, most).Find(ctx)
	if err != nil {
		return nil, err
	}

	list := make([]Edition, len(rows))
	for i, row := range rows {
		list[i] = Edition{Number: row.Number, Title: row.Title, By: row.By, At: row.At}
		if err := json.Unmarshal(row.Words, &list[i].Words); err != nil {
			return nil, fmt.Errorf("words %d: %w", row.Number, err)
		}
	}

	return list, nil
}

// insertReport writes a new draft and gives its number.
func insertReport(
	ctx context.Context, tx pg.Tx, made Report, body string, by int64, at time.Time,
) (id int64, err error) {
	err = tx.Pgx.QueryRow(ctx, `
INSERT INTO reports (kind, unit_id, subtree, account_id, from_day, to_day, figures, hash, title, state,
    made_by, made_at, updated_at)
VALUES (@kind, @unit_id, @subtree, @account_id, @from_day::text::date, @to_day::text::date, @body, @hash,
    @title, 'draft',
    nullif(@by::bigint, 0), @made_at, @made_at)
RETURNING id`, pgx.NamedArgs{
		"kind":       string(made.Kind),
		"unit_id":    made.UnitID,
		"subtree":    made.Subtree,
		"account_id": made.AccountID,
		"from_day":   made.From(),
		"to_day":     made.To(),
		"body":       body,
		"hash":       made.Hash,
		"title":      made.Title,
		"by":         by,
		"made_at":    at,
	}).Scan(&id)

	return id, err
}

// insertEdition writes the next version of the words.
func insertEdition(ctx context.Context, tx pg.Tx, id int64, edition Edition, by int64) error {
	words, err := json.Marshal(edition.Words)
	if err != nil {
		return err
	}
	_, err = tx.Pgx.Exec(ctx, `
INSERT INTO report_versions (report_id, number, title, words, by_user, at)
SELECT @report_id, coalesce(max(number), 0) + 1, @title, @words, nullif(@by::bigint, 0), @at
FROM report_versions WHERE report_id = @report_id`, pgx.NamedArgs{
		"report_id": id,
		"title":     edition.Title,
		"words":     words,
		"by":        by,
		"at":        edition.At,
	})

	return err
}

// update changes a report of a revision and a state.
func update(
	ctx context.Context, tx pg.Tx, before Report, revision int, at time.Time, set string, of pgx.NamedArgs,
) error {
	done, err := tx.Pgx.Exec(ctx, `
UPDATE reports SET revision = revision + 1, updated_at = @at, `+set+`
WHERE id = @id AND revision = @revision AND state = @before`,
		pg.Named(pgx.NamedArgs{
			"id":       before.ID,
			"revision": revision,
			"before":   string(before.State),
			"at":       at,
		}, of))
	if err == nil && done.RowsAffected() != 1 {
		return errStale()
	}

	return err
}

// nextNumber is the next number of a kind in a year. None is left out: it goes with its transaction.
func nextNumber(ctx context.Context, tx pg.Tx, kind Kind, year int) (number string, err error) {
	var last int
	err = tx.Pgx.QueryRow(ctx, `
INSERT INTO report_numbers (kind, year, last) VALUES (@kind, @year, 1)
ON CONFLICT (kind, year) DO UPDATE SET last = report_numbers.last + 1 RETURNING last`,
		pgx.NamedArgs{"kind": string(kind), "year": year}).Scan(&last)

	return fmt.Sprintf("%s〔%d〕%d号", kind.sign(), year, last), err
}
