package plan

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/access"
	"juzhen/internal/beijing"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

const selectSeries = `
SELECT s.id, s.unit_id, u.path AS unit_path, u.name AS unit_name, s.source_id, s.rule AS rule_text,
    s.first_at AS first, s.except_on AS except, s.workdays, s.text, s.made_by AS by,
    w.display_name AS by_name, s.made_at AS at,
    s.revision, s.ended_at, coalesce(e.display_name, '') AS ended_by_name,
    coalesce(s.ended_from, 0) AS ended_from, coalesce(s.ended_why, '') AS ended_why,
    (SELECT count(*) FROM plan_series_posts x WHERE x.series_id = s.id) AS count
FROM plan_series s JOIN units u ON u.id = s.unit_id JOIN users w ON w.id = s.made_by
LEFT JOIN users e ON e.id = s.ended_by WHERE `

type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

func seriesList(ctx context.Context, db *pg.DB, actor access.Actor) ([]Series, error) {
	scope, args := access.Scope(actor, access.PostView, "u.path")

	rows, err := db.Pool().Query(ctx, selectSeries+numbered(scope, 1)+" ORDER BY s.id DESC LIMIT $1",
		append([]any{100}, args...)...)
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, pgx.RowToStructByName[Series])
}

func findSeries(
	ctx context.Context,
	q querier,
	actor access.Actor,
	permission access.Permission,
	id int64,
) (Series, error) {
	scope, args := access.Scope(actor, permission, "u.path")

	rows, err := q.Query(ctx, selectSeries+"s.id = $1 AND "+numbered(scope, 1), append([]any{id}, args...)...)
	if err != nil {
		return Series{}, err
	}

	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[Series])
	if err == nil && len(found) == 0 {
		err = fault.NotFound("没有找到这组重复发布，或不在您的管辖范围内")
	}
	if err != nil {
		return Series{}, err
	}

	return found[0], nil
}

// seriesPosts reads the posts of a series, in its order.
func seriesPosts(ctx context.Context, db *pg.DB, id int64) (list []SeriesPost, err error) {
	rows, err := db.Pool().Query(ctx, `
SELECT x.number, p.id, p.revision, p.phase, p.due_at, v.text
FROM plan_series_posts x JOIN posts p ON p.id = x.post_id JOIN post_versions v ON v.id = p.version_id
WHERE x.series_id = @series_id ORDER BY x.number`, pgx.NamedArgs{"series_id": id})
	if err != nil {
		return nil, err
	}

	var one SeriesPost

	_, err = pgx.ForEachRow(rows,
		[]any{&one.Number, &one.PostID, &one.Revision, &one.Phase, &one.DueAt, &one.Text},
		func() error { list = append(list, one); return nil })

	return list, err
}

func insertSeries(ctx context.Context, tx pg.Tx, made Series) (id int64, err error) {
	days := make([]string, len(made.Except))
	for i, day := range made.Except {
		days[i] = beijing.Date(day)
	}

	err = tx.Pgx.QueryRow(
		ctx,
		`
INSERT INTO plan_series (unit_id, source_id, rule, first_at, except_on, workdays, text, made_by, made_at)
VALUES (@unit_id, @source_id, @rule_text, @first, @days::text[]::date[], @workdays, @text, @by,
    @made_at) RETURNING id`,
		pgx.NamedArgs{
			"unit_id":   made.UnitID,
			"source_id": made.SourceID,
			"rule_text": made.RuleText,
			"first":     made.First,
			"days":      days,
			"workdays":  made.Workdays,
			"text":      made.Text,
			"by":        made.By,
			"made_at":   made.At,
		},
	).Scan(&id)
	if err != nil {
		return 0, err
	}

	numbers, posts := make([]int, len(made.Posts)), make([]int64, len(made.Posts))
	for i, one := range made.Posts {
		numbers[i], posts[i] = one.Number, one.PostID
	}

	_, err = tx.Pgx.Exec(ctx, `
INSERT INTO plan_series_posts (series_id, number, post_id) SELECT @series_id, * FROM unnest(@numbers::int[],
    @posts::bigint[])`,
		pgx.NamedArgs{"series_id": id, "numbers": numbers, "posts": posts})

	return id, err
}

// stopSeries marks a series as stopped; false: it is not as it was shown. One that is stopped once more ends
// at the earlier number.
func stopSeries(
	ctx context.Context,
	tx pg.Tx,
	id, by int64,
	at time.Time,
	stop Stop,
) (ok bool, err error) {
	done, err := tx.Pgx.Exec(ctx, `
UPDATE plan_series SET revision = revision + 1,
    ended_by = CASE WHEN @only THEN ended_by ELSE @by END,
        ended_at = CASE WHEN @only THEN ended_at ELSE @at END,
    ended_from = CASE WHEN @only THEN ended_from ELSE least(ended_from, @from) END,
    ended_why = CASE WHEN @only THEN ended_why ELSE @why END
WHERE id = @id AND revision = @revision`, pgx.NamedArgs{
		"id":       id,
		"revision": stop.Revision,
		"by":       by,
		"at":       at,
		"from":     stop.From,
		"only":     stop.Only,
		"why":      stop.why(),
	})

	return done.RowsAffected() == 1, err
}

// seriesAmong reads the series of which a list holds more than one post.
func seriesAmong(ctx context.Context, db *pg.DB, actor access.Actor, posts []int64) ([]SeriesOf, error) {
	scope, args := access.Scope(actor, access.PostReview, "u.path")

	rows, err := db.Pool().Query(ctx, `
SELECT s.id, s.text, array_agg(x.post_id ORDER BY x.number) AS posts
FROM plan_series_posts x JOIN plan_series s ON s.id = x.series_id JOIN units u ON u.id = s.unit_id
WHERE x.post_id = ANY ($1) AND `+numbered(scope, 1)+`
GROUP BY s.id HAVING count(*) > 1 ORDER BY s.id`, append([]any{posts}, args...)...)
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, pgx.RowToStructByName[SeriesOf])
}
