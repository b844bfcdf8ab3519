package plan

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"juzhen/internal/beijing"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

type yearRow struct {
	Year    int
	Version int
	Source  string
	SetBy   string
	SetAt   time.Time
	Day     *time.Time
	Name    string
	Off     bool
}

// years reads the years of a span with their days, in one statement.
func years(ctx context.Context, db *gorm.DB, from, to int) (Almanac, error) {
	rows, err := gorm.G[yearRow](db).Raw(`
SELECT y.year, y.version, y.source, coalesce(u.display_name, '') AS set_by, y.set_at,
    `+beijing.StartSQL("h.day")+` AS day, coalesce(h.name, '') AS name, coalesce(h.off, false) AS off
FROM holiday_years y LEFT JOIN holidays h ON h.year = y.year LEFT JOIN users u ON u.id = y.set_by
WHERE y.year BETWEEN ? AND ? ORDER BY y.year, h.day`, from, to).Find(ctx)

	all := Almanac{}

	for _, r := range rows {
		year, ok := all[r.Year]
		if !ok {
			year = Year{Year: r.Year, Version: r.Version, Source: r.Source, SetBy: r.SetBy, SetAt: r.SetAt}
		}
		if r.Day != nil {
			year.Days = append(year.Days, Special{Day: r.Day.In(beijing.Zone), Name: r.Name, Off: r.Off})
		}
		all[r.Year] = year
	}

	return all, err
}

func errStaleYear() error {
	return fault.Conflict("这一年的安排刚刚被他人改动，请刷新后再改").WithCode("stale")
}

// putYear is the compare-and-set of a year to its next version, with its days.
func putYear(
	ctx context.Context,
	tx pg.Tx,
	year, version int,
	days []Special,
	source string,
	by int64,
	at time.Time,
) error {
	done, err := tx.Pgx.Exec(ctx, `
INSERT INTO holiday_years AS y (year, version, source, set_by, set_at)
SELECT @year, 1, @source, nullif(@by::bigint, 0),
    @set_at WHERE @version = 0 OR EXISTS (SELECT FROM holiday_years WHERE year = @year)
ON CONFLICT (year) DO UPDATE SET version = y.version + 1, source = excluded.source,
    set_by = excluded.set_by, set_at = excluded.set_at WHERE y.version = @version`, pgx.NamedArgs{
		"year":    year,
		"version": version,
		"source":  source,
		"by":      by,
		"set_at":  at,
	})
	if err != nil {
		return err
	}
	if done.RowsAffected() == 0 {
		return errStaleYear()
	}
	if _, err := tx.Pgx.Exec(ctx, `
DELETE FROM holidays WHERE year = @year`, pgx.NamedArgs{"year": year}); err != nil {
		return err
	}

	dates, names, off := make([]string, len(days)), make([]string, len(days)), make([]bool, len(days))
	for i, day := range days {
		dates[i], names[i], off[i] = beijing.Date(day.Day), day.Name, day.Off
	}
	_, err = tx.Pgx.Exec(ctx, `
INSERT INTO holidays (day, year, name, off)
SELECT day::date, @year, name, off FROM unnest(@dates::text[], @names::text[], @off::bool[]) AS given (day,
    name, off)`,
		pgx.NamedArgs{
			"year":  year,
			"dates": dates,
			"names": names,
			"off":   off,
		})

	return err
}
