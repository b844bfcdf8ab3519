package check

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/fault"
	"juzhen/internal/lexicon"
	"juzhen/internal/pg"
	"juzhen/internal/post"
)

const samplesSQL = `
SELECT d.post_id, min(coalesce(t.variant, v.text)), bool_or(NOT d.settled) AS waits
FROM deliveries d
JOIN posts p ON p.id = d.post_id JOIN units pu ON pu.id = p.unit_id
JOIN post_versions v ON v.id = d.version_id
JOIN version_targets t ON t.version_id = d.version_id AND t.account_id = d.account_id
JOIN accounts a ON a.id = d.account_id JOIN units au ON au.id = a.unit_id
WHERE (NOT d.settled OR d.due_at > @since) AND (starts_with(pu.path, @path) OR starts_with(au.path, @path))
GROUP BY d.post_id, d.version_id, CASE WHEN t.variant IS NULL THEN 0 ELSE d.account_id END
ORDER BY waits DESC, d.post_id DESC`

// Samples gives what people wrote for a unit and all below it: what is submitted or waits to go out, then
// what was due since an instant, the newest first, each wording once. A change of a list is tried by it.
func Samples(db *pg.DB) lexicon.Samples {
	return func(
		ctx context.Context,
		unitPath string,
		since time.Time,
		yield func(lexicon.Sample) bool,
	) (err error) {
		defer fault.Step(&err, "check.Samples %s", unitPath)

		rows, err := db.Pool().Query(ctx, samplesSQL, pgx.NamedArgs{"path": unitPath, "since": since})
		if err != nil {
			return err
		}
		defer rows.Close()

		for rows.Next() {
			var sample lexicon.Sample
			if err := rows.Scan(&sample.PostID, &sample.Text, &sample.Waiting); err != nil {
				return err
			}
			sample.Title = post.Title(sample.Text)
			if !yield(sample) {
				return nil
			}
		}

		return rows.Err()
	}
}
