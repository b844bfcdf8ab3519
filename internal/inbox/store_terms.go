package inbox

import (
	"context"
	"encoding/json"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

// limitRow is a limit as the database keeps it.
type limitRow struct {
	First  int  `json:"first"` // minutes
	Next   int  `json:"next"`
	Urgent bool `json:"urgent"`
}

const selectTerms = `
SELECT t.unit_id, u.name, u.path, t.revision, t.since, t.inherits, t.begins, t.ends, t.days, t.works,
    t.limits, coalesce(w.display_name, ''), t.written_at
FROM inbox_terms t JOIN units u ON u.id = t.unit_id LEFT JOIN users w ON w.id = t.written_by
WHERE `

func scanVersion(row pgx.CollectableRow) (v Version, err error) {
	var (
		begins, ends int
		days         []int16
		kept         []byte
	)
	err = row.Scan(
		&v.UnitID,
		&v.UnitName,
		&v.UnitPath,
		&v.Revision,
		&v.Since,
		&v.Inherits,
		&begins,
		&ends,
		&days,
		&v.Terms.Hours.Works,
		&kept,
		&v.By,
		&v.At,
	)
	if err != nil {
		return v, err
	}
	hours := &v.Terms.Hours

	hours.Begin, hours.End = time.Duration(begins)*time.Minute, time.Duration(ends)*time.Minute
	for _, day := range days {
		hours.Days[day] = true
	}
	var rows map[Kind]limitRow
	if err := json.Unmarshal(kept, &rows); err != nil {
		return v, err
	}

	v.Terms.Limits = make(map[Kind]Limit, len(rows))
	for kind, row := range rows {
		v.Terms.Limits[kind] = Limit{
			First: time.Duration(row.First) * time.Minute, Next: time.Duration(row.Next) * time.Minute,
			Urgent: row.Urgent,
		}
	}

	return v, nil
}

// allTerms gives what all units have set, each unit's in order of their revisions.
func allTerms(ctx context.Context, tx pg.Tx) ([]Version, error) {
	rows, err := tx.Pgx.Query(ctx, selectTerms+"true ORDER BY t.unit_id, t.revision")
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, scanVersion)
}

// termsAlong gives what the unit of a path and those above it have set, in order of their revisions.
func termsAlong(ctx context.Context, tx pg.Tx, path string) ([]Version, error) {
	rows, err := tx.Pgx.Query(ctx, selectTerms+`
starts_with(@path, u.path) ORDER BY t.unit_id, t.revision`, pgx.NamedArgs{"path": path})
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, scanVersion)
}

// insertTerms writes the version after the one that was shown.
func insertTerms(ctx context.Context, tx pg.Tx, d Draft, by int64, at time.Time) error {
	kept := make(map[Kind]limitRow, len(d.Terms.Limits))
	for kind, limit := range d.Terms.Limits {
		kept[kind] = limitRow{int(limit.First.Minutes()), int(limit.Next.Minutes()), limit.Urgent}
	}
	text, err := json.Marshal(kept)
	if err != nil {
		return err
	}
	days := []int16{}

	for day, works := range d.Terms.Hours.Days {
		if works {
			days = append(days, int16(day))
		}
	}
	done, err := tx.Pgx.Exec(ctx, `
INSERT INTO inbox_terms (unit_id, revision, since, inherits, begins, ends, days, works, limits, written_by,
    written_at)
SELECT @unit_id, @revision::int + 1, @since, @inherits, @begins, @ends, @days, @works, @text, @by, @written_at
WHERE @revision::int = (SELECT coalesce(max(revision), 0) FROM inbox_terms WHERE unit_id = @unit_id)
ON CONFLICT DO NOTHING`,
		pgx.NamedArgs{
			"unit_id":    d.UnitID,
			"revision":   d.Revision,
			"since":      d.Since,
			"inherits":   d.Inherits,
			"begins":     int(d.Terms.Hours.Begin.Minutes()),
			"ends":       int(d.Terms.Hours.End.Minutes()),
			"days":       days,
			"works":      d.Terms.Hours.Works,
			"text":       text,
			"by":         by,
			"written_at": at,
		})
	if err == nil && done.RowsAffected() != 1 {
		return fault.Conflict("这个单位的时限刚刚有人改过，请刷新看过再改")
	}

	return err
}
